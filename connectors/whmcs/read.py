"""From an invoice of WHMCS and its client to a customer, a document and a mandate: pure.

``total`` has applied credit taken off in some versions and not in others: which one holds is decided for each invoice by its own figures, and one that fits
neither is a fault. Our own payments there carry ``AFL-`` in ``transid`` and are not taken over again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from connectors.json_rows import Row, all_there, amount, optional_text, read_document, row, text, text_if_there
from connectors.whmcs.client import PORTAL, nested
from connectors.whmcs.settings import WhmcsInvoicesSettings
from formats.payment_text import bare_iban, bare_vat_number
from ledger.documents import Document, DocumentKind
from ledger.errors import HumanActionNeeded
from ledger.mandates import Mandate, MandateStatus, MandateType, Scheme
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.sources import Fault, RawDocument, SourceRef

#: The beginning of ``transid`` in every transaction that is ours; then comes the effect's key.
OURS: Final = "AFL-"
#: Invoices that claim nothing.
DRAFT, CANCELLED, REFUNDED, PAID = "Draft", "Cancelled", "Refunded", "Paid"
_INVOICE_FIELDS: Final = (
    "invoiceid",
    "invoicenum",
    "userid",
    "date",
    "duedate",
    "subtotal",
    "credit",
    "tax",
    "tax2",
    "total",
    "status",
    "paymentmethod",
)
_TRANSACTION_FIELDS: Final = ("gateway", "date", "amountin", "amountout", "transid")
_CLIENT_FIELDS: Final = (
    "id",
    "firstname",
    "lastname",
    "companyname",
    "email",
    "address1",
    "address2",
    "city",
    "postcode",
    "countrycode",
    "phonenumber",
    "currency_code",
    "status",
    "language",
)
#: Not every version has it.
_TAX_ID: Final = "tax_id"
#: Lines that are no sale: money paid in advance, and other invoices gathered into one.
_NO_SALE: Final = frozenset({"AddFunds", "Invoice"})
_LANGUAGES: Final = {
    "dutch": "nl",
    "nederlands": "nl",
    "french": "fr",
    "german": "de",
    "english": "en",
}
_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\Z", re.ASCII)
_NO_DAY: Final = "0000-00-00"


def rules_of(settings: WhmcsInvoicesSettings) -> Mapping[str, object]:
    """The settings by which invoices are read, as they are kept with each."""
    mandates = settings.mandates
    return {
        "number": settings.number,
        "paid_by_bank": list(settings.paid_by_bank),
        "taken_over_until": "" if settings.taken_over_until is None else settings.taken_over_until.isoformat(),
        "language": settings.language,
        "customer_prefix": settings.customer_prefix,
        "number_prefix": settings.number_prefix,
        "mandates": None if mandates is None else mandates.model_dump(),
    }


def kept(invoice: Row, client: Row | None, rules: Mapping[str, object]) -> dict[str, object]:
    """What of an invoice and its client (None: it was deleted) says something. Raises HumanActionNeeded where a field is missing."""
    all_there(invoice, ("items", "transactions"), PORTAL)
    wanted = row(rules["mandates"], PORTAL) if rules["mandates"] is not None else {}
    ids = {str(value) for name, value in wanted.items() if name not in ("scheme", "day_first")}
    return {
        "invoice": _only(invoice, _INVOICE_FIELDS),
        "items": sorted({text(one, "type", PORTAL) for one in nested(invoice, "items", "item")}),
        "transactions": [_only(one, _TRANSACTION_FIELDS) for one in nested(invoice, "transactions", "transaction")],
        "client": None if client is None else {**_only(client, _CLIENT_FIELDS), _TAX_ID: client.get(_TAX_ID)},
        "custom": {
            optional_text(one, "id"): optional_text(one, "value")
            for one in nested(client or {}, "customfields", "customfield")
            if optional_text(one, "id") in ids
        },
        "rules": rules,
    }


def _only(of: Row, fields: tuple[str, ...]) -> dict[str, object]:
    all_there(of, fields, PORTAL)
    return {name: of[name] for name in fields}


def facts(document: RawDocument) -> Iterator[Customer | Document | Mandate | Fault]:
    """The client, the invoice and the mandate; nothing of an invoice that claims nothing."""
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    try:
        content = read_document(document)
        # All of it or nothing.
        found = list(facts_of(content, source))
    except (HumanActionNeeded, ValueError) as error:
        yield Fault(source=source, reason=str(error), whole_document=True)
        return
    yield from found
    if found and "deleted" not in content:
        # What is wrong with a mandate does not make the invoice wrong.
        try:
            yield from _mandate(content, source)
        except ValueError as error:
            yield Fault(source=source, reason=f"mandate: {error}", whole_document=False)


def facts_of(content: Row, source: SourceRef) -> Iterator[Customer | Document]:
    """Client and invoice, from the document's value. Raises ValueError for what cannot be, HumanActionNeeded for a row of another shape."""
    if "deleted" in content:
        yield _deleted(row(content["deleted"], PORTAL), source)
        return
    invoice, rules = row(content["invoice"], PORTAL), row(content["rules"], PORTAL)
    if content["client"] is None:
        if text(invoice, "status", PORTAL) in (DRAFT, CANCELLED, PAID, REFUNDED):
            return
        client = text(invoice, "userid", PORTAL)
        raise ValueError(f"its client {client} was deleted in {PORTAL}: cancel or delete the invoice there, too")
    number = invoice_number(invoice, rules)
    items = content["items"]
    if not number or text(invoice, "status", PORTAL) == DRAFT or (isinstance(items, list) and _NO_SALE & {*items}):
        return
    customer = _customer(content, source)
    yield customer
    yield _document(content, number, customer.customer_id, source)


