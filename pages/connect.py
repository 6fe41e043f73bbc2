"""Connect: which meter, which token, which MongoDB; each check with what it found and the cure."""

from __future__ import annotations

from pages.shared.frame import page

visitor = page("connect", needs="nothing")
