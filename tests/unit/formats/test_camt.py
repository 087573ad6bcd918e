"""CAMT: what must not be lost, and what must be refused."""

from __future__ import annotations

from itertools import permutations

import pytest

from formats import camt
from formats.detect import read_bank_document
from ledger.controls import chain_gaps, with_controls
from ledger.identity import identify
from ledger.money import Money
from ledger.sources import Fault
from ledger.statements import EntryStatus, IdentifiedEntry, Statement, StreamedEntries
from tests.unit.formats.raw_documents import document_of

ACCOUNT = "<Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy></Acct>"


def balance(code: str, amount: str, sign: str = "CRDT", currency: str = "EUR", day: str = "2026-06-01") -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{amount}</Amt>'
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry(amount: str, sign: str = "CRDT", rest: str = "", currency: str = "EUR", status: str = "BOOK") -> str:
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>2026-06-01</Dt></BookgDt>{rest}</Ntry>"
    )


def document(content: str, version: str = "053.001.02", root: str = "BkToCstmrStmt", part: str = "Stmt") -> bytes:
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.{version}"
    text = f'<?xml version="1.0"?>\n<Document xmlns="{space}"><{root}><{part}>\n{content}</{part}></{root}></Document>'
    return text.encode()


def read(raw: bytes) -> list[Statement | Fault]:
    return list(camt.read(document_of(raw)))


def statement(content: str) -> Statement:
    (found,) = read(document(content))
    assert isinstance(found, Statement), found
    return found


@pytest.mark.parametrize("version", [f"053.001.{number:02d}" for number in range(2, 14)])
def test_every_version_by_local_name(version: str) -> None:
    (found,) = read(document(ACCOUNT + balance("OPBD", "1") + entry("2.50"), version))
    assert isinstance(found, Statement)
    assert found.format == f"camt.{version}"
    assert found.opening == Money(100, "EUR")
    assert [each.amount for each in found.entries] == [Money(250, "EUR")]


@pytest.mark.parametrize(
    ("balances", "opening", "closing"),
    [
        ([("OPBD", "1"), ("CLBD", "2")], "1.00", "2.00"),
        ([("PRCD", "1"), ("CLBD", "2")], "1.00", "2.00"),
        ([("PRCD", "9"), ("OPBD", "1"), ("CLBD", "2"), ("CLAV", "3"), ("FWAV", "4")], "1.00", "2.00"),
        ([("ITBD", "1"), ("ITBD", "2")], "1.00", "2.00"),
        ([("OPBD", "1"), ("ITBD", "2")], "1.00", "2.00"),
        ([("ITBD", "1"), ("CLBD", "2")], "1.00", "2.00"),
        ([("ITBD", "1")], None, None),
        ([], None, None),
    ],
)
def test_which_balance_is_which(balances: list[tuple[str, str]], opening: str | None, closing: str | None) -> None:
    found = statement(ACCOUNT + "".join(balance(code, amount) for code, amount in balances))
    assert (None if found.opening is None else found.opening.decimal()) == opening
    assert (None if found.closing is None else found.closing.decimal()) == closing


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (ACCOUNT + entry("-1"), "a negative amount"),
        (ACCOUNT + entry("12..3"), "is no amount"),
        (ACCOUNT + entry("1.234"), "more decimals"),
        (ACCOUNT + entry(""), "without an amount"),
        (ACCOUNT + entry("1", sign=""), "without CdtDbtInd"),
        (ACCOUNT + entry("1", status="MAYBE"), "status 'MAYBE'"),
        (ACCOUNT + balance("OPBD", "x"), "balance OPBD"),
        (ACCOUNT + entry("1").replace("2026-06-01", "2026-06-31"), "day is out of range"),
        (ACCOUNT + entry("1").replace("2026-06-01", "31.06.2026"), "'31.06.2026' is no date of the form YYYY-MM-DD"),
        ("<Acct/>", "names a currency"),
        (ACCOUNT + "<Ntry>", "not well-formed"),
        (ACCOUNT + "&undefined;", "not well-formed"),
    ],
)
def test_refused_with_place_and_reason(content: str, reason: str) -> None:
    (found,) = read(document(content))
    assert isinstance(found, Fault)
    assert found.whole_document
    assert reason in found.reason
    assert found.source.place.startswith("line ")


