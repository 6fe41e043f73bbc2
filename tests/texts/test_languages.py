"""A third language is one row of the table and one folder of texts; no other code names one."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from pymongo.database import Database

from tests.code import ROOT, Module, modules

CODE: Final = "xx"
ROW: Final = """
    MADE_UP = (
        "xx",
        Locale(
            name="Made up",
            decimal="·",
            thousands="'",
            byte="Q",
            singular=frozenset({1, 21}),
            months=("ia", "ib", "ic", "id", "ie", "if", "ig", "ih", "ii", "ij", "ik", "il"),
            weekdays=("wa", "wb", "wc", "wd", "we", "wf", "wg"),
            first_of_month="1st",
            short_day="{month}/{day}",
            day="{year}/{month}/{day}",
            month="{year}/{month}",
            time="%Hh%M",
            moment="{day} at {time}",
            colon=" = ",
            semicolon=" & ",
            thin_before="!",
        ),
    )
"""
SPEAK: Final = """
import json, os, sys
from datetime import date, datetime

import numpy as np
from streamlit.testing.v1 import AppTest

from core.consumption.figures.curve import load_curve
from core.consumption.figures.theme import Theme, in_words
from core.consumption.readings import History
from core.lab.figures.style import log_ticks
from core.model import Curve, Days
from core.paristime import midnight
from core.texts import Language, Words

words = Words(Language("xx"))
start = midnight(date(2024, 3, 1)) + np.arange(96) * 1_800_000
history = History.of(Curve.of(start, np.full(96, 30), np.full(96, 1_234)))
days = Days(date(2024, 3, 1), date(2024, 3, 3))
chart = load_curve(history, days, Theme(words))
page = AppTest.from_file("streamlit_app.py", default_timeout=60)
page.query_params["lang"] = "xx"
page.run()
print(json.dumps({
    "errors": [one.message for one in page.exception],
    "title": page.title[0].value,
    "languages": page.segmented_control(key="language").options,
    "number": words.number(-1234567.5, 1),
    "size": words.size(4_096),
    "moment": words.moment(datetime(2024, 3, 1, 8, 30)),
    "month": words.month(date(2024, 3, 1)),
    "counted": [words.counted("history.preview.calls", count) for count in (0, 1, 2, 21)],
    "labelled": words.labelled("a", "b"),
    "separators": chart.figure.layout.separators,
    "axis": list(chart.figure.layout.xaxis.ticktext),
    "title_of_axis": chart.figure.layout.yaxis.title.text,
    "alt": chart.alt,
    "plotly": in_words(words)["locales"]["xx"]["format"]["shortMonths"][2],
    "ticks": list(log_ticks([1, 20_000], words)["ticktext"]),
}))
"""


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with one more row and folder: English with a mark before each text."""
    root = tmp_path_factory.mktemp("third")
    for name in ("core", "pages", ".streamlit"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "streamlit_app.py", root)
    table = root / "core" / "texts" / "languages.py"
    table.write_text(table.read_text(encoding="utf-8") + ROW, encoding="utf-8")
    folder = root / "core" / "texts" / CODE
    folder.mkdir()
    for path in (ROOT / "core" / "texts" / "en").glob("*.toml"):
        marked = re.sub(r'^(\S+ = )"', r'\1"¤ ', path.read_text(encoding="utf-8"), flags=re.M)
        (folder / path.name).write_text(marked, encoding="utf-8")
    return root


@pytest.fixture
def said(
    third: Path, database: Database[dict[str, object]], mongo_uri: str, tmp_path: Path
) -> dict[str, Any]:
    """Texts of a page, the formatters and a chart in it, from a separate process."""
    place = {
        "COURBE_MONGODB_URI": mongo_uri,
        "COURBE_DATABASE": database.name,
        "COURBE_DATA_DIR": str(tmp_path),
    }
    ended = subprocess.run(
        [sys.executable, "-c", SPEAK],
        cwd=third,
        env={**os.environ, **place, "PYTHONPATH": str(third)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return told


def test_a_third_language_is_one_row_and_one_folder(said: dict[str, Any]) -> None:
    assert said["errors"] == []
    assert said["title"].startswith("¤ ")
    assert said["languages"] == ["English", "Français", "Made up"]
    assert said["number"] == "−1'234'567·5"
    assert said["size"] == "4·10\u202fkQ"
    assert said["moment"] == "2024/ic/1st at 08h30"
    assert said["month"] == "2024/ic"
    assert said["counted"] == ["¤ 0 calls", "¤ 1 call", "¤ 2 calls", "¤ 21 call"]
    assert said["labelled"] == "a = b"
    assert said["separators"] == "·'"
    assert said["axis"] == ["ic/1st<br>2024", "ic/2", "ic/3"]
    assert said["title_of_axis"].startswith("¤ ")
    assert said["alt"].startswith("¤ ")
    assert "1·23\u202fkW" in said["alt"]
    assert "2024/ic/1st at 00h00" in said["alt"]
    assert said["plotly"] == "ic"
    assert said["ticks"][-1] == "100'000"


@pytest.fixture(params=sorted(modules()))
def module(request: pytest.FixtureRequest) -> Module:
    return modules()[request.param]


def test_only_the_table_names_a_language(module: Module) -> None:
    """Except English, the default."""
    if module.name == "core.texts.languages":
        return
    named = [
        f"{module.where}:{node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("Language.")
        if node.attr != "ENGLISH"
    ]
    assert not named
