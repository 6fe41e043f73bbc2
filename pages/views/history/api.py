"""Conso API as a source: which meter, how many calls it takes, and what is left of the day's budget."""

from __future__ import annotations

import streamlit as st
from pydantic import SecretStr

from core.errors import CourbeError, InputError, SourceError
from core.formats import counted, moment
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


def choose(guest: Visitor) -> Factory | None:
    """The meter to ask about, with its plan; None where no token can be used or nothing is due."""
    try:
        token = usable_token(guest.settings, None, guest.token, now_ms())
        meter = _choose_meter(guest, token)
        source = ApiSource(guest.store, guest.settings, meter, token)
        preview = source.preview()
        budget = budget_of(guest.store, guest.settings)
        allowance = budget.allowance()
    except CourbeError as error:
        notices.show(error)
        link(guest, "connect", guest.t("history.api.to_connect"), icon=":material/key:")
        return None
    if allowance.banned_at:
        _show_ban(guest, budget)
        return None
    if not preview.calls:
        st.success(guest.t("history.api.up_to_date"), icon=":material/check_circle:")
        return None
    show_preview(guest, None, preview)
    st.caption(counted("history.api.budget", allowance.left, guest.language))
    if allowance.resumes_at:
        when = moment(local(allowance.resumes_at), guest.language)
        st.info(notices.plain(guest.t("history.api.waits", moment=when)), icon=":material/schedule:")
    days = days_for(guest, preview.calls)
    if days:
        st.info(notices.plain(guest.t("history.api.long", days=days)), icon=":material/schedule:")
    return lambda: [ApiSource(guest.store, guest.settings, meter, token)]


def sources(guest: Visitor, days: Days) -> Factory:
    """Asks anew about some days of the chosen meter. Raises InputError, StorageError."""
    meter = guest.meter
    if meter is None:
        raise InputError("api-no-token")
    store, settings, token = guest.store, guest.settings, guest.token
    ApiSource(store, settings, meter, token, days=days)
    return lambda: [ApiSource(store, settings, meter, token, days=days)]


def can_ask(guest: Visitor, meter: Meter) -> bool:
    """Whether this visitor's token opens this meter."""
    if not guest.capabilities.api:
        return False
    try:
        usable_token(guest.settings, meter, guest.token, now_ms())
    except CourbeError:
        return False
    return True


def _show_ban(guest: Visitor, budget: Budget) -> None:
    """What happened, and the way back, which a person alone may take."""
    if not tells(guest, "api-banned"):
        notices.show(SourceError("api-banned"))
    if st.button(guest.t("history.api.lift_ban"), icon=":material/lock_open:", key="history_lift_ban"):
        with notices.guard():
            budget.lift_ban()
            st.rerun()


def _choose_meter(guest: Visitor, token: SecretStr) -> Meter:
    prms = list(read_token(token).prms)
    known = guest.prm if guest.prm in prms else prms[0]
    prm: str = known
    left, right = st.columns(2) if len(prms) > 1 else (st.container(), st.container())
    if len(prms) > 1:
        prm = left.selectbox(
            guest.t("common.meter"),
            prms,
            index=prms.index(known),
            format_func=lambda one: Meter(one).masked,
            key="history_api_prm",
        )
    flow = right.selectbox(
        guest.t("history.api.flow"),
        list(Flow),
        format_func=lambda one: guest.t(f"common.flow.{one.value}"),
        key="history_api_flow",
    )
    return Meter(prm, flow)
