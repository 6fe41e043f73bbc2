"""Public sources on loopback: Tempo calendar, second source and price files, with the faults of such servers.

    python -m tests.open_data_server --port 8702

serves the seasons since 2022, synthetic if none is on file, and the prices on file. It prints its settings.
"""

from __future__ import annotations

import argparse
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qs, urlsplit

from core.consumption.cost.contracts import REGISTERS, Option
from core.consumption.cost.market import on_file
from core.consumption.cost.rules import RED_DAYS, WHITE_DAYS, colour_of
from core.paristime import local, now_ms
from core.sources.open_data.tempo import Colour, Season
from tests.loopback import Handler, Loopback, tell_and_wait

RTE, SECOND, CRE = "/rte", "/second", "/cre"
_CODES: Final = {Colour.BLUE: 1, Colour.WHITE: 2, Colour.RED: 3}
_HEADS: Final = {
    Option.BASE: "PART_FIXE_HT;PART_FIXE_TTC;PART_VARIABLE_HT;PART_VARIABLE_TTC",
    Option.HPHC: "PART_FIXE_HT;PART_FIXE_TTC;PART_VARIABLE_HC_HT;PART_VARIABLE_HC_TTC;PART_VARIABLE_HP_HT;"
    "PART_VARIABLE_HP_TTC",
    Option.TEMPO: "PART_FIXE_TTC;HCBleu_TTC;HPBleu_TTC;HCBlanc_TTC;HPBlanc_TTC;HCRouge_TTC;HPRouge_TTC",
}
NOWHERE: Final = {f"COURBE_{name}_URL": "http://127.0.0.1:9" for name in ("TEMPO", "TEMPO_SECOND", "PRICES")}
"""Settings of a test that must not ask a public source: nothing listens there."""
FILES: Final = {
    "Option_Base.csv": Option.BASE,
    "Option_HPHC.csv": Option.HPHC,
    "Option_Tempo.csv": Option.TEMPO,
}


@dataclass
class Row:
    """A row of a price file, with prices in the order of its registers."""

    kva: int
    first: date
    last: date | None
    kwh: tuple[str, ...]
    year: str

    def line(self, option: Option) -> str:
        last = f"{self.last:%d/%m/%Y}" if self.last else ""
        head = [f"{self.first:%d/%m/%Y}", last, str(self.kva)]
        fixed, prices = self.year.replace(".", ","), [one.replace(".", ",") for one in self.kwh]
        if option is Option.TEMPO:
            return ";".join([*head, fixed, *prices])
        return ";".join([*head, "0", fixed, *(cell for price in prices for cell in ("0", price))])


def rows_on_file(option: Option) -> list[Row]:
    """The price lists of the program in the regulator's format."""
    rows = []
    for (one, kva), lists in on_file().prices.items():
        if one is option:
            for at, prices in enumerate(lists):
                last = lists[at + 1].since - timedelta(days=1) if at + 1 < len(lists) else None
                kwh = tuple(format(price, "f") for price in (prices.kwh[name] for name in REGISTERS[option]))
                rows.append(Row(kva, prices.since, last, kwh, format(prices.year or Decimal(), "f")))
    return rows


def season_of_colours(year: int, until: date) -> dict[date, Colour]:
    """A valid season up to a day, included.

    Days on file have their colours; after them the first allowed weekdays are red and white, as many as a
    season has.
    """
    season, known = Season(year), on_file().tempo
    days = [season.first + timedelta(days=at) for at in range((season.end - season.first).days)]
    told = {day: colour_of(known, day) for day in days if known.knows(day)}
    left = {
        Colour.RED: RED_DAYS - sum(colour is Colour.RED for colour in told.values()),
        Colour.WHITE: WHITE_DAYS - sum(colour is Colour.WHITE for colour in told.values()),
    }
    for day in days:
        if day in told:
            continue
        told[day] = Colour.BLUE
        if left[Colour.RED] and day.weekday() < 5 and day.month in (12, 1, 2):
            told[day] = Colour.RED
        elif left[Colour.WHITE] and day.weekday() < 6 and day.month in (11, 5, 6):
            told[day] = Colour.WHITE
        if told[day] is not Colour.BLUE:
            left[told[day]] -= 1
    return {day: told[day] for day in days if day <= until}


@dataclass
class OpenDataServer(Loopback):
    """The server; a context manager. `faults`: of each source, names of faults for the next requests."""

    today: date
    colours: dict[int, dict[date, Colour]] = field(default_factory=dict)
    """Seasons by the year of their begin; by default all since 2022."""
    prices: dict[Option, list[Row]] = field(default_factory=dict)
    fallback: set[date] = field(default_factory=set)
    """Days whose colour the operator does not know yet, marked `-fallback`."""
    port: int = 0

    def __post_init__(self) -> None:
        tomorrow = self.today + timedelta(days=1)
        for year in range(2022, Season.of(self.today).year + 1):
            self.colours.setdefault(year, season_of_colours(year, tomorrow))
        for option in FILES.values():
            self.prices.setdefault(option, rows_on_file(option))
        self.faults: dict[str, deque[str]] = {RTE: deque(), SECOND: deque(), CRE: deque()}
        self.broken: dict[str, str] = {}
        self.elsewhere = "https://example.invalid/somewhere"
        self.seen: list[tuple[str, Mapping[str, str]]] = []
        handler = type("Bound", (_Handler,), {"sources": self})
        super().__init__(handler, self.port)

    @property
    def settings(self) -> dict[str, str]:
        """The settings that use this server."""
        return {
            "tempo_url": self.url + RTE,
            "tempo_second_url": self.url + SECOND,
            "prices_url": self.url + CRE,
        }

    def asked(self, source: str) -> list[str]:
        """The paths requested from a source, without its prefix."""
        return [path.removeprefix(f"{source}/") for path, _ in self.seen if path.startswith(source)]


