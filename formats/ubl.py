"""Invoices and credit notes in UBL 2.1 (OASIS), as Peppol BIS Billing 3, XRechnung and plain UBL write them: the receivable in them.

Read as a stream of SAX events in which only the parts that matter are kept, so that an embedded PDF costs nothing; a
DOCTYPE is refused before anything in it is looked at, so there are no entities. What is kept has limits of its own.

Rules that are not in the element names (EN 16931-1 and the Peppol rules):

- what is open is PayableAmount, which is TaxInclusiveAmount - PrepaidAmount + PayableRoundingAmount (BR-CO-16; before EN 16931
  TaxInclusiveAmount held the rounding, and XRechnung's extension adds third parties' amounts, BR-DEX-09); gross is what was owed before the
  prepayment, and a document whose totals contradict each other is refused;
- a negative invoice is a credit note (and the reverse), an Invoice of type 381 too: amounts become positive, the kind says which way;
- where no due date is given, an invoice is due 30 days after its date (Directive 2011/7/EU, article 3(3)(b)(i)), or after the longest term in days that
  its payment terms speak of, whichever is later: rather a late reminder than a wrong one;
- Skonto is read from the terms as XRechnung writes it (``#SKONTO#TAGE=14#PROZENT=2.00#``, BR-DE-18) and from SettlementDiscountPercent.

A mandate is known here by its reference only: UBL has neither its scheme nor the day it was signed, so no Mandate is made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from lxml import etree

from formats.payment_text import bare_iban, bare_reference, is_currency
from ledger.documents import DiscountTerms, Document, DocumentKind
from ledger.mandates import Mandate
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.sources import Fault, RawDocument, SourceRef

if TYPE_CHECKING:
    _Target = etree.ParserTarget[None]
else:
    # The protocol exists in lxml's stubs only.
    _Target = object

#: Bytes of a file that are read at most.
DOCUMENT_BYTES: Final = 256 * 1024 * 1024
#: Elements and characters that are kept of one invoice; the largest honest ones keep a few hundred elements.
KEPT_ELEMENTS: Final = 20_000
KEPT_CHARACTERS: Final = 2_000_000
#: Depth of elements; UBL is never deeper than about 20.
DEPTH: Final = 100
#: Statutory term of payment (Directive 2011/7/EU, article 3(3)(b)(i)).
STATUTORY_TERM: Final = timedelta(days=30)

_CHUNK_BYTES: Final = 64 * 1024
_INVOICE: Final = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
_CREDIT_NOTE: Final = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"
_PARTS: Final = frozenset(
    {
        "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
        "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    }
)
_ROOTS: Final = {
    f"{{{_INVOICE}}}Invoice": DocumentKind.INVOICE,
    f"{{{_CREDIT_NOTE}}}CreditNote": DocumentKind.CREDIT_NOTE,
}
#: Children of the root that say what is owed, by whom and how; everything else is passed over.
_KEPT: Final = frozenset(
    {
        "ID", "IssueDate", "DueDate", "InvoiceTypeCode", "CreditNoteTypeCode", "DocumentCurrencyCode", "BuyerReference",
        "OrderReference", "BillingReference", "AccountingCustomerParty", "PaymentMeans", "PaymentTerms",
        "LegalMonetaryTotal", "PrepaidPayment",
    }
)  # fmt: skip
#: Types (UNCL1001) that are credit notes whatever the root element is called.
_CREDIT_TYPES: Final = frozenset({"81", "83", "261", "296", "308", "381", "396", "420", "458", "532"})
_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?\Z", re.ASCII)
_DAYS: Final = re.compile(
    r"\b(\d{1,3})\s*(?:days?|dagen|dag|jours?|tagen?|tage|dager|dagar|dage|giorni|días)\b", re.IGNORECASE
)
_SKONTO: Final = re.compile(
    r"#SKONTO#TAGE=(\d{1,3})#PROZENT=(\d{1,2}(?:\.\d{1,2})?)#(?:BASISBETRAG=(-?\d+(?:\.\d+)?)#)?", re.ASCII
)
_PERCENT: Final = re.compile(r"(\d{1,2})(?:\.(\d{1,2})0*)?\Z", re.ASCII)
#: Peppol's word where an order number has to stand and there is none.
_NO_ORDER: Final = frozenset({"NA", "N/A", "-"})


class _Refused(Exception):
    """The document cannot be taken over."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


