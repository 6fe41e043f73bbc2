"""What the cells of a row say in words: a step, a meter, a flow, and which rows say the same."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.model import STEPS, Flow
from core.sources.files.tables.columns import Field, Flags, Numbers
from core.sources.files.tables.steps import NO_STEP
from core.sources.refusals import STEPS_BY_NAME

_FLOW_WORDS: Final = {
    form.encode(): flow
    for flow, names in (
        (Flow.CONSUMPTION, ("cons", "consommation", "soutirage", "consumption")),
        (Flow.PRODUCTION, ("prod", "production", "injection")),
    )
    for name in names
    for form in (name, name.upper(), name.capitalize())
}
LONGEST_METER: Final = 40
_MOST_FORMS: Final = 20
"""Limit of different ways to write a step, in one block."""
_STEP_WORDS: Final = {name.encode(): minutes for name, minutes in STEPS_BY_NAME.items()} | {
    form.encode(): step for step in STEPS for form in (f"{step}", f"{step} min", f"{step}min", f"{step} mn")
}


def stated_steps(field: Field) -> Numbers:
    """The step (minutes) that each row states; NO_STEP if it is none."""
    steps = np.zeros(len(field.begin), np.int64)
    rest = np.ones(len(field.begin), np.bool_)
    for _ in range(_MOST_FORMS):
        if not rest.any():
            break
        written = field.raw(int(np.argmax(rest)))
        same = field.equals(written[:LONGEST_METER])
        same[int(np.argmax(rest))] = True
        steps[rest & same] = _STEP_WORDS.get(written, NO_STEP)
        rest &= ~same
    return steps


def same_meter(prm: Field | None, row: int, rest: Flags) -> tuple[bytes, Flags]:
    """The meter that a row names, and the rows that name the same."""
    if prm is None:
        return b"", rest.copy()
    if prm.width[row] > LONGEST_METER:  # too long for a meter
        return b"", rest & (prm.width > LONGEST_METER)
    written = prm.raw(row)
    return written, rest & prm.equals(written)


def same_flow(flows: Field, row: int) -> tuple[Flow | None, Flags]:
    """The flow that a row names, and the rows that name the same; None for all with no known flow."""
    written = flows.raw(row)
    if written in _FLOW_WORDS:
        return _FLOW_WORDS[written], flows.equals(written)
    return None, ~flows.equals(*_FLOW_WORDS)
