"""A curve as any table a household may have: all dialects, encodings, numbers, times and units."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import openpyxl
from hypothesis import strategies as st

from core.model import Curve
from tests.sources.files.writers import PRM, rows

THIN, NARROW, HARD = "\u2009", "\u202f", "\u00a0"

STAMPS: Final[dict[str, Callable[[datetime], str]]] = {
    "iso": lambda at: at.isoformat(),
    "naive": lambda at: f"{at:%Y-%m-%d %H:%M:%S}",
    "minutes": lambda at: f"{at:%Y-%m-%dT%H:%M}",
    "french": lambda at: f"{at:%d/%m/%Y %H:%M:%S}",
    "spreadsheet": lambda at: f"{at:%d/%m/%Y} {at.hour}:{at:%M}",
    "short": lambda at: f"{at.day}/{at.month}/{at:%y} {at:%H}:{at:%M}",
    "h": lambda at: f"{at:%d/%m/%Y} {at:%H}h{at:%M}",
    "dots": lambda at: f"{at:%d.%m.%Y} {at:%H:%M}",
    "slashes": lambda at: f"{at:%Y/%m/%d} {at:%H:%M}",
}
BOTH: Final = (("Début", "Fin"), ("Date début", "Date fin"), ("Start", "End"), ("Du", "Au"))
BEGIN: Final = ("Début", "Date de début", "Heure de début", "Start time", "Horodate de début", "From")
END: Final = ("Fin", "Date de fin", "Horodate fin de pas", "End time", "Interval end", "Horodatage (fin)")
PLAIN: Final = ("Date", "Date et heure", "Horodatage", "Timestamp", "Date/heure")
UNITS: Final = {"W": 0, "kW": 3, "Wh": 0, "kWh": 3}
VALUES: Final = (
    "Valeur ({})",
    "Valeur (en {})",
    "Puissance moyenne [{}]",
    "Value {}",
    "Consommation ({})",
    "{}",
)


@dataclass(frozen=True)
class Style:
    """How a table is written. `shape`: both, begin, end, plain, apart (date and hour)."""

    separator: str
    encoding: str
    shape: str
    names: tuple[str, ...]
    stamp: str
    unit: str
    value: str
    mark: str
    group: str
    line_end: str
    about: bool
    quoted: bool
    step: str
    """Where the step is stated: `column`, `above`, or empty for nowhere."""
    indent: int
    """Empty columns to the left."""


@st.composite
def styles(draw: st.DrawFn) -> Style:
    shape = draw(st.sampled_from(["both", "begin", "end", "plain", "apart", "apart-end"]))
    names = {
        "both": st.sampled_from(BOTH),
        "begin": st.sampled_from(BEGIN).map(lambda name: (name,)),
        "end": st.sampled_from(END).map(lambda name: (name,)),
        "plain": st.sampled_from(PLAIN).map(lambda name: (name,)),
        "apart": st.just(("Date", "Heure de début")),
        "apart-end": st.just(("Date de fin", "Heure de fin")),
    }[shape]
    group = draw(st.sampled_from(["", "", " ", HARD, NARROW, "'", "’"]))
    codings = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]
    if group in ("", " ", HARD, "'"):
        codings += ["cp1252"]
    return Style(
        separator=draw(st.sampled_from([";", ",", "\t", "|"])),
        encoding=draw(st.sampled_from(codings)),
        shape=shape,
        names=draw(names),
        stamp=draw(st.sampled_from(sorted(STAMPS))),
        unit=draw(st.sampled_from(sorted(UNITS))),
        value=draw(st.sampled_from(VALUES)),
        mark=draw(st.sampled_from([",", "."])),
        group=group,
        line_end=draw(st.sampled_from(["\n", "\r\n"])),
        about=draw(st.booleans()),
        quoted=draw(st.booleans()),
        step=draw(st.sampled_from(["", "column", "above"])),
        indent=draw(st.integers(0, 2)),
    )


def number(watts: int, minutes: int, style: Style) -> str:
    """The value of an interval in the style's unit, as an integer if it is whole."""
    power = Decimal(watts) if style.unit in ("W", "kW") else Decimal(watts * minutes) / 60
    value = power.scaleb(-UNITS[style.unit])
    whole, _, decimals = f"{value:f}".partition(".")
    parted = f"{int(whole):,}".replace(",", style.group)
    decimals = decimals.rstrip("0")
    return parted + (style.mark + decimals if decimals else "")


def cells(curve: Curve, style: Style) -> list[list[str]]:
    """All lines, cell by cell."""
    spell = STAMPS[style.stamp]
    head = [*style.names, style.value.format(style.unit)]
    lines: list[list[str]] = []
    if style.about:
        lines += [
            ["Mes données"],
            ["Point Référence Mesure (PRM) :", PRM],
            ["Type de comptage :", "Consommation"],
        ]
    steps = sorted(set(curve.minutes.tolist()))
    if style.step == "above" and len(steps) == 1:
        lines.append([f"Courbe de charge (pas {steps[0]} min)"])
    lines.append(head + ["Pas"] * (style.step == "column"))
    for start, end, minutes, watts in rows(curve):
        at = start if style.shape in ("begin", "apart") else end
        stamp = {
            "both": [spell(start), spell(end)],
            "apart": [f"{at:%d/%m/%Y}", f"{at:%H:%M}"],
            "apart-end": [f"{at:%d/%m/%Y}", f"{at:%H:%M}"],
        }.get(style.shape, [spell(at)])
        step = [f"PT{minutes}M"] * (style.step == "column")
        lines.append([*stamp, number(watts, minutes, style), *step])
    return [[""] * style.indent + line for line in lines]


def text(curve: Curve, style: Style) -> bytes:
    """The table as a text file."""

    def quoted(cell: str) -> str:
        return f'"{cell}"' if style.quoted or style.separator in cell else cell

    lines = [style.separator.join(map(quoted, line)) for line in cells(curve, style)]
    return (style.line_end.join(lines) + style.line_end).encode(style.encoding)


def book(curve: Curve, style: Style, *, real: bool = False) -> bytes:
    """The table as a workbook; `real`: with dates and numbers as such, not as texts."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for line in cells(curve, style):
        sheet.append(line)
    if real:
        _with_real_cells(sheet, curve, style)
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


def _with_real_cells(sheet: Any, curve: Curve, style: Style) -> None:
    found = list(sheet.iter_rows())[-len(curve) :]
    for row, (start, end, minutes, watts) in zip(found, rows(curve), strict=True):
        at = start if style.shape in ("begin", "apart") else end
        moment = at.replace(tzinfo=None)
        midnight = datetime(moment.year, moment.month, moment.day)
        stamps: dict[str, list[datetime | timedelta]] = {
            "both": [start.replace(tzinfo=None), end.replace(tzinfo=None)],
            "apart": [midnight, (moment - midnight)],
            "apart-end": [midnight, (moment - midnight)],
        }
        stamp = stamps.get(style.shape, [moment])
        power = watts if style.unit in ("W", "kW") else watts * minutes / 60
        for place, value in enumerate([*stamp, power / 10 ** UNITS[style.unit]]):
            cell = row[style.indent + place]
            cell.value = value.total_seconds() / 86_400 if isinstance(value, timedelta) else value
