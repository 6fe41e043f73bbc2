"""The calendar of days: a click selects a day, Shift and a click all days up to another."""

from __future__ import annotations

import re
from datetime import date, timedelta

from playwright.sync_api import Browser, expect

from core.paristime import today
from tests.browser.app import App
from tests.browser.visit import visit


def test_a_range_is_chosen_by_clicks_over_the_new_year_too(browser: Browser, demo_app: App) -> None:
    latest = today() - timedelta(days=1)
    old = date(latest.year - 1, 12, 20)
    with visit(browser, demo_app.url, viewport={"width": 1280, "height": 2000}) as tab:
        tab.open("history")
        tab.expect_charts()
        cells = tab.page.locator("[data-testid=stPlotlyChart] .barlayer .trace").first.locator(".point path")
        chosen = tab.page.get_by_test_id("stDateInput").first

        def dates(first: date, last: date) -> re.Pattern[str]:
            return re.compile(r"\D*".join(f"{one:%d}\\D*{one:%m}\\D*{one:%Y}" for one in (first, last)))

        newest = cells.count() - 1  # of the days that are complete
        cells.nth(newest).click(force=True)  # the element that takes the click is above the cells
        expect(chosen).to_have_text(dates(latest, latest))
        tab.settle()
        cells.nth(newest - (latest - old).days).click(force=True, modifiers=["Shift"])
        expect(chosen).not_to_have_text(dates(latest, latest))
        expect(chosen).to_have_text(re.compile(f"{old.year}.*{latest.year}", re.S))
