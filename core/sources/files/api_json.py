"""Answers of Conso API or Enedis saved to a file: one, a list of them, or one after the other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.errors import SourceError
from core.model import Flow
from core.sources.files.content import Content
from core.sources.files.parsed import Part

MAX_BYTES: Final = 16 << 20
"""Two years of steps of 10 minutes. As Python objects, a text takes several times its size."""
_MAX_ANSWERS: Final = 10_000
_BETWEEN: Final = re.compile(r"[\s,\[\]﻿]*")
"""What stands between answers; a list of them is taken apart, so that one at a time is there as objects."""


def recognises(lines: list[str]) -> bool:
    return next((line.strip() for line in lines if line.strip()), "")[:1] in ("{", "[")


def read(content: Content, flow: Flow | None = None) -> list[Part]:
    """A part for each answer that is a load curve; the error of the first one where none is."""
    from core.sources.api_answers import read_load_curve  # it needs pandas, which takes half a second

    parts: list[Part] = []
    fault: SourceError | None = None
    for answer in _answers(content):
        try:
            found = read_load_curve(_body(answer), flow=_asked(answer) or flow)
        except SourceError as error:
            fault = fault or error
        else:
            parts.append(Part(found.origin, found.meter.prm, found.meter.flow, found.curve, found.refused))
    if parts:
        return parts
    raise fault or SourceError("api-answer-unknown")


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
