"""The same questions to both collections: how long each takes, what it examines, and inserting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.formats import number
from core.lab import figures, work
from core.lab.inserts import BATCH, BATCHES, Inserted
from core.lab.queries import RUNS, Race
from pages.shared import lab_job
from pages.shared.frame import link, page
from pages.shared.visitor import Visitor

NO_BAR = {"displayModeBar": False}


def start(guest: Visitor) -> None:
    running = lab_job.find(guest, "speed")
    if guest.meter and st.button(
        guest.t("speed.start"),
        type="primary",
        icon=":material/timer:",
        disabled=running is not None and running.active,
        key="speed_start",
    ):
        lab_job.begin(guest, "speed", work.speed(guest.store.patient(), guest.meter))


def show_races(guest: Visitor, run: tuple[Race, ...]) -> None:
    st.plotly_chart(figures.races(run, guest.language), config=NO_BAR, key="speed_chart")
    st.dataframe(table(guest, run), hide_index=True, key="speed_table", column_config=columns(guest))
    slower = [guest.t(f"speed.query.{one.query}") for one in run if one.ratio < 1]
    if slower:
        st.info(guest.t("speed.slower", queries=", ".join(slower)), icon=":material/balance:")
    st.caption(guest.t("speed.note", runs=RUNS))
    with st.expander(guest.t("speed.copy"), icon=":material/content_copy:"):
        codes = {one.query: one for one in run}
        picked = st.selectbox(
            guest.t("speed.column.query"),
            list(codes),
            format_func=lambda code: guest.t(f"speed.query.{code}"),
            key="speed_query",
        )
        st.caption(guest.t("speed.both"))
        for tab, language, code in zip(
            st.tabs(["mongosh", "Python"]),
            ("javascript", "python"),
            (codes[picked].shell, codes[picked].python),
            strict=True,
        ):
            tab.code(code, language=language)


def table(guest: Visitor, run: tuple[Race, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
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
        for one in run
    )


def columns(guest: Visitor) -> dict[str, object]:
    whole = ("documents", "keys", "buckets", "series_keys")
    decimal = ("ordinary", "ordinary_p95", "time_series", "time_series_p95", "ratio")
    return (
        {"query": st.column_config.TextColumn(guest.t("speed.column.query"))}
        | {
            name: st.column_config.NumberColumn(guest.t(f"speed.head.{name}"), format="%.2f")
            for name in decimal
        }
        | {
            name: st.column_config.NumberColumn(guest.t(f"speed.head.{name}"), format="%,.0f")
            for name in whole
        }
    )


def show_inserts(guest: Visitor) -> None:
    st.header(guest.t("speed.insert.title"), anchor=False)
    st.markdown(guest.t("speed.insert.lead", batches=BATCHES, batch=number(BATCH, guest.language)))
    running = lab_job.find(guest, "insert")
    if guest.meter and st.button(
        guest.t("speed.insert.start"),
        icon=":material/upload:",
        disabled=running is not None and running.active,
        key="speed_insert",
    ):
        lab_job.begin(guest, "insert", work.inserting(guest.store.patient(), guest.meter))
    found: tuple[Inserted, ...] = (
        lab_job.watch(guest, "insert", lambda code: guest.t(f"speed.way.{code}")) or ()
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
races: tuple[Race, ...] = lab_job.watch(guest, "speed", lambda code: guest.t(f"speed.query.{code}")) or ()
if races:
    show_races(guest, races)
show_inserts(guest)
link(guest, "fleet", guest.t("speed.to_fleet"), icon=":material/groups:")
