"""Describes known prices and colours, and a refresh, in words, for the page and the command."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from core.consumption.cost.market import REGULATED, Market
from core.consumption.cost.refresh import Outcome, Report, Step
from core.texts import Words

_SPANS: Final = 3
"""Most spans of days that are listed."""
_USUAL_KVA: Final = 9
"""A power (kVA) at which every option is offered."""


def known_told(words: Words, market: Market) -> list[str]:
    """Until when prices and colours are known, one line each."""
    told = []
    lists = [market.of(option, _USUAL_KVA) for option in REGULATED]
    firsts = [found[0].since for found in lists if found]
    ends = [found[-1].end for found in lists if found and found[-1].end]
    if firsts and ends:
        last = min(end for end in ends if end) - timedelta(days=1)
        told.append(words.text("cost.known.prices", first=words.day(max(firsts)), last=words.day(last)))
    if known := market.tempo.known:
        first, last = known[0][0], known[-1][1] - timedelta(days=1)
        told.append(words.text("cost.known.colours", first=words.day(first), last=words.day(last)))
        holes = [(before[1], after[0] - timedelta(days=1)) for before, after in pairwise(known)]
        if holes:
            told.append(words.text("cost.known.holes", spans=spans_told(words, holes)))
    return told


def spans_told(words: Words, spans: Sequence[tuple[date, date]]) -> str:
    """The first spans of days, and the number of further ones."""
    told = [words.days(*one) for one in spans[:_SPANS]]
    if len(spans) > _SPANS:
        told.append(words.text("cost.out.more", count=words.number(len(spans) - _SPANS)))
    return words.listed(told)


def headline(words: Words, report: Report) -> str:
    """The outcome of a refresh in one line."""
    if report.cancelled:
        return words.text("cost.refresh.cancelled")
    if report.offline:
        return words.text("cost.refresh.offline")
    if not report.failed:
        return words.text("cost.refresh.partly" if report.behind else "cost.refresh.done")
    some = len(report.failed) < len({one.about for one in report.steps})
    return words.text("cost.refresh.partly" if some else "cost.refresh.failed")


def step_told(words: Words, step: Step) -> str:
    """What a step asked, of which source, and its result; without the text of an error."""
    if step.season:
        what = words.text("cost.refresh.colours", season=step.season)
    else:
        option = words.text(f"cost.option.{step.option.value}") if step.option else ""
        what = words.text("cost.refresh.prices", option=option)
    name = words.text("cost.refresh.step", what=what, source=words.text(f"cost.source.{step.source.value}"))
    return name if step.outcome is Outcome.FAILED else words.labelled(name, _outcome(words, step))


def _outcome(words: Words, step: Step) -> str:
    told = []
    if step.added:
        told.append(words.text("cost.refresh.new", count=words.number(step.added)))
    if step.outcome is Outcome.STALE:
        late = words.text("cost.refresh.stale", day=words.day(step.newest)) if step.newest else None
        told.append(late or words.text("cost.refresh.stale_none"))
    if step.differing:
        told.append(words.text("cost.refresh.differing", count=words.number(step.differing)))
    return words.listed(told) if told else words.text("cost.refresh.same")
