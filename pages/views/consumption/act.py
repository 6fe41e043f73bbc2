"""What can be done about the bill: one sentence a thing, its number of a year, and a link to its chart."""

from __future__ import annotations

import streamlit as st

from core.consumption.advice import Advice, Power, Spent, advice
from core.consumption.advice_words import (
    always_told,
    hours_told,
    no_year_told,
    power_told,
    verdict,
    year_told,
)
from core.consumption.cost.contracts import Contract
from core.consumption.cost.market import Market
from core.consumption.cost.yearly import FEWEST_DAYS
from core.consumption.figures.cost import contract_name
from core.consumption.household import Household
from core.texts import Words
from pages.shared import notices
from pages.shared.frame import link
from pages.shared.visitor import Visitor
from pages.views.consumption.compare import days_link
from pages.views.consumption.power import maxima
from pages.views.consumption.sheet import show_sheet
from pages.views.navigator import section_button

_OPENS = ":material/arrow_forward:"


def show_act(visitor: Visitor, home: Household, contract: Contract, market: Market) -> None:
    """Of the whole history: a period of a month would say little of a year."""
    words = visitor.words
    if not home.is_bought:
        st.info(words.text("consumption.act.not_bought"), icon=":material/info:")
        return
    measured = maxima(visitor, home)
    found = advice(home, contract, market, measured)
    name = notices.plain(contract_name(words, contract))
    st.markdown(words.text("consumption.act.lead", option=name, kva=contract.kva))
    _contract(visitor, found)
    _always(visitor, home, found)
    _power(visitor, home, found.power, contract)
    _spent(visitor, home, found.spent)
    show_sheet(visitor, home, contract, found, measured)


def _contract(visitor: Visitor, found: Advice) -> None:
    words = visitor.words
    with st.container(border=True, gap="xsmall"):
        _title(words, "contract")
        names = [contract_name(words, one.contract) for one in found.offers.offers]
        if found.offers.days:
            st.markdown(verdict(words, found.offers, list(map(notices.plain, names)), found.year))
            told = year_told(words, found.year) if found.year else no_year_told(words)
            st.caption(notices.plain(told))
        else:
            st.markdown(words.text("consumption.act.contract.unknown"))
        label = words.text("consumption.act.contract.open")
        scope = {"scope": st.query_params["scope"]} if "scope" in st.query_params else {}
        link(visitor, "cost", label, icon=_OPENS, more=scope | {"part": "compare"})


def _always(visitor: Visitor, home: Household, found: Advice) -> None:
    words = visitor.words
    with st.container(border=True, gap="xsmall"):
        _title(words, "always")
        st.markdown(" ".join(always_told(words, found)))
        notes = [words.text("consumption.act.always.how")] if found.parts and found.parts.cold else []
        if found.price and found.parts:
            notes.append(words.text("consumption.act.price", price=words.euros(found.price.euros, 4)))
        if notes:
            st.caption(" ".join(notes))
        _open(visitor, home, "always", "habits")


def _power(visitor: Visitor, home: Household, found: Power | None, contract: Contract) -> None:
    if found is None:
        return
    words = visitor.words
    with st.container(border=True, gap="xsmall"):
        _title(words, "power")
        st.markdown(" ".join(power_told(words, found, contract)))
        _open(visitor, home, "power", "power")


def _spent(visitor: Visitor, home: Household, found: Spent | None) -> None:
    words = visitor.words
    with st.container(border=True, gap="xsmall"):
        _title(words, "spent")
        if found is None:
            st.markdown(words.text("consumption.act.spent.short", days=FEWEST_DAYS))
            return
        st.markdown(hours_told(words, found))
        _open(visitor, home, "spent", "habits")
        st.markdown(words.text("consumption.act.spent.days"))
        with st.container(horizontal=True, gap="small"):
            for one in found.days:
                label = words.labelled(words.day(one.day), words.euros(one.euros))
                days_link(visitor, one.day, one.day, label)
        st.caption(notices.plain(year_told(words, found.year)))


def _title(words: Words, name: str) -> None:
    st.subheader(words.text(f"consumption.act.{name}.title"), anchor=False)


def _open(visitor: Visitor, home: Household, name: str, show: str) -> None:
    label = visitor.words.text(f"consumption.act.{name}.open")
    section_button(visitor, home.days, show, label, f"open-{name}", icon=_OPENS)
