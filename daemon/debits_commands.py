"""``afletter debits``: what is collected, what waits, and what people do about it (contract.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from collect.forecast import forecast
from config.tenant import TenantConfig
from daemon import debit_acts
from daemon.debit_acts import DebitActError, UnknownName, meant
from daemon.debit_planning import plan_debits
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
    the_one,
)
from daemon.review import Person
from daemon.tenant import Tenant, opened
from ledger.mandates import Collection, CollectionStatus
from ledger.money import Money

debits_app = typer.Typer(
    help="Direct debits: what is collected, what waits, what came back. Example: afletter debits list --config tenants",
    no_args_is_help=True,
)

Name = Annotated[
    str,
    typer.Argument(help="A batch, collection, mandate or document; batches and collections also by their beginning."),
]
_DONE_WITH = frozenset({CollectionStatus.COLLECTED, CollectionStatus.CANCELLED})


@debits_app.command("list")
def debits_list(
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what was collected or cancelled.")] = False,
) -> None:
    """Batches that wait for a release, then every collection that is under way or came back.

    Example: afletter debits list --config tenants
    """
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready, ready.store.transaction() as t:
            debit = ready.config.direct_debit
            if debit is None:
                out.print(f"{escape(one.tenant)}: no direct debits in its file")
                continue
            planned = plan_debits(ready, t, debit, day_of(as_of, one))
            for batch in planned.waiting:
                amount = _sum(batch.collections)
                out.print(
                    f"[yellow]waits for release[/yellow] {batch.message_id}: {len(batch.collections)} collections, {amount}, "
                    f"for {batch.collect_on}"
                )
            rows = [each for each in t.debits.rows() if everything or each.status not in _DONE_WITH]
            out.print(_table(one.tenant, rows) if rows else f"{escape(one.tenant)}: nothing is under way")


def _table(title: str, collections: Iterable[Collection]) -> Table:
    table = Table(
        "collection", "day", "amount", "customer", "mandate", "documents", "status", "file", title=title, box=None
    )
    for one in collections:
        documents = ", ".join(part.document for part in one.parts)
        status = f"{one.status.value} {one.reason_code}".strip()
        cells = (one.end_to_end_id, one.collect_on.isoformat(), str(one.amount), one.mandate.customer_id)
        table.add_row(*map(escape, (*cells, one.mandate.reference, documents, status, one.message_id)))
    return table


def _sum(collections: Iterable[Collection]) -> Money:
    return sum((one.amount for one in collections), Money.zero("EUR"))


@debits_app.command("show")
def debits_show(name: Name, config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None) -> None:
    """A batch, collection, mandate or document: its collections, what moved for them, and who did what.

    Example: afletter debits show M20260914 --config tenants
    """

    def show(ready: Tenant, person: Person) -> str:
        with ready.store.transaction() as t:
            debit = ready.config.direct_debit
            if debit is None:
                raise DebitActError(f"tenant {ready.name} has no direct_debit in its file")
            what = meant(t, plan_debits(ready, t, debit, person.as_of), name)
            out.print(_table(ready.name, what.collections))
            names = {name, what.mandate, what.document} | {one.end_to_end_id for one in what.collections}
            lines = [
                f"{move.booked_on}  {move.end_to_end_id}  {move.amount}  {move.status.value} {move.reason_code}".rstrip()
                for one in what.collections
                for move in t.debit_moves.of_collection(one.end_to_end_id)
            ]
            lines += [
                f"{act.on}  {act.act} {act.subject} by {act.by}" for act in t.debit_acts.all() if act.subject in names
            ]
            return "\n".join(lines)

    _act(name, config, tenant, as_of, None, show)


@debits_app.command("release")
def debits_release(
    name: Name, config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None, by: By = None
) -> None:
    """Let a batch go to the bank with the next cycle, or let what was withheld or came back be collected again.

    Example: afletter debits release M20260914 --config tenants
    """
    _act(name, config, tenant, as_of, by, lambda ready, person: debit_acts.release(ready, name, person))


@debits_app.command("withhold")
def debits_withhold(
    name: Name, config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None, by: By = None
) -> None:
    """Keep a batch, a collection or a mandate from going to the bank until it is released.

    Example: afletter debits withhold E20260914 --config tenants
    """
    _act(name, config, tenant, as_of, by, lambda ready, person: debit_acts.withhold(ready, name, person))


@debits_app.command("cancel")
def debits_cancel(
    name: Name, config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None, by: By = None
) -> None:
    """Give up collecting; the customer pays by transfer, and is reminded.

    Example: afletter debits cancel 2026/00012 --config tenants
    """
    _act(name, config, tenant, as_of, by, lambda ready, person: debit_acts.cancel(ready, name, person))


@debits_app.command("arrived")
def debits_arrived(
    name: Name, config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None, by: By = None
) -> None:
    """The bank has a file whose hand-over broke off: it counts as handed over, and is not sent again.

    Example: afletter debits arrived M20260914 --config tenants
    """
    _act(name, config, tenant, as_of, by, lambda ready, person: debit_acts.arrived(ready, name, person))


@debits_app.command("resend")
def debits_resend(
    name: Name, config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None, by: By = None
) -> None:
    """The bank does not have a file whose hand-over broke off: hand it over again with the next cycle. Ask the bank first.

    Example: afletter debits resend M20260914 --config tenants
    """
    _act(name, config, tenant, as_of, by, lambda ready, person: debit_acts.resend(ready, name, person))


@debits_app.command("forecast")
def debits_forecast(config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None) -> None:
    """What will be collected on which day for the next eight weeks, as things stand.

    Example: afletter debits forecast --config tenants
    """
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready, ready.store.transaction() as t:
            debit = ready.config.direct_debit
            if debit is None:
                out.print(f"{escape(one.tenant)}: no direct debits in its file")
                continue
            day = day_of(as_of, one)
            table = Table("day", "collections", "amount", "of which announced", title=one.tenant, box=None)
            for each in forecast(plan_debits(ready, t, debit, day), t.debits.rows(), day):
                table.add_row(each.day.isoformat(), str(each.count), str(each.amount), str(each.announced))
            out.print(table if table.row_count else f"{escape(one.tenant)}: nothing is to be collected")


def _act(
    name: str,
    config: Path,
    tenant: str | None,
    as_of: str | None,
    by: str | None,
    act: Callable[[Tenant, Person], str],
) -> None:
    """Do something on the one tenant that knows the name; where several do, --tenant must say which."""
    with named_errors():
        having = [one for one in configs(config, tenant) if one.direct_debit is not None]
        knowing = [one for one in having if _knows(one, name, as_of)]
        unknown = f"there is no batch, collection, mandate or document '{name}': see `afletter debits list`"
        chosen = the_one(knowing, having=f"'{name}'", unknown=unknown)
        with opened(chosen) as ready, ready.store.lock():
            person = Person(name=decider(by), as_of=day_of(as_of, chosen))
            typer.echo(act(ready, person))


def _knows(one: TenantConfig, name: str, as_of: str | None) -> bool:
    """Whether the tenant has something of that name; a name that means several there is known too."""
    with opened(one) as ready, ready.store.transaction() as t:
        debit = ready.config.direct_debit
        if debit is None:
            return False
        try:
            meant(t, plan_debits(ready, t, debit, day_of(as_of, one)), name)
        except UnknownName:
            return False
        return True
