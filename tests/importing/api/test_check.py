"""The check before an import: what it checks, and how many calls it takes."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from core.errors import InputError
from core.importing.api.source import budget_of
from core.model import Meter
from core.settings import Deployment
from tests.conso_server import PRM, token_for
from tests.importing.api.asking import checks
from tests.importing.api.home import METER, Home


@pytest.mark.parametrize(
    ("token", "deployment", "code"),
    [
        (None, Deployment.SHARED, "api-shared"),
        ("", Deployment.PERSONAL, "api-no-token"),
        ("nonsense", Deployment.PERSONAL, "api-token-unreadable"),
        (token_for("12345678901234"), Deployment.PERSONAL, "api-token-other-meter"),
        (token_for(PRM, expires=1_600_000_000), Deployment.PERSONAL, "api-token-expired"),
    ],
)
def test_what_can_be_told_from_the_token_costs_no_call(
    home: Home, token: str | None, deployment: Deployment, code: str
) -> None:
    home.settings = home.settings.model_copy(
        update={"deployment": deployment, "api_token": None if token == "" else home.settings.api_token}
    )
    with pytest.raises(InputError) as caught:
        home.source(token=SecretStr(token) if token else None)
    assert caught.value.code == code
    assert not home.server.seen


def passed(home: Home, meter: Meter = METER) -> list[bool | None]:
    return [check.passed for check in checks(home, meter).values()]


def test_the_check_takes_one_call_and_looks_at_everything(home: Home) -> None:
    found = checks(home)
    assert list(found) == ["api-token", "api-reachable", "api-access", "api-collection"]
    assert all(check.passed for check in found.values())
    assert found["api-collection"].details["readings"] == 7 * 48
    assert len(home.server.seen) == 1
    assert budget_of(home.store, home.settings, home.clock).allowance().calls == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("bad-gateway", [True, False, None, None]),
        ("cut", [True, False, None, None]),
        ("banned", [True, False, None, None]),
        ("throttled-named", [True, None, None, None]),
        ("token", [True, True, False, None]),
        ("consent", [True, True, False, None]),
        ("technical", [True, True, None, None]),
        ("no-data", [True, True, True, False]),
        ("strange-enedis", [True, True, None, None]),
    ],
)
def test_the_check_says_no_more_than_it_saw(home: Home, fault: str, expected: list[bool | None]) -> None:
    home.server.faults.append(fault)
    assert passed(home) == expected
    assert len(home.server.seen) == 1


def test_a_check_without_a_token_blames_nobody_and_costs_nothing(home: Home) -> None:
    home.settings = home.settings.model_copy(update={"api_token": None})
    assert passed(home) == [None] * 4
    assert checks(home)["api-token"].details == {"error": "api-no-token"}
    assert not home.server.seen


def test_the_check_of_a_meter_the_token_does_not_open_costs_nothing(home: Home) -> None:
    assert passed(home, Meter("12345678901234")) == [False, None, None, None]
    assert not home.server.seen
