"""Power: daily peaks against the subscribed power, the biggest days and the highest half-hours."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.consumption.cost.contracts import POWERS, Contract
from core.consumption.cost.market import Market
from core.consumption.figures.power import margin_told, peak_chart
from core.consumption.figures.theme import Theme
from core.consumption.household import Household
from core.consumption.insights import biggest_days, daily_peaks, peaks
from core.consumption.periods import Period
from core.consumption.power import MeasuredPeaks, measured_peaks
from core.consumption.queries import Asked, Query
from core.consumption.readings import History
from core.consumption.totals import by_day
from core.paristime import local
from pages.shared import notices
from pages.shared.choice import choice
from pages.shared.visitor import Visitor
from pages.views.card import card, heading
from pages.views.consumption.compare import days_link
from pages.views.consumption.margin import show_margin
from pages.views.empty import measured
from pages.views.navigator import open_day

_LISTED = 8


def maxima(visitor: Visitor, home: Household) -> MeasuredPeaks | None:
    """The measured maxima of the meter shown; None without any.

    Also None for several meters, whose maxima are not simultaneous and do not add up.
    """
    if home.meters > 1 or not home.is_bought or visitor.meter is None:
        return None
    with notices.guard():
        found = measured_peaks(visitor.store, visitor.meter)
    return found if len(found) else None


def _at_power(contract: Contract, kva: int, market: Market) -> Contract:
    """The contract at another power; typed prices are dropped, as they are of its own power."""
    prices = market.of(contract.option, kva) if contract.regulated else ()
    return replace(contract, kva=kva, prices=prices)


def show_power(
    visitor: Visitor, home: Household, period: Period, contract: Contract, market: Market, style: Theme
) -> None:
    """Show peaks, margin, biggest days and highest half-hours."""
    words = visitor.words
    shown = measured(visitor, home, period)
    if shown is None:
        return
    history = home.history.during(shown)
    heading(words, "peaks")
    kva = choice(
        "kva", POWERS, words.text("consumption.peak.kva"), lambda one: f"{one} kVA", usual=contract.kva
    )
    known = maxima(visitor, home)
    during = known.during(shown) if known else None
    one_day = len(shown) == 1
    if one_day:
        _say_one(visitor, history, kva, during)
    else:
        chart = peak_chart(*daily_peaks(history), kva, style, during)
        picked = card(visitor, "peaks", chart, Asked(Query.PEAKS, shown), clicks=True)
        if picked:
            open_day(picked, home.days)
    if not known:
        st.caption(words.text("consumption.peak.note_none"))
    elif not one_day:
        st.caption(words.text("consumption.peak.note"))
    if known:
        subscribed = contract if contract.kva == kva else _at_power(contract, kva, market)
        show_margin(visitor, home, known, subscribed, market)
    if one_day:
        return
    left, right = st.columns(2)
    with left:
        heading(words, "biggest")
        for date, energy in biggest_days(by_day(history, shown), _LISTED):
            label = words.labelled(words.day(date), words.kwh(energy))
            days_link(visitor, date, date, label)
    with right:
        heading(words, "highest")
        for one in peaks(history, _LISTED):
            at = local(one.start)
            label = words.labelled(words.moment(at), words.kw(one.watts, 2))
            days_link(visitor, at.date(), at.date(), label)


def _say_one(visitor: Visitor, history: History, kva: int, measured: MeasuredPeaks | None) -> None:
    """One day in words, for a chart of one bar compares nothing, and the way to its curve."""
    words = visitor.words
    (one,) = peaks(history, 1)
    at = local(one.start)
    told = [
        words.text(
            "consumption.peak.one",
            peak=words.kw(one.watts, 2),
            moment=words.time(at),
            margin=margin_told(words, kva * 1000 - one.watts, kva),
        )
    ]
    if measured is not None and len(measured):
        va = int(measured.va[0])
        margin = margin_told(words, kva * 1000 - va, kva, "kVA")
        power = words.quantity(va / 1000, "kVA", 2)
        told.append(words.text("consumption.peak.one_measured", power=power, margin=margin))
    st.markdown(" ".join(told))
    days_link(visitor, at.date(), at.date(), words.text("consumption.card.curve"))
