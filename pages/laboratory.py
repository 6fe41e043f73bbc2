"""Laboratory: builds other layouts, shows buckets, and tests the limits of time series collections."""

from __future__ import annotations

import csv
import io

import streamlit as st

from core.errors import StorageError
from core.jobs import Phase, Progress
from core.lab import jobs
from core.lab.figures import sizes
from core.lab.footprint import server_version
from core.lab.layouts.buckets import GRANULARITIES, Bucket, buckets
from core.lab.layouts.build import LESSON_READINGS, Built
from core.lab.layouts.catalogue import BY_CODE, LAYOUTS, WATERFALL, Layout, available
from core.lab.layouts.limits import Trial
from core.lab.prepared.kept import Kind
from core.lab.sides import SIDES
from core.lab.wording import cost, described, of_default, outcome
from core.paristime import local
from core.texts import Words
from pages.shared import notices
from pages.shared.choice import choice
from pages.shared.frame import link, page
from pages.shared.visitor import Visitor
from pages.views.lab import job
from pages.views.lab.arrival import show_arrival
from pages.views.lab.display import Cell, Column, draw, show_statistics, sortable, warn_of_few
from pages.views.lab.kept import shown
from pages.views.lab.learn import show_learn
from pages.views.lab.prepare import show_prepare

DECIMALS = {
    "layout": None,
    **dict.fromkeys(("used", "data", "storage", "indexes", "free"), 2),
    "per_document": 0,
    "compressor": None,
    **dict.fromkeys(("readings", "speed"), 0),
}
"""Columns of the table of layouts with their decimals; None for text."""


def layout_name(words: Words, code: str) -> str:
    """Name of a layout."""
    return words.text(f"lab.layout.{code}")


def building(words: Words, progress: Progress) -> str:
    """The progress of a build: a layout, or waiting for a checkpoint after it."""
    name = layout_name(words, progress.source)
    return words.text("lab.waiting", layout=name) if progress.phase is Phase.CHECKPOINT else name


def limit_name(words: Words, code: str) -> str:
    """Name of a trial."""
    return words.text(f"laboratory.limits.{code}")


def show_layouts(visitor: Visitor) -> None:
    """Show the buttons that build layouts, and the layouts built."""
    words = visitor.words
    st.markdown(words.text("laboratory.layouts.lead"))
    with notices.guard():
        version = server_version(visitor.store)
    possible = [layout for layout in LAYOUTS if available(layout, version)]
    chosen = choose(visitor, possible)
    if chosen:
        job.begin(visitor, "layouts", jobs.layouts(visitor.store.patient(), chosen))
    found = shown(visitor, Kind.LAYOUTS, "layouts", lambda at: building(words, at))
    built = found.result or ()
    missing = len(LAYOUTS) - len(possible)
    if missing and len(built) < len(possible):
        st.caption(words.counted("laboratory.layouts.unavailable", missing, server=version))
    if built:
        show_built(visitor, built)


def choose(visitor: Visitor, possible: list[Layout]) -> list[Layout]:
    """The layouts to build now; empty until a button is pressed."""
    words = visitor.words
    blocked = job.blocked(visitor, "layouts")
    steps, everything = st.columns(2)
    chosen: list[Layout] = []
    if steps.button(
        words.text("laboratory.layouts.steps", count=len(WATERFALL)),
        type="primary",
        icon=":material/waterfall_chart:",
        disabled=blocked,
        key="lab_steps",
        width="stretch",
    ):
        chosen = list(WATERFALL)
    if everything.button(
        words.text("laboratory.layouts.all", count=len(possible)),
        icon=":material/science:",
        disabled=blocked,
        key="lab_all",
        width="stretch",
    ):
        chosen = possible
    with st.expander(words.text("laboratory.layouts.some"), icon=":material/checklist:"):
        codes = st.multiselect(
            words.text("laboratory.column.layout"),
            [layout.code for layout in possible],
            format_func=lambda code: layout_name(words, code),
            placeholder=words.text("laboratory.layouts.pick"),
            key="lab_chosen",
        )
        if st.button(words.text("laboratory.layouts.build"), disabled=blocked or not codes, key="lab_some"):
            chosen = [layout for layout in possible if layout.code in codes]
    return chosen


def show_built(visitor: Visitor, built: tuple[Built, ...]) -> None:
    """Show the charts and the table of the layouts built."""
    words = visitor.words
    by_code = {one.layout: one for one in built}
    there = sum(meter.readings for meter in visitor.meters)
    warn_of_few(visitor, there)
    if all(layout.code in by_code for layout in WATERFALL):
        st.header(words.text("laboratory.waterfall.title"), anchor=False)
        chosen = [by_code[layout.code] for layout in WATERFALL]
        draw(words, sizes.waterfall(chosen, words), "laboratory.waterfall.title", "lab_waterfall")
        st.caption(words.text("laboratory.waterfall.note"))
    st.header(words.text("laboratory.layouts.title"), anchor=False)
    draw(words, sizes.layouts(built, None, words), "laboratory.layouts.title", "lab_layouts")
    sortable(words, columns(words), [row(words, one) for one in built], key="lab_table")
    if not all(one.settled for one in built):
        st.warning(words.text("lab.unsettled"), icon=":material/hourglass_top:")
    if lesson := of_default(by_code, words):
        st.subheader(words.text("laboratory.default.title"), anchor=False)
        st.markdown(lesson)
    st.caption(words.text("laboratory.layouts.note", readings=words.number(LESSON_READINGS)))
    st.download_button(
        words.text("laboratory.layouts.csv"),
        as_csv(built),
        "courbe-layouts.csv",
        "text/csv",
        icon=":material/download:",
        key="lab_csv",
    )
    with st.expander(words.text("laboratory.layouts.what"), icon=":material/help:"):
        for one in built:
            st.markdown(f"**{layout_name(words, one.layout)}**  \n{described(one, by_code, words)}")
    show_raw(words, built, "lab_raw")


