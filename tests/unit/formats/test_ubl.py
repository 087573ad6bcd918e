from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats import ubl
from ledger.documents import DiscountTerms, Document, DocumentKind
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.sources import Fault
from tests.unit.formats.documents import raw

SHARED = Path(os.environ.get("AFLETTER_SHARED", Path(__file__).parents[4] / "shared"))

PARTY = """<cac:Party>
  <cbc:EndpointID schemeID="0208">0417497106</cbc:EndpointID>
  <cac:PartyName><cbc:Name>Bakkerij</cbc:Name></cac:PartyName>
  <cac:PostalAddress><cbc:StreetName>Dorp 1</cbc:StreetName><cbc:CityName>Gent</cbc:CityName><cbc:PostalZone>9000</cbc:PostalZone>
    <cac:Country><cbc:IdentificationCode>BE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
  <cac:PartyLegalEntity><cbc:RegistrationName>Bakkerij Janssens BV</cbc:RegistrationName></cac:PartyLegalEntity>
  <cac:Contact><cbc:ElectronicMail>boek@bakkerij.example</cbc:ElectronicMail></cac:Contact>
</cac:Party>"""
HEAD = "<cbc:ID>F 1</cbc:ID><cbc:IssueDate>2026-06-01</cbc:IssueDate>"
DUE = "<cbc:DueDate>2026-07-01</cbc:DueDate>"
CURRENCY = "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
CUSTOMER = f"<cac:AccountingCustomerParty>{PARTY}</cac:AccountingCustomerParty>"


def total(payable: str, inclusive: str = "", prepaid: str = "", rounding: str = "", currency: str = "EUR") -> str:
    def amount(name: str, value: str) -> str:
        return f'<cbc:{name} currencyID="{currency}">{value}</cbc:{name}>' if value else ""

    return (
        "<cac:LegalMonetaryTotal>"
        + amount("TaxInclusiveAmount", inclusive)
        + amount("PrepaidAmount", prepaid)
        + amount("PayableRoundingAmount", rounding)
        + amount("PayableAmount", payable)
        + "</cac:LegalMonetaryTotal>"
    )


