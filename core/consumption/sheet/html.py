"""A sheet of two A4 pages for an installer or adviser: one HTML file that needs nothing else.

The browser prints it. The page is `sheet.html.j2`, in which everything is escaped but the charts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

from core.consumption.advice import Advice
from core.consumption.advice_words import (
    always_told,
    hours_told,
    no_year_told,
    power_told,
    verdict,
    year_told,
)
from core.consumption.cost.contracts import Contract
from core.consumption.cost.refresh_words import spans_told
from core.consumption.cost.yearly import amounts
from core.consumption.figures.cost import contract_name
from core.consumption.household import Household
from core.consumption.insights import key_figures
from core.consumption.power import MeasuredPeaks
from core.consumption.sheet import figures
from core.templates import template
from core.texts import Words

_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: sentences, a chart, a table, small print."""

    title: str
    before: Sequence[Markup] = ()
    chart: Markup | None = None
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[Markup] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """The content of a sheet.

    `measured`: the maxima of the meter, None without any. `prm`: the number of the meter, None unless its
    owner asked for it on paper. `demo`: the readings are made up.
    """

    home: Household
    contract: Contract
    found: Advice
    measured: MeasuredPeaks | None
    made: date
    prm: str | None = None
    demo: bool = False


def as_html(sheet: Sheet, words: Words) -> str:
    """Two pages, self-contained."""
    pages = (
        (_months(sheet, words), _seasons(sheet, words)),
        (_power(sheet, words), _always(sheet, words), _cost(sheet, words), _how(words)),
    )
    return template(Path(__file__).parent, "sheet.html.j2").render(
        language=words.language.value,
        title=words.text("sheet.title"),
        who=_who(sheet, words),
        facts=_facts(sheet, words),
        pages=[[section for section in page if section] for page in pages],
    )


def _marked(lines: Iterable[str]) -> list[Markup]:
    """Sentences with their figures in bold; everything else in them is text."""
    return [Markup(_BOLD.sub(r"<strong>\1</strong>", str(escape(line)))) for line in lines]  # noqa: S704


def _who(sheet: Sheet, words: Words) -> list[Markup]:
    """Whose readings, from when to when, how many days of them and which are missing."""
    daily, days = sheet.home.daily, sheet.home.days
    who = "demo" if sheet.demo else "several" if sheet.home.meters > 1 else "prm" if sheet.prm else "unnamed"
    complete = int(daily.complete.sum())
    lines = [
        words.text(f"sheet.who.{who}", **({"prm": sheet.prm} if who == "prm" and sheet.prm else {})),
        words.text(
            "sheet.who.days",
            span=words.days(days.first, days.last, capital=True),
            complete=words.number(complete),
            of=words.number(len(daily)),
        ),
        words.text("sheet.who.whole"),
        words.text(
            "sheet.who.contract",
            option=contract_name(words, sheet.contract),
            kva=sheet.contract.kva,
            made=words.day(sheet.made),
        ),
    ]
    holes = figures.holes(daily)
    if holes:
        lines[2] = words.text("sheet.who.holes", spans=spans_told(words, holes))
    return _marked([lines[0], f"{lines[1]} {lines[2]}", lines[3]])


def _facts(sheet: Sheet, words: Words) -> list[tuple[str, str]]:
    home, found = sheet.home, sheet.found
    key = key_figures(home.history, home.carpet, home.daily)
    nothing = "–"
    whole = words.kwh(round(found.parts.whole), 0) if found.parts else nothing
    told = amounts(found.offers, found.year) if found.year else ()
    power = found.power
    height = nothing
    if power:
        height = words.quantity(power.margin.highest.va / 1000, "kVA" if power.measured else "kW", 2)
    facts = {
        "energy": whole,
        "cost": words.euros(told[0].total, 0) if told and told[0].fixed is not None else nothing,
        "day": words.kwh(round(key.mean_day)) if key.mean_day is not None else nothing,
        "always": words.watts(found.always) if found.always is not None else nothing,
        "height": words.text("sheet.fact.of", power=height, kva=sheet.contract.kva),
        "night": words.percent(key.night, 0) if key.night is not None else nothing,
    }
    return [(words.text(f"sheet.fact.{name}"), value) for name, value in facts.items()]


def _months(sheet: Sheet, words: Words) -> Section:
    head, rows, partial = figures.month_table(sheet.home.daily, words)
    return Section(
        words.text("sheet.months.title"),
        chart=figures.month_bars(sheet.home.daily, words),
        head=head,
        rows=rows,
        notes=_marked([words.text("sheet.months.partial")]) if partial else (),
    )


def _seasons(sheet: Sheet, words: Words) -> Section:
    head, rows = figures.season_table(sheet.home, words)
    return Section(
        words.text("sheet.seasons.title"),
        chart=figures.season_lines(sheet.home.carpet, words),
        head=head,
        rows=rows,
        notes=_marked([words.text("sheet.seasons.how")]),
    )


def _power(sheet: Sheet, words: Words) -> Section | None:
    power = sheet.found.power
    if power is None:
        return None
    peaks = sheet.measured or MeasuredPeaks.of_means(sheet.home.history)
    rows = [
        [
            words.quantity(one.kva, "kVA"),
            words.number(one.over),
            words.day(one.last) if one.last else words.text("consumption.margin.never"),
            words.text("consumption.margin.unknown") if one.a_year is None else words.euros(one.a_year),
        ]
        for one in power.smaller
    ]
    columns = ("kva", "over", "last")
    return Section(
        words.text("sheet.power.title"),
        _marked(power_told(words, power, sheet.contract)),
        figures.peak_bars(peaks, sheet.contract.kva, words, measured=power.measured),
        [
            *(words.text(f"consumption.margin.{name}") for name in columns),
            words.text("sheet.power.saved"),
        ],
        rows,
        _marked([words.text("sheet.power.measured" if power.measured else "sheet.power.means")]),
    )


def _always(sheet: Sheet, words: Words) -> Section:
    notes = [words.text("consumption.act.always.how")] if sheet.found.parts else []
    return Section(
        words.text("consumption.act.always.title"),
        _marked(always_told(words, sheet.found)),
        notes=_marked(notes),
    )


def _cost(sheet: Sheet, words: Words) -> Section:
    found = sheet.found
    names = [contract_name(words, one.contract) for one in found.offers.offers]
    title = words.text("sheet.cost.title")
    if not found.offers.days:
        return Section(title, _marked([words.text("consumption.act.contract.unknown")]))
    rows = [
        [
            name,
            words.euros(one.energy),
            "–" if one.fixed is None else words.euros(one.fixed),
            words.euros(one.total),
            words.euros(one.saving) if one.saving else "–",
        ]
        for name, one in zip(names, amounts(found.offers, found.year), strict=True)
    ]
    told = [verdict(words, found.offers, names, found.year)]
    if found.spent:
        told.append(hours_told(words, found.spent))
    parts = ("energy", "fixed", "total", "saving")
    return Section(
        title if found.year else words.text("sheet.cost.days", days=words.number(found.offers.days)),
        _marked(told),
        head=[words.text("cost.column.contract"), *(words.text(f"cost.part.{part}") for part in parts)],
        rows=rows,
        notes=_marked([year_told(words, found.year) if found.year else no_year_told(words)]),
    )


def _how(words: Words) -> Section:
    return Section(words.text("sheet.how.title"), notes=_marked([words.text("sheet.how.text")]))
