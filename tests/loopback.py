"""What the HTTP servers of the tests share: start and end, sending, and faults of any server."""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Loopback:
    """A server on loopback; a context manager."""

    def __init__(self, handler: type[Handler], port: int = 0) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def rest(self, seconds: float) -> bool:
        """Wait, unless the server stops; returns whether it still runs."""
        return not self._closing.wait(seconds)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    def send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        """Send an answer; `_` in the name of a header stands for `-`."""
        self.begin(status, kind, Content_Length=str(len(body)), **headers)
        self.wfile.write(body)

    def begin(self, status: int, kind: str, **headers: str) -> None:
        """Send the head of an answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def cut(self, piece: bytes, kind: str) -> None:
        """Send a piece of a longer answer, then reset the connection."""
        self.begin(200, kind, Content_Length="5000")
        self.wfile.write(piece)
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def forever(self, piece: bytes, server: Loopback, seconds: float) -> None:
        """Send a piece again and again, until the client or the server ends."""
        while server.rest(seconds):
            try:
                self.wfile.write(piece)
                self.wfile.flush()
            except OSError:
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Log nothing."""


def tell_and_wait(lines: Iterable[str]) -> None:
    """Print the settings that use a server, and let it run until interrupted."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return
