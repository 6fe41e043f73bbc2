"""A public file is fetched from its own host only, with limits on time and size, under our name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from core.errors import SourceError
from core.sources.open_data.fetch import Publisher
from core.sources.transport import Limits
from tests.open_data_server import CRE, OpenDataServer

QUICK = Limits(connect=2, silence=1, deadline=1.5, size=200_000)


@pytest.fixture
def server() -> Iterator[OpenDataServer]:
    with OpenDataServer(date(2026, 11, 26)) as sources:
        yield sources


def publisher(server: OpenDataServer) -> Publisher:
    return Publisher("CRE", server.url + CRE, "https://example.org\r\nX-Evil: 1", QUICK)


def code(asked: Publisher) -> str:
    with pytest.raises(SourceError) as caught:
        asked.fetch("Option_Base.csv")
    assert caught.value.details["source"] == "CRE"
    return caught.value.code


def test_a_file_is_fetched_and_we_say_who_we_are(server: OpenDataServer) -> None:
    assert b"DATE_DEBUT" in publisher(server).fetch("Option_Base.csv")
    ((_, headers),) = server.seen
    assert headers["User-Agent"].startswith("Courbe/")
    assert "X-Evil" not in headers


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("down", "public-status"),
        ("cut", "public-cut"),
        ("slow", "public-timeout"),
        ("huge", "public-large"),
        ("elsewhere", "public-redirect"),
        ("around", "public-status"),
    ],
)
def test_what_does_not_come_whole_is_told(server: OpenDataServer, fault: str, expected: str) -> None:
    server.broken[CRE] = fault
    assert code(publisher(server)) == expected


def test_another_port_of_the_same_machine_is_another_host(server: OpenDataServer) -> None:
    with OpenDataServer(date(2026, 11, 26)) as other:
        server.elsewhere = f"{other.url}{CRE}/Option_Base.csv"
        server.broken[CRE] = "elsewhere"
        assert code(publisher(server)) == "public-redirect"
        assert not other.seen


def test_a_redirect_to_the_same_host_is_followed_a_few_times(server: OpenDataServer) -> None:
    server.faults[CRE].extend(["here"])
    assert b"DATE_DEBUT" in publisher(server).fetch("Option_Base.csv")
    server.seen.clear()
    server.broken[CRE] = "around"
    assert code(publisher(server)) == "public-status"
    assert len(server.seen) == 4


@pytest.mark.parametrize("url", ["http://www.cre.fr", "ftp://127.0.0.1", "nonsense", "https://"])
def test_only_tls_or_this_machine_is_asked(server: OpenDataServer, url: str) -> None:
    assert code(replace(publisher(server), url=url)) == "public-address"


def test_what_cannot_be_read_is_the_publisher_s_fault(server: OpenDataServer) -> None:
    with pytest.raises(SourceError) as caught:
        publisher(server).understood(lambda: int("many"))
    assert caught.value.code == "public-garbled"
