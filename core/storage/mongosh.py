"""Pipelines as text to copy, for mongosh and for PyMongo, without a household's PRM."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.model import DEMO_PRM, Meter

Pipeline = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Written:
    """A query to copy. `hides_meter`: whether it names the meter by its last four digits only."""

    shell: str
    python: str
    hides_meter: bool


def written(collection: str, pipeline: Pipeline, meter: Meter) -> Written:
    """A pipeline about a meter as text that can be run."""
    shown = _masked(pipeline, meter)
    return Written(_shell(collection, shown), _python(collection, shown), shown != pipeline)


def _masked(pipeline: Pipeline, meter: Meter) -> Pipeline:
    """The pipeline with the meter's last four digits instead of its PRM, as a screen may be shared.

    The PRM of the demo, and what is not a number, belong to nobody and stay.
    """
    if meter.prm == DEMO_PRM or not meter.prm.isdigit():
        return pipeline
    ending = {"$regex": f"{meter.prm[-4:]}$"}
    return [
        {"$match": stage["$match"] | {"meter.prm": ending}}
        if stage.get("$match", {}).get("meter.prm") == meter.prm
        else stage
        for stage in pipeline
    ]


def _shell(collection: str, pipeline: Pipeline) -> str:
    return f"db.{collection}.aggregate({_json(pipeline, _shell_moment)})"


def _python(collection: str, pipeline: Pipeline) -> str:
    """A complete program.

    It does not name URI and database: the name of a guest's database identifies their workspace.
    """
    body = _json(pipeline, _python_moment).replace(": null", ": None")
    moments = "from datetime import UTC, datetime\n" if "datetime(" in body else ""
    return (
        f"import os\n{moments}\nfrom pymongo import MongoClient\n\n"
        'client = MongoClient(os.environ["COURBE_MONGODB_URI"])\n'
        'database = client.get_default_database("courbe")\n'
        f'for row in database["{collection}"].aggregate({body}):\n    print(row)'
    )


def _json(pipeline: Pipeline, moment: Callable[[datetime], str]) -> str:
    moments: list[str] = []

    def mark(value: object) -> str:
        if not isinstance(value, datetime):
            raise TypeError(f"{type(value).__name__} cannot be written")
        moments.append(moment(value))
        return f"@{len(moments) - 1}@"

    text = json.dumps(pipeline, indent=2, default=mark, ensure_ascii=False)
    for number, one in enumerate(moments):
        text = text.replace(f'"@{number}@"', one)
    return text


def _shell_moment(value: datetime) -> str:
    return f'ISODate("{value:%Y-%m-%dT%H:%M:%SZ}")'


def _python_moment(value: datetime) -> str:
    return f"datetime({value.year}, {value.month}, {value.day}, {value.hour}, {value.minute}, tzinfo=UTC)"
