from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.documents import DiscountTerms, DocumentKind
from ledger.errors import InvariantBroken
from ledger.mandates import MandateStatus
from ledger.money import Money
from store.facts import DocumentChange
from store.store import Store, Transaction
from tests.unit.store.specimens import customer, document, mandate, source


def test_customers_new_changed_and_the_same_again(store: Store) -> None:
    one, two = customer("C1"), customer("C2", "Ω Co \u2603")
    with store.transaction() as t:
        assert t.facts.put_customers([two, one]) == [two, one]
        assert t.facts.put_customers([one, replace(two, source=source("line 9"))]) == []
        changed = replace(one, email="new@example.org", ibans=())
        assert t.facts.put_customers([one, changed]) == [changed]
        assert list(t.facts.customers()) == [changed, two]


def test_documents_say_what_they_were_before(store: Store) -> None:
    first = document("F1")
    paid = replace(first, settled_at_source=Money(5_000, "EUR"), source=source("line 7"))
    with store.transaction() as t:
        assert t.facts.put_documents([first]) == [DocumentChange(before=None, after=first)]
        assert t.facts.put_documents([replace(first, source=source("line 3"))]) == []
        assert t.facts.put_documents([paid]) == [DocumentChange(before=first, after=paid)]
        assert t.facts.put_documents([first]) == [DocumentChange(before=paid, after=first)]
        assert list(t.facts.documents()) == [first]
        assert t.facts.versions("F1") == [first, paid, first]
        assert t.facts.versions("F2") == []


def test_the_last_one_of_a_batch_wins(store: Store) -> None:
    with store.transaction() as t:
        assert t.facts.put_documents([document("F1", 1), document("F1", 2)]) == [
            DocumentChange(before=None, after=document("F1", 2))
        ]


def test_documents_keep_all_they_have_and_their_order(store: Store) -> None:
    discounted = replace(
        document("F3"),
        issued_on=date(2025, 1, 1),
        kind=DocumentKind.CREDIT_NOTE,
        discount=DiscountTerms(basis_points=200, until=date(2025, 1, 11)),
        creditor_reference="RF18539007547034",
        order_number="O-1",
        corrects="F1",
        gross=Money(2**53 + 1, "JPY"),
        settled_at_source=Money(0, "JPY"),
    )
    with store.transaction() as t:
        t.facts.put_documents([document("F2"), document("f1"), document("F10"), discounted])
        assert list(t.facts.documents()) == [discounted, document("F10"), document("F2"), document("f1")]
        assert t.facts.versions("F3") == [discounted]


def test_a_document_in_two_currencies_is_refused(store: Store) -> None:
    with pytest.raises(InvariantBroken), store.transaction() as t:
        t.facts.put_documents([replace(document(), settled_at_source=Money(0, "USD"))])


def test_mandates(store: Store) -> None:
    active = mandate()
    revoked = replace(active, status=MandateStatus.REVOKED)
    with store.transaction() as t:
        assert t.facts.put_mandates([active]) == [active]
        assert t.facts.put_mandates([active]) == []
        assert t.facts.put_mandates([revoked]) == [revoked]
        assert list(t.facts.mandates()) == [revoked]


def test_more_facts_than_one_page_or_one_query_takes(store: Store) -> None:
    many = [document(f"F{number:05}") for number in range(6_001)]
    with store.transaction() as t:
        assert len(t.facts.put_documents(many)) == 6_001
        assert t.facts.put_documents(many) == []
        assert list(t.facts.documents()) == many


def put_and_fail(t: Transaction) -> None:
    t.facts.put_customers([customer()])
    raise InvariantBroken("something that must hold does not")


def test_nothing_of_a_transaction_that_fails_stays(store: Store) -> None:
    with pytest.raises(InvariantBroken), store.transaction() as t:
        put_and_fail(t)
    with store.snapshot() as t:
        assert list(t.facts.customers()) == []
