"""`sync`: the first update by the API, and the next one."""

from __future__ import annotations

from datetime import timedelta

from core.cli.status import exact_wh
from core.paristime import midnight, today
from core.texts import Language, Words
from tests.cli.home import Home
from tests.conso_server import ConsoServer, household


def test_the_api_by_command_and_the_daily_update(home: Home) -> None:
    first = today() - timedelta(days=10)
    house = household(first, today())
    house.activated, house.published = first, lambda day: midnight(day + timedelta(days=1))
    with ConsoServer(house) as api:
        token = api.token()
        environment = {
            "COURBE_API_URL": api.url,
            "COURBE_API_TOKEN": token,
            "COURBE_API_SECONDS_BETWEEN_CALLS": "0",
        }
        due = home.run("sync", "--dry-run", env=environment)
        assert (due.code, len(api.seen)) == (0, 0), due.err
        imported = home.run("import", "--api", "--json", env=environment)
        assert imported.code == 0, imported.err
        assert imported.json()["new"] == len(house.curve)
        assert home.status()[0]["wh"] == exact_wh(house.curve.watt_minutes)
        calls = len(api.seen)
        nothing = home.run("import", "--api", "--lang", "fr", env=environment)
        assert Words(Language.FRENCH).text("history.report.nothing") in nothing.out
        again = home.run("sync", "--json", env=environment)
        assert (again.code, again.json()["result"], len(api.seen)) == (0, "up-to-date", calls)
        home.run("erase", "--yes")
        api.faults.extend(["banned"] * 3)
        banned = home.run("sync", env=environment)
        assert banned.code == 1
        for done in (due, imported, again, banned):
            assert token not in done.out + done.err
            assert house.meter.prm not in done.out + done.err
