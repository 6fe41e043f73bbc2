"""Answers of Conso API or Enedis saved to a file: one, a list of them, or one after the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from core.errors import SourceError
from core.model import Flow
from core.sources.files.content import Content, decoded
from core.sources.files.parsed import Part

_MAX_ANSWERS: Final = 10_000


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


def _answers(content: Content) -> list[Mapping[str, Any]]:
    content.whole()  # refuses what is too large to be read at once
    text = decoded(b"".join(bytes(block) for block in content.blocks()))
    answers: list[Any] = []
    reader, at = json.JSONDecoder(), 0
    try:
        while at < len(text):
            found, at = reader.raw_decode(text, at)
            answers += found if isinstance(found, list) else [found]
            while at < len(text) and text[at] in " \t\r\n,":
                at += 1
    except (ValueError, RecursionError) as damage:
        raise SourceError("file-json-damaged") from damage
    if len(answers) > _MAX_ANSWERS:
        raise SourceError("file-too-many-answers", limit=_MAX_ANSWERS)
    return [answer for answer in answers if isinstance(answer, dict)]


def _body(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """An answer may have been saved with its request around it."""
    body = answer.get("body")
    return body if isinstance(body, dict) else answer


def _asked(answer: Mapping[str, Any]) -> Flow | None:
    """The flow a request names that was saved around its answer: v5 answers do not say it."""
    return Flow.PRODUCTION if "production" in str(answer.get("request", "")) else None