def test_cut_off_in_the_middle_gives_one_fault() -> None:
    raw = document(ACCOUNT + entry("1") * 50)
    for end in range(60, len(raw) - 1, 97):
        (found,) = read(raw[:end])
        assert isinstance(found, Fault)


def test_second_statement_broken_refuses_the_first_too() -> None:
    raw = document(ACCOUNT + entry("1") + "</Stmt><Stmt>" + ACCOUNT + entry("x"))
    (found,) = read(raw)
    assert isinstance(found, Fault)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE a [<!ENTITY x "1">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd">',
        "<!DOCTYPE a>",
    ],
)
def test_declarations_are_refused(declaration: str) -> None:
    raw = document(ACCOUNT).replace(b"?>\n", f"?>{declaration}".encode(), 1)
    assert camt.recognise(raw[:4096])
    (found,) = read(raw)
    assert isinstance(found, Fault)
    assert "document type declaration" in found.reason


def test_an_entity_bomb_in_an_attribute_is_refused() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    raw = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e0 "aaaaaaaaaa">{entities}]><a b="&e11;"/>'.encode()
    assert camt.recognise(raw[:4096])
    (found,) = read(raw)
    assert isinstance(found, Fault)


def test_only_booked_entries_are_entries() -> None:
    states = ("BOOK", "PDNG", "INFO", "FUTR", "")
    found = statement(ACCOUNT + "".join(entry("1", status=status) for status in states))
    assert [each.status for each in found.entries] == [EntryStatus.BOOKED] * 2
    assert [each.position for each in found.entries] == [1, 2]
    assert [each.status for each in found.pending] == [
        EntryStatus.PENDING,
        EntryStatus.INFORMATION,
        EntryStatus.PENDING,
    ]


@pytest.mark.parametrize(
    ("root", "part", "version"),
    [("BkToCstmrAcctRpt", "Rpt", "052.001.08"), ("BkToCstmrDbtCdtNtfctn", "Ntfctn", "054.001.08")],
)
def test_reports_and_notifications_book_nothing(root: str, part: str, version: str) -> None:
    content = ACCOUNT + balance("OPBD", "1") + balance("CLBD", "3") + entry("1")
    (found,) = read(document(content, version, root, part))
    assert isinstance(found, Statement)
    assert not found.entries
    assert [each.status for each in found.pending] == [EntryStatus.BOOKED]
    assert (found.opening, found.closing) == (None, None)
    assert (found.interim_opening, found.interim_closing) == (Money(100, "EUR"), Money(300, "EUR"))
    assert found.problems == ("1.00 EUR and entries of 1.00 EUR do not make 3.00 EUR",)


def details(*amounts: str, currency: str = "EUR") -> str:
    parts = "".join(f'<TxDtls><Amt Ccy="{currency}">{amount}</Amt></TxDtls>' for amount in amounts)
    return f"<NtryDtls><Btch><NbOfTxs>9</NbOfTxs></Btch>{parts}</NtryDtls>"


@pytest.mark.parametrize(
    ("rest", "problem"),
    [
        (details("4", "6"), False),
        (details("4", "5"), True),
        (details("10"), False),
        (details("9"), True),
        (details("0"), False),
        (details("4", "5", currency="USD"), False),
        ('<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">1</TtlChrgsAndTaxAmt></Chrgs>' + details("4", "5"), False),
        ('<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">2</TtlChrgsAndTaxAmt></Chrgs>' + details("4", "5"), True),
    ],
)
def test_details_against_their_entry(rest: str, problem: bool) -> None:
    found = statement(ACCOUNT + entry("10", rest=rest))
    assert bool(found.problems) == problem


@pytest.mark.parametrize(("rest", "borne"), [(details("9"), True), (details("4", "5"), False)])
def test_balances_prove_an_entry_whose_only_transaction_says_otherwise(rest: str, borne: bool) -> None:
    found = statement(ACCOUNT + balance("OPBD", "1") + balance("CLBD", "11") + entry("10", rest=rest))
    said = found.remarks if borne else found.problems
    assert (len(found.remarks), len(found.problems)) == (1, 0) if borne else (0, 1)
    assert said[0].startswith("line 3, entry 1: its details are 9.00 EUR, the entry is 10.00 EUR")


