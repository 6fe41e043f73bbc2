"""Known prices and colours, and a refresh, in words of both languages."""

from __future__ import annotations

from datetime import date

import pytest

from core.consumption.cost.contracts import Option
from core.consumption.cost.market import Source, on_file
from core.consumption.cost.refresh import Outcome, Report, Step
from core.consumption.cost.refresh_words import headline, known_told, spans_told, step_told
from core.errors import SourceError
from core.texts import ENGLISH, Language, Words

FRENCH = Words(Language.FRENCH)
GOOD = Step(Source.RTE, "2026-2027", None, Outcome.NEW, 3, newest=date(2026, 11, 27))
BAD = Step(
    Source.RTE, "2026-2027", None, Outcome.FAILED, error=SourceError("public-status", source="RTE", code=503)
)
LATE = Step(Source.RTE, "2026-2027", None, Outcome.STALE, 2, newest=date(2026, 11, 25))
LOST = Step(
    Source.CRE, None, Option.BASE, Outcome.FAILED, error=SourceError("public-unreachable", source="CRE")
)


def test_what_is_known_says_its_dates_and_its_holes() -> None:
    assert known_told(ENGLISH, on_file()) == [
        "Regulated prices are known from 1 Feb 2022 to 31 Jan 2027. They usually change on 1 February and "
        "1 August.",
        "Tempo colours are known from 1 Sept 2022 to 29 Sept 2026.".replace("Sept", "Sep"),
        "Without a colour in between: 23 Apr 2026 to 31 Aug 2026.",
    ]
    assert "31 janv. 2027" in known_told(FRENCH, on_file())[0]


def test_many_stretches_of_days_are_shortened() -> None:
    spans = [(date(2026, 1, day), date(2026, 1, day)) for day in range(1, 6)]
    assert spans_told(ENGLISH, spans) == "1 Jan 2026; 2 Jan 2026; 3 Jan 2026; more stretches: 2"


@pytest.mark.parametrize(
    ("steps", "key"),
    [
        ((GOOD,), "done"),
        ((BAD, GOOD), "done"),  # another source replaced it
        ((GOOD, LOST), "partly"),
        ((LATE, BAD), "partly"),
        ((LATE, GOOD), "done"),
        ((BAD,), "failed"),
        ((LOST,), "offline"),
    ],
)
def test_the_headline_says_what_came_of_it(steps: tuple[Step, ...], key: str) -> None:
    for words in (ENGLISH, FRENCH):
        assert headline(words, Report(steps, 0)) == words.text(f"cost.refresh.{key}")
        assert headline(words, Report(steps, 0, True)) == words.text("cost.refresh.cancelled")


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (GOOD, "Tempo colours 2026-2027 (RTE's calendar): 3 new"),
        (BAD, "Tempo colours 2026-2027 (RTE's calendar)"),
        (
            Step(Source.CRE, None, Option.HPHC, Outcome.SAME, differing=2),
            "Prices: Peak / off-peak (HP/HC) (CRE, open data): "
            "prices that differ by less than 1 %, where those known stand: 2",
        ),
        (Step(Source.CRE, None, Option.BASE, Outcome.SAME), "Prices: Base (CRE, open data): nothing new"),
        (
            Step(Source.CRE, None, Option.BASE, Outcome.STALE, newest=date(2026, 2, 1)),
            "Prices: Base (CRE, open data): lags behind: its newest is of 1 Feb 2026",
        ),
        (
            Step(Source.RTE, "2026-2027", None, Outcome.STALE),
            "Tempo colours 2026-2027 (RTE's calendar): has nothing yet",
        ),
    ],
)
def test_each_step_says_what_was_asked_of_whom_and_what_came(step: Step, told: str) -> None:
    assert step_told(ENGLISH, step).replace("\u202f", " ") == told
    assert step_told(FRENCH, step)
