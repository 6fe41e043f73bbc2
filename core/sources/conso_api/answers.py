"""Enedis's JSON, as Conso API passes it on and households save it: v2 (`grandeur`) and the legacy v5.

Load curves, daily energies and daily maximum powers; v5 has `interval_reading`. A stamp is the END of its
interval in Paris wall time; every row names its own step; a value is the average power over it, in W. In v2,
null means no reading; in v5 such rows are absent. The order of rows is not guaranteed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import SourceError
from core.model import MINUTE_MS, Curve, Delivery, Flow, MaxPower, Meter, Origin, Refusal, RefusalReason
from core.paristime import DAY_MS, HOUR_MS, ends_to_utc, exists, is_ambiguous, now_ms, to_utc
from core.sources.masking import shown
from core.sources.overlaps import NONE, overlapped
from core.sources.refusals import FLOWS_BY_NAME, MAX_WATTS, STEPS_BY_NAME, Refusals
from core.sources.stamped import Stamped, by_midnights, by_period

MAX_DAY_WH: Final = 24 * MAX_WATTS
"""Upper limit of a day's energy, far beyond what a meter counts."""
_STAMP: Final = "%Y-%m-%d %H:%M:%S"
_EARLIEST: Final = 10_957 * DAY_MS  # the year 2000, long before the first Linky
_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Series:
    """One series of either format: meter, unit and the rows as received."""

    prm: str
    flow: Flow | None
    unit: str
    power: bool
    stamps: list[Any]
    values: list[Any]
    steps: list[Any]
    v2: bool
    period: tuple[date | None, date | None] = (None, None)
    """The days that the answer says it covers."""

    def row(self, at: int) -> str:
        """A row as an example of what was refused."""
        value = "null" if self.values[at] is None else self.values[at]
        return shown(f"{self.stamps[at]}: {value}, {self.steps[at]}")


def read_load_curve(
    document: Mapping[str, Any],
    *,
    flow: Flow | None = None,
    live: bool = False,
    stamped: Stamped = Stamped.UNSAID,
) -> Delivery:
    """The load curve of an answer.

    `flow`: which one to take, and that of a v5 answer, which names none; consumption unless given. `live`:
    from the API itself, where null is not reported, and not from a file. `stamped`: which end of its interval
    a stamp names; unless given, it is taken from the answer, and is END, as the distributor writes it, if
    nothing tells.

    SourceError `api-answer-unknown`, `api-no-data`, or `api-answer-other` for another kind of answer (daily
    energies, maximum powers).
    """
    series = _series(document, flow)
    _check_power(series)
    found = series.flow or flow or Flow.CONSUMPTION
    try:
        meter = Meter(series.prm, found)
    except ValueError:
        raise SourceError("api-answer-unknown") from None
    if stamped is Stamped.UNSAID:
        stamped = _told(series)
    curve, refused = _curve(series, live, stamped_at_end=stamped is not Stamped.BEGIN)
    origins = (Origin.API_V5, Origin.API_V2) if live else (Origin.JSON_V5, Origin.JSON_V2)
    return Delivery(meter, origins[series.v2], curve, refused)


def stamped_in(document: Mapping[str, Any], flow: Flow | None = None) -> Stamped:
    """Which end of its interval a stamp of an answer names, as far as the answer tells.

    Its period tells, or its first and last stamp. One gateway returns v2 answers with BEGINs; v5 answers
    always have ENDs. SourceError as in `read_load_curve`.
    """
    series = _series(document, flow)
    _check_power(series)
    return _told(series)


def _check_power(series: _Series) -> None:
    if not series.power or series.unit != "W":
        raise SourceError("api-answer-other", unit=series.unit or "?")


def _told(series: _Series) -> Stamped:
    known = [str(stamp)[:19].replace("T", " ") for stamp in series.stamps if stamp]
    if not series.v2 or not known:
        return Stamped.END
    ends = pd.to_datetime(pd.Series([min(known), max(known)]), format=_STAMP, errors="coerce")
    if bool(ends.isna().any()):
        return Stamped.UNSAID
    first, last = ends.astype("datetime64[ms]").to_numpy().astype(np.int64).tolist()
    if any(series.period):
        return by_period(first, last, *series.period)
    steps = [STEPS_BY_NAME.get(step, 0) for step in series.steps if isinstance(step, str)]
    step = max(set(steps), key=steps.count, default=0)
    found = by_midnights(first, last, step)
    whole = (last + step * MINUTE_MS) % DAY_MS == 0
    return Stamped.UNSAID if found is Stamped.BEGIN and not whole else found


def flows_of(document: Mapping[str, Any]) -> tuple[Flow, ...]:
    """The flows named by a v2 answer; none for v5, which names none, and for anything else."""
    offered = document.get("grandeur") if isinstance(document, Mapping) else None
    if not isinstance(offered, list):
        return ()
    named = [one.get("grandeurMetier") for one in offered if isinstance(one, dict)]
    return tuple(flow for word, flow in FLOWS_BY_NAME.items() if word in named)


