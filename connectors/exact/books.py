"""Postings as bank and journal entries in Exact Online, and what is open there, read back.

One call makes one entry with the lines of many postings, wholly or not at all, so that nothing is ever half-booked and calls are saved. Whether a posting is there
is asked by the ``Description`` of its lines. Exact has no call that sets a payment against an invoice: it does so itself where customer, invoice number and
amount fit exactly; the rest a person matches there. Bank entries cannot be deleted: a posting is taken back by another one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from connectors.exact.client import ExactClient, Row, either, text_literal
from connectors.exact.settings import ExactSettings
from connectors.exact.write import (
    Directory,
    Group,
    SalesEntry,
    bank_entry,
    digest,
    digest_in,
    group_of,
    journal_entry,
    key_in,
    lines_of,
    mark,
)
from connectors.one_store import NOTE, Note, keep_to_one
from connectors.ports import BookedBalance, Movement, Receipt
from connectors.prepared import prepared
from connectors.remote_books import REMOTE, posting_of
from ledger.effects import Effect, Guarantee
from ledger.errors import ConfigError, ConflictingPayload, HumanActionNeeded, Refused
from ledger.money import Money
from ledger.postings import Posting

BATCH: Final = 50
#: Conditions in one question, so that its address stays below two thousand characters.
_AT_ONCE: Final = 15
_BANK: Final = "financialtransaction/BankEntryLines"
_JOURNAL: Final = "generaljournalentry/GeneralJournalEntryLines"
_DOCUMENTS: Final = "documents/Documents"
#: Exact's type of a document that belongs to nothing else.
_DOCUMENT_TYPE: Final = 55
_STORE: Final = re.compile(r"store \[([^\]]*)\]")
_LINE_FIELDS: Final = ("ID", "EntryID", "EntryNumber", "Description", "Notes")
_MOMENT: Final = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SALES_TYPES: Final = (20, 21)


class ExactBooks:
    """An AccountingTarget: BatchSink, LedgerSource, MovementSource and OneStoreBooks."""

    guarantee = Guarantee.FINDABLE
    batch_size = BATCH
    abilities = replace(REMOTE, batching=BATCH, reads_bank=False, matches=False, settle_s=300)

    def __init__(self, settings: ExactSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._accounts = settings.accounts
        self._client = ExactClient(settings)
        self._ids: dict[tuple[str, str], str] = {}
        self._sales: dict[str, SalesEntry] = {}

    def check(self) -> None:
        """Log in and look up every account and journal of the settings. Raises ConfigError that names those that are not there."""
        self._client.me()
        faults = []
        for resource, codes in (
            ("financial/GLAccounts", list(self._accounts.codes())),
            ("financial/Journals", list(self._accounts.journals())),
            ("vat/VATCodes", list(self._accounts.taxes())),
        ):
            missing = self._learn(resource, [code for _, code in codes])
            faults += [
                f"{self.name}: accounts.{place}: Exact Online has no {resource} '{code}'"
                for place, code in codes
                if code in missing
            ]
        if faults:
            raise ConfigError(tuple(faults))

    def keep_to(self, store: str) -> None:
        """See OneStoreBooks: a document of the division, found by its subject; whose it is stands in its text."""
        if self._settings.one_store:
            keep_to_one(
                store,
                f"division {self._settings.division} of Exact Online",
                self._notes,
                partial(self._leave_note, store),
            )

    def _notes(self) -> list[Note]:
        rows = list(self._client.read(_DOCUMENTS, f"Subject eq {text_literal(NOTE)}", ("Body", "HID", "Subject")))
        found = []
        for row in sorted(rows, key=lambda one: _integer(one, "HID")):
            # The text may come back as HTML.
            store = _STORE.search(_text(row, "Body"))
            place = f"the document '{NOTE}' (number {_integer(row, 'HID')}) there"
            found.append(Note(store="" if store is None else store[1], place=place))
        return found

    def _leave_note(self, store: str) -> None:
        self._client.create(_DOCUMENTS, {"Subject": NOTE, "Type": _DOCUMENT_TYPE, "Body": f"store [{store}]"})

    def find(self, key: str) -> Receipt | None:
        """The receipt of an earlier posting, by its mark in bank entries, then in journal entries."""
        for resource in (_BANK, _JOURNAL):
            found = self._there(resource, [key])
            if key in found:
                return Receipt(key=key, reference=found[key][0])
        return None

    def send(self, effect: Effect) -> Receipt:
        """Book one posting."""
        return self.send_many([effect])[0]

    def send_many(self, effects: Sequence[Effect]) -> Sequence[Receipt]:
        """Book those that are not there yet: one entry for those that share journal, period and currency.

        Raises Refused with Exact's own sentence, ConflictingPayload, and what ``ExactClient`` raises; a group that was made stays.
        """
        postings = {effect.key: posting_of(effect, "Exact Online") for effect in effects}
        places = prepared(effects, lambda effect: group_of(postings[effect.key], self._accounts))
        groups: dict[Group, list[Effect]] = {}
        for effect in effects:
            groups.setdefault(places[effect.key], []).append(effect)
        references: dict[str, str] = {}
        missing: dict[Group, list[Effect]] = {}
        for is_bank in (True, False):
            asked = [effect for group, members in groups.items() if group.is_bank == is_bank for effect in members]
            found = self._there(_BANK if is_bank else _JOURNAL, [effect.key for effect in asked])
            for effect in asked:
                if effect.key in found:
                    reference, known = found[effect.key]
                    if known != digest(effect):
                        raise ConflictingPayload(effect.key)
                    references[effect.key] = reference
                else:
                    missing.setdefault(places[effect.key], []).append(effect)
        for group, values in self._prepared(missing, postings).items():
            if group.is_bank:
                entry = self._client.create("financialtransaction/BankEntries", bank_entry(group, values))
            else:
                entry = self._client.create("generaljournalentry/GeneralJournalEntries", journal_entry(group, values))
            references |= dict.fromkeys((effect.key for effect in missing[group]), _text(entry, "EntryNumber"))
        return [Receipt(key=effect.key, reference=references[effect.key]) for effect in effects]

    def _prepared(
        self, missing: dict[Group, list[Effect]], postings: dict[str, Posting]
    ) -> dict[Group, list[dict[str, object]]]:
        """The lines of every entry to make; all of them are known to be right before the first one is made."""
        if not missing:
            return {}
        self._sales.clear()
        wanted = [postings[effect.key] for members in missing.values() for effect in members]
        self._look_up(
            line.account.key for posting in wanted for line in posting.lines if line.account.kind.value == "receivable"
        )
        self._learn("financial/GLAccounts", [code for _, code in self._accounts.codes()])
        there = Directory(account=self._account, customer=self._customer, sales=self._sales_entry)
        group_by_key = {effect.key: group for group, members in missing.items() for effect in members}
        lines = prepared(
            [effect for members in missing.values() for effect in members],
            lambda effect: lines_of(effect, postings[effect.key], group_by_key[effect.key], self._accounts, there),
        )
        return {
            group: [dict(line) for effect in members for line in lines[effect.key]]
            for group, members in missing.items()
        }

    def _there(self, resource: str, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Entry number and digest of the postings that are there, by key."""
        found: dict[str, tuple[str, str]] = {}
        entries: dict[str, set[str]] = {}
        for chunk in _chunks(keys):
            condition = either([f"Description eq {text_literal(mark(key))}" for key in chunk])
            for row in self._client.read(resource, condition, _LINE_FIELDS):
                key = key_in(_text(row, "Description"))
                found[key] = (_text(row, "EntryNumber"), digest_in(_text(row, "Notes")))
                entries.setdefault(key, set()).add(_text(row, "EntryID"))
        for key, ids in entries.items():
            if len(ids) > 1:
                raise HumanActionNeeded(
                    f"Exact Online holds the posting {key} in {len(ids)} entries: reverse all but one"
                )
        return found

    # What is looked up

    def _learn(self, resource: str, codes: Iterable[str]) -> list[str]:
        """Learn the ids of these codes; answers those that are not there."""
        wanted = [code for code in dict.fromkeys(codes) if (resource, code) not in self._ids]
        for chunk in _chunks(wanted):
            condition = either([f"Code eq {text_literal(code)}" for code in chunk])
            for row in self._client.read(resource, condition, ("ID", "Code")):
                self._ids[resource, _text(row, "Code").strip()] = _text(row, "ID")
        return [code for code in wanted if (resource, code) not in self._ids]

    def _account(self, code: str) -> str:
        if self._learn("financial/GLAccounts", [code]):
            raise Refused(f"Exact Online has no ledger account '{code}'")
        return self._ids["financial/GLAccounts", code]

    def _customer(self, code: str) -> str:
        """The guid of a customer by its code, which Exact pads with blanks on the left."""
        known = ("crm/Accounts", code)
        if known not in self._ids:
            for row in self._client.read("crm/Accounts", f"trim(Code) eq {text_literal(code)}", ("ID", "Code")):
                self._ids[known] = _text(row, "ID")
        if known not in self._ids:
            raise Refused(f"Exact Online has no customer with code '{code}'")
        return self._ids[known]

    def _sales_entry(self, number: str) -> SalesEntry:
        self._look_up([number])
        if number not in self._sales:
            raise Refused(f"there is no sales entry {number} in Exact Online")
        return self._sales[number]

    def _look_up(self, numbers: Iterable[str]) -> None:
        field = self._settings.number_field
        wanted = [number for number in dict.fromkeys(numbers) if number not in self._sales]
        if field != "YourRef":
            wanted = [number for number in wanted if number.isdecimal()]
        fields = ("EntryID", "EntryNumber", "InvoiceNumber", "YourRef", "Customer", "Currency")
        for chunk in _chunks(wanted):
            for row in self._client.read("salesentry/SalesEntries", self._numbered(chunk), fields):
                number = _text(row, field)
                if number in self._sales:
                    raise Refused(f"there are two sales entries {number} in Exact Online")
                self._sales[number] = SalesEntry(
                    number=number,
                    entry_number=_integer(row, "EntryNumber"),
                    invoice_number=_integer(row, "InvoiceNumber"),
                    customer=_text(row, "Customer"),
                    currency=_text(row, "Currency").strip(),
                )

    def _numbered(self, numbers: Sequence[str]) -> str:
        field = self._settings.number_field
        return either([f"{field} eq {text_literal(n) if field == 'YourRef' else int(n)}" for n in numbers])

    # What is read back

    def open_balances(self) -> Iterator[BookedBalance]:
        """What is open of each document: the sum of its rows in the list of receivables, payments that nobody matched yet among them."""
        field = self._settings.number_field
        sums: dict[tuple[str, str], Money] = {}
        for row in self._client.read(
            "read/financial/ReceivablesList", "", ("HID", "Amount", "CurrencyCode", *_NUMBERS)
        ):
            currency = _text(row, "CurrencyCode").strip()
            where = (_text(row, field), currency)
            sums[where] = sums.get(where, Money.zero(currency)) + _money(row, "Amount", currency)
        for (number, _), amount in sums.items():
            if amount:
                yield BookedBalance(document=number, amount=amount)

    def bank_balances(self) -> Iterator[tuple[str, Money]]:
        """Nothing: Exact tells the balance of an account only line by line, sixty to a call (``abilities.reads_bank``)."""
        return iter(())

    def movements(self, documents: Collection[str]) -> Iterator[Movement]:
        """Every line on the receivable account that bears the number of one of these documents."""
        receivable = self._accounts.receivable or ""
        self._sales.clear()
        self._look_up(sorted(documents))
        by_number = {sales.invoice_number or sales.entry_number: number for number, sales in self._sales.items()}
        fields = ("AmountFC", "Currency", "Date", "Description", "EntryNumber", "InvoiceNumber", "Type")
        for chunk in _chunks([str(number) for number in sorted(by_number)]):
            numbered = either([f"InvoiceNumber eq {number}" for number in chunk])
            condition = f"GLAccountCode eq {text_literal(receivable)} and ({numbered})"
            for row in self._client.read("financialtransaction/TransactionLines", condition, fields):
                yield Movement(
                    document=by_number[_integer(row, "InvoiceNumber")],
                    amount=_money(row, "AmountFC", _text(row, "Currency").strip()),
                    booked_on=_day(row, "Date"),
                    key=key_in(_text(row, "Description")),
                    reference=_text(row, "EntryNumber"),
                    issues=_integer(row, "Type") in _SALES_TYPES,
                )


_NUMBERS: Final = ("InvoiceNumber", "EntryNumber", "YourRef")


def _text(row: Row, field: str) -> str:
    """Text or a whole number as text; empty for null."""
    if field not in row:
        raise _changed(field)
    value = row[field]
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _changed(field)
    return str(value)


def _integer(row: Row, field: str) -> int:
    text = _text(row, field)
    if not text:
        return 0
    if not text.removeprefix("-").isdecimal():
        raise _changed(field)
    return int(text)


def _money(row: Row, field: str, currency: str) -> Money:
    value = row.get(field)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _changed(field)
    try:
        return Money.parse(f"{Decimal(value):f}", currency)
    except ValueError as error:
        raise HumanActionNeeded(f"Exact Online's {field}: {error}") from error


def _day(row: Row, field: str) -> date:
    """The day of ``/Date(1756684800000)/``: milliseconds since 1970, in UTC."""
    found = _MOMENT.fullmatch(_text(row, field))
    if found is None:
        raise _changed(field)
    return (_EPOCH + timedelta(milliseconds=int(found[1]))).date()


def _changed(field: str) -> HumanActionNeeded:
    return HumanActionNeeded(f"Exact Online's answer has no {field}, or one of another kind: did its API change?")


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
