"""Fields of a contract: off-peak hours, days of a colour, prices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

import pandas as pd
import streamlit as st

from core.consumption.cost.contracts import (
    Contract,
    OffPeak,
    Option,
    PriceList,
    Special,
    Window,
    ejp_days,
    with_colours,
)
from core.consumption.cost.market import REGULATED, Market
from core.consumption.cost.typed import read_days, read_months, read_price, read_windows
from core.consumption.figures.cost import register_name
from core.errors import InputError
from core.texts import Words
from pages.shared import notices
from pages.views.table import right

_Value = TypeVar("_Value")


@dataclass(slots=True)
class Form:
    """The state of the form. An invalid value shows its error below its field; the others are kept.

    `place`: suffix of the keys, which separates the fields of contracts the form can begin from.
    """

    words: Words
    market: Market
    place: str = ""
    faulty: bool = False

    def key(self, name: str) -> str:
        """The key of a field."""
        return f"{name}-{self.place}" if self.place else name

    def read(self, reading: Callable[[], _Value], otherwise: _Value) -> _Value:
        """The value of a field, or `otherwise` with the error shown."""
        try:
            return reading()
        except InputError as error:
            notices.show(error)
            self.faulty = True
            return otherwise


def off_peak_fields(form: Form, contract: Contract) -> tuple[OffPeak, ...]:
    """Show the off-peak hours of the contract, and others that follow or apply in some months."""
    words = form.words
    known = contract.off_peak
    always, known = (known[:1], known[1:]) if known and known[0].always else ((), known)
    typed = st.text_input(
        words.text("cost.contract.offpeak"),
        value=", ".join(str(window) for rule in always for window in rule.windows),
        help=words.text("cost.contract.offpeak_help"),
        placeholder="22:36-06:36",
        key=form.key("off_peak"),
    )
    none: tuple[Window, ...] = ()
    windows = form.read(lambda: read_windows(typed), none)
    rules = [OffPeak(windows)] if windows else []  # days before the first known hours are unknown, not peak
    if st.toggle(words.text("cost.contract.later"), value=bool(known), key=form.key("later")):
        rules += _later(form, known)
    return tuple(rules)


def _later(form: Form, known: tuple[OffPeak, ...]) -> list[OffPeak]:
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
        key=form.key("later_rules"),
        alt=words.text("cost.contract.later"),
    )
    return form.read(lambda: _rules(edited, since, windows, months), [])


def _rules(edited: pd.DataFrame, since: str, windows: str, months: str) -> list[OffPeak]:
    return [
        OffPeak(
            read_windows(typed_text(row[windows])),
            None if pd.isna(row[since]) else _as_date(row[since]),
            read_months(typed_text(row[months])),
        )
        for row in edited.to_dict("records")
        if typed_text(row[windows]).strip()
    ]


def _as_date(value: object) -> date:
    return pd.Timestamp(str(value)).date()


def special_fields(form: Form, option: Option, contract: Contract) -> Special:
    """Show the fields for days of a colour (Tempo, EJP); returns those days."""
    if option is Option.TEMPO:
        return _tempo(form, contract)
    if option is Option.EJP:
        known = contract.special.red if contract.option is Option.EJP else frozenset()
        typed = _days(form, "ejp", known)
        st.caption(form.words.text("cost.contract.ejp_note"))
        return ejp_days(typed)
    return Special()


def _tempo(form: Form, contract: Contract) -> Special:
    words = form.words
    filed = form.market.tempo
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
        key=form.key("blue_until"),
        width=260,
    )
    return with_colours(filed, white, red, until)


def _days(form: Form, name: str, known: frozenset[date]) -> frozenset[date]:
    words = form.words
    typed = st.text_area(
        words.text(f"cost.contract.{name}"),
        value=" ".join(one.isoformat() for one in sorted(known)),
        help=words.text("cost.contract.days_help"),
        key=form.key(f"days-{name}"),
        height=80,
    )
    return form.read(lambda: read_days(typed), known)


def price_fields(
    form: Form, option: Option, kva: int, registers: tuple[str, ...], contract: Contract
) -> tuple[PriceList, ...] | None:
    """Show the prices by register; returns the typed lists, None for the regulated ones."""
    words = form.words
    same = contract.option is option and (contract.kva == kva or option is Option.FREE)
    kind = _price_kind(form, own=not contract.regulated and same) if option in REGULATED else "own_prices"
    lists = contract.prices if same and not contract.regulated else form.market.of(option, kva)
    since, year = words.text("cost.contract.since"), words.text("cost.contract.year")
    names = {register_name(words, register, option): register for register in registers}
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
        key=form.key("-".join(("prices", option.value, str(kva), kind, *_own(option, registers)))),
        alt=words.text("cost.contract.prices"),
    )
    if kind == "regulated":
        return None
    st.caption(words.text("cost.contract.prices_help"))
    none: tuple[PriceList, ...] = ()
    return form.read(lambda: _price_lists(edited, since, year, names), none)


def _own(option: Option, registers: tuple[str, ...]) -> tuple[str, ...]:
    """Part of the key for the registers of a free grid, as its columns change with them."""
    return registers if option is Option.FREE else ()


def _price_kind(form: Form, *, own: bool) -> str:
    words = form.words
    kind = st.segmented_control(
        words.text("cost.contract.prices"),
        ["regulated", "own_prices"],
        default="own_prices" if own else "regulated",
        required=True,
        wrap=True,
        format_func=lambda one: words.text(f"cost.contract.{one}"),
        key=form.key("price_kind"),
    )
    return str(kind)


def _price(words: Words, price: Decimal | None) -> str:
    """A price with all decimals, as typed; empty if unknown."""
    return "" if price is None else words.typed(price)


def _price_lists(edited: pd.DataFrame, since: str, year: str, names: dict[str, str]) -> tuple[PriceList, ...]:
    found = {}
    for row in edited.to_dict("records"):
        if pd.isna(row[since]):
            if any(typed_text(row[name]).strip() for name in (*names, year)):
                raise InputError("cost-undated")
            continue
        first = _as_date(row[since])
        if first in found:
            raise InputError("cost-since")
        prices = {register: read_price(typed_text(row[name])) for name, register in names.items()}
        known = {register: price for register, price in prices.items() if price is not None}
        found[first] = PriceList(first, known, read_price(typed_text(row[year])))
    return tuple(found[first] for first in sorted(found))


def typed_text(value: object) -> str:
    """The text of a table cell; empty for a missing value."""
    return value if isinstance(value, str) else ""
