"""The visitor's readings in memory, read once for each session and version, and their contract."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

import streamlit as st

from core.consumption.cost.contracts import Contract
from core.consumption.cost.kept_market import load_market
from core.consumption.cost.market import Market
from core.consumption.cost.saved_contract import default_contract, load_contract
from core.consumption.figures.cost import contract_name
from core.consumption.figures.grids import calendar, carpet_chart
from core.consumption.figures.theme import Chart, Theme
from core.consumption.household import Household, Scope, load, scopes
from core.model import Meter
from core.storage.record import Summary
from core.storage.store import Store
from core.texts import Words
from pages.shared import notices
from pages.shared.choice import choice
from pages.shared.frame import link
from pages.shared.visitor import Visitor


def household(visitor: Visitor) -> Household:
    """The readings of the chosen meter, or of several combined; stops the page if there are none."""
    chosen = visitor.meter
    if chosen is None:
        st.stop()
    with notices.guard():
        scope = _scope(visitor, chosen)
        # A committed version is complete only once settled, so it is read again then.
        versions = tuple(
            (one.meter.prm, one.meter.flow.value, one.version, one.settled) for one in visitor.meters
        )
        key = (visitor.workspace.key, versions, chosen.prm, chosen.flow.value, scope.value)
        found = _household(key, visitor.store, visitor.meters, chosen, scope)
    if not len(found.history):
        _say_nothing(visitor)
        st.stop()
    return found


_charts: WeakKeyDictionary[Household, dict[tuple[str, Theme], Chart]] = WeakKeyDictionary()
"""Charts of a whole history, kept as long as its household."""


def carpet_of(home: Household, theme: Theme) -> Chart:
    """The carpet of the whole history, drawn once per theme."""
    return _drawn(home, theme, lambda: carpet_chart(home.carpet, theme), "carpet")


def calendar_of(home: Household, theme: Theme) -> Chart:
    """The calendar of the whole history, drawn once per theme."""
    return _drawn(home, theme, lambda: calendar(home.daily, theme), "calendar")


def _drawn(home: Household, theme: Theme, draw: Callable[[], Chart], name: str) -> Chart:
    kept = _charts.setdefault(home, {})
    if (name, theme) not in kept:
        kept[name, theme] = draw()
    return kept[name, theme]


def _say_nothing(visitor: Visitor) -> None:
    """Show why meters with readings show none: an import is writing them, or they have no time in common."""
    words = visitor.words
    if all(one.settled for one in visitor.meters):
        st.info(words.text("consumption.scope.nothing"), icon=":material/info:")
        return
    st.info(words.text("consumption.scope.importing"), icon=":material/hourglass_top:")
    link(visitor, "history", words.text("consumption.scope.history"), icon=":material/arrow_forward:")


@st.cache_resource(scope="session", max_entries=2, show_spinner=False)
def _household(
    key: tuple[object, ...],  # noqa: ARG001 - the key of the cache entry
    _store: Store,
    _summaries: list[Summary],
    _chosen: Meter,
    _scope: Scope,
) -> Household:
    """One columnar read, cached in this session only, so that no other session can reach it."""
    return load(_store, _summaries, _chosen, _scope)


def _scope(visitor: Visitor, chosen: Meter) -> Scope:
    offered = scopes(visitor.meters, chosen)
    if len(offered) == 1:
        return Scope.ONE
    return choice(
        "scope",
        offered,
        visitor.words.text("consumption.scope.label"),
        lambda one: visitor.words.text(f"consumption.scope.{one.value}"),
    )


def scope_shown(visitor: Visitor, chosen: Meter) -> Scope:
    """The scope of the URL, if it is offered."""
    wish = st.query_params.get("scope")
    return next((one for one in scopes(visitor.meters, chosen) if one.value == wish), Scope.ONE)


def market(visitor: Visitor) -> Market:
    """The publicly known prices and colours."""
    with notices.guard():
        return load_market(visitor.store.database)


def contract(visitor: Visitor, known: Market) -> tuple[Contract, bool]:
    """The household's contract, or the default one; and whether it is the household's own."""
    with notices.guard():
        chosen = load_contract(visitor.store.database, known)
    return (chosen, True) if chosen else (default_contract(known), False)


def say_priced(words: Words, home: Household, contract: Contract, told: bool) -> None:
    """Show which contract prices the readings, or that none does."""
    if not home.is_bought:
        st.caption(words.text("consumption.priced.none"), width="content")
        return
    key = "consumption.priced.own" if told else "consumption.priced.assumed"
    name = notices.plain(contract_name(words, contract))
    st.caption(words.text(key, option=name, kva=contract.kva), width="content")


def theme(words: Words) -> Theme:
    """The chart theme for this visitor."""
    return Theme(words, st.context.theme.type == "dark")
