"""An importer or an eraser in a process of its own, in parallel with others.

python -m tests.faults.racer import|erase URI DATABASE SEED TIMES
"""

from __future__ import annotations

import random
import sys
import time
from typing import Any

from pymongo import MongoClient

from core.model import Delivery, Meter, Origin
from core.storage.store import Store
from tests.curves import METER_PRM
from tests.faults.importer import deliveries

METERS = (Meter(METER_PRM), Meter("30001234567890"))


def main() -> None:
    role, uri, database, seed, times = sys.argv[1:]
    chance = random.Random(int(seed))
    with MongoClient[dict[str, Any]](uri) as client:
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(int(times)):
            store = Store(client[database])
            if role == "import":
                import_some(store, chance)
            else:
                time.sleep(chance.uniform(0, 0.3))  # the time of the erasure, not a wait for anything
                store.erase(chance.choice([None, None, *METERS]))


def import_some(store: Store, chance: random.Random) -> None:
    store.prepare()
    meter = chance.choice(METERS)
    for curve in deliveries(chance.randrange(10**6))[: chance.randint(1, 4)]:
        store.merge(Delivery(meter, Origin.ENEDIS_CSV, curve))
        store.project(meter)


if __name__ == "__main__":
    main()
