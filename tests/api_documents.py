"""Answers of the API made from a curve, in both formats, for the test server and the tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from core.model import Curve, Meter
from core.paristime import PARIS


def stamps(curve: Curve) -> list[str]:
    """END stamps in Paris wall time, as Enedis writes them."""
    return [
        datetime.fromtimestamp(end / 1000, tz=UTC).astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S")
        for end in curve.end.tolist()
    ]


def v2(
    meter: Meter, curve: Curve, first: str = "", end: str = "", nulls: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A v2 load curve; `nulls`: END stamps listed without a value before the readings."""
    metier = "CONS" if meter.flow.value == "consumption" else "PROD"
    points = [_v2_point(stamp, None, 30) for stamp in nulls]
    points += [
        _v2_point(stamp, str(watts), minutes)
        for stamp, watts, minutes in zip(
            stamps(curve), curve.watts.tolist(), curve.minutes.tolist(), strict=True
        )
    ]
    return {
        "idPrm": meter.prm,
        "etapeMetier": "BRUT",
        "periode": {"dateDebut": first, "dateFin": end},
        "modeCalcul": "MESURE",
        "grandeur": [{"grandeurMetier": metier, "grandeurPhysique": "PA", "unite": "W", "points": points}],
    }


def v5(meter: Meter, curve: Curve, first: str = "", end: str = "") -> dict[str, Any]:
    """A legacy load curve, without the wrapper some carry."""
    return {
        "usage_point_id": meter.prm,
        "start": first,
        "end": end,
        "quality": "BRUT",
        "reading_type": {"unit": "W", "measurement_kind": "power", "aggregate": "average"},
        "interval_reading": [
            {"value": str(watts), "date": stamp, "interval_length": f"PT{minutes}M", "measure_type": "B"}
            for stamp, watts, minutes in zip(
                stamps(curve), curve.watts.tolist(), curve.minutes.tolist(), strict=True
            )
        ],
    }


def daily_v2(meter: Meter, totals: dict[str, int | None], first: str = "", end: str = "") -> dict[str, Any]:
    """Daily energies in Wh by ISO date; None if there is none."""
    metier = "CONS" if meter.flow.value == "consumption" else "PROD"
    points = [{"v": None if wh is None else str(wh), "d": day} for day, wh in totals.items()]
    return {
        "idPrm": meter.prm,
        "etapeMetier": "BRUT",
        "periode": {"dateDebut": first, "dateFin": end},
        "typeValeur": "GLOBALE",
        "modeCalcul": "DIFF.INDEX",
        "pas": "P1D",
        "grandeur": [
            {
                "grandeurMetier": metier,
                "grandeurPhysique": "EA",
                "unite": "Wh",
                "points": points,
                "calendrier": [],
            }
        ],
        "contexte": [],
    }


def daily_v5(meter: Meter, totals: dict[str, int | None], first: str = "", end: str = "") -> dict[str, Any]:
    """Daily energies in the legacy format, where a day without a value is absent."""
    return {
        "usage_point_id": meter.prm,
        "start": first,
        "end": end,
        "quality": "BRUT",
        "reading_type": {
            "unit": "Wh",
            "measurement_kind": "energy",
            "aggregate": "sum",
            "measuring_period": "P1D",
        },
        "interval_reading": [{"value": str(wh), "date": day} for day, wh in totals.items() if wh is not None],
    }


def peaks_v2(
    meter: Meter, peaks: dict[str, tuple[str, int | None]], first: str = "", end: str = ""
) -> dict[str, Any]:
    """Maximum apparent powers in VA by ISO date, each with its stamp; None if there is none."""
    points = [{"v": None if va is None else str(va), "d": stamp} for stamp, va in peaks.values()]
    return {
        "idPrm": meter.prm,
        "etapeMetier": "BRUT",
        "periode": {"dateDebut": first, "dateFin": end},
        "modeCalcul": "MESURE",
        "pas": "P1D",
        "grandeur": [
            {
                "grandeurMetier": "CONS",
                "grandeurPhysique": "PMA",
                "unite": "VA",
                "points": points,
                "calendrier": [],
            }
        ],
        "contexte": [],
    }


def peaks_v5(
    meter: Meter, peaks: dict[str, tuple[str, int | None]], first: str = "", end: str = ""
) -> dict[str, Any]:
    """Maximum apparent powers in the legacy format, where a day without a value is absent."""
    return {
        "usage_point_id": meter.prm,
        "start": first,
        "end": end,
        "quality": "BRUT",
        "reading_type": {
            "unit": "VA",
            "measurement_kind": "power",
            "aggregate": "maximum",
            "measuring_period": "P1D",
        },
        "interval_reading": [
            {"value": str(va), "date": stamp} for stamp, va in peaks.values() if va is not None
        ],
    }


def _v2_point(stamp: str, value: str | None, minutes: int) -> dict[str, Any]:
    return {"v": value, "d": stamp, "p": f"PT{minutes}M", "n": "B", "iv": "0", "ec": "0"}
