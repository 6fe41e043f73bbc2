"""The catalogues: all languages have the same keys, and code and catalogue agree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from string import Formatter
from typing import Final

import pytest

from core.model import RefusalReason
from core.texts import Language, catalogue
from tests.code import modules

ERRORS: Final = {"CourbeError", "StorageError", "SourceError", "SourcePaused", "InputError"}
PARTS: Final = ("title", "happened", "cure")
NOT_DETAILS: Final = {"resumes_at"}
"""Arguments of errors that are no placeholders."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def constants(node: ast.AST) -> set[str]:
    """The strings an expression may have: a literal, or the branches of a conditional."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, ast.IfExp):
        return constants(node.body) | constants(node.orelse)
    return set()


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


@cache
def error_classes() -> set[str]:
    """Our error classes and their subclasses."""
    names = set(ERRORS)
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and names & {getattr(base, "id", "") for base in node.bases}:
                names.add(node.name)
    return names


def calls(names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    """Calls of these in the code, with their places."""
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and name_of(node) in names and node.args:
                yield f"{module.where}:{node.lineno}", node


@cache
def strings() -> tuple[set[str], set[str]]:
    """Every literal of the code, and every pattern of its f-strings with dotted keys."""
    literals: set[str] = set()
    patterns: set[str] = set()
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                pattern = "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z0-9_.-]+"
                    for part in node.values
                )
                if "\\." in pattern and re.search("[a-z]{3}", pattern.replace("[a-z0-9_.-]+", "")):
                    patterns.add(pattern)
    return literals, patterns


def test_the_languages_have_the_same_keys() -> None:
    english, french = catalogue(Language.ENGLISH), catalogue(Language.FRENCH)
    assert sorted(english) == sorted(french)


def test_the_languages_have_the_same_placeholders() -> None:
    english, french = catalogue(Language.ENGLISH), catalogue(Language.FRENCH)
    differing = [key for key in english if placeholders(english[key]) != placeholders(french.get(key, ""))]
    assert not differing


@pytest.mark.parametrize("language", Language)
def test_no_text_is_empty_or_untidy(language: Language) -> None:
    untidy = [
        key
        for key, text in catalogue(language).items()
        if not text or "  " in text or (text != text.strip() and text.strip(" ,;·"))
    ]
    assert not untidy


def test_every_error_that_is_raised_says_what_happened_and_what_to_do() -> None:
    english = catalogue(Language.ENGLISH)
    missing = [
        f"{where}: error.{code}.{part}"
        for where, call in calls(error_classes())
        for code in constants(call.args[0])
        for part in PARTS
        if f"error.{code}.{part}" not in english
    ]
    assert not missing


def test_every_error_fills_its_texts() -> None:
    english = catalogue(Language.ENGLISH)
    unfilled = []
    for where, call in calls(error_classes()):
        if any(keyword.arg is None for keyword in call.keywords):
            continue  # **details are known at run time only
        given = {str(keyword.arg) for keyword in call.keywords} - NOT_DETAILS
        for code in constants(call.args[0]):
            wanted = {
                name for part in PARTS for name in placeholders(english.get(f"error.{code}.{part}", ""))
            }
            unfilled += [f"{where}: {code} lacks {name}" for name in sorted(wanted - given)]
    assert not unfilled


def test_an_error_has_all_three_texts() -> None:
    english = catalogue(Language.ENGLISH)
    codes = {key.split(".")[1] for key in english if key.startswith("error.")}
    incomplete = [
        f"{code}.{part}" for code in codes for part in PARTS if f"error.{code}.{part}" not in english
    ]
    assert not incomplete


def test_every_check_has_its_texts() -> None:
    english = catalogue(Language.ENGLISH)
    missing = [
        f"{where}: check.{code}{part}"
        for where, call in calls({"Check"})
        for code in constants(call.args[0])
        for part in ("", ".ok", ".failed", ".cure")
        if f"check.{code}{part}" not in english
    ]
    assert not missing


def test_every_reason_for_refusing_a_reading_has_a_text() -> None:
    missing = [reason for reason in RefusalReason if f"refusal.{reason}" not in catalogue(Language.ENGLISH)]
    assert not missing


def test_every_key_the_code_asks_for_exists() -> None:
    english = catalogue(Language.ENGLISH)
    missing = [
        f"{where}: {key}"
        for where, call in calls({"text", "counted"})
        for key in constants(call.args[0])
        if key not in english
    ]
    assert not missing


def test_no_text_is_left_over() -> None:
    literals, patterns = strings()
    anything = re.compile("|".join(patterns) or "$.")
    unused = [
        key
        for key in catalogue(Language.ENGLISH)
        if key not in literals
        and not anything.fullmatch(key)
        and not (key.startswith(("error.", "check.")) and key.split(".")[1] in literals)
    ]
    assert not unused


def test_no_line_breaks_before_french_punctuation() -> None:
    loose = [key for key, value in catalogue(Language.FRENCH).items() if re.search(r" [;:!?%»]|« ", value)]
    assert loose == []


def test_french_says_one_word_for_a_reading() -> None:
    """A reading is a “relevé”; “mesure” is what the laboratory measures of a collection."""
    strays = [
        key
        for key, value in catalogue(Language.FRENCH).items()
        if re.search(r"\b(aucune|chaque|une|\d|\}) mesures?\b", value, re.IGNORECASE) or "'" in value
    ]
    assert strays == []
