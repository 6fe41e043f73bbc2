"""What the gain is made of: other layouts really built, a look into the buckets, and what they cannot do."""

from __future__ import annotations

import csv
import io

import streamlit as st

from core.errors import StorageError
from core.formats import counted, moment, number, size
from core.jobs import Phase, Progress
from core.lab import jobs
from core.lab.figures import sizes
from core.lab.footprint import server_version
from core.lab.layouts.buckets import Bucket, buckets
from core.lab.layouts.build import LESSON_READINGS, Built
from core.lab.layouts.catalogue import BY_CODE, LAYOUTS, WATERFALL, Layout, available
from core.lab.layouts.limits import Trial
from core.lab.wording import cost, described, of_default, outcome
from core.paristime import local
from pages.shared import notices
from pages.shared.frame import link, page
from pages.shared.visitor import Visitor
from pages.views.lab import job
from pages.views.lab.display import Cell, Column, draw, show_statistics, sortable, warn_of_few

DECIMALS = {
    "layout": None,
    **dict.fromkeys(("used", "data", "storage", "indexes", "free"), 2),
    "per_document": 0,
    "compressor": None,
    **dict.fromkeys(("readings", "speed"), 0),
}
"""Columns of the table of layouts; None for words."""


def layout_name(code: str) -> str:
    return guest.t(f"lab.layout.{code}")


def building(progress: Progress) -> str:
    """What a build is at: a layout, or waiting for a checkpoint after it."""
    name = layout_name(progress.source)
    return guest.t("lab.waiting", layout=name) if progress.phase is Phase.CHECKPOINT else name


def limit_name(code: str) -> str:
    return guest.t(f"laboratory.limits.{code}")


def show_layouts(guest: Visitor) -> None:
    st.markdown(guest.t("laboratory.layouts.lead"))
    with notices.guard():
        version = server_version(guest.store)
    possible = [layout for layout in LAYOUTS if available(layout, version)]
    chosen = choose(guest, possible)
    if chosen:
        job.begin(guest, "layouts", jobs.layouts(guest.store.patient(), chosen))
    built = job.watch(guest, "layouts", building) or ()
    missing = len(LAYOUTS) - len(possible)
    if missing and len(built) < len(possible):
        st.caption(counted("laboratory.layouts.unavailable", missing, guest.language, server=version))
    if built:
        show_built(guest, built)


def choose(guest: Visitor, possible: list[Layout]) -> list[Layout]:
    """The layouts to build now; none until a button is pressed."""
    blocked = job.blocked(guest, "layouts")
    steps, everything = st.columns(2)
    chosen: list[Layout] = []
    if steps.button(
        guest.t("laboratory.layouts.steps", count=len(WATERFALL)),
        type="primary",
        icon=":material/waterfall_chart:",
        disabled=blocked,
        key="lab_steps",
        width="stretch",
    ):
        chosen = list(WATERFALL)
    if everything.button(
        guest.t("laboratory.layouts.all", count=len(possible)),
        icon=":material/science:",
        disabled=blocked,
        key="lab_all",
        width="stretch",
    ):
        chosen = possible
    with st.expander(guest.t("laboratory.layouts.some"), icon=":material/checklist:"):
        codes = st.multiselect(
            guest.t("laboratory.column.layout"),
            [layout.code for layout in possible],
            format_func=layout_name,
            placeholder=guest.t("laboratory.layouts.pick"),
            key="lab_chosen",
        )
        if st.button(guest.t("laboratory.layouts.build"), disabled=blocked or not codes, key="lab_some"):
            chosen = [layout for layout in possible if layout.code in codes]
    return chosen


def show_built(guest: Visitor, built: tuple[Built, ...]) -> None:
    by_code = {one.layout: one for one in built}
    there = sum(meter.readings for meter in guest.meters)
    whole = {one.usage.readings for one in built if not BY_CODE[one.layout].lesson}
    if whole - {there}:
        st.info(guest.t("laboratory.layouts.stale", readings=number(there, guest.language)))
    warn_of_few(guest, there)
    if all(layout.code in by_code for layout in WATERFALL):
        st.header(guest.t("laboratory.waterfall.title"), anchor=False)
        chosen = [by_code[layout.code] for layout in WATERFALL]
        draw(guest, sizes.waterfall(chosen, guest.language), "laboratory.waterfall.title", "lab_waterfall")
        st.caption(guest.t("laboratory.waterfall.note"))
    st.header(guest.t("laboratory.layouts.title"), anchor=False)
    draw(guest, sizes.layouts(built, None, guest.language), "laboratory.layouts.title", "lab_layouts")
    sortable(guest, columns(guest), [row(one) for one in built], key="lab_table")
    if not all(one.settled for one in built):
        st.warning(guest.t("lab.unsettled"), icon=":material/hourglass_top:")
    if lesson := of_default(by_code, guest.language):
        st.subheader(guest.t("laboratory.default.title"), anchor=False)
        st.markdown(lesson)
    st.caption(guest.t("laboratory.layouts.note", readings=number(LESSON_READINGS, guest.language)))
    st.download_button(
        guest.t("laboratory.layouts.csv"),
        as_csv(built),
        "courbe-layouts.csv",
        "text/csv",
        icon=":material/download:",
        key="lab_csv",
    )
    with st.expander(guest.t("laboratory.layouts.what"), icon=":material/help:"):
        for one in built:
            st.markdown(f"**{layout_name(one.layout)}**  \n{described(one, by_code, guest.language)}")
    show_raw(guest, built, "lab_raw")


def show_raw(guest: Visitor, built: tuple[Built, ...], key: str) -> None:
    statistics = {layout_name(one.layout): one.usage.raw for one in built}
    show_statistics(guest, statistics, "laboratory.column.layout", key)


