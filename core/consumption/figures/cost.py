"""Money: contracts side by side, and the months of one of them by register."""

from __future__ import annotations

from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.consumption.contracts import REGISTERS, Option
from core.consumption.figures.theme import TEMPO, Chart, Draft, Theme, kwh_of
from core.consumption.history import to_date
from core.consumption.metering import UNKNOWN, Metered
from core.consumption.tariffs import Comparison
from core.formats import labelled, listed

_PALE: Final = "-hc"


def offers_chart(found: Comparison, names: list[str], theme: Theme) -> Chart:
    """One bar a contract: energy, and subscription where it is known for all."""
    drawn = Draft(theme, theme.say("consumption.axis.cost"), "", height=90 + 62 * len(names))
    energy = [float(offer.bill.shown.energy) for offer in found.offers]
    fixed = [float(offer.bill.shown.subscription) if offer.subscribed else np.nan for offer in found.offers]
    for values, key, colour in ((energy, "energy", theme.main), (fixed, "fixed", theme.quiet)):
        if not np.isnan(values).all():
            drawn.add(
                go.Bar(
                    x=values,
                    y=names,
                    orientation="h",
                    name=theme.say(f"cost.part.{key}"),
                    marker={"color": colour},
                    hovertemplate="%{y}<br>%{x:,.2f} €<extra>%{fullData.name}</extra>",
                )
            )
    drawn.set(barmode="stack", showlegend=True)
    drawn.y(autorange="reversed")
    told = [
        labelled(name, theme.euros(offer.euros), theme.language)
        for name, offer in zip(names, found.offers, strict=True)
    ]
    columns = {
        theme.say("cost.column.contract"): names,
        theme.say("cost.part.energy") + " (€)": energy,
        theme.say("cost.part.fixed") + " (€)": fixed,
    }
    words = theme.say("cost.compare.alt", offers=listed(told, theme.language))
    return Chart(drawn.figure(), words, lambda: columns)


def registers_chart(metered: Metered, theme: Theme) -> Chart:
    """Energy of each month by register; what has no known colour is grey."""
    drawn = Draft(theme, "", theme.say("consumption.axis.energy"))
    months, row = np.unique(metered.day.astype("datetime64[M]"), return_inverse=True)
    registers = REGISTERS[metered.contract.option]
    columns: dict[str, object] = {theme.say("consumption.column.month"): months.astype(str)}
    told = []
    names = [theme.month(to_date(one)) for one in months.astype("datetime64[D]")]
    for number, register in [*enumerate(registers), (UNKNOWN, "unknown")]:
        energy = np.zeros(len(months), dtype=np.int64)
        mine = metered.register == number
        np.add.at(energy, row[mine], metered.energy[mine])
        if number == UNKNOWN and not mine.any():
            continue
        name = theme.say(f"cost.register.{register}")
        columns[f"{name} (kWh)"] = kwh_of(energy)
        told.append(labelled(name, theme.kwh(int(energy.sum())), theme.language))
        drawn.add(
            go.Bar(
                x=names,
                y=kwh_of(energy),
                name=name,
                marker=_paint(register, number, metered.contract.option, theme),
                hovertemplate="%{x}<br>%{y:,.1f} kWh<extra>%{fullData.name}</extra>",
            )
        )
    drawn.set(barmode="stack", showlegend=True)
    drawn.x(nticks=12)
    words = theme.say("cost.registers.alt", registers=listed(told, theme.language))
    return Chart(drawn.figure(), words, lambda: columns)


def _paint(register: str, number: int, option: Option, theme: Theme) -> dict[str, object]:
    """Off-peak hours are hatched, so that registers differ by more than colour."""
    if register == "unknown":
        return {"color": theme.quiet, "pattern": {"shape": "x", "solidity": 0.2}}
    if option is Option.TEMPO:
        colour = TEMPO[theme.dark][register.split("-")[0]]
    else:
        colour = theme.colours[number % len(theme.colours)]
    return {
        "color": colour,
        "pattern": {"shape": "/" if register.endswith(_PALE[1:]) else "", "solidity": 0.35},
    }
