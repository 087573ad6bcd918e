"""The same entry keeps its identity by whatever road it comes, and twins stay two."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.identity import identify
from ledger.money import Money
from ledger.party import Counterparty
from ledger.statements import IdentifiedEntry, Remittance, StatementEntry
from tests.unit.ledger.statement_facts import entry

JAN, PIET = "BE07097839764766", "NL91ABNA0417164300"


class Day:
    """What is known of one account and day, as a store would keep it: only new entries are added."""

    def __init__(self) -> None:
        self.known: dict[str, IdentifiedEntry] = {}

    def take(self, *entries: StatementEntry) -> list[str]:
        found = identify(entries, list(self.known.values()))
        assert [each.entry for each in found] == list(entries)
        for each in found:
            self.known.setdefault(each.entry_id, each)
        return [each.entry_id for each in found]


def walked(opening: int, *entries: StatementEntry) -> list[StatementEntry]:
    """The same entries in this order with running balances and positions."""
    balance, found = opening, []
    for position, each in enumerate(entries, 1):
        balance += each.amount.minor
        found.append(replace(each, balance=Money(balance, each.amount.currency), position=position))
    return found


def test_nothing_known_all_new() -> None:
    ids = Day().take(entry(100), entry(200), entry(100))
    assert len(set(ids)) == 3


def test_ids_come_from_facts() -> None:
    one = Day().take(*walked(0, entry(100, reference="A"), entry(200)))
    two = Day().take(*walked(0, entry(100, reference="other format", text="other text"), entry(200)))
    assert one == two
    assert Day().take(entry(100, balance=100, account="BE00")) != one[:1]
    assert Day().take(entry(100, balance=100, booked_on=date(2026, 6, 9))) != one[:1]


def test_a_repeated_document_is_known() -> None:
    day = Day()
    entries = walked(0, entry(100, text="x"), entry(100, text="x"), entry(-50))
    assert day.take(*entries) == day.take(*entries)
    assert len(day.known) == 3


def test_the_worked_example() -> None:
    day = Day()
    (a,) = day.take(*walked(10000, entry(5000, text="gift")))
    (b,) = day.take(*walked(15000, entry(5000, text="gift")))
    assert a != b
    assert day.take(*walked(10000, entry(5000, text="gift"), entry(5000, text="gift"))) == [a, b]
    assert day.take(
        *walked(10000, entry(5000, text="GIFT", reference="1"), entry(5000, text="GIFT", reference="2"))
    ) == [a, b]
    assert len(day.known) == 2


def test_twins_in_two_statements_told_apart_though_the_bank_gives_one_reference() -> None:
    day = Day()
    (a,) = day.take(*walked(0, entry(100, reference="BATCH")))
    (b,) = day.take(*walked(100, entry(100, reference="BATCH")))
    assert a != b


def test_a_statement_that_comes_before_the_known_one() -> None:
    day = Day()
    (later,) = day.take(*walked(100, entry(100, text="x")))
    (earlier,) = day.take(*walked(0, entry(100, text="x")))
    assert later != earlier


def test_a_statement_between_known_ones() -> None:
    day = Day()
    day.take(*walked(0, entry(10, text="x")))
    day.take(*walked(20, entry(10, text="x")))
    day.take(*walked(10, entry(10, text="x")))
    assert len(day.known) == 3


def test_the_banks_reference_wins_over_another_order_and_text() -> None:
    day = Day()
    a, b = day.take(*walked(0, entry(100, reference="R1", text="one"), entry(200, reference="R2", text="two")))
    assert day.take(*walked(0, entry(200, reference="R2"), entry(100, reference="R1"))) == [b, a]


def test_words_that_mean_no_reference_prove_nothing() -> None:
    day = Day()
    (a,) = day.take(entry(100, reference="NONREF", iban=JAN, text="invoice 1"))
    (b,) = day.take(entry(100, reference="NONREF", iban=PIET, text="invoice 2"))
    assert a != b


def test_references_that_are_not_unique_count_twins() -> None:
    day = Day()
    ids = day.take(entry(100, reference="R"), entry(100, reference="R"))
    assert len(set(ids)) == 2
    assert set(day.take(entry(100, reference="R"), entry(100, reference="R"), entry(100, reference="R"))) > set(ids)
    assert len(day.known) == 3


def test_another_order_in_another_format() -> None:
    day = Day()
    a, b, c = day.take(*walked(0, entry(100, text="one"), entry(200, text="two"), entry(-50, text="three")))
    assert day.take(*walked(0, entry(-50, text="3"), entry(200, text="2"), entry(100, text="1"))) == [c, b, a]
    assert len(day.known) == 3


def test_another_order_with_more_entries() -> None:
    """The morning is known; then the whole day comes in another format and order."""
    day = Day()
    a, b = day.take(*walked(0, entry(100, iban=JAN, text="one"), entry(200, iban=PIET, text="two")))
    whole = walked(0, entry(300, text="three"), entry(200, iban=PIET, text="Two"), entry(100, iban=JAN, text="One"))
    ids = day.take(*whole)
    assert ids[1:] == [b, a]
    assert len(day.known) == 3


def test_a_step_there_and_back_and_there_again() -> None:
    day = Day()
    steps = walked(0, entry(10, iban=JAN, text="a"), entry(-10), entry(10, iban=PIET, text="b"))
    ids = day.take(*steps)
    assert len(set(ids)) == 3
    assert day.take(*steps) == ids
    assert day.take(steps[2]) == [ids[2]]
    other = Day()
    first = other.take(*steps[:2])
    (third,) = other.take(steps[2])
    assert third not in first


def coded(minor: int, reference: str) -> StatementEntry:
    return entry(minor, reference=reference, code="00150000")


def test_stable_references_of_one_format_tell_equal_steps_apart() -> None:
    day = Day()
    ids = day.take(*walked(0, coded(10, "R1"), coded(-10, "R2"), coded(7, "R3"), coded(5, "R6")))
    later = walked(0, coded(10, "R1"), coded(-10, "R2"), coded(10, "R4"), coded(-3, "R5"), coded(5, "R6"))
    found = day.take(*later)
    assert (found[0], found[1], found[4]) == (ids[0], ids[1], ids[3])
    assert len(day.known) == 6
    again = day.take(*walked(0, coded(10, "R9"), coded(-10, "R2")))
    assert again[1] == ids[1]


def test_renumbered_references_do_not_book_twice() -> None:
    day = Day()
    ids = day.take(*walked(0, entry(10, reference="1", text="a"), entry(20, reference="2", text="b")))
    assert day.take(*walked(0, entry(10, reference="17", text="a"), entry(20, reference="18", text="b"))) == ids


def test_without_balances_content_decides() -> None:
    day = Day()
    a, b = day.take(
        *walked(0, entry(100, iban=JAN, text="Factuur 2026/001"), entry(100, iban=PIET, text="Factuur 2026/002"))
    )
    assert day.take(entry(100, iban=PIET, text="FACTUUR 2026 002"), entry(100, iban=JAN, text="factuur 2026-001")) == [
        b,
        a,
    ]
    (c,) = day.take(entry(100, iban=JAN, text="Factuur 2026/003"))
    assert c not in {a, b}


def test_without_balances_a_structured_reference_may_stand_in_the_text() -> None:
    day = Day()
    (a,) = day.take(entry(100, iban=JAN, creditor_reference="000306143114"))
    assert day.take(entry(100, text="+++000/3061/43114+++")) == [a]


def test_without_balances_the_end_to_end_id_decides() -> None:
    day = Day()
    a, b = day.take(entry(100, end_to_end_id="E1"), entry(100, end_to_end_id="E2"))
    assert day.take(entry(100, end_to_end_id="E2", iban=JAN), entry(100, end_to_end_id="E1", iban=PIET)) == [b, a]


def test_an_equal_amount_alone_proves_nothing() -> None:
    day = Day()
    (a,) = day.take(entry(100, iban=JAN))
    assert day.take(entry(100, iban=PIET)) != [a]
    assert day.take(entry(100)) != [a]


def test_a_morning_that_looks_like_the_end_of_the_afternoon_in_another_order_is_told_by_its_references() -> None:
    """-10 +20 -10 +20 -10 from 1000: the first two lead from 1000 to 1010 as the last two do, by the same amounts and words."""
    amounts = ((-10, "rent"), (20, "gift"), (-10, "rent"), (20, "gift"), (-10, "rent"))
    whole = walked(1000, *(entry(each, text=text, reference=f"R{at}") for at, (each, text) in enumerate(amounts)))
    whole = [replace(each, transaction_code="NTRF/166") for each in whole]
    day = Day()
    afternoon = day.take(*whole[2:])
    morning = day.take(*whole[:2])
    assert day.take(*whole) == [*morning, *afternoon]
    assert len(set(morning) | set(afternoon)) == len(whole)


def test_currencies_never_meet() -> None:
    day = Day()
    ids = day.take(entry(100, balance=100, text="x"), entry(100, balance=100, text="x", currency="USD"))
    assert len(set(ids)) == 2
    assert day.take(entry(100, balance=100, text="x", currency="USD")) == ids[1:]


def test_several_days_are_refused() -> None:
    with pytest.raises(ValueError, match="several booking days"):
        identify([entry(1), entry(1, booked_on=date(2026, 6, 9))], [])


# -- properties -------------------------------------------------------------------------------------------------------------

CONTENTS = ((JAN, "invoice 1"), (JAN, "invoice 2"), (PIET, "invoice 1"), ("", "cash"))


@st.composite
def days(draw: st.DrawFn) -> list[StatementEntry]:
    """One day: few amounts and few contents, so that twins are common. No step is taken twice: a part of the day that holds only the
    second one could not be told from the first. Nor are two parts the same entries between the same balances in another order."""
    rows = draw(st.lists(st.tuples(st.sampled_from((10, 10, 20, 30, -10, -20)), st.sampled_from(CONTENTS)), max_size=9))
    unique: list[StatementEntry] = []
    for minor, (iban, text) in rows:
        longer = walked(1000, *unique, entry(minor, iban=iban, text=text, reference=f"R{len(unique)}"))
        if len({(each.amount, each.balance) for each in longer}) == len(longer) and not has_alike_parts(longer):
            unique = longer
    return unique


def has_alike_parts(day: Sequence[StatementEntry]) -> bool:
    """Whether two parts of the day lead from the same balance to the same balance by the same entries."""
    seen: set[object] = set()
    for start, end in combinations(range(len(day) + 1), 2):
        first = day[start].balance
        said = sorted(
            (each.amount.minor, each.counterparty.iban, each.remittance.unstructured) for each in day[start:end]
        )
        part = (None if first is None else first.minor - day[start].amount.minor, tuple(said))
        if part in seen:
            return True
        seen.add(part)
    return False


def as_other_format(entries: Sequence[StatementEntry], kind: str) -> list[StatementEntry]:
    match kind:
        case "same":
            return list(entries)
        case "without references":
            return [replace(each, bank_reference="") for each in entries]
        case "other references":
            return [replace(each, bank_reference=f"X{each.position * 7}") for each in entries]
        case _:
            return [
                replace(
                    each,
                    bank_reference="",
                    counterparty=Counterparty(name="?", iban=each.counterparty.iban),
                    remittance=Remittance(unstructured=tuple(text.upper() for text in each.remittance.unstructured)),
                )
                for each in entries
            ]


FORMATS = ("same", "without references", "other references", "other text")


@settings(max_examples=8000, deadline=None)
@given(days(), st.randoms(use_true_random=False))
def test_parts_of_a_day_and_the_whole_in_any_order_and_format(
    whole: list[StatementEntry], chance: random.Random
) -> None:
    cuts = sorted(chance.sample(range(len(whole) + 1), k=min(2, len(whole) + 1)))
    bounds = [0, *cuts, len(whole)]
    parts = [(start, end) for start, end in pairwise(bounds) if start < end]
    roads = [*parts, (0, len(whole)), *chance.choices([*parts, (0, len(whole))], k=3)]
    chance.shuffle(roads)
    day = Day()
    ids: dict[int, str] = {}
    for start, end in roads:
        found = day.take(*as_other_format(whole[start:end], chance.choice(FORMATS)))
        for place, entry_id in zip(range(start, end), found, strict=True):
            assert ids.setdefault(place, entry_id) == entry_id
    assert len(day.known) == len(whole)
    assert len(set(ids.values())) == len(whole)


@settings(max_examples=8000, deadline=None)
@given(days(), st.randoms(use_true_random=False))
def test_the_whole_day_in_another_order(whole: list[StatementEntry], chance: random.Random) -> None:
    day = Day()
    ids = day.take(*whole)
    for _ in range(3):
        other = as_other_format(whole, chance.choice(FORMATS))
        chance.shuffle(other)
        assert set(day.take(*walked(1000, *other))) == set(ids)


@settings(max_examples=8000, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from((10, 20)), st.sampled_from(CONTENTS)), max_size=9),
    st.randoms(use_true_random=False),
)
def test_without_balances_twins_are_counted(rows: list[tuple[int, tuple[str, str]]], chance: random.Random) -> None:
    whole = [entry(minor, iban=iban, text=text, position=place) for place, (minor, (iban, text)) in enumerate(rows)]
    day = Day()
    part = whole[: chance.randint(0, len(whole))]
    for document in (part, whole, whole):
        shuffled = as_other_format(document, chance.choice(("same", "other text")))
        chance.shuffle(shuffled)
        ids = day.take(*shuffled)
        assert len(set(ids)) == len(document)
    assert len(day.known) == len(whole)


@settings(max_examples=8000, deadline=None)
@given(days(), st.randoms(use_true_random=False), st.booleans())
def test_what_the_store_hands_out_in_another_order_changes_nothing(
    whole: list[StatementEntry], chance: random.Random, balances: bool
) -> None:
    entries = whole if balances else [replace(each, balance=None) for each in whole]
    known = identify(entries[: len(entries) // 2], [])
    shuffled = list(known)
    chance.shuffle(shuffled)
    assert identify(entries, known) == identify(entries, shuffled)


def test_a_day_of_many_entries_is_quick() -> None:
    """Ten thousand entries of few amounts: no pair is looked at that cannot match."""
    whole = walked(0, *(entry(10 + place % 3, iban=JAN, text=f"invoice {place}") for place in range(10_000)))
    known = identify(whole, [])
    assert [each.entry_id for each in identify(whole, known)] == [each.entry_id for each in known]
    bare = [replace(each, balance=None) for each in whole]
    assert {each.entry_id for each in identify(bare, known)} == {each.entry_id for each in known}