def read_daily(document: Mapping[str, Any]) -> dict[date, int]:
    """The distributor's energy (Wh) of each day in a daily answer; days without a value are left out.

    SourceError `api-answer-unknown`, or `api-answer-other` if it contains no daily energies.
    """
    series = _series(document, None)
    if series.unit != "Wh":
        raise SourceError("api-answer-other", unit=series.unit or "?")
    totals: dict[date, int] = {}
    for stamp, value in zip(series.stamps, series.values, strict=True):
        try:
            day, wh = date.fromisoformat(str(stamp)[:10]), int(value)
        except (TypeError, ValueError, OverflowError):
            continue  # null, or no number: no total that day
        if 0 <= wh <= MAX_DAY_WH:
            totals[day] = wh
    return totals


def read_peaks(document: Mapping[str, Any]) -> dict[date, MaxPower]:
    """The maximum apparent power (VA) and its time, of each day in a daily answer.

    Days without a value are left out. A stamp is the Paris time of the maximum, to the second; in the
    repeated hour, the first one is assumed.

    SourceError `api-answer-unknown`, or `api-answer-other` if it contains no maximum powers.
    """
    series = _series(document, None)
    if series.unit != "VA":
        raise SourceError("api-answer-other", unit=series.unit or "?")
    peaks: dict[date, MaxPower] = {}
    for stamp, value in zip(series.stamps, series.values, strict=True):
        try:
            day, va = date.fromisoformat(str(stamp)[:10]), int(value)
        except (TypeError, ValueError, OverflowError):
            continue  # null: no maximum that day
        if 0 <= va <= MAX_WATTS and (day not in peaks or va > peaks[day].va):
            peaks[day] = MaxPower(va, _moment(str(stamp)))
    return peaks


def _moment(stamp: str) -> int | None:
    """UTC ms of a Paris time to the second; None if it is invalid or does not exist."""
    try:
        wall = np.array([round(datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC).timestamp()) * 1000])
        return int(to_utc(wall)[0])
    except ValueError:
        return None


def _series(document: Mapping[str, Any], flow: Flow | None) -> _Series:
    if not isinstance(document, Mapping):
        raise SourceError("api-answer-unknown")
    legacy = document.get("meter_reading", document)
    try:
        if "grandeur" in document or "idPrm" in document:
            return _v2(document, flow)
        if isinstance(legacy, Mapping) and "interval_reading" in legacy:
            return _v5(legacy)
    except (KeyError, TypeError, AttributeError, IndexError):
        pass
    raise SourceError("api-answer-unknown")


def _v2(document: Mapping[str, Any], flow: Flow | None) -> _Series:
    series = document.get("grandeur") or []
    offered = [one for one in series if flow in (None, FLOWS_BY_NAME.get(one["grandeurMetier"]))]
    if "idPrm" in document and (not offered or "points" not in offered[0]):
        raise SourceError("api-no-data")
    chosen = offered[0]
    points = chosen["points"] or []
    usual = document.get("pas")
    return _Series(
        prm=str(document["idPrm"]),
        flow=FLOWS_BY_NAME[chosen["grandeurMetier"]],
        unit=shown(str(chosen["unite"])),
        power=chosen["grandeurPhysique"] == "PA",
        stamps=[point["d"] for point in points],
        values=[point["v"] for point in points],
        steps=[point.get("p", usual) for point in points],
        v2=True,
        period=_period(document.get("periode")),
    )


def _period(stated: object) -> tuple[date | None, date | None]:
    if not isinstance(stated, Mapping):
        return None, None
    return _day(stated.get("dateDebut")), _day(stated.get("dateFin"))


def _day(written: object) -> date | None:
    try:
        return date.fromisoformat(str(written)[:10])
    except ValueError:
        return None


def _v5(document: Mapping[str, Any]) -> _Series:
    points = document["interval_reading"] or []
    kind = document["reading_type"]
    usual = kind.get("interval_length")
    return _Series(
        prm=str(document["usage_point_id"]),
        flow=None,
        unit=shown(str(kind["unit"])),
        power=kind.get("measurement_kind", "power") == "power"
        and kind.get("aggregate", "average") == "average",
        stamps=[point["date"] for point in points],
        values=[point["value"] for point in points],
        steps=[point.get("interval_length", usual) for point in points],
        v2=False,
    )


