"""What CODA says: every record and feature on small files of our own."""

from __future__ import annotations

from datetime import date

import pytest

from formats import coda
from ledger.money import Money
from ledger.statements import EntryStatus, Remittance, Statement
from tests.unit.formats.coda_file import IBAN, Mv, Stmt, info31, info32, info33, read_all, read_one, written


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def test_a_plain_payment() -> None:
    statement = read_one(
        Mv(
            minor=12345,
            text="Factuur 2026/001",
            bic="KREDBEBB",
            account=f"{'BE07097839764766':<34}EUR",
            name="Jan Peeters",
        )
    )
    (entry,) = statement.entries
    assert (statement.account, statement.currency, statement.number, statement.format) == (IBAN, "EUR", "110", "CODA 2")
    assert (statement.opening, statement.closing) == (eur(10000), eur(22345))
    assert (statement.opening_on, statement.closing_on) == (date(2026, 6, 5), date(2026, 6, 8))
    assert statement.dated_on == date(2026, 6, 8)
    assert entry.amount == eur(12345)
    assert entry.balance == eur(22345)
    assert (entry.booked_on, entry.value_on, entry.position) == (date(2026, 6, 8), date(2026, 6, 8), 1)
    assert (entry.counterparty.name, entry.counterparty.iban, entry.counterparty.bic) == (
        "Jan Peeters",
        "BE07097839764766",
        "KREDBEBB",
    )
    assert entry.remittance.unstructured == ("Factuur 2026/001",)
    assert (entry.bank_reference, entry.transaction_code) == ("REF0000001", "00150000")
    assert entry.status is EntryStatus.BOOKED
    assert entry.source.place == "line 3"


def test_debits_and_negative_balances() -> None:
    (statement,) = read_all(written(Stmt(opening=-500, movements=(Mv(minor=-700), Mv(minor=100, sequence=2)))))
    assert isinstance(statement, Statement)
    assert [entry.balance for entry in statement.entries] == [eur(-1200), eur(-1100)]
    assert (statement.opening, statement.closing) == (eur(-500), eur(-1100))


@pytest.mark.parametrize(
    ("structure", "zone", "account", "currency"),
    [
        ("0", "539007547034 EUR0BE" + " " * 18, "539007547034", "EUR"),
        ("1", f"{'FR 1420041 01005':<34}USD", "FR142004101005", "USD"),
        ("2", f"{IBAN:<31}   EUR", IBAN, "EUR"),
        ("3", f"{'NL91ABNA0417164300':<34}GBP", "NL91ABNA0417164300", "GBP"),
    ],
)
def test_account_structures(structure: str, zone: str, account: str, currency: str) -> None:
    (statement,) = read_all(written(Stmt(structure=structure, account=zone, movements=(Mv(minor=100),))))
    assert isinstance(statement, Statement)
    assert (statement.account, statement.currency) == (account, currency)


def test_currency_with_three_decimals_and_with_none() -> None:
    tunis, tokyo = f"{IBAN:<34}TND", f"{IBAN:<34}JPY"
    (dinar,) = read_all(written(Stmt(account=tunis, movements=(Mv(minor=1),))))
    assert isinstance(dinar, Statement)
    assert dinar.entries[0].amount == Money(10, "TND")  # fifteen digits: 0.010
    (yen,) = read_all(written(Stmt(account=tokyo, movements=(Mv(minor=500),))))
    assert isinstance(yen, Statement)
    assert yen.entries[0].amount == Money(5, "JPY")


def test_several_statements_and_two_currencies_on_one_iban() -> None:
    found = read_all(
        written(
            Stmt(movements=(Mv(minor=100),)),
            Stmt(account=f"{IBAN:<34}USD", opening=0, movements=(Mv(minor=50),)),
            Stmt(opening=10100, number="111"),
        )
    )
    assert [(s.account, s.currency, len(s.entries)) for s in found if isinstance(s, Statement)] == [
        (IBAN, "EUR", 1),
        (IBAN, "USD", 1),
        (IBAN, "EUR", 0),
    ]


