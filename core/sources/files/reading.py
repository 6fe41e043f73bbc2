"""From the bytes of a file, which may be a zip, to the load curves of each file in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.errors import SourceError
from core.model import Refusal, RefusalReason
from core.sources.files import archive, detect
from core.sources.files.content import MAX_BYTES, Content
from core.sources.files.parsed import Asked, Part

_NOTHING_ASKED: Final = Asked()


@dataclass(frozen=True, slots=True)
class Reading:
    """The curves of one file, or the error that prevents reading it."""

    name: str
    parts: tuple[Part, ...] = ()
    error: SourceError | None = None


def read_all(name: str, data: bytes, asked: Asked = _NOTHING_ASKED) -> list[Reading]:
    """Every file in these bytes, read. Never raises, whatever the bytes are."""
    files, error = files_in(name, data)
    if error is not None:
        return [Reading(name, error=error)]
    return [read_one(content, asked) for content in files]


def read_one(content: Content, asked: Asked) -> Reading:
    """Read one file that is not a zip of files."""
    try:
        return Reading(content.name, tuple(_checked(detect.read(content, asked))))
    except SourceError as error:
        # its frames refer to the file's content, and it may be kept for long
        error.__cause__ = error.__context__ = error.__traceback__ = None
        return Reading(content.name, error=error)


def files_in(name: str, data: bytes) -> tuple[list[Content], SourceError | None]:
    """The files in these bytes, none of them read yet, or the error.

    A zip inside a zip is opened, one level deep.
    """
    if len(data) > MAX_BYTES:
        return [], SourceError("file-too-large", limit=MAX_BYTES >> 20)
    try:
        return _unpacked(name, data, archive.Budget(MAX_BYTES, "file-zip-too-large")), None
    except SourceError as error:
        return [], error


def _unpacked(name: str, data: bytes, budget: archive.Budget, depth: int = 0) -> list[Content]:
    whole = Content.of(name, data)
    if not whole.is_zip or archive.is_workbook(data) or archive.is_open_document(data):
        return [whole]
    found: list[Content] = []
    for entry in archive.unpacked(name, data):
        if depth or not _is_zip(entry):
            found.append(entry)
            continue
        packed = entry.whole()
        budget.take(len(packed))
        found += _unpacked(entry.name, packed, budget, depth + 1)
    return found


def _is_zip(entry: Content) -> bool:
    try:
        return entry.is_zip
    except SourceError:  # reported where the entry is read
        return False


def _checked(parts: list[Part]) -> list[Part]:
    if not any(len(part.curve) for part in parts):
        raise _nothing([refusal for part in parts for refusal in part.refused])
    return [part for part in parts if len(part.curve) or part.refused]


def _nothing(refused: list[Refusal]) -> SourceError:
    """The error for a recognised file without any reading."""
    if not refused:
        return SourceError("file-no-rows")
    bad = [one for one in refused if one.reason is not RefusalReason.NO_VALUE]
    if not bad:
        return SourceError("file-no-values")
    most = max(bad, key=lambda one: one.count)
    count = sum(one.count for one in refused)
    return SourceError("file-no-readings", count=count, example=most.example, why=most.reason)
