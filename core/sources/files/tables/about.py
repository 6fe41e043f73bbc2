"""What is stated above a table: meter, flow, unit, period and step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Final

from core.model import STEPS, Flow
from core.sources.files.tables.steps import NO_STEP
from core.sources.files.tables.words import flow_of, step_said, words

_RUINED: Final = re.compile(r"\d+([.,]\d+)?e\+?\d+", re.ASCII)
_MASKED: Final = re.compile(r"(\d+)[x*•]+\d*", re.ASCII)
_SHORT: Final = re.compile(r"\d{11,14}", re.ASCII)
_LABEL: Final = re.compile(r"\b(prm|pdl|point\b.{0,30}\b(livraison|mesure|reference))\b")
_NUMBER: Final = re.compile(r"(?<!\d)(\d{14}|\d{2,13}[x*•]+\d*|\d[.,]\d+e\+?13)(?![\d.,])", re.ASCII)
_DATE: Final = re.compile(r"(?:(\d{4})-(\d\d)-(\d\d)|(\d\d)/(\d\d)/(\d{4}))(?:[t ]\d\d:\d\d.*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class About:
    """What is stated above a table. None, empty or 0 if nothing is.

    `first`, `end`: the days it covers; `end` is the day after the last one, or the last one, as files differ.
    """

    prm: str | None = None
    ruined: bool = False
    """Whether the meter number was destroyed by a spreadsheet."""
    flow: Flow | None = None
    unit: str = ""
    step: int = NO_STEP
    first: date | None = None
    end: date | None = None
    daily: bool = False


def read_prm(written: str) -> tuple[str | None, bool]:
    """The PRM written in a file, and whether a spreadsheet destroyed it (`2,31282E+13`).

    Digits that a household masked are `x`. Leading zeros, which spreadsheets drop, are put back.
    """
    bare = re.sub(r"[\s'\"=]", "", written).lower()
    if _RUINED.fullmatch(bare):
        return None, True
    if _SHORT.fullmatch(bare):
        return bare.zfill(14), False
    masked = _MASKED.fullmatch(bare)
    if masked and len(masked[1]) < 14:
        return masked[1].ljust(14, "x"), False
    return None, False


def about(lines: Sequence[Sequence[str]], title: str = "") -> About:
    """What the folded cells above a header, and the title of the sheet, state."""
    facts = _facts(lines)
    everything = " ".join(cell for line in lines for cell in line)
    prm, ruined = _meter(facts, lines)
    return About(
        prm,
        ruined,
        _flow(facts, title, lines),
        next((value for name, value in facts if "unite" in words(name) or name == "unit"), ""),
        _step(facts, everything),
        _day(facts, "debut", "start"),
        _day(facts, "fin", "end"),
        daily="quotidienne" in title or "quotidienne" in everything or "daily" in words(title),
    )


def _facts(lines: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Names and values: the value is in the next cell, in the same cell, or in the line below."""
    found: list[tuple[str, str]] = []
    for line in lines:
        held = [cell for cell in line if cell]
        for cell, after in pairwise([*held, ""]):
            name, colon, value = cell.partition(":")
            if colon and not name.rstrip()[-1:].isdigit():
                found.append((name.strip(), value.strip() or after))
    for names, values in pairwise(lines):
        known = sum(bool(_LABEL.search(name) or words(name)[:1] in (["unite"], ["pas"])) for name in names)
        if known and not any(_LABEL.search(value) for value in values) and len(names) > 1:
            found += list(zip(names, values, strict=False))
    return found


def _meter(facts: Iterable[tuple[str, str]], lines: Sequence[Sequence[str]]) -> tuple[str | None, bool]:
    for name, value in facts:
        if _LABEL.search(name) and value:
            prm, ruined = read_prm(value)
            if prm or ruined:
                return prm, ruined
    for cell in (cell for line in lines for cell in line):
        for found in _NUMBER.findall(cell):
            if not _is_moment(found):
                return read_prm(found)
    return None, False


def _is_moment(number: str) -> bool:
    try:
        datetime.strptime(number, "%Y%m%d%H%M%S")  # noqa: DTZ007 - only asks whether it is one
    except ValueError:
        return False
    return True


def _flow(facts: Iterable[tuple[str, str]], title: str, lines: Sequence[Sequence[str]]) -> Flow | None:
    for name, value in facts:
        if set(words(name)) & {"comptage", "metier", "flux", "sens"} and (flow := flow_of(value)):
            return flow
    return flow_of(title) or flow_of(" ".join(cell for line in lines for cell in line))


def _step(facts: Iterable[tuple[str, str]], everything: str) -> int:
    for name, value in facts:
        if words(name)[:1] == ["pas"]:
            digits = value.removesuffix("min").strip()
            minutes = int(digits) if digits in map(str, STEPS) else step_said(value)
            return minutes if minutes in STEPS else NO_STEP
    found = step_said(everything)
    return found if found in STEPS else NO_STEP


def _day(facts: Iterable[tuple[str, str]], *labels: str) -> date | None:
    for name, value in facts:
        if set(words(name)) & set(labels) and (found := _DATE.fullmatch(value)):
            year, month, day, french_day, french_month, french_year = found.groups()
            try:
                return date(int(year or french_year), int(month or french_month), int(day or french_day))
            except ValueError:
                return None
    return None
