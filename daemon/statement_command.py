"""``afletter statement show``: what bank files say, as tables for people and as JSON lines for programs (contract.md)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.bank_files import BankFile, files_in, read_bank_file
from daemon.progress import BarSteps, SilentSteps, shown
from ledger.controls import remarks
from ledger.debit_status import DebitOutcome, DebitStatus
from ledger.money import Money
from ledger.party import Counterparty
from ledger.statements import EntryDetail, EntryStatus, Statement, StatementEntry

#: Exit codes of contract.md.
ALL_RIGHT: Final = 0
SOME_REFUSED: Final = 1

#: Entries that stand in one table, so that a file of a million costs no memory of a million rows.
ROWS_PER_TABLE: Final = 1000

statement_app = typer.Typer(
    help="What bank files say, without a tenant. Example: afletter statement show august.cod", no_args_is_help=True
)


@statement_app.callback()
def statement_options() -> None:
    """What bank files say, without a tenant."""


@statement_app.command("show")
def show(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", exists=True, help="Bank files, zip archives of them, or folders of them."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON per file.")] = False,
) -> None:
    """What bank files say: CODA, MT940, MT942, CAMT.052, .053, .054 and pain.002, told apart by content. Nothing is stored.

    Exit 1 when a file is refused or does not add up.

    Example: afletter statement show statements/2026-09-14.cod
    """
    files = files_in(paths)
    out, err = Console(highlight=False), Console(stderr=True, highlight=False)
    code = ALL_RIGHT
    quiet = len(files) < 2 or out.is_terminal
    with shown(Console(quiet=True) if quiet else err) as progress:
        steps = SilentSteps() if progress is None else BarSteps(progress, "statements")
        steps.step("files", len(files))
        for path in files:
            file = read_bank_file(path)
            code = code if file.ok else SOME_REFUSED
            if as_json:
                sys.stdout.writelines(json_of(file))
            else:
                print_file(out, file)
            steps.done(1)
    raise typer.Exit(code)


# -- for programs -------------------------------------------------------------------------------------------------------


def json_of(file: BankFile) -> Iterator[str]:
    """The line of one file, in pieces, so that the entries of a large one pass by one after the other."""
    yield '{"file": ' + _text(file.file) + ', "format": ' + _text(file.format or None)
    yield ', "ok": ' + _text(file.ok) + ', "problems": ' + _text(list(file.problems)) + ', "statements": ['
    for place, statement in enumerate(file.statements):
        yield ", " if place else ""
        yield from _statement_json(statement)
    yield "]"
    if file.debit_statuses:
        yield ', "debit_statuses": ' + _text([_status_json(each) for each in file.debit_statuses])
    yield "}\n"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _statement_json(statement: Statement) -> Iterator[str]:
    opening, closing = _balances(statement)
    head = {
        "account": statement.account or None,
        "currency": statement.currency,
        "number": statement.number,
        "date": None if statement.dated_on is None else statement.dated_on.isoformat(),
        "opening": _decimal(opening),
        "closing": _decimal(closing),
        "remarks": remarks(_shown(statement)),
    }
    yield _text(head).removesuffix("}") + ', "entries": ['
    yield from _list_json(_booked(statement))
    yield '], "pending": ['
    yield from _list_json(_pending(statement))
    yield "]}"


def _list_json(entries: Iterable[StatementEntry]) -> Iterator[str]:
    for place, entry in enumerate(entries):
        yield (", " if place else "") + _text(_entry_json(entry))


def _entry_json(entry: StatementEntry) -> dict[str, object]:
    return {
        "booked_on": entry.booked_on.isoformat(),
        "value_on": entry.value_on.isoformat(),
        "amount": entry.amount.decimal(),
        "status": entry.status.value,
        **_said_json(entry),
        "details": [{"amount": _decimal(detail.amount), **_said_json(detail)} for detail in entry.details],
    }


def _said_json(said: StatementEntry | EntryDetail) -> dict[str, object]:
    """What an entry and a transaction inside a batch both say."""
    return {
        "bank_reference": said.bank_reference,
        "end_to_end_id": said.end_to_end_id,
        "mandate_reference": said.mandate_reference,
        "counterparty": _party_json(said.counterparty),
        "remittance": " ".join(said.remittance.unstructured),
        "creditor_reference": " ".join(said.remittance.creditor_references),
        "transaction_code": said.transaction_code,
        "return_reason": said.return_reason,
    }


def _party_json(party: Counterparty) -> dict[str, str]:
    return {"name": party.name, "iban": party.iban, "bic": party.bic}


def _status_json(status: DebitStatus) -> dict[str, object]:
    return {
        "level": status.level.value,
        "status": status.status,
        "outcome": status.outcome.value,
        "message_id": status.message_id,
        "message_name": status.message_name,
        "payment_information_id": status.payment_information_id,
        "end_to_end_id": status.end_to_end_id,
        "mandate_reference": status.mandate_reference,
        "amount": _decimal(status.amount),
        "counterparty": _party_json(status.counterparty),
        "reasons": [{"code": reason.code, "text": reason.text} for reason in status.reasons],
    }


def _decimal(amount: Money | None) -> str | None:
    return None if amount is None else amount.decimal()


# -- for people ---------------------------------------------------------------------------------------------------------


def print_file(out: Console, file: BankFile) -> None:
    """A line for the file, what is wrong with it, and a table for each of its statements."""
    verdict = Text("ok", style="green") if file.ok else Text("not ok", style="bold red")
    out.print(Text.assemble((file.file, "bold"), "  ", file.format or "unknown", "  ", verdict), soft_wrap=True)
    for problem in file.problems:
        out.print(Text.assemble("  ", ("problem ", "red"), problem), soft_wrap=True)
    for statement in file.statements:
        _print_statement(out, statement)
        if statement.problems:
            out.print(Text("  shown as it can be read, refused for booking", style="red"), soft_wrap=True)
    if file.debit_statuses:
        out.print(_status_table(file.debit_statuses))
    out.print()


def _print_statement(out: Console, statement: Statement) -> None:
    opening, closing = _balances(statement)
    day = "" if statement.dated_on is None else f" of {statement.dated_on.isoformat()}"
    number = f" {statement.number}" if statement.number else ""
    account = statement.account or "no account"
    out.print(Text(f"  {account} {statement.currency}: statement{number}{day}"), soft_wrap=True)
    out.print(Text(f"  opening {_grouped(opening)}, closing {_grouped(closing)}"), soft_wrap=True)
    for remark in remarks(_shown(statement)):
        out.print(Text.assemble("  ", ("remark ", "yellow"), remark), soft_wrap=True)
    rows = chain(_booked(statement), _pending(statement))
    while some := list(islice(rows, ROWS_PER_TABLE)):
        out.print(_table(some))


def _table(entries: Iterable[StatementEntry]) -> Table:
    table = Table(box=None, pad_edge=True, header_style="dim", padding=(0, 1, 0, 1))
    table.add_column("booked", no_wrap=True)
    table.add_column("amount", justify="right", no_wrap=True)
    table.add_column("counterparty")
    table.add_column("account", no_wrap=True)
    table.add_column("says")
    for entry in entries:
        mark = "" if entry.status is EntryStatus.BOOKED else f" {entry.status.value}"
        style = "" if not mark else "dim"
        table.add_row(
            f"{entry.booked_on.isoformat()}{mark}",
            _grouped(entry.amount),
            Text(entry.counterparty.name),
            Text(entry.counterparty.iban),
            Text(_words(entry)),
            style=style,
        )
        for detail in entry.details:
            table.add_row(
                "",
                Text(f"({_grouped(detail.amount)})", style="dim"),
                Text(detail.counterparty.name, style="dim"),
                Text(detail.counterparty.iban, style="dim"),
                Text(_words(detail), style="dim"),
            )
    return table


def _status_table(statuses: Iterable[DebitStatus]) -> Table:
    table = Table("status", "of", "which", "reason", box=None, pad_edge=True, header_style="dim", padding=(0, 1, 0, 1))
    for status in statuses:
        which = status.end_to_end_id or status.instruction_id or status.payment_information_id or status.message_id
        style = "red" if status.outcome is DebitOutcome.REJECTED else ""
        reasons = "; ".join(f"{reason.code} {reason.text}".strip() for reason in status.reasons)
        table.add_row(
            Text(f"{status.status} {status.outcome.value}", style=style), status.level.value, Text(which), Text(reasons)
        )
    return table


def _words(said: StatementEntry | EntryDetail) -> str:
    """References and text; the end-to-end id or the mandate where there is neither."""
    told = [*said.remittance.creditor_references, *said.remittance.unstructured]
    told = told or [text for text in (said.end_to_end_id, said.mandate_reference) if text]
    return " ".join([*([f"returned {said.return_reason}"] if said.return_reason else []), *told])


def _grouped(amount: Money | None) -> str:
    """An amount with its thousands apart, as ``-12,345.60``."""
    if amount is None:
        return "unknown"
    sign = "-" if amount.minor < 0 else ""
    whole, point, fraction = abs(amount).decimal().partition(".")
    return f"{sign}{int(whole):,}{point}{fraction}"


# -- for both -----------------------------------------------------------------------------------------------------------


def _balances(statement: Statement) -> tuple[Money | None, Money | None]:
    """Opening and closing balance, of an intraday report too."""
    opening = statement.interim_opening if statement.opening is None else statement.opening
    closing = statement.interim_closing if statement.closing is None else statement.closing
    return opening, closing


def _shown(statement: Statement) -> Statement:
    """The statement with the balances that are shown of it, for what is remarked about them."""
    opening, closing = _balances(statement)
    return replace(statement, opening=opening, closing=closing)


def _booked(statement: Statement) -> Iterator[StatementEntry]:
    """What the bank counts as booked: in a report or notification, too, though it only comes into the books with the statement."""
    yield from statement.entries
    yield from (each for each in statement.pending if each.status is EntryStatus.BOOKED)


def _pending(statement: Statement) -> Iterator[StatementEntry]:
    return (each for each in statement.pending if each.status is not EntryStatus.BOOKED)
