"""How many calls may go to an API today, and when the next one: counted in MongoDB before a call is sent.

One document an API and database, changed in one atomic step, so that any number of processes together stay
within the limit, across restarts. Days are UTC, as the API counts them. A ban is remembered here until a
person lifts it; a moment the API named for going on is waited for by everybody.
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
"""Nothing failed: calls go on at a moment that is known."""
REFUSALS: Final = WAITS | {"api-banned"}
"""What `Budget.take` refuses with: it meets every question, whatever meter that is about."""
MARGIN_MS: Final = 5 * 60_000
"""After midnight UTC, before the first call of the new day: clocks differ."""
_NEVER: Final = Int64(0)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Where an API's budget stands. Moments in UTC ms."""

    calls: int
    limit: int
    resumes_at: int | None
    """When the next call may go out, where that is not at once; None too where it is banned."""
    banned_at: int | None

    @property
    def left(self) -> int:
        return max(0, self.limit - self.calls)

    def days_for(self, calls: int) -> int:
        """On how many days so many calls are sent, with today where it has any left."""
        later = max(0, calls - self.left)
        return int(calls > later) + -(-later // self.limit)


class Budget:
    """The calls of one API, shared by all processes on this database. Every method raises StorageError."""

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
        """Count one call and reserve its moment (UTC ms): it may be sent then, not before.

        SourceError `api-banned`; SourcePaused `api-throttled`, `api-budget-used` with the moment it resumes.
        """
        now = self._clock()
        after = self._change(_taken(now, _day(now), self._limit, self._apart))
        if after["granted"]:
            return int(after["slot"])
        raise self._refusal(after, now)

    def give_back(self) -> None:
        """A call that was counted has not left: no connection was made, so the API cannot have counted it."""
        this = {"_id": self._api, "day": _day(self._clock()), "calls": {"$gt": 0}}
        with explained():
            patiently(lambda: self._documents.update_one(this, {"$inc": {"calls": -1}}))

    def allowance(self) -> Allowance:
        """Where it stands, without counting anything."""
        now = self._clock()
        with explained():
            found = patiently(lambda: self._documents.find_one({"_id": self._api})) or {}
        calls = int(found.get("calls", 0)) if found.get("day", "") >= _day(now) else 0
        held = int(found.get("held_until", 0))
        banned = int(found.get("banned_at", 0)) or None
        resumes = held if held > now else _next_day(now) if calls >= self._limit else None
        return Allowance(calls, self._limit, None if banned else resumes, banned)

    def hold(self, until: int | None) -> int:
        """No call by anybody before a moment the API named (UTC ms; at most two days away). Where it named
        none, each time in a row doubles the wait, from 5 minutes up to 3 hours. Gives the moment."""
        now = self._clock()
        named = until if until is not None and until > now else 0
        after = self._change(_held(now, min(named, now + 2 * DAY_MS)))
        return int(after["held_until"])

    def answered(self) -> None:
        """The API answers again: the next wait starts from the beginning."""
        with explained():
            patiently(
                lambda: self._documents.update_one(
                    {"_id": self._api, "holds": {"$gt": 0}}, {"$set": {"holds": 0}}
                )
            )

    def ban(self) -> None:
        """This address is banned: nobody calls until a person lifts it."""
        now = Int64(self._clock())
        self._change([{"$set": {"banned_at": now, "granted": False}}])

    def lift_ban(self) -> None:
        """A person has made sure that the ban is over."""
        self._change([{"$set": {"banned_at": _NEVER, "granted": False}}])

    def _change(self, steps: list[Mapping[str, Any]]) -> dict[str, Any]:
        """One atomic step on the document of this API, which it makes where absent."""

        def once() -> dict[str, Any]:
            try:
                return self._find_and_modify(steps)
            except DuplicateKeyError:  # another process made it at this very moment
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
    """Count and reserve where it is allowed; `granted` says whether. A clock a little behind the last one
    opens no new day; a day or a slot far ahead is the trace of a wrong clock."""
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
    """A little after the next midnight UTC."""
    return (moment // DAY_MS + 1) * DAY_MS + MARGIN_MS
