"""Uploads that misbehave in the child process that reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator


class Hog:
    """A file that misbehaves instead of giving its name and bytes.

    It does so the second time it is unpacked; the first time only determines its size.
    """

    def __init__(self, what: str) -> None:
        self.what, self._looks = what, 0

    def __iter__(self) -> Iterator[str | bytes]:
        self._looks += 1
        if self._looks > 1:
            getattr(self, self.what)()
        return iter((f"{self.what}.csv", b"x"))

    def burns(self) -> None:
        while True:
            pass

    def swells(self) -> None:
        held = []
        while True:
            held.append(bytearray(1 << 20))

    def fails(self) -> None:
        raise AssertionError("a fault of ours")

    def crashes(self) -> None:
        os.abort()
