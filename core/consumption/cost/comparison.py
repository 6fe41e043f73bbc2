"""Compares contracts over the days that all of them can price, and says why other days are left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.consumption.cost.bills import Bill, bill, daily_cost
from core.consumption.cost.contracts import Contract, Option
from core.consumption.cost.registers import UNKNOWN, Metered, meter
from core.consumption.readings import History, to_date
from core.paristime import each_day


class Why(StrEnum):
    """Why a day cannot be priced. Texts: `cost.out.<value>`."""

    COLOUR = "colour"
    HOURS = "hours"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class Out:
    """Days that one offer cannot price, for one reason.

    `spans`: first and last day of each run of such days, consecutive among the days with readings.
    """

    offer: int
    why: Why
    days: int
    spans: tuple[tuple[date, date], ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A contract in a comparison: its bill over the common days, its total, and its saving.

    `euros` and `saving`, against the first offer, are EUR as shown, so that a saving is the difference of the
    shown totals. The subscription counts only if `subscribed`: it is known for every offer and every day.
    """

    contract: Contract
    bill: Bill
    euros: Decimal
    saving: Decimal
    subscribed: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Offers over the days on which prices and colours of all are known; `of` days have readings.

    `priceable`: for each offer, the number of days that it alone can price; `out`: why it cannot price the
    others; `on`: the days compared, ascending.
    """

    offers: tuple[Offer, ...]
    days: int
    of: int
    priceable: tuple[int, ...]
    first: date | None
    last: date | None
    out: tuple[Out, ...] = ()
    on: NDArray[np.datetime64] = field(default_factory=lambda: np.zeros(0, "datetime64[D]"), compare=False)


def compare(history: History, contracts: tuple[Contract, ...], meters: int = 1) -> Comparison:
    """Bills of one history, or of the sum of several `meters`, under several contracts.

    Only days that all contracts can price are compared.
    """
    span = history.days
    if span is None or not contracts:
        return Comparison((), 0, 0, tuple(0 for _ in contracts), None, None)
    measured = [meter(history, contract) for contract in contracts]
    used = np.isin(each_day(span), history.day)
    known = [daily_cost(one, span).known & used for one in measured]
    common = np.logical_and.reduce(known)
    days = each_day(span)[common]
    bills = [bill(one.where(np.isin(one.day, days)), days, meters) for one in measured]
    subscribed = all(one.unsubscribed_days == 0 for one in bills)
    totals = [one.shown.total if subscribed else one.shown.energy for one in bills]
    offers = tuple(
        Offer(contract, one, total, totals[0] - total, subscribed)
        for contract, one, total in zip(contracts, bills, totals, strict=True)
    )
    first, last = (to_date(days[0]), to_date(days[-1])) if len(days) else (None, None)
    out = tuple(one for at, metered in enumerate(measured) for one in _out(at, metered))
    priceable = tuple(int(one.sum()) for one in known)
    return Comparison(offers, len(days), int(used.sum()), priceable, first, last, out, days)


def _out(offer: int, metered: Metered) -> list[Out]:
    """The days an offer cannot price, by reason: without a colour or hours, else without a price."""
    contract = metered.contract
    no_register = metered.register == UNKNOWN
    why = Why.COLOUR if contract.option in (Option.TEMPO, Option.EJP) else Why.HOURS
    priced = np.array(
        [[name in one.kwh for name in (*contract.registers, "")] for one in contract.prices]
        + [[False] * (len(contract.registers) + 1)]
    )
    no_price = ~no_register & ~priced[metered.price_list, metered.register]
    present = np.unique(metered.day)
    found = []
    for reason, mask in ((why, no_register), (Why.PRICE, no_price)):
        days = np.unique(metered.day[mask])
        if len(days):
            found.append(Out(offer, reason, len(days), _spans(days, present)))
    return found


def _spans(days: NDArray[np.datetime64], among: NDArray[np.datetime64]) -> tuple[tuple[date, date], ...]:
    """First and last day of each run of `days` that are consecutive in `among`."""
    at = np.searchsorted(among, days)
    runs = np.split(days, np.nonzero(np.diff(at) > 1)[0] + 1)
    return tuple((to_date(run[0]), to_date(run[-1])) for run in runs)
