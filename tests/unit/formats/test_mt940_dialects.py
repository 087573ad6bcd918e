"""What banks and payers write into the narratives of MT940, from the banks' format descriptions and from what payers do to them."""

from __future__ import annotations

import pytest

from formats import mt940
from formats.mt940 import blocks
from ledger.sources import Fault
from ledger.statements import Statement, StatementEntry
from tests.unit.formats.raw_documents import document_of

HEAD = ":20:TEST\n:25:NL91ABNA0417164300\n:28C:1/1\n:60F:C260601EUR100,00\n"


def entry_with(*narrative: str, movement: str = "2606010601C0,NTRFNONREF") -> StatementEntry:
    """The only entry of a statement, whose narrative has these lines."""
    text = f"{HEAD}:61:{movement}\n:86:{chr(10).join(narrative)}\n:62F:C260602EUR100,00\n"
    (found,) = mt940.read(document_of(text.encode()))
    assert isinstance(found, Statement), found
    (entry,) = found.entries
    return entry


def test_abn_amro_ideal_in_columns() -> None:
    entry = entry_with(
        "SEPA iDEAL                       IBAN: NL86INGB0002445588",
        "BIC: INGBNL2A                    NAAM: BETAALDIENST",
        "OMSCHRIJVING: 1234567890 1234567890123456 BESTELLING 12",
        "KENMERK: 05-06-2026 10:11 1234567890123456",
    )
    assert (entry.counterparty.iban, entry.counterparty.bic) == ("NL86INGB0002445588", "INGBNL2A")
    assert entry.counterparty.name == "BETAALDIENST"
    assert entry.remittance.unstructured == ("1234567890 1234567890123456 BESTELLING 12",)
    assert entry.end_to_end_id == "05-06-2026 10:11 1234567890123456"


def test_abn_amro_direct_debit_in_columns() -> None:
    entry = entry_with(
        "SEPA INCASSO ALGEMEEN DOORLOPEND INCASSANT: NL36ZZZ123456780000",
        "NAAM: WATERBEDRIJF B.V.          MACHTIGING: 000000059990",
        "OMSCHRIJVING: INV/1511682351 1.12.2025",
        "IBAN: NL37DEUT0123456789         KENMERK: 01234567891236",
        "VOOR: DE BOER",
    )
    assert (entry.counterparty.name, entry.counterparty.iban) == ("WATERBEDRIJF B.V.", "NL37DEUT0123456789")
    assert entry.counterparty.ultimate == "DE BOER"
    assert entry.mandate_reference == "000000059990"
    assert entry.remittance.unstructured == ("INV/1511682351 1.12.2025",)


def test_abn_amro_standing_order_in_columns() -> None:
    entry = entry_with(
        "SEPA PERIODIEKE OVERB.           IBAN: NL86INGB0002445588", "NAAM: HUURBAAS  OMSCHRIJVING: JUNI"
    )
    assert (entry.counterparty.name, entry.remittance.unstructured) == ("HUURBAAS", ("JUNI",))


def test_labels_in_a_payers_words_are_words() -> None:
    entry = entry_with(
        "SEPA OVERBOEKING                 IBAN: BE71096123456769",
        "BIC: GKCCBEBB                    NAAM: BELG BV",
        "OMSCHRIJVING: FACTUUR 17 IBAN: ZIE BOVEN NAAM: WEET U WEL",
    )
    assert entry.counterparty.iban == "BE71096123456769"
    assert entry.counterparty.name == "BELG BV"
    assert entry.remittance.unstructured == ("FACTUUR 17 IBAN: ZIE BOVEN NAAM: WEET U WEL",)


def test_a_slash_code_that_was_there_already_is_a_payers_word() -> None:
    entry = entry_with(
        "/EREF/E1//CNTP/NL02RABO0123456788/RABONL2U/Jansen BV/DEN HAAG///REMI/USTD//zie /NAME/ en /EREF/ van factuur 42/"
    )
    assert entry.remittance.unstructured == ("zie /NAME/ en /EREF/ van factuur 42",)
    assert (entry.counterparty.name, entry.end_to_end_id) == ("Jansen BV", "E1")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("/Jan de Vries/NL123456/", "Jan de Vries"),
        ("/Jan de Vries//", "Jan de Vries"),
        ("/Winkel A/B BV/", "Winkel A/B BV"),
        ("/12345/", "12345"),
    ],
)
def test_an_ultimate_party_is_its_name(written: str, name: str) -> None:
    entry = entry_with(f"/EREF/E1//CNTP/NL02RABO0123456788/RABONL2U/Jansen BV///REMI/USTD//factuur 1/ULTD/{written}")
    assert entry.counterparty.ultimate == name
    assert entry.counterparty.name == "Jansen BV"


