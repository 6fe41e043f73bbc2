"""Mutated answers, tokens and addresses are handled, and earlier findings stay fixed."""

from __future__ import annotations

import random

import pytest

from tests.fuzz.__main__ import TARGETS
from tests.fuzz.files import FIXTURES
from tests.fuzz.mutate import mutated

OTHERS = [name for name in TARGETS if name != "files"]


@pytest.mark.parametrize("name", OTHERS)
def test_seeds_and_findings_are_read(name: str) -> None:
    findings = sorted((FIXTURES / f"findings-{name}").glob("*"))
    for data in (*TARGETS[name].seeds(), *(path.read_bytes() for path in findings)):
        TARGETS[name].target(data)


@pytest.mark.parametrize("name", OTHERS)
def test_some_mutated_inputs_are_read(name: str) -> None:
    rng, seeds = random.Random(1), TARGETS[name].seeds()
    for _ in range(150):
        TARGETS[name].target(mutated(rng, seeds))
