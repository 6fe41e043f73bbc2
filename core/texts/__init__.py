"""All texts of the interface, and formats of numbers, dates and sizes, in each language.

A key is the dotted path in the TOML files (`connect.title`); placeholders are `{name}`, filled with formatted
strings. Tests check that all languages have the same keys and placeholders.
"""

from __future__ import annotations

from core.texts.catalogue import catalogue
from core.texts.languages import THIN, Language
from core.texts.words import ENGLISH, Words

__all__ = ["ENGLISH", "THIN", "Language", "Words", "catalogue"]
