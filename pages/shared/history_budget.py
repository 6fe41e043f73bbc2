"""The calls to Conso API that are left: said where an import is planned, runs or pauses."""

from __future__ import annotations

from core.formats import number
from core.importing.api.budget import Allowance
from core.importing.api.source import budget_of
from pages.shared import notices
from pages.shared.visitor import Visitor


def days_for(guest: Visitor, calls: int) -> str | None:
    """On about how many days so many calls are sent; None where one is enough."""
    with notices.guard():
        allowance: Allowance = budget_of(guest.store, guest.settings).allowance()
    days = allowance.days_for(calls)
    if days <= 1:
        return None
    limit = number(allowance.limit, guest.language)
    return guest.t("history.api.days", days=number(days, guest.language), limit=limit)
