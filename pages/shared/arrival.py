"""Brings what a click has opened into view, and gives it the focus."""

from __future__ import annotations

from typing import Final

import streamlit as st

_ARRIVE: Final = """<script>{
const root = document.documentElement;
if (root.dataset["MARK"] !== "TIMES") {
    root.dataset["MARK"] = "TIMES";
    const place = document.querySelector(`PLACE`);
    const name = document.querySelector(`NAME`);
    if (place && name) {
        name.tabIndex = -1;
        place.style.scrollMarginTop = "4rem";
        place.scrollIntoView({block: "start"});
        name.focus({preventScroll: true});
    }
}
}</script>"""


def arrive(mark: str, times: int, place: str, name: str) -> None:
    """Scroll to `place` and focus `name`, both CSS selectors, once for each value of `times`.

    `mark` tells apart what counts. A reload resets both counters.
    """
    script = _ARRIVE
    for word, said in {"MARK": mark, "TIMES": str(times), "PLACE": place, "NAME": name}.items():
        script = script.replace(word, said)
    st.html(script, unsafe_allow_javascript=True)
