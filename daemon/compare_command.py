"""``afletter compare``: what the accounting software says beside our books."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich.markup import escape

from connectors.ports import AccountingTarget
from daemon.books_comparison import age_line, compare_books, difference_line
from daemon.invocation import (
    DEFAULT_CONFIG,
    DONE,
    STEP_FAILED,
    AsOf,
    ConfigPath,
    TenantName,
    configs,
    day_of,
    err,
    named_errors,
    out,
)
from daemon.operator_log import masked
from daemon.tenant import Tenant, opened
from ledger.comparisons import Comparison
from ledger.errors import AfletterError


def register(app: typer.Typer) -> None:
    """Give the program the command."""
    app.command("compare")(compare_command)


def compare_command(
    last: Annotated[
        bool, typer.Option("--last", help="Show what the last reading found; nothing is read from the books.")
    ] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
) -> None:
    """Read the accounting software back and list what differs from our books, with the cause where it can be seen. Nothing is changed, here or
    there. Ends with 1 when something differs.

    Example: afletter compare --config tenants
    """
    code = DONE
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready:
            for target in ready.accounting:
                code = max(code, _shown_last(ready, target) if last else _compared(ready, target, day_of(as_of, one)))
    raise typer.Exit(code)


def _compared(tenant: Tenant, target: AccountingTarget, as_of: date) -> int:
    try:
        with tenant.store.lock():
            made = compare_books(tenant, target, as_of, lambda: datetime.now(UTC))
    except AfletterError as error:
        err.print(f"[red]failed[/red] {escape(tenant.name)}: {target.name}: {escape(masked(str(error)))}")
        return STEP_FAILED
    if made is None:
        out.print(f"{escape(tenant.name)}: {target.name} cannot be read back")
        return DONE
    return _shown(tenant, made)


def _shown_last(tenant: Tenant, target: AccountingTarget) -> int:
    with tenant.store.snapshot() as t:
        made = t.comparisons.last(target.name)
    if made is None:
        out.print(f"{escape(tenant.name)}: {target.name} was never read back")
        return DONE
    return _shown(tenant, made)


def _shown(tenant: Tenant, made: Comparison) -> int:
    for difference in made.differences:
        out.print(f"  {escape(masked(difference_line(difference)))}")
    out.print(
        f"{escape(tenant.name)}: {made.sink}: {made.documents} open documents and {made.banks} bank accounts agree,"
        f" {len(made.differences)} differ; {age_line(made, datetime.now(UTC))}"
    )
    return STEP_FAILED if made.differences else DONE
