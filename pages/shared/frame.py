"""What surrounds every page: its configuration, the stepper of the walk, title, language, empty state."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import streamlit as st
from pydantic import ValidationError

from core.errors import InputError, StorageError
from core.formats import moment
from core.texts import Language, text
from pages.shared import notices
from pages.shared.visitor import Visitor, language, speak, visitor

Needs = Literal["nothing", "storage", "readings"]

WELCOME: Final = "streamlit_app.py"
_PAGES: Final = Path(__file__).parent.parent
_WALK: Final = ("connect", "history", "consumption", "cost", "footprint", "laboratory", "speed", "fleet")
STEPS: Final = tuple(name for name in _WALK if (_PAGES / f"{name}.py").is_file())
"""The walk, as far as its pages were there when the application started."""
_NAMES: Final = {Language.ENGLISH: "English", Language.FRENCH: "Français"}
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
if (innerWidth < 768) document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}"""
_STYLE: Final = """<style>
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primaryFormSubmit"] {
    color: light-dark(#ffffff, #0b1424);
}
[data-testid="stPageLink-NavLink"]:focus-visible, .modebar-btn:focus-visible {
    outline: 2px solid light-dark(#0b5cad, #7ab8ff) !important;
    outline-offset: 1px;
}
[data-testid="stMainBlockContainer"] { padding-top: 3rem; }
[data-testid="stElementContainer"]:has(> [data-testid="stHtml"] > script) { position: absolute; }
[data-testid="stMain"] [data-testid="stPageLink-NavLink"] :is(span, div, p) { white-space: normal; }
[data-testid="stFileUploaderDropzone"] button p,
[data-testid="stFileUploaderDropzoneInstructions"] span { font-size: 0; }
[data-testid="stFileUploaderDropzone"] button p::after { content: "CHOOSE"; font-size: 0.875rem; }
[data-testid="stFileUploaderDropzoneInstructions"] span::after { content: "LIMIT"; font-size: 0.875rem; }
</style>"""


def page(name: str, *, needs: Needs = "storage") -> Visitor:
    """Begins a page; every page calls it first. Returns the visitor.

    Draws configuration, navigation, language, title and lead (`<name>.title`, `<name>.lead`). A page that
    needs storage or readings ends here, with the cure or the way to the step before, where there are none.
    """
    title = text(f"{name}.title", language())
    st.set_page_config(
        page_title="Courbe" if name == "welcome" else f"{title} · Courbe",
        page_icon="⚡",
        layout="wide",
    )
    guest = _visitor()
    guest.refresh()
    _dress(name, guest.language)
    trouble = guest.trouble = _open_storage(guest)
    _sidebar(guest, name, trouble)
    st.title(title, anchor=False)
    st.markdown(guest.t(f"{name}.lead"))
    if guest.lost_workspace:
        st.info(guest.t("common.workspace.lost"), icon=":material/info:")
    if needs != "nothing" and trouble:
        show_trouble(guest, trouble)
        st.stop()
    if needs == "readings":
        _require_readings(guest)
        _meter_chooser(guest)
    if guest.has_workspace and not trouble:
        guest.steps.add(name)
    return guest


def show_trouble(guest: Visitor, trouble: StorageError) -> None:
    """Why MongoDB cannot be used, and the way to the cure."""
    notices.show(trouble)
    if guest.capabilities.own_uri:
        link(guest, "connect", guest.t("common.to_connect"), icon=":material/arrow_forward:")


def link(guest: Visitor, name: str, label: str, *, icon: str | None = None, help: str | None = None) -> None:  # noqa: A002
    """A link to another page that keeps the language and the workspace."""
    st.page_link(path_of(name), label=label, icon=icon, help=help, query_params=guest.query)


def go(guest: Visitor, name: str) -> None:
    """Leaves for another page."""
    st.switch_page(path_of(name), query_params=guest.query)


def path_of(name: str) -> str:
    """The file of a page, as Streamlit names it."""
    return WELCOME if name == "welcome" else f"pages/{name}.py"


