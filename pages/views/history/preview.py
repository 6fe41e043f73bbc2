"""Previews of what a source would import, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from core.importing.api.budget import Allowance
from core.importing.api.source import budget_of
from core.model import MANY_REFUSED, UNKNOWN_PRM, Preview, Refusal, RefusalReason, Span, share_refused
from core.paristime import local
from core.sources.source import Source
from core.texts import Words
from pages.shared import notices
from pages.shared.notices import plain
from pages.shared.visitor import Visitor

Factory = Callable[[], Sequence[Source]]
"""Makes the sources of an import; called again each time it continues after a pause."""

SHOWN_GAPS = 20


def show_preview(words: Words, title: str | None, preview: Preview) -> None:
    """Show one card: format, meter, period, number of readings, and problems."""
    with st.container(border=True):
        if title is not None:
            recognised = words.text(f"origin.{preview.origin.value}")
            st.markdown(f"**{plain(title)}** · {plain(recognised)}")
        facts = []
        if preview.meter:
            unknown = preview.meter.prm == UNKNOWN_PRM
            facts.append(words.text("history.preview.unnamed") if unknown else words.meter(preview.meter))
        if preview.span:
            facts.append(written(words, preview.span))
        if preview.readings is not None:
            facts.append(words.counted("history.preview.readings", preview.readings))
        if preview.steps:
            facts.append(every(words, [str(step) for step in preview.steps]))
        if preview.calls:
            facts.append(words.counted("history.preview.calls", preview.calls))
        st.markdown(plain(" · ".join(facts)))
        show_gaps(words, preview.gaps)
        show_refusals(words, preview.refused)
        for one in preview.assumed:
            st.caption(plain(words.assumed(one)))
        if (share := share_refused(preview)) >= MANY_REFUSED:
            st.warning(words.text("history.many_refused", share=words.percent(share)))


def every(words: Words, minutes: list[str]) -> str:
    """`every 30 min`, `every 10, 30 or 60 min`."""
    *first, last = minutes
    if not first:
        return words.text("history.preview.step", minutes=last)
    return words.text("history.preview.steps", minutes=words.text("history.list").join(first), last=last)


def written(words: Words, span: Span) -> str:
    """From the first to the last moment, in Paris time."""
    return words.period(local(span.start), local(span.end))


def show_gaps(words: Words, found: Sequence[Span]) -> None:
    """Show the number of gaps, and on demand a list of them."""
    if not found:
        return
    with st.expander(words.gaps(found), icon=":material/data_alert:"):
        st.markdown("\n".join(f"- {plain(written(words, gap))}" for gap in found[:SHOWN_GAPS]))
        if len(found) > SHOWN_GAPS:
            st.caption(words.text("history.more", count=words.number(len(found) - SHOWN_GAPS)))


def show_refusals(words: Words, refused: Iterable[Refusal]) -> None:
    """Show which rows are left out, why, and an example; rows without a value are only gaps."""
    lines = []
    for one in refused:
        if one.reason is RefusalReason.NO_VALUE:
            lines.append(f"- {words.counted('history.empty', one.count)}")
            continue
        why = words.text(f"refusal.{one.reason}")
        example = f" ({plain(one.example)})" if one.example else ""
        told = words.counted("history.refused", one.count, reason=why)
        lines.append(f"- {plain(told)}{example}")
    if lines:
        st.markdown("\n".join(lines))


def days_for(visitor: Visitor, calls: int) -> str | None:
    """The number of days that so many calls take, in words; None for one day."""
    words = visitor.words
    with notices.guard():
        allowance: Allowance = budget_of(visitor.store, visitor.settings).allowance()
    days = allowance.days_for(calls)
    if days <= 1:
        return None
    limit = words.number(allowance.limit)
    return words.text("history.api.days", days=words.number(days), limit=limit)
