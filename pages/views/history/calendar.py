"""The record as a calendar: the state of each day, year by week; choose days to see more or ask again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

import plotly.graph_objects as go
import streamlit as st

from core.formats import counted, hours, kwh, labelled, moment, number
from core.formats import day as written_day
from core.importing.coverage import Day, DayState, days_of
from core.model import Days, Meter
from core.paristime import local, today
from core.storage.record import Record
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
"""Rows of a year: seven days and a little air."""
YEAR_HEIGHT: Final = 118
COLUMNS: Final = ("day", "state", "covered", "energy", "origin", "asked", "official", "difference")
SHOWN_CHANGES: Final = 100


def show_calendar(guest: Visitor, meter: Meter, busy: bool) -> Days | None:
    """What is known of each day of a meter; the days to ask about again, once somebody wants to."""
    with notices.guard():
        record = guest.store.record(meter)
    days = days_of(record, today()) if record else ()
    if record is None or not days:
        return None
    st.header(guest.t("history.calendar.title", meter=guest.name_of(meter)), anchor=False)
    st.markdown(_summary(guest, days))
    event = st.plotly_chart(
        _figure(guest, days),
        key="history_calendar",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt=guest.t("history.calendar.alt"),
    )
    chosen = _chosen(guest, days, event)
    wanted = _show_chosen(guest, meter, chosen, busy) if chosen else None
    _show_differences(guest, days)
    _show_changes(guest, record)
    return wanted


def _summary(guest: Visitor, days: Sequence[Day]) -> str:
    counts = Counter(one.state for one in days)
    words = [
        labelled(
            guest.t(f"history.state.{state.value}"), number(counts[state], guest.language), guest.language
        )
        for state in DayState
        if counts[state]
    ]
    compared = [one.agrees for one in days if one.agrees is not None]
    if compared:
        same = sum(compared)
        words.append(
            guest.t(
                "history.calendar.totals",
                same=number(same, guest.language),
                of=number(len(compared), guest.language),
            )
        )
    return notices.plain(" · ".join(words))


def _figure(guest: Visitor, days: Sequence[Day]) -> go.Figure:
    """One band a year, one column a week, Monday on top; each state a series of its own. All of it on one
    pair of axes: a choice with Shift ends where its axes end."""
    years = list(range(days[0].day.year, days[-1].day.year + 1))
    figure = go.Figure()
    for state in DayState:
        cells = [one for one in days if one.state is state]
        if cells:
            figure.add_trace(_cells(guest, state, cells, years[0]))
    _axes(guest, figure, years)
    figure.update_layout(
        barmode="overlay",
        bargap=0,
        height=70 + YEAR_HEIGHT * len(years),
        margin={"l": 36, "r": 24, "t": 36, "b": 8},
        showlegend=True,  # also of one state alone
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "itemclick": False},
        dragmode=False,  # with a frame to draw, Streamlit takes no clicks
        hoverlabel={"align": "left"},
    )
    return figure


def _cells(guest: Visitor, state: DayState, cells: Sequence[Day], first_year: int) -> go.Bar:
    return go.Bar(
        x=[_week(one.day) for one in cells],
        y=[CELL] * len(cells),
        base=[(one.day.year - first_year) * BAND + one.day.weekday() - CELL / 2 for one in cells],
        width=CELL,
        marker={"color": COLOURS[state], "line": {"width": 0}},
        customdata=[one.day.isoformat() for one in cells],
        hovertext=[_told(guest, one) for one in cells],
        hovertemplate="%{hovertext}<extra></extra>",
        name=guest.t(f"history.state.{state.value}"),
    )


def _axes(guest: Visitor, figure: go.Figure, years: Sequence[int]) -> None:
    """Months below, as they lie in the last year: in another one they begin a column aside at most."""
    plain = {"showgrid": False, "zeroline": False, "fixedrange": True}
    figure.update_xaxes(
        range=[-0.6, 53.6],
        tickvals=[_week(date(years[-1], month, 1)) + 1.5 for month in range(1, 13)],
        ticktext=guest.t("history.calendar.months").split(),
        tickangle=0,
        **plain,
    )
    figure.update_yaxes(
        range=[BAND * len(years) - 1, -0.6],
        tickvals=[band * BAND + row for band in range(len(years)) for row in (0, 2, 4, 6)],
        ticktext=guest.t("history.calendar.weekdays").split() * len(years),
        **plain,
    )
    for band, year in enumerate(years):
        place = {"x": 1, "xref": "paper", "xanchor": "left", "y": band * BAND + 3}
        figure.add_annotation(text=str(year), textangle=90, showarrow=False, **place)


def _week(day: date) -> int:
    """The column of a day: weeks since the one of 1 January, Monday to Sunday."""
    first = date(day.year, 1, 1)
    return (day - first + timedelta(days=first.weekday())).days // 7


def _told(guest: Visitor, one: Day) -> str:
    """What the pointer tells of a day."""
    spoken = guest.language
    lines = [
        f"<b>{_weekday(guest, one.day)} {written_day(one.day, spoken)}</b>",
        f"{guest.t(f'history.state.{one.state.value}')} · {_covered(guest, one)}",
    ]
    if one.covered:
        lines.append(kwh(one.watt_minutes, spoken, 2))
        lines.append(_origins(guest, one))
    if one.asked_ms:
        lines.append(guest.t("history.day.asked", moment=moment(local(one.asked_ms), spoken)))
    difference = one.difference_wh
    if difference is not None:
        lines.append(guest.t("history.day.difference", wh=number(difference, spoken, 1)))
    return "<br>".join(lines)


def _covered(guest: Visitor, one: Day) -> str:
    covered, whole = (hours(minutes, guest.language) for minutes in (one.covered, one.minutes))
    return guest.t("history.day.covered", covered=covered, hours=whole)


def _origins(guest: Visitor, one: Day) -> str:
    return guest.t("history.list").join(guest.t(f"origin.{origin.value}") for origin in one.origins)


def _weekday(guest: Visitor, day: date) -> str:
    return guest.t("history.calendar.days").split()[day.weekday()]


def _chosen(guest: Visitor, days: Sequence[Day], event: Any) -> list[Day]:
    """The days from the first to the last one clicked, else those of the date field."""
    picked = {point.get("customdata") for point in event.selection.points}
    dates = sorted(date.fromisoformat(_first(one)) for one in picked if one)
    typed = st.date_input(
        guest.t("history.calendar.range"),
        value=(dates[0], dates[-1]) if dates else (),
        min_value=days[0].day,
        max_value=days[-1].day,
        format="DD/MM/YYYY",
        help=guest.t("history.calendar.range.help"),
    )
    span = typed if isinstance(typed, tuple) else (typed,)
    if not span:
        return []
    return [one for one in days if span[0] <= one.day <= span[-1]]


def _first(customdata: Any) -> str:
    return str(customdata[0] if isinstance(customdata, list) else customdata)


def _show_chosen(guest: Visitor, meter: Meter, chosen: Sequence[Day], busy: bool) -> Days | None:
    spoken = guest.language
    st.dataframe(
        [
            _compared(guest, one)
            | {
                guest.t("history.column.state"): guest.t(f"history.state.{one.state.value}"),
                guest.t("history.column.covered"): _covered(guest, one),
                guest.t("history.column.origin"): _origins(guest, one),
                guest.t("history.column.asked"): moment(local(one.asked_ms), spoken) if one.asked_ms else "",
            }
            for one in chosen
        ],
        hide_index=True,
        column_order=[guest.t(f"history.column.{name}") for name in COLUMNS],
        height=min(38 + 35 * len(chosen), 300),
    )
    if not can_ask(guest, meter):
        st.caption(guest.t("history.calendar.no_api"))
        return None
    clicked = st.button(
        guest.t("history.calendar.again"), icon=":material/refresh:", disabled=busy, key="history_again"
    )
    return Days(chosen[0].day, chosen[-1].day + timedelta(days=1)) if clicked else None


def _show_differences(guest: Visitor, days: Sequence[Day]) -> None:
    """The days whose curve is not Enedis's daily total, the latest first."""
    differing = [one for one in reversed(days) if one.agrees is False]
    if differing:
        label = counted("history.differs", len(differing), guest.language)
        with st.expander(label, icon=":material/difference:"):
            st.dataframe([_compared(guest, one) for one in differing], hide_index=True)


