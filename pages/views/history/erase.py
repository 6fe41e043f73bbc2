"""Deleting a meter and everything known of it, after a question."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from core.formats import number
from core.model import Meter
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.history.job import Kind, key_of


def show_erase(guest: Visitor, meter: Meter, busy: bool) -> None:
    """The button, the question, the deed."""
    known = next(summary for summary in guest.meters if summary.meter == meter)
    with st.popover(guest.t("history.erase"), icon=":material/delete:", disabled=busy):
        st.markdown(
            notices.plain(
                guest.t(
                    "history.erase.question",
                    meter=guest.name_of(meter),
                    readings=number(known.readings, guest.language),
                )
            )
        )
        if st.button(
            guest.t("common.erase_yes"),
            type="primary",
            icon=":material/delete_forever:",
            key="history_erase",
        ):
            with notices.guard():
                guest.store.erase(meter)
                for kind in get_args(Kind):
                    guest.jobs.forget(key_of(guest, kind))
            st.rerun()
