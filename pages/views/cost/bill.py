"""The bill of a period under the household's contract."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import streamlit as st

from core.consumption.cost.bills import WATT_MINUTES_PER_KWH, Bill, bill
from core.consumption.cost.contracts import Contract, Option
from core.consumption.figures.cost import grain_of, register_name, registers_chart
from core.consumption.figures.theme import Theme
from core.consumption.household import Household
from core.consumption.periods import Period
from core.consumption.queries import Asked, Query
from core.consumption.totals import Grain, by_day
from core.texts import Words
from pages.shared.visitor import Visitor
from pages.views.card import card, heading
from pages.views.empty import measured
from pages.views.table import right


def show_bill(visitor: Visitor, home: Household, period: Period, contract: Contract, style: Theme) -> None:
    """Show total, lines and registers, and what could not be priced."""
    words = visitor.words
    shown = measured(visitor, home, period)
    if shown is None:
        return
    metered = home.metered(contract).during(shown)
    found = bill(metered, shown, home.meters)
    lost = int((~by_day(home.history, shown).complete).sum())
    _totals(words, found, home.meters, partial=bool(found.unpriced or found.unsubscribed_days or lost))
    _unknown(words, found, lost)
    if found.lines:
        st.subheader(words.text("cost.bill.lines"), anchor=False)
        lines = _lines(words, found, contract.option)
        numbers = right(lines.columns[2:])
        st.dataframe(lines, hide_index=True, column_config=numbers, alt=words.text("cost.bill.lines"))
        st.caption(words.text("cost.bill.exact"))
    heading(words, "registers")
    query = Query.DAYS if grain_of(metered) is Grain.DAY else Query.MONTHS
    asked = Asked(query, shown)
    card(visitor, "registers", registers_chart(metered, style), asked, lead="cost.query", below=True)


def _totals(words: Words, found: Bill, meters: int, *, partial: bool) -> None:
    """Show the total, called partial if energy, a price or a subscription is missing."""
    fixed_help = words.text("cost.bill.fixed_help", meters=meters) if meters > 1 else None
    priced = found.watt_minutes - found.unpriced
    mean = found.energy_euros / Fraction(priced, WATT_MINUTES_PER_KWH) if priced else None
    unknown = words.text("cost.bill.fixed_unknown")
    shown, known = found.shown, bool(found.lines or found.subscription)
    total = "partial" if partial and known else "total"
    cards = (
        (total, words.euros(shown.total) if known else unknown, None),
        ("energy", words.euros(shown.energy) if found.lines else unknown, words.kwh(priced)),
        ("fixed", words.euros(shown.subscription) if found.subscription else unknown, fixed_help),
        (
            "mean",
            f"{words.euros(mean, 4)}/kWh" if mean is not None else "–",
            words.text("cost.bill.mean_help"),
        ),
    )
    for start in (0, 2):
        for column, (name, value, note) in zip(st.columns(2), cards[start : start + 2], strict=True):
            column.metric(words.text(f"cost.bill.{name}"), value, help=note, border=True, height="stretch")


def _unknown(words: Words, found: Bill, lost: int) -> None:
    """Show one warning for each reason why something is missing from the total."""
    if found.unpriced_days:
        energy = words.kwh(found.unpriced)
        st.warning(
            words.text("cost.bill.unpriced", energy=energy, days=words.number(found.unpriced_days)),
            icon=":material/help:",
        )
    for name, days in (("unsubscribed", found.unsubscribed_days), ("unmeasured", lost)):
        if days:
            st.warning(words.text(f"cost.bill.{name}", days=words.number(days)), icon=":material/help:")


def _lines(words: Words, found: Bill, option: Option) -> pd.DataFrame:
    """The lines as text, exactly as shown and in the reader's language."""
    return pd.DataFrame(
        [
            {
                words.text("cost.column.register"): register_name(words, line.register, option),
                words.text("cost.column.since"): words.day(line.since) if line.since.year > 1 else "–",
                words.text("cost.column.energy"): words.number(
                    Fraction(line.energy, WATT_MINUTES_PER_KWH), 2
                ),
                words.text("cost.column.price"): words.number(line.price, 4),
                words.text("cost.column.euros"): words.number(euros, 2),
            }
            for line, euros in zip(found.lines, found.shown.lines, strict=True)
        ]
    )
