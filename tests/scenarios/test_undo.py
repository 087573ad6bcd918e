"""A person accepts, books and takes back: whatever was done and undone, the books are as they were."""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from daemon import proof, review
from daemon.review import ReviewError
from daemon.sender import drain
from daemon.tenant import Tenant, opened
from ledger.effects import EffectKind, EffectState
from ledger.errors import IllegalStep
from tests.scenarios.clerk import Clerk, Line

DAY = "2026-06-20"
#: Entries by their bank references: paid in part, paid twice, unknown, known by name, money out.
PART, WHOLE, AGAIN, UNKNOWN, NAMED, OUT = "R1", "R2", "R3", "R4", "R5", "R6"


def clerk_at(folder: Path) -> Clerk:
    """Two customers, four invoices, a credit note netted and one open, six entries."""
    clerk = Clerk(folder, more="")
    clerk.customer("C1", "Jan Peeters")
    clerk.customer("C2", "Drukkerij Zonnebloem BV", ibans="BE43068999999501")
    for number, customer, total in (
        ("F1", "C1", "100.00"),
        ("F2", "C1", "250.00"),
        ("F3", "C2", "80.00"),
        ("F4", "C2", "61.50"),
    ):
        clerk.invoice(f"F2026-{number}01", customer, total, "2026-06-01", "2026-07-01")
    clerk.invoice("K2026-501", "C2", "20.00", "2026-06-02", "2026-07-02", kind="credit_note", corrects="F2026-F301")
    clerk.invoice("K2026-502", "C1", "30.00", "2026-06-02", "2026-07-02", kind="credit_note")
    clerk.statement(
        "2026-06-10",
        Line(amount="40.00", text="deel F2026-F101", bank_reference=PART),
        Line(amount="250.00", text="F2026-F201", bank_reference=WHOLE),
        Line(amount="250.00", text="F2026-F201", bank_reference=AGAIN),
        Line(amount="61.50", text="groeten", name="Mevrouw Onbekend", iban="BE00000000000001", bank_reference=UNKNOWN),
        Line(amount="33.33", text="", name="Drukkerij Zonnebloem", iban="BE43068999999501", bank_reference=NAMED),
        Line(amount="-30.00", text="terug", name="Jan Peeters", iban="BE68539007547034", bank_reference=OUT),
    )
    return clerk


def state(clerk: Clerk) -> dict[str, Any]:
    with opened(clerk.config) as tenant:
        return state_of(tenant)


def state_of(tenant: Tenant) -> dict[str, Any]:
    """All that a later decision or a reader of the books can see."""
    with tenant.store.snapshot() as t:
        return {
            "open": [(item.document.number, item.open, item.status) for item in t.bookings.open_items()],
            "balances": {account: amount for account, amount in t.bookings.balances() if amount},
            "payers": sorted(str(payer) for payer in t.payers.all()),
            "entries": [
                (
                    each.identified.entry.bank_reference,
                    each.status,
                    [(line.kind, line.document, line.customer_id, line.amount) for line in each.lines],
                )
                for each in t.entries.rows()
            ],
        }


