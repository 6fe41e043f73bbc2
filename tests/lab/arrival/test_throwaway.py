"""A temporary server: really restarted with its data, deleted at the end."""

from __future__ import annotations

from core.lab.arrival.throwaway import throwaway


def test_it_is_restarted_on_its_data_and_gone_afterwards() -> None:
    with throwaway(["ttlMonitorSleepSecs=5"]) as one:
        began = one.database.client.admin.command("serverStatus")["pid"]
        told = one.database.client.admin.command("getParameter", 1, ttlMonitorSleepSecs=1)
        assert told["ttlMonitorSleepSecs"] == 5
        one.database["x"].insert_one({"kept": True})
        folder = one._folder
        one.restart()
        assert one.database.client.admin.command("serverStatus")["pid"] != began
        assert one.database["x"].count_documents({"kept": True}) == 1
        assert one.version.count(".") == 2
    assert not folder.exists()
