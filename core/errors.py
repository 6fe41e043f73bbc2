"""Errors that a user can act on.

Each has a stable code; its texts are `error.<code>.title`, `.happened` and `.cure` in the catalogue, filled
with `details`. Details never hold a token, a URI or a whole PRM.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.model import Days
from core.texts import ENGLISH, Words


class CourbeError(Exception):
    """Base of all errors: `code` is stable, `details` fill the texts."""

    def __init__(self, code: str, /, **details: str | int | Days) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def title(self, words: Words = ENGLISH) -> str:
        """The error in a few words."""
        return self._say("title", words)

    def happened(self, words: Words = ENGLISH) -> str:
        """What happened, in a sentence."""
        return self._say("happened", words)

    def cure(self, words: Words = ENGLISH) -> str:
        """What to do, in a sentence."""
        return self._say("cure", words)

    def _say(self, part: str, words: Words) -> str:
        return words.text(f"error.{self.code}.{part}", **words.details(self.details))

    def __str__(self) -> str:
        return f"{self.happened()} {self.cure()}"

    def __reduce__(self) -> tuple[Callable[..., CourbeError], tuple[object, ...]]:
        """Pickle with details: files are read in another process."""
        return _remade, (type(self), self.code, self._arguments())

    def _arguments(self) -> dict[str, Any]:
        return dict(self.details)


def _remade(kind: type[CourbeError], code: str, arguments: Mapping[str, Any]) -> CourbeError:
    return kind(code, **arguments)


class StorageError(CourbeError):
    """MongoDB cannot be started or reached, or refuses an operation."""


class SourceError(CourbeError):
    """A source cannot deliver: unreadable file, refused token, service down."""


class SourcePaused(SourceError):
    """A source pauses, and says when it may continue; what it delivered stays."""

    def __init__(self, code: str, /, *, resumes_at: int | None = None, **details: str | int | Days) -> None:
        super().__init__(code, **details)
        self.resumes_at = resumes_at
        """UTC milliseconds; None if unknown."""

    def _arguments(self) -> dict[str, Any]:
        return super()._arguments() | {"resumes_at": self.resumes_at}


class InputError(CourbeError):
    """Something typed or chosen is not usable."""