def _compared(guest: Visitor, one: Day) -> dict[str, str]:
    """A day's energy beside Enedis's total, as far as both are known."""
    spoken, official, difference = guest.language, one.official_wh, one.difference_wh
    return {
        guest.t("history.column.day"): f"{_weekday(guest, one.day)} {written_day(one.day, spoken)}",
        guest.t("history.column.energy"): kwh(one.watt_minutes, spoken, 2) if one.covered else "",
        guest.t("history.column.official"): "" if official is None else kwh(official * 60, spoken, 2),
        guest.t("history.column.difference"): ""
        if difference is None
        else f"{number(difference, spoken, 1)} Wh",
    }


def _show_changes(guest: Visitor, record: Record) -> None:
    """The readings another delivery corrected."""
    if not record.changed:
        return
    spoken = guest.language
    label = counted("history.changes", record.changed, spoken)
    with st.expander(label, icon=":material/edit_note:"):
        st.dataframe(
            [
                {
                    guest.t("history.column.moment"): moment(local(one.start), spoken),
                    guest.t("history.column.was"): f"{number(one.was, spoken)} W",
                    guest.t("history.column.now"): f"{number(one.now, spoken)} W",
                    guest.t("history.column.origin"): guest.t(f"origin.{one.origin.value}"),
                    guest.t("history.column.imported"): moment(local(one.at_ms), spoken),
                }
                for one in reversed(record.changes[-SHOWN_CHANGES:])
            ],
            hide_index=True,
        )
        left_out = record.changed - min(len(record.changes), SHOWN_CHANGES)
        if left_out:
            st.caption(guest.t("history.more", count=number(left_out, spoken)))
