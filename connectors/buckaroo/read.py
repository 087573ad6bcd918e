"""From a payout of Buckaroo, with its movements and their transactions, to a payout of ours: pure.

What a movement is, is said by its transaction: which one it refunds or takes back. A movement that nobody can tell leaves the whole payout unread, with its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import InvalidOperation
from typing import Final

from connectors.buckaroo.client import PROVIDER
from connectors.json_rows import Row, amount, filled_text, optional_text, read_document, row, rows, text, text_if_there
from ledger.coming_payments import ComingPayment
from ledger.errors import HumanActionNeeded
from ledger.money import Money
from ledger.payouts import Payout, PayoutLine, PayoutLineKind, Quoted, sum_of
from ledger.sources import Fault, RawDocument, SourceRef

#: What documents of payouts are called; files of the folder have no slash in their names.
PAYOUTS: Final = "payouts/"
#: What the document of an account is called that says what waits for its payout.
COMING: Final = "coming/"
_SEVERAL: Final = re.compile(r"[;,\n]")
_CHARGEBACK, _REFUND = "chargeback", "refund"


def facts(document: RawDocument) -> Iterator[Payout | ComingPayment | Fault]:
    """The payout of a document, or the payments in it that are not paid out yet, or why it is none; nothing of a settlement file, which is kept for the
    payouts in it."""
    is_coming = document.name.startswith(COMING)
    if not is_coming and not document.name.startswith(PAYOUTS):
        return
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    try:
        content = read_document(document)
        yield from coming_payments_of(content, source) if is_coming else [payout_of(content, source)]
    except (HumanActionNeeded, ValueError, InvalidOperation) as error:
        # What waits for its payout is told again with it, and then holds everything up if it still cannot be read.
        yield Fault(source=source, reason=str(error), whole_document=not is_coming)


def payout_of(content: Row, source: SourceRef) -> Payout:
    """The payout. Raises ValueError for what cannot be, HumanActionNeeded for a row of another shape."""
    paid = row(content["payout"], PROVIDER)
    currency = text(content, "currency", PROVIDER)
    reading = _Reading(content, currency)
    return Payout(
        payout_id=text(content, "payout_id", PROVIDER),
        bank_reference=text(paid, "words", PROVIDER),
        amount=-amount(paid, "amount", currency, PROVIDER),
        settled_on=_day(paid),
        lines=tuple(reading.line(one) for one in rows(content["movements"], PROVIDER)),
        payer=text(content, "sender", PROVIDER),
        paid_to=text(paid, "to", PROVIDER),
        source=source,
    )


def coming_payments_of(content: Row, source: SourceRef) -> list[ComingPayment]:
    """Every payment among the movements of an account that were not paid out yet, what was given back of it taken off. Raises as ``payout_of``."""
    reading = _Reading(content, text(content, "currency", PROVIDER))
    by_payment: dict[str, list[PayoutLine]] = {}
    for movement in rows(content["movements"], PROVIDER):
        line = reading.line(movement)
        if line.payment:
            by_payment.setdefault(line.payment, []).append(line)
    return [_coming(payment, lines, source) for payment, lines in by_payment.items()]


def _coming(payment: str, lines: Sequence[PayoutLine], source: SourceRef) -> ComingPayment:
    left = sum_of((line.amount for line in lines), lines[0].amount.currency)
    return ComingPayment(
        payment_id=payment,
        amount=left if left.minor > 0 else Money.zero(left.currency),
        paid_on=lines[0].on,
        quoted=lines[0].quoted,
        source=source,
    )


def kept(transaction: Row, number_in: Sequence[str]) -> Mapping[str, object]:
    """What is kept of a transaction: no names and no accounts."""
    fields = ("Key", "Invoice", "Order", "Currency", "AmountDebit", "AmountCredit", "IsTest", "TransactionType")
    numbers = dict(_parameters(transaction, number_in))
    services = transaction.get("Services")
    return {
        **{name: transaction[name] for name in fields if transaction.get(name) is not None},
        "numbers": numbers,
        "actions": [optional_text(one, "Action") for one in rows(services, PROVIDER)] if services is not None else [],
        "related": [
            {"key": key, "relation": optional_text(one, "RelationType")}
            for one, key in (
                (one, filled_text(one, "RelatedTransactionKey", PROVIDER)) for one in _related(transaction)
            )
        ],
    }


def related_keys(transaction: Row) -> list[str]:
    """The keys of the transactions that a transaction of Buckaroo's names."""
    return [filled_text(one, "RelatedTransactionKey", PROVIDER) for one in _related(transaction)]


def _related(transaction: Row) -> list[Row]:
    listed = transaction.get("RelatedTransactions")
    return [] if listed is None else rows(listed, PROVIDER)


def _parameters(transaction: Row, wanted: Sequence[str]) -> Iterator[tuple[str, str]]:
    for field in ("AdditionalParameters", "CustomParameters"):
        held = transaction.get(field)
        if held is None:
            continue
        # Requests call the list otherwise than answers.
        for called in ("List", "AdditionalParameter"):
            listed = row(held, PROVIDER).get(called)
            for one in [] if listed is None else rows(listed, PROVIDER):
                if filled_text(one, "Name", PROVIDER) in wanted:
                    yield text(one, "Name", PROVIDER), text(one, "Value", PROVIDER)


