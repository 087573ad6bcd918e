"""What is known when the collect step begins: each thing is read once, for direct debits and reminders alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from collect.freshness import AccountFreshness as AccountView
from collect.freshness import Freshness, Unseen
from config.tenant import Reminders
from daemon.account_freshness import account_freshness
from daemon.books_comparison import held_by_books
from daemon.coming_money import held_by_coming_money
from daemon.debit_standing import handed_over
from daemon.matching import on_account_of
from daemon.shared_facts import disagreements, held_by_sources, sources_of
from daemon.tenant import Tenant
from ledger.documents import OpenItem
from ledger.effects import EffectState
from ledger.mandates import Collection
from ledger.money import Money
from ledger.party import Customer
from ledger.shared_facts import Disagreement
from store.reminders import ReminderRow
from store.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The facts of a tenant on a day.

    ``on_account``: what stands on account for each customer, positive. ``collections``: every direct debit there has been. ``files``: what
    became of each debit file and single collection. ``reminders``: every message that was decided. ``disagreements``: what sources say
    differently.
    """

    as_of: date
    items: tuple[OpenItem, ...]
    customers: Mapping[str, Customer]
    freshness: Freshness
    on_account: Mapping[str, Sequence[Money]]
    collections: tuple[Collection, ...]
    files: Mapping[str, EffectState]
    reminders: tuple[ReminderRow, ...]
    disagreements: tuple[Disagreement, ...]

    def by_number(self) -> dict[str, OpenItem]:
        """Open items by document number."""
        return {item.document.number: item for item in self.items}


def outlook_of(tenant: Tenant, t: Transaction, as_of: date, failed_sources: Sequence[str]) -> Outlook:
    """Everything that is decided by; ``failed_sources``: those that could not be read in this cycle."""
    on_account = on_account_of(t, tenant.config)
    disputed = tuple(disagreements(sources_of(tenant), t))
    collections = tuple(t.debits.rows())
    items = held_by_coming_money(t, t.bookings.open_items(), collections, tenant.language)
    return Outlook(
        as_of=as_of,
        items=held_by_sources(disputed, held_by_books(t, items, tenant.language), tenant.language),
        disagreements=disputed,
        customers={customer.customer_id: customer for customer in t.facts.customers()},
        freshness=_freshness(tenant, t, failed_sources),
        on_account={customer: (amount,) for customer, amount in on_account.items()},
        collections=collections,
        files=handed_over(t),
        reminders=tuple(t.reminders.rows()),
    )


def unseen(tenant: Tenant, outlook: Outlook) -> tuple[Unseen, ...]:
    """What may hide that somebody has paid."""
    return outlook.freshness.unseen(outlook.as_of, tenant.config.legal.country, _statement_days(tenant))


def _statement_days(tenant: Tenant) -> int:
    reminders = tenant.config.reminders
    return (
        Reminders.model_fields["max_statement_age_working_days"].default
        if reminders is None
        else (reminders.max_statement_age_working_days)
    )


def _freshness(tenant: Tenant, t: Transaction, failed_sources: Sequence[str]) -> Freshness:
    broken: dict[str, list[str]] = {}
    # What a mailbox of delivery reports holds hides no payment.
    troubles = [
        (fault.source.system, fault.line())
        for fault in t.faults.open()
        if fault.whole_document and not fault.source.system.startswith(_DELIVERY_REPORTS)
    ]
    troubles += [(source, f"{source} failed in this cycle") for source in failed_sources]
    for source, line in troubles:
        # What no account stands for (the shop, which knows what the portal collected and what was credited) concerns all of them.
        numbers = [_account_number(source)] if _account_number(source) else map(str, range(len(tenant.accounts)))
        for number in numbers:
            broken.setdefault(number, []).append(line)
    known = account_freshness(tenant, list(t.statements.headers()))
    return Freshness(
        accounts=tuple(
            AccountView(
                account=one.account,
                closing_on=one.last_statement_on,
                gaps=one.gaps,
                broken_files=tuple(broken.get(str(number), ())),
            )
            for number, one in enumerate(known)
        )
    )


_DELIVERY_REPORTS: Final = "reminders/delivery_reports/"


def _account_number(source: str) -> str:
    """The place of a bank account in the tenant file that a source belongs to (``bank_accounts/0/statements/0``); else empty."""
    parts = source.split("/")
    return parts[1] if parts[0] == "bank_accounts" else ""
