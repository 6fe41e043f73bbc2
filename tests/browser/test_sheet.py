"""The sheet comes out of the browser's print as two A4 pages."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Browser

from core.consumption.advice import advice
from core.consumption.cost.market import on_file
from core.consumption.cost.saved_contract import default_contract
from core.consumption.household import Household
from core.consumption.power import MeasuredPeaks
from core.consumption.readings import History
from core.consumption.sheet.html import Sheet, as_html
from core.model import Curve
from core.sources.demo import demo_curve, demo_peaks
from core.storage.day_log import DayLog
from core.texts import Language, Words
from tests.curves import joined, regular

MADE = date(2026, 11, 26)
PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
A4 = re.compile(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12][.\d]*\]")


def holed() -> Curve:
    """Six years, from each month of which the 10th was lost."""
    months = [(year, month) for year in range(2020, 2026) for month in range(1, 13)]
    parts = [regular(date(year, month, day), 9) for year, month in months for day in (1, 11)]
    return joined(*parts)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("curve", [demo_curve(MADE), holed()], ids=["demo", "six years with holes"])
def test_it_prints_on_two_pages(browser: Browser, language: Language, curve: Curve) -> None:
    home, contract = Household(History.of(curve)), default_contract()
    measured = MeasuredPeaks.of(DayLog.empty().with_peaks(demo_peaks(curve)))
    found = advice(home, contract, on_file(), measured)
    sheet = Sheet(home, contract, found, measured, MADE, "9" * 14)
    page = browser.new_page()
    try:
        page.set_content(as_html(sheet, Words(language)))
        printed = page.pdf(prefer_css_page_size=True)
    finally:
        page.close()
    assert len(PAGE.findall(printed)) == 2
    assert len(A4.findall(printed)) == 2
