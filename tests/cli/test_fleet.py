"""`fleet`: kept fleets are dropped, and no unsettled saving is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.cli.main import main
from core.lab.fleet.measure import run_fleet
from core.storage.store import Store


def collections(store: Store) -> set[str]:
    return set(store.database.list_collection_names())


def test_the_command_drops_kept_fleets(
    store: Store,
    mongo_uri: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COURBE_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("COURBE_DATABASE", store.database.name)
    monkeypatch.setenv("COURBE_DATA_DIR", str(tmp_path))
    names = set(run_fleet(store.database, 1, 2, keep=True).kept)
    assert main(["fleet", "--drop", "--json"]) == 0
    dropped = json.loads(capsys.readouterr().out)["dropped"]
    assert {one["collection"] for one in dropped} == names
    assert all(one["bytes"] > 0 for one in dropped)
    assert not names & collections(store)
    assert main(["fleet", "--drop"]) == 0
    assert "No fleet is kept" in capsys.readouterr().out
    assert main(["fleet", "--drop", "--keep"]) == 2
