"""The key figures of a period, and how they differ from the same weekdays a year before."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, TypeVar

import numpy as np
import streamlit as st

from core.consumption.cost.bills import bill
from core.consumption.cost.contracts import Contract
from core.consumption.cost.registers import Metered, meter
from core.consumption.figures.theme import Theme
from core.consumption.household import Household
from core.consumption.insights import KeyFigures, Matched, key_figures, like_with_like
from core.consumption.periods import Period
from core.consumption.profiles import carpet
from core.consumption.totals import by_day
from core.formats import moment, number, percent
from core.model import Flow
from core.paristime import local
from pages.shared.visitor import Visitor

_FIGURES: Final = ("energy", "cost", "mean", "base", "peak", "night")
_NARROWEST: Final = 200
_NOTHING: Final = "–"
_Figure = float | Decimal | Fraction | None
_Value = TypeVar("_Value")


def show_figures(guest: Visitor, home: Household, period: Period, contract: Contract, style: Theme) -> None:
    """One card a figure; a dash where nothing is known."""
    history = home.history.during(period.days)
    found = key_figures(history, carpet(history), by_day(home.history, period.days))
    euros = _euros(home.metered(contract).during(period.days)) if home.is_bought else None
    matched = like_with_like(home.history, period.days)
    values, notes = _values(found, euros, style), _notes(guest, found)
    changes = _changes(guest, home, matched, contract) if matched.days else {}
    cards = st.grid(3, min_column_width=_NARROWEST)
    for name in _FIGURES:
        cards.metric(
            _label(guest, name, found),
            values[name] or _NOTHING,
            **changes.get(name, {}),
            help=notes.get(name),
            border=True,
            height="stretch",
        )
    if matched.of:
        days, of = (number(count, guest.language) for count in (matched.days, matched.of))
        key = "consumption.compared.some" if matched.days else "consumption.compared.none"
        st.caption(guest.t(key, days=days, of=of))


def _label(guest: Visitor, name: str, found: KeyFigures) -> str:
    """What a figure is; of the peak, also when it was."""
    label = guest.t(f"consumption.key.{name}")
    if name != "peak" or found.peak is None:
        return label
    return f"{label} · {moment(local(found.peak.start), guest.language)}"


def _values(found: KeyFigures, euros: Decimal | None, style: Theme) -> dict[str, str | None]:
    return {
        "energy": _told(found.energy, style.kwh),
        "cost": _told(euros, style.euros),
        "mean": _told(found.mean_day, lambda energy: style.kwh(round(energy))),
        "base": _told(found.base, style.watts),
        "peak": _told(found.peak, lambda top: style.kw(top.watts, 2)),
        "night": _told(found.night, lambda share: percent(share, style.language)),
    }


def _told(value: _Value | None, words: Callable[[_Value], str]) -> str | None:
    return None if value is None else words(value)


def _notes(guest: Visitor, found: KeyFigures) -> dict[str, str]:
    """How each figure is made."""
    days = {"days": number(found.days, guest.language)}
    return {
        name: guest.t(f"consumption.key.{name}.help", **(days if name == "mean" else {})) for name in _FIGURES
    }


def _changes(
    guest: Visitor, home: Household, matched: Matched, contract: Contract
) -> dict[str, dict[str, Any]]:
    """How each figure of the days compared changed. There are as many days on both sides, so a mean day
    changes as the energy does; a share changes by points."""
    parts = (matched.now, matched.before)
    now, before = (key_figures(part, carpet(part), by_day(part, home.days)) for part in parts)
    ratios = {
        "energy": _ratio(now.energy, before.energy),
        "mean": _ratio(now.energy, before.energy),
        "base": _ratio(now.base, before.base),
        "peak": _ratio(now.peak and now.peak.watts, before.peak and before.peak.watts),
    }
    if home.is_bought:
        ratios["cost"] = _ratio(*(_euros(meter(part, contract)) for part in parts))
    changes = {name: _change(guest, home.flow, ratio) for name, ratio in ratios.items() if ratio is not None}
    if now.night is not None and before.night is not None:
        points = 100 * (now.night - before.night)
        words = guest.t(
            "consumption.key.night.points", points=_signed(points, number(points, guest.language, 1))
        )
        changes["night"] = {"delta": words, "delta_arrow": "off", "delta_color": "off"}
    return changes


def _ratio(now: _Figure, before: _Figure) -> float | None:
    """The change as a share of what was; None where that was nothing, or less."""
    return None if now is None or before is None or before <= 0 else float(now) / float(before) - 1


def _euros(metered: Metered) -> Decimal | None:
    """Energy cost of some readings as their bill shows it; None where part of it has no known price."""
    found = bill(metered, np.unique(metered.day))
    return found.shown.energy if found.lines and not found.unpriced_days else None


def _change(guest: Visitor, flow: Flow, ratio: float) -> dict[str, Any]:
    """A change with its sign, its arrow, and green where it is welcome: less taken, more given."""
    words = percent(ratio, guest.language)
    if words == percent(0, guest.language):
        return {"delta": words, "delta_arrow": "off", "delta_color": "off"}
    welcome = (ratio > 0) == (flow is Flow.PRODUCTION)
    return {
        "delta": _signed(ratio, words),
        "delta_arrow": "up" if ratio > 0 else "down",
        "delta_color": "green" if welcome else "red",
    }


def _signed(value: float, words: str) -> str:
    return f"+{words}" if value > 0 else words
