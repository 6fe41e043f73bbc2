"""Two sentences: the last day against usual days, and this month against last year's."""

from __future__ import annotations

import streamlit as st

from core.consumption.glance import Against, last_day, last_month
from core.consumption.household import Household
from core.consumption.periods import View, period_of
from core.texts import Words
from pages.shared.visitor import Visitor
from pages.views.navigator import open_button

_ALIKE = 0.005
"""Relative change below which two values count as the same."""


def show_glance(visitor: Visitor, home: Household) -> None:
    """Show both sentences; each opens its period."""
    words = visitor.words
    day, month = last_day(home), last_month(home)
    with st.container(horizontal=True, gap="small", key="glance"):
        if day:
            period = period_of(View.DAY, day.days.first, home.days)
            open_button(visitor, period, _of_day(words, day), "glance_day")
        if month:
            period = period_of(View.MONTH, month.days.first, home.days)
            open_button(visitor, period, _of_month(words, month), "glance_month")


def _of_day(words: Words, day: Against) -> str:
    first = day.days.first
    weekday = words.weekday(first.weekday())
    told = words.text(
        "consumption.glance.day",
        day=f"{weekday.capitalize()} {words.day(first)}",
        energy=words.kwh(day.energy),
    )
    return told + _against(words, day, "day", weekday=weekday)


def _of_month(words: Words, month: Against) -> str:
    first = month.days.first
    name = f"{words.text(f'consumption.month.{first.month}')} {first.year}"
    told = words.text("consumption.glance.month", month=name, energy=words.kwh(month.energy, 0))
    return told + _against(words, month, "month")


def _against(words: Words, one: Against, name: str, **values: str) -> str:
    change = one.change
    if change is None:
        return ""
    kind = "same" if abs(change) < _ALIKE else "more" if change > 0 else "less"
    return words.text(f"consumption.glance.{name}_{kind}", share=words.percent(abs(change), 0), **values)