def test_no_blank_was_lost_before_a_slash_that_begins_a_line() -> None:
    full = "/TRTP/SEPA OVERBOEKING/IBAN/NL37DEUT0123456789/BIC/DEUTNL2A/EREF/"
    entry = entry_with(full, "E-1/NAME", "/A. Klant/REMI/factuur 1")
    assert (entry.end_to_end_id, entry.counterparty.name) == ("E-1", "A. Klant")
    assert entry.remittance.unstructured == ("factuur 1",)


@pytest.mark.parametrize(
    ("purpose", "account", "bic", "text"),
    [
        ("IBAN: DE89370400440532013000?21 BIC: COBADEFFXXX?22DATUM: 02.06.2026?23RE-5", "DE89370400440532013000", "COBADEFFXXX", ("DATUM: 02.06.2026 RE-5",)),
        ("SVWZ+RE-5 IBAN: siehe oben", "", "", ("siehe oben", "RE-5")),
        ("SVWZ+RE-5 IBAN: DE89 3704 0044?21 0532 0130 00 DANKE", "DE89370400440532013000", "", ("DANKE", "RE-5")),
        # A line of 27 characters that the IBAN fills: the blank behind it is lost.
        ("IBAN+DE89370400440532013000?21BIC+COBADEFFXXX?22SVWZ+RE-5", "DE89370400440532013000", "COBADEFFXXX", ("RE-5",)),
        ("IBAN+DE89370400440532013000?21DANKE SVWZ+RE-5", "DE89370400440532013000", "", ("DANKE", "RE-5")),
    ],
)  # fmt: skip
def test_words_behind_a_german_iban_or_bic(purpose: str, account: str, bic: str, text: tuple[str, ...]) -> None:
    entry = entry_with(f"166?00GUTSCHRIFT?20{purpose}?32Kunde")
    assert (entry.counterparty.iban, entry.counterparty.bic) == (account, bic)
    assert entry.remittance.unstructured == text


def test_too_many_fields_in_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_FIELDS", 5)
    (found,) = mt940.read(document_of(f"{HEAD}{':61:2606010601C0,NTRFNONREF' + chr(10)}{':86:x' + chr(10)}".encode()))
    assert isinstance(found, Fault)
    assert "more than 5 fields in one statement: ask the bank for shorter ones" in found.reason


def test_abn_amro_returned_direct_debit() -> None:
    entry = entry_with(
        "/RTYP/SEPA Incasso Terugboeking/MARF/M-7/RTRN/AC01/IBAN/ NL71ABNA1234567890/NAME/Wie niet betaalt/REMI/Factuur 9/EREF/E-9",
        movement="2606010601D0,N245NONREF",
    )
    assert (entry.return_reason, entry.mandate_reference, entry.end_to_end_id) == ("AC01", "M-7", "E-9")
    assert (entry.counterparty.name, entry.counterparty.iban) == ("Wie niet betaalt", "NL71ABNA1234567890")
    assert entry.remittance.unstructured == ("Factuur 9",)


def test_abn_amro_payment_reference() -> None:
    entry = entry_with("/TRTP/SEPA ACCEPTGIRO/NAME/Naam/REMI/Issuer: CUR Ref: 1234567812345678/EREF/NOTPROVIDED")
    assert entry.remittance.creditor_references == ("1234567812345678",)
    assert entry.remittance.unstructured == ()


def test_a_code_of_a_banks_own_may_come_first() -> None:
    entry = entry_with("/CDT/01/NAME/BROUWERIJ DE MAAN/IBAN/BE71096123456769/REMI/factuur 1")
    assert (entry.counterparty.name, entry.counterparty.iban) == ("BROUWERIJ DE MAAN", "BE71096123456769")
    assert entry_with("/NU/ betaald 2026/17").remittance.unstructured == ("/NU/ betaald 2026/17",)


def broken_at(text: str, width: int) -> list[str]:
    """A narrative as a bank breaks it, wherever that falls."""
    return [text[start : start + width] for start in range(0, len(text), width)]


