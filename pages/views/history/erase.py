"""Erases a meter, with confirmation."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from core.model import Meter
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.history.job import Kind, key_of


def show_erase(visitor: Visitor, meter: Meter, busy: bool) -> None:
    """Erase button with confirmation."""
    words = visitor.words
    known = next(summary for summary in visitor.meters if summary.meter == meter)
    with st.popover(words.text("history.erase"), icon=":material/delete:", disabled=busy):
        st.markdown(
            notices.plain(
                words.text(
                    "history.erase.question",
                    meter=words.meter(meter),
                    readings=words.number(known.readings),
                )
            )
        )
        if st.button(
            words.text("common.erase_yes"),
            type="primary",
            icon=":material/delete_forever:",
            key="history_erase",
        ):
            with notices.guard():
                visitor.store.erase(meter)
                for kind in get_args(Kind):
                    visitor.jobs.forget(key_of(visitor, kind))
            st.rerun()
