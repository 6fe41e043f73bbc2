"""Comparison of contracts on the visitor's own history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import streamlit as st

from core.consumption.advice_words import verdict
from core.consumption.cost.comparison import Comparison, compare
from core.consumption.cost.contracts import DAY_MINUTES, USUAL_OFF_PEAK, Contract, Option, Window
from core.consumption.cost.market import Market, regulated_others
from core.consumption.cost.refresh_words import spans_told
from core.consumption.cost.saved_contract import named_contracts
from core.consumption.cost.yearly import year_of
from core.consumption.figures.cost import contract_name, offers_chart
from core.consumption.figures.theme import Theme
from core.consumption.household import Household
from core.consumption.periods import Period
from core.consumption.queries import Asked, Query
from core.texts import Words
from pages.shared import notices
from pages.shared.choice import choice, several
from pages.shared.visitor import Visitor
from pages.views.card import card, heading
from pages.views.cost.compared_days import say_days
from pages.views.empty import measured


def show_offers(
    visitor: Visitor,
    home: Household,
    period: Period,
    contract: Contract,
    market: Market,
    style: Theme,
    *,
    told: bool,
) -> None:
    """Show the comparison over the days that all compared contracts can price.

    `told`: the contract is the household's own, not assumed.
    """
    words = visitor.words
    shown = measured(visitor, home, period)
    if shown is None:
        return
    st.subheader(words.text("cost.compare.title"), anchor=False)
    with notices.guard():
        kept = named_contracts(visitor.store.database, market)
    offers = _named(words, _contracts(words, contract, kept, market), told=told)
    history = home.history.during(shown)
    with notices.guard():
        found = compare(history, tuple(offers.values()), home.meters)
        unknown = [name for name, days in zip(offers, found.priceable, strict=True) if not days]
        if unknown:  # an offer without any price would leave no common day
            offers = {name: one for name, one in offers.items() if name not in unknown}
            found = compare(history, tuple(offers.values()), home.meters)
    _result(visitor, home, found, list(offers), Asked(Query.DAYS, shown), style)
    for name in unknown:
        st.warning(words.text("cost.compare.unknown", offer=notices.plain(name)), icon=":material/help:")
    _left_out(words, found, list(offers))
    _assumed(words, contract)
    if home.meters > 1:
        st.caption(words.text("cost.bill.fixed_help", meters=home.meters))


def _contracts(
    words: Words, contract: Contract, kept: tuple[Contract, ...], market: Market
) -> tuple[Contract, ...]:
    """The household's, the regulated ones picked, and those kept beside it that are picked."""
    others = {one.option.value: one for one in regulated_others(contract, market)}
    others |= {f"kept{number}": one for number, one in enumerate(kept)}
    with st.container(horizontal=True):
        picked = several(
            "offers",
            list(others),
            words.text("cost.section.compare"),
            lambda one: notices.plain(contract_name(words, others[one])),
        )
        mode = choice(
            "prices",
            ["now", "then"],
            words.text("cost.compare.mode"),
            lambda one: words.text(f"cost.compare.{one}"),
        )
    found = (contract, *(one for name, one in others.items() if name in picked))
    return tuple(one.at_last_prices() for one in found) if mode == "now" else found


def _named(words: Words, contracts: tuple[Contract, ...], *, told: bool) -> dict[str, Contract]:
    """The contracts by name; the first is the household's, or the assumed one."""
    names = [contract_name(words, one) for one in contracts]
    names[0] = words.text("cost.compare.your" if told else "cost.compare.assumed_one", option=names[0])
    found: dict[str, Contract] = {}
    for name, one in zip(names, contracts, strict=True):
        power = words.text("cost.compare.power", offer=name, kva=one.kva)
        shown = power if one.kva != contracts[0].kva or name in found else name
        again = sum(other == shown or other.startswith(f"{shown} (") for other in found)
        found[f"{shown} ({again + 1})" if again else shown] = one
    return found


def _result(
    visitor: Visitor, home: Household, found: Comparison, names: list[str], asked: Asked, style: Theme
) -> None:
    """Show the cheapest contract of a year, or of the days compared if they hold no year.

    If nothing can be compared, show the reason.
    """
    words = visitor.words
    if len(names) < 2:
        st.info(words.text("cost.compare.one"), icon=":material/info:")
        return
    if not found.days:
        st.warning(words.text("cost.compare.none"), icon=":material/help:")
        for name, count in zip(names, found.priceable, strict=True):
            told = {"days": words.number(count), "of": words.number(found.of)}
            st.markdown("- " + words.text("cost.compare.alone", offer=name, **told))
        return
    year = year_of(found.on)
    of_year = found
    if year:
        contracts = tuple(one.contract for one in found.offers)
        of_year = compare(home.history.during(year.days), contracts, home.meters)
    st.success(verdict(words, of_year, list(map(notices.plain, names)), year), icon=":material/savings:")
    heading(words, "offers_year" if year else "offers")
    card(visitor, "offers", offers_chart(of_year, names, style, year), asked, lead="cost.query")
    say_days(words, found, names, year)


def _left_out(words: Words, found: Comparison, names: list[str]) -> None:
    """Show which days are left out, and why."""
    if not found.out or len(names) < 2:
        return
    told = [
        words.text(
            f"cost.out.{one.why.value}",
            offer=names[one.offer],
            days=words.number(one.days),
            spans=spans_told(words, one.spans),
        )
        for one in found.out
    ]
    with st.expander(words.text("cost.compare.out"), icon=":material/event_busy:", expanded=True):
        st.markdown("\n".join(f"- {notices.plain(line)}" for line in told))
        st.caption(words.text("cost.out.cure"))


def _hours(words: Words, window: Window) -> str:
    """`22:30–06:30`, `22 h 30–6 h 30`."""
    midnight = datetime(2000, 1, 1, tzinfo=UTC)
    ends = (midnight + timedelta(minutes=minute % DAY_MINUTES) for minute in (window.start, window.end))
    return "–".join(words.time(one) for one in ends)


def _assumed(words: Words, contract: Contract) -> None:
    rules = contract.off_peak or USUAL_OFF_PEAK
    windows = ", ".join(_hours(words, window) for rule in rules for window in rule.windows)
    if not contract.off_peak:
        windows = words.text("cost.compare.windows_example", windows=windows)
    st.caption(words.text("cost.compare.assumed", kva=contract.kva, windows=windows))
    if contract.option is not Option.EJP:
        st.caption(words.text("cost.compare.ejp"))
