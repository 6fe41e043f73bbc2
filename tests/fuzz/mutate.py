"""Mutations of good inputs: bytes and lines changed, dropped, doubled, swapped, cut and joined."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from typing import Final

_TOKENS: Final = tuple(
    token.encode()
    for token in (
        *(
            ";",
            ",",
            "\t",
            "|",
            "\n",
            "\r\n",
            "\r",
            '"',
            "'",
            " ",
            "\u00a0",
            "\u202f",
            "\ufeff",
            "\x00",
            "-",
            "+",
        ),
        *(
            "0",
            "9",
            "99999999999999999999",
            "1e9",
            "1,2E+03",
            "-1",
            "NaN",
            "Infinity",
            "null",
            "NA",
            "kWh",
            "W",
        ),
        *(
            "2024-02-30",
            "24:00",
            "02:30",
            "31/03/2024 02:30",
            "+02:00",
            "Z",
            "Horodate;Valeur\n",
            "Début;Fin;",
        ),
        *("PT5M", "PT45M", "[", "]", "{", "}", ":", "<a>", "</row>", "<v>", "&", "PK\x03\x04", "%PDF-"),
    )
)


def mutated(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """A seed with one to eight changes; sometimes the parts of a zip are changed instead."""
    data = rng.choice(seeds)
    if data.startswith(b"PK") and rng.random() < 0.7:
        return _within_zip(rng, data, seeds)
    for _ in range(1 << rng.randrange(4)):
        data = rng.choice(_CHANGES)(rng, data, seeds)
    return data[: 1 << 18]


def _within_zip(rng: random.Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return data
    changed = io.BytesIO()
    victim = rng.choice(sorted(parts)) if parts else ""
    with zipfile.ZipFile(changed, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, part in parts.items():
            told = rng.choice(_CHANGES)(rng, part, seeds) if name == victim else part
            archive.writestr(name, told)
    return changed.getvalue()


def _place(rng: random.Random, data: bytes) -> int:
    return rng.randrange(len(data) + 1)


def _flip(rng: random.Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    if not data:
        return data
    spoilt = bytearray(data)
    spoilt[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(spoilt)


def _token(rng: random.Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    at = _place(rng, data)
    return data[:at] + rng.choice(_TOKENS) + data[at + rng.randrange(12) :]


def _digit(rng: random.Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    at = _place(rng, data)
    while at < len(data) and not 48 <= data[at] < 58:
        at += 1
    return data[:at] + bytes([rng.randrange(48, 58)]) + data[at + 1 :]


def _cut(rng: random.Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    first, last = sorted((_place(rng, data), _place(rng, data)))
    return data[:first] + data[last:] if rng.random() < 0.5 else data[first:last] or data


def _lines(rng: random.Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    other = rng.randrange(len(lines))
    kind = rng.randrange(4)
    if kind == 0:
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 1:
        lines.insert(at, lines[other])
    elif kind == 2:
        del lines[at]
    else:
        rng.shuffle(lines)
    return b"\n".join(lines)


def _everywhere(rng: random.Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    """Replace one token by another, everywhere."""
    return data.replace(rng.choice(_TOKENS[:16]), rng.choice(_TOKENS[:16]))


def _glued(rng: random.Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    return data + rng.choice((b"", b"\n")) + rng.choice(seeds)


def _encoded(rng: random.Random, data: bytes, _seeds: Sequence[bytes]) -> bytes:
    text = data.decode("utf-8", errors="replace")
    return text.encode(rng.choice(("utf-16", "utf-16-be", "cp1252", "utf-8-sig")), errors="replace")


_Change = Callable[[random.Random, bytes, Sequence[bytes]], bytes]
_CHANGES: Final[tuple[_Change, ...]] = (
    *(_flip, _flip, _token, _token, _token, _digit, _digit, _cut, _lines, _lines),
    *(_everywhere, _glued, _encoded),
)
