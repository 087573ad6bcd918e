"""Everything that is decided by whether somebody is reminded, gathered from the books."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from collect.agreements import standing
from collect.law.terms import Terms
from collect.reminders import Channel, Held, ReminderPolicy, Standing, due
from config.tenant import Reminders
from daemon.call_cases import CALL_LIST, desk_of
from daemon.debit_planning import plan_debits
from daemon.debit_standing import blocked_customers
from daemon.law_terms import law_terms
from daemon.outlook import Outlook, outlook_of
from daemon.policies import reminder_policy
from daemon.tenant import Tenant
from ledger.effects import EffectState
from ledger.media import Medium
from ledger.party import Role
from ledger.reminders import Reminder
from store.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that is decided by whether somebody is reminded. ``history``: messages that left, or may have left. ``queued``: ids of
    those that surely have not. ``terms``: what was agreed with customers, for the law."""

    policy: ReminderPolicy
    view: Outlook
    history: tuple[Reminder, ...]
    queued: frozenset[str]
    standing: Standing
    terms: Terms

    def due(self, as_of: date) -> Iterator[Reminder | Held]:
        """What the ladder says on a day, by today's facts."""
        return due(
            self.policy,
            self.view.items,
            customers=self.view.customers,
            history=self.history,
            standing=self.standing,
            as_of=as_of,
        )


def channels_of(tenant: Tenant) -> tuple[Channel, ...]:
    """The ways out that the tenant has set up, cheapest first."""
    ways = [Channel(name=channel.name, medium=channel.medium) for channel in tenant.message_channels]
    reminders = tenant.config.reminders
    if reminders is not None and reminders.calls is not None:
        ways.append(Channel(name=CALL_LIST, medium=Medium.PHONE))
    return tuple(ways)


def case_of(tenant: Tenant, t: Transaction, view: Outlook, reminders: Reminders, covered: frozenset[str]) -> Case:
    """The case on the day of ``view``. ``covered``: documents that direct debit takes care of."""
    queued = _queued_subjects(t, view)
    history = tuple(
        row.reminder
        for row in view.reminders
        if row.status not in ("held", "cancelled", "bounced") and row.message_id not in queued
    )
    stands = Standing(
        freshness=view.freshness,
        in_review=frozenset(_customers_in_review(t, view)) | blocked_customers(t, view.collections),
        under_debit=covered,
        on_account=view.on_account,
        agreements=standing(t.reminder_acts.all()),
        unreachable=frozenset(unreachable(t, view)),
    )
    if reminders.calls is not None:
        desk = desk_of(tenant, t, reminders.calls, view.items, history, stands, view.as_of)
        stands = replace(stands, calling=desk.waiting())
    return Case(
        policy=reminder_policy(tenant.config, reminders, channels_of(tenant), tenant.hand_over_sink),
        view=view,
        history=history,
        queued=queued,
        standing=stands,
        terms=law_terms(reminders.law, tenant.config.file),
    )


def case_now(tenant: Tenant, t: Transaction, as_of: date) -> Case | None:
    """The case of a tenant outside a cycle, for whoever looks; None where the tenant file has no reminders."""
    reminders, debit = tenant.config.reminders, tenant.config.direct_debit
    if reminders is None:
        return None
    view = outlook_of(tenant, t, as_of, ())
    covered = frozenset[str]() if debit is None else plan_debits(tenant, t, debit, as_of, view).covered
    return case_of(tenant, t, view, reminders, covered)


def _queued_subjects(t: Transaction, view: Outlook) -> frozenset[str]:
    """Messages that surely have not left yet."""
    queued = [row.message_id for row in view.reminders if row.status == "queued"]
    states = t.outbox.states_of(queued)
    return frozenset(subject for subject, state in states.items() if state is EffectState.QUEUED)


def unreachable(t: Transaction, view: Outlook) -> Iterator[tuple[str, Medium]]:
    """Customers whom a way does not reach: a message came back, and the address that it went to is still the one we have."""
    for row in view.reminders:
        customer = view.customers.get(row.reminder.customer_id)
        if row.status != "bounced" or customer is None:
            continue
        went_to = {str(effect.payload.get("recipient", "")) for effect in t.outbox.of_subject(row.message_id)}
        if not row.reminder.medium.by_mail or went_to.intersection(customer.emails(tuple(Role))):
            yield customer.customer_id, row.reminder.medium


def _customers_in_review(t: Transaction, view: Outlook) -> Iterator[str]:
    """Customers who may have paid with an entry that waits for a person: by suggestion, account or name."""
    by_iban = {iban: customer.customer_id for customer in view.customers.values() for iban in customer.ibans}
    by_iban |= {payer.iban: payer.customer_id for payer in t.payers.all() if payer.iban}
    by_name: dict[str, list[str]] = {}
    for customer in view.customers.values():
        by_name.setdefault(customer.name.casefold(), []).append(customer.customer_id)
    for stored in t.entries.rows(("review", "new")):
        yield from (line.customer_id for line in stored.lines if line.customer_id and line.rank is not None)
        payer = stored.identified.entry.counterparty
        if payer.iban in by_iban:
            yield by_iban[payer.iban]
        yield from by_name.get(payer.name.casefold(), ())
