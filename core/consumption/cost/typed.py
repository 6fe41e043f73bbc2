"""Parses what a person types about a contract: windows, prices, days and months."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Final

from core.consumption.cost.contracts import DAY_MINUTES, Window
from core.errors import InputError

LONGEST_NAME: Final = 40
_YEARS: Final = range(1980, 2100)
_WINDOW: Final = re.compile(r"(\d{1,2})(?:[:hH](\d{2})?)?\s*(?:-|–|à|to)\s*(\d{1,2})(?:[:hH](\d{2})?)?")


def is_name(typed: object) -> bool:
    """Whether it can name a contract or a register: 1 to 40 characters on one line."""
    if not isinstance(typed, str) or not 0 < len(typed.strip()) <= LONGEST_NAME:
        return False
    return not any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") for one in typed)


def read_windows(typed: str) -> tuple[Window, ...]:
    """`22:36-6:36, 12h30-14h30` as windows. InputError `cost-window` for an invalid one."""
    windows = []
    for part in filter(None, (part.strip() for part in re.split(r"[,;]", typed))):
        found = _WINDOW.fullmatch(part)
        start, end = _minutes(found, 1), _minutes(found, 3)
        if start is None or end is None or (start - end) % DAY_MINUTES == 0:
            raise InputError("cost-window", typed=part[:40])
        windows.append(Window(start % DAY_MINUTES, end % DAY_MINUTES))
    return tuple(windows)


def _minutes(found: re.Match[str] | None, group: int) -> int | None:
    if found is None:
        return None
    hours, minutes = int(found[group]), int(found[group + 1] or 0)
    return hours * 60 + minutes if minutes < 60 and hours * 60 + minutes <= DAY_MINUTES else None


def read_price(typed: str) -> Decimal | None:
    """A typed price with comma or point; None when empty.

    InputError `cost-price` beyond 4 digits and 8 decimals.
    """
    text = typed.strip().replace(",", ".").replace("\u202f", "").replace(" ", "")
    if not text:
        return None
    if not re.fullmatch(r"\d{1,4}(\.\d{1,8})?", text):
        raise InputError("cost-price", typed=typed[:40])
    return Decimal(text)


def read_days(typed: str) -> frozenset[date]:
    """Dates written 2026-01-31 or 31/01/2026, separated by spaces, commas or semicolons.

    InputError `cost-day` for an invalid date or a year outside of 1980 to 2099, which is a typing error.
    """
    days = set()
    for word in re.split(r"[\s,;]+", typed.strip()):
        if not word:
            continue
        parts = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})/(\d{1,2})/(\d{4})", word)
        try:
            if parts is None:
                raise ValueError(word)
            year, month, day = parts[1] or parts[6], parts[2] or parts[5], parts[3] or parts[4]
            read = date(int(year), int(month), int(day))
            if read.year not in _YEARS:
                raise ValueError(word)
            days.add(read)
        except ValueError:
            raise InputError("cost-day", typed=word[:40]) from None
    return frozenset(days)


_MONTH: Final = re.compile(r"0?[1-9]|1[0-2]")


def read_months(typed: str) -> frozenset[int]:
    """`4, 5, 6` or `4-10`, also over the new year (`11-3`); empty if nothing is typed.

    InputError `cost-month` for anything else.
    """
    months: set[int] = set()
    for part in filter(None, (one.strip() for one in re.split(r"[,;]", typed))):
        ends = [one.strip() for one in part.split("-")]
        if len(ends) > 2 or not all(map(_MONTH.fullmatch, ends)):
            raise InputError("cost-month", typed=part[:40])
        first, last = int(ends[0]), int(ends[-1])
        months |= set(range(first, last + 1)) if first <= last else {*range(first, 13), *range(1, last + 1)}
    return frozenset(months)
