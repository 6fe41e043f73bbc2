"""Connect: choose meter, token and MongoDB; each check shows its finding and the cure."""

from __future__ import annotations

from typing import Final

import streamlit as st
from pydantic import SecretStr

from core.errors import InputError
from core.importing.api.check import check_api
from core.model import Meter
from core.paristime import local, now_ms
from core.sources.conso_api.token import Token, clean_prm, read_token
from core.storage.workspace import Place
from core.texts import Words
from pages.shared import notices
from pages.shared.frame import go, page
from pages.shared.visitor import Visitor

SOON_DAYS: Final = 30
"""Days before the expiry of a token from which a warning is shown."""
DEPLOYMENTS, OWN = "deployment", "own"
TOKEN, URI = "token", "uri"
"""Widget keys of the two secret fields."""


def choose_place(visitor: Visitor) -> str:
    """The choice of the MongoDB, outside of the form because the form's fields depend on it."""
    words = visitor.words
    if not visitor.capabilities.own_uri:
        return DEPLOYMENTS
    chosen = st.radio(
        words.text("connect.storage_choice"),
        [DEPLOYMENTS, OWN],
        index=1 if visitor.own_database else 0,
        format_func=lambda place: words.text(
            "connect.own_uri" if place == OWN else f"connect.{visitor.deployment_place.value}"
        ),
        horizontal=True,
        key="storage",
    )
    if chosen == DEPLOYMENTS and visitor.own_database:
        visitor.use_deployment_database()
        st.rerun()
    return chosen


def storage_section(visitor: Visitor, place: str) -> SecretStr | None:
    """Show the chosen MongoDB; returns the URI to check, empty if it is not typed yet.

    None stands for the MongoDB in use.
    """
    words = visitor.words
    st.header(words.text("connect.storage"), anchor=False)
    wanted = None
    if place == OWN:
        typed = secret_field(words, "connect.uri", "connect.uri_help", URI)
        wanted = typed or (None if visitor.own_database else SecretStr(""))
        st.caption(words.text("connect.uri_wanted"))
    storage_state(visitor)
    return wanted


def storage_state(visitor: Visitor) -> None:
    """Show which MongoDB is in use, or why none is."""
    words = visitor.words
    if visitor.trouble:
        notices.show(visitor.trouble)
        return
    if visitor.is_shared:
        st.caption(words.text("connect.in_use_shared"))
        return
    place = visitor.workspace.place
    if place is Place.EMBEDDED:
        folder = notices.plain(str(visitor.data_folder))
        st.caption(words.text("connect.in_use_embedded", folder=folder))
        if not visitor.lasting:
            st.warning(words.text("connect.fleeting"), icon=":material/history_toggle_off:")
    else:
        database = notices.plain(visitor.settings.database)
        st.caption(words.text("connect.in_use", database=database))


def api_section(visitor: Visitor) -> None:
    """Show the fields for token and meter of Conso API."""
    words = visitor.words
    st.header(words.text("connect.api"), anchor=False)
    if not visitor.capabilities.api:
        st.info(words.text("connect.api_shared"), icon=":material/info:")
        return
    typed = secret_field(words, "connect.token", "connect.token_help", TOKEN)
    if typed:
        visitor.token = typed
    token = token_state(visitor)
    choose_meter(visitor, token)


def token_state(visitor: Visitor) -> Token | None:
    """Show the expiry of the token; returns None without a readable token."""
    words = visitor.words
    if visitor.token is None:
        st.caption(words.text("connect.token_none"))
        return None
    try:
        token = read_token(visitor.token)
    except InputError as error:
        notices.show(error)
        return None
    left = token.days_left(now_ms())
    if left is None or token.expires is None:
        st.caption(words.text("connect.token_kept"))
    else:
        until = local(token.expires)
        days = words.counted("common.days_left", max(left, 0))
        told = {"day": words.day(until.date()), "days": days}
        if token.expires <= now_ms():
            st.error(words.text("connect.token_expired", **told), icon=":material/error:")
        elif left < SOON_DAYS:
            st.warning(words.text("connect.token_soon", **told), icon=":material/schedule:")
        else:
            st.caption(words.text("connect.token_until", **told))
    return token