def invoice_number(invoice: Row, rules: Row) -> str:
    """What the invoice is called here; empty when it has no such number (yet)."""
    field = "invoiceid" if rules["number"] == "id" else "invoicenum"
    found = text(invoice, field, PORTAL)
    return text(rules, "number_prefix", PORTAL) + found if found else ""


def _document(content: Row, number: str, customer_id: str, source: SourceRef) -> Document:
    invoice, rules = row(content["invoice"], PORTAL), row(content["rules"], PORTAL)
    currency = text(row(content["client"], PORTAL), "currency_code", PORTAL)
    subtotal, tax, tax2, credit, total = (
        amount(invoice, field, currency, PORTAL) for field in ("subtotal", "tax", "tax2", "credit", "total")
    )
    whole = subtotal + tax + tax2
    if total not in (whole, whole - credit):
        raise ValueError(f"a total of {total} is neither {whole} nor {whole - credit}")
    issued_on = _day(invoice, "date")
    if issued_on is None:
        raise ValueError("it has no date")
    status = text(invoice, "status", PORTAL)
    kind = DocumentKind.CREDIT_NOTE if whole.minor < 0 else DocumentKind.INVOICE
    gross = Money.zero(currency) if status == CANCELLED else abs(whole)
    other = text(invoice, "invoicenum" if rules["number"] == "id" else "invoiceid", PORTAL)
    return Document(
        number=number,
        kind=kind,
        customer_id=customer_id,
        issued_on=issued_on,
        due_on=_day(invoice, "duedate") or issued_on,
        gross=gross,
        settled_at_source=_settled(content, gross, credit, kind),
        creditor_reference="",
        order_number=other,
        corrects="",
        discount=None,
        source=source,
    )


def _settled(content: Row, gross: Money, credit: Money, kind: DocumentKind) -> Money:
    """What gateways and credit settled there, neither more than the invoice nor less than nothing."""
    invoice, rules = row(content["invoice"], PORTAL), row(content["rules"], PORTAL)
    status, zero = text(invoice, "status", PORTAL), Money.zero(gross.currency)
    if status == REFUNDED or (kind is DocumentKind.CREDIT_NOTE and status == PAID):
        return gross
    by_bank, until = _texts(rules, "paid_by_bank"), text(rules, "taken_over_until", PORTAL)
    there, elsewhere = credit, zero
    for one in nested(content, "transactions", "transaction"):
        moved = amount(one, "amountin", gross.currency, PORTAL) - amount(one, "amountout", gross.currency, PORTAL)
        ours = text(one, "transid", PORTAL).startswith(OURS)
        late = not until or text(one, "date", PORTAL)[: len(until)] > until
        if ours or (text(one, "gateway", PORTAL) in by_bank and late):
            elsewhere += moved
        else:
            there += moved
    if status == PAID and not elsewhere and text(invoice, "paymentmethod", PORTAL) not in by_bank:
        # Marked as paid by hand: no transaction says how.
        return gross
    return min(max(there, zero), gross)


def remembered(document: Document) -> dict[str, str]:
    """What is kept of an open invoice so that its deletion can be said."""
    return {
        "number": document.number,
        "kind": document.kind.value,
        "customer": document.customer_id,
        "currency": document.gross.currency,
        "issued_on": document.issued_on.isoformat(),
        "due_on": document.due_on.isoformat(),
    }


