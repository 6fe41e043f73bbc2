"""A check of the preflight in words."""

from __future__ import annotations

import pytest

from core.checks import Told, told
from core.model import Check
from core.texts import Language, Words


@pytest.mark.parametrize("language", Language)
def test_what_is_in_order_needs_no_cure(language: Language) -> None:
    words = Words(language)
    line = told(Check("data-disk", True, {"free": 12_345}), words)
    free = words.text("check.data-disk.ok", free=words.number(12_345))
    assert line == Told(words.text("check.data-disk"), free)


@pytest.mark.parametrize("language", Language)
def test_what_failed_has_the_cure_of_its_line_or_of_the_error_that_explains_it(language: Language) -> None:
    words = Words(language)
    failed = words.text("check.mongod-start.failed")
    line = told(Check("mongod-start", False), words)
    assert line == Told(words.text("check.mongod-start"), failed, words.text("check.mongod-start.cure"))
    explained = told(Check("mongod-start", False, {"error": "server-start", "exit": 14, "log": "/x"}), words)
    assert explained.found == failed
    assert "14" in explained.cure
    assert words.text("error.server-start.cure", log="/x") in explained.cure


@pytest.mark.parametrize("language", Language)
def test_what_could_not_be_looked_at_says_so_or_why(language: Language) -> None:
    words = Words(language)
    line = told(Check("mongodb-version", None), words)
    assert line == Told(words.text("check.mongodb-version"), words.text("common.not_looked_at"))
    explained = told(Check("api-token", None, {"error": "api-no-token"}), words)
    assert explained.found == words.text("error.api-no-token.happened")
    assert explained.cure == words.text("error.api-no-token.cure")
