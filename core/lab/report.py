"""The report: one HTML file that needs nothing else, with the figures, the raw statistics and how they were
made; the JSON behind it; and two reports side by side."""

from __future__ import annotations

import html
import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Final

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from core.errors import InputError
from core.formats import labelled, number, size
from core.lab.bound import Bound
from core.lab.build import Built
from core.lab.figures import scales, sizes
from core.lab.fleet import Fleet
from core.lab.footprint import Footprint, Usage
from core.lab.inserts import Inserted
from core.lab.layouts import WATERFALL
from core.lab.losses import Trial
from core.lab.queries import RUNS, Race
from core.lab.wording import described, meters_of, outcome
from core.texts import Language, text

FORMAT: Final = 1
_ICON: Final = re.compile(r"^:material/\w+: ")
KIND: Final = "courbe-laboratory-report"


@dataclass(frozen=True, slots=True)
class Findings:
    """Whatever was measured; what was not stays empty and is left out."""

    footprint: Footprint
    bound: Bound
    layouts: Sequence[Built] = ()
    races: Sequence[Race] = ()
    inserts: Sequence[Inserted] = ()
    trials: Sequence[Trial] = ()
    fleet: Fleet | None = None
    made: datetime = field(default_factory=lambda: datetime.now(UTC))


def as_json(findings: Findings) -> dict[str, Any]:
    """Everything, without anything that tells a meter or an address."""
    fleet = findings.fleet
    return {
        "kind": KIND,
        "format": FORMAT,
        "made": findings.made.isoformat(timespec="seconds"),
        "machine": machine(),
        "footprint": findings.footprint.as_json(),
        "bound": {
            "compressor": findings.bound.compressor,
            "readings": findings.bound.readings,
            "bytes_per_reading": round(findings.bound.bytes_per_reading, 4),
        },
        "layouts": [
            {"layout": one.layout, "settled": one.settled, "seconds": round(one.seconds, 2)}
            | one.usage.as_json()
            for one in findings.layouts
        ],
        "queries": {"runs": RUNS, "races": [one.as_json() for one in findings.races]},
        "inserts": [one.as_json() for one in findings.inserts],
        "trials": [one.as_json() for one in findings.trials],
        "fleet": fleet.as_json() if fleet else None,
        "raw": {
            "ordinary": bare(findings.footprint.ordinary.raw),
            "time_series": bare(findings.footprint.time_series.raw),
        }
        | {one.layout: bare(one.usage.raw) for one in findings.layouts},
    }


def machine() -> dict[str, str]:
    """Where and with what: no name of the machine, no user, no path."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(os.cpu_count()),
        "python": platform.python_version(),
        "pymongo": version("pymongo"),
        "numpy": version("numpy"),
    }


def bare(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Statistics as JSON, without the server's address and database."""
    hidden = {"host", "ns", "bucketsNs"}

    def clean(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: clean(one) for key, one in value.items() if key not in hidden and key != "uri"}
        return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)

    return {key: clean(value) for key, value in raw.items() if key not in hidden}


def write_report(findings: Findings, path: Path, language: Language = Language.ENGLISH) -> tuple[Path, Path]:
    """Write the HTML to `path` and the JSON beside it (`.json`); both paths. Raises OSError."""
    beside = path.with_suffix(".json")
    if beside == path:
        beside = path.with_name(f"{path.name}.json")
    path.write_text(as_html(findings, language), encoding="utf-8")
    beside.write_text(json.dumps(as_json(findings), indent=1), encoding="utf-8")
    return path, beside


