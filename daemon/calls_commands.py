"""``afletter calls``: whom to call today, and what came of it (contract.md, issue of reminders)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from collect.calls import UNDER_WAY, CallState
from config.tenant import TenantConfig
from daemon.call_list import rows_of, write_list
from daemon.calling import CallError, book_of, desk, log_call
from daemon.invocation import (
    DEFAULT_CONFIG,
    AsOf,
    By,
    ConfigPath,
    TenantName,
    configs,
    day_of,
    decider,
    fail,
    named_errors,
    out,
    the_one,
)
from daemon.reminder_case import case_now
from daemon.tenant import opened
from ledger.calls import CallAttempt, CallOutcome, HalfDay

calls_app = typer.Typer(help="Telephone follow-up: whom to call, and what came of it.", no_args_is_help=True)


@calls_app.command("list")
def calls_list(
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also calls of other days, and cases that are over.")
    ] = False,
    folder: Annotated[Path | None, typer.Option("--out", help="Write the list there as CSV and XLSX.")] = None,
) -> None:
    """Whom to call today, at which half of the day, about what; what is overdue stands in yellow.

    Example: afletter calls list --config tenants
    """
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready, ready.store.transaction() as t:
            case = case_now(ready, t, day_of(as_of, one))
            found = None if case is None else desk(ready, t, case)
            if case is None or found is None:
                out.print(f"{escape(one.tenant)}: no calls in its file")
                continue
            listed = rows_of(found, case)
            if folder is not None:
                _write(folder / one.tenant, case.view.as_of, listed)
            today = {standing.case.customer_id for standing in found.due()}
            table = Table(
                "customer", "phone", "attempt", "when", "documents", "state", "report by", title=one.tenant, box=None
            )
            for standing in found.standings:
                if standing.case.customer_id not in today and not everything:
                    continue
                customer = case.view.customers[standing.case.customer_id]
                when = (
                    ""
                    if standing.next_on is None or standing.half is None
                    else f"{standing.next_on} {standing.half.value}"
                )
                state = standing.state.value
                cells = (
                    escape(customer.customer_id),
                    escape(customer.phone),
                    str(standing.tried + 1) if standing.state in UNDER_WAY else str(standing.tried),
                    when,
                    escape(", ".join(standing.case.documents)),
                    f"[yellow]{state}[/yellow]" if standing.state is CallState.OVERDUE else state,
                    standing.report_by.isoformat(),
                )
                table.add_row(*cells)
            out.print(table if table.row_count else f"{escape(one.tenant)}: nobody is to be called")
            if found.blind:
                out.print(
                    f"  [yellow]held[/yellow] {escape(one.tenant)}: something hides that somebody has paid; nobody is called"
                )


def _write(folder: Path, as_of: date, rows: list[tuple[str, ...]]) -> None:
    try:
        paths = write_list(folder, as_of, rows)
    except OSError as error:
        raise fail((f"{folder} cannot be written: {error.strerror}",)) from error
    out.print(f"{len(rows)} calls in {escape(', '.join(map(str, paths)))}")


@calls_app.command("log")
def calls_log(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    outcome: Annotated[CallOutcome, typer.Argument(help="What came of the call.")],
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    by: By = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day of the call; default: the business day.")
    ] = None,
    half: Annotated[HalfDay, typer.Option("--half", help="Before or after noon.")] = HalfDay.MORNING,
    promised: Annotated[
        str | None, typer.Option("--promised", metavar="YYYY-MM-DD", help="The day that was promised.")
    ] = None,
    document: Annotated[
        list[str] | None, typer.Option("--document", help="An invoice that was spoken of; default: all on the list.")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What was said.")] = "",
) -> None:
    """Write a call down: a promise pauses the ladder to its day, a complaint disputes, a copy is sent, five times not reached lets the ladder go on.

    Example: afletter calls log C042 promised --promised 2026-12-01 --half afternoon --config tenants
    """
    with named_errors():
        having = [one for one in configs(config, tenant) if _has_customer(one, customer)]
        chosen = the_one(having, having=f"'{customer}'", unknown=f"there is no customer '{customer}'")
        today = day_of(as_of, chosen)
        if (outcome is CallOutcome.PROMISED) is (promised is None):
            raise CallError("--promised names the day of a promise, and of nothing else")
        attempt = CallAttempt(
            customer_id=customer,
            called_on=today if on is None else _day(on),
            half=half,
            outcome=outcome,
            by=decider(by),
            documents=tuple(document or ()),
            promised_on=None if promised is None else _day(promised),
            note=note,
        )
        if attempt.promised_on is not None and attempt.promised_on < attempt.called_on:
            raise CallError("the promise lies before the call")
        with opened(chosen) as ready, ready.store.lock(), ready.store.transaction() as t:
            typer.echo(log_call(ready, t, book_of(t), attempt, today))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CallError(f"'{text}' is no day such as 2026-12-01") from error


def _has_customer(one: TenantConfig, customer: str) -> bool:
    with opened(one) as ready, ready.store.snapshot() as t:
        return one.reminders is not None and any(known.customer_id == customer for known in t.facts.customers())
