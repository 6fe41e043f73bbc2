"""Runs Courbe under the conditions of Streamlit Community Cloud and reports its peak memory.

Debian 13 without make, an ordinary user who cannot write to his home, a read-only checkout, 690 MB of memory,
only the pip and streamlit commands, a shared deployment on the embedded MongoDB. A real browser outside of it
imports the demo household and opens every page. Where no control group can be made (or with `--ulimit`) each
process is limited, and the sum of their memory is checked. Run as root with `.venv/bin/python`: it needs the
packages of the tests.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from debian import HOME, PACKAGES, PROJECT, USER, Impossible, Root, enclosed, require

MEMORY_BYTES: Final = 690_000_000
ENVIRONMENT: Final = "/opt/venv"
PAGES: Final = ("connect", "history", "consumption", "cost", "footprint", "laboratory", "speed", "fleet")
_GROUPS: Final = Path("/sys/fs/cgroup")
_PREFIX: Final = "courbe-cloud-"


class Group:
    """A control group (version 1 or 2) with a memory limit, and the peak memory of its processes."""

    kind = "a control group"

    def __init__(self, limit: int) -> None:
        first = (_GROUPS / "memory").is_dir()
        parent = _GROUPS / "memory" if first else _GROUPS
        for left in parent.glob(f"{_PREFIX}*"):  # by a run that was killed; one in use stays
            with suppress(OSError):
                left.rmdir()
        if not first:
            (parent / "cgroup.subtree_control").write_text("+memory")
        self._group = parent / f"{_PREFIX}{time.time_ns()}"
        self._group.mkdir()
        (self._group / ("memory.limit_in_bytes" if first else "memory.max")).write_text(str(limit))
        if not first:
            (self._group / "memory.swap.max").write_text("0")
        self._own = "total_rss" if first else "anon"
        self._events = "memory.oom_control" if first else "memory.events"
        self._ended = threading.Event()
        self.peak = 0
        """Peak memory of the processes in bytes, without the page cache."""
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def join(self) -> str:
        """A shell command that puts the shell, and every process it starts, into the group."""
        return f"echo $$ >{self._group}/cgroup.procs"

    @property
    def killed(self) -> int:
        """Number of processes that the kernel killed at the limit."""
        return _figure(self._group / self._events, "oom_kill")

    def close(self) -> None:
        """Stop measuring and remove the group."""
        self._ended.set()
        with suppress(OSError):
            self._group.rmdir()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            with suppress(OSError):
                self.peak = max(self.peak, _figure(self._group / "memory.stat", self._own))


class Ulimit:
    """Used where no control group can be made: a limit for each process, and the sum of their memory.

    The kernel enforces the limit for each process; the sum is only measured, and the run fails if it is above
    the limit.
    """

    kind = "ulimit"

    def __init__(self, limit: int, root: Path) -> None:
        self._limit, self._root = limit, str(root)
        self._ended = threading.Event()
        self.peak = 0
        """Peak memory of the processes below `root` in bytes, without mapped files."""
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def join(self) -> str:
        """A shell command that limits the processes started after it."""
        # what is reserved counts, the whole stack of each thread too: close to the limit none can begin
        return f"ulimit -d {4 * self._limit // 1024}"

    @property
    def killed(self) -> int:
        """1 if the sum was above the limit, at which a control group would have killed a process, else 0."""
        return int(self.peak > self._limit)

    def close(self) -> None:
        """Stop measuring."""
        self._ended.set()

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            self.peak = max(self.peak, sum(map(self._held, Path("/proc").glob("[0-9]*"))))

    def _held(self, process: Path) -> int:
        try:
            if str((process / "root").readlink()) != self._root:
                return 0
            return _figure(process / "status", "RssAnon:") * 1024
        except (OSError, StopIteration):  # it has ended, or is a kernel thread
            return 0


def limited(root: Path, *, ulimit: bool) -> Group | Ulimit:
    """The memory limit of Community Cloud for the processes below `root`."""
    if not ulimit:
        try:
            return Group(MEMORY_BYTES)
        except OSError as error:
            print(f"no control group can be made here ({error.strerror}): ulimit takes its place")
    return Ulimit(MEMORY_BYTES, root)


def _figure(path: Path, name: str) -> int:
    """The value of a line `name value` of a file."""
    return int(next(line.split()[1] for line in path.read_text().splitlines() if line.split()[0] == name))


def main() -> int:
    """Command line; with `--inside` it runs in the namespaces that `enclosed` made."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ulimit", action="store_true", help="without a control group")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.inside:
        try:
            replica(wanted.inside, ulimit=wanted.ulimit)
        except subprocess.CalledProcessError as error:
            print(f"FAILED: {error.cmd[-1]} ended with {error.returncode}", file=sys.stderr)
            return 1
        return 0
    try:
        require()
    except Impossible as why:
        print(f"Community Cloud cannot be acted out on this machine: {why}.", file=sys.stderr)
        return 1
    return enclosed(Path(__file__), ["--ulimit"] if wanted.ulimit else [])


