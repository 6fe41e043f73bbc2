"""Synthetic meters that differ from each other as households do, with realistic noise.

Each household has its own base load, rhythm, number of people, heating, hot water, car and absences; all
share one weather. Everything is drawn from the number of the meter, so a fleet can be made again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import MINUTE_MS, Curve, Meter
from core.paristime import DAY_MS, HOUR_MS, midnight, to_wall

STEP: Final = 30
LAST_DAY: Final = date(2026, 6, 30)
"""Last day of every fleet, so that all runs cover the same moments."""
SUBSCRIBED_W: Final = (3_000, 6_000, 6_000, 6_000, 9_000, 9_000, 12_000)
_OFF_PEAK: Final = (22.0, 22.5, 23.0, 23.5, 0.5, 1.5, 2.0)
_Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The half-hours that all meters share, with their hour, day and weather."""

    start: NDArray[np.int64]
    day: NDArray[np.int64]
    """Number of the Paris day within the period."""
    slot: NDArray[np.int64]
    """Half-hour of the wall clock, 0 to 47."""
    weekday: NDArray[np.int64]
    season: _Numbers
    """Cosine of the time of year: 1 on the coldest day."""
    outside: _Numbers
    """Degrees Celsius."""

    @classmethod
    def of(cls, days: int) -> Calendar:
        """The `days` Paris days that end with LAST_DAY."""
        first, end = LAST_DAY - timedelta(days=days - 1), LAST_DAY + timedelta(days=1)
        start = np.arange(midnight(first), midnight(end), STEP * MINUTE_MS, dtype=np.int64)
        wall = to_wall(start)
        number = wall // DAY_MS
        season = np.cos(2 * np.pi * (number - 20) / 365.2425)
        hour = (wall % DAY_MS) / HOUR_MS
        rng = np.random.default_rng(0)
        spells = np.convolve(rng.normal(0, 1.6, days + 8), np.ones(8) / np.sqrt(8), "same")[4:]
        day = number - number[0]
        daily = 2.5 * np.cos((hour - 15.5) * np.pi / 12)
        return cls(
            start=start,
            day=day,
            slot=(wall % DAY_MS) // (STEP * MINUTE_MS),
            weekday=(number + 3) % 7,
            season=season,
            outside=12 - 8 * season + spells[day] + daily,
        )


def households(count: int, days: int, first: int = 0) -> Iterator[tuple[Meter, Curve]]:
    """`count` meters over `days` days, half-hourly, without gaps, numbered from `first`."""
    calendar = Calendar.of(days)
    minutes = np.full(len(calendar.start), STEP, dtype=np.int16)
    for number in range(first, first + count):
        yield meter(number), Curve(calendar.start, minutes, _watts(calendar, number))


def meter(number: int) -> Meter:
    """The meter of a number: 14 digits with leading zeros, which no real PRM has."""
    return Meter(f"{number:014d}")


def _watts(calendar: Calendar, number: int) -> NDArray[np.int32]:
    rng = np.random.default_rng([20_260_630, number])
    people = int(rng.choice([1, 2, 3, 4, 5], p=[0.37, 0.33, 0.14, 0.11, 0.05]))
    home = _presence(calendar, rng)
    watts = _base(calendar, rng) + home * _living(calendar, rng, people)
    watts += _heating(calendar, rng, home) + _hot_water(calendar, rng, people) + _car(calendar, rng)
    limit = float(rng.choice(SUBSCRIBED_W))
    capped = np.minimum(watts, limit * rng.uniform(0.93, 1.03, len(watts)))
    # a Linky counts whole watt-hours: the mean power of a half-hour is an even number of watts
    return (2 * np.rint(capped / 2)).astype(np.int32)


def _base(calendar: Calendar, rng: np.random.Generator) -> _Numbers:
    """Standby power and refrigerators, whose cycles drift against the half-hours."""
    standby = 60 + rng.lognormal(4.0, 0.7)
    fridge, cycle = rng.uniform(40, 140), rng.uniform(1.3, 3.7)
    phase = np.cumsum(rng.normal(2 * np.pi / cycle, 0.25, len(calendar.start)))
    drift: _Numbers = standby * (1 + 0.1 * np.sin(np.cumsum(rng.normal(0, 0.01, len(phase)))))
    return drift + fridge * (0.5 + 0.5 * np.sin(phase)) + rng.normal(0, 8, len(phase))


