"""An import while it runs, wherever it was started, and its report afterwards."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from core.errors import SourcePaused
from core.formats import counted, kwh, labelled, moment, number
from core.importing.run import Part, Report
from core.jobs import Job, Progress, State
from core.model import count_refused
from core.paristime import local, now_ms
from pages.shared import notices
from pages.shared.frame import link
from pages.shared.visitor import Visitor
from pages.views.history.preview import days_for, show_gaps, show_refusals, written

POLL_SECONDS = 1.0
SHOWN_PARTS = 12
Kind = Literal["api", "others"]
"""Where an import gets its readings: one of each runs at a time."""


def key_of(guest: Visitor, kind: Kind) -> str:
    """The registry's key of an import in this visitor's workspace. Conso API has one of its own: an import
    that pauses for a day keeps nobody from importing files. StorageError."""
    return f"{guest.workspace.key}:api" if kind == "api" else guest.workspace.key


def show_job(guest: Visitor, kind: Kind) -> bool:
    """The running import from there, or the report of the last one; whether one runs."""
    job = _job(guest, kind)
    if job is None:
        return False
    if not job.active:
        _show_end(guest, job, kind)
        return False
    st.fragment(_watch, run_every=POLL_SECONDS)(guest, job, job.state, kind)
    return True


def tells(guest: Visitor, code: str) -> bool:
    """Whether the report of the API shown on this page tells this error already."""
    job = _job(guest, "api")
    if job is None or job.active or not isinstance(job.result, Report):
        return False
    return code in [error.code for error in job.result.errors]


def _job(guest: Visitor, kind: Kind) -> Job[Any] | None:
    if not guest.has_workspace:
        return None
    with notices.guard():
        key = key_of(guest, kind)
    return guest.jobs.find(key)


def _watch(guest: Visitor, job: Job[Any], drawn: State, kind: Kind) -> None:
    """Redrawn every second; once the import pauses, goes on or ends, the whole page is."""
    if not job.active or job.state is not drawn:
        st.rerun()
    with st.container(border=True):
        st.header(guest.t(f"history.job.{job.state.value}"), anchor=False)
        if job.state == State.PAUSED:
            _show_pause(guest, job)
        else:
            _show_progress(guest, job.progress)
        st.caption(guest.t("history.job.leave"))
        st.button(
            guest.t("history.job.cancel"),
            icon=":material/stop_circle:",
            disabled=job.state is State.CANCELLING,
            key=f"history_cancel_{kind}",
            on_click=job.cancel,
        )


def _show_progress(guest: Visitor, progress: Progress) -> None:
    st.progress(_share(progress), _where(guest, progress))
    st.markdown(notices.plain(_speed(guest, progress)))
    until = progress.waiting_until
    if until is not None and until > now_ms():
        why = guest.t(f"error.{progress.waiting_for}.title")
        told = guest.t("history.job.again", why=why, time=f"{local(until):%H:%M:%S}")
        st.info(notices.plain(told), icon=":material/schedule:")


def _share(progress: Progress) -> float:
    done, of = (
        (progress.readings, progress.expected) if progress.expected else (progress.step, progress.steps or 0)
    )
    return min(done / of, 1.0) if of else 0.0


def _where(guest: Visitor, progress: Progress) -> str:
    share = _share(progress)
    if progress.expected and share >= 1:
        return guest.t("history.job.writing")
    return notices.plain(progress.source or guest.t("history.job.beginning"))


def _show_pause(guest: Visitor, job: Job[Any]) -> None:
    """Why it waits, until when, what is still to come, and what it has brought so far."""
    progress, lines = job.progress, [job.progress.source]
    if progress.waiting_until is not None:
        when = moment(local(progress.waiting_until), guest.language)
        lines.append(guest.t("history.job.resumes", moment=when))
    if progress.steps:
        left = progress.steps - progress.step
        to_go, days = counted("history.api.to_go", left, guest.language), days_for(guest, left)
        lines.append(labelled(to_go, days, guest.language) if days else to_go)
    st.markdown("  \n".join(notices.plain(line) for line in lines))
    if isinstance(job.result, Report):
        if job.result.paused:
            st.caption(notices.plain(job.result.paused.happened(guest.language)))
        _show_counts(guest, job.result.parts)


def _speed(guest: Visitor, progress: Progress) -> str:
    """Readings so far, how many a second, and how long it will still take: no time is told for calls that
    another day must send."""
    spoken = guest.language
    seconds = max((now_ms() - progress.began_ms) / 1000, 0.1)
    words = [counted("history.preview.readings", progress.readings, spoken)]
    days = None
    if progress.steps:
        calls = number(progress.step, spoken), number(progress.steps, spoken)
        words.append(guest.t("history.job.calls", done=calls[0], of=calls[1]))
        days = days_for(guest, progress.steps - progress.step)
    if progress.readings:
        words.append(guest.t("history.job.speed", count=number(progress.readings / seconds, spoken)))
    share = _share(progress)
    if days:
        words.append(days)
    elif 0 < share < 1:
        words.append(guest.t("history.job.left", time=_duration(guest, seconds / share - seconds)))
    return " · ".join(words)


def _duration(guest: Visitor, seconds: float) -> str:
    if seconds < 90:
        return guest.t("history.seconds", count=number(seconds, guest.language))
    return guest.t("history.minutes", count=number(seconds / 60, guest.language))


def _show_end(guest: Visitor, job: Job[Any], kind: Kind) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.header(guest.t(f"history.job.{_outcome(job)}"), anchor=False, width="content")
            if st.button(guest.t("history.job.close"), key=f"history_close_{kind}", type="tertiary"):
                guest.jobs.forget(job.key)
                st.rerun()
        if job.error:
            notices.show(job.error)
        if isinstance(job.result, Report):
            _show_report(guest, job.result)


def _outcome(job: Job[Any]) -> str:
    """How it ended: an import that an error ended early is not finished."""
    report = job.result
    if job.state is not State.DONE or not isinstance(report, Report) or not report.errors:
        return job.state.value
    return "stopped" if len(report.errors) == len(report.parts) else "partly"


def _show_report(guest: Visitor, report: Report) -> None:
    parts = report.parts
    if any(part.delivered or part.refused for part in parts):
        _show_counts(guest, parts)
    for part in parts[:SHOWN_PARTS]:
        _show_part(guest, part, alone=len(parts) == 1)
        if part.is_empty and not report.cancelled:
            st.caption(guest.t("history.report.nothing"))
    if len(parts) > SHOWN_PARTS:
        st.caption(guest.t("history.more", count=number(len(parts) - SHOWN_PARTS, guest.language)))
    if any(part.delivered for part in parts):
        link(guest, "consumption", guest.t("history.job.to_consumption"), icon=":material/show_chart:")


def _show_part(guest: Visitor, part: Part, *, alone: bool) -> None:
    """What one source brought, meter by meter and flow by flow, and how it ended."""
    name = guest.t("common.demo_meter") if part.name == "demo" else part.name
    st.markdown(f"**{notices.plain(name)}**")
    if isinstance(part.error, SourcePaused):
        st.info(notices.plain(part.error.happened(guest.language)), icon=":material/schedule:")
    elif part.error:
        notices.show(part.error)
    spoken = guest.language
    for meter, curve in part.brought.items():
        if curve.span:
            readings = counted("history.preview.readings", len(curve), spoken)
            facts = (
                guest.name_of(meter),
                written(guest, curve.span),
                readings,
                kwh(curve.watt_minutes, spoken),
            )
            st.markdown(notices.plain(" · ".join(facts)))
            show_gaps(guest, part.gaps(meter))
    if not alone and part.delivered:
        counts = {one: number(getattr(part, one), spoken) for one in ("new", "changed", "unchanged")}
        st.caption(guest.t("history.report.counts", **counts))
    show_refusals(guest, part.refused)


def _show_counts(guest: Visitor, parts: tuple[Part, ...]) -> None:
    cards = (
        ("new", sum(part.new for part in parts)),
        ("unchanged", sum(part.unchanged for part in parts)),
        ("changed", sum(part.changed for part in parts)),
        ("refused", sum(count_refused(part.refused) for part in parts)),
    )
    with st.container(horizontal=True):
        for name, value in cards:
            st.metric(guest.t(f"history.report.{name}"), number(value, guest.language), border=True)