@pytest.mark.parametrize("trimmed", [False, True], ids=["with its blanks", "blanks at line ends lost"])
def test_wherever_a_bank_breaks_its_lines_the_narrative_is_the_same(trimmed: bool) -> None:
    """In the middle of a code, a number, an IBAN, or at a blank, which a transport may cut off."""
    for shift in range(40):
        text = (
            f"/TRTP/{'X' * shift}/EREF/KLANT-77-2026//CNTP/NL69INGB0123456789/INGBNL2A/Bakkerij de Vier Winden BV/UTRECHT///REMI/USTD//"
            "Factuur 2026-0041 en 2026-0042 met dank voor de snelle levering van afgelopen week/"
        )
        lines = broken_at(text, 65)
        entry = entry_with(*(line.rstrip() if trimmed else line for line in lines))
        assert entry.end_to_end_id == "KLANT-77-2026"
        assert (entry.counterparty.name, entry.counterparty.iban) == (
            "Bakkerij de Vier Winden BV",
            "NL69INGB0123456789",
        )
        assert entry.remittance.unstructured == (
            "Factuur 2026-0041 en 2026-0042 met dank voor de snelle levering van afgelopen week",
        ), shift


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("000+20RATE 7+30302410000+31NL20INGB0001234567", "+32BAKKER BV+33/"), "NTRF/000"),
        (("1026?60RATE 7?30302410000?31NL20INGB0001234567?32BAKKER BV",), "NTRF/1026"),
        (("8300<00TRANSFER<20RATE 7<30302410000<31NL20INGB0001234567<32BAKKER BV<33",), "NTRF/8300"),
        (("035~20RATE 7~21 ~30302410000~32BAKKER BV~33NL20INGB0001234567 ",), "NTRF/035"),
    ],
)
def test_subfields_with_other_signs_and_longer_codes(lines: tuple[str, ...], code: str) -> None:
    entry = entry_with(*lines, movement="2606010601C0,NTRFNONREF")
    party = entry.counterparty
    assert (party.name, party.iban, party.bic) == ("BAKKER BV", "NL20INGB0001234567", "302410000")
    assert (entry.remittance.unstructured, entry.transaction_code) == (("RATE 7",), code)


@pytest.mark.parametrize("text", ["+31 20 1234567 CALL US", "100+20 PIECES"])
def test_a_plus_sign_of_a_payer_begins_no_subfield(text: str) -> None:
    assert entry_with(text).remittance.unstructured == (text,)


def test_the_name_of_a_bank_is_no_bic() -> None:
    party = entry_with("166?20RATE 7?30Sparkasse Dorf-Stadt?31NL20INGB0001234567?32BAKKER BV").counterparty
    assert (party.bic, party.name) == ("", "BAKKER BV")


def test_no_reference_is_no_type_with_a_reference() -> None:
    entry = entry_with("RATE 7", movement="2606010601C0,NONREF//B7")
    assert (entry.transaction_code, entry.customer_reference, entry.bank_reference) == ("", "", "B7")


def test_an_opening_balance_of_no_day() -> None:
    """The first statement of a new account: there was no day before it."""
    text = f"{HEAD.replace('C260601', 'C000000')}:61:2606010601C5,NTRFNONREF\n:62F:C260602EUR105,00\n"
    (found,) = mt940.read(document_of(text.encode()))
    assert isinstance(found, Statement), found
    assert (found.opening_on, found.problems) == (None, ())
    (refused,) = mt940.read(document_of(text.replace("C260602", "C000000").encode()))
    assert isinstance(refused, Fault)
    assert refused.reason == ":62F: a closing balance without a date"


def test_slash_codes_below_account_and_name() -> None:
    """ASN and SNS put the parts of a direct debit below their own first line."""
    entry = entry_with(
        "NL20INGB0001234567 bakker bv",
        " " * 65,
        "/TRTP/Zakelijke Europese Incasso/CSID/NL98ZZZ999999990000/MARF/M-12",
        "345/REMI/Klantnr 7/Factuur 2026-17/EREF/E2E-17",
    )
    assert (entry.counterparty.name, entry.counterparty.iban) == ("bakker bv", "NL20INGB0001234567")
    assert (entry.mandate_reference, entry.end_to_end_id) == ("M-12345", "E2E-17")
    assert entry.remittance.unstructured == ("Klantnr 7/Factuur 2026-17",)


def test_the_whole_iban_in_a_field_of_its_own() -> None:
    party = entry_with("230^00PRZELEW^3024900005^38NL20INGB0001234567^20RATE 7^32BAKKER BV").counterparty
    assert (party.iban, party.bic, party.name) == ("NL20INGB0001234567", "24900005", "BAKKER BV")
