"""Bringing readings in: `import` and `sync`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.console import Console, as_json
from core.cli.home import add_show_option, household, shown
from core.cli.progress import ProgressBar, stop_on_interrupt
from core.formats import kwh, moment, number

if TYPE_CHECKING:
    from core.errors import CourbeError
    from core.importing.run import Part, Progress, Report
    from core.model import Flow, Span
    from core.sources.source import Source
    from core.storage.store import Store


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the commands of this group."""
    parser = command("import")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--demo", action="store_true", help=console.text("cli.import.demo"))
    source.add_argument(
        "--file",
        nargs="+",
        type=Path,
        metavar=console.text("cli.path"),
        action="extend",
        help=console.text("cli.import.file"),
    )
    source.add_argument("--api", action="store_true", help=console.text("cli.import.api"))
    parser.add_argument("--prm", metavar="PRM", help=console.text("cli.import.prm"))
    parser.add_argument("--production", action="store_true", help=console.text("cli.import.production"))
    add_show_option(parser, console)
    parser.add_argument("--json", action="store_true", help=console.text("cli.option.json"))
    parser.set_defaults(run=run_import)


def run_import(arguments: argparse.Namespace, console: Console) -> int:
    """Import from one kind of source; 1 when any of it failed, 130 when interrupted."""
    from core.importing.run import run

    with household() as store:
        sources = _sources(arguments, store)
        with stop_on_interrupt() as stop, ProgressBar(console) as bar:
            report = run(store, sources, stop=stop, progress=lambda now: _show(bar, console, now))
    if arguments.json:
        console.data(_report_json(report, arguments, console))
    else:
        for part in report.parts:
            _print_part(part, arguments, console)
    for part in report.parts:
        if part.error:
            console.failed(part.error, part.name)
    if report.cancelled:
        raise KeyboardInterrupt
    return 0 if all(_is_budget(error) for error in report.errors) else 1


def _is_budget(error: CourbeError) -> bool:
    """The day's calls are used: no failure, `sync` goes on tomorrow."""
    return error.code == "api-budget-used"


def _sources(arguments: argparse.Namespace, store: Store) -> Sequence[Source]:
    """What the arguments name. Raises InputError and SourceError before anything is written."""
    if arguments.api:
        return _api_sources(arguments, store)
    if arguments.demo:
        from core.sources.demo import DemoSource

        return [DemoSource()]
    from core.sources.files import open_files
    from core.sources.token import clean_prm

    prm = clean_prm(arguments.prm) if arguments.prm else None
    return open_files(arguments.file, prm, _flow(arguments))


def _flow(arguments: argparse.Namespace) -> Flow | None:
    """The flow that was asked for; None leaves it to what the source says."""
    from core.model import Flow

    return Flow.PRODUCTION if arguments.production else None


def _api_sources(arguments: argparse.Namespace, store: Store) -> Sequence[Source]:
    """One source a meter: the one that is named, else every meter the token opens."""
    from core.importing.api_import import ApiSource, usable_token
    from core.model import Flow, Meter
    from core.paristime import now_ms
    from core.settings import load_settings
    from core.sources.token import clean_prm, read_token

    settings = load_settings()
    named = arguments.prm or settings.prm
    token = usable_token(settings, None, None, now_ms())
    prms = [clean_prm(named)] if named else read_token(token).prms
    return [ApiSource(store, settings, Meter(prm, _flow(arguments) or Flow.CONSUMPTION)) for prm in prms]


def _show(bar: ProgressBar, console: Console, progress: Progress) -> None:
    """Readings where their number is known beforehand, else calls."""
    if progress.expected is None and progress.steps:
        bar.show(progress.step, progress.steps, console.text("cli.progress.calls"))
    else:
        bar.show(progress.readings, progress.expected, console.text("cli.progress.readings"))


def _print_part(part: Part, arguments: argparse.Namespace, console: Console) -> None:
    if part.span is None:
        return
    language = console.language
    first, last = _local(part.span)
    console.line(
        console.text(
            "cli.import.part",
            name=part.name,
            meters=", ".join(shown(meter, arguments) for meter in part.meters),
            first=moment(first, language),
            last=moment(last, language),
            energy=kwh(part.watt_minutes, language),
        )
    )
    console.line(
        "  "
        + console.text(
            "cli.import.counts",
            new=number(part.new, language),
            changed=number(part.changed, language),
            unchanged=number(part.unchanged, language),
            gaps=number(len(part.gaps), language),
        )
    )
    for refusal in part.refused:
        reason = console.text(f"refusal.{refusal.reason}")
        count = number(refusal.count, language)
        line = console.text("cli.import.refused", count=count, reason=reason, example=refusal.example)
        console.line(f"  {line}")


def _local(span: Span) -> tuple[Any, Any]:
    from core.paristime import local

    return local(span.start), local(span.end)


def _report_json(report: Report, arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    return {
        "cancelled": report.cancelled,
        "new": sum(part.new for part in report.parts),
        "changed": sum(part.changed for part in report.parts),
        "unchanged": sum(part.unchanged for part in report.parts),
        "refused": sum(refusal.count for part in report.parts for refusal in part.refused),
        "parts": [_part_json(part, arguments, console) for part in report.parts],
    }


def _part_json(part: Part, arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    from core.cli.holdings import exact_wh

    first, last = _local(part.span) if part.span else (None, None)
    return {
        "name": part.name,
        "meters": [{"prm": shown(meter, arguments), "flow": meter.flow.value} for meter in part.meters],
        "new": part.new,
        "changed": part.changed,
        "unchanged": part.unchanged,
        "refused": [
            {"reason": one.reason.value, "count": one.count, "example": one.example} for one in part.refused
        ],
        "wh": exact_wh(part.watt_minutes),
        "first": first.isoformat() if first else None,
        "last": last.isoformat() if last else None,
        "gaps": len(part.gaps),
        "error": as_json(part.error, console.language) if part.error else None,
    }
