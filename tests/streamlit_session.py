"""A session with a running application over Streamlit's websocket, as in a browser tab."""

from __future__ import annotations

import re
import socket
from contextlib import ExitStack
from types import TracebackType
from typing import Self
from uuid import uuid4

import requests
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

_SECONDS = 120
_WIDGET = re.compile(r'"(\$\$ID-[0-9a-f]+-(\w+))"')
"""The id of a widget, which contains its key."""


class Session:
    """One browser tab. Use as a context manager."""

    def __init__(self, port: int, *, host: str = "", origin: str = "") -> None:
        """`host`, `origin`: values of these headers instead of the loopback address."""
        self._host = host or f"127.0.0.1:{port}"
        self._port = port
        self._origin = origin or f"http://{self._host}"
        self._socket: ClientConnection | None = None
        self._open = ExitStack()
        self._ids: dict[str, str] = {}
        self._page = ""
        self._number = ""
        self.query = ""
        """Query string of the URL."""

    def __enter__(self) -> Self:
        self._socket = self._open.enter_context(
            connect(
                f"ws://{self._host}/_stcore/stream",
                sock=socket.create_connection(("127.0.0.1", self._port)),
                origin=Origin(self._origin),
                subprotocols=[Subprotocol("streamlit")],
                max_size=None,
            )
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def open(self, query: str = "", page: str = "") -> list[str]:
        """Run a page; returns its texts."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = page
        self._send(message)
        return self._texts()

    def click(self, key: str) -> list[str]:
        """Press the button with this key on the open page; returns the texts after it."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.widget_states.widgets.add(id=self._ids[key], trigger_value=True)
        self._send(message)
        return self._texts()

    def upload(self, data: bytes) -> int:
        """Sends a file as the page would, without asking the page; the status of the answer."""
        base = f"http://{self._host}/_stcore"
        with requests.Session() as session:
            session.get(f"{base}/health", timeout=_SECONDS)
            secret = {"X-Xsrftoken": session.cookies["_streamlit_xsrf"]}
            address = f"{base}/upload_file/{self._number}/{uuid4()}"
            answer = session.put(address, files={"file": ("a.csv", data)}, headers=secret, timeout=_SECONDS)
        return answer.status_code

    def clear_cache(self) -> None:
        """Send the request of the developer menu that clears the cache, which any visitor can send."""
        message = BackMsg()
        message.clear_cache = True
        self._send(message)

    def _send(self, message: BackMsg) -> None:
        assert self._socket is not None
        self._socket.send(message.SerializeToString())

    def _texts(self) -> list[str]:
        """All texts until the script has ended; a page that switches to another runs twice."""
        assert self._socket is not None
        texts: list[str] = []
        while True:
            raw = self._socket.recv(timeout=_SECONDS)
            assert isinstance(raw, bytes)
            message = ForwardMsg()
            message.ParseFromString(raw)
            match message.WhichOneof("type"):
                case "new_session":
                    self._page = message.new_session.page_script_hash
                    self._number = message.new_session.initialize.session_id
                case "page_info_changed":
                    self.query = message.page_info_changed.query_string
                case "delta":
                    told = str(message.delta)
                    texts += re.findall(r'(?:body|label|value): "((?:[^"\\]|\\.)*)"', told)
                    self._ids |= {key: whole for whole, key in _WIDGET.findall(told)}
                case "script_finished" if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                    return texts
