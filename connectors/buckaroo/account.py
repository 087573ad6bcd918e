"""Buckaroo's account of a merchant, as its settlement files tell it: which movements went to the bank in which payout. Pure.

The files are joined by their balances: each opens as the one before closed. On that chain a payout takes the oldest movements that were not paid out yet, up to the end
of a day or all of them, that come to exactly its amount. Where none do (a reserve was held back), the payout has all that waited, does not add up, and is
a person's; what it left behind is no part of any later one.

Worked example: 100.00 and 50.00 on the 8th, costs of 0.70 on the 9th, 20.00 on the 10th and then a payout of 149.30: it takes the first three, and the
20.00 waits for the next one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Final

from formats.detect import read_bank_document
from ledger.controls import with_controls
from ledger.effects import key_of
from ledger.errors import HumanActionNeeded
from ledger.money import Money
from ledger.sources import Fault, RawDocument
from ledger.statements import Statement, StatementEntry

_NUMBER: Final = re.compile(
    r"(?:factuur|invoice)/order\s*:[ \t]*(?P<number>[^\n]*?)[ \t]*(?:\n|\Z|xid\.)", re.IGNORECASE
)
_TRANSACTION: Final = re.compile(r"\bxid\.?\s*:\s*(?P<key>[0-9A-F]{32})\b", re.IGNORECASE)
_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One movement of the account, every field as text so that it can be kept: ``code``: Buckaroo's own of four characters; ``amount``: signed decimal; ``on``: ISO
    date; ``transaction``: its key, empty where there is none; ``number``: the invoice or order beside it; ``to``: the account it went to or
    came from, where an IBAN begins it; ``place``: file and line."""

    code: str
    amount: str
    on: str
    transaction: str
    number: str
    to: str
    words: str
    place: str

    def row(self) -> dict[str, str]:
        """All of it by name."""
        return {name: getattr(self, name) for name in _FIELDS}


