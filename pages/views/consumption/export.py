"""The whole history to take away."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.consumption.export import enedis_csv, history_parquet
from core.consumption.household import Household, Scope
from pages.shared.visitor import Visitor
from pages.views.card import heading
from pages.views.household import scope_shown


def show_export(guest: Visitor, home: Household) -> None:
    """CSV in Enedis's layout and Parquet, without the PRM unless asked."""
    meter = guest.meter
    if meter is None:
        return
    heading(guest, "export")
    st.markdown(guest.t("consumption.export.lead"))
    asked = st.toggle(guest.t("consumption.export.prm"), key="with_prm")
    if scope_shown(guest, meter) is not Scope.ONE:
        st.caption(guest.t("consumption.export.combined"))
    curve = home.history.curve
    with st.container(horizontal=True):
        for kind, make, mime in (
            ("csv", enedis_csv, "text/csv"),
            ("parquet", history_parquet, "application/vnd.apache.parquet"),
        ):
            st.download_button(
                guest.t(f"consumption.export.{kind}"),
                partial(make, meter, curve, with_prm=asked),
                f"courbe-{meter.flow.value}.{kind}",
                mime,
                key=f"export-{kind}",
                icon=":material/download:",
                on_click="ignore",
            )
