"""Helpers of the tests of this folder."""

from __future__ import annotations

from typing import Any

from core.lab.footprint import Usage
from core.texts import Language, Words

EN, FR = Words(Language.ENGLISH), Words(Language.FRENCH)


def usage(storage: int, free: int = 0) -> Usage:
    return Usage(100, 2_000, storage, 0, free_bytes=free, raw={"storageStats": {"count": 50}})


def labels(figure: Any) -> list[str]:
    return [one.text for one in figure.layout.annotations]
