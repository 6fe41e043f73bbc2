"""Describes measurements in words, for the pages, the charts and the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.lab.fleet.forecast import Model
from core.lab.footprint import Usage, saving
from core.lab.layouts.build import Built
from core.lab.layouts.catalogue import FIRST_LIVE, TS_DEFAULT
from core.lab.layouts.limits import Trial
from core.texts import Words

_AGAINST: Final = {TS_DEFAULT.code: FIRST_LIVE.code}
"""Layouts compared with another layout of the same documents."""
_UNIT: Final = {"bytes_per_reading": "report.compare.total", "median_ms": "report.compare.median"}
_SIDES: Final = {"ordinary": "footprint.ordinary", "time_series": "footprint.time-series"}


def signed(value: float, words: Words, decimals: int = 0) -> str:
    """A number with its sign; zero has none."""
    shown = words.number(value, decimals)
    return f"+{shown}" if value > 0 and _counts(shown) else shown


def _counts(shown: str) -> bool:
    """Whether a written number is not zero."""
    return any(digit in shown for digit in "123456789")


def saved(before: float, after: float, words: Words) -> str:
    """The share saved in percent; negative for a loss."""
    return words.percent(saving(before, after))


def cost(one: Usage, words: Words) -> str:
    """Bytes per reading in use, and those free inside the files if there are any."""
    used = words.number(one.net_per_reading, 2)
    free = words.number(one.unused_bytes / one.readings, 2) if one.readings else ""
    return words.text("footprint.with_free", used=used, free=free) if _counts(free) else used


def meters_of(count: int, words: Words) -> str:
    """`1 meter`, `100 meters`."""
    return words.counted("report.meters", count)


def outcome(trial: Trial, side: int, words: Words) -> str:
    """The outcome of a trial on a side (0 ordinary, 1 time series)."""
    if trial.kept_double is not None:
        return words.text(f"laboratory.limits.{'accepted' if trial.kept_double[side] else 'refused'}")
    milliseconds = (trial.ordinary, trial.time_series)[side]
    if milliseconds is None:
        return words.text("laboratory.limits.forbidden", name=trial.refusal)
    return f"{words.number(milliseconds, 2)} ms"


def described(one: Built, built: Mapping[str, Built], words: Words) -> str:
    """What a layout is, what was measured of it, and how it compares with its counterpart."""
    used = one.usage
    told = [
        words.text(f"lab.why.{one.layout}"),
        words.text(
            "lab.here",
            total=cost(used, words),
            data=words.number(used.data_bytes / used.readings, 2),
            held=words.number(used.readings / max(used.documents, 1)),
        ),
    ]
    other = built.get(_AGAINST.get(one.layout, ""))
    if other:
        told.append(_against(one, other, words))
    return " ".join(told)


def _against(one: Built, other: Built, words: Words) -> str:
    values = {
        f"{name}_{side}": words.number(getattr(usage, f"{name}_bytes") / usage.readings, 2)
        for side, usage in (("one", one.usage), ("other", other.usage))
        for name in ("data", "storage", "index")
    }
    return words.text(f"lab.against.{one.layout}", **values)


def of_default(built: Mapping[str, Built], words: Words) -> str:
    """The cost of the default granularity against an ordinary collection loaded alike, and the reason.

    Empty if one of them was not built.
    """
    default, other = built.get(TS_DEFAULT.code), built.get(FIRST_LIVE.code)
    if default is None or other is None:
        return ""
    one, two = default.usage.bytes_per_reading, other.usage.bytes_per_reading
    verdict = words.text(
        f"laboratory.default.{'more' if one > two else 'less'}",
        default=words.number(one, 2),
        ordinary=words.number(two, 2),
        change=words.percent(abs(one / two - 1)),
        times=words.number(default.usage.data_bytes / other.usage.data_bytes, 1),
    )
    return f"{verdict} {words.text(f'lab.why.{default.layout}')} {_against(default, other, words)}"


def fitted(ordinary: Model, series: Model, words: Words) -> str:
    """The fitted lines of a forecast, and the largest distance of a measurement from them."""
    values: dict[str, str] = {}
    for side, model in (("o", ordinary), ("t", series)):
        values |= {
            f"fixed_{side}": words.size(model.fixed),
            f"per_{side}": words.number(model.per_reading, 2),
            f"residual_{side}": words.percent(model.residual),
        }
    return words.text("fleet.forecast.model", **values)


def figure_name(path: str, words: Words) -> str:
    """The words for the path of a figure in a report; an unknown path stays as it is."""
    *places, last = path.split("/")
    steps = [word for word in (_place(places, at, words) for at in range(len(places))) if word]
    unit = _UNIT.get(last)
    if last.endswith("_per_second"):
        steps.append(words.text(_SIDES[last.removesuffix("_per_second")]))
        unit = "report.compare.per_second"
    steps = list(dict.fromkeys(steps))  # without repeated steps
    return f"{' · '.join(steps)}, {words.text(unit)}" if unit else path


def _place(places: list[str], at: int, words: Words) -> str:
    """One step of a path, interpreted by the step before; empty if it adds nothing."""
    name, before = places[at], places[at - 1] if at else ""
    if before == "sizes" and name.isdecimal():
        return meters_of(int(name), words)
    key = {
        "layouts": f"lab.layout.{name}",
        "races": f"speed.query.{name}",
        "inserts": f"speed.way.insert-{name}",
    }.get(before) or _SIDES.get(name, f"report.part.{name}")
    if words.has(key):
        return words.text(key)
    return "" if name in ("layouts", "queries", "races", "inserts", "sizes") else name
