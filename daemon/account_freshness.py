"""How far the statements of each bank account reach, from the statements that were read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from daemon.tenant import Tenant
from ledger.controls import chain_gaps
from ledger.money import Money
from store.statements import StatementHeader


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFreshness:
    """How far the statements of one account reach, and where the chain is broken (one line each)."""

    account: str
    currency: str
    last_statement_on: date | None
    closing: Money | None
    gaps: tuple[str, ...]


def account_freshness(tenant: Tenant, headers: Sequence[StatementHeader]) -> tuple[AccountFreshness, ...]:
    """Freshness of every configured account; one without any statement says so by its empty date."""
    by_account: dict[str, list[StatementHeader]] = defaultdict(list)
    for header in headers:
        by_account[header.account].append(header)
    answer: list[AccountFreshness] = []
    for account in tenant.accounts:
        own = by_account[account.iban]
        closed = [one for one in own if one.closing_on is not None]
        last = max(closed, key=lambda one: (one.closing_on or date.min, one.number), default=None)
        answer.append(
            AccountFreshness(
                account=account.iban,
                currency=account.currency,
                last_statement_on=None if last is None else last.closing_on,
                closing=None if last is None else last.closing,
                gaps=tuple(gap.line() for gap in chain_gaps(own)),
            )
        )
    return tuple(answer)
