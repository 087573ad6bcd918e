"""One MT940 or MT942 statement from its fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from formats.mt940.blocks import Block, Field
from formats.mt940.entries import Ground, entry_of
from formats.mt940.figures import Balance, Total, balance_of, money, plain_amount, total_of
from formats.mt940.narratives import widths_of
from formats.mt940.package import EntriesLost, Pair, pairs_of
from ledger.errors import MalformedDocument
from ledger.money import Money
from ledger.sources import RawDocument
from ledger.statements import EntryStatus, Statement, StatementEntry

_OF_A_MOVEMENT: Final = frozenset({"61", "86", "NS", "NSF"})
_CLOSINGS: Final = frozenset({"62", "62F", "62M"})
_INTERIM_HEADER: Final = re.compile(r"\{2:[IO]942|\A\s*:?942\b")
_SUMMARY_ING: Final = re.compile(r"D(\d{6})C(\d{6})D([\d.,]+?)C([\d.,]+)\Z")
_SUMMARY_SLASH: Final = re.compile(r"/SUM/(\d{1,9})/(\d{1,9})/([\d.,]+)/([\d.,]+)/")
_ACCOUNT_CURRENCY: Final = re.compile(r"(?P<account>.*\d)[ /]*(?P<currency>[A-Z]{3})\Z")
_BIC_BEFORE: Final = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?/(?=[A-Z]{2}\d{2}[A-Z0-9]{11,30}\Z)")


def statement_of(block: Block, document: RawDocument) -> Statement:
    """The statement that a block of fields is; MalformedDocument names the line that cannot be read."""
    return _Reading(block, document).statement()


class _Reading:
    """One statement while it is put together."""

    def __init__(self, block: Block, document: RawDocument) -> None:
        self.block = block
        #: The few fields that speak of the whole statement: looked through for each thing it says.
        self.heads = [each for each in block.fields if each.tag not in _OF_A_MOVEMENT]
        self.document = document
        self.opening = self._balance(("60F", "60M", "60"))
        self.closing = self._balance(("62F", "62M", "62"))
        self.interim = self._is_interim()
        self.problems: list[str] = []
        self.account, self.currency = self._account()

    def statement(self) -> Statement:
        ground = self._ground()
        fields = _in_order(self.block.fields)
        lost_line = self._movement_after_closing()
        if lost_line is not None:
            raise self._malformed(lost_line, "a :61: after the closing balance belongs to no statement")
        try:
            pairs = pairs_of(fields)
        except EntriesLost as lost:
            raise self._malformed(self.block.line, str(lost)) from lost
        entries = self._entries(pairs, ground)
        self._check_totals(entries)
        for first, tag in ((self.opening, "opening"), (self.closing, "closing")):
            if first is not None and first.currency not in {"", self.currency}:
                self.problems.append(f"the {tag} balance is in {first.currency}, the statement in {self.currency}")
        return Statement(
            account=self.account,
            currency=self.currency,
            number=self._number(),
            dated_on=None if self.closing is None else self.closing.on,
            opening=self._money(self.opening),
            opening_on=None if self.opening is None else self.opening.on,
            closing=self._money(self.closing),
            closing_on=None if self.closing is None else self.closing.on,
            entries=() if self.interim else entries,
            source=ground.source(self.block.line),
            format="MT942" if self.interim else "MT940",
            pending=entries if self.interim else (),
            problems=tuple(self.problems),
        )

    def _entries(self, pairs: Sequence[Pair], ground: Ground) -> tuple[StatementEntry, ...]:
        """The entries in their order, each with the balance right after it where the opening one is known."""
        before = None if self.interim else self._money(self.opening)
        entries: list[StatementEntry] = []
        for place, pair in enumerate(pairs, start=1):
            entry = entry_of(pair, place, before, ground)
            before = entry.balance
            entries.append(entry)
        return tuple(entries)

    def _ground(self) -> Ground:
        return Ground(
            account=self.account,
            currency=self.currency,
            opening_on=None if self.opening is None else self.opening.on,
            closing_on=None if self.closing is None else self.closing.on,
            status=EntryStatus.PENDING if self.interim else EntryStatus.BOOKED,
            widths=widths_of(each.lines for each in self.block.fields if each.tag == "86"),
            document=self.document,
        )

    def _first(self, tags: Sequence[str]) -> Field | None:
        return next((each for each in self.heads if each.tag in tags), None)

    def _balance(self, tags: Sequence[str]) -> Balance | None:
        """The balance under one of these tags; two that differ are no balance at all."""
        found = [each for each in self.heads if each.tag in tags]
        if not found:
            return None
        read = [self._balance_in(each) for each in found]
        if any(each != read[0] for each in read):
            raise self._malformed(found[1].line, f":{found[1].tag}: once more, with another balance")
        return read[0]

    def _balance_in(self, field: Field) -> Balance:
        try:
            balance = balance_of(field.lines[0])
            if balance.on is None and field.tag in _CLOSINGS:
                raise ValueError("a closing balance without a date")
            return balance
        except ValueError as wrong:
            raise self._malformed(field.line, f":{field.tag}: {wrong}") from wrong

    def _money(self, balance: Balance | None) -> Money | None:
        if balance is None:
            return None
        try:
            return money(balance.signed, self.currency)
        except ValueError as wrong:
            raise self._malformed(self.block.line, f"balance: {wrong}") from wrong

    def _is_interim(self) -> bool:
        """MT942 by its header, or by having a floor limit, a time or totals and no balance."""
        if any(_INTERIM_HEADER.search(line) for line in self.block.preamble):
            return True
        tags = {each.tag for each in self.heads}
        return self.opening is None and self.closing is None and bool(tags & {"34F", "13", "13D"})

    def _account(self) -> tuple[str, str]:
        """Account as IBAN where it is one, without the currency that Dutch banks write behind it; and the currency."""
        field = self._first(("25", "25P"))
        text = "" if field is None else field.lines[0].strip()
        currency = self._stated_currency()
        joined = text.replace(" ", "")
        found = _ACCOUNT_CURRENCY.match(joined)
        if found is not None and (not currency or found["currency"] == currency):
            joined, currency = found["account"], found["currency"]
        if not currency:
            raise self._malformed(self.block.line, "no balance or limit says in which currency the account is")
        return _BIC_BEFORE.sub("", joined).strip("/"), currency

    def _stated_currency(self) -> str:
        for balance in (self.opening, self.closing):
            if balance is not None and balance.currency:
                return balance.currency
        for tag in ("34F", "90D", "90C"):
            field = self._first((tag,))
            found = None if field is None else re.search(r"[A-Z]{3}", field.lines[0])
            if found is not None:
                return found[0]
        return ""

    def _number(self) -> str:
        """:28C: as it stands, over however many lines it is broken."""
        field = self._first(("28", "28C"))
        return "" if field is None else "".join(line.strip() for line in field.lines)

    def _check_totals(self, entries: Sequence[StatementEntry]) -> None:
        for sign, (tag, name) in {1: ("90C", "credits"), -1: ("90D", "debits")}.items():
            field = self._first((tag,))
            if field is None:
                continue
            try:
                total = total_of(field.lines[0])
            except ValueError as wrong:
                raise self._malformed(field.line, f":{tag}: {wrong}") from wrong
            self._check_total(total, sign, name, entries, field.line)
        last = self.block.fields[-1]
        if last.tag == "86" and self.closing is not None and self.opening is None:
            self._check_summary(last, entries)

    def _check_summary(self, field: Field, entries: Sequence[StatementEntry]) -> None:
        """ING's count and sum of debits and credits in the :86: after the closing balance.

        They may count more than one page, so they are looked at only where there are no two balances to prove it by.
        """
        text = "".join(line.strip() for line in field.lines[:2])
        found = _SUMMARY_SLASH.search(text) or _SUMMARY_ING.search(field.lines[0].strip())
        if found is None:
            return
        for sign, name, count, amount in ((-1, "debits", found[1], found[3]), (1, "credits", found[2], found[4])):
            total = Total(count=int(count), amount=plain_amount(amount), currency=self.currency)
            self._check_total(total, sign, name, entries, field.line)

    def _check_total(self, total: Total, sign: int, name: str, entries: Sequence[StatementEntry], line: int) -> None:
        those = [each for each in entries if (each.amount.minor < 0) == (sign < 0)]
        there = sum(abs(each.amount.minor) for each in those)
        try:
            stated = money(total.amount, total.currency)
        except ValueError as wrong:
            raise self._malformed(line, f"total of {name}: {wrong}") from wrong
        if (total.count is not None and total.count != len(those)) or stated.minor != there:
            count = "" if total.count is None else f"{total.count} "
            self.problems.append(
                f"line {line}: the bank counts {count}{name} of {stated}, the statement has {len(those)} of "
                f"{Money(there, self.currency)}"
            )

    def _movement_after_closing(self) -> int | None:
        """The line of the first :61: that stands behind a closing balance."""
        closing = next((each for each in self.heads if each.tag in _CLOSINGS), None)
        if closing is None:
            return None
        behind = takewhile(lambda each: each is not closing, reversed(self.block.fields))
        return next((each.line for each in reversed(list(behind)) if each.tag == "61"), None)

    def _malformed(self, line: int, reason: str) -> MalformedDocument:
        return MalformedDocument(self.document.name, f"line {line}", reason)


def _in_order(fields: Sequence[Field]) -> list[Field]:
    """The fields with each narrative after its movement, and without those that speak of the whole statement.

    A bank that puts every :86: before its :61: shows it by one before the first movement and none after the last.
    """
    shown: list[Field] = []
    for each in fields:
        if each.tag in _OF_A_MOVEMENT:
            shown.append(each)
        elif each.tag in _CLOSINGS:
            break
    first = next((place for place, each in enumerate(shown) if each.tag == "61"), len(shown))
    lead, rest = shown[:first], shown[first:]
    if not lead:
        return rest
    narratives = sum(each.tag == "86" for each in shown)
    movements = sum(each.tag == "61" for each in shown)
    if rest and lead and lead[-1].tag == "86" and rest[-1].tag == "61" and narratives == movements:
        return _turned(shown[first - 1 :])
    return rest


def _turned(fields: Sequence[Field]) -> list[Field]:
    """Narrative, movement, narrative, movement ... as movement, narrative."""
    turned: list[Field] = []
    waiting: list[Field] = []
    for each in fields:
        if each.tag == "61":
            turned += [each, *waiting]
            waiting = []
        else:
            waiting.append(each)
    return turned
