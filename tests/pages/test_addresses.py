"""Every page opens by any address: parameters that nobody wrote count as the usual choice."""

from __future__ import annotations

import random
from typing import Final

import pytest

from tests.code import PAGES
from tests.fuzz.mutate import mutated
from tests.pages.conftest import Opens

ADDRESSES: Final = 5
PARAMETERS: Final[dict[str, tuple[str, ...]]] = {
    "lang": ("en", "fr"),
    "meter": ("0", "1"),
    "w": ("a" * 32,),
    "talk": ("1", "8", "notes"),
    "source": ("api", "files", "demo"),
    "view": ("day", "week", "month", "all", "custom"),
    "day": ("2024-03-15", "0001-01-01", "9999-12-31"),
    "to": ("2024-03-20", "2024-03-10"),
    "against": ("2024-03-01",),
    "scope": ("net",),
    "show": ("overview", "habits", "compare", "power", "export"),
    "part": ("compare", "contract", "learn", "buckets"),
    "season": ("winter",),
    "weekdays": ("5-6",),
    "offers": ("hphc-tempo",),
    "kva": ("9", "²"),
    "grain": ("day",),
    "unit": ("eur",),
    "prices": ("then",),
    "cumulated": ("1",),
}
"""Parameters of all pages, with values to begin from."""


def address(rng: random.Random) -> dict[str, str]:
    """Some parameters, most of them with a mutated value."""
    names = rng.sample(sorted(PARAMETERS), rng.randrange(1, 6))
    query = {}
    for name in names:
        seeds = [one.encode() for one in PARAMETERS[name]]
        data = mutated(rng, seeds) if rng.random() < 0.8 else rng.choice(seeds)
        query[name] = data.decode("utf-8", errors="replace")[:5000]
    return query


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_by_any_address(household_page: Opens, name: str) -> None:
    rng = random.Random(name)
    for _ in range(ADDRESSES):
        query = address(rng)
        page = household_page(name, **query)
        assert not page.exception, query