def summary(count: str, credit: str, debit: str) -> str:
    totals = f"<TtlNtries><NbOfNtries>{count}</NbOfNtries></TtlNtries>"
    totals += f"<TtlCdtNtries><Sum>{credit}</Sum></TtlCdtNtries><TtlDbtNtries><Sum>{debit}</Sum></TtlDbtNtries>"
    return f"<TxsSummry>{totals}</TxsSummry>"


@pytest.mark.parametrize(
    ("totals", "problems", "borne"),
    [
        (summary("2", "15", "5"), 0, 0),
        (summary("4", "25", "15"), 3, 0),  # fits the balances: two entries that make nothing are missing
        (summary("3", "15", "5"), 1, 0),
        (summary("3", "16", "5"), 0, 2),  # contradicts the balances, which the entries explain
        ("<TxsSummry><TtlNtries><NbOfNtries>3</NbOfNtries></TtlNtries></TxsSummry>", 1, 0),
    ],
)
def test_totals_that_contradict_the_balances_do_not_speak_against_the_entries(
    totals: str, problems: int, borne: int
) -> None:
    moved = entry("15") + entry("5", "DBIT")
    found = statement(ACCOUNT + balance("OPBD", "1") + balance("CLBD", "11") + totals + moved)
    assert (len(found.problems), len(found.remarks)) == (problems, borne)


def test_several_details_stay_details_and_one_is_lifted() -> None:
    found = statement(ACCOUNT + entry("10", rest=details("4", "6")) + entry("10", rest=details("10")))
    assert [each.amount for each in found.entries[0].details] == [Money(400, "EUR"), Money(600, "EUR")]
    assert found.entries[1].details == ()


def test_a_foreign_mark_counts_only_where_the_balances_prove_it() -> None:
    foreign = entry("5", currency="USD")
    proved = statement(ACCOUNT + balance("OPBD", "1") + balance("CLBD", "6") + foreign)
    assert not proved.problems
    unproved = statement(ACCOUNT + foreign)
    assert unproved.problems == ("line 3, entry 1: in USD, the account is in EUR",)


PARTIES = (
    "<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>DEBTOR</Nm></Dbtr><DbtrAcct><Id><IBAN>{}</IBAN></Id></DbtrAcct>"
    "<Cdtr><Pty><Nm>CREDITOR</Nm></Pty></Cdtr></RltdPties>{}</TxDtls></NtryDtls>"
)
RETURN = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"


@pytest.mark.parametrize(
    ("sign", "account", "extra", "name"),
    [
        ("CRDT", "X", "", "DEBTOR"),
        ("DBIT", "X", "", "CREDITOR"),
        ("DBIT", "X", RETURN, "DEBTOR"),
        ("CRDT", "X", RETURN, "CREDITOR"),
        ("CRDT", "NL91ABNA0417164300", "", "CREDITOR"),
        ("DBIT", "NL91ABNA0417164300", RETURN, "CREDITOR"),
    ],
)
def test_who_is_on_the_other_side(sign: str, account: str, extra: str, name: str) -> None:
    found = statement(ACCOUNT + entry("10", sign=sign, rest=PARTIES.format(account, extra)))
    assert found.entries[0].counterparty.name == name
    assert found.entries[0].return_reason == ("AC04" if extra else "")


def test_recognised_by_its_elements_only() -> None:
    assert camt.recognise(document("")[:4096])
    assert camt.recognise(b"\xef\xbb\xbf" + document("")[:4096])
    assert camt.recognise(document("").decode().encode("utf-16")[:4096])
    assert not camt.recognise(b"<?xml version='1.0'?><Invoice/>")
    assert not camt.recognise(b"<!DOCTYPE html><html>")
    assert not camt.recognise(b":20:camt.053.\n")


def test_what_is_too_deep_or_too_long_is_refused() -> None:
    deep = "<x>" * 5_000 + "</x>" * 5_000
    long = f"<Ntry><AddtlNtryInf>{'a' * 11_000_000}</AddtlNtryInf></Ntry>"
    for content in (deep, long):
        (found,) = read(document(ACCOUNT + content))
        assert isinstance(found, Fault)
        assert "not well-formed" in found.reason


