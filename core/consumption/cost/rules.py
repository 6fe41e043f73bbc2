"""Decides which answers of a public source are accepted.

An answer must fit the rules of a Tempo season or of regulated prices and contradict nothing that is known.
One row that does not, and the whole file is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from core.consumption.cost.contracts import POWERS, PriceList, Special
from core.errors import SourceError
from core.model import Days
from core.sources.open_data.regulated import PriceRow
from core.sources.open_data.tempo import Colour, Colours, Season

RED_DAYS: Final = 22
WHITE_DAYS: Final = 43
"""Days of a season. Red days are in November to March, never at a week-end; white days never on Sunday."""
_RED_MONTHS: Final = (11, 12, 1, 2, 3)
SAME: Final = Decimal("0.01")
"""Two prices that differ by at most this share count as the same; the one known first is kept."""
JUMP: Final = Decimal("0.30")
"""A larger relative step from one price to the next is an error. The largest since 2022 was 23 %."""
_AHEAD: Final = timedelta(days=366)


def check_colours(colours: Colours, season: Season, known: Special, today: date, source: str) -> None:
    """Raise SourceError unless these colours of a season are acceptable."""
    _check_days(colours, season, today, source)
    for day, colour in colours.items():
        if known.knows(day) and colour is not colour_of(known, day):
            raise SourceError("public-contradiction", source=source, days=_one(day))
    of_known = {day: colour_of(known, day) for day in _days(season) if known.knows(day)}
    count = Counter({**of_known, **colours}.values())
    if (red := count[Colour.RED]) > RED_DAYS:
        raise SourceError("public-red-days", source=source, season=str(season), count=red)
    if (white := count[Colour.WHITE]) > WHITE_DAYS:
        raise SourceError("public-white-days", source=source, season=str(season), count=white)
    whole = count.total() == len(_days(season))
    if whole and (count[Colour.RED], count[Colour.WHITE]) != (RED_DAYS, WHITE_DAYS):
        raise SourceError("public-season", source=source, season=str(season))


def _check_days(colours: Colours, season: Season, today: date, source: str) -> None:
    for day, colour in colours.items():
        if not season.first <= day < season.end or day > today + timedelta(days=1):
            raise SourceError("public-early", source=source, days=_one(day))
        if colour is Colour.RED and (day.weekday() > 4 or day.month not in _RED_MONTHS):
            raise SourceError("public-red-day", source=source, days=_one(day))
        if colour is Colour.WHITE and day.weekday() == 6:
            raise SourceError("public-white-sunday", source=source, days=_one(day))


def colour_of(known: Special, day: date) -> Colour:
    """The colour of a day that is known."""
    return Colour.RED if day in known.red else Colour.WHITE if day in known.white else Colour.BLUE


def _days(season: Season) -> list[date]:
    return [season.first + timedelta(days=at) for at in range((season.end - season.first).days)]


def _one(day: date) -> Days:
    return Days(day, day + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a price file that were not known, and the number of prices that differ a little.

    Of prices that differ, those known first are kept.
    """

    rows: tuple[PriceRow, ...]
    differing: int


def check_prices(
    rows: Iterable[PriceRow], known: Mapping[int, tuple[PriceList, ...]], today: date, source: str
) -> Found:
    """The new rows of an option, checked against the known lists of each power (kVA).

    Rows older than the program's first list are ignored. Raises SourceError if a row is not acceptable.
    """
    oldest = min(lists[0].since for lists in known.values())
    new: list[PriceRow] = []
    differing = 0
    for row in sorted((row for row in rows if row.first >= oldest), key=lambda row: (row.kva, row.first)):
        _check_row(row, today, source)
        mine = known.get(row.kva, ())
        if same := next((one for one in mine if one.since == row.first), None):
            differing += _differing(row, same, source)
            continue
        before = _before(row, mine, [one for one in new if one.kva == row.kva]) or _of_another_power(
            row, known
        )
        if before:
            _check_step(row, *before, source)
        new.append(row)
    if len({(row.kva, row.first) for row in new}) < len(new):
        raise SourceError("public-price-order", source=source)
    return Found(tuple(new), differing)


def _check_row(row: PriceRow, today: date, source: str) -> None:
    late = row.first > today + _AHEAD
    if row.kva not in POWERS or late or (row.last is not None and row.last < row.first):
        raise SourceError("public-price-order", source=source)


def _differing(row: PriceRow, known: PriceList, source: str) -> int:
    """How many prices of a list differ a little. SourceError `public-price-contradiction` for more."""
    count = 0
    for told, mine in _pairs(row.kwh, row.year, known.kwh, known.year):
        if abs(told - mine) > SAME * mine:
            details = {"told": format(told, "f"), "known": format(mine, "f")}
            days = _one(row.first)
            raise SourceError("public-price-contradiction", source=source, kva=row.kva, days=days, **details)
        count += told != mine
    return count


def _check_step(row: PriceRow, kwh: Mapping[str, Decimal], year: Decimal | None, source: str) -> None:
    for told, before in _pairs(row.kwh, row.year, kwh, year):
        if abs(told - before) > JUMP * before:
            details = {"told": format(told, "f"), "before": format(before, "f")}
            days = _one(row.first)
            raise SourceError("public-price-jump", source=source, kva=row.kva, days=days, **details)


def _before(
    row: PriceRow, known: tuple[PriceList, ...], new: list[PriceRow]
) -> tuple[Mapping[str, Decimal], Decimal | None] | None:
    """The prices in force before a row, of the known and the new lists."""
    lists = [(one.since, one.kwh, one.year) for one in known if one.since < row.first]
    lists += [(one.first, one.kwh, one.year) for one in new]
    if not lists:
        return None
    _, kwh, year = max(lists, key=lambda one: one[0])
    return kwh, year


def _of_another_power(
    row: PriceRow, known: Mapping[int, tuple[PriceList, ...]]
) -> tuple[Mapping[str, Decimal], None] | None:
    """Prices per kWh of the nearest power at that time: those of one option differ by a few percent."""
    for kva in sorted(known, key=lambda kva: abs(kva - row.kva)):
        if lists := [one for one in known[kva] if one.since <= row.first]:
            return lists[-1].kwh, None
    return None


def _pairs(
    kwh: Mapping[str, Decimal], year: Decimal, other: Mapping[str, Decimal], other_year: Decimal | None
) -> list[tuple[Decimal, Decimal]]:
    """Prices of the same register or of the subscription, paired."""
    pairs = [(price, other[register]) for register, price in kwh.items() if register in other]
    return pairs if other_year is None else [*pairs, (year, other_year)]
