"""A chart with its text alternative, its data for download, and the MongoDB query for the same question."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from core.consumption.export import table_csv, table_parquet
from core.consumption.figures.theme import Chart, in_words
from core.consumption.household import Scope
from core.consumption.queries import Asked, Timing, measure, written
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor
from pages.views.household import scope_shown
from pages.views.later import later
from pages.views.table import show_columns

_CONFIG = {
    "displaylogo": False,
    "displayModeBar": True,  # for zooming, as a drag scrolls and a phone has no hover
    "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"],
}


def heading(words: Words, name: str, *, whole: bool = False) -> None:
    """Show the title of a chart. `whole`: the chart shows all known days, whatever the navigator says."""
    mark = f" :gray[·\u00a0{words.text('consumption.card.whole')}]" if whole else ""
    st.subheader(words.text(f"consumption.card.{name}") + mark, anchor=False)


def card(
    visitor: Visitor,
    name: str,
    chart: Chart,
    asked: Asked | None = None,
    *,
    lead: str = "consumption.query.lead",
    clicks: bool = False,
    whole: bool = False,
    below: bool = False,
) -> str | None:
    """Show a chart with its text and data; with `clicks` returns the clicked day (ISO), once.

    The heading and the controls of the chart come before. `lead`: key of the text about the query. `whole`:
    the chart shows all known days. `below`: it is below the first screen, and drawn when it comes near.
    """
    words = visitor.words
    draw = partial(_draw, visitor, name, chart, clicks=clicks, whole=whole)
    picked = later(name, chart.figure.layout.height, draw) if below and not visitor.at_once else draw()
    if clicks:
        picked = picked or _typed(visitor, name)
        visitor.clicks += bool(picked)
    st.caption(chart.alt)
    label = words.text("consumption.card.more" if asked else "consumption.card.data")
    more = st.expander(label, key=f"more-{name}", on_change="rerun")
    if more.open:
        with more:
            _data(words, name, chart)
            if asked:
                _query(visitor, name, asked, lead)
    return picked


def _draw(visitor: Visitor, name: str, chart: Chart, *, clicks: bool, whole: bool) -> str | None:
    """Draw the chart; returns the clicked day (ISO)."""
    # The key changes after a click, to clear the selection, and with the period. A chart of all days keeps
    # its key across periods, as the browser would draw it again.
    where = "" if whole else "-".join(st.query_params.get(part, "") for part in ("view", "day", "to"))
    key = f"{name}-{where}-{visitor.words.language.value}-{visitor.clicks}"
    config = _CONFIG | in_words(visitor.words)
    if not clicks:
        st.plotly_chart(chart.figure, key=key, config=config, alt=chart.alt)
        return None
    event = st.plotly_chart(
        chart.figure, key=key, on_select="rerun", selection_mode="points", config=config, alt=chart.alt
    )
    return _picked(event)


def _picked(event: object) -> str | None:
    points = getattr(getattr(event, "selection", None), "points", None) or []
    for point in points:
        custom = point.get("customdata")
        values = custom if isinstance(custom, (list, tuple)) else [custom]
        # The day is the last item of a point's data.
        if values and isinstance(values[-1], str) and len(values[-1]) == 10:
            return values[-1]
    return None


def _typed(visitor: Visitor, name: str) -> str | None:
    """A day (ISO) from a date field: the way to open a day by keyboard."""
    day = st.date_input(
        visitor.words.text("consumption.card.open"),
        value=None,
        format="DD/MM/YYYY",
        key=f"open-{name}-{visitor.clicks}",  # empties the field after a day was opened
        width=180,
    )
    return day.isoformat() if isinstance(day, date) else None


def _data(words: Words, name: str, chart: Chart) -> None:
    columns = chart.columns()
    show_columns(words, columns, chart.alt)
    with st.container(horizontal=True):
        for kind, make, mime in (
            ("csv", partial(table_csv, words=words), "text/csv"),
            ("parquet", table_parquet, "application/vnd.apache.parquet"),
        ):
            st.download_button(
                words.text(f"consumption.card.{kind}"),
                partial(make, columns),
                f"courbe-{name}.{kind}",
                mime,
                key=f"{kind}-{name}",
                icon=":material/download:",
                on_click="ignore",
            )


def _query(visitor: Visitor, name: str, asked: Asked, lead: str) -> None:
    words = visitor.words
    meter = visitor.meter
    if meter is None:
        return
    st.markdown(words.text(lead))
    if scope_shown(visitor, meter) is not Scope.ONE:
        st.caption(words.text("consumption.query.one_meter"))
    sides = {"series": True, "ordinary": False}
    tabs = st.tabs([words.text(f"consumption.query.{side}") for side in sides])
    for tab, time_series in zip(tabs, sides.values(), strict=True):
        shown = written(asked, meter, time_series=time_series)
        tab.code(shown, language=None, wrap_lines=True)  # a keyboard cannot scroll sideways
    if st.button(words.text("consumption.query.run"), key=f"run-{name}", icon=":material/timer:"):
        with st.spinner(words.text("consumption.query.running")), notices.guard():
            _timing(words, measure(visitor.store, asked, meter))


def _timing(words: Words, found: Timing) -> None:
    same = words.text("consumption.query.same" if found.same else "consumption.query.differs")
    st.markdown(
        words.text(
            "consumption.query.took",
            ordinary=words.quantity(found.ordinary_ms, "ms", 1),
            series=words.quantity(found.time_series_ms, "ms", 1),
            documents=words.number(found.documents),
            same=same,
        )
    )
