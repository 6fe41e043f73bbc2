"""mongod processes that tests may kill, alone or as a replica set of three."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from core.storage.embedded.mongod import find_all

_SMALL = "cache_size=64M,session_max=200,log=(file_max=4MB,prealloc=false)"


class Node:
    """One mongod on its own folder: on a socket, or on a loopback port as a member of a replica set."""

    def __init__(self, folder: Path, replica_set: str = "") -> None:
        self.folder = folder
        self._replica_set = replica_set
        self.port = _free_port() if replica_set else 0
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "db").mkdir(exist_ok=True)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}" if self.port else quote(str(self.folder / "m.sock"), safe="")

    @property
    def uri(self) -> str:
        return f"mongodb://{self.address}/?directConnection=true"

    def start(self) -> None:
        program = find_all(links=self.folder)[0]
        command = [str(program.path), "--dbpath", str(self.folder / "db"), "--quiet"]
        command += ["--wiredTigerEngineConfigString", _SMALL]
        command += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        if self.port:
            command += ["--port", str(self.port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
            command += ["--replSet", self._replica_set, "--oplogSize", "64"]
        else:
            command += ["--bind_ip", str(self.folder / "m.sock"), "--unixSocketPrefix", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=program.lent.environment(os.environ), stdout=log, stderr=log
            )
        self._await()

    def kill(self) -> None:
        """Kill the mongod with -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def _await(self) -> None:
        deadline = time.monotonic() + 60
        with MongoClient[dict[str, Any]](self.uri, serverSelectionTimeoutMS=1000) as client:
            while time.monotonic() < deadline:
                assert self.process is not None
                if self.process.poll() is not None:
                    raise AssertionError(f"mongod ended: {(self.folder / 'log').read_text()[-2000:]}")
                with contextlib.suppress(PyMongoError):
                    client.admin.command("ping")
                    return
        raise AssertionError("mongod does not answer")


class ReplicaSet:
    """Three nodes that elect a primary."""

    def __init__(self, folder: Path) -> None:
        self.nodes = [Node(folder / str(number), "courbe") for number in range(3)]

    @property
    def uri(self) -> str:
        return f"mongodb://{','.join(node.address for node in self.nodes)}/?replicaSet=courbe"

    def __enter__(self) -> Self:
        for node in self.nodes:
            node.start()
        members = [{"_id": number, "host": node.address} for number, node in enumerate(self.nodes)]
        with MongoClient[dict[str, Any]](self.nodes[0].uri) as client:
            client.admin.command(
                "replSetInitiate",
                {"_id": "courbe", "members": members, "settings": {"electionTimeoutMillis": 2000}},
            )
        with MongoClient[dict[str, Any]](self.uri) as client:
            client.admin.command("ping")  # waits for a primary
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for node in self.nodes:
            if node.process is not None and node.process.poll() is None:
                node.kill()

    def primary(self) -> Node:
        with MongoClient[dict[str, Any]](self.uri) as client:
            client.admin.command("ping")
            address = client.primary
            assert address is not None
        return next(node for node in self.nodes if node.port == address[1])

    def step_down(self) -> None:
        """Make the primary step down; it closes no connections but then refuses writes."""
        with MongoClient[dict[str, Any]](self.uri) as client:
            client.admin.command("replSetStepDown", 5, force=True)


@contextlib.contextmanager
def standalone(folder: Path) -> Iterator[Node]:
    node = Node(folder)
    node.start()
    try:
        yield node
    finally:
        node.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
