from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.allocations import AllocationKind
from ledger.errors import InvariantBroken
from ledger.party import Counterparty
from ledger.statements import IdentifiedEntry
from store.entries import EntryDecision, MatchLine, Standing, StoredEntry
from store.store import Store
from tests.unit.store.conftest import NewStore
from tests.unit.store.specimens import DAY, IBAN, entry, eur
from tests.unit.store.values import statement_entries


def line(number: int = 1, rank: int | None = None) -> MatchLine:
    return MatchLine(
        rank=rank,
        kind=AllocationKind.PAYMENT,
        document=f"F{number}",
        customer_id="C1",
        amount=eur(100 * number),
        confidence="structured_reference",
        reason=f"betaalt F{number}",
    )


def decision(entry_id: str, status: Standing, *lines: MatchLine) -> EntryDecision:
    return EntryDecision(entry_id=entry_id, status=status, lines=lines, reason="omdat", confidence="amount")


def test_only_what_was_really_inserted_is_told(store: Store) -> None:
    one, two, three = entry("e1"), entry("e2"), entry("e3")
    with store.transaction() as t:
        assert t.entries.insert([one, two, one]) == [one, two]
        assert t.entries.insert([three, entry("e2", 999), one]) == [three]
        assert t.entries.get("e2") == StoredEntry(identified=two, status="new", lines=(), reason="", confidence="")


def test_known_entries_by_day(store: Store) -> None:
    later = DAY + timedelta(days=1)
    second, first = entry("e1", position=2), entry("e2", position=1)
    with store.transaction() as t:
        t.entries.insert([second, first, entry("e3", account="other"), entry("e4", booked_on=later)])
        assert t.entries.known(IBAN, {DAY}) == {DAY: [first, second]}
        assert t.entries.known("other", [DAY, later]) == {DAY: [entry("e3", account="other")], later: []}


def test_undecided_in_booking_order_while_they_are_decided(store: Store) -> None:
    """More than a page, decided as they come: none is skipped and none comes twice."""
    days = [DAY + timedelta(days=number % 7) for number in range(4_500)]
    entries = [entry(f"e{number}", booked_on=day, position=number) for number, day in enumerate(days)]
    seen: list[IdentifiedEntry] = []
    with store.transaction() as t:
        t.entries.insert(entries)
        for each in t.entries.undecided():
            seen.append(each)
            if len(seen) % 500 == 0:
                t.entries.decide([decision(done.entry_id, "ignored") for done in seen[-500:]])
        assert list(t.entries.undecided()) == []
    assert seen == sorted(entries, key=lambda each: (each.entry.booked_on, each.entry.position))


def test_a_decision_takes_the_place_of_the_one_before(store: Store) -> None:
    with store.transaction() as t:
        t.entries.insert([entry("e1"), entry("e2")])
        t.entries.decide([decision("e1", "review", line(1, 1), line(2, 1), line(3, 2)), decision("e2", "ignored")])
        assert t.entries.get("e1").lines == (line(1, 1), line(2, 1), line(3, 2))
        t.entries.decide([decision("e1", "matched", line(4))])
        assert t.entries.get("e1") == StoredEntry(
            identified=entry("e1"), status="matched", lines=(line(4),), reason="omdat", confidence="amount"
        )
        t.entries.decide([decision("e1", "new")])
        assert [each.entry_id for each in t.entries.undecided()] == ["e1"]
        assert t.entries.get("e1").lines == ()


def test_a_line_without_kind_and_amount(store: Store) -> None:
    bare = MatchLine(rank=None, kind=None, document="", customer_id="", amount=None, confidence="", reason="geen idee")
    with store.transaction() as t:
        t.entries.insert([entry()])
        t.entries.decide([decision("e1", "review", bare)])
        assert t.entries.get("e1").lines == (bare,)


def test_an_unknown_entry_is_an_error(store: Store) -> None:
    with store.transaction() as t:
        t.entries.insert([entry("e1")])
        with pytest.raises(LookupError):
            t.entries.get("e2")
        with pytest.raises(LookupError, match="e2"):
            t.entries.decide([decision("e1", "ignored"), decision("e2", "ignored")])
        assert t.entries.get("e1").status == "new"


def test_an_undecided_entry_has_no_lines() -> None:
    with pytest.raises(InvariantBroken):
        decision("e1", "new", line())


def test_rows_by_status_with_their_lines(store: Store) -> None:
    with store.transaction() as t:
        t.entries.insert([entry(f"e{number}", position=9 - number) for number in range(4)])
        t.entries.decide([decision("e1", "matched", line(1)), decision("e2", "review"), decision("e3", "ignored")])
        rows = [(row.identified.entry_id, row.status, len(row.lines)) for row in t.entries.rows()]
        some = [row.identified.entry_id for row in t.entries.rows(["matched", "ignored"])]
    assert rows == [("e3", "ignored", 0), ("e2", "review", 0), ("e1", "matched", 1), ("e0", "new", 0)]
    assert some == ["e3", "e1"]


def test_entries_are_found_by_start_of_id_or_bank_reference(store: Store) -> None:
    with store.transaction() as t:
        t.entries.insert(
            [
                entry("abc1", position=2),
                entry("abc2", position=1, bank_reference="2025-%"),
                entry("ABC3", bank_reference="x" * 5_000),
                entry("%bc"),
            ]
        )
        assert t.entries.find("abc") == ["abc2", "abc1"]
        assert t.entries.find("2025-%") == ["abc2"]
        assert t.entries.find("%") == ["%bc"]
        assert t.entries.find("x" * 5_000) == ["ABC3"]
        assert t.entries.find("") == t.entries.find("zzz") == []


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(entries=st.lists(statement_entries(), min_size=1, max_size=5))
def test_whole_entries_come_back_as_they_went_in(new_store: NewStore, entries: list[IdentifiedEntry]) -> None:
    store = new_store()
    with store.transaction() as t:
        inserted = t.entries.insert(entries)
        assert list(t.entries.undecided()) == sorted(
            inserted,
            key=lambda each: (each.entry.booked_on, stored(each.entry.account), each.entry.position, each.entry_id),
        )
        for each in inserted:
            assert t.entries.get(each.entry_id).identified == each
            assert each in t.entries.known(each.entry.account, [each.entry.booked_on])[each.entry.booked_on]


def stored(text: str) -> str:
    """Text as databases order it: by code point, what they cannot take in plane 15."""
    return "".join(chr(0xF0000 + ord(c)) if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)


def test_days_are_ordered_as_dates(store: Store) -> None:
    days = [date(1999, 12, 31), date(2000, 1, 1), date(2010, 1, 1)]
    with store.transaction() as t:
        t.entries.insert([entry(f"e{day}", booked_on=day) for day in reversed(days)])
        assert [each.entry.booked_on for each in t.entries.undecided()] == days


def test_what_is_learned_of_an_entry_is_kept_unless_it_is_decided(store: Store) -> None:
    learned = Counterparty(name="Learned")
    with store.transaction() as t:
        t.entries.insert([entry("e1"), entry("e2")])
        t.entries.decide([decision("e2", "matched", line())])
        changed = [replace(one, entry=replace(one.entry, counterparty=learned)) for one in (entry("e1"), entry("e2"))]
        assert t.entries.enrich(changed) == 1
        assert t.entries.get("e1").identified == changed[0]
        assert t.entries.get("e2").identified == entry("e2")


def test_learning_never_changes_an_amount(store: Store) -> None:
    with store.transaction() as t:
        t.entries.insert([entry("e1")])
        with pytest.raises(InvariantBroken):
            t.entries.enrich([entry("e1", 999)])
