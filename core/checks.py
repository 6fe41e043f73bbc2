"""Turns a check of the preflight into words, the same on the page and on the command line."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import CourbeError
from core.model import Check
from core.texts import Words


@dataclass(frozen=True, slots=True)
class Told:
    """Texts of one check: its name, the finding, and the cure, which is empty if there is nothing to do."""

    name: str
    found: str
    cure: str = ""


def told(check: Check, words: Words) -> Told:
    """Texts of a check. Its detail `error`, an error code, explains the finding."""

    def say(part: str) -> str:
        return words.text(f"check.{check.code}{part}", **words.details(check.details))

    code = check.details.get("error")
    why = CourbeError(str(code), **{k: v for k, v in check.details.items() if k != "error"}) if code else None
    if check.passed:
        return Told(say(""), say(".ok"))
    if check.passed is None:
        found = why.happened(words) if why else words.text("common.not_looked_at")
        return Told(say(""), found, why.cure(words) if why else "")
    cure = f"{why.happened(words)} {why.cure(words)}" if why else say(".cure")
    return Told(say(""), say(".failed"), cure)
