"""The bytes of one file, from memory or from a zip, as text in blocks of whole lines."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Final

from core.errors import SourceError

BLOCK: Final = 1 << 20
HEAD: Final = 1 << 15
_HEAD_LINES: Final = 200
MAX_BYTES: Final = 512 << 20
"""Limit for one file, and for everything in a zip together."""
MAX_WHOLE: Final = 32 << 20
"""Limit for a file that can only be read as a whole."""
_ZIP_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")

_SIGNS: Final = (
    (codecs.BOM_UTF8, b""),
    *((sign.encode(), b" ") for sign in "\u00a0\u202f\u2009"),
    ("\u2019".encode(), b"'"),
)

Pieces = Callable[[], Iterator[bytes | memoryview]]
TellShare = Callable[[float], None]
"""Told which share of a file its reader has read, 0 to 1."""


class Content:
    """One file of `size` bytes. `pieces` yields them in order, from the beginning each time."""

    def __init__(self, name: str, pieces: Pieces, size: int, data: bytes | None = None) -> None:
        self.name = name
        self.size = size
        self.reached: TellShare = lambda _: None
        """Called while the file is read."""
        self._pieces = pieces
        self._data = data

    @classmethod
    def of(cls, name: str, data: bytes) -> Content:
        """A file in memory."""
        view = memoryview(data)

        def pieces() -> Iterator[memoryview]:
            for begin in range(0, len(view), BLOCK):
                yield view[begin : begin + BLOCK]

        return cls(name, pieces, len(data), data)

    @cached_property
    def _encoding(self) -> str | None:
        return _encoding_of(self._raw_head)

    @cached_property
    def _raw_head(self) -> bytes:
        head = b""
        for piece in self._pieces():
            head += bytes(piece[:HEAD])
            if len(head) >= HEAD:
                break
        return head[:HEAD]

    @property
    def empty(self) -> bool:
        """Whether it contains nothing but white space, zeros and byte order marks."""
        return not self._raw_head.strip(b"\x00\xef\xbb\xbf\xff\xfe \t\r\n")

    def head_lines(self) -> list[str]:
        """The first lines, folded, for recognition; a truncated one only if it is alone."""
        return self._head_lines

    @cached_property
    def _head_lines(self) -> list[str]:
        head = _plain(b"".join(bytes(piece) for piece in self._text(iter((self._raw_head,)))))
        lines = head.splitlines()
        whole = lines if len(self._raw_head) < HEAD else lines[:-1] or lines
        return [folded(decoded(line)) for line in whole[:_HEAD_LINES]]  # a bad byte spoils its own line only

    def followed_blocks(self) -> Iterator[bytes]:
        """The blocks for the reader of the file: `reached` is called as it goes on."""
        return self._blocks(self._followed())

    def blocks(self) -> Iterator[bytes]:
        """The whole text, ASCII-compatible, in blocks of whole lines that end with a line end."""
        return self._blocks(self._pieces())

    def _followed(self) -> Iterator[bytes | memoryview]:
        done = 0
        for piece in self._pieces():
            yield piece
            done += len(piece)
            self.reached(min(done / max(self.size, 1), 1.0))  # a zip may declare any size

    def _blocks(self, pieces: Iterator[bytes | memoryview]) -> Iterator[bytes]:
        rest = b""
        for piece in self._text(pieces):
            data = rest + bytes(piece)
            cut = data.rfind(b"\n") + 1
            if not cut and len(data) > 2 * BLOCK:  # no text has such long lines
                data, cut = data + b"\n", len(data) + 1
            if cut:
                yield _plain(data[:cut])
            rest = data[cut:]
        if rest.strip(b" \t\r\x00\x1a"):
            yield _plain(rest) + b"\n"

    def last_line(self) -> str | None:
        """The text after the last line end, if any: where a file was cut."""
        tail = b""
        for piece in self._text(self._pieces()):
            tail = (tail + bytes(piece))[-HEAD:]
        return decoded(tail[tail.rfind(b"\n") + 1 :]).strip() or None

    def whole(self, limit: int = MAX_WHOLE) -> bytes:
        """All of it. SourceError `file-too-large` above the limit."""
        pieces: list[bytes | memoryview] = []
        for piece in self._pieces():
            pieces.append(piece)
            if sum(map(len, pieces)) > limit:
                raise SourceError("file-too-large", limit=limit >> 20)
        return b"".join(pieces) if self._data is None else self._data

    def text(self, limit: int = MAX_WHOLE) -> str:
        """All of it as one text. SourceError `file-too-large` above the limit."""
        data = self.whole(limit)
        return decoded(data) if self._encoding is None else data.decode(self._encoding, errors="replace")

    def _text(self, pieces: Iterator[bytes | memoryview]) -> Iterator[bytes | memoryview]:
        texts = self._decoded(pieces)
        first = bytes(next(texts, b"")).removeprefix(codecs.BOM_UTF8)
        if b"\r" in first and b"\n" not in first:  # line ends of an old Macintosh
            yield first.replace(b"\r", b"\n")
            yield from (bytes(text).replace(b"\r", b"\n") for text in texts)
            return
        yield first
        yield from texts

    def _decoded(self, pieces: Iterator[bytes | memoryview]) -> Iterator[bytes | memoryview]:
        if self._encoding is None:
            yield from pieces
            return
        decoder = codecs.getincrementaldecoder(self._encoding)(errors="replace")
        for piece in pieces:
            yield decoder.decode(bytes(piece)).encode("utf-8", errors="replace")

    @property
    def is_zip(self) -> bool:
        """Whether it begins as a zip does."""
        return self._raw_head.startswith(_ZIP_MAGIC)

    def begins_with(self, magic: bytes) -> bool:
        """Whether its first bytes are these."""
        return self._raw_head.startswith(magic)


def _plain(text: bytes) -> bytes:
    """The text with ASCII spaces and apostrophes for typographic ones, and without byte order marks.

    Byte order marks are in the middle of a text where files were joined.
    """
    if text.isascii():
        return text
    for sign, plain in _SIGNS:
        if sign in text:
            text = text.replace(sign, plain)
    return text


def _encoding_of(head: bytes) -> str | None:
    """UTF-16, by its byte order mark or its zeros; None for encodings that write ASCII as ASCII."""
    if head.startswith(codecs.BOM_UTF16_LE) or (len(head) > 8 and not any(head[1:64:2])):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE) or (len(head) > 8 and not any(head[0:64:2])):
        return "utf-16-be"
    return None


def decoded(data: bytes) -> str:
    """Bytes as UTF-8 or, if they are not valid, as cp1252 (Western Windows, which includes Latin-1)."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data)  # a cut last character is no error
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def folded(text: str) -> str:
    """In lower case and without accents."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
