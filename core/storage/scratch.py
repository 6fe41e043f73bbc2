"""Names of experiment collections; they tell the owner, so that leftovers of a crash can be dropped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

from pymongo.database import Database

from core.model import MINUTE_MS
from core.paristime import now_ms
from core.storage.mongo_errors import explained
from core.storage.writers import NAME, base32, is_gone, working

PREFIX: Final = "lab_"
"""No other collection's name begins with it."""
_FORGOTTEN_MS: Final = 24 * 3_600_000
"""Age after which a collection is left behind, wherever its owner runs; no experiment takes as long."""
_NAME: Final = re.compile(rf"{PREFIX}([0-9a-v]{{5,6}})_[a-z0-9-]{{1,8}}_({NAME})[0-9a-f]{{2}}")
_WORD: Final = 8


@contextmanager
def names() -> Iterator[Callable[[str], str]]:
    """Gives a function that turns a word into a collection name that no other experiment has.

    Once the block or its process ends, collections of these names count as left behind. Names have at most 41
    bytes: with the longest database name, and MongoDB's prefix for buckets, that makes the 95 bytes that
    small Atlas plans allow.
    """
    with working() as owner:
        number = count()
        yield (
            lambda word: (
                f"{PREFIX}{base32(now_ms() // MINUTE_MS)}_{word[:_WORD]}_{owner}{next(number) % 256:02x}"
            )
        )


def sweep(database: Database[Any]) -> int:
    """Drop collections that killed experiments left behind, and none that is in use; returns how many."""
    with explained():
        found = database.list_collection_names(filter={"name": {"$regex": f"^{PREFIX}[0-9a-v]+_"}})
        forgotten = [name for name in found if _is_left_behind(name)]
        for name in forgotten:
            database.drop_collection(name)
    return len(forgotten)


def is_one(name: str) -> bool:
    """Whether this is the name of an experiment's collection."""
    return _NAME.fullmatch(name) is not None


def _is_left_behind(name: str) -> bool:
    parts = _NAME.fullmatch(name)
    if parts is None:
        return False
    begun = int(parts[1], 32) * MINUTE_MS
    return now_ms() - begun > _FORGOTTEN_MS or is_gone(parts[2], now_ms())
