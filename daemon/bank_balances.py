"""Balances that books check by themselves: what the bank's statements say an account holds at the end of a day.

A day's closing balance is told to the books only where nothing can change it any more: the account's statements have no gap, the next statement has
arrived, and our postings up to that day come to just that figure. What was on the account before its first statement is an opening entry; when an
earlier statement turns up, that entry is taken back on its own day and another one takes its place, and all that was told before still holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from connectors.ports import AccountingTarget
from daemon.tenant import Tenant
from ledger.bookings import AccountKind, Booking, LedgerAccount, counter, opening_balance
from ledger.controls import chain_gaps
from ledger.effects import Effect, EffectKind, EffectState, key_of
from ledger.money import Money
from ledger.postings import AssertedBalance, balance_payload, posting_payload, read_posting
from store.statements import StatementHeader
from store.store import Transaction

_OPENING_SAID = "Opening balance"


@dataclass(frozen=True, slots=True)
class _Closing:
    """What an account held at the end of a day, by its statements; a day with several statements has several figures."""

    on: date
    amounts: frozenset[Money]


def tell_balances(tenant: Tenant, target: AccountingTarget, as_of: date) -> int:
    """Queue what ``target`` can check now; answers how many effects. Nothing while one of our postings is not there."""
    if not target.abilities.checks_balances:
        return 0
    with tenant.store.transaction() as t:
        over = (EffectState.DONE, EffectState.CANCELLED)
        if any(sink == target.name and state not in over for sink, state in t.outbox.counts()):
            return 0
        accounts: dict[tuple[str, str], list[StatementHeader]] = {}
        for header in t.statements.headers():
            accounts.setdefault((header.account, header.currency), []).append(header)
        wanted = [
            effect
            for (iban, currency), headers in sorted(accounts.items())
            for effect in _of_account(t, target, iban, currency, headers, as_of)
        ]
        return len(t.outbox.add(wanted))


def _of_account(
    t: Transaction, target: AccountingTarget, iban: str, currency: str, headers: Sequence[StatementHeader], as_of: date
) -> list[Effect]:
    told = [
        header
        for header in headers
        if header.opening is not None and header.closing is not None and header.closing_on is not None
    ]
    if not told or chain_gaps(headers):
        return []
    opening, closings = _first_opening(told), _closings(told)
    known = {effect.key for effect in t.outbox.of_subject(f"balance {iban}")}
    # The newest day may still get another statement.
    untold = [
        closing
        for closing in closings[:-1]
        if not any(
            _balance_key(target, AssertedBalance(account=iban, amount=one, on=closing.on)) in known
            for one in closing.amounts
        )
    ]
    if not untold:
        return []
    moved = _posted_by_day(t, target, iban, currency)
    sums = dict(zip(sorted(moved), accumulate(moved[day] for day in sorted(moved)), strict=True))
    balances: list[AssertedBalance] = []
    for closing in untold:
        posted = max((day for day in sums if day <= closing.on), default=None)
        holds = Money(opening.minor + (0 if posted is None else sums[posted]), currency)
        if holds in closing.amounts:
            balances.append(AssertedBalance(account=iban, amount=holds, on=closing.on))
    if not balances:
        return []
    first_day = min([closings[0].on, *moved]) - timedelta(days=1)
    return [*_opening(t, target, iban, opening, first_day, as_of), *(_balance(target, one, as_of) for one in balances)]


def _first_opening(headers: Sequence[StatementHeader]) -> Money:
    """The opening balance at the beginning of the chain: of the earliest day, that with which no other statement of it closed."""
    earliest = min(header.closing_on for header in headers if header.closing_on is not None)
    first = [header for header in headers if header.closing_on == earliest]
    closed = [header.closing for header in first]
    begins = [header.opening for header in first if header.opening not in closed] or [first[0].opening]
    return next(opening for opening in begins if opening is not None)


def _closings(headers: Sequence[StatementHeader]) -> list[_Closing]:
    by_day: dict[date, set[Money]] = {}
    for header in headers:
        if header.closing is not None and header.closing_on is not None:
            by_day.setdefault(header.closing_on, set()).add(header.closing)
    return [_Closing(day, frozenset(by_day[day])) for day in sorted(by_day)]


def _posted_by_day(t: Transaction, target: AccountingTarget, iban: str, currency: str) -> dict[date, int]:
    """How the account moved in the target's books: our bookings, without those that were taken back before they left."""
    account = LedgerAccount(AccountKind.BANK, iban)
    moved = t.bookings.by_day(account, currency)
    for effect in t.outbox.with_state(EffectState.CANCELLED):
        if effect.sink != target.name or effect.kind is not EffectKind.POSTING:
            continue
        booking_id = read_posting(effect.payload).booking_id
        for booking in t.bookings.of_subject(effect.subject):
            if booking_id in (booking.booking_id, booking.reverses):
                for line in booking.lines:
                    if line.account == account and line.amount.currency == currency:
                        moved[booking.booked_on] = moved.get(booking.booked_on, 0) - line.amount.minor
    return moved


def _opening(
    t: Transaction, target: AccountingTarget, iban: str, amount: Money, on: date, as_of: date
) -> Iterator[Effect]:
    """The opening entry, where the books do not have just that one; what they have in its place is taken back."""
    standing: dict[str, Booking] = {}
    effects = [one for one in t.outbox.of_subject(f"opening {iban}") if one.sink == target.name]
    for effect in effects:
        posting = read_posting(effect.payload)
        if posting.reverses:
            standing.pop(posting.reverses, None)
        elif posting.lines[0].amount.currency == amount.currency:
            standing[posting.booking_id] = opening_balance(
                iban, posting.lines[0].amount, posting.booked_on, posting.booking_id
            )
    wanted = opening_balance(iban, amount, on, key_of("opening", iban, on.isoformat(), str(amount), str(len(effects))))
    if not amount and not standing:
        return
    if any((one.booked_on, one.lines) == (wanted.booked_on, wanted.lines) for one in standing.values()):
        return
    for one in standing.values():
        yield _posting(target, counter(one, one.booked_on, key_of("counter", one.booking_id)), as_of)
    if amount:
        yield _posting(target, wanted, as_of)


def _posting(target: AccountingTarget, booking: Booking, as_of: date) -> Effect:
    return Effect(
        key=key_of("posting", target.name, booking.booking_id),
        kind=EffectKind.POSTING,
        sink=target.name,
        subject=booking.subject,
        payload=posting_payload(booking, _OPENING_SAID),
        not_before=as_of,
    )


def _balance_key(target: AccountingTarget, balance: AssertedBalance) -> str:
    return key_of("balance", target.name, balance.account, balance.on.isoformat(), str(balance.amount))


def _balance(target: AccountingTarget, balance: AssertedBalance, as_of: date) -> Effect:
    return Effect(
        key=_balance_key(target, balance),
        kind=EffectKind.BALANCE,
        sink=target.name,
        subject=f"balance {balance.account}",
        payload=balance_payload(balance),
        not_before=as_of,
    )
