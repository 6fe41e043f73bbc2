"""What a real time series collection refuses."""

from __future__ import annotations

from core.lab.layouts import limits
from core.model import Meter
from core.storage.store import Store


def test_limits_are_real(filled: Store, meter: Meter) -> None:
    found = {trial.code: trial for trial in limits.trials(filled, meter)}
    assert found["double"].kept_double == (False, True)
    assert found["change"].ordinary
    assert found["change"].time_series is None
    assert found["change"].refusal
    assert found["look-up"].time_series
