"""The report as one self-contained HTML file: a summary on one screen, charts, tables, statistics.

The template is `page.html.j2`; everything in it is escaped except the charts and the script that draws them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import plotly.graph_objects as go
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from core.lab.figures import scales, sizes
from core.lab.figures.closing import closing, said
from core.lab.fleet.forecast import LINKY_METERS
from core.lab.fleet.outlook import RATE, YEARS, Outlook, outlook
from core.lab.footprint import MEANINGFUL_READINGS, Usage
from core.lab.layouts.catalogue import WATERFALL
from core.lab.machine import machine
from core.lab.report.findings import Findings, as_json
from core.lab.sides import SIDES
from core.lab.speed.races import RUNS
from core.lab.tables import footprint_head, footprint_table
from core.lab.wording import described, fitted, meters_of, of_default, outcome
from core.templates import template
from core.texts import ENGLISH, Words

_ICON: Final = re.compile(r"^:material/\w+: ")
_USAGE: Final = (
    *("data_bytes", "storage_bytes", "index_bytes", "total_bytes", "bytes_per_reading", "net_per_reading"),
)
"""Columns of a table of sizes."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page. `notes`: small print as (name or empty, text)."""

    title: str
    chart: Markup | None = None
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    said: Sequence[str] = ()
    notes: Sequence[tuple[str, str]] = ()


def write_report(findings: Findings, path: Path, words: Words = ENGLISH) -> tuple[Path, Path]:
    """Write the HTML to `path` and the JSON beside it (`.json`); returns both paths. Raises OSError."""
    beside = path.with_suffix(".json")
    if beside == path:
        beside = path.with_name(f"{path.name}.json")
    path.write_text(as_html(findings, words), encoding="utf-8")
    beside.write_text(json.dumps(as_json(findings), indent=1), encoding="utf-8")
    return path, beside


def as_html(findings: Findings, words: Words) -> str:
    """The report as one self-contained page."""
    country = _country(findings)
    parts = (_footprint, _gain, _layouts, _speed, _inserts, _limits, _closing, _fleet)
    found = [part(findings, words) for part in parts]
    return template(Path(__file__).parent, "page.html.j2").render(
        language=words.language.value,
        title=words.text("report.title"),
        made=words.text(
            "report.made",
            moment=f"{findings.made:%Y-%m-%d %H:%M} UTC",
            server=findings.footprint.server,
        ),
        script=Markup(get_plotlyjs()),  # noqa: S704 - Plotly's own
        summary=_summary(findings, country, words),
        facts=machine(),
        sections=[section for section in found if section],
        raw_title=words.text("report.raw"),
        raw=json.dumps(as_json(findings), indent=1),
        disclaimer=words.text("report.disclaimer"),
    )


def _country(findings: Findings) -> tuple[Outlook, ...]:
    columns = {one.way: one for one in findings.inserts}.get("columns")
    rate = min(median(columns.ordinary), median(columns.time_series)) if columns else RATE
    return outlook(findings.fleet, LINKY_METERS, YEARS, rate) if findings.fleet else ()


def _summary(findings: Findings, country: Sequence[Outlook], words: Words) -> list[tuple[str, str]]:
    """The main figures; sizes only if they are settled."""
    ordinary, series = (side.of(findings.footprint) for side in SIDES)
    told = []
    if findings.footprint.settled and series.net_bytes:
        times = words.number(ordinary.net_bytes / series.net_bytes, 1)
        told.append(
            (
                words.text("footprint.headline", times=times),
                words.text(
                    "report.summary.each",
                    series=words.number(series.net_per_reading, 2),
                    ordinary=words.number(ordinary.net_per_reading, 2),
                ),
            )
        )
    if findings.races:
        won = sum(one.faster for one in findings.races)
        slower = [words.text(f"speed.query.{one.query}") for one in findings.races if one.slower]
        told.append(
            (
                words.text("talk.speed.figure", won=won, all=len(findings.races)),
                words.text("report.summary.speed", slower=words.listed(slower) or "–"),
            )
        )
    if country:
        ends = {one.side.value: words.size(one.node.likely) for one in country}
        figure = words.text("talk.fleet.figure", ordinary=ends["ordinary"], series=ends["time_series"])
        told.append((figure, words.text("report.summary.fleet", years=YEARS)))
    return told


def _footprint(findings: Findings, words: Words) -> Section:
    measured = findings.footprint
    rows = [row.cells for row in footprint_table(measured, words)]
    head = footprint_head(words)
    if not measured.settled:
        head, rows = head[:-1], [row[:-1] for row in rows]
    return Section(
        words.text("footprint.title"),
        _chart(sizes.side_by_side(measured, findings.bound, words)),
        head,
        rows,
        [_ICON.sub("", told).replace("**", "") for told in _said(findings, words)],
    )


def _said(findings: Findings, words: Words) -> list[str]:
    """Sentences on verification, settling, the lower bound, and whether a ratio is meaningful."""
    measured, limit = findings.footprint, findings.bound
    readings = words.number(measured.ordinary.readings)
    told = [
        words.text("footprint.verified", readings=readings, server=measured.server),
        words.text("footprint.settled" if measured.settled else "lab.unsettled"),
        words.text(
            "footprint.bound",
            compressor=limit.compressor,
            value=words.number(limit.bytes_per_reading, 2),
            readings=words.number(limit.readings),
        ),
    ]
    few = words.text("footprint.few", readings=words.number(MEANINGFUL_READINGS))
    return told if measured.meaningful else [*told, few]


