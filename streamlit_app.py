"""Welcome: what Courbe is, and the demo household with one click, without an account or a network."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from core.importing.run import import_work, share_of
from core.jobs import Job, Phase
from core.lab.figures.sizes import side_by_side
from core.lab.fleet.forecast import LINKY_METERS as METERS
from core.lab.fleet.outlook import YEARS, outlook
from core.lab.prepared.kept import Kind
from core.model import DEMO_PRM, Meter
from core.sources.demo import DemoSource
from core.texts import Words
from pages.shared import notices, presenter
from pages.shared.frame import go, page, path_of, show_trouble
from pages.shared.visitor import Visitor
from pages.views.lab.display import draw, headline
from pages.views.lab.kept import kept_of, told
from pages.views.lab.prepare import show_prepare
from pages.views.talk.slides import SLIDES

READINGS_A_YEAR: Final = 48 * 365
DEMO_METER: Final = Meter(DEMO_PRM)


def promise(visitor: Visitor) -> None:
    """Show the storage of both collections in one figure and chart, and the forecast for a country."""
    words = visitor.words
    kept, fleet = kept_of(visitor, Kind.FOOTPRINT), kept_of(visitor, Kind.FLEET)
    if kept is None:
        return
    both = kept.result
    headline(
        words.text(
            "welcome.headline",
            small=words.size(both.time_series.net_bytes),
            large=words.size(both.ordinary.net_bytes),
        ),
        words.text("welcome.reason", readings=words.number(both.time_series.readings)),
    )
    draw(words, side_by_side(both, None, words), "footprint.title", "welcome_chart")
    st.caption(told(words, kept))
    country = outlook(fleet.result, METERS, YEARS) if fleet else ()
    if country:
        ordinary, series = country
        st.markdown(
            words.text(
                "welcome.country",
                year=words.number(READINGS_A_YEAR),
                billion=words.number(READINGS_A_YEAR * METERS / 1e9),
                ordinary=words.size(ordinary.node.likely),
                series=words.size(series.node.likely),
                years=YEARS,
            )
        )


def import_demo(visitor: Visitor) -> None:
    """Import the demo household as a job with progress, then go to Consumption."""
    with notices.guard():
        key = visitor.workspace.key
        before = visitor.jobs.find(key)
        if (
            before and before.active
        ):  # of files, or from another tab; importing the demo again changes nothing
            watch(visitor.words, before)
        job = visitor.jobs.start(key, import_work(visitor.store, lambda: [DemoSource()]))
        watch(visitor.words, job)
        if job.error:
            raise job.error
        visitor.refresh()
        visitor.choose(DEMO_METER)
    go(visitor, "consumption")


def watch(words: Words, job: Job[Any]) -> None:
    """Show the progress of an import until it ends."""
    bar = st.progress(0.0, words.text("welcome.importing"))
    while not job.wait(0.1):
        progress = job.progress
        told = "welcome.projecting" if progress.phase is Phase.WRITING else "welcome.importing"
        bar.progress(share_of(progress), words.text(told))
    bar.empty()


if presenter.is_asked_for():
    presenter.present(SLIDES)
    st.stop()
visitor = page("welcome", needs="nothing")
words = visitor.words
if visitor.trouble:
    show_trouble(visitor, visitor.trouble)
returning = visitor.trouble is None and bool(visitor.meters)
with st.container(horizontal=True):
    if returning and st.button(
        words.text("welcome.back"), type="primary", icon=":material/monitoring:", key="see_consumption"
    ):
        go(visitor, "consumption")
    wanted = st.button(
        words.text("welcome.demo"),
        type="secondary" if returning else "primary",
        icon=":material/play_arrow:",
        disabled=visitor.trouble is not None,
        key="try_demo",
    )
    if st.button(words.text("welcome.own"), icon=":material/person:", key="own_data"):
        go(visitor, "connect")
    if returning and st.button(
        words.text("talk.begin"),
        icon=":material/podium:",
        help=words.text("talk.begin_help"),
        shortcut="P",
        key="begin_talk",
    ):
        presenter.begin(visitor)
if st.button(words.text("welcome.only_see"), type="tertiary", icon=":material/show_chart:", key="only_see"):
    # directly to the import, without the page about MongoDB
    st.switch_page(path_of("history"), query_params=visitor.query | {"source": "files"})
st.caption(words.text("welcome.demo_note"))
progress = st.container()
promise(visitor)
if returning:
    show_prepare(visitor)
st.caption(words.text("welcome.marks"))
if wanted:
    with progress:
        import_demo(visitor)
