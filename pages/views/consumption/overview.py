"""Load curve, bars, carpet and calendar."""

from __future__ import annotations

import streamlit as st

from core.consumption.cost.bills import daily_cost
from core.consumption.cost.contracts import Contract
from core.consumption.figures.bars import bars
from core.consumption.figures.curve import load_curve
from core.consumption.figures.long import day_band
from core.consumption.figures.theme import Theme
from core.consumption.household import Household
from core.consumption.periods import Period, View
from core.consumption.queries import Asked, Query
from core.consumption.totals import Grain, by_day, grouped
from core.model import Days
from pages.shared.choice import choice
from pages.shared.visitor import Visitor
from pages.views.card import card, heading
from pages.views.empty import measured
from pages.views.household import calendar_of, carpet_of
from pages.views.later import one_place
from pages.views.navigator import open_day

_QUERIES = {Grain.DAY: Query.DAYS, Grain.WEEK: Query.WEEKS, Grain.MONTH: Query.MONTHS}
_UNITS = {"kwh": "kWh", "eur": "€"}
_DAILY_BARS = 62


def show_overview(
    visitor: Visitor, home: Household, period: Period, contract: Contract, style: Theme
) -> None:
    """Show curve, bars, carpet and calendar."""
    with one_place():
        shown = measured(visitor, home, period)
        if shown:
            long = len(shown) > _DAILY_BARS  # half-hours of more days would be a solid block
            name = "band" if long else "curve"
            heading(visitor.words, name)
            chart = (day_band if long else load_curve)(home.history.during(shown), shown, style)
            card(visitor, name, chart, Asked(Query.CURVE, shown))
        if shown and len(shown) > 1:
            show_bars(visitor, home, shown, contract, style)
    known = home.days
    for name, chart, query in (
        ("carpet", carpet_of(home, style), Query.CARPET),
        ("calendar", calendar_of(home, style), Query.DAYS),
    ):
        heading(visitor.words, name, whole=True)
        picked = card(visitor, name, chart, Asked(query, known), clicks=True, whole=True, below=True)
        if picked:
            open_day(picked, known)


def show_bars(visitor: Visitor, home: Household, shown: Days, contract: Contract, style: Theme) -> None:
    """Show days, weeks or months as bars in kWh or EUR."""
    words = visitor.words
    heading(words, "bars")
    daily = by_day(home.history, shown)
    offered = [one for one in Grain if len(grouped(daily, one)) > 1]  # a single bar shows no comparison
    usual = Grain.DAY if len(shown) <= _DAILY_BARS or Grain.MONTH not in offered else Grain.MONTH
    with st.container(horizontal=True, vertical_alignment="bottom"):
        grain = usual
        if len(offered) > 1:
            grain = choice(
                "grain",
                offered,
                words.text("consumption.bars.label"),
                lambda one: words.text(f"consumption.bars.{one.value}"),
                usual=usual,
            )
        unit = "kwh"
        if home.is_bought:
            unit = choice("unit", list(_UNITS), words.text("consumption.unit.label"), _UNITS.__getitem__)
    cost = daily_cost(home.metered(contract), shown) if unit == "eur" else None
    if cost is not None and not cost.known.all():
        days = words.number(int((~cost.known).sum()))
        st.warning(words.text("consumption.bars.unpriced", days=days), icon=":material/help:")
    if cost is not None and not (cost.known & ~daily.empty).any():
        return
    chart = bars(grouped(daily, grain), style, cost)
    picked = card(visitor, "bars", chart, Asked(_QUERIES[grain], shown), clicks=True, below=True)
    if picked:
        open_day(picked, home.days, View(grain.value))
