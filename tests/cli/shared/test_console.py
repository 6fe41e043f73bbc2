"""Errors as printed by a command."""

from __future__ import annotations

from datetime import date

import pytest

from core.cli.shared.console import as_json
from core.errors import SourceError, SourcePaused
from core.paristime import HOUR_MS, local, midnight
from core.texts import Language, Words


@pytest.mark.parametrize("language", list(Language))
def test_json_promises_no_going_on_by_itself_either(language: Language) -> None:
    pause = SourcePaused("api-budget-used", resumes_at=midnight(date(2026, 11, 25)) + HOUR_MS, calls=49)
    words = Words(language)
    told = as_json(pause, words)
    assert "python -m core sync" in told["cure"]
    assert words.time(local(midnight(date(2026, 11, 25)) + HOUR_MS)) in told["cure"]


@pytest.mark.parametrize("language", list(Language))
def test_a_ban_names_the_page_where_it_is_lifted(language: Language) -> None:
    assert Words(language).text("common.nav.history") in SourceError("api-banned").cure(Words(language))
