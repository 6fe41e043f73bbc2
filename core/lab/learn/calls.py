"""Writes calls of MongoDB methods as text to copy, for mongosh and for PyMongo."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bson import ObjectId
from bson.binary import Binary
from bson.int64 import Int64

_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*")
_WIDE: Final = 96
"""Longest line that is not broken, in characters."""
_METHODS: Final = {
    "createCollection": "create_collection",
    "createIndex": "create_index",
    "insertOne": "insert_one",
    "insertMany": "insert_many",
    "aggregate": "aggregate",
    "find": "find",
    "findOne": "find_one",
    "updateOne": "update_one",
    "deleteMany": "delete_many",
    "runCommand": "command",
    "drop": "drop",
}
READS: Final = frozenset({"aggregate", "find", "findOne"})
"""Methods whose answer is printed."""


@dataclass(frozen=True, slots=True)
class Call:
    """A method of a collection, or of the database if `collection` is empty.

    `options`: by their names in mongosh; PyMongo takes the same as keywords.
    """

    collection: str
    method: str
    arguments: Sequence[Any] = ()
    options: Mapping[str, Any] | None = None


def mongosh(calls: Sequence[Call]) -> str:
    """The calls as typed into mongosh."""
    return "\n".join(f"{_shell_call(call)};" for call in calls)


def python(calls: Sequence[Call]) -> str:
    """The calls as a whole program that reads the address from the environment."""
    lines = [_python_call(call) for call in calls]
    body = "\n".join(lines)
    imports = ["import os"]
    if "datetime(" in body:
        imports.append("from datetime import UTC, datetime")
    bson = [name for name in ("Binary", "Int64", "ObjectId") if f"{name}(" in body]
    foreign = ["", *(f"from bson import {name}" for name in bson if name == "ObjectId")]
    foreign += [f"from bson.{name.lower()} import {name}" for name in bson if name != "ObjectId"]
    foreign += ["from pymongo import MongoClient", ""]
    start = [
        'client = MongoClient(os.environ["COURBE_MONGODB_URI"])',
        'database = client.get_default_database("courbe")',
    ]
    return "\n".join([*imports, *foreign, *start, *lines])


def _shell_call(call: Call) -> str:
    given = [*call.arguments, *([dict(call.options)] if call.options else [])]
    target = f"db.{call.collection}" if call.collection else "db"
    return f"{target}.{call.method}({', '.join(_text(one, _SHELL) for one in given)})"


def _python_call(call: Call) -> str:
    options = dict(call.options or {})
    given = [_text(one, _PYTHON) for one in call.arguments]
    if call.method == "createIndex":  # PyMongo takes the keys as ordered pairs
        given = [_text([list(pair) for pair in call.arguments[0].items()], _PYTHON)]
    given += [f"{name}={_text(value, _PYTHON)}" for name, value in options.items()]
    target = f'database["{call.collection}"]' if call.collection else "database"
    said = f"{target}.{_METHODS[call.method]}({', '.join(given)})"
    if call.method in ("aggregate", "find"):
        return f"for row in {said}:\n    print(row)"
    return f"print({said})" if call.method in READS else said


def _text(value: Any, dialect: Mapping[type, Any], indent: int = 0) -> str:
    """A value, on one line if it fits, else one entry per line."""
    if isinstance(value, Mapping):
        parts = [f"{_key(name, dialect)}: {_text(one, dialect, indent + 2)}" for name, one in value.items()]
        return _laid(parts, "{", "}", indent)
    if isinstance(value, (list, tuple)):
        return _laid([_text(one, dialect, indent + 2) for one in value], "[", "]", indent)
    for kind, write in dialect.items():
        if isinstance(value, kind):
            return str(write(value))
    raise TypeError(f"{type(value).__name__} cannot be written")


def _laid(parts: list[str], opening: str, closing: str, indent: int) -> str:
    line = f"{opening}{', '.join(parts)}{closing}"
    if len(line) + indent <= _WIDE and "\n" not in line:
        return line
    pad = " " * (indent + 2)
    inner = ",\n".join(f"{pad}{part}" for part in parts)
    return f"{opening}\n{inner}\n{' ' * indent}{closing}"


def _key(name: str, dialect: Mapping[type, Any]) -> str:
    bare = dialect is _SHELL and _NAME.fullmatch(name)
    return name if bare else f'"{name}"'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


_SHELL: Final[Mapping[type, Any]] = {
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
    Int64: lambda value: f'NumberLong("{int(value)}")',
    int: str,
    float: repr,
    str: _quoted,
    datetime: lambda value: f'ISODate("{value:%Y-%m-%dT%H:%M:%SZ}")',
    Binary: lambda value: f'BinData({value.subtype}, "{_base64(value)}")',
    bytes: lambda value: f'BinData(0, "{_base64(value)}")',
    ObjectId: lambda value: f'ObjectId("{value}")',
}
"""How mongosh writes a value; subclasses come before their base class."""
_PYTHON: Final[Mapping[type, Any]] = {
    bool: repr,
    type(None): repr,
    Int64: lambda value: f"Int64({int(value)})",
    int: str,
    float: repr,
    str: _quoted,
    datetime: lambda value: (
        f"datetime({value.year}, {value.month}, {value.day}, {value.hour}, {value.minute}, tzinfo=UTC)"
    ),
    Binary: lambda value: f"Binary({bytes(value)!r}, {value.subtype})",
    bytes: repr,
    ObjectId: lambda value: f'ObjectId("{value}")',
}
