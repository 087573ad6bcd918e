"""Postings as mutations in Moneybird, linked to the invoices that they pay; and what is open there, read back.

Mutations are made many in one call, as a financial statement, wholly or not at all; each link is a call of its own, which answers nothing and would book a second
time when it is repeated. So a mutation is read before it is linked, and what is already linked is left out: a process that dies in between is taken further.
``find`` answers only for a posting whose mutations have nothing open.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from connectors.http import quoted
from connectors.moneybird.client import MoneybirdClient, Row
from connectors.moneybird.settings import MoneybirdSettings
from connectors.moneybird.write import INVOICE, LEDGER, Link, Mutation, digest, key_in, mutation_values, mutations
from connectors.one_store import NOTE, Note, keep_to_one
from connectors.ports import BookedBalance, Movement, Receipt
from connectors.prepared import prepared
from connectors.remote_books import REMOTE, posting_of
from ledger.effects import Effect, Guarantee
from ledger.errors import ConfigError, ConflictingPayload, HumanActionNeeded, OutcomeUnknown, Refused
from ledger.money import Money
from ledger.postings import Posting

BATCH: Final = 50
_EVER: Final = "period:20000101..20991231"
#: Every state in which an invoice may have something open.
_OPEN_STATES: Final = "state:open|pending_payment|late|reminded|uncollectible"
#: From so many unknown documents on the list of open ones is read; below, each is asked for.
_LIST_FROM: Final = 10
_EURO: Final = "EUR"
#: Customer number of the contact that stands for the store that posts.
_NOTED: Final = "afletter"
_STORE: Final = re.compile(r"\[([^\]]*)\]\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """A mutation of ours as it stands there. ``links``: what it is linked to, ids of targets and sums."""

    number: str
    mark: str
    digest: str
    open: Money
    links: Mapping[tuple[str, str], Money]


class MoneybirdBooks:
    """An AccountingTarget: BatchSink, LedgerSource, MovementSource and OneStoreBooks."""

    guarantee = Guarantee.FINDABLE
    batch_size = BATCH
    abilities = replace(REMOTE, batching=BATCH, reads_bank=False)

    def __init__(self, settings: MoneybirdSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._accounts = settings.accounts
        self._client = MoneybirdClient(settings)
        #: Ids of invoices by our number; they never change.
        self._invoices: dict[str, str] = {}
        #: Our key of every mutation that was looked at, with the version that was read; empty for somebody else's.
        self._read: dict[str, tuple[int, str]] = {}

    def check(self) -> None:
        """Log in and look up every account of the settings. Raises ConfigError that names those that are not there."""
        seen = {_text(row, "id") for row in self._client.administrations()}
        if self._settings.administration not in seen:
            raise ConfigError(
                (
                    f"{self.name}: administration: Moneybird shows this login no administration {self._settings.administration}",
                )
            )
        financial = {_text(row, "id") for row in self._client.rows("financial_accounts")}
        ledger = {_text(row, "id") for row in self._client.rows("ledger_accounts")}
        faults = []
        for place, code in (*self._accounts.codes(), *self._accounts.journals()):
            is_financial = place.startswith("banks") or place == "journal"
            if code not in (financial if is_financial else ledger):
                kind = "financial account" if is_financial else "ledger account"
                faults.append(f"{self.name}: accounts.{place}: Moneybird has no {kind} '{code}'")
        if faults:
            raise ConfigError(tuple(faults))

    def keep_to(self, store: str) -> None:
        """See OneStoreBooks: a contact with a customer number of its own, which Moneybird has once; whose it is stands in its name."""
        if self._settings.one_store:
            whose = f"administration {self._settings.administration} of Moneybird"
            keep_to_one(store, whose, self._notes, partial(self._leave_note, store))

    def _notes(self) -> list[Note]:
        row = self._client.find(f"contacts/customer_id/{_NOTED}.json")
        if row is None:
            return []
        name = _text(row, "company_name")
        found = _STORE.search(name)
        return [Note(store="" if found is None else found[1], place=f"the contact '{name}' ({_NOTED}) there")]

    def _leave_note(self, store: str) -> None:
        contact = {"company_name": f"{NOTE} [{store}]", "customer_id": _NOTED}
        self._client.change("POST", "contacts.json", {"contact": contact})

    def find(self, key: str) -> Receipt | None:
        """The receipt of a posting that is complete. Moneybird cannot be searched by our key: what changed since it was last asked is read."""
        found = self._standing([key], _EVER).get(key, [])
        if not found or any(one.open for one in found):
            return None
        return Receipt(key=key, reference=found[0].number)

    def send(self, effect: Effect) -> Receipt:
        """Book one posting."""
        return self.send_many([effect])[0]

    def send_many(self, effects: Sequence[Effect]) -> Sequence[Receipt]:
        """Book all of them, or take further what was begun of them.

        Raises Refused with Moneybird's own sentence, ConflictingPayload, and what ``MoneybirdClient`` raises.
        """
        postings = {effect.key: posting_of(effect, "Moneybird") for effect in effects}
        days = [posting.booked_on for posting in postings.values()]
        period = f"period:{min(days):%Y%m%d}..{max(days):%Y%m%d}"
        there = self._standing(list(postings), period)
        for effect in effects:
            if any(one.digest != digest(effect) for one in there.get(effect.key, [])):
                raise ConflictingPayload(effect.key)
        self._look_up(
            {line.account.key for p in postings.values() for line in p.lines if line.account.kind.value == "receivable"}
        )
        wanted = prepared(effects, lambda e: mutations(e, postings[e.key], self._accounts, self._invoice))
        missing = [effect for effect in effects if effect.key not in there]
        for account in dict.fromkeys(one.account for effect in missing for one in wanted[effect.key]):
            made = [e for e in missing if wanted[e.key][0].account == account]
            there |= self._made(account, made, postings, wanted)
        for effect in effects:
            by_mark = {one.mark: one for one in there[effect.key]}
            for mutation in wanted[effect.key]:
                if mutation.mark not in by_mark:
                    raise HumanActionNeeded(
                        f"Moneybird holds only a part of {effect.subject}: delete its mutations there, and it is posted anew"
                    )
                self._link(by_mark[mutation.mark], mutation)
        return [Receipt(key=effect.key, reference=there[effect.key][0].number) for effect in effects]

    def _made(
        self,
        account: str,
        effects: Sequence[Effect],
        postings: Mapping[str, Posting],
        wanted: Mapping[str, tuple[Mutation, ...]],
    ) -> dict[str, list[_Standing]]:
        """One statement with the mutations of many postings."""
        values = [mutation_values(one, e, postings[e.key]) for e in effects for one in wanted[e.key]]
        statement = {
            "financial_account_id": account,
            "reference": f"afletter {effects[0].key}",
            "financial_mutations_attributes": {str(number): one for number, one in enumerate(values)},
        }
        answer = self._client.change("POST", "financial_statements.json", {"financial_statement": statement})
        rows = answer.get("financial_mutations") if isinstance(answer, Mapping) else None
        if not isinstance(rows, list):
            raise OutcomeUnknown("Moneybird's answer to a new statement does not show its mutations")
        return _by_key([_standing(row) for row in rows])

    def _link(self, there: _Standing, mutation: Mutation) -> None:
        """Link what is not linked yet. A person who linked the mutation otherwise has the last word."""
        if not there.open:
            return
        for link in mutation.links:
            done = there.links.get((link.kind, link.target))
            if done == link.amount:
                continue
            if done is not None:
                raise Refused(f"mutation {there.number} in Moneybird is linked for {done} where {link.amount} belongs")
            self._client.change("PATCH", f"financial_mutations/{there.number}/link_booking.json", _link_values(link))

    def _standing(self, keys: Sequence[str], period: str) -> dict[str, list[_Standing]]:
        """Our mutations of a period by key; what did not change since it was last read is not read again, unless it is asked for."""
        wanted = set(keys)
        versions = self._client.versions("financial_mutations", period)
        stale = [
            n
            for n, version in versions.items()
            if self._read.get(n, (None, ""))[0] != version or self._read[n][1] in wanted
        ]
        found = []
        for row in self._client.by_id("financial_mutations", stale):
            one = _standing(row)
            self._read[one.number] = (versions[one.number], key_in(one.mark))
            if key_in(one.mark) in wanted:
                found.append(one)
        return _by_key(found)

    # What is looked up

    def _invoice(self, number: str) -> str:
        self._look_up({number})
        if number not in self._invoices:
            raise Refused(f"there is no invoice {number} in Moneybird")
        return self._invoices[number]

    def _look_up(self, numbers: Collection[str]) -> None:
        unknown = {number for number in numbers if number not in self._invoices}
        if len(unknown) >= _LIST_FROM:
            for rows in self._client.pages("sales_invoices", f"{_OPEN_STATES},{_EVER}"):
                self._invoices |= {_text(row, self._settings.number_field): _text(row, "id") for row in rows}
                if unknown <= self._invoices.keys():
                    return
        for number in sorted(unknown - self._invoices.keys()):
            row = self._found(number)
            if row is not None:
                self._invoices[number] = _text(row, "id")

    def _found(self, number: str) -> Row | None:
        return self._client.find(f"sales_invoices/find_by_{self._settings.number_field}/{quoted(number)}.json")

    # What is read back

    def open_balances(self) -> Iterator[BookedBalance]:
        """What Moneybird says is unpaid of each invoice and credit note."""
        for rows in self._client.pages("sales_invoices", f"{_OPEN_STATES},{_EVER}"):
            for row in rows:
                amount = _money(row, "total_unpaid", _text(row, "currency"))
                if amount:
                    yield BookedBalance(document=_text(row, self._settings.number_field), amount=amount)

    def bank_balances(self) -> Iterator[tuple[str, Money]]:
        """Nothing: Moneybird tells no balance of a financial account (``abilities.reads_bank``)."""
        return iter(())

    def movements(self, documents: Collection[str]) -> Iterator[Movement]:
        """What issued these documents and every payment on them."""
        for number in sorted(documents):
            row = self._found(number)
            if row is None:
                continue
            currency = _text(row, "currency")
            yield Movement(
                document=number,
                amount=_money(row, "total_price_incl_tax", currency),
                booked_on=date.fromisoformat(_text(row, "invoice_date")),
                key="",
                reference=number,
                issues=True,
            )
            payments = _list(row, "payments")
            linked = [_text(one, "financial_mutation_id") for one in payments]
            ours = {
                _text(one, "id"): key_in(_text(one, "account_servicer_transaction_id"))
                for one in self._client.by_id("financial_mutations", [one for one in linked if one])
            }
            for payment, mutation in zip(payments, linked, strict=True):
                yield Movement(
                    document=number,
                    amount=-_money(payment, "price", currency),
                    booked_on=date.fromisoformat(_text(payment, "payment_date")),
                    key=ours.get(mutation, ""),
                    reference=mutation or _text(payment, "id"),
                    issues=False,
                )


def _link_values(link: Link) -> Mapping[str, object]:
    return {"booking_type": link.kind, "booking_id": link.target, "price_base": link.amount.decimal()}


def _standing(row: object) -> _Standing:
    if not isinstance(row, Mapping):
        raise _changed("financial_mutations")
    links: dict[tuple[str, str], Money] = {}
    for part, kind, target in (
        ("payments", INVOICE, "invoice_id"),
        ("ledger_account_bookings", LEDGER, "ledger_account_id"),
    ):
        for one in _list(row, part):
            where = (kind, _text(one, target))
            links[where] = links.get(where, Money.zero(_EURO)) + _money(one, "price", _EURO)
    return _Standing(
        number=_text(row, "id"),
        mark=_text(row, "account_servicer_transaction_id"),
        digest=_text(row, "batch_reference"),
        open=_money(row, "amount_open", _EURO),
        links=links,
    )


def _by_key(found: Sequence[_Standing]) -> dict[str, list[_Standing]]:
    grouped: dict[str, list[_Standing]] = {}
    marks: set[str] = set()
    for one in sorted(found, key=lambda standing: standing.mark):
        if one.mark in marks:
            raise HumanActionNeeded(f"Moneybird holds two mutations {one.mark}: delete the younger one")
        marks.add(one.mark)
        grouped.setdefault(key_in(one.mark), []).append(one)
    return grouped


def _text(row: Row, field: str) -> str:
    """Text; empty for null."""
    if field not in row:
        raise _changed(field)
    value = row[field]
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _changed(field)
    return value


def _list(row: Row, field: str) -> list[Row]:
    value = row.get(field)
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise _changed(field)
    return value


def _money(row: Row, field: str, currency: str) -> Money:
    """Amounts are text such as ``363.0``."""
    try:
        return Money.parse(_text(row, field), currency)
    except ValueError as error:
        raise HumanActionNeeded(f"Moneybird's {field}: {error}") from error


def _changed(field: str) -> HumanActionNeeded:
    return HumanActionNeeded(f"Moneybird's answer has no {field}, or one of another kind: did its API change?")
