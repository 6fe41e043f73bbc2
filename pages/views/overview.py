"""Key figures, load curve, bars, carpet and calendar."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import streamlit as st

from core.consumption.contracts import Contract
from core.consumption.figures.bars import bars
from core.consumption.figures.curve import load_curve
from core.consumption.figures.theme import Theme
from core.consumption.household import Household
from core.consumption.insights import KeyFigures, key_figures, like_with_like
from core.consumption.periods import Period, View
from core.consumption.queries import Query
from core.consumption.shapes import carpet
from core.consumption.tariffs import Metered, bill, daily_cost, meter
from core.consumption.totals import Grain, by_day, grouped
from core.formats import moment, percent
from core.model import Days, Flow
from core.paristime import local
from pages.shared.choice import choice
from pages.shared.visitor import Visitor
from pages.views.card import Asked, card, heading
from pages.views.empty import measured
from pages.views.navigator import open_day

_QUERIES = {Grain.DAY: Query.DAYS, Grain.WEEK: Query.WEEKS, Grain.MONTH: Query.MONTHS}
_UNITS = {"kwh": "kWh", "eur": "€"}
_DAILY_BARS = 62
_Figure = float | Decimal | Fraction | None


def show_figures(guest: Visitor, home: Household, period: Period, contract: Contract, style: Theme) -> None:
    """Totals of the period, and how they differ from the same weekdays a year before."""
    history = home.history.during(period.days)
    found = key_figures(history, carpet(history), by_day(home.history, period.days))
    matched = like_with_like(home.history, period.days)
    changes: dict[str, float | None] = {}
    if matched.days:
        whole = (carpet(part) for part in (matched.now, matched.before))
        now, before = (
            key_figures(part, shape, by_day(part, period.days))
            for part, shape in zip((matched.now, matched.before), whole, strict=True)
        )
        changes = _changes(now, before)
        if home.is_bought:
            parts = (meter(part, contract) for part in (matched.now, matched.before))
            changes["cost"] = _ratio(*map(_euros, parts))
    euros = _euros(home.metered(contract).during(period.days)) if home.is_bought else None
    cards = _cards(guest, found, euros, style)
    for start in (0, 3):
        for column, (name, value, note) in zip(st.columns(3), cards[start : start + 3], strict=True):
            column.metric(
                guest.t(f"consumption.key.{name}"),
                value,
                **_change(guest, home.flow, changes.get(name)),
                help=note,
                border=True,
                height="stretch",
            )
    if matched.of:
        _say_compared(guest, matched.days, matched.of)


def _cards(
    guest: Visitor, found: KeyFigures, euros: Decimal | None, style: Theme
) -> list[tuple[str, str, str | None]]:
    nothing = "–"
    top = found.peak
    return [
        (
            "energy",
            nothing if found.energy is None else style.kwh(found.energy),
            guest.t("consumption.key.energy.help"),
        ),
        (
            "cost",
            nothing if euros is None else style.euros(euros),
            guest.t("consumption.key.cost.help"),
        ),
        (
            "mean",
            nothing if found.mean_day is None else style.kwh(round(found.mean_day)),
            guest.t("consumption.key.mean.help", days=found.days),
        ),
        (
            "base",
            nothing if found.base is None else style.watts(found.base),
            guest.t("consumption.key.base.help"),
        ),
        (
            "peak",
            nothing if top is None else style.kw(top.watts, 2),
            guest.t("consumption.key.peak.help", moment=moment(local(top.start), guest.language))
            if top
            else None,
        ),
        (
            "night",
            nothing if found.night is None else percent(found.night, guest.language),
            guest.t("consumption.key.night.help"),
        ),
    ]


def _changes(now: KeyFigures, before: KeyFigures) -> dict[str, float | None]:
    return {
        "energy": _ratio(now.energy, before.energy),
        "mean": _ratio(now.energy, before.energy),  # of as many days
        "base": _ratio(now.base, before.base),
        "peak": _ratio(now.peak and now.peak.watts, before.peak and before.peak.watts),
    }


def _ratio(now: _Figure, before: _Figure) -> float | None:
    return None if not before or now is None else float(now) / float(before) - 1


def _euros(metered: Metered) -> Decimal | None:
    """Energy cost of some readings as their bill shows it; None where part of it has no known price."""
    found = bill(metered, np.unique(metered.day))
    return found.shown.energy if found.lines and not found.unpriced_days else None


def _change(guest: Visitor, flow: Flow, change: float | None) -> dict[str, Any]:
    """A change with its sign, its arrow, and green where it is welcome: less taken, more given."""
    if change is None:
        return {}
    words = percent(change, guest.language)
    if words == percent(0, guest.language):
        return {"delta": words, "delta_arrow": "off", "delta_color": "off"}
    welcome = (change > 0) == (flow is Flow.PRODUCTION)
    return {
        "delta": f"+{words}" if change > 0 else words,
        "delta_arrow": "up" if change > 0 else "down",
        "delta_color": "green" if welcome else "red",
    }


def _say_compared(guest: Visitor, days: int, of: int) -> None:
    key = "some" if days else "none"
    st.caption(guest.t(f"consumption.compared.{key}", days=days, of=of))


def show_overview(guest: Visitor, home: Household, period: Period, contract: Contract, style: Theme) -> None:
    """Curve, bars, carpet and calendar."""
    shown = measured(guest, home, period)
    if shown:
        heading(guest, "curve")
        chart = load_curve(home.history.during(shown), shown, style)
        card(guest, "curve", chart, Asked(Query.CURVE, shown))
    if shown and period.view is not View.DAY:
        show_bars(guest, home, shown, contract, style)
    known = home.days
    for name, chart, query in (
        ("carpet", home.carpet_chart(style), Query.CARPET),
        ("calendar", home.calendar(style), Query.DAYS),
    ):
        heading(guest, name, whole=True)
        picked = card(guest, name, chart, Asked(query, known), clicks=True)
        if picked:
            open_day(picked, known)


def show_bars(guest: Visitor, home: Household, shown: Days, contract: Contract, style: Theme) -> None:
    """Days, weeks or months as bars, kWh or EUR."""
    heading(guest, "bars")
    usual = Grain.DAY if len(shown) <= _DAILY_BARS else Grain.MONTH
    with st.container(horizontal=True, vertical_alignment="bottom"):
        grain = st.segmented_control(
            guest.t("consumption.bars.label"),
            list(Grain),
            default=usual,
            required=True,
            wrap=True,
            format_func=lambda one: guest.t(f"consumption.bars.{one.value}"),
            key=f"grain-{usual.value}",
        )
        unit = "kwh"
        if home.is_bought:
            unit = choice("unit", list(_UNITS), guest.t("consumption.unit.label"), _UNITS.__getitem__)
    totals = grouped(by_day(home.history, shown), grain)
    cost = daily_cost(home.metered(contract), shown) if unit == "eur" else None
    chart = bars(totals, style, cost)
    picked = card(guest, "bars", chart, Asked(_QUERIES[grain], shown), clicks=True)
    if cost is not None and not cost.known.all():
        st.warning(
            guest.t("consumption.bars.unpriced", days=int((~cost.known).sum())), icon=":material/help:"
        )
    if picked:
        open_day(picked, home.days, View(grain.value))
