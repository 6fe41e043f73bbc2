"""Welcome: what Courbe is, and one click into the demo household, without an account or a network."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from core.importing.run import import_work
from core.jobs import Job
from core.model import DEMO_PRM, Meter
from core.sources.demo import DemoSource
from core.texts import Words
from pages.shared import notices, presenter
from pages.shared.frame import go, page, show_trouble
from pages.shared.visitor import Visitor
from pages.views.talk.slides import SLIDES

READINGS_A_YEAR: Final = 48 * 365
DEMO_METER: Final = Meter(DEMO_PRM)
METERS: Final = 37_000_000
"""Linky meters in France."""


def figures(words: Words) -> None:
    """What half-hourly readings add up to in a year."""
    one, all_of_them = st.columns(2)
    with one.container(border=True):
        count = words.number(READINGS_A_YEAR)
        st.metric(words.text("welcome.one_meter"), count)
        st.caption(words.text("welcome.one_meter_note"))
    with all_of_them.container(border=True):
        count = words.number(READINGS_A_YEAR * METERS / 1e9)
        st.metric(words.text("welcome.all_meters"), words.text("welcome.billion", count=count))
        st.caption(words.text("welcome.all_meters_note"))


def import_demo(visitor: Visitor) -> None:
    """Imports the demo household as a job, waits for it with its progress, then goes to the charts."""
    with notices.guard():
        key = visitor.workspace.key
        before = visitor.jobs.find(key)
        if before and before.active:  # of files, or begun in another tab: repeating the demo changes nothing
            watch(visitor.words, before)
        job = visitor.jobs.start(key, import_work(visitor.store, lambda: [DemoSource()]))
        watch(visitor.words, job)
        if job.error:
            raise job.error
        visitor.refresh()
        visitor.choose(DEMO_METER)
    go(visitor, "consumption")


def watch(words: Words, job: Job[Any]) -> None:
    """Waits for the end of an import."""
    bar = st.progress(0.0, words.text("welcome.importing"))
    while not job.wait(0.1):
        progress = job.progress
        written = progress.readings / progress.expected if progress.expected else 0.0
        phase = "welcome.projecting" if written >= 1 else "welcome.importing"
        bar.progress(min(written, 1.0), words.text(phase))
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
st.caption(words.text("welcome.demo_note"))
progress = st.container()
figures(words)
st.caption(words.text("welcome.marks"))
if wanted:
    with progress:
        import_demo(visitor)