def test_an_empty_statement_and_a_duplicate() -> None:
    (statement,) = read_all(written(Stmt(duplicate="D", movements=())))
    assert isinstance(statement, Statement)
    assert statement.entries == ()
    assert statement.opening == statement.closing


def test_free_communication_is_joined_over_the_records_without_a_new_blank() -> None:
    text = "".join(chr(ord("A") + index % 26) for index in range(53 + 53 + 43))
    (entry,) = read_one(Mv(minor=1, text=text[:53], text2=text[53:106], text3=text[106:], name="X")).entries
    assert entry.remittance.unstructured == (text,)


def test_blanks_that_fill_a_zone_become_one() -> None:
    (entry,) = read_one(Mv(minor=1, text="first", text2="second  third")).entries
    assert entry.remittance.unstructured == ("first second third",)


def test_communication_goes_on_in_record_23_when_22_is_missing() -> None:
    (entry,) = read_one(Mv(minor=1, text="a" * 53, text3="b")).entries
    assert entry.remittance.unstructured == ("a" * 53 + "b",)


@pytest.mark.parametrize("kind", ["101", "102"])
def test_structured_communication(kind: str) -> None:
    (entry,) = read_one(Mv(minor=1, structured=True, text=kind + "000306143114")).entries
    assert entry.remittance.creditor_references == ("000306143114",)
    assert entry.remittance.unstructured == ()


def test_iso_11649_reference() -> None:
    (entry,) = read_one(Mv(minor=1, structured=True, text="100RF18539007547034")).entries
    assert entry.remittance.creditor_references == ("RF18539007547034",)


def test_a_reference_that_is_none_stays_text() -> None:
    (entry,) = read_one(Mv(minor=1, structured=True, text="101geen referentie")).entries
    assert entry.remittance.creditor_references == ()
    assert entry.remittance.unstructured == ("geen referentie",)


def test_an_unknown_structured_type_loses_nothing() -> None:
    (entry,) = read_one(Mv(minor=1, structured=True, text="199something")).entries
    assert entry.remittance.unstructured == ("something",)
    assert entry.information == ("structured communication of unknown type 199",)


def test_type_105_holds_a_structured_communication() -> None:
    zone = "105" + "000000000100000" + "000000000110000" + "000110000000" + "USD" + "123456789002" + "US" + "0" * 15
    (entry,) = read_one(Mv(minor=1, structured=True, text=zone[:53], text2=zone[53:])).entries
    assert entry.remittance.creditor_references == ("123456789002",)
    (told,) = entry.information
    assert told == (
        "original amount of the transaction: gross in the account's currency 100.00, gross in the original currency 110.00, "
        "rate 1.10, currency USD, structured communication 123456789002, principal's country US"
    )


def sepa(
    *, paid: str = "0", r_type: str = "0", reason: str = "    ", text: str = "Abonnement 2026"
) -> tuple[str, str, str]:
    creditor, mandate = "BE68ZZZ0123456789", "MNDT-0007"
    zone = f"12708062611{paid}{creditor:<35}{mandate:<35}{text:<62}{r_type}{reason}"
    return zone[:53], zone[53:106], zone[106:]


def test_sepa_direct_debit() -> None:
    text, text2, text3 = sepa()
    (entry,) = read_one(
        Mv(
            minor=100,
            code="00550000",
            structured=True,
            text=text,
            text2=text2,
            text3=text3,
            customer="E2E-42",
            name="Debtor",
        )
    ).entries
    assert (entry.mandate_reference, entry.creditor_id, entry.end_to_end_id) == (
        "MNDT-0007",
        "BE68ZZZ0123456789",
        "E2E-42",
    )
    assert entry.remittance.unstructured == ("Abonnement 2026",)
    assert (entry.return_kind, entry.return_reason) == ("", "")
    assert entry.information[0].startswith(
        "SEPA direct debit: settlement 2026-06-08, kind recurrent, scheme CORE, outcome paid, creditor BE68ZZZ0123456789"
    )


