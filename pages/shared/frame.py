"""The frame of every page: configuration, navigation, title, language, empty state."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import streamlit as st
from pydantic import ValidationError

from core.errors import InputError, StorageError
from core.model import DEMO_PRM
from core.storage.upkeep.shapes import NAME_TAKEN
from core.texts import Language, Words
from pages.shared import mending, notices
from pages.shared.choice import by_visitor
from pages.shared.visitor import Visitor, language, speak, visitor

Needs = Literal["nothing", "storage", "readings"]

WELCOME: Final = "streamlit_app.py"
_PAGES: Final = Path(__file__).parent.parent
_WALK: Final = ("connect", "history", "consumption", "cost", "footprint", "laboratory", "speed", "fleet")
STEPS: Final = tuple(name for name in _WALK if (_PAGES / f"{name}.py").is_file())
"""The walk, as far as its pages were there when the application started."""
_MEASURES: Final = frozenset({"footprint", "laboratory", "speed", "fleet"})
"""Pages that are done once something of the visitor's own was measured there, not once they were seen."""
_DONE, _HERE, _AHEAD = (
    ":material/check_circle:",
    ":material/radio_button_checked:",
    ":material/radio_button_unchecked:",
)

_SCRIPT: Final = """{
document.documentElement.lang = "LANGUAGE";
document.documentElement.dataset.page = "PAGE";
const app = document.querySelector('[data-testid="stApp"]');
if (app) document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme;
if (!window.courbeSwipes) {
    window.courbeSwipes = true;
    document.addEventListener("touchstart", event => {
        if (event.target.closest?.(".draglayer")) event.stopPropagation();
    }, {capture: true, passive: true});
}
if (innerWidth < 768) document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}"""


def style(name: str) -> str:
    """The style sheet of this folder with this name, without its comments."""
    text = Path(__file__).with_name(f"{name}.css").read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/\s*", "", text, flags=re.DOTALL)


_STYLE: Final = style("frame")


def page(name: str, *, needs: Needs = "storage", lead: bool = True, of_meter: bool = True) -> Visitor:
    """Begins a page; every page calls it first. Returns the visitor.

    Draws configuration, navigation, language, title and lead (`<name>.title`, `<name>.lead`; without `lead`
    what the page shows first says it). A page that needs storage or readings ends here, with the cure or the
    way to the step before, where there are none. `of_meter`: it shows one meter, which can be chosen.
    """
    visitor = bare(name)
    words, trouble = visitor.words, visitor.trouble
    _sidebar(visitor, name, trouble)
    _title(visitor, words.text(f"{name}.title"), of_readings=needs == "readings" and not trouble)
    if lead:
        st.markdown(words.text(f"{name}.lead"))
    if visitor.lost_workspace:
        st.info(words.text("common.workspace.lost"), icon=":material/info:")
    if needs != "nothing" and trouble:
        show_trouble(visitor, trouble)
        st.stop()
    if needs == "readings":
        _require_readings(visitor)
        if of_meter:
            _meter_chooser(visitor)
    if not trouble and visitor.has_workspace and name not in _MEASURES:
        visitor.steps.add(name)
    return visitor


def bare(name: str) -> Visitor:
    """Configuration, language and storage of a page that draws everything else itself."""
    words = Words(language())
    title = words.text(f"{name}.title")
    st.set_page_config(
        page_title="Courbe" if name == "welcome" else f"{title} · Courbe",
        page_icon="⚡",
        layout="wide",
    )
    visitor = _visitor()
    visitor.refresh()
    _dress(name, visitor)
    visitor.trouble = _open_storage(visitor)
    return visitor


def show_trouble(visitor: Visitor, trouble: StorageError) -> None:
    """Show why MongoDB cannot be used, and links to the cure."""
    notices.show(trouble)
    if trouble.code == NAME_TAKEN and visitor.capabilities.own_uri:
        mending.offer(visitor)
    if visitor.capabilities.own_uri:
        link(visitor, "connect", visitor.words.text("common.to_connect"), icon=":material/arrow_forward:")


def link(
    visitor: Visitor,
    name: str,
    label: str,
    *,
    icon: str | None = None,
    help: str | None = None,  # noqa: A002 - as Streamlit calls it
    more: Mapping[str, str] | None = None,
) -> None:
    """A link to another page that keeps the language and the workspace; `more` joins its address."""
    query = visitor.query | dict(more or {})
    st.page_link(path_of(name), label=label, icon=icon, help=help, query_params=query)


def go(visitor: Visitor, name: str, more: Mapping[str, str] | None = None) -> None:
    """Switch to another page; `more` is added to the parameters of its URL."""
    st.switch_page(path_of(name), query_params=visitor.query | dict(more or {}))


def path_of(name: str) -> str:
    """The file of a page, as Streamlit expects it."""
    return WELCOME if name == "welcome" else f"pages/{name}.py"


def _visitor() -> Visitor:
    try:
        return visitor()
    except StorageError as full:
        notices.show(full)
        st.stop()
    except ValidationError as error:
        names = ", ".join(sorted({f"COURBE_{str(fault['loc'][0]).upper()}" for fault in error.errors()}))
        notices.show(InputError("settings", names=names))
        st.stop()
    except (UnicodeDecodeError, OSError):
        notices.show(InputError("cli-env-file"))
        st.stop()


