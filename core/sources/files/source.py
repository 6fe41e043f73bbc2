"""One file as a source: its meters, a preview of what it brings, and its readings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Final

from core.errors import InputError, SourceError
from core.model import UNKNOWN_PRM, Delivery, Flow, Meter, Preview, Span, summed
from core.sources.files.content import MAX_BYTES, Content, TellShare
from core.sources.files.parsed import Asked, Part
from core.sources.files.reading import Reading, files_in, read_one
from core.sources.masking import shown_name
from core.sources.stamped import Stamped

NO_CURVE: Final = frozenset(
    {"file-unknown", "file-daily", "file-index", "file-pdf", "file-picture", "file-empty", "api-answer-other"}
    | {"file-other-quantity", "api-answer-unknown"}
)
"""Errors of a file that is something else than a load curve, not of a damaged one."""
_PRM_IN_NAME: Final = re.compile(r"(?<![0-9])[0-9]{14}(?![0-9])")


class FileSource:
    """One file as a source.

    `prm`, `flow`, `stamped`: used if the file itself does not say. `reading`: its content, if it was read
    already.
    """

    def __init__(
        self,
        name: str,
        content: bytes | Content = b"",
        prm: str | None = None,
        flow: Flow | None = None,
        stamped: Stamped = Stamped.UNSAID,
        *,
        reading: Reading | None = None,
    ) -> None:
        """InputError `file-prm` if `prm` is not a PRM."""
        if prm is not None:
            _check_prm(prm)
        self.name = shown_name(name)
        self.packed_in = ""
        """The zip it came in; empty if it came in none."""
        self._file = name
        self._content: Content | None = Content.of(name, content) if isinstance(content, bytes) else content
        self._prm, self._asked = prm, Asked(flow, stamped)
        self._reading = reading
        self._parts: list[Part] | None = None

    @classmethod
    def refused(cls, name: str, error: SourceError) -> FileSource:
        """A source for a file that cannot be read, with the reason."""
        return cls(name, reading=Reading(name, error=error))

    @property
    def size(self) -> int:
        """Size of an unread file in bytes, unpacked; 0 once it is read."""
        return self._content.size if self._content else 0

    def follow(self, reached: TellShare) -> None:
        """From now on call `reached` with the share of the file that is read; it may begin again."""
        if self._content:
            self._content.reached = reached

    @property
    def names_meter(self) -> bool:
        """Whether the file says whose curves it contains. SourceError as `preview`."""
        parts = self._read()
        return all(part.prm or self._named(parts) for part in parts)

    @property
    def fault(self) -> SourceError | None:
        """The error that prevents reading it; None if there is none. Reads the file."""
        try:
            self._read()
        except SourceError as error:
            return error
        return None

    def preview(self) -> Preview:
        """What all of it would bring; `meter` is None for several. SourceError if it cannot be read."""
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
            assumed=tuple(dict.fromkeys(one for preview in previews for one in preview.assumed)),
        )

    def previews(self) -> list[Preview]:
        """One preview for each load curve in it. SourceError as `preview`."""
        parts = self._read()
        return [
            Preview(
                name=self.name,
                origin=part.origin,
                meter=self._meter(part, parts),
                span=part.curve.span,
                readings=len(part.curve),
                steps=tuple(sorted({int(step) for step in set(part.curve.minutes.tolist())})),
                gaps=part.curve.gaps + ((part.tail,) if part.tail else ()),
                refused=part.refused,
                assumed=part.assumed,
            )
            for part in parts
        ]

    def deliveries(self, stop: Event) -> Iterator[Delivery]:
        """One delivery for each load curve, until `stop` is set. SourceError as `preview`."""
        parts = self._read()
        for part in parts:
            if stop.is_set():
                return
            meter = self._meter(part, parts)
            yield Delivery(meter, part.origin, part.curve, part.refused, tail=part.tail)

    def _meter(self, part: Part, parts: list[Part]) -> Meter:
        flow = part.flow or self._asked.flow or Flow.CONSUMPTION
        return Meter(part.prm or self._named(parts) or self._prm or UNKNOWN_PRM, flow)

    def _named(self, parts: list[Part]) -> str | None:
        """The PRM in the file's name, unless the file itself names another."""
        named = prm_in(self._file)
        return named if all(part.prm in (None, named) for part in parts) else None

    def _read(self) -> list[Part]:
        """The parts, read once; an error is the same each time."""
        if self._reading is None:
            assert self._content is not None  # dropped only after it was read
            self._reading = read_one(self._content, self._asked)
            self._content = None
        if self._reading.error is not None:
            raise self._reading.error.with_traceback(None)
        if self._parts is None:
            parts = list(self._reading.parts)
            if any(part.ruined for part in parts) and not (self._prm or self._named(parts)):
                raise SourceError("file-prm-ruined")
            self._parts = parts
        return self._parts


def _check_prm(prm: str) -> None:
    try:
        Meter(prm)
    except ValueError:
        raise InputError("file-prm") from None


def prm_in(name: str) -> str | None:
    """A PRM in a file's name: 14 digits that are not a time (`20240725123000`)."""
    for found in _PRM_IN_NAME.findall(Path(name).name):
        try:
            datetime.strptime(found, "%Y%m%d%H%M%S")  # noqa: DTZ007 - only asks whether it is one
        except ValueError:
            return str(found)
    return None


def open_files(
    files: Iterable[tuple[str, bytes] | Path],
    prm: str | None = None,
    flow: Flow | None = None,
    stamped: Stamped = Stamped.UNSAID,
) -> list[FileSource]:
    """A source for each file, and for each file in a zip.

    They are read on `preview`, which raises for unreadable ones. InputError `file-prm`, `file-missing`,
    `file-too-large`.
    """
    sources: list[FileSource] = []
    for file in files:
        name, data = _loaded(file) if isinstance(file, Path) else file
        found, error = files_in(name, data)
        if error is not None:
            sources.append(FileSource(name, reading=Reading(name, error=error)))
        for content in found:
            sources.append(FileSource(content.name, content, prm, flow, stamped))
            sources[-1].packed_in = name if content.name != name else ""
    return sources


def beside(sources: Iterable[FileSource]) -> list[FileSource]:
    """Files of a zip that are not load curves, while another file in it is one.

    They are reported as what they are, as nothing is wrong with the zip. Reads all files.
    """
    faults = [(source, source.fault) for source in sources]
    with_curves = {source.packed_in for source, fault in faults if fault is None and source.packed_in}
    return [
        source
        for source, fault in faults
        if fault is not None and fault.code in NO_CURVE and source.packed_in in with_curves
    ]


def _loaded(path: Path) -> tuple[str, bytes]:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            # a pipe or a device has no size, and perhaps no end
            data = file.read() if 0 < size <= MAX_BYTES else b"" if size else file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:  # ValueError: a path that no system can have
        raise InputError("file-missing", name=shown_name(path.name)) from fault
    if max(size, len(data)) > MAX_BYTES:
        raise InputError("file-too-large", limit=MAX_BYTES >> 20)
    return path.name, data
