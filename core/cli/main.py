"""Reads the arguments, runs the command, and turns the outcome into an exit code.

0: done. 1: failed. 2: the arguments or settings cannot be used. 130: interrupted.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from pydantic import ValidationError

from core.cli import (
    check,
    erase,
    export,
    fleet,
    footprint,
    import_,
    prepare,
    prices,
    repair,
    report,
    status,
    sync,
)
from core.cli.shared import messages
from core.cli.shared.console import Console
from core.errors import CourbeError, InputError
from core.texts import Language, Words

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130
PROGRAM: Final = "python -m core"
COMMANDS: Final = (
    import_,
    sync,
    prices,
    status,
    export,
    erase,
    repair,
    footprint,
    fleet,
    report,
    prepare,
    check,
)
"""Modules of the commands, in the order of `--help`."""
_UNWRITABLE: Final = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})
"""Error numbers of a failed write to standard output."""
_ABOUT_ARGUMENTS: Final = frozenset(
    {
        "api-prm",
        "cli-env-file",
        "cli-no-such-meter",
        "cli-nobody-to-ask",
        "cli-shared",
        "cli-which-meter",
        "file-prm",
        "fleet-size",
        "spark-only",
        "spark-parquet-none",
        "spark-source",
        "spark-workers",
    }
)
"""Error codes that only arguments cause: exit code 2."""


class _Parser(argparse.ArgumentParser):
    """argparse in the chosen language, with error messages of one line."""

    console = Console()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, add_help=False, allow_abbrev=False, formatter_class=_Formatter)
        self._optionals.title = self.console.words.text("cli.options")
        self.add_argument("-h", "--help", action="help", help=self.console.words.text("cli.option.help"))
        languages = [language.value for language in Language]
        self.add_argument("--lang", choices=languages, help=self.console.words.text("cli.option.lang"))

    def error(self, message: str) -> NoReturn:
        """Print one line and exit with code 2."""
        told = messages.of_arguments(message, self.console)
        self.console.note(self.console.words.text("cli.usage", message=told, program=self.prog))
        self.exit(USAGE)


class _Formatter(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """Add the usage line with its prefix in the chosen language."""
        given = f"{_Parser.console.words.text('cli.usage-prefix')} " if prefix is None else prefix
        super().add_usage(usage, actions, groups, given)


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    _settle_streams()
    console = Console(Words(_language(arguments)))
    try:
        code = _run(arguments, console)
        sys.stdout.flush()
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # a closed pipe has no reader for a message
            console.note(console.words.text("cli.output", reason=error.strerror or "?"))
        return FAILED
    except KeyboardInterrupt:
        console.note(console.words.text("cli.interrupted"))
        return INTERRUPTED
    return code


def _settle_streams() -> None:
    """Open missing standard streams on the null device, and replace characters they cannot encode."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - until we end
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]


def _run(arguments: Sequence[str], console: Console) -> int:
    try:
        chosen = parser(console).parse_args(arguments)
    except SystemExit as ended:  # --help, or an error that has been printed
        return int(ended.code or DONE)
    try:
        return int(chosen.run(chosen, console))
    except InputError as error:
        console.failed(error)
        return USAGE if error.code in _ABOUT_ARGUMENTS else FAILED
    except CourbeError as error:
        console.failed(error)
        return FAILED
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            console.note(messages.of_setting(problem, console))
        return USAGE


def _language(arguments: Sequence[str]) -> Language:
    """The language of `--lang`, read before argparse because the help texts need it."""
    for at, option in enumerate(arguments):
        name, _, attached = option.partition("=")
        with suppress(ValueError, IndexError):
            if name == "--lang":
                return Language(attached or arguments[at + 1])
    return Language.ENGLISH


def parser(console: Console | None = None) -> argparse.ArgumentParser:
    """The argument parser with every command."""
    console = console or Console()
    _Parser.console = console
    about, codes = console.words.text("cli.about"), console.words.text("cli.codes")
    whole = _Parser(prog=PROGRAM, description=about, epilog=codes)
    commands = whole.add_subparsers(
        title=console.words.text("cli.commands"),
        dest="command",
        metavar=console.words.text("cli.command"),
        required=True,
        parser_class=_Parser,
    )

    def command(name: str) -> argparse.ArgumentParser:
        about = console.words.text(f"cli.{name}.about")
        return commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")

    for one in COMMANDS:
        one.add(command, console)
    return whole
