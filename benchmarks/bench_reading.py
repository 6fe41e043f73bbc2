"""Reads a household for every view: one columnar read against find + list + DataFrame.

Two years of the demo household in a mongod of its own. Both ways are run in turn, so that a busy machine
slows both. Run: python -m benchmarks.bench_reading
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pymongo import MongoClient

from core.consumption.base_load import base_load
from core.consumption.cost.saved_contract import default_contract
from core.consumption.figures.bars import bars
from core.consumption.figures.curve import load_curve
from core.consumption.figures.grids import calendar, carpet_chart
from core.consumption.figures.theme import Theme
from core.consumption.household import Household
from core.consumption.insights import key_figures
from core.consumption.readings import History
from core.consumption.totals import Grain, grouped
from core.model import DEMO_PRM, Delivery, Meter, Origin
from core.sources.demo import demo_curve
from core.storage.embedded import server
from core.storage.store import Store

METER = Meter(DEMO_PRM)
RUNS = 9


def columns(store: Store) -> Household:
    """Read the columns once and work out what all views are drawn from."""
    home = Household(History.of(store.read(METER)))
    home.daily  # noqa: B018 - worked out by asking
    base_load(home.carpet)
    return home


def columns_only(store: Store) -> int:
    """Read the columns; returns the number of readings."""
    return len(store.read(METER))


def documents_only(store: Store) -> int:
    """Read with a cursor, a list of documents and a DataFrame; returns the number of readings."""
    found = list(store.time_series.find({"meter.prm": METER.prm, "meter.flow": METER.flow.value}))
    return len(pd.DataFrame(found))


def documents(store: Store) -> float:
    """Work out the same views from a DataFrame; returns the energy in watt-minutes."""
    found = list(store.time_series.find({"meter.prm": METER.prm, "meter.flow": METER.flow.value}))
    frame = pd.DataFrame(found)
    frame["minutes"] = [meter["step"] for meter in frame["meter"]]
    frame["wall"] = pd.to_datetime(frame["start"], utc=True).dt.tz_convert("Europe/Paris")
    frame["energy"] = frame["watts"] * frame["minutes"]
    frame["day"], frame["slot"] = frame["wall"].dt.date, frame["wall"].dt.strftime("%H:%M")
    daily = frame.groupby("day")["energy"].sum()
    frame.pivot_table(index="day", columns="slot", values="energy", aggfunc="sum")
    frame[frame["slot"] < "06:00"].groupby("day")["watts"].quantile(0.1, interpolation="nearest")
    return float(daily.sum())


def page(home: Household) -> int:
    """Draw what a change of period needs from memory: key figures and the four charts of the overview."""
    theme, days = Theme(), home.days
    key_figures(home.history, home.carpet, home.daily)
    home.metered(default_contract())
    charts = (
        load_curve(home.history, days, theme),
        bars(grouped(home.daily, Grain.MONTH), theme),
        carpet_chart(home.carpet, theme),
        calendar(home.daily, theme),
    )
    return sum(len(chart.figure.to_json()) for chart in charts)


def median_ms(runs: list[float]) -> float:
    """Median of seconds, in milliseconds."""
    return statistics.median(runs) * 1000


def timed(work: Callable[[], object]) -> float:
    """Wall seconds an action takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Run the benchmark on a mongod of its own."""
    with tempfile.TemporaryDirectory(prefix="courbe-bench-") as folder:
        embedded = server.start(Path(folder))
        try:
            with MongoClient[dict[str, Any]](embedded.uri.get_secret_value()) as client:
                store = Store(client["bench"])
                store.prepare()
                store.merge(Delivery(METER, Origin.DEMO, demo_curve(date(2026, 11, 1))))
                store.project(METER)
                report(store)
        finally:
            embedded.stop()


def report(store: Store) -> None:
    """Time all ways in turn and print medians and ratios."""
    home = columns(store)
    ways: dict[str, Callable[[], object]] = {
        "one columnar read": lambda: columns_only(store),
        "find + list + DataFrame": lambda: documents_only(store),
        "columnar read and all views": lambda: columns(store),
        "the same views from a DataFrame": lambda: documents(store),
        "two-year overview from memory": lambda: page(home),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(RUNS):
        for name, way in ways.items():
            times[name].append(timed(way))
    print(f"{len(home.history):,} readings, median of {RUNS} runs in turn")
    for name, runs in times.items():
        print(f"  {name:34} {median_ms(runs):8.1f} ms")
    read = median_ms(times["find + list + DataFrame"]) / median_ms(times["one columnar read"])
    views = median_ms(times["the same views from a DataFrame"]) / median_ms(
        times["columnar read and all views"]
    )
    print(f"  reading is {read:.1f} times as fast, reading and all views {views:.1f} times")


if __name__ == "__main__":
    main()