def as_html(findings: Findings, language: Language) -> str:
    """One page, self-contained: charts, tables, raw statistics."""
    title = text("report.title", language)
    moment = f"{findings.made:%Y-%m-%d %H:%M} UTC"
    made = text("report.made", language, moment=moment, server=findings.footprint.server)
    parts = [
        f"<h1>{_(title)}</h1>",
        f"<p>{_(made)}</p>",
        _facts(machine()),
        *_footprint_part(findings, language),
        *_layouts_part(findings, language),
        *_speed_part(findings, language),
        *_inserts_part(findings, language),
        *_limits_part(findings, language),
        *_fleet_part(findings, language),
        f"<h2>{_(text('report.raw', language))}</h2>",
        f"<details><summary>JSON</summary><pre>{_(json.dumps(as_json(findings), indent=1))}</pre></details>",
        f"<p class='small'>{_(text('report.disclaimer', language))}</p>",
    ]
    return _PAGE.format(language=language.value, title=_(title), script=get_plotlyjs(), body="\n".join(parts))


def _footprint_part(findings: Findings, language: Language) -> list[str]:
    measured = findings.footprint
    sides = (("footprint.ordinary", measured.ordinary), ("footprint.time-series", measured.time_series))
    rows = [_usage_row(text(name, language), usage, language) for name, usage in sides]
    state = "footprint.settled" if measured.settled else "footprint.unsettled"
    return [
        f"<h2>{_(text('footprint.title', language))}</h2>",
        _chart(sizes.side_by_side(measured, findings.bound, language)),
        _table(_usage_head(language), rows),
        f"<p>{_(_ICON.sub('', text(state, language)))}</p>",
    ]


def _layouts_part(findings: Findings, language: Language) -> list[str]:
    if not findings.layouts:
        return []
    rows = [
        _usage_row(text(f"lab.layout.{one.layout}", language), one.usage, language)
        for one in findings.layouts
    ]
    by_code = {one.layout: one for one in findings.layouts}
    steps = [by_code[layout.code] for layout in WATERFALL if layout.code in by_code]
    gain = [_chart(sizes.waterfall(steps, language))] if len(steps) == len(WATERFALL) else []
    return [
        f"<h2>{_(text('laboratory.waterfall.title', language))}</h2>" if gain else "",
        *gain,
        f"<h2>{_(text('laboratory.layouts.title', language))}</h2>",
        _chart(sizes.layouts(findings.layouts, findings.bound, language)),
        _table(_usage_head(language), rows),
        *(
            f"<p class='small'><b>{_(text(f'lab.layout.{one.layout}', language))}</b><br>"
            f"{_(described(one, by_code, language))}</p>"
            for one in findings.layouts
        ),
    ]


def _speed_part(findings: Findings, language: Language) -> list[str]:
    if not findings.races:
        return []
    head = [text(f"speed.column.{name}", language) for name in ("query", "ordinary", "time-series", "ratio")]
    rows = [
        [
            text(f"speed.query.{one.query}", language),
            f"{number(one.ordinary.median, language, 2)} ms",
            f"{number(one.time_series.median, language, 2)} ms",
            number(one.ratio, language, 2),
        ]
        for one in findings.races
    ]
    return [
        f"<h2>{_(text('speed.title', language))}</h2>",
        _chart(scales.races(findings.races, language)),
        f"<p class='small'>{_(text('speed.reading', language, runs=RUNS))}</p>",
        _table(head, rows),
    ]


def _inserts_part(findings: Findings, language: Language) -> list[str]:
    if not findings.inserts:
        return []
    rows = [
        [
            text(f"speed.way.insert-{one.way}", language),
            *(
                text("speed.insert.per_second", language, count=number(median(speeds), language))
                for speeds in (one.ordinary, one.time_series)
            ),
        ]
        for one in findings.inserts
    ]
    return [f"<h2>{_(text('speed.insert.title', language))}</h2>", _table(_sides(language), rows)]


def _limits_part(findings: Findings, language: Language) -> list[str]:
    if not findings.trials:
        return []
    rows = [
        [text(f"laboratory.limits.{one.code}", language), *(outcome(one, at, language) for at in (0, 1))]
        for one in findings.trials
    ]
    return [f"<h2>{_(text('laboratory.tab.limits', language))}</h2>", _table(_sides(language), rows)]


