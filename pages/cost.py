"""Cost: the bill of the readings, the comparison of contracts, and the household's contract."""

from __future__ import annotations

from enum import StrEnum

import streamlit as st

from core.consumption.periods import View
from pages.shared.choice import choice
from pages.shared.frame import link, page
from pages.views.cost.bill import show_bill
from pages.views.cost.contract_form import show_form
from pages.views.cost.offers import show_offers
from pages.views.cost.public import show_known, show_sources
from pages.views.household import contract, household, market, say_priced, theme
from pages.views.navigator import navigator


class Part(StrEnum):
    """Parts of the page; only the chosen one is computed and drawn."""

    BILL = "bill"
    COMPARE = "compare"
    CONTRACT = "contract"
    SOURCES = "sources"


visitor = page("cost", needs="readings")
words = visitor.words
home = household(visitor)
known = market(visitor)
priced, told = contract(visitor, known)
style = theme(words)
part = choice(
    "part",
    list(Part),
    words.text("cost.section.label"),
    lambda one: words.text(f"cost.section.{one.value}"),
    hide_label=True,
)
say_priced(words, home, priced, told)
if part is Part.CONTRACT:
    show_form(visitor, priced, known)
elif part is Part.SOURCES:
    show_known(visitor, known)
    show_sources(visitor, known, priced.kva)
elif not home.is_bought:
    st.info(words.text("cost.not_bought"), icon=":material/info:")
elif part is Part.BILL:
    show_bill(visitor, home, navigator(words, home.days), priced, style)
else:
    # A contract applies to all seasons, so the whole history is compared by default.
    show_offers(visitor, home, navigator(words, home.days, View.ALL), priced, known, style, told=told)
if part in (Part.BILL, Part.COMPARE) and home.is_bought:
    show_known(visitor, known)
link(visitor, "footprint", words.text("common.to_footprint"), icon=":material/database:")
