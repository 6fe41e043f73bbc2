"""Cost charts: contracts compared, and the energy of one contract by register."""

from __future__ import annotations

from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.consumption.cost.comparison import Comparison
from core.consumption.cost.contracts import Contract, Option
from core.consumption.cost.registers import UNKNOWN, Metered
from core.consumption.cost.yearly import Amounts, Year, amounts
from core.consumption.figures.theme import TEMPO, Chart, Draft, Theme, kwh_of, years_below
from core.consumption.readings import to_date
from core.consumption.totals import Grain
from core.texts import Words

_PALE: Final = "-hc"
_ABOVE: Final = 13
"""Pixels from the middle of a bar to its name above it: beside it a phone would have no room for the bar."""
_DAILY: Final = 62
"""Most days shown with one bar per day; more days have one bar per month."""
_SLIM: Final = 8
"""With fewer bars than these, a bar is as wide as if there were as many."""


def register_name(words: Words, register: str, option: Option) -> str:
    """The name of a register in words; a free grid has names of its own."""
    return register if option is Option.FREE else words.text(f"cost.register.{register}")


def contract_name(words: Words, contract: Contract) -> str:
    """The household's name for a contract, else the name of its option."""
    return contract.name or words.text(f"cost.option.{contract.option.value}")


def offers_chart(found: Comparison, names: list[str], theme: Theme, year: Year | None = None) -> Chart:
    """One bar per contract in EUR, the cheapest first: energy, and the subscription if known for all.

    `year`: the compared days are those of this year, and the amounts are scaled to 365 days.
    """
    words = theme.words
    told = sorted(zip(names, amounts(found, year), strict=True), key=lambda one: one[1].total)
    drawn = Draft(theme, words.text("consumption.axis.cost"), "", height=90 + 62 * len(names))
    drawn.room(l=16, b=60)
    shown = [name for name, _ in told]
    energy = [float(one.energy) for _, one in told]
    fixed = [np.nan if one.fixed is None else float(one.fixed) for _, one in told]
    parts = [(energy, "energy", theme.main), (fixed, "fixed", theme.quiet)]
    for values, key, colour in parts:
        if not np.isnan(values).all():
            drawn.add(
                go.Bar(
                    x=values,
                    y=shown,
                    orientation="h",
                    name=words.text(f"cost.part.{key}"),
                    marker={"color": colour},
                    hovertemplate="%{y}<br>%{x:,.2f} €<extra>%{fullData.name}</extra>",
                )
            )
    names_above = [
        {
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "y": name,
            "yanchor": "bottom",
            "yshift": _ABOVE,
            "text": words.labelled(name, f"<b>{words.euros(one.total)}</b>{_against(words, one)}"),
            "showarrow": False,
        }
        for name, one in told
    ]
    drawn.set(barmode="stack", showlegend=True, bargap=0.55, annotations=names_above)
    drawn.y(autorange="reversed", showgrid=False, showticklabels=False)
    totals = [words.labelled(name, words.euros(one.total)) for name, one in told]
    columns = {
        words.text("cost.column.contract"): shown,
        words.text("cost.part.energy") + " (€)": energy,
        words.text("cost.part.fixed") + " (€)": fixed,
        words.text("cost.part.total") + " (€)": [float(one.total) for _, one in told],
        words.text("cost.part.saving") + " (€)": [float(one.saving) for _, one in told],
    }
    alt = words.text("cost.compare.alt_year" if year else "cost.compare.alt", offers=words.listed(totals))
    return Chart(drawn.figure(), alt, lambda: columns)


def _against(words: Words, one: Amounts) -> str:
    """How much more or less than the first contract; nothing where it is the same."""
    if not one.saving:
        return ""
    return f" ({'+' if one.saving < 0 else ''}{words.euros(-one.saving)})"


def registers_chart(metered: Metered, theme: Theme) -> Chart:
    """Energy (kWh) by register, per day or for long spans per month; without a known colour it is grey."""
    drawn = Draft(theme, "", theme.words.text("consumption.axis.energy"))
    unit = grain_of(metered)
    bars, row = _bars(metered.day, unit)
    registers = metered.contract.registers
    columns: dict[str, object] = {theme.words.text(f"consumption.column.{unit.value}"): bars.astype(str)}
    told = []
    words, firsts = theme.words, [to_date(one) for one in bars.astype("datetime64[D]")]
    label, short = (words.day, words.short_day) if unit is Grain.DAY else (words.month, words.short_month)
    names = [label(one) for one in firsts]
    for number, register in [*enumerate(registers), (UNKNOWN, "unknown")]:
        energy = np.zeros(len(bars), dtype=np.int64)
        mine = metered.register == number
        np.add.at(energy, row[mine], metered.energy[mine])
        if number == UNKNOWN and not mine.any():
            continue
        option = Option.BASE if number == UNKNOWN else metered.contract.option
        name = register_name(words, register, option)
        columns[f"{name} (kWh)"] = kwh_of(energy)
        told.append(theme.words.labelled(name, theme.words.kwh(int(energy.sum()))))
        drawn.add(
            go.Bar(
                x=names,
                y=kwh_of(energy),
                width=min(0.85, len(bars) / _SLIM),
                name=name,
                marker=_paint(register, number, metered.contract.option, theme),
                hovertemplate="%{x}<br>%{y:,.1f} kWh<extra>%{fullData.name}</extra>",
            )
        )
    drawn.set(barmode="stack", showlegend=True)
    shown = slice(None, None, max(1, -(-len(names) // 8)))
    drawn.x(
        type="category",
        tickmode="array",
        tickvals=names[shown],
        ticktext=years_below(firsts[shown], short),
    )
    alt = theme.words.text("cost.registers.alt", registers=theme.words.listed(told))
    return Chart(drawn.figure(), alt, lambda: columns)


def grain_of(metered: Metered) -> Grain:
    """The time that one bar of the registers stands for."""
    day = metered.day
    short = len(day) == 0 or (day[-1] - day[0]).astype(int) < _DAILY
    return Grain.DAY if short else Grain.MONTH


def _bars(day: NDArray[np.datetime64], grain: Grain) -> tuple[NDArray[np.datetime64], NDArray[np.int64]]:
    """All bars from the first to the last of ascending days, and the bar of each day."""
    mine = day if grain is Grain.DAY else day.astype("datetime64[M]")
    bars = np.arange(mine[0], mine[-1] + 1) if len(day) else mine
    row = (mine - bars[:1]).astype(np.int64)
    return bars, row


def _paint(register: str, number: int, option: Option, theme: Theme) -> dict[str, object]:
    """Colour of a register; off-peak is also hatched, so that registers differ by more than colour."""
    if number == UNKNOWN:
        return {"color": theme.quiet, "pattern": {"shape": "x", "solidity": 0.2}}
    if option is Option.TEMPO:
        colour = TEMPO[theme.dark][register.split("-")[0]]
    else:
        colour = theme.colours[number % len(theme.colours)]
    return {
        "color": colour,
        "pattern": {"shape": "/" if _is_off_peak(register, number, option) else "", "solidity": 0.35},
    }


def _is_off_peak(register: str, number: int, option: Option) -> bool:
    """Whether to hatch a register; of a free grid every second one, as it has no known off-peak hours."""
    return bool(number % 2) if option is Option.FREE else register.endswith(_PALE[1:])
