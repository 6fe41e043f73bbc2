"""Fields for the registers of a free grid: one row per rule."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from core.consumption.cost.contracts import Contract, Option, Rule
from core.consumption.cost.typed import LONGEST_NAME, is_name, read_months, read_windows
from core.errors import InputError
from pages.views.cost.form_fields import Form, typed_text

_COLUMNS: Final = ("register", "days", "windows", "months")


def grid_fields(form: Form, contract: Contract) -> tuple[Rule, ...]:
    """Show the rules; returns those typed, in their order. The table starts with the rules of `contract`."""
    words = form.words
    names = [words.text(f"cost.grid.{one}") for one in _COLUMNS]
    days = [words.weekday(number) for number in range(7)]
    rules = contract.rules if contract.option is Option.FREE else ()
    st.markdown(f"**{words.text('cost.grid.title')}**")
    edited = st.data_editor(
        pd.DataFrame([_row(rule, days) for rule in rules] or [("", [], "", "")], columns=names),
        num_rows="dynamic",
        hide_index=True,
        column_config={
            names[1]: st.column_config.MultiselectColumn(options=days),
            names[2]: st.column_config.TextColumn(help=words.text("cost.contract.offpeak_help")),
        },
        key=form.key("grid"),
        alt=words.text("cost.grid.title"),
    )
    st.caption(words.text("cost.grid.help"))
    none: tuple[Rule, ...] = ()
    return form.read(lambda: _rules(edited, names, days), none)


def _row(rule: Rule, days: list[str]) -> tuple[str, list[str], str, str]:
    return (
        rule.register,
        [days[number] for number in sorted(rule.weekdays)],
        ", ".join(map(str, rule.windows)),
        ", ".join(map(str, sorted(rule.months))),
    )


def _rules(edited: pd.DataFrame, names: list[str], days: list[str]) -> tuple[Rule, ...]:
    """The rules of the rows that are not empty. InputError for an invalid row."""
    found = []
    for row in edited.to_dict("records"):
        register, windows, months = (typed_text(row[names[at]]).strip() for at in (0, 2, 3))
        picked = row[names[1]]
        chosen = [day for day in picked if day in days] if isinstance(picked, list | tuple) else []
        if not (register or windows or months or chosen):
            continue
        if not is_name(register):
            raise InputError("cost-register", most=LONGEST_NAME)
        weekdays = frozenset(days.index(day) for day in chosen)
        found.append(Rule(register, read_windows(windows), weekdays, read_months(months)))
    return tuple(found)
