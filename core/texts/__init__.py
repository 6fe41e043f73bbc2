"""Every text a person reads, and numbers, dates and sizes as a person reads them, in each language.

A key is the dotted path in the TOML files (`connect.title`); placeholders are `{name}`, filled with
ready-made strings. Tests hold keys and placeholders of the languages equal.
"""

from __future__ import annotations

from core.texts.catalogue import catalogue
from core.texts.languages import THIN, Language
from core.texts.words import ENGLISH, Words

__all__ = ["ENGLISH", "THIN", "Language", "Words", "catalogue"]
