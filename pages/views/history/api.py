"""Conso API as a source: meter, number of calls, and the rest of the day's budget."""

from __future__ import annotations

import streamlit as st
from pydantic import SecretStr

from core.errors import CourbeError, InputError, SourceError
from core.importing.api.budget import Budget
from core.importing.api.source import ApiSource, budget_of, usable_token
from core.model import Days, Flow, Meter
from core.paristime import local, now_ms
from core.sources.conso_api.token import read_token
from pages.shared import notices
from pages.shared.frame import link
from pages.shared.visitor import Visitor
from pages.views.history.job import tells
from pages.views.history.preview import Factory, days_for, show_preview


def choose(visitor: Visitor) -> Factory | None:
    """Show the choice of the meter with its plan; None without a usable token or anything to ask for."""
    words = visitor.words
    try:
        token = usable_token(visitor.settings, None, visitor.token, now_ms())
        meter = _choose_meter(visitor, token)
        source = ApiSource(visitor.store, visitor.settings, meter, token)
        preview = source.preview()
        budget = budget_of(visitor.store, visitor.settings)
        allowance = budget.allowance()
    except CourbeError as error:
        notices.show(error)
        link(visitor, "connect", words.text("history.api.to_connect"), icon=":material/key:")
        return None
    if allowance.banned_at:
        _show_ban(visitor, budget)
        return None
    if not preview.calls:
        st.success(words.text("history.api.up_to_date"), icon=":material/check_circle:")
        return None
    show_preview(words, None, preview)
    st.caption(words.counted("history.api.budget", allowance.left))
    if allowance.resumes_at:
        when = words.moment(local(allowance.resumes_at))
        st.info(notices.plain(words.text("history.api.waits", moment=when)), icon=":material/schedule:")
    days = days_for(visitor, preview.calls)
    if days:
        st.info(notices.plain(words.text("history.api.long", days=days)), icon=":material/schedule:")
    return lambda: [ApiSource(visitor.store, visitor.settings, meter, token)]


def sources(visitor: Visitor, days: Days) -> Factory:
    """Sources that ask again for some days of the chosen meter. Raises InputError, StorageError."""
    meter = visitor.meter
    if meter is None:
        raise InputError("api-no-token")
    store, settings, token = visitor.store, visitor.settings, visitor.token
    ApiSource(store, settings, meter, token, days=days)
    return lambda: [ApiSource(store, settings, meter, token, days=days)]


def can_ask(visitor: Visitor, meter: Meter) -> bool:
    """Whether this visitor's token gives access to this meter."""
    if not visitor.capabilities.api:
        return False
    try:
        usable_token(visitor.settings, meter, visitor.token, now_ms())
    except CourbeError:
        return False
    return True


def _show_ban(visitor: Visitor, budget: Budget) -> None:
    """Show the ban, and the button that lifts it, which only a person may press."""
    if not tells(visitor, "api-banned"):
        notices.show(SourceError("api-banned"))
    if st.button(
        visitor.words.text("history.api.lift_ban"), icon=":material/lock_open:", key="history_lift_ban"
    ):
        with notices.guard():
            budget.lift_ban()
            st.rerun()


def _choose_meter(visitor: Visitor, token: SecretStr) -> Meter:
    words = visitor.words
    prms = list(read_token(token).prms)
    known = visitor.prm if visitor.prm in prms else prms[0]
    prm: str = known
    left, right = st.columns(2) if len(prms) > 1 else (st.container(), st.container())
    if len(prms) > 1:
        prm = left.selectbox(
            words.text("common.meter"),
            prms,
            index=prms.index(known),
            format_func=lambda one: Meter(one).masked,
            key="history_api_prm",
        )
    flows: list[Flow] = list(Flow)
    flow = right.selectbox(
        words.text("history.api.flow"),
        flows,
        format_func=lambda one: words.text(f"common.flow.{one.value}"),
        key="history_api_flow",
    )
    return Meter(prm, flow)
