"""Cross Industry Invoices, bare and inside PDFs."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from formats import cii, invoice_file
from ledger.documents import DiscountTerms, Document, DocumentKind
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.sources import Fault
from tests.unit.formats.documents import raw

BUYER = """<ram:BuyerTradeParty><ram:GlobalID schemeID="0088">4000001987658</ram:GlobalID><ram:Name>Kunden AG Mitte</ram:Name>
  <ram:DefinedTradeContact><ram:EmailURIUniversalCommunication><ram:URIID>buch@kunden.example</ram:URIID></ram:EmailURIUniversalCommunication></ram:DefinedTradeContact>
  <ram:PostalTradeAddress><ram:PostcodeCode>69876</ram:PostcodeCode><ram:LineOne>Hans Muster</ram:LineOne><ram:LineTwo>Kundenstr. 15</ram:LineTwo>
  <ram:CityName>Frankfurt</ram:CityName><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress></ram:BuyerTradeParty>"""
ORDER = "<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>PO-7</ram:IssuerAssignedID></ram:BuyerOrderReferencedDocument>"
DUE = '<ram:DueDateDateTime><udt:DateTimeString format="102">{}</udt:DateTimeString></ram:DueDateDateTime>'


def terms(*parts: str) -> str:
    return f"<ram:SpecifiedTradePaymentTerms>{''.join(parts)}</ram:SpecifiedTradePaymentTerms>"


def summation(due: str, grand: str = "", prepaid: str = "", rounding: str = "") -> str:
    named = (
        ("RoundingAmount", rounding),
        ("GrandTotalAmount", grand),
        ("TotalPrepaidAmount", prepaid),
        ("DuePayableAmount", due),
    )
    amounts = "".join(f"<ram:{name}>{value}</ram:{name}>" for name, value in named if value)
    name = "SpecifiedTradeSettlementHeaderMonetarySummation"
    return f'<ram:{name}><ram:TaxTotalAmount currencyID="EUR">19.00</ram:TaxTotalAmount>{amounts}</ram:{name}>'


def xml(
    *settlement: str,
    type_code: str = "380",
    issued: str = "20260301",
    agreement: str = BUYER + ORDER,
    profile: str = "urn:cen.eu:en16931:2017",
    currency: str = "EUR",
    number: str = "RE-2026-17",
) -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?><!-- a comment -->
<a:CrossIndustryInvoice xmlns:a="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <a:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>{profile}</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></a:ExchangedDocumentContext>
 <a:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>{type_code}</ram:TypeCode>
  <ram:IssueDateTime><udt:DateTimeString format="102">{issued}</udt:DateTimeString></ram:IssueDateTime>
  <ram:IncludedNote><ram:Content>A note</ram:Content></ram:IncludedNote></a:ExchangedDocument>
 <a:SupplyChainTradeTransaction>
  <ram:IncludedSupplyChainTradeLineItem><ram:SpecifiedTradeProduct><ram:Name>Thing</ram:Name></ram:SpecifiedTradeProduct></ram:IncludedSupplyChainTradeLineItem>
  <ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty><ram:Name>Us</ram:Name></ram:SellerTradeParty>{agreement}</ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeDelivery/>
  <ram:ApplicableHeaderTradeSettlement><ram:PaymentReference>RF18 5390 0754 7034</ram:PaymentReference>
   <ram:InvoiceCurrencyCode>{currency}</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>59</ram:TypeCode><ram:PayerPartyDebtorFinancialAccount>
    <ram:IBANID>DE02 1203 0000 0000 2020 51</ram:IBANID></ram:PayerPartyDebtorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>
   {"".join(settlement)}</ram:ApplicableHeaderTradeSettlement>
 </a:SupplyChainTradeTransaction></a:CrossIndustryInvoice>"""


def document(text: str) -> Document:
    customer, found = cii.read(raw(text, "a.xml"))
    assert isinstance(customer, Customer)
    assert isinstance(found, Document)
    return found


def fault(text: str | bytes) -> str:
    (found,) = cii.read(raw(text, "a.xml"))
    assert isinstance(found, Fault)
    assert found.whole_document
    return found.line()


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def test_an_invoice_with_its_customer() -> None:
    text = xml(
        terms(DUE.format("20260315"), "<ram:DirectDebitMandateID>M-0042</ram:DirectDebitMandateID>"),
        summation("89.00", "119.00", "30.00"),
    )
    customer, found = cii.read(raw(text, "a.xml"))
    assert isinstance(found, Document)
    assert (found.number, found.kind, found.issued_on, found.due_on) == (
        "RE-2026-17", DocumentKind.INVOICE, date(2026, 3, 1), date(2026, 3, 15),
    )  # fmt: skip
    assert (found.gross, found.settled_at_source) == (eur("119.00"), eur("30.00"))
    assert (found.creditor_reference, found.order_number, found.mandate_reference) == (
        "RF18539007547034",
        "PO-7",
        "M-0042",
    )
    assert isinstance(customer, Customer)
    assert (customer.customer_id, customer.name, customer.type) == (
        "0088:4000001987658",
        "Kunden AG Mitte",
        CustomerType.BUSINESS,
    )
    assert customer.email == "buch@kunden.example"
    assert customer.address == Address(
        street="Hans Muster, Kundenstr. 15", postcode="69876", city="Frankfurt", country="DE"
    )
    assert customer.ibans == ("DE02120300000000202051",)


