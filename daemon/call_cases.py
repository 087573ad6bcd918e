"""Telephone follow-up from the books: whom the ladder wants called, what the calls came to, and whom to call today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from collect.calls import CallRules, CallStanding, cases, due_today, standing_of, under_way
from collect.owed import covered, owed
from collect.reminders import Standing
from config.collections import Calls
from daemon.tenant import Tenant
from ledger.documents import OpenItem
from ledger.money import Money
from ledger.reminders import Reminder
from store.store import Transaction

#: The name of the call list among the ways of messages; no sink has it, for nothing is sent.
CALL_LIST: Final = "reminders/calls"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDesk:
    """All call cases of a tenant on a day. ``amounts``: what may be asked for each document. ``blind``: something hides that somebody has paid, and nobody is called."""

    standings: tuple[CallStanding, ...]
    amounts: dict[str, Money]
    quiet: frozenset[str]
    blind: bool

    def due(self) -> list[CallStanding]:
        """Whom to call today."""
        if self.blind:
            return []
        return [one for one in due_today(self.standings) if one.case.customer_id not in self.quiet]

    def waiting(self) -> frozenset[str]:
        """Customers whose calls are not over, for whom the ladder waits."""
        return frozenset(under_way(self.standings))


def rules_of(tenant: Tenant, calls: Calls) -> CallRules:
    """How this tenant calls."""
    return CallRules(
        country=tenant.config.legal.country,
        attempts=calls.attempts,
        feedback_working_days=calls.feedback_working_days,
    )


def desk_of(
    tenant: Tenant,
    t: Transaction,
    calls: Calls,
    items: Sequence[OpenItem],
    history: Iterable[Reminder],
    standing: Standing,
    as_of: date,
) -> CallDesk:
    """The desk on a day. A case about nothing that may be asked for any more is settled. ``history``: messages that left."""
    amounts = owed(items, standing, as_of)
    rules = rules_of(tenant, calls)
    reminders = tenant.config.reminders
    days = 0 if reminders is None else reminders.max_statement_age_working_days
    return CallDesk(
        standings=tuple(
            standing_of(one, rules, as_of, settled=not any(document in amounts for document in one.documents))
            for one in cases(history, t.call_attempts.all())
        ),
        amounts=amounts,
        quiet=frozenset(standing.in_review) | covered(items, amounts, standing),
        blind=bool(standing.freshness.unseen(as_of, rules.country, days)),
    )
