"""`import`: imports readings from the demo, from files or from Conso API."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.shared.console import Console, as_json
from core.cli.shared.progress import ProgressBar, stop_on_interrupt
from core.cli.shared.store import add_show_option, household, shown
from core.errors import InputError, SourceError

if TYPE_CHECKING:
    from core.importing.run import Part, Report
    from core.model import Curve, Flow, Meter
    from core.sources.source import Source
    from core.storage.store import Store


def add(command: Callable[[str], argparse.ArgumentParser], console: Console) -> None:
    """Declare the command."""
    parser = command("import")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--demo", action="store_true", help=console.words.text("cli.import.demo"))
    source.add_argument(
        "--file",
        nargs="+",
        type=Path,
        metavar=console.words.text("cli.path"),
        action="extend",
        help=console.words.text("cli.import.file"),
    )
    source.add_argument("--api", action="store_true", help=console.words.text("cli.import.api"))
    parser.add_argument("--prm", metavar="PRM", help=console.words.text("cli.import.prm"))
    parser.add_argument("--production", action="store_true", help=console.words.text("cli.import.production"))
    parser.add_argument("--stamps", choices=("begin", "end"), help=console.words.text("cli.import.stamps"))
    parser.add_argument(
        "--allow-refused", action="store_true", help=console.words.text("cli.import.allow-refused")
    )
    add_show_option(parser, console)
    parser.add_argument("--json", action="store_true", help=console.words.text("cli.option.json"))
    parser.set_defaults(run=run_import)


def run_import(arguments: argparse.Namespace, console: Console) -> int:
    """Import from one kind of source; returns 1 if a part failed.

    An interrupt raises KeyboardInterrupt after the rest was stored. Waiting for more API calls is no failure:
    `sync` continues.
    """
    from core.importing.api.budget import WAITS
    from core.importing.run import run

    with household() as store:
        sources, aside = _prepared(_sources(arguments, store), arguments, console)
        with stop_on_interrupt() as stop, ProgressBar(console) as bar:
            report = run(store, sources, stop=stop, progress=bar.show)
        known = _known(store)
    if arguments.json:
        console.data(_report_json(report, arguments, console) | {"beside": aside})
    else:
        for part in report.parts:
            _print_part(part, arguments, console)
            if part.is_empty and not report.cancelled:
                told = console.words.text("history.report.nothing")
                console.line(console.words.labelled(part.name, told))
    for part in report.parts:
        _note_meter(part, known, console)
        if part.error:
            console.failed(part.error, part.name)
    if report.cancelled:
        raise KeyboardInterrupt
    return 0 if all(error.code in WAITS for error in report.errors) else 1


def _known(store: Store) -> list[Meter]:
    """The meters with readings and a PRM: neither the demo nor a meter without a number."""
    from core.model import DEMO_PRM, UNKNOWN_PRM

    meters = [summary.meter for summary in store.meters() if summary.readings]
    return [meter for meter in meters if meter.prm not in (DEMO_PRM, UNKNOWN_PRM)]


def _note_meter(part: Part, known: Sequence[Meter], console: Console) -> None:
    """Explain how to name the meter of a file without a PRM; its readings are kept apart until then."""
    from core.model import UNKNOWN_PRM

    if all(meter.prm != UNKNOWN_PRM for meter in part.meters):
        return
    masked = {meter.masked for meter in known}
    hint = "cli.import.unnamed-one" if len(masked) == 1 else "cli.import.unnamed"
    told = console.words.text(hint, meter=", ".join(masked))
    console.note(console.words.labelled(part.name, told))


def _sources(arguments: argparse.Namespace, store: Store) -> Sequence[Source]:
    """The sources the arguments name. Raises InputError and SourceError before anything is written."""
    if arguments.api:
        return _api_sources(arguments, store)
    if arguments.demo:
        from core.sources.demo import DemoSource

        return [DemoSource()]
    from core.sources.conso_api.token import clean_prm
    from core.sources.files import Stamped, open_files

    prm = clean_prm(arguments.prm) if arguments.prm else None
    for path in arguments.file:
        if path.is_dir():
            raise InputError("cli-folder", path=str(path))
    stamped = Stamped(arguments.stamps) if arguments.stamps else Stamped.UNSAID
    return open_files(arguments.file, prm, _flow(arguments), stamped)


def _prepared(
    sources: Sequence[Source], arguments: argparse.Namespace, console: Console
) -> tuple[Sequence[Source], list[dict[str, str]]]:
    """The sources to import, and the entries of archives that are no load curve.

    Notes what is assumed, what is not a load curve, and which file is refused because of its many refused
    rows.
    """
    from core.sources.files import FileSource, beside

    files = [source for source in sources if isinstance(source, FileSource)]
    aside = beside(files)
    told = []
    for source in aside:
        fault = source.fault
        assert fault is not None  # `beside` returns files with a fault
        title = fault.title(console.words)
        console.note(console.words.labelled(source.name, title))
        told.append({"name": source.name, "code": fault.code, "title": title})
    return [_taken(source, arguments, console) for source in sources if source not in aside], told


def _taken(source: Source, arguments: argparse.Namespace, console: Console) -> Source:
    """The source, or one with an error if too many rows are refused and `--allow-refused` is missing."""
    from core.model import MANY_REFUSED, count_refused, share_refused
    from core.sources.files import FileSource, Reading

    if not isinstance(source, FileSource) or source.fault is not None:
        return source
    preview = source.preview()
    for one in preview.assumed:
        console.note(console.words.labelled(source.name, console.words.assumed(one)))
    if share_refused(preview) < MANY_REFUSED:
        return source
    most = max(preview.refused, key=lambda one: one.count)
    refused = count_refused(preview.refused)
    error = SourceError(
        "file-many-refused",
        refused=refused,
        rows=refused + (preview.readings or 0),
        why=most.reason,
        example=most.example,
    )
    if arguments.allow_refused:
        console.note(console.words.labelled(source.name, error.title(console.words)))
        return source
    return FileSource(source.name, reading=Reading(source.name, error=error))


def _flow(arguments: argparse.Namespace) -> Flow | None:
    """The flow that was asked for; None to use the one the source states."""
    from core.model import Flow

    return Flow.PRODUCTION if arguments.production else None


def _api_sources(arguments: argparse.Namespace, store: Store) -> Sequence[Source]:
    """One source per meter: the named one, else every meter of the token."""
    from core.importing.api.source import ApiSource, usable_token
    from core.model import Flow, Meter
    from core.paristime import now_ms
    from core.settings import load_settings
    from core.sources.conso_api.token import clean_prm, read_token

    settings = load_settings()
    named = arguments.prm or settings.prm
    token = usable_token(settings, None, None, now_ms())
    prms = [clean_prm(named)] if named else read_token(token).prms
    return [ApiSource(store, settings, Meter(prm, _flow(arguments) or Flow.CONSUMPTION)) for prm in prms]


def _print_part(part: Part, arguments: argparse.Namespace, console: Console) -> None:
    """Print what a source brought: one line per meter and flow, then the counts of its readings."""
    if not part.delivered and not part.refused:
        return
    from core.model import RefusalReason

    words = console.words
    console.line(part.name)
    for meter, curve in part.brought.items():
        if curve.span:
            console.line(f"  {_brought(part, meter, arguments, console)}")
    counts = {name: words.number(getattr(part, name)) for name in ("new", "changed", "unchanged")}
    console.line("  " + words.text("history.report.counts", **counts))
    for one in part.refused:
        if one.reason is RefusalReason.NO_VALUE:
            console.line("  " + words.counted("history.empty", one.count))
            continue
        told = words.counted("history.refused", one.count, reason=words.text(f"refusal.{one.reason}"))
        console.line(f"  {told} ({one.example})" if one.example else f"  {told}")


def _brought(part: Part, meter: Meter, arguments: argparse.Namespace, console: Console) -> str:
    """One meter and flow in words: readings, period, energy, gaps."""
    curve, found, words = part.brought[meter], part.gaps(meter), console.words
    first, end = _ends(curve)
    facts = [
        f"{shown(meter, arguments)} {words.text(f'common.flow.{meter.flow}')}",
        words.period(first, end),
        words.counted("history.preview.readings", len(curve)),
        words.kwh(curve.watt_minutes),
    ]
    if found:
        facts.append(words.gaps(found))
    return " · ".join(facts)


def _ends(curve: Curve) -> tuple[datetime, datetime]:
    """Start of the first and end of the last reading, in Paris time."""
    from core.paristime import local

    return local(int(curve.start[0])), local(int(curve.end[-1]))


def _report_json(report: Report, arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    from core.model import count_refused

    return {
        "cancelled": report.cancelled,
        "new": sum(part.new for part in report.parts),
        "changed": sum(part.changed for part in report.parts),
        "unchanged": sum(part.unchanged for part in report.parts),
        "refused": sum(count_refused(part.refused) for part in report.parts),
        "parts": [_part_json(part, arguments, console) for part in report.parts],
    }


def _part_json(part: Part, arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    from core.model import RefusalReason, count_refused

    refused = count_refused(part.refused)
    return {
        "name": part.name,
        "meters": [_brought_json(part, meter, arguments) for meter in part.brought],
        "new": part.new,
        "changed": part.changed,
        "unchanged": part.unchanged,
        "refused": [
            {"reason": one.reason.value, "count": one.count, "example": one.example}
            for one in part.refused
            if one.reason is not RefusalReason.NO_VALUE
        ],
        "without_value": sum(one.count for one in part.refused) - refused,
        "error": as_json(part.error, console.words) if part.error else None,
    }


def _brought_json(part: Part, meter: Meter, arguments: argparse.Namespace) -> dict[str, Any]:
    from core.cli.status import exact_wh

    curve = part.brought[meter]
    first, last = (end.isoformat() for end in _ends(curve)) if len(curve) else (None, None)
    return {
        "prm": shown(meter, arguments),
        "flow": meter.flow.value,
        "readings": len(curve),
        "wh": exact_wh(curve.watt_minutes),
        "first": first,
        "last": last,
        "gaps": len(part.gaps(meter)),
    }