_FIELDS: Final = tuple(one.name for one in fields(Movement))
_SAID: Final = tuple(name for name in _FIELDS if name != "place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One statement of the account: balances as signed decimals, days as ISO dates. ``file``: where it stands."""

    account: str
    currency: str
    number: str
    opening: str
    closing: str
    closed_on: str
    movements: tuple[Movement, ...]
    file: str

    @property
    def key(self) -> str:
        """What it says, whatever file it came in."""
        said = [[getattr(one, name) for name in _SAID] for one in self.movements]
        return key_of(self.account, self.currency, self.opening, self.closing, self.closed_on, json.dumps(said))

    @property
    def chain(self) -> str:
        """The name of its account in its currency."""
        return f"{self.account} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut:
    """A payout with the movements in it."""

    payout_id: str
    currency: str
    payout: Movement
    movements: tuple[Movement, ...]


@dataclass(slots=True, kw_only=True)
class Chain:
    """An account up to the last statement that was joined on: ``waiting``: what was not paid out yet; ``last``: the day of the last payout and how many it had."""

    closing: str
    closed_on: str
    waiting: list[Movement]
    last: str = ""
    of_day: int = 0


@dataclass(slots=True, kw_only=True)
class Accounts:
    """All that was read. ``sheets``: statements that were not joined on yet; ``joined``: keys of those that were; ``payouts``: those that were not handed out."""

    chains: dict[str, Chain] = field(default_factory=dict)
    sheets: list[Sheet] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    payouts: list[PaidOut] = field(default_factory=list)

    def take(self, sheets: Iterable[Sheet]) -> None:
        """Statements as they were read; one that is known is not doubled."""
        known = {*self.joined, *(one.key for one in self.sheets)}
        for one in sheets:
            if one.key not in known:
                known.add(one.key)
                self.sheets.append(one)

    def forget(self, files: Iterable[str]) -> None:
        """Statements of files that are gone or came anew, unless they were joined on."""
        gone = set(files)
        self.sheets = [one for one in self.sheets if one.file not in gone]

    def join(self, payout_codes: Sequence[str]) -> None:
        """Join on whatever follows, day after day."""
        for name in sorted({one.chain for one in self.sheets}):
            while (sheet := self._following(name)) is not None:
                self.sheets.remove(sheet)
                self.joined.append(sheet.key)
                self._joined(sheet, payout_codes)

    def _candidates(self, name: str) -> list[Sheet]:
        """The statements of the earliest day."""
        own = [one for one in self.sheets if one.chain == name]
        first = min((one.closed_on for one in own), default="")
        return sorted((one for one in own if one.closed_on == first), key=lambda one: (_hint(one.number), one.file))

    def _following(self, name: str) -> Sheet | None:
        found, chain = self._candidates(name), self.chains.get(name)
        if chain is None:
            return found[0] if found else None
        fitting = (one for one in found if one.opening == chain.closing and one.closed_on >= chain.closed_on)
        return next(fitting, None)

    def gap(self) -> str:
        """Why a statement cannot be joined on; empty when all are."""
        for name in sorted({one.chain for one in self.sheets}):
            sheet, chain = self._candidates(name)[0], self.chains[name]
            return (
                f"{sheet.file}: statement {sheet.number} of {sheet.closed_on} opens with {sheet.opening}, but the last one of {name} closed with"
                f" {chain.closing} on {chain.closed_on}: a file is missing, or two overlap"
            )
        return ""

    def _joined(self, sheet: Sheet, payout_codes: Sequence[str]) -> None:
        chain = self.chains.setdefault(sheet.chain, Chain(closing=sheet.opening, closed_on=sheet.closed_on, waiting=[]))
        chain.closing, chain.closed_on = sheet.closing, sheet.closed_on
        for movement in sheet.movements:
            if movement.code in payout_codes and movement.amount.startswith("-"):
                self.payouts.append(_paid_out(sheet, chain, movement))
            else:
                # Whose account it came from is not needed any more.
                chain.waiting.append(replace(movement, to=""))


def _hint(number: str) -> int:
    """The statement's number for the order of one day: a hint only."""
    digits = re.match(r"\d+", number)
    return int(digits[0]) if digits is not None else 0


def _paid_out(sheet: Sheet, chain: Chain, payout: Movement) -> PaidOut:
    chain.of_day = chain.of_day + 1 if payout.on == chain.last else 1
    chain.last = payout.on
    count = _paid_by(chain.waiting, payout, sheet.currency)
    movements, chain.waiting = chain.waiting[:count], chain.waiting[count:]
    return PaidOut(
        payout_id=f"{sheet.account}-{sheet.currency}-{payout.on}-{chain.of_day}",
        currency=sheet.currency,
        payout=payout,
        movements=tuple(movements),
    )


def _paid_by(waiting: Sequence[Movement], payout: Movement, currency: str) -> int:
    """How many of the oldest movements come to the payout: most of them, up to the end of a day or all; all of them where none do."""
    wanted = -Money.parse(payout.amount, currency)
    total, found = Money.zero(currency), len(waiting)
    for place, movement in enumerate(waiting, start=1):
        total += Money.parse(movement.amount, currency)
        ends_a_day = place == len(waiting) or waiting[place].on != movement.on
        if ends_a_day and total == wanted:
            found = place
    return found


def sheets_of(document: RawDocument) -> list[Sheet]:
    """The statements of a settlement file. Raises HumanActionNeeded for one that cannot be read whole or does not add up."""
    found: list[Sheet] = []
    for fact in read_bank_document(document):
        if isinstance(fact, Fault):
            raise HumanActionNeeded(f"the settlement file {fact.line()}")
        if not isinstance(fact, Statement):
            raise HumanActionNeeded(f"the settlement file {document.name} holds no statement of an account")
        found.append(_sheet(with_controls(fact), document.name))
    if not found:
        raise HumanActionNeeded(f"the settlement file {document.name} holds no statement of an account")
    return found


def _sheet(statement: Statement, file: str) -> Sheet:
    if statement.problems:
        raise HumanActionNeeded(f"the settlement file {file} does not add up: {'; '.join(statement.problems)}")
    closed_on = statement.closing_on or statement.dated_on
    if statement.opening is None or statement.closing is None or closed_on is None or not statement.account:
        raise HumanActionNeeded(f"the settlement file {file} names no account, or has no opening and closing balance")
    return Sheet(
        account=statement.account,
        currency=statement.currency,
        number=statement.number,
        opening=statement.opening.decimal(),
        closing=statement.closing.decimal(),
        closed_on=closed_on.isoformat(),
        movements=tuple(_movement(one, file) for one in statement.entries),
        file=file,
    )


def _movement(entry: StatementEntry, file: str) -> Movement:
    words = "\n".join(entry.remittance.unstructured)
    number, transaction = _NUMBER.search(words), _TRANSACTION.search(words)
    side = (entry.counterparty.iban or entry.customer_reference).replace(" ", "").upper()
    account = _IBAN.match(side)
    return Movement(
        code=entry.transaction_code,
        amount=entry.amount.decimal(),
        on=entry.booked_on.isoformat(),
        transaction="" if transaction is None else transaction["key"].upper(),
        number="" if number is None else number["number"].strip(),
        to="" if account is None else account[0],
        words=entry.remittance.unstructured[0].strip() if entry.remittance.unstructured else "",
        place=f"{file}, {entry.source.place}",
    )


def day_of(movement: Movement) -> date:
    """The day of a movement."""
    return date.fromisoformat(movement.on)
