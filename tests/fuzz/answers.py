"""Answers of the API: any answer gives readings or totals, or an error with words."""

from __future__ import annotations

import json
from datetime import date

from core.errors import CourbeError
from core.model import Curve, Days, Flow, Meter
from core.paristime import now_ms
from core.sources.conso_api.answers import read_daily, read_load_curve, read_peaks
from core.sources.conso_api.failures import failure
from core.sources.conso_api.series import flows_of
from core.sources.transport import Answer
from core.storage.day_log import DayLog
from core.texts import Language, Words
from tests.api_documents import v2, v5
from tests.curves import METER_PRM, regular

METER = Meter(METER_PRM)
_FAILURES = (
    {"error": {"code": "ADAM-ERR0123", "message": "x"}},
    {"message": "Message throttled out", "nextAccessTime": "2026-Nov-26 00:00:00+0000 UTC"},
    {"error": {"error": "no_data_found", "error_description": "x"}},
    {"statusCode": 400, "message": 'Paramètres invalides [{"path": ["prm"]}]'},
)


def seeds() -> list[bytes]:
    """A day of both layouts, daily totals and maxima, failures, and forms of Retry-After."""
    curve = regular(date(2024, 10, 27))
    daily = {
        "usage_point_id": METER.prm,
        "reading_type": {"unit": "Wh", "aggregate": "sum"},
        "interval_reading": [{"date": "2024-10-27", "value": "12345"}],
    }
    peaks = daily | {
        "reading_type": {"unit": "VA"},
        "interval_reading": [{"date": "2024-10-27 19:00:00", "value": 4500}],
    }
    documents = [v2(METER, curve), v5(METER, curve), daily, peaks, *_FAILURES]
    found = [json.dumps(one).encode() for one in documents]
    return [*found, b"120", b"Fri, 27 Nov 2026 10:00:00 GMT", b"<html>502 Bad Gateway</html>"]


def target(data: bytes) -> None:
    """Read an answer as each kind of request would."""
    for status in (200, 400, 403, 404, 429, 500, 502):
        text = data.decode("utf-8", errors="replace")
        _say(failure(Answer(status, "application/json", text[:64], data), now_ms()))
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return  # reported as garbled before it is parsed
    for flow in (None, *Flow):
        try:
            read = read_load_curve(document, flow=flow, live=True)
        except CourbeError as error:
            _say(error)
        else:
            curve = read.curve
            assert Curve.of(curve.start, curve.minutes, curve.watts) == curve
    flows_of(document)
    try:
        totals = read_daily(document)
    except CourbeError as error:
        _say(error)
    else:
        log = DayLog.empty().with_totals(totals)
        assert len(log) == len(totals)
        log.asked_for_totals(Days(date(2024, 10, 1), date(2024, 11, 1)), now_ms())
    try:
        read_peaks(document)
    except CourbeError as error:
        _say(error)


def _say(error: CourbeError) -> None:
    for language in Language:
        words = Words(language)
        assert error.title(words)
        assert error.happened(words)
        assert error.cure(words)
