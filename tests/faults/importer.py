"""An importer in a process of its own, made to be killed: it prints which deliveries are committed.

python -m tests.faults.importer URI DATABASE SEED
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from pymongo import MongoClient

from core.errors import StorageError
from core.model import Curve, Delivery, Meter, Origin
from core.storage.store import Store
from tests.curves import METER_PRM, regular

METER = Meter(METER_PRM)
DAYS = 60


def deliveries(seed: int) -> list[Curve]:
    """Overlapping pieces of one curve in random order, some with corrected values.

    The last ones are the whole curve in two halves, so that the expected end state is known.
    """
    random = np.random.default_rng(seed)
    whole = regular(days=DAYS)
    pieces = []
    for _ in range(10):
        first = int(random.integers(0, len(whole) - 300))
        piece = whole.select(slice(first, first + int(random.integers(20, 1200))))
        pieces.append(
            Curve.of(piece.start, piece.minutes, piece.watts + int(random.integers(0, 2)))  # a correction
        )
    middle = len(whole) // 2
    return [*pieces, whole.select(slice(0, middle)), whole.select(slice(middle, len(whole)))]


def main() -> None:
    uri, database, seed = sys.argv[1:]
    store = Store(MongoClient[dict[str, Any]](uri)[database])
    print("ready", flush=True)
    store.prepare()
    for number, curve in enumerate(deliveries(int(seed))):
        store.merge(Delivery(METER, Origin.ENEDIS_CSV, curve))
        print(number, flush=True)
        store.project(METER)
    print("done", flush=True)


if __name__ == "__main__":
    try:
        main()
    except StorageError as error:  # what the server said; the readings here are nobody's
        sys.exit(f"{error}\n{error.__context__!r}")
