"""Now against then: a second period over the first, year on year, and days unlike their neighbours."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from core.consumption.figures.bars import years
from core.consumption.figures.curve import load_curve
from core.consumption.figures.theme import Theme
from core.consumption.household import Household
from core.consumption.insights import Unlike, unlike_days
from core.consumption.periods import Period, View, shifted, usual_start
from core.consumption.queries import Asked, Query
from core.formats import percent
from core.model import Days
from pages.shared.choice import switch
from pages.shared.frame import path_of
from pages.shared.visitor import Visitor
from pages.views.card import card, heading
from pages.views.empty import measured
from pages.views.navigator import from_day, shown_in_address


def show_compare(guest: Visitor, home: Household, period: Period, style: Theme) -> None:
    shown = measured(guest, home, period)
    if shown:
        _overlay(guest, home, shown, style)
    heading(guest, "years", whole=True)
    cumulated = switch("cumulated", guest.t("consumption.years.cumulated"))
    card(
        guest,
        "years",
        years(home.daily, style, cumulated=cumulated),
        Asked(Query.DAYS if cumulated else Query.MONTHS, home.days),
        whole=True,
    )
    _unlike(guest, home, style)


def _overlay(guest: Visitor, home: Household, shown: Days, style: Theme) -> None:
    """Any period of the same length over the one shown; at first the same weekdays a year before."""
    heading(guest, "overlay")
    if shown == home.days:
        st.caption(guest.t("consumption.overlay.all"))
        return
    first = _first_of_other(guest, home, shown)
    moved = shown.first - first
    others = shifted(shown, -moved)
    other = home.history.during(others)
    now = home.history.during(shown)
    chart = load_curve(now, shown, style, other=other, later=moved)
    card(guest, "overlay", chart, Asked(Query.CURVE, shown, others=others))
    st.markdown(
        guest.t(
            "consumption.overlay.sums",
            now=style.kwh(now.watt_minutes),
            days=style.days(first, first + timedelta(days=len(shown) - 1)),
            then=style.kwh(other.watt_minutes) if len(other) else guest.t("consumption.overlay.none"),
        )
    )


def _first_of_other(guest: Visitor, home: Household, shown: Days) -> date:
    """The first day of the second period; the address has it where it is not the usual one."""
    usual = usual_start(shown, home.days)
    key = f"overlay-{shown.first}-{shown.end}"
    wish = from_day("against", usual)
    st.session_state[key] = wish if home.days.first <= wish < home.days.end else usual
    first: date = st.date_input(
        guest.t("consumption.overlay.label"),
        min_value=home.days.first,
        max_value=home.days.end - timedelta(days=1),
        format="DD/MM/YYYY",
        key=key,
        on_change=_keep_other,
        args=(key, usual),
        width=260,
    )
    return first


def _keep_other(key: str, usual: date) -> None:
    first = st.session_state[key]
    if first == usual:
        st.query_params.pop("against", None)
    else:
        st.query_params["against"] = first.isoformat()


def _unlike(guest: Visitor, home: Household, style: Theme) -> None:
    """In words: days that do not look like the same weekday of the weeks around."""
    heading(guest, "unlike", whole=True)
    found = unlike_days(home.daily)
    if not found:
        st.caption(guest.t("consumption.unlike.none"))
        return
    for one in sorted(found, key=lambda each: each.first, reverse=True):
        days_link(guest, one.first, one.last, _words(guest, one, style))
    st.caption(guest.t("consumption.unlike.how"))


def _words(guest: Visitor, one: Unlike, style: Theme) -> str:
    """`12 Feb 2025: 2.1 times a usual Monday`, `3 Mar 2025: 79 % less than a usual Monday`."""
    more = one.times >= 1
    values = {"energy": style.kwh(one.energy), "usual": style.kwh(one.usual)} | (
        {"times": style.number(one.times, 1)}
        if more
        else {"share": percent(1 - one.times, guest.language, 0)}
    )
    if one.first != one.last:
        key = "consumption.unlike.days_more" if more else "consumption.unlike.days_less"
        return guest.t(key, days=style.days(one.first, one.last), **values)
    key = "consumption.unlike.more" if more else "consumption.unlike.less"
    return guest.t(key, day=style.day(one.first), weekday=style.weekday(one.first.weekday()), **values)


def days_link(guest: Visitor, first: date, last: date, label: str) -> None:
    """A link that opens a day, or several."""
    view = View.DAY if first == last else View.CUSTOM
    query = (
        guest.query
        | shown_in_address()
        | {"view": view.value, "day": first.isoformat(), "to": last.isoformat()}
    )
    st.page_link(path_of("consumption"), label=label, query_params=query)
