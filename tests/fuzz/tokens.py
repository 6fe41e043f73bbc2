"""Pasted tokens and meter numbers."""

from __future__ import annotations

import base64
import json

from pydantic import SecretStr

from core.errors import InputError
from core.paristime import now_ms
from core.sources.conso_api.token import bearer, clean_prm, read_token
from tests.curves import METER_PRM


def seeds() -> list[bytes]:
    """Tokens of one and of several meters, with odd claims, and numbers with spaces."""
    claims: tuple[object, ...] = (
        {"sub": [METER_PRM], "exp": 1_800_000_000},
        {"sub": METER_PRM, "exp": "soon"},
        {"sub": [METER_PRM, 5, None], "exp": 1e308},
        [],
    )
    found = []
    for one in claims:
        middle = base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=")
        found.append(b"eyJhbGciOiJIUzI1NiJ9." + middle + b".c2lnbmF0dXJl")
    return [*found, b"Bearer " + found[0], b"12 345 678 901 234", b"1234-5678-9012-34"]


def target(data: bytes) -> None:
    """A token is valid, or refused without being repeated."""
    typed = data.decode("utf-8", errors="replace")
    middle = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    for text in (typed, f"h.{middle}.s"):
        try:
            header = bearer(SecretStr(text))
            assert header.isascii()
            assert header.isprintable()
            token = read_token(SecretStr(text))
            assert all(len(prm) == 14 for prm in token.prms)
            token.days_left(now_ms())
        except InputError as error:
            _say(error, text)
    try:
        assert len(clean_prm(typed)) == 14
    except InputError as error:
        _say(error, typed)


def _say(error: InputError, typed: str) -> None:
    """Check that the error has a cure, and does not repeat what was typed."""
    assert error.cure()
    assert len(typed) < 40 or typed not in f"{error!r} {error}"