def test_bytes_that_are_not_the_declared_encoding_are_refused() -> None:
    raw = document(ACCOUNT + "<AddtlStmtInf>K\u00f6ln</AddtlStmtInf>").replace("\u00f6".encode(), b"\xf6")
    (found,) = read(raw)
    assert isinstance(found, Fault)
    assert "not proper UTF-8" in found.reason or "encoding" in found.reason.lower()


@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf", b"\r\n"])
def test_a_document_without_a_declaration_may_be_windows_1252(begin: bytes) -> None:
    """Messages of FinTS are Latin-1; what they carry is saved as it came."""
    text = "K\u00f6ln \u20ac" + "x" * 70_000 + "\u00fc"
    content = ACCOUNT + balance("OPBD", "1") + entry("1", rest=f"<AddtlNtryInf>{text}</AddtlNtryInf>")
    plain = document(content + balance("CLBD", "2")).decode().partition("\n")[2]
    for charset in ("cp1252", "utf-8"):
        (found,) = read(begin + plain.encode(charset))
        assert isinstance(found, Statement), found
        assert found.entries[0].remittance.unstructured == (text,)
        assert not with_controls(found).problems


def test_what_swiss_clearing_says_of_a_slip_is_no_text_of_the_payer() -> None:
    def remittance(*words: str) -> tuple[str, ...]:
        more = "".join(f"<AddtlRmtInf>{each}</AddtlRmtInf>" for each in words)
        details = f"<NtryDtls><TxDtls><RmtInf><Strd>{more}</Strd></RmtInf></TxDtls></NtryDtls><AddtlNtryInf>PAYMENT SLIPS</AddtlNtryInf>"
        return statement(ACCOUNT + entry("1", rest=details)).entries[0].remittance.unstructured

    assert remittance("?REJECT?0", "?ERROR?000") == ("PAYMENT SLIPS",)
    assert remittance("?REJECT?0", "June, REJECT?0") == ("June, REJECT?0",)


def test_a_zero_debit_is_counted_as_a_debit() -> None:
    totals = "<TxsSummry><TtlDbtNtries><NbOfNtries>1</NbOfNtries></TtlDbtNtries></TxsSummry>"
    assert not statement(ACCOUNT + totals + entry("0", sign="DBIT")).problems


def test_what_stands_in_a_broken_file_is_not_quoted() -> None:
    (found,) = read(document("<![CDATA[\n" + ACCOUNT + "\n" + entry("1")))
    assert isinstance(found, Fault)
    assert found.reason == "not well-formed XML: CData section not finished"


def test_a_statement_with_very_many_entries_is_streamed_and_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    content = ACCOUNT + balance("OPBD", "1") + balance("CLBD", "51")
    content += "".join(entry(str(number), status="PDNG" if number == 5 else "BOOK") for number in range(1, 11))
    raw = document(content)
    (held,) = read(raw)
    monkeypatch.setattr("formats.camt.statements.HELD_ENTRIES", 3)
    (streamed,) = read(raw)
    assert isinstance(held, Statement)
    assert isinstance(streamed, Statement)
    assert isinstance(streamed.entries, StreamedEntries)
    assert (held.held, streamed.held) == (10, 0)
    proved, same = with_controls(held), with_controls(streamed)
    assert tuple(same.entries) == tuple(proved.entries)
    assert tuple(same.pending) == tuple(proved.pending)
    assert (len(same.entries), same.entries[-1], same.entries[2:4]) == (9, proved.entries[-1], proved.entries[2:4])
    assert same.problems == proved.problems
    assert with_controls(same) is same
    assert same.entries[-1].balance == Money(5100, "EUR")


def test_a_statement_of_several_days_with_balances_for_each() -> None:
    balances = (
        balance("CLBD", "5", day="2026-06-03"),
        balance("OPBD", "1", day="2026-06-02"),
        balance("CLBD", "2", day="2026-06-02"),
        balance("OPBD", "2", day="2026-06-03"),
    )
    found = with_controls(statement(ACCOUNT + "".join(balances) + entry("1") + entry("3")))
    assert found.problems == ()
    assert (found.opening, found.closing) == (Money(100, "EUR"), Money(500, "EUR"))
    assert (str(found.opening_on), str(found.closing_on)) == ("2026-06-02", "2026-06-03")


