"""Settings from the environment and `.env`; a secret is not repeated when a setting is invalid."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new working folder and home, without settings in the environment."""
    for name in os.environ:
        if name.startswith("COURBE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_line_left_blank_is_a_setting_left_out(folder: Path) -> None:
    names = [f"COURBE_{name.upper()}" for name in Settings.model_fields]
    without = load_settings()
    (folder / ".env").write_text("".join(f"{name}=\n" for name in names))
    assert load_settings() == without


@pytest.mark.parametrize("name", ["data_dir", "mongod"])
def test_a_path_may_begin_at_home(folder: Path, name: str) -> None:
    (folder / ".env").write_text(f"COURBE_{name.upper()}=~/here\n")
    assert getattr(load_settings(), name) == folder / "home" / "here"
    (folder / ".env").write_text(f"COURBE_{name.upper()}=~nobody-of-this-name/here\n")
    assert getattr(load_settings(), name) == Path("~nobody-of-this-name/here")


def test_what_cannot_be_used_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURBE_DATABASE", "hunter2/by mistake")
    with pytest.raises(ValidationError) as raised:
        load_settings()
    assert "hunter2" not in str(raised.value)


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURBE_MONGODB_URI", "mongodb://user:hunter2@host/")
    monkeypatch.setenv("COURBE_API_TOKEN", "the.hunter2.token")
    assert "hunter2" not in repr(load_settings()) + str(load_settings()) + load_settings().model_dump_json()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE", "admin"),
        ("DATABASE", "Local"),
        ("DATABASE", "config"),
        ("DATABASE", "a/b"),
        ("DATABASE", "x" * 39),
        ("WORKSPACE_HOURS", "99999999999"),
        ("API_SECONDS_BETWEEN_CALLS", "inf"),
        ("API_SECONDS_BETWEEN_CALLS", "nan"),
    ],
)
def test_what_could_only_fail_later_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"COURBE_{name}", value)
    with pytest.raises(ValidationError):
        load_settings()