def test_the_last_of_several_due_dates_counts() -> None:
    text = xml(terms(DUE.format("20260315")), terms(DUE.format("20260415")), summation("119.00", "119.00"))
    assert document(text).due_on == date(2026, 4, 15)


def test_without_a_due_date_the_terms_or_the_law_say_it() -> None:
    spoken = xml(terms("<ram:Description>zahlbar innerhalb 45 Tagen</ram:Description>"), summation("119.00", "119.00"))
    assert document(spoken).due_on == date(2026, 4, 15)
    assert document(xml(summation("119.00", "119.00"))).due_on == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("type_code", "due", "grand", "kind", "gross"),
    [
        ("381", "119.00", "119.00", DocumentKind.CREDIT_NOTE, "119.00"),
        ("380", "-119.00", "-119.00", DocumentKind.CREDIT_NOTE, "119.00"),
        ("384", "-5.00", "-5.00", DocumentKind.CREDIT_NOTE, "5.00"),
        ("389", "119.00", "119.00", DocumentKind.INVOICE, "119.00"),
    ],
)
def test_which_way_the_money_goes(type_code: str, due: str, grand: str, kind: DocumentKind, gross: str) -> None:
    found = document(xml(summation(due, grand), type_code=type_code))
    assert (found.kind, found.gross) == (kind, eur(gross))


def test_more_prepaid_than_owed_goes_the_other_way() -> None:
    found = document(xml(summation("-11.00", "119.00", "130.00")))
    assert (found.kind, found.gross, found.settled_at_source) == (DocumentKind.CREDIT_NOTE, eur("11.00"), eur("0.00"))


def test_rounding_is_owed() -> None:
    assert document(xml(summation("119.05", "119.03", rounding="0.02"))).gross == eur("119.05")


def test_the_minimum_profile_cannot_name_what_was_prepaid() -> None:
    found = document(xml(summation("89.00", "119.00"), profile="urn:factur-x.eu:1p0:minimum"))
    assert (found.gross, found.settled_at_source) == (eur("119.00"), eur("30.00"))
    assert "does not add up (BR-CO-16)" in fault(xml(summation("89.00", "119.00")))


def test_discounts_in_both_spellings() -> None:
    structured = (
        "<ram:ApplicableTradePaymentDiscountTerms><ram:BasisPeriodMeasure unitCode='DAY'>14</ram:BasisPeriodMeasure>"
        "<ram:CalculationPercent>2.00</ram:CalculationPercent></ram:ApplicableTradePaymentDiscountTerms>"
    )
    written = "<ram:Description>#SKONTO#TAGE=10#PROZENT=3.00#</ram:Description>"
    offer = DiscountTerms(basis_points=200, until=date(2026, 3, 15))
    assert document(xml(terms(structured), summation("119.00", "119.00"))).discount == offer
    assert document(xml(terms(written), summation("119.00", "119.00"))).discount == DiscountTerms(
        basis_points=300, until=date(2026, 3, 11)
    )
    assert document(xml(terms(structured, written), summation("119.00", "119.00"))).discount == offer
    partly = structured.replace(
        "<ram:CalculationPercent>", "<ram:BasisAmount>50.00</ram:BasisAmount><ram:CalculationPercent>"
    )
    assert document(xml(terms(partly), summation("119.00", "119.00"))).discount is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (xml(summation("119.00", "118.00")), "does not add up"),
        (xml(summation("119.00"), currency="EURO"), "'EURO' is no currency code"),
        (xml(summation("1.999")), "DuePayableAmount"),
        (xml(summation("119.00"), issued="20260231"), "'20260231' is no day of the calendar"),
        (xml(summation("119.00"), issued="1 March"), "is no day of the form YYYYMMDD"),
        (xml(summation("119.00"), issued=""), "has no date of issue"),
        (xml(summation("119.00"), number=""), "has no number"),
        (xml(""), "stands there 0 times"),
        (xml(summation("")), "DuePayableAmount: is missing"),
        (xml(summation("-119.00", "-119.00"), type_code="381"), "which way it goes is not certain"),
        (xml(summation("119.00"), agreement="<ram:BuyerTradeParty><ram:Name>X</ram:Name></ram:BuyerTradeParty>"), "who it is is not certain"),
        (xml(summation("119.00"), agreement="<ram:BuyerTradeParty/>"), "the customer has no name"),
        ("<Order/>", "is no UN/CEFACT Cross Industry Invoice but 'Order'"),
        (xml(summation("119.00"))[:-9], "is no well-formed XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + xml(summation("119.00")).partition("?>")[2], "has a DOCTYPE"),
        (b"", "the file is empty"),
    ],
)  # fmt: skip
def test_what_is_refused_and_why(text: str | bytes, said: str) -> None:
    assert said in fault(text)