def _curve(series: _Series, live: bool, *, stamped_at_end: bool) -> tuple[Curve, tuple[Refusal, ...]]:
    """The readings in order, and the refused rows."""
    refusals, row = Refusals(), series.row
    empty = np.array([value is None or value == "" for value in series.values], dtype=np.bool_)
    rows = np.arange(len(empty))
    # null is no reading and not an error; for a file it is reported, as it is not queried again
    rows = rows[~empty] if live else refusals.without(rows, empty, RefusalReason.NO_VALUE, row)

    ends, told, bad = _stamps(series.stamps)
    bad[~bad] = (~told[~bad] & ~exists(ends[~bad])) | (ends[~bad] < _EARLIEST)
    rows = refusals.without(rows, bad, RefusalReason.BAD_STAMP, row)

    minutes = np.array(
        [STEPS_BY_NAME.get(step, 0) if isinstance(step, str) else 0 for step in series.steps], np.int64
    )
    rows = refusals.without(rows, minutes == 0, RefusalReason.UNKNOWN_STEP, row)
    off = ends % (np.maximum(minutes, 1) * MINUTE_MS) != 0
    rows = refusals.without(rows, off, RefusalReason.OFF_GRID, row)

    power = pd.to_numeric(pd.Series(series.values, dtype=object).map(_text), errors="coerce").to_numpy(
        np.float64
    )
    rows = refusals.without(
        rows, ~np.isfinite(power) | (power != np.rint(power)), RefusalReason.NOT_A_NUMBER, row
    )
    rows = refusals.without(rows, power < 0, RefusalReason.NEGATIVE, row)
    rows = refusals.without(rows, power > MAX_WATTS, RefusalReason.TOO_LARGE, row)

    naive = rows[~told[rows]]
    ends[naive] = _to_utc(ends[naive])
    if not stamped_at_end:
        ends = ends + minutes * MINUTE_MS
    rows = refusals.without(rows, ends > now_ms(), RefusalReason.NOT_ENDED, row)
    rows, start = _in_order(rows, ends[rows] - minutes[rows] * MINUTE_MS, minutes)
    watts = np.where(np.abs(power) <= MAX_WATTS, power, 0).astype(np.int64)
    rows, start = _once(rows, start, minutes, watts, refusals, row)
    return Curve.of(start, minutes[rows], watts[rows]), refusals.all()


def _stamps(written: list[Any]) -> tuple[NDArray[np.int64], _Mask, _Mask]:
    """Stamps as naive Paris ms, or UTC if they have an offset; masks of those with one, and of bad ones."""
    wall = pd.to_datetime(pd.Series(written, dtype=object).map(_text), format=_STAMP, errors="coerce")
    moments = wall.astype("datetime64[ms]").to_numpy().astype(np.int64)  # NaT: the least int64
    bad = wall.isna().to_numpy(copy=True)
    told = np.zeros(len(bad), np.bool_)
    for at in np.flatnonzero(bad).tolist():
        try:
            moment = datetime.fromisoformat(_text(written[at]))
        except ValueError:
            continue
        if len(_text(written[at])) > len("2025-12-01") and not moment.microsecond:
            told[at] = moment.tzinfo is not None
            moments[at] = round((moment if told[at] else moment.replace(tzinfo=UTC)).timestamp() * 1000)
            bad[at] = False
    return moments, told, bad


def _text(value: object) -> str:
    """A value as written; booleans and containers give a text that is not a number."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else "?"


def _to_utc(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """UTC of END stamps, listed in any order."""
    steps = np.diff(ends)
    if len(steps) and int((steps < 0).sum()) > 0.9 * len(steps):
        return _to_utc(ends[::-1])[::-1]
    if bool(((steps > 0) | ((steps >= -HOUR_MS) & is_ambiguous(ends[1:]))).all()):
        return ends_to_utc(ends)
    # no order: in the repeated hour, the first row of a stamp is summer time, the next winter time
    second = np.zeros(len(ends), dtype=np.bool_)
    for stamp in np.unique(ends[is_ambiguous(ends)]):
        (rows,) = np.nonzero(ends == stamp)
        second[rows[1::2]] = True
    return to_utc(ends, second)


def _in_order(
    rows: NDArray[np.intp], start: NDArray[np.int64], minutes: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Sorted by start, then the finer step first; rows of the same interval keep their order."""
    order = np.lexsort((minutes[rows], start))
    return rows[order], start[order]


def _once(
    rows: NDArray[np.intp],
    start: NDArray[np.int64],
    minutes: NDArray[np.int64],
    watts: NDArray[np.int64],
    refusals: Refusals,
    row: Callable[[int], str],
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Each time once: repeats are dropped; of two rows that contradict or overlap, the first is kept."""
    end = start + minutes[rows] * MINUTE_MS
    over = overlapped(start, end)
    for at in np.flatnonzero(over != NONE):
        first = over[at]
        if start[at] != start[first] or end[at] != end[first]:
            refusals.add(RefusalReason.OVERLAP, 1, row(rows[at]))
        elif watts[rows[at]] != watts[rows[first]]:
            refusals.add(RefusalReason.CONTRADICTION, 1, row(rows[at]))
    keep = over == NONE
    return rows[keep], start[keep]
