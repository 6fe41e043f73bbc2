"""Calendar of the record: the state of each day by year and week, with details of chosen days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.importing.coverage import Day, DayState, days_of
from core.model import Days, Meter
from core.paristime import local, today
from core.storage.record import Record
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.history.api import can_ask

COLOURS: Final = {
    DayState.COMPLETE: "#3aa37c",
    DayState.PARTIAL: "#f0b429",
    DayState.MISSING: "#c0392b",
    DayState.NOT_YET: "#8fb8e8",
    DayState.REFUSED: "#6b7480",
}
CELL: Final = 0.86
BAND: Final = 8.2
"""Rows of a year: seven days and some space."""
YEAR_HEIGHT: Final = 118
COLUMNS: Final = ("day", "state", "covered", "energy", "origin", "asked", "official", "difference")
SHOWN_CHANGES: Final = 100


def show_calendar(visitor: Visitor, meter: Meter, busy: bool) -> Days | None:
    """Show the state of each day of a meter; returns the days to ask for again, once that is wanted."""
    words = visitor.words
    with notices.guard():
        record = visitor.store.record(meter)
    days = days_of(record, today()) if record else ()
    if record is None or not days:
        return None
    st.header(words.text("history.calendar.title", meter=words.meter(meter)), anchor=False)
    st.markdown(_summary(words, days))
    event = st.plotly_chart(
        _figure(words, days),
        key="history_calendar",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt=words.text("history.calendar.alt"),
    )
    chosen = _chosen(words, days, event)
    wanted = _show_chosen(visitor, meter, chosen, busy) if chosen else None
    _show_differences(words, days)
    _show_changes(words, record)
    return wanted


def _summary(words: Words, days: Sequence[Day]) -> str:
    counts = Counter(one.state for one in days)
    told = [
        words.counted(f"history.counted.{state.value}", counts[state]) for state in DayState if counts[state]
    ]
    compared = [one.agrees for one in days if one.agrees is not None]
    if compared:
        same = sum(compared)
        told.append(
            words.text(
                "history.calendar.totals",
                same=words.number(same),
                of=words.number(len(compared)),
            )
        )
    return notices.plain(" · ".join(told))


def _figure(words: Words, days: Sequence[Day]) -> go.Figure:
    """One band per year, one column per week, Monday on top; each state is a series.

    All years share one pair of axes, as a selection with Shift ends at the limits of its axes.
    """
    years = list(range(days[0].day.year, days[-1].day.year + 1))
    by_state = {state: [one for one in days if one.state is state] for state in DayState}
    cells = [_cells(words, state, of, years[0]) for state, of in by_state.items() if of]
    # in one step, as Plotly takes fifty milliseconds to change a figure piece by piece
    return go.Figure(cells, _layout(words, years))


def _cells(words: Words, state: DayState, cells: Sequence[Day], first_year: int) -> go.Bar:
    return go.Bar(
        x=np.array([_week(one.day) for one in cells]),  # Plotly looks at each item of a list
        y=np.full(len(cells), CELL),
        base=np.array([(one.day.year - first_year) * BAND + one.day.weekday() - CELL / 2 for one in cells]),
        width=CELL,
        marker={"color": COLOURS[state], "line": {"width": 0}},
        customdata=np.array([one.day.isoformat() for one in cells]),
        hovertext=np.array([_told(words, one) for one in cells]),
        hovertemplate="%{hovertext}<extra></extra>",
        name=words.text(f"history.state.{state.value}"),
    )


def _layout(words: Words, years: Sequence[int]) -> dict[str, Any]:
    """Axes with the months of the last year, which differ by at most one column in other years."""
    plain = {"showgrid": False, "zeroline": False, "fixedrange": True}
    beside = {"x": 1, "xref": "paper", "xanchor": "left", "textangle": 90, "showarrow": False}
    return {
        "xaxis": plain
        | {
            "range": [-0.6, 53.6],
            "tickvals": [_week(date(years[-1], month, 1)) + 1.5 for month in range(1, 13)],
            "ticktext": words.text("history.calendar.months").split(),
            "tickangle": 0,
        },
        "yaxis": plain
        | {
            "range": [BAND * len(years) - 1, -0.6],
            "tickvals": [band * BAND + row for band in range(len(years)) for row in (0, 2, 4, 6)],
            "ticktext": words.text("history.calendar.weekdays").split() * len(years),
        },
        "annotations": [
            beside | {"text": str(year), "y": band * BAND + 3} for band, year in enumerate(years)
        ],
        "barmode": "overlay",
        "bargap": 0,
        "height": 80 + YEAR_HEIGHT * len(years),
        "margin": {"l": 44, "r": 24, "t": 42, "b": 38},
        "showlegend": True,  # also for a single state
        "legend": {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "itemclick": False},
        "dragmode": False,  # Streamlit takes no clicks in a drag mode
        "hoverlabel": {"align": "left"},
    }


def _week(day: date) -> int:
    """The column of a day: weeks since that of 1 January, Monday to Sunday."""
    first = date(day.year, 1, 1)
    return (day - first + timedelta(days=first.weekday())).days // 7


def _told(words: Words, one: Day) -> str:
    """The hover text of a day."""
    lines = [
        f"<b>{_weekday(words, one.day)} {words.day(one.day)}</b>",
        f"{words.text(f'history.state.{one.state.value}')} · {_covered(words, one.covered, one.minutes)}",
    ]
    if one.covered:
        lines.append(words.kwh(one.watt_minutes, 2))
        lines.append(_origins(words, one))
    if one.asked_ms:
        lines.append(words.text("history.day.asked", moment=words.moment(local(one.asked_ms))))
    difference = one.difference_wh
    if difference is not None:
        lines.append(words.text("history.day.difference", wh=words.number(difference, 1)))
    return "<br>".join(lines)


@lru_cache(maxsize=64)  # most days are covered alike, and two years of them are told in each run
def _covered(words: Words, covered: int, minutes: int) -> str:
    return words.text("history.day.covered", covered=words.hours(covered), hours=words.hours(minutes))


def _origins(words: Words, one: Day) -> str:
    return words.text("history.list").join(words.text(f"origin.{origin.value}") for origin in one.origins)


def _weekday(words: Words, day: date) -> str:
    return words.text("history.calendar.days").split()[day.weekday()]


def _chosen(words: Words, days: Sequence[Day], event: Any) -> list[Day]:
    """The days from the first to the last clicked one, else those of the date field."""
    picked = {point.get("customdata") for point in event.selection.points}
    dates = sorted(date.fromisoformat(_first(one)) for one in picked if one)
    value: Any = (dates[0], dates[-1]) if dates else ()  # empty: no span chosen yet
    typed = st.date_input(
        words.text("history.calendar.range"),
        value=value,
        min_value=days[0].day,
        max_value=days[-1].day,
        format="DD/MM/YYYY",
        help=words.text("history.calendar.range.help"),
    )
    span = typed if isinstance(typed, tuple) else (typed,)
    if not span:
        return []
    return [one for one in days if span[0] <= one.day <= span[-1]]


def _first(customdata: Any) -> str:
    return str(customdata[0] if isinstance(customdata, list) else customdata)


def _show_chosen(visitor: Visitor, meter: Meter, chosen: Sequence[Day], busy: bool) -> Days | None:
    words = visitor.words
    st.dataframe(
        [
            _compared(words, one)
            | {
                words.text("history.column.state"): words.text(f"history.state.{one.state.value}"),
                words.text("history.column.covered"): _covered(words, one.covered, one.minutes),
                words.text("history.column.origin"): _origins(words, one),
                words.text("history.column.asked"): words.moment(local(one.asked_ms)) if one.asked_ms else "",
            }
            for one in chosen
        ],
        hide_index=True,
        column_order=[words.text(f"history.column.{name}") for name in COLUMNS],
        height=min(38 + 35 * len(chosen), 300),
    )
    if not can_ask(visitor, meter):
        st.caption(words.text("history.calendar.no_api"))
        return None
    clicked = st.button(
        words.text("history.calendar.again"), icon=":material/refresh:", disabled=busy, key="history_again"
    )
    return Days(chosen[0].day, chosen[-1].day + timedelta(days=1)) if clicked else None


def _show_differences(words: Words, days: Sequence[Day]) -> None:
    """Show the days whose curve differs from Enedis's daily total, the latest first."""
    differing = [one for one in reversed(days) if one.agrees is False]
    if differing:
        label = words.counted("history.differs", len(differing))
        with st.expander(label, icon=":material/difference:"):
            st.dataframe([_compared(words, one) for one in differing], hide_index=True)


