"""`prices`: prints the period of known prices and Tempo colours, and refreshes them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.cli.shared.console import Console, as_json
from core.cli.shared.progress import stop_on_interrupt
from core.cli.shared.store import household

if TYPE_CHECKING:
    from core.consumption.cost.contracts import PriceList
    from core.consumption.cost.market import Market
    from core.consumption.cost.refresh import Report
    from core.storage.store import Store


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("prices")
    parser.epilog = console.words.text("cli.prices.codes")
    parser.add_argument("--refresh", action="store_true", help=console.words.text("cli.prices.refresh"))
    parser.add_argument("--json", action="store_true", help=console.words.text("cli.option.json"))
    parser.set_defaults(run=run_prices)


def run_prices(arguments: argparse.Namespace, console: Console) -> int:
    """Print what is known, after a refresh if `--refresh` is given.

    Returns 1 if a source failed and no other source replaced it.
    """
    from core.consumption.cost.kept_market import last_refresh, load_market

    report = None
    with household() as store:
        if arguments.refresh:
            with stop_on_interrupt() as stop:
                report = refresh_prices(store, stop=stop)
        market, last = load_market(store.database), last_refresh(store.database)
    if arguments.json:
        told = report_json(report, console) if report else None
        console.data(_known_json(market, last) | {"refresh": told})
    else:
        _print(market, last, report, console)
    if report:
        tell_failures(report, console)
    if report and report.cancelled:
        raise KeyboardInterrupt
    return 1 if report and report.failed else 0


def refresh_prices(store: Store, **options: Any) -> Report:
    """Ask the public sources for what the stored readings need. InputError, StorageError."""
    from core.consumption.cost.refresh import refresh
    from core.paristime import local
    from core.settings import load_settings

    spans = [one.span for one in store.meters() if one.span]
    first = min((local(span.start).date() for span in spans), default=None)
    return refresh(store.database, load_settings(), first, **options)


def print_report(report: Report, console: Console) -> None:
    """Print the outcome of a refresh, one line per file."""
    from core.consumption.cost.refresh import Outcome
    from core.consumption.cost.refresh_words import headline, step_told

    console.line(headline(console.words, report))
    for step in () if report.offline else report.steps:
        if step.outcome is not Outcome.FAILED:
            console.line(f"  {step_told(console.words, step)}")


def tell_failures(report: Report, console: Console) -> None:
    """Print every refusal and failure, also of a source that another replaced; when offline, only one."""
    from core.consumption.cost.refresh_words import step_told

    for step in report.steps[:1] if report.offline else report.steps:
        if step.error:
            console.failed(step.error, step_told(console.words, step))


def report_json(report: Report, console: Console) -> dict[str, Any]:
    """A refresh as JSON values."""
    from core.consumption.cost.refresh import as_document
    from core.paristime import local

    return {
        "at": local(report.at_ms).isoformat(),
        "offline": report.offline,
        "cancelled": report.cancelled,
        "steps": [
            as_document(step) | {"error": as_json(step.error, console.words) if step.error else None}
            for step in report.steps
        ],
    }


def _print(market: Market, last: tuple[int, Any] | None, report: Report | None, console: Console) -> None:
    from core.consumption.cost.refresh_words import known_told
    from core.paristime import local

    words = console.words
    if report:
        print_report(report, console)
    for line in known_told(words, market):
        console.line(line)
    if not last:
        console.line(words.text("cost.known.never"))
    elif not report:
        console.line(words.text("cost.known.asked", moment=words.moment(local(last[0]))))


def _known_json(market: Market, last: tuple[int, Any] | None) -> dict[str, Any]:
    from core.paristime import local

    return {
        "asked_at": local(last[0]).isoformat() if last else None,
        "tempo": {
            "known": [[first.isoformat(), end.isoformat()] for first, end in market.tempo.known],
            "red": sorted(day.isoformat() for day in market.tempo.red),
            "white": sorted(day.isoformat() for day in market.tempo.white),
        },
        "prices": [
            {"option": option.value, "kva": kva, "lists": [_list_json(one) for one in lists]}
            for (option, kva), lists in market.prices.items()
        ],
    }


def _list_json(one: PriceList) -> dict[str, Any]:
    return {
        "since": one.since.isoformat(),
        "until": one.end.isoformat() if one.end else None,
        "kwh": {name: str(price) for name, price in one.kwh.items()},
        "subscription": None if one.year is None else str(one.year),
        "source": one.source,
    }
