"""The running import and its report."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from core.errors import SourcePaused
from core.importing.run import Part, Report, share_of
from core.jobs import Job, Phase, Progress, State
from core.model import count_refused
from core.paristime import local, now_ms
from core.texts import Words
from pages.shared import notices
from pages.shared.arrival import arrive
from pages.shared.frame import link
from pages.shared.visitor import Visitor
from pages.views.history.preview import days_for, show_gaps, show_refusals, written

POLL_SECONDS = 1.0
SHOWN_PARTS = 12
Kind = Literal["api", "others"]
"""Kind of source of an import; one of each kind runs at a time."""


def key_of(visitor: Visitor, kind: Kind) -> str:
    """The key of an import job in this visitor's workspace. Raises StorageError.

    Conso API has a key of its own, as its import may pause for a day while files are imported.
    """
    return f"{visitor.workspace.key}:api" if kind == "api" else visitor.workspace.key


def show_report(visitor: Visitor, kind: Kind) -> None:
    """Show the result of the last import of a kind, until it is closed."""
    job = _job(visitor, kind)
    if job and not job.active:
        _show_end(visitor, job, kind)


def is_running(visitor: Visitor, kind: Kind) -> bool:
    """Whether an import of a kind runs."""
    job = _job(visitor, kind)
    return job is not None and job.active


def show_running(visitor: Visitor, kind: Kind) -> bool:
    """Show the running import of a kind; returns whether one runs."""
    job = _job(visitor, kind)
    if job is None or not job.active:
        return False
    st.fragment(_watch, run_every=POLL_SECONDS)(visitor, job, job.state, kind)
    if job.started_ms == visitor.begun_ms:
        # the field for files, with the import below it
        name = '[class*="st-key-history_running_"] h2'
        arrive("begun", job.started_ms, ".st-key-history_import", name)
    return True


def tells(visitor: Visitor, code: str) -> bool:
    """Whether the API report on this page already shows this error."""
    job = _job(visitor, "api")
    if job is None or job.active or not isinstance(job.result, Report):
        return False
    return code in [error.code for error in job.result.errors]


def _job(visitor: Visitor, kind: Kind) -> Job[Any] | None:
    if not visitor.has_workspace:
        return None
    with notices.guard():
        key = key_of(visitor, kind)
    return visitor.jobs.find(key)


def _watch(visitor: Visitor, job: Job[Any], drawn: State, kind: Kind) -> None:
    """Redraw the import every second, and the whole page when it pauses, continues or ends."""
    words = visitor.words
    if not job.active or job.state is not drawn:
        st.rerun()
    with st.container(border=True, key=f"history_running_{kind}"):
        st.header(words.text(f"history.job.{job.state.value}"), anchor=False)
        if job.state == State.PAUSED:
            _show_pause(visitor, job)
        else:
            _show_progress(visitor, job.progress)
        st.caption(words.text("history.job.leave"))
        st.button(
            words.text("history.job.cancel"),
            icon=":material/stop_circle:",
            disabled=job.state is State.CANCELLING,
            key=f"history_cancel_{kind}",
            on_click=job.cancel,
        )


def _show_progress(visitor: Visitor, progress: Progress) -> None:
    words = visitor.words
    st.progress(share_of(progress), _where(words, progress))
    st.markdown(notices.plain(_speed(visitor, progress)))
    until = progress.waiting_until
    if until is not None and until > now_ms():
        why = words.text(f"error.{progress.waiting_for}.title")
        told = words.text("history.job.again", why=why, time=f"{local(until):%H:%M:%S}")
        st.info(notices.plain(told), icon=":material/schedule:")


def _where(words: Words, progress: Progress) -> str:
    if progress.phase is Phase.WRITING:
        return words.text("history.job.writing")
    return notices.plain(progress.source or words.text("history.job.beginning"))


def _show_pause(visitor: Visitor, job: Job[Any]) -> None:
    """Show why it waits, until when, what is left, and what it has imported so far."""
    words = visitor.words
    progress, lines = job.progress, [job.progress.source]
    if progress.waiting_until is not None:
        when = words.moment(local(progress.waiting_until))
        lines.append(words.text("history.job.resumes", moment=when))
    if progress.steps:
        left = progress.steps - progress.step
        to_go, days = words.counted("history.api.to_go", left), days_for(visitor, left)
        lines.append(words.labelled(to_go, days) if days else to_go)
    st.markdown("  \n".join(notices.plain(line) for line in lines))
    if isinstance(job.result, Report):
        if job.result.paused:
            st.caption(notices.plain(job.result.paused.happened(words)))
        _show_counts(words, job.result.parts)


def _speed(visitor: Visitor, progress: Progress) -> str:
    """Readings so far, readings per second, and the time left.

    If calls have to wait for another day, the number of days instead.
    """
    words = visitor.words
    seconds = max((now_ms() - progress.began_ms) / 1000, 0.1)
    told = [words.counted("history.preview.readings", progress.readings)]
    days = None
    if progress.steps:
        calls = words.number(progress.step), words.number(progress.steps)
        told.append(words.text("history.job.calls", done=calls[0], of=calls[1]))
        days = days_for(visitor, progress.steps - progress.step)
    if progress.readings and progress.phase is not Phase.WRITING:
        told.append(words.text("history.job.speed", count=words.number(progress.readings / seconds)))
    share = share_of(progress)
    if days:
        told.append(days)
    elif 0 < share < 1:
        told.append(words.text("history.job.left", time=_duration(words, seconds / share - seconds)))
    return " · ".join(told)


def _duration(words: Words, seconds: float) -> str:
    if seconds < 90:
        return words.text("history.seconds", count=words.number(seconds))
    return words.text("history.minutes", count=words.number(seconds / 60))


def _show_end(visitor: Visitor, job: Job[Any], kind: Kind) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.header(visitor.words.text(f"history.job.{_outcome(job)}"), anchor=False, width="content")
            if st.button(
                visitor.words.text("history.job.close"), key=f"history_close_{kind}", type="tertiary"
            ):
                visitor.jobs.forget(job.key)
                st.rerun()
        if job.error:
            notices.show(job.error)
        if isinstance(job.result, Report):
            _show_report(visitor, job.result)


def _outcome(job: Job[Any]) -> str:
    """The state at the end; an import that an error ended early is not finished."""
    report = job.result
    if job.state is not State.DONE or not isinstance(report, Report) or not report.errors:
        return job.state.value
    return "stopped" if len(report.errors) == len(report.parts) else "partly"


def _show_report(visitor: Visitor, report: Report) -> None:
    words = visitor.words
    parts = report.parts
    if any(part.delivered or part.refused for part in parts):
        _show_counts(words, parts)
    for part in parts[:SHOWN_PARTS]:
        _show_part(words, part, alone=len(parts) == 1)
        if part.is_empty and not report.cancelled:
            st.caption(words.text("history.report.nothing"))
    if len(parts) > SHOWN_PARTS:
        st.caption(words.text("history.more", count=words.number(len(parts) - SHOWN_PARTS)))
    if any(part.delivered for part in parts):
        link(visitor, "consumption", words.text("history.job.to_consumption"), icon=":material/show_chart:")


def _show_part(words: Words, part: Part, *, alone: bool) -> None:
    """Show the readings of one source by meter and flow, and its error."""
    name = words.text("common.demo_meter") if part.name == "demo" else part.name
    st.markdown(f"**{notices.plain(name)}**")
    if isinstance(part.error, SourcePaused):
        st.info(notices.plain(part.error.happened(words)), icon=":material/schedule:")
    elif part.error:
        notices.show(part.error)
    for meter, curve in part.brought.items():
        if curve.span:
            readings = words.counted("history.preview.readings", len(curve))
            facts = (
                words.meter(meter),
                written(words, curve.span),
                readings,
                words.kwh(curve.watt_minutes),
            )
            st.markdown(notices.plain(" · ".join(facts)))
            show_gaps(words, part.gaps(meter))
    if not alone and part.delivered:
        counts = {one: words.number(getattr(part, one)) for one in ("new", "changed", "unchanged")}
        st.caption(words.text("history.report.counts", **counts))
    show_refusals(words, part.refused)


def _show_counts(words: Words, parts: tuple[Part, ...]) -> None:
    cards = (
        ("new", sum(part.new for part in parts)),
        ("unchanged", sum(part.unchanged for part in parts)),
        ("changed", sum(part.changed for part in parts)),
        ("refused", sum(count_refused(part.refused) for part in parts)),
    )
    with st.container(horizontal=True):
        for name, value in cards:
            st.metric(words.text(f"history.report.{name}"), words.number(value), border=True)
