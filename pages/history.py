"""History: bring readings in, watch it happen, and see what is known of each day."""

from __future__ import annotations

from typing import Literal, get_args

import streamlit as st

from core.importing.run import import_work
from core.model import Days
from core.sources.demo import DemoSource
from pages.shared import notices
from pages.shared.frame import page
from pages.shared.visitor import Visitor
from pages.views.history import api, files
from pages.views.history.calendar import show_calendar
from pages.views.history.erase import show_erase
from pages.views.history.job import Kind, key_of, show_job
from pages.views.history.preview import Factory, show_preview

Source = Literal["demo", "files", "api"]


def choose_kind(guest: Visitor) -> Source:
    """Where the readings come from."""
    kinds: list[Source] = ["demo", "files"]
    likely: Source = "files" if guest.meters else "demo"
    if guest.capabilities.api:
        kinds.append("api")
        likely = "api" if guest.token else likely
    kind = st.segmented_control(
        guest.t("history.source"),
        kinds,
        default=likely,
        required=True,
        wrap=True,
        format_func=lambda one: guest.t(f"history.source.{one}"),
        key="history_source",
    )
    if not guest.capabilities.api:
        st.caption(guest.t("history.source.no_api"))
    return kind


def choose_source(guest: Visitor, kind: Source) -> Factory | None:
    """What would be imported, with its preview; None while there is nothing."""
    if kind == "files":
        return files.choose(guest)
    if kind == "api":
        return api.choose(guest)
    st.markdown(guest.t("history.demo.note"))
    demo = DemoSource()
    show_preview(guest, None, demo.preview())
    return lambda: [demo]


def choose_meter(guest: Visitor) -> None:
    """Whose days are shown, where there are several meters."""
    meters = [summary.meter for summary in guest.meters]
    if guest.meter is None or len(meters) < 2:
        return
    # no key: the widget begins anew, with the chosen meter, whenever an import chooses another
    chosen = st.selectbox(
        guest.t("common.meter"), meters, index=meters.index(guest.meter), format_func=guest.name_of
    )
    guest.choose(chosen)


def start(guest: Visitor, sources: Factory, kind: Kind) -> None:
    """Begins the import in the background and shows it."""
    with notices.guard():
        meter = next((one.preview().meter for one in sources()), None)
        if meter:
            guest.choose(meter)
        guest.jobs.start(key_of(guest, kind), import_work(guest.store, sources))
        guest.imports += 1
    st.rerun()


def fetch_again(guest: Visitor, days: Days) -> None:
    """Asks the API about some days anew."""
    with notices.guard():
        start(guest, api.sources(guest, days), "api")


guest = page("history")
busy = {kind: show_job(guest, kind) for kind in get_args(Kind)}
with st.container(border=True):
    st.header(guest.t("history.import.title"), anchor=False)
    source = choose_kind(guest)
    job: Kind = "api" if source == "api" else "others"
    wanted = None if busy[job] else choose_source(guest, source)
    update = source == "api" and bool(guest.meters)
    if (
        st.button(
            guest.t("history.update" if update else "history.start"),
            type="primary",
            icon=":material/download:",
            disabled=busy[job] or wanted is None,
            help=guest.t("history.start.busy") if busy[job] else None,
            key="history_start",
        )
        and wanted
    ):
        start(guest, wanted, job)
if guest.meter:
    choose_meter(guest)
    asked_again = show_calendar(guest, guest.meter, busy["api"])
    if asked_again:
        fetch_again(guest, asked_again)
    show_erase(guest, guest.meter, any(busy.values()))
