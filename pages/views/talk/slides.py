"""The eight slides of the talk, from measured results."""

from __future__ import annotations

from typing import Any, Final

import plotly.graph_objects as go

from core.consumption.figures.grids import carpet_chart
from core.lab import jobs
from core.lab.figures import scales, sizes
from core.lab.figures.closing import closing
from core.lab.figures.style import TIME_SERIES, speaking
from core.lab.fleet.forecast import LINKY_METERS, READINGS_A_DAY
from core.lab.fleet.outlook import YEARS, outlook
from core.lab.layouts.buckets import GRANULARITIES
from core.lab.layouts.catalogue import TS_HOURS, TS_SECONDS, WATERFALL
from core.lab.prepared.kept import Kind
from core.lab.wording import outcome
from core.model import Meter
from core.texts import Words
from pages.shared.presenter import Slide, Slides
from pages.shared.visitor import Visitor
from pages.views.household import household, theme
from pages.views.lab import job
from pages.views.lab.kept import kept_of, told
from pages.views.lab.rate import insert_rate

_DAYS_A_YEAR: Final = 365


def _meters(visitor: Visitor) -> Slide:
    words = visitor.words
    year = READINGS_A_DAY * _DAYS_A_YEAR
    count = words.number(year * LINKY_METERS / 1e9)
    chart, day = _one_day(visitor)
    said = words.text("talk.meters.said", one=words.number(year))
    return Slide(
        words.text("welcome.billion", count=count),
        f"{said} {words.text('talk.meters.chart', day=day)}" if day else said,
        chart,
    )


def _one_day(visitor: Visitor) -> tuple[go.Figure | None, str]:
    """The last complete day of half-hours, as bars."""
    home = household(visitor)
    whole = home.carpet
    full = [at for at in range(len(whole.day)) if (whole.minutes[at] > 0).all()]
    if not full:
        return None, ""
    at = full[-1]
    figure = go.Figure(
        go.Bar(
            x=[f"{slot // 2:02d}:{slot % 2 * 30:02d}" for slot in range(READINGS_A_DAY)],
            y=whole.watts[at] / 1000,
            marker={"color": TIME_SERIES, "line": {"width": 0}},
            showlegend=False,
        )
    )
    figure.update_layout(margin={"l": 8, "r": 8, "t": 10, "b": 40}, bargap=0.15)
    figure.update_xaxes(tickvals=["00:00", "06:00", "12:00", "18:00", "23:30"], fixedrange=True)
    figure.update_yaxes(title="kW", fixedrange=True)
    return speaking(figure, visitor.words), visitor.words.day(whole.day[at].astype(object))


def _carpet(visitor: Visitor) -> Slide:
    words, home = visitor.words, household(visitor)
    chart = carpet_chart(home.carpet, theme(words)).figure
    chart.update_layout(title=None)
    first, last = (home.carpet.day[at].astype(object) for at in (0, -1))
    return Slide(
        words.text("talk.carpet.figure", count=words.number(len(home.history))),
        words.text("talk.carpet.said", first=words.day(first), last=words.day(last)),
        chart,
    )


def _smaller(visitor: Visitor) -> Slide:
    words = visitor.words
    kept, limit = kept_of(visitor, Kind.FOOTPRINT), kept_of(visitor, Kind.BOUND)
    if kept is None:
        return Slide("?", "")
    both = kept.result
    return Slide(
        f"{words.number(both.ordinary.net_bytes / both.time_series.net_bytes, 1)} ×",
        words.text(
            "talk.smaller.said",
            series=words.number(both.time_series.net_per_reading, 2),
            ordinary=words.number(both.ordinary.net_per_reading, 2),
        ),
        sizes.side_by_side(both, limit.result if limit else None, words),
        told(words, kept),
    )


def _gain(visitor: Visitor) -> Slide:
    words = visitor.words
    kept = kept_of(visitor, Kind.LAYOUTS)
    built = {one.layout: one for one in kept.result} if kept else {}
    steps = [built[layout.code] for layout in WATERFALL if layout.code in built]
    if kept is None or len(steps) < 2:
        return Slide("?", "", **_live(visitor, "layouts", list(WATERFALL)))
    ends = [words.number(one.usage.net_per_reading, 2) for one in (steps[0], steps[-1])]
    return Slide(
        " → ".join(ends),
        words.text("talk.gain.said"),
        sizes.waterfall(steps, words),
        told(words, kept),
        **_live(visitor, "layouts", list(WATERFALL)),
    )


def _bucket(visitor: Visitor) -> Slide:
    words = visitor.words
    kept = kept_of(visitor, Kind.LAYOUTS)
    built = {one.layout: one for one in kept.result} if kept else {}
    three = [built[layout.code] for layout in GRANULARITIES if layout.code in built]
    again = _live(visitor, "granularity", list(GRANULARITIES))
    if kept is None or len(three) < len(GRANULARITIES):
        return Slide("?", "", **again)

    def held(code: str) -> str:
        used = built[code].usage
        return words.number(used.readings / max(used.buckets or 1, 1))

    return Slide(
        words.text("talk.bucket.figure", count=held(TS_HOURS.code)),
        words.text(
            "talk.bucket.said",
            few=held(TS_SECONDS.code),
            default=words.number(built[TS_SECONDS.code].usage.net_per_reading, 1),
            hours=words.number(built[TS_HOURS.code].usage.net_per_reading, 1),
        ),
        sizes.layouts(three, None, words),
        told(words, kept),
        **again,
    )


