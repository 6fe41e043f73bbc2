"""Minimal Debian root file systems, in namespaces of their own.

Nothing stays mounted or running after a script ends, even if it is killed. The machine's settings of pip,
certificates and proxies are copied in. The file systems made by debootstrap and the cache of pip are kept for
the next run in `${XDG_CACHE_HOME:-~/.cache}/courbe-fresh`.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
CACHE: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "courbe-fresh"
RELEASES: Final = ("bookworm", "trixie")
PACKAGES: Final = ("python3", "python3-venv", "make", "ca-certificates")
"""The packages that README asks for on Debian, and the certificates."""
USER: Final = "someone"
HOME: Final = Path("/home", USER)
_UID: Final = 1000
_FRESH_SECONDS: Final = 30 * 86_400
_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SETTINGS: Final = re.compile(
    r"PIP_.+|SSL_CERT_.+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|(https?|no)_proxy",
    re.IGNORECASE,
)
_FILES: Final = (
    *("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf", "/etc/xdg/pip/pip.conf"),
    "/etc/ssl/certs/ca-certificates.crt",
)
_CERTIFICATES: Final = Path("/usr/local/share/ca-certificates")
_PERSONAL_FILES: Final = (".pip/pip.conf", ".config/pip/pip.conf", ".netrc")


class Impossible(Exception):
    """Why no root file system can be made on this machine."""


def require() -> None:
    """Raise Impossible without root, namespaces or debootstrap, which is installed if that is allowed."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise Impossible("it needs root on Linux")
    if subprocess.run([*_namespaces(), "true"], capture_output=True, check=False).returncode:
        raise Impossible("namespaces cannot be made here")
    need = [PROJECT / ".ci" / "need", "debootstrap", "debootstrap"]
    if subprocess.run(need, capture_output=True, check=False).returncode:
        raise Impossible("debootstrap is not installed and cannot be")


