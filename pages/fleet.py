"""From one household to millions: synthetic fleets measured, extrapolated and priced, and the report."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.jobs import Phase, Progress
from core.lab import jobs
from core.lab.figures import scales
from core.lab.fleet import forecast, kept
from core.lab.fleet.measure import MOST_DAYS, Fleet
from core.lab.footprint import Usage, saving
from core.lab.wording import cost, fitted, meters_of
from core.texts import Words
from pages.shared import notices
from pages.shared.frame import page
from pages.shared.visitor import Visitor
from pages.views.lab import job
from pages.views.lab.display import draw, show_statistics, sides, warn_of_few
from pages.views.lab.report import show_report
from pages.views.lab.spark import runs_of, show_spark, with_runs

METERS = (10, 100, 1_000)
METERS_SHARED = (10, 100)
REAL_READINGS, REAL_BOUND = 16_848, 1.16
"""A real household's half-hours, and the bytes per reading its values took under the same compressor."""


def start(visitor: Visitor) -> None:
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
        show_forecast(visitor, found)
    statistics = {
        words.labelled(meters_of(one.meters, words), words.text(f"footprint.{side}")): usage.raw
        for one in found.sizes
        for side, usage in zip(
            ("ordinary", "time-series"), (one.footprint.ordinary, one.footprint.time_series), strict=True
        )
    }
    show_statistics(words, statistics, "fleet.collection", "fleet_raw")


def says_cost(one: Usage, words: Words) -> Callable[[float], str]:
    return lambda _: cost(one, words)


def progress_of(words: Words, progress: Progress) -> str:
    """What a running fleet is at: which side it loads, or that it measures, and how many meters."""
    told = {Phase.MEASURING: "measuring", Phase.CHECKPOINT: "waiting"}.get(progress.phase, progress.source)
    return words.text(f"fleet.phase.{told}", meters=meters_of(progress.meters, words))


def show_kept(visitor: Visitor) -> None:
    """That fleets are kept, how large they are, and the way to drop them."""
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


def show_forecast(visitor: Visitor, found: Fleet) -> None:
    models, counted, words = found.models(), found.uncompressed(), visitor.words
    if models is None or counted is None:
        return
    st.header(words.text("fleet.forecast.title"), anchor=False)
    warn_of_few(visitor, models[0].measured, key="fleet.forecast.few")
    left, middle, right = st.columns(3)
    meters = int(
        left.number_input(
            words.text("fleet.forecast.meters"),
            1,
            forecast.LINKY_METERS,
            1_000_000,
            key="fleet_forecast_meters",
        )
    )
    years = int(middle.number_input(words.text("fleet.forecast.years"), 1, 20, 3, key="fleet_forecast_years"))
    copies = int(
        right.number_input(words.text("fleet.forecast.copies"), 1, 7, 3, key="fleet_forecast_copies")
    )
    readings = forecast.readings_of(meters, years)
    both = [
        forecast_of(words, on_disk.predict(readings), before.predict(readings), copies)
        for on_disk, before in zip(models, counted, strict=True)
    ]
    st.table(
        {words.text("footprint.table.size"): [words.text(f"fleet.forecast.{name}") for name in both[0]]}
        | {
            words.text(f"footprint.{side}"): list(one.values())
            for side, one in zip(("ordinary", "time-series"), both, strict=True)
        }
    )
    st.markdown(
        words.text(
            "fleet.forecast.ingest",
            readings=words.number(readings),
            speed=words.number(forecast.ingest_per_second(meters)),
        )
    )
    show_model(words, *models)


def show_model(words: Words, ordinary: forecast.Model, series: forecast.Model) -> None:
    """What the forecast is made of: the lines fitted, and the dated prices."""
    listed = forecast.prices()
    st.caption(fitted(ordinary, series, words))
    st.caption(
        words.text(
            "fleet.forecast.prices",
            date=words.day(listed.date),
            source=listed.source,
            shard=words.size(listed.shard_gb * 1e9),
        )
    )
    with st.expander(words.text("fleet.prices.title"), icon=":material/payments:"):
        show_prices(words, listed)


def show_prices(words: Words, listed: forecast.Prices) -> None:
    """The price list as it is used."""
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


def forecast_of(
    words: Words, one: forecast.Range, uncompressed: forecast.Range, copies: int
) -> dict[str, str]:
    """A side of the forecast, by the keys of its rows."""
    listed = forecast.prices()
    low = forecast.cost(one.low, listed, uncompressed.low)
    high = forecast.cost(one.high, listed, uncompressed.high)

    def between(first: str, last: str) -> str:
        return first if first == last else f"{first} – {last}"

    all_nodes = one.times(copies)
    return {
        "node": between(words.size(one.low), words.size(one.high)),
        "nodes": between(words.size(all_nodes.low), words.size(all_nodes.high)),
        "tier": between(low.tier, high.tier),
        "shards": between(words.number(low.shards), words.number(high.shards)),
        "month": f"{between(words.number(low.month), words.number(high.month))} {listed.currency}",
    }


visitor = page("fleet")
words = visitor.words
start(visitor)
fleet: Fleet | None = None
loading = False
runs = []
if visitor.has_workspace:
    runs = runs_of(visitor)
    fleet = job.watch(visitor, "fleet", lambda at: progress_of(words, at), "fleet.phase.bound")
    loading = job.busy(visitor, "fleet")
    if not loading:  # while one is loaded, its halves are not kept yet
        show_kept(visitor)
if fleet and fleet.sizes:
    show_fleet(visitor, with_runs(fleet, runs))
elif not loading:
    st.markdown(words.text("fleet.empty"))
show_spark(visitor, runs)
show_report(visitor, fleet)
