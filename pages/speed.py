"""The same questions to both collections: how long each takes, what it examines, and inserting."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.formats import listed, number
from core.lab import jobs
from core.lab.figures import scales
from core.lab.speed.inserts import BATCH, BATCHES, Inserted
from core.lab.speed.races import RUNS, Race
from pages.shared.frame import link, page
from pages.shared.visitor import Visitor
from pages.views.lab import job
from pages.views.lab.display import Cell, Column, draw, sortable

TIMES = ("ordinary", "ordinary_p95", "time_series", "time_series_p95", "ratio")
EXAMINED = ("documents", "keys", "buckets", "series_keys")
SIDES = {"ordinary": "ordinary", "time_series": "time-series"}
"""Sides of a race, and the ends of their texts."""


def start(guest: Visitor) -> None:
    if guest.meter and st.button(
        guest.t("speed.start"),
        type="primary",
        icon=":material/timer:",
        disabled=job.blocked(guest, "speed"),
        key="speed_start",
    ):
        job.begin(guest, "speed", jobs.speed(guest.store.patient(), guest.meter))


def show_races(guest: Visitor, run: tuple[Race, ...]) -> None:
    draw(guest, scales.races(run, guest.language), "speed.axis", "speed_chart")
    st.caption(guest.t("speed.reading", runs=RUNS))
    rows = [row(guest, one) for one in run]
    sortable(guest, columns(guest, TIMES, 2), rows, key="speed_table")
    slower = [guest.t(f"speed.query.{one.query}") for one in run if one.slower]
    if slower:
        names = listed(slower, guest.language)
        st.info(guest.t("speed.slower", queries=names), icon=":material/balance:")
    st.caption(guest.t("speed.note", runs=RUNS))
    st.header(guest.t("speed.examined"), anchor=False)
    sortable(guest, columns(guest, EXAMINED, 0), rows, key="speed_examined")
    with st.expander(guest.t("speed.copy"), icon=":material/content_copy:"):
        show_copy(guest, {one.query: one for one in run})


def show_copy(guest: Visitor, run: dict[str, Race]) -> None:
    question, collection = st.columns(2)
    picked = question.selectbox(
        guest.t("speed.column.query"),
        list(run),
        format_func=lambda code: guest.t(f"speed.query.{code}"),
        key="speed_query",
    )
    side = collection.selectbox(
        guest.t("speed.to"),
        list(SIDES),
        format_func=lambda side: guest.t(f"footprint.{SIDES[side]}"),
        key="speed_side",
    )
    written = run[picked].written[side]
    for tab, language, code in zip(
        st.tabs(["mongosh", "Python"]),
        ("javascript", "python"),
        (written.shell, written.python),
        strict=True,
    ):
        tab.code(code, language=language)
    if written.hides_meter:
        st.caption(guest.t("speed.masked"))


def columns(guest: Visitor, names: tuple[str, ...], decimals: int) -> dict[str, Column]:
    return {"query": Column(guest.t("speed.column.query"))} | {
        name: Column(guest.t(f"speed.head.{name}"), decimals) for name in names
    }


def row(guest: Visitor, one: Race) -> dict[str, Cell]:
    return {
        "query": guest.t(f"speed.query.{one.query}"),
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


def show_inserts(guest: Visitor) -> None:
    st.header(guest.t("speed.insert.title"), anchor=False)
    st.markdown(guest.t("speed.insert.lead", batches=BATCHES, batch=number(BATCH, guest.language)))
    if guest.meter and st.button(
        guest.t("speed.insert.start"),
        icon=":material/upload:",
        disabled=job.blocked(guest, "insert", tell=False),
        key="speed_insert",
    ):
        job.begin(guest, "insert", jobs.inserting(guest.store.patient(), guest.meter))
    found: tuple[Inserted, ...] = (
        job.watch(guest, "insert", lambda at: guest.t(f"speed.way.{at.source}")) or ()
    )
    for one in found:
        st.markdown(f"**{guest.t(f'speed.way.insert-{one.way}')}**")
        speeds = (float(np.median(one.ordinary)), float(np.median(one.time_series)))
        for column, side, speed in zip(st.columns(2), ("ordinary", "time-series"), speeds, strict=True):
            column.metric(
                guest.t(f"footprint.{side}"),
                guest.t("speed.insert.per_second", count=number(speed, guest.language)),
                border=True,
            )


guest = page("speed", needs="readings")
st.markdown(guest.t("speed.rules", runs=RUNS))
start(guest)
races: tuple[Race, ...] = job.watch(guest, "speed", lambda at: guest.t(f"speed.query.{at.source}")) or ()
if races:
    show_races(guest, races)
show_inserts(guest)
link(guest, "fleet", guest.t("speed.to_fleet"), icon=":material/groups:")
