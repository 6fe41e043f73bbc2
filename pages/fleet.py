"""Fleet: measures synthetic fleets, extrapolates to millions of meters with prices, and offers the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.jobs import Phase, Progress
from core.lab import jobs
from core.lab.figures import scales
from core.lab.figures.closing import closing
from core.lab.fleet import forecast, kept, tiers
from core.lab.fleet.forecast import LINKY_METERS
from core.lab.fleet.measure import MOST_DAYS, Fleet
from core.lab.fleet.outlook import COPIES, YEARS, Outlook, outlook
from core.lab.footprint import Usage, saving
from core.lab.prepared.kept import Kind
from core.lab.sides import SIDES
from core.lab.wording import cost, fitted, meters_of
from core.texts import Words
from pages.shared import notices
from pages.shared.frame import page
from pages.shared.visitor import Visitor
from pages.views.lab import job
from pages.views.lab.display import draw, show_statistics, sides, warn_of_few
from pages.views.lab.kept import kept_of, shown
from pages.views.lab.rate import insert_rate
from pages.views.lab.report import show_report
from pages.views.lab.spark import runs_of, show_spark, with_runs

METERS = (10, 100, 1_000)
METERS_SHARED = (10, 100)
REAL_READINGS, REAL_BOUND = 16_848, 1.16
"""Readings of a real household, and the lower bound of its values in bytes per reading."""


def start(visitor: Visitor) -> None:
    """Show the form that starts a fleet."""
    words = visitor.words
    busy = job.blocked(visitor, "fleet")
    with st.form("fleet_form"):
        left, middle, right = st.columns(3)
        meters = left.selectbox(
            words.text("fleet.form.meters"),
            METERS_SHARED if visitor.is_shared else METERS,
            index=1,
            format_func=words.number,
            key="fleet_meters",
        )
        days = middle.number_input(
            words.text("fleet.form.days"), 7, min(MOST_DAYS, 1_096), 730, step=1, key="fleet_days"
        )
        options = right.selectbox(
            words.text("fleet.form.options"),
            ("plain", "small"),
            format_func=lambda code: words.text(f"fleet.options.{code}"),
            key="fleet_options",
        )
        keep = not visitor.is_shared and st.checkbox(words.text("fleet.form.keep"), key="fleet_keep")
        st.caption(words.text("fleet.form.note"))
        asked = st.form_submit_button(
            words.text("fleet.form.start"), type="primary", icon=":material/groups:", disabled=busy
        )
    if asked:
        job.begin(
            visitor,
            "fleet",
            jobs.fleet(visitor.store.patient(), meters, int(days), keep=bool(keep), options=options),
        )


def show_fleet(visitor: Visitor, found: Fleet) -> None:
    """Show the measured sizes of a fleet."""
    words = visitor.words
    rows = []
    for one in found.sizes:
        ordinary, series = one.footprint.ordinary, one.footprint.time_series
        values = (ordinary.net_per_reading, series.net_per_reading)
        says = (says_cost(ordinary, words), says_cost(series, words), words.percent)
        won = saving(*values) if one.footprint.settled else None
        rows.append((words.number(one.meters), (*values, won), says))
    head = ("fleet.meters", "fleet.table.ordinary", "fleet.table.time_series", "footprint.table.saving")
    sides([words.text(title) for title in head], rows)
    if not found.settled:
        st.warning(words.text("lab.unsettled"), icon=":material/hourglass_top:")
    warn_of_few(visitor, found.sizes[0].footprint.ordinary.readings, key="fleet.few")
    st.caption(words.text("fleet.free"))
    if found.bound:
        st.caption(
            words.text(
                "fleet.bound",
                compressor=found.bound.compressor,
                value=words.number(found.bound.bytes_per_reading, 2),
                real=words.number(REAL_READINGS),
                real_value=words.number(REAL_BOUND, 2),
            )
        )
    if found.models():
        draw(words, scales.growth(found, words), "fleet.bytes", "fleet_chart")
    statistics = {
        words.labelled(meters_of(one.meters, words), words.text(side.label)): side.of(one.footprint).raw
        for one in found.sizes
        for side in SIDES
    }
    show_statistics(words, statistics, "fleet.collection", "fleet_raw")


def says_cost(one: Usage, words: Words) -> Callable[[float], str]:
    """A formatter that ignores its value and writes bytes per reading with free space."""
    return lambda _: cost(one, words)


def progress_of(words: Words, progress: Progress) -> str:
    """The progress of a running fleet: which side it loads or measures, and the number of meters."""
    told = {Phase.MEASURING: "measuring", Phase.CHECKPOINT: "waiting"}.get(progress.phase, progress.source)
    return words.text(f"fleet.phase.{told}", meters=meters_of(progress.meters, words))


def show_kept(visitor: Visitor) -> None:
    """Show the kept fleets with their sizes, and the button that drops them."""
    words = visitor.words
    with notices.guard():
        found = kept.kept(visitor.store.database)
    if not found:
        return
    taken = words.size(sum(one.bytes for one in found))
    names = ", ".join(f"`{one.collection}` ({words.size(one.bytes)})" for one in found)
    with st.container(border=True):
        st.markdown(f":material/inventory_2: {words.text('fleet.kept', size=taken, names=names)}")
        with st.popover(words.text("fleet.kept.drop"), icon=":material/delete:"):
            st.markdown(words.text("fleet.kept.question", size=taken))
            if st.button(words.text("fleet.kept.confirm"), type="primary", key="fleet_drop"):
                with notices.guard():
                    kept.drop(visitor.store.database)
                st.rerun()


def show_closing(visitor: Visitor, found: Fleet) -> None:
    """Show the forecast for a country: its inputs, the closing chart, and the needs of both sides."""
    words = visitor.words
    st.header(words.text("fleet.closing.title"), anchor=False)
    left, middle, right = st.columns(3)
    meters = int(
        left.number_input(
            words.text("fleet.forecast.meters"), 1, LINKY_METERS, LINKY_METERS, key="fleet_forecast_meters"
        )
    )
    years = int(
        middle.number_input(words.text("fleet.forecast.years"), 1, 20, YEARS, key="fleet_forecast_years")
    )
    copies = int(
        right.number_input(words.text("fleet.forecast.copies"), 1, 7, COPIES, key="fleet_forecast_copies")
    )
    rate = insert_rate(visitor)
    both = outlook(found, meters, years, rate)
    if not both:
        st.warning(words.text("fleet.forecast.none"), icon=":material/info:")
        return
    ordinary, series = both
    st.markdown(
        words.text(
            "fleet.closing.lead",
            ordinary=words.size(ordinary.node.likely),
            series=words.size(series.node.likely),
            times=words.number(ordinary.node.likely / series.node.likely, 0),
            readings=words.number(ordinary.readings / 1e9, 1),
        )
    )
    draw(words, closing(both, words), "fleet.closing.title", "fleet_closing")
    show_arriving(visitor, series)
    show_needs(words, both, copies)
    st.markdown(
        words.text(
            "fleet.forecast.ingest",
            readings=words.number(ordinary.readings),
            speed=words.number(ordinary.ingest),
            rate=words.number(rate),
        )
    )
    models = found.models()
    if models:
        warn_of_few(visitor, models[0].measured, key="fleet.forecast.few")
        show_model(words, *models)


def show_arriving(visitor: Visitor, series: Outlook) -> None:
    """Show the size of the time series side while readings arrive day by day, before months are rewritten."""
    words, kept_arrival = visitor.words, kept_of(visitor, Kind.ARRIVAL)
    ways = {one.code: one.time_series.net_per_reading for one in kept_arrival.result} if kept_arrival else {}
    if {"best", "crowded"} <= ways.keys():
        times = ways["crowded"] / ways["best"]
        size = words.size(series.node.likely * times)
        st.markdown(words.text("fleet.closing.arrival", times=words.number(times, 1), size=size))


def show_needs(words: Words, both: Sequence[Outlook], copies: int) -> None:
    """Show the size and the clusters of both sides, for each need alone and for all together."""
    columns = [needs_of(words, one, copies) for one in both]
    st.table(
        {words.text("footprint.table.size"): [words.text(f"fleet.forecast.{name}") for name in columns[0]]}
        | {
            words.text(one.side.label): list(column.values())
            for one, column in zip(both, columns, strict=True)
        }
    )


def needs_of(words: Words, one: Outlook, copies: int) -> dict[str, str]:
    """One side of the forecast, by the keys of its rows."""
    all_nodes = one.node.times(copies)

    def cluster(cost: tiers.Cost) -> str:
        return f"{words.number(cost.shards)} × {cost.tier}"

    def between(first: str, last: str) -> str:
        return first if first == last else f"{first} – {last}"

    currency = tiers.prices().currency
    months = between(words.number(one.low.cost.month), words.number(one.high.cost.month))
    return {
        "node": between(words.size(one.node.low), words.size(one.node.high)),
        "nodes": between(words.size(all_nodes.low), words.size(all_nodes.high)),
        "by_disk": cluster(one.likely.alone["disk"]),
        "by_memory": f"{cluster(one.likely.alone['memory'])} ({words.size(one.memory)})",
        "by_ingest": cluster(one.likely.alone["ingest"]),
        "cluster": between(cluster(one.low.cost), cluster(one.high.cost)),
        "decided": words.text(f"fleet.need.{one.likely.decided}"),
        "month": f"{months} {currency}",
        "backup": words.text("fleet.forecast.backup_line", size=words.size(one.node.likely)),
        "retention": words.text(f"fleet.forecast.retention_{one.side.code}"),
    }


def show_model(words: Words, ordinary: forecast.Model, series: forecast.Model) -> None:
    """Show the fitted lines of the forecast and the dated prices."""
    listed = tiers.prices()
    st.caption(fitted(ordinary, series, words))
    st.markdown(
        words.text(
            "fleet.forecast.prices",
            date=words.day(listed.date),
            source=listed.source,
            shard=words.size(listed.shard_gb * 1e9),
        )
    )
    with st.expander(words.text("fleet.prices.title"), icon=":material/payments:"):
        show_prices(words, listed)


def show_prices(words: Words, listed: tiers.Prices) -> None:
    """Show the price list."""
    st.table(
        {
            words.text("fleet.prices.tier"): [tier.name for tier in listed.tiers],
            words.text("fleet.prices.hour", currency=listed.currency): [
                words.number(tier.hour, 3) for tier in listed.tiers
            ],
            words.text("fleet.prices.included"): [
                words.size(tier.included_gb * 1e9) for tier in listed.tiers
            ],
            words.text("fleet.prices.largest"): [words.size(tier.largest_gb * 1e9) for tier in listed.tiers],
        }
    )
    st.caption(
        words.text(
            "fleet.prices.note",
            extra=words.number(listed.extra_gb_hour, 4),
            currency=listed.currency,
            hours=words.number(listed.hours_a_month),
            fill=words.percent(listed.fill, 0),
        )
    )


visitor = page("fleet")
words = visitor.words
found = shown(visitor, Kind.FLEET, "fleet", lambda at: progress_of(words, at), "fleet.phase.bound")
fleet: Fleet | None = found.result
if fleet and fleet.sizes:
    show_closing(visitor, fleet)
st.header(words.text("fleet.measured.title"), anchor=False)
start(visitor)
runs = runs_of(visitor) if visitor.has_workspace else []
if visitor.has_workspace and not job.busy(visitor, "fleet"):  # a fleet being loaded is not kept
    show_kept(visitor)
if fleet and fleet.sizes:
    show_fleet(visitor, with_runs(fleet, runs))
show_spark(visitor, runs)
show_report(visitor)
