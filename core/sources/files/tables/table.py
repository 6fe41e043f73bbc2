"""Reads the rows of a table into load curves, by the meaning of its header; one for all table formats.

Strict: which end of its interval a stamp names must follow from the header, from both ends given, from the
period stated above, or from where the table begins and ends. Otherwise it is asked for, or refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

import numpy as np

from core.errors import SourceError
from core.model import STEPS, Assumed, Assumption, Curve, Flow, Origin, RefusalReason, Span
from core.paristime import DAY_MS, local, midnight, now_ms
from core.sources.files.lines import check_not_cut
from core.sources.files.parsed import MAX_METERS, Asked, Part
from core.sources.files.tables.about import About, read_prm
from core.sources.files.tables.cells import LONGEST_METER, same_flow, same_meter, stated_steps
from core.sources.files.tables.columns import Field, Flags, Lines, Numbers, reason
from core.sources.files.tables.months import mostly_months_first, one_day_of_each_month
from core.sources.files.tables.numbers import Column, milliwatt_hours, watts
from core.sources.files.tables.rows import Rows
from core.sources.files.tables.stamps import NO_OFFSET, Stamps, dates, stamps, times, with_times
from core.sources.files.tables.steps import NO_STEP
from core.sources.files.tables.timing import told_by_ends
from core.sources.files.tables.words import Header, Unit, Value
from core.sources.masking import shown
from core.sources.stamped import Stamped, by_midnights, by_period

_FACTORS: Final = {Unit.WATT: 1, Unit.KILOWATT: 1000, Unit.WATT_HOUR: 1, Unit.KILOWATT_HOUR: 1000}
_UNIT_BEHIND: Final = re.compile(rb"[\d., \xa0']*\d ?(kWh|kW|Wh|W)", re.IGNORECASE)
_ACTIVE: Final = (b"PA", b"Puissance Active", b"Puissance active", b"puissance active", b"P")
_ACTIVE_ENERGY: Final = (b"EA", b"Energie active", "Énergie active".encode(), b"Energie Active")


class Table:
    """A table being read, block by block."""

    def __init__(self, header: Header, facts: About, origin: Origin, asked: Asked) -> None:
        """SourceError if the header shows that this is no load curve, or leaves open which it is."""
        self._header, self._facts, self._origin, self._asked = header, facts, origin, asked
        self._values = _values(header, facts)
        self._rows: dict[tuple[bytes, Flow | None], Rows] = {}
        self._marks = {"comma": False, "point": False}
        self._other, self._other_unit, self._other_example = 0, "", ""
        self._looked_at_units = False
        self._slashes = False
        """Whether days are written with slashes, as both French and Americans do."""

    def add(self, lines: Lines) -> None:
        """Add the rows of a block."""
        header = self._header
        self._look_at_units(lines)
        stamped, steps = self._intervals(lines)
        self._look_for_months_first(lines.field(self._header.stamp), stamped)
        complete = lines.fields > max(value.column for value in self._values)
        fit = self._of_quantity(lines, complete)
        long = (lines.field(header.width).width > 0) | (
            lines.field(header.width - 1).width > LONGEST_METER * 2
        )
        for value in self._values:
            column = self._read(lines, value)
            column.against[long] = reason(RefusalReason.NOT_A_NUMBER)  # two rows joined into one
            for prm, flow, mine in self._series(lines, fit, value):
                rows = self._rows_of(prm, flow, value)
                rows.add(lines, stamped, column.value, column.against, steps, mine)

    def parts(self, cut: str | None) -> list[Part]:
        """The curves of all rows. `cut`: the file's last line, if it has no line end.

        SourceError `file-cut`, `file-daily`, `file-other-quantity`, `file-unclear-times`,
        `file-mixed-numbers`, `file-month-first`.
        """
        check_not_cut(cut, self._least_fields())
        if self._marks["comma"] and self._marks["point"]:
            raise SourceError("file-mixed-numbers")
        if not self._rows and self._other:
            raise SourceError("file-other-quantity", unit=self._other_unit or "?")
        stamped, assumed = self._stamped()
        found: list[Part] = []
        for (written, flow), rows in self._rows.items():
            curve = rows.curve(stamped_at_end=stamped is Stamped.END, stated=self._stated())
            if self._slashes and one_day_of_each_month(curve):
                raise SourceError("file-month-first")
            if not len(curve) and rows.is_daily:
                raise SourceError("file-daily")
            if not found:
                rows.refusals.add(RefusalReason.OTHER_QUANTITY, self._other, self._other_example)
            prm, ruined = self._meter(written)
            flow = flow or self._facts.flow
            told = (*assumed, *rows.assumed, *self._unended(cut, curve))
            found.append(
                Part(self._origin, prm, flow, curve, rows.refusals.all(), ruined=ruined, assumed=told)
            )
        return found

    def _unended(self, cut: str | None, curve: Curve) -> tuple[Assumption, ...]:
        """The assumption that the last value is whole, if the file ends early and without a line end.

        Editors omit the last line end too, so this is no error.
        """
        end = self._facts.end
        if cut is None or end is None or not len(curve) or curve.end[-1] >= midnight(end):
            return ()
        return (Assumption(Assumed.UNENDED, 1, int(curve.start[-1])),)

    def _least_fields(self) -> int:
        header = self._header
        needed = (
            header.stamp,
            header.hour,
            header.end,
            header.end_hour,
            *(one.column for one in self._values),
        )
        if header.meter is not None and header.step is not None:
            needed = (*needed, header.step)
        return max(place for place in needed if place is not None) + 1

    def _stated(self) -> int:
        return self._facts.step or (
            self._header.step_of_minutes if self._header.step_of_minutes in STEPS else NO_STEP
        )

    def _meter(self, written: bytes) -> tuple[str | None, bool]:
        if self._header.meter is None:
            return self._facts.prm, self._facts.ruined
        return read_prm(written.decode("utf-8", errors="replace"))

    def _look_at_units(self, lines: Lines) -> None:
        """Look once for units behind the values instead of above them."""
        if self._looked_at_units or not len(lines):
            return
        self._looked_at_units = True
        header_unit = None if self._header.unit is None else self._unit_column(lines)
        for at, value in enumerate(self._values):
            field = lines.field(value.column)
            (full,) = np.nonzero(field.width[:100])
            found = _UNIT_BEHIND.fullmatch(field.raw(int(full[0]))) if len(full) else None
            behind = _unit(found[1].decode()) if found else None
            if header_unit is not None and value.unit is None:
                behind = header_unit
            if value.unit is None and behind is None:
                raise SourceError("file-no-unit")
            if value.unit is None:
                self._values[at] = replace(value, unit=behind)
            elif behind and behind is not value.unit:
                raise SourceError("file-other-quantity", unit=behind.value)

    def _look_for_months_first(self, field: Field, stamped: Stamps) -> None:
        """SourceError `file-month-first` if many dates are valid only with the month first.

        The other dates would then be read wrongly.
        """
        (full,) = np.nonzero(field.width[:1])
        self._slashes = self._slashes or bool(len(full) and b"/" in field.raw(0))
        if self._slashes and mostly_months_first(field, stamped):
            raise SourceError("file-month-first")

    def _unit_column(self, lines: Lines) -> Unit | None:
        assert self._header.unit is not None  # checked by the caller
        field = lines.field(self._header.unit)
        (full,) = np.nonzero(field.width[:100])
        return _unit(field.raw(int(full[0]))[:12].decode("utf-8", errors="replace")) if len(full) else None

    def _read(self, lines: Lines, value: Value) -> Column:
        unit = value.unit or Unit.WATT
        field = lines.field(value.column).shortened(unit.value.encode())
        read = milliwatt_hours if unit.is_energy else watts
        column = read(field, _FACTORS[unit])
        self._marks["comma"] |= column.comma
        self._marks["point"] |= column.point
        return column

    def _intervals(self, lines: Lines) -> tuple[Stamps, Numbers | None]:
        """The stamps, and the steps if the rows state them."""
        header = self._header
        first = lines.field(header.stamp)
        begin = stamps(first) if header.hour is None else with_times(first, lines.field(header.hour))
        if header.utc:
            begin = Stamps(begin.wall, np.where(begin.offset == NO_OFFSET, 0, begin.offset), begin.good)
        if header.hour is None and not begin.good.any() and dates(first)[1].any():
            raise SourceError("file-daily")
        if header.end is not None or header.end_hour is not None:
            steps, begin = told_by_ends(begin, self._ends(lines, first, begin))
            return begin, steps
        if header.step is None:
            return begin, None
        return begin, stated_steps(lines.field(header.step))

    def _ends(self, lines: Lines, first: Field, begin: Stamps) -> Stamps:
        header = self._header
        if header.end is not None and header.end_hour is None:
            end = stamps(lines.field(header.end))
            if header.utc:
                return Stamps(end.wall, np.where(end.offset == NO_OFFSET, 0, end.offset), end.good)
            return end
        day = first if header.end is None else lines.field(header.end)
        assert header.end_hour is not None  # checked by `_intervals`
        end = with_times(day, lines.field(header.end_hour))
        time, _ = times(lines.field(header.end_hour))
        tomorrow = (time == 0) & (end.wall <= begin.wall)  # 00:00 of the same day is its end
        return Stamps(end.wall + tomorrow * DAY_MS, end.offset, end.good)

    def _of_quantity(self, lines: Lines, complete: Flags) -> Flags:
        """Mask of the rows in the quantity and unit that is read; the others are counted."""
        header = self._header
        fit = np.ones(len(lines), np.bool_)
        if header.unit is not None:
            unit = self._values[0].unit or Unit.WATT
            fit &= lines.field(header.unit).equals(unit.value.encode())
        if header.quantity is not None:
            energy = (self._values[0].unit or Unit.WATT).is_energy
            fit &= lines.field(header.quantity).equals(*(_ACTIVE_ENERGY if energy else _ACTIVE))
        if header.unit is None and header.quantity is None:
            return fit
        column = max(place for place in (header.unit, header.quantity) if place is not None)
        complete = complete & (lines.fields > column)
        if header.step is not None:
            complete &= lines.fields > header.step
        other = complete & ~fit
        if other.any():
            row = int(np.argmax(other))
            self._other_example = self._other_example or lines.string(row)
            written = b"" if header.unit is None else lines.field(header.unit).raw(row)[:12]
            self._other_unit = self._other_unit or shown(written.decode("utf-8", errors="replace"))
            self._other += int(other.sum())
        return fit | ~complete

    def _series(self, lines: Lines, fit: Flags, value: Value) -> Iterable[tuple[bytes, Flow | None, Flags]]:
        """Mask of the rows of each meter and flow in a block."""
        header = self._header
        if header.meter is None and header.flow is None:
            yield b"", value.flow, fit
            return
        prm = None if header.meter is None else lines.field(header.meter)
        flows = None if header.flow is None else lines.field(header.flow)
        rest = fit.copy()
        while rest.any():
            row = int(np.argmax(rest))
            written, mine = same_meter(prm, row, rest)
            flow = value.flow
            if flows is not None:
                flow, same = same_flow(flows, row)
                mine &= same
            yield written, flow, mine
            rest &= ~mine

    def _rows_of(self, prm: bytes, flow: Flow | None, value: Value) -> Rows:
        key = (prm, flow)
        if key not in self._rows and len(self._rows) >= MAX_METERS:
            raise SourceError("file-too-many-meters", limit=MAX_METERS)
        energy = (value.unit or Unit.WATT).is_energy
        return self._rows.setdefault(key, Rows(energy=energy))

    def _stamped(self) -> tuple[Stamped, tuple[Assumption, ...]]:
        """Which end of its interval a stamp names, and the assumption if no word says it."""
        said = self._header.stamped
        if said is not Stamped.UNSAID or not self._rows:
            return (Stamped.END if said is Stamped.UNSAID else said), ()
        first = min(rows.first for rows in self._rows.values())
        last = max(rows.last for rows in self._rows.values())
        if last < 0:
            return Stamped.END, ()
        step = self._stated() or max(rows.usual() for rows in self._rows.values())
        found = by_period(first, last, self._facts.first, self._facts.end)
        found = by_midnights(first, last, step) if found is Stamped.UNSAID else found
        if found is Stamped.UNSAID:
            if self._asked.stamped is Stamped.UNSAID:
                raise SourceError("file-unclear-times")
            return self._asked.stamped, ()
        return found, (Assumption(Assumed.BEGIN if found is Stamped.BEGIN else Assumed.END),)


def tail_of(part: Part) -> Span | None:
    """Missing time between the last reading and the end of its day; None if there is none."""
    if not len(part.curve):
        return None
    end = int(part.curve.end[-1])
    tomorrow = midnight(local(int(part.curve.start[-1])).date() + timedelta(days=1))
    return Span(end, tomorrow) if end < tomorrow <= now_ms() else None


def _values(header: Header, facts: About) -> list[Value]:
    """The value columns with their units.

    SourceError if they contain another quantity, or if several could be meant.
    """
    if not header.values:
        raise SourceError("file-other-quantity", unit=header.other_unit or "?")
    flows = [value.flow for value in header.values]
    if len(header.values) > 1 and len(set(flows)) < len(flows):
        raise SourceError("file-several-values")
    said = _unit(facts.unit) if facts.unit else None
    if facts.unit and said is None and header.values[0].unit is None:
        raise SourceError("file-other-quantity", unit=shown(facts.unit)[:12])
    return [replace(value, unit=value.unit or said) for value in header.values]


def _unit(written: str) -> Unit | None:
    return next((unit for unit in Unit if unit.value.lower() == written.strip().lower()), None)
