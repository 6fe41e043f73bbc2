"""Every text a person reads, one catalogue per language: the TOML files of `en/` and `fr/`, merged.

A key is the dotted path (`connect.title`); placeholders are `{name}`, filled with ready-made strings
(see core/formats.py for numbers and dates). Tests hold keys and placeholders of the languages equal.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

_NARROW: Final = re.compile(r" (?=[;!?%])")
_WIDE: Final = re.compile(r"(?<=«) | (?=[:»])")


class Language(StrEnum):
    """Languages of the interface; the value is the ISO 639-1 code, also in the URL as `lang`."""

    ENGLISH = "en"
    FRENCH = "fr"


def text(key: str, language: Language = Language.ENGLISH, /, **values: str | int) -> str:
    """The text of a key with its placeholders filled. KeyError for an unknown key."""
    return catalogue(language)[key].format_map(values)


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All texts of a language by dotted key. ValueError where two files say the same key."""
    texts: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / language.value).glob("*.toml")):
        for key, value in _flat("", tomllib.loads(path.read_text(encoding="utf-8"))):
            if key in texts:
                raise ValueError(f"{path.name} repeats the text {key}")
            texts[key] = _spaced(value) if language is Language.FRENCH else value
    return texts


def _spaced(french: str) -> str:
    """With the spaces that French puts beside its punctuation such that no line breaks there."""
    return _WIDE.sub("\u00a0", _NARROW.sub("\u202f", french))


def _flat(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        rows += _flat(f"{key}.", value) if isinstance(value, dict) else [(key.removesuffix("._"), value)]
    return rows