class _Handler(Handler):
    sources: OpenDataServer

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        parts = urlsplit(self.path)
        self.sources.seen.append((self.path, dict(self.headers)))
        source = f"/{parts.path.split('/')[1]}"
        waiting = self.sources.faults.get(source)
        fault = waiting.popleft() if waiting else self.sources.broken.get(source)
        if fault is not None:
            FAULTS[fault](self)
            return
        name, query = parts.path.removeprefix(f"{source}/"), parse_qs(parts.query)
        if source == RTE and name == "tempo":
            self._calendar(query.get("season", [""])[0])
        elif source == SECOND and name == "joursTempo":
            self._list(query.get("periode[]", [""])[0])
        elif source == CRE and name.removeprefix("moved/") in FILES:
            self._file(FILES[name.removeprefix("moved/")])
        else:
            self.send(404, b"<html>Not found</html>", "text/html")

    def _season(self, told: str) -> dict[date, Colour]:
        year, _, end = told.partition("-")
        whole = year.isdigit() and end == str(int(year) + 1)
        return self.sources.colours.get(int(year), {}) if whole else {}

    def _calendar(self, season: str) -> None:
        told = self._season(season)
        values = {day.isoformat(): colour.name for day, colour in told.items()}
        values |= {f"{day.isoformat()}-fallback": "true" for day in self.sources.fallback if day in told}
        self.send(200, json.dumps({"values": values}).encode(), "application/json")

    def _list(self, season: str) -> None:
        rows = [
            {"dateJour": day.isoformat(), "codeJour": _CODES[colour], "periode": season}
            for day, colour in self._season(season).items()
        ]
        if rows:
            last = date.fromisoformat(str(rows[-1]["dateJour"])) + timedelta(days=1)
            rows.append({"dateJour": last.isoformat(), "codeJour": 0, "periode": season})
        self.send(200, json.dumps(rows).encode(), "application/json")

    def _file(self, option: Option) -> None:
        head = f"DATE_DEBUT;DATE_FIN;P_SOUSCRITE;{_HEADS[option]}"
        lines = [head, *(row.line(option) for row in self.sources.prices[option])]
        self.send(200, ("\r\n".join(lines) + "\r\n").encode("utf-8-sig"), "text/csv")


def _redirect_here(handler: _Handler) -> None:
    source, _, name = handler.path.lstrip("/").partition("/")
    handler.send(302, b"", "text/html", Location=f"/{source}/moved/{name}")


def _endless(piece: bytes, seconds: float) -> Callable[[_Handler], None]:
    """Send an answer without an end, fast or slowly."""

    def answer(handler: _Handler) -> None:
        handler.begin(200, "application/json")
        handler.forever(piece, handler.sources, seconds)

    return answer


FAULTS: Final[Mapping[str, Callable[[_Handler], None]]] = {
    "down": lambda handler: handler.send(503, b"<html>Down</html>", "text/html"),
    "gone": lambda handler: handler.send(404, b"", "text/html"),
    "page": lambda handler: handler.send(200, b"<!DOCTYPE html><html></html>", "text/html"),
    "empty": lambda handler: handler.send(200, b"", "application/json"),
    "other": lambda handler: handler.send(200, b'{"values": {"2026-01-05": "GREEN"}}', "application/json"),
    "elsewhere": lambda handler: handler.send(302, b"", "text/html", Location=handler.sources.elsewhere),
    "here": _redirect_here,
    "around": lambda handler: handler.send(302, b"", "text/html", Location=handler.path),
    "cut": lambda handler: handler.cut(b'{"values": {"20', "application/json"),
    "slow": _endless(b" ", 0.02),
    "huge": _endless(b" " * 65_536, 0),
}


def main() -> None:
    """Run the server for manual tests until interrupted."""
    parser = argparse.ArgumentParser(description="The public sources to try the application against.")
    parser.add_argument("--port", type=int, default=8702)
    for source in (RTE, SECOND, CRE):
        parser.add_argument(f"--{source[1:]}", choices=sorted(FAULTS), help=f"the fault of {source[1:]}")
    arguments = parser.parse_args()
    with OpenDataServer(local(now_ms()).date(), port=arguments.port) as server:
        server.broken = {s: getattr(arguments, s[1:]) for s in server.faults if getattr(arguments, s[1:])}
        lines = [f"COURBE_{name.upper()}={value}" for name, value in server.settings.items()]
        tell_and_wait(lines)


if __name__ == "__main__":
    main()
