"""What the commands say: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import CourbeError, SourcePaused
from core.formats import labelled, moment
from core.texts import Language, text


@dataclass(frozen=True, slots=True)
class Console:
    """One command's voice, in one language."""

    language: Language = Language.ENGLISH

    def text(self, key: str, /, **values: str | int) -> str:
        return text(key, self.language, **values)

    def line(self, words: str = "") -> None:
        """A line of the result."""
        print(words)

    def data(self, value: Any) -> None:
        """The result as JSON."""
        print(json.dumps(value, ensure_ascii=False, indent=2))

    def note(self, words: str) -> None:
        """One line beside the result."""
        print(re.sub(r"\s*[\r\n]+\s*", " ", words), file=sys.stderr)

    def failed(self, error: CourbeError, about: str = "") -> None:
        """What happened and what to do, in one line; `about` names the file or service."""
        told = f"{error.happened(self.language)} {_cure(error, self.language)}"
        self.note(labelled(about, told, self.language) if about else told)

    def table(self, rows: Sequence[Sequence[str]], left: int = 1) -> None:
        """Rows in columns: the first `left` columns start flush left, the others end flush right."""
        widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [
                cell.ljust(width) if at < left else cell.rjust(width)
                for at, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            self.line("  ".join(cells).rstrip())


def as_json(error: CourbeError, language: Language) -> dict[str, str]:
    """An error for a program to read: its stable code beside its texts."""
    return {
        "code": error.code,
        "title": error.title(language),
        "happened": error.happened(language),
        "cure": _cure(error, language),
    }


def _cure(error: CourbeError, language: Language) -> str:
    """What to do. A command does not go on by itself after a pause: from when on to run it again."""
    if isinstance(error, SourcePaused) and error.resumes_at is not None:
        from core.paristime import local

        return text("cli.again", language, moment=moment(local(error.resumes_at), language))
    return error.cure(language)
