"""The navigator: the period of all views. Its state is the URL, so that a view can be reloaded."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from core.consumption.periods import Period, View, custom, following, period_of, previous
from core.model import Days
from core.texts import Words
from pages.shared.arrival import arrive
from pages.shared.choice import by_visitor
from pages.shared.visitor import Visitor

_HEADING: Final = '[data-testid="stMain"] h2'
_OF_A_PERIOD: Final = frozenset({"view", "day", "to", "against"})


def from_address(known: Days, usual: View = View.MONTH) -> Period:
    """The period of the URL; by default the `usual` view at the end of the known days."""
    last = known.last
    wish = st.query_params.get("view")
    view = View(wish) if wish in set(View) else usual
    first = from_day("day", last)
    return (
        custom(first, from_day("to", last), known) if view is View.CUSTOM else period_of(view, first, known)
    )


def from_day(name: str, default: date) -> date:
    """The day of a URL parameter."""
    try:
        return date.fromisoformat(st.query_params.get(name, ""))
    except ValueError:
        return default


def to_address(period: Period, *, left: frozenset[str] = frozenset(), **more: str) -> None:
    """Put a period and `more` into the address, and remove what is `left`, in one step.

    The browser's way back is one step per change of the address.
    """
    named = {"view": period.view.value, "day": period.first.isoformat()} | more
    if period.view is View.CUSTOM:
        named["to"] = period.last.isoformat()
    # a second period belongs to the previous period
    others = {name: value for name, value in st.query_params.items() if name not in _OF_A_PERIOD | left}
    st.query_params.from_dict(others | named)


def shown_in_address() -> dict[str, str]:
    """The URL parameters that select the readings shown, for a link that shows the same."""
    return {name: st.query_params[name] for name in ("view", "day", "to", "scope") if name in st.query_params}


def open_day(picked: str, known: Days, view: View = View.DAY) -> None:
    """Go to a day named by a chart (ISO), or to the period of `view` around it, and rerun."""
    there = period_of(view, date.fromisoformat(picked), known)
    if there != from_address(known) or "show" in st.query_params:
        _open(there)
        st.rerun()


def open_button(visitor: Visitor, period: Period, label: str, key: str, *, icon: str | None = None) -> None:
    """A button in the form of a sentence that opens a period."""
    st.button(
        label,
        key=key,
        type="tertiary",
        icon=icon,
        wrap=True,
        on_click=_clicked,
        args=(visitor, period),
    )


def section_button(visitor: Visitor, known: Days, show: str, label: str, key: str, *, icon: str) -> None:
    """What opens charts of all that is known. A link to the page one is on would look chosen."""
    whole = period_of(View.ALL, known.first, known)
    st.button(
        label, key=key, type="tertiary", icon=icon, wrap=True, on_click=_clicked, args=(visitor, whole, show)
    )


def _clicked(visitor: Visitor, period: Period, show: str = "") -> None:
    visitor.clicks += 1
    if show:
        to_address(period, show=show)
    else:
        _open(period)


def _open(period: Period) -> None:
    """Open a period with the charts that show it as a whole."""
    to_address(period, left=frozenset({"show"}))


def navigator(words: Words, known: Days, usual: View = View.MONTH, *, clicks: int = 0) -> Period:
    """Show view, previous, date and next; returns the period.

    `clicks`: number of times that something on the page opened days; each time the page scrolls to the
    heading and focuses it.
    """
    period = from_address(known, usual)
    st.session_state["view"] = period.view
    st.session_state["days"] = (
        (period.first, period.last) if period.view is View.CUSTOM else _inside(period.first, known)
    )
    before, after = previous(period, known), following(period, known)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="navigator"):
        st.segmented_control(
            words.text("consumption.view.label"),
            list(View),
            required=True,
            wrap=True,
            format_func=lambda one: words.text(f"consumption.view.{one.value}"),
            key="view",
            on_change=_changed_view,
            args=(period, known),
            label_visibility="collapsed",
        )
        _step(words, "previous", before, ":material/chevron_left:")
        _step(words, "next", after, ":material/chevron_right:")
        st.date_input(
            words.text("consumption.view.date"),
            min_value=known.first,
            max_value=known.last,
            format="DD/MM/YYYY",
            key="days",
            on_change=_changed_days,
            args=(period, known),
            label_visibility="collapsed",
            width=230 if period.view is View.CUSTOM else 150,
            disabled=period.view is View.ALL,
        )
    st.header(period_name(words, period), anchor=False)
    arrival = st.empty()  # there from the start, so that a click moves nothing
    if clicks:
        with arrival:
            arrive("arrived", clicks, _HEADING, _HEADING)
    return period


def _step(words: Words, name: str, to: Period | None, icon: str) -> None:
    st.button(
        words.text(f"consumption.view.{name}"),
        icon=icon,
        icon_position="right" if name == "next" else "left",
        key=f"step_{name}",
        disabled=to is None,
        on_click=to_address,
        args=(to,),
    )


def _inside(wish: date, known: Days) -> date:
    return min(max(wish, known.first), known.last)


@by_visitor
def _changed_view(period: Period, known: Days) -> None:
    view: View = st.session_state["view"]
    if view is period.view:  # the browser has caught up after a run of a fragment
        return
    # A shorter view starts at the end of the days shown, as the newest days matter most.
    anchor = period.last if len(period.days) > 1 else period.first
    if view is View.CUSTOM:
        to_address(custom(period.first, period.last, known))
    else:
        to_address(period_of(view, anchor, known))


@by_visitor
def _changed_days(period: Period, known: Days) -> None:
    chosen = st.session_state["days"]
    if isinstance(chosen, tuple):
        if len(chosen) == 2:
            to_address(custom(*chosen, known))
    elif chosen is not None:
        to_address(period_of(period.view, chosen, known))


def period_name(words: Words, period: Period) -> str:
    """Name of the period in words."""
    if period.view is View.DAY:
        weekday = words.weekday(period.first.weekday())
        return f"{weekday.capitalize()} {words.day(period.first)}"
    if period.view is View.MONTH:
        return f"{words.text(f'consumption.month.{period.first.month}')} {period.first.year}"
    if period.view is View.YEAR:
        return str(period.first.year)
    if period.view is View.WEEK:
        return words.text("consumption.bars.week_of", day=words.day(period.first))
    return words.days(period.first, period.last, capital=True)
