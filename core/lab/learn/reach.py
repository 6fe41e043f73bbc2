"""How to connect to the current server with a shell or a program."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from core.storage.store import Store


@dataclass(frozen=True, slots=True)
class Reach:
    """Texts to copy. `socket`: path of the embedded server's socket, which only this user may open."""

    socket: str
    shell: str
    python: str


def reach(store: Store) -> Reach | None:
    """How to connect to the embedded server by its socket; None for any other server.

    The address of another server holds a password, or the user knows it.
    """
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
