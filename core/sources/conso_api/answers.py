"""Enedis's JSON, as Conso API passes it on and households save it: v2 (`grandeur`) and the legacy v5.

Load curves, daily energies and daily maximum powers; v5 has `interval_reading`. A stamp is the END of its
interval in Paris wall time; every row names its own step; a value is the average power over it, in W. In v2,
null means no reading; in v5 such rows are absent. The order of rows is not guaranteed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from core.errors import SourceError
from core.model import MINUTE_MS, Delivery, Flow, MaxPower, Meter, Origin
from core.paristime import DAY_MS, to_utc
from core.sources.conso_api.rows import STAMP, curve_of
from core.sources.conso_api.series import Series, series_of
from core.sources.refusals import MAX_WATTS, STEPS_BY_NAME
from core.sources.stamped import Stamped, by_midnights, by_period

MAX_DAY_WH: Final = 24 * MAX_WATTS
"""Upper limit of a day's energy, far beyond what a meter counts."""


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
    series = series_of(document, flow)
    _check_power(series)
    found = series.flow or flow or Flow.CONSUMPTION
    try:
        meter = Meter(series.prm, found)
    except ValueError:
        raise SourceError("api-answer-unknown") from None
    if stamped is Stamped.UNSAID:
        stamped = _told(series)
    curve, refused = curve_of(series, live, stamped_at_end=stamped is not Stamped.BEGIN)
    origins = (Origin.API_V5, Origin.API_V2) if live else (Origin.JSON_V5, Origin.JSON_V2)
    return Delivery(meter, origins[series.v2], curve, refused)


def stamped_in(document: Mapping[str, Any], flow: Flow | None = None) -> Stamped:
    """Which end of its interval a stamp of an answer names, as far as the answer tells.

    Its period tells, or its first and last stamp. One gateway returns v2 answers with BEGINs; v5 answers
    always have ENDs. SourceError as in `read_load_curve`.
    """
    series = series_of(document, flow)
    _check_power(series)
    return _told(series)


def _check_power(series: Series) -> None:
    if not series.power or series.unit != "W":
        raise SourceError("api-answer-other", unit=series.unit or "?")


def _told(series: Series) -> Stamped:
    known = [str(stamp)[:19].replace("T", " ") for stamp in series.stamps if stamp]
    if not series.v2 or not known:
        return Stamped.END
    ends = pd.to_datetime(pd.Series([min(known), max(known)]), format=STAMP, errors="coerce")
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


def read_daily(document: Mapping[str, Any]) -> dict[date, int]:
    """The distributor's energy (Wh) of each day in a daily answer; days without a value are left out.

    SourceError `api-answer-unknown`, or `api-answer-other` if it contains no daily energies.
    """
    series = series_of(document, None)
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
    series = series_of(document, None)
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
        wall = np.array([round(datetime.strptime(stamp, STAMP).replace(tzinfo=UTC).timestamp()) * 1000])
        return int(to_utc(wall)[0])
    except ValueError:
        return None
