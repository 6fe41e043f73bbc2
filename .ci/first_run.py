"""Checks, as an ordinary user, what README promises for a fresh machine.

Runs README's first command, opens the page over HTTP, then uses the command line: imports the demo household,
prints its figures, and imports the files of a real household if they are beside the project. Uses the
standard library only.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import IO, Any, Final

PROJECT: Final = Path(__file__).resolve().parent.parent
REAL: Final = PROJECT.parent / "shared" / "data"
KNOWN_WH: Final = {
    "enedis_conso_heure_20221024-20240725.csv": 10_684_630,
    "enedis_conso_heure_20230809-20240725.csv": 5_830_467,
}
"""Energy (Wh) of the files of the real household, computed independently."""
CONNECT: Final = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("streamlit_app.py", default_timeout=120)
app.query_params["lang"] = sys.argv[1]
app.switch_page("pages/connect.py").run()
sys.exit("the page failed") if app.exception else print(app.error[0].value)
sys.exit(1)
"""
"""Opens the Connect page and prints the error it shows."""
PATIENCE: Final = 1800.0


class Application:
    """A process that runs README's first command."""

    def __init__(self, command: str) -> None:
        self._begun = self._spoke = time.monotonic()
        self.silence = 0.0
        self.url = ""
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command}"],
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()

    def _listen(self, lines: IO[str]) -> None:
        for line in lines:
            self.silence = max(self.silence, time.monotonic() - self._spoke)
            self._spoke = time.monotonic()
            print(f"    {line}", end="", flush=True)
            address = re.search(r"URL: (http://\S+)", line)
            if address:
                self.url = address[1]
                self._ready.set()
        self._ready.set()

    def open_page(self) -> str:
        """Wait for the address and open it; returns a sentence with the seconds it took."""
        assert self._ready.wait(PATIENCE), "no address was printed"
        assert self.url, "the command ended before it printed an address"
        while fetch(f"{self.url}/_stcore/health") != "ok":
            time.sleep(0.1)
        assert "<title>Streamlit</title>" in fetch(self.url)
        return f"{time.monotonic() - self._begun:.1f} s, never silent for more than {self.silence:.1f} s"

    def stop(self) -> None:
        """Send SIGINT, as Ctrl-C in a terminal does, and wait for the end."""
        os.killpg(self._process.pid, signal.SIGINT)
        self._process.wait(60)


def fetch(url: str) -> str:
    """The text behind a URL; empty when the connection fails."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return str(answer.read().decode())
    except ConnectionError:
        return ""


def courbe(*arguments: str) -> Any:
    """Run a command of Courbe; returns its JSON with `--json`, else its text. Raises CalledProcessError."""
    command = [str(PROJECT / ".venv/bin/python"), "-m", "core", *arguments]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout) if "--json" in arguments else done.stdout.strip()


def first_command() -> str:
    """The first line of README's first block of commands, without its comment."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    return re.search(r"^```sh\n([^\n#]+)", readme, re.MULTILINE)[1].strip()  # type: ignore[index]


def import_demo() -> None:
    """Import the demo household; its meter and both collections must hold the same number of readings."""
    courbe("import", "--demo")
    (meter,) = courbe("status", "--json")["meters"]
    print(f"demo: {meter['readings']} readings, {meter['wh']} Wh, {meter['missing']} missing")
    assert meter["readings"] > 34_000
    measured = courbe("footprint", "--json")
    counts = [measured[side]["readings"] for side in ("ordinary", "time_series")]
    print(f"footprint: {json.dumps(measured)}")
    assert counts == [meter["readings"]] * 2


def import_real_files() -> None:
    """Import each file of the real household into an empty store; its energy must equal KNOWN_WH."""
    for name, known in KNOWN_WH.items():
        if not (REAL / name).is_file():
            print(f"{name} is not beside the project: not imported")
            continue
        courbe("erase", "--yes")
        courbe("import", "--file", str(REAL / name))
        (meter,) = courbe("status", "--json")["meters"]
        print(f"{name}: {meter['readings']} readings, {meter['wh']} Wh")
        assert meter["wh"] == known
    courbe("erase", "--yes")


def lose_library() -> None:
    """Check that command and page say what to do when libcurl is missing from both wheel and system."""
    (libraries,) = PROJECT.glob(".venv/lib/python3*/site-packages/pycurl.libs")
    hidden = libraries.rename(libraries.with_suffix(".hidden"))
    python = str(PROJECT / ".venv/bin/python")
    try:
        for language in ("en", "fr"):
            for command in (["-m", "core", "status", "--lang", language], ["-c", CONNECT, language]):
                done = subprocess.run([python, *command], cwd=PROJECT, capture_output=True, text=True)
                told = (done.stdout + done.stderr).replace("\\", "")
                assert done.returncode == 1, told
                assert "pip install -r requirements.txt" in told, told
                assert "sudo apt install libcurl4" in told, told
            print(f"without libcurl: {done.stdout.strip()}", flush=True)
    finally:
        hidden.rename(libraries)


def left_running() -> list[str]:
    """Names of the mongod and streamlit processes that are still running."""
    found = (path for path in Path("/proc").glob("[0-9]*/comm"))
    return [name for path in found if (name := path.read_text().strip()) in ("mongod", "streamlit")]


def main() -> None:
    """Run all checks; raises AssertionError at the first that fails."""
    assert os.geteuid() != 0, "a fresh machine is set up by an ordinary user"
    command = first_command()
    print(f"$ {command}", flush=True)
    application = Application(command)
    try:
        print(f"page open over HTTP after {application.open_page()}", flush=True)
        import_demo()
        import_real_files()
        print(courbe("check"), flush=True)
    finally:
        application.stop()
    lose_library()
    assert left_running() == []


if __name__ == "__main__":
    sys.exit(main())
