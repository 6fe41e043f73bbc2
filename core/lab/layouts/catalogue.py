"""The layouts: ways to store the same readings, each built from the visitor's own.

Creation options, measured with 100 meters of two years (B/reading in total; the values alone take 1.16): time
series defaults 1.59; `allocation_size=512B` with `leaf_page_max=64KB` 1.44, with 128KB or 256KB 1.43. Loaded
meter by meter 64KB took 1.49 and 128KB 1.53, of which 0.04 and 0.10 free; so time series are loaded in waves
across meters (core.lab.layouts.build). `split_pct=100` changes nothing then. The same options with zstd
reduce the ordinary collection from 49 to 26, so they are offered on both sides or on none.

Watt-hours instead of watts: 1.439 becomes 1.336, with pages of 256KB 1.328 (the values alone 1.147).

Without benefit (20 meters of two years, where Wh in 64KB pages take 1.355): zstd at level 12 or 22 instead of
6, a start option of the server (1.353, 1.350 in pages of 128KB, where level 6 takes 1.352); up to 1,440
readings per bucket, a server parameter (1.379: a bucket still ends after 30 days, and more of them are cut
short); a number for the meter and names of one letter (0.002 less); values as doubles (0.001 more). With 10
meters, where the values packed in Wh take 1.348: coarse and fine part in two columns 1.46 to 1.53, the
meter's index instead of its differences 1.45, two half-hours per document 1.39, a day of 48 values 1.67, high
and low values in separate columns 1.55 to 1.79.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from pymongo.collection import Collection
from pymongo.database import Database

from core.lab.footprint import Tally
from core.lab.layouts import documents
from core.lab.layouts.documents import Shape
from core.model import STEPS
from core.storage import ordinary, time_series

Index = list[tuple[str, int]]
Versions = tuple[int, ...]


class Family(StrEnum):
    """The kind of a layout's documents."""

    ORDINARY = "ordinary"
    GROUPED = "grouped"
    TIME_SERIES = "series"


