"""The bill of a period under the household's contract."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import streamlit as st

from core.consumption.cost.bills import WATT_MINUTES_PER_KWH, Bill, bill
from core.consumption.cost.contracts import Contract
from core.consumption.figures.cost import grain_of, registers_chart
from core.consumption.figures.theme import Theme
from core.consumption.household import Household
from core.consumption.periods import Period
from core.consumption.queries import Asked, Query
from core.consumption.totals import Grain, by_day
from core.formats import day, kwh
from pages.shared.visitor import Visitor
from pages.views.card import card, heading
from pages.views.empty import measured
from pages.views.table import right


def show_bill(guest: Visitor, home: Household, period: Period, contract: Contract, style: Theme) -> None:
    """Total, lines and registers; what could not be priced is said, not guessed."""
    shown = measured(guest, home, period)
    if shown is None:
        return
    metered = home.metered(contract).during(shown)
    found = bill(metered, shown, home.meters)
    lost = int((~by_day(home.history, shown).complete).sum())
    _totals(guest, found, home.meters, style, partial=bool(found.unpriced or found.unsubscribed_days or lost))
    _unknown(guest, found, lost, style)
    if found.lines:
        st.subheader(guest.t("cost.bill.lines"), anchor=False)
        lines = _lines(guest, found, style)
        numbers = right(lines.columns[2:])
        st.dataframe(lines, hide_index=True, column_config=numbers, alt=guest.t("cost.bill.lines"))
        st.caption(guest.t("cost.bill.exact"))
    heading(guest, "registers")
    query = Query.DAYS if grain_of(metered) is Grain.DAY else Query.MONTHS
    card(guest, "registers", registers_chart(metered, style), Asked(query, shown), lead="cost.query")


def _totals(guest: Visitor, found: Bill, meters: int, style: Theme, *, partial: bool) -> None:
    """The total, called partial where energy, a price or a subscription is missing from it."""
    fixed_help = guest.t("cost.bill.fixed_help", meters=meters) if meters > 1 else None
    priced = found.watt_minutes - found.unpriced
    mean = found.energy_euros / Fraction(priced, WATT_MINUTES_PER_KWH) if priced else None
    unknown = guest.t("cost.bill.fixed_unknown")
    shown, known = found.shown, bool(found.lines or found.subscription)
    total = "partial" if partial and known else "total"
    cards = (
        (total, style.euros(shown.total) if known else unknown, None),
        ("energy", style.euros(shown.energy) if found.lines else unknown, kwh(priced, guest.language)),
        ("fixed", style.euros(shown.subscription) if found.subscription else unknown, fixed_help),
        ("mean", f"{style.euros(mean, 4)}/kWh" if mean is not None else "–", guest.t("cost.bill.mean_help")),
    )
    for start in (0, 2):
        for column, (name, value, note) in zip(st.columns(2), cards[start : start + 2], strict=True):
            column.metric(guest.t(f"cost.bill.{name}"), value, help=note, border=True, height="stretch")


def _unknown(guest: Visitor, found: Bill, lost: int, style: Theme) -> None:
    """What is not in the total, one warning a reason."""
    if found.unpriced_days:
        energy = kwh(found.unpriced, guest.language)
        st.warning(
            guest.t("cost.bill.unpriced", energy=energy, days=style.number(found.unpriced_days)),
            icon=":material/help:",
        )
    for name, days in (("unsubscribed", found.unsubscribed_days), ("unmeasured", lost)):
        if days:
            st.warning(guest.t(f"cost.bill.{name}", days=style.number(days)), icon=":material/help:")


def _lines(guest: Visitor, found: Bill, style: Theme) -> pd.DataFrame:
    """Figures as text: they stay as exact as they are shown, and in the reader's language."""
    return pd.DataFrame(
        [
            {
                guest.t("cost.column.register"): guest.t(f"cost.register.{line.register}"),
                guest.t("cost.column.since"): day(line.since, guest.language) if line.since.year > 1 else "–",
                guest.t("cost.column.energy"): style.number(Fraction(line.energy, WATT_MINUTES_PER_KWH), 2),
                guest.t("cost.column.price"): style.number(line.price, 4),
                guest.t("cost.column.euros"): style.number(euros, 2),
            }
            for line, euros in zip(found.lines, found.shown.lines, strict=True)
        ]
    )