def _presence(calendar: Calendar, rng: np.random.Generator) -> _Numbers:
    """1 at home, near 0 on the days of an absence."""
    days = int(calendar.day[-1]) + 1
    present = np.ones(days)
    for _ in range(rng.poisson(4 * days / 365)):
        begins = int(rng.integers(days))
        present[begins : begins + int(rng.integers(2, 16))] = 0.08
    return present[calendar.day]


def _living(calendar: Calendar, rng: np.random.Generator, people: int) -> _Numbers:
    """Lighting and appliances: a rhythm of the household with random half-hours."""
    hours = np.arange(48) / 2
    rise, sleep = rng.normal(7, 0.8), rng.normal(22.8, 0.8)
    lunch, day = rng.uniform(0.2, 1.0), rng.uniform(0.1, 0.8)
    rhythm = 0.1 + 0.7 * _bump(hours, rise + 0.5, 1) + lunch * _bump(hours, 12.5, 0.8)
    rhythm += _bump(hours, 19.5, 1.6) + day * ((hours > rise) & (hours < sleep))
    week = np.tile(rhythm, (7, 1))
    week[5:] += 0.35 * ((hours > 9) & (hours < 20))
    size = (120 + 90 * people) * rng.lognormal(0, 0.35) * (1 + 0.2 * calendar.season)
    usual = size * week[calendar.weekday, calendar.slot]
    shape = rng.uniform(1.2, 2.5)
    return usual * rng.gamma(shape, 1 / shape, len(usual)) + _appliances(calendar, rng, people, week)


def _appliances(calendar: Calendar, rng: np.random.Generator, people: int, week: _Numbers) -> _Numbers:
    """Ovens, kettles, washing: runs of half-hours, more likely at busy hours of the household."""
    likely = week[calendar.weekday, calendar.slot]
    begins = rng.random(len(likely)) < likely / likely.mean() * (0.9 + 0.55 * people) / 48
    power = np.where(begins, rng.uniform(300, 2_300, len(likely)), 0.0)
    longer = np.where(rng.random(len(likely)) < 0.5, power, 0.0)
    return power + np.roll(longer, 1) * rng.uniform(0.3, 1, len(likely))


def _bump(hours: _Numbers, at: float, width: float) -> _Numbers:
    return np.exp(-(((hours - at) / width) ** 2))


def _heating(calendar: Calendar, rng: np.random.Generator, home: _Numbers) -> _Numbers:
    """Electric heating in four of ten houses: proportional to the cold, with noise of thermostats."""
    if rng.random() > 0.4:
        return np.zeros(len(home))
    target = rng.normal(17.5, 1) + rng.uniform(0, 2) * ((calendar.slot > 11) & (calendar.slot < 45))
    lack = np.maximum(np.where(home < 0.5, 8.0, target) - calendar.outside, 0)
    slope = rng.uniform(25, 150)
    return slope * lack * np.clip(rng.normal(1, rng.uniform(0.1, 0.4), len(home)), 0, None)


def _hot_water(calendar: Calendar, rng: np.random.Generator, people: int) -> _Numbers:
    """A tank on off-peak hours in half of the houses; its heating time varies from day to day."""
    if rng.random() > 0.5:
        return np.zeros(len(calendar.start))
    begins = int(2 * rng.choice(_OFF_PEAK))
    power, into = rng.choice([1_200, 1_650, 2_200, 3_000]), (calendar.slot - begins) % 48
    days = int(calendar.day[-1]) + 2
    energy = np.clip(rng.normal(1_000 + 900 * people, 500 + 250 * people, days), 200, None)
    night = calendar.day + (calendar.slot >= 36)
    share = np.clip(energy[night] / power * 2 - into, 0, 1)
    heated: _Numbers = power * share * rng.normal(1, 0.015, len(share))
    return heated


def _car(calendar: Calendar, rng: np.random.Generator) -> _Numbers:
    """In one house of twelve, a car that charges on some nights."""
    if rng.random() > 1 / 12:
        return np.zeros(len(calendar.start))
    days = int(calendar.day[-1]) + 2
    hours = np.where(rng.random(days) < 0.4, rng.gamma(3, 0.9, days), 0)
    night = calendar.day + (calendar.slot >= 36)
    share = np.clip(2 * hours[night] - (calendar.slot - 4) % 48, 0, 1)
    charged: _Numbers = rng.choice([2_300, 3_700, 7_400]) * share * rng.normal(1, 0.01, len(share))
    return charged
