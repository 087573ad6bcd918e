"""The files that finance finds after each cycle: the report and the reconciliation log, in the tenant's report folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from daemon import exports
from daemon.call_list import write_list
from daemon.collecting import HeldBack
from daemon.exports import ExportKind
from daemon.report import ReportView, render_report
from daemon.report_view import LOG_FILE, report_view
from daemon.tenant import Tenant
from ledger.errors import Transient

REPORT_FILE = "report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReports:
    """What a cycle's report says, and where its files are."""

    view: ReportView
    report: Path
    log: Path


def write_reports(tenant: Tenant, as_of: date, held_back: HeldBack) -> WrittenReports:
    """Write both files beside their names and rename them."""
    folder = tenant.config.reports.path / tenant.name
    folder.mkdir(parents=True, exist_ok=True)
    with tenant.store.snapshot() as t:
        view = report_view(tenant, t, as_of, held_back, folder)
        exports.write(folder / LOG_FILE, exports.HEADERS[ExportKind.LOG], exports.rows(ExportKind.LOG, tenant, t))
    report = folder / REPORT_FILE
    half = folder / f".{REPORT_FILE}.part"
    half.write_text(render_report(view), encoding="utf-8")
    half.replace(report)
    return WrittenReports(view=view, report=report, log=folder / LOG_FILE)


def write_calls(tenant: Tenant, as_of: date, held_back: HeldBack) -> None:
    """The day's call list, where this tenant calls; a day on which nobody is to be called has none."""
    reminders = tenant.config.reminders
    listed = held_back.calls
    if reminders is None or reminders.calls is None or listed is None or not listed.rows:
        return
    try:
        write_list(reminders.calls.path, as_of, list(listed.rows))
    except OSError as error:
        raise Transient(f"the call list cannot be written: {error.strerror}") from error
