"""One entry: camt Ntry with its TxDtls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from formats.camt.transactions import (
    CODE_PLACES,
    Amount,
    Transaction,
    amount_of,
    bank_day,
    code_of,
    reference,
)
from formats.xml_elements import Element, Places, all_at, first_text, text_at
from ledger.errors import MalformedDocument
from ledger.money import Money
from ledger.party import Counterparty
from ledger.sources import RawDocument, SourceRef
from ledger.statements import EntryDetail, EntryStatus, Remittance, StatementEntry
from ledger.values import many

#: Sts of camt, as text up to .001.07 and as Cd after it; a statement's entry without one is booked.
_STATUS: Final = {
    "": EntryStatus.BOOKED,
    "BOOK": EntryStatus.BOOKED,
    "PDNG": EntryStatus.PENDING,
    "FUTR": EntryStatus.PENDING,
    "INFO": EntryStatus.INFORMATION,
}
#: Families of returned, refunded and reversed transactions (ISO 20022 external bank transaction sub-family codes).
_RETURNS: Final = frozenset({"UPDD", "PRDD", "RCDD", "RRTN", "ARET", "RPCR", "UPCQ", "UPCT"})
_STATUS_PLACES: Final = ("Sts", "Sts/Cd", "Sts/Prtry")
_BOOKED_PLACES: Final = ("BookgDt", "BookgDt/Dt", "BookgDt/DtTm")
_VALUE_PLACES: Final = ("ValDt", "ValDt/Dt", "ValDt/DtTm")
_PLACES: Final = Places(
    texts=(
        "CdtDbtInd",
        "RvslInd",
        "AcctSvcrRef",
        "AddtlNtryInf",
        *_STATUS_PLACES,
        *_BOOKED_PLACES,
        *_VALUE_PLACES,
        *CODE_PLACES,
    ),
    elements=("Amt", "Chrgs", "AmtDtls/InstdAmt/Amt", "NtryDtls/Btch"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What an entry takes from its statement. ``on``: the day it falls back to where it has no date of its own."""

    account: str
    currency: str
    on: date | None
    document: RawDocument

    def malformed(self, place: str, reason: str) -> MalformedDocument:
        """The refusal of the whole document."""
        return MalformedDocument(self.document.name, place, reason)

    def source(self, place: str) -> SourceRef:
        """A place in the document."""
        document = self.document
        return SourceRef(system=document.system, name=document.name, document=document.sha256, place=place)


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEntry:
    """An entry, and what does not add up in it (one line, or empty). ``booked_at_bank``: its own status says BOOK, also in a
    report or notification, which books nothing.

    ``foreign``: the currency its amount is marked with where that is not the account's; the figure counts in the account's
    currency only if the statement's balances prove it. ``sign``: 1 for CRDT, -1 for DBIT, of an amount of zero too.
    """

    entry: StatementEntry
    sign: int
    problem: str
    booked_at_bank: bool
    foreign: str


def entry_of(
    element: Element,
    transactions: Sequence[Transaction],
    place: str,
    positions: Mapping[bool, int],
    before: Money | None,
    ground: Ground,
) -> ReadEntry:
    """The entry that an Ntry element holds; ``positions``: the next one among booked (True) and other entries; ``before``: the
    balance before it, where that is known and the statement books.

    MalformedDocument names what cannot be read.
    """
    try:
        return _Reading(element, transactions, place, ground).entry(positions, before)
    except ValueError as wrong:
        raise ground.malformed(place, str(wrong)) from wrong


