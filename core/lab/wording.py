"""What was measured, in words: for the pages, the charts and the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.formats import counted, number, percent, size
from core.lab.fleet.forecast import Model
from core.lab.footprint import Usage, saving
from core.lab.layouts.build import Built
from core.lab.layouts.catalogue import FIRST_LIVE, TS_DEFAULT
from core.lab.layouts.limits import Trial
from core.texts import Language, catalogue, text

_AGAINST: Final = {TS_DEFAULT.code: FIRST_LIVE.code}
"""Layouts whose lesson is another one that holds the same documents."""
_UNIT: Final = {"bytes_per_reading": "report.compare.total", "median_ms": "report.compare.median"}
_SIDES: Final = {"ordinary": "footprint.ordinary", "time_series": "footprint.time-series"}


def signed(value: float, language: Language, decimals: int = 0) -> str:
    """With its sign; none before a zero."""
    shown = number(value, language, decimals)
    return f"+{shown}" if value > 0 and _counts(shown) else shown


def _counts(shown: str) -> bool:
    """Whether a written number is more than zero."""
    return any(digit in shown for digit in "123456789")


def saved(before: float, after: float, language: Language) -> str:
    """The share saved in percent; a loss is below zero."""
    return percent(saving(before, after), language)


def cost(one: Usage, language: Language) -> str:
    """Bytes per reading in use, and those that are free inside the files, where there are any."""
    used = number(one.net_per_reading, language, 2)
    free = number(one.unused_bytes / one.readings, language, 2) if one.readings else ""
    return text("footprint.with_free", language, used=used, free=free) if _counts(free) else used


def meters_of(count: int, language: Language) -> str:
    """`1 meter`, `100 meters`."""
    return counted("report.meters", count, language)


def outcome(trial: Trial, side: int, language: Language) -> str:
    """What a trial came to on a side (0 ordinary, 1 time series)."""
    if trial.kept_double is not None:
        return text(f"laboratory.limits.{'accepted' if trial.kept_double[side] else 'refused'}", language)
    milliseconds = (trial.ordinary, trial.time_series)[side]
    if milliseconds is None:
        return text("laboratory.limits.forbidden", language, name=trial.refusal)
    return f"{number(milliseconds, language, 2)} ms"


def described(one: Built, built: Mapping[str, Built], language: Language) -> str:
    """What a layout is, and what was measured of it here; also against the layout it is a lesson about."""
    used = one.usage
    words = [
        text(f"lab.why.{one.layout}", language),
        text(
            "lab.here",
            language,
            total=cost(used, language),
            data=number(used.data_bytes / used.readings, language, 2),
            held=number(used.readings / max(used.documents, 1), language),
        ),
    ]
    other = built.get(_AGAINST.get(one.layout, ""))
    if other:
        words.append(_against(one, other, language))
    return " ".join(words)


def _against(one: Built, other: Built, language: Language) -> str:
    values = {
        f"{name}_{side}": number(getattr(usage, f"{name}_bytes") / usage.readings, language, 2)
        for side, usage in (("one", one.usage), ("other", other.usage))
        for name in ("data", "storage", "index")
    }
    return text(f"lab.against.{one.layout}", language, **values)


def of_default(built: Mapping[str, Built], language: Language) -> str:
    """What the default granularity costs against an ordinary collection loaded alike, and why. Empty where
    one of them was not built."""
    default, other = built.get(TS_DEFAULT.code), built.get(FIRST_LIVE.code)
    if default is None or other is None:
        return ""
    one, two = default.usage.bytes_per_reading, other.usage.bytes_per_reading
    verdict = text(
        f"laboratory.default.{'more' if one > two else 'less'}",
        language,
        default=number(one, language, 2),
        ordinary=number(two, language, 2),
        change=percent(abs(one / two - 1), language),
        times=number(default.usage.data_bytes / other.usage.data_bytes, language, 1),
    )
    return f"{verdict} {text(f'lab.why.{default.layout}', language)} {_against(default, other, language)}"


def fitted(ordinary: Model, series: Model, language: Language) -> str:
    """The lines a forecast is made of, and how far the measurements lie from them."""
    values: dict[str, str] = {}
    for side, model in (("o", ordinary), ("t", series)):
        values |= {
            f"fixed_{side}": size(model.fixed, language),
            f"per_{side}": number(model.per_reading, language, 2),
            f"residual_{side}": percent(model.residual, language),
        }
    return text("fleet.forecast.model", language, **values)


def figure_name(path: str, language: Language) -> str:
    """The words for the path of a figure in a report; a name nobody knows here stays as it is."""
    *places, last = path.split("/")
    words = [word for word in (_place(places, at, language) for at in range(len(places))) if word]
    unit = _UNIT.get(last)
    if last.endswith("_per_second"):
        words.append(text(_SIDES[last.removesuffix("_per_second")], language))
        unit = "report.compare.per_second"
    words = list(dict.fromkeys(words))  # of two steps that say the same, one
    return f"{' · '.join(words)}, {text(unit, language)}" if unit else path


def _place(places: list[str], at: int, language: Language) -> str:
    """One step of a path; the step before says what kind of name it is. Empty where it adds nothing."""
    name, before = places[at], places[at - 1] if at else ""
    texts = catalogue(language)
    if before == "sizes" and name.isdecimal():
        return meters_of(int(name), language)
    key = {
        "layouts": f"lab.layout.{name}",
        "races": f"speed.query.{name}",
        "inserts": f"speed.way.insert-{name}",
    }.get(before) or _SIDES.get(name, f"report.part.{name}")
    if key in texts:
        return texts[key]
    return "" if name in ("layouts", "queries", "races", "inserts", "sizes") else name
