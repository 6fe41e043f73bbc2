"""Imports through the API with a clock of their own."""

from __future__ import annotations

from core.errors import CourbeError
from core.importing.api import plan
from core.importing.api.check import check_api
from core.importing.run import Report
from core.model import Check, Meter
from tests.importing.api.home import METER, PATIENT, TODAY, Home

HORIZON = plan.horizon(TODAY)


def checks(home: Home, meter: Meter = METER) -> dict[str, Check]:
    clock = home.clock
    found = check_api(home.store, home.settings, meter, clock=clock, wait=clock.wait, limits=PATIENT)
    return {check.code: check for check in found}


def paths(home: Home) -> list[str]:
    return [seen.path.removeprefix("/api/") for seen in home.server.seen]


def error_of(report: Report) -> CourbeError:
    (error,) = report.errors
    return error
