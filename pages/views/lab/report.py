"""The report on a page: prepared, downloaded, and two of them side by side."""

from __future__ import annotations

import json

import streamlit as st

from core.formats import THIN, moment
from core.lab import jobs
from core.lab.fleet.measure import Fleet
from core.lab.report.findings import Findings, as_json, compare, read_report
from core.lab.report.html import as_html
from core.lab.wording import figure_name, signed
from core.paristime import local, to_ms
from pages.shared import notices
from pages.shared.frame import link
from pages.shared.visitor import Visitor
from pages.views.lab import job
from pages.views.lab.display import Cell, Column, sortable


def show_report(guest: Visitor, found: Fleet | None) -> None:
    """`found`: the fleet measured, if there is one."""
    st.header(guest.t("report.download.title"), anchor=False)
    st.markdown(guest.t("report.download.lead"))
    if guest.meters and st.button(
        guest.t("report.prepare"),
        icon=":material/description:",
        disabled=job.blocked(guest, "report", tell=False),
        key="report_prepare",
    ):
        job.begin(
            guest,
            "report",
            jobs.report(
                guest.store.patient(),
                layouts=job.result(guest, "layouts") or (),
                races=job.result(guest, "speed") or (),
                inserts=job.result(guest, "insert") or (),
                trials=job.result(guest, "limits") or (),
                fleet=found,
            ),
        )
    if not guest.meters:
        st.caption(guest.t("report.needs"))
        link(guest, "history", guest.t("common.empty.import"), icon=":material/download:")
    findings: Findings | None = None
    if guest.has_workspace:
        findings = job.watch(guest, "report", lambda _: "", "footprint.measuring")
    if findings:
        show_downloads(guest, findings)
    with st.expander(guest.t("report.compare.title"), icon=":material/compare_arrows:"):
        files = st.file_uploader(
            guest.t("report.compare.pick"), type="json", accept_multiple_files=True, key="report_files"
        )
        if len(files) == 2:
            with notices.guard():
                show_comparison(guest, files[0].getvalue(), files[1].getvalue())
        elif files:
            st.caption(guest.t("report.compare.two"))


def show_downloads(guest: Visitor, findings: Findings) -> None:
    """The prepared report: what is in it and both files. It stays until another is prepared."""
    parts = [guest.t("footprint.title")]
    parts += [
        guest.t(f"report.part.{name}")
        for name in ("layouts", "races", "inserts", "trials", "fleet")
        if getattr(findings, name)
    ]
    when = moment(local(to_ms(findings.made)), guest.language)
    st.caption(guest.t("report.ready", moment=when, parts=", ".join(parts)))
    page_file, data_file = st.columns(2)
    page_file.download_button(
        guest.t("report.html"),
        lambda: as_html(findings, guest.language),
        "courbe-report.html",
        "text/html",
        icon=":material/download:",
        on_click="ignore",
        key="report_html",
    )
    data_file.download_button(
        guest.t("report.json"),
        lambda: json.dumps(as_json(findings), indent=1),
        "courbe-report.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
        key="report_json",
    )


def show_comparison(guest: Visitor, one: bytes, other: bytes) -> None:
    spoken = guest.language
    columns = {
        "figure": Column(guest.t("report.compare.figure")),
        "first": Column(guest.t("report.compare.first"), 2),
        "second": Column(guest.t("report.compare.second"), 2),
        "change": Column(
            guest.t("report.compare.change"), says=lambda part: f"{signed(part, spoken, 1)}{THIN}%"
        ),
    }
    rows: list[dict[str, Cell]] = [
        {
            "figure": figure_name(path, spoken),
            "first": first,
            "second": second,
            "change": (second / first - 1) * 100 if first else None,
        }
        for path, first, second in compare(read_report(one), read_report(other))
    ]
    if rows:
        sortable(guest, columns, rows, key="report_comparison")
    else:
        st.caption(guest.t("report.compare.nothing"))
