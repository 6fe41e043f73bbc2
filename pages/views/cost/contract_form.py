"""The form of a contract (option, power, registers, prices, special days), and the stored contracts."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import streamlit as st

from core.consumption.cost.contract_file import from_toml, templates, to_toml
from core.consumption.cost.contracts import POWERS, REGISTERS, Contract, Option
from core.consumption.cost.market import Market, regulated
from core.consumption.cost.saved_contract import (
    MOST_CONTRACTS,
    drop_contract,
    keep_contract,
    named_contracts,
    save_contract,
)
from core.consumption.cost.typed import LONGEST_NAME
from core.consumption.figures.cost import contract_name
from core.errors import InputError
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.cost.form_fields import Form, off_peak_fields, price_fields, special_fields
from pages.views.cost.grid_fields import grid_fields

_MINE: Final = "mine"
_FILE: Final = "file"
_UNSAFE: Final = re.compile(r"[^\w-]+")


def show_form(visitor: Visitor, contract: Contract, market: Market) -> None:
    """Show all fields of the contract; nothing is stored before "Save" or "Keep"."""
    words = visitor.words
    with notices.guard():
        kept = named_contracts(visitor.store.database, market)
    place, begun = _begun(visitor, contract, kept, market)
    form = Form(words, market, place)
    drawn = _fields(form, begun)
    _buttons(visitor, form, drawn, market)
    _kept(visitor, kept)


def _begun(
    visitor: Visitor, contract: Contract, kept: tuple[Contract, ...], market: Market
) -> tuple[str, Contract]:
    """The contract that fills the form at first, and a suffix for the keys of its fields."""
    words = visitor.words
    offered = {_MINE: words.text("cost.kept.start_mine")}
    offered |= {
        f"kept-{one.name}": words.text("cost.kept.start_kept", name=notices.plain(one.name)) for one in kept
    }
    offered |= {
        f"template-{key}": words.text("cost.kept.start_template", name=words.text(f"cost.template.{key}"))
        for key in templates()
    }
    offered[_FILE] = words.text("cost.kept.start_file")
    chosen = st.selectbox(
        words.text("cost.kept.start"), list(offered), format_func=offered.__getitem__, key="start", width=420
    )
    if chosen == _MINE or chosen is None:
        return "", contract
    if chosen == _FILE:
        return _loaded(visitor, contract, market)
    kind, _, name = chosen.partition("-")
    if kind == "template":
        return chosen, replace(templates()[name], name=words.text(f"cost.template.{name}"))
    return chosen, next(one for one in kept if one.name == name)


def _loaded(visitor: Visitor, contract: Contract, market: Market) -> tuple[str, Contract]:
    file = st.file_uploader(visitor.words.text("cost.kept.file"), type="toml", key="contract_file")
    if file is None:
        return "", contract
    try:
        return f"file-{file.file_id}", from_toml(file.getvalue(), market)
    except InputError as error:
        notices.show(error)
        return "", contract


def _fields(form: Form, begun: Contract) -> Contract:
    """Show the fields; returns the contract they describe."""
    words = form.words
    option = st.segmented_control(
        words.text("cost.contract.option"),
        list(Option),
        default=begun.option,
        required=True,
        wrap=True,
        format_func=lambda one: words.text(f"cost.option.{one.value}"),
        key=form.key("option"),
    )
    left, right = st.columns(2)
    kva = left.selectbox(
        words.text("cost.contract.kva"),
        POWERS,
        index=POWERS.index(begun.kva),
        key=form.key("contract_kva"),
    )
    name = right.text_input(
        words.text("cost.kept.name"),
        value=begun.name,
        max_chars=LONGEST_NAME,
        help=words.text("cost.kept.name_help"),
        key=form.key("contract_name"),
    )
    off_peak = off_peak_fields(form, begun) if option is Option.HPHC else ()
    rules = grid_fields(form, begun) if option is Option.FREE else ()
    special = special_fields(form, option, begun)
    own = tuple(dict.fromkeys(rule.register for rule in rules))
    prices = price_fields(form, option, kva, own or REGISTERS[option], begun)
    base = replace(
        regulated(option, kva, off_peak, form.market), special=special, rules=rules, name=name.strip()
    )
    return base if prices is None else replace(base, prices=prices, regulated=False)


def _buttons(visitor: Visitor, form: Form, drawn: Contract, market: Market) -> None:
    words = visitor.words
    with st.container(horizontal=True):
        save = st.button(
            words.text("cost.contract.save"), type="primary", disabled=form.faulty, key="save_contract"
        )
        keep = st.button(words.text("cost.kept.keep"), disabled=form.faulty, key="keep_contract")
        st.download_button(
            words.text("cost.kept.download"),
            to_toml(drawn),
            file_name=_file_name(contract_name(words, drawn)),
            mime="application/toml",
            icon=":material/download:",
            disabled=form.faulty,
            key="download_contract",
        )
    if not (save or keep):
        st.caption(words.text("cost.contract.sources"))
        return
    with notices.guard():
        if drawn.option is Option.HPHC and not drawn.off_peak:
            raise InputError("cost-no-windows")
        if drawn.option is Option.FREE and not drawn.rules:
            raise InputError("cost-no-rules")
        (save_contract if save else keep_contract)(visitor.store.database, drawn, market)
    st.toast(words.text("cost.contract.saved" if save else "cost.kept.kept"), icon=":material/check:")
    st.rerun()


def _file_name(name: str) -> str:
    return f"{_UNSAFE.sub('-', name).strip('-').lower() or 'contract'}.toml"


def _kept(visitor: Visitor, kept: tuple[Contract, ...]) -> None:
    """List the stored contracts, each with a button that deletes it."""
    words = visitor.words
    st.header(words.text("cost.kept.title"), anchor=False)
    if not kept:
        st.caption(words.text("cost.kept.none", most=MOST_CONTRACTS))
    for number, one in enumerate(kept):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            option = words.text(f"cost.option.{one.option.value}")
            told = words.text("cost.kept.line", name=one.name, option=option, kva=one.kva)
            st.markdown(notices.plain(told), width="content")
            if st.button(
                words.text("cost.kept.delete"),
                icon=":material/delete:",
                type="tertiary",
                key=f"drop_{number}",
            ):
                with notices.guard():
                    drop_contract(visitor.store.database, one.name)
                st.toast(words.text("cost.kept.deleted"), icon=":material/check:")
                st.rerun()
