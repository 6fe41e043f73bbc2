"""A made-up French household, to try everything without an account, a file or a network.

Four people, electric heating, a hot-water tank in the off-peak hours, 9 kVA. Each value depends only on the
seed and its own time, so a day is the same whatever day the history ends on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Event
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.model import DEMO_PRM, MINUTE_MS, Curve, Delivery, MaxPower, Meter, Origin, Preview
from core.paristime import DAY_MS, HOUR_MS, day_of, midnight, to_utc, to_wall, today

SEED: Final = 20
STEP: Final = 30
_LIMIT_W: Final = 8_900  # a 9 kVA subscription
_LIMIT_VA: Final = 8_990.0
_OFF_PEAK_HOUR: Final = 22.5
_TANK_W: Final = 2_300.0
_HEATING_W_PER_DEGREE: Final = 118.0

_Numbers = NDArray[np.float64]
_Flags = NDArray[np.bool_]

# School holidays and the family's absences as (month, day) of the first day and of the day after.
_SCHOOL: Final = (((2, 15), (3, 3)), ((4, 12), (4, 28)), ((7, 6), (9, 1)), ((10, 19), (11, 4)))
_AWAY: Final = (((2, 22), (3, 1)), ((8, 2), (8, 18)), ((12, 26), (12, 31)))
_FIXED_HOLIDAYS: Final = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
# Missing readings: one stretch a year, so that two years have two gaps.
_LOST_DAY: Final = (1, 21)  # of even years, all of it
_LOST_HOURS: Final = (5, 16)  # of odd years, 09:00 to 13:30


class DemoSource:
    """Two full years of the demo household up to yesterday."""

    def __init__(self, until: date | None = None) -> None:
        self._until = until or today()
        self._curve: Curve | None = None

    def preview(self) -> Preview:
        """The whole period in half-hours, with its gaps."""
        curve = self._read()
        return Preview(
            name="demo",
            origin=Origin.DEMO,
            meter=Meter(DEMO_PRM),
            span=curve.span,
            readings=len(curve),
            steps=(STEP,),
            gaps=curve.gaps,
        )

    def deliveries(self, stop: Event) -> Iterator[Delivery]:
        """The readings, a quarter of a year per delivery, so that progress shows and can be stopped."""
        curve = self._read()
        quarter = 90 * 24 * 60 // STEP
        for first in range(0, len(curve), quarter):
            if stop.is_set():
                return
            part = curve.select(slice(first, first + quarter))
            last = first + quarter >= len(curve)
            peaks = demo_peaks(curve) if last else {}
            yield Delivery(Meter(DEMO_PRM), Origin.DEMO, part, peaks=peaks)

    def _read(self) -> Curve:
        if self._curve is None:
            self._curve = demo_curve(self._until)
        return self._curve


def demo_curve(until: date, years: int = 2, seed: int = SEED) -> Curve:
    """The household's half-hours (W) over the `years` that end with the day before `until`."""
    moments = _Moments.over(_years_before(until, years), until, seed)
    watts = np.sum([load(moments) for load in _LOADS], axis=0)
    # Enedis measures whole watt-hours a half-hour, so its watts are even.
    whole = 2 * np.rint(np.minimum(watts, _LIMIT_W - 300 * moments.noise(1)) / 2).astype(np.int64)
    kept = ~_lost(moments)
    return Curve.of(moments.start[kept], np.full(int(kept.sum()), STEP), whole[kept])


def _years_before(until: date, years: int) -> date:
    try:
        return until.replace(year=until.year - years)
    except ValueError:  # 29 February
        return until.replace(year=until.year - years, day=28)


