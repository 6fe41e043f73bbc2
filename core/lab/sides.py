"""The two sides of every comparison: the ordinary and the time series collection."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final


class Side(StrEnum):
    """A side. The value names its field in results, reports and JSON."""

    ORDINARY = "ordinary"
    TIME_SERIES = "time_series"

    @property
    def label(self) -> str:
        """The key of its name in the texts."""
        return f"footprint.{self.code}"

    @property
    def code(self) -> str:
        """Its name in keys of texts and widgets."""
        return self.value.replace("_", "-")

    def of(self, pair: Any) -> Any:
        """The value of this side in a pair measured on both."""
        return getattr(pair, self.value)


SIDES: Final = tuple(Side)
"""Both sides in the order in which they are shown."""
