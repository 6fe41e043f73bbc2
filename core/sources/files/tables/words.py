"""Meaning of header cells, in French and English: stamps, values with their unit, step, flow, meter.

A cell is folded: without accents, in lower case, with single spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.model import Flow
from core.sources.stamped import Stamped


class Unit(StrEnum):
    """Unit of the values of a table: average power, or energy of the interval."""

    WATT = "W"
    KILOWATT = "kW"
    WATT_HOUR = "Wh"
    KILOWATT_HOUR = "kWh"

    @property
    def is_energy(self) -> bool:
        """Whether the values are energy, not power."""
        return self in (Unit.WATT_HOUR, Unit.KILOWATT_HOUR)


@dataclass(frozen=True, slots=True)
class Value:
    """A column of values. `unit`: None if the header does not say it."""

    column: int
    unit: Unit | None
    flow: Flow | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table.

    `stamp` is the column of the date and time, or of the date alone if there is `hour`; `end` and `end_hour`
    are the same for the other end of the interval.
    """

    stamp: int
    stamped: Stamped
    values: tuple[Value, ...]
    width: int
    hour: int | None = None
    end: int | None = None
    end_hour: int | None = None
    step: int | None = None
    flow: int | None = None
    meter: int | None = None
    unit: int | None = None
    quantity: int | None = None
    step_of_minutes: int = 0
    """The step (minutes) that the header states."""
    utc: bool = False
    """Whether the header says that stamps without offset are in UTC."""
    other_unit: str = ""
    """The unit of the only value column, if it is neither power nor energy."""


_UNITS: Final = {
    **dict.fromkeys(("w", "watt", "watts"), Unit.WATT),
    **dict.fromkeys(("kw", "kilowatt", "kilowatts"), Unit.KILOWATT),
    **dict.fromkeys(("wh", "wattheure", "wattheures", "watt heures"), Unit.WATT_HOUR),
    **dict.fromkeys(("kwh", "kilowattheure", "kilowattheures"), Unit.KILOWATT_HOUR),
}
_OTHER_UNITS: Final = {"va": "VA", "kva": "kVA", "var": "var", "kvar": "kvar", "mwh": "MWh", "mw": "MW"}
_MOST_COLUMNS: Final = 60
_NO_TEXT: Final = re.compile(r"[\x00-\x1f\x7f\ufffd]")
_WORD: Final = re.compile(r"[a-z]+|\d+", re.ASCII)
_BEGIN: Final = frozenset({"debut", "start", "begin", "beginning", "from", "depuis"})
_END: Final = frozenset({"fin", "end", "ending", "until", "jusqu"})
_ALONE: Final = {
    "du": Stamped.BEGIN,
    "de": Stamped.BEGIN,
    "au": Stamped.END,
    "a": Stamped.END,
    "to": Stamped.END,
}
_DATE: Final = frozenset({"date", "jour", "day"})
_EXACT: Final = frozenset({"horodate", "horodatage", "timestamp", "datetime"})
_HOUR: Final = frozenset({"heure", "hour", "time", "heures"})
_STAMP: Final = frozenset(
    {"horodate", "horodatage", "timestamp", "datetime", "instant", "moment", "date", "heure", "time", "jour"}
) | {"day", "hour", "plage", "periode", "intervalle", "interval"}
_VALUE: Final = frozenset(
    {"valeur", "value", "puissance", "power", "consommation", "consumption", "conso", "energie", "energy"}
) | {"production", "injection", "soutirage", "mesure", "load", "charge", "export", "import", "usage"}
_NO_VALUE: Final = frozenset(
    {"index", "cumul", "cumulative", "total", "nature", "indice", "etat", "type", "prix", "price", "cout"}
) | {"cost", "temperature", "note", "qualite", "quality", "eur", "max", "maximum", "maximale", "statut"}
_METER: Final = frozenset({"prm", "pdl", "prms", "pdls"})
_FLOWS: Final = {
    **dict.fromkeys(
        ("consommation", "conso", "consumption", "soutirage", "soutiree", "cons"), Flow.CONSUMPTION
    ),
    **dict.fromkeys(("production", "prod", "injection", "injectee", "surplus", "produced"), Flow.PRODUCTION),
}


def words(cell: str) -> list[str]:
    """The words and numbers of a folded cell."""
    return _WORD.findall(cell.replace("_", " "))


def flow_of(text: str) -> Flow | None:
    """The flow that a folded text names; None if it names none or both."""
    named = {_FLOWS[word] for word in words(text) if word in _FLOWS}
    return named.pop() if len(named) == 1 else None


def unit_of(cell: str) -> Unit | None:
    """The unit that a folded text names; None if it names none or several."""
    named = {_UNITS[word] for word in words(cell) if word in _UNITS}
    return named.pop() if len(named) == 1 else None


def step_said(text: str) -> int:
    """The step (minutes) that a folded text states, as in `pas 30 min`; 0 if it states none."""
    found = re.search(
        r"\b(?:pas|step|interval\w*|resolution)\b\D{0,20}(\d{1,3}) ?(?:min|mn|$)", text, re.ASCII
    )
    found = found or re.search(r"\b(\d{1,3}) ?(?:min|mn|minutes)\b", text, re.ASCII)
    if found is None:
        return 60 if re.search(r"\bpas (?:horaire|1 ?h)\b", text) else 0
    return int(found[1])


