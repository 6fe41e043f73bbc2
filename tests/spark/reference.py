"""The figures of core.spark.analyse, computed by NumPy from the same curves, with zoneinfo's Paris clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from core.consumption.cost.market import on_file
from core.model import Curve, Meter

PARIS = ZoneInfo("Europe/Paris")
HALF_MS = 1_800_000
SEASONS = ("winter", "spring", "summer", "autumn")


def sums(curves: Mapping[Meter, Curve]) -> dict[int, int]:
    """Watt-minutes of all meters by half-hour (UTC ms); readings are spread minute by minute."""
    found: dict[int, int] = {}
    for curve in curves.values():
        for start, minutes, watts in zip(
            curve.start.tolist(), curve.minutes.tolist(), curve.watts.tolist(), strict=True
        ):
            for at in range(start, start + minutes * 60_000, 5 * 60_000):
                half = at // HALF_MS * HALF_MS
                found[half] = found.get(half, 0) + 5 * watts
    return found


def figures(curves: Mapping[Meter, Curve], cohorts: tuple[int, ...]) -> dict[str, Any]:
    """All figures, computed independently except for the rule of the deciles."""
    halves = sorted(sums(curves).items())
    walls = [datetime.fromtimestamp(at / 1000, tz=UTC).astimezone(PARIS) for at, _ in halves]
    energy = np.array([wm for _, wm in halves], dtype=np.int64)
    slot = np.array([wall.hour * 2 + wall.minute // 30 for wall in walls])
    season = np.array([wall.month % 12 // 3 for wall in walls])
    days = np.array([wall.date() for wall in walls])
    profile = {}
    for at in range(4):
        for half in range(48):
            some = energy[(season == at) & (slot == half)]
            if len(some):
                ranks = [np.percentile(some, d, method="inverted_cdf") for d in range(10, 100, 10)]
                profile[SEASONS[at], half] = (len(some), int(some.sum()), [int(one) for one in ranks])
    by_day = {day: int(energy[days == day].sum()) for day in set(days)}
    best = min(day for day, wm in by_day.items() if wm == max(by_day.values()))
    peak = (slot >= 12) & (slot < 44)
    own = {meter: curve.watt_minutes for meter, curve in curves.items()}
    bounds = [*cohorts, 1 << 60]
    classes = {}
    for low, high in pairwise(bounds):
        inside = [wm for wm in own.values() if low <= wm / 60_000 * 365 / len(by_day) < high]
        if inside:
            classes[low] = (len(inside), sum(inside))
    return {
        "fleet": (len(curves), sum(len(curve) for curve in curves.values()), int(energy.sum()), len(by_day)),
        "profile": profile,
        "peak-half-hour": (halves[int(energy.argmax())][0], int(energy.max())),
        "peak-day": (best.isoformat(), by_day[best]),
        "coincidence": (int(energy.max()), sum(int(curve.watts.max()) for curve in curves.values())),
        "hphc": (int(energy[peak].sum()), int(energy[~peak].sum())),
        "night": int(energy[slot < 12].sum()),
        "tempo": tempo([wall.replace(tzinfo=None) for wall in walls], energy, peak),
        "cohort": classes,
    }


def tempo(walls: list[datetime], energy: Any, peak: Any) -> dict[str, int]:
    special = on_file().tempo

    def colour(day: date) -> str:
        if not special.knows(day):
            return "unknown"
        return "red" if day in special.red else "white" if day in special.white else "blue"

    names = np.array([colour((wall - timedelta(hours=6)).date()) for wall in walls])
    return {
        f"{name}_{part}": int(energy[(names == name) & hours].sum())
        for name in ("blue", "white", "red", "unknown")
        for part, hours in (("peak", peak), ("off_peak", ~peak))
    }
