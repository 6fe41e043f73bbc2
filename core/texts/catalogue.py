"""The texts of each language: the TOML files of its folder (`en/`, `fr/`), merged."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from core.texts.languages import THIN, WIDE, Language, Locale


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All texts of a language by dotted key. ValueError if two files define the same key."""
    texts: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / language.value).glob("*.toml")):
        for key, value in _flat("", tomllib.loads(path.read_text(encoding="utf-8"))):
            if key in texts:
                raise ValueError(f"{path.name} repeats the text {key}")
            texts[key] = _spaced(value, language.locale)
    return texts


def _spaced(written: str, locale: Locale) -> str:
    """The text with no-break spaces at the punctuation of the language."""
    for space, mark in (
        (THIN, rf" (?=[{re.escape(locale.thin_before)}])" if locale.thin_before else ""),
        (WIDE, rf" (?=[{re.escape(locale.wide_before)}])" if locale.wide_before else ""),
        (WIDE, rf"(?<=[{re.escape(locale.wide_after)}]) " if locale.wide_after else ""),
    ):
        written = re.sub(mark, space, written) if mark else written
    return written


def _flat(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in table.items():
        key = f"{prefix}{name}"
        rows += _flat(f"{key}.", value) if isinstance(value, dict) else [(key.removesuffix("._"), value)]
    return rows
