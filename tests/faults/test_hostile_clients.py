"""What a stranger's browser may send to a running application, and what that must not cause."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from tests.browser.app import App
from tests.streamlit_session import Session


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A personal deployment with the demo household."""
    with App(tmp_path_factory.mktemp("personal")) as one:
        one.command("import", "--demo")
        yield one


def mongods(folder: Path) -> set[str]:
    """The mongod processes with their data in this folder."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if Path(words[0].decode()).name == "mongod" and any(bytes(folder) in one for one in words):
            found.add(entry.name)
    return found


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="finds the mongod through /proc")
def test_nobody_can_stop_mongodb_by_clearing_the_caches(app: App) -> None:
    with Session(app.port) as visitor, Session(app.port) as stranger:
        before = visitor.open("lang=en", "consumption")
        running = mongods(app.folder)
        assert len(running) == 1
        stranger.open("lang=en")
        stranger.clear_cache()
        stranger.open("lang=en", "consumption")
        assert visitor.open("lang=en", "consumption") == before
        assert mongods(app.folder) == running


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("rebound.example.org:{port}", "http://rebound.example.org:{port}"),
        ("127.0.0.1:{port}", "http://elsewhere.example.org"),
        ("127.0.0.1.example.org", "http://127.0.0.1.example.org"),
    ],
    ids=["a name that leads here", "a page of elsewhere", "a name that begins like ours"],
)
def test_a_page_of_elsewhere_gets_no_session(app: App, host: str, origin: str) -> None:
    there = Session(app.port, host=host.format(port=app.port), origin=origin.format(port=app.port))
    with pytest.raises(InvalidStatus) as refused:
        there.__enter__()
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}"])
def test_this_machine_gets_a_session_under_each_of_its_names(app: App, host: str) -> None:
    with Session(app.port, host=host.format(port=app.port)) as here:
        assert here.open("lang=en")


def test_a_page_of_elsewhere_makes_nothing_leave_this_machine(tmp_path: Path) -> None:
    """By default, Streamlit would ask an external service for its public address."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        with App(tmp_path, HTTP_PROXY=address, HTTPS_PROXY=address) as one:
            with Session(one.port) as here:
                here.open("lang=en")
            with pytest.raises(InvalidStatus):
                Session(one.port, origin="http://elsewhere.example.org").__enter__()
        with pytest.raises(BlockingIOError):
            proxy.accept()


def test_a_guest_uploads_no_more_than_the_page_says(tmp_path: Path) -> None:
    """Asked by hand too: a page only asks a browser to keep to it."""
    with App(tmp_path, COURBE_DEPLOYMENT="shared") as one, Session(one.port) as guest:
        guest.open("lang=en")
        assert guest.upload(b"x" * 1_000_000) == 204
        assert guest.upload(b"x" * 51 * 1024 * 1024) == 413
