"""A library that mongod lacks is lent from a Python package.

Real mongod and the wheel's real libcurl, under a name that no system has, so that these tests mean the same
on every machine.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import StorageError
from core.storage.embedded import mongod, server
from core.storage.embedded.folder import LIBRARIES
from core.storage.embedded.libraries import NOTHING_LENT, Lent, lend
from core.texts import Language, Words
from tests.wheel import NOBODY_HAS, install_wheel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="libraries are lent on Linux only")


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Libraries of an installed wheel that contains this library; found before the real wheel."""
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return install_wheel(tmp_path / "site")


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder whose name is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="courbe-") as name:
        yield Path(name)


def test_a_mongod_without_its_library_is_served_with_the_one_of_the_wheel(
    needy_mongod: Path, wheel: Path, home: Path
) -> None:
    running = server.start(home, needy_mongod)
    try:
        assert running.pid
        opened = Path(f"/proc/{running.pid}/maps").read_text()
        assert str(wheel / "libcurl-0000.so.9.8.0") in opened
        assert str(wheel) not in Path("/proc/self/maps").read_text(), "nothing of it is for our own process"
    finally:
        running.stop()
    found = mongod.probe(needy_mongod, home / "mongodb" / LIBRARIES)
    assert found.lent.names == (NOBODY_HAS,)


def test_what_the_system_has_is_preferred(home: Path) -> None:
    found = mongod.find_all(links=home)[0]
    if found.lent.names:
        pytest.skip("this system has no libcurl")
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("language", Language)
def test_without_any_the_error_names_the_cure(needy_mongod: Path, home: Path, language: Language) -> None:
    """The real wheel contains no library of that name."""
    with pytest.raises(StorageError) as raised:
        server.start(home, needy_mongod)
    assert raised.value.code == "server-libcurl"
    assert NOBODY_HAS in raised.value.happened(Words(language))
    for cure in ("pip install -r requirements.txt", "sudo apt install libcurl4"):
        assert cure in raised.value.cure(Words(language))


def test_links_that_cannot_be_made_are_named(needy_mongod: Path, wheel: Path, home: Path) -> None:
    in_the_way = home / "links"
    in_the_way.write_text("not a folder")
    with pytest.raises(StorageError) as raised:
        mongod.find_all(needy_mongod, in_the_way)
    assert raised.value.code == "server-folder"


def test_a_stale_link_is_mended(wheel: Path, home: Path) -> None:
    first = lend(NOBODY_HAS, home, NOTHING_LENT)
    assert first
    link = first.folders[0] / NOBODY_HAS
    link.unlink()
    link.symlink_to("/nowhere")
    again = lend(NOBODY_HAS, home, NOTHING_LENT)
    assert again == first
    assert link.is_file()
    assert [path.name for path in link.parent.iterdir()] == [NOBODY_HAS]


@pytest.mark.parametrize("name", ["libnothing.so.1", "no library", "../libcurl.so.9", "libcurl.so"])
def test_what_no_package_brings_is_not_lent(wheel: Path, home: Path, name: str) -> None:
    assert lend(name, home, NOTHING_LENT) is None
    assert list(home.iterdir()) == []


def test_what_was_lent_in_vain_is_not_lent_again(wheel: Path, home: Path) -> None:
    once = lend(NOBODY_HAS, home, NOTHING_LENT)
    assert once
    assert lend(NOBODY_HAS, home, once) is None


@pytest.mark.parametrize(
    ("before", "after"), [({}, "/links:/wheel"), ({"LD_LIBRARY_PATH": "/own"}, "/own:/links:/wheel")]
)
def test_what_is_on_the_library_path_already_stays_first(before: dict[str, str], after: str) -> None:
    lent = Lent(("libcurl.so.4",), (Path("/links"), Path("/wheel")))
    assert lent.environment(before)["LD_LIBRARY_PATH"] == after.replace(":", os.pathsep)
    assert NOTHING_LENT.environment(before) == before
