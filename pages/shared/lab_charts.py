"""A chart of the laboratory, with the same in words for those who do not see it."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from core.lab.figures.style import in_words
from pages.shared.visitor import Visitor


def draw(guest: Visitor, figure: go.Figure, title: str, key: str) -> None:
    """`title`: the key of what the chart is about."""
    words = in_words(guest.t(title), figure, guest.language)
    st.plotly_chart(figure, config={"displayModeBar": False}, key=key, alt=words)
