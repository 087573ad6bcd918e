"""``afletter handover``: cases that wait for a person, and cases that are with an agency, a bailiff or a lawyer."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from collect.hand_overs import Case as AgencyCase
from collect.hand_overs import released
from collect.reminders import Held, HoldReason
from collect.wording import sentence as why_not
from config.tenant import TenantConfig
from daemon.handing_over import at_the_agency, barred
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
from daemon.log_words import said
from daemon.reminder_case import Case, case_now
from daemon.tenant import Tenant, opened
from ledger.decisions import Decision
from ledger.errors import AfletterError
from ledger.hand_over import Balance, HandOverAct, HandOverEvent
from ledger.money import Money
from ledger.reminders import MessageKind, Reminder
from store.store import Transaction

handover_app = typer.Typer(
    help="Cases for an agency, a bailiff or a lawyer: what waits, what went, what it was told.", no_args_is_help=True
)


class HandOverError(AfletterError):
    """What the person asked for cannot be done; the message says what can."""


@handover_app.command("list")
def handover_list(config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None) -> None:
    """Cases that are due today, those that wait for a release, and those that are out, with what is open of them by the agency's last word.

    Example: afletter handover list --config tenants
    """
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready, ready.store.transaction() as t:
            case = case_now(ready, t, day_of(as_of, one))
            if case is None or one.reminders is None or one.reminders.hand_over is None:
                out.print(f"{escape(one.tenant)}: nothing is handed over by its file")
                continue
            table = Table("customer", "case", "documents", "amount", "state", title=one.tenant, box=None)
            for due in _due(case):
                held = barred(t, one.reminders.hand_over, case, due)
                state = "due" if held is None else f"[yellow]{escape(_why(held, ready.language))}[/yellow]"
                table.add_row(escape(due.customer_id), "", escape(", ".join(due.documents)), str(due.amount_due), state)
            for away in at_the_agency(t):
                documents = ", ".join(balance.document for balance in away.balances)
                cells = (escape(away.customer_id), away.case[:10], escape(documents), str(_owed(away)), "handed over")
                table.add_row(*cells)
            out.print(table if table.row_count else f"{escape(one.tenant)}: no case is due and none is out")


def _why(held: Held, language: str) -> str:
    if held.reason is HoldReason.NOT_RELEASED:
        return "waits for release"
    return why_not(held.reason, held.detail, language)


def _due(case: Case) -> list[Reminder]:
    return [one for one in case.due(case.view.as_of) if isinstance(one, Reminder) and one.kind is MessageKind.HAND_OVER]


def _owed(away: AgencyCase) -> Money:
    return sum((balance.open for balance in away.balances), Money.zero(away.credit.currency)) - away.credit


@handover_app.command("release")
def handover_release(
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """Let a case that is due go with the next cycle.

    Example: afletter handover release C042 --config tenants
    """
    with named_errors():
        knowing = [one for one in configs(config, tenant) if _waits(one, customer, as_of)]
        unknown = f"no case of '{customer}' is due: see `afletter handover list`"
        chosen = the_one(knowing, having=f"a case of '{customer}'", unknown=unknown)
        with opened(chosen) as ready, ready.store.lock(), ready.store.transaction() as t:
            case = case_now(ready, t, day_of(as_of, chosen))
            for due in [] if case is None else _due(case):
                if due.customer_id == customer:
                    typer.echo(release(ready, t, due, decider(by)))


def _waits(one: TenantConfig, customer: str, as_of: str | None) -> bool:
    with opened(one) as ready, ready.store.transaction() as t:
        case = case_now(ready, t, day_of(as_of, one))
        return case is not None and any(due.customer_id == customer for due in _due(case))


def release(tenant: Tenant, t: Transaction, due: Reminder, by: str) -> str:
    """A person lets a case go; answers the sentence of the log. Releasing it again changes nothing."""
    values = {"person": by, "customer": due.customer_id, "documents": ", ".join(due.documents)}
    sentence = said("hand_over_release", values, tenant.language)
    if released(due.customer_id, t.hand_over_acts.of_customer(due.customer_id)).issuperset(due.documents):
        return sentence
    nothing = Money.zero(due.amount_due.currency)
    t.hand_over_acts.add(
        HandOverAct(
            event=HandOverEvent.RELEASED,
            case="",
            customer_id=due.customer_id,
            balances=tuple(Balance(document=document, open=nothing) for document in due.documents),
            by=by,
            on=due.as_of,
        )
    )
    t.decisions.append(
        [
            Decision(
                as_of=due.as_of,
                subject=due.customer_id,
                decision="hand_over_release",
                evidence="",
                runner_up="",
                reason=sentence,
                by=by,
            )
        ]
    )
    return sentence
