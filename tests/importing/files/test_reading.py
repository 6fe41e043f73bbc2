"""Uploads are read in a child process: within limits, and one at a time for each visitor.

The child never runs longer than somebody waits for it.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.errors import SourceError
from core.importing.files.messages import Limits, Reached
from core.importing.files.reading import Turns, read
from core.sources.files import FileSource, open_files
from core.sources.files.content import BLOCK
from tests.code import ROOT
from tests.curves import regular
from tests.importing.files.hogs import Hog
from tests.sources.files import writers

FIXTURES = ROOT / "tests" / "fixtures" / "files"
GOOD = ("good.csv", writers.enedis_csv(regular(days=2)))
SMALL = Limits(cpu_seconds=1, memory_bytes=64 << 20)


def told(source: FileSource) -> Any:
    try:
        return source.previews(), source.names_meter
    except SourceError as refused:
        return refused.code, refused.details, str(refused)


def children() -> set[str]:
    """Child processes of this one, by id."""
    found = set()
    for entry in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # a thread that has ended meanwhile
            found |= set((entry / "children").read_text().split())
    return found


def test_what_is_read_there_is_what_is_read_here() -> None:
    files = [(path.name, path.read_bytes()) for path in sorted(FIXTURES.iterdir()) if path.is_file()]
    there, here = read(files, None), open_files(files)
    assert [source.name for source in there] == [source.name for source in here]
    for one, other in zip(there, here, strict=True):
        assert told(one) == told(other)
        if isinstance(told(one)[0], list):
            mine, theirs = (list(source.deliveries(threading.Event())) for source in (one, other))
            assert [delivery.curve for delivery in mine] == [delivery.curve for delivery in theirs]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("burns", "file-too-much-work"),
        ("swells", "file-too-much-work"),
        ("crashes", "file-too-much-work"),
        ("fails", "file-not-foreseen"),
    ],
)
def test_a_file_that_takes_too_much_is_told_and_the_files_before_it_are_read(what: str, code: str) -> None:
    first, bad = read([GOOD, Hog(what)], None, limits=SMALL)  # type: ignore[list-item]
    assert first.preview().readings == 96
    assert told(bad)[0] == code


def test_nothing_goes_on_when_whoever_waited_has_gone() -> None:
    class Left(Exception):
        """Raised as Streamlit does to stop a page."""

    def leave(_: Reached) -> None:
        if children():
            raise Left

    before = children()
    with pytest.raises(Left):
        read([Hog("burns")], None, leave)  # type: ignore[list-item]
    assert children() == before


def test_a_visitor_has_one_turn_and_all_together_so_many() -> None:
    turns, at_once, most = Turns(2), [], []
    lock = threading.Lock()

    def take(key: str) -> None:
        for _ in range(5):
            with turns.taken(key, lambda: None):
                with lock:
                    at_once.append(key)
                    most.append(list(at_once))
                with lock:
                    at_once.remove(key)

    threads = [threading.Thread(target=take, args=(key,)) for key in "aabbcc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 30
    assert all(len(now) <= 2 and len(set(now)) == len(now) for now in most)


def test_who_waits_for_a_turn_may_leave() -> None:
    turns = Turns(1)

    def leave() -> None:
        raise InterruptedError

    with turns.taken("one", lambda: None), pytest.raises(InterruptedError), turns.taken("other", leave):
        pass
    with turns.taken("other", leave):
        pass


def large() -> bytes:
    """Four years in Enedis's layout: several blocks."""
    *above, body = writers.enedis_csv(regular(date(2023, 1, 1), days=364, step=10)).split(b"\n", 3)
    return b"\n".join([*above, *(body.replace(b"2023", b"202%d" % year) for year in range(4))])


def follow(files: list[tuple[str, bytes]]) -> list[Reached]:
    """What is told while files are read, without what is told again."""
    reached: list[Reached] = []
    read(files, None, lambda now: reached.append(now) if now not in reached else None)
    return reached


def test_the_bytes_read_so_far_are_told_while_a_large_file_is_read() -> None:
    data = large()
    assert len(data) > 4 * BLOCK
    before, *during = follow([("a 12345678901234.csv", data)])
    assert before == Reached(of=1)
    shares = [now.share for now in during]
    assert shares == sorted(shares)
    assert any(0.2 < share < 0.8 for share in shares)
    assert {(now.name, now.number, now.of) for now in during} == {("a ••••1234.csv", 1, 1)}


def test_the_files_of_a_zip_count_and_each_has_its_share_of_the_upload() -> None:
    data = large()
    told = follow([("both.zip", writers.zipped({"1.csv": data, "2.csv": data})), ("x.csv", b"x" * 1000)])
    first, second, last = ([now.share for now in told if now.number == number] for number in (1, 2, 3))
    assert {now.of for now in told if now.number} == {3}
    assert {now.name for now in told if now.number} == {"both.zip/1.csv", "both.zip/2.csv", "x.csv"}
    assert max(first) <= min(second) <= max(second) <= min(last)


def test_a_workbook_is_told_as_its_sheets_are_unpacked() -> None:
    shares = [now.share for now in follow([("a.xlsx", writers.enedis_xlsx(regular(days=100)))])]
    assert any(0.2 < share < 0.8 for share in shares)