def test_r_transaction_in_record_22() -> None:
    text, text2, text3 = sepa(paid="2")
    (entry,) = read_one(
        Mv(
            minor=-100,
            code="00503000",
            structured=True,
            text=text,
            text2=text2,
            text3=text3,
            customer="E2E-42",
            r_type="2",
            reason="MS03",
        )
    ).entries
    assert (entry.return_kind, entry.return_reason, entry.mandate_reference) == ("return", "MS03", "MNDT-0007")


def test_r_transaction_in_type_127_alone() -> None:
    text, text2, text3 = sepa(r_type="3", reason="MD06")
    (entry,) = read_one(Mv(minor=-100, code="00505000", structured=True, text=text, text2=text2, text3=text3)).entries
    assert (entry.return_kind, entry.return_reason) == ("refund", "MD06")


@pytest.mark.parametrize("kind", ["107", "127"])
def test_zeros_are_no_mandate_and_no_creditor(kind: str) -> None:
    (entry,) = read_one(Mv(minor=-1, structured=True, text=kind + "0" * 50, text2="0" * 53, text3="0" * 43)).entries
    assert (entry.mandate_reference, entry.creditor_id, entry.return_kind) == ("", "", "")


def test_a_structured_communication_of_blanks_says_nothing() -> None:
    (entry,) = read_one(Mv(minor=1, structured=True, text="")).entries
    assert entry.information == ()
    assert entry.remittance == Remittance()


def test_not_provided_is_no_end_to_end_id() -> None:
    (entry,) = read_one(Mv(minor=1, customer="NOTPROVIDED")).entries
    assert entry.end_to_end_id == ""


def test_a_lump_sum_is_one_entry_with_details() -> None:
    statement = read_one(
        Mv(minor=300, code="20150000", sequence=1),
        Mv(minor=100, code="60150000", sequence=1, detail=1, structured=True, text="101000306143114", name="A"),
        Mv(minor=200, code="60150000", sequence=1, detail=2, text="vrij", name="B", customer="E2E"),
        Mv(minor=50, sequence=2),
    )
    assert [entry.amount for entry in statement.entries] == [eur(300), eur(50)]
    first = statement.entries[0]
    assert [(d.amount, d.counterparty.name) for d in first.details] == [(eur(100), "A"), (eur(200), "B")]
    assert first.details[0].remittance.creditor_references == ("000306143114",)
    assert (first.details[1].end_to_end_id, first.details[1].place) == ("E2E", "line 6")
    assert statement.pending == ()


def test_type_0_with_a_detail_number_moves_the_balance() -> None:
    statement = read_one(Mv(minor=300), Mv(minor=20, detail=1))
    assert [entry.amount for entry in statement.entries] == [eur(300), eur(20)]


def test_a_detail_of_a_detail_is_information() -> None:
    statement = read_one(
        Mv(minor=300, code="20150000"),
        Mv(minor=300, code="70150000", detail=1),
        Mv(minor=310, code="90150100", detail=2),
        Mv(minor=-10, code="90150013", detail=3),
    )
    (detail,) = statement.entries[0].details
    assert detail.amount == eur(300)
    assert detail.information == (
        "domestic or SEPA credit transfer: transfer received (gross amount) 3.10 EUR",
        "domestic or SEPA credit transfer: transfer received (payment commission) -0.10 EUR",
    )


def test_details_without_a_lump_sum_are_never_booked() -> None:
    (statement,) = read_all(written(Stmt(application="00001", movements=(Mv(minor=300, code="60150000"),))))
    assert isinstance(statement, Statement)
    assert statement.entries == ()
    (alone,) = statement.pending
    assert (alone.amount, alone.status, alone.balance) == (eur(300), EntryStatus.INFORMATION, None)


def test_a_customers_lump_sum_has_its_batch() -> None:
    (entry,) = read_one(Mv(minor=-300, code="10105000", customer="LONEN-2026-05")).entries
    assert (entry.batch_id, entry.customer_reference, entry.end_to_end_id) == ("LONEN-2026-05", "LONEN-2026-05", "")


def test_a_correction_is_a_reversal() -> None:
    assert [entry.reversal for entry in read_one(Mv(minor=1, code="00199000"), Mv(minor=1, sequence=2)).entries] == [
        True,
        False,
    ]