def _visitor() -> Visitor:
    try:
        return visitor()
    except ValidationError as error:
        names = ", ".join(sorted({f"COURBE_{str(fault['loc'][0]).upper()}" for fault in error.errors()}))
        notices.show(InputError("settings", names=names))
        st.stop()
    except (UnicodeDecodeError, OSError):
        notices.show(InputError("cli-env-file"))
        st.stop()


def _open_storage(guest: Visitor) -> StorageError | None:
    """Starts or reaches MongoDB where this visitor has a workspace; the trouble, if there is any."""
    if not guest.has_workspace:
        return None
    try:
        with st.spinner(guest.t("common.opening")):
            guest.meters  # noqa: B018 - reading it opens the store
    except StorageError as error:
        return error
    return None


def _sidebar(guest: Visitor, name: str, trouble: StorageError | None) -> None:
    with st.sidebar:
        link(guest, "welcome", "**Courbe**", icon="⚡")
        for step in STEPS:
            link(guest, step, guest.t(f"common.nav.{step}"), icon=_icon(guest, step, name, trouble))
        st.divider()
        st.segmented_control(
            guest.t("common.language"),
            list(Language),
            default=guest.language,
            required=True,
            format_func=_NAMES.__getitem__,
            key="language",
            on_change=_changed_language,
            label_visibility="collapsed",
        )
        if guest.is_shared:
            _workspace_box(guest)


def _icon(guest: Visitor, step: str, here: str, trouble: StorageError | None) -> str:
    if step == here:
        return _HERE
    if trouble or not guest.has_workspace:
        return _AHEAD
    done = step == "connect" or (bool(guest.meters) and (step == "history" or step in guest.steps))
    return _DONE if done else _AHEAD


def _changed_language() -> None:
    speak(Language(st.session_state["language"]))


def _workspace_box(guest: Visitor) -> None:
    """A guest's data: until when they stay, and the button that erases them now, after one question."""
    if not guest.has_workspace:
        st.caption(guest.t("common.workspace.none"))
        return
    if guest.expires:
        st.caption(guest.t("common.workspace.expires", moment=moment(guest.expires, guest.language)))
    with st.popover(guest.t("common.workspace.erase"), icon=":material/delete:"):
        st.markdown(guest.t("common.workspace.erase_what"))
        sure = st.button(
            guest.t("common.erase_yes"),
            type="primary",
            icon=":material/delete_forever:",
            key="erase_workspace",
        )
    if sure:
        with notices.guard():
            guest.erase()
        go(guest, "welcome")


def _require_readings(guest: Visitor) -> None:
    if guest.meters:
        return
    with st.container(border=True):
        st.header(guest.t("common.empty.title"), anchor=False)
        st.markdown(guest.t("common.empty.text"))
        link(guest, "history", guest.t("common.empty.import"), icon=":material/download:")
        link(guest, "welcome", guest.t("common.empty.demo"), icon=":material/home:")
    st.stop()


def _meter_chooser(guest: Visitor) -> None:
    meters = [summary.meter for summary in guest.meters]
    if len(meters) < 2:
        return
    chosen = st.selectbox(
        guest.t("common.meter"),
        meters,
        index=meters.index(guest.meter) if guest.meter else 0,
        format_func=guest.name_of,
        key="meter",
    )
    guest.choose(chosen)


def _dress(name: str, spoken: Language) -> None:
    """Tells the browser, and screen readers, which language the page speaks; closes the navigation that a
    phone lays over the page; begins right below the header; darkens the words on the primary button of the
    dark theme, whose colour is bright because it is also the colour of chosen words; lets long links wrap;
    and says in our language what Streamlit's uploader says in English only. The page's name makes the script
    run on each."""
    script = _SCRIPT.replace("LANGUAGE", spoken.value).replace("PAGE", name)
    limit = text("common.upload.limit", spoken, size=st.get_option("server.maxUploadSize"))
    style = _STYLE.replace("CHOOSE", text("common.upload.choose", spoken)).replace("LIMIT", limit)
    st.html(f"<script>{script}</script>{style}", unsafe_allow_javascript=True)
