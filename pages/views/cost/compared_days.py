"""Of which days a comparison is."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.consumption.advice_words import no_year_told, year_told
from core.consumption.cost.comparison import Comparison
from core.consumption.cost.contracts import Option
from core.consumption.cost.yearly import Year
from core.texts import Words
from pages.shared import notices


def say_days(words: Words, found: Comparison, names: list[str], year: Year | None) -> None:
    """Of which days the amounts are, and what all days compared come to."""
    if found.first is None or found.last is None:
        return
    days, of = words.number(found.days), words.number(found.of)
    span = words.days(found.first, found.last, capital=True)
    over = words.text("cost.compare.over", span=span, days=days, of=of)
    if year is None:
        st.caption(f"{over} {no_year_told(words)}")
        return
    lines = [year_told(words, year)]
    for name, one in zip(names, found.offers, strict=True):
        if one.contract.option is Option.TEMPO:
            red = np.array(sorted(one.contract.special.red), dtype="datetime64[D]")
            count = words.number(int(np.isin(year.counted, red).sum()))
            lines.append(words.text("cost.compare.red", offer=name, days=count))
    totals = (
        words.labelled(name, words.euros(one.euros)) for name, one in zip(names, found.offers, strict=True)
    )
    lines.append(words.text("cost.compare.whole", over=over, offers=words.listed(totals)))
    st.caption("  \n".join(map(notices.plain, lines)))