def choose_meter(visitor: Visitor, token: Token | None) -> None:
    """Show the choice of the meter: one of the token's, else 14 digits typed with or without spaces."""
    words = visitor.words
    if token:
        known = visitor.prm if visitor.prm in token.prms else token.prms[0]
        visitor.prm = st.selectbox(
            words.text("connect.prm"),
            token.prms,
            index=token.prms.index(known),
            format_func=lambda prm: Meter(prm).masked,
            help=words.text("connect.prm_of_token"),
            key="prm_of_token",
        )
        return
    typed = st.text_input(
        words.text("connect.prm"),
        placeholder="12 345 678 901 234",
        help=words.text("connect.prm_help"),
        autocomplete="off",
        key="prm",
    )
    if typed:
        try:
            visitor.prm = clean_prm(typed)
        except InputError as error:
            notices.show(error)


def secret_field(words: Words, label: str, note: str, key: str) -> SecretStr | None:
    """A password field; a secret that the session already holds is not sent to the browser."""
    typed = st.text_input(
        words.text(label), type="password", help=words.text(note), autocomplete="off", key=key
    ).strip()
    return SecretStr(typed) if typed else None


def check(visitor: Visitor, uri: SecretStr | None) -> None:
    """Run all checks, and use the new MongoDB if its checks pass."""
    words = visitor.words
    with st.spinner(words.text("connect.checking_storage")), notices.guard():
        checks = visitor.check_storage(uri)
    st.markdown(f"**{words.text('connect.storage')}**")
    notices.show_checks(checks)
    if any(one.passed is False for one in checks):
        return
    if uri:
        with notices.guard():
            visitor.use_own_database(uri)
        st.success(words.text("connect.uri_taken"), icon=":material/check_circle:")
    if visitor.capabilities.api:
        meter = Meter(visitor.prm) if visitor.prm else None
        with st.spinner(words.text("connect.checking_api")), notices.guard():
            found = check_api(visitor.store, visitor.settings, meter, visitor.token)
        st.markdown(f"**{words.text('connect.api')}**")
        notices.show_checks(found)


def erase_section(visitor: Visitor) -> None:
    """Show the button that erases the whole workspace, with one confirmation."""
    words = visitor.words
    if visitor.is_shared or visitor.trouble:
        return  # a guest has this button in the sidebar of every page
    with notices.guard():
        held = visitor.store.belongings()
    if not held.meters and not held.others:
        return
    st.divider()
    with st.popover(words.text("connect.erase"), icon=":material/delete:"):
        others = [
            words.text(f"belongings.{kind}", count=words.number(held.others[kind])) for kind in held.others
        ]
        what = words.listed([*(words.meter(meter) for meter in held.meters), *others])
        st.markdown(words.text("connect.erase_what", what=notices.plain(what)))
        if held.foreign:
            st.caption(notices.plain(words.text("belongings.foreign", names=", ".join(held.foreign))))
        sure = st.button(
            words.text("common.erase_yes"), type="primary", icon=":material/delete_forever:", key="erase_yes"
        )
    if sure:
        with notices.guard():
            visitor.erase()
        go(visitor, "connect")


visitor = page("connect", needs="nothing")
words = visitor.words
place = choose_place(visitor)
# A form submits its fields however they were filled: typed, pasted, or by a password manager. Outside a form,
# a password field loses its text when Tab moves to the eye button beside it.
with st.form("connections", border=False):
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        new_uri = storage_section(visitor, place)
    with right, st.container(border=True):
        api_section(visitor)
    with st.container(horizontal=True):
        wanted = st.form_submit_button(
            words.text("connect.check"), type="primary", icon=":material/fact_check:", key="check_connections"
        )
        leave = st.form_submit_button(
            words.text("connect.next"), icon=":material/arrow_forward:", key="to_history"
        )
if leave:
    go(visitor, "history")
if wanted:
    check(visitor, new_uri)
erase_section(visitor)
