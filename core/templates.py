"""Templates of what is written as HTML: what they show is escaped, a missing value is an error."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template


@cache
def template(folder: Path, name: str) -> Template:
    """A template of a folder by its file name. Raises jinja2.TemplateNotFound."""
    return Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    ).get_template(name)
