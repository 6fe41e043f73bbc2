"""Habits: weekly profile, load duration, base load."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.consumption.base_load import base_load, base_parts
from core.consumption.cost.bills import daily_cost
from core.consumption.cost.contracts import Contract
from core.consumption.cost.dearest import mean_price
from core.consumption.figures.habits import (
    base_chart,
    base_year,
    base_year_euros,
    day_profile,
    duration_curve,
    week_profile,
)
from core.consumption.figures.theme import Theme
from core.consumption.household import Household
from core.consumption.periods import Period
from core.consumption.profiles import Profile, Season, duration, profile
from core.consumption.queries import Asked, Query
from core.consumption.readings import History
from core.model import Days
from core.texts import Words
from pages.shared.choice import choice
from pages.shared.visitor import Visitor
from pages.views.card import card, heading
from pages.views.empty import measured
from pages.views.later import one_place

_WEEK = {"all": tuple(range(7)), "work": tuple(range(5)), "end": (5, 6)}


def show_habits(visitor: Visitor, home: Household, period: Period, contract: Contract, style: Theme) -> None:
    """Show the charts of the period, and the base load."""
    with one_place():
        shown = measured(visitor, home, period)
        if shown:
            _usual(visitor, home, shown, style)
    show_base(visitor, home, contract, style)


def _usual(visitor: Visitor, home: Household, shown: Days, style: Theme) -> None:
    """Show week, day and load duration of the period, or of one of its seasons."""
    words = visitor.words
    inside = (home.carpet.day >= np.datetime64(shown.first)) & (home.carpet.day < np.datetime64(shown.end))
    history = home.history.during(shown)
    season = _season(words, history)
    inside &= season.holds(home.carpet.day)
    found = profile(home.carpet.rows(inside))
    heading(words, "profile")
    card(visitor, "profile", week_profile(found, style), Asked(Query.PROFILE, shown, season))
    heading(words, "mean_day")
    weekdays = _weekdays(words, found)
    asked = Asked(Query.PROFILE, shown, season)
    card(visitor, "mean_day", day_profile(found, weekdays, style), asked, below=True)
    heading(words, "duration")
    lasting = duration(history.where(season.holds(history.day)))
    asked = Asked(Query.DURATION, shown, season)
    card(visitor, "duration", duration_curve(lasting, style), asked, below=True)


def _season(words: Words, history: History) -> Season:
    """The chosen season of those with readings; without a choice if there is only one."""
    held = [one for one in Season if one is not Season.ALL and one.holds(history.day).any()]
    if len(held) < 2:
        return Season.ALL
    return choice(
        "season",
        [Season.ALL, *held],
        words.text("consumption.season.label"),
        lambda one: words.text(f"consumption.season.{one.value}"),
    )


def _weekdays(words: Words, found: Profile) -> tuple[int, ...]:
    """The chosen weekdays (Monday is 0) of those with readings; without a choice if there is only one."""
    held = [number for number in range(7) if found.days[number]]
    if len(held) < 2:
        return tuple(range(7))
    kinds = list(_WEEK) if held[0] < _WEEK["end"][0] <= held[-1] else ["all"]
    chosen = choice(
        "weekdays",
        [*kinds, *map(str, held)],
        words.text("consumption.weekdays.label"),
        lambda one: (
            words.text(f"consumption.weekdays.{one}")
            if one in _WEEK
            else words.weekday(int(one)).capitalize()
        ),
        hide_label=True,
    )
    return _WEEK.get(chosen) or (int(chosen),)


def show_base(visitor: Visitor, home: Household, contract: Contract, style: Theme) -> None:
    """Show the base load of the whole history, as a month has too few nights."""
    words = visitor.words
    base = base_load(home.carpet)
    parts = base_parts(home.carpet, base)
    heading(words, "base", whole=True)
    asked = Asked(Query.BASE, home.days)
    card(visitor, "base", base_chart(base, parts, style), asked, whole=True, below=True)
    st.caption(words.text("consumption.base.why"))
    if parts.always is None or not home.is_bought:
        return
    price = mean_price(daily_cost(home.metered(contract), home.days), home.daily)
    if price is None:
        return
    st.markdown(
        words.text(
            "consumption.base.cost",
            watts=words.watts(parts.always),
            year=base_year(parts.always, style),
            euros=words.euros(base_year_euros(parts.always, price.euros), 0),
            price=words.euros(price.euros, 4),
            since=words.day(price.since),
        )
    )
