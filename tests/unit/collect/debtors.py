"""Customers, invoices and mandates as a clerk's desk knows them, made in one line each."""

from __future__ import annotations

from datetime import date

from collect.debits import DebitPolicy
from ledger.documents import Document, DocumentKind, ItemStatus, OpenItem
from ledger.mandates import Mandate, MandateStatus, MandateType, Scheme
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.sources import SourceRef

SOURCE = SourceRef(system="folder", name="made-up.csv", document="0" * 64, place="line 2")
POLICY = DebitPolicy(
    creditor_name="Bench BV",
    creditor_id="BE68ZZZ0123456789",
    creditor_iban="BE55734798953744",
    pre_notification_days=5,
)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def customer(
    customer_id: str = "C1",
    *,
    name: str = "Jansen & Zoon",
    language: str = "nl",
    email: str = "boekhouding@jansen.example",
    type_: CustomerType = CustomerType.BUSINESS,
) -> Customer:
    return Customer(
        customer_id=customer_id,
        name=name,
        type=type_,
        email=email,
        language=language,
        address=Address(street="Kerkstraat 1", postcode="9000", city="Gent", country="BE"),
        ibans=(),
        source=SOURCE,
    )


def item(
    number: str,
    open_: str,
    due_on: date,
    *,
    customer_id: str = "C1",
    gross: str = "",
    kind: DocumentKind = DocumentKind.INVOICE,
    status: ItemStatus = ItemStatus.OPEN,
    blocked_by: str = "",
    mandate: str = "",
    reference: str = "",
    currency: str = "EUR",
    settled_at_source: str = "0",
    dunning_level: int = 0,
) -> OpenItem:
    return OpenItem(
        document=Document(
            number=number,
            kind=kind,
            customer_id=customer_id,
            issued_on=date(2026, 1, 2),
            due_on=due_on,
            gross=Money.parse(gross or open_, currency),
            settled_at_source=Money.parse(settled_at_source, currency),
            creditor_reference=reference,
            order_number="",
            corrects="",
            discount=None,
            source=SOURCE,
        ),
        open=Money.parse(open_, currency),
        status=status,
        dunning_level=dunning_level,
        mandate_reference=mandate,
        blocked_by=blocked_by,
    )


def mandate(
    reference: str = "M1",
    *,
    customer_id: str = "C1",
    iban: str = "NL69TRIO0168933802",
    bic: str = "",
    holder: str = "Jansen",
    scheme: Scheme = Scheme.CORE,
    type_: MandateType = MandateType.RECURRENT,
    signed_on: date = date(2025, 3, 1),
    status: MandateStatus = MandateStatus.ACTIVE,
    last_collected_on: date | None = None,
) -> Mandate:
    return Mandate(
        reference=reference,
        customer_id=customer_id,
        iban=iban,
        bic=bic,
        account_holder=holder,
        scheme=scheme,
        type=type_,
        signed_on=signed_on,
        status=status,
        source=SOURCE,
        last_collected_on=last_collected_on,
    )
