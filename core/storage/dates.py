"""UTC milliseconds as the aware datetime the driver sends as a BSON date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_datetime(utc_ms: int) -> datetime:
    """Exact to the millisecond."""
    return _EPOCH + timedelta(milliseconds=utc_ms)
