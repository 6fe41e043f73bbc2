"""Connecting and naming obstacles, with real servers and real refusals."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import SecretStr
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConfigurationError, InvalidOperation, OperationFailure

from core.errors import StorageError
from core.storage.connection import Obstacle, connect, greet, obstacle, preflight

CONNECTING = ["mongodb-name", "mongodb-reach", "mongodb-open", "mongodb-encryption", "mongodb-login"]
LONG, SHORT = 60.0, 3.0
"""Timeouts in seconds: if a server answers, and if none ever does (long enough for one attempt)."""


@contextmanager
def listener(answer: bytes | None) -> Iterator[int]:
    """A port that accepts connections and sends `answer` to each, or nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server_socket:
        kept: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server_socket.accept()
                except OSError:
                    return
                kept.append(connection)
                if answer is not None:
                    with suppress(OSError), connection:  # the other side may be gone already
                        connection.recv(4096)
                        connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield server_socket.getsockname()[1]
        server_socket.shutdown(socket.SHUT_RDWR)
        for connection in kept:
            connection.close()


def failure(uri: str, seconds: float = LONG) -> str:
    """Error code of greeting this URI; asserts that no text of it contains the password."""
    with pytest.raises(StorageError) as raised:
        greet(connect(SecretStr(uri), seconds=seconds))
    shown = f"{raised.value!r} {raised.value} {raised.value.__cause__}"
    assert "hunter2" not in shown
    assert raised.value.__context__ is None or raised.value.__suppress_context__
    return raised.value.code


def results(uri: str, database: str = "test", seconds: float = LONG) -> dict[str, bool | None]:
    with connect(SecretStr(uri), seconds=seconds) as client:
        return {check.code: check.passed for check in preflight(client, database)}


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "hunter2",
        "http://user:hunter2@example.org",
        "mongodb://user:hunter2@@host",
        "mongodb://user:hunter2@host:notaport/",
        "mongodb://user:hunter2@",
    ],
)
def test_what_is_no_uri_is_refused_without_being_repeated(uri: str) -> None:
    assert failure(uri) == "database-uri"


def test_an_option_nobody_knows_is_not_repeated(recwarn: pytest.WarningsRecorder) -> None:
    for option in ("hunter2=1", "maxPoolSize=hunter2", "compressors=hunter2"):
        connect(SecretStr(f"mongodb://127.0.0.1:9/?{option}")).close()
    assert not recwarn.list


def test_an_unknown_name_is_named() -> None:
    assert failure("mongodb://user:hunter2@nowhere.invalid/", SHORT) == "database-name"


def test_a_port_where_nothing_listens_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert failure(f"mongodb://user:hunter2@127.0.0.1:{port}/", SHORT) == "database-open"


def test_silence_is_told_from_refusal() -> None:
    with listener(None) as port:
        uri = f"mongodb://user:hunter2@127.0.0.1:{port}/?connectTimeoutMS=300"
        assert failure(uri, SHORT) == "database-reach"


def test_a_failed_tls_handshake_is_named() -> None:
    with listener(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        assert failure(f"mongodb://user:hunter2@127.0.0.1:{port}/?tls=true", SHORT) == "database-encryption"


@pytest.mark.parametrize("content", [None, "no certificate"])
@pytest.mark.parametrize("option", ["tlsCAFile", "tlsCertificateKeyFile"])
def test_a_certificate_that_is_none_is_named(tmp_path: Path, option: str, content: str | None) -> None:
    certificate = tmp_path / "mine.pem"
    if content:
        certificate.write_text(content)
    uri = f"mongodb://user:hunter2@127.0.0.1:9/?tls=true&{option}={quote(str(certificate), safe='')}"
    assert failure(uri, SHORT) == "database-encryption"


def test_a_client_that_was_not_welcome_is_closed() -> None:
    with listener(None) as port:
        client = connect(SecretStr(f"mongodb://127.0.0.1:{port}/?connectTimeoutMS=300"), seconds=SHORT)
        with pytest.raises(StorageError):
            greet(client)
    with pytest.raises(InvalidOperation):
        client.admin.command("ping")


def test_the_alert_of_atlas_for_strangers_means_the_access_list() -> None:
    internal_error = bytes([21, 3, 3, 0, 2, 2, 80])  # TLS: alert, fatal, internal_error
    with listener(internal_error) as port:
        assert failure(f"mongodb://user:hunter2@127.0.0.1:{port}/?tls=true", SHORT) == "database-reach"


def test_a_wrong_password_is_named(guarded: str) -> None:
    host = guarded.rpartition("@")[2]
    assert failure(f"mongodb://courbe:hunter2@{host}") == "database-login"
    assert failure(f"mongodb://{host}") == "database-no-login"
    told = preflight(connect(SecretStr(f"mongodb://{host}"), seconds=LONG), "test")
    (login,) = (check for check in told if check.code == "mongodb-login")
    assert (login.passed, login.details) == (False, {"error": "database-no-login"})


@pytest.mark.parametrize(
    ("options", "milliseconds"),
    [
        ("", 5_000),
        ("?serverSelectionTimeoutMS=600000", 30_000),
        ("?SERVERSELECTIONTIMEOUTMS=99999999999", 30_000),
        ("?serverSelectionTimeoutMS=700", 700),
        ("?serverSelectionTimeoutMS=0", 5_000),
    ],
)
def test_no_uri_makes_a_page_wait_for_long(options: str, milliseconds: int) -> None:
    with connect(SecretStr(f"mongodb://127.0.0.1:9/{options}"), seconds=5) as client:
        assert client.options.server_selection_timeout * 1000 == milliseconds


def test_a_name_that_srv_does_not_know_is_named() -> None:
    """The driver wraps the error of the name server; there is no real name server here."""
    with MongoClient[dict[str, Any]](connect=False) as client:
        error = ConfigurationError("The DNS query name does not exist: _mongodb._tcp.x.mongodb.net.")
        assert obstacle(client, error) is Obstacle.NAME
        assert obstacle(client, OperationFailure("bad auth", 8000)) is Obstacle.LOGIN


def test_all_is_well_with_a_real_server(mongo_uri: str, database: Database[dict[str, Any]]) -> None:
    found = results(mongo_uri, database.name)
    assert list(found) == [
        *CONNECTING,
        *("mongodb-version", "mongodb-rights", "mongodb-time-series"),
        *("mongodb-statistics", "mongodb-checkpoint"),
    ]
    assert all(found.values())
    left = [name for name in database.list_collection_names() if not name.startswith("system.")]
    assert not left


def test_what_comes_after_a_failure_is_not_looked_at() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert results(f"mongodb://127.0.0.1:{port}/", seconds=SHORT) == {
        "mongodb-name": True,
        "mongodb-reach": True,
        "mongodb-open": False,
        "mongodb-version": None,
        "mongodb-rights": None,
    }


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("read", {"mongodb-rights": False}),
        (
            "readWrite",
            {"mongodb-rights": True, "mongodb-time-series": True, "mongodb-statistics": True},
        ),
    ],
)
def test_missing_rights_are_named(
    with_role: Callable[[str], str], role: str, expected: dict[str, bool]
) -> None:
    found = results(with_role(role), "household")
    assert {code: found[code] for code in expected} == expected
    assert found.get("mongodb-checkpoint") is None, "fsync is for administrators"


def test_writes_are_journaled(mongo_uri: str) -> None:
    with connect(SecretStr(mongo_uri)) as client:
        assert client.write_concern.document == {"j": True}
