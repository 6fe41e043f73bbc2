"""When a household uses how much: weekly profile, load duration, base load."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import streamlit as st

from core.consumption.contracts import Contract
from core.consumption.figures.habits import (
    base_chart,
    base_year,
    base_year_euros,
    day_profile,
    duration_curve,
    week_profile,
)
from core.consumption.figures.theme import Theme
from core.consumption.history import to_date
from core.consumption.household import Household
from core.consumption.insights import base_load
from core.consumption.periods import Period
from core.consumption.queries import Query
from core.consumption.shapes import Season, duration, profile
from core.consumption.tariffs import WATT_MINUTES_PER_KWH, daily_cost
from core.model import Days
from pages.shared.visitor import Visitor
from pages.views.card import card
from pages.views.empty import measured

_WEEK = {"all": tuple(range(7)), "work": tuple(range(5)), "end": (5, 6)}


def show_habits(guest: Visitor, home: Household, period: Period, contract: Contract, style: Theme) -> None:
    shown = measured(guest, home, period)
    if shown:
        _usual(guest, home, shown, style)
    show_base(guest, home, contract, style)


def _usual(guest: Visitor, home: Household, shown: Days, style: Theme) -> None:
    """Week, day and load duration of the period."""
    inside = (home.carpet.day >= np.datetime64(shown.first)) & (home.carpet.day < np.datetime64(shown.end))
    whole = home.carpet.rows(inside)
    with st.container(horizontal=True):
        season = st.segmented_control(
            guest.t("consumption.season.label"),
            list(Season),
            default=Season.ALL,
            required=True,
            wrap=True,
            format_func=lambda one: guest.t(f"consumption.season.{one.value}"),
            key="season",
        )
        week = st.segmented_control(
            guest.t("consumption.weekdays.label"),
            [*_WEEK, *map(str, range(7))],
            default="all",
            required=True,
            wrap=True,
            format_func=lambda one: (
                guest.t(f"consumption.weekdays.{one}")
                if one in _WEEK
                else guest.t(f"consumption.weekday.{one}").capitalize()
            ),
            key="weekdays",
        )
    found = profile(whole, season)
    weekdays = _WEEK.get(week) or (int(week),)
    card(guest, "profile", week_profile(found, style), shown, Query.PROFILE)
    card(guest, "mean_day", day_profile(found, weekdays, style), shown, Query.PROFILE)
    lasting = duration(home.history.during(shown))
    card(guest, "duration", duration_curve(lasting, style), shown, Query.DURATION)


def show_base(guest: Visitor, home: Household, contract: Contract, style: Theme) -> None:
    """Base load over the whole history: a period of a month would say little."""
    base = base_load(home.carpet)
    card(guest, "base", base_chart(base, style), home.days, Query.BASE)
    price = mean_price(home, contract) if home.is_bought else None
    if base.typical is None or price is None:
        return
    st.markdown(
        guest.t(
            "consumption.base.cost",
            watts=style.watts(base.typical),
            year=base_year(base.typical, style),
            euros=style.euros(base_year_euros(base.typical, price[0]), 0),
            price=style.euros(price[0], 4),
            since=style.day(to_date(price[1])),
        )
    )


def mean_price(home: Household, contract: Contract) -> tuple[Decimal, np.datetime64] | None:
    """EUR per kWh over the last 365 days with a known price, and the first of them; None without any."""
    cost = daily_cost(home.metered(contract), home.days)
    energy = home.daily.energy
    rows = np.nonzero(cost.known & (energy > 0))[0][-365:]
    if not len(rows):
        return None
    euros = Decimal(sum(cost.amount[rows].tolist())) / 10**8 / WATT_MINUTES_PER_KWH
    return euros / (Decimal(int(energy[rows].sum())) / WATT_MINUTES_PER_KWH), cost.day[rows[0]]