def test_information_records() -> None:
    statement = read_one(
        Mv(
            minor=100,
            text="betaling",
            name="A NAME OF EXACTLY THIRTY-FIVE CHARS",
            information=(
                info31(f"{'001A NAME OF EXACTLY THIRTY-FIVE CHARS AND MORE':<73}", structured=True),
                info32(f"{'Kerkstraat 1':<35}{'9000 Gent':<35}{'ID7':<35}"),
                info31("009" + "The Ultimate Debtor", structured=True),
                info31("a" * 72 + "b"),
                info31("c"),
                info31("last line"),
                info32("goes on"),
                info33("and on"),
            ),
        )
    )
    (entry,) = statement.entries
    assert entry.counterparty.name == "A NAME OF EXACTLY THIRTY-FIVE CHARS AND MORE"
    assert entry.counterparty.ultimate == "The Ultimate Debtor"
    assert entry.remittance.unstructured == ("betaling",)
    assert entry.information == (
        "counterparty: name A NAME OF EXACTLY THIRTY-FIVE CHARS AND MORE, street Kerkstraat 1, town 9000 Gent, identification ID7",
        "ultimate debtor: name The Ultimate Debtor",
        "a" * 72 + "bc",
        "last line goes on and on",
    )


def test_information_is_the_remittance_where_the_movement_has_none() -> None:
    (entry,) = read_one(Mv(minor=1, code="04150000", information=(info31("invoice 77"),))).entries
    assert entry.remittance.unstructured == ("invoice 77",)


def test_card_takings_are_told_in_words() -> None:
    zone = "11410123450010001230806261432" + f"5{'WINKEL':<16}{'GENT':<10}{'TRX-1':<16}"
    (entry,) = read_one(Mv(minor=1, code="00450000", structured=True, text=zone[:53], text2=zone[53:])).entries
    (told,) = entry.information
    assert told == (
        "takings of a payment terminal, one transaction: card scheme Bancontact, terminal 012345, period 001, transaction number 000123, "
        "date 2026-06-08, hour 1432, transaction payment terminal, terminal's name WINKEL, terminal's place GENT, reference TRX-1"
    )


def test_unknown_dates() -> None:
    (statement,) = read_all(
        written(Stmt(opened="000000", movements=(Mv(minor=1, value="000000"), Mv(minor=1, sequence=2, entry="000000"))))
    )
    assert isinstance(statement, Statement)
    assert statement.opening_on is None
    assert [(e.booked_on, e.value_on) for e in statement.entries] == [(date(2026, 6, 8), date(2026, 6, 8))] * 2


@pytest.mark.parametrize(
    ("zone", "account"),
    [
        ("539007547034 EUR0BE", "539007547034"),
        (f"{'NL91ABNA0417164300':<34}EUR", "NL91ABNA0417164300"),
        (f"{'BE07097839764766':<31}123EUR", "BE07097839764766"),
        ("12 345 678 901 234", "12345678901234"),
        ("000000000000 EUR", ""),
        ("", ""),
    ],
)
def test_counterparty_accounts(zone: str, account: str) -> None:
    (entry,) = read_one(Mv(minor=1, account=zone, name="Somebody")).entries
    assert entry.counterparty.iban == account


def test_version_1_has_an_address_in_record_23() -> None:
    (statement,) = read_all(
        written(
            Stmt(
                version="1",
                structure=" ",
                account="539007547034 EUR0BE",
                movements=(
                    Mv(
                        minor=1,
                        text="vrij",
                        account="467273787237",
                        name="NAAM",
                        text3="9000 GENT",
                        customer="EIGEN REF",
                    ),
                ),
            )
        )
    )
    assert isinstance(statement, Statement)
    (entry,) = statement.entries
    assert statement.format == "CODA 1"
    assert (entry.counterparty.name, entry.counterparty.iban, entry.counterparty.bic) == ("NAAM", "467273787237", "")
    assert entry.remittance.unstructured == ("vrij",)
    assert entry.customer_reference == "EIGEN REF"


