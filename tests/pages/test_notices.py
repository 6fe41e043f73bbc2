"""Names chosen by users are shown literally: no Markdown, no link."""

from __future__ import annotations

import pytest

from pages.shared.notices import plain


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("www.example.csv", r"www\.example.csv"),
        ("WWW.example.csv", r"WWW\.example.csv"),
        ("a@example.org.csv", r"a\@example.org.csv"),
        ("https://x", r"https\://x"),
        ("[x](y) *z*", r"\[x\](y) \*z\*"),
        ("awww.csv", r"awww.csv"),
        ("curve_2024.csv", r"curve\_2024.csv"),
    ],
)
def test_no_name_becomes_anything_but_itself(name: str, shown: str) -> None:
    assert plain(name) == shown