class Order(StrEnum):
    """The order in which readings are inserted."""

    CHRONOLOGICAL = "chronological"
    NEWEST_FIRST = "newest"
    SHUFFLED = "shuffled"


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to store readings. `code` is stable; texts `lab.layout.<code>` and `lab.why.<code>`.

    `shape`: makes its documents. `lesson`: built from a sample only, because it is slow and large. `live`:
    checkpoints are taken while it is loaded, as the server takes one a minute in operation. `since`: first
    server version.
    """

    code: str
    family: Family
    shape: Shape
    options: Mapping[str, Any]
    index: Index | None = None
    unique: bool = False
    index_options: Mapping[str, Any] = field(default_factory=dict)
    order: Order = Order.CHRONOLOGICAL
    since: Versions = (5, 0)
    lesson: bool = False
    live: bool = False
    tally: Callable[[Collection[Any], Mapping[int, int]], Tally] = field(
        default=lambda collection, steps: _tally_by_series(collection, steps)
    )

    def create(self, database: Database[Any], name: str) -> Collection[Any]:
        """Create the empty collection with its index."""
        collection = database.create_collection(name, check_exists=False, **self.options)
        if self.index:
            collection.create_index(self.index, unique=self.unique, **self.index_options)
        return collection


def _engine(configuration: str) -> dict[str, Any]:
    return {"storageEngine": {"wiredTiger": {"configString": configuration}}}


def _series(granularity: str | None, time_field: str = "start", meta_field: str = "meter") -> dict[str, Any]:
    options = {"timeField": time_field, "metaField": meta_field}
    if granularity:
        options["granularity"] = granularity
    return {"timeseries": options}


SMALL: Final = "allocation_size=512B,leaf_page_max=64KB"
LARGE: Final = "allocation_size=512B,leaf_page_max=256KB"
_SNAPPY: Final = _engine("block_compressor=snappy")
_ZSTD: Final = _engine("block_compressor=zstd")
_CLUSTERED: Final = {"clusteredIndex": {"key": {"_id": 1}, "unique": True}}
_HOURS: Final = _series("hours")
_YEAR_SECONDS: Final = 31_536_000


def _tally_by_step(collection: Collection[Any], _steps: Mapping[int, int]) -> Tally:
    """Documents with their step."""
    return _summed(collection, "$meter.step", {"$sum": "$watts"}, None)


def _tally_energy(collection: Collection[Any], _steps: Mapping[int, int]) -> Tally:
    """Documents that state how many watt-minutes their value counts."""
    return _summed(collection, "$meter.unit", {"$sum": "$energy"}, None)


def _tally_first(collection: Collection[Any], _steps: Mapping[int, int]) -> Tally:
    minutes = {f"PT{step}M": step for step in STEPS}
    return _summed(collection, "$interval_length", {"$sum": "$value"}, minutes)


def _tally_lean(collection: Collection[Any], steps: Mapping[int, int]) -> Tally:
    return _summed(collection, "$m", {"$sum": "$v"}, steps)


def _tally_by_series(collection: Collection[Any], steps: Mapping[int, int]) -> Tally:
    return _summed(collection, "$_id.m", {"$sum": "$v"}, steps)


def _tally_numbered(collection: Collection[Any], steps: Mapping[int, int]) -> Tally:
    series = {"$floor": {"$divide": ["$_id", 1 << 32]}}
    return _summed(collection, series, {"$sum": "$v"}, steps)


def _tally_daily(collection: Collection[Any], steps: Mapping[int, int]) -> Tally:
    return _summed(collection, "$_id.m", {"$sum": {"$sum": "$v"}}, steps, {"$sum": {"$size": "$v"}})


def _tally_monthly(collection: Collection[Any], steps: Mapping[int, int]) -> Tally:
    """Documents decoded here, as the server cannot read their values."""
    readings = energy = 0
    for document in collection.find({}):
        values = documents.unpacked(document["v"])
        readings += len(values)
        energy += int(values.sum()) * steps[document["_id"]["m"]]
    return Tally(readings, energy)


def _summed(
    collection: Collection[Any],
    group: object,
    watts: dict[str, Any],
    steps: Mapping[Any, int] | None,
    readings: dict[str, Any] | None = None,
) -> Tally:
    """Counts and watts by series or step on the server, times the minutes of each."""
    count = readings or {"$sum": 1}
    rows = list(collection.aggregate([{"$group": {"_id": group, "readings": count, "watts": watts}}]))
    minutes = [int(row["_id"]) if steps is None else steps[row["_id"]] for row in rows]
    return Tally(
        sum(int(row["readings"]) for row in rows),
        sum(int(row["watts"]) * step for row, step in zip(rows, minutes, strict=True)),
    )


def _ordinary(code: str, options: dict[str, Any], **more: Any) -> Layout:
    return Layout(
        code,
        Family.ORDINARY,
        documents.current,
        options,
        index=ordinary.INDEX,
        unique=True,
        tally=_tally_by_step,
        **more,
    )


def _time_series(
    code: str, options: dict[str, Any], shape: Shape = documents.measured, **more: Any
) -> Layout:
    return Layout(
        code,
        Family.TIME_SERIES,
        shape,
        options,
        index=time_series.INDEX,
        **{"tally": _tally_by_step} | more,
    )


def _own(layouts: Sequence[Layout]) -> Layout:
    """The layout of the catalogue with the options of the application's collection, or a new one."""
    options = {"timeseries": time_series.OPTIONS}
    known = (one for one in layouts if one.options == options and one.shape is documents.measured)
    return next(known, _time_series("ts-own", options))


