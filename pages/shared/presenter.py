"""The talk: one slide at a time in large type, and notes in a second window.

`?talk=1` to `?talk=8` is a slide, `?talk=notes` the notes, which follow the slide shown in the same
workspace.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import plotly.graph_objects as go
import streamlit as st

from core.lab.figures.style import BAR, in_words
from core.paristime import local, now_ms
from core.texts import Words
from pages.shared.frame import bare, link, show_trouble, style
from pages.shared.frame import go as leave_for
from pages.shared.visitor import Visitor

KEY: Final = "talk"
_SINCE: Final = "since"
_NOTES: Final = "notes"
_CLOCK_SECONDS: Final = 10
_HEIGHT: Final = 390
_MANY_ROWS: Final = 6
"""Number of bars above which the axis labels are dropped to make room; each bar states its figure."""
_FOLLOW_SECONDS: Final = 1
_STYLE: Final = style("presenter")
_REMOTE: Final = """<script>{
if (!window.courbeRemote) {
    window.courbeRemote = true;
    const keys = { PageDown: "talk_next", PageUp: "talk_back" };
    addEventListener("keydown", (event) => {
        const button = document.querySelector(`.st-key-${keys[event.key]} button`);
        if (button) { event.preventDefault(); button.click(); }
    });
}
}</script>"""
"""A presenter's remote control sends page up and page down, but a button has one shortcut only."""


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide.

    `figure`: the large figure; `said`: the sentence below it; `measured`: when and where it was measured;
    `live`: starts the measurement again; `watch`: draws its progress.
    """

    figure: str
    said: str
    chart: go.Figure | None = None
    measured: str = ""
    live: Callable[[], None] | None = None
    watch: Callable[[], object] | None = None


Slides = Mapping[str, Callable[[Visitor], Slide]]
"""Functions by code, in order. Texts: `talk.<code>.title`, and `talk.note.<code>` for the notes."""


def is_asked_for() -> bool:
    """Whether the URL asks for the talk or its notes."""
    return KEY in st.query_params


def begin(visitor: Visitor) -> None:
    """Switch to the first slide and start the clock."""
    leave_for(visitor, "welcome", {KEY: "1", _SINCE: str(now_ms() // 1000)})


def present(slides: Slides) -> None:
    """Draw the slide, or the notes, that the URL asks for."""
    visitor = bare("talk")
    st.html(f"<style>{_STYLE}</style>{_REMOTE}", unsafe_allow_javascript=True)
    if visitor.trouble:
        show_trouble(visitor, visitor.trouble)
        return
    if st.query_params[KEY] == _NOTES:
        st.fragment(_notes, run_every=_FOLLOW_SECONDS)(visitor, list(slides))
        return
    if not visitor.meters:
        st.info(visitor.words.text("talk.needs"), icon=":material/info:")
        link(visitor, "welcome", visitor.words.text("common.empty.demo"), icon=":material/home:")
        return
    step = _step(len(slides))
    visitor.talk_step = step
    _draw(visitor, list(slides)[step], list(slides.values())[step], step, len(slides))


def _step(count: int) -> int:
    wish = st.query_params[KEY]
    return min(max(int(wish) if wish.isdecimal() else 1, 1), count) - 1


def _draw(visitor: Visitor, code: str, make: Callable[[Visitor], Slide], step: int, count: int) -> None:
    words = visitor.words
    slide = make(visitor)
    title = words.text(f"talk.{code}.title")
    # our own HTML around texts and numbers, which are escaped
    st.html(
        f'<div class="talk"><h1>{html.escape(title)}</h1>'
        f'<p class="figure">{html.escape(slide.figure)}</p>'
        f'<p class="said">{html.escape(slide.said)}</p></div>'
    )
    if slide.chart is not None:
        chart = _large(slide.chart, dark=st.context.theme.type == "dark")
        st.plotly_chart(
            chart,
            config={"displayModeBar": False},
            key=f"talk_chart_{code}",
            alt=in_words(title, chart, words),
        )
    if slide.watch:
        slide.watch()
    if slide.measured:
        st.caption(slide.measured)
    _controls(visitor, slide, step, count)


def _large(figure: go.Figure, *, dark: bool) -> go.Figure:
    """Adapt a chart to a projector: large type, and a height that fits 768 lines."""
    ink = "#f3f6fb" if dark else "#0b1424"
    for axis in (figure.update_xaxes, figure.update_yaxes):
        axis(tickfont={"size": 15, "color": ink}, title_font={"size": 15, "color": ink})
    figure.update_layout(height=_HEIGHT, legend_font={"size": 15, "color": ink})
    rows = len(figure.layout.annotations)
    if rows:
        margin = figure.layout.margin
        figure.update_layout(margin_b=min(margin.b, 85))
        if rows > _MANY_ROWS and all(trace.showlegend is False for trace in figure.data):
            figure.update_xaxes(showticklabels=False, title=None)
            figure.update_layout(margin_b=8)
        row = (_HEIGHT - margin.t - figure.layout.margin.b) / (rows + 0.05)
        # the label is above its bar, whose height depends on that of the row
        figure.update_annotations(font={"size": 17, "color": ink}, yshift=row * BAR / 2 + 11)
    return figure


def _controls(visitor: Visitor, slide: Slide, step: int, count: int) -> None:
    words = visitor.words
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            words.text("talk.previous"),
            icon=":material/arrow_back:",
            shortcut="Left",
            disabled=step == 0,
            on_click=_turn,
            args=(step,),
            key="talk_back",
        )
        st.button(
            words.text("talk.next"),
            icon=":material/arrow_forward:",
            shortcut="Right",
            type="primary",
            disabled=step == count - 1,
            on_click=_turn,
            args=(step + 2,),
            key="talk_next",
        )
        where = words.text("talk.where", step=step + 1, steps=count)
        st.markdown(f"**{where}**", width="content")
        st.fragment(_clock, run_every=_CLOCK_SECONDS)(words, st.query_params.get(_SINCE, ""))
        if slide.live and st.button(
            words.text("talk.live"), icon=":material/play_arrow:", shortcut="M", key="talk_live"
        ):
            slide.live()
        st.link_button(
            words.text("talk.notes"),
            "?" + urlencode(visitor.query | {KEY: _NOTES}),
            icon=":material/speaker_notes:",
            help=words.text("talk.notes_help"),
        )
        if st.button(words.text("talk.leave"), icon=":material/close:", shortcut="Esc", key="talk_leave"):
            leave_for(visitor, "welcome")


def _turn(step: int) -> None:
    st.query_params[KEY] = str(step)


def _clock(words: Words, since: str) -> None:
    """Show the time of day, and the minutes since the talk began."""
    now = now_ms()
    told = words.time(local(now))
    if since.isdecimal():
        minutes = max(now // 1000 - int(since), 0) // 60
        told = f"{told} · {words.text('talk.elapsed', minutes=words.number(minutes))}"
    st.markdown(f":material/schedule: {told}", width="content")


def _notes(visitor: Visitor, codes: Sequence[str]) -> None:
    """Show what to say, likely questions with answers, and what to run, for the current slide."""
    words, step = visitor.words, visitor.talk_step
    st.title(words.text("talk.note.title"), anchor=False)
    if step is None:
        st.info(words.text("talk.note.waiting"), icon=":material/hourglass_top:")
        return
    code = codes[min(step, len(codes) - 1)]
    where = words.text("talk.where", step=step + 1, steps=len(codes))
    st.subheader(f"{where} — {words.text(f'talk.{code}.title')}", anchor=False)
    for part in ("say", "asked", "answer"):
        st.html(
            f'<div class="notes"><b>{html.escape(words.text(f"talk.note.{part}"))}</b>'
            f"<p>{html.escape(words.text(f'talk.note.{code}.{part}'))}</p></div>"
        )
    st.markdown(f"**{words.text('talk.note.run')}**")
    st.code(words.text(f"talk.note.{code}.run"), language="shell", wrap_lines=True)
    if step + 1 < len(codes):
        st.caption(f"→ {words.text(f'talk.{codes[step + 1]}.title')}")
