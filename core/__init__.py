"""Courbe: load curves of Linky meters in MongoDB, stored in an ordinary and a time series collection."""

from typing import Final

VERSION: Final = "0.1.0"
"""The only place of the version: `pyproject.toml` reads it, a test compares `CHANGELOG.md` with it."""
