"""Reads zip files within limits.

Only stored and deflated entries are read, and never more bytes than allowed for the whole file, counted as
they come and not as they are declared.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from core.errors import SourceError
from core.sources.files.content import BLOCK, MAX_BYTES, Content

MAX_ENTRIES: Final = 1_000
_ENTRY: Final = b"PK\x01\x02"
_WORKBOOK: Final = "xl/workbook.xml"
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_SYSTEM: Final = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument"


@contextmanager
def damage_told() -> Iterator[None]:
    """Turns errors inside a zip into SourceError `file-zip-damaged` or `file-zip-encrypted`."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as fault:
        raise SourceError("file-zip-damaged") from fault
    except RuntimeError as fault:  # the standard library raises it for encrypted files
        raise SourceError("file-zip-encrypted") from fault


class Budget:
    """Bytes that may still be unpacked from one file, all its entries together."""

    def __init__(self, limit: int, code: str) -> None:
        self._limit = self._left = limit
        self._code = code

    @property
    def taken(self) -> int:
        """Unpacked bytes counted so far."""
        return self._limit - self._left

    def take(self, count: int) -> None:
        """Count unpacked bytes. SourceError once there are more than allowed."""
        self._left -= count
        if self._left < 0:
            raise SourceError(self._code, limit=self._limit >> 20)


def archive_of(data: bytes) -> zipfile.ZipFile:
    """The opened zip. SourceError if it is damaged or contains too many files."""
    if data.count(_ENTRY) > 2 * MAX_ENTRIES:  # zipfile makes an object of each before they can be counted
        raise SourceError("file-zip-too-many", limit=MAX_ENTRIES)
    with damage_told():
        return zipfile.ZipFile(io.BytesIO(data))


def pieces_of(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget, size: int = BLOCK
) -> Iterator[bytes]:
    """The bytes of an entry, piece by piece.

    SourceError if it is damaged, encrypted, or packed by another method, with which a few bytes may become
    gigabytes before any can be counted.
    """
    if entry.compress_type not in _METHODS:
        raise SourceError("file-zip-method")
    with damage_told(), archive.open(entry) as stream:
        while piece := stream.read(size):
            budget.take(len(piece))
            yield piece


def is_workbook(data: bytes) -> bool:
    """Whether a zip is an XLSX workbook."""
    with archive_of(data) as archive:
        return _WORKBOOK in archive.namelist()


def is_open_document(data: bytes) -> bool:
    """Whether a zip is an OpenDocument.

    Its first entry tells, as the specification says (part 2, 3.3), or the parts that it always has.
    """
    if data[30:].startswith(_DOCUMENT):
        return True
    with archive_of(data) as archive:
        return {"mimetype", "content.xml"} <= set(archive.namelist())


def unpacked(name: str, data: bytes) -> list[Content]:
    """The files in a zip, none of them read yet. SourceError if it is too large or damaged."""
    archive = archive_of(data)
    entries = [entry for entry in archive.infolist() if _is_file(entry)]
    if len(entries) > MAX_ENTRIES:
        raise SourceError("file-zip-too-many", limit=MAX_ENTRIES)
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise SourceError("file-zip-too-large", limit=MAX_BYTES >> 20)
    if not entries:
        raise SourceError("file-empty")
    return [_content(archive, entry, f"{name}/{entry.filename}") for entry in entries]


def _is_file(entry: zipfile.ZipInfo) -> bool:
    """Whether a person put this file there, and not a system, as some do in every folder."""
    *folders, last = entry.filename.split("/")  # the last is empty for a folder
    system = last.lower() in _SYSTEM or last.startswith((".", "~$")) or "__MACOSX" in folders
    return bool(last) and not system


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Content:
    """A file in a zip. Its unpacked size is limited each time it is read."""
    return Content(
        name, lambda: pieces_of(archive, entry, Budget(MAX_BYTES, "file-zip-too-large")), entry.file_size
    )
