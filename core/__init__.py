"""Courbe: load curves of Linky meters in MongoDB, twice."""

from typing import Final

VERSION: Final = "0.1.0"
"""Stands here alone: `pyproject.toml` reads it, `CHANGELOG.md` is compared with it."""
