"""Learn: recipes of each layout, the server's documents and plans, lessons on the visitor's own readings."""

from __future__ import annotations

import json
from typing import Any, Final

import pandas as pd
import streamlit as st

from core.errors import StorageError
from core.lab.footprint import server_version
from core.lab.layouts.buckets import raw_bucket
from core.lab.layouts.catalogue import BY_CODE, LAYOUTS, TS_HOURS, available
from core.lab.learn import lessons
from core.lab.learn.calls import Call, mongosh, python
from core.lab.learn.reach import reach
from core.lab.learn.recipes import STEPS, day_of, recipe
from core.lab.sides import SIDES
from core.lab.speed import races
from core.model import Meter
from core.texts import Words
from pages.shared import notices
from pages.shared.visitor import Visitor

_SHELLS: Final = {"mongosh": "javascript", "Python": "python"}
_CODE_LINES: Final = 24
_CODE_HEIGHT: Final = 420
"""Pixels of code that is longer."""


def show_learn(visitor: Visitor) -> None:
    """Show recipes, server views, lessons and shell commands."""
    words, meter = visitor.words, visitor.meter
    st.markdown(words.text("learn.lead"))
    with notices.guard():
        version = server_version(visitor.store)
    show_recipe(words, version)
    if meter is not None:
        show_server(visitor, meter)
        show_lessons(visitor, meter, version)
    if not visitor.is_shared:
        show_shell(visitor)
    st.markdown(words.text("learn.charts"))
    st.markdown(words.text("learn.links"))


def show_recipe(words: Words, version: str) -> None:
    """Show the recipe of a layout for mongosh and Python."""
    possible = [layout.code for layout in LAYOUTS if available(layout, version)]
    code = st.selectbox(
        words.text("learn.layout"),
        possible,
        index=possible.index(TS_HOURS.code),
        format_func=lambda one: words.text(f"lab.layout.{one}"),
        key="learn_layout",
    )
    layout = BY_CODE[code]
    with st.expander(words.text("learn.sample"), icon=":material/data_object:"):
        st.code(
            json.dumps(day_of(layout)[0], default=str, indent=2, ensure_ascii=False),
            language="json",
            wrap_lines=True,
        )
    steps = recipe(layout)
    for tab, (name, language) in zip(st.tabs(list(_SHELLS)), _SHELLS.items(), strict=True):
        with tab:
            for number, step in enumerate(STEPS, 1):
                st.markdown(f"**{number}. {words.text(f'learn.step.{step}')}**")
                if steps[step]:
                    text = _written(steps[step], name)
                    # a day is 48 documents: it scrolls by itself, so that the steps stay near each other
                    height: Any = _CODE_HEIGHT if text.count("\n") > _CODE_LINES else "content"
                    st.code(text, language=language, wrap_lines=True, height=height)
                else:
                    st.caption(words.text("learn.none"))


def _written(calls: list[Call], name: str) -> str:
    return mongosh(calls) if name == "mongosh" else python(calls)


def show_server(visitor: Visitor, meter: Meter) -> None:
    """Show the raw bucket, explain plans and statistics."""
    words = visitor.words
    with st.expander(words.text("learn.bucket"), icon=":material/inventory_2:"):
        try:
            document = raw_bucket(visitor.store, meter)
        except StorageError as error:
            notices.show(error)
        else:
            st.json(_shown(_without_meter(document)), expanded=2)
    with st.expander(words.text("learn.explain"), icon=":material/account_tree:"):
        query = st.selectbox(
            words.text("learn.query"),
            [one.code for one in races.QUERIES],
            format_func=lambda one: words.text(f"speed.query.{one}"),
            index=None,
            placeholder="–",
            key="learn_explain",
        )
        if query:
            with notices.guard():
                plans = races.plans(visitor.store, meter, races.BY_CODE[query])
            for column, side in zip(st.columns(2), SIDES, strict=True):
                column.markdown(f"**{words.text(side.label)}**")
                column.json(_masked(_shown(plans[side.value]), meter), expanded=2)
    with st.expander(words.text("learn.statistics"), icon=":material/monitoring:"):
        for name in (visitor.store.ordinary.name, visitor.store.time_series.name):
            st.code(
                f"db.{name}.aggregate([{{$collStats: {{storageStats: {{}}}}}}]);",
                language="javascript",
                wrap_lines=True,
            )


def _shown(value: Any) -> Any:
    """The value as JSON, with binaries by their length."""
    return json.loads(
        json.dumps(value, default=lambda one: f"{len(one)} B" if isinstance(one, bytes) else str(one))
    )


def _without_meter(document: dict[str, Any] | None) -> Any:
    """The document with a masked PRM, as a screen may be shared."""
    if document is None:
        return {}
    meta = document["meta"]
    return document | {"meta": meta | {"prm": f"…{meta['prm'][-4:]}"}}


def _masked(value: Any, meter: Meter) -> Any:
    return json.loads(json.dumps(value).replace(meter.prm, f"…{meter.prm[-4:]}"))


def show_lessons(visitor: Visitor, meter: Meter, version: str) -> None:
    """Show a lesson with its answer."""
    words = visitor.words
    st.header(words.text("learn.lessons"), anchor=False)
    known = tuple(int(part) for part in version.split(".")[:2])
    code = st.selectbox(
        words.text("learn.pick"),
        [one.code for one in lessons.LESSONS if known >= one.since],
        format_func=lambda one: words.text(f"learn.lesson.{one}"),
        key="learn_lesson",
    )
    st.markdown(notices.plain(words.text(f"learn.lesson.{code}.text")))
    with notices.guard():
        found = lessons.learn(visitor.store, meter, lessons.BY_CODE[code])
    for tab, (name, language) in zip(st.tabs(list(_SHELLS)), _SHELLS.items(), strict=True):
        tab.code(
            found.written.shell if name == "mongosh" else found.written.python,
            language=language,
            wrap_lines=True,
        )
    if found.documents is not None:
        told = {"documents": words.number(found.documents), "keys": words.number(found.keys or 0)}
        st.markdown(f"**{words.text('learn.looked', **told)}**")
    st.caption(words.text("learn.answer"))
    st.dataframe(pd.DataFrame([_flat(row) for row in found.rows]), hide_index=True, key="learn_rows")
    if found.written.hides_meter:
        st.caption(words.text("speed.masked"))


def _flat(row: Any) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        flat |= value if isinstance(value, dict) else {name: value}
    flat.pop("prm", None)  # a screen may be shared
    return flat


def show_shell(visitor: Visitor) -> None:
    """Show how to connect with a shell or a program."""
    words = visitor.words
    st.header(words.text("learn.shell"), anchor=False)
    found = reach(visitor.store)
    if found is None:
        st.markdown(words.text("learn.shell_uri"))
        return
    st.markdown(words.text("learn.shell_lead"))
    st.code(found.shell, language="shell", wrap_lines=True)
    st.code(found.python, language="python", wrap_lines=True)