class _Reading:
    """One payout while its movements are told apart."""

    def __init__(self, content: Row, currency: str) -> None:
        self._currency = currency
        self._rules = row(content["rules"], PROVIDER)
        self._transactions = row(content["transactions"], PROVIDER)

    def line(self, movement: Row) -> PayoutLine:
        moved = amount(movement, "amount", self._currency, PROVIDER)
        key = text(movement, "transaction", PROVIDER)
        kind, payment = self._told(movement, moved, key)
        return PayoutLine(
            kind=kind,
            reference=key or f"{text(movement, 'words', PROVIDER)} ({text(movement, 'place', PROVIDER)})",
            payment=payment,
            amount=moved,
            on=_day(movement),
            quoted=() if kind is PayoutLineKind.FEE else tuple(self._quoted(payment, movement)),
        )

    def _told(self, movement: Row, moved: Money, key: str) -> tuple[PayoutLineKind, str]:
        """What a movement is, and the payment that it belongs to."""
        code = text(movement, "code", PROVIDER)
        if self._says("fee_types", code) and moved.minor < 0:
            return PayoutLineKind.FEE, ""
        transaction = self._of(key)
        if transaction is not None:
            self._check(transaction, moved)
        if moved.minor > 0 and key and not self._is_back(transaction):
            return PayoutLineKind.PAYMENT, key
        if moved.minor < 0 and transaction is not None:
            for one in rows(transaction["related"], PROVIDER):
                relation = text(one, "relation", PROVIDER)
                if self._says("chargeback_relations", relation):
                    return PayoutLineKind.CHARGEBACK, text(one, "key", PROVIDER).upper()
                if self._says("refund_relations", relation):
                    return PayoutLineKind.REFUND, text(one, "key", PROVIDER).upper()
            actions = transaction["actions"]
            refunds = isinstance(actions, list) and any(str(one).lower() == _REFUND for one in actions)
            if self._says("chargeback_types", code):
                return PayoutLineKind.CHARGEBACK, self._first_related(transaction) or key
            if self._says("refund_types", code) or refunds:
                return PayoutLineKind.REFUND, self._first_related(transaction) or key
        raise ValueError(
            f"{text(movement, 'place', PROVIDER)}: a movement of {moved} of type {code or '-'} (transaction {key or '-'}) is neither payment, refund,"
            " chargeback nor costs by the tenant file's words for them"
        )

    def _is_back(self, transaction: Row | None) -> bool:
        """Whether money in only gives back what a refund or chargeback had taken: no payment of its own. A payment that names what took it back is one:
        that other one names it too."""
        if transaction is None:
            return False
        return any(
            self._related(one) and not self._names(text(one, "key", PROVIDER).upper(), transaction)
            for one in rows(transaction["related"], PROVIDER)
        )

    def _related(self, relation: Row) -> bool:
        word = text(relation, "relation", PROVIDER)
        return any(self._says(f"{kind}_relations", word) for kind in (_CHARGEBACK, _REFUND))

    def _names(self, key: str, named: Row) -> bool:
        """Whether the transaction of this key refunds or takes back another."""
        other = self._of(key)
        wanted = text(named, "Key", PROVIDER).upper()
        return other is not None and any(
            self._related(one) and text(one, "key", PROVIDER).upper() == wanted
            for one in rows(other["related"], PROVIDER)
        )

    def _check(self, transaction: Row, moved: Money) -> None:
        """File and gateway must say the same, or somebody is wrong."""
        key = text(transaction, "Key", PROVIDER)
        if transaction.get("IsTest") is True and self._rules.get("test") is not True:
            raise ValueError(f"transaction {key} is one of the test mode")
        currency = text(transaction, "Currency", PROVIDER)
        # What was paid in another currency stands in the file as it was settled.
        if currency == self._currency:
            field = "AmountDebit" if moved.minor > 0 else "AmountCredit"
            stated = amount(transaction, field, currency, PROVIDER)
            if stated != abs(moved):
                raise ValueError(f"transaction {key} is {abs(moved)} in the settlement file and {stated} at {PROVIDER}")

    def _quoted(self, payment: str, movement: Row) -> Iterator[Quoted]:
        """The invoices or orders of a payment: its own words, else those of the settlement file."""
        transaction = self._of(payment)
        if transaction is None or not (found := list(dict.fromkeys(self._named(transaction)))):
            number = text(movement, "number", PROVIDER)
            yield from [Quoted(number=number, amount=None)] if number else []
            return
        yield from found

    def _named(self, transaction: Row) -> Iterator[Quoted]:
        numbers = row(transaction["numbers"], PROVIDER)
        found = [part for value in numbers.values() for part in _parts(str(value), self._currency)]
        if found:
            yield from found
            return
        for field in ("Invoice", "Order"):
            number = text_if_there(transaction, field, PROVIDER).strip()
            if number:
                yield Quoted(number=number, amount=None)
                return

    def _of(self, key: str) -> Row | None:
        found = self._transactions.get(key)
        return None if found is None else row(found, PROVIDER)

    def _says(self, rule: str, word: str) -> bool:
        words = self._rules[rule]
        return isinstance(words, list) and word.lower() in {str(one).lower() for one in words}

    def _first_related(self, transaction: Row) -> str:
        return next((text(one, "key", PROVIDER).upper() for one in rows(transaction["related"], PROVIDER)), "")


def _parts(value: str, currency: str) -> Iterable[Quoted]:
    """``F1``, or ``F1;F2``, or ``F1=60.00;F2=40.00``."""
    for part in filter(None, (one.strip() for one in _SEVERAL.split(value))):
        number, _, stated = part.partition("=")
        yield Quoted(number=number.strip(), amount=Money.parse(stated.strip(), currency) if stated else None)


def _day(of: Row) -> date:
    return date.fromisoformat(text(of, "on", PROVIDER))