def test_two_balances_of_one_day_that_differ_are_a_problem() -> None:
    balances = (
        balance("OPBD", "1") + balance("CLBD", "2") + balance("CLBD", "3") + balance("CLBD", "9", day="2026-06-02")
    )
    found = statement(ACCOUNT + balances + entry("1"))
    assert found.problems == ("several balances CLBD that differ",)


def test_spelling_of_accounts_and_references() -> None:
    account = "<Acct><Id><IBAN> nl91 abna 0417 1643 00\n</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    rest = (
        "<NtryDtls><TxDtls><RltdPties><DbtrAcct><Id><IBAN>BE71096123456769</IBAN></Id><Nm>Jan  Peeters</Nm></DbtrAcct></RltdPties>"
        "<RmtInf><Strd><CdtrRefInf><Ref>rf18 5390 0754 7034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls>"
    )
    found = statement(account + entry("1", rest=rest))
    assert found.account == "NL91ABNA0417164300"
    (only,) = found.entries
    assert only.counterparty.name == "Jan Peeters"
    assert only.remittance.creditor_references == ("RF18539007547034",)


@pytest.mark.parametrize("indicator", ["", "<ChrgInclInd>true</ChrgInclInd>"])
def test_charges_of_the_transactions_are_the_entrys(indicator: str) -> None:
    """A bank that charges for a return says so in the transaction, beside what was collected."""
    charges = f'<Chrgs><Rcrd><Amt Ccy="EUR">2.50</Amt>{indicator}</Rcrd></Chrgs>'
    one = (
        '<TxDtls><Amt Ccy="EUR">57.50</Amt><AmtDtls><InstdAmt><Amt Ccy="EUR">55.00</Amt></InstdAmt></AmtDtls>'
        + charges
        + "</TxDtls>"
    )
    (returned,) = statement(ACCOUNT + entry("57.50", "DBIT", rest=f"<NtryDtls>{one}</NtryDtls>")).entries
    assert (returned.charges, returned.original_amount) == (Money(250, "EUR"), Money(5500, "EUR"))
    two = f'<TxDtls><Amt Ccy="EUR">50</Amt>{charges}</TxDtls>' * 2
    found = statement(ACCOUNT + entry("95", rest=f"<NtryDtls>{two}</NtryDtls>"))
    assert found.problems == ()
    assert found.entries[0].charges == Money(500, "EUR")


def test_a_reference_that_means_none_is_none() -> None:
    rest = "<NtryDtls><TxDtls><RmtInf><Strd><CdtrRefInf><Ref>NOTPROVIDED</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls>"
    assert statement(ACCOUNT + entry("1", rest=rest)).entries[0].remittance.creditor_references == ()


def paged(*pages: str) -> list[Statement]:
    """The statements of a document whose Stmt elements are these pages of one statement."""
    marked = [
        f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{'true' if number == len(pages) else 'false'}</LastPgInd></StmtPgntn>{ACCOUNT}{page}"
        for number, page in enumerate(pages, start=1)
    ]
    found = [
        with_controls(each) for each in read(document("</Stmt><Stmt>".join(marked))) if isinstance(each, Statement)
    ]
    assert all(each.problems == () for each in found)
    return found


@pytest.mark.parametrize(
    "pages",
    [
        (balance("OPBD", "1") + entry("1"), entry("2"), balance("CLBD", "8") + entry("4")),
        tuple(balance("OPBD", "1") + balance("CLBD", "8") + entry(amount) for amount in ("1", "2", "4")),
    ],
)
def test_pages_that_only_together_have_both_balances_are_one_statement(pages: tuple[str, ...]) -> None:
    (found,) = paged(*pages)
    assert (found.opening, found.closing) == (Money(100, "EUR"), Money(800, "EUR"))
    assert [(each.position, each.balance) for each in found.entries] == [
        (1, Money(200, "EUR")),
        (2, Money(400, "EUR")),
        (3, Money(800, "EUR")),
    ]


def page(number: int, last: bool, content: str) -> Statement:
    """The only page of a statement that its document has, with the controls that every statement goes through."""
    last_indicator = "true" if last else "false"
    pagination = f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{last_indicator}</LastPgInd></StmtPgntn>"
    return with_controls(statement(pagination + ACCOUNT + content))


