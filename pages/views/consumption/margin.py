"""The subscribed power against the measured maxima, and smaller subscriptions."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.consumption.cost.contracts import Contract
from core.consumption.cost.market import Market
from core.consumption.household import Household
from core.consumption.power import MeasuredPeaks, Reached, Smaller, margin, smaller
from core.paristime import local
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.consumption.compare import days_link
from pages.views.table import right


def show_margin(
    visitor: Visitor, home: Household, known: MeasuredPeaks, contract: Contract, market: Market
) -> None:
    """Show the margin over all measured days, as a subscription applies to all seasons."""
    words = visitor.words
    found = margin(known, contract.kva)
    if found is None:
        return
    st.subheader(words.text("consumption.margin.title"), anchor=False)
    key = "consumption.margin.above" if found.margin < 0 else "consumption.margin.below"
    counts = {name: words.number(getattr(found, name)) for name in ("days", "near", "over")}
    st.markdown(
        words.text(
            key,
            power=_kva(words, found.highest.va),
            moment=_when(words, found.highest),
            margin=_kva(words, abs(found.margin)),
            kva=contract.kva,
        )
        + "  \n"
        + words.text("consumption.margin.days", **counts)
    )
    if found.listed:
        with st.expander(words.text("consumption.margin.listed")):
            for one in found.listed:
                label = words.labelled(_when(words, one), _kva(words, one.va))
                days_link(visitor, one.day, one.day, label)
    _smaller(words, smaller(known, home.history, contract, market), contract)


def _smaller(words: Words, offered: tuple[Smaller, ...], contract: Contract) -> None:
    if not offered:
        return
    title = words.text("consumption.margin.smaller")
    st.markdown(f"**{notices.plain(title)}**")
    column = {name: words.text(f"consumption.margin.{name}") for name in ("kva", "over", "last", "saved")}
    unknown = words.text("consumption.margin.unknown")
    rows = [
        {
            column["kva"]: words.quantity(one.kva, "kVA"),
            column["over"]: words.number(one.over),
            column["last"]: words.day(one.last) if one.last else words.text("consumption.margin.never"),
            column["saved"]: unknown if one.saved is None else words.euros(one.saved),
        }
        for one in offered
    ]
    numbers = right([column["over"], column["saved"]])
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=numbers, alt=title)
    fits = [one for one in offered if not one.over and one.saved is not None and one.saved > 0]
    if fits:
        best = min(fits, key=lambda one: one.kva)
        told = {"saved": words.euros(best.saved or 0), "days": words.number(best.priced)}
        st.success(words.text("consumption.margin.fits", kva=best.kva, **told), icon=":material/savings:")
    elif contract.regulated:
        st.info(words.text("consumption.margin.none"), icon=":material/check:")
    if contract.regulated:
        days = max(one.priced for one in offered)
        st.caption(words.text("consumption.margin.note", days=words.number(days)))
    else:
        st.caption(words.text("consumption.margin.own"))


def _kva(words: Words, va: int) -> str:
    return words.quantity(va / 1000, "kVA", 2)


def _when(words: Words, reached: Reached) -> str:
    """The moment, or the day if Enedis does not give the time."""
    return words.moment(local(reached.at)) if reached.at else words.day(reached.day)
