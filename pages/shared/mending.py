"""Shows damages of the stored readings, and the button that repairs them."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from core.storage.upkeep.damage import Damage, Kind
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor


def show_damages(visitor: Visitor) -> None:
    """Show each damage with the button that repairs them; nothing without damages."""
    if not visitor.has_workspace:
        return
    with notices.guard():
        found = [one for one in visitor.store.damages() if one.kind is not Kind.FOREIGN]
    if found:
        st.warning(_told(found, visitor.words), icon=":material/healing:")
        offer(visitor)


def offer(visitor: Visitor) -> None:
    """Show the button, and after a click the outcome of each damage."""
    words = visitor.words
    if not st.button(words.text("repair.button"), icon=":material/healing:", key="repair"):
        return
    with notices.guard(), st.spinner(words.text("common.opening")):
        mended = visitor.mend()
    if mended:
        st.info(_told(mended, words), icon=":material/healing:")
        st.button(words.text("repair.go_on"), icon=":material/refresh:", key="repaired")
        st.stop()
    st.rerun()


def _told(damages: Iterable[Damage], words: Words) -> str:
    return "\n\n".join(
        notices.plain(
            words.text(
                f"damage.{one.kind}.{one.outcome}",
                count=words.number(one.count),
                meter=words.meter(one.meter) if one.meter else "",
                collection=one.collection,
                aside=one.aside,
            )
        )
        for one in damages
    )
