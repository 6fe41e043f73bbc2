"""Choices on a page that are kept in the URL, so that a reload or a link shows the same.

The default is left out of the URL; unknown values in the URL fall back to the default.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_BETWEEN = "."
_NONE = "none"
_ON = "1"
_Option = TypeVar("_Option", bound=str | int)
_Given = ParamSpec("_Given")


def by_visitor(changed: Callable[_Given, None]) -> Callable[_Given, None]:
    """Make a callback that is for changes by the visitor, and not for a browser that is behind.

    A fragment's run that the browser asks for while the page answers a click brings what the widgets held
    before that answer, which Streamlit takes for changes of those that the answer set: the click would be
    undone; or, if it opened another page, the widget is in the session no more. What the visitor changes
    outside of a fragment runs the whole page.
    """

    @wraps(changed)
    def called(*given: _Given.args, **named: _Given.kwargs) -> None:
        context = get_script_run_ctx()
        if context is None or not context.fragment_ids_this_run:
            changed(*given, **named)

    return called


def choice(
    name: str,
    options: Sequence[_Option],
    label: str,
    says: Callable[[_Option], str],
    *,
    usual: _Option | None = None,
    hide_label: bool = False,
) -> _Option:
    """The chosen option; `usual`, or else the first, if the URL has no valid one.

    `name` is the parameter of the URL and the widget's key.
    """
    default = options[0] if usual is None else usual
    wish = st.query_params.get(name)
    st.session_state[name] = next((one for one in options if str(one) == wish), default)
    chosen = st.segmented_control(
        label,
        options,
        required=True,
        wrap=True,
        format_func=says,
        key=name,
        on_change=_keep,
        args=(name, str(default)),
        label_visibility="collapsed" if hide_label else "visible",
    )
    return default if chosen is None else chosen


@by_visitor
def _keep(name: str, usual: str) -> None:
    _put(name, str(st.session_state[name]), usual)


def several(
    name: str, options: Sequence[_Option], label: str, says: Callable[[_Option], str]
) -> list[_Option]:
    """The chosen options in their order; all by default."""
    wish = st.query_params.get(name)
    named = None if wish is None else wish.split(_BETWEEN)
    known = named is not None and set(named) <= {_NONE, *map(str, options)}
    st.session_state[name] = [one for one in options if named is None or not known or str(one) in named]
    picked: list[_Option] = st.pills(
        label,
        options,
        selection_mode="multi",
        format_func=says,
        key=name,
        on_change=_keep_several,
        args=(name, options),
    )
    return picked


@by_visitor
def _keep_several(name: str, options: Sequence[str | int]) -> None:
    chosen = st.session_state[name]
    picked = _BETWEEN.join(str(one) for one in options if one in chosen)
    _put(name, picked or _NONE, _BETWEEN.join(map(str, options)))


def switch(name: str, label: str) -> bool:
    """Whether a toggle is on; off by default."""
    st.session_state[name] = st.query_params.get(name) == _ON
    return st.toggle(label, key=name, on_change=_keep_switch, args=(name,))


@by_visitor
def _keep_switch(name: str) -> None:
    _put(name, _ON if st.session_state[name] else "", "")


def _put(name: str, chosen: str, usual: str) -> None:
    if chosen == usual:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = chosen
