"""Telling one's contract: option, power, off-peak hours, prices, and the special days one knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

import pandas as pd
import streamlit as st

from core.consumption.cost.contracts import (
    POWERS,
    REGISTERS,
    Contract,
    OffPeak,
    Option,
    PriceList,
    Special,
    Window,
    ejp_days,
    with_colours,
)
from core.consumption.cost.market import on_file, regulated
from core.consumption.cost.saved_contract import save_contract
from core.consumption.cost.typed import read_days, read_months, read_price, read_windows
from core.errors import InputError
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.table import right

_Value = TypeVar("_Value")


@dataclass(slots=True)
class _Form:
    """What is being filled in. A value that cannot be read is said under its field; the others stay."""

    words: Words
    faulty: bool = False

    def read(self, reading: Callable[[], _Value], otherwise: _Value) -> _Value:
        try:
            return reading()
        except InputError as error:
            notices.show(error)
            self.faulty = True
            return otherwise


def show_form(visitor: Visitor, contract: Contract) -> None:
    """Every part of the contract; nothing is kept before "Save"."""
    words = visitor.words
    option = st.segmented_control(
        words.text("cost.contract.option"),
        [one for one in Option if one is not Option.FREE],
        default=contract.option,
        required=True,
        wrap=True,
        format_func=lambda one: words.text(f"cost.option.{one.value}"),
        key="option",
    )
    kva = st.selectbox(
        words.text("cost.contract.kva"),
        POWERS,
        index=POWERS.index(contract.kva),
        key="contract_kva",
        width=260,
    )
    form = _Form(words)
    rules = _off_peak(form, contract) if option is Option.HPHC else ()
    special = _special(form, option, contract)
    prices = _prices(form, option, kva, contract)
    wanted = st.button(
        words.text("cost.contract.save"), type="primary", disabled=form.faulty, key="save_contract"
    )
    if not wanted:
        st.caption(words.text("cost.contract.sources"))
        return
    with notices.guard():
        if option is Option.HPHC and not rules:
            raise InputError("cost-no-windows")
        base = replace(regulated(option, kva, rules), special=special)
        chosen = base if prices is None else replace(base, prices=prices, regulated=False)
        save_contract(visitor.store.database, chosen)
    st.toast(words.text("cost.contract.saved"), icon=":material/check:")
    st.rerun()


def _off_peak(form: _Form, contract: Contract) -> tuple[OffPeak, ...]:
    """The hours of the contract, and others that follow or that hold in some months."""
    words = form.words
    known = contract.off_peak
    always, known = (known[:1], known[1:]) if known and known[0].always else ((), known)
    typed = st.text_input(
        words.text("cost.contract.offpeak"),
        value=", ".join(str(window) for rule in always for window in rule.windows),
        help=words.text("cost.contract.offpeak_help"),
        placeholder="22:36-06:36",
        key="off_peak",
    )
    none: tuple[Window, ...] = ()
    windows = form.read(lambda: read_windows(typed), none)
    rules = [OffPeak(windows)] if windows else []  # days before the first hours known are unknown, not peak
    if st.toggle(words.text("cost.contract.later"), value=bool(known), key="later"):
        rules += _later(form, known)
    return tuple(rules)


def _later(form: _Form, known: tuple[OffPeak, ...]) -> list[OffPeak]:
    words = form.words
    since, windows, months = (
        words.text(f"cost.contract.later_{one}") for one in ("since", "windows", "months")
    )
    rows = [
        {
            since: rule.since,
            windows: ", ".join(map(str, rule.windows)),
            months: ", ".join(map(str, sorted(rule.months))),
        }
        for rule in known
    ] or [{since: date(2025, 11, 1), windows: "", months: ""}]
    edited = st.data_editor(
        pd.DataFrame(rows),
        num_rows="dynamic",
        hide_index=True,
        column_config={since: st.column_config.DateColumn(format="DD/MM/YYYY")},
        key="later_rules",
        alt=words.text("cost.contract.later"),
    )
    return form.read(lambda: _rules(edited, since, windows, months), [])


def _rules(edited: pd.DataFrame, since: str, windows: str, months: str) -> list[OffPeak]:
    return [
        OffPeak(
            read_windows(_typed(row[windows])),
            None if pd.isna(row[since]) else _as_date(row[since]),
            read_months(_typed(row[months])),
        )
        for row in edited.to_dict("records")
        if _typed(row[windows]).strip()
    ]


def _as_date(value: object) -> date:
    return pd.Timestamp(str(value)).date()


def _special(form: _Form, option: Option, contract: Contract) -> Special:
    if option is Option.TEMPO:
        return _tempo(form, contract)
    if option is Option.EJP:
        known = contract.special.red if contract.option is Option.EJP else frozenset()
        typed = _days(form, "ejp", known)
        st.caption(form.words.text("cost.contract.ejp_note"))
        return ejp_days(typed)
    return Special()


def _tempo(form: _Form, contract: Contract) -> Special:
    words = form.words
    filed = on_file().tempo
    first, end = filed.known[0]
    last = words.day(end - timedelta(days=1))
    st.markdown(words.text("cost.contract.tempo", first=words.day(first), last=last))
    mine = contract.special if contract.option is Option.TEMPO else filed
    white = _days(form, "white", mine.white - filed.white)
    red = _days(form, "red", mine.red - filed.red)
    reached = mine.known[0][1]
    until = st.date_input(
        words.text("cost.contract.until"),
        value=reached if reached > end else None,
        min_value=end,
        format="DD/MM/YYYY",
        key="blue_until",
        width=260,
    )
    return with_colours(filed, white, red, until)


def _days(form: _Form, name: str, known: frozenset[date]) -> frozenset[date]:
    words = form.words
    typed = st.text_area(
        words.text(f"cost.contract.{name}"),
        value=" ".join(one.isoformat() for one in sorted(known)),
        help=words.text("cost.contract.days_help"),
        key=f"days-{name}",
        height=80,
    )
    return form.read(lambda: read_days(typed), known)


def _prices(form: _Form, option: Option, kva: int, contract: Contract) -> tuple[PriceList, ...] | None:
    """The price lists typed; None for the regulated ones, which are shown."""
    words = form.words
    same = contract.option is option and contract.kva == kva
    kind = st.segmented_control(
        words.text("cost.contract.prices"),
        ["regulated", "own_prices"],
        default="regulated" if contract.regulated or not same else "own_prices",
        required=True,
        wrap=True,
        format_func=lambda one: words.text(f"cost.contract.{one}"),
        key="price_kind",
    )
    lists = contract.prices if same and not contract.regulated else on_file().of(option, kva)
    since, year = words.text("cost.contract.since"), words.text("cost.contract.year")
    names = {words.text(f"cost.register.{register}"): register for register in REGISTERS[option]}
    rows = [
        {since: one.since}
        | {name: _price(words, one.kwh.get(register)) for name, register in names.items()}
        | {year: _price(words, one.year)}
        for one in lists
    ] or [{since: date(2024, 1, 1)} | dict.fromkeys(names, "") | {year: ""}]
    edited = st.data_editor(
        pd.DataFrame(rows),
        num_rows="dynamic" if kind == "own_prices" else "fixed",
        disabled=kind == "regulated",
        hide_index=True,
        column_config={since: st.column_config.DateColumn(format="DD/MM/YYYY")} | right([*names, year]),
        key=f"prices-{option.value}-{kva}-{kind}",
        alt=words.text("cost.contract.prices"),
    )
    if kind == "regulated":
        return None
    st.caption(words.text("cost.contract.prices_help"))
    none: tuple[PriceList, ...] = ()
    return form.read(lambda: _price_lists(edited, since, year, names), none)


def _price(words: Words, price: Decimal | None) -> str:
    """All its decimals, as the visitor would type it; empty where it is not known."""
    return "" if price is None else words.typed(price)


def _price_lists(edited: pd.DataFrame, since: str, year: str, names: dict[str, str]) -> tuple[PriceList, ...]:
    found = {}
    for row in edited.to_dict("records"):
        if pd.isna(row[since]):
            if any(_typed(row[name]).strip() for name in (*names, year)):
                raise InputError("cost-undated")
            continue
        first = _as_date(row[since])
        if first in found:
            raise InputError("cost-since")
        prices = {register: read_price(_typed(row[name])) for name, register in names.items()}
        known = {register: price for register, price in prices.items() if price is not None}
        found[first] = PriceList(first, known, read_price(_typed(row[year])))
    return tuple(found[first] for first in sorted(found))


def _typed(value: object) -> str:
    return value if isinstance(value, str) else ""
