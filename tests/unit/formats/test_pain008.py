from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from formats.pain008 import VERSIONS, render
from ledger.errors import MalformedDocument
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
from ledger.party import Address
from ledger.sources import SourceRef

GOLDEN = Path(__file__).parents[2] / "golden" / "pain008"
DAY = date(2026, 9, 21)
ACCOUNTS = ("NL69TRIO0168933802", "BE68539007547034", "DE89370400440532013000")


@pytest.fixture(autouse=True)
def _sepaxml_on_newer_pythons() -> Iterator[None]:
    """sepaxml 2.7.0 asks an element for its truth, which Python 3.12 and later warn about."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Testing an element's truth value", DeprecationWarning)
        yield


def collection(number: int, *, minor: int = 12100, iban: str = "", reference: str = "") -> Collection:
    mandate = Mandate(
        reference=f"M-{number}",
        customer_id=f"C{number}",
        iban=iban or ACCOUNTS[number % 3],
        bic="",
        account_holder=f"Müller & Zoon {number}",
        scheme=Scheme.CORE,
        type=MandateType.RECURRENT,
        signed_on=date(2025, 3, 1),
        status=MandateStatus.ACTIVE,
        source=SourceRef(system="folder", name="mandates.csv", document="0" * 64, place="line 2"),
    )
    return Collection(
        end_to_end_id=f"E20260921-{number:08}",
        mandate=mandate,
        sequence_type=SequenceType.RCUR,
        collect_on=DAY,
        amount=Money(minor, "EUR"),
        parts=(CollectionPart(document=f"2026/{number}", amount=Money(minor, "EUR")),),
        remittance=f"2026/{number}",
        creditor_reference=reference,
        status=CollectionStatus.NOTIFIED,
    )


def batch_of(*collections: Collection) -> DebitBatch:
    return DebitBatch(
        message_id="M20260921-0001",
        payment_information_id="P20260921-0001",
        creditor_name="Brouwerij De Kroon & Zonen",
        creditor_id="BE68ZZZ0123456789",
        creditor_iban="BE55734798953744",
        creditor_bic="",
        scheme=Scheme.CORE,
        sequence_type=SequenceType.RCUR,
        collect_on=DAY,
        created_on=date(2026, 9, 17),
        collections=collections,
    )


@dataclass(frozen=True)
class ReadBack:
    message_id: str
    amounts: tuple[Decimal, ...]
    end_to_end_ids: tuple[str, ...]


def read_back(rendered: bytes) -> ReadBack:
    """What a bank would read; the counts and control sums of both levels agree with the transactions."""
    root = etree.fromstring(rendered)
    names = {"p": str(etree.QName(root).namespace)}

    def texts(path: str) -> tuple[str, ...]:
        return tuple(str(element.text) for element in root.findall(path, names))

    amounts = tuple(Decimal(text) for text in texts(".//p:InstdAmt"))
    for level in ("p:GrpHdr", "p:PmtInf"):
        assert texts(f"p:CstmrDrctDbtInitn/{level}/p:NbOfTxs") == (str(len(amounts)),)
        assert tuple(map(Decimal, texts(f"p:CstmrDrctDbtInitn/{level}/p:CtrlSum"))) == (sum(amounts),)
    assert {element.get("Ccy") for element in root.iterfind(".//p:InstdAmt", names)} == {"EUR"}
    return ReadBack(message_id=texts(".//p:MsgId")[0], amounts=amounts, end_to_end_ids=texts(".//p:EndToEndId"))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("count", [1, 3, 1000])
def test_batches_are_valid_and_their_control_sums_agree(count: int, version: str) -> None:
    batch = batch_of(*(collection(number, minor=number * 137 + 1) for number in range(count)))
    rendered = render(batch, version)
    assert rendered == render(batch, version)
    back = read_back(rendered)
    assert back.message_id == batch.message_id
    assert back.amounts == tuple(Decimal(one.amount.decimal()) for one in batch.collections)
    assert back.end_to_end_ids == tuple(one.end_to_end_id for one in batch.collections)


def test_three_collections_as_a_person_would_read_them() -> None:
    """Golden: structured references of three kinds, a debtor's bank that is not known, and letters that SEPA has not."""
    rendered = render(
        batch_of(
            collection(1, reference="123456789002"),
            collection(2, minor=5),
            replace(collection(3, reference="RF18539007547034"), remittance=""),
        )
    )
    root = etree.fromstring(rendered)
    etree.indent(root)
    written = etree.tostring(root, xml_declaration=True, encoding="UTF-8").decode() + "\n"
    assert written == (GOLDEN / "three.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("reference", "issuer"),
    [
        ("123456789002", "BBA"),
        ("RF18539007547034", "ISO"),
        ("5000056789012345", "CUR"),
        ("5000056789012346", None),
        ("2026/1", None),
    ],
)
def test_structured_references_name_their_issuer(reference: str, issuer: str | None) -> None:
    root = etree.fromstring(render(batch_of(collection(1, reference=reference))))
    assert root.findtext(".//{*}Strd/{*}CdtrRefInf/{*}Tp/{*}Issr") == issuer
    assert (root.findtext(".//{*}Ustrd") is None) == (issuer is not None)


def test_a_bic_is_given_known_or_not_provided() -> None:
    given = collection(1)
    given = replace(given, mandate=replace(given.mandate, bic="GKCCBEBB"))
    root = etree.fromstring(render(batch_of(given, collection(0), collection(4))))
    agents = [agent.findtext(".//{*}BICFI") or agent.findtext(".//{*}Id") for agent in root.iterfind(".//{*}DbtrAgt")]
    assert agents == ["GKCCBEBB", "TRIONL2U", "NOTPROVIDED"]


