"""What a page says of its measurements: when they mean little, and what the server itself told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.formats import number
from core.lab.footprint import MEANINGFUL_READINGS
from pages.shared.frame import link
from pages.shared.visitor import Visitor


def few(guest: Visitor, readings: int, key: str = "footprint.few") -> None:
    """Warns of fewer readings than a ratio needs; but for a fleet's own warning, leads to a fleet."""
    if readings >= MEANINGFUL_READINGS:
        return
    limit = number(MEANINGFUL_READINGS, guest.language)
    st.warning(guest.t(key, readings=limit), icon=":material/info:")
    if key == "footprint.few":
        link(guest, "fleet", guest.t("footprint.to_fleet"), icon=":material/groups:")


def raw(guest: Visitor, statistics: Mapping[str, Mapping[str, Any]], title: str, key: str) -> None:
    """The server's own statistics of several collections, by what a person calls them, one at a time.

    `title`: the key of the text above the choice.
    """
    with st.expander(guest.t("footprint.raw"), icon=":material/data_object:"):
        picked = st.selectbox(guest.t(title), list(statistics), key=key)
        st.json(json.loads(json.dumps(statistics[picked], default=str)), expanded=1)