def _sides(language: Language) -> list[str]:
    return ["", text("footprint.ordinary", language), text("footprint.time-series", language)]


def _fleet_part(findings: Findings, language: Language) -> list[str]:
    if findings.fleet is None or not findings.fleet.sizes:
        return []
    rows = []
    for one in findings.fleet.sizes:
        meters = meters_of(one.meters, language)
        for name, usage in (
            ("footprint.ordinary", one.footprint.ordinary),
            ("footprint.time-series", one.footprint.time_series),
        ):
            rows.append(_usage_row(labelled(meters, text(name, language), language), usage, language))
    chart = [_chart(scales.growth(findings.fleet, language))] if findings.fleet.models() else []
    return [f"<h2>{_(text('fleet.title', language))}</h2>", *chart, _table(_usage_head(language), rows)]


def _usage_head(language: Language) -> list[str]:
    names = (
        "data_bytes",
        "storage_bytes",
        "index_bytes",
        "total_bytes",
        "bytes_per_reading",
        "net_per_reading",
    )
    return ["", *(text(f"footprint.table.{name}", language) for name in names)]


def _usage_row(name: str, usage: Usage, language: Language) -> list[str]:
    parts = (usage.data_bytes, usage.storage_bytes, usage.index_bytes, usage.total_bytes)
    return [
        name,
        *(size(one, language) for one in parts),
        number(usage.bytes_per_reading, language, 2),
        number(usage.net_per_reading, language, 2),
    ]


def compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """Figures two reports share, in the order of the first: name, first value, second value.

    Names are paths, such as `layouts/ts-hours/bytes_per_reading`.
    """
    first, second = _numbers(one), _numbers(other)
    return [(name, first[name], second[name]) for name in first if name in second]


def read_report(raw: bytes) -> dict[str, Any]:
    """The JSON of a report. Raises InputError `report-unreadable` for anything else."""
    try:
        found = json.loads(raw)
    except ValueError:  # bad UTF-8 included
        found = None
    if not isinstance(found, dict) or found.get("kind") != KIND or found.get("format") != FORMAT:
        raise InputError("report-unreadable")
    return found


_COMPARED: Final = ("bytes_per_reading", "median_ms", "ordinary_per_second", "time_series_per_second")
_NAMES: Final = ("layout", "query", "way", "trial", "meters")


def _numbers(report: Mapping[str, Any], path: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for key, value in report.items():
        if key == "raw":
            continue
        here = f"{path}/{key}" if path else key
        if isinstance(value, Mapping):
            found |= _numbers(value, here)
        elif isinstance(value, list):
            for entry in value:
                if isinstance(entry, Mapping):
                    name = next((str(entry[name]) for name in _NAMES if name in entry), "?")
                    found |= _numbers(entry, f"{here}/{name}")
        elif key in _COMPARED and isinstance(value, (int, float)):
            found[here] = float(value)
    return found


def _(words: str) -> str:
    return html.escape(words)


def _chart(figure: go.Figure) -> str:
    figure.update_layout(template="plotly_white", height=max(figure.layout.height or 320, 320))
    return str(figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False}))


def _facts(facts: Mapping[str, str]) -> str:
    return (
        "<p class='small'>" + " · ".join(f"{_(name)}: {_(value)}" for name, value in facts.items()) + "</p>"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f"<th scope='col'>{_(cell)}</th>" for cell in head)
    body = "".join(
        f"<tr><th scope='row'>{_(row[0])}</th>" + "".join(f"<td>{_(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


_PAGE: Final = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>
body{{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}}
table{{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}}
th,td{{padding:.3rem .6rem;border-bottom:1px solid #d5d9de;text-align:right}} td{{white-space:nowrap}}
tbody th{{font-weight:400}}
th:first-child{{text-align:left}} .small{{color:#555}} pre{{overflow:auto;max-height:40rem;font-size:12px}}
</style><script>{script}</script></head><body>
{body}
</body></html>
"""
