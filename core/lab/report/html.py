"""The report as one HTML file that needs nothing else: charts, tables, settings, raw statistics."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from core.lab.figures import scales, sizes
from core.lab.footprint import MEANINGFUL_READINGS, Footprint, Usage, saving
from core.lab.layouts.catalogue import WATERFALL
from core.lab.machine import machine
from core.lab.report.findings import Findings, as_json
from core.lab.speed.races import RUNS
from core.lab.wording import described, fitted, meters_of, of_default, outcome
from core.texts import ENGLISH, Words

_ICON: Final = re.compile(r"^:material/\w+: ")
_USAGE: Final = (
    *("data_bytes", "storage_bytes", "index_bytes", "total_bytes", "bytes_per_reading", "net_per_reading"),
)
"""Columns of a table of sizes."""


def write_report(findings: Findings, path: Path, words: Words = ENGLISH) -> tuple[Path, Path]:
    """Write the HTML to `path` and the JSON beside it (`.json`); both paths. Raises OSError."""
    beside = path.with_suffix(".json")
    if beside == path:
        beside = path.with_name(f"{path.name}.json")
    path.write_text(as_html(findings, words), encoding="utf-8")
    beside.write_text(json.dumps(as_json(findings), indent=1), encoding="utf-8")
    return path, beside


def as_html(findings: Findings, words: Words) -> str:
    """One page, self-contained: charts, tables, raw statistics."""
    title = words.text("report.title")
    moment = f"{findings.made:%Y-%m-%d %H:%M} UTC"
    made = words.text("report.made", moment=moment, server=findings.footprint.server)
    parts = [
        f"<h1>{_(title)}</h1>",
        f"<p>{_(made)}</p>",
        _facts(machine()),
        *_footprint_part(findings, words),
        *_layouts_part(findings, words),
        *_speed_part(findings, words),
        *_inserts_part(findings, words),
        *_limits_part(findings, words),
        *_fleet_part(findings, words),
        f"<h2>{_(words.text('report.raw'))}</h2>",
        f"<details><summary>JSON</summary><pre>{_(json.dumps(as_json(findings), indent=1))}</pre></details>",
        f"<p class='small'>{_(words.text('report.disclaimer'))}</p>",
    ]
    return _PAGE.format(
        language=words.language.value, title=_(title), script=get_plotlyjs(), body="\n".join(parts)
    )


def _footprint_part(findings: Findings, words: Words) -> list[str]:
    measured = findings.footprint
    sides = (("footprint.ordinary", measured.ordinary), ("footprint.time-series", measured.time_series))
    rows = [_usage_row(words.text(name), usage, words) for name, usage in sides]
    if measured.settled:
        rows.append(_saving_row(measured, words))
    return [
        f"<h2>{_(words.text('footprint.title'))}</h2>",
        _chart(sizes.side_by_side(measured, findings.bound, words)),
        _table(_usage_head(words), rows),
        *(f"<p>{_(_ICON.sub('', said).replace('**', ''))}</p>" for said in _said(findings, words)),
    ]


def _said(findings: Findings, words: Words) -> list[str]:
    """Verified, settled, the bound, and whether a ratio means anything."""
    measured, limit = findings.footprint, findings.bound
    readings = words.number(measured.ordinary.readings)
    said = [
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
    return said if measured.meaningful else [*said, few]


def _saving_row(measured: Footprint, words: Words) -> list[str]:
    one, other = measured.ordinary, measured.time_series
    shares = (saving(getattr(one, name), getattr(other, name)) for name in _USAGE)
    return [words.text("footprint.table.saving"), *(words.percent(share) for share in shares)]


def _layouts_part(findings: Findings, words: Words) -> list[str]:
    if not findings.layouts:
        return []
    rows = [_usage_row(words.text(f"lab.layout.{one.layout}"), one.usage, words) for one in findings.layouts]
    by_code = {one.layout: one for one in findings.layouts}
    steps = [by_code[layout.code] for layout in WATERFALL if layout.code in by_code]
    gain = [_chart(sizes.waterfall(steps, words))] if len(steps) == len(WATERFALL) else []
    lesson = of_default(by_code, words).replace("**", "")
    if not all(one.settled for one in findings.layouts):
        lesson = f"{words.text('lab.unsettled')} {lesson}"
    return [
        f"<h2>{_(words.text('laboratory.waterfall.title'))}</h2>" if gain else "",
        *gain,
        f"<h2>{_(words.text('laboratory.layouts.title'))}</h2>",
        _chart(sizes.layouts(findings.layouts, findings.bound, words)),
        _table(_usage_head(words), rows),
        f"<p>{_(lesson)}</p>",
        *(
            f"<p class='small'><b>{_(words.text(f'lab.layout.{one.layout}'))}</b><br>"
            f"{_(described(one, by_code, words))}</p>"
            for one in findings.layouts
        ),
    ]


def _speed_part(findings: Findings, words: Words) -> list[str]:
    if not findings.races:
        return []
    times = ("ordinary", "ordinary_p95", "time_series", "time_series_p95", "ratio")
    looked_at = ("documents", "keys", "buckets", "series_keys")
    head = [
        words.text("speed.column.query"),
        *(words.text(f"speed.head.{name}") for name in (*times, *looked_at)),
    ]
    rows = [
        [
            words.text(f"speed.query.{one.query}"),
            *(
                words.number(value, 2)
                for side in (one.ordinary, one.time_series)
                for value in (side.median, side.p95)
            ),
            words.number(one.ratio, 2),
            *(
                "–" if count is None else words.number(count)
                for side in (one.ordinary, one.time_series)
                for count in (side.documents, side.keys)
            ),
        ]
        for one in findings.races
    ]
    return [
        f"<h2>{_(words.text('speed.title'))}</h2>",
        _chart(scales.races(findings.races, words)),
        f"<p class='small'>{_(words.text('speed.reading', runs=RUNS))}</p>",
        _table(head, rows),
    ]


def _inserts_part(findings: Findings, words: Words) -> list[str]:
    if not findings.inserts:
        return []
    rows = [
        [
            words.text(f"speed.way.insert-{one.way}"),
            *(
                words.text("speed.insert.per_second", count=words.number(median(speeds)))
                for speeds in (one.ordinary, one.time_series)
            ),
        ]
        for one in findings.inserts
    ]
    return [f"<h2>{_(words.text('speed.insert.title'))}</h2>", _table(_sides(words), rows)]


def _limits_part(findings: Findings, words: Words) -> list[str]:
    if not findings.trials:
        return []
    rows = [
        [words.text(f"laboratory.limits.{one.code}"), *(outcome(one, at, words) for at in (0, 1))]
        for one in findings.trials
    ]
    return [f"<h2>{_(words.text('laboratory.tab.limits'))}</h2>", _table(_sides(words), rows)]


def _sides(words: Words) -> list[str]:
    names = ("report.compare.figure", "footprint.ordinary", "footprint.time-series")
    return [words.text(name) for name in names]


def _fleet_part(findings: Findings, words: Words) -> list[str]:
    if findings.fleet is None or not findings.fleet.sizes:
        return []
    rows = []
    for one in findings.fleet.sizes:
        meters = meters_of(one.meters, words)
        for name, usage in (
            ("footprint.ordinary", one.footprint.ordinary),
            ("footprint.time-series", one.footprint.time_series),
        ):
            rows.append(_usage_row(words.labelled(meters, words.text(name)), usage, words))
    models = findings.fleet.models()
    chart = [_chart(scales.growth(findings.fleet, words))] if models else []
    line = [f"<p class='small'>{_(fitted(*models, words))}</p>"] if models else []
    return [
        f"<h2>{_(words.text('fleet.title'))}</h2>",
        *chart,
        _table(_usage_head(words), rows),
        *line,
    ]


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


def _(told: str) -> str:
    return html.escape(told)


def _chart(figure: go.Figure) -> str:
    figure.update_layout(
        template="plotly_white",
        height=max(figure.layout.height or 320, 320),
        font={"family": "system-ui,sans-serif"},
    )
    figure.update_annotations(font={"size": 12})  # the fonts of a report are as wide as those of its reader
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
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="only light">
<style>
body{{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}}
table{{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}}
th,td{{padding:.3rem .6rem;border-bottom:1px solid #d5d9de;text-align:right}} td{{white-space:nowrap}}
tbody th{{font-weight:400;min-width:9rem}}
th:first-child{{text-align:left}} .small{{color:#555}} pre{{overflow:auto;max-height:40rem;font-size:12px}}
</style><script>{script}</script></head><body>
{body}
</body></html>
"""
