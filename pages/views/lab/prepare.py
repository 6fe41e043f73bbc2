"""Preparation of the talk: measures and stores all its results, on any page that offers it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from core.jobs import Progress
from core.lab import jobs
from core.texts import Words
from pages.shared.visitor import Visitor
from pages.views.lab import job

METERS: Final = (10, 100, 1_000)
METERS_SHARED: Final = (10,)
_MINUTES: Final = {10: 2, 100: 4, 1_000: 12}


def show_prepare(visitor: Visitor) -> None:
    """Show the button with its choice, and the progress. Nothing without a meter."""
    words, meter = visitor.words, visitor.meter
    if meter is None:
        return
    with st.container(border=True):
        st.markdown(f"**{words.text('prepare.title')}** — {words.text('prepare.lead')}")
        choice, start = st.columns([1, 2], vertical_alignment="bottom")
        offered = METERS_SHARED if visitor.is_shared else METERS
        meters = choice.selectbox(
            words.text("prepare.meters"),
            offered,
            index=min(1, len(offered) - 1),
            format_func=words.number,
            key="prepare_meters",
        )
        if start.button(
            words.text("prepare.start"),
            icon=":material/podium:",
            disabled=job.blocked(visitor, "prepare", tell=False),
            key="prepare_start",
        ):
            job.begin(visitor, "prepare", jobs.preparation(visitor.store.patient(), meter, meters))
        found = job.watch(visitor, "prepare", lambda at: said(words, at))
        if found is None or job.busy(visitor, "prepare"):
            st.caption(words.text("prepare.time", minutes=words.number(_MINUTES[meters])))
        elif found.failed:
            kinds = [words.text(f"prepare.kind.{kind.value}") for kind, _ in found.failed]
            st.warning(words.text("prepare.failed", kinds=words.listed(kinds)))
        elif found.complete:
            st.success(words.text("prepare.done"), icon=":material/check_circle:")


def said(words: Words, at: Progress) -> str:
    """`3 of 10: Layouts`."""
    kind = words.text(f"prepare.kind.{at.source}")
    return words.text("prepare.at", step=at.step + 1, steps=at.steps or 0, kind=kind)
