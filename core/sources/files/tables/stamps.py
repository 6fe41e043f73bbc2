"""Written times as columns: dates, times of day and offsets, as files and spreadsheets write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.paristime import DAY_MS
from core.sources.files.tables.columns import Field, Flags, Numbers

NO_OFFSET: Final = -(1 << 15)
"""Offset (minutes) of a stamp that names none."""
_DASH, _PLUS = ord("-"), ord("+")
_LONGEST: Final = 36
_TOKENS: Final = 9


@dataclass(frozen=True, slots=True)
class Stamps:
    """Written times: naive ms "as if UTC", the offset in minutes (NO_OFFSET: none), and which are valid."""

    wall: Numbers
    offset: Numbers
    good: Flags


def stamps(field: Field) -> Stamps:
    """Stamps such as `2022-10-24T00:30:00+02:00`, `2022-10-24 00:30:00`, `24/10/2022 00:30`.

    Also as spreadsheets write them: `4/7/2022 0:30`, `04.07.22 00h30`, `2022/07/04 00:30:00.000`.
    """
    found = _usual(field)
    (rest,) = np.nonzero(~found.good & (field.width > 0))
    if len(rest):
        loose = _loose(Field(field.text, field.begin[rest], field.end[rest]))
        wall = loose.day * DAY_MS + loose.of_day
        good = loose.has_date & loose.has_time
        found.wall[rest], found.offset[rest] = np.where(good, wall, 0), loose.offset
        found.good[rest] = good
    return found


def dates(field: Field) -> tuple[Numbers, Flags]:
    """Days since 1970 of `2022-10-24`, `24/10/2022` or `24/10/22`, and which fields are dates.

    A date may be followed by midnight, and by nothing else.
    """
    year, month, day, good = _date(field, field.at(4) == _DASH)
    good &= field.width == 10
    value = np.where(good, days(year, month, day), 0)
    (rest,) = np.nonzero(~good & (field.width > 0))
    if len(rest):
        loose = _loose(Field(field.text, field.begin[rest], field.end[rest]))
        good[rest] = loose.has_date & (~loose.has_time | (loose.of_day == 0))
        value[rest] = np.where(good[rest], loose.day, 0)
    return value, good


def times(field: Field) -> tuple[Numbers, Flags]:
    """Milliseconds since midnight of `00:30`, `0:30:00`, `00h30`, up to `24:00`, and which are valid."""
    loose = _loose(field)
    good = loose.has_time & (~loose.has_date)
    return np.where(good, loose.of_day, 0), good


def with_times(field: Field, hour: Field) -> Stamps:
    """Stamps whose day and time are in separate fields; a day may be written with midnight."""
    day, good_day = dates(field)
    time, good_time = times(hour)
    good = good_day & good_time
    return Stamps(np.where(good, day * DAY_MS + time, 0), np.full(len(day), NO_OFFSET, np.int64), good)


@dataclass(frozen=True, slots=True)
class _Loose:
    """What numbers and the signs between them mean: a day, a time of day (ms), an offset."""

    day: Numbers
    has_date: Flags
    of_day: Numbers
    has_time: Flags
    offset: Numbers


def _loose(field: Field) -> _Loose:
    """Read numbers of any length. More than a date, a time and an offset is invalid."""
    count = len(field.begin)
    value = np.zeros((count, _TOKENS), np.int64)
    size = np.zeros((count, _TOKENS), np.int64)
    sign = np.zeros((count, _TOKENS), np.int64)  # the one before a number
    token = np.full(count, -1, np.int64)
    rows = np.arange(count)
    fits = (field.width > 0) & (field.width <= _LONGEST)
    inside = np.zeros(count, np.bool_)
    gap = np.zeros(count, np.int64)
    last = np.zeros(count, np.int64)
    for place in range(min(int(field.width.max(initial=0)), _LONGEST)):
        byte = field.at(place)
        digit = (byte >= 48) & (byte <= 57)
        token += digit & ~inside
        fits &= token < _TOKENS
        at = np.clip(token, 0, _TOKENS - 1)
        fresh = digit & ~inside
        sign[rows[fresh], at[fresh]] = last[fresh]
        value[rows[digit], at[digit]] = value[rows[digit], at[digit]] * 10 + byte[digit] - 48
        size[rows[digit], at[digit]] += 1
        other = ~digit & (byte != 0)
        gap = np.where(digit, 0, gap + other)
        fits &= gap <= 1
        last = np.where(other, byte, last)
        inside = np.where(byte != 0, digit, inside)
    zulu = ~inside & ((last == ord("Z")) | (last == ord("z")))
    fits &= inside | zulu | (last == ord("h"))
    fits &= (size <= 6).all(axis=1) & (sign[:, 0] == 0)
    return _told(value, size, sign, token + 1, fits, zulu)


def _told(value: Numbers, size: Numbers, sign: Numbers, tokens: Numbers, fits: Flags, zulu: Flags) -> _Loose:
    slash = np.isin(sign[:, 1], [ord(one) for one in "/-."]) & (sign[:, 1] == sign[:, 2]) & (tokens >= 3)
    iso, french = slash & (size[:, 0] == 4), slash & np.isin(size[:, 2], (2, 4)) & (size[:, 0] <= 2)
    year = np.where(iso, value[:, 0], value[:, 2] + np.where(size[:, 2] == 2, 2000, 0))
    month, day = value[:, 1], np.where(iso, value[:, 2], value[:, 0])
    dated = fits & (iso | french) & (size[:, 1] <= 2) & ~(iso & (size[:, 2] > 2)) & _is_day(year, month, day)
    number = np.where(
        dated, days(*(np.where(dated, one, 1) for one in (np.where(dated, year, 2000), month, day))), 0
    )

    skip = np.where(slash, 3, 0)
    take = np.arange(6)[None, :] + skip[:, None]
    rest, signs = (np.take_along_axis(one, np.minimum(take, _TOKENS - 1), 1) for one in (value, sign))
    sizes = np.take_along_axis(size, np.minimum(take, _TOKENS - 1), 1)
    left = tokens - skip
    timed = fits & (left >= 2) & np.isin(signs[:, 1], [ord(one) for one in ":hH"])
    timed &= ~slash | np.isin(signs[:, 0], [ord("T"), ord("t"), ord(" ")])
    second = (left > 2) & (signs[:, 2] == ord(":"))
    fraction = second & (left > 3) & np.isin(signs[:, 3], [ord("."), ord(",")])
    used = 2 + second + fraction
    offset, offset_fits = _loose_offset(rest, signs, sizes, left, used, zulu)
    hour, minute = rest[:, 0], rest[:, 1]
    seconds = np.where(second, rest[:, 2], 0)
    timed &= offset_fits & (minute < 60) & (seconds < 60) & (hour <= 24) & (sizes[:, 1] == 2)
    timed &= ~fraction | (rest[:, 3] == 0)
    of_day = ((hour * 60 + minute) * 60 + seconds) * 1000
    timed &= of_day <= DAY_MS
    dated &= timed | (left == 0)
    return _Loose(number, dated & slash, np.where(timed, of_day, 0), timed & (dated | ~slash), offset)


def _loose_offset(
    rest: Numbers, signs: Numbers, sizes: Numbers, left: Numbers, used: Numbers, zulu: Flags
) -> tuple[Numbers, Flags]:
    """Offset after the time, in minutes east of UTC, and where it is valid or absent."""
    at = np.minimum(used, 5)[:, None]
    first, sign, size = (np.take_along_axis(one, at, 1)[:, 0] for one in (rest, signs, sizes))
    then = np.minimum(used + 1, 5)[:, None]
    minutes, colon = (np.take_along_axis(one, then, 1)[:, 0] for one in (rest, signs))
    signed = (sign == _PLUS) | (sign == _DASH)
    long = (left == used + 2) & signed & (colon == ord(":")) & (size == 2)
    glued = (left == used + 1) & signed & (size == 4)
    hours = np.where(glued, first // 100, first)
    minutes = np.where(glued, first % 100, minutes)
    told = (long | glued) & (hours < 15) & (minutes < 60)
    value = np.where(sign == _DASH, -1, 1) * (hours * 60 + minutes)
    none = left == used
    return np.where(told, value, np.where(zulu & none, 0, NO_OFFSET)), none | told


def _usual(field: Field) -> Stamps:
    """Stamps in forms of fixed width."""
    iso = field.at(4) == _DASH
    plain = Field(field.text, field.begin, field.end)
    year, month, day, good = _date(plain, iso)
    hour, hour_good = plain.digits(11, 2)
    minute, minute_good = plain.digits(14, 2)
    second, second_good = plain.digits(17, 2)
    has_seconds = plain.at(16) == ord(":")
    second = np.where(has_seconds, second, 0)
    good &= hour_good & minute_good & (plain.at(13) == ord(":")) & (second_good | ~has_seconds)
    good &= (plain.at(10) == ord("T")) | (plain.at(10) == ord(" "))
    of_day = (hour * 60 + minute) * 60 + second
    good &= (minute < 60) & (second < 60) & (of_day <= 24 * 3600)
    offset, offset_good = _offset(plain, np.where(has_seconds, 19, 16))
    wall = days(year, month, day) * DAY_MS + of_day * 1000
    return Stamps(np.where(good & offset_good, wall, 0), offset, good & offset_good)


def _date(field: Field, iso: Flags) -> tuple[Numbers, Numbers, Numbers, Flags]:
    year, year_good = field.digits(0, 4)
    month, month_good = field.digits(5, 2)
    day, day_good = field.digits(8, 2)
    french_year, french_year_good = field.digits(6, 4)
    french_month, french_month_good = field.digits(3, 2)
    french_day, french_day_good = field.digits(0, 2)
    good = np.where(
        iso,
        year_good & month_good & day_good & (field.at(7) == _DASH),
        french_year_good
        & french_month_good
        & french_day_good
        & (field.at(2) == ord("/"))
        & (field.at(5) == ord("/")),
    )
    year, month = np.where(iso, year, french_year), np.where(iso, month, french_month)
    day = np.where(iso, day, french_day)
    good &= _is_day(year, month, day)
    return np.where(good, year, 2000), np.where(good, month, 1), np.where(good, day, 1), good


def _is_day(year: Numbers, month: Numbers, day: Numbers) -> Flags:
    good = (year >= 2000) & (year < 2100) & (month >= 1) & (month <= 12) & (day >= 1)
    year, month = np.where(good, year, 2000), np.where(good, month, 1)
    length = _month_start(year, month + 1) - _month_start(year, month)
    return np.asarray(good & (day <= length))


def _offset(field: Field, begin: Numbers) -> tuple[Numbers, Flags]:
    """Offset after a time, in minutes east of UTC, and where it is valid or absent."""
    rest = Field(field.text, np.minimum(field.begin + begin, field.end), field.end)
    none = rest.width == 0
    zulu = rest.equals(b"Z")
    sign = rest.at(0)
    hours, hours_good = rest.digits(1, 2)
    colon = rest.at(3) == ord(":")
    far, far_good = rest.digits(4, 2)
    near, near_good = rest.digits(3, 2)
    minutes = np.where(colon, far, near)
    numeric = ((sign == _PLUS) | (sign == _DASH)) & hours_good & np.where(colon, far_good, near_good)
    numeric &= (rest.width == np.where(colon, 6, 5)) & (hours < 15) & (minutes < 60)
    value = np.where(sign == _DASH, -1, 1) * (hours * 60 + minutes)
    return np.where(numeric, value, np.where(zulu, 0, NO_OFFSET)), none | zulu | numeric


def days(year: Numbers, month: Numbers, day: Numbers) -> Numbers:
    """Days since 1970 of calendar dates."""
    return _month_start(year, month) + day - 1


def _month_start(year: Numbers, month: Numbers) -> Numbers:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)