def xml(*parts: str, root: str = "Invoice", prolog: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return (
        f'{prolog}<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"'
        ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
        ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
        f"{''.join(parts)}</{root}>"
    )


def document(*parts: str, root: str = "Invoice") -> Document:
    customer, found = ubl.read(raw(xml(*parts, root=root), "a.xml"))
    assert isinstance(customer, Customer)
    assert isinstance(found, Document)
    assert found.customer_id == customer.customer_id
    return found


def fault(content: str | bytes) -> Fault:
    (found,) = ubl.read(raw(content, "a.xml"))
    assert isinstance(found, Fault)
    assert found.whole_document
    assert "\n" not in found.line()
    return found


def test_an_invoice() -> None:
    means = (
        "<cac:PaymentMeans><cbc:PaymentMeansCode>59</cbc:PaymentMeansCode><cbc:PaymentID>+++090/9337/55493+++</cbc:PaymentID>"
        "<cac:PaymentMandate><cbc:ID>M-7</cbc:ID><cac:PayerFinancialAccount><cbc:ID>BE68 5390 0754 7034</cbc:ID>"
        "</cac:PayerFinancialAccount></cac:PaymentMandate></cac:PaymentMeans>"
    )
    order = "<cac:OrderReference><cbc:ID>WEB1</cbc:ID></cac:OrderReference>"
    customer, found = ubl.read(
        raw(xml(HEAD, DUE, CURRENCY, order, CUSTOMER, means, total("100.00", "121.00", "21.00")), "a.xml")
    )
    assert isinstance(customer, Customer)
    assert isinstance(found, Document)
    assert customer == Customer(
        customer_id="0208:0417497106",
        name="Bakkerij Janssens BV",
        type=CustomerType.BUSINESS,
        email="boek@bakkerij.example",
        language="",
        address=Address(street="Dorp 1", postcode="9000", city="Gent", country="BE"),
        ibans=("BE68539007547034",),
        source=customer.source,
    )
    assert found == Document(
        number="F 1",
        kind=DocumentKind.INVOICE,
        customer_id="0208:0417497106",
        issued_on=date(2026, 6, 1),
        due_on=date(2026, 7, 1),
        gross=Money(12100, "EUR"),
        settled_at_source=Money(2100, "EUR"),
        creditor_reference="090933755493",
        order_number="WEB1",
        corrects="",
        discount=None,
        mandate_reference="M-7",
        source=found.source,
    )


def test_a_credit_note_is_due_where_its_payment_means_say_and_corrects_an_invoice() -> None:
    reference = (
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>F 0</cbc:ID></cac:InvoiceDocumentReference>"
        "</cac:BillingReference>"
    )
    means = "<cac:PaymentMeans><cbc:PaymentDueDate>2026-06-20+02:00</cbc:PaymentDueDate></cac:PaymentMeans>"
    found = document(HEAD, CURRENCY, reference, CUSTOMER, means, total("50.00", "50.00"), root="CreditNote")
    assert (found.kind, found.gross, found.corrects) == (DocumentKind.CREDIT_NOTE, Money(5000, "EUR"), "F 0")
    assert found.due_on == date(2026, 6, 20)


@pytest.mark.parametrize(
    ("root", "type_code", "amounts", "kind", "gross", "settled"),
    [
        ("Invoice", "380", ("-50.00", "-50.00"), DocumentKind.CREDIT_NOTE, 5000, 0),
        ("Invoice", "380", ("-50.00", "-60.00", "-10.00"), DocumentKind.CREDIT_NOTE, 6000, 1000),
        ("Invoice", "381", ("50.00", "50.00"), DocumentKind.CREDIT_NOTE, 5000, 0),
        ("Invoice", "380", ("0.00", "50.00", "50.00"), DocumentKind.INVOICE, 5000, 5000),
        ("Invoice", "380", ("0.00", "0.00"), DocumentKind.INVOICE, 0, 0),
        ("Invoice", "380", ("-20.00", "50.00", "70.00"), DocumentKind.CREDIT_NOTE, 2000, 0),
        ("Invoice", "380", ("60.00", "50.00", "-10.00"), DocumentKind.INVOICE, 6000, 0),
        ("Invoice", "380", ("50.00", "49.98", "", "0.02"), DocumentKind.INVOICE, 5000, 0),
        ("Invoice", "380", ("49.98", "49.98", "", "0.02"), DocumentKind.INVOICE, 4998, 0),
        ("CreditNote", "381", ("-50.00", "-50.00"), DocumentKind.INVOICE, 5000, 0),
        ("CreditNote", "381", ("30.00", "50.00", "20.00"), DocumentKind.CREDIT_NOTE, 5000, 2000),
    ],
)
def test_which_way_it_goes(
    root: str, type_code: str, amounts: tuple[str, ...], kind: DocumentKind, gross: int, settled: int
) -> None:
    code = f"<cbc:{root}TypeCode>{type_code}</cbc:{root}TypeCode>"
    found = document(HEAD, code, CURRENCY, CUSTOMER, total(*amounts), root=root)
    assert (found.kind, found.gross, found.settled_at_source) == (kind, Money(gross, "EUR"), Money(settled, "EUR"))


@pytest.mark.parametrize(
    ("terms", "due_on"),
    [
        ("", date(2026, 7, 1)),
        ("Betaalbaar binnen 14 dagen", date(2026, 7, 1)),
        ("Zahlbar innerhalb von 60 Tagen", date(2026, 7, 31)),
        ("Payment within 10 days, 45 days net", date(2026, 7, 16)),
        ("#SKONTO#TAGE=90#PROZENT=2.00#", date(2026, 7, 1)),
    ],
)
def test_an_invoice_without_due_date_is_never_due_early(terms: str, due_on: date) -> None:
    note = f"<cac:PaymentTerms><cbc:Note>{terms}</cbc:Note></cac:PaymentTerms>"
    assert document(HEAD, CURRENCY, CUSTOMER, note, total("50.00")).due_on == due_on


@pytest.mark.parametrize(
    ("terms", "discount"),
    [
        (
            "<cbc:Note>#SKONTO#TAGE=14#PROZENT=2.00#</cbc:Note>",
            DiscountTerms(basis_points=200, until=date(2026, 6, 15)),
        ),
        (
            "<cbc:Note>#SKONTO#TAGE=7#PROZENT=3.00#\n#SKONTO#TAGE=14#PROZENT=2.25#\n</cbc:Note>",
            DiscountTerms(basis_points=225, until=date(2026, 6, 15)),
        ),
        ("<cbc:Note>#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=40.00#</cbc:Note>", None),
        (
            "<cbc:Note>#SKONTO#TAGE=14#PROZENT=2.00#BASISBETRAG=50.00#</cbc:Note>",
            DiscountTerms(basis_points=200, until=date(2026, 6, 15)),
        ),
        (
            (
                "<cbc:SettlementDiscountPercent>1.5</cbc:SettlementDiscountPercent>"
                "<cac:SettlementPeriod><cbc:EndDate>2026-06-11</cbc:EndDate></cac:SettlementPeriod>"
            ),
            DiscountTerms(basis_points=150, until=date(2026, 6, 11)),
        ),
    ],
)
def test_discounts(terms: str, discount: DiscountTerms | None) -> None:
    found = document(HEAD, CURRENCY, CUSTOMER, f"<cac:PaymentTerms>{terms}</cac:PaymentTerms>", total("50.00"))
    assert found.discount == discount


def test_an_envelope_is_unwrapped_and_a_placeholder_is_no_order_number() -> None:
    inner = xml(
        HEAD,
        CURRENCY,
        "<cac:OrderReference><cbc:ID>NA</cbc:ID><cbc:SalesOrderID>SO9</cbc:SalesOrderID></cac:OrderReference>",
        CUSTOMER,
        total("5.00"),
        prolog="",
    )
    envelope = (
        f'<StandardBusinessDocument xmlns="http://sbdh"><Header><ID>x</ID></Header>{inner}</StandardBusinessDocument>'
    )
    _, found = ubl.read(raw(envelope, "a.xml"))
    assert isinstance(found, Document)
    assert (found.number, found.order_number) == ("F 1", "SO9")


def test_a_large_attachment_and_many_lines_cost_nothing() -> None:
    attachment = (
        "<cac:AdditionalDocumentReference><cac:Attachment><cbc:EmbeddedDocumentBinaryObject>"
        + "QUJD" * 4_000_000
        + "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    lines = "<cac:InvoiceLine><cbc:ID>1</cbc:ID></cac:InvoiceLine>" * 30_000
    assert document(HEAD, CURRENCY, attachment, CUSTOMER, total("5.00"), lines).gross == Money(500, "EUR")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\0" * 100_000, "no well-formed XML"),
        (xml(HEAD, CURRENCY, CUSTOMER, total("5.00"))[:-20], "no well-formed XML"),
        (
            "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'/>",
            "no UBL 2 invoice or credit note but 'Document'",
        ),
        ("<invoice/>", "no UBL 2 invoice or credit note but 'invoice'"),
        (
            xml(HEAD, CURRENCY, CUSTOMER, total("5.00"), prolog='<!DOCTYPE Invoice [<!ENTITY a "b">]>'),
            "has a DOCTYPE (Invoice)",
        ),
        (
            xml(HEAD, CURRENCY, CUSTOMER, total("5.00"), prolog='<!DOCTYPE Invoice SYSTEM "file:///etc/passwd">'),
            "has a DOCTYPE",
        ),
        ("<a>" * 200 + "</a>" * 200, "deeper than 100"),
        (xml(HEAD.replace("F 1", ""), CURRENCY, CUSTOMER, total("5.00")), "has no number"),
        (xml("<cbc:ID>F1</cbc:ID>", CURRENCY, CUSTOMER, total("5.00")), "no date of issue"),
        (xml(HEAD.replace("2026-06-01", "01/06/2026"), CURRENCY, CUSTOMER, total("5.00")), "no date of the form"),
        (xml(HEAD.replace("06-01", "06-31"), CURRENCY, CUSTOMER, total("5.00")), "no day of the calendar"),
        (xml(HEAD, CURRENCY, CUSTOMER), "stands there 0 times"),
        (xml(HEAD, CURRENCY, CUSTOMER, total("", "5.00")), "PayableAmount: is missing"),
        (xml(HEAD, CURRENCY, CUSTOMER, total("5,00")), "'5,00' is no amount"),
        (xml(HEAD, CURRENCY, CUSTOMER, total("5.00", currency="USD")), "is in USD, the document in EUR"),
        (xml(HEAD, CURRENCY.replace("EUR", "XYZ"), CUSTOMER, total("5.00")), "'XYZ' is no currency code"),
        (xml(HEAD, CURRENCY, CUSTOMER, total("5.00", "6.00")), "does not add up (BR-CO-16)"),
        (xml(HEAD, CURRENCY, total("5.00")), "there must be one customer"),
        (
            xml(HEAD, CURRENCY, "<cbc:InvoiceTypeCode>381</cbc:InvoiceTypeCode>", CUSTOMER, total("-5.00")),
            "which way it goes is not certain",
        ),
        (
            xml(
                HEAD,
                CURRENCY,
                "<cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>Jan</cbc:Name></cac:PartyName></cac:Party>"
                "</cac:AccountingCustomerParty>",
                total("5.00"),
            ),
            "neither an identifier nor an address",
        ),
        (
            xml(
                HEAD, CURRENCY, "<cac:AccountingCustomerParty><cac:Party/></cac:AccountingCustomerParty>", total("5.00")
            ),
            "has no name",
        ),
        (xml(HEAD, "<cac:PaymentTerms/>" * 25_000), "more than 20000 elements"),
        (
            xml(HEAD, f"<cac:PaymentTerms><cbc:Note>{'x ' * 1_500_000}</cbc:Note></cac:PaymentTerms>"),
            "more than 2000000",
        ),
    ],
)
def test_refusals(content: str | bytes, reason: str) -> None:
    assert reason in fault(content).line()


