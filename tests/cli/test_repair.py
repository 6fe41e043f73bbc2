"""`repair`: cures every damage, as its messages promise."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from tests.cli.home import Home, one_line
from tests.curves import regular
from tests.sources.files import writers


def test_a_damaged_record_has_a_sentence_and_a_cure_in_every_command(
    home: Home, embedded: tuple[Path, MongoClient[dict[str, Any]]], tmp_path: Path
) -> None:
    curve, table = regular(date(2024, 5, 1), days=4), tmp_path / "curve.csv"
    table.write_bytes(writers.enedis_csv(curve))
    home.run("import", "--demo")
    home.run("import", "--file", table)
    records = embedded[1][home.database]["curves"]
    records.update_one({"_id": f"{writers.PRM}:consumption"}, {"$set": {"columns": b"x"}})
    assert "repair" in one_line(home.run("status"))
    for command in (("import", "--file", table), ("export", "--prm", "9991", "--csv", tmp_path / "out.csv")):
        done = home.run(*command)
        assert "Traceback" not in done.err
        assert done.code == 0 or "repair" in done.err
    mended = home.run("repair")
    assert (mended.code, mended.err) == (0, "")
    assert "•••• 9991" in mended.out
    assert home.run("status").err == ""
    assert home.run("import", "--file", table, "--json").json()["unchanged"] == len(curve)
    assert "sound" in home.run("repair").out


def test_a_foreign_view_is_told_with_its_cure_which_is_true(
    home: Home, embedded: tuple[Path, MongoClient[dict[str, Any]]]
) -> None:
    database = embedded[1][home.database]
    database.command("create", "readings", viewOn="theirs", pipeline=[])
    refused = home.run("import", "--demo")
    assert refused.code == 1
    assert "repair" in one_line(refused)
    assert home.run("erase", "--yes").code == 0
    assert home.run("repair").code == 0
    assert home.run("import", "--demo").code == 0
    assert any(name.startswith("readings_aside_") for name in database.list_collection_names())
