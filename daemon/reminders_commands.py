"""``afletter reminders``: who is reminded and who is not, and what people say about it (contract.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from collect.reminders import Held
from collect.wording import sentence as why_not
from config.tenant import TenantConfig
from daemon import reminder_acts
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
from daemon.reminder_acts import ReminderActError, UnknownSubject, subject_of
from daemon.reminder_case import Case, case_now
from daemon.reminder_pages import decided, explained, previewed, write_messages
from daemon.review import Person
from daemon.tenant import Tenant, opened
from ledger.reminders import MessageKind, Reminder
from store.reminders import ReminderRow
from store.store import Transaction

reminders_app = typer.Typer(
    help="Reminders: who is asked for what, who is not and why, what was promised.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="An invoice's number, or a customer's id.")]
Invoice = Annotated[str, typer.Argument(help="An invoice's number.")]
Why = Annotated[str, typer.Option("--why", help="In a few words, for the log.")]
_NOTICES = frozenset({MessageKind.PRE_NOTIFICATION, MessageKind.PAID_CONFIRMATION, MessageKind.INVOICE})


@reminders_app.command("list")
def reminders_list(
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what was sent before.")] = False,
) -> None:
    """What is due today, what is held back and why, and what people said that still stands.

    Example: afletter reminders list --config tenants
    """
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready, ready.store.snapshot() as t:
            case = case_now(ready, t, day_of(as_of, one))
            if case is None:
                out.print(f"{escape(one.tenant)}: no reminders in its file")
                continue
            reminders = one.reminders
            found = list(decided(t, case, None if reminders is None else reminders.hand_over))
            waiting = [row for row in case.view.reminders if row.status in ("queued", "parked", "bounced")]
            rows = [row for row in case.view.reminders if row not in waiting] if everything else []
            _print_rows(one.tenant, [*rows, *waiting])
            _print_due(one.tenant, [each for each in found if isinstance(each, Reminder)], "due")
            _print_held(ready, [each for each in found if isinstance(each, Held)])
            _print_acts(case)


def _print_rows(title: str, rows: Iterable[ReminderRow]) -> None:
    table = Table("day", "customer", "kind", "level", "amount", "documents", "way", "status", title=title, box=None)
    for row in rows:
        sent = row.reminder
        if sent.kind in _NOTICES:
            continue
        cells = (sent.as_of.isoformat(), sent.customer_id, sent.kind.value, str(sent.level), str(sent.amount_due))
        table.add_row(*map(escape, (*cells, ", ".join(sent.documents), _way(sent), row.status)))
    if table.row_count:
        out.print(table)


def _print_due(title: str, found: Iterable[Reminder], what: str) -> None:
    table = Table("day", "customer", "kind", "level", "amount", "documents", "way", title=f"{title}: {what}", box=None)
    for one in found:
        cells = (one.as_of.isoformat(), one.customer_id, one.kind.value, str(one.level), str(one.amount_due))
        table.add_row(*map(escape, (*cells, ", ".join(one.documents), _way(one))))
    out.print(table if table.row_count else f"{escape(title)}: nothing is {what}")


def _way(reminder: Reminder) -> str:
    """How it reaches the customer; a case goes to somebody else."""
    return "–" if reminder.kind is MessageKind.HAND_OVER else reminder.medium.value


def _print_held(ready: Tenant, held: Iterable[Held]) -> None:
    for one in held:
        why = why_not(one.reason, one.detail, ready.language)
        out.print(
            f"  [yellow]held[/yellow] {escape(one.customer_id)}  {escape(str(one.amount_due))}  "
            f"{escape(', '.join(one.documents))}: {escape(why)}"
        )


def _print_acts(case: Case) -> None:
    agreements = case.standing.agreements
    for acts in (*agreements.of_document.values(), *agreements.of_customer.values()):
        for act in acts:
            until = f" until {act.until}" if act.until is not None else ""
            words = f"{act.on}  {act.kind.value} {act.subject}{until} by {act.by} {act.why}".rstrip()
            out.print(f"  [cyan]said[/cyan] {escape(words)}")


@reminders_app.command("preview")
def reminders_preview(
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    folder: Annotated[Path | None, typer.Option("--out", help="Write the messages there, one file each.")] = None,
) -> None:
    """What the next 30 days would send, if nobody paid; nothing is sent.

    Example: afletter reminders preview --config tenants --out preview
    """
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready, ready.store.snapshot() as t:
            case = case_now(ready, t, day_of(as_of, one))
            if case is None:
                out.print(f"{escape(one.tenant)}: no reminders in its file")
                continue
            found = list(previewed(case))
            _print_due(one.tenant, found, "due in the next 30 days")
            if folder is not None:
                _write(ready, t, case, found, folder / one.tenant)


def _write(ready: Tenant, t: Transaction, case: Case, found: list[Reminder], folder: Path) -> None:
    try:
        written, troubled = write_messages(ready, t, case, found, folder)
    except OSError as error:
        raise fail((f"{folder} cannot be written: {error.strerror}",)) from error
    out.print(f"{written} messages in {escape(str(folder))}")
    for line in troubled:
        out.print(f"  [yellow]not written[/yellow] {escape(line)}")


@reminders_app.command("explain")
def reminders_explain(
    invoice: Invoice, config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None
) -> None:
    """Where an invoice stands on its ladder and why, and what may be claimed for it, line by line with its article.

    Example: afletter reminders explain 2026/00012 --config tenants
    """

    def explain(ready: Tenant, person: Person) -> str:
        with ready.store.snapshot() as t:
            case = case_now(ready, t, person.as_of)
            if case is None:
                raise ReminderActError(f"tenant {ready.name} has no reminders in its file")
            return "\n".join(explained(ready, t, case, invoice))

    _act(invoice, config, tenant, as_of, None, explain)


@reminders_app.command("hold")
def reminders_hold(
    name: Name,
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    by: By = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="YYYY-MM-DD", help="The last day of the hold.")
    ] = None,
    why: Why = "",
) -> None:
    """Send nothing about an invoice, or nothing to a customer (the stop list), until a day or until it is resumed.

    Example: afletter reminders hold K0012 --until 2026-10-31 --config tenants
    """
    day = None if until is None else _day("--until", until)
    _act(
        name,
        config,
        tenant,
        as_of,
        by,
        lambda ready, person: reminder_acts.hold(ready, name, person, until=day, why=why),
    )


@reminders_app.command("resume")
def reminders_resume(
    name: Name,
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    by: By = None,
    why: Why = "",
) -> None:
    """Take back what was said of an invoice or a customer: hold, dispute, promise, plan.

    Example: afletter reminders resume K0012 --config tenants
    """
    _act(name, config, tenant, as_of, by, lambda ready, person: reminder_acts.resume(ready, name, person, why=why))


@reminders_app.command("dispute")
def reminders_dispute(
    invoice: Invoice,
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    by: By = None,
    why: Why = "",
) -> None:
    """The customer objects to an invoice: it is neither reminded of nor collected until it is resumed.

    Example: afletter reminders dispute 2026/00012 --why "wrong quantity" --config tenants
    """
    _act(
        invoice, config, tenant, as_of, by, lambda ready, person: reminder_acts.dispute(ready, invoice, person, why=why)
    )


@reminders_app.command("promise")
def reminders_promise(
    name: Name,
    until: Annotated[str, typer.Option("--until", metavar="YYYY-MM-DD", help="The day by which it pays.")],
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    by: By = None,
    why: Why = "",
) -> None:
    """The customer says that it pays by a day: quiet until the money of that day must have been seen.

    Example: afletter reminders promise 2026/00012 --until 2026-10-15 --config tenants
    """
    day = _day("--until", until)
    _act(
        name,
        config,
        tenant,
        as_of,
        by,
        lambda ready, person: reminder_acts.promise(ready, name, person, until=day, why=why),
    )


@reminders_app.command("plan")
def reminders_plan(
    name: Name,
    amount: Annotated[str, typer.Option("--amount", help="Of one monthly instalment, such as 50.00.")],
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="The day of the first one.")],
    times: Annotated[int | None, typer.Option("--times", help="How many; by default until all is paid.")] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    by: By = None,
    why: Why = "",
) -> None:
    """Monthly instalments for an invoice or all that is open of a customer: quiet while they are kept.

    Example: afletter reminders plan K0012 --amount 50.00 --from 2026-10-01 --config tenants
    """
    day = _day("--from", first)
    _act(
        name,
        config,
        tenant,
        as_of,
        by,
        lambda ready, person: reminder_acts.plan(ready, name, person, amount=amount, first=day, times=times, why=why),
    )


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise fail((f"{option} {text}: write the day as YYYY-MM-DD",)) from error


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
        knowing = [one for one in configs(config, tenant) if _knows(one, name)]
        chosen = the_one(knowing, having=f"'{name}'", unknown=f"there is no invoice and no customer '{name}'")
        with opened(chosen) as ready, ready.store.lock():
            person = Person(name=decider(by), as_of=day_of(as_of, chosen))
            typer.echo(act(ready, person))


def _knows(one: TenantConfig, name: str) -> bool:
    with opened(one) as ready, ready.store.snapshot() as t:
        try:
            subject_of(t, name)
        except UnknownSubject:
            return False
        return True