def in_books(clerk: Clerk) -> dict[str, str]:
    """What the accounting software says is open of each document, once everything queued has left."""
    clerk.sync(DAY)
    assert clerk.proven()
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        return {item.document.number: item.open.decimal() for item in t.bookings.open_items()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tenant after its first cycle, to be copied."""
    clerk = clerk_at(tmp_path_factory.mktemp("review"))
    clerk.sync("2026-06-15")
    return clerk.folder


@pytest.fixture
def clerk(made: Path, tmp_path: Path) -> Clerk:
    return copied(made, tmp_path / "t")


def copied(made: Path, folder: Path) -> Clerk:
    shutil.copytree(made, folder)
    return Clerk(folder, more="")


def act(clerk: Clerk, what: str, entry: str, *lines: str) -> str:
    with opened(clerk.config) as tenant:
        return act_on(tenant, what, entry, *lines)


def act_on(tenant: Tenant, what: str, entry: str, *lines: str) -> str:
    person = review.Person(name="An", as_of=date.fromisoformat(DAY))
    if what == "accept":
        return review.accept(tenant, entry, 1, person)
    if what == "undo":
        return review.undo(tenant, entry, person)
    return review.book(tenant, entry, lines, person)


BOOKINGS = {
    PART: ("payment:F2026-F101=40.00",),
    WHOLE: ("payment:F2026-F201=250.00",),
    AGAIN: ("on_account:C1=200.00", "payment:F2026-F101=50.00"),
    UNKNOWN: ("payment:F2026-F401=61.50",),
    NAMED: ("payment:F2026-F401=33.30", "on_account:C2=0.03"),
    OUT: ("refund:K2026-502=30.00",),
}


def test_what_is_done_and_undone_leaves_everything_as_it_was(clerk: Clerk) -> None:
    before = state(clerk)
    act(clerk, "book", UNKNOWN, "payment:F2026-F401=61.50")
    assert clerk.open("F2026-F401") == "0.00"
    assert state(clerk)["payers"] != before["payers"]
    act(clerk, "undo", UNKNOWN)
    assert state(clerk) == before
    assert in_books(clerk)["F2026-F401"] == "61.50"


def test_several_documents_write_off_and_on_account(clerk: Clerk) -> None:
    before = state(clerk)
    act(clerk, "undo", AGAIN)
    act(clerk, "book", AGAIN, "payment:F2026-F101=59.97", "write_off:F2026-F101=0.03", "on_account:C1=190.03")
    assert clerk.open("F2026-F101") == "0.00"
    assert in_books(clerk)["F2026-F101"] == "0.00"
    act(clerk, "undo", AGAIN)
    act(clerk, "accept", AGAIN)
    assert state(clerk) == before


def test_ignore_and_back(clerk: Clerk) -> None:
    before = state(clerk)
    act(clerk, "book", UNKNOWN, "ignore")
    assert dict(entry[:2] for entry in state(clerk)["entries"])[UNKNOWN] == "ignored"
    act(clerk, "undo", UNKNOWN)
    assert state(clerk) == before


def test_what_a_rule_leaves_alone_is_taken_back_without_reading_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk = Clerk(tmp_path, more="matching: {ignore: [{text: waarborg}]}")
    clerk.statement("2026-06-10", Line(amount="500.00", text="waarborg huur", bank_reference=UNKNOWN))
    clerk.sync(DAY)

    def none_read(*_: object) -> None:
        raise AssertionError("documents were read")

    monkeypatch.setattr(review, "receivables_of", none_read)
    act(clerk, "undo", UNKNOWN)
    assert state(clerk)["entries"] == [(UNKNOWN, "review", [])]


def test_what_the_program_booked_is_suggested_again_after_it_was_taken_back(clerk: Clerk) -> None:
    before = state(clerk)
    act(clerk, "undo", WHOLE)
    assert clerk.open("F2026-F201") == "250.00"
    act(clerk, "accept", WHOLE)
    after = state(clerk)
    assert {key: after[key] for key in ("open", "balances", "entries")} == {
        key: before[key] for key in ("open", "balances", "entries")
    }


def test_what_an_entry_taught_goes_with_its_booking(clerk: Clerk) -> None:
    assert "BE68539007547034" in str(state(clerk)["payers"])
    for entry in (PART, WHOLE):
        act(clerk, "undo", entry)
    assert "BE68539007547034" not in str(state(clerk)["payers"])


def test_a_posting_that_has_not_left_is_cancelled_and_one_that_has_is_countered(clerk: Clerk) -> None:
    act(clerk, "book", UNKNOWN, "payment:F2026-F401=61.50")
    act(clerk, "undo", UNKNOWN)
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        entry = t.entries.get(t.entries.find(UNKNOWN)[0]).identified.entry_id
        states = [effect.state for effect in t.outbox.of_subject(entry) if effect.kind is EffectKind.POSTING]
    # parked and sent; its counter, the booking and what was booked after it: of the middle one nothing leaves
    assert states == [EffectState.DONE, EffectState.QUEUED, EffectState.CANCELLED, EffectState.QUEUED]
    clerk.sync(DAY)
    act(clerk, "book", UNKNOWN, "payment:F2026-F401=61.50")
    clerk.sync(DAY)
    act(clerk, "undo", UNKNOWN)
    assert in_books(clerk)["F2026-F401"] == "61.50"


def test_a_netting_taken_back_is_not_done_again(clerk: Clerk) -> None:
    assert clerk.open("F2026-F301") == "60.00"
    act(clerk, "undo", "K2026-501")
    assert clerk.open("F2026-F301") == "80.00"
    assert in_books(clerk)["K2026-501"] == "20.00"
    with pytest.raises(ReviewError, match="no entry"):
        act(clerk, "undo", "K2026-501")


def test_a_suggestion_that_fits_no_longer_is_refused_in_words(clerk: Clerk) -> None:
    act(clerk, "undo", WHOLE)
    act(clerk, "undo", AGAIN)
    act(clerk, "book", AGAIN, "payment:F2026-F201=250.00")
    with pytest.raises(
        ReviewError, match=r"suggestion 1 of entry R2 was made earlier .* only 0\.00 EUR is open of invoice F2026-F201"
    ):
        act(clerk, "accept", WHOLE)


def test_credit_that_was_used_since_keeps_its_booking(clerk: Clerk) -> None:
    act(clerk, "book", UNKNOWN, "on_account:C2=61.50")
    act(clerk, "book", NAMED, "payment:F2026-F301=33.33", "credit_used:F2026-F301=20.00")
    with pytest.raises(ReviewError, match="take back first what used it"):
        act(clerk, "undo", UNKNOWN)
    act(clerk, "undo", NAMED)
    act(clerk, "undo", UNKNOWN)


def test_more_than_stands_on_account_is_refused(clerk: Clerk) -> None:
    with pytest.raises(ReviewError, match=r"only 0\.00 EUR stands on account of customer C2"):
        act(clerk, "book", NAMED, "payment:F2026-F301=33.33", "credit_used:F2026-F301=20.00")


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(BOOKINGS)), st.booleans()), min_size=2, max_size=6))
def test_any_sequence_of_acts_taken_back_in_turn(
    made: Path, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, bool]]
) -> None:
    clerk = copied(made, tmp_path_factory.mktemp("any") / "t")
    with opened(clerk.config) as tenant:
        for entry in BOOKINGS:
            with suppress(IllegalStep):  # waits for a person already
                act_on(tenant, "undo", entry)
        states, done = [state_of(tenant)], list[str]()
        for entry, delivered in steps:
            with suppress(IllegalStep, ReviewError):  # booked already, or not that much is open any more
                act_on(tenant, "book", entry, *BOOKINGS[entry])
                done.append(entry)
                states.append(state_of(tenant))
            if delivered:
                deliver(tenant)
        while done:
            assert without_suggestions(state_of(tenant)) == without_suggestions(states.pop())
            act_on(tenant, "undo", done.pop())
        assert without_suggestions(state_of(tenant)) == without_suggestions(states.pop())
        deliver(tenant)
        failed = [check for check in proof.prove(tenant) if not check.proven]
    assert not failed


def deliver(tenant: Tenant) -> None:
    for sink in tenant.sinks():
        assert not drain(tenant.store, sink, date.fromisoformat(DAY), datetime.now(UTC), lambda _: None).trouble


def without_suggestions(seen: dict[str, Any]) -> dict[str, Any]:
    return seen | {"entries": [(name, status) for name, status, _ in seen["entries"]]}