def _deleted(was: Row, source: SourceRef) -> Document:
    zero = Money.zero(text(was, "currency", PORTAL))
    return Document(
        number=text(was, "number", PORTAL),
        kind=DocumentKind(text(was, "kind", PORTAL)),
        customer_id=text(was, "customer", PORTAL),
        issued_on=date.fromisoformat(text(was, "issued_on", PORTAL)),
        due_on=date.fromisoformat(text(was, "due_on", PORTAL)),
        gross=zero,
        settled_at_source=zero,
        creditor_reference="",
        order_number="",
        corrects="",
        discount=None,
        source=source,
    )


def _customer(content: Row, source: SourceRef) -> Customer:
    client, rules = row(content["client"], PORTAL), row(content["rules"], PORTAL)
    company = text_if_there(client, "companyname", PORTAL).strip()
    street = f"{text_if_there(client, 'address1', PORTAL)} {text_if_there(client, 'address2', PORTAL)}".strip()
    iban = bare_iban(_custom(content, "iban"))
    return Customer(
        customer_id=_customer_id(content),
        name=company or _person(client),
        type=CustomerType.BUSINESS if company or text_if_there(client, "tax_id", PORTAL) else CustomerType.CONSUMER,
        email=text_if_there(client, "email", PORTAL),
        language=_LANGUAGES.get(text_if_there(client, "language", PORTAL).lower(), text(rules, "language", PORTAL)),
        address=Address(
            street=street,
            postcode=text_if_there(client, "postcode", PORTAL),
            city=text_if_there(client, "city", PORTAL),
            country=text_if_there(client, "countrycode", PORTAL),
        ),
        ibans=() if iban is None else (iban,),
        source=source,
        phone=text_if_there(client, "phonenumber", PORTAL),
        vat_number=bare_vat_number(
            text_if_there(client, _TAX_ID, PORTAL), text_if_there(client, "countrycode", PORTAL).upper()
        ),
    )


def _customer_id(content: Row) -> str:
    rules = row(content["rules"], PORTAL)
    return text(rules, "customer_prefix", PORTAL) + text(row(content["invoice"], PORTAL), "userid", PORTAL)


def _person(client: Row) -> str:
    return f"{text_if_there(client, 'firstname', PORTAL)} {text_if_there(client, 'lastname', PORTAL)}".strip()


def _mandate(content: Row, source: SourceRef) -> Iterator[Mandate]:
    rules, client = row(content["rules"], PORTAL), row(content["client"], PORTAL)
    reference = _custom(content, "reference")
    if not reference:
        return
    fields = row(rules["mandates"], PORTAL)
    iban, signed = bare_iban(_custom(content, "iban")), _custom(content, "signed_on")
    if iban is None:
        raise ValueError(f"the account of {reference} is no IBAN")
    yield Mandate(
        reference=reference,
        customer_id=_customer_id(content),
        iban=iban,
        bic=_custom(content, "bic").upper(),
        account_holder=_custom(content, "account_holder")
        or text_if_there(client, "companyname", PORTAL)
        or _person(client),
        scheme=Scheme(text(fields, "scheme", PORTAL)),
        type=MandateType.RECURRENT,
        signed_on=_written_day(signed, day_first=fields["day_first"] is True),
        status=MandateStatus.REVOKED if text_if_there(client, "status", PORTAL) == "Closed" else MandateStatus.ACTIVE,
        source=source,
    )


def _custom(content: Row, name: str) -> str:
    """What stands in the custom field of that purpose; empty where there is none."""
    fields = row(content["rules"], PORTAL)["mandates"]
    number = fields.get(name) if isinstance(fields, Mapping) else None
    return optional_text(row(content["custom"], PORTAL), str(number)).strip() if number is not None else ""


def _written_day(written: str, *, day_first: bool) -> date:
    """A day as people wrote it into a field."""
    found = _DAY.match(written)
    if found is None:
        return date.fromisoformat(written[: len(_NO_DAY)])
    first, second, year = (int(part) for part in found.groups())
    return date(year, second, first) if day_first else date(year, first, second)


def _day(invoice: Row, field: str) -> date | None:
    """A day; WHMCS writes noughts for none."""
    written = text(invoice, field, PORTAL)[: len(_NO_DAY)]
    return None if written in ("", _NO_DAY) else date.fromisoformat(written)


def _texts(rules: Row, name: str) -> tuple[str, ...]:
    value = rules[name]
    return tuple(str(one) for one in value) if isinstance(value, list) else ()
