"""One file as a source: whose curves are in it, what they would bring, and the readings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Final

from core.errors import InputError, SourceError
from core.model import UNKNOWN_PRM, Delivery, Flow, Meter, Preview, Span, summed
from core.sources.files.content import MAX_BYTES, Content
from core.sources.files.parsed import Asked, Part
from core.sources.files.reading import Reading, files_in, read_one
from core.sources.masking import shown_name
from core.sources.stamped import Stamped

NO_CURVE: Final = frozenset(
    {"file-unknown", "file-daily", "file-index", "file-pdf", "file-picture", "file-empty", "api-answer-other"}
    | {"file-other-quantity", "api-answer-unknown"}
)
"""What is said of a file that is something else than a load curve, and not of one that is damaged."""
_PRM_IN_NAME: Final = re.compile(r"(?<![0-9])[0-9]{14}(?![0-9])")


class FileSource:
    """One file. `prm`, `flow`, `stamped`: what to take where the file itself does not say. `reading`: what
    is in it, where it was read already."""

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
        """InputError `file-prm` where `prm` is no meter number."""
        if prm is not None:
            _check_prm(prm)
        self.name = shown_name(name)
        self.packed_in = ""
        """The zip it came in; empty where it came by itself."""
        self._file = name
        self._content: Content | None = Content.of(name, content) if isinstance(content, bytes) else content
        self._prm, self._asked = prm, Asked(flow, stamped)
        self._reading = reading
        self._parts: list[Part] | None = None

    @classmethod
    def refused(cls, name: str, error: SourceError) -> FileSource:
        """A file that cannot be read, for this reason."""
        return cls(name, reading=Reading(name, error=error))

    @property
    def names_meter(self) -> bool:
        """Whether the file says whose curve it is. SourceError as `preview`."""
        parts = self._read()
        return all(part.prm or self._named(parts) for part in parts)

    @property
    def fault(self) -> SourceError | None:
        """Why it cannot be read; None where it can. It is read for that."""
        try:
            self._read()
        except SourceError as error:
            return error
        return None

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
            assumed=tuple(dict.fromkeys(one for preview in previews for one in preview.assumed)),
        )

    def previews(self) -> list[Preview]:
        """One for each load curve in it."""
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
        """The meter in the file's name, unless the file itself names another."""
        named = prm_in(self._file)
        return named if all(part.prm in (None, named) for part in parts) else None

    def _read(self) -> list[Part]:
        """Read once; a refusal is the same each time."""
        if self._reading is None:
            assert self._content is not None  # it is let go of only once it was read
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
    """A meter number in a file's name: 14 digits that are no moment (`20240725123000`)."""
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
    """A source for each file, and for each file in a zip. What cannot be read says so when asked for its
    preview; nothing is read before that. InputError `file-prm`, `file-missing`."""
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
    """The files of a zip that are no load curve, where another one in it is: they are named for what they
    are, and nothing is wrong with the zip. Reads all files."""
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
            # a pipe or a device tells no size, and may have no end
            data = file.read() if 0 < size <= MAX_BYTES else b"" if size else file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as fault:  # ValueError: a path that no system can have
        raise InputError("file-missing", name=shown_name(path.name)) from fault
    if max(size, len(data)) > MAX_BYTES:
        raise InputError("file-too-large", limit=MAX_BYTES >> 20)
    return path.name, data
