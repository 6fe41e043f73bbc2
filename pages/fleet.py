"""From one household to millions: synthetic fleets measured, extrapolated and priced, and the report."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from core.formats import day, number, percent, size
from core.lab import figures, forecast, kept, work
from core.lab.bound import bound
from core.lab.fleet import MOST_DAYS, Fleet
from core.lab.footprint import Usage, footprint, saving
from core.lab.report import Findings, as_html, as_json, compare, read_report
from core.texts import Language
from pages.shared import lab_job, notices
from pages.shared.frame import page
from pages.shared.visitor import Visitor

NO_BAR = {"displayModeBar": False}
METERS = (10, 100, 1_000)
METERS_SHARED = (10, 100)


def start(guest: Visitor) -> None:
    running = lab_job.find(guest, "fleet")
    busy = running is not None and running.active
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
        lab_job.begin(
            guest,
            "fleet",
            work.fleet(guest.store.patient(), meters, int(days), keep=bool(keep), options=options),
        )


def show_fleet(guest: Visitor, found: Fleet) -> None:
    spoken = guest.language
    rows = [
        {
            guest.t("fleet.meters"): number(one.meters, spoken),
            guest.t("fleet.table.ordinary"): cost_of(one.footprint.ordinary, spoken),
            guest.t("fleet.table.time_series"): cost_of(one.footprint.time_series, spoken),
            guest.t("footprint.table.saving"): percent(
                saving(one.footprint.ordinary.total_bytes, one.footprint.time_series.total_bytes), spoken
            ),
        }
        for one in found.sizes
    ]
    st.table(pd.DataFrame(rows).set_index(guest.t("fleet.meters")))
    largest = found.sizes[-1].footprint
    st.caption(
        guest.t(
            "fleet.free",
            ordinary=number(free_per_reading(largest.ordinary), spoken, 2),
            time_series=number(free_per_reading(largest.time_series), spoken, 2),
        )
    )
    if found.bound:
        st.caption(
            guest.t(
                "fleet.bound",
                compressor=found.bound.compressor,
                value=number(found.bound.bytes_per_reading, spoken, 2),
            )
        )
    if found.models():
        st.plotly_chart(figures.growth(found, spoken), config=NO_BAR, key="fleet_chart")
        show_forecast(guest, found)
    with st.expander(guest.t("footprint.raw"), icon=":material/data_object:"):
        st.json(found.as_json(), expanded=1)


def cost_of(one: Usage, spoken: Language) -> str:
    """Bytes per reading, and the total they come to: few columns, for narrow screens."""
    return f"{number(one.bytes_per_reading, spoken, 2)} ({size(one.total_bytes, spoken)})"


def free_per_reading(one: Usage) -> float:
    return (one.free_bytes + one.index_free_bytes) / one.readings


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
    models, spoken, listed = found.models(), guest.language, forecast.prices()
    if models is None:
        return
    st.header(guest.t("fleet.forecast.title"), anchor=False)
    left, middle, right = st.columns(3)
    meters = int(
        left.number_input(
            guest.t("fleet.forecast.meters"), 1, forecast.LINKY_METERS, 1_000_000, key="fleet_forecast_meters"
        )
    )
    years = int(middle.number_input(guest.t("fleet.forecast.years"), 1, 20, 3, key="fleet_forecast_years"))
    copies = int(right.number_input(guest.t("fleet.forecast.copies"), 1, 7, 3, key="fleet_forecast_copies"))
    readings = forecast.readings_of(meters, years)
    rows = [
        forecast_row(guest, side, model.predict(readings), copies)
        for side, model in zip(("ordinary", "time-series"), models, strict=True)
    ]
    st.table(pd.DataFrame(rows).set_index(guest.t("fleet.forecast.side")))
    st.markdown(
        guest.t(
            "fleet.forecast.ingest",
            readings=number(readings, spoken),
            speed=number(forecast.ingest_per_second(meters), spoken),
        )
    )
    st.caption(
        guest.t(
            "fleet.forecast.model",
            fixed_o=size(models[0].fixed, spoken),
            per_o=number(models[0].per_reading, spoken, 2),
            residual_o=percent(models[0].residual, spoken),
            fixed_t=size(models[1].fixed, spoken),
            per_t=number(models[1].per_reading, spoken, 2),
            residual_t=percent(models[1].residual, spoken),
        )
    )
    st.caption(
        guest.t(
            "fleet.forecast.prices",
            date=day(listed.date, spoken),
            source=listed.source,
            shard=size(listed.shard_gb * 1e9, spoken),
        )
    )


def forecast_row(guest: Visitor, side: str, one: forecast.Range, copies: int) -> dict[str, str]:
    spoken, listed = guest.language, forecast.prices()
    all_nodes = one.times(copies)
    low, high = forecast.cost(one.low, listed), forecast.cost(one.high, listed)
    tier = low.tier if low.tier == high.tier else f"{low.tier} – {high.tier}"
    shards = (
        number(low.shards, spoken)
        if low.shards == high.shards
        else f"{number(low.shards, spoken)} – {number(high.shards, spoken)}"
    )
    price = f"{number(low.month, spoken)} – {number(high.month, spoken)} {listed.currency}"
    return {
        guest.t("fleet.forecast.side"): guest.t(f"footprint.{side}"),
        guest.t("fleet.forecast.node"): f"{size(one.low, spoken)} – {size(one.high, spoken)}",
        guest.t("fleet.forecast.nodes"): f"{size(all_nodes.low, spoken)} – {size(all_nodes.high, spoken)}",
        guest.t("fleet.forecast.tier"): tier,
        guest.t("fleet.forecast.shards"): shards,
        guest.t("fleet.forecast.month"): price,
    }


def result_of(guest: Visitor, name: str) -> tuple[object, ...]:
    job = lab_job.find(guest, name)
    return job.result or () if job else ()


def show_report(guest: Visitor, found: Fleet | None) -> None:
    st.header(guest.t("report.download.title"), anchor=False)
    st.markdown(guest.t("report.download.lead"))
    if guest.meters and st.button(
        guest.t("report.prepare"), icon=":material/description:", key="report_prepare"
    ):
        with st.spinner(guest.t("footprint.measuring")), notices.guard():
            findings = Findings(
                footprint=footprint(guest.store),
                bound=bound(guest.store.read(summary.meter).watts for summary in guest.meters),
                layouts=result_of(guest, "layouts"),
                races=result_of(guest, "speed"),
                inserts=result_of(guest, "insert"),
                fleet=found,
            )
        page_file, data_file = st.columns(2)
        page_file.download_button(
            guest.t("report.html"),
            as_html(findings, guest.language),
            "courbe-report.html",
            "text/html",
            icon=":material/download:",
            key="report_html",
        )
        data_file.download_button(
            guest.t("report.json"),
            json.dumps(as_json(findings), indent=1),
            "courbe-report.json",
            "application/json",
            icon=":material/download:",
            key="report_json",
        )
    with st.expander(guest.t("report.compare.title"), icon=":material/compare_arrows:"):
        files = st.file_uploader(
            guest.t("report.compare.pick"), type="json", accept_multiple_files=True, key="report_files"
        )
        if len(files) == 2:
            with notices.guard():
                show_comparison(guest, files[0].getvalue(), files[1].getvalue())


def show_comparison(guest: Visitor, one: bytes, other: bytes) -> None:
    rows = [
        {
            guest.t("report.compare.figure"): name,
            guest.t("report.compare.first"): first,
            guest.t("report.compare.second"): second,
            guest.t("report.compare.change"): (second / first - 1) * 100 if first else None,
        }
        for name, first, second in compare(read_report(one), read_report(other))
    ]
    change = guest.t("report.compare.change")
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="report_comparison",
        column_config={change: st.column_config.NumberColumn(change, format="%+.1f %%")},
    )


guest = page("fleet")
start(guest)
fleet: Fleet | None = lab_job.watch(
    guest,
    "fleet",
    lambda count: guest.t("fleet.loading", meters=number(int(count), guest.language)),
)
running = lab_job.find(guest, "fleet")
if guest.has_workspace and not (
    running and running.active
):  # while one is loaded, its halves are not kept yet
    show_kept(guest)
if fleet and fleet.sizes:
    show_fleet(guest, fleet)
elif fleet is None:
    st.markdown(guest.t("fleet.empty"))
show_report(guest, fleet)