def row(one: Built) -> dict[str, Cell]:
    used = one.usage
    return {
        "layout": layout_name(one.layout),
        "used": used.net_per_reading,
        "data": used.data_bytes / used.readings,
        "storage": used.storage_bytes / used.readings,
        "indexes": used.index_bytes / used.readings,
        "free": used.unused_bytes / used.readings,
        "per_document": used.readings / max(used.documents, 1),
        "compressor": used.compressor,
        "readings": used.readings,
        "speed": used.readings / one.seconds,
    }


def columns(guest: Visitor) -> dict[str, Column]:
    return {name: Column(guest.t(f"laboratory.column.{name}"), places) for name, places in DECIMALS.items()}


def as_csv(built: tuple[Built, ...]) -> str:
    """Codes and exact bytes, the same in every language."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    names = (
        *("readings", "data_bytes", "storage_bytes", "index_bytes", "free_bytes"),
        *("index_free_bytes", "total_bytes", "bytes_per_reading", "buckets", "compressor"),
    )
    writer.writerow(["layout", "order", "settled", "seconds", *names])
    for one in built:
        order = BY_CODE[one.layout].order.value
        figures_of = [getattr(one.usage, name) for name in names]
        writer.writerow([one.layout, order, one.settled, round(one.seconds, 3), *figures_of])
    return stream.getvalue()


def show_inside(guest: Visitor) -> None:
    st.markdown(guest.t("laboratory.inside.lead"))
    if guest.meter is None:
        return
    try:
        found = buckets(guest.store, guest.meter)
    except StorageError as error:
        notices.show(error)
        found = []
    if found:
        show_bucket(guest, found)
    st.header(guest.t("laboratory.granularity.title"), anchor=False)
    st.markdown(guest.t("laboratory.granularity.lead"))
    if st.button(
        guest.t("laboratory.granularity.start"),
        icon=":material/view_week:",
        disabled=job.blocked(guest, "granularity"),
        key="lab_granularity",
    ):
        job.begin(guest, "granularity", jobs.granularity(guest.store.patient()))
    built = job.watch(guest, "granularity", building) or ()
    if built:
        for column, one in zip(st.columns(3), built, strict=False):
            held = one.usage.readings / max(one.usage.buckets or 1, 1)
            column.metric(
                layout_name(one.layout),
                number(held, guest.language),
                guest.t(
                    "laboratory.granularity.held",
                    size=cost(one.usage, guest.language),
                ),
                delta_color="off",
                delta_arrow="off",
                border=True,
            )
        draw(guest, sizes.layouts(built, None, guest.language), "laboratory.granularity.title", "lab_grain")
        st.caption(guest.t("laboratory.granularity.why"))
        show_raw(guest, built, "lab_grain_raw")


def show_bucket(guest: Visitor, found: list[Bucket]) -> None:
    spoken = guest.language
    picked = st.selectbox(
        guest.t("laboratory.bucket.pick"),
        range(len(found)),
        index=min(1, len(found) - 1),
        format_func=lambda at: counted(
            "laboratory.bucket.name",
            found[at].readings,
            spoken,
            first=moment(local(found[at].first), spoken),
            last=moment(local(found[at].last), spoken),
        ),
        key="lab_bucket",
    )
    one = found[picked]
    cards = (
        ("readings", number(one.readings, spoken)),
        ("stored", size(one.bytes, spoken)),
        ("unpacked", size(one.unpacked_bytes, spoken)),
        ("watts", f"{number(one.least, spoken)}–{number(one.most, spoken)}"),
    )
    for column, (name, value) in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(guest.t(f"laboratory.bucket.{name}"), value, border=True)
    draw(guest, sizes.bucket_columns(one, spoken), "laboratory.bucket.bytes", "lab_bucket_chart")
    state = "packed" if one.packed else "open"
    st.caption(guest.t(f"laboratory.bucket.{state}", version=one.version))


def show_limits(guest: Visitor) -> None:
    st.markdown(guest.t("laboratory.limits.lead"))
    if guest.meter and st.button(
        guest.t("laboratory.limits.start"),
        icon=":material/gavel:",
        disabled=job.blocked(guest, "limits"),
        key="lab_limits",
    ):
        job.begin(guest, "limits", jobs.limits(guest.store.patient(), guest.meter))
    tried: tuple[Trial, ...] = (
        job.watch(guest, "limits", lambda at: limit_name(at.source), "laboratory.limits.running") or ()
    )
    for trial in tried:
        show_trial(guest, trial)
    st.markdown(guest.t("laboratory.limits.also"))


def show_trial(guest: Visitor, trial: Trial) -> None:
    with st.container(border=True):
        st.markdown(f"**{guest.t(f'laboratory.limits.{trial.code}')}**")
        sides = st.columns(2)
        for at, side in enumerate(("ordinary", "time-series")):
            refused = trial.refusal if at else ""
            sides[at].metric(
                guest.t(f"footprint.{side}"),
                guest.t("laboratory.limits.refused") if refused else outcome(trial, at, guest.language),
                refused or None,  # on a line of its own: a phone has no room for both
                delta_color="off",
                delta_arrow="off",
            )
        st.caption(guest.t(f"laboratory.limits.{trial.code}.note"))


guest = page("laboratory", needs="readings")
gain, inside, limits = st.tabs([guest.t(f"laboratory.tab.{name}") for name in ("gain", "inside", "limits")])
with gain:
    show_layouts(guest)
with inside:
    show_inside(guest)
with limits:
    show_limits(guest)
link(guest, "speed", guest.t("laboratory.to_speed"), icon=":material/speed:")