def _gain(findings: Findings, words: Words) -> Section | None:
    by_code = {one.layout: one for one in findings.layouts}
    steps = [by_code[layout.code] for layout in WATERFALL if layout.code in by_code]
    if len(steps) < len(WATERFALL):
        return None
    return Section(words.text("laboratory.waterfall.title"), _chart(sizes.waterfall(steps, words)))


def _layouts(findings: Findings, words: Words) -> Section | None:
    if not findings.layouts:
        return None
    by_code = {one.layout: one for one in findings.layouts}
    lesson = of_default(by_code, words).replace("**", "")
    if not all(one.settled for one in findings.layouts):
        lesson = f"{words.text('lab.unsettled')} {lesson}"
    return Section(
        words.text("laboratory.layouts.title"),
        _chart(sizes.layouts(findings.layouts, findings.bound, words)),
        _usage_head(words),
        [_usage_row(words.text(f"lab.layout.{one.layout}"), one.usage, words) for one in findings.layouts],
        [lesson] if lesson else [],
        [
            (words.text(f"lab.layout.{one.layout}"), described(one, by_code, words))
            for one in findings.layouts
        ],
    )


def _speed(findings: Findings, words: Words) -> Section | None:
    if not findings.races:
        return None
    times = ("ordinary", "ordinary_p95", "time_series", "time_series_p95", "ratio")
    looked_at = ("documents", "keys", "buckets", "series_keys")
    rows = [
        [
            words.text(f"speed.query.{one.query}"),
            *(words.number(value, 2) for side in SIDES for value in (side.of(one).median, side.of(one).p95)),
            words.number(one.ratio, 2),
            *(
                "–" if count is None else words.number(count)
                for side in SIDES
                for count in (side.of(one).documents, side.of(one).keys)
            ),
        ]
        for one in findings.races
    ]
    return Section(
        words.text("speed.title"),
        _chart(scales.races(findings.races, words)),
        [
            words.text("speed.column.query"),
            *(words.text(f"speed.head.{name}") for name in (*times, *looked_at)),
        ],
        rows,
        notes=[("", words.text("speed.reading", runs=RUNS))],
    )


def _inserts(findings: Findings, words: Words) -> Section | None:
    rows = [
        [
            words.text(f"speed.way.insert-{one.way}"),
            *(
                words.text("speed.insert.per_second", count=words.number(median(side.of(one))))
                for side in SIDES
            ),
        ]
        for one in findings.inserts
    ]
    return Section(words.text("speed.insert.title"), None, _sides(words), rows) if rows else None


def _limits(findings: Findings, words: Words) -> Section | None:
    rows = [
        [words.text(f"laboratory.limits.{one.code}"), *(outcome(one, at, words) for at in (0, 1))]
        for one in findings.trials
    ]
    return Section(words.text("laboratory.tab.limits"), None, _sides(words), rows) if rows else None


def _sides(words: Words) -> list[str]:
    return [words.text("report.compare.figure"), *(words.text(side.label) for side in SIDES)]


def _closing(findings: Findings, words: Words) -> Section | None:
    country = _country(findings)
    if not country:
        return None
    return Section(
        words.text("fleet.closing.title"),
        _chart(closing(country, words)),
        said=[words.labelled(*said(one, words)) for one in country],
    )


def _fleet(findings: Findings, words: Words) -> Section | None:
    if findings.fleet is None or not findings.fleet.sizes:
        return None
    rows = [
        _usage_row(
            words.labelled(meters_of(one.meters, words), words.text(side.label)),
            side.of(one.footprint),
            words,
        )
        for one in findings.fleet.sizes
        for side in SIDES
    ]
    models = findings.fleet.models()
    return Section(
        words.text("fleet.title"),
        _chart(scales.growth(findings.fleet, words)) if models else None,
        _usage_head(words),
        rows,
        notes=[("", fitted(*models, words))] if models else [],
    )


def _usage_head(words: Words) -> list[str]:
    return [
        words.text("laboratory.column.layout"),
        *(words.text(f"footprint.table.{name}") for name in _USAGE),
    ]


def _usage_row(name: str, usage: Usage, words: Words) -> list[str]:
    parts = (usage.data_bytes, usage.storage_bytes, usage.index_bytes, usage.total_bytes)
    return [
        name,
        *(words.size(one) for one in parts),
        words.number(usage.bytes_per_reading, 2),
        words.number(usage.net_per_reading, 2),
    ]


def _chart(figure: go.Figure) -> Markup:
    figure.update_layout(
        template="plotly_white",
        height=max(figure.layout.height or 320, 320),
        font={"family": "system-ui,sans-serif"},
    )
    figure.update_annotations(font={"size": 12})  # the width of the reader's fonts is unknown
    drawn = figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False})
    return Markup(drawn)  # noqa: S704 - made by Plotly, which escapes its input
