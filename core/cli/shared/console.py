"""What the commands say: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import CourbeError, SourcePaused
from core.texts import ENGLISH, Words


@dataclass(frozen=True, slots=True)
class Console:
    """Where one command speaks, and in which words."""

    words: Words = ENGLISH

    def line(self, told: str = "") -> None:
        """A line of the result."""
        print(told)

    def data(self, value: Any) -> None:
        """The result as JSON."""
        print(json.dumps(value, ensure_ascii=False, indent=2))

    def note(self, told: str) -> None:
        """One line beside the result."""
        print(re.sub(r"\s*[\r\n]+\s*", " ", told), file=sys.stderr)

    def failed(self, error: CourbeError, about: str = "") -> None:
        """What happened and what to do, in one line; `about` names the file or service."""
        told = f"{error.happened(self.words)} {_cure(error, self.words)}"
        self.note(self.words.labelled(about, told) if about else told)

    def table(self, rows: Sequence[Sequence[str]], left: int = 1) -> None:
        """Rows in columns: the first `left` columns start flush left, the others end flush right."""
        widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [
                cell.ljust(width) if at < left else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            self.line("  ".join(cells).rstrip())


def as_json(error: CourbeError, words: Words) -> dict[str, str]:
    """An error for a program to read: its stable code beside its texts."""
    return {
        "code": error.code,
        "title": error.title(words),
        "happened": error.happened(words),
        "cure": _cure(error, words),
    }


def _cure(error: CourbeError, words: Words) -> str:
    """What to do. A command does not go on by itself after a pause: from when on to run it again."""
    if isinstance(error, SourcePaused) and error.resumes_at is not None:
        from core.paristime import local

        return words.text("cli.again", moment=words.moment(local(error.resumes_at)))
    return error.cure(words)