def enclosed(script: Path, arguments: Sequence[str]) -> int:
    """Run a Python script in its own namespaces, with a new folder as `--inside`; returns its exit code."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with _locked("runs"):  # or another run would remove our folder before we lock it
        _remove_leftovers()
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=CACHE))
        held = os.open(folder, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda number, _: sys.exit(128 + number))
    command = [*_namespaces(), sys.executable, str(script), "--inside", str(folder), *arguments]
    child = subprocess.Popen(command, cwd=PROJECT)
    try:
        return child.wait()
    finally:
        child.kill()
        child.wait()
        shutil.rmtree(folder)
        os.close(held)


@contextmanager
def _locked(name: str) -> Iterator[None]:
    with (CACHE / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _namespaces() -> list[str]:
    """The command prefix; when this process ends, the child ends with all its processes and mounts."""
    alone = ["unshare", "--mount", "--pid", "--ipc", "--fork", "--kill-child", "--mount-proc", "--"]
    return ["setpriv", "--pdeathsig", "KILL", *alone]


def _remove_leftovers() -> None:
    """Remove the folders of killed runs: their locks are free."""
    for folder in CACHE.glob("run-*"):
        held = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder)
        finally:
            os.close(held)


class Root:
    """A root file system with a clone of HEAD in the home of an ordinary user. Only made in `enclosed`."""

    def __init__(self, folder: Path, release: str, packages: Sequence[str]) -> None:
        self.path = folder / "root"
        base = _base(release, packages)
        subprocess.run(["cp", "-a", "--reflink=auto", str(base), str(self.path)], check=True)
        _mount("-t", "proc", "proc", self.path / "proc")
        _mount("-t", "tmpfs", "-o", "mode=1777", "shm", self.path / "dev" / "shm")
        _mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666", "devpts", self.path / "dev" / "pts")
        self.run("useradd", "--create-home", "--uid", str(_UID), "--shell", "/bin/bash", USER)
        self._copy_settings()
        self.checkout = self.path / HOME.relative_to("/") / "courbe"
        clone = ["git", "clone", "--quiet", "--depth", "1", PROJECT.as_uri(), str(self.checkout)]
        subprocess.run(clone, check=True)
        if (PROJECT.parent / "shared" / "data").is_dir():
            shutil.copytree(PROJECT.parent / "shared" / "data", self.checkout.parent / "shared" / "data")
        self._own(self.checkout.parent)

    @property
    def name(self) -> str:
        """Name of the release, for example `Debian GNU/Linux 12 (bookworm)`."""
        told = (self.path / "etc" / "os-release").read_text(encoding="utf-8")
        return re.search(r'^PRETTY_NAME="(.*)"', told, re.MULTILINE)[1]  # type: ignore[index]

    def command(self, *command: str, user: bool = False, **environment: str) -> list[str]:
        """Command line that runs a command in the root file system, as root or as the ordinary user.

        The ordinary user cannot gain privileges.
        """
        home = str(HOME) if user else "/root"
        settings = {
            name: value
            for name, value in os.environ.items()
            if _SETTINGS.fullmatch(name) and (value[:1] != "/" or (self.path / value[1:]).exists())
        }
        given: Mapping[str, str] = {
            "HOME": home,
            "USER": USER if user else "root",
            "PATH": _PATH,
            "LANG": "C.UTF-8",
            **settings,
            **environment,
        }
        become = ["setpriv", f"--reuid={_UID}", f"--regid={_UID}", "--init-groups", "--no-new-privs"]
        folder = HOME / self.checkout.name if hasattr(self, "checkout") else Path("/")
        return [
            *("chroot", str(self.path), "/usr/bin/env", "-i", f"--chdir={folder}"),
            *(f"{name}={value}" for name, value in given.items()),
            *(become if user else []),
            *command,
        ]

    def run(self, *command: str, user: bool = False, **environment: str) -> None:
        """Run a command in the root file system and wait for it. Raises CalledProcessError."""
        subprocess.run(self.command(*command, user=user, **environment), check=True)

    def keep_pip_cache(self) -> None:
        """Mount the kept cache of pip in the home of the ordinary user."""
        kept, place = CACHE / "pip", self.path / HOME.relative_to("/") / ".cache" / "pip"
        for folder in (kept, place):
            folder.mkdir(parents=True, exist_ok=True)
        self._own(place.parent)
        self._own(kept)
        _mount("--bind", kept, place)

    def allow_apt(self) -> None:
        """Copy the apt settings of this machine; Java trusts what the system does when it is installed."""
        self.run("update-ca-certificates")
        for path in Path("/etc/apt/apt.conf.d").iterdir():
            shutil.copy(path, self.path / "etc" / "apt" / "apt.conf.d" / path.name)

    def _copy_settings(self) -> None:
        """Copy setting files of this machine; no link is followed, as it may lead out of the root."""
        personal = [(Path.home() / name, HOME / name) for name in _PERSONAL_FILES]
        named = {Path(os.environ[name]) for name in os.environ if _SETTINGS.fullmatch(name)}
        own = {
            *map(Path, _FILES),
            *_CERTIFICATES.glob("*.crt"),
            *(path for path in named if path.is_absolute()),
        }
        for source, target in (*personal, *((path, path) for path in own)):
            if source.is_file():
                place = self.path / target.relative_to("/")
                place.parent.mkdir(parents=True, exist_ok=True)
                assert place.parent.resolve().is_relative_to(self.path), place
                place.unlink(missing_ok=True)
                shutil.copy(source, place)

    def _own(self, folder: Path) -> None:
        subprocess.run(["chown", "-R", f"{_UID}:{_UID}", str(folder)], check=True)


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True)


def _base(release: str, packages: Sequence[str]) -> Path:
    """The root file system debootstrap made of a release; it is made again after 30 days."""
    base = CACHE / "-".join([release, *packages])
    with _locked("bases"):
        if base.is_dir() and time.time() - base.stat().st_mtime < _FRESH_SECONDS:
            return base
        for old in (base, draft := base.with_suffix(".new")):
            shutil.rmtree(old, ignore_errors=True)
        begun = time.monotonic()
        include = f"--include={','.join(packages)}"
        made = subprocess.run(
            ["debootstrap", "--variant=minbase", include, release, str(draft), *_mirror()],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if made.returncode:
            sys.exit(f"debootstrap failed:\n{made.stdout[-3000:]}")
        for cached in (draft / "var" / "cache" / "apt" / "archives").glob("*.deb"):
            cached.unlink()
        draft.rename(base)
        os.utime(base)
        print(f"debootstrap {release}: {time.monotonic() - begun:.0f} s", flush=True)
        return base


def _mirror() -> list[str]:
    """The Debian mirror of this machine's apt; empty on other systems, where debootstrap uses its default."""
    if "ID=debian\n" not in Path("/etc/os-release").read_text(encoding="utf-8"):
        return []
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Component: main"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return [uri.rstrip("/") for uri in told if uri.rstrip("/").endswith("/debian")][:1]
