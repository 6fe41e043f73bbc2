"""What a template shows is escaped, and what it misses is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from core.templates import template


def test_values_are_escaped_and_none_may_be_missing(tmp_path: Path) -> None:
    (tmp_path / "page.html.j2").write_text("<p>{{ said }}</p>")
    page = template(tmp_path, "page.html.j2")
    assert page.render(said="<b>") == "<p>&lt;b&gt;</p>"
    with pytest.raises(UndefinedError):
        page.render()
