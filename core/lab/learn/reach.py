"""How to reach the server in use with a shell or a program of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from core.storage.store import Store


@dataclass(frozen=True, slots=True)
class Reach:
    """Ready to paste. `socket`: the path of the embedded server's socket, which only this user may open."""

    socket: str
    shell: str
    python: str


def reach(store: Store) -> Reach | None:
    """None for any other server than the embedded one by its socket: its address holds a password, or is
    known to whoever gave it."""
    address = store.database.client.address
    if address is None or not address[0].endswith(".sock"):
        return None
    uri = f"mongodb://{quote(address[0], safe='')}/{store.database.name}?directConnection=true"
    return Reach(
        address[0],
        f"mongosh '{uri}'",
        f"from pymongo import MongoClient\n\ndatabase = MongoClient({uri!r}).get_default_database()\n"
        'print(database["readings_ts"].find_one())',
    )
