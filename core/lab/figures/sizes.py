"""Charts of sizes: both collections, the layouts, the waterfall of the savings, and one bucket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

import plotly.graph_objects as go

from core.lab.figures.style import (
    BOUND,
    EDGE,
    LEGEND_BELOW,
    ORDINARY,
    OTHER,
    QUIET,
    TIME_SERIES,
    faded,
    rows,
    speaking,
)
from core.lab.footprint import Footprint, Usage
from core.lab.layouts.buckets import Bucket
from core.lab.layouts.build import Built
from core.lab.layouts.catalogue import BY_CODE, Family
from core.lab.lower_bound import Bound
from core.lab.wording import cost, signed
from core.texts import Words

_FAMILIES: Final = {
    Family.ORDINARY: ORDINARY,
    Family.GROUPED: OTHER,
    Family.TIME_SERIES: TIME_SERIES,
}
_SHADES: Final = (0.35, 0.55, 0.75, 1.0, 0.15)


@dataclass(frozen=True, slots=True)
class Bar:
    """One collection in bytes per reading: data and indexes without free space, and their free space."""

    name: str
    colour: str
    said: str
    data: float
    indexes: float = 0.0
    free: float = 0.0

    @classmethod
    def of(cls, name: str, colour: str, one: Usage, words: Words) -> Bar:
        """The bar of a measured collection."""
        return cls(
            name,
            colour,
            cost(one, words),
            (one.storage_bytes - one.free_bytes) / one.readings,
            (one.index_bytes - one.index_free_bytes) / one.readings,
            one.unused_bytes / one.readings,
        )


def side_by_side(measured: Footprint, limit: Bound | None, words: Words) -> go.Figure:
    """Both collections, and the lower bound."""
    bars = [
        Bar.of(words.text("footprint.ordinary"), ORDINARY, measured.ordinary, words),
        Bar.of(words.text("footprint.time-series"), TIME_SERIES, measured.time_series, words),
    ]
    return stacked([*bars, *_bound(limit, words)], words)


def layouts(built: Sequence[Built], limit: Bound | None, words: Words) -> go.Figure:
    """Every layout built, largest first, and the lower bound."""
    bars = [
        Bar.of(
            words.text(f"lab.layout.{one.layout}"),
            _FAMILIES[BY_CODE[one.layout].family],
            one.usage,
            words,
        )
        for one in sorted(built, key=lambda one: -one.usage.net_per_reading)
    ]
    return stacked([*bars, *_bound(limit, words)], words)


def _bound(limit: Bound | None, words: Words) -> list[Bar]:
    if limit is None or not limit.readings:
        return []
    value = words.number(limit.bytes_per_reading, 2)
    return [Bar(words.text("footprint.chart.bound"), BOUND, value, limit.bytes_per_reading)]


def stacked(bars: Sequence[Bar], words: Words) -> go.Figure:
    """Each collection in its colour: data full, indexes lighter within its edge, free space hatched."""
    figure = go.Figure()
    for part, opacity in (("data", 1.0), ("indexes", 0.45), ("free", 1.0)):
        name = words.text(f"footprint.part.{part}")
        pattern = {"shape": "/" if part == "free" else "", "solidity": 0.35, "size": 6}
        edge = EDGE if part == "indexes" else 0
        figure.add_bar(
            orientation="h",
            x=[getattr(one, part) for one in bars],
            y=list(range(len(bars))),
            name=name,
            showlegend=False,
            marker={
                "color": QUIET if part == "free" else [faded(one.colour, opacity) for one in bars],
                "pattern": pattern,
                "line": {"width": edge, "color": [one.colour for one in bars]},
            },
            customdata=[one.name for one in bars],
            hovertemplate=f"%{{customdata}}<br>%{{x:.2f}}<extra>{name}</extra>",
        )
        # the legend speaks of parts, which have no colour of their own
        line = {"width": edge, "color": QUIET}
        figure.add_bar(
            x=[None],
            y=[None],
            name=name,
            marker={"color": faded(QUIET, opacity), "pattern": pattern, "line": line},
        )
    rows(figure, [words.labelled(one.name, f"<b>{one.said}</b>") for one in bars])
    figure.update_xaxes(title=words.text("footprint.unit"), rangemode="tozero")
    return speaking(figure, words)


def waterfall(steps: Sequence[Built], words: Words) -> go.Figure:
    """The savings from the first layout to the last, one change at a time, in bytes per reading."""
    # rounded as shown, so that the shown steps add up to the shown end
    values = [round(one.usage.net_per_reading, 2) for one in steps]
    changes = [round(after - before, 2) for before, after in pairwise(values)]
    names = [*(words.text(f"lab.step.{one.layout}") for one in steps), words.text("lab.step.end")]
    said = [
        words.number(values[0], 2),
        *(signed(change, words, 2) for change in changes),
        words.number(values[-1], 2),
    ]
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=[values[0], *changes, values[-1]],
            base=[0.0, *accumulate(changes[:-1], initial=values[0]), 0.0],
            y=list(range(len(names))),
            marker={"color": [ORDINARY, *[QUIET] * len(changes), TIME_SERIES]},
            customdata=said,
            hovertemplate="%{customdata}<extra></extra>",
            showlegend=False,
        )
    )
    rows(
        figure,
        [words.labelled(name, f"<b>{value}</b>") for name, value in zip(names, said, strict=True)],
        bottom=68,
    )
    figure.update_xaxes(title=words.text("footprint.unit"), rangemode="tozero")
    return speaking(figure, words)


def bucket_columns(bucket: Bucket, words: Words) -> go.Figure:
    """Bytes of the parts of one bucket."""
    columns = {column.name: column.bytes for column in bucket.columns}
    parts = (
        ("meta", bucket.meta_bytes),
        ("control", bucket.control_bytes),
        ("start", columns["start"]),
        ("watts", columns["watts"]),
        ("rest", bucket.rest_bytes),
    )
    figure = go.Figure()
    for (part, count), opacity in zip(parts, _SHADES, strict=True):
        name = words.text(f"laboratory.bucket.part.{part}")
        figure.add_bar(
            orientation="h",
            x=[count],
            y=[0],
            name=words.labelled(name, words.size(count)),
            marker={"color": faded(TIME_SERIES, opacity), "line": {"width": 0}},
            hovertemplate="%{fullData.name}<extra></extra>",
        )
    figure.update_layout(
        barmode="stack", height=240, margin={"l": 8, "r": 8, "t": 10, "b": 150}, legend=LEGEND_BELOW
    )
    figure.update_xaxes(title=words.text("laboratory.bucket.bytes"), fixedrange=True, separatethousands=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    return speaking(figure, words)
