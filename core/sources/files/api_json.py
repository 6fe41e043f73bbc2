"""Answers of Conso API or Enedis saved to a file: one, a list of them, or one after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from core.errors import SourceError
from core.model import MINUTE_MS, Curve, Delivery, Flow, Meter, Origin, RefusalReason, summed
from core.sources.files.content import Content
from core.sources.files.parsed import MAX_METERS, Part
from core.sources.files.rows import Refusals
from core.sources.overlaps import NONE, overlapped

MAX_BYTES: Final = 16 << 20
"""Two years of steps of 10 minutes. As Python objects, a text takes several times its size."""
_MAX_ANSWERS: Final = 10_000
_BETWEEN: Final = re.compile(r"[\s,\[\]﻿]*")
"""What stands between answers; a list of them is taken apart, so that one at a time is there as objects."""


def recognises(lines: list[str]) -> bool:
    return next((line.strip() for line in lines if line.strip()), "")[:1] in ("{", "[")


def read(content: Content, flow: Flow | None = None) -> list[Part]:
    """A part for each format, meter and flow among the answers; the error of the first one where none is a
    load curve."""
    from core.sources.conso_api.answers import flows_of, read_load_curve  # pandas takes half a second

    found: dict[tuple[Origin, Meter], list[Delivery]] = {}
    fault: SourceError | None = None
    for answer in _answers(content):
        body = _body(answer)
        for wanted in flows_of(body) or (_asked(answer) or flow,):
            try:
                one = read_load_curve(body, flow=wanted)
            except SourceError as error:
                fault = fault or error
            else:
                found.setdefault((one.origin, one.meter), []).append(one)
                if len(found) > MAX_METERS:
                    raise SourceError("file-too-many-meters", limit=MAX_METERS)
    if found:
        return [_joined(answers) for answers in found.values()]
    raise fault or SourceError("api-answer-unknown")


def _joined(answers: list[Delivery]) -> Part:
    """Answers about one meter and flow. Of readings that contradict or overlap, the first is kept."""
    columns = [(one.curve.start, one.curve.end, one.curve.minutes, one.curve.watts) for one in answers]
    start, end, minutes, watts = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.lexsort((minutes, start))  # answers that tell the same interval stay in their order
    start, end, minutes, watts = start[order], end[order], minutes[order], watts[order]
    over = overlapped(start, end)
    kept = over == NONE
    same = ~kept & (start == start[over]) & (end == end[over])
    refused = Refusals()
    for why, which in (
        (RefusalReason.CONTRADICTION, same & (watts != watts[over])),
        (RefusalReason.OVERLAP, ~kept & ~same),
    ):
        refused.add_moments(why, start[which] // MINUTE_MS)
    return Part(
        answers[0].origin,
        answers[0].meter.prm,
        answers[0].meter.flow,
        Curve.of(start[kept], minutes[kept], watts[kept]),
        summed(
            refusal for refusals in (*(one.refused for one in answers), refused.all()) for refusal in refusals
        ),
    )


def _answers(content: Content) -> Iterator[Mapping[str, Any]]:
    text = content.text(MAX_BYTES)
    reader, at, depth, count = json.JSONDecoder(), 0, 0, 0
    while at < len(text):
        between = _BETWEEN.match(text, at)
        if between and between[0]:
            depth += between[0].count("[") - between[0].count("]")
            at = between.end()
            continue
        try:
            answer, at = reader.raw_decode(text, at)
        except (ValueError, RecursionError) as damage:
            raise SourceError("file-json-damaged") from damage
        count += 1
        if count > _MAX_ANSWERS:
            raise SourceError("file-too-many-answers", limit=_MAX_ANSWERS)
        if isinstance(answer, dict):
            yield answer
    if depth:
        raise SourceError("file-json-damaged")


def _body(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """An answer may have been saved with its request around it."""
    body = answer.get("body")
    return body if isinstance(body, dict) else answer


def _asked(answer: Mapping[str, Any]) -> Flow | None:
    """The flow a request names that was saved around its answer: v5 answers do not say it."""
    return Flow.PRODUCTION if "production" in str(answer.get("request", "")) else None