@dataclass(slots=True)
class _Element:
    """A kept element: local name, attributes, text and children, in order."""

    name: str
    attributes: dict[str, str]
    parts: list[str] = field(default_factory=list)
    children: list[_Element] = field(default_factory=list)

    def all(self, *path: str) -> list[_Element]:
        """The elements at a path below this one."""
        found = [self]
        for name in path:
            found = [child for element in found for child in element.children if child.name == name]
        return found

    def text(self, *path: str) -> str:
        """The text of the first element at a path that has any; empty when there is none."""
        for element in self.all(*path):
            text = " ".join("".join(element.parts).split())
            if text:
                return text
        return ""


class _Reader(_Target):
    """lxml parser target: keeps the elements that matter of each invoice in the file."""

    def __init__(self) -> None:
        self.found: list[tuple[DocumentKind, _Element]] = []
        self.outermost = ""
        self._depth = 0
        self._open: list[_Element] = []
        self._passed_over = 0
        self._elements = 0
        self._characters = 0

    def doctype(self, name: str | None, _public: str | None, _system: str | None) -> None:
        """A DOCTYPE is where entities come from."""
        raise _Refused("", f"has a DOCTYPE ({name}), which no invoice needs: entities are not read")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > DEPTH:
            raise _Refused("", f"has elements deeper than {DEPTH}")
        self.outermost = self.outermost or tag
        if self._passed_over:
            self._passed_over += 1
            return
        namespace, _, name = tag.rpartition("}")
        if not self._open:
            kind = _ROOTS.get(tag)
            if kind is not None:
                self._elements = self._characters = 0
                root = _Element(name, {})
                self._open.append(root)
                self.found.append((kind, root))
            return
        if namespace[1:] not in _PARTS or (len(self._open) == 1 and name not in _KEPT):
            self._passed_over = 1
            return
        self._elements += 1
        if self._elements > KEPT_ELEMENTS:
            raise _Refused("", f"has more than {KEPT_ELEMENTS} elements outside of its lines")
        element = _Element(name, dict(attributes))
        self._open[-1].children.append(element)
        self._open.append(element)

    def data(self, text: str) -> None:
        """Text of the element that is open."""
        if self._passed_over or not self._open:
            return
        self._characters += len(text)
        if self._characters > KEPT_CHARACTERS:
            raise _Refused("", f"has more than {KEPT_CHARACTERS} characters outside of its lines")
        self._open[-1].parts.append(text)

    def end(self, _tag: str) -> None:
        """An element ends."""
        self._depth -= 1
        if self._passed_over:
            self._passed_over -= 1
        elif self._open:
            self._open.pop()

    def close(self) -> None:
        """Nothing is left to do at the end."""


def read(document: RawDocument) -> Iterator[Customer | Document | Mandate | Fault]:
    """The customer and the document of each invoice in a file, or one Fault with the reason why not."""
    try:
        kinds_and_roots = _roots(document)
    except _Refused as refused:
        yield _fault(document, refused, whole=True)
        return
    whole = len(kinds_and_roots) == 1
    for kind, root in kinds_and_roots:
        number = root.text("ID")
        try:
            facts = _facts(document, kind, root)
        except _Refused as refused:
            place = refused.place if whole else f"{root.name} {number}: {refused.place}"
            yield _fault(document, _Refused(place, refused.reason), whole=whole)
            continue
        yield from facts


def _fault(document: RawDocument, refused: _Refused, *, whole: bool) -> Fault:
    return Fault(source=_source(document, refused.place), reason=refused.reason, whole_document=whole)


def _source(document: RawDocument, place: str) -> SourceRef:
    return SourceRef(system=document.system, name=document.name, document=document.sha256, place=place)


