"""API budget: how many calls may be sent today, and when the next; counted in MongoDB before it is sent.

One document per API and database, changed in one atomic step, so that any number of processes together stay
within the limit, across restarts. Days are UTC, as the API counts them. A ban is remembered here until a
person lifts it. If the API names a time to continue, all processes wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from bson.int64 import Int64
from pymongo import ReturnDocument
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from core.errors import SourceError, SourcePaused
from core.paristime import DAY_MS, now_ms
from core.storage.mongo_errors import explained, patiently
from core.storage.upkeep.ownership import API_BUDGET

WAITS: Final = frozenset({"api-throttled", "api-budget-used"})
"""Not failures: calls continue at a known time."""
REFUSALS: Final = WAITS | {"api-banned"}
"""Error codes of `Budget.take`; they apply to every query, whatever its meter."""
MARGIN_MS: Final = 5 * 60_000
"""Wait after midnight UTC before the first call of the new day, as clocks differ."""
_NEVER: Final = Int64(0)


@dataclass(frozen=True, slots=True)
class Allowance:
    """State of an API's budget. Times in UTC ms."""

    calls: int
    limit: int
    resumes_at: int | None
    """When the next call may be sent; None if at once, or if the address is banned."""
    banned_at: int | None

    @property
    def left(self) -> int:
        """Calls left today."""
        return max(0, self.limit - self.calls)

    def days_for(self, calls: int) -> int:
        """On how many days so many calls are sent, including today if it has any left."""
        later = max(0, calls - self.left)
        return int(calls > later) + -(-later // self.limit)


class Budget:
    """The calls to one API, shared by all processes on this database. Every method raises StorageError."""

    def __init__(
        self,
        database: Database[Any],
        api_url: str,
        *,
        daily_calls: int,
        seconds_between: float,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._documents: Collection[dict[str, Any]] = database[API_BUDGET]
        self._api = urlsplit(api_url).netloc.lower() or api_url
        self._limit, self._apart = daily_calls, round(seconds_between * 1000)
        self._clock = clock

    def take(self) -> int:
        """Count one call and reserve its time (UTC ms): it may be sent then, not before.

        SourceError `api-banned`; SourcePaused `api-throttled`, `api-budget-used`, with the time at which
        calls resume.
        """
        now = self._clock()
        after = self._change(_taken(now, _day(now), self._limit, self._apart))
        if after["granted"]:
            return int(after["slot"])
        raise self._refusal(after, now)

    def give_back(self) -> None:
        """Uncount a call that was not sent: without a connection, the API cannot have counted it."""
        this = {"_id": self._api, "day": _day(self._clock()), "calls": {"$gt": 0}}
        with explained():
            patiently(lambda: self._documents.update_one(this, {"$inc": {"calls": -1}}))

    def allowance(self) -> Allowance:
        """The state of the budget, without counting a call."""
        now = self._clock()
        with explained():
            found = patiently(lambda: self._documents.find_one({"_id": self._api})) or {}
        calls = int(found.get("calls", 0)) if found.get("day", "") >= _day(now) else 0
        held = int(found.get("held_until", 0))
        banned = int(found.get("banned_at", 0)) or None
        resumes = held if held > now else _next_day(now) if calls >= self._limit else None
        return Allowance(calls, self._limit, None if banned else resumes, banned)

    def hold(self, until: int | None) -> int:
        """Stop all calls until a time named by the API (UTC ms; at most two days ahead); returns that time.

        Without `until`, each hold in a row doubles the wait, from 5 up to 160 minutes.
        """
        now = self._clock()
        named = until if until is not None and until > now else 0
        after = self._change(_held(now, min(named, now + 2 * DAY_MS)))
        return int(after["held_until"])

    def answered(self) -> None:
        """Note that the API answers again: the next wait starts from the beginning."""
        with explained():
            patiently(
                lambda: self._documents.update_one(
                    {"_id": self._api, "holds": {"$gt": 0}}, {"$set": {"holds": 0}}
                )
            )

    def ban(self) -> None:
        """Remember that the API has banned this address: nobody calls until a person lifts the ban."""
        now = Int64(self._clock())
        self._change([{"$set": {"banned_at": now, "granted": False}}])

    def lift_ban(self) -> None:
        """Allow calls again, after a person has made sure that the ban is over."""
        self._change([{"$set": {"banned_at": _NEVER, "granted": False}}])

    def _change(self, steps: list[Mapping[str, Any]]) -> dict[str, Any]:
        """Change the document of this API in one atomic step, creating it if absent; the result."""

        def once() -> dict[str, Any]:
            try:
                return self._find_and_modify(steps)
            except DuplicateKeyError:  # another process created it just now
                return self._find_and_modify(steps)

        with explained():
            return patiently(once)

    def _find_and_modify(self, steps: list[Mapping[str, Any]]) -> dict[str, Any]:
        found = self._documents.find_one_and_update(
            {"_id": self._api}, steps, upsert=True, return_document=ReturnDocument.AFTER
        )
        return found or {}

    def _refusal(self, after: Mapping[str, Any], now: int) -> SourceError:
        if after.get("banned_at"):
            return SourceError("api-banned")
        held = int(after.get("held_until", 0))
        if held > now:
            return SourcePaused("api-throttled", resumes_at=held)
        return SourcePaused("api-budget-used", resumes_at=_next_day(now), calls=self._limit)


def _taken(now: int, day: str, limit: int, apart: int) -> list[Mapping[str, Any]]:
    """Update that counts a call and reserves its time, if allowed; `granted` says whether.

    A clock a little behind the last one starts no new day. A day or a slot far ahead comes from a wrong clock
    and is ignored.
    """
    ahead = _day(now + 2 * DAY_MS)
    other = {"$or": [{"$lt": [{"$ifNull": ["$day", ""]}, day]}, {"$gt": ["$day", ahead]}]}
    calls = {"$cond": [other, 0, "$calls"]}
    allowed = {
        "$and": [
            {"$lt": [calls, limit]},
            {"$lte": [{"$ifNull": ["$held_until", 0]}, Int64(now)]},
            {"$eq": [{"$ifNull": ["$banned_at", 0]}, 0]},
        ]
    }
    after_last = {"$add": [{"$ifNull": ["$slot", 0]}, apart]}
    sane = {"$cond": [{"$gt": [after_last, Int64(now + MARGIN_MS)]}, Int64(now), after_last]}
    slot = {"$max": [Int64(now), sane]}
    return [
        {"$set": {"granted": allowed, "calls": calls, "day": {"$cond": [other, day, "$day"]}}},
        {
            "$set": {
                "calls": {"$cond": ["$granted", {"$add": ["$calls", 1]}, "$calls"]},
                "slot": {"$cond": ["$granted", slot, "$slot"]},
            }
        },
    ]


def _held(now: int, named: int) -> list[Mapping[str, Any]]:
    holds = {"$min": [{"$ifNull": ["$holds", 0]}, 5]}
    doubling = {"$add": [Int64(now), {"$multiply": [MARGIN_MS, {"$pow": [2, holds]}]}]}
    until = Int64(named) if named else {"$toLong": doubling}
    return [
        {"$set": {"held_until": {"$max": ["$held_until", until]}, "granted": False}},
        {"$set": {"holds": {"$add": [holds, 1]}}},
    ]


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, tz=UTC).date().isoformat()


def _next_day(moment: int) -> int:
    """UTC ms of a little after the next midnight UTC."""
    return (moment // DAY_MS + 1) * DAY_MS + MARGIN_MS
