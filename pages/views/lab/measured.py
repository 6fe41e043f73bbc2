"""The footprint of the visitor's readings: measured once, and kept until they change."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.lab.footprint import Footprint, footprint
from core.lab.lower_bound import Bound, bound
from core.paristime import now_ms
from core.storage.record import Summary
from core.storage.store import Store
from pages.shared import notices
from pages.shared.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Measured:
    """Both collections, verified, and the bound of their values.

    `made_ms`: when they were measured (UTC ms).
    """

    footprint: Footprint
    bound: Bound
    made_ms: int


def measured(visitor: Visitor) -> Measured:
    """What was measured last of these very readings, else now. Sizes that are not settled are not kept."""
    versions = tuple(
        (one.meter.prm, one.meter.flow.value, one.version, one.settled) for one in visitor.meters
    )
    with st.spinner(visitor.words.text("footprint.measuring")), notices.guard():
        found = _measured((visitor.workspace.key, versions), visitor.store, visitor.meters)
    visitor.steps.add("footprint")
    if not found.footprint.settled:
        forget()
    return found


def forget() -> None:
    """Measure anew at the next run of this session."""
    _measured.clear()


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _measured(
    key: tuple[object, ...],  # noqa: ARG001 - what the entry is kept under
    _store: Store,
    _meters: list[Summary],
) -> Measured:
    """Kept in the session alone: nobody else's session can reach it."""
    both = footprint(_store)
    return Measured(both, bound(_store.read(one.meter).watts for one in _meters), now_ms())
