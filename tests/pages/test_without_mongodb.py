"""The way of a household that only wants to see its consumption: no word of MongoDB's own on it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from core.model import Curve, Delivery, MaxPower, Meter, Origin
from core.storage.store import Store
from core.texts import Language
from tests.curves import METER_PRM, regular
from tests.pages.conftest import Opens
from tests.sources.files import writers

STRANGE = re.compile(
    r"\b(buckets?|collections?|time[ -]series|s[ée]ries? temporelles?|seaux?)\b", re.IGNORECASE
)
SAID = ("label", "value", "help", "placeholder", "body", "options", "alt", "text")


def texts(app: AppTest) -> Iterator[str]:
    """Whatever a page says: what is shown, and the helps one may open."""
    for one in [*app.main, *app.sidebar]:
        for holder in (one, getattr(one, "proto", None)):
            for name in SAID:
                said = getattr(holder, name, None)
                if isinstance(said, str):
                    yield said
                elif isinstance(said, (list, tuple)):
                    yield from map(str, said)


def strange(app: AppTest) -> list[str]:
    assert not app.exception
    found = list(texts(app))
    assert len(found) > 10  # it looks at something
    return [said for said in found if STRANGE.search(said)]


@pytest.mark.parametrize("language", Language)
def test_from_welcome_to_the_charts_nobody_has_to_know_how_readings_are_stored(
    open_page: Opens, language: Language
) -> None:
    app = open_page("welcome", lang=language.value).run()
    app.button(key="only_see").click().run()
    assert strange(app) == []
    curve = regular(date(2025, 4, 1), 20)
    app.file_uploader[0].set_value([("mine.csv", writers.enedis_csv(curve), "text/csv")]).run()
    assert strange(app) == []
    app.button(key="history_start").click().run()
    for thread in threading.enumerate():
        if thread.name == "job":
            thread.join(60)
    app.run()
    assert strange(app) == []
    for section in ("overview", "act", "habits", "compare", "power", "export"):
        app = open_page("consumption", lang=language.value, show=section).run()
        assert app.metric
        assert strange(app) == []


@pytest.mark.parametrize("language", Language)
def test_nor_on_the_page_of_cost_or_with_a_year_of_readings(
    open_page: Opens, store: Store, language: Language
) -> None:
    meter = Meter(METER_PRM)
    peaks = {date(2025, 5, 1): MaxPower(5_000, None)}
    curve: Curve = regular(date(2025, 4, 1), 365)
    store.merge(Delivery(meter, Origin.API_V2, curve, peaks=peaks))
    store.project(meter)
    for name, query in (
        ("cost", {"part": "bill"}),
        ("cost", {"part": "compare"}),
        ("cost", {"part": "contract"}),
        ("cost", {"part": "sources"}),
        ("consumption", {"show": "act"}),
        ("consumption", {"show": "power"}),
    ):
        assert strange(open_page(name, lang=language.value, **query).run()) == []


def test_the_words_are_found_where_they_are_meant_to_be(open_page: Opens) -> None:
    assert strange(open_page("welcome", lang="en").run())
    assert strange(open_page("welcome", lang="fr").run())
