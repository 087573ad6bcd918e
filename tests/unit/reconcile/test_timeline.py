"""The walk through time, and what holds of every walk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.allocations import Ambiguous, Ignored, Matched, Unmatched
from ledger.errors import InvariantBroken
from ledger.money import Money
from reconcile.policy import MatchPolicy
from reconcile.timeline import Decided, Netted, reconcile
from tests.unit.reconcile.desk import UNTIL, Desk, booked, lines
from tests.unit.reconcile.worlds import CUSTOMER_IDS, NUMBERINGS, REFERENCES, make_world

#: What a careful bookkeeper could book with certainty that must be booked without a person in every made world.
LEAST_RATE = 0.97


def test_a_credit_note_is_netted_before_that_days_entries() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    desk.document("F1-2026", "C1", "100.00", day=1)
    desk.credit("K1-2026", "C1", "20.00", corrects="F1-2026", day=3)
    desk.document("F2-2026", "C1", "60.40", day=1)
    full = desk.pays("80.00", "factuur F1-2026", name="Smits", iban="BE77", day=4)
    word = desk.pays("60.40", name="Smits Bouw", iban="BE77", day=8)
    events = desk.walk()
    first = events[0]
    assert isinstance(first, Netted)
    assert (first.credit_note.number, first.invoice, first.amount.decimal(), first.on) == (
        "K1-2026",
        "F1-2026",
        "20.00",
        date(2026, 6, 4),
    )
    outcomes = {each.identified.entry_id: each.outcome for each in events if isinstance(each, Decided)}
    assert booked(outcomes[full]) == [("payment", "F1-2026", "80.00")]
    assert booked(outcomes[word]) == [("payment", "F2-2026", "60.40")]


def test_a_credit_note_larger_than_what_is_open_keeps_its_rest() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    desk.document("F2026-00001", "C1", "100.00", settled="90.00")
    desk.credit("F2026-00002", "C1", "20.00", corrects="F2026-00001")
    events = desk.walk()
    assert [event.amount.decimal() for event in events if isinstance(event, Netted)] == ["10.00"]


def test_a_credit_note_issued_after_the_payment_finds_nothing_open() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    desk.document("F2026-00001", "C1", "100.00")
    desk.credit("F2026-00002", "C1", "20.00", corrects="F2026-00001", day=20)
    desk.pays("100.00", "F2026-00001", day=10)
    assert not any(isinstance(event, Netted) for event in desk.walk())


def test_a_credit_note_is_not_netted_where_the_tenant_does_not_want_it() -> None:
    desk = Desk(policy=MatchPolicy(currency="EUR", country="NL", net_credits=False))
    desk.customer("C1", "Smits Bouw BV")
    desk.document("F2026-00001", "C1", "100.00")
    desk.credit("F2026-00002", "C1", "20.00", corrects="F2026-00001")
    desk.pays("80.00", "F2026-00001 min CN F2026-00002", day=10)
    assert booked(desk.decides()) == [("credit_note", "F2026-00002", "20.00"), ("payment", "F2026-00001", "80.00")]


def test_a_credit_note_that_is_deducted_elsewhere_though_it_was_netted_is_for_a_person() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    desk.document("F2026-00001", "C1", "100.00")
    desk.document("F2026-00003", "C1", "300.00")
    desk.credit("F2026-00002", "C1", "20.00", corrects="F2026-00001")
    desk.pays("280.00", "F2026-00003 min CN F2026-00002", day=10)
    assert isinstance(desk.decides(), Ambiguous)


def test_two_documents_of_one_number_are_refused() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    desk.document("F2026-00001", "C1", "100.00")
    desk.document("F2026-00001", "C1", "100.00")
    with pytest.raises(InvariantBroken):
        desk.receivables()


def test_limits_of_another_currency_are_refused() -> None:
    assert MatchPolicy(currency="EUR", country="BE").write_off_limit == Money(5, "EUR")
    assert MatchPolicy(currency="JPY", country="BE").write_off_limit == Money(0, "JPY")
    with pytest.raises(ValueError, match="no sense"):
        MatchPolicy(currency="EUR", country="BE", write_off_limit=Money(5, "USD"))


WORLDS = [
    (numbering, reference, customer_id)
    for at, numbering in enumerate(NUMBERINGS)
    for reference, customer_id in [(list(REFERENCES)[at % len(REFERENCES)], list(CUSTOMER_IDS)[at % len(CUSTOMER_IDS)])]
]


@pytest.mark.parametrize(("numbering", "reference", "customer_id"), WORLDS)
def test_never_wrong_and_hardly_ever_asks(numbering: str, reference: str, customer_id: str) -> None:
    world = make_world(numbering, reference, customer_id, seed=len(numbering), rounds=3)
    outcomes = world.desk.outcomes()
    due = right = 0
    for entry_id, truth in world.truth.items():
        outcome = outcomes[entry_id]
        due += truth.expect == "auto"
        match outcome:
            case Matched():
                assert truth.expect in ("auto", "either"), (truth, outcome)
                assert lines(outcome.allocations) in truth.accept, (truth, outcome)
                right += truth.expect == "auto"
            case Ignored():
                assert truth.expect == "ignore", (truth, outcome)
            case Ambiguous() | Unmatched():
                pass
    assert right >= LEAST_RATE * due


def test_repeated_prices_make_questions_and_no_mistakes() -> None:
    prices = [f"{each * 12.10:.2f}" for each in range(1, 25)]
    world = make_world("year and counter", "rf", "letter", seed=5, rounds=4, prices=prices)
    outcomes = world.desk.outcomes()
    for entry_id, truth in world.truth.items():
        outcome = outcomes[entry_id]
        if isinstance(outcome, Matched):
            assert lines(outcome.allocations) in truth.accept, (truth, outcome)


def test_the_order_in_which_facts_are_given_does_not_matter() -> None:
    world = make_world("prefix and counter", "ogm", "letter", seed=3, rounds=2)
    desk = world.desk
    forwards = [repr(event) for event in desk.walk()]
    desk.customers.reverse()
    desk.items.reverse()
    backwards = [repr(event) for event in desk.walk()]
    assert forwards == backwards


SNIPPETS = st.sampled_from(
    ["F2026-00101", "F2026-00102", "f 2026 103", "00102", "102", "t/m", "-", ",", "en", "saldo", "CN", "F2026-00109", "K1", "factuur", "12.06.2026",
     "RF18539007547034", "+++123/4567/89002+++", "F2O26-OO1O1", "C1", "klantnr", "  ", "–", "%", "\u00e4\u00df", "999999999999999999"]
)  # fmt: skip


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    payments=st.lists(
        st.tuples(
            st.integers(min_value=-30_000, max_value=60_000),
            st.lists(SNIPPETS, max_size=6),
            st.sampled_from(["BE11", "BE22", "BE99", ""]),
            st.sampled_from(["Smits Bouw", "A. Peeters", "Whoever", ""]),
            st.integers(min_value=0, max_value=30),
        ),
        min_size=1,
        max_size=6,
    ),
    amounts=st.lists(st.sampled_from([1_000, 5_000, 6_050, 10_000, 12_345, 20_000]), min_size=5, max_size=5),
)
def test_of_whatever_is_paid_the_books_stay_right(
    payments: list[tuple[int, list[str], str, str, int]], amounts: list[int]
) -> None:
    """Bookings balance and their cash is the entry's, no document is settled beyond what was open, nothing is decided twice
    differently, and every entry is answered once."""
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV", "BE11")
    desk.customer("C2", "Anna Peeters")
    for at, amount in enumerate(amounts):
        desk.document(
            f"F2026-{at + 101:05d}",
            "C1" if at % 2 else "C2",
            f"{amount / 100:.2f}",
            discount=(200, 10) if at == 1 else None,
            reference="RF18539007547034" if at == 2 else "",
            day=at,
        )
    desk.credit("K2026-00001", "C1", "10.00", corrects="F2026-00102", day=2)
    desk.credit("K2026-00002", "C1", "25.00", day=2)
    for minor, words, iban, name, day in payments:
        desk.pays(f"{minor / 100:.2f}", " ".join(words), name=name, iban=iban, day=day)
    events = desk.walk()
    settled = {item.document.number: 0 for item in desk.items}
    for event in events:
        if isinstance(event, Netted):
            settled[event.credit_note.number] += event.amount.minor
            settled[event.invoice] += event.amount.minor
        elif isinstance(event.outcome, Matched):
            for allocation in event.outcome.allocations:
                if allocation.document:
                    settled[allocation.document] += allocation.amount.minor
                if allocation.settles:
                    settled[allocation.settles] += allocation.amount.minor
    assert all(settled[item.document.number] <= item.open.minor for item in desk.items)
    assert [event.identified.entry_id for event in events if isinstance(event, Decided)] == [
        each.entry_id for each in desk.entries
    ]
    assert [repr(each) for each in desk.walk()] == [repr(each) for each in events]


def test_what_was_applied_can_be_taken_back() -> None:
    world = make_world("six digits", "none", "letter", seed=9, rounds=1)
    receivables = world.desk.receivables()
    before = {item.document.number: item.open.minor for item in world.desk.items}
    applied = []
    for event in reconcile(receivables, sorted(world.desk.entries, key=lambda each: each.entry.booked_on), UNTIL):
        if isinstance(event, Decided) and isinstance(event.outcome, Matched):
            applied.append(event.outcome.allocations)
    for allocations in reversed(applied):
        receivables.take_back(allocations)
    after = {number: item.open for number in before if (item := receivables.numbered(number)) is not None}
    assert after == before
    assert all(receivables.on_account(customer.customer_id) == 0 for customer in world.desk.customers)


def test_replacing_the_policy_changes_the_answer_and_nothing_else() -> None:
    desk = Desk()
    desk.customer("C1", "Smits Bouw BV")
    desk.document("F2026-00001", "C1", "100.00")
    desk.pays("99.00", "F2026-00001")
    assert booked(desk.decides()) == [("payment", "F2026-00001", "99.00")]
    desk.policy = replace(desk.policy, write_off_limit=Money(100, "EUR"))
    assert booked(desk.decides()) == [("payment", "F2026-00001", "99.00"), ("write_off", "F2026-00001", "1.00")]