FIRST_DEMO: Final = Layout(
    "first-demo",
    Family.ORDINARY,
    documents.first_demo,
    _SNAPPY,
    index=[("prm", 1), ("date", 1)],
    unique=True,
    tally=_tally_first,
)
FIRST_LIVE: Final = replace(FIRST_DEMO, code="first-live", lesson=True, live=True)
"""The layout `ts-default` is compared with: the same documents, loaded in the same way."""
ORDINARY: Final = _ordinary("ordinary", _SNAPPY)
ORDINARY_ZSTD: Final = _ordinary("ordinary-zstd", _ZSTD)
ORDINARY_SMALL: Final = _ordinary(
    "ordinary-small",
    _engine(f"block_compressor=zstd,{SMALL}"),
    index_options=_engine(f"block_compressor=zstd,{SMALL}"),
)
_LEAN_INDEX: Final[Index] = [("m", 1), ("t", 1)]
LEAN: Final = Layout(
    "lean", Family.ORDINARY, documents.lean, _SNAPPY, index=_LEAN_INDEX, unique=True, tally=_tally_lean
)
LEAN_ZSTD: Final = Layout(
    "lean-zstd", Family.ORDINARY, documents.lean, _ZSTD, index=_LEAN_INDEX, unique=True, tally=_tally_lean
)
NATURAL: Final = Layout("natural", Family.ORDINARY, documents.natural, _ZSTD)
CLUSTERED: Final = Layout("clustered", Family.ORDINARY, documents.natural, _ZSTD | _CLUSTERED, since=(5, 3))
NUMBERED: Final = Layout(
    "numbered", Family.ORDINARY, documents.numbered, _ZSTD | _CLUSTERED, since=(5, 3), tally=_tally_numbered
)
DAILY: Final = Layout(
    "daily", Family.GROUPED, documents.daily, _ZSTD | _CLUSTERED, since=(5, 3), tally=_tally_daily
)
MONTHLY: Final = Layout(
    "monthly", Family.GROUPED, documents.monthly, _ZSTD | _CLUSTERED, since=(5, 3), tally=_tally_monthly
)
TS_DEFAULT: Final = Layout(
    "ts-default",
    Family.TIME_SERIES,
    documents.first_demo_with_id,
    _series(None, "date", "prm"),
    index=[("prm", 1), ("date", 1)],
    lesson=True,
    live=True,
    tally=_tally_first,
)
TS_SECONDS: Final = _time_series("ts-seconds", _series("seconds"), lesson=True)
TS_MINUTES: Final = _time_series("ts-minutes", _series("minutes"))
TS_HOURS_ID: Final = _time_series("ts-hours-id", _HOURS, documents.measured_with_id)
TS_HOURS: Final = _time_series("ts-hours", _HOURS)
TS_SNAPPY: Final = _time_series("ts-snappy", _HOURS | _SNAPPY)
TS_SMALL: Final = _time_series(
    "ts-small",
    _HOURS | _engine(f"block_compressor=zstd,{SMALL}"),
    index_options=_engine(f"block_compressor=zstd,{SMALL}"),
)
TS_WH: Final = _time_series(
    "ts-wh",
    _HOURS | _engine(f"block_compressor=zstd,{SMALL}"),
    documents.energy,
    index_options=_engine(f"block_compressor=zstd,{SMALL}"),
    tally=_tally_energy,
)
TS_PAGES: Final = replace(
    TS_WH,
    code="ts-pages",
    options=_HOURS | _engine(f"block_compressor=zstd,{LARGE}"),
    index_options=_engine(f"block_compressor=zstd,{LARGE}"),
)
TS_YEAR: Final = _time_series(
    "ts-year",
    {
        "timeseries": {
            "timeField": "start",
            "metaField": "meter",
            "bucketMaxSpanSeconds": _YEAR_SECONDS,
            "bucketRoundingSeconds": _YEAR_SECONDS,
        }
    },
    since=(6, 3),
)
TS_NEWEST: Final = _time_series("ts-newest", _HOURS, order=Order.NEWEST_FIRST, lesson=True)
TS_SHUFFLED: Final = _time_series("ts-shuffled", _HOURS, order=Order.SHUFFLED, lesson=True)

LAYOUTS: Final = (
    *(FIRST_DEMO, ORDINARY, ORDINARY_ZSTD, ORDINARY_SMALL, LEAN, LEAN_ZSTD, NATURAL, CLUSTERED, NUMBERED),
    *(DAILY, MONTHLY),
    *(
        FIRST_LIVE,
        TS_DEFAULT,
        TS_SECONDS,
        TS_MINUTES,
        TS_HOURS_ID,
        TS_HOURS,
        TS_SNAPPY,
        TS_SMALL,
        TS_WH,
        TS_PAGES,
        TS_YEAR,
    ),
    *(TS_NEWEST, TS_SHUFFLED),
)
OWN: Final = _own(LAYOUTS)
"""The layout of this application's time series collection."""
BY_CODE: Final = {layout.code: layout for layout in LAYOUTS}
WATERFALL: Final = (FIRST_DEMO, LEAN, LEAN_ZSTD, NATURAL, TS_HOURS_ID, TS_HOURS, TS_SMALL, TS_WH, TS_PAGES)
"""Steps of the savings; each changes one thing. Texts: `lab.step.<code>`."""


def available(layout: Layout, server: str) -> bool:
    """Whether a server of this version can build a layout."""
    return tuple(int(part) for part in server.split(".")[:2]) >= layout.since
