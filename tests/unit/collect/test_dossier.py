"""The cover and tables of a case, in every language, and what an agency is told afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from string import Formatter

import pytest

from collect import dossier
from collect.dossier import (
    CaseFile,
    Payment,
    SentLetter,
    calls_csv,
    change_facts,
    change_sentence,
    claim_csv,
    claim_facts,
    cover,
    letters_csv,
    payments_csv,
)
from collect.hand_overs import Case, Change
from ledger.calls import CallAttempt, CallOutcome, HalfDay
from ledger.hand_over import Balance, HandOverEvent
from ledger.letters import Facts, Paragraph, Table
from tests.unit.collect.debtors import customer
from tests.unit.collect.law.cases import BUSINESS, claimed, debt, eur

DAY = date(2026, 4, 1)
CALL = CallAttempt(
    customer_id="C1", called_on=DAY, half=HalfDay.MORNING, outcome=CallOutcome.NOT_REACHED, by="ann", note="=1+1"
)
LETTER = SentLetter(
    on=DAY,
    kind="reminder",
    medium="email",
    message_id="m@x",
    status="sent",
    proof="M1; delivered",
    file="letters/001.eml",
    documents=("F1", "F2"),
)
PAYMENT = Payment(
    booked_on=DAY,
    value_on=DAY,
    account="BE55734798953744",
    bank_reference="R1",
    counterparty="Jansen",
    text="F1",
    document="F1",
    amount=eur("-20.00"),
)
FILE = CaseFile(
    case="C1-0123456789",
    as_of=DAY,
    creditor=("Bench BV", "Kerkstraat 1"),
    enterprise_number="BE0123456749",
    account="BE55734798953744",
    receiver="Inkasso NV",
    register_number="123",
    customer=customer(),
    claim=claimed(debt("1000"), country="NL", audience=BUSINESS, on="2026-04-01"),
    letters=[LETTER],
    calls=[CALL],
    payments=[PAYMENT],
    language="nl",
    country="NL",
)


def test_every_phrase_has_the_same_gaps_in_every_language() -> None:
    for phrases in dossier._WORDS.values():
        assert len(phrases) == 4
        found = {frozenset(name for _, name, _, _ in Formatter().parse(one) if name) for one in phrases}
        assert len(found) == 1


@pytest.mark.parametrize(("language", "total"), [("nl", "Totaal"), ("fr", "Total"), ("de", "Summe"), ("it", "Total")])
def test_the_cover_says_who_what_and_why(language: str, total: str) -> None:
    letter = cover(replace(FILE, language=language))
    assert letter.recipient == ("Inkasso NV",)
    (facts,) = [block for block in letter.blocks if isinstance(block, Facts)]
    values = {value for _, value in facts.rows}
    assert {"Bench BV", "BE0123456749", "123", customer().name, "NL"} <= values
    tables = [block for block in letter.blocks if isinstance(block, Table)]
    assert len(tables) == 4
    assert tables[0].totals[0][0] == total
    assert total not in [row[0] for row in tables[0].rows]
    assert any(isinstance(block, Paragraph) and block.strong for block in letter.blocks)


def test_a_case_without_history_has_one_table() -> None:
    letter = cover(replace(FILE, letters=(), calls=(), payments=()))
    assert len([block for block in letter.blocks if isinstance(block, Table)]) == 1


def test_the_tables_are_no_formulas_to_a_spreadsheet() -> None:
    assert calls_csv([CALL]).decode().splitlines()[1] == "2026-04-01,morning,not_reached,,,ann,'=1+1"
    assert payments_csv([PAYMENT]).decode().splitlines()[1].endswith("F1,-20.00,EUR")
    assert letters_csv([LETTER]).decode().splitlines()[1] == (
        "2026-04-01,reminder,email,F1;F2,m@x,sent,M1; delivered,letters/001.eml"
    )
    assert claim_csv(FILE.claim).decode().splitlines()[0] == "text,amount,currency,article"


def test_the_computation_for_machines_adds_up() -> None:
    facts = claim_facts(FILE.claim)
    lines = facts["lines"]
    assert isinstance(lines, list)
    assert sum(eur(line["amount"]).minor for line in lines if line["amount"]) == FILE.claim.total.minor


@pytest.mark.parametrize("event", [HandOverEvent.RECALLED, HandOverEvent.REDUCED, HandOverEvent.RAISED])
def test_what_an_agency_is_told_afterwards(event: HandOverEvent) -> None:
    case = Case(case="C1-1", customer_id="C1", balances=(Balance(document="F1", open=eur("60")),), credit=eur("10"))
    change = Change(event=event, case=case, before=eur("100"), now=eur("50"))
    facts = change_facts(change, as_of=DAY, creditor="Bench BV", name="Jansen")
    assert (facts["event"], facts["before"], facts["now"], facts["credit"]) == (event.value, "100.00", "50.00", "10.00")
    for language in ("nl", "fr", "de", "en"):
        sentence = change_sentence(change, "Jansen", language, "NL")
        assert "C1-1" in sentence
        assert "Jansen" in sentence
    with pytest.raises(ValueError, match="no change"):
        change_sentence(replace(change, event=HandOverEvent.RELEASED), "Jansen", "nl", "NL")
