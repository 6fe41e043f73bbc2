"""Tokens and meter numbers as people paste them."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from core.errors import InputError
from core.sources.conso_api.token import Token, bearer, clean_prm, read_token

PRM = "12345678901234"
OTHER = "99999999999991"


def jwt(payload: object) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(payload)}.c2lnbmF0dXJl"


def read(payload: object) -> Token:
    return read_token(SecretStr(jwt(payload)))


def test_a_token_names_its_meters_and_its_expiry() -> None:
    token = read({"sub": [PRM, OTHER, PRM], "exp": 1_900_000_000, "iat": 1})
    assert token == Token((PRM, OTHER), 1_900_000_000_000)


def test_days_left_are_whole_and_negative_once_expired() -> None:
    day = 86_400_000
    token = Token((PRM,), 10 * day)
    assert [token.days_left(now) for now in (0, 10 * day - 1, 10 * day, 10 * day + 1)] == [10, 0, 0, -1]
    assert Token((PRM,), None).days_left(0) is None


@pytest.mark.parametrize("exp", [None, "soon", True, -1, 1e300, float("nan"), [1]])
def test_a_strange_expiry_is_no_expiry(exp: object) -> None:
    assert read({"sub": PRM, "exp": exp}) == Token((PRM,), None)


@pytest.mark.parametrize("form", ["{}", "  {}\n", "Bearer {}", '"{}"', "\ufeff{}"])
def test_the_way_it_was_pasted_does_not_matter(form: str) -> None:
    token = jwt({"sub": [PRM]})
    assert bearer(SecretStr(form.format(token))) == token
    wrapped = SecretStr(f"{token[:20]}\n{token[20:]}")
    assert bearer(wrapped) == token


@pytest.mark.parametrize("sub", [None, [], [1], ["123"], {"a": PRM}, "x", [PRM + "5"]])
def test_a_token_without_a_meter_says_so(sub: object) -> None:
    with pytest.raises(InputError) as caught:
        read({"sub": sub})
    assert caught.value.code == "api-token-no-prm"


@pytest.mark.parametrize("payload", ["text", 12, [PRM], None])
def test_a_token_that_holds_no_claims_is_unreadable(payload: object) -> None:
    with pytest.raises(InputError) as caught:
        read(payload)
    assert caught.value.code == "api-token-unreadable"


@settings(max_examples=100)
@given(st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda b: f"a.{b.hex()}.c")))
def test_nonsense_is_refused_without_repeating_it(nonsense: str) -> None:
    with pytest.raises(InputError) as caught:
        read_token(SecretStr(nonsense))
    assert caught.value.code in ("api-token-unreadable", "api-token-no-prm")
    assert not caught.value.details


@pytest.mark.parametrize(
    "typed", [PRM, f" {PRM} ", "12 345 678 901 234", "1234-5678-9012-34", "12\u202f345\u00a0678.901.234"]
)
def test_a_meter_number_may_be_spaced(typed: str) -> None:
    assert clean_prm(typed) == PRM


@pytest.mark.parametrize("typed", ["", "1234567890123", f"{PRM}5", "1234567890123a", "2,31282E+13", "١" * 14])
def test_anything_else_is_no_meter_number(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        clean_prm(typed)
    assert caught.value.code == "api-prm"