@dataclass(frozen=True, slots=True)
class _Moments:
    """Every half-hour of the period, with its place in the day, the week and the year."""

    start: NDArray[np.int64]
    seed: int
    day: NDArray[np.int64]  # days since 1970, Paris
    hour: _Numbers  # wall time, 0 to 23.5
    weekday: NDArray[np.int64]  # Monday is 0
    season: _Numbers  # year as an angle: 0 is 20 January, the coldest
    month_day: NDArray[np.int64]  # 100 x month + day
    year: NDArray[np.int64]

    @classmethod
    def over(cls, first: date, until: date, seed: int) -> _Moments:
        start = np.arange(midnight(first), midnight(until), STEP * MINUTE_MS, dtype=np.int64)
        wall = to_wall(start)
        day = wall // DAY_MS
        dates = day.astype("datetime64[D]")
        year = dates.astype("datetime64[Y]").astype(np.int64) + 1970
        month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
        of_month = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
        of_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64)
        return cls(
            start=start,
            seed=seed,
            day=day,
            hour=(wall % DAY_MS) / HOUR_MS,
            weekday=(day + 3) % 7,
            season=(of_year - 20) * (2 * np.pi / 365.25),
            month_day=100 * month + of_month,
            year=year,
        )

    def noise(self, stream: int) -> _Numbers:
        """Uniform in [0, 1), one for each half-hour."""
        return _uniform(self.start // (STEP * MINUTE_MS), stream, self.seed)

    def daily(self, stream: int, shift: int = 0) -> _Numbers:
        """Uniform in [0, 1), one for each Paris day."""
        return _uniform(self.day + shift, stream, self.seed)

    def between(self, first: float, last: float) -> _Flags:
        """Half-hours that start in [first, last) o'clock."""
        return (self.hour >= first) & (self.hour < last)

    def during(self, periods: tuple[tuple[tuple[int, int], tuple[int, int]], ...]) -> _Flags:
        inside = np.zeros(len(self.start), dtype=np.bool_)
        for (month, day), (end_month, end_day) in periods:
            inside |= (self.month_day >= 100 * month + day) & (self.month_day < 100 * end_month + end_day)
        return inside

    @property
    def away(self) -> _Flags:
        return self.during(_AWAY)

    @property
    def school_holidays(self) -> _Flags:
        return self.during(_SCHOOL) | (self.month_day >= 1221) | (self.month_day <= 105)

    @property
    def days_off(self) -> _Flags:
        """Week-ends and public holidays."""
        off = self.weekday >= 5
        for month, day in _FIXED_HOLIDAYS:
            off |= self.month_day == 100 * month + day
        for year in np.unique(self.year):
            easter = (easter_sunday(int(year)) - date(1970, 1, 1)).days
            off |= np.isin(self.day, [easter + 1, easter + 39, easter + 50])
        return off


def easter_sunday(year: int) -> date:
    """Gregorian Easter (the anonymous algorithm of Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    offset = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * offset) // 451
    return date(year, 3, 22) + timedelta(days=h + offset - 7 * m)


def _uniform(key: NDArray[np.int64], stream: int, seed: int) -> _Numbers:
    """Uniform in [0, 1) from a key alone: the finaliser of SplitMix64."""
    z = key.astype(np.uint64) + np.uint64((seed * 1_000_003 + stream) * 0x9E3779B97F4A7C15 % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)) / float(1 << 53)


def _temperature(moments: _Moments) -> _Numbers:
    """Outside, in degrees Celsius: season, spells of several days, and the hour."""
    spells: _Numbers = np.zeros(len(moments.start))
    for stream, length, swing in ((10, 9, 7.5), (11, 4, 4.5), (12, 1, 2.0)):
        block, inside = moments.day // length, (moments.day % length + moments.hour / 24) / length
        here, there = (_uniform(block + ahead, stream, moments.seed) for ahead in (0, 1))
        smooth = inside * inside * (3 - 2 * inside)
        spells += swing * (here + (there - here) * smooth - 0.5)
    daily = (3.0 - 1.6 * np.cos(moments.season)) * np.cos((moments.hour - 15.5) * np.pi / 12)
    return np.asarray(12.2 - 8.3 * np.cos(moments.season) + spells + daily)


def _base_load(moments: _Moments) -> _Numbers:
    """Standby, router, ventilation, and a refrigerator that runs more in a warm kitchen."""
    fridge = np.where(moments.noise(20) < 0.45 + 0.01 * (_temperature(moments) - 12), 85.0, 25.0)
    standby = np.where(moments.away, 88.0, 118.0)
    return standby + fridge + 14 * moments.noise(21)


def _home(moments: _Moments) -> _Numbers:
    """Share of the family at home and awake, 0 to 1."""
    off = moments.days_off
    rise = np.where(off, 8.0, 6.5) + np.where(moments.daily(30) < 0.4, 0.5, 0.0)
    sleep = np.where(off | (moments.weekday == 4), 23.5, 22.5) + np.where(moments.daily(31) < 0.3, 0.5, 0.0)
    awake = (moments.hour >= rise) & (moments.hour < sleep)
    working = ~off & moments.between(8.5, 17.0)
    children = moments.school_holidays | ((moments.weekday == 2) & (moments.hour >= 12.0))
    teleworking = (moments.weekday == 4) & (moments.daily(32) < 0.6)
    out = (off & (moments.daily(33) < 0.35) & moments.between(14.0, 18.0)) | moments.away
    there = np.where(working, np.where(children | teleworking, 0.55, 0.04), 1.0)
    return np.where(awake & ~out, there, 0.0)


def _living(moments: _Moments) -> _Numbers:
    """Lights when it is dark, screens, and what people switch on."""
    home = _home(moments)
    sunset = 19.6 - 2.4 * np.cos(moments.season)
    dark = (moments.hour >= sunset) | (moments.hour < 8.4 + 0.6 * np.cos(moments.season))
    evening = np.where(moments.between(18.5, 23.5), 160.0, 60.0)
    short = np.where(moments.noise(41) < 0.16, 900 * moments.noise(42), 0.0)  # kettle, iron, hair dryer
    return np.asarray(home * (evening + 190.0 * dark + 120 * moments.noise(40) + short))


def _appliances(moments: _Moments) -> _Numbers:
    """Cooking, washing, drying, dishes: each at an hour drawn for its day."""
    home, off = _home(moments) > 0.3, moments.days_off
    total = np.zeros(len(moments.start))
    for stream, opens, spread, hours, watts, when in (
        (50, 6.5, 1.5, 0.5, 750.0, np.bool_(True)),  # breakfast
        (51, 12.0, 1.0, 1.0, 1_350.0, off | moments.school_holidays),  # lunch
        (52, 18.5, 1.5, 1.0, 1_900.0, np.bool_(True)),  # dinner
        (53, 10.0, 2.0, 1.5, 1_500.0, moments.weekday == 6),  # Sunday roast
        (54, 9.5, 8.0, 1.5, 850.0, (moments.daily(60) < np.where(off, 0.75, 0.25))),  # washing
        (55, 14.5, 4.0, 1.5, 1_500.0, (moments.daily(61) < 0.22 + 0.18 * np.cos(moments.season))),  # drying
        (56, 20.5, 2.0, 1.5, 720.0, moments.daily(62) < 0.7),  # dishes
    ):
        begins = opens + np.floor(2 * spread * moments.daily(stream)) / 2
        on = (moments.hour >= begins) & (moments.hour < begins + hours) & home & when
        total += np.where(on, watts * (0.55 + 0.6 * moments.noise(stream + 20)), 0.0)
    return total


def _heating(moments: _Moments) -> _Numbers:
    """Radiators: a lower target at night and in the working day, a morning push, frost guard when away."""
    night = ~moments.between(5.5, 22.5)
    working = ~moments.days_off & ~moments.school_holidays & moments.between(8.5, 16.5)
    target = np.where(night, 14.2, np.where(working, 14.6, 16.6))
    target = np.where(moments.away, 6.0, target + 1.8 * moments.between(5.5, 8.0))
    lack = np.maximum(target - _temperature(moments), 0.0)
    in_season = (moments.month_day < 512) | (moments.month_day >= 1001)
    thermostat = 0.72 + 0.56 * moments.noise(80)
    return np.where(in_season, _HEATING_W_PER_DEGREE * lack * thermostat, 0.0)


def _hot_water(moments: _Moments) -> _Numbers:
    """The tank heats from the start of the off-peak hours for as long as the day's showers require."""
    evening = moments.day - (moments.hour < 12.0)
    begins = to_utc(evening * DAY_MS + int(_OFF_PEAK_HOUR * HOUR_MS))
    into = (moments.start - begins) / HOUR_MS
    cold = 0.35 * np.cos(moments.season)
    asked = 2.3 + cold + 1.5 * _uniform(evening, 90, moments.seed)
    share = np.clip((asked - into) / (STEP / 60), 0.0, 1.0) * (into >= 0)
    return np.where(moments.away, 0.0, _TANK_W * share * (0.97 + 0.05 * moments.noise(91)))


def demo_peaks(curve: Curve, seed: int = SEED) -> dict[date, MaxPower]:
    """The maximum power (VA) of each day, at some time of its highest half-hour.

    It is higher than the half-hour's mean power (W) and includes reactive power.
    """
    day = day_of(curve.start)
    order = np.lexsort((curve.start, -curve.watts.astype(np.int64), day.astype(np.int64)))
    first = order[np.append(True, np.diff(day[order].astype(np.int64)) != 0)] if len(order) else order
    more = 1.04 + 0.16 * _uniform(curve.start[first], 95, seed)
    va = np.rint(np.minimum(curve.watts[first] * more, _LIMIT_VA) / 10).astype(np.int64) * 10
    at = curve.start[first] + (_uniform(curve.start[first], 96, seed) * STEP * 60).astype(np.int64) * 1000
    told = zip(day[first].astype(object).tolist(), va.tolist(), at.tolist(), strict=True)
    return {one: MaxPower(most, moment) for one, most, moment in told}


def _lost(moments: _Moments) -> _Flags:
    even = moments.year % 2 == 0
    whole_day = even & (moments.month_day == 100 * _LOST_DAY[0] + _LOST_DAY[1])
    hours = ~even & (moments.month_day == 100 * _LOST_HOURS[0] + _LOST_HOURS[1]) & moments.between(9.0, 13.5)
    return np.asarray(whole_day | hours)


_LOADS: Final = (_base_load, _living, _appliances, _heating, _hot_water)
