"""The colours of every chart are distinguishable with any colour vision, on both backgrounds.

Simulation of colour vision deficiencies: the matrices of Machado, Oliveira and Fernandes, "A
Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1. Distances are those
of CIELAB, in which about 2 is just visible.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray

from core.consumption.figures.theme import DARK, LIGHT, TEMPO, Theme
from core.lab.figures.sizes import Bar, stacked
from core.lab.figures.style import BOUND, EDGE, ORDINARY, OTHER, TIME_SERIES
from core.lab.figures.style import QUIET as STEPS
from core.texts import ENGLISH
from pages.views.history.calendar import COLOURS
from tests.code import ROOT

Vector = NDArray[np.float64]

VISIONS: Final = {
    "all cones": np.eye(3),
    "no red cones": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green cones": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue cones": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ: Final = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE: Final = np.array([0.9505, 1.0, 1.089])
THEMES: Final[dict[str, Any]] = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]

PALETTES: Final[dict[str, tuple[Sequence[str], float]]] = {
    "the first three, light": (LIGHT[:3], 25),
    "the first three, dark": (DARK[:3], 25),
    "all, light": (THEMES["light"]["chartCategoricalColors"], 12),
    "all, dark": (THEMES["dark"]["chartCategoricalColors"], 12),
    "Tempo, light": (list(TEMPO[False].values()), 30),
    "Tempo, dark": (list(TEMPO[True].values()), 30),
    "collections": ((ORDINARY, TIME_SERIES, BOUND, OTHER), 15),
    "calendar of days": (list(COLOURS.values()), 18),
}
"""The colours used together in a chart, and the smallest distance of any two."""


def linear(colour: str) -> Vector:
    """Linear red, green and blue of a colour in sRGB."""
    coded = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def seen(colour: str, vision: str) -> Vector:
    """Coordinates of a colour in CIELAB with this colour vision."""
    part = XYZ @ np.clip(VISIONS[vision] @ linear(colour), 0, 1) / WHITE
    bent = np.where(part > 0.008856, np.cbrt(part), 7.787 * part + 16 / 116)
    return np.array([116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])])


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    dark, bright = sorted(float(XYZ[1] @ linear(colour)) for colour in (one, other))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", PALETTES)
def test_no_two_colours_look_alike(name: str, vision: str) -> None:
    colours, least = PALETTES[name]
    close = {
        (one, other): round(float(np.linalg.norm(seen(one, vision) - seen(other, vision))), 1)
        for one, other in combinations(colours, 2)
    }
    assert {pair: distance for pair, distance in close.items() if distance < least} == {}


LABORATORY: Final = (ORDINARY, TIME_SERIES, BOUND, OTHER, STEPS)
ON_GROUND: Final[dict[tuple[str, str], Sequence[str]]] = {
    ("light", "charts"): LIGHT,
    ("dark", "charts"): DARK,
    ("light", "background"): [Theme(dark=False).quiet],
    ("dark", "background"): [Theme(dark=True).quiet],
    ("light", "Tempo"): list(TEMPO[False].values()),
    ("dark", "Tempo"): list(TEMPO[True].values()),
    ("light", "laboratory"): LABORATORY,
    ("dark", "laboratory"): LABORATORY,
    ("dark", "calendar of days"): list(COLOURS.values()),
    ("light", "words"): [THEMES["light"][name] for name in THEMES["light"] if name.endswith("TextColor")],
    ("dark", "words"): [THEMES["dark"][name] for name in THEMES["dark"] if name.endswith("TextColor")],
}
"""What is drawn on which ground. On the light one two states of a day are pale; their squares touch nothing
else, and a legend and a table name them."""


@pytest.mark.parametrize(("ground", "name"), ON_GROUND)
def test_what_is_drawn_stands_out_from_its_ground(ground: str, name: str) -> None:
    """3 is what WCAG 2 asks for of graphics, 4.5 of words."""
    least = 4.5 if name == "words" else 3
    colours = ON_GROUND[ground, name]
    ratios = {colour: contrast(colour, THEMES[ground]["backgroundColor"]) for colour in colours}
    assert colours
    assert {colour: ratio for colour, ratio in ratios.items() if ratio < least} == {}


def test_a_lighter_shade_has_an_edge_of_its_full_colour() -> None:
    """What is faded stands out too little from a dark ground by itself."""
    figure = stacked([Bar("one", ORDINARY, "3", 2.0, 1.0)], ENGLISH)
    (indexes,) = [
        one for one in figure.data if one.name == ENGLISH.text("footprint.part.indexes") and one.x[0]
    ]
    assert (list(indexes.marker.line.color), indexes.marker.line.width) == ([ORDINARY], EDGE)


@pytest.mark.parametrize(("ground", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_charts_have_the_colours_of_the_theme(ground: str, colours: tuple[str, ...]) -> None:
    assert tuple(THEMES[ground]["chartCategoricalColors"][: len(colours)]) == colours
