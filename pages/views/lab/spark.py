"""Spark on the Fleet page: loaded fleets, their load profile, and the lesson on the connector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from core.lab.fleet.forecast import LINKY_METERS
from core.lab.fleet.measure import Fleet
from core.lab.wording import cost
from core.spark import figures, lesson, national, results
from core.spark.results import Run
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.lab.display import draw

_COMMANDS: Final = "make spark\npython -m core fleet --engine spark --meters 1000 --days 730 --profile"


def runs_of(visitor: Visitor) -> list[Run]:
    """Every fleet that Spark loaded into the visitor's database."""
    with notices.guard():
        return results.runs(visitor.store.database)


def with_runs(fleet: Fleet, runs: Sequence[Run]) -> Fleet:
    """A fleet with the sizes that Spark loaded over the same days, as further points of its fit."""
    days = {one.days for one in fleet.sizes}
    known = {one.meters for one in fleet.sizes}
    more = [
        run.size
        for run in runs
        if {run.size.days} == days and run.size.meters not in known and run.options == fleet.options
    ]
    return replace(fleet, sizes=tuple(sorted((*fleet.sizes, *more), key=lambda one: one.meters)))


def show_spark(visitor: Visitor, runs: Sequence[Run]) -> None:
    """Show the loaded fleets, their profiles, the lesson and the national estimate."""
    words = visitor.words
    st.header(words.text("spark.page.title"), anchor=False)
    st.markdown(words.text("spark.page.lead"))
    if runs:
        _show_runs(words, runs)
        for run in runs:
            _show_profile(visitor, run)
    else:
        st.markdown(words.text("spark.page.none"))
    st.code(_COMMANDS, language="sh", wrap_lines=True)
    with st.expander(words.text("spark.page.lesson"), icon=":material/school:"):
        _show_lesson(words, lesson.kept())
    with st.expander(
        words.text("spark.page.national", meters=words.number(LINKY_METERS)), icon=":material/public:"
    ):
        _show_national(words)


def _show_runs(words: Words, runs: Sequence[Run]) -> None:
    sides = [(run.size.footprint.ordinary, run.size.footprint.time_series) for run in runs]
    st.table(
        {
            words.text("fleet.meters"): [words.number(run.size.meters) for run in runs],
            words.text("spark.page.days"): [words.number(run.size.days) for run in runs],
            words.text("fleet.table.ordinary"): [cost(one, words) for one, _ in sides],
            words.text("fleet.table.time_series"): [cost(one, words) for _, one in sides],
            words.text("spark.page.seconds"): [words.number(run.seconds) for run in runs],
            words.text("spark.page.speed"): [
                words.number(run.written / run.seconds if run.seconds else 0) for run in runs
            ],
            words.text("spark.page.through"): [
                words.text(f"spark.page.{run.through}", workers=words.number(run.workers)) for run in runs
            ],
        }
    )


def _show_profile(visitor: Visitor, run: Run) -> None:
    words = visitor.words
    with notices.guard():
        rows = results.figures(visitor.store.database, run.fleet, "profile")
    if rows:
        meters = words.counted("report.meters", run.size.meters)
        st.caption(words.text("spark.page.profile", meters=meters))
        draw(words, figures.profile(rows, words), "spark.page.power", f"spark_profile_{run.fleet}")


def _show_lesson(words: Words, found: lesson.Lesson) -> None:
    """Show the lesson, each row with its command."""
    st.table(
        {
            words.text("spark.page.tried"): [words.text(f"spark.lesson.{row.code}") for row in found.rows],
            words.text("spark.page.seen"): [
                words.text(f"spark.outcome.{row.outcome}", **row.values) for row in found.rows
            ],
            words.text("spark.page.command"): [f"`{row.command}`" for row in found.rows],
        }
    )
    versions = {"connector": found.connector, "spark": found.spark, "server": found.server}
    st.caption(words.text("spark.cli.versions", **versions))


def _show_national(words: Words) -> None:
    """Show the estimate for all meters, each row with its formula; storage is of one node."""
    rows = national.work()

    def formula(one: national.Work) -> str:
        return (
            f"{words.number(one.readings)} × ({words.number(one.client_us, 2)} + "
            f"{words.number(one.server_us, 2)}) µs"
        )

    st.table(
        {
            words.text("spark.page.work"): [words.text(f"spark.national.{one.code}") for one in rows],
            words.text("spark.page.client"): [words.number(one.client_hours) for one in rows],
            words.text("spark.page.server"): [words.number(one.server_hours) for one in rows],
            words.text("spark.page.formula"): [formula(one) for one in rows],
        }
    )
    whole, daily = national.disk()
    costs = national.costs()
    st.markdown(
        words.text(
            "spark.page.disk",
            whole=words.size(whole),
            daily=words.size(daily),
            order=words.number(costs["bytes_in_order"], 2),
            apart=words.number(costs["bytes_daily"], 2),
        )
    )
    st.caption(
        words.text("spark.page.constants", date=words.day(costs["measured"]), connector=costs["connector"])
    )
