"""`fleet --engine spark`: a fleet on Spark, on this machine or any master."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from core.cli.console import Console
from core.cli.progress import ProgressBar, stop_on_interrupt
from core.cli.store import home
from core.errors import InputError
from core.formats import counted, day, kwh, moment, number, percent

if TYPE_CHECKING:
    from core.lab.fleet.measure import Fleet
    from core.spark.fleet import Order, Outcome

ENGINES: Final = ("python", "spark")
DEFAULT_METERS: Final = 100
_SOURCES: Final = ("synthetic", "parquet")
_OURS: Final = ("workers", "through", "source", "master", "profile", "daily", "lesson")
"""Options that mean something to Spark only."""
Draw = Callable[["Fleet", Console], None]


def add(fleet: argparse.ArgumentParser, console: Console) -> None:
    """Declare what `fleet` takes for Spark."""
    spark = fleet.add_argument_group(console.text("spark.cli.options"))
    spark.add_argument("--engine", choices=ENGINES, default="python", help=console.text("spark.cli.engine"))
    number_word = console.text("cli.number")
    spark.add_argument("--workers", type=int, metavar=number_word, help=console.text("spark.cli.workers"))
    ways = ["direct", "connector"]
    spark.add_argument("--through", choices=ways, help=console.text("spark.cli.through"))
    spark.add_argument("--source", nargs="+", metavar="SOURCE", help=console.text("spark.cli.source"))
    spark.add_argument("--master", metavar="MASTER", help=console.text("spark.cli.master"))
    spark.add_argument("--profile", action="store_true", default=None, help=console.text("spark.cli.profile"))
    instead = spark.add_mutually_exclusive_group()
    instead.add_argument("--daily", type=int, metavar=number_word, help=console.text("spark.cli.daily"))
    instead.add_argument("--lesson", action="store_true", default=None, help=console.text("spark.cli.lesson"))


def asked(arguments: argparse.Namespace) -> bool:
    """Whether Spark is to do it. InputError where an option needs it and it is not asked for."""
    if arguments.engine == "spark":
        return True
    given = [f"--{name}" for name in _OURS if getattr(arguments, name) is not None]
    if given:
        raise InputError("spark-only", option=given[0])
    return False


def run(arguments: argparse.Namespace, console: Console, draw: Draw) -> int:
    """Load, measure and tell; interrupted, what was published stays."""
    from core.settings import load_settings
    from core.spark import fleet

    if arguments.drop:
        return _drop(arguments, console)
    if arguments.daily is not None:
        return _daily(arguments, console)
    if arguments.lesson:
        return _lesson(arguments, console)
    order = _order(arguments)
    order.check()
    with home() as (store, workspaces), stop_on_interrupt() as stop, ProgressBar(console) as bar:
        outcome = fleet.run_fleet(
            workspaces.uri,
            store.database.name,
            order,
            jars=load_settings().spark_jars,
            stop=stop,
            progress=bar.show,
        )
    if arguments.json:
        console.data(_as_json(outcome))
    else:
        _tell(outcome, console, draw)
    if outcome.run is None:
        raise KeyboardInterrupt
    return 0


def _order(arguments: argparse.Namespace) -> Order:
    from core.spark.fleet import Order, cores
    from core.spark.load import Through

    kind, *rest = arguments.source or ["synthetic"]
    if kind not in _SOURCES or len(rest) != (kind == "parquet"):
        raise InputError("spark-source")
    parquet = rest[0] if rest else None
    meters = arguments.meters
    if meters is None and parquet is None:
        meters = DEFAULT_METERS
    return Order(
        meters=meters,
        days=arguments.days,
        workers=cores() if arguments.workers is None else arguments.workers,
        through=Through(arguments.through or "direct"),
        parquet=parquet,
        master=arguments.master,
        options="small" if arguments.small else "plain",
        analyse=bool(arguments.profile),
    )


def _drop(arguments: argparse.Namespace, console: Console) -> int:
    from core.spark import fleet

    with home() as (store, workspaces):
        dropped = fleet.drop(workspaces.uri, store.database.name)
    if arguments.json:
        console.data({"dropped": list(dropped)})
    elif not dropped:
        console.line(console.text("cli.fleet.none-kept"))
    for name in () if arguments.json else dropped:
        console.line(console.text("spark.cli.dropped", name=name))
    return 0


def _daily(arguments: argparse.Namespace, console: Console) -> int:
    """Days that arrive one after another, before and after their months are rewritten."""
    from core.lab.wording import cost
    from core.settings import load_settings
    from core.spark import fleet
    from core.spark.arrivals import Arrivals

    order = _order(arguments)
    order.check()
    arrivals = Arrivals(DEFAULT_METERS if order.meters is None else order.meters, arguments.daily)
    with home() as (store, workspaces), stopping() as stop, ProgressBar(console) as bar:
        arrived = fleet.run_daily(
            workspaces.uri,
            store.database.name,
            arrivals,
            workers=order.workers,
            master=order.master,
            jars=load_settings().spark_jars,
            stop=stop,
            progress=bar.show,
        )
    if arguments.json:
        sides = {"before": arrived.before.as_json(), "after": arrived.after.as_json()}
        console.data({"meters": arrivals.meters, "days": arrivals.days, "written": arrived.written, **sides})
        return 0
    language = console.language
    shown = number(arrived.readings, language)
    console.line(console.text("spark.cli.arrived", readings=shown, days=number(arrivals.days, language)))
    for side in ("before", "after"):
        value = cost(getattr(arrived, side), language)
        console.line(console.text(f"spark.cli.{side}", value=value))
    return 0


def _lesson(arguments: argparse.Namespace, console: Console) -> int:
    """What the connector does on a time series collection, tried here."""
    from core.settings import load_settings
    from core.spark import fleet

    with home() as (store, workspaces), stopping() as stop, ProgressBar(console) as bar:
        found = fleet.run_lesson(
            workspaces.uri,
            store.database.name,
            jars=load_settings().spark_jars,
            stop=stop,
            progress=bar.show,
        )
    if arguments.json:
        console.data(found.as_json())
        return 0
    rows = [
        [console.text(f"spark.lesson.{row.code}"), console.text(f"spark.outcome.{row.outcome}", **row.values)]
        for row in found.rows
    ]
    console.table(rows, left=2)
    versions = {"connector": found.connector, "spark": found.spark, "server": found.server}
    console.line(console.text("spark.cli.versions", **versions))
    return 0


@contextmanager
def stopping() -> Iterator[Event]:
    """Ctrl-C where nothing is left to be told."""
    from core.lab.layouts.build import Stopped

    with stop_on_interrupt() as stop:
        try:
            yield stop
        except Stopped:
            raise KeyboardInterrupt from None


def _tell(outcome: Outcome, console: Console, draw: Draw) -> None:
    from core.lab.fleet.measure import Fleet

    loaded, language = outcome.loaded, console.language
    shown = {
        "meters": counted("report.meters", len(loaded.published), language),
        "readings": number(loaded.written, language),
        "seconds": number(loaded.seconds, language, 1),
        "speed": number(loaded.written / loaded.seconds if loaded.seconds else 0, language),
    }
    key = "spark.cli.loaded" if loaded.written else "spark.cli.unchanged"
    console.line(console.text(key, **shown))
    if loaded.swept:
        console.line(console.text("spark.cli.swept", readings=number(loaded.swept, language)))
    if outcome.run is None:
        return
    names = (outcome.target.ordinary, outcome.target.series)
    size = outcome.run.size
    draw(Fleet(size.footprint.server, (size,), complete=True, kept=names), console)
    if outcome.analysis:
        for line in _profile(outcome.analysis.documents, console):
            console.line(line)


def _profile(documents: Iterable[dict[str, Any]], console: Console) -> Iterable[str]:
    """What the meters draw together, a line a figure."""
    from core.paristime import local

    language = console.language
    one = {row["_id"]["figure"]: row for row in documents}
    whole = one["fleet"]["watt_minutes"]

    def share(part: int) -> str:
        return percent(part / whole if whole else 0, language)

    peak, factor = one["peak-half-hour"], one["coincidence"]
    kw = number(peak["watt_minutes"] / 30_000, language, 1)
    of_peaks = factor["watt_minutes"] / 30 / factor["watts_of_peaks"] if factor["watts_of_peaks"] else 0
    yield console.text("spark.cli.energy", energy=kwh(whole, language, 0))
    yield console.text("spark.cli.peak", at=moment(local(peak["start_ms"]), language), power=kw)
    best = one["peak-day"]
    at = day(date.fromisoformat(best["day"]), language)
    yield console.text("spark.cli.peak-day", day=at, energy=kwh(best["watt_minutes"], language, 0))
    yield console.text("spark.cli.coincidence", share=percent(of_peaks, language))
    yield console.text("spark.cli.off-peak", share=share(one["hphc"]["off_peak"]))
    yield console.text("spark.cli.night", share=share(one["night"]["watt_minutes"]))
    tempo = {
        colour: share(one["tempo"][f"{colour}_peak"] + one["tempo"][f"{colour}_off_peak"])
        for colour in ("blue", "white", "red", "unknown")
    }
    yield console.text("spark.cli.tempo", **tempo)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    loaded, run = outcome.loaded, outcome.run
    told: dict[str, Any] = {
        "engine": "spark",
        "fleet": outcome.target.fleet,
        "meters": len(loaded.published),
        "written": loaded.written,
        "swept": loaded.swept,
        "seconds": round(loaded.seconds, 3),
        "complete": loaded.complete,
    }
    if run:
        told |= {"size": run.size.as_json(), "spark": run.spark, "connector": run.connector}
        told |= {"through": run.through, "workers": run.workers}
    if outcome.analysis:
        told["figures"] = [
            row["_id"] | {k: v for k, v in row.items() if k != "_id"} for row in outcome.analysis.documents
        ]
    return told
