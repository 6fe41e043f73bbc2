"""The key figures of a period, and their change against the same weekdays a year before."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeVar

import numpy as np
import streamlit as st

from core.consumption.cost.bills import WATT_MINUTES_PER_KWH, bill
from core.consumption.cost.contracts import Contract
from core.consumption.cost.registers import Metered, meter
from core.consumption.household import Household
from core.consumption.insights import KeyFigures, Matched, key_figures, like_with_like, peak
from core.consumption.periods import Period
from core.consumption.profiles import carpet
from core.consumption.totals import by_day
from core.model import Flow
from core.paristime import local
from core.texts import Words

_FIGURES: Final = ("energy", "cost", "mean", "base", "peak", "night")
_NARROWEST: Final = 124
"""Six beside each other on a small laptop, two on a phone."""
_LARGE: Final = 1000 * WATT_MINUTES_PER_KWH
_MUCH: Final = 1000
_NOTHING: Final = "–"
_Figure = float | Decimal | Fraction | None
_Value = TypeVar("_Value")


def show_figures(words: Words, home: Household, period: Period, contract: Contract) -> None:
    """Show one card for each figure; a dash if it is unknown."""
    history = home.history.during(period.days)
    found = key_figures(history, carpet(history), by_day(home.history, period.days))
    euros = _euros(home.metered(contract).during(period.days)) if home.is_bought else None
    matched = like_with_like(home.history, period.days)
    values, notes = _values(found, euros, words), _notes(words, found)
    changes = _changes(words, home, matched, contract) if matched.days else {}
    with st.container(key="key_figures"):
        cards = st.grid(len(_FIGURES), min_column_width=_NARROWEST, gap="xsmall")
    for name in _FIGURES:
        cards.metric(
            words.text(f"consumption.key.{name}"),
            values[name] or _NOTHING,
            **changes.get(name, {}),
            delta_description=words.text("consumption.compared.short") if name in changes else None,
            help=notes.get(name),
            border=True,
            height="stretch",
        )


def say_compared(words: Words, home: Household, period: Period) -> None:
    """Show when the peak was, and which days are compared."""
    history = home.history.during(period.days)
    top, matched = peak(history), like_with_like(home.history, period.days)
    told = []
    if top:
        told.append(words.text("consumption.key.peak.when", moment=words.moment(local(top.start))))
    if matched.of:
        days, of = (words.number(count) for count in (matched.days, matched.of))
        key = "consumption.compared.some" if matched.days else "consumption.compared.none"
        told.append(words.text(key, days=days, of=of))
    if told:
        st.caption(" ".join(told))


def _values(found: KeyFigures, euros: Decimal | None, words: Words) -> dict[str, str | None]:
    return {
        "energy": _told(found.energy, lambda energy: words.kwh(energy, 0 if energy >= _LARGE else 1)),
        "cost": _told(euros, lambda amount: words.euros(amount, 0 if amount >= _MUCH else 2)),
        "mean": _told(found.mean_day, lambda energy: words.kwh(round(energy))),
        "base": _told(found.base, words.watts),
        "peak": _told(found.peak, lambda top: words.kw(top.watts, 2)),
        "night": _told(found.night, words.percent),
    }


def _told(value: _Value | None, says: Callable[[_Value], str]) -> str | None:
    return None if value is None else says(value)


def _notes(words: Words, found: KeyFigures) -> dict[str, str]:
    """How each figure is computed."""
    days = {"days": words.number(found.days)}
    return {
        name: words.text(f"consumption.key.{name}.help", **(days if name == "mean" else {}))
        for name in _FIGURES
    }


def _changes(
    words: Words, home: Household, matched: Matched, contract: Contract
) -> dict[str, dict[str, Any]]:
    """The change of each figure on the compared days.

    Both sides have equally many days, so the mean day changes as the energy does; a share changes by points.
    """
    parts = (matched.now, matched.before)
    now, before = (key_figures(part, carpet(part), by_day(part, home.days)) for part in parts)
    ratios = {
        "energy": _ratio(now.energy, before.energy),
        "mean": _ratio(now.energy, before.energy),
        "base": _ratio(now.base, before.base),
        "peak": _ratio(_height(now), _height(before)),
    }
    if home.is_bought:
        ratios["cost"] = _ratio(*(_euros(meter(part, contract)) for part in parts))
    changes = {name: _change(words, home.flow, ratio) for name, ratio in ratios.items() if ratio is not None}
    if now.night is not None and before.night is not None:
        points = 100 * (now.night - before.night)
        unit = "point" if int(abs(points)) in words.locale.singular else "points"
        told = words.text(f"consumption.key.night.{unit}", points=_signed(points, words.number(points, 1)))
        changes["night"] = {"delta": told, "delta_arrow": "off", "delta_color": "off"}
    return changes


def _height(figures: KeyFigures) -> int | None:
    """The highest power in W; None without readings."""
    return figures.peak.watts if figures.peak else None


def _ratio(now: _Figure, before: _Figure) -> float | None:
    """The relative change; None if the earlier value is unknown or not positive."""
    return None if now is None or before is None or before <= 0 else float(now) / float(before) - 1


def _euros(metered: Metered) -> Decimal | None:
    """Energy cost of some readings as shown on their bill; None if part of it has no known price."""
    found = bill(metered, np.unique(metered.day))
    return found.shown.energy if found.lines and not found.unpriced_days else None


def _change(words: Words, flow: Flow, ratio: float) -> dict[str, Any]:
    """A change with sign and arrow, green if it is welcome: less consumption, more production."""
    told = words.percent(ratio)
    if told == words.percent(0):
        return {"delta": told, "delta_arrow": "off", "delta_color": "off"}
    welcome = (ratio > 0) == (flow is Flow.PRODUCTION)
    return {
        "delta": _signed(ratio, told),
        "delta_arrow": "up" if ratio > 0 else "down",
        "delta_color": "green" if welcome else "red",
    }


def _signed(value: float, told: str) -> str:
    return f"+{told}" if value > 0 else told
