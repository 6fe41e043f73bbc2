"""The result that a page shows: of a running measurement, else the stored one, else the example."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from core.jobs import Progress
from core.lab.prepared.kept import OF_A_METER, OF_NOBODY, Kept, Kind, example, find
from core.paristime import local
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.lab import job

_PAGES: Final = {Kind.SPEED: "speed", Kind.INSERT: "speed", Kind.FLEET: "fleet"}
"""The page that measures a kind, where it is not the Laboratory: it is done once it has."""
_BUSY: Final = 1.25
"""Load per processor above which measured times are unreliable."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A result and its origin: `kept` is None while it is being measured."""

    result: Any
    kept: Kept | None


def kept_of(visitor: Visitor, kind: Kind) -> Kept | None:
    """The stored result of a kind in this workspace, else the example.

    Of the chosen meter, if it is measured by meter.
    """
    found: Kept | None = None
    if visitor.has_workspace and visitor.trouble is None:
        with notices.guard():
            found = find(visitor.store, kind, visitor.meter if kind in OF_A_METER else None)
    return found or example().get(kind)


def shown(
    visitor: Visitor,
    kind: Kind,
    name: str,
    described: Callable[[Progress], str],
    beginning: str = "lab.beginning",
) -> Shown:
    """The result to show, with the progress of the job `name` if it runs.

    Also shows of which readings, when and where it was measured.
    """
    live = job.watch(visitor, name, described, beginning) if visitor.has_workspace else None
    if live and job.busy(visitor, name):
        return Shown(live, None)
    kept = kept_of(visitor, kind)
    if live and (kept is None or kept.example):  # a cancelled, partial result is better than an example
        return Shown(live, None)
    if kept is not None:
        if not kept.example:
            visitor.steps.add(_PAGES.get(kind, "laboratory"))
        say_kept(visitor, kept)
    return Shown(kept.result if kept else None, kept)


def say_kept(visitor: Visitor, kept: Kept) -> None:
    """Show of which readings, when and where a result was measured, and whether they have changed since."""
    words = visitor.words
    if kept.example:
        st.info(words.text("prepare.kept.example", **_about(words, kept)), icon=":material/flag:")
        return
    if visitor.meters and kept.is_stale(visitor.meters):
        now = sum(one.readings for one in visitor.meters)
        st.warning(
            words.text("prepare.kept.stale", then=words.number(kept.readings), now=words.number(now)),
            icon=":material/update:",
        )
    st.caption(told(words, kept))


def told(words: Words, kept: Kept) -> str:
    """When and where it was measured, and whether the machine was busy."""
    about = _about(words, kept)
    if kept.example:
        return words.text("prepare.kept.example", **about)
    if kept.kind in OF_NOBODY:
        line = words.text("prepare.kept.synthetic", **about)
    else:
        line = words.text("prepare.kept.own", **about, readings=words.number(kept.readings))
    processors = int(kept.machine.get("processors", "1"))
    if kept.load is not None and kept.load > _BUSY * processors:
        busy = words.text(
            "prepare.kept.busy", load=words.number(kept.load, 1), processors=words.number(processors)
        )
        line = f"{line} {busy}"
    return line


def _about(words: Words, kept: Kept) -> dict[str, str]:
    machine = words.text(
        "prepare.kept.machine",
        processors=kept.machine.get("processors", "?"),
        system=kept.machine.get("system", "?"),
    )
    return {"moment": words.moment(local(kept.made_ms)), "server": kept.server, "machine": machine}
