"""The HTTP client: which servers it trusts, and where the token is sent."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from core.errors import InputError
from tests.conso_server import ConsoServer, household
from tests.sources.conso_api.asking import METER, NOW, WEEK, Client, outcome


@pytest.fixture
def server() -> Iterator[ConsoServer]:
    with ConsoServer(household(date(2026, 9, 1), date(2026, 10, 20)), clock=lambda: NOW) as running:
        yield running


def test_a_redirect_is_not_followed_with_the_token(server: ConsoServer) -> None:
    with ConsoServer(household(date(2026, 10, 1), date(2026, 10, 20))) as other:
        server.elsewhere = f"{other.url}/api/courbe_de_charge_consommation"
        server.faults.append("redirect")
        assert outcome(Client(server)) == "api-redirect"
        assert not other.seen


@pytest.mark.parametrize(
    "url", ["http://conso.boris.sh", "ftp://127.0.0.1", "https://", "nonsense", "http://127.0.0.1:99999"]
)
def test_a_token_goes_over_tls_or_to_this_machine_only(server: ConsoServer, url: str) -> None:
    with pytest.raises(InputError) as caught:
        Client(server, url=url).load_curve(METER, WEEK)
    assert caught.value.code == "api-url"


def test_a_server_that_is_not_there_is_not_reached(server: ConsoServer) -> None:
    with ConsoServer() as gone:
        url = gone.url
    assert outcome(Client(server, url=url)) == "api-unreachable"


def test_a_certificate_nobody_vouches_for_is_not_trusted(server: ConsoServer, tmp_path: Path) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = [program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    make += ["-keyout", str(key), "-out", str(certificate), "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run(make, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard: list[bytes] = []

        def serve() -> None:
            wire, _ = listener.accept()
            with suppress(OSError), context.wrap_socket(wire, server_side=True) as secure:
                heard.append(secure.recv(1000))

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"https://localhost:{listener.getsockname()[1]}"
        assert outcome(Client(server, url=url)) == "api-unreachable"
        thread.join()
    assert not b"".join(heard)
