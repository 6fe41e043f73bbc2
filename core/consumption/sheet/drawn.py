"""Charts of the printed sheet as SVG, which are told apart without colour."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from core.consumption.figures.theme import LIGHT

WIDTH: Final = 680
_LEFT: Final = 34
_BELOW: Final = 18
_DASHES: Final = ("", "7 3", "2 3", "9 3 2 3")
_HALF_HOURS: Final = 48
_Says = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its name, its height (None: not known), and whether only part of it was measured."""

    name: str
    value: float | None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line over the half-hours of a day, kW."""

    name: str
    values: Sequence[float]


def bars(
    shown: Sequence[Bar],
    title: str,
    says: _Says,
    *,
    height: int = 150,
    limit: tuple[float, str] | None = None,
) -> Markup:
    """Bars with their names below; `limit`: a dashed line and its name. A bar that is partial is hatched."""
    top = max([bar.value or 0.0 for bar in shown] + [limit[0] if limit else 0.0]) * 1.12 or 1.0
    step = (WIDTH - _LEFT) / max(len(shown), 1)
    every = -(-len(shown) // 13)
    parts = [_axis(top, height, says)]
    for at, bar in enumerate(shown):
        left = _LEFT + at * step + step * 0.15
        if bar.value is not None:
            tall = (height - _BELOW) * bar.value / top
            fill = "url(#part)" if bar.partial else LIGHT[0]
            parts.append(
                Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>').format(
                    left, height - _BELOW - tall, step * 0.7, tall, fill
                )
            )
        if at % every == 0:
            parts.append(_text(left + step * 0.35, height - 5, bar.name, "middle"))
    if limit:
        y = _y(limit[0], top, height)
        parts.append(_stroke(f"M{_LEFT},{y:.1f}H{WIDTH}", LIGHT[1], "6 3"))
        parts.append(_text(WIDTH, y - 4, limit[1], "end"))
    return _svg(parts, title, height)


def day(lines: Sequence[Line], title: str, says: _Says, clock: Sequence[str], *, height: int = 190) -> Markup:
    """Lines over a day of half-hours, each with its own dashes and a legend.

    `clock`: the names of equal steps from midnight to midnight.
    """
    right = 92
    wide = WIDTH - _LEFT - right
    top = max((value for line in lines for value in line.values), default=1.0) * 1.08 or 1.0
    parts = [_axis(top, height, says, WIDTH - right)]
    for at, name in enumerate(clock):
        parts.append(_text(_LEFT + wide * at / (len(clock) - 1), height - 5, name, "middle"))
    for at, line in enumerate(lines):
        points = [
            f"{_LEFT + wide * (number + 0.5) / _HALF_HOURS:.1f},{_y(value, top, height):.1f}"
            for number, value in enumerate(line.values)
        ]
        colour, dash = LIGHT[at % len(LIGHT)], _DASHES[at % len(_DASHES)]
        parts.append(_stroke("M" + "L".join(points), colour, dash))
        y = 14 + 17 * at
        parts.append(_stroke(f"M{WIDTH - right + 10},{y}h26", colour, dash))
        parts.append(_text(WIDTH - right + 40, y + 3.5, line.name, "start"))
    return _svg(parts, title, height)


def _y(value: float, top: float, height: int) -> float:
    return (height - _BELOW) * (1 - value / top)


def _axis(top: float, height: int, says: _Says, end: float = WIDTH) -> Markup:
    """A line across at each round value, with the value."""
    step = _round_step(top)
    parts = []
    for number in range(int(top / step) + 1):
        y = _y(number * step, top, height)
        parts.append(_stroke(f"M{_LEFT},{y:.1f}H{end}", "#c9ced6", "", 0.6))
        parts.append(_text(_LEFT - 4, max(y + 3.5, 9), says(number * step), "end"))
    return Markup("").join(parts)


def _round_step(top: float) -> float:
    """1, 2 or 5 times a power of ten, so that there are two to five lines."""
    power = 10.0 ** math.floor(math.log10(top / 2))
    return next(power * one for one in (5, 2, 1) if top / (power * one) >= 2)


def _stroke(path: str, colour: str, dash: str, width: float = 1.6) -> Markup:
    return Markup('<path d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="{}"/>').format(
        path, colour, width, dash
    )


def _text(x: float, y: float, told: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, told)


def _svg(parts: Sequence[Markup], title: str, height: int) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, escape(title), Markup("").join(parts)
    )
