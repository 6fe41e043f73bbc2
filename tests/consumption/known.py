"""Contracts with prices that are easy to compute by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.consumption.cost.contracts import Contract, OffPeak, Option, PriceList
from core.consumption.cost.typed import read_windows

PRICES = PriceList(date(2020, 1, 1), {"base": Decimal("0.20"), "hp": Decimal("0.25"), "hc": Decimal("0.10")})


def priced(option: Option, prices: PriceList = PRICES, **more: object) -> Contract:
    return Contract(option, 6, (prices,), **more)  # type: ignore[arg-type]


def off_peak(*windows: str, **more: object) -> OffPeak:
    return OffPeak(read_windows(",".join(windows)), **more)  # type: ignore[arg-type]
