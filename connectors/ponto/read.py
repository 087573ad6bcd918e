"""From what Ponto says of an account to a statement: pure.

A statement is what is new since the last reading, up to the last whole day. Its opening balance is the closing one of the reading before; its closing balance is the one that
the bank states now, less what was booked since midnight. That the first with the entries makes the second is the proof that none is missing and none is there
twice. Days are those of Brussels: Ponto writes midnight there as a moment in UTC.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connectors.json_rows import Row, all_there, amount, filled_text, read_document, row, rows, text, text_if_there
from connectors.ponto.client import PROVIDER
from formats.camt.transactions import reference
from ledger.errors import HumanActionNeeded
from ledger.money import Money
from ledger.party import Counterparty
from ledger.references import compact
from ledger.sources import Fault, RawDocument, SourceRef
from ledger.statements import EntryStatus, Remittance, Statement, StatementEntry

FORMAT: Final = "ponto"
_ZONE: Final = ZoneInfo("Europe/Brussels")
_STRUCTURED: Final = "structured"
#: What is kept of an entry: all that is read, and Ponto's own fingerprint of it.
_KEPT: Final = (
    "additionalInformation", "amount", "bankTransactionCode", "counterpartName", "counterpartReference", "creditorId", "currency", "description", "digest",
    "endToEndId", "executionDate", "internalReference", "mandateId", "proprietaryBankTransactionCode", "remittanceInformation",
    "remittanceInformationType", "valueDate",
)  # fmt: skip
#: By what an entry is known again when an account was given up and added anew, and all ids are others.
_TELLING: Final = ("endToEndId", "remittanceInformation", "counterpartReference", "counterpartName")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as Ponto has it. ``balance``: of the booked entries, as the bank stated it at ``read_at``; ``consent_ends_at``: None where Ponto does not say."""

    account_id: str
    currency: str
    balance: Money
    read_at: datetime
    consent_ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """An entry of the list. ``key``: the same when it comes again under another id; ``row``: what is kept of it."""

    entry_id: str
    on: date
    amount: Money
    key: str
    row: Row


def account_of(listed: Sequence[Row], iban: str) -> Account:
    """The account with this IBAN. Of several (one was added anew) the one of the newest consent. Raises HumanActionNeeded when there is none."""
    mine = [one for one in listed if compact(text_if_there(_attributes(one), "reference", PROVIDER)) == iban]
    living = [one for one in mine if _attributes(one).get("deprecated") is not True]
    if not living:
        what = (
            "no longer supports it: add it anew"
            if mine
            else "does not have it: add it, or give the integration access to it"
        )
        raise HumanActionNeeded(f"the account {iban}: {PROVIDER} {what}")
    found = max(living, key=lambda one: text_if_there(_attributes(one), "authorizedAt", PROVIDER))
    attributes = _attributes(found)
    currency = text(attributes, "currency", PROVIDER)
    ends = text_if_there(attributes, "authorizationExpirationExpectedAt", PROVIDER)
    try:
        balance = amount(attributes, "currentBalance", currency, PROVIDER)
    except ValueError as error:
        raise HumanActionNeeded(f"{PROVIDER}: the balance of {iban}: {error}") from error
    return Account(
        account_id=text(found, "id", PROVIDER),
        currency=currency,
        balance=balance,
        read_at=moment(text(row(found.get("meta"), PROVIDER), "synchronizedAt", PROVIDER)),
        consent_ends_at=moment(ends) if ends else None,
    )


def booked_of(listed: Sequence[Row], account: Account) -> list[Booked]:
    """The entries of a page. Raises HumanActionNeeded for one that cannot be: then nothing of the page is taken over."""
    return [_booked(one, account) for one in listed]


def _booked(one: Row, account: Account) -> Booked:
    entry_id, attributes = filled_text(one, "id", PROVIDER), _attributes(one)
    all_there(attributes, _TELLING, PROVIDER)
    try:
        money = amount(attributes, "amount", text(attributes, "currency", PROVIDER), PROVIDER)
        if money.currency != account.currency:
            raise ValueError(f"its currency is {money.currency}, that of the account {account.currency}")
        on = day_of(text(attributes, "executionDate", PROVIDER))
        if text_if_there(attributes, "valueDate", PROVIDER):
            day_of(text_if_there(attributes, "valueDate", PROVIDER))
    except ValueError as error:
        raise HumanActionNeeded(
            f"{PROVIDER}: entry {entry_id}: {error}; nothing is taken over until it is mended"
        ) from error
    said = {name: text_if_there(attributes, name, PROVIDER) for name in _KEPT if name != "amount"}
    telling = (on.isoformat(), str(money), *(said[name] for name in _TELLING))
    return Booked(
        entry_id=entry_id,
        on=on,
        amount=money,
        key=hashlib.sha256("\n".join(telling).encode()).hexdigest()[:16],
        row={"id": entry_id, **{name: attributes[name] for name in _KEPT if name in attributes}},
    )


