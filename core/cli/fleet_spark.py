"""`fleet --engine spark`: loads and measures a fleet with Spark, on this machine or any master."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from core.cli import fleet_told
from core.cli.shared.console import Console
from core.cli.shared.progress import ProgressBar, stop_on_interrupt
from core.cli.shared.store import home
from core.errors import InputError

if TYPE_CHECKING:
    from core.lab.fleet.measure import Fleet
    from core.spark.fleet import Order

ENGINES: Final = ("python", "spark")
DEFAULT_METERS: Final = 100
_SOURCES: Final = ("synthetic", "parquet")
_OURS: Final = ("workers", "through", "source", "master", "profile", "daily", "lesson")
"""Options that only Spark uses."""
Draw = Callable[["Fleet", Console], None]


def add(fleet: argparse.ArgumentParser, console: Console) -> None:
    """Declare the options of `fleet` for Spark."""
    text = console.words.text
    number = text("cli.number")
    spark = fleet.add_argument_group(text("spark.cli.options"))
    spark.add_argument("--engine", choices=ENGINES, default="python", help=text("spark.cli.engine"))
    spark.add_argument("--workers", type=int, metavar=number, help=text("spark.cli.workers"))
    ways = ["direct", "connector"]
    spark.add_argument("--through", choices=ways, help=text("spark.cli.through"))
    spark.add_argument("--source", nargs="+", metavar="SOURCE", help=text("spark.cli.source"))
    spark.add_argument("--master", metavar="MASTER", help=text("spark.cli.master"))
    flag: dict[str, Any] = {"action": "store_true", "default": None}
    spark.add_argument("--profile", **flag, help=text("spark.cli.profile"))
    instead = spark.add_mutually_exclusive_group()
    instead.add_argument("--daily", type=int, metavar=number, help=text("spark.cli.daily"))
    instead.add_argument("--lesson", **flag, help=text("spark.cli.lesson"))


def asked(arguments: argparse.Namespace) -> bool:
    """Whether to use Spark. InputError `spark-only` for an option of Spark without `--engine spark`."""
    if arguments.engine == "spark":
        return True
    given = [f"--{name}" for name in _OURS if getattr(arguments, name) is not None]
    if given:
        raise InputError("spark-only", option=given[0])
    return False


def run(arguments: argparse.Namespace, console: Console, draw: Draw) -> int:
    """Load, measure and print; after an interrupt, what was published stays."""
    if arguments.drop:
        return _drop(arguments, console)
    if arguments.daily is not None:
        return _daily(arguments, console)
    if arguments.lesson:
        return _lesson(arguments, console)
    return _load(arguments, console, draw)


def _load(arguments: argparse.Namespace, console: Console, draw: Draw) -> int:
    from core.settings import load_settings
    from core.spark import fleet

    order = _order(arguments)
    order.check()
    with home() as (store, workspaces), _stopping() as stop, ProgressBar(console) as bar:
        outcome = fleet.run_fleet(
            workspaces.uri,
            store.database.name,
            order,
            jars=load_settings().spark_jars,
            stop=stop,
            progress=bar.show,
        )
    if arguments.json:
        console.data(fleet_told.as_json(outcome))
    else:
        fleet_told.loaded(outcome, console)
        if measured := fleet_told.measured(outcome):
            draw(measured, console)
        fleet_told.profile(outcome, console)
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
        console.line(console.words.text("cli.fleet.none-kept"))
    for name in () if arguments.json else dropped:
        console.line(console.words.text("spark.cli.dropped", name=name))
    return 0


def _daily(arguments: argparse.Namespace, console: Console) -> int:
    """Load days one after another, and measure before and after their months are rewritten."""
    from core.settings import load_settings
    from core.spark import fleet
    from core.spark.arrivals import Arrivals

    order = _order(arguments)
    order.check()
    arrivals = Arrivals(DEFAULT_METERS if order.meters is None else order.meters, arguments.daily)
    arrivals.check()
    with home() as (store, workspaces), _stopping() as stop, ProgressBar(console) as bar:
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
        console.data(fleet_told.arrived_json(arrivals, arrived))
    else:
        fleet_told.arrived(arrivals, arrived, console)
    return 0


def _lesson(arguments: argparse.Namespace, console: Console) -> int:
    """Run the trials of the connector on a time series collection."""
    from core.settings import load_settings
    from core.spark import fleet

    with home() as (store, workspaces), _stopping() as stop:
        jars = load_settings().spark_jars
        found = fleet.run_lesson(workspaces.uri, store.database.name, jars=jars, stop=stop)
    if arguments.json:
        console.data(found.as_json())
    else:
        fleet_told.lesson(found, console)
    return 0


@contextmanager
def _stopping() -> Iterator[Event]:
    """Raise KeyboardInterrupt when stopped, for work that has no partial result.

    A terminal sends Ctrl-C also to the programs that look for Java and its jars: that they end is no
    failure then.
    """
    from core.lab.layouts.build import Stopped
    from core.spark.errors import SparkError

    with stop_on_interrupt() as stop:
        try:
            yield stop
        except Stopped:
            raise KeyboardInterrupt from None
        except SparkError:
            if stop.is_set():
                raise KeyboardInterrupt from None
            raise
