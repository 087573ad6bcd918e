"""What a person at a terminal sees after a cycle: a table of the tenants, then what needs a hand and where the files are.

In a pipe it is plain lines of ``tenant: what: value``, without colours or frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from daemon.report_files import WrittenReports
from ledger.money import Money
from ledger.reminders import MessageKind

#: Lines of faults shown for one tenant; ``status`` shows them all.
FAULTS_MOST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedFile:
    """A place where results lie."""

    label: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSummary:
    """One tenant after one cycle.

    ``entries`` = ``matched`` + ``review`` + ``ignored``, since the first entry there is. ``batches`` with ``batched`` in them and ``reminders``: of this cycle.
    ``faults``: what could not be read, one line each; ``failures``: steps that failed, one line each; ``held``: what waits for
    something else than a decision, such as a channel that is not set up.
    """

    tenant: str
    as_of: date
    entries: int
    matched: int
    review: int
    ignored: int
    open: Money
    open_documents: int
    overdue: Money
    batches: int
    batched: Money
    reminders: int
    faults: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    files: tuple[PlacedFile, ...] = ()


def summary_of(reports: WrittenReports, failures: tuple[str, ...], seen_from: Path) -> TenantSummary:
    """The summary of what a report says; paths as seen from a folder where they lie below it."""
    view = reports.view
    head = view.headline
    faults = [line for source in view.sources for line in (*source.gaps, *source.faults)]
    faults += [f"{parked.subject}: {parked.reason}" for parked in view.parked]
    return TenantSummary(
        tenant=view.tenant,
        as_of=view.as_of,
        entries=head.entries,
        matched=head.matched_automatically + head.matched_by_person,
        review=head.waiting,
        ignored=head.ignored,
        open=head.open,
        open_documents=head.open_documents,
        overdue=head.overdue,
        batches=len(view.batches),
        batched=sum((batch.amount for batch in view.batches), Money.zero(view.currency)),
        reminders=sum(line.kind not in _NO_REMINDERS for line in view.reminders),
        faults=tuple(faults),
        failures=failures,
        files=(
            PlacedFile(label="report", path=_seen_from(reports.report, seen_from)),
            PlacedFile(label="log", path=_seen_from(reports.log, seen_from)),
        ),
    )


def _seen_from(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def print_summaries(console: Console, summaries: Sequence[TenantSummary]) -> None:
    """Print them: a table on a terminal, plain lines in a pipe."""
    if console.is_terminal:
        _print_table(console, summaries)
    else:
        for summary in summaries:
            for line in plain_lines(summary):
                console.print(Text(line), soft_wrap=True)


def plain_lines(summary: TenantSummary) -> Iterator[str]:
    """One fact a line, each beginning with the tenant."""
    facts = (
        ("as of", summary.as_of.isoformat()),
        ("entries", str(summary.entries)),
        ("matched", str(summary.matched)),
        ("review", str(summary.review)),
        ("ignored", str(summary.ignored)),
        ("open", f"{summary.open} in {summary.open_documents} documents"),
        ("overdue", str(summary.overdue)),
        ("debit batches", f"{summary.batches} ({summary.batched})" if summary.batches else "0"),
        ("reminders", str(summary.reminders)),
        *(("failed", line) for line in summary.failures),
        *(("fault", line) for line in _shown(summary.faults)),
        *(("held", line) for line in _shown(summary.held)),
        *((file.label, file.path) for file in summary.files),
    )
    for what, value in facts:
        yield f"{summary.tenant}: {what}: {value}"


#: Columns of a terminal below which the table leaves out what can be worked out from the others.
_WIDE: Final = 110
#: Messages that ask for nothing that is late.
_NO_REMINDERS: Final = frozenset({MessageKind.PRE_NOTIFICATION, MessageKind.MANDATE_INVITATION, MessageKind.INVOICE})


def _print_table(console: Console, summaries: Sequence[TenantSummary]) -> None:
    wide = console.width >= _WIDE
    currencies = {summary.open.currency for summary in summaries}
    unit = f" {min(currencies)}" if len(currencies) == 1 else ""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("tenant", no_wrap=True)
    counts = ("entries", "matched", "review", "ignored") if wide else ("matched", "review")
    for name in (*counts, f"open{unit}", f"overdue{unit}", f"debits{unit}", "reminders"):
        table.add_column(name, justify="right", no_wrap=True)
    for summary in summaries:
        matched = Text(str(summary.matched), style="green")
        review = Text(str(summary.review), style="yellow" if summary.review else "")
        table.add_row(
            Text(summary.tenant, style="bold"),
            *((str(summary.entries), matched, review, str(summary.ignored)) if wide else (matched, review)),
            _grouped(summary.open, unit),
            _grouped(summary.overdue, unit),
            _grouped(summary.batched, unit) if summary.batches else "0",
            str(summary.reminders),
        )
    console.print(table)
    for summary in summaries:
        _print_rest(console, summary)


def _print_rest(console: Console, summary: TenantSummary) -> None:
    """What needs a hand, and where the files are; nothing where there is neither."""
    marked = (
        ("failed", "bold red", summary.failures),
        ("fault", "red", _shown(summary.faults)),
        ("held", "yellow", _shown(summary.held)),
        ("", "dim", tuple(f"{file.label}  {file.path}" for file in summary.files)),
    )
    lines = [(mark, style, line) for mark, style, found in marked for line in found]
    if not lines:
        return
    console.print()
    console.print(f"[bold]{escape(summary.tenant)}[/bold]")
    for mark, style, line in lines:
        console.print(Text.assemble(("  ", ""), (f"{mark} " if mark else "", style), line), soft_wrap=True)


def _shown(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The first few lines, and how many there are besides."""
    if len(lines) <= FAULTS_MOST:
        return lines
    return (*lines[:FAULTS_MOST], f"and {len(lines) - FAULTS_MOST} more: afletter status shows them all")


def _grouped(amount: Money, unit: str) -> str:
    """An amount with its thousands apart, as ``12,345.60``, with its currency unless the column's ``unit`` says it."""
    whole, point, fraction = amount.decimal().partition(".")
    digits = f"{int(whole):,}" if whole != "-0" else whole
    return f"{digits}{point}{fraction}{'' if unit else f' {amount.currency}'}"
