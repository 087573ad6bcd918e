from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.errors import InvariantBroken
from ledger.money import Money
from ledger.statements import Statement
from store.statements import StatementHeader
from store.store import Store
from tests.unit.store.specimens import DAY, IBAN, entry, eur, source


def statement(place: str = "statement 1") -> Statement:
    return Statement(
        account=IBAN,
        currency="EUR",
        number="17",
        dated_on=DAY,
        opening=eur(-5),
        opening_on=date(2025, 3, 2),
        closing=None,
        closing_on=None,
        entries=(entry().entry, entry().entry),
        source=source(place, "a.coda"),
        format="coda",
        problems=("opening and closing differ", "é"),
    )


def test_headers_come_back_in_order_of_arrival(store: Store) -> None:
    second, first = replace(statement("statement 2"), continues=True), statement("statement 1")
    with store.transaction() as t:
        assert t.statements.put(second)
        assert t.statements.put(first)
        assert not t.statements.put(second)
        headers = list(t.statements.headers())
    assert [header.source.place for header in headers] == ["statement 2", "statement 1"]
    assert [header.continues for header in headers] == [True, False]
    assert headers[1] == StatementHeader(
        account=IBAN,
        currency="EUR",
        number="17",
        dated_on=DAY,
        opening=eur(-5),
        opening_on=date(2025, 3, 2),
        closing=None,
        closing_on=None,
        format="coda",
        problems=("opening and closing differ", "é"),
        entries=2,
        source=first.source,
        continues=False,
    )


def test_a_balance_in_another_currency_is_refused(store: Store) -> None:
    with pytest.raises(InvariantBroken), store.transaction() as t:
        t.statements.put(replace(statement(), closing=Money(1, "USD")))
