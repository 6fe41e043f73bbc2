"""Files a household has: opened, recognised by their content, and read as sources like any other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Final

from core.errors import InputError, SourceError
from core.model import UNKNOWN_PRM, Delivery, Flow, Meter, Preview, Refusal, RefusalReason, Span, summed
from core.sources.files import detect
from core.sources.files.content import MAX_BYTES, Content, is_workbook, unpacked
from core.sources.files.parsed import Part
from core.sources.masking import shown_name

__all__ = ["FileSource", "open_files"]

_PRM_IN_NAME: Final = re.compile(r"(?<![0-9])[0-9]{14}(?![0-9])")


class FileSource:
    """One file. `prm`, `flow`: what to take where the file itself does not say."""

    def __init__(
        self, name: str, content: bytes | Content, prm: str | None = None, flow: Flow | None = None
    ) -> None:
        """InputError `file-prm` where `prm` is no meter number."""
        if prm is not None:
            _check_prm(prm)
        self.name = shown_name(name)
        self._content: Content | None = Content.of(name, content) if isinstance(content, bytes) else content
        self._prm, self._flow = prm, flow
        self._named = _prm_in(name)
        self._parts: list[Part] | None = None
        self._error: SourceError | None = None

    @classmethod
    def refused(cls, name: str, error: SourceError) -> FileSource:
        """A file that cannot be read, for this reason."""
        source = cls(name, b"")
        source._error = error
        return source

    @property
    def names_meter(self) -> bool:
        """Whether the file says whose curve it is. SourceError as `preview`."""
        return all(part.prm or self._named for part in self._read())

    def preview(self) -> Preview:
        """What all of it would bring. `meter` is None where it holds several."""
        previews = self.previews()
        meters = {preview.meter for preview in previews}
        return Preview(
            name=self.name,
            origin=previews[0].origin,
            meter=meters.pop() if len(meters) == 1 else None,
            span=Span.around(preview.span for preview in previews),
            readings=sum(preview.readings or 0 for preview in previews),
            steps=tuple(sorted({step for preview in previews for step in preview.steps})),
            gaps=tuple(gap for preview in previews for gap in preview.gaps),
            refused=summed(refusal for preview in previews for refusal in preview.refused),
        )

    def previews(self) -> list[Preview]:
        """One for each load curve in it."""
        return [
            Preview(
                name=self.name,
                origin=part.origin,
                meter=self._meter(part),
                span=part.curve.span,
                readings=len(part.curve),
                steps=tuple(sorted({int(step) for step in set(part.curve.minutes.tolist())})),
                gaps=part.curve.gaps + ((part.tail,) if part.tail else ()),
                refused=part.refused,
            )
            for part in self._read()
        ]

    def deliveries(self, stop: Event) -> Iterator[Delivery]:
        for part in self._read():
            if stop.is_set():
                return
            yield Delivery(self._meter(part), part.origin, part.curve, part.refused, tail=part.tail)

    def _meter(self, part: Part) -> Meter:
        flow = part.flow or self._flow or Flow.CONSUMPTION
        return Meter(part.prm or self._named or self._prm or UNKNOWN_PRM, flow)

    def _read(self) -> list[Part]:
        """Read once; a refusal is the same each time."""
        if self._parts is None and self._error is None:
            try:
                self._parts = self._checked(detect.read(self._open(), self._flow))
            except SourceError as error:
                # its frames hold what was read of the file, and it is kept for as long as the source
                error.__cause__ = error.__context__ = error.__traceback__ = None
                self._error = error
            self._content = None
        if self._error is not None:
            raise self._error.with_traceback(None)
        return self._parts or []

    def _open(self) -> Content:
        if self._content is None:
            raise SourceError("file-empty")
        return self._content

    def _checked(self, parts: list[Part]) -> list[Part]:
        if not any(len(part.curve) for part in parts):
            raise _nothing([refusal for part in parts for refusal in part.refused])
        if any(part.ruined for part in parts) and not (self._prm or self._named):
            raise SourceError("file-prm-ruined")
        return [part for part in parts if len(part.curve) or part.refused]


def open_files(
    files: Iterable[tuple[str, bytes] | Path], prm: str | None = None, flow: Flow | None = None
) -> list[FileSource]:
    """A source for each file, and for each file in a zip. What cannot be read says so when asked for its
    preview; nothing is read before that. InputError `file-prm`, `file-missing`."""
    sources: list[FileSource] = []
    for file in files:
        name, data = _loaded(file) if isinstance(file, Path) else file
        sources += _opened(name, data, prm, flow)
    return sources


def _opened(name: str, data: bytes, prm: str | None, flow: Flow | None) -> list[FileSource]:
    whole = Content.of(name, data)
    if len(data) > MAX_BYTES:
        return [FileSource.refused(name, SourceError("file-too-large", limit=MAX_BYTES >> 20))]
    try:
        if whole.is_zip and not is_workbook(data):
            return [FileSource(entry.name, entry, prm, flow) for entry in unpacked(name, data)]
    except SourceError as error:
        return [FileSource.refused(name, error)]
    return [FileSource(name, data, prm, flow)]


def _loaded(path: Path) -> tuple[str, bytes]:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            # a pipe or a device tells no size, and may have no end
            data = file.read() if 0 < size <= MAX_BYTES else b"" if size else file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:  # ValueError: a path that no system can have
        raise InputError("file-missing", name=shown_name(path.name)) from fault
    if max(size, len(data)) > MAX_BYTES:
        raise InputError("file-too-large", limit=MAX_BYTES >> 20)
    return path.name, data


def _nothing(refused: list[Refusal]) -> SourceError:
    """Why a file that was recognised brings no reading at all."""
    if not refused:
        return SourceError("file-no-rows")
    bad = [one for one in refused if one.reason is not RefusalReason.NO_VALUE]
    if not bad:
        return SourceError("file-no-values")
    most = max(bad, key=lambda one: one.count)
    count = sum(one.count for one in refused)
    return SourceError("file-no-readings", count=count, example=most.example, why=most.reason)


def _check_prm(prm: str) -> None:
    try:
        Meter(prm)
    except ValueError:
        raise InputError("file-prm") from None


def _prm_in(name: str) -> str | None:
    """A meter number in a file's name: 14 digits that are no moment (`20240725123000`)."""
    for found in _PRM_IN_NAME.findall(Path(name).name):
        try:
            datetime.strptime(found, "%Y%m%d%H%M%S")  # noqa: DTZ007 - only asks whether it is one
        except ValueError:
            return str(found)
    return None
