"""The summary on a terminal and in a pipe."""

import io
from dataclasses import replace
from datetime import date

from rich.console import Console

from daemon.terminal_report import FAULTS_MOST, PlacedFile, TenantSummary, print_summaries
from ledger.money import Money

SUMMARY = TenantSummary(
    tenant="noorderlicht",
    as_of=date(2026, 9, 14),
    entries=162,
    matched=134,
    review=4,
    ignored=24,
    open=Money(14_087_106, "EUR"),
    open_documents=58,
    overdue=Money(6_617_114, "EUR"),
    batches=2,
    batched=Money(1_569_067, "EUR"),
    reminders=31,
    faults=("invoices.csv: line 17, column total: '12,5x' is no amount",),
    held=("post: no channel is set up",),
    files=(PlacedFile(label="report", path="demo/be/report.html"),),
)


def printed(summaries: list[TenantSummary], terminal: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=140, color_system=None, legacy_windows=False)
    print_summaries(console, summaries)
    return out.getvalue()


def test_a_pipe_gets_plain_lines() -> None:
    assert printed([SUMMARY], terminal=False).splitlines() == [
        "noorderlicht: as of: 2026-09-14",
        "noorderlicht: entries: 162",
        "noorderlicht: matched: 134",
        "noorderlicht: review: 4",
        "noorderlicht: ignored: 24",
        "noorderlicht: open: 140871.06 EUR in 58 documents",
        "noorderlicht: overdue: 66171.14 EUR",
        "noorderlicht: debit batches: 2 (15690.67 EUR)",
        "noorderlicht: reminders: 31",
        "noorderlicht: fault: invoices.csv: line 17, column total: '12,5x' is no amount",
        "noorderlicht: held: post: no channel is set up",
        "noorderlicht: report: demo/be/report.html",
    ]


def test_a_terminal_gets_a_table_with_grouped_amounts() -> None:
    text = printed([SUMMARY, replace(SUMMARY, tenant="zuiderzee", batches=0, reminders=0)], terminal=True)
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert rows[0] == "tenant entries matched review ignored open EUR overdue EUR debits EUR reminders"
    assert rows[1] == "noorderlicht 162 134 4 24 140,871.06 66,171.14 15,690.67 31"
    assert rows[2].endswith("66,171.14 0 0")
    assert "report demo/be/report.html" in rows


def test_brackets_in_names_and_faults_are_no_markup() -> None:
    odd = replace(SUMMARY, tenant="[red]odd[/red]", faults=("[bold]x.cod[/bold]: [/]",))
    for terminal in (True, False):
        text = printed([odd], terminal=terminal)
        assert "[red]odd[/red]" in text
        assert "[bold]x.cod[/bold]: [/]" in text


def test_long_paths_are_not_broken() -> None:
    path = "demo/" + "very-long-folder/" * 12 + "report.html"
    for terminal in (True, False):
        assert path in printed([replace(SUMMARY, files=(PlacedFile(label="report", path=path),))], terminal=terminal)


def test_many_faults_are_cut_and_counted() -> None:
    text = printed([replace(SUMMARY, faults=("x",) * (FAULTS_MOST + 5))], terminal=False)
    assert text.count("fault: x") == FAULTS_MOST
    assert "fault: and 5 more" in text


def test_a_small_negative_amount_keeps_its_sign() -> None:
    assert " -0.05 " in printed([replace(SUMMARY, open=Money(-5, "EUR"))], terminal=True)


def test_nothing_is_printed_for_no_tenants_in_a_pipe() -> None:
    assert printed([], terminal=False) == ""


def test_two_currencies_are_named_in_each_cell() -> None:
    dollars = replace(
        SUMMARY, tenant="overseas", open=Money(100, "USD"), overdue=Money(0, "USD"), batched=Money(0, "USD")
    )
    text = printed([SUMMARY, dollars], terminal=True)
    assert "140,871.06 EUR" in text
    assert "1.00 USD" in text
