"""Measurements in the background: start, progress, cancel, and the result so far, found again on any visit.

One at a time in a workspace, as two would distort each other's times and sizes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import streamlit as st

from core.errors import InputError
from core.jobs import Job, Phase, Progress, State
from core.model import Meter
from core.paristime import now_ms
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor

POLL_SECONDS = 1.0
_OF_A_METER: Final = ("speed", "insert", "limits")
_OF_ALL: Final = ("layouts", "granularity", "arrival", "retention", "fleet", "report", "prepare")


def key_of(visitor: Visitor, name: str, meter: Meter | None = None) -> str:
    """The key of a measurement job in this visitor's workspace.

    For a measurement by meter it contains `meter`, by default the chosen one.
    """
    key = f"{visitor.workspace.key}:lab-{name}"
    one = (meter or visitor.meter) if name in _OF_A_METER else None
    return f"{key}-{one.prm}-{one.flow.value}" if one else key


def find(visitor: Visitor, name: str) -> Job[Any] | None:
    """The job of a measurement; None if it never ran."""
    return visitor.jobs.find(key_of(visitor, name))


def result(visitor: Visitor, name: str) -> Any:
    """The result so far; None if it never ran."""
    job = find(visitor, name)
    return job.result if job else None


def busy(visitor: Visitor, name: str) -> bool:
    """Whether a measurement runs."""
    job = find(visitor, name)
    return job is not None and job.active


def blocked(visitor: Visitor, name: str, *, tell: bool = True) -> bool:
    """Whether any measurement runs, so that this one cannot start.

    With `tell`, shows which other one it is.
    """
    if not visitor.has_workspace:
        return False
    others = [other for other, job in _running(visitor) if job is not find(visitor, name)]
    if others and tell:
        st.fragment(_other, run_every=POLL_SECONDS)(visitor, others[0])
    return bool(others) or busy(visitor, name)


def begin(visitor: Visitor, name: str, work: Callable[[Job[Any]], Any]) -> None:
    """Start a measurement and rerun the page; shows an error if another one runs."""
    with notices.guard():
        if any(_running(visitor)):
            raise InputError("lab-busy")
        visitor.jobs.start(key_of(visitor, name), visitor.queued(work))
    st.rerun()


def watch(
    visitor: Visitor, name: str, described: Callable[[Progress], str], beginning: str = "lab.beginning"
) -> Any:
    """Show progress, time left and a cancel button, or the error; returns the result so far.

    `described` puts the progress into words; `beginning` is the key of the text until there is any.
    """
    job = find(visitor, name)
    if job is None:
        return None
    active, found = job.active, job.result  # in this order: what has ended has its whole result
    if active:
        st.fragment(_watched, run_every=POLL_SECONDS)(visitor.words, job, name, found, described, beginning)
    elif job.error:
        notices.show(job.error)
    elif job.state is State.CANCELLED:
        st.info(visitor.words.text("lab.cancelled"), icon=":material/stop_circle:")
    return found


def _running(visitor: Visitor) -> Iterator[tuple[str, Job[Any]]]:
    """The measurements that run in this workspace."""
    keys = [(name, key_of(visitor, name)) for name in _OF_ALL]
    keys += [(name, key_of(visitor, name, one.meter)) for name in _OF_A_METER for one in visitor.meters]
    jobs = [(name, visitor.jobs.find(key)) for name, key in keys]
    return ((name, job) for name, job in jobs if job and job.active)


def _other(visitor: Visitor, name: str) -> None:
    if not any(_running(visitor)):
        st.rerun()
    words = visitor.words
    st.caption(f":material/hourglass_top: {words.text('lab.other', name=words.text(f'lab.job.{name}'))}")


def _watched(
    words: Words, job: Job[Any], name: str, shown: Any, described: Callable[[Progress], str], beginning: str
) -> None:
    """Redraw the progress; `shown` is the result on the page, which is rerun when there is more."""
    if not job.active or job.result is not shown:
        st.rerun()
    progress = job.progress
    share = min(progress.readings / progress.expected, 1.0) if progress.expected else 0.0
    what = described(progress) if progress.source else words.text(beginning)
    if progress.phase is Phase.QUEUED:
        what = words.counted("lab.queued", progress.step)
    with st.container(border=True):
        st.progress(share, text=f"{what}{_left(words, job, share)}")
        st.button(
            words.text("lab.cancel"),
            icon=":material/stop_circle:",
            disabled=job.state is State.CANCELLING,
            key=f"lab_cancel_{name}",
            on_click=job.cancel,
        )


def _left(words: Words, job: Job[Any], share: float) -> str:
    """Time left, once enough is done for an estimate."""
    elapsed = (now_ms() - job.started_ms) / 1000
    waiting = job.progress.phase is Phase.CHECKPOINT  # the text of the wait gives its duration
    if share < 0.02 or elapsed < 1 or waiting:
        return ""
    seconds = max(elapsed / share - elapsed, 1)
    if seconds >= 100:
        return " · " + words.text("lab.left.minutes", minutes=words.number(seconds / 60))
    return " · " + words.text("lab.left", seconds=words.number(seconds))
