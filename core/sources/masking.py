"""External text made safe to show: short, without control characters, meter numbers masked."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 80
_LONG_NUMBER: Final = re.compile(r"[0-9]{10,}")


def shown_name(name: str) -> str:
    """A file's name with the last 4 digits of a meter number only, and `�` for control characters."""
    masked = _LONG_NUMBER.sub(lambda found: f"••••{found[0][-4:]}", name)
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "�" for sign in masked)


def shown(words: str) -> str:
    """The first 80 characters of any other text, made safe in the same way."""
    return shown_name(words)[:LONGEST].strip()
