"""Reads Conso API's token without verifying it: which meters it opens, and until when.

It is a JWT (header.payload.signature, base64url); `sub` is the list of PRMs, `exp` seconds since 1970.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from core.errors import InputError

_JWT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_LONGEST: Final = 8_192
_PRM: Final = re.compile(r"[0-9]{14}")
_BETWEEN_DIGITS: Final = re.compile(r"[\s.\u200b\u2060\ufeff-]+")
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Token:
    """What a token states. `expires`: UTC ms, None if it states none."""

    prms: tuple[str, ...]
    expires: int | None

    def days_left(self, now_ms: int) -> int | None:
        """Whole days until it expires, negative afterwards; None if it states none."""
        return None if self.expires is None else (self.expires - now_ms) // _DAY_MS


def bearer(secret: SecretStr) -> str:
    """The token for the request header, without pasted spaces or `Bearer`.

    InputError `api-token-unreadable`.
    """
    token = "".join(secret.get_secret_value().split()).removeprefix("Bearer").strip("\"'\u200b\ufeff")
    if len(token) > _LONGEST or not _JWT.fullmatch(token):
        raise InputError("api-token-unreadable")
    return token


def read_token(secret: SecretStr) -> Token:
    """The meters a token opens and its expiry. InputError `api-token-unreadable`, `api-token-no-prm`."""
    claims = _claims(bearer(secret))
    if claims is None:
        raise InputError("api-token-unreadable")
    subject = claims.get("sub")
    listed = subject if isinstance(subject, list) else [subject]
    prms = [prm for prm in listed if isinstance(prm, str) and _PRM.fullmatch(prm)]
    if not prms:
        raise InputError("api-token-no-prm")
    return Token(tuple(dict.fromkeys(prms)), _milliseconds(claims.get("exp")))


def clean_prm(typed: str) -> str:
    """A PRM as 14 digits, without the separators that were typed. InputError `api-prm`."""
    prm = _BETWEEN_DIGITS.sub("", typed)
    if not _PRM.fullmatch(prm):
        raise InputError("api-prm")
    return prm


def _claims(token: str) -> dict[str, Any] | None:
    """The payload of a JWT; None for anything else."""
    payload = token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _milliseconds(seconds: object) -> int | None:
    """UTC ms of a time in a token (seconds); None if it is not plausible."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 1e11:
        return None
    return round(seconds * 1000)
