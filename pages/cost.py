"""What the readings cost, what they would have cost under other contracts, and the contract itself."""

from __future__ import annotations

from enum import StrEnum

import streamlit as st

from core.consumption.periods import View
from pages.shared.choice import choice
from pages.shared.frame import link, page
from pages.views.cost.bill import show_bill
from pages.views.cost.contract_form import show_form
from pages.views.cost.offers import show_offers
from pages.views.household import contract, household, say_priced, theme
from pages.views.navigator import navigator


class Part(StrEnum):
    """Parts of the page; only the one chosen is worked out and drawn."""

    BILL = "bill"
    COMPARE = "compare"
    CONTRACT = "contract"


guest = page("cost", needs="readings")
home = household(guest)
priced, told = contract(guest)
style = theme(guest)
part = choice(
    "part",
    list(Part),
    guest.t("cost.section.label"),
    lambda one: guest.t(f"cost.section.{one.value}"),
    hide_label=True,
)
say_priced(guest, home, priced, told)
if part is Part.CONTRACT:
    show_form(guest, priced)
elif not home.is_bought:
    st.info(guest.t("cost.not_bought"), icon=":material/info:")
elif part is Part.BILL:
    show_bill(guest, home, navigator(guest, home.days), priced, style)
else:
    # A contract is chosen for all seasons: what is compared is the whole history, unless asked otherwise.
    show_offers(guest, home, navigator(guest, home.days, View.ALL), priced, style, told=told)
link(guest, "footprint", guest.t("common.to_footprint"), icon=":material/database:")