OPENED, CLOSED = balance("OPBD", "1", day="2026-05-31"), balance("CLBD", "8")
WHOLE = OPENED + CLOSED


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (OPENED + entry("1"), CLOSED + entry("6")),
        (WHOLE + entry("1"), WHOLE + entry("6")),
        (OPENED + balance("ITBD", "2") + entry("1"), balance("ITBD", "2") + CLOSED + entry("6")),
    ],
)
def test_pages_in_documents_of_their_own_meet_where_one_ends_and_the_other_begins(first: str, last: str) -> None:
    one, two = page(1, last=False, content=first), page(2, last=True, content=last)
    assert (one.problems, two.problems) == ((), ())
    assert (one.opening, one.closing, one.continues) == (Money(100, "EUR"), Money(200, "EUR"), True)
    assert (two.opening, two.closing, two.continues) == (Money(200, "EUR"), Money(800, "EUR"), False)
    assert [each.balance for each in two.entries] == [Money(800, "EUR")]
    for those in ([one, two], [two, one], [two, one, two, one]):
        assert chain_gaps(those) == ()
    (gap,) = chain_gaps([one])
    assert "the next page is missing" in gap.line()
    assert gap.closing == Money(200, "EUR")


@pytest.mark.parametrize("balances", [(OPENED, CLOSED), (WHOLE, WHOLE)], ids=["ends", "everywhere"])
@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_pages_and_the_whole_in_any_order_are_the_same_entries(
    balances: tuple[str, str], order: tuple[int, ...]
) -> None:
    opens, closes = balances
    twin = entry("1")
    documents = [
        page(1, last=False, content=opens + twin),
        page(2, last=True, content=closes + twin + twin + entry("4")),
        with_controls(statement(ACCOUNT + WHOLE + twin * 3 + entry("4"))),
        page(1, last=False, content=opens + twin),
    ]
    known: dict[str, IdentifiedEntry] = {}
    for place in order:
        found = identify(documents[place].entries, list(known.values()))
        known |= {one.entry_id: one for one in found}
    assert sorted(one.entry.amount.minor for one in known.values()) == [100, 100, 100, 400]


def test_pages_that_do_not_meet_leave_a_gap() -> None:
    one, two = page(1, last=False, content=OPENED + entry("1")), page(2, last=True, content=CLOSED + entry("5"))
    (gap,) = chain_gaps([one, two])
    assert (gap.closing, gap.opening) == (Money(200, "EUR"), Money(300, "EUR"))
    whole = with_controls(statement(ACCOUNT + WHOLE + entry("1") + entry("1") + entry("5")))
    assert chain_gaps([one, two, whole]) == ()


def test_pages_of_a_document_are_counted_together_where_another_document_has_the_rest() -> None:
    marks = "<StmtPgntn><PgNb>{}</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>"
    two = marks.format(1) + ACCOUNT + OPENED + entry("1") + "</Stmt><Stmt>" + marks.format(2) + ACCOUNT + entry("2")
    found = with_controls(statement(two))
    assert (found.closing, found.continues) == (Money(400, "EUR"), True)
    assert [each.balance for each in found.entries] == [Money(200, "EUR"), Money(400, "EUR")]
    assert found.remarks == (
        "page 2 of a statement whose other pages are elsewhere: its closing balance is counted from its entries",
    )


@pytest.mark.parametrize("content", ["", OPENED, CLOSED, WHOLE, balance("ITBD", "2")])
def test_a_page_from_the_middle_without_balances_of_its_own_is_refused(content: str) -> None:
    (problem, *_) = page(2, last=False, content=content + entry("1")).problems
    assert problem.startswith("page 2 of a statement whose other pages are elsewhere has no balances of its own")


def test_a_page_with_interim_balances_that_do_not_fit_is_refused() -> None:
    first = OPENED + balance("ITBD", "3") + entry("1")
    (problem,) = page(1, last=False, content=first).problems
    assert "but the closing balance is 3.00 EUR" in problem
    last = balance("ITBD", "3") + CLOSED + entry("1")
    (problem,) = page(2, last=True, content=last).problems
    assert "but the closing balance is 8.00 EUR" in problem


def test_pages_with_balances_of_their_own_stay_statements() -> None:
    first = balance("OPBD", "1") + balance("ITBD", "2") + entry("1")
    second = balance("ITBD", "2") + balance("CLBD", "4") + entry("2")
    assert [(each.opening, each.closing) for each in paged(first, second)] == [
        (Money(100, "EUR"), Money(200, "EUR")),
        (Money(200, "EUR"), Money(400, "EUR")),
    ]


