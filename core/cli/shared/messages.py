"""Messages of argparse and pydantic, translated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from core.cli.shared.console import Console

_ARGUMENTS: Final = {
    re.compile(pattern): f"cli.complaint.{key}"
    for pattern, key in (
        (r"argument (?P<name>[^:]+): expected (?:at least )?one argument", "needs-one"),
        (r"argument (?P<name>[^:]+): expected (?P<count>\d+) arguments", "needs-several"),
        (r"argument (?P<name>[^:]+): not allowed with argument (?P<other>.+)", "not-with"),
        (r"argument (?P<name>[^:]+): ignored explicit argument (?P<value>.+)", "needs-none"),
        (r"argument (?P<name>[^:]+): invalid int value: (?P<value>.+)", "no-number"),
        (
            r"argument (?P<name>[^:]+): invalid choice: (?P<value>.+?) \(choose from (?P<choices>.+)\)",
            "choice",
        ),
        (r"one of the arguments (?P<names>.+) is required", "one-of"),
        (r"the following arguments are required: (?P<names>.+)", "lacks"),
        (r"unrecognized arguments: (?P<names>.+)", "unknown"),
    )
}
"""Patterns of argparse's messages, with the key of our text."""
_VALUES: Final = {
    "less_than_equal": ("at-most", "le"),
    "greater_than_equal": ("at-least", "ge"),
    "int_parsing": ("number", ""),
    "float_parsing": ("number", ""),
    "enum": ("one-of", "expected"),
}
"""Error types of pydantic: the key of our text, and the name of the limit in its context."""


def of_arguments(message: str, console: Console) -> str:
    """A message of argparse in the chosen language; unchanged if it is unknown."""
    for pattern, key in _ARGUMENTS.items():
        if found := pattern.fullmatch(message):
            return console.words.text(key, **found.groupdict())
    return message


def of_setting(problem: Mapping[str, Any], console: Console) -> str:
    """The name of an invalid setting and the reason, without its value, which may be a secret."""
    name = f"COURBE_{'_'.join(map(str, problem['loc'])).upper()}"
    key, limit = _VALUES.get(problem["type"], ("other", ""))
    context = problem.get("ctx", {})
    choices = " / ".join(re.findall(r"'(\w+)'", str(context.get(limit, "")))) or str(context.get(limit, ""))
    reason = console.words.text(f"cli.setting.{key}", limit=choices)
    return console.words.text("cli.setting", name=name, message=reason)
