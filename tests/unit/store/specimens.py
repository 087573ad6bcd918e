"""Facts to put into a store."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from typing import BinaryIO, cast

from ledger.documents import Document, DocumentKind
from ledger.effects import Effect, EffectKind, EffectState, Payload
from ledger.mandates import (
    Collection,
    CollectionPart,
    CollectionStatus,
    DebitBatch,
    Mandate,
    MandateStatus,
    MandateType,
    Scheme,
    SequenceType,
)
from ledger.money import Money
from ledger.party import Address, Counterparty, Customer, CustomerType
from ledger.sources import RawDocument, SourceRef
from ledger.statements import EntryStatus, IdentifiedEntry, Remittance, StatementEntry

IBAN = "NL02ABNA0123456789"
DAY = date(2025, 3, 3)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def source(place: str = "line 2", name: str = "invoices.csv") -> SourceRef:
    return SourceRef(system="folder", name=name, document="ab" * 32, place=place)


def raw(content: bytes, name: str = "a.coda", system: str = "folder") -> RawDocument:
    return RawDocument(
        system=system,
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        open=lambda: cast(BinaryIO, io.BytesIO(content)),
    )


def customer(customer_id: str = "C1", name: str = "Bakkerij Zoet") -> Customer:
    return Customer(
        customer_id=customer_id,
        name=name,
        type=CustomerType.BUSINESS,
        email="zoet@example.org",
        language="nl",
        address=Address(street="Markt 1", postcode="9000", city="Gent", country="BE"),
        ibans=(IBAN,),
        source=source(),
    )


def document(
    number: str = "F1",
    gross: int = 10_000,
    *,
    kind: DocumentKind = DocumentKind.INVOICE,
    customer_id: str = "C1",
    due_on: date = date(2025, 3, 31),
    settled: int = 0,
    place: str = "line 2",
) -> Document:
    return Document(
        number=number,
        kind=kind,
        customer_id=customer_id,
        issued_on=DAY,
        due_on=due_on,
        gross=eur(gross),
        settled_at_source=eur(settled),
        creditor_reference="",
        order_number="",
        corrects="",
        discount=None,
        source=source(place),
    )


def mandate(
    reference: str = "M1",
    customer_id: str = "C1",
    *,
    signed_on: date = DAY,
    status: MandateStatus = MandateStatus.ACTIVE,
) -> Mandate:
    return Mandate(
        reference=reference,
        customer_id=customer_id,
        iban=IBAN,
        bic="ABNANL2A",
        account_holder="Bakkerij Zoet",
        scheme=Scheme.CORE,
        type=MandateType.RECURRENT,
        signed_on=signed_on,
        status=status,
        source=source(),
    )


def entry(
    entry_id: str = "e1",
    amount: int = 10_000,
    *,
    booked_on: date = DAY,
    position: int = 1,
    account: str = IBAN,
    bank_reference: str = "",
) -> IdentifiedEntry:
    return IdentifiedEntry(
        entry_id=entry_id,
        entry=StatementEntry(
            account=account,
            booked_on=booked_on,
            value_on=booked_on,
            amount=eur(amount),
            balance=None,
            position=position,
            status=EntryStatus.BOOKED,
            counterparty=Counterparty(name="Bakkerij Zoet", iban=IBAN),
            remittance=Remittance(unstructured=("factuur F1",)),
            source=source("record 3", "a.coda"),
            bank_reference=bank_reference,
        ),
    )


def effect(
    key: str = "k1",
    *,
    sink: str = "accounting/0",
    payload: Payload | None = None,
    not_before: date = DAY,
    state: EffectState = EffectState.QUEUED,
) -> Effect:
    return Effect(
        key=key,
        kind=EffectKind.POSTING,
        sink=sink,
        subject=f"subject of {key}",
        payload={"amount": 1} if payload is None else payload,
        not_before=not_before,
        state=state,
    )


def collection(
    end_to_end_id: str = "E2E1",
    documents: tuple[str, ...] = ("F1",),
    *,
    status: CollectionStatus = CollectionStatus.PLANNED,
    amount: int = 10_000,
) -> Collection:
    return Collection(
        end_to_end_id=end_to_end_id,
        mandate=mandate(),
        sequence_type=SequenceType.RCUR,
        collect_on=date(2025, 4, 2),
        amount=eur(amount * len(documents)),
        parts=tuple(CollectionPart(document=number, amount=eur(amount)) for number in documents),
        remittance="F1",
        creditor_reference="",
        status=status,
    )


def batch(*collections: Collection, message_id: str = "MSG1") -> DebitBatch:
    return DebitBatch(
        message_id=message_id,
        payment_information_id=f"{message_id}-1",
        creditor_name="Bench BV",
        creditor_id="BE68ZZZ0123456789",
        creditor_iban=IBAN,
        creditor_bic="",
        scheme=Scheme.CORE,
        sequence_type=SequenceType.RCUR,
        collect_on=date(2025, 4, 2),
        created_on=DAY,
        collections=collections,
    )
