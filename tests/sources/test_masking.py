"""External text is shown short; it can neither control a terminal nor show a meter number."""

from __future__ import annotations

import json

import pytest

from core.errors import SourceError
from core.sources.files import FileSource
from core.sources.masking import LONGEST

PRM = "12345678901234"
R63_HEADER = (
    "Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;Etape métier;Unité;"
    "Horodate;Valeur;Nature;Pas;Indice de vraisemblance;Etat complémentaire"
)
CSV_HEADER = f"Identifiant PRM;Unite\n{PRM};W\nHorodate;Valeur"


def r63(*values: str) -> bytes:
    rows = [
        f"{PRM};2023-03-01;2023-03-14;PA;CONS;BRUT;W;2023-03-13 {hour:02}:30:00;{value};B;PT30M;0;0"
        for hour, value in enumerate(values)
    ]
    return "\n".join([R63_HEADER, *rows, ""]).encode()


def v2(unit: str = "W", stamp: str = "2023-03-13 00:30:00") -> bytes:
    points = [{"v": "5", "d": stamp, "p": "PT30M"}]
    curve = {"grandeurMetier": "CONS", "grandeurPhysique": "PA", "unite": unit, "points": points}
    return json.dumps({"idPrm": PRM, "grandeur": [curve]}).encode()


def test_an_example_shows_the_last_digits_of_a_meter_only() -> None:
    (refused,) = FileSource("r63.csv", r63("abc", "5", "6")).preview().refused
    assert refused.example.startswith("••••1234;")
    assert PRM[:10] not in refused.example


def test_so_does_the_error_of_a_file_without_a_usable_row() -> None:
    with pytest.raises(SourceError) as caught:
        FileSource("r63.csv", r63("abc", "def")).preview()
    assert "••••1234" in str(caught.value)
    assert PRM[:10] not in str(caught.value)


def test_a_meter_number_at_the_end_of_an_example_is_masked_before_it_is_cut() -> None:
    long = f"2023-03-13T00:30:00+01:00;{'x' * (LONGEST - 40)} {PRM}"
    source = FileSource("file.csv", f"{CSV_HEADER}\n{long}\n2023-03-13T01:00:00+01:00;5\n".encode())
    (refused,) = source.preview().refused
    assert refused.example.endswith("••••1234")
    assert PRM[:5] not in refused.example


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x1b]0;title\x07", "\x9b2J", "\u202e"])
def test_nothing_told_of_a_file_steers_a_terminal(sign: str) -> None:
    rows = f"2023-03-13T00:30:00+01:00;{sign}\n2023-03-13T01:00:00+01:00;5\n"
    source = FileSource(f"a{sign}b.csv", f"{CSV_HEADER}\n{rows}".encode())
    (refused,) = source.preview().refused
    with pytest.raises(SourceError) as unreadable:
        FileSource("stamp.json", v2(stamp=f"{sign}late")).preview()
    for told in (source.name, refused.example, str(unreadable.value)):
        assert not set(sign) & set(told) - set(sign.strip("\x1b\x07\x9b\u202e"))


def test_an_answer_of_another_unit_is_refused_in_a_short_sentence() -> None:
    with pytest.raises(SourceError) as caught:
        FileSource("unit.json", v2(unit="kilo" * 5000)).preview()
    assert caught.value.code == "api-answer-other"
    assert len(caught.value.happened()) < 200
