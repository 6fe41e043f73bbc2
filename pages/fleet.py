"""From one household to millions: synthetic fleets measured, extrapolated and priced, and the report."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.formats import day, labelled, number, percent, size
from core.jobs import Phase, Progress
from core.lab import jobs
from core.lab.figures import scales
from core.lab.fleet import forecast, kept
from core.lab.fleet.measure import MOST_DAYS, Fleet
from core.lab.footprint import Usage, saving
from core.lab.wording import cost, fitted, meters_of
from core.texts import Language
from pages.shared import notices
from pages.shared.frame import page
from pages.shared.visitor import Visitor
from pages.views.lab import job
from pages.views.lab.display import draw, show_statistics, sides, warn_of_few
from pages.views.lab.report import show_report

METERS = (10, 100, 1_000)
METERS_SHARED = (10, 100)
REAL_READINGS, REAL_BOUND = 16_848, 1.16
"""A real household's half-hours, and the bytes per reading its values took under the same compressor."""


def start(guest: Visitor) -> None:
    busy = job.blocked(guest, "fleet")
    with st.form("fleet_form"):
        left, middle, right = st.columns(3)
        meters = left.selectbox(
            guest.t("fleet.form.meters"),
            METERS_SHARED if guest.is_shared else METERS,
            index=1,
            format_func=lambda count: number(count, guest.language),
            key="fleet_meters",
        )
        days = middle.number_input(
            guest.t("fleet.form.days"), 7, min(MOST_DAYS, 1_096), 730, step=1, key="fleet_days"
        )
        options = right.selectbox(
            guest.t("fleet.form.options"),
            ("plain", "small"),
            format_func=lambda code: guest.t(f"fleet.options.{code}"),
            key="fleet_options",
        )
        keep = not guest.is_shared and st.checkbox(guest.t("fleet.form.keep"), key="fleet_keep")
        st.caption(guest.t("fleet.form.note"))
        asked = st.form_submit_button(
            guest.t("fleet.form.start"), type="primary", icon=":material/groups:", disabled=busy
        )
    if asked:
        job.begin(
            guest,
            "fleet",
            jobs.fleet(guest.store.patient(), meters, int(days), keep=bool(keep), options=options),
        )


def show_fleet(guest: Visitor, found: Fleet) -> None:
    spoken = guest.language
    rows = []
    for one in found.sizes:
        ordinary, series = one.footprint.ordinary, one.footprint.time_series
        values = (ordinary.net_per_reading, series.net_per_reading)
        says = (says_cost(ordinary, spoken), says_cost(series, spoken), lambda part: percent(part, spoken))
        won = saving(*values) if one.footprint.settled else None
        rows.append((number(one.meters, spoken), (*values, won), says))
    head = ("fleet.meters", "fleet.table.ordinary", "fleet.table.time_series", "footprint.table.saving")
    sides([guest.t(title) for title in head], rows)
    if not found.settled:
        st.warning(guest.t("lab.unsettled"), icon=":material/hourglass_top:")
    warn_of_few(guest, found.sizes[0].footprint.ordinary.readings, key="fleet.few")
    st.caption(guest.t("fleet.free"))
    if found.bound:
        st.caption(
            guest.t(
                "fleet.bound",
                compressor=found.bound.compressor,
                value=number(found.bound.bytes_per_reading, spoken, 2),
                real=number(REAL_READINGS, spoken),
                real_value=number(REAL_BOUND, spoken, 2),
            )
        )
    if found.models():
        draw(guest, scales.growth(found, spoken), "fleet.bytes", "fleet_chart")
        show_forecast(guest, found)
    statistics = {
        labelled(meters_of(one.meters, spoken), guest.t(f"footprint.{side}"), spoken): usage.raw
        for one in found.sizes
        for side, usage in zip(
            ("ordinary", "time-series"), (one.footprint.ordinary, one.footprint.time_series), strict=True
        )
    }
    show_statistics(guest, statistics, "fleet.collection", "fleet_raw")


def says_cost(one: Usage, spoken: Language) -> Callable[[float], str]:
    return lambda _: cost(one, spoken)


def progress_of(guest: Visitor, progress: Progress) -> str:
    """What a running fleet is at: which side it loads, or that it measures, and how many meters."""
    told = {Phase.MEASURING: "measuring", Phase.CHECKPOINT: "waiting"}.get(progress.phase, progress.source)
    return guest.t(f"fleet.phase.{told}", meters=meters_of(progress.meters, guest.language))


def show_kept(guest: Visitor) -> None:
    """That fleets are kept, how large they are, and the way to drop them."""
    with notices.guard():
        found = kept.kept(guest.store.database)
    if not found:
        return
    taken = size(sum(one.bytes for one in found), guest.language)
    names = ", ".join(f"`{one.collection}` ({size(one.bytes, guest.language)})" for one in found)
    with st.container(border=True):
        st.markdown(f":material/inventory_2: {guest.t('fleet.kept', size=taken, names=names)}")
        with st.popover(guest.t("fleet.kept.drop"), icon=":material/delete:"):
            st.markdown(guest.t("fleet.kept.question", size=taken))
            if st.button(guest.t("fleet.kept.confirm"), type="primary", key="fleet_drop"):
                with notices.guard():
                    kept.drop(guest.store.database)
                st.rerun()