def _open_storage(visitor: Visitor) -> StorageError | None:
    """Open the storage of a visitor with a workspace; returns the error if that fails."""
    try:
        if not visitor.has_workspace:
            return None
        with st.spinner(visitor.words.text("common.opening")):
            visitor.meters  # noqa: B018 - reading it opens the store
    except StorageError as error:
        return error
    return None


def _sidebar(visitor: Visitor, name: str, trouble: StorageError | None) -> None:
    words = visitor.words
    with st.sidebar:
        link(visitor, "welcome", "**Courbe**", icon="⚡")
        for step in STEPS:
            link(visitor, step, words.text(f"common.nav.{step}"), icon=_icon(visitor, step, name, trouble))
        st.divider()
        st.segmented_control(
            words.text("common.language"),
            list(Language),
            default=visitor.language,
            required=True,
            format_func=lambda one: one.locale.name,
            key="language",
            on_change=_changed_language,
            label_visibility="collapsed",
        )
        if not trouble and visitor.has_workspace and not visitor.lasting:
            st.warning(visitor.words.text("common.fleeting"), icon=":material/history_toggle_off:")
        if visitor.is_shared and not trouble:
            _workspace_box(visitor)


def _icon(visitor: Visitor, step: str, here: str, trouble: StorageError | None) -> str:
    if step == here:
        return _HERE
    if trouble or not visitor.has_workspace:
        return _AHEAD
    done = step == "connect" or (bool(visitor.meters) and (step == "history" or step in visitor.steps))
    return _DONE if done else _AHEAD


@by_visitor
def _changed_language() -> None:
    speak(Language(st.session_state["language"]))


def _workspace_box(visitor: Visitor) -> None:
    """Show when a guest's data expire, and the button that erases them, with one confirmation."""
    words = visitor.words
    if not visitor.has_workspace:
        st.caption(words.text("common.workspace.none"))
        return
    if visitor.expires:
        st.caption(words.text("common.workspace.expires", moment=words.moment(visitor.expires)))
    with st.popover(words.text("common.workspace.erase"), icon=":material/delete:"):
        st.markdown(words.text("common.workspace.erase_what"))
        sure = st.button(
            words.text("common.erase_yes"),
            type="primary",
            icon=":material/delete_forever:",
            key="erase_workspace",
        )
    if sure:
        with notices.guard():
            visitor.erase()
        go(visitor, "welcome")


def _require_readings(visitor: Visitor) -> None:
    words = visitor.words
    if visitor.meters:
        return
    with st.container(border=True):
        st.header(words.text("common.empty.title"), anchor=False)
        st.markdown(words.text("common.empty.text"))
        link(visitor, "history", words.text("common.empty.import"), icon=":material/download:")
        link(visitor, "welcome", words.text("common.empty.demo"), icon=":material/home:")
    st.stop()


def _title(visitor: Visitor, title: str, *, of_readings: bool) -> None:
    """Show the title; for the demo household also a badge and a button that erases it."""
    meter = visitor.meter if of_readings else None
    if meter is None or meter.prm != DEMO_PRM:
        st.title(title, anchor=False)
        return
    words = visitor.words
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        st.badge(words.text("common.demo_meter"), icon=":material/science:", color="orange")
        away = st.button(
            words.text("common.demo_away"),
            type="tertiary",
            icon=":material/close:",
            help=words.text("common.demo_away.help"),
            key="demo_away",
        )
    if away:
        with notices.guard():
            visitor.store.erase(meter)
        st.rerun()


def _meter_chooser(visitor: Visitor) -> None:
    meters = [summary.meter for summary in visitor.meters]
    if len(meters) < 2:
        return
    chosen = st.selectbox(
        visitor.words.text("common.meter"),
        meters,
        index=meters.index(visitor.meter) if visitor.meter else 0,
        format_func=visitor.words.meter,
        key="meter",
        label_visibility="collapsed",
    )
    visitor.choose(chosen)


def _dress(name: str, visitor: Visitor) -> None:
    """Adapt the page in the browser by script and style; `name` makes the script run on each page.

    Sets the language of the page for browser and screen readers; closes the navigation that covers a phone's
    screen; reduces the space below the header; gives the primary button of the dark theme a dark text, as its
    colour is bright; lets long links wrap; keeps a finger's swipe from charts, which would take it for a drag
    (taps reach them as clicks); translates Streamlit's uploader and date fields, which are in English only;
    hides the hint at the Enter key.
    """
    words = visitor.words
    script = _SCRIPT.replace("LANGUAGE", words.language.value).replace("PAGE", name)
    day, month, year = words.text("common.date_pattern").split("/")
    spoken = {
        "choose": words.text("common.upload.choose"),
        "limit": words.text("common.upload.limit", size=visitor.upload_megabytes),
        "day": day,
        "month": month,
        "year": year,
    }
    root = "".join(f"--{name}: {json.dumps(text, ensure_ascii=False)};" for name, text in spoken.items())
    sheet = f"<style>:root {{{root}}}\n{_STYLE}</style>"
    st.html(f"<script>{script}</script>{sheet}", unsafe_allow_javascript=True)