def _compared(words: Words, one: Day) -> dict[str, str]:
    """A day's energy and Enedis's total, as far as they are known."""
    official, difference = one.official_wh, one.difference_wh
    return {
        words.text("history.column.day"): f"{_weekday(words, one.day)} {words.day(one.day)}",
        words.text("history.column.energy"): words.kwh(one.watt_minutes, 2) if one.covered else "",
        words.text("history.column.official"): "" if official is None else words.kwh(official * 60, 2),
        words.text("history.column.difference"): ""
        if difference is None
        else f"{words.number(difference, 1)} Wh",
    }


def _show_changes(words: Words, record: Record) -> None:
    """Show the readings that another delivery corrected."""
    if not record.changed:
        return
    label = words.counted("history.changes", record.changed)
    with st.expander(label, icon=":material/edit_note:"):
        st.dataframe(
            [
                {
                    words.text("history.column.moment"): words.moment(local(one.start)),
                    words.text("history.column.was"): f"{words.number(one.was)} W",
                    words.text("history.column.now"): f"{words.number(one.now)} W",
                    words.text("history.column.origin"): words.text(f"origin.{one.origin.value}"),
                    words.text("history.column.imported"): words.moment(local(one.at_ms)),
                }
                for one in reversed(record.changes[-SHOWN_CHANGES:])
            ],
            hide_index=True,
        )
        left_out = record.changed - min(len(record.changes), SHOWN_CHANGES)
        if left_out:
            st.caption(words.text("history.more", count=words.number(left_out)))
