"""An import while it runs, wherever it was started, and its report afterwards."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.errors import SourcePaused
from core.formats import kwh, moment, number
from core.importing.jobs import Job, State
from core.importing.run import Part, Progress, Report
from core.paristime import local, now_ms
from pages.shared import notices
from pages.shared.frame import link
from pages.shared.history_preview import counted, period, show_gaps, show_refusals
from pages.shared.visitor import Visitor

POLL_SECONDS = 1.0
SHOWN_PARTS = 12


def show_job(guest: Visitor) -> bool:
    """The running import, or the report of the last one; whether one runs."""
    if not guest.has_workspace:
        return False
    with notices.guard():
        key = guest.workspace.key
    job: Job[Any] | None = guest.jobs.find(key)
    if job is None:
        return False
    if not job.active:
        _show_end(guest, job)
        return False
    st.fragment(_watch, run_every=POLL_SECONDS)(guest, job, job.state)
    return True


def _watch(guest: Visitor, job: Job[Any], drawn: State) -> None:
    """Redrawn every second; once the import pauses, goes on or ends, the whole page is."""
    if not job.active or job.state is not drawn:
        st.rerun()
    with st.container(border=True):
        st.header(guest.t(f"history.job.{job.state.value}"), anchor=False)
        progress = job.progress
        if progress.waiting_until is None:
            st.progress(_share(progress), _where(guest, progress))
            st.markdown(notices.plain(_speed(guest, job)))
        else:
            _show_pause(guest, job, progress.waiting_until)
        st.caption(guest.t("history.job.leave"))
        st.button(
            guest.t("history.job.cancel"),
            icon=":material/stop_circle:",
            disabled=job.state is State.CANCELLING,
            key="history_cancel",
            on_click=job.cancel,
        )


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


def _show_pause(guest: Visitor, job: Job[Any], until: int) -> None:
    """Why it waits, until when, and what it has brought so far."""
    st.markdown(notices.plain(guest.t("history.job.resumes", moment=moment(local(until), guest.language))))
    if isinstance(job.result, Report):
        if job.result.paused:
            st.caption(notices.plain(job.result.paused.happened(guest.language)))
        _show_counts(guest, job.result.parts)


def _speed(guest: Visitor, job: Job[Any]) -> str:
    """Readings so far, how many a second, and how long it will still take."""
    spoken, progress = guest.language, job.progress
    seconds = max((now_ms() - job.started_ms) / 1000, 0.1)
    words = [counted(guest, "history.preview.readings", progress.readings)]
    if progress.steps:
        calls = number(progress.step, spoken), number(progress.steps, spoken)
        words.append(guest.t("history.job.calls", done=calls[0], of=calls[1]))
    if progress.readings:
        words.append(guest.t("history.job.speed", count=number(progress.readings / seconds, spoken)))
    share = _share(progress)
    if 0 < share < 1:
        words.append(guest.t("history.job.left", time=_duration(guest, seconds / share - seconds)))
    return " · ".join(words)


def _duration(guest: Visitor, seconds: float) -> str:
    if seconds < 90:
        return guest.t("history.seconds", count=number(seconds, guest.language))
    return guest.t("history.minutes", count=number(seconds / 60, guest.language))


def _show_end(guest: Visitor, job: Job[Any]) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.header(guest.t(f"history.job.{job.state.value}"), anchor=False, width="content")
            if st.button(guest.t("history.job.close"), key="history_close", type="tertiary"):
                guest.jobs.forget(job.key)
                st.rerun()
        if job.error:
            notices.show(job.error)
        if isinstance(job.result, Report):
            _show_report(guest, job.result)


def _show_report(guest: Visitor, report: Report) -> None:
    parts = report.parts
    if len(parts) > 1:
        _show_counts(guest, parts)
    for part in parts[:SHOWN_PARTS]:
        st.markdown(f"**{notices.plain(_name(guest, part))}**")
        if isinstance(part.error, SourcePaused):
            st.info(notices.plain(part.error.happened(guest.language)), icon=":material/schedule:")
        elif part.error:
            notices.show(part.error)
        if part.span:
            _show_part(guest, part, alone=len(parts) == 1)
        show_gaps(guest, part.gaps)
        show_refusals(guest, part.refused)
    if len(parts) > SHOWN_PARTS:
        st.caption(guest.t("history.more", count=number(len(parts) - SHOWN_PARTS, guest.language)))
    if any(part.delivered for part in parts):
        link(guest, "consumption", guest.t("history.job.to_consumption"), icon=":material/show_chart:")


def _name(guest: Visitor, part: Part) -> str:
    return guest.t("common.demo_meter") if part.name == "demo" else part.name


def _show_part(guest: Visitor, part: Part, *, alone: bool) -> None:
    meters = guest.t("history.list").join(guest.name_of(meter) for meter in part.meters)
    energy = kwh(part.watt_minutes, guest.language)
    when = period(guest, part.span) if part.span else ""
    st.markdown(notices.plain(" · ".join((meters, when, energy))))
    if alone:
        _show_counts(guest, [part])
    else:
        counts = {
            name: number(value, guest.language)
            for name, value in (("new", part.new), ("changed", part.changed), ("unchanged", part.unchanged))
        }
        st.caption(guest.t("history.report.counts", **counts))


def _show_counts(guest: Visitor, parts: tuple[Part, ...] | list[Part]) -> None:
    refused = sum(one.count for part in parts for one in part.refused)
    cards = (
        ("new", sum(part.new for part in parts)),
        ("unchanged", sum(part.unchanged for part in parts)),
        ("changed", sum(part.changed for part in parts)),
        ("refused", refused),
    )
    with st.container(horizontal=True):
        for name, value in cards:
            st.metric(guest.t(f"history.report.{name}"), number(value, guest.language), border=True)
