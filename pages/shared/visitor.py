"""The visitor: one typed object for each browser session, kept in `st.session_state` by this module only.

Data of one visitor are never put into a shared cache.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import streamlit as st
from pydantic import SecretStr

from core.errors import StorageError
from core.importing import inbox
from core.jobs import Job, Jobs
from core.model import DEMO_PRM, Check, Meter
from core.settings import Settings
from core.sources.files import FileSource
from core.storage.record import Summary
from core.storage.store import Store
from core.storage.upkeep.damage import Damage
from core.storage.workspace import Place, Workspace
from core.texts import Language, Words
from pages.shared.house import House, house

AT_ONCE: Final = "charts_at_once"
"""Key of the session state: true where no browser can say which charts come into view, as in tests."""
_KEY: Final = "visitor"
_METER: Final = "meter"
_PARIS: Final = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a deployment allows its visitors."""

    api: bool
    own_uri: bool


@dataclass(slots=True, eq=False, weakref_slot=True)
class Visitor:
    """One browser session. Secrets are held here only."""

    _house: House
    language: Language
    token: SecretStr | None = None
    prm: str | None = None
    emptied: int = 0
    """Number of times that the field for files was emptied."""
    begun_ms: int | None = None
    """Start of the last import that was begun in this session, UTC ms."""
    clicks: int = 0
    """Number of days opened by a click on a chart."""
    at_once: bool = False
    """Whether charts below the first screen are drawn at once."""
    link: str | None = None
    lost_workspace: bool = False
    trouble: StorageError | None = None
    kept: dict[Hashable, list[FileSource]] = field(default_factory=dict)
    """Files that were read, the latest one last."""
    _own: Workspace | None = None
    _own_uri: SecretStr | None = None
    _chosen: Meter | None = None
    _made: str | None = None
    """The link of the workspace this session made."""
    _workspace: Workspace | None = None
    _meters: list[Summary] | None = None

    @property
    def settings(self) -> Settings:
        """The settings of the process."""
        return self._house.settings

    @property
    def jobs(self) -> Jobs:
        """Background jobs of the process; their keys begin with `workspace.key`."""
        return self._house.jobs

    def queued(self, work: Callable[[Job[Any]], Any]) -> Callable[[Job[Any]], Any]:
        """A measurement that waits for those of other visitors, as they would distort each other."""
        return self._house.line.queued(work)

    @property
    def upload_megabytes(self) -> int:
        """Largest file in MB; an upload stays in memory until its tab is closed."""
        return int(st.get_option("server.maxUploadSize"))

    def turn(self, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """A block for reading files: one at a time for each visitor."""
        key = self.link or str(id(self))
        return self._house.turns.taken(key, waiting)

    @property
    def is_shared(self) -> bool:
        """Whether this is a shared deployment, where each visitor has a workspace that expires."""
        return self._house.workspaces.is_shared

    @property
    def capabilities(self) -> Capabilities:
        """What this deployment allows."""
        return Capabilities(api=not self.is_shared, own_uri=not self.is_shared)

    @property
    def deployment_place(self) -> Place:
        """Kind of MongoDB of the deployment."""
        return self._house.workspaces.place

    @property
    def data_folder(self) -> Path:
        """Folder of the embedded MongoDB of the deployment. Raises StorageError."""
        return self._house.workspaces.folder.path

    @property
    def lasting(self) -> bool:
        """Whether the readings of this session are kept permanently. Raises StorageError."""
        return self.own_database or self._house.workspaces.lasting

    @property
    def workspace(self) -> Workspace:
        """The workspace of this visitor, created if there is none. Raises StorageError."""
        if self._own:
            return self._own
        if not self.has_workspace or self._workspace is None:
            self._workspace = self._house.workspaces.open()
            self.link = self._made = self._workspace.link
            if self.link:
                st.query_params["w"] = self.link
            inbox.fold(self._workspace.store)  # left by a scheduled trigger
        return self._workspace

    @property
    def has_workspace(self) -> bool:
        """False for a guest of a shared deployment without a workspace, or whose workspace is gone.

        Raises StorageError.
        """
        if self.is_shared and self.link is not None and self._workspace is None:
            self._workspace = self._house.workspaces.find(self.link)
            if self._workspace is None:
                self.begin_anew()
                self.lost_workspace = True
        return not self.is_shared or self.link is not None

    @property
    def came_by_link(self) -> bool:
        """Whether this guest opened the workspace by a link, which may be somebody else's."""
        return self.is_shared and self.link is not None and self.link != self._made

    def begin_anew(self) -> None:
        """Leave the workspace without changing it; the next import makes a new one."""
        self.link = None
        st.query_params.pop("w", None)
        self.refresh()

    @property
    def steps(self) -> set[str]:
        """The pages seen in this workspace, in this or an earlier session. Raises StorageError."""
        return self._house.steps.setdefault(self.workspace.key, set())

    @property
    def talk_step(self) -> int | None:
        """The slide shown in any window of this workspace, counted from 0; None before the talk began.

        Raises StorageError.
        """
        return self._house.talks.get(self.workspace.key) if self.has_workspace else None

    @talk_step.setter
    def talk_step(self, step: int) -> None:
        self._house.talks[self.workspace.key] = step

    @property
    def store(self) -> Store:
        """Readings of this visitor. Raises StorageError."""
        return self.workspace.store

    @property
    def meters(self) -> list[Summary]:
        """The meters with readings when this page run began, the demo household last. Raises StorageError."""
        if self._meters is None:
            found = [one for one in self.store.meters() if one.readings] if self.has_workspace else []
            self._meters = sorted(found, key=lambda one: one.meter.prm == DEMO_PRM)
        return self._meters

    @property
    def meter(self) -> Meter | None:
        """The chosen meter; None without any."""
        known = [summary.meter for summary in self.meters]
        if self._chosen in known:
            return self._chosen
        wish = st.query_params.get(_METER, "")
        if wish.isdecimal() and len(wish) < 5 and int(wish) < len(known):  # int() has a limit of digits
            return known[int(wish)]
        return known[0] if known else None

    @property
    def own_database(self) -> bool:
        """Whether this session uses a MongoDB of the visitor's own."""
        return self._own is not None

    @property
    def query(self) -> dict[str, str]:
        """URL parameters of a link to another page: language, workspace, meter."""
        carried = {"lang": self.language.value} | ({"w": self.link} if self.link else {})
        place = st.query_params.get(_METER)
        return carried | ({_METER: place} if place else {})

    @property
    def words(self) -> Words:
        """Texts and formats in this visitor's language."""
        return Words(self.language)

    def choose(self, meter: Meter) -> None:
        """Choose a meter for this session. The URL keeps only its position, which does not identify it."""
        self._chosen = meter
        known = [summary.meter for summary in self.meters]
        if meter in known[1:]:
            st.query_params[_METER] = str(known.index(meter))
        else:
            st.query_params.pop(_METER, None)

    def check_storage(self, uri: SecretStr | None = None) -> list[Check]:
        """Check a URI, or the MongoDB in use. Raises StorageError."""
        return self._house.workspaces.check(self._own_uri if uri is None else uri)

    def use_own_database(self, uri: SecretStr) -> None:
        """Use another MongoDB in this session only. Raises StorageError."""
        self._own, self._own_uri = self._house.workspaces.open_own(uri), uri
        self.refresh()

    def use_deployment_database(self) -> None:
        """Use the deployment's MongoDB again."""
        self._own = self._own_uri = None
        self.refresh()

    def erase(self) -> None:
        """Stop this workspace's jobs and delete all its readings. Raises StorageError."""
        workspace = self.workspace
        self._house.workspaces.erase(workspace)
        if workspace.link:
            self.begin_anew()
        self._chosen = None
        self.refresh()

    def mend(self) -> list[Damage]:
        """Repair this visitor's readings, also in a database that cannot be opened. Raises StorageError.

        Returns the damages with their outcomes.
        """
        store = self._own.store if self._own else None
        if store is None:
            store = self.workspace.store if self.is_shared else self._house.workspaces.unprepared()
        found = store.mend()
        self.refresh()
        return found

    @property
    def expires(self) -> datetime | None:
        """When the workspace is erased, in Paris time; None if it does not expire."""
        moment = self._workspace.expires if self._workspace else None
        return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(_PARIS) if moment else None

    def refresh(self) -> None:
        """Forget what was read for the last page run."""
        self._workspace = self._meters = None
        self.lost_workspace = False


def visitor() -> Visitor:
    """The visitor of this session, updated for this page run.

    Raises pydantic.ValidationError for invalid settings, StorageError `demonstration-full` if a shared
    deployment has no room for another tab.
    """
    found = st.session_state.get(_KEY)
    shared = house()
    if not isinstance(found, Visitor) or found._house is not shared:
        found = Visitor(shared, language())
        if not shared.admits(found):
            raise StorageError("demonstration-full")
        if found.capabilities.api:
            found.token, found.prm = shared.settings.api_token, shared.settings.prm
        st.session_state[_KEY] = found
    found.language = language()
    found.link = st.query_params.get("w") or found.link
    found.at_once = bool(st.session_state.get(AT_ONCE))
    return found


def language() -> Language:
    """The language of the URL, else of this session, else of the browser."""
    known = st.session_state.get(_KEY)
    wishes = (
        st.query_params.get("lang"),
        known.language if isinstance(known, Visitor) else None,
        (st.context.locale or "")[:2],
    )
    return next((Language(wish) for wish in wishes if wish in set(Language)), Language.ENGLISH)


def speak(chosen: Language) -> None:
    """Change the language of this session and of the URL."""
    st.query_params["lang"] = chosen.value
