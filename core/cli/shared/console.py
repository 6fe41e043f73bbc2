"""Output of the commands: results on standard output, everything else on standard error."""

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
    """Output of one command, in its language."""

    words: Words = ENGLISH

    def line(self, told: str = "") -> None:
        """Print one line of the result."""
        print(told)

    def data(self, value: Any) -> None:
        """Print the result as JSON."""
        print(json.dumps(value, ensure_ascii=False, indent=2))

    def note(self, told: str) -> None:
        """Print one line on standard error."""
        print(re.sub(r"\s*[\r\n]+\s*", " ", told), file=sys.stderr)

    def failed(self, error: CourbeError, about: str = "") -> None:
        """Print what happened and what to do in one line; `about` names the file or service."""
        told = f"{error.happened(self.words)} {_cure(error, self.words)}"
        self.note(self.words.labelled(about, told) if about else told)

    def table(self, rows: Sequence[Sequence[str]], left: int = 1) -> None:
        """Print rows in columns: the first `left` columns are aligned left, the others right."""
        widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [
                cell.ljust(width) if at < left else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            self.line("  ".join(cells).rstrip())


def as_json(error: CourbeError, words: Words) -> dict[str, str]:
    """An error as JSON values: its stable code and its texts."""
    return {
        "code": error.code,
        "title": error.title(words),
        "happened": error.happened(words),
        "cure": _cure(error, words),
    }


def _cure(error: CourbeError, words: Words) -> str:
    """What to do; after a pause, the moment from which to run the command again."""
    if isinstance(error, SourcePaused) and error.resumes_at is not None:
        from core.paristime import local

        return words.text("cli.again", moment=words.moment(local(error.resumes_at)))
    return error.cure(words)
