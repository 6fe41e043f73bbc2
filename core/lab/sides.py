"""The two sides of every comparison: the ordinary and the time series collection."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final


class Side(StrEnum):
    """A side. The value names its field in what is measured, in reports and in JSON."""

    ORDINARY = "ordinary"
    TIME_SERIES = "time_series"

    @property
    def label(self) -> str:
        """The key of its name."""
        return f"footprint.{self.code}"

    @property
    def code(self) -> str:
        """As texts and widgets call it."""
        return self.value.replace("_", "-")

    def of(self, pair: Any) -> Any:
        """This side's half of something that was measured on both."""
        return getattr(pair, self.value)


SIDES: Final = tuple(Side)
"""In the order in which they are shown."""
