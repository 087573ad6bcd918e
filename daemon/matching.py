"""The reconcile step: undecided entries through the reconciler, its answers into the store.

Answers are written in batches in the order in which they were made, each batch in one transaction with its bookings, log rows
and postings; a process that dies between two batches goes on from what is committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from config.tenant import TenantConfig
from daemon.bookkeeping import PROGRAM, decided, netted, postings
from daemon.debit_money import DebitDesk, write_moves
from daemon.garbage import seldom_collected
from daemon.log_words import said
from daemon.payouts import PayoutDesk
from daemon.policies import match_policy
from daemon.progress import Steps
from daemon.shared_facts import same_customers
from daemon.tenant import Tenant
from ledger.allocations import Outcome
from ledger.bookings import AccountKind, Booking, BookingKind
from ledger.debit_moves import DebitMove
from ledger.decisions import Decision
from ledger.documents import OpenItem
from ledger.errors import InvariantBroken
from ledger.money import Money
from ledger.party import KnownPayer
from ledger.statements import IdentifiedEntry
from reconcile.receivables import Receivables
from reconcile.timeline import Decided, Netted, reconcile
from store.entries import EntryDecision
from store.store import Transaction

#: Answers written per transaction.
ANSWERS_AT_ONCE: Final = 500


@dataclass(slots=True)
class _Answers:
    """What one transaction will write."""

    bookings: list[Booking] = field(default_factory=list)
    entries: list[EntryDecision] = field(default_factory=list)
    log: list[Decision] = field(default_factory=list)
    payers: list[KnownPayer] = field(default_factory=list)
    describe: dict[str, str] = field(default_factory=dict)
    debit_moves: list[DebitMove] = field(default_factory=list)
    payouts: list[tuple[str, str]] = field(default_factory=list)


def receivables_of(tenant: Tenant, t: Transaction) -> Receivables:
    """What the reconciler knows: every document with what is open of it, customers, payers learned, credit on account."""
    undone = t.bookings.undone(BookingKind.CREDIT_NETTED)
    return Receivables(
        match_policy(tenant.config),
        t.facts.customers(),
        (_not_to_net(item) if item.document.number in undone else item for item in t.bookings.open_items()),
        _under_one_id(t, tenant.config),
        on_account_of(t, tenant.config),
    )


def _not_to_net(item: OpenItem) -> OpenItem:
    """A credit note whose netting a person took back: it corrects nothing any more, so that it is not netted again."""
    return replace(item, document=replace(item.document, corrects=""))


@seldom_collected()
def reconcile_entries(tenant: Tenant, as_of: date, steps: Steps) -> int:
    """Decide every undecided entry; answers how many were decided."""
    with tenant.store.snapshot() as t:
        entries = list(t.entries.undecided())
        receivables = receivables_of(tenant, t)
        desk = DebitDesk(tenant, t)
        payouts = PayoutDesk(t, desk)
    steps.step("reconcile", len(entries))
    answers, count = _Answers(), 0

    def known_before(receivables: Receivables, identified: IdentifiedEntry) -> Outcome | None:
        found = payouts.answer(receivables, identified)
        return desk.answer(receivables, identified) if found is None else found

    for answer in reconcile(receivables, entries, as_of, known_before):
        match answer:
            case Netted():
                _take_netted(answers, answer, tenant.language, as_of)
            case Decided():
                count += 1
                _take_decided(answers, answer, tenant.language, as_of)
                answers.payouts.extend(payouts.used_by(answer.identified.entry_id))
                answers.debit_moves.extend(desk.moves_of(answer.identified.entry_id))
        if len(answers.log) >= ANSWERS_AT_ONCE:
            _write(tenant, answers, as_of)
            steps.done(len(answers.log))
            answers = _Answers()
    _write(tenant, answers, as_of)
    steps.done(len(answers.log))
    return count


def _take_netted(answers: _Answers, answer: Netted, language: str, as_of: date) -> None:
    booking = netted(answer.credit_note, answer.invoice, answer.amount, answer.on)
    values = {
        "credit_note": answer.credit_note.number,
        "invoice": answer.invoice,
        "amount": str(answer.amount),
    }
    reason = said("netted", values, language)
    answers.bookings.append(booking)
    answers.describe[booking.booking_id] = reason
    answers.log.append(
        Decision(
            as_of=as_of,
            subject=answer.credit_note.number,
            decision="netted",
            evidence="",
            runner_up="",
            reason=reason,
            by=PROGRAM,
        )
    )


def _take_decided(answers: _Answers, answer: Decided, language: str, as_of: date) -> None:
    record = decided(answer.identified, answer.outcome, language, as_of)
    answers.bookings.append(record.booking)
    answers.describe[record.booking.booking_id] = record.logged.reason
    answers.entries.append(record.decision)
    answers.log.append(record.logged)
    answers.payers.extend(answer.learned)


def _write(tenant: Tenant, answers: _Answers, as_of: date) -> None:
    if not answers.log:
        return
    with tenant.store.transaction() as t:
        booked = t.bookings.append(answers.bookings)
        if len(booked) != len(answers.bookings):
            raise InvariantBroken("a new decision would book what stands in the books already")
        t.entries.decide(answers.entries)
        t.decisions.append(answers.log)
        t.payers.learn(answers.payers)
        t.outbox.add(postings(booked, tenant.posting_targets, answers.describe, as_of))
        t.payouts.explained(answers.payouts)
        if answers.debit_moves:
            write_moves(tenant, t, answers.debit_moves, as_of)


def _under_one_id(t: Transaction, config: TenantConfig) -> Iterator[KnownPayer]:
    """Known payers, each for the id that its customer is kept under."""
    same = same_customers(config)
    for payer in t.payers.all():
        yield replace(payer, customer_id=same.get(payer.customer_id, payer.customer_id)) if same else payer


def on_account_of(t: Transaction, config: TenantConfig) -> dict[str, Money]:
    """Credit on account per customer, positive, in the tenant's currency."""
    same = same_customers(config)
    balances: dict[str, Money] = {}
    for account, balance in t.bookings.balances(AccountKind.ON_ACCOUNT):
        if balance.currency == config.currency:
            customer = same.get(account.key, account.key)
            balances[customer] = balances.get(customer, Money.zero(balance.currency)) - balance
    return {customer: credit for customer, credit in balances.items() if credit.minor > 0}
