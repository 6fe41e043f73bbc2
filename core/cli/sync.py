"""`sync`: the daily update of readings and, once a day, of prices and colours."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.cli.prices import print_report, refresh_prices, report_json, tell_failures
from core.cli.shared.console import Console, as_json
from core.cli.shared.progress import ProgressBar, stop_on_interrupt
from core.cli.shared.store import add_show_option, household, shown

if TYPE_CHECKING:
    from threading import Event

    from core.consumption.cost.refresh import Report
    from core.importing.api.sync import MeterSync, SyncReport
    from core.storage.store import Store


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("sync")
    parser.epilog = console.words.text("cli.sync.codes")
    parser.add_argument("--dry-run", action="store_true", help=console.words.text("cli.sync.dry-run"))
    add_show_option(parser, console)
    parser.add_argument("--json", action="store_true", help=console.words.text("cli.option.json"))
    parser.set_defaults(run=run_sync)


def run_sync(arguments: argparse.Namespace, console: Console) -> int:
    """Update every meter of the API; returns 0 done, 3 not published yet, 4 more to come, 1 failed."""
    from core.importing.api.sync import sync
    from core.settings import load_settings

    with household() as store, stop_on_interrupt() as stop, ProgressBar(console) as bar:
        report = sync(
            store,
            load_settings(),
            dry_run=arguments.dry_run,
            stop=stop,
            progress=bar.show,
        )
        prices = None if arguments.dry_run or stop.is_set() else _prices(store, stop)
    if arguments.json:
        told = report_json(prices, console) if prices else None
        console.data(_report_json(report, arguments, console) | {"prices": told})
    else:
        for one in report.meters:
            _print_meter(one, report, arguments, console)
        if prices:
            print_report(prices, console)
    for one in report.meters:
        if one.error:
            console.failed(one.error, _name(one, arguments, console))
    if prices:
        tell_failures(prices, console)
    if report.cancelled:
        raise KeyboardInterrupt
    return 0 if report.dry_run else report.result.exit_code


def _prices(store: Store, stop: Event) -> Report | None:
    """Refresh prices and colours; None if that was done today."""
    from core.consumption.cost.refresh import is_due

    return refresh_prices(store, stop=stop) if is_due(store.database) else None


def _name(one: MeterSync, arguments: argparse.Namespace, console: Console) -> str:
    """Meter and flow, as one meter can have both flows."""
    return f"{shown(one.meter, arguments)} {console.words.text(f'common.flow.{one.meter.flow}')}"


def _print_meter(one: MeterSync, report: SyncReport, arguments: argparse.Namespace, console: Console) -> None:
    words, name = console.words, _name(one, arguments, console)
    if report.dry_run:
        due = words.counted("history.api.to_go", len(one.windows))
        console.line(words.labelled(name, due))
        for window in one.windows:
            console.line(f"  {words.days(window.first, window.last)}")
        return
    new, changed = (one.part.new, one.part.changed) if one.part else (0, 0)
    console.line(
        words.text(
            "cli.sync.meter",
            meter=name,
            result=words.text(f"sync.{one.result}"),
            new=words.number(new),
            changed=words.number(changed),
        )
    )


def _report_json(report: SyncReport, arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    from core.paristime import local

    resumes = report.resumes_at
    return {
        "result": report.result.value,
        "dry_run": report.dry_run,
        "cancelled": report.cancelled,
        "resumes_at": local(resumes).isoformat() if resumes is not None else None,
        "meters": [
            {
                "prm": shown(one.meter, arguments),
                "flow": one.meter.flow.value,
                "result": one.result.value,
                "calls": len(one.windows),
                "new": one.part.new if one.part else 0,
                "changed": one.part.changed if one.part else 0,
                "error": as_json(one.error, console.words) if one.error else None,
            }
            for one in report.meters
        ],
    }
