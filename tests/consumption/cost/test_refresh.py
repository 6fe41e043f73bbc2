"""Prices and colours from their public sources: accepted if valid, otherwise refused with an explanation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Event
from typing import Any

import pytest
from pymongo.database import Database

from core.consumption.cost.comparison import compare
from core.consumption.cost.contracts import REGISTERS, Option
from core.consumption.cost.kept_market import last_refresh, load_market
from core.consumption.cost.market import Market, Source, on_file, regulated
from core.consumption.cost.refresh import Outcome, Report, is_due, refresh, seasons
from core.consumption.readings import History
from core.errors import InputError
from core.paristime import DAY_MS, HOUR_MS, midnight
from core.settings import Deployment, Settings
from core.sources.open_data.tempo import Colour, Season
from core.sources.transport import Limits
from core.storage.store import Store
from core.storage.upkeep.ownership import PUBLIC_PRICES
from core.texts import ENGLISH, Language, Words
from tests.curves import regular
from tests.open_data_server import CRE, RTE, SECOND, OpenDataServer, Row

TODAY = date(2026, 11, 26)
NOW = midnight(TODAY) + 12 * HOUR_MS
FIRST = date(2024, 11, 27)
"""Two years of readings."""
QUICK = Limits(connect=2, silence=1, deadline=1.5, size=200_000)


@pytest.fixture
def server() -> Iterator[OpenDataServer]:
    with OpenDataServer(TODAY) as sources:
        yield sources


@pytest.fixture
def database(store: Store) -> Database[dict[str, Any]]:
    return store.database


def settings_of(server: OpenDataServer, **more: Any) -> Settings:
    return Settings(_env_file=None, **(server.settings | more))


def asked(
    database: Database[Any], server: OpenDataServer, now: int = NOW, first: date | None = FIRST, **more: Any
) -> Report:
    return refresh(database, settings_of(server), first, clock=lambda: now, limits=QUICK, **more)


def codes(report: Report) -> set[str]:
    return {step.error.code for step in report.steps if step.error}


def test_a_comparison_over_every_day_of_two_years_once_the_calendar_is_refreshed(
    database: Database[Any], server: OpenDataServer
) -> None:
    history = History.of(regular(FIRST, 729, watts=900))

    def compared(market: Market) -> tuple[int, int]:
        options = (Option.BASE, Option.HPHC, Option.TEMPO)
        found = compare(history, tuple(regulated(one, 9, market=market) for one in options))
        return found.days, found.of

    before = compared(load_market(database))
    report = asked(database, server)
    assert [(step.about, step.outcome) for step in report.steps] == [
        ("2026-2027", Outcome.NEW),
        ("2025-2026", Outcome.NEW),
        ("base", Outcome.SAME),
        ("hphc", Outcome.SAME),
        ("tempo", Outcome.SAME),
    ]
    assert before == (540, 729)
    assert compared(load_market(database)) == (729, 729)
    assert server.asked(SECOND) == []


def test_only_what_is_not_known_is_asked_for_and_we_say_who_we_are(
    database: Database[Any], server: OpenDataServer
) -> None:
    asked(database, server)
    assert server.asked(RTE) == ["tempo?season=2026-2027", "tempo?season=2025-2026"]
    assert {headers["User-Agent"] for _, headers in server.seen} == {
        "Courbe/0.1.0 (+https://github.com/courbe)"
    }
    server.seen.clear()
    again = asked(database, server)
    assert server.asked(RTE) == ["tempo?season=2026-2027"]
    assert again.added == 0


def test_seasons_are_those_of_the_readings_without_those_known_whole() -> None:
    def years(first: date | None, today: date = TODAY) -> list[int]:
        return [season.year for season in seasons(first, today, on_file().tempo)]

    assert years(None) == [2026]
    assert years(date(2026, 9, 1)) == [2026]
    assert years(date(2026, 8, 31)) == [2026, 2025]
    assert years(date(2021, 9, 1)) == [2026, 2025, 2021]
    assert years(date(2010, 1, 1))[-1] == 2014
    assert years(date(2026, 9, 1), date(2026, 8, 31)) == [2025]


def test_what_came_with_the_program_stays_and_what_was_kept_has_its_source_and_moment(
    database: Database[Any], server: OpenDataServer
) -> None:
    asked(database, server)
    kept = {one["_id"]: one for one in database[PUBLIC_PRICES].find()}
    assert set(kept) == {
        "colours:2025-2026:rte",
        "colours:2026-2027:rte",
        "prices:base",
        "prices:hphc",
        "prices:tempo",
        "refresh",
    }
    assert kept["colours:2025-2026:rte"]["source"] == "rte"
    assert kept["colours:2025-2026:rte"]["at"].isoformat() == "2026-11-26T11:00:00"
    assert "2026-04-02" not in kept["colours:2025-2026:rte"]["days"]  # on file
    database[PUBLIC_PRICES].delete_many({})
    assert load_market(database) == on_file()


def test_the_second_source_is_asked_when_the_first_fails(
    database: Database[Any], server: OpenDataServer
) -> None:
    server.broken[RTE] = "down"
    report = asked(database, server)
    assert [(step.source, step.outcome) for step in report.steps if step.season] == [
        (Source.RTE, Outcome.FAILED),
        (Source.API_COULEUR, Outcome.NEW),
        (Source.RTE, Outcome.FAILED),
        (Source.API_COULEUR, Outcome.NEW),
    ]
    assert report.failed == ()
    assert load_market(database).tempo.knows(TODAY)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("down", "public-status"),
        ("gone", "public-status"),
        ("page", "public-garbled"),
        ("empty", "public-garbled"),
        ("other", "public-garbled"),
        ("elsewhere", "public-redirect"),
        ("around", "public-status"),
        ("cut", "public-cut"),
        ("slow", "public-timeout"),
        ("huge", "public-large"),
    ],
)
def test_every_fault_of_a_source_is_told_and_changes_nothing(
    database: Database[Any], server: OpenDataServer, fault: str, code: str
) -> None:
    server.broken = dict.fromkeys((RTE, SECOND, CRE), fault)
    report = asked(database, server, first=None)
    assert codes(report) == {code}
    assert len(report.failed) == 5
    assert load_market(database) == on_file()
    for words in (ENGLISH, Words(Language.FRENCH)):
        for step in report.steps:
            assert step.error is not None
            assert step.error.title(words)
            assert "{" not in step.error.happened(words) + step.error.cure(words)


def test_a_redirect_on_the_same_host_is_followed(database: Database[Any], server: OpenDataServer) -> None:
    server.faults[CRE].extend(["here"])
    report = asked(database, server, first=None)
    assert report.failed == ()
    assert server.asked(CRE)[:2] == ["Option_Base.csv", "moved/Option_Base.csv"]


def test_offline_is_said_and_everything_known_stays(database: Database[Any]) -> None:
    with OpenDataServer(TODAY) as gone:
        settings = settings_of(gone)
    report = refresh(database, settings, FIRST, clock=lambda: NOW, limits=QUICK)
    assert report.offline
    assert len(report.failed) == len(report.steps) == 7
    assert codes(report) == {"public-unreachable"}
    assert load_market(database) == on_file()


def test_an_address_without_tls_is_not_asked(database: Database[Any], server: OpenDataServer) -> None:
    settings = settings_of(server, prices_url="http://www.cre.fr/files")
    report = refresh(database, settings, None, clock=lambda: NOW, limits=QUICK)
    assert codes(report) == {"public-address"}


def lie(server: OpenDataServer, year: int, **colours: Colour) -> None:
    for source_day, colour in colours.items():
        server.colours[year][date.fromisoformat(source_day[1:].replace("_", "-"))] = colour


@pytest.mark.parametrize(
    ("year", "lies", "code"),
    [
        (2025, {"d2026_01_05": Colour.BLUE}, "public-contradiction"),
        (2025, {"d2026_05_11": Colour.RED}, "public-red-day"),
        (2026, {"d2026_11_22": Colour.RED}, "public-red-day"),
        (2026, {"d2026_11_22": Colour.WHITE}, "public-white-sunday"),
        (2026, {"d2026_11_28": Colour.BLUE}, "public-early"),
        (2026, {"d2027_09_01": Colour.BLUE}, "public-early"),
        (2025, {f"d2026_08_{day}": Colour.WHITE for day in (10, 11, 12)}, "public-white-days"),
        (2025, {f"d2026_05_{day:02}": Colour.BLUE for day in range(1, 32)}, "public-season"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_whole(
    database: Database[Any], server: OpenDataServer, year: int, lies: dict[str, Colour], code: str
) -> None:
    lie(server, year, **lies)
    report = asked(database, server)
    assert codes(report) == {code}
    tempo = load_market(database).tempo
    assert not tempo.knows(date(year + 1, 5, 20) if year == 2025 else TODAY)
    assert tempo.knows(TODAY if year == 2025 else date(2026, 5, 20))  # the other season is not affected


def test_a_season_with_twenty_three_red_days_is_refused(
    database: Database[Any], server: OpenDataServer
) -> None:
    days = [date(2026, 11, 2) + timedelta(days=at) for at in range(120)]
    red = [day for day in days if day.weekday() < 5][:23]
    server.colours[2026] = dict.fromkeys(
        (date(2026, 9, 1) + timedelta(days=at) for at in range(200)), Colour.BLUE
    )
    server.colours[2026] |= dict.fromkeys(red, Colour.RED)
    late = midnight(date(2027, 3, 19)) + 12 * HOUR_MS
    report = asked(database, server, now=late, first=date(2026, 9, 1))
    (error,) = [step.error for step in report.steps if step.source is Source.RTE]
    assert error is not None
    assert error.code == "public-red-days"
    assert "23" in error.happened()
    server.colours[2026][red[-1]] = Colour.BLUE
    assert asked(database, server, now=late, first=date(2026, 9, 1)).failed == ()


def test_a_day_the_operator_does_not_know_stays_unknown_and_the_other_source_is_asked(
    database: Database[Any], server: OpenDataServer
) -> None:
    tomorrow = TODAY + timedelta(days=1)
    server.fallback = {TODAY, tomorrow}
    report = asked(database, server, first=None)
    assert [(step.source, step.outcome, step.newest) for step in report.steps[:2]] == [
        (Source.RTE, Outcome.STALE, TODAY - timedelta(days=1)),
        (Source.API_COULEUR, Outcome.NEW, tomorrow),
    ]
    tempo = load_market(database).tempo
    assert tempo.knows(tomorrow)
    assert not tempo.knows(tomorrow + timedelta(days=1))  # its code 0 means not decided yet


def next_lists(option: Option, factor: str, first: date = date(2027, 2, 1)) -> list[Row]:
    """Lists of the next change, with each price multiplied by a factor."""
    rows = []
    for (one, kva), lists in on_file().prices.items():
        if one is option:
            last = lists[-1]
            kwh = tuple(
                f"{price * Decimal(factor):.4f}" for price in (last.kwh[name] for name in REGISTERS[option])
            )
            rows.append(Row(kva, first, None, kwh, f"{(last.year or 0) * Decimal(factor):.2f}"))
    return rows


def publish(server: OpenDataServer, option: Option, rows: list[Row]) -> None:
    kept = [
        replace(row, last=rows[0].first - timedelta(days=1)) if row.last is None else row
        for row in server.prices[option]
    ]
    server.prices[option] = kept + rows


def test_new_prices_are_taken_with_the_day_until_which_they_hold(
    database: Database[Any], server: OpenDataServer
) -> None:
    publish(server, Option.BASE, next_lists(Option.BASE, "1.05"))
    now = midnight(date(2027, 2, 10))
    report = asked(database, server, now=now, first=None)
    added = {step.about: (step.outcome, step.added) for step in report.steps if step.option}
    assert added["base"] == (Outcome.NEW, 9)
    (*older, last) = load_market(database).of(Option.BASE, 6)
    assert (last.since, last.end, last.kwh["base"]) == (date(2027, 2, 1), date(2027, 8, 1), Decimal("0.2101"))
    assert older == list(on_file().of(Option.BASE, 6))
    # nine days after a usual change, the list in force may just not be updated yet
    assert load_market(database).of(Option.HPHC, 6)[-1].end == date(2027, 2, 1)
    asked(database, server, now=midnight(date(2027, 4, 15)), first=None)
    assert load_market(database).of(Option.HPHC, 6)[-1].end == date(2027, 8, 1)


def test_a_price_thirty_percent_off_the_last_is_refused_with_its_file(
    database: Database[Any], server: OpenDataServer
) -> None:
    publish(server, Option.BASE, next_lists(Option.BASE, "1.31"))
    publish(server, Option.TEMPO, next_lists(Option.TEMPO, "0.71"))
    report = asked(database, server, now=midnight(date(2027, 2, 10)), first=None)
    told = {step.about: step.error.code if step.error else None for step in report.steps if step.option}
    assert told == {"base": "public-price-jump", "hphc": None, "tempo": None}
    assert load_market(database).of(Option.BASE, 6) == on_file().of(Option.BASE, 6)


def test_a_price_of_a_power_that_had_none_is_held_against_the_nearest_power(
    database: Database[Any], server: OpenDataServer
) -> None:
    wrong = Row(24, date(2024, 2, 1), date(2025, 1, 31), ("0.9", "0.9", "0.9", "0.9", "0.9", "0.9"), "300")
    server.prices[Option.TEMPO].append(wrong)
    assert codes(asked(database, server, first=None)) == {"public-price-jump"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kwh": ("0.2101",)}, "public-price-contradiction"),
        ({"year": "200.00"}, "public-price-contradiction"),
        ({"kva": 7}, "public-price-order"),
        ({"last": date(2020, 1, 1)}, "public-price-order"),
        ({"first": date(2029, 2, 1), "last": None}, "public-price-order"),
    ],
)
def test_a_row_that_cannot_be_has_its_file_refused(
    database: Database[Any], server: OpenDataServer, change: dict[str, Any], code: str
) -> None:
    publish(server, Option.BASE, next_lists(Option.BASE, "1.02"))
    rows = server.prices[Option.BASE]
    at = next(at for at, row in enumerate(rows) if row.first == date(2026, 8, 1))
    rows[at] = replace(rows[at], **change)
    assert codes(asked(database, server, now=midnight(date(2027, 2, 10)), first=None)) == {code}
    assert load_market(database).of(Option.BASE, 6) == on_file().of(Option.BASE, 6)


def test_a_price_that_differs_a_little_is_counted_and_the_known_one_stands(
    database: Database[Any], server: OpenDataServer
) -> None:
    rows = server.prices[Option.HPHC]
    at = next(at for at, row in enumerate(rows) if row.first == date(2026, 2, 1))
    rows[at] = replace(rows[at], kwh=("0.1578", rows[at].kwh[1]))
    (step,) = [step for step in asked(database, server, first=None).steps if step.option is Option.HPHC]
    assert (step.outcome, step.differing) == (Outcome.SAME, 1)
    assert load_market(database).of(Option.HPHC, 6) == on_file().of(Option.HPHC, 6)


def test_a_file_older_than_what_is_known_is_called_stale_and_confirms_nothing(
    database: Database[Any], server: OpenDataServer
) -> None:
    server.prices[Option.BASE] = [row for row in server.prices[Option.BASE] if row.first < date(2026, 8, 1)]
    (step,) = [
        step
        for step in asked(database, server, now=midnight(date(2027, 4, 15)), first=None).steps
        if step.option is Option.BASE
    ]
    assert (step.outcome, step.newest) == (Outcome.STALE, date(2026, 2, 1))
    assert load_market(database).of(Option.BASE, 6)[-1].end == date(2027, 2, 1)


def test_it_is_due_once_a_day_and_the_last_one_is_remembered(
    database: Database[Any], server: OpenDataServer
) -> None:
    assert is_due(database, lambda: NOW)
    report = asked(database, server)
    assert not is_due(database, lambda: NOW + 11 * HOUR_MS)
    assert is_due(database, lambda: NOW + 12 * HOUR_MS)
    last = last_refresh(database)
    assert last is not None
    assert last[0] == report.at_ms
    assert [step["about"] for step in last[1]] == [step.about for step in report.steps]


def test_it_can_be_stopped_and_goes_on_from_there(database: Database[Any], server: OpenDataServer) -> None:
    stop = Event()
    told: list[tuple[int, int]] = []

    def progress(done: int, of: int) -> None:
        told.append((done, of))
        if done == 1:
            stop.set()

    report = asked(database, server, stop=stop, progress=progress)
    assert report.cancelled
    assert told == [(0, 5), (1, 5)]
    assert len(report.steps) == 2


def test_a_shared_demonstration_asks_nobody(database: Database[Any], server: OpenDataServer) -> None:
    with pytest.raises(InputError) as caught:
        refresh(database, settings_of(server, deployment=Deployment.SHARED), FIRST)
    assert caught.value.code == "public-shared"
    assert server.seen == []


def test_a_refresh_every_day_of_a_season_keeps_what_it_learnt(
    database: Database[Any], server: OpenDataServer
) -> None:
    whole = dict(server.colours[2026])
    for at in range(5):
        day = TODAY - timedelta(days=5 - at)
        server.colours[2026] = {
            one: colour for one, colour in whole.items() if one <= day + timedelta(days=1)
        }
        asked(database, server, now=NOW - (5 - at) * DAY_MS, first=None)
    tempo = load_market(database).tempo
    assert tempo.known[-1] == (Season.of(TODAY).first, TODAY + timedelta(days=1))