class _Reading:
    """One entry while it is put together; any ValueError is about its text."""

    def __init__(self, element: Element, transactions: Sequence[Transaction], place: str, ground: Ground) -> None:
        self.texts, self.elements = _PLACES.found_in(element)
        self.transactions = transactions
        self.place = place
        self.ground = ground
        self.only = transactions[0] if len(transactions) == 1 else None
        self.sign = _sign(self.texts.get("CdtDbtInd", ""), "entry")
        self.amount = self._amount()
        self.reversal = self.texts.get("RvslInd", "").lower() in {"true", "1"}
        self.code = code_of(self.texts) or ("" if self.only is None else self.only.code)
        self.charges = _charges(self.elements.get("Chrgs", ()), ground.currency) or sum(
            _charges(each.charges, ground.currency) for each in transactions
        )

    def entry(self, positions: Mapping[bool, int], before: Money | None) -> ReadEntry:
        status = self._status()
        booked_at_bank = status is EntryStatus.BOOKED
        booked, value = self._days()
        details = self._details() if self.only is None else ()
        entry = StatementEntry(
            account=self.ground.account,
            booked_on=booked,
            value_on=value,
            amount=self.amount,
            balance=None if before is None or not booked_at_bank else before + self.amount,
            position=positions[booked_at_bank],
            status=status,
            counterparty=self._lifted(),
            remittance=self._remittance(),
            source=self.ground.source(self.place),
            bank_reference=reference(self.texts.get("AcctSvcrRef", "")) or self._only("bank_reference"),
            end_to_end_id=self._only("end_to_end_id"),
            mandate_reference=self._only("mandate"),
            transaction_code=self.code,
            return_reason=self._only("reason"),
            batch_id=self._batch(),
            reversal=self.reversal,
            original_amount=self._original(),
            charges=Money(self.charges, self.ground.currency) if self.charges else None,
            details=details,
        )
        return ReadEntry(
            entry=entry,
            sign=self.sign,
            problem=self._difference(),
            booked_at_bank=booked_at_bank,
            foreign=self.foreign,
        )

    def _only(self, field: str) -> str:
        """A text of the single transaction, or empty where there are none or several."""
        return "" if self.only is None else str(getattr(self.only, field))

    def _amount(self) -> Money:
        amount = amount_of(self.elements.get("Amt", ()))
        if amount is None:
            raise ValueError("an entry without an amount")
        self.stated = amount.text
        self.foreign = amount.currency if amount.currency != self.ground.currency else ""
        return _signed(amount, self.sign, self.ground.currency)

    def _status(self) -> EntryStatus:
        text = first_text(self.texts, _STATUS_PLACES)
        status = _STATUS.get(text.upper())
        if status is None:
            raise ValueError(f"status '{text}' is none of BOOK, PDNG, INFO, FUTR")
        return status

    def _days(self) -> tuple[date, date]:
        """Booking and value day. BookgDt and ValDt are optional in every version: each stands in for the other, the
        day of the closing balance, or of the statement, for both."""
        booked, value = self._day(_BOOKED_PLACES), self._day(_VALUE_PLACES)
        day = booked or value or self.ground.on
        if day is None:
            raise ValueError("neither the entry nor its statement has a date")
        return day, value or day

    def _day(self, places: Sequence[str]) -> date | None:
        text = first_text(self.texts, places)
        return bank_day(text) if text else None

    def _batch(self) -> str:
        """The batch that the entry is, as the bank or all its transactions name it; of an entry made of several batches there is none."""
        batches = self.elements.get("NtryDtls/Btch", ())
        stated = {reference(text_at(batch, "PmtInfId")) for batch in batches}
        told = {each.batch for each in self.transactions}
        messages = {reference(text_at(batch, "MsgId")) for batch in batches}
        for names in (stated, told, messages):
            names.discard("")
            if len(names) == 1:
                return names.pop()
        return ""

    def _remittance(self) -> Remittance:
        """The single transaction's, else the entry's booking text."""
        if self.only is not None and (self.only.remittance.unstructured or self.only.remittance.creditor_references):
            return self.only.remittance
        text = " ".join(self.texts.get("AddtlNtryInf", "").split())
        return Remittance(unstructured=(text,) if text else ())

    def _lifted(self) -> Counterparty:
        return Counterparty() if self.only is None else self._other_side(self.only, self.sign)

    def _other_side(self, each: Transaction, sign: int) -> Counterparty:
        """Who is on the other side, and for whom: the debtor of money in, the creditor of money out.

        A return or reversal keeps the roles of the transaction that it takes back, so there it is the other way round;
        whoever holds our own account is never the other side.
        """
        returned = each.returned or self.reversal or (each.code or self.code).rpartition("/")[2] in _RETURNS
        sides = [(each.debtor, each.ultimate_debtor), (each.creditor, each.ultimate_creditor)]
        if (sign < 0) != returned:
            sides.reverse()
        (party, ultimate), (second, second_ultimate) = sides
        own = self.ground.account
        is_us = party.iban == own and bool(second.name or second.iban)
        is_nobody = returned and not (party.name or party.iban)
        if (is_us or is_nobody) and second.iban != own:
            party, ultimate = second, second_ultimate
        return replace(party, name=party.name or ultimate, ultimate=ultimate) if ultimate else party

    def _details(self) -> tuple[EntryDetail, ...]:
        return tuple(self._detail(each) for each in self.transactions)

    def _detail(self, each: Transaction) -> EntryDetail:
        sign = _sign(each.sign, "transaction") if each.sign else self.sign
        return EntryDetail(
            amount=self._worth(each),
            counterparty=self._other_side(each, sign),
            remittance=each.remittance,
            end_to_end_id=each.end_to_end_id,
            mandate_reference=each.mandate,
            bank_reference=each.bank_reference,
            return_reason=each.reason,
            place=each.place,
        )

    def _original(self) -> Money | None:
        """What the payer or payee instructed, where that is another amount or currency than the entry's."""
        stated = None if self.only is None else self.only.original
        stated = stated or amount_of(self.elements.get("AmtDtls/InstdAmt/Amt", ()))
        if stated is None:
            return None
        money = Money.parse(stated.text, stated.currency or self.ground.currency)
        return None if money == abs(self.amount) else money

    def _worth(self, each: Transaction) -> Money | None:
        """What a transaction moves on this account; None where it states nothing in the account's currency."""
        sign = _sign(each.sign, "transaction") if each.sign else self.sign
        for amount in each.amounts:
            if amount.currency in {"", self.ground.currency}:
                same = amount.text == self.stated and sign == self.sign
                return self.amount if same else _signed(amount, sign, self.ground.currency)
        return None

    def _difference(self) -> str:
        """What the transactions' amounts and the entry's have between them that no charge explains.

        Nothing is said where one states no amount in the account's currency, or all state zero for "not given".
        """
        worths = [worth for worth in map(self._worth, self.transactions) if worth is not None]
        if len(worths) < len(self.transactions) or not worths:
            return ""
        total = sum([worth.minor for worth in worths])
        if abs(total - self.amount.minor) in {0, self.charges} or not any(worths):
            return ""
        return f"{self.place}: its details are {Money(total, self.ground.currency)}, the entry is {self.amount}"


def _sign(indicator: str, what: str) -> int:
    match indicator.upper():
        case "CRDT":
            return 1
        case "DBIT":
            return -1
        case _:
            raise ValueError(f"{what} without CdtDbtInd" if not indicator else f"CdtDbtInd '{indicator}' of an {what}")


def _signed(amount: Amount, sign: int, currency: str) -> Money:
    money = Money.parse(amount.text, currency)
    if money.minor < 0:
        raise ValueError(f"a negative amount, '{amount.text}'")
    return money if sign > 0 else -money


def _charges(elements: Iterable[Element], currency: str) -> int:
    """Charges in minor units, without their sign, of all Chrgs (up to .001.03 there may be several): the stated total, else the records'."""
    minor = 0
    for element in elements:
        total = amount_of(all_at(element, "TtlChrgsAndTaxAmt"))
        records = [amount_of(all_at(child, "Amt")) for child in all_at(element, "Rcrd")]
        stated = [total] if total is not None else [*records, amount_of(all_at(element, "Amt"))]
        for each in stated:
            if each is not None and each.currency in {"", currency}:
                minor += Money.parse(each.text, currency).minor
    return minor