def test_an_entity_bomb_is_refused_before_it_grows() -> None:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    assert "DOCTYPE" in fault(xml("<cbc:ID>&a11;</cbc:ID>", prolog=f"<!DOCTYPE Invoice [{entities}]>")).reason


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    whole = xml(HEAD, CURRENCY, CUSTOMER, total("5.00")).encode()
    for body in (content, whole + content, whole[: len(whole) // 2] + content + whole[len(whole) // 2 :]):
        assert list(ubl.read(raw(body, "a.xml")))


#: Files of the corpus that are refused, and why: currency "XYZ" is no currency, totals that contradict each other, nobody to bill.
REFUSED = {
    "ConnectingEurope__eInvoicing-EN16931__ubl-tc434-example6.xml": "neither an identifier nor an address",
    "microsoft__BCApps__PEPPOL_LineRounding.xml": "neither an identifier nor an address",
    "phax__ph-ubl__ERR-13_BII04_minimal_invoice_example_01.xml": "1440.50 - PrepaidAmount 0.00",
    "microsoft__BCApps__ReceivePeppolInvoiceDocument200.txt": "'XYZ' is no currency code",
    "microsoft__BCApps__oioubl-invoice-0.xml": "'XYZ' is no currency code",
    "microsoft__BCApps__peppol-creditnote-0.xml": "'XYZ' is no currency code",
    "microsoft__BCApps__peppol-invoice-charges.xml": "'XYZ' is no currency code",
    "microsoft__BCApps__peppol-invoice-description-fallback.xml": "'XYZ' is no currency code",
    "microsoft__BCApps__peppol-invoice-hierarchical-lineids.xml": "'XYZ' is no currency code",
    "microsoft__BCApps__peppol-invoice-payee-party.xml": "'XYZ' is no currency code",
    "microsoft__BCApps__peppol-invoice-textonly-docref.xml": "'XYZ' is no currency code",
    "microsoft__BCApps__targetdocument.xml": "'XYZ' is no currency code",
    "microsoft__BCApps__xrechnung-invoice-0.xml": "'XYZ' is no currency code",
}


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "corpus/ubl").is_dir(), reason="the shared corpus is not there (AFLETTER_SHARED)")
def test_the_corpus_is_read_or_refused_for_the_right_reason() -> None:
    refused = {}
    for path in sorted((SHARED / "corpus/ubl").iterdir()):
        content = path.read_bytes()
        facts = list(ubl.read(raw(content, path.name)))
        faults = [fact for fact in facts if isinstance(fact, Fault)]
        if faults:
            assert len(facts) == 1
            refused[path.name] = faults[0].reason
            continue
        _, found = facts
        assert isinstance(found, Document)
        # PayableAmount, however it is spelled, is what is open.
        (payable,) = re.findall(r"PayableAmount\s[^>]*>([^<]*)<", content.decode())
        open_ = found.gross - found.settled_at_source
        assert open_ == abs(Money.parse(payable, found.gross.currency)), path.name
    assert set(refused) == set(REFUSED)
    for name, reason in REFUSED.items():
        assert reason in refused[name]


@pytest.mark.parametrize(
    ("schemes", "known"),
    [
        ([("BE 0403.170.701", "VAT")], "BE0403170701"),
        ([("0403170701", "VAT")], "BE0403170701"),
        ([("0417497106", "TAX"), ("BE0403170701", "VAT")], "BE0403170701"),
        ([("BE0403170702", "VAT")], ""),
        ([("BE0403170701", "GST")], ""),
        ([], ""),
    ],
)
def test_the_vat_number_of_a_customer(schemes: list[tuple[str, str]], known: str) -> None:
    written = "".join(
        f"<cac:PartyTaxScheme><cbc:CompanyID>{number}</cbc:CompanyID><cac:TaxScheme><cbc:ID>{scheme}</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
        for number, scheme in schemes
    )
    party = CUSTOMER.replace("<cac:PartyLegalEntity>", f"{written}<cac:PartyLegalEntity>")
    customer, _ = ubl.read(raw(xml(HEAD, DUE, CURRENCY, party, total("100.00")), "a.xml"))
    assert isinstance(customer, Customer)
    assert customer.vat_number == known
