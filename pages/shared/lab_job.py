"""A measurement in the background: begin, watch, cancel, and its result so far, found again on any visit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.formats import number
from core.importing.jobs import Job, State
from core.paristime import now_ms
from pages.shared import notices
from pages.shared.visitor import Visitor

POLL_SECONDS = 1.0


def key_of(guest: Visitor, name: str) -> str:
    """The registry's key of a measurement in this visitor's workspace."""
    return f"{guest.workspace.key}:lab-{name}"


def find(guest: Visitor, name: str) -> Job[Any] | None:
    return guest.jobs.find(key_of(guest, name))


def busy(guest: Visitor, name: str) -> bool:
    """Whether it runs."""
    job = find(guest, name)
    return job is not None and job.active


def result(guest: Visitor, name: str) -> Any:
    """What it found so far; None where it never ran."""
    job = find(guest, name)
    return job.result if job else None


def begin(guest: Visitor, name: str, work: Callable[[Job[Any]], Any]) -> None:
    """Start it and redraw. One that still runs is left alone."""
    with notices.guard():
        guest.jobs.start(key_of(guest, name), work)
    st.rerun()


def watch(
    guest: Visitor, name: str, described: Callable[[str], str], beginning: str = "lab.beginning"
) -> Any:
    """Progress with time left and a cancel button while it runs, the error if it failed; then the result,
    as far as it is. `described` says in words what `Progress.source` names; `beginning` is the key of the
    text until it names something."""
    job = find(guest, name)
    if job is None:
        return None
    if job.active:
        st.fragment(_watched, run_every=POLL_SECONDS)(guest, name, described, beginning)
    elif job.error:
        notices.show(job.error)
    elif job.state is State.CANCELLED:
        st.info(guest.t("lab.cancelled"), icon=":material/stop_circle:")
    return job.result


def _watched(guest: Visitor, name: str, described: Callable[[str], str], beginning: str) -> None:
    job = find(guest, name)
    if job is None or not job.active:
        st.rerun()
    progress = job.progress
    share = min(progress.readings / progress.expected, 1.0) if progress.expected else 0.0
    what = described(progress.source) if progress.source else guest.t(beginning)
    with st.container(border=True):
        st.progress(share, text=f"{what}{_left(guest, job, share)}")
        st.button(
            guest.t("lab.cancel"),
            icon=":material/stop_circle:",
            disabled=job.state is State.CANCELLING,
            key=f"lab_cancel_{name}",
            on_click=job.cancel,
        )


def _left(guest: Visitor, job: Job[Any], share: float) -> str:
    """Time left, once enough is done to tell."""
    elapsed = (now_ms() - job.started_ms) / 1000
    waiting = job.progress.source.startswith("waiting/")  # the wait says itself how long
    if share < 0.02 or elapsed < 1 or waiting:
        return ""
    seconds = elapsed / share - elapsed
    return " · " + guest.t("lab.left", seconds=number(max(seconds, 1), guest.language))
