"""Days of a colour, and contracts with a free grid."""

from __future__ import annotations

from datetime import date, timedelta

from core.consumption.cost.contracts import Special, ejp_days, intervals


def test_an_ejp_winter_is_known_with_its_twenty_two_days() -> None:
    first = date(2025, 1, 6)
    days = frozenset(first + timedelta(days=at) for at in range(22))
    assert ejp_days(days).knows(date(2024, 11, 2))
    assert not ejp_days(days - {first}).knows(date(2024, 11, 2))


def test_what_two_know_of_the_days_is_put_together_and_taken_apart() -> None:
    one = Special(((date(2026, 1, 1), date(2026, 1, 11)),), frozenset({date(2026, 1, 5)}))
    more = Special(
        ((date(2026, 1, 9), date(2026, 1, 13)),),
        frozenset(),
        frozenset({date(2026, 1, 10), date(2026, 1, 12)}),
    )
    both = one.joined(more)
    assert both.known == ((date(2026, 1, 1), date(2026, 1, 13)),)
    assert both.red == {date(2026, 1, 12)}  # the first knows that 10 January was blue
    beyond = both.beyond(one)
    assert beyond == Special(((date(2026, 1, 11), date(2026, 1, 13)),), red=frozenset({date(2026, 1, 12)}))
    assert one.joined(beyond) == both


def test_intervals_that_touch_are_one() -> None:
    day = date(2026, 1, 1)
    spans = [
        (day + timedelta(days=a), day + timedelta(days=b))
        for a, b in ((5, 9), (0, 2), (2, 3), (6, 7), (4, 4))
    ]
    assert intervals(spans) == (
        (day, day + timedelta(days=3)),
        (day + timedelta(days=5), day + timedelta(days=9)),
    )
