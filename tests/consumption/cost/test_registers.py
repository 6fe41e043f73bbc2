"""Registers exact to the watt-hour, also when the clock changes."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.consumption.cost.contracts import Contract, OffPeak, Option, Special, Window
from core.consumption.cost.market import regulated
from core.consumption.cost.registers import Metered, meter
from core.consumption.readings import History
from core.model import Curve, Days
from core.paristime import local, midnight
from tests.consumption.known import off_peak, priced
from tests.consumption.reference import half_hours
from tests.curves import curves, regular

TEMPO_WH = {
    "blue-hc": 1_083_540,
    "blue-hp": 1_412_200,
    "white-hc": 242_503,
    "white-hp": 306_317,
    "red-hc": 199_733,
    "red-hp": 224_927,
}


def energy_of(measured: Metered, register: str) -> int:
    """Energy of a register in watt-minutes."""
    at = measured.contract.registers.index(register)
    return int(measured.energy[measured.register == at].sum())


def energy(history: History, contract: Contract) -> dict[str, int]:
    measured = meter(history, contract)
    names = ("hc", "hp") if contract.option is Option.HPHC else ("normal", "peak")
    return {name: energy_of(measured, name) for name in names}


def test_the_meters_own_tempo_registers_are_found_to_the_watt_hour(shared_data: Path) -> None:
    curve = half_hours(shared_data / "enedis_conso_heure_20230809-20240725.csv")
    days = Days(date(2024, 1, 10), date(2024, 7, 25))
    registers = (shared_data / "enedis_conso_jour_index_tempo_20240109-20240725.csv").read_text("utf-8-sig")
    stamps = [line[:10] for line in registers.splitlines() if line[:4] == "2024" and "Arrêté" in line]
    assert (stamps[0], stamps[-1]) == ("2024-01-10", "2024-07-25")

    measured = meter(History.of(curve).during(days), regulated(Option.TEMPO, 9))

    assert {name: Fraction(energy_of(measured, name), 60) for name in TEMPO_WH} == TEMPO_WH


def test_a_half_hour_that_straddles_a_boundary_is_split_by_minutes() -> None:
    start = midnight(date(2024, 5, 6)) + (6 * 60 + 30) * 60_000
    history = History.of(Curve.of([start], [30], [1000]))
    found = energy(history, priced(Option.HPHC, off_peak=(off_peak("22:36-6:36"),)))
    assert found == {"hc": 6_000, "hp": 24_000}


def test_windows_can_be_dated_and_seasonal() -> None:
    rules = (
        off_peak("22-6"),
        off_peak("23-5", since=date(2025, 11, 1)),
        off_peak("11-17", "2-4", since=date(2025, 11, 1), months=frozenset(range(4, 11))),
    )
    contract = priced(Option.HPHC, off_peak=rules)
    hours = {
        day: energy(History.of(regular(day, watts=60)), contract)["hc"] // 3600
        for day in (date(2025, 10, 1), date(2025, 12, 1), date(2026, 7, 1))
    }
    assert list(hours.values()) == [8, 6, 8]


@pytest.mark.parametrize(
    ("day", "window", "hours"),
    [
        (date(2024, 3, 31), "1-4", 2),  # 02:00 to 03:00 does not happen
        (date(2024, 10, 27), "1-4", 4),  # and here it happens twice
        (date(2024, 3, 31), "2:15-3:45", 0.75),
        (date(2024, 10, 27), "2:15-2:45", 1),
        (date(2024, 10, 27), "2:45-3:15", 0.75),
    ],
)
def test_windows_follow_the_clock_where_it_changes(day: date, window: str, hours: float) -> None:
    found = energy(History.of(regular(day, watts=60)), priced(Option.HPHC, off_peak=(off_peak(window),)))
    assert found["hc"] == hours * 3600


def test_ejp_runs_from_seven_to_one_the_next_morning() -> None:
    special = Special(((date(2024, 1, 1), date(2024, 2, 1)),), red=frozenset({date(2024, 1, 10)}))
    history = History.of(regular(date(2024, 1, 9), 3, watts=60))
    assert energy(history, priced(Option.EJP, special=special)) == {"normal": 54 * 3600, "peak": 18 * 3600}


def test_ejp_days_that_are_not_known_are_not_guessed_but_summer_has_none() -> None:
    winter = meter(History.of(regular(date(2024, 1, 9), watts=60)), priced(Option.EJP))
    summer = meter(History.of(regular(date(2024, 7, 9), watts=60)), priced(Option.EJP))
    assert [int(winter.energy[winter.register == at].sum()) // 3600 for at in (-1, 0, 1)] == [18, 6, 0]
    assert energy_of(summer, "normal") == 24 * 3600


@settings(max_examples=40)
@given(curves(max_size=12), st.integers(0, 1439), st.integers(1, 1439))
def test_a_window_takes_the_minutes_it_says(curve: Curve, start: int, length: int) -> None:
    window = Window(start, (start + length) % 1440)
    contract = priced(Option.HPHC, off_peak=(OffPeak((window,)),))
    expected = 0
    for at, minutes, watts in zip(curve.start, curve.minutes, curve.watts, strict=True):
        for minute in range(int(minutes)):
            clock = local(int(at) + minute * 60_000)
            expected += int(watts) * window.holds(clock.hour * 60 + clock.minute)
    assert energy_of(meter(History.of(curve), contract), "hc") == expected
