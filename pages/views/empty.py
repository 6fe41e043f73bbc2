"""The message for a period without readings, with links to days that have some."""

from __future__ import annotations

from datetime import date

import streamlit as st

from core.consumption.household import Household
from core.consumption.periods import Period, View, clipped, period_of
from core.consumption.totals import measured_around
from core.model import Days
from core.texts import Words
from pages.shared.frame import link
from pages.shared.visitor import Visitor
from pages.views.navigator import to_address


def measured(visitor: Visitor, home: Household, period: Period) -> Days | None:
    """The days of the period between the first and the last known day.

    Without any reading in them it shows a message and returns None.
    """
    words = visitor.words
    shown = clipped(period.days, home.days)
    if shown and len(home.history.during(shown)):
        return shown
    with st.container(border=True):
        kind = "day" if len(period.days) == 1 else "period"
        st.markdown(f"**{words.text(f'consumption.empty.{kind}')}** {words.text('consumption.empty.why')}")
        before, after = measured_around(home.daily, period.days)
        with st.container(horizontal=True):
            _to_day(words, home, period, before, "before")
            _to_day(words, home, period, after, "after")
        link(visitor, "history", words.text("consumption.empty.history"), icon=":material/calendar_month:")
    return None


def _to_day(words: Words, home: Household, period: Period, to: date | None, name: str) -> None:
    """A button to the nearest day with readings, or to the week, month or year around it."""
    if to is None:
        return
    view = View.DAY if period.view is View.CUSTOM else period.view
    st.button(
        words.text(f"consumption.empty.{name}", day=words.day(to)),
        key=f"measured_{name}",
        on_click=to_address,
        args=(period_of(view, to, home.days),),
    )
