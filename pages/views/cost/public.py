"""Public prices and colours: their known period and sources, and the button that refreshes them.

No source is asked unless somebody presses the button.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from core.consumption.cost.contracts import Option
from core.consumption.cost.kept_market import last_refresh
from core.consumption.cost.market import REGULATED, Market, differences_on_file
from core.consumption.cost.refresh import Report, refresh
from core.consumption.cost.refresh_words import headline, known_told, step_told
from core.consumption.figures.cost import register_name
from core.jobs import Job, Progress, State
from core.paristime import local
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.table import right

POLL_SECONDS = 1.0


def show_known(visitor: Visitor, market: Market) -> None:
    """Show until when prices and colours are known, and the button."""
    words = visitor.words
    with notices.guard():
        last_time = last_refresh(visitor.store.database)
    asked = words.text("cost.known.never")
    if last_time is not None:
        asked = words.text("cost.known.asked", moment=words.moment(local(last_time[0])))
    st.subheader(words.text("cost.known.title"), anchor=False)
    st.markdown("  \n".join(notices.plain(line) for line in [*known_told(words, market), asked]))
    _refresh(visitor)


def show_sources(visitor: Visitor, market: Market, kva: int) -> None:
    """Show every price list of a power with dates and source, and where two sources differ."""
    words = visitor.words
    st.subheader(words.text("cost.known.lists"), anchor=False)
    column = {
        name: words.text(f"cost.known.column_{name}") for name in ("option", "since", "until", "source")
    }
    year = words.text("cost.known.year")
    for option in REGULATED:
        found = market.of(option, kva)
        if not found:
            continue
        names = {name: register_name(words, name, option) for name in found[0].kwh}
        rows = [
            {
                column["since"]: words.day(one.since),
                column["until"]: words.day(one.end - timedelta(days=1)) if one.end else "–",
                **{names[name]: words.number(price, 4) for name, price in one.kwh.items()},
                year: words.number(one.year, 2) if one.year is not None else "–",
                column["source"]: words.text(f"cost.source.{one.source}"),
            }
            for one in reversed(found)
        ]
        title = f"{words.text(f'cost.option.{option.value}')}, {kva} kVA"
        st.markdown(f"**{notices.plain(title)}**")
        st.dataframe(
            pd.DataFrame(rows), hide_index=True, column_config=right([*names.values(), year]), alt=title
        )
    _differences(words, kva)


def _differences(words: Words, kva: int) -> None:
    found = [one for one in differences_on_file() if one.kva == kva]
    if not found:
        return
    column = {
        name: words.text(f"cost.known.column_{name}")
        for name in ("option", "since", "price", "stands", "other")
    }
    rows = [
        {
            column["option"]: words.text(f"cost.option.{one.option.value}"),
            column["since"]: words.day(one.since),
            column["price"]: _price_name(words, one.register, one.option),
            column["stands"]: words.typed(one.stands),
            column["other"]: words.typed(one.other),
        }
        for one in found
    ]
    title = words.text("cost.known.differences")
    st.markdown(f"**{notices.plain(title)}**")
    numbers = right([column["stands"], column["other"]])
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=numbers, alt=title)
    st.caption(words.text("cost.known.differs"))


def _price_name(words: Words, register: str | None, option: Option) -> str:
    return words.text("cost.known.year") if register is None else register_name(words, register, option)


def _key(visitor: Visitor) -> str:
    return f"{visitor.workspace.key}:prices"


def _refresh(visitor: Visitor) -> None:
    """Show the button; while a refresh runs, its progress; afterwards its result."""
    words = visitor.words
    if visitor.is_shared:
        st.caption(words.text("cost.refresh.shared"))
        return
    with notices.guard():
        job: Job[Any] | None = visitor.jobs.find(_key(visitor))
    if job is not None and job.active:
        st.fragment(_watched, run_every=POLL_SECONDS)(words, job)
        return
    if st.button(
        words.text("cost.refresh.button"),
        icon=":material/sync:",
        help=words.text("cost.refresh.help"),
        key="refresh_prices",
    ):
        _begin(visitor)
    if job is not None:
        _ended(visitor, job)


def _begin(visitor: Visitor) -> None:
    spans = [one.span for one in visitor.meters if one.span]
    first = min((local(span.start).date() for span in spans), default=None)
    database, settings = visitor.store.database, visitor.settings

    def work(job: Job[Report]) -> Report:
        def tell(done: int, of: int) -> None:
            job.progress = Progress(step=done, steps=of)

        return refresh(database, settings, first, stop=job.stop, progress=tell)

    with notices.guard():
        visitor.jobs.start(_key(visitor), work)
    st.rerun()


def _watched(words: Words, job: Job[Any]) -> None:
    if not job.active:
        st.rerun()
    done, of = job.progress.step, job.progress.steps or 1
    told = words.text("cost.refresh.running")
    if job.progress.steps:
        far = words.text("cost.refresh.progress", done=words.number(done + 1), of=words.number(of))
        told = f"{told} · {far}"
    with st.container(border=True):
        st.progress(min(done / of, 1.0), text=told)
        st.button(
            words.text("cost.refresh.cancel"),
            icon=":material/stop_circle:",
            disabled=job.state is State.CANCELLING,
            key="cancel_prices",
            on_click=job.cancel,
        )


def _ended(visitor: Visitor, job: Job[Any]) -> None:
    words = visitor.words
    if job.error:
        notices.show(job.error)
    if not isinstance(job.result, Report):
        return
    report = job.result
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{notices.plain(headline(words, report))}**", width="content")
            if st.button(words.text("cost.refresh.close"), key="close_prices", type="tertiary"):
                visitor.jobs.forget(job.key)
                st.rerun()
        if report.offline:
            st.info(words.text("cost.refresh.offline_cure"), icon=":material/cloud_off:")
            return
        for step in report.steps:
            st.markdown(notices.plain(step_told(words, step)))
            if step.error:
                notices.show(step.error)
