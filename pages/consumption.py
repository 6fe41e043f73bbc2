"""What the house does, in kWh and EUR: one navigator, and the views of the days it names."""

from __future__ import annotations

from enum import StrEnum

import streamlit as st

from pages.shared.choice import choice
from pages.shared.frame import link, page, path_of
from pages.views.consumption.compare import show_compare
from pages.views.consumption.export import show_export
from pages.views.consumption.habits import show_habits
from pages.views.consumption.key_figures import show_figures
from pages.views.consumption.overview import show_overview
from pages.views.consumption.power import show_power
from pages.views.household import contract, household, say_priced, theme
from pages.views.navigator import navigator, shown_in_address


class Section(StrEnum):
    """Groups of charts; only the one chosen is worked out and drawn."""

    OVERVIEW = "overview"
    HABITS = "habits"
    COMPARE = "compare"
    POWER = "power"
    EXPORT = "export"


guest = page("consumption", needs="readings")
home = household(guest)
priced, told = contract(guest)
style = theme(guest)
period = navigator(guest, home.days)
show_figures(guest, home, period, priced, style)
with st.container(horizontal=True, vertical_alignment="center"):
    say_priced(guest, home, priced, told)
    st.page_link(
        path_of("cost"),
        label=guest.t("consumption.priced.change"),
        icon=":material/euro:",
        query_params=guest.query | shown_in_address(),
    )
section = choice(
    "show",
    list(Section),
    guest.t("consumption.section.label"),
    lambda one: guest.t(f"consumption.section.{one.value}"),
    hide_label=True,
)
if section is Section.OVERVIEW:
    show_overview(guest, home, period, priced, style)
elif section is Section.HABITS:
    show_habits(guest, home, period, priced, style)
elif section is Section.COMPARE:
    show_compare(guest, home, period, style)
elif section is Section.POWER:
    show_power(guest, home, period, priced, style)
else:
    show_export(guest, home)
link(guest, "footprint", guest.t("common.to_footprint"), icon=":material/database:")
