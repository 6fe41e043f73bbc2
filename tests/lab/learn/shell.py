"""Runs texts for mongosh: parses its notation of values, and calls its methods with PyMongo."""

from __future__ import annotations

import re
from typing import Any, Final

from bson import json_util
from pymongo.database import Database

_CALL: Final = re.compile(r"db(?:\.(\w+))?\.(\w+)\((.*)\);", re.DOTALL)
_METHODS: Final = {
    "createCollection": "create_collection",
    "createIndex": "create_index",
    "insertMany": "insert_many",
    "updateOne": "update_one",
    "deleteMany": "delete_many",
    "findOne": "find_one",
    "aggregate": "aggregate",
    "find": "find",
}


def run(database: Database[Any], text: str) -> list[Any]:
    """The answers of all calls in a text for mongosh, in order."""
    return [_call(database, one) for one in re.split(r"(?<=;)\n", text)]


def _call(database: Database[Any], text: str) -> Any:
    found = _CALL.fullmatch(text.strip())
    assert found, text
    name, method, written = found.groups()
    given = json_util.loads(f"[{_json(written)}]")
    if name is None and method == "runCommand":
        return database.command(given[0])
    if name is None:
        return database.create_collection(given[0], **(given[1] if len(given) > 1 else {}))
    options = given.pop() if method == "createIndex" and len(given) > 1 else {}
    if method == "createIndex":
        given = [list(given[0].items())]
    answer = getattr(database[name], _METHODS[method])(*given, **options)
    return list(answer) if method in ("aggregate", "find") else answer


def _json(text: str) -> str:
    """The notation of mongosh as extended JSON."""
    text = re.sub(r'ISODate\("([^"]*)"\)', r'{"$date": "\1"}', text)
    text = re.sub(r'NumberLong\("(\d+)"\)', r'{"$numberLong": "\1"}', text)
    text = re.sub(
        r'BinData\((\d+), "([^"]*)"\)',
        lambda one: f'{{"$binary": {{"base64": "{one[2]}", "subType": "{int(one[1]):02x}"}}}}',
        text,
    )
    return re.sub(r"([{,]\s*)([A-Za-z_$][\w$]*):", r'\1"\2":', text)
