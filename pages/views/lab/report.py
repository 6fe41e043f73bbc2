"""The report on a page: preparation, download, and comparison of two."""

from __future__ import annotations

import json

import streamlit as st

from core.lab import jobs
from core.lab.report.findings import Findings, as_json, compare, read_report
from core.lab.report.html import as_html
from core.lab.wording import figure_name, signed
from core.paristime import local, to_ms
from core.texts import THIN, Words
from pages.shared import notices
from pages.shared.frame import link
from pages.shared.visitor import Visitor
from pages.views.lab import job
from pages.views.lab.display import Cell, Column, sortable


def show_report(visitor: Visitor) -> None:
    """Show the report of the stored results, and the comparison of two reports."""
    words = visitor.words
    st.header(words.text("report.download.title"), anchor=False)
    st.markdown(words.text("report.download.lead"))
    if visitor.meter and st.button(
        words.text("report.prepare"),
        icon=":material/description:",
        disabled=job.blocked(visitor, "report", tell=False),
        key="report_prepare",
    ):
        job.begin(visitor, "report", jobs.report(visitor.store.patient(), visitor.meter))
    if not visitor.meters:
        st.caption(words.text("report.needs"))
        link(visitor, "history", words.text("common.empty.import"), icon=":material/download:")
    findings: Findings | None = None
    if visitor.has_workspace:
        findings = job.watch(visitor, "report", lambda _: "", "footprint.measuring")
    if findings:
        show_downloads(words, findings)
    with st.expander(words.text("report.compare.title"), icon=":material/compare_arrows:"):
        files = st.file_uploader(
            words.text("report.compare.pick"), type="json", accept_multiple_files=True, key="report_files"
        )
        if len(files) == 2:
            with notices.guard():
                show_comparison(words, files[0].getvalue(), files[1].getvalue())
        elif files:
            st.caption(words.text("report.compare.two"))


def show_downloads(words: Words, findings: Findings) -> None:
    """Show the contents of the prepared report and both downloads, until another one is prepared."""
    parts = [words.text("footprint.title")]
    parts += [
        words.text(f"report.part.{name}")
        for name in ("layouts", "races", "inserts", "trials", "fleet")
        if getattr(findings, name)
    ]
    when = words.moment(local(to_ms(findings.made)))
    st.caption(words.text("report.ready", moment=when, parts=", ".join(parts)))
    page_file, data_file = st.columns(2)
    page_file.download_button(
        words.text("report.html"),
        lambda: as_html(findings, words),
        "courbe-report.html",
        "text/html",
        icon=":material/download:",
        on_click="ignore",
        key="report_html",
    )
    data_file.download_button(
        words.text("report.json"),
        lambda: json.dumps(as_json(findings), indent=1),
        "courbe-report.json",
        "application/json",
        icon=":material/download:",
        on_click="ignore",
        key="report_json",
    )


def show_comparison(words: Words, one: bytes, other: bytes) -> None:
    """Show the table of figures that two reports share. InputError `report-unreadable`."""
    columns = {
        "figure": Column(words.text("report.compare.figure")),
        "first": Column(words.text("report.compare.first"), 2),
        "second": Column(words.text("report.compare.second"), 2),
        "change": Column(
            words.text("report.compare.change"), says=lambda part: f"{signed(part, words, 1)}{THIN}%"
        ),
    }
    rows: list[dict[str, Cell]] = [
        {
            "figure": figure_name(path, words),
            "first": first,
            "second": second,
            "change": (second / first - 1) * 100 if first else None,
        }
        for path, first, second in compare(read_report(one), read_report(other))
    ]
    if rows:
        sortable(words, columns, rows, key="report_comparison")
    else:
        st.caption(words.text("report.compare.nothing"))
