"""Writes a curve in every format that a household may have: the inverse of our readers."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

import openpyxl

from core.model import MINUTE_MS, Curve
from core.paristime import local

PRM: Final = "99999999999991"


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def rows(curve: Curve) -> Iterator[tuple[datetime, datetime, int, int]]:
    """Start and end in Paris time, minutes and watts of each reading."""
    for start, minutes, watts in zip(
        curve.start.tolist(), curve.minutes.tolist(), curve.watts.tolist(), strict=True
    ):
        yield local(start), local(start + minutes * MINUTE_MS), minutes, watts


def enedis_csv(curve: Curve) -> bytes:
    head = (
        "\ufeffIdentifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;"
        "Etape metier;Unite;Pas en minutes\n"
        f"{PRM};Courbe de charge;01/01/2024;01/01/2026;Energie active;Consommation;Comptage Brut;W;\n"
        "Horodate;Valeur\n"
    )
    return (head + "".join(f"{end.isoformat()};{watts}\n" for _, end, _, watts in rows(curve))).encode()


def enedis_r63(curve: Curve) -> bytes:
    head = (
        "Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;Etape métier;Unité;"
        "Horodate;Valeur;Nature;Pas;Indice de vraisemblance;Etat complémentaire\n"
    )
    body = "".join(
        f"{PRM};2024-01-01;2026-01-01;PA;CONS;BRUT;W;{end:%Y-%m-%d %H:%M:%S};{watts};B;PT{minutes}M;0;0\n"
        for _, end, minutes, watts in rows(curve)
    )
    return (head + body).encode()


def enedis_xlsx(curve: Curve, *, about: str = PRM) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Consommation Horaire"
    sheet.append([None, None, "Ma consommation"])
    sheet.append([None, None, "PRM", about])
    sheet.append([])
    sheet.append([None, None, "Début", "Fin", "Valeur (en kW)"])
    for start, end, _, watts in rows(curve):
        stamps = (f"{moment:%d/%m/%Y %H:%M:%S}" for moment in (start, end))
        sheet.append([None, None, *stamps, str(Decimal(watts) / 1000).replace(".", ",")])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def edf(curve: Curve) -> bytes:
    sections: dict[str, list[str]] = {}
    for start, end, _, watts in reversed(list(rows(curve))):
        sections.setdefault(f"{start:%d/%m/%Y}", []).append(f"{end:%H:%M:%S};{watts};Réelle\n")
    head = (
        "\nRécapitulatif de mes puissances atteintes en W\n\n"
        "Date et heure de relève par le distributeur;Puissance atteinte (W);Nature de la donnée\n"
    )
    body = "\n".join(f"{day};;\n{''.join(lines)}" for day, lines in sections.items())
    return (head + body).encode("latin-1")


def conso_downloader(curve: Curve) -> bytes:
    """As the extension writes it, sorted by start as written."""
    lines = [
        f'{start:%Y-%m-%dT%H:%M};{end:%Y-%m-%dT%H:%M};"{str(Decimal(watts) / 1000).replace(".", ",")}"\n'
        for start, end, _, watts in rows(curve)
    ]
    return f"debut;fin;kW\n{''.join(sorted(lines, key=lambda line: line[:16]))}".encode()


def conso_downloader_first(curve: Curve) -> bytes:
    """As the extension's first version wrote it."""
    lines = [
        f"{start:%Y-%m-%dT%H:%M},{end:%Y-%m-%dT%H:%M},{Decimal(watts) / 1000}\n"
        for start, end, _, watts in rows(curve)
    ]
    return f"debut,fin,kW\n{''.join(sorted(lines, key=lambda line: line[:16]))}".encode()


def conso_downloader_starts(curve: Curve) -> bytes:
    """The same without the ends."""
    body = "".join(
        f"{start:%Y-%m-%d %H:%M:%S};{str(Decimal(watts) / 1000).replace('.', ',')}\n"
        for start, _, _, watts in rows(curve)
    )
    return f"\ufeffdebut;kW\n{body}".encode()


def totalenergies(curve: Curve) -> bytes:
    """Half-hours by their ENDs; whole days, so that the first stamp is 00:30."""
    body = "".join(
        f'Électricité;"{end:%d/%m/%Y %H:%M:%S}";"{Decimal(watts) / 2000} kWh"\n'
        for _, end, _, watts in rows(curve)
    )
    return f"Énergie;Date;Consommation\n{body}".encode()


def json_v5(curve: Curve) -> bytes:
    points = [
        {
            "value": str(watts),
            "date": f"{end:%Y-%m-%d %H:%M:%S}",
            "interval_length": f"PT{minutes}M",
            "measure_type": "B",
        }
        for _, end, minutes, watts in rows(curve)
    ]
    kind = {"unit": "W", "measurement_kind": "power", "aggregate": "average"}
    return json.dumps(
        {"meter_reading": {"usage_point_id": PRM, "reading_type": kind, "interval_reading": points}}
    ).encode()


def json_v2(curve: Curve) -> bytes:
    points = [
        {"v": str(watts), "d": f"{end:%Y-%m-%d %H:%M:%S}", "p": f"PT{minutes}M", "n": "B"}
        for _, end, minutes, watts in rows(curve)
    ]
    series = {"grandeurMetier": "CONS", "grandeurPhysique": "PA", "unite": "W", "points": points}
    return json.dumps({"idPrm": PRM, "etapeMetier": "BRUT", "grandeur": [series]}).encode()


Writer = Callable[[Curve], bytes]
STATING_STEPS: Final[dict[str, Writer]] = {
    "enedis-r63": enedis_r63,
    "enedis-xlsx": enedis_xlsx,
    "json-v5": json_v5,
    "json-v2": json_v2,
    "conso-downloader": conso_downloader,
}
"""Formats in which every row states its step."""
TELLING_STEPS: Final[dict[str, Writer]] = {
    "enedis-csv": enedis_csv,
    "edf": edf,
}
"""Formats in which the step is derived from the distance of rows."""
ALL: Final = STATING_STEPS | TELLING_STEPS | {"totalenergies": totalenergies}
