"""Export of the whole history."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.consumption.export import enedis_csv, history_parquet
from core.consumption.household import Household, Scope
from pages.shared.visitor import Visitor
from pages.views.card import heading
from pages.views.household import scope_shown


def show_export(visitor: Visitor, home: Household) -> None:
    """Show the downloads: CSV in Enedis's layout and Parquet, with the PRM only on request."""
    words = visitor.words
    meter = visitor.meter
    if meter is None:
        return
    heading(words, "export")
    st.markdown(words.text("consumption.export.lead"))
    asked = st.toggle(words.text("consumption.export.prm"), key="with_prm")
    if scope_shown(visitor, meter) is not Scope.ONE:
        st.caption(words.text("consumption.export.combined"))
    curve = home.history.curve
    with st.container(horizontal=True):
        for kind, make, mime in (
            ("csv", enedis_csv, "text/csv"),
            ("parquet", history_parquet, "application/vnd.apache.parquet"),
        ):
            st.download_button(
                words.text(f"consumption.export.{kind}"),
                partial(make, meter, curve, with_prm=asked),
                f"courbe-{meter.flow.value}.{kind}",
                mime,
                key=f"export-{kind}",
                icon=":material/download:",
                on_click="ignore",
            )
