"""Assigns each part of a reading to a register and a price list.

Readings are cut, to the minute, where one of them changes. Energy of a piece is watts x minutes, an exact
integer; an unknown register or list is UNKNOWN.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.consumption.cost.contracts import DAY_MINUTES, Contract, Option
from core.consumption.readings import History, cut
from core.model import MINUTE_MS, Days
from core.paristime import DAY_MS, HOUR_MS, midnights, to_wall

UNKNOWN: Final = -1
_TEMPO_DAY_STARTS: Final = 6 * 60
_TEMPO_OFF_PEAK: Final = 22 * 60
_EJP_STARTS: Final = 7 * 60
_EJP_ENDS: Final = 60  # 01:00 of the next day


@dataclass(frozen=True, slots=True, eq=False)
class Metered:
    """Pieces of readings: Paris day and hour, register, price list, energy (watt-minutes).

    The day is that of the reading, the hour (0 to 23) that in which the piece begins. Register and price
    list are positions in the contract, UNKNOWN if not known.
    """

    contract: Contract
    day: NDArray[np.datetime64]
    hour: NDArray[np.int64]
    register: NDArray[np.int64]
    price_list: NDArray[np.int64]
    energy: NDArray[np.int64]

    def during(self, days: Days) -> Metered:
        """The pieces of readings that start within Paris days."""
        first, end = np.searchsorted(self.day, np.array([days.first, days.end], dtype="datetime64[D]"))
        return self.where(slice(int(first), int(end)))

    def where(self, kept: NDArray[np.bool_] | slice) -> Metered:
        """The pieces that a mask or slice selects."""
        return Metered(
            self.contract,
            self.day[kept],
            self.hour[kept],
            self.register[kept],
            self.price_list[kept],
            self.energy[kept],
        )


def meter(history: History, contract: Contract) -> Metered:
    """The register and price list of each part of each reading."""
    if not len(history):
        none = np.zeros(0, dtype=np.int64)
        return Metered(contract, history.day, none, none, none, none)
    pieces = cut(history.curve, _boundaries(history, contract))
    wall = to_wall(pieces.start)
    watts = history.curve.watts[pieces.reading].astype(np.int64)
    return Metered(
        contract,
        history.day[pieces.reading],
        wall % DAY_MS // HOUR_MS,
        _register(wall, contract),
        _price_list(wall, contract),
        watts * pieces.minutes,
    )


def _boundaries(history: History, contract: Contract) -> NDArray[np.int64]:
    """UTC moments (ms) at which register or price list may change.

    They are midnight and the wall minutes of the contract on every day, both moments if the autumn clock
    shows one twice, and the clock changes.
    """
    first, last = history.day[0] - 1, history.day[-1] + 2
    days = np.arange(first, last)
    wall = (days.astype(np.int64)[:, None] * DAY_MS + _wall_minutes(contract) * MINUTE_MS).ravel()
    both = np.concatenate([wall - HOUR_MS, wall - 2 * HOUR_MS])
    real = both[to_wall(both) == np.concatenate([wall, wall])]
    edges = midnights(np.append(days, last))
    changed = np.diff(edges) != DAY_MS
    return np.unique(np.concatenate([real, days[changed].astype(np.int64) * DAY_MS + HOUR_MS]))


def _wall_minutes(contract: Contract) -> NDArray[np.int64]:
    minutes = {0}
    if contract.option is Option.TEMPO:
        minutes |= {_TEMPO_DAY_STARTS, _TEMPO_OFF_PEAK}
    elif contract.option is Option.EJP:
        minutes |= {_EJP_STARTS, _EJP_ENDS}
    elif contract.option is Option.HPHC:
        minutes |= {edge for rule in contract.off_peak for w in rule.windows for edge in (w.start, w.end)}
    elif contract.option is Option.FREE:
        minutes |= {edge for rule in contract.rules for w in rule.windows for edge in (w.start, w.end)}
    return np.array(sorted(minutes), dtype=np.int64)


def _register(wall: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    if contract.option is Option.BASE:
        return np.zeros(len(wall), dtype=np.int64)
    if contract.option is Option.HPHC:
        return _hphc(wall, contract)
    if contract.option is Option.TEMPO:
        return _tempo(wall, contract)
    if contract.option is Option.FREE:
        return _free(wall, contract)
    return _ejp(wall, contract)


def _hphc(wall: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    """0 off-peak, 1 peak; UNKNOWN on a day without any rule."""
    masks = [
        [0 if any(window.holds(minute) for window in rule.windows) else 1 for minute in range(DAY_MINUTES)]
        for rule in contract.off_peak
    ]
    table = np.array([*masks, [UNKNOWN] * DAY_MINUTES], dtype=np.int64)
    number = wall // DAY_MS
    first = int(number.min())
    rules = [
        _rule(date(1970, 1, 1) + timedelta(days=day), contract) for day in range(first, number.max() + 1)
    ]
    found: NDArray[np.int64] = table[np.array(rules)[number - first], wall % DAY_MS // MINUTE_MS]
    return found


def _rule(day: date, contract: Contract) -> int:
    """The last rule that applies to a day; UNKNOWN, the last row of the table, without one."""
    fitting = [at for at, rule in enumerate(contract.off_peak) if rule.applies(day)]
    return fitting[-1] if fitting else UNKNOWN


def _free(wall: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    """The register of the first rule that fits a minute, by weekday (1970-01-01 was a Thursday) and month."""
    number, minute = wall // DAY_MS, wall % DAY_MS // MINUTE_MS
    weekday = (number + 3) % 7
    month = number.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    found = np.full(len(wall), UNKNOWN, dtype=np.int64)
    for rule in reversed(contract.rules):
        days = np.array([[rule.fits_day(w, m) for m in range(1, 13)] for w in range(7)])
        minutes = np.array([rule.fits_minute(at) for at in range(DAY_MINUTES)])
        found[days[weekday, month - 1] & minutes[minute]] = contract.registers.index(rule.register)
    return found


def _tempo(wall: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    """Peak from 6 to 22 h; before 6 h the colour is that of the day before."""
    colour = _colours((wall - _TEMPO_DAY_STARTS * MINUTE_MS) // DAY_MS, contract)
    minute = wall % DAY_MS // MINUTE_MS
    peak = (minute >= _TEMPO_DAY_STARTS) & (minute < _TEMPO_OFF_PEAK)
    return np.where(colour == UNKNOWN, UNKNOWN, 2 * colour + peak)


def _colours(number: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    """0 blue, 1 white, 2 red, UNKNOWN, by day number since 1970."""
    special, first = contract.special, int(number.min())
    table = []
    for at in range(first, int(number.max()) + 1):
        day = date(1970, 1, 1) + timedelta(days=at)
        known = 2 if day in special.red else 1 if day in special.white else 0
        table.append(known if special.knows(day) else UNKNOWN)
    return np.array(table, dtype=np.int64)[number - first]


def _ejp(wall: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    """Peak from 7 h to 1 h of the next day, on red days; from April to October there are none."""
    moved = wall - _EJP_ENDS * MINUTE_MS
    number = moved // DAY_MS
    month = number.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    late = moved % DAY_MS // MINUTE_MS >= _EJP_STARTS - _EJP_ENDS
    colour = _colours(number, contract)
    peak = np.where(colour == UNKNOWN, UNKNOWN, (colour == 2).astype(np.int64))
    return np.where(~late | ((month >= 4) & (month <= 10)), 0, peak)


def _price_list(wall: NDArray[np.int64], contract: Contract) -> NDArray[np.int64]:
    return price_list_of((wall // DAY_MS).astype("datetime64[D]"), contract)


def price_list_of(days: NDArray[np.datetime64], contract: Contract) -> NDArray[np.int64]:
    """The list in force on each Paris day; UNKNOWN before the first and after the end of one."""
    since = np.array([one.since for one in contract.prices], dtype="datetime64[D]")
    end = np.array([one.end or date.max for one in contract.prices], dtype="datetime64[D]")
    at = np.searchsorted(since, days, side="right").astype(np.int64) - 1
    if not len(since):
        return at
    return np.where((at >= 0) & (days >= end[at]), UNKNOWN, at)