def test_a_last_page_is_followed_by_another_statement() -> None:
    pages = balance("OPBD", "1") + entry("1") + "</Stmt><Stmt>" + ACCOUNT + balance("CLBD", "2")
    assert len(paged(pages)) == 2


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1979-12-31", "2080-01-01"])
@pytest.mark.parametrize("place", ["BookgDt", "ValDt", "Bal"])
def test_a_day_that_no_bank_books_on_is_refused(day: str, place: str) -> None:
    rest = f"<{place}><Dt>{day}</Dt></{place}>" if place != "Bal" else ""
    opening = balance("OPBD", "1", day=day if place == "Bal" else "2026-06-01")
    content = f'{ACCOUNT}{opening}<Ntry><Amt Ccy="EUR">1</Amt><CdtDbtInd>CRDT</CdtDbtInd>{rest}</Ntry>'
    (found,) = read(document(content))
    assert isinstance(found, Fault)
    assert f"'{day}' is no day of a bank's books" in found.reason


def transactions(*contents: str) -> str:
    """NtryDtls with these TxDtls."""
    return "<NtryDtls>" + "".join(f"<TxDtls>{content}</TxDtls>" for content in contents) + "</NtryDtls>"


CHARGES = "".join(f'<Chrgs><Amt Ccy="EUR">{amount}</Amt></Chrgs>' for amount in ("2", "3"))
HALF = '<AmtDtls><TxAmt><Amt Ccy="EUR">50</Amt></TxAmt></AmtDtls>'


@pytest.mark.parametrize("rest", [CHARGES + transactions(HALF, HALF), transactions(HALF + CHARGES, HALF)])
def test_all_charges_of_an_entry_count(rest: str) -> None:
    found = with_controls(statement(ACCOUNT + balance("OPBD", "100") + balance("CLBD", "195") + entry("95", rest=rest)))
    assert found.problems == ()
    assert found.entries[0].charges == Money(500, "EUR")


@pytest.mark.parametrize(
    ("batches", "batch"),
    [
        (("<PmtInfId>P1</PmtInfId>", "<PmtInfId>P2</PmtInfId>"), ""),
        (("<PmtInfId>P1</PmtInfId>", "<PmtInfId>P1</PmtInfId>"), "P1"),
        (("<PmtInfId>P1</PmtInfId>", "<NbOfTxs>1</NbOfTxs>"), "P1"),
        (("<MsgId>M</MsgId><PmtInfId>P1</PmtInfId>", "<MsgId>M</MsgId><PmtInfId>P2</PmtInfId>"), "M"),
    ],
)
def test_an_entry_made_of_several_batches_is_none_of_them(batches: tuple[str, ...], batch: str) -> None:
    rest = "".join(f"<NtryDtls><Btch>{each}</Btch><TxDtls/></NtryDtls>" for each in batches)
    (found,) = statement(ACCOUNT + entry("10", rest=rest)).entries
    assert found.batch_id == batch


@pytest.mark.parametrize(
    "balances",
    [
        balance("ITBD", "1", currency="USD") + balance("ITBD", "2", currency="USD"),
        balance("ITBD", "1", currency="USD") + balance("CLBD", "2"),
        balance("OPBD", "1") + balance("ITBD", "2", currency="USD"),
    ],
)
def test_an_interim_balance_in_another_currency_is_a_problem(balances: str) -> None:
    (problem,) = with_controls(statement(ACCOUNT + balances + entry("1"))).problems
    assert problem == "balance ITBD is in USD, the account in EUR"


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16BE"), ("utf-8-sig", "UTF-8")],
)
def test_two_bytes_a_character_with_a_byte_order_mark_or_without(encoding: str, declared: str) -> None:
    text = document(ACCOUNT + balance("OPBD", "1") + entry("2", rest="<AddtlNtryInf>Čeština</AddtlNtryInf>")).decode()
    raw = text.replace('version="1.0"', f'version="1.0" encoding="{declared}"').encode(encoding)
    (found,) = read_bank_document(document_of(raw))
    assert isinstance(found, Statement)
    assert found.entries[0].remittance.unstructured == ("Čeština",)