def test_a_new_balance_of_another_account_is_remarked() -> None:
    """As in many samples whose numbers were made up; the number itself is not told."""
    (statement,) = read_all(written(Stmt(account8=f"{'BE71096123456769':<34}EUR")))
    assert isinstance(statement, Statement)
    assert statement.account == IBAN
    assert statement.problems == ()
    assert statement.remarks == ("line 3: the new balance names another account than the old one",)


def test_free_text_may_stand_after_the_new_balance_and_may_be_counted() -> None:
    for count in (3, 5):
        (statement,) = read_all(written(Stmt(movements=(Mv(minor=1),), free=("one", "two"), count=count)))
        assert isinstance(statement, Statement)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n", "\n\n", ""])
def test_line_ends(end: str) -> None:
    (statement,) = read_all(written(Stmt(movements=(Mv(minor=1, text="x"),)), end=end))
    assert isinstance(statement, Statement)


def test_mixed_line_ends_and_ctrl_z() -> None:
    records = Stmt(movements=(Mv(minor=1), Mv(minor=2, sequence=2))).records()
    mixed = "".join(
        record + end for record, end in zip(records, ["\r\n", "\n", "\r", "\n", "\r\n", "\r\n"], strict=False)
    )
    (statement,) = read_all(mixed.encode() + b"\x1a")
    assert isinstance(statement, Statement)


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("cp1252", b""), ("latin-1", b""), ("cp850", b""), ("utf-8", b""), ("utf-8", b"\xef\xbb\xbf")],
)
def test_encodings(encoding: str, mark: bytes) -> None:
    movements = (
        Mv(minor=1, text="Référence été, Müller", name="Café Hélène"),
        Mv(minor=2, sequence=2, text="Señor Ångström, coördinatie, à payer", name="Benoît Lefèvre"),
    )
    (statement,) = read_all(mark + written(Stmt(movements=movements), encoding=encoding))
    assert isinstance(statement, Statement)
    assert [e.counterparty.name for e in statement.entries] == ["Café Hélène", "Benoît Lefèvre"]
    assert statement.entries[0].remittance.unstructured == ("Référence été, Müller",)


def test_windows_punctuation_is_not_taken_for_cp850() -> None:
    movements = (Mv(minor=1, text="l’hôtel – 5 € …", name="d’Été"),)
    (statement,) = read_all(written(Stmt(movements=movements)))
    assert isinstance(statement, Statement)
    assert statement.entries[0].remittance.unstructured == ("l’hôtel – 5 € …",)


def test_trailing_blanks_of_the_last_records_may_be_cut() -> None:
    records = Stmt(movements=(Mv(minor=1),)).records()
    records[-2], records[-1] = records[-2][:63], records[-1][:52]
    (statement,) = read_all("\n".join(records).encode())
    assert isinstance(statement, Statement)


def test_trailing_blanks_of_free_text_may_be_cut() -> None:
    records = [
        record[:127].rstrip() if record[0] == "4" else record for record in Stmt(free=("tot ziens", "")).records()
    ]
    (statement,) = read_all("\n".join(records).encode())
    assert isinstance(statement, Statement), statement


def test_blanks_after_a_record_are_borne() -> None:
    records = [record + "   " for record in Stmt(movements=(Mv(minor=1),)).records()]
    (statement,) = read_all("\n".join(records).encode())
    assert isinstance(statement, Statement)


def test_recognise() -> None:
    content = written(Stmt(movements=(Mv(minor=1),)))
    assert coda.recognise(content[:4096])
    assert coda.recognise(b"\xef\xbb\xbf" + content[:200])
    assert coda.recognise(content[130:])  # the header was lost
    assert not coda.recognise(b":20:STARTUMS\r\n:25:NL91ABNA0417164300\r\n")
    assert not coda.recognise(b'<?xml version="1.0"?><Document/>')
    assert not coda.recognise(b"")
    assert not coda.recognise(b"\0" * 4096)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_files_joined_with_their_end_marks(end: str) -> None:
    first, second = written(Stmt(), end=end), written(Stmt(number="111"), end=end)
    found = read_all(first + b"\x1a" + second + b"\x1a")
    assert [each.number for each in found if isinstance(each, Statement)] == ["110", "111"]
