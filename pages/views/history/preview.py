"""What a source would bring, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from core.formats import counted, gaps, number, period
from core.importing.api.budget import Allowance
from core.importing.api.source import budget_of
from core.model import UNKNOWN_PRM, Preview, Refusal, RefusalReason, Span
from core.paristime import local
from core.sources.source import Source
from pages.shared import notices
from pages.shared.notices import plain
from pages.shared.visitor import Visitor

Factory = Callable[[], Sequence[Source]]
"""Makes the sources of an import, anew each time it goes on after a pause."""

SHOWN_GAPS = 20


def show_preview(guest: Visitor, title: str | None, preview: Preview) -> None:
    """One card: what it is, whose, from when to when, how many readings, and what is wrong with it."""
    with st.container(border=True):
        if title is not None:
            recognised = guest.t(f"origin.{preview.origin.value}")
            st.markdown(f"**{plain(title)}** · {plain(recognised)}")
        facts = []
        if preview.meter:
            unknown = preview.meter.prm == UNKNOWN_PRM
            facts.append(guest.t("history.preview.unnamed") if unknown else guest.name_of(preview.meter))
        if preview.span:
            facts.append(written(guest, preview.span))
        if preview.readings is not None:
            facts.append(counted("history.preview.readings", preview.readings, guest.language))
        if preview.steps:
            facts.append(every(guest, [str(step) for step in preview.steps]))
        if preview.calls:
            facts.append(counted("history.preview.calls", preview.calls, guest.language))
        st.markdown(plain(" · ".join(facts)))
        show_gaps(guest, preview.gaps)
        show_refusals(guest, preview.refused)


def every(guest: Visitor, minutes: list[str]) -> str:
    """`every 30 min`, `every 10, 30 or 60 min`."""
    *first, last = minutes
    if not first:
        return guest.t("history.preview.step", minutes=last)
    return guest.t("history.preview.steps", minutes=guest.t("history.list").join(first), last=last)


def written(guest: Visitor, span: Span) -> str:
    """From the first to the last moment, in Paris time."""
    return period(local(span.start), local(span.end), guest.language)


def show_gaps(guest: Visitor, found: Sequence[Span]) -> None:
    """How many gaps there are, and a list of them on demand."""
    if not found:
        return
    with st.expander(gaps(found, guest.language), icon=":material/data_alert:"):
        st.markdown("\n".join(f"- {plain(written(guest, gap))}" for gap in found[:SHOWN_GAPS]))
        if len(found) > SHOWN_GAPS:
            st.caption(guest.t("history.more", count=number(len(found) - SHOWN_GAPS, guest.language)))


def show_refusals(guest: Visitor, refused: Iterable[Refusal]) -> None:
    """Which rows are left out, why, and one of them; rows without a value are only gaps."""
    lines = []
    for one in refused:
        if one.reason is RefusalReason.NO_VALUE:
            lines.append(f"- {counted('history.empty', one.count, guest.language)}")
            continue
        why = guest.t(f"refusal.{one.reason}")
        example = f" ({plain(one.example)})" if one.example else ""
        told = counted("history.refused", one.count, guest.language, reason=why)
        lines.append(f"- {plain(told)}{example}")
    if lines:
        st.markdown("\n".join(lines))


def days_for(guest: Visitor, calls: int) -> str | None:
    """On about how many days so many calls are sent; None where one is enough."""
    with notices.guard():
        allowance: Allowance = budget_of(guest.store, guest.settings).allowance()
    days = allowance.days_for(calls)
    if days <= 1:
        return None
    limit = number(allowance.limit, guest.language)
    return guest.t("history.api.days", days=number(days, guest.language), limit=limit)