def replica(folder: Path, *, ulimit: bool) -> None:
    """Install Courbe in a fresh root file system, open every page and print the memory used.

    Raises AssertionError when a page fails or the memory limit killed a process, CalledProcessError when a
    command of the installation fails.
    """
    root = Root(folder, "trixie", PACKAGES)
    root.run("dpkg", "--purge", "make")
    print(f"== {root.name}, as Streamlit Community Cloud starts it", flush=True)
    root.keep_pip_cache()
    root.run("install", "--directory", f"--owner={USER}", ENVIRONMENT)
    root.run("chown", "-R", "root:root", str(HOME / root.checkout.name))
    begun = time.monotonic()
    root.run("python3", "-m", "venv", ENVIRONMENT, user=True)
    root.run(f"{ENVIRONMENT}/bin/pip", "install", "--quiet", "-r", "requirements.txt", user=True)
    print(f"pip install -r requirements.txt: {time.monotonic() - begun:.0f} s", flush=True)
    root.run("sh", "-c", f"chown root:root {HOME} && chmod 755 {HOME}")
    memory = limited(root.path, ulimit=ulimit)
    try:
        with application(root, memory) as (url, log):
            print(f"answers; its processes hold {memory.peak / 1e6:.0f} MB", flush=True)
            try:
                walk(url, lambda name: print(f"  {name}: {memory.peak / 1e6:.0f} MB so far", flush=True))
                assert "Traceback" not in log.read_text()
            except AssertionError:
                print(f"{log.read_text()[-5000:]}")
                raise
        print(f"peak memory: {memory.peak / 1e6:.0f} of {MEMORY_BYTES / 1e6:.0f} MB, kept by {memory.kind}")
        assert memory.killed == 0
    finally:
        memory.close()


@contextmanager
def application(root: Root, memory: Group | Ulimit) -> Iterator[tuple[str, Path]]:
    """Run `streamlit run streamlit_app.py` until the end of the block; yields its URL and its log file."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = ["--server.headless=true", "--server.address=localhost", f"--server.port={port}"]
    streamlit = [f"{ENVIRONMENT}/bin/streamlit", "run", "streamlit_app.py", *flags]
    command = root.command(*streamlit, user=True, COURBE_DEPLOYMENT="shared")
    log = root.path.parent / "streamlit.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            ["/bin/sh", "-c", f'{memory.join} && exec "$@"', "sh", *command], stdout=file, stderr=file
        )
    try:
        url = f"http://localhost:{port}"
        deadline = time.monotonic() + 300
        while not answers(f"{url}/_stcore/health"):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield url, log
    finally:
        process.terminate()
        process.wait(60)


def answers(url: str) -> bool:
    """Whether the health endpoint at this URL answers `ok`."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.read() == b"ok")
    except OSError:
        return False


def walk(url: str, tell: Callable[[str], None]) -> None:
    """Import the demo household in a browser, then open every page.

    Each page must open without an exception and say that readings are not kept. `tell` gets the name of each
    step.
    """
    sys.path.insert(0, str(PROJECT))
    from playwright.sync_api import expect, sync_playwright

    from tests.browser.visit import launch, visit

    with sync_playwright() as playwright:
        browser = launch(playwright)
        with visit(browser, url) as tab:
            tab.open()
            tab.expect_title("welcome.title")
            tell("welcome")
            tab.click("welcome.demo")
            tab.expect_title("consumption.title")
            tab.expect_charts()
            tell("demo imported")
            for name in PAGES:
                tab.go(name)
                tab.expect_title(f"{name}.title")
                expect(tab.page.get_by_text(tab.say("common.fleeting"))).to_be_visible()
                tell(name)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