def test_single_booking_can_be_asked_for() -> None:
    batch = replace(batch_of(collection(1)), batch_booking=False)
    assert etree.fromstring(render(batch)).findtext(".//{*}BtchBookg") == "false"


def test_no_address_goes_out_for_debtors() -> None:
    assert b"PstlAdr" not in render(batch_of(collection(1)))


@pytest.mark.parametrize("version", VERSIONS)
def test_a_structured_address_goes_out_where_it_must(version: str) -> None:
    address = Address(street="Müllerstraße 7", postcode="SW1A 1AA", city="London", country="GB")
    british = replace(collection(1, iban="GB29NWBK60161331926819"), debtor_address=address)
    root = etree.fromstring(render(batch_of(british, collection(2)), version))
    (written,) = root.iterfind(".//{*}PstlAdr")
    assert [(etree.QName(part).localname, part.text) for part in written] == [
        ("StrtNm", "Muellerstrasse 7"),
        ("PstCd", "SW1A 1AA"),
        ("TwnNm", "London"),
        ("Ctry", "GB"),
    ]


def test_what_breaks_only_the_schema_is_refused_with_its_place() -> None:
    odd = replace(collection(1), debtor_address=Address(city="London", country="United Kingdom"))
    with pytest.raises(MalformedDocument, match="Ctry"):
        render(batch_of(odd))


GOOD = collection(1)


@pytest.mark.parametrize(
    ("faulty", "reason"),
    [
        (batch_of(), "there is no collection"),
        (batch_of(GOOD, GOOD), "the end-to-end id is there twice"),
        (replace(batch_of(GOOD), message_id="M" * 36), "MsgId: has 36 characters"),
        (replace(batch_of(GOOD), payment_information_id="a//b"), "PmtInfId: has a slash"),
        (replace(batch_of(GOOD), creditor_name="  "), "Cdtr/Nm: is empty"),
        (replace(batch_of(GOOD), creditor_id="BE67ZZZ0123456789"), "CdtrSchmeId: is no creditor identifier"),
        (replace(batch_of(GOOD), creditor_iban="BE00"), "CdtrAcct: is no IBAN"),
        (replace(batch_of(GOOD), scheme=Scheme.B2B), "scheme, sequence type or day is not the batch's"),
        (replace(batch_of(GOOD), collect_on=date(2026, 9, 22)), "scheme, sequence type or day is not the batch's"),
        (batch_of(collection(1, minor=0)), "outside the limits"),
        (batch_of(collection(1, minor=-5)), "outside the limits"),
        (batch_of(collection(1, minor=100_000_000_000)), "outside the limits"),
        (batch_of(replace(GOOD, amount=Money(12100, "USD"))), "the currency is USD"),
        (batch_of(replace(GOOD, amount=Money(12101, "EUR"))), "the parts do not sum"),
        (batch_of(replace(GOOD, end_to_end_id="ä")), "the end-to-end id has a character"),
        (batch_of(replace(GOOD, mandate=replace(GOOD.mandate, reference="M 1"))), "the mandate reference has"),
        (batch_of(replace(GOOD, mandate=replace(GOOD.mandate, account_holder=""))), "the debtor has no name"),
        (batch_of(replace(GOOD, mandate=replace(GOOD.mandate, signed_on=date(2026, 10, 1)))), "signed after"),
        (batch_of(collection(1, iban="NL70TRIO0168933802")), "is no IBAN"),
        (batch_of(collection(1, iban="SA0380000000608010167519")), "outside SEPA"),
    ],
)
def test_what_the_schema_does_not_know_is_refused(faulty: DebitBatch, reason: str) -> None:
    with pytest.raises(MalformedDocument) as refused:
        render(faulty)
    assert reason in str(refused.value)
    assert refused.value.source == faulty.message_id


def test_the_old_version_needs_the_bic_of_our_bank() -> None:
    batch = replace(batch_of(collection(1)), creditor_iban="BE68539007547034")
    render(batch)
    with pytest.raises(MalformedDocument, match="needs the BIC"):
        render(batch, "pain.008.001.02")


def test_an_unknown_version_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match=r"pain\.008\.003\.02"):
        render(batch_of(collection(1)), "pain.008.003.02")


def test_the_batch_is_not_changed_by_rendering() -> None:
    batch = batch_of(collection(1), collection(2))
    before = repr(batch)
    render(batch)
    assert repr(batch) == before


@pytest.mark.parametrize("version", VERSIONS)
def test_purposes_and_ultimate_parties(version: str) -> None:
    one = replace(collection(1), ultimate_debtor="Café De Zoon & Dochter")
    batch = replace(
        batch_of(one, collection(2)),
        creditor_bic="TRIOBEBB",
        purpose="SUBS",
        category_purpose="SUPP",
        ultimate_creditor="Stichting Derdengelden",
    )
    root = etree.fromstring(render(batch, version))
    assert [element.text for element in root.iterfind(".//{*}PmtTpInf/{*}CtgyPurp/{*}Cd")] == ["SUPP"]
    assert [element.text for element in root.iterfind(".//{*}PmtInf/{*}UltmtCdtr/{*}Nm")] == ["Stichting Derdengelden"]
    assert [element.text for element in root.iterfind(".//{*}UltmtDbtr/{*}Nm")] == ["Cafe De Zoon + Dochter"]
    assert [element.text for element in root.iterfind(".//{*}DrctDbtTxInf/{*}Purp/{*}Cd")] == ["SUBS", "SUBS"]
