"""Collections of experiments: their names say whose they are, so that none outlives a crash for long."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from pymongo.database import Database

from core.paristime import now_ms
from core.storage.faults import explained
from core.storage.owner import is_gone, working

PREFIX: Final = "lab_"
"""Nothing else begins with it."""
_FORGOTTEN_MS: Final = 24 * 3_600_000
"""After this a collection is nobody's, wherever its owner runs: no experiment takes as long."""
_NAME: Final = re.compile(rf"{PREFIX}(\d+)_[a-z0-9-]+_[0-9a-f]{{4}}(?:_(.+:\d+:\d*:[0-9a-f]{{8}}))?")


@contextmanager
def names() -> Iterator[Callable[[str], str]]:
    """Gives names no other experiment has, from a word for what is in the collection. Once the block ends, or
    its process does, the collections of these names are left behind."""
    with working() as owner:
        yield lambda word: f"{PREFIX}{now_ms()}_{word}_{secrets.token_hex(2)}_{owner}"


def sweep(database: Database[Any]) -> int:
    """Drop what experiments that were killed left behind; how many. Leaves alone what is being built."""
    with explained():
        found = database.list_collection_names(filter={"name": {"$regex": f"^{PREFIX}[0-9]+_"}})
        forgotten = [name for name in found if _is_left_behind(name)]
        for name in forgotten:
            database.drop_collection(name)
    return len(forgotten)


def _is_left_behind(name: str) -> bool:
    parts = _NAME.fullmatch(name)
    if parts is None:
        return False
    begun, owner = int(parts[1]), parts[2]
    return now_ms() - begun > _FORGOTTEN_MS or (owner is not None and is_gone(owner, now_ms()))
