"""What the same readings cost in an ordinary and in a time series collection, side by side."""

from __future__ import annotations

import json
import time

import streamlit as st

from core.lab.figures.sizes import side_by_side
from core.lab.footprint import Footprint, Usage, footprint, saving
from core.lab.lower_bound import Bound, bound
from core.lab.wording import saved
from core.texts import Words
from pages.shared import notices
from pages.shared.frame import link, page
from pages.shared.visitor import Visitor
from pages.views.lab.display import draw, sides, warn_of_few

AGAIN_SECONDS = 20
SIDES = ("ordinary", "time-series")
ROWS = (
    *("data_bytes", "storage_bytes", "free_bytes", "index_bytes", "index_free_bytes"),
    *("total_bytes", "bytes_per_reading", "net_bytes", "net_per_reading"),
)


def measure(visitor: Visitor) -> tuple[Footprint, Bound]:
    """Both collections, verified and settled, and what their values alone would take."""
    with st.spinner(visitor.words.text("footprint.measuring")), notices.guard():
        measured = footprint(visitor.store)
        limit = bound(visitor.store.read(summary.meter).watts for summary in visitor.meters)
    return measured, limit


def show_gain(words: Words, measured: Footprint) -> None:
    ordinary, series = measured.ordinary, measured.time_series
    ratio = ordinary.net_bytes / series.net_bytes
    per_bucket = series.readings / max(series.buckets or 1, 1)
    cards = (
        ("saving-total", saved(ordinary.net_bytes, series.net_bytes, words)),
        ("ratio", f"{words.number(ratio, 1)} ×"),
        ("saving-data", saved(ordinary.data_bytes, series.data_bytes, words)),
        ("per-bucket", words.number(per_bucket)),
    )
    for column, (name, value) in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(
            words.text(f"footprint.card.{name}"),
            value,
            help=words.text(f"footprint.card.{name}.help"),
            border=True,
        )


def show_state(visitor: Visitor, measured: Footprint, limit: Bound) -> None:
    """Verified, settled, and whether a ratio means anything yet."""
    words, series = visitor.words, measured.time_series
    st.markdown(
        words.text("footprint.verified", readings=words.number(series.readings), server=measured.server)
    )
    if measured.settled:
        st.markdown(words.text("footprint.settled"))
    warn_of_few(visitor, series.readings)
    st.caption(
        words.text(
            "footprint.bound",
            compressor=limit.compressor,
            value=words.number(limit.bytes_per_reading, 2),
            readings=words.number(limit.readings),
        )
    )


def show_table(words: Words, measured: Footprint) -> None:
    both = (measured.ordinary, measured.time_series)

    def bytes_of(value: float) -> str:
        return words.size(value)

    def per_reading(value: float) -> str:
        return words.number(value, 2)

    def gain(value: float) -> str:
        return words.percent(value)

    has_free = any(one.unused_bytes for one in both)
    rows = []
    for name in ROWS:
        if not has_free and ("free" in name or "net" in name):
            continue
        one, other = (float(getattr(side, name)) for side in both)
        says = per_reading if name.endswith("_reading") else bytes_of
        final = measured.settled or name == "data_bytes"
        won = saving(one, other) if final and "free" not in name else None
        rows.append((words.text(f"footprint.table.{name}"), (one, other, won), (says, says, gain)))
    head = ("footprint.table.size", *(f"footprint.{side}" for side in SIDES), "footprint.table.saving")
    sides([words.text(title) for title in head], rows)
    if has_free:
        st.caption(words.text("footprint.free"))


def show_raw(words: Words, measured: Footprint) -> None:
    with st.expander(words.text("footprint.raw"), icon=":material/data_object:"):
        for column, side, usage in zip(
            st.columns(2), SIDES, (measured.ordinary, measured.time_series), strict=True
        ):
            with column:
                st.markdown(f"**{words.text(f'footprint.{side}')}**")
                st.markdown(described(words, usage))
                st.json(json.loads(json.dumps(usage.raw, default=str)), expanded=1)


def described(words: Words, usage: Usage) -> str:
    """Compressor, allocation unit and indexes with their sizes."""
    indexes = ", ".join(f"`{name}` {words.size(count)}" for name, count in usage.indexes.items())
    return words.text(
        "footprint.engine",
        compressor=usage.compressor or "?",
        unit=words.size(usage.allocation_bytes),
        indexes=indexes or "–",
    )


def measure_again(drawn_at: float) -> None:
    """Draws the page anew, but not in the run that has just drawn it (`drawn_at`: seconds, monotonic)."""
    if time.monotonic() - drawn_at > AGAIN_SECONDS / 2:
        st.rerun()


visitor = page("footprint", needs="readings")
words = visitor.words
measured, limit = measure(visitor)
if measured.settled:
    show_gain(words, measured)
    draw(words, side_by_side(measured, limit, words), "footprint.title", "footprint_chart")
else:  # a file not written yet is said to take 4 kB: a saving of it would be false
    st.warning(words.text("footprint.unsettled", seconds=AGAIN_SECONDS), icon=":material/hourglass_top:")
    st.fragment(measure_again, run_every=AGAIN_SECONDS)(time.monotonic())
show_state(visitor, measured, limit)
show_table(words, measured)
show_raw(words, measured)
st.button(words.text("footprint.again"), icon=":material/refresh:", key="footprint_again")
link(visitor, "laboratory", words.text("footprint.to_laboratory"), icon=":material/science:")
