"""Consumption: the navigator, and the charts of its period in kWh and EUR."""

from __future__ import annotations

from enum import StrEnum

import streamlit as st

from pages.shared.choice import choice
from pages.shared.frame import link, page
from pages.views.consumption.act import show_act
from pages.views.consumption.compare import show_compare
from pages.views.consumption.export import show_export
from pages.views.consumption.glance import show_glance
from pages.views.consumption.habits import show_habits
from pages.views.consumption.key_figures import say_compared, show_figures
from pages.views.consumption.overview import show_overview
from pages.views.consumption.power import show_power
from pages.views.household import contract, household, market, say_priced, theme
from pages.views.navigator import navigator, shown_in_address


class Section(StrEnum):
    """Groups of charts; only the chosen one is computed and drawn."""

    OVERVIEW = "overview"
    ACT = "act"
    HABITS = "habits"
    COMPARE = "compare"
    POWER = "power"
    EXPORT = "export"


visitor = page("consumption", needs="readings", lead=False)
words = visitor.words
home = household(visitor)
known = market(visitor)
priced, told = contract(visitor, known)
style = theme(words)
show_glance(visitor, home)
period = navigator(words, home.days, clicks=visitor.clicks)
show_figures(words, home, period, priced)
section = choice(
    "show",
    list(Section),
    words.text("consumption.section.label"),
    lambda one: words.text(f"consumption.section.{one.value}"),
    hide_label=True,
)
if section is Section.OVERVIEW:
    show_overview(visitor, home, period, priced, style)
elif section is Section.ACT:
    show_act(visitor, home, priced, known)
elif section is Section.HABITS:
    show_habits(visitor, home, period, priced, style)
elif section is Section.COMPARE:
    show_compare(visitor, home, period, style)
elif section is Section.POWER:
    show_power(visitor, home, period, priced, known, style)
else:
    show_export(visitor, home)
say_compared(words, home, period)
with st.container(horizontal=True, vertical_alignment="center"):
    say_priced(words, home, priced, told)
    link(
        visitor,
        "cost",
        words.text("consumption.priced.change"),
        icon=":material/euro:",
        more=shown_in_address(),
    )
link(visitor, "footprint", words.text("common.to_footprint"), icon=":material/database:")
