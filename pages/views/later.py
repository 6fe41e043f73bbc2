"""A chart below the first screen: the browser gets it once the reader comes near, as drawing takes time.

Its place has its height from the start, so that nothing moves when it arrives. It stays as long as its
section is shown, whatever the period.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_NEAR: Final = st.components.v2.component(
    "courbe_near", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"), isolate_styles=False
)


def later(name: str, height: int, draw: Callable[[], None]) -> None:
    """Keep a place of `height` pixels; `draw` is called in it when it comes near, and in each run from then.

    It is a fragment: what happens in the place calls `draw` alone.
    """
    st.fragment(_place)(name, height, draw)


def one_place() -> DeltaGenerator:
    """A block for what changes with the period, before places whose charts do not.

    The browser knows a place by its position on the page, and would draw the chart of a moved one again.
    """
    return st.container()


def _place(name: str, height: int, draw: Callable[[], None]) -> None:
    with st.container(height=height, border=False, gap=None, key=f"later-{name}"):
        if _NEAR(key=f"near-{name}", default={"near": False}, on_near_change=_noted)["near"]:
            draw()


def _noted() -> None:
    """Streamlit keeps a value only if something listens to it."""
