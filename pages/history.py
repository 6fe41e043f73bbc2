"""History: import readings, follow the import, and see the state of each day."""

from __future__ import annotations

from typing import Literal, get_args

import streamlit as st

from core.importing.run import import_work
from core.model import Days
from core.sources.demo import DemoSource
from pages.shared import notices
from pages.shared.frame import page
from pages.shared.mending import show_damages
from pages.shared.visitor import Visitor
from pages.views.history import api, files
from pages.views.history.calendar import show_calendar
from pages.views.history.erase import show_erase
from pages.views.history.job import Kind, is_running, key_of, show_report, show_running
from pages.views.history.preview import Factory, show_preview
from pages.views.history.reading import Place

Source = Literal["demo", "files", "api"]


def choose_kind(visitor: Visitor) -> Source:
    """Show the choice of the source."""
    words = visitor.words
    kinds: list[Source] = ["demo", "files"]
    likely: Source = "files" if visitor.meters else "demo"
    if visitor.capabilities.api:
        kinds.append("api")
        likely = "api" if visitor.token else likely
    likely = next((one for one in kinds if one == st.query_params.get("source")), likely)
    kind = st.segmented_control(
        words.text("history.source"),
        kinds,
        default=likely,
        required=True,
        wrap=True,
        format_func=lambda one: words.text(f"history.source.{one}"),
        key="history_source",
    )
    if not visitor.capabilities.api:
        st.caption(words.text("history.source.no_api"))
    return kind


def choose_source(visitor: Visitor, kind: Source) -> Factory | None:
    """Show the fields and preview of a source without files; returns what to import, None if nothing."""
    if kind == "api":
        return api.choose(visitor)
    st.markdown(visitor.words.text("history.demo.note"))
    demo = DemoSource()
    show_preview(visitor.words, None, demo.preview())
    return lambda: [demo]


def choose_meter(visitor: Visitor) -> None:
    """Show the choice of the meter whose days are shown, if there are several."""
    meters = [summary.meter for summary in visitor.meters]
    if visitor.meter is None or len(meters) < 2:
        return
    # no key, so that the widget is reset when an import chooses another meter
    chosen = st.selectbox(
        visitor.words.text("common.meter"),
        meters,
        index=meters.index(visitor.meter),
        format_func=visitor.words.meter,
    )
    visitor.choose(chosen)


def say_who_sees(visitor: Visitor) -> None:
    """Say on a shared deployment that everybody with the address sees the readings.

    A visitor who came by a link, which others may have, is offered a new workspace.
    """
    words = visitor.words
    if not visitor.is_shared:
        return
    if not visitor.came_by_link:
        st.info(words.text("common.workspace.shown"), icon=":material/key:")
        return
    st.warning(words.text("common.workspace.led"), icon=":material/key:")
    if st.button(words.text("common.workspace.anew"), icon=":material/add:", key="begin_anew"):
        visitor.begin_anew()
        st.rerun()


def start(visitor: Visitor, sources: Factory, kind: Kind) -> None:
    """Start the import in the background and rerun the page to show it."""
    with notices.guard():
        meter = next((one.preview().meter for one in sources()), None)
        if meter:
            visitor.choose(meter)
        job = visitor.jobs.start(key_of(visitor, kind), import_work(visitor.store, sources))
        visitor.begun_ms = job.started_ms
        visitor.emptied += 1
    st.rerun()


def begin(visitor: Visitor, source: Source, wanted: Factory | None, *, busy: bool) -> None:
    """Show the button that starts the import."""
    words, update = visitor.words, source == "api" and bool(visitor.meters)
    pressed = st.button(
        words.text("history.update" if update else "history.start"),
        type="primary",
        icon=":material/download:",
        disabled=busy or wanted is None,
        help=words.text("history.start.busy") if busy else None,
        key="history_start",
    )
    if pressed and wanted:
        start(visitor, wanted, kind_of(source))


def kind_of(source: Source) -> Kind:
    """Kind of the import of a source."""
    return "api" if source == "api" else "others"


def fetch_again(visitor: Visitor, days: Days) -> None:
    """Ask the API for some days again."""
    with notices.guard():
        start(visitor, api.sources(visitor, days), "api")


visitor = page("history")
words = visitor.words
if not any(is_running(visitor, kind) for kind in get_args(Kind)):
    show_damages(visitor)
with st.container(border=True, key="history_import"):
    st.header(words.text("history.import.title"), anchor=False)
    say_who_sees(visitor)
    source = choose_kind(visitor)
    uploads = files.field(visitor) if source == "files" else ()
    place = Place()
# below, so that the field for files stays where it is; a report takes the place of what it reports
busy = {kind: show_running(visitor, kind) for kind in get_args(Kind)}
for one in get_args(Kind):
    show_report(visitor, one)
if visitor.meter:
    choose_meter(visitor)
    asked_again = show_calendar(visitor, visitor.meter, busy["api"])
    if asked_again:
        fetch_again(visitor, asked_again)
    show_erase(visitor, visitor.meter, any(busy.values()))
# at the end, so that the page is whole while files are read
chosen = files.choose(visitor, uploads, place) if uploads else None
with place.show():
    this_busy, wanted = busy[kind_of(source)], None
    if chosen:
        wanted = files.show(words, chosen)
    elif not this_busy and source == "files":
        st.caption(words.text("history.files.note"))
    elif not this_busy:
        wanted = choose_source(visitor, source)
    begin(visitor, source, wanted, busy=this_busy)