def show_raw(words: Words, built: tuple[Built, ...], key: str) -> None:
    """Show the server's statistics of the layouts built."""
    statistics = {layout_name(words, one.layout): one.usage.raw for one in built}
    show_statistics(words, statistics, "laboratory.column.layout", key)


def row(words: Words, one: Built) -> dict[str, Cell]:
    """One row of the table of layouts."""
    used = one.usage
    return {
        "layout": layout_name(words, one.layout),
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


def columns(words: Words) -> dict[str, Column]:
    """The columns of the table of layouts."""
    return {
        name: Column(words.text(f"laboratory.column.{name}"), places) for name, places in DECIMALS.items()
    }


def as_csv(built: tuple[Built, ...]) -> str:
    """Codes and exact bytes as CSV, the same in every language."""
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


def show_inside(visitor: Visitor) -> None:
    """Show the buckets of the meter and the comparison of granularities."""
    words = visitor.words
    st.markdown(words.text("laboratory.inside.lead"))
    if visitor.meter is None:
        return
    try:
        found = buckets(visitor.store, visitor.meter)
    except StorageError as error:
        notices.show(error)
        found = []
    if found:
        show_bucket(words, found)
    st.header(words.text("laboratory.granularity.title"), anchor=False)
    st.markdown(words.text("laboratory.granularity.lead"))
    if st.button(
        words.text("laboratory.granularity.start"),
        icon=":material/view_week:",
        disabled=job.blocked(visitor, "granularity"),
        key="lab_granularity",
    ):
        job.begin(visitor, "granularity", jobs.granularity(visitor.store.patient()))
    layouts = shown(visitor, Kind.LAYOUTS, "granularity", lambda at: building(words, at)).result or ()
    built = tuple(one for one in layouts if BY_CODE[one.layout] in GRANULARITIES)
    if built:
        for column, one in zip(st.columns(3), built, strict=False):
            held = one.usage.readings / max(one.usage.buckets or 1, 1)
            column.metric(
                layout_name(words, one.layout),
                words.number(held),
                words.text(
                    "laboratory.granularity.held",
                    size=cost(one.usage, words),
                ),
                delta_color="off",
                delta_arrow="off",
                border=True,
            )
        draw(words, sizes.layouts(built, None, words), "laboratory.granularity.title", "lab_grain")
        st.caption(words.text("laboratory.granularity.why"))
        show_raw(words, built, "lab_grain_raw")


def show_bucket(words: Words, found: list[Bucket]) -> None:
    """Show one bucket, chosen from a list."""
    picked = st.selectbox(
        words.text("laboratory.bucket.pick"),
        range(len(found)),
        index=min(1, len(found) - 1),
        format_func=lambda at: words.counted(
            "laboratory.bucket.name",
            found[at].readings,
            first=words.moment(local(found[at].first)),
            last=words.moment(local(found[at].last)),
        ),
        key="lab_bucket",
    )
    one = found[picked]
    cards = (
        ("readings", words.number(one.readings)),
        ("stored", words.size(one.bytes)),
        ("unpacked", words.size(one.unpacked_bytes)),
        ("watts", f"{words.number(one.least)}–{words.number(one.most)}"),
    )
    for column, (name, value) in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(words.text(f"laboratory.bucket.{name}"), value, border=True)
    draw(words, sizes.bucket_columns(one, words), "laboratory.bucket.bytes", "lab_bucket_chart")
    state = "packed" if one.packed else "open"
    st.caption(words.text(f"laboratory.bucket.{state}", version=one.version))


def show_limits(visitor: Visitor) -> None:
    """Show the trials of what a time series collection does slower or cannot do."""
    words = visitor.words
    st.markdown(words.text("laboratory.limits.lead"))
    if visitor.meter and st.button(
        words.text("laboratory.limits.start"),
        icon=":material/gavel:",
        disabled=job.blocked(visitor, "limits"),
        key="lab_limits",
    ):
        job.begin(visitor, "limits", jobs.limits(visitor.store.patient(), visitor.meter))
    tried: tuple[Trial, ...] = (
        shown(
            visitor,
            Kind.LIMITS,
            "limits",
            lambda at: limit_name(words, at.source),
            "laboratory.limits.running",
        ).result
        or ()
    )
    for trial in tried:
        show_trial(words, trial)
    st.markdown(words.text("laboratory.limits.also"))


def show_trial(words: Words, trial: Trial) -> None:
    """Show one trial on both sides."""
    with st.container(border=True):
        st.markdown(f"**{words.text(f'laboratory.limits.{trial.code}')}**")
        sides = st.columns(2)
        for at, side in enumerate(SIDES):
            refused = trial.refusal if at else ""
            sides[at].metric(
                words.text(side.label),
                words.text("laboratory.limits.refused") if refused else outcome(trial, at, words),
                refused or None,  # on a separate line, as a phone has no room for both
                delta_color="off",
                delta_arrow="off",
            )
        st.caption(words.text(f"laboratory.limits.{trial.code}.note"))


visitor = page("laboratory", needs="readings")
words = visitor.words
parts = {
    "gain": show_layouts,
    "inside": show_inside,
    "arrival": show_arrival,
    "limits": show_limits,
    "learn": show_learn,
}
part = choice(
    "part",
    list(parts),
    words.text("laboratory.part"),
    lambda name: words.text(f"laboratory.tab.{name}"),
    hide_label=True,
)
parts[part](visitor)
show_prepare(visitor)
link(visitor, "speed", words.text("laboratory.to_speed"), icon=":material/speed:")
