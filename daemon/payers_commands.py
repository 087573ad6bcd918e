"""``afletter payers``: what was learned about who pays for whom."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from daemon import payers
from daemon.invocation import (
    DEFAULT_CONFIG,
    AsOf,
    By,
    ConfigPath,
    TenantName,
    configs,
    day_of,
    decider,
    named_errors,
    out,
)
from daemon.review import Person, ReviewError
from daemon.tenant import opened

payers_app = typer.Typer(
    help="Accounts that were seen to pay for customers. Example: afletter payers list --config tenants",
    no_args_is_help=True,
)


@payers_app.command("list")
def payers_list(config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None) -> None:
    """Every account that was learned, for whom it pays, and what taught it.

    Example: afletter payers list --config tenants
    """
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready, ready.store.snapshot() as t:
            table = Table("account", "name", "customer", "learned from", "on", title=one.tenant, box=None)
            for lesson in payers.known(t):
                payer = lesson.payer
                on = lesson.identified.entry.booked_on.isoformat()
                table.add_row(*map(escape, (payer.iban, payer.name, payer.customer_id, lesson.entry, on)))
            out.print(table if table.row_count else f"{escape(one.tenant)}: nothing was learned yet")


@payers_app.command("explain")
def payers_explain(
    about: Annotated[str, typer.Argument(help="An account, a customer's number, or a part of a payer's name.")],
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
) -> None:
    """Why an account counts as a customer's: the master data, and every entry that taught it with its reason.

    Example: afletter payers explain BE68539007547034 --config tenants
    """
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready, ready.store.snapshot() as t:
            lines = [
                f"{iban} belongs to customer {customer_id} ({name}) by the master data"
                for customer_id, name, iban in payers.master_data(t, about)
            ]
            for lesson in payers.known(t, about):
                entry = lesson.identified.entry
                by = "a person booked" if lesson.is_person else "learned from"
                lines.append(
                    f"{lesson.payer.iban} ({lesson.payer.name}) pays for customer {lesson.payer.customer_id}: {by} entry"
                    f" {lesson.entry} of {entry.booked_on}, {entry.amount}: {lesson.reason}"
                )
            for line in lines or [f"nothing is known about {about}"]:
                out.print(f"{escape(one.tenant)}  {escape(line)}")


@payers_app.command("forget")
def payers_forget(
    iban: Annotated[str, typer.Argument(help="The account.")],
    customer: Annotated[str | None, typer.Option("--customer", help="Only that it pays for this customer.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """Forget for whom an account pays. What was booked stays; only future decisions change.

    Example: afletter payers forget BE68539007547034 --customer C10045 --config tenants
    """
    chosen = configs(config, tenant)
    with named_errors():
        if len(chosen) != 1:
            raise ReviewError(f"tenants {', '.join(one.tenant for one in chosen)}: say --tenant")
        with opened(chosen[0]) as ready, ready.store.lock():
            person = Person(name=decider(by), as_of=day_of(as_of, chosen[0]))
            for payer in payers.forget(ready, iban, customer, person):
                out.print(f"forgotten: {escape(payer.iban)} ({escape(payer.name)}) for {escape(payer.customer_id)}")
