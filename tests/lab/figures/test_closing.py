"""The closing chart shows size, cluster and price of both sides."""

from __future__ import annotations

from core.lab.figures.closing import closing
from core.lab.figures.style import ORDINARY, TIME_SERIES, in_words
from core.lab.fleet.outlook import outlook
from core.lab.prepared.kept import Kind, example
from core.texts import ENGLISH


def test_the_bars_are_linear_and_labelled() -> None:
    both = outlook(example()[Kind.FLEET].result, 37_000_000, 3)
    figure = closing(both, ENGLISH)
    assert [trace.marker.color for trace in figure.data] == [ORDINARY, TIME_SERIES]
    assert figure.layout.xaxis.type is None
    labels = [one.text for one in figure.layout.annotations]
    assert all("USD a month" in label and "TB" in label for label in labels)
    assert figure.data[0].x[0] > 10 * figure.data[1].x[0]


def test_no_line_of_a_label_is_wider_than_a_phone() -> None:
    figure = closing(outlook(example()[Kind.FLEET].result, 37_000_000, 3), ENGLISH)
    for label in (one.text for one in figure.layout.annotations):
        side, numbers = label.split("<br>")
        assert side.strip().endswith(":")
        assert len(numbers) - len("<b></b>") <= 45
    assert "<" not in in_words("Country", figure, ENGLISH)
