"""Operation: readings that arrive day by day, and deletion by age."""

from __future__ import annotations

import streamlit as st

from core.lab import jobs
from core.lab.arrival import daily, retention
from core.lab.arrival.daily import Arrival
from core.lab.arrival.retention import Retained
from core.lab.figures.arrival import arrivals_chart
from core.lab.prepared.kept import Kind
from core.lab.sides import Side
from core.texts import Words
from pages.shared.visitor import Visitor
from pages.views.lab import job
from pages.views.lab.display import draw
from pages.views.lab.kept import shown

VERSIONS = ("6-3", "7-0", "8-0", "8-2")
"""Server versions with a relevant statement in the documentation."""


def show_arrival(visitor: Visitor) -> None:
    """Show both measurements, each on a separate server, which may be restarted."""
    words = visitor.words
    st.markdown(words.text("arrival.lead", meters=daily.METERS, days=daily.DAYS, restart=daily.RESTART_DAYS))
    if st.button(
        words.text("arrival.start"),
        icon=":material/calendar_month:",
        disabled=job.blocked(visitor, "arrival"),
        key="lab_arrival",
    ):
        job.begin(visitor, "arrival", jobs.arrival(visitor.store.patient()))
    found: tuple[Arrival, ...] = (
        shown(visitor, Kind.ARRIVAL, "arrival", lambda at: words.text(f"arrival.{at.source}")).result or ()
    )
    if found:
        show_arrivals(words, found)
    st.header(words.text("retention.title"), anchor=False)
    st.markdown(words.text("retention.lead", days=retention.DAYS, kept=retention.KEPT_DAYS))
    if st.button(
        words.text("retention.start"),
        icon=":material/auto_delete:",
        disabled=job.blocked(visitor, "retention", tell=False),
        key="lab_retention",
    ):
        job.begin(visitor, "retention", jobs.retained(visitor.store.patient()))
    kept: tuple[Retained, ...] = (
        shown(visitor, Kind.RETENTION, "retention", lambda at: words.text(Side(at.source).label)).result or ()
    )
    if kept:
        show_retained(words, kept)
    st.header(words.text("versions.title"), anchor=False)
    st.markdown(words.text("versions.lead"))
    st.markdown("\n".join(f"- {words.text(f'versions.since-{version}')}" for version in VERSIONS))
    st.markdown(words.text("versions.end"))


def show_arrivals(words: Words, found: tuple[Arrival, ...]) -> None:
    """Show the chart and the explanation of each scenario."""
    draw(words, arrivals_chart(found, words), "arrival.title", "lab_arrival_chart")
    for one in found:
        held = words.number(one.readings_per_bucket)
        st.markdown(
            f"**{words.text(f'arrival.{one.code}')}** — "
            f"{words.text(f'arrival.{one.code}.why')} {words.text('arrival.held', held=held)}"
        )


def show_retained(words: Words, kept: tuple[Retained, ...]) -> None:
    """Show what each side kept."""
    head = ("before", "exact", "after", "oldest")
    st.table(
        {words.text("footprint.table.size"): [words.text(f"retention.{name}") for name in head]}
        | {
            words.text(Side(one.side).label): [
                words.number(one.before),
                words.number(one.exact),
                words.number(one.after),
                words.text("retention.days", days=words.number(one.oldest_days)),
            ]
            for one in kept
        }
    )
    st.caption(words.text("retention.note"))