def header_of(cells: list[str]) -> Header | None:
    """The meaning of a line as a header; None if it is not one.

    A header names a stamp and a value, and contains no reading.
    """
    if not 2 <= len(cells) <= _MOST_COLUMNS or any(_NO_TEXT.search(cell) or len(cell) > 80 for cell in cells):
        return None
    roles = [_role(cell) for cell in cells]
    stamps = [at for at, role in enumerate(roles) if role == "stamp"]
    values = [at for at, role in enumerate(roles) if role == "value"]
    if not stamps or not values:
        return None
    found = _stamps(cells, stamps)
    taken, other = _values(cells, values)
    if found is None or not (taken or other):
        return None
    stamp, stamped, hour, end, end_hour = found
    if cells[stamp] in _ALONE and end is None:
        return None
    at = {role: place for place, role in reversed(list(enumerate(roles)))}
    held = [place for place, cell in enumerate(cells) if cell]
    return Header(
        stamp=stamp,
        stamped=stamped,
        values=taken,
        width=held[-1] + 1,
        hour=hour,
        end=end,
        end_hour=end_hour,
        **{role: at.get(role) for role in ("step", "flow", "meter", "unit", "quantity")},
        step_of_minutes=next((said for cell in cells if (said := step_said(cell))), 0),
        utc=bool({"utc", "gmt"} & set(words(cells[stamp]))),
        other_unit=other,
    )


def _role(cell: str) -> str:
    said = words(cell)
    known = set(said)
    if not said:
        return ""
    if known & _METER or ("point" in known and known & {"livraison", "mesure", "reference", "usage"}):
        return "meter"
    if said[0] == "pas" or known <= {"step", "minutes", "duree", "duration", "min"}:
        return "step"
    if known & {"unite", "unit"}:
        return "unit"
    if "grandeur" in known:
        return "quantity" if "physique" in known else "flow" if "metier" in known else ""
    if known & {"sens", "flux", "flow", "direction"}:
        return "flow"
    unit = known & (_UNITS.keys() | _OTHER_UNITS.keys())
    if not unit and (known & (_STAMP | _BEGIN | _END) or cell in _ALONE):
        return "" if known & _NO_VALUE else "stamp"
    if known & _NO_VALUE:
        return ""
    return "value" if unit or known & _VALUE else ""


def _stamps(
    cells: list[str], places: list[int]
) -> tuple[int, Stamped, int | None, int | None, int | None] | None:
    """Column of the begin (or only stamp), what it names, and the columns of hours and of the end."""
    told = [(place, _which(cells[place]), _is_hour(cells[place])) for place in places]
    full = [(place, which) for place, which, hour in told if not hour]
    hours = [(place, which) for place, which, hour in told if hour]
    exact = [(place, which) for place, which in full if set(words(cells[place])) & _EXACT]
    if exact and len(exact) < len(full):  # the others are the period of the file
        full = exact
    begins = [place for place, which in full if which is Stamped.BEGIN]
    ends = [place for place, which in full if which is Stamped.END]
    begin_hours = [place for place, which in hours if which is Stamped.BEGIN]
    end_hours = [place for place, which in hours if which is Stamped.END]
    plain = [place for place, which in full if which is Stamped.UNSAID]
    plain_hours = [place for place, which in hours if which is Stamped.UNSAID]
    if begins and ends:  # dates alone, if their hours are in other columns
        if begin_hours and end_hours:
            return begins[0], Stamped.BEGIN, begin_hours[0], ends[0], end_hours[0]
        return begins[0], Stamped.BEGIN, None, ends[0], None
    dates = begins + ends + plain
    if not dates:
        return _lone_hours(hours)
    if begin_hours and end_hours:
        return dates[0], Stamped.BEGIN, begin_hours[0], None, end_hours[0]
    which = Stamped.BEGIN if begins else Stamped.END if ends else Stamped.UNSAID
    for place in begin_hours:
        return dates[0], Stamped.BEGIN, place, None, None
    for place in end_hours:
        return dates[0], Stamped.END, place, None, None
    return dates[0], which, plain_hours[0] if plain_hours else None, None, None


def _lone_hours(
    hours: list[tuple[int, Stamped]],
) -> tuple[int, Stamped, int | None, int | None, int | None] | None:
    """Columns named as hours only, which then contain the date too."""
    begins = [place for place, which in hours if which is Stamped.BEGIN]
    ends = [place for place, which in hours if which is Stamped.END]
    if begins and ends:
        return begins[0], Stamped.BEGIN, None, ends[0], None
    return (hours[0][0], hours[0][1], None, None, None) if hours else None


def _which(cell: str) -> Stamped:
    if cell in _ALONE:
        return _ALONE[cell]
    known = set(words(cell))
    begin, end = bool(known & _BEGIN), bool(known & _END)
    if begin == end:
        return Stamped.UNSAID
    return Stamped.BEGIN if begin else Stamped.END


def _is_hour(cell: str) -> bool:
    known = set(words(cell))
    return bool(known & _HOUR) and not known & (_DATE | _EXACT)


def _values(cells: list[str], places: list[int]) -> tuple[tuple[Value, ...], str]:
    """The columns to read, power before energy, one for each flow; and the unit of any other column."""
    found = [Value(place, unit_of(cells[place]), flow_of(cells[place])) for place in places]
    other = next(
        (name for place in places for word, name in _OTHER_UNITS.items() if word in words(cells[place])), ""
    )
    found = [one for one in found if one.unit or not set(words(cells[one.column])) & _OTHER_UNITS.keys()]
    with_unit = [one for one in found if one.unit]
    power = [one for one in with_unit if one.unit and not one.unit.is_energy]
    best = power or with_unit or found
    told = [one for one in best if one.flow]
    return tuple(told if len({one.flow for one in told}) == len(told) > 1 else best), other
