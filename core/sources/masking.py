"""What came from outside, as it may be told: short, without control characters, meter numbers masked."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 80
_LONG_NUMBER: Final = re.compile(r"[0-9]{10,}")


def shown_name(name: str) -> str:
    """A file's name; of a meter number in it, the last 4 digits. What would steer a terminal is a `�`."""
    masked = _LONG_NUMBER.sub(lambda found: f"••••{found[0][-4:]}", name)
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "�" for sign in masked)


def shown(words: str) -> str:
    """The beginning of anything else, in the same way."""
    return shown_name(words)[:LONGEST].strip()