def _attributes(of: Row) -> Row:
    return row(of.get("attributes"), PROVIDER)


def moment(written: str) -> datetime:
    """An instant. Raises HumanActionNeeded for what is none."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise HumanActionNeeded(f"{PROVIDER} writes moments in a way that is not known here") from error
    if found.tzinfo is None:
        raise HumanActionNeeded(f"{PROVIDER} writes moments without their zone")
    return found


def day_of(written: str) -> date:
    """The day in Brussels of a moment, or a plain date. Raises ValueError for nothing, HumanActionNeeded for what is none."""
    if not written:
        raise ValueError("it has no date")
    return date.fromisoformat(written) if len(written) == len("2026-03-02") else in_brussels(moment(written))


def in_brussels(at: datetime) -> date:
    """The day there."""
    return at.astimezone(_ZONE).date()


def last_whole_day(at: datetime) -> date:
    """The last day that was over when the bank was asked."""
    return in_brussels(at) - timedelta(days=1)


def facts(document: RawDocument) -> Iterator[Statement | Fault]:
    """The one statement of a reading, or why it is none."""
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    try:
        yield _statement(read_document(document), source)
    except (HumanActionNeeded, ValueError, KeyError) as error:
        yield Fault(source=source, reason=str(error), whole_document=True)


def _statement(content: Row, source: SourceRef) -> Statement:
    account, currency = text(content, "account", PROVIDER), text(content, "currency", PROVIDER)
    found = [
        _entry(one, account, currency, position, source)
        for position, one in enumerate(rows(content.get("entries"), PROVIDER), start=1)
    ]
    closing_on = date.fromisoformat(text(content, "closing_on", PROVIDER))
    return Statement(
        account=account,
        currency=currency,
        number=text(content, "number", PROVIDER),
        dated_on=closing_on,
        opening=_balance(content, "opening", currency),
        opening_on=date.fromisoformat(text(content, "opening_on", PROVIDER)),
        closing=_balance(content, "closing", currency),
        closing_on=closing_on,
        entries=tuple(found),
        source=source,
        format=FORMAT,
    )


def _balance(content: Row, name: str, currency: str) -> Money | None:
    return None if content[name] is None else amount(content, name, currency, PROVIDER)


def _entry(one: Row, account: str, currency: str, position: int, document: SourceRef) -> StatementEntry:
    written = text_if_there(one, "valueDate", PROVIDER)
    kind = text_if_there(one, "bankTransactionCode", PROVIDER).replace("-", "/")
    said = (text_if_there(one, name, PROVIDER).strip() for name in ("description", "additionalInformation"))
    return StatementEntry(
        account=account,
        booked_on=date.fromisoformat(text(one, "booked_on", PROVIDER)),
        value_on=day_of(written) if written else day_of(text(one, "executionDate", PROVIDER)),
        amount=amount(one, "amount", currency, PROVIDER),
        balance=None,
        position=position,
        status=EntryStatus.BOOKED,
        counterparty=Counterparty(
            name=" ".join(text_if_there(one, "counterpartName", PROVIDER).split()),
            iban=compact(text_if_there(one, "counterpartReference", PROVIDER)),
        ),
        remittance=_remittance(one),
        source=SourceRef(
            system=document.system,
            name=document.name,
            document=document.document,
            place=f"entry {text(one, 'id', PROVIDER)}",
        ),
        bank_reference=reference(text_if_there(one, "internalReference", PROVIDER).strip()),
        end_to_end_id=reference(text_if_there(one, "endToEndId", PROVIDER).strip()),
        mandate_reference=reference(text_if_there(one, "mandateId", PROVIDER).strip()),
        creditor_id=text_if_there(one, "creditorId", PROVIDER).strip(),
        transaction_code=kind or text_if_there(one, "proprietaryBankTransactionCode", PROVIDER),
        information=tuple(line for line in said if line),
    )


def _remittance(one: Mapping[str, object]) -> Remittance:
    """A structured reference without its signs; everything else as the payer wrote it."""
    written = text_if_there(one, "remittanceInformation", PROVIDER).strip()
    if not written:
        return Remittance()
    # Isabel writes ``structured-be`` for the Belgian ones.
    if text_if_there(one, "remittanceInformationType", PROVIDER).startswith(_STRUCTURED) and compact(written).isalnum():
        return Remittance(creditor_references=(compact(written),))
    return Remittance(unstructured=(written,))
