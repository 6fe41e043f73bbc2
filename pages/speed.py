"""Speed: the same queries on both collections with times and examined documents, and inserting."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.lab import jobs
from core.lab.figures import scales
from core.lab.prepared.kept import Kind
from core.lab.sides import SIDES, Side
from core.lab.speed.inserts import BATCH, BATCHES, Inserted
from core.lab.speed.races import RUNS, Race
from core.texts import Words
from pages.shared.frame import link, page
from pages.shared.visitor import Visitor
from pages.views.lab import job
from pages.views.lab.display import Cell, Column, draw, headline, sortable
from pages.views.lab.kept import shown

TIMES = ("ordinary", "ordinary_p95", "time_series", "time_series_p95", "ratio")
EXAMINED = ("documents", "keys", "buckets", "series_keys")


def start(visitor: Visitor) -> None:
    """Show the button that starts the race."""
    if visitor.meter and st.button(
        visitor.words.text("speed.start"),
        type="primary",
        icon=":material/timer:",
        disabled=job.blocked(visitor, "speed"),
        key="speed_start",
    ):
        job.begin(visitor, "speed", jobs.speed(visitor.store.patient(), visitor.meter))


def show_races(words: Words, run: tuple[Race, ...]) -> None:
    """Show the headline, chart and tables of the raced queries."""
    slower = [words.text(f"speed.query.{one.query}") for one in run if one.slower]
    headline(
        words.text("speed.headline", won=sum(one.faster for one in run), all=len(run)),
        words.text("speed.slower", queries=words.listed(slower))
        if slower
        else words.text("speed.none_slower"),
    )
    draw(words, scales.races(run, words), "speed.axis", "speed_chart")
    st.caption(words.text("speed.reading", runs=RUNS))
    rows = [row(words, one) for one in run]
    sortable(words, columns(words, TIMES, 2), rows, key="speed_table")
    st.caption(words.text("speed.note", runs=RUNS))
    st.header(words.text("speed.examined"), anchor=False)
    sortable(words, columns(words, EXAMINED, 0), rows, key="speed_examined")
    with st.expander(words.text("speed.copy"), icon=":material/content_copy:"):
        show_copy(words, {one.query: one for one in run})


def show_copy(words: Words, run: dict[str, Race]) -> None:
    """Show a query to copy, for mongosh and Python."""
    question, collection = st.columns(2)
    picked = question.selectbox(
        words.text("speed.column.query"),
        list(run),
        format_func=lambda code: words.text(f"speed.query.{code}"),
        key="speed_query",
    )
    side = collection.selectbox(
        words.text("speed.to"),
        [side.value for side in SIDES],
        format_func=lambda side: words.text(Side(side).label),
        key="speed_side",
    )
    written = run[picked].written[side]
    for tab, language, code in zip(
        st.tabs(["mongosh", "Python"]),
        ("javascript", "python"),
        (written.shell, written.python),
        strict=True,
    ):
        tab.code(code, language=language, wrap_lines=True)
    if written.hides_meter:
        st.caption(words.text("speed.masked"))


def columns(words: Words, names: tuple[str, ...], decimals: int) -> dict[str, Column]:
    """Columns of a table of queries."""
    return {"query": Column(words.text("speed.column.query"))} | {
        name: Column(words.text(f"speed.head.{name}"), decimals) for name in names
    }


def row(words: Words, one: Race) -> dict[str, Cell]:
    """One query in a table."""
    return {
        "query": words.text(f"speed.query.{one.query}"),
        "ordinary": one.ordinary.median,
        "ordinary_p95": one.ordinary.p95,
        "time_series": one.time_series.median,
        "time_series_p95": one.time_series.p95,
        "ratio": one.ratio,
        "documents": one.ordinary.documents,
        "keys": one.ordinary.keys,
        "buckets": one.time_series.documents,
        "series_keys": one.time_series.keys,
    }


def show_inserts(visitor: Visitor) -> None:
    """Show the button and the results of the comparison of inserts."""
    words = visitor.words
    st.header(words.text("speed.insert.title"), anchor=False)
    st.markdown(words.text("speed.insert.lead", batches=BATCHES, batch=words.number(BATCH)))
    if visitor.meter and st.button(
        words.text("speed.insert.start"),
        icon=":material/upload:",
        disabled=job.blocked(visitor, "insert", tell=False),
        key="speed_insert",
    ):
        job.begin(visitor, "insert", jobs.inserting(visitor.store.patient(), visitor.meter))
    found: tuple[Inserted, ...] = (
        shown(visitor, Kind.INSERT, "insert", lambda at: words.text(f"speed.way.{at.source}")).result or ()
    )
    for one in found:
        st.markdown(f"**{words.text(f'speed.way.insert-{one.way}')}**")
        speeds = (float(np.median(one.ordinary)), float(np.median(one.time_series)))
        for column, side, speed in zip(st.columns(2), SIDES, speeds, strict=True):
            column.metric(
                words.text(side.label),
                words.text("speed.insert.per_second", count=words.number(speed)),
                border=True,
            )


visitor = page("speed", needs="readings")
words = visitor.words
races: tuple[Race, ...] = (
    shown(visitor, Kind.SPEED, "speed", lambda at: words.text(f"speed.query.{at.source}")).result or ()
)
if races:
    show_races(words, races)
st.markdown(words.text("speed.rules", runs=RUNS))
start(visitor)
show_inserts(visitor)
link(visitor, "fleet", words.text("speed.to_fleet"), icon=":material/groups:")