def _speed(visitor: Visitor) -> Slide:
    words = visitor.words
    kept = kept_of(visitor, Kind.SPEED)
    meter = _meter(visitor)
    again = _again(
        visitor,
        "speed",
        lambda: job.begin(visitor, "speed", jobs.speed(visitor.store.patient(), meter)),
        lambda at: words.text(f"speed.query.{at.source}"),
    )
    if kept is None:
        return Slide("?", "", **again)
    races = kept.result
    slower = [words.text(f"speed.query.{one.query}") for one in races if one.slower]
    verdict = (
        words.text("talk.speed.slower", queries=words.listed(slower))
        if slower
        else words.text("talk.speed.never")
    )
    return Slide(
        words.text(
            "talk.speed.figure",
            won=words.number(sum(one.faster for one in races)),
            all=words.number(len(races)),
        ),
        words.text("talk.speed.said", slower=verdict),
        scales.races(races, words),
        told(words, kept),
        **again,
    )


def _fleet(visitor: Visitor) -> Slide:
    words = visitor.words
    kept = kept_of(visitor, Kind.FLEET)
    again = _again(
        visitor,
        "fleet",
        lambda: job.begin(
            visitor,
            "fleet",
            jobs.fleet(visitor.store.patient(), 100, 730, keep=False, options="plain"),
        ),
        lambda _: words.text("prepare.kind.fleet"),
    )
    both = outlook(kept.result, LINKY_METERS, YEARS, insert_rate(visitor)) if kept else ()
    if kept is None or not both:
        return Slide("?", "", **again)
    ends = {one.side.value: words.size(one.node.likely) for one in both}
    return Slide(
        words.text("talk.fleet.figure", ordinary=ends["ordinary"], series=ends["time_series"]),
        words.text(
            "talk.fleet.said",
            years=YEARS,
            meters=words.number(max(one.meters for one in kept.result.sizes)),
        ),
        closing(both, words),
        told(words, kept),
        **again,
    )


def _limits(visitor: Visitor) -> Slide:
    words = visitor.words
    kept = kept_of(visitor, Kind.LIMITS)
    meter = _meter(visitor)
    again = _again(
        visitor,
        "limits",
        lambda: job.begin(visitor, "limits", jobs.limits(visitor.store.patient(), meter)),
        lambda at: words.text(f"laboratory.limits.{at.source}"),
    )
    tried = {one.code: one for one in kept.result} if kept else {}
    rewrite = tried.get("rewrite")
    if kept is None or rewrite is None or not rewrite.ordinary or not rewrite.time_series:
        return Slide("?", "", **again)
    return Slide(
        words.text("talk.limits.figure", times=words.number(rewrite.time_series / rewrite.ordinary)),
        words.text("talk.limits.said"),
        _trials(list(tried.values()), words),
        told(words, kept),
        **again,
    )


def _trials(trials: list[Any], words: Words) -> go.Figure:
    """The table of the trials with the outcome on each side."""
    head = ["", words.text("footprint.ordinary"), words.text("footprint.time-series")]
    cells = [
        [words.text(f"laboratory.limits.{one.code}") for one in trials],
        [outcome(one, 0, words) for one in trials],
        [outcome(one, 1, words) for one in trials],
    ]
    plain = {"fill": {"color": "rgba(0,0,0,0)"}, "align": "left", "height": 40, "font": {"size": 18}}
    figure = go.Figure(
        go.Table(
            columnwidth=[3, 2, 3],
            header={"values": [f"<b>{one}</b>" for one in head], **plain},
            cells={"values": cells, **plain},
        )
    )
    return figure.update_layout(margin={"l": 8, "r": 8, "t": 10, "b": 10})


def _meter(visitor: Visitor) -> Meter:
    meter = visitor.meter
    assert meter is not None  # presenter.present requires readings
    return meter


def _live(visitor: Visitor, name: str, chosen: list[Any]) -> dict[str, Any]:
    words = visitor.words

    def start() -> None:
        job.begin(visitor, name, jobs.layouts(visitor.store.patient(), chosen))

    return _again(visitor, name, start, lambda at: words.text(f"lab.layout.{at.source}"))


def _again(visitor: Visitor, name: str, start: Any, described: Any) -> dict[str, Any]:
    """The action that measures a slide again, or the progress while anything is being measured."""
    if job.blocked(visitor, name, tell=False):
        return {"watch": lambda: job.watch(visitor, name, described)}
    return {"live": start}


SLIDES: Final[Slides] = {
    "meters": _meters,
    "carpet": _carpet,
    "smaller": _smaller,
    "gain": _gain,
    "bucket": _bucket,
    "speed": _speed,
    "fleet": _fleet,
    "limits": _limits,
}
