"""The sheet to print, as a file to keep."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.consumption.advice import Advice
from core.consumption.cost.contracts import Contract
from core.consumption.household import Household, Scope
from core.consumption.power import MeasuredPeaks
from core.consumption.sheet.html import Sheet, as_html
from core.model import DEMO_PRM
from core.paristime import today
from pages.shared.visitor import Visitor
from pages.views.household import scope_shown


def show_sheet(
    visitor: Visitor,
    home: Household,
    contract: Contract,
    found: Advice,
    measured: MeasuredPeaks | None,
) -> None:
    """Without the number of the meter unless asked."""
    words, meter = visitor.words, visitor.meter
    if meter is None:
        return
    demo = meter.prm == DEMO_PRM
    st.subheader(words.text("consumption.sheet.title"), anchor=False)
    st.markdown(words.text("consumption.sheet.lead"))
    asked = False
    if not demo and scope_shown(visitor, meter) is Scope.ONE:
        asked = st.checkbox(words.text("consumption.sheet.prm"), key="sheet_prm")
    sheet = Sheet(home, contract, found, measured, today(), meter.prm if asked else None, demo)
    st.download_button(
        words.text("consumption.sheet.button"),
        partial(as_html, sheet, words),
        "courbe.html",
        "text/html",
        key="sheet",
        icon=":material/print:",
        on_click="ignore",
    )
