"""What the readings cost, what they would have cost under other contracts, and the contract itself."""

from __future__ import annotations

from enum import StrEnum

import streamlit as st

from pages.shared.frame import page
from pages.views.bill import show_bill
from pages.views.contract_form import show_form
from pages.views.household import contract, household, say_priced, theme
from pages.views.navigator import navigator
from pages.views.offers import show_offers


class Part(StrEnum):
    """Parts of the page; only the one chosen is worked out and drawn."""

    BILL = "bill"
    COMPARE = "compare"
    CONTRACT = "contract"


def changed_part() -> None:
    st.query_params["part"] = st.session_state["part"]


guest = page("cost", needs="readings")
home = household(guest)
priced, told = contract(guest)
style = theme(guest)
wish = st.query_params.get("part")
st.session_state["part"] = Part(wish) if wish in set(Part) else Part.BILL
part = st.segmented_control(
    guest.t("cost.section.label"),
    list(Part),
    required=True,
    wrap=True,
    format_func=lambda one: guest.t(f"cost.section.{one.value}"),
    key="part",
    on_change=changed_part,
    label_visibility="collapsed",
)
say_priced(guest, home, priced, told)
if part is Part.CONTRACT:
    show_form(guest, priced)
elif not home.is_bought:
    st.info(guest.t("cost.not_bought"), icon=":material/info:")
elif part is Part.BILL:
    show_bill(guest, home, navigator(guest, home.days), priced, style)
else:
    show_offers(guest, home, navigator(guest, home.days), priced, style)