def pdf(*attachments: tuple[str, str]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    for name, content in attachments:
        writer.add_attachment(name, content.encode())
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def in_pdf(*attachments: tuple[str, str]) -> list[Customer | Document | Fault]:
    return list(invoice_file.read(raw(pdf(*attachments), "a.pdf")))


def test_an_invoice_in_a_pdf_whatever_it_is_called() -> None:
    text = xml(summation("119.00", "119.00"))
    customer, found = in_pdf(("additional_data.xml", "<x/>"), ("rechnung.xml", text))
    assert isinstance(customer, Customer)
    assert isinstance(found, Document)
    assert found.gross == eur("119.00")
    assert found.source.place.startswith("rechnung.xml: ")
    assert found.source.name == "a.pdf"


def test_the_same_invoice_twice_is_one_and_two_are_refused() -> None:
    text = xml(summation("119.00", "119.00"))
    assert len(in_pdf(("factur-x.xml", text), ("old.xml", text.replace("A note", "Another")))) == 2
    (refused,) = in_pdf(("factur-x.xml", text), ("other.xml", text.replace("RE-2026-17", "RE-2026-18")))
    assert isinstance(refused, Fault)
    assert refused.reason == "holds several invoices: factur-x.xml, other.xml"


def test_a_picture_is_no_invoice() -> None:
    (refused,) = in_pdf(("terms.xml", "<x/>"))
    assert isinstance(refused, Fault)
    assert "nothing is read from its pages" in refused.reason


def test_a_broken_pdf_is_told() -> None:
    whole = pdf(("factur-x.xml", xml(summation("119.00", "119.00"))))
    for cut in (20, len(whole) // 2):
        (refused,) = invoice_file.read(raw(whole[:cut], "a.pdf"))
        assert isinstance(refused, Fault)
        assert refused.whole_document


def test_the_root_element_says_which_format_it_is() -> None:
    assert len(list(invoice_file.read(raw(xml(summation("119.00", "119.00")), "a.xml")))) == 2
    (refused,) = invoice_file.read(raw("<x/>", "a.xml"))
    assert isinstance(refused, Fault)
    assert "is no UBL 2 invoice" in refused.reason


@pytest.mark.parametrize("comment", ["<!-- made of a CrossIndustryInvoice -->", "<!-- <rsm:CrossIndustryInvoice> -->"])
def test_words_of_another_format_are_no_root_element(comment: str) -> None:
    """Converters say in a comment or a note what an invoice was made of."""
    name = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
    (refused,) = invoice_file.read(
        raw(f'{comment}<Invoice xmlns="{name}"><Note>CrossIndustryInvoice</Note></Invoice>', "a.xml")
    )
    assert isinstance(refused, Fault)
    assert "CrossIndustry" not in refused.reason
    assert (
        len(
            list(
                invoice_file.read(
                    raw(xml(summation("119.00", "119.00")).replace("a comment", "an <Invoice >"), "a.xml")
                )
            )
        )
        == 2
    )


@given(st.binary(max_size=60), st.integers(0, 3000))
def test_damage_is_told_or_harmless_and_never_an_error(bytes_: bytes, at: int) -> None:
    whole = xml(summation("119.00", "119.00")).encode()
    damaged = whole[:at] + bytes_ + whole[at + len(bytes_) :]
    kinds = [type(fact) for fact in invoice_file.read(raw(damaged, "a.xml"))]
    assert kinds in ([Fault], [Customer, Document])


@pytest.mark.parametrize(
    ("scheme", "written", "known"),
    [("VA", "DE136695976", "DE136695976"), ("VA", "DE136695977", ""), ("FC", "DE136695976", "")],
)
def test_the_vat_number_of_a_customer(scheme: str, written: str, known: str) -> None:
    registration = (
        f'<ram:SpecifiedTaxRegistration><ram:ID schemeID="{scheme}">{written}</ram:ID></ram:SpecifiedTaxRegistration>'
    )
    buyer = BUYER.replace("</ram:BuyerTradeParty>", f"{registration}</ram:BuyerTradeParty>")
    customer, _ = cii.read(raw(xml(summation("119.00"), agreement=buyer), "a.xml"))
    assert isinstance(customer, Customer)
    assert customer.vat_number == known
