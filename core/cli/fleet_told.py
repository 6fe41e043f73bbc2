"""Prints the results of `fleet --engine spark`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from core.cli.shared.console import Console
from core.lab.fleet.measure import Fleet
from core.lab.wording import cost
from core.paristime import local

if TYPE_CHECKING:
    from core.spark.arrivals import Arrivals, Arrived
    from core.spark.fleet import Outcome
    from core.spark.lesson import Lesson


def loaded(outcome: Outcome, console: Console) -> None:
    """Print the number of published meters and the readings this run wrote."""
    done, words = outcome.loaded, console.words
    shown = {
        "meters": words.counted("report.meters", len(done.published)),
        "readings": words.number(done.written),
        "seconds": words.number(done.seconds, 1),
        "speed": words.number(done.written / done.seconds if done.seconds else 0),
    }
    console.line(words.text("spark.cli.loaded" if done.written else "spark.cli.unchanged", **shown))
    if done.swept:
        console.line(words.text("spark.cli.swept", readings=words.number(done.swept)))


def measured(outcome: Outcome) -> Fleet | None:
    """The measured fleet for the table of fleets; None if nothing was measured."""
    if outcome.run is None:
        return None
    names = (outcome.target.ordinary, outcome.target.series)
    return Fleet(outcome.run.size.footprint.server, (outcome.run.size,), complete=True, kept=names)


def profile(outcome: Outcome, console: Console) -> None:
    """Print the figures of all meters together, one per line; nothing without an analysis."""
    if outcome.analysis is None:
        return
    words = console.words
    one = {row["_id"]["figure"]: row for row in outcome.analysis.documents}
    whole = one["fleet"]["watt_minutes"]

    def share(part: int) -> str:
        return words.percent(part / whole if whole else 0)

    peak, factor, best = one["peak-half-hour"], one["coincidence"], one["peak-day"]
    of_peaks = factor["watt_minutes"] / 30 / factor["watts_of_peaks"] if factor["watts_of_peaks"] else 0
    tempo = one["tempo"]
    told = {
        "energy": {"energy": words.kwh(whole, 0)},
        "peak": {
            "at": words.moment(local(peak["start_ms"])),
            "power": words.kw(peak["watt_minutes"] / 30),
        },
        "peak-day": {
            "day": words.day(date.fromisoformat(best["day"])),
            "energy": words.kwh(best["watt_minutes"], 0),
        },
        "coincidence": {"share": words.percent(of_peaks)},
        "off-peak": {"share": share(one["hphc"]["off_peak"])},
        "night": {"share": share(one["night"]["watt_minutes"])},
        "tempo": {
            colour: share(tempo[f"{colour}_peak"] + tempo[f"{colour}_off_peak"])
            for colour in ("blue", "white", "red", "unknown")
        },
    }
    for name, values in told.items():
        console.line(words.text(f"spark.cli.{name}", **values))


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The whole outcome as JSON values."""
    done, run = outcome.loaded, outcome.run
    told: dict[str, Any] = {
        "engine": "spark",
        "fleet": outcome.target.fleet,
        "meters": len(done.published),
        "written": done.written,
        "swept": done.swept,
        "seconds": round(done.seconds, 3),
        "complete": done.complete,
    }
    if run:
        told |= {"size": run.size.as_json(), "spark": run.spark, "connector": run.connector}
        told |= {"through": run.through, "workers": run.workers}
    if outcome.analysis:
        rows = outcome.analysis.documents
        told["figures"] = [row["_id"] | {n: v for n, v in row.items() if n != "_id"} for row in rows]
    return told


def arrived(arrivals: Arrivals, found: Arrived, console: Console) -> None:
    """Print bytes per reading before and after the months were rewritten."""
    words = console.words
    shown = {"readings": words.number(found.readings), "days": words.number(arrivals.days)}
    console.line(words.text("spark.cli.arrived", **shown))
    for side in ("before", "after"):
        console.line(words.text(f"spark.cli.{side}", value=cost(getattr(found, side), words)))


def arrived_json(arrivals: Arrivals, found: Arrived) -> dict[str, Any]:
    """Bytes per reading before and after the months were rewritten, as JSON values."""
    sides = {"before": found.before.as_json(), "after": found.after.as_json()}
    return {"meters": arrivals.meters, "days": arrivals.days, "written": found.written, **sides}


def lesson(found: Lesson, console: Console) -> None:
    """Print one line for each trial."""
    text = console.words.text
    rows = [
        [text(f"spark.lesson.{row.code}"), text(f"spark.outcome.{row.outcome}", **row.values)]
        for row in found.rows
    ]
    console.table(rows, left=2)
    versions = {"connector": found.connector, "spark": found.spark, "server": found.server}
    console.line(text("spark.cli.versions", **versions))