def _roots(document: RawDocument) -> list[tuple[DocumentKind, _Element]]:
    if document.size == 0:
        raise _Refused("", "the file is empty")
    if document.size > DOCUMENT_BYTES:
        raise _Refused("", f"has {document.size} bytes, more than the limit of {DOCUMENT_BYTES}")
    target = _Reader()
    parser = etree.XMLParser(
        target=target, resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        with document.open() as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                parser.feed(chunk)
        parser.close()
    except etree.XMLSyntaxError as error:
        line = error.position[0]
        raise _Refused(f"line {line}" if line else "", f"is no well-formed XML ({error.msg})") from error
    if not target.found:
        raise _Refused("", f"is no UBL 2 invoice or credit note but {_spoken(target.outermost)}")
    return target.found


def _spoken(tag: str) -> str:
    namespace, _, name = tag.rpartition("}")
    return f"'{name}' of {namespace[1:]}" if namespace else f"'{name}'"


def _facts(document: RawDocument, kind: DocumentKind, root: _Element) -> tuple[Customer, Document]:
    number = root.text("ID")
    if not number:
        raise _Refused("ID", "has no number")
    issued_on = _date(root, "IssueDate")
    if issued_on is None:
        raise _Refused("IssueDate", "has no date of issue")
    total = _total(root)
    type_code = root.text("InvoiceTypeCode") or root.text("CreditNoteTypeCode")
    customer = _customer(document, root)
    sold_back = kind is DocumentKind.CREDIT_NOTE or type_code in _CREDIT_TYPES
    if kind is DocumentKind.INVOICE and sold_back and total.gross.minor < 0:
        raise _Refused(
            "InvoiceTypeCode",
            f"type {type_code} is a credit note, yet its amounts are negative: which way it goes is not certain",
        )
    taken = sold_back != (total.gross.minor < 0)
    gross, settled = abs(total.gross), abs(total.prepaid)
    if total.prepaid.minor * total.gross.minor < 0 or settled > gross:
        # More was prepaid than was owed: what is open, the payable amount, goes the other way.
        taken = sold_back != (total.payable.minor < 0)
        gross, settled = abs(total.payable), Money.zero(gross.currency)
    kind_meant = DocumentKind.CREDIT_NOTE if taken else DocumentKind.INVOICE
    return customer, Document(
        number=number,
        kind=kind_meant,
        customer_id=customer.customer_id,
        issued_on=issued_on,
        due_on=_due_on(root, issued_on, owed=kind_meant is DocumentKind.INVOICE and gross > settled),
        gross=gross,
        settled_at_source=settled,
        creditor_reference=bare_reference(root.text("PaymentMeans", "PaymentID")),
        order_number=_order_number(root),
        corrects=_corrects(root) if kind_meant is DocumentKind.CREDIT_NOTE else "",
        discount=_discount(root, issued_on, total) if kind_meant is DocumentKind.INVOICE else None,
        mandate_reference=root.text("PaymentMeans", "PaymentMandate", "ID"),
        source=_source(document, root.name),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Total:
    """Signed, as the document has them: ``gross`` is owed before ``prepaid`` is taken off, ``payable`` after."""

    gross: Money
    prepaid: Money
    payable: Money


def _total(root: _Element) -> _Total:
    totals = root.all("LegalMonetaryTotal")
    if len(totals) != 1:
        raise _Refused("LegalMonetaryTotal", f"stands there {len(totals)} times; it must stand once")
    payable_text = totals[0].text("PayableAmount")
    if not payable_text:
        raise _Refused("LegalMonetaryTotal/PayableAmount", "is missing")
    currency = root.text("DocumentCurrencyCode")
    if not currency:
        # Optional in UBL itself; the amounts then say it.
        currency = totals[0].all("PayableAmount")[0].attributes.get("currencyID", "")
    if not is_currency(currency):
        raise _Refused("DocumentCurrencyCode", f"'{currency}' is no currency code (ISO 4217)")
    payable = _amount(totals[0], "PayableAmount", currency)
    prepaid = _amount(totals[0], "PrepaidAmount", currency)
    rounding = _amount(totals[0], "PayableRoundingAmount", currency)
    gross = payable + prepaid
    if totals[0].text("TaxInclusiveAmount"):
        inclusive = _amount(totals[0], "TaxInclusiveAmount", currency)
        # XRechnung's extension adds what is owed to third parties (BR-DEX-09); before EN 16931, TaxInclusiveAmount held the rounding.
        others = sum(
            (
                _parsed(paid, "PrepaidPayment/PaidAmount", currency).minor
                for paid in root.all("PrepaidPayment", "PaidAmount")
            ),
            0,
        )
        if gross.minor not in (
            inclusive.minor + rounding.minor + others,
            inclusive.minor + rounding.minor,
            inclusive.minor,
        ):
            raise _Refused(
                "LegalMonetaryTotal",
                f"does not add up (BR-CO-16): TaxInclusiveAmount {inclusive.decimal()} - PrepaidAmount {prepaid.decimal()}"
                f" + PayableRoundingAmount {rounding.decimal()} is not PayableAmount {payable.decimal()}",
            )
    return _Total(gross=gross, prepaid=prepaid, payable=payable)


def _amount(total: _Element, name: str, currency: str) -> Money:
    """An amount of the totals; one that is not there is nought, which is what BR-CO-16 takes it for."""
    elements = total.all(name)
    if len(elements) > 1:
        raise _Refused(f"LegalMonetaryTotal/{name}", f"stands there {len(elements)} times")
    if not elements or not elements[0].text():
        return Money.zero(currency)
    return _parsed(elements[0], f"LegalMonetaryTotal/{name}", currency)


def _parsed(element: _Element, place: str, currency: str) -> Money:
    own = element.attributes.get("currencyID", currency)
    if own != currency:
        raise _Refused(place, f"is in {own}, the document in {currency}")
    try:
        return Money.parse(element.text(), currency)
    except ValueError as error:
        raise _Refused(place, str(error)) from error


def _date(element: _Element, *path: str) -> date | None:
    """The date at a path, None when there is none."""
    for found in element.all(*path):
        day = _date_of(found, "/".join(path))
        if day is not None:
            return day
    return None


def _date_of(element: _Element, place: str) -> date | None:
    text = element.text()
    if not text:
        return None
    found = _DATE.match(text)
    if found is None:
        raise _Refused(place, f"'{text[:40]}' is no date of the form YYYY-MM-DD")
    try:
        return date.fromisoformat(found.group(1))
    except ValueError as error:
        raise _Refused(place, f"'{text}' is no day of the calendar") from error


def _due_on(root: _Element, issued_on: date, *, owed: bool) -> date:
    for path in (
        ("DueDate",),
        ("PaymentMeans", "PaymentDueDate"),
        ("PaymentTerms", "PaymentDueDate"),
        ("PaymentTerms", "InstallmentDueDate"),
    ):
        days = [day for day in (_date_of(element, "/".join(path)) for element in root.all(*path)) if day is not None]
        if days:
            return max(days)
    if not owed:
        return issued_on
    terms = " ".join(terms.text("Note") for terms in root.all("PaymentTerms"))
    spoken = [timedelta(days=int(days)) for days in _DAYS.findall(_SKONTO.sub(" ", terms))]
    return issued_on + max([STATUTORY_TERM, *spoken])


def _order_number(root: _Element) -> str:
    number = root.text("OrderReference", "ID")
    return root.text("OrderReference", "SalesOrderID") if number.upper() in _NO_ORDER or not number else number


def _corrects(root: _Element) -> str:
    """The one invoice it corrects; of several, none is chosen."""
    numbers = {e.text() for e in root.all("BillingReference", "InvoiceDocumentReference", "ID")} - {""}
    return numbers.pop() if len(numbers) == 1 else ""


def _basis_points(text: str) -> int | None:
    found = _PERCENT.match(text)
    if found is None:
        return None
    return int(found.group(1) + (found.group(2) or "").ljust(2, "0"))


def _discount(root: _Element, issued_on: date, total: _Total) -> DiscountTerms | None:
    """The discount that runs longest; one on a part of the amount cannot be said in percent of the gross and is left out."""
    offers: list[DiscountTerms] = []
    for terms in root.all("PaymentTerms"):
        for days, percent, base in _SKONTO.findall(terms.text("Note")):
            basis_points = _basis_points(percent)
            whole = not base or base.rstrip("0").rstrip(".") == total.gross.decimal().rstrip("0").rstrip(".")
            if basis_points and whole:
                offers.append(DiscountTerms(basis_points=basis_points, until=issued_on + timedelta(days=int(days))))
        structured = _basis_points(terms.text("SettlementDiscountPercent"))
        until = _date(terms, "SettlementPeriod", "EndDate")
        if structured and until is not None:
            offers.append(DiscountTerms(basis_points=structured, until=until))
    return max(offers, key=lambda offer: (offer.until, -offer.basis_points), default=None)


def _identifier(element: _Element) -> str:
    """An identifier with its scheme as Peppol writes it (``0208:0417497106``), or bare where it has none."""
    text, scheme = element.text(), element.attributes.get("schemeID", "").strip()
    return f"{scheme}:{text}" if text and scheme else text


def _customer_id(account: _Element, party: _Element, name: str, address: Address) -> str:
    own = account.text("SupplierAssignedAccountID")
    if own:
        return own
    for path in (
        ("PartyIdentification", "ID"),
        ("EndpointID",),
        ("PartyLegalEntity", "CompanyID"),
        ("PartyTaxScheme", "CompanyID"),
    ):
        for element in party.all(*path):
            found = _identifier(element)
            if found and element.attributes.get("schemeID") != "SEPA":
                return found
    if not address.postcode and not address.street:
        raise _Refused(
            "AccountingCustomerParty", "the customer has neither an identifier nor an address: who it is is not certain"
        )
    return ", ".join(part for part in (name, address.street, address.postcode, address.city) if part)


def _customer(document: RawDocument, root: _Element) -> Customer:
    accounts = root.all("AccountingCustomerParty")
    parties = root.all("AccountingCustomerParty", "Party")
    if len(accounts) != 1 or len(parties) != 1:
        raise _Refused("AccountingCustomerParty", "there must be one customer")
    party = parties[0]
    person = " ".join(part for part in (party.text("Person", "FirstName"), party.text("Person", "FamilyName")) if part)
    name = (
        party.text("PartyLegalEntity", "RegistrationName") or party.text("PartyName", "Name") or person
        or party.text("Contact", "Name")
    )  # fmt: skip
    if not name:
        raise _Refused("AccountingCustomerParty/Party", "the customer has no name")
    address = Address(
        street=", ".join(
            line
            for line in (party.text("PostalAddress", "StreetName"), party.text("PostalAddress", "AdditionalStreetName"))
            if line
        ),
        postcode=party.text("PostalAddress", "PostalZone"),
        city=party.text("PostalAddress", "CityName"),
        country=party.text("PostalAddress", "Country", "IdentificationCode").upper(),
    )
    registered = party.text("PartyLegalEntity", "CompanyID") or party.text("PartyTaxScheme", "CompanyID")
    email = party.text("Contact", "ElectronicMail")
    if not email:
        email = next((e.text() for e in party.all("EndpointID") if e.attributes.get("schemeID") == "EM"), "")
    accounts_paid_from = (
        bare_iban(element.text())
        for element in root.all("PaymentMeans", "PaymentMandate", "PayerFinancialAccount", "ID")
    )
    return Customer(
        customer_id=_customer_id(accounts[0], party, name, address),
        name=name,
        type=CustomerType.CONSUMER if person and not registered else CustomerType.BUSINESS,
        email=email,
        language="",
        address=address,
        ibans=tuple(dict.fromkeys(account for account in accounts_paid_from if account is not None)),
        source=_source(document, f"{root.name}/AccountingCustomerParty"),
    )