def show_forecast(guest: Visitor, found: Fleet) -> None:
    models, counted, spoken = found.models(), found.uncompressed(), guest.language
    if models is None or counted is None:
        return
    st.header(guest.t("fleet.forecast.title"), anchor=False)
    warn_of_few(guest, models[0].measured, key="fleet.forecast.few")
    left, middle, right = st.columns(3)
    meters = int(
        left.number_input(
            guest.t("fleet.forecast.meters"), 1, forecast.LINKY_METERS, 1_000_000, key="fleet_forecast_meters"
        )
    )
    years = int(middle.number_input(guest.t("fleet.forecast.years"), 1, 20, 3, key="fleet_forecast_years"))
    copies = int(right.number_input(guest.t("fleet.forecast.copies"), 1, 7, 3, key="fleet_forecast_copies"))
    readings = forecast.readings_of(meters, years)
    both = [
        forecast_of(guest, on_disk.predict(readings), before.predict(readings), copies)
        for on_disk, before in zip(models, counted, strict=True)
    ]
    st.table(
        {guest.t("footprint.table.size"): [guest.t(f"fleet.forecast.{name}") for name in both[0]]}
        | {
            guest.t(f"footprint.{side}"): list(one.values())
            for side, one in zip(("ordinary", "time-series"), both, strict=True)
        }
    )
    st.markdown(
        guest.t(
            "fleet.forecast.ingest",
            readings=number(readings, spoken),
            speed=number(forecast.ingest_per_second(meters), spoken),
        )
    )
    show_model(guest, *models)


def show_model(guest: Visitor, ordinary: forecast.Model, series: forecast.Model) -> None:
    """What the forecast is made of: the lines fitted, and the dated prices."""
    spoken, listed = guest.language, forecast.prices()
    st.caption(fitted(ordinary, series, spoken))
    st.caption(
        guest.t(
            "fleet.forecast.prices",
            date=day(listed.date, spoken),
            source=listed.source,
            shard=size(listed.shard_gb * 1e9, spoken),
        )
    )
    with st.expander(guest.t("fleet.prices.title"), icon=":material/payments:"):
        show_prices(guest, listed)


def show_prices(guest: Visitor, listed: forecast.Prices) -> None:
    """The price list as it is used."""
    spoken = guest.language
    st.table(
        {
            guest.t("fleet.prices.tier"): [tier.name for tier in listed.tiers],
            guest.t("fleet.prices.hour", currency=listed.currency): [
                number(tier.hour, spoken, 3) for tier in listed.tiers
            ],
            guest.t("fleet.prices.included"): [size(tier.included_gb * 1e9, spoken) for tier in listed.tiers],
            guest.t("fleet.prices.largest"): [size(tier.largest_gb * 1e9, spoken) for tier in listed.tiers],
        }
    )
    st.caption(
        guest.t(
            "fleet.prices.note",
            extra=number(listed.extra_gb_hour, spoken, 4),
            currency=listed.currency,
            hours=number(listed.hours_a_month, spoken),
            fill=percent(listed.fill, spoken, 0),
        )
    )


def forecast_of(
    guest: Visitor, one: forecast.Range, uncompressed: forecast.Range, copies: int
) -> dict[str, str]:
    """A side of the forecast, by the keys of its rows."""
    spoken, listed = guest.language, forecast.prices()
    low = forecast.cost(one.low, listed, uncompressed.low)
    high = forecast.cost(one.high, listed, uncompressed.high)

    def between(first: str, last: str) -> str:
        return first if first == last else f"{first} – {last}"

    all_nodes = one.times(copies)
    return {
        "node": between(size(one.low, spoken), size(one.high, spoken)),
        "nodes": between(size(all_nodes.low, spoken), size(all_nodes.high, spoken)),
        "tier": between(low.tier, high.tier),
        "shards": between(number(low.shards, spoken), number(high.shards, spoken)),
        "month": f"{between(number(low.month, spoken), number(high.month, spoken))} {listed.currency}",
    }


guest = page("fleet")
start(guest)
fleet: Fleet | None = None
loading = False
if guest.has_workspace:
    fleet = job.watch(guest, "fleet", lambda at: progress_of(guest, at), "fleet.phase.bound")
    loading = job.busy(guest, "fleet")
    if not loading:  # while one is loaded, its halves are not kept yet
        show_kept(guest)
if fleet and fleet.sizes:
    show_fleet(guest, fleet)
elif not loading:
    st.markdown(guest.t("fleet.empty"))
show_report(guest, fleet)
