"""Answers of Conso API or Enedis saved to a file: one, a list of them, or several in a row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from core.errors import SourceError
from core.model import Assumed, Assumption, Delivery, Flow
from core.sources.files.content import Content
from core.sources.files.parsed import MAX_METERS, Asked, Part, joined
from core.sources.stamped import Stamped

MAX_BYTES: Final = 16 << 20
"""Two years of 10-minute steps. As Python objects, a text takes several times its size."""
_MAX_ANSWERS: Final = 10_000
_WRAPPERS: Final = ("body", "data", "mesures", "response", "result")
_MAX_WRAPPED: Final = 4
_BETWEEN: Final = re.compile(r"[\s,\[\]﻿]*")
"""Separators of answers; a list is taken apart, so that only one answer at a time becomes objects."""


def recognises(lines: list[str]) -> bool:
    """Whether a text is JSON, by its first sign."""
    return next((line.strip() for line in lines if line.strip()), "")[:1] in ("{", "[")


def read(content: Content, asked: Asked) -> list[Part]:
    """One part for each format, meter and flow among the answers.

    If none is a load curve, raises the error of the first. SourceError `file-unclear-times` if nothing tells
    which end of its interval a stamp names, `file-too-many-meters`.
    """
    from core.sources.conso_api.answers import read_load_curve, stamped_in  # pandas takes half a second

    said = _stamped(content, asked)
    parts: list[Part] = []
    fault: SourceError | None = None
    for body, flow in _bodies(content, asked):
        try:
            own = stamped_in(body, flow)
            stamped = said if own is Stamped.UNSAID else own
            one = read_load_curve(body, flow=flow, stamped=stamped)
        except SourceError as error:
            fault = fault or error
            continue
        parts.append(_part(one, stamped))
        if len({(part.prm, part.flow) for part in parts}) > MAX_METERS:
            raise SourceError("file-too-many-meters", limit=MAX_METERS)
    if parts:
        return joined([part] for part in parts)
    raise fault or SourceError("api-answer-unknown")


def _part(one: Delivery, stamped: Stamped) -> Part:
    assumed = (Assumption(Assumed.BEGIN),) if stamped is Stamped.BEGIN else ()
    return Part(one.origin, one.meter.prm, one.meter.flow, one.curve, one.refused, assumed=assumed)


def _stamped(content: Content, asked: Asked) -> Stamped:
    """What stamps name in answers that do not tell: as the other answers tell, else as asked."""
    from core.sources.conso_api.answers import stamped_in

    found: set[Stamped] = set()
    for body, flow in _bodies(content, asked):
        try:
            found.add(stamped_in(body, flow))
        except SourceError:
            continue  # reported where it is read
    if Stamped.UNSAID not in found:
        return Stamped.UNSAID
    told = found - {Stamped.UNSAID}
    if not told and any(_is_r63(answer) for answer in _answers(content)):
        return Stamped.END
    if len(told) == 1:
        return told.pop()
    if asked.stamped is Stamped.UNSAID:
        raise SourceError("file-unclear-times")
    return asked.stamped


def _bodies(content: Content, asked: Asked) -> Iterator[tuple[Mapping[str, Any], Flow | None]]:
    """Each answer, with each flow to read from it."""
    from core.sources.conso_api.series import flows_of

    for answer in _answers(content):
        for body in _unwrapped(answer):
            for flow in flows_of(body) or (_asked(answer) or asked.flow,):
                yield body, flow


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


def _unwrapped(answer: Mapping[str, Any], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The answers inside what they were saved in; anything else is passed on unchanged.

    They may be inside a saved request, `data`, or the `mesures` of an R63.
    """
    for name in _WRAPPERS:
        inner = answer.get(name)
        found = [one for one in (inner if isinstance(inner, list) else [inner]) if isinstance(one, dict)]
        if found and depth < _MAX_WRAPPED:
            for one in found:
                yield from _unwrapped(one, depth + 1)
            return
    yield answer


def _is_r63(answer: Mapping[str, Any]) -> bool:
    """Whether it is the distributor's own R63, whose stamps are ENDs by specification."""
    header = answer.get("header")
    return isinstance(header, Mapping) and header.get("codeFlux") == "R63"


def _asked(answer: Mapping[str, Any]) -> Flow | None:
    """The flow named by a request saved around its answer, as v5 answers do not name it."""
    return Flow.PRODUCTION if "production" in str(answer.get("request", "")) else None
