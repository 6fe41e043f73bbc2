"""`report`: refused before a measurement, written, and compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.cli.main import main
from tests.cli.home import SECOND_FILE, Home, one_line


@pytest.mark.parametrize(
    "arguments",
    [["--fleet", "-3"], ["--fleet", "10001"], ["--html", "/nowhere/report.html"], ["--html", "."]],
    ids=" ".join,
)
def test_a_report_that_cannot_be_made_is_refused_before_anything_is_measured(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured() -> None:
        pytest.fail("the server was asked")

    monkeypatch.setattr("core.cli.report.household", measured)
    assert main(["report", *arguments]) in (1, 2)
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_two_reports_side_by_side(home: Home, tmp_path: Path, shared_data: Path) -> None:
    rows = (shared_data / SECOND_FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "two days.csv").write_text("".join(rows[:100]), encoding="utf-8")
    assert home.run("import", "--file", tmp_path / "two days.csv").code == 0
    done = home.run("report", "--html", tmp_path / "report.html")
    assert done.code == 0, done.err
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<html" in page
    assert str(home.folder) not in page
    compared = home.run("report", "--compare", tmp_path / "report.json", tmp_path / "report.json")
    assert "Layouts · Time series, hours, B/reading in all" in compared.out
    broken = home.run("report", "--compare", tmp_path / "report.html", tmp_path / "report.json")
    assert broken.code == 1
    assert one_line(broken)
