"""What the same readings cost in an ordinary and in a time series collection, side by side."""

from __future__ import annotations

import json
import time

import streamlit as st

from core.formats import number, percent, size
from core.lab.figures.sizes import side_by_side
from core.lab.footprint import Footprint, Usage, footprint, saving
from core.lab.lower_bound import Bound, bound
from core.lab.wording import saved
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


def measure(guest: Visitor) -> tuple[Footprint, Bound]:
    """Both collections, verified and settled, and what their values alone would take."""
    with st.spinner(guest.t("footprint.measuring")), notices.guard():
        measured = footprint(guest.store)
        limit = bound(guest.store.read(summary.meter).watts for summary in guest.meters)
    return measured, limit


def show_gain(guest: Visitor, measured: Footprint) -> None:
    ordinary, series, speech = measured.ordinary, measured.time_series, guest.language
    ratio = ordinary.net_bytes / series.net_bytes
    per_bucket = series.readings / max(series.buckets or 1, 1)
    cards = (
        ("saving-total", saved(ordinary.net_bytes, series.net_bytes, speech)),
        ("ratio", f"{number(ratio, speech, 1)} ×"),
        ("saving-data", saved(ordinary.data_bytes, series.data_bytes, speech)),
        ("per-bucket", number(per_bucket, speech)),
    )
    for column, (name, value) in zip(st.columns(len(cards)), cards, strict=True):
        column.metric(
            guest.t(f"footprint.card.{name}"), value, help=guest.t(f"footprint.card.{name}.help"), border=True
        )


def show_state(guest: Visitor, measured: Footprint, limit: Bound) -> None:
    """Verified, settled, and whether a ratio means anything yet."""
    speech, series = guest.language, measured.time_series
    st.markdown(
        guest.t("footprint.verified", readings=number(series.readings, speech), server=measured.server)
    )
    if measured.settled:
        st.markdown(guest.t("footprint.settled"))
    warn_of_few(guest, series.readings)
    st.caption(
        guest.t(
            "footprint.bound",
            compressor=limit.compressor,
            value=number(limit.bytes_per_reading, speech, 2),
            readings=number(limit.readings, speech),
        )
    )


def show_table(guest: Visitor, measured: Footprint) -> None:
    speech = guest.language
    both = (measured.ordinary, measured.time_series)

    def bytes_of(value: float) -> str:
        return size(value, speech)

    def per_reading(value: float) -> str:
        return number(value, speech, 2)

    def gain(value: float) -> str:
        return percent(value, speech)

    has_free = any(one.unused_bytes for one in both)
    rows = []
    for name in ROWS:
        if not has_free and ("free" in name or "net" in name):
            continue
        one, other = (float(getattr(side, name)) for side in both)
        says = per_reading if name.endswith("_reading") else bytes_of
        final = measured.settled or name == "data_bytes"
        won = saving(one, other) if final and "free" not in name else None
        rows.append((guest.t(f"footprint.table.{name}"), (one, other, won), (says, says, gain)))
    head = ("footprint.table.size", *(f"footprint.{side}" for side in SIDES), "footprint.table.saving")
    sides([guest.t(title) for title in head], rows)
    if has_free:
        st.caption(guest.t("footprint.free"))


def show_raw(guest: Visitor, measured: Footprint) -> None:
    with st.expander(guest.t("footprint.raw"), icon=":material/data_object:"):
        for column, side, usage in zip(
            st.columns(2), SIDES, (measured.ordinary, measured.time_series), strict=True
        ):
            with column:
                st.markdown(f"**{guest.t(f'footprint.{side}')}**")
                st.markdown(described(guest, usage))
                st.json(json.loads(json.dumps(usage.raw, default=str)), expanded=1)


def described(guest: Visitor, usage: Usage) -> str:
    """Compressor, allocation unit and indexes with their sizes."""
    indexes = ", ".join(f"`{name}` {size(count, guest.language)}" for name, count in usage.indexes.items())
    return guest.t(
        "footprint.engine",
        compressor=usage.compressor or "?",
        unit=size(usage.allocation_bytes, guest.language),
        indexes=indexes or "–",
    )


def measure_again(drawn_at: float) -> None:
    """Draws the page anew, but not in the run that has just drawn it (`drawn_at`: seconds, monotonic)."""
    if time.monotonic() - drawn_at > AGAIN_SECONDS / 2:
        st.rerun()


guest = page("footprint", needs="readings")
measured, limit = measure(guest)
if measured.settled:
    show_gain(guest, measured)
    draw(guest, side_by_side(measured, limit, guest.language), "footprint.title", "footprint_chart")
else:  # a file not written yet is said to take 4 kB: a saving of it would be false
    st.warning(guest.t("footprint.unsettled", seconds=AGAIN_SECONDS), icon=":material/hourglass_top:")
    st.fragment(measure_again, run_every=AGAIN_SECONDS)(time.monotonic())
show_state(guest, measured, limit)
show_table(guest, measured)
show_raw(guest, measured)
st.button(guest.t("footprint.again"), icon=":material/refresh:", key="footprint_again")
link(guest, "laboratory", guest.t("footprint.to_laboratory"), icon=":material/science:")
