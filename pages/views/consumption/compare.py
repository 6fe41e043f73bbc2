"""Comparisons: a second period over the first, the years, and unusual days."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from core.consumption.figures.bars import years
from core.consumption.figures.curve import load_curve
from core.consumption.figures.long import differences
from core.consumption.figures.theme import Theme
from core.consumption.household import Household
from core.consumption.insights import Unlike, unlike_days
from core.consumption.periods import Period, View, shifted, usual_start
from core.consumption.queries import Asked, Query
from core.consumption.totals import by_day
from core.model import Days
from core.texts import Words
from pages.shared.choice import by_visitor, switch
from pages.shared.visitor import Visitor
from pages.views.card import card, heading
from pages.views.empty import measured
from pages.views.later import one_place
from pages.views.navigator import from_day, open_button

_OPENS = ":material/arrow_forward:"
_CURVES = 8
"""Most days for which two curves are drawn over each other."""


def show_compare(visitor: Visitor, home: Household, period: Period, style: Theme) -> None:
    """Show the second period, the years and the unusual days."""
    with one_place():
        shown = measured(visitor, home, period)
        if shown:
            _overlay(visitor, home, shown, style)
    heading(visitor.words, "years", whole=True)
    cumulated = switch("cumulated", visitor.words.text("consumption.years.cumulated"))
    card(
        visitor,
        "years",
        years(home.daily, style, cumulated=cumulated),
        Asked(Query.DAYS if cumulated else Query.MONTHS, home.days),
        whole=True,
        below=True,
    )
    _unlike(visitor, home)


def _overlay(visitor: Visitor, home: Household, shown: Days, style: Theme) -> None:
    """Show another period of the same length over the one shown, by default a year before."""
    words = visitor.words
    heading(words, "overlay")
    if shown == home.days:
        st.caption(words.text("consumption.overlay.all"))
        return
    first = _first_of_other(words, home, shown)
    moved = shown.first - first
    others = shifted(shown, -moved)
    other = home.history.during(others)
    now = home.history.during(shown)
    chart = (
        load_curve(now, shown, style, other=other, later=moved)
        if len(shown) <= _CURVES
        else differences(by_day(home.history, shown), by_day(home.history, others), style)
    )
    card(visitor, "overlay", chart, Asked(Query.CURVE, shown, others=others))
    st.markdown(
        words.text(
            "consumption.overlay.sums",
            now=words.kwh(now.watt_minutes),
            days=words.days(first, first + timedelta(days=len(shown) - 1), capital=True),
            then=words.kwh(other.watt_minutes) if len(other) else words.text("consumption.overlay.none"),
        )
    )


def _first_of_other(words: Words, home: Household, shown: Days) -> date:
    """The first day of the second period; the URL has it unless it is the default."""
    usual = usual_start(shown, home.days)
    key = f"overlay-{shown.first}-{shown.end}"
    wish = from_day("against", usual)
    st.session_state[key] = wish if home.days.first <= wish < home.days.end else usual
    first: date = st.date_input(
        words.text("consumption.overlay.label"),
        min_value=home.days.first,
        max_value=home.days.last,
        format="DD/MM/YYYY",
        key=key,
        on_change=_keep_other,
        args=(key, usual),
        width=260,
    )
    return first


@by_visitor
def _keep_other(key: str, usual: date) -> None:
    first = st.session_state[key]
    if first == usual:
        st.query_params.pop("against", None)
    else:
        st.query_params["against"] = first.isoformat()


def _unlike(visitor: Visitor, home: Household) -> None:
    """List the days that differ from the same weekday of the weeks around."""
    words = visitor.words
    heading(words, "unlike", whole=True)
    found = unlike_days(home.daily)
    if not found:
        st.caption(words.text("consumption.unlike.none"))
        return
    with st.container(gap="xxsmall"):
        for one in sorted(found, key=lambda each: each.first, reverse=True):
            days_link(visitor, one.first, one.last, _words(words, one))
    st.caption(words.text("consumption.unlike.how"))


def _words(words: Words, one: Unlike) -> str:
    """`12 Feb 2025: 2.1 times a usual Monday`, `3 Mar 2025: 79 % less than a usual Monday`."""
    more = one.times >= 1
    values = {"energy": words.kwh(one.energy), "usual": words.kwh(one.usual)} | (
        {"times": words.number(one.times, 1)} if more else {"share": words.percent(1 - one.times, 0)}
    )
    if one.first != one.last:
        key = "consumption.unlike.days_more" if more else "consumption.unlike.days_less"
        return words.text(key, days=words.days(one.first, one.last, capital=True), **values)
    key = "consumption.unlike.more" if more else "consumption.unlike.less"
    return words.text(key, day=words.day(one.first), weekday=words.weekday(one.first.weekday()), **values)


def days_link(visitor: Visitor, first: date, last: date, label: str) -> None:
    """A button in the form of a sentence that opens a day, or several."""
    view = View.DAY if first == last else View.CUSTOM
    open_button(
        visitor, Period(view, Days(first, last + timedelta(days=1))), label, f"days-{label}", icon=_OPENS
    )
