"""Footprint: the size of the same readings in both collections."""

from __future__ import annotations

import json
import time

import streamlit as st

from core.lab.figures.sizes import side_by_side
from core.lab.footprint import Footprint, Usage
from core.lab.inventory import inventory, with_record
from core.lab.layouts.catalogue import WATERFALL
from core.lab.lower_bound import Bound
from core.lab.prepared.kept import Kind
from core.lab.sides import SIDES
from core.lab.tables import footprint_head, footprint_table
from core.lab.wording import saved
from core.paristime import local
from core.texts import Words
from pages.shared import notices
from pages.shared.frame import link, page
from pages.shared.visitor import Visitor
from pages.views.lab.display import draw, headline, warn_of_few
from pages.views.lab.kept import kept_of
from pages.views.lab.measured import forget, measured

AGAIN_SECONDS = 20


def show_gain(words: Words, measured: Footprint, limit: Bound) -> None:
    """The one headline, the reason below it, and what else one may ask of it."""
    ordinary, series = measured.ordinary, measured.time_series
    per_bucket = series.readings / max(series.buckets or 1, 1)
    headline(
        words.text("footprint.headline", times=words.number(ordinary.net_bytes / series.net_bytes, 1)),
        words.text(
            "footprint.reason",
            series=words.number(series.net_per_reading, 2),
            ordinary=words.number(ordinary.net_per_reading, 2),
            held=words.number(per_bucket),
        ),
    )
    draw(words, side_by_side(measured, limit, words), "footprint.title", "footprint_chart")
    cards = (
        ("saving-total", saved(ordinary.net_bytes, series.net_bytes, words)),
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


def show_best(visitor: Visitor, measured: Footprint) -> None:
    """Mention the smaller figure of the Laboratory, if it was measured on these readings."""
    kept = kept_of(visitor, Kind.LAYOUTS)
    built = {one.layout: one.usage for one in kept.result} if kept and not kept.example else {}
    best = built.get(WATERFALL[-1].code)
    if best:
        words = visitor.words
        st.caption(
            words.text(
                "footprint.best",
                best=words.number(best.net_per_reading, 2),
                here=words.number(measured.time_series.net_per_reading, 2),
            )
        )


def show_collections(visitor: Visitor) -> None:
    """Show every collection with its purpose, and the comparison with the record counted."""
    words = visitor.words
    st.header(words.text("collections.title"), anchor=False)
    with notices.guard():
        listed = inventory(visitor.store)
    head = ("name", "purpose", "documents", "total")
    rows = [
        [
            f"`{one.name}`",
            words.text(f"collections.{one.purpose}"),
            words.number(one.usage.documents) if one.usage else "–",
            words.size(one.usage.net_bytes) if one.usage else "–",
        ]
        for one in listed
    ]
    st.table(
        {words.text(f"collections.column.{name}"): [row[at] for row in rows] for at, name in enumerate(head)}
    )
    compared = with_record(listed)
    if compared:
        st.markdown(
            words.text(
                "collections.compared",
                without=words.number(compared.without, 1),
                on_series=words.number(compared.on_series, 1),
                on_both=words.number(compared.on_both, 1),
            )
        )


def show_state(visitor: Visitor, measured: Footprint, limit: Bound) -> None:
    """Show whether the sizes are verified and settled, and warn of too few readings."""
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
    """Show the table of both collections."""
    rows = [row.cells for row in footprint_table(measured, words)]
    st.table({title: [row[at] for row in rows] for at, title in enumerate(footprint_head(words))})
    if any(side.of(measured).unused_bytes for side in SIDES):
        st.caption(words.text("footprint.free"))


def show_raw(words: Words, measured: Footprint) -> None:
    """Show the server's statistics of both collections."""
    with st.expander(words.text("footprint.raw"), icon=":material/data_object:"):
        for column, side in zip(st.columns(2), SIDES, strict=True):
            with column:
                st.markdown(f"**{words.text(side.label)}**")
                st.markdown(described(words, side.of(measured)))
                st.json(json.loads(json.dumps(side.of(measured).raw, default=str)), expanded=1)


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
    """Redraw the page, but not in the run that has just drawn it (`drawn_at`: seconds, monotonic)."""
    if time.monotonic() - drawn_at > AGAIN_SECONDS / 2:
        st.rerun()


visitor = page("footprint", needs="readings", of_meter=False)
words = visitor.words
found = measured(visitor)
both, limit = found.footprint, found.bound
if both.settled:
    show_gain(words, both, limit)
    show_best(visitor, both)
else:  # a file not written yet is said to take 4 kB: a saving of it would be false
    st.warning(words.text("footprint.unsettled", seconds=AGAIN_SECONDS), icon=":material/hourglass_top:")
    st.fragment(measure_again, run_every=AGAIN_SECONDS)(time.monotonic())
show_state(visitor, both, limit)
show_table(words, both)
show_collections(visitor)
show_raw(words, both)
st.caption(words.text("footprint.when", moment=words.moment(local(found.made_ms))))
st.button(words.text("footprint.again"), icon=":material/refresh:", key="footprint_again", on_click=forget)
link(visitor, "laboratory", words.text("footprint.to_laboratory"), icon=":material/science:")
