"""`status`: per tenant the last cycle, freshness of each source, open amounts, the review queue and what failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from daemon.account_freshness import AccountFreshness, account_freshness
from daemon.books_comparison import age_line
from daemon.debit_waiting import debit_lines
from daemon.effect_names import subject_name
from daemon.law_terms import stale_rates
from daemon.operator_log import masked
from daemon.policies import reminder_policy
from daemon.shared_facts import disagreements, look_like_one, shortened, sources_of
from daemon.tenant import Tenant
from ledger.documents import DocumentKind
from ledger.effects import EffectState
from ledger.money import Money
from store.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantStatus:
    """All that ``status`` says of one tenant. ``open_receivables`` and ``overdue`` are of invoices; ``credit_notes`` is what customers may
    still set off, positive."""

    tenant: str
    last_cycle_as_of: date | None
    last_cycle_outcome: str
    failures: tuple[str, ...]
    accounts: tuple[AccountFreshness, ...]
    open_receivables: tuple[Money, ...]
    overdue: tuple[Money, ...]
    credit_notes: tuple[Money, ...]
    on_review: int
    review_amounts: tuple[Money, ...]
    faults: tuple[str, ...]
    parked: tuple[str, ...]
    waiting: tuple[str, ...]
    books: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """The same as plain JSON values: dates in ISO form, amounts as decimal text with currency."""
        return {
            "tenant": self.tenant,
            "last_cycle": {
                "as_of": None if self.last_cycle_as_of is None else self.last_cycle_as_of.isoformat(),
                "outcome": self.last_cycle_outcome,
                "failures": list(self.failures),
            },
            "sources": [
                {
                    "account": one.account,
                    "currency": one.currency,
                    "last_statement_on": None if one.last_statement_on is None else one.last_statement_on.isoformat(),
                    "closing": None if one.closing is None else one.closing.decimal(),
                    "gaps": list(one.gaps),
                }
                for one in self.accounts
            ],
            "open": [str(amount) for amount in self.open_receivables],
            "overdue": [str(amount) for amount in self.overdue],
            "credit_notes": [str(amount) for amount in self.credit_notes],
            "review": {"entries": self.on_review, "amounts": [str(amount) for amount in self.review_amounts]},
            "faults": list(self.faults),
            "parked": list(self.parked),
            "waiting": list(self.waiting),
            "books": list(self.books),
        }


def status_of(tenant: Tenant, as_of: date) -> TenantStatus:
    """The status of one tenant on a business day."""
    with tenant.store.snapshot() as t:
        last = t.cycles.last()
        failures = () if last is None else tuple(str(line) for line in _list(last.summary.get("failures")))
        held = () if last is None else tuple(str(line) for line in _list(last.summary.get("held")))
        open_sum, overdue, credit_notes = _open_sums(t, as_of)
        review, amounts = _review(t)
        return TenantStatus(
            tenant=tenant.name,
            last_cycle_as_of=None if last is None else last.as_of,
            last_cycle_outcome="never ran" if last is None else last.outcome or "not ended",
            failures=failures,
            accounts=account_freshness(tenant, list(t.statements.headers())),
            open_receivables=open_sum,
            overdue=overdue,
            credit_notes=credit_notes,
            on_review=review,
            review_amounts=amounts,
            faults=tuple(fault.line() for fault in t.faults.open()),
            parked=_parked(t),
            waiting=_waiting(tenant, t, as_of, held),
            books=tuple(_books(t)),
        )


def _books(t: Transaction) -> Iterator[str]:
    """What the last reading of each accounting target found to differ, those first that hold claims back."""
    now = datetime.now(UTC)
    for made in t.comparisons.all():
        if not made.differences:
            continue
        paid = sum(bool(one.booked_there) for one in made.differences)
        claimed = f", {paid} of them booked there by somebody else" if paid else ""
        yield f"{made.sink}: {len(made.differences)} figures differ{claimed}; {age_line(made, now)}: see `afletter compare --last`"


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _open_sums(t: Transaction, as_of: date) -> tuple[tuple[Money, ...], tuple[Money, ...], tuple[Money, ...]]:
    """What is open of invoices, what of it is overdue, and what is open of credit notes."""
    total: dict[str, int] = defaultdict(int)
    late: dict[str, int] = defaultdict(int)
    credit: dict[str, int] = defaultdict(int)
    for item in t.bookings.open_items():
        if item.document.kind is DocumentKind.CREDIT_NOTE:
            credit[item.open.currency] += item.open.minor
            continue
        total[item.open.currency] += item.open.minor
        if item.document.due_on < as_of:
            late[item.open.currency] += item.open.minor
    return _monies(total), _monies(late), _monies(credit)


def _monies(sums: dict[str, int]) -> tuple[Money, ...]:
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


def _review(t: Transaction) -> tuple[int, tuple[Money, ...]]:
    count, sums = 0, defaultdict[str, int](int)
    for row in t.entries.rows(("review", "new")):
        count += 1
        sums[row.undecided.currency] += row.undecided.minor
    return count, _monies(sums)


def _parked(t: Transaction) -> tuple[str, ...]:
    lines = [
        masked(f"{effect.sink}: {effect.kind.value} {subject_name(t, effect)}: {effect.detail or state.value}")
        for state in (EffectState.PARKED, EffectState.UNKNOWN)
        for effect in t.outbox.with_state(state)
    ]
    return tuple(lines)


def _waiting(tenant: Tenant, t: Transaction, as_of: date, held: Sequence[str]) -> tuple[str, ...]:
    """What waits for something that a person can bring about: a release, a channel, an address, a complete statement."""
    sources = sources_of(tenant)
    lines = [*held, *debit_lines(tenant, t, as_of)]
    told = [masked(one.line()) for one in disagreements(sources, t)]
    lines += shortened(told, "figures that sources say differently")
    lines += look_like_one(sources, t, tenant.config.different_customers)
    if tenant.config.direct_debit is not None and tenant.message_channel is None:
        lines.append("direct debits wait for a channel for their notices: add the section `reminders`")
    reminders = tenant.config.reminders
    if reminders is not None:
        ladders = reminder_policy(tenant.config, reminders, ()).ladders
        lines += stale_rates(reminders.law, tenant.config.file, ladders, as_of)
    return tuple(lines)
