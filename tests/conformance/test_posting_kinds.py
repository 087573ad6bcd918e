"""What every accounting target must make of everything that the daemon posts: the system's own books hold it, once, and what takes it back."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from connectors.ports import AccountingTarget, BatchSink, LedgerSource
from connectors.registry import KINDS, Port
from ledger.allocations import Allocation, AllocationKind
from ledger.bookings import Booking, counter
from ledger.effects import Effect
from ledger.errors import RefusedSome
from ledger.money import Money
from tests.conformance.faults import Killed, Moment, weather
from tests.conformance.posting_kinds import DOCUMENTS, POSTINGS, entry, part, posting, sums
from tests.conformance.posting_worlds import BOOKS, BooksWorld

LATER = date(2026, 6, 25)
#: Targets that book money on account with the customer that they know.
KNOW_CUSTOMERS = ("exact", "odoo", "tryton")
#: Targets that need several calls for one posting.
REMOTE = ("exact", "moneybird", "odoo", "tryton")
MakeWorld = Callable[[Path], BooksWorld]
every_target = pytest.mark.parametrize(
    "make_world",
    [
        pytest.param(
            make,
            id=name,
            marks=pytest.mark.skipif(
                name == "hledger" and shutil.which("hledger") is None, reason="hledger is not installed"
            ),
        )
        for name, make in BOOKS.items()
    ],
)
every_kind = pytest.mark.parametrize("bookings", POSTINGS.values(), ids=list(POSTINGS))


def test_every_registered_target_is_tried_here() -> None:
    assert set(BOOKS) == {one.use for one in KINDS[Port.ACCOUNTING]}


def send(target: AccountingTarget, effects: list[Effect]) -> None:
    assert isinstance(target, BatchSink)
    receipts = target.send_many(effects)
    assert [receipt.key for receipt in receipts] == [effect.key for effect in effects]


def agrees(world: BooksWorld, bookings: list[Booking]) -> None:
    """The system's books are the sum of ours, and what it says is open is what is open."""
    expected = sums(bookings)
    assert world.booked() == expected
    target = world.make()
    if not target.abilities.reads_open:
        return
    assert isinstance(target, LedgerSource)
    issued = {} if target.abilities.local else dict(DOCUMENTS)
    for document in DOCUMENTS:
        issued[document] = issued.get(document, 0) + expected.get(document, 0)
    said = {one.document: one.amount.minor for one in target.open_balances()}
    assert said == {document: minor for document, minor in issued.items() if minor}
    if target.abilities.reads_bank:
        assert sum(amount.minor for _, amount in target.bank_balances()) == expected.get("bank", 0)


def taken_back(bookings: list[Booking]) -> list[Booking]:
    """What takes bookings back, the last one first."""
    return [counter(booking, LATER, f"{booking.booking_id} back") for booking in reversed(bookings)]


@every_target
@every_kind
class TestPosting:
    def test_it_is_booked_and_taken_back(
        self, make_world: MakeWorld, bookings: tuple[Booking, ...], tmp_path: Path
    ) -> None:
        world = make_world(tmp_path)
        done: list[Booking] = []
        for booking in (*bookings, *taken_back(list(bookings))):
            send(world.make(), [posting(booking)])
            done.append(booking)
            agrees(world, done)
        assert sums(done) == {}
        # All of it once more: nothing is added, and everything is found.
        send(world.make(), [posting(booking) for booking in done])
        agrees(world, done)
        again = world.make()
        assert all(again.find(posting(booking).key) is not None for booking in done)
        assert world.accepted()

    def test_all_at_once(self, make_world: MakeWorld, bookings: tuple[Booking, ...], tmp_path: Path) -> None:
        world = make_world(tmp_path)
        done = [*bookings, *taken_back(list(bookings)[-1:])]
        send(world.make(), [posting(booking) for booking in done])
        agrees(world, done)
        assert world.accepted()


@pytest.mark.parametrize("make_world", [BOOKS[name] for name in REMOTE], ids=REMOTE)
@pytest.mark.parametrize("kind", ["return in part", "provider payout"])
def test_killed_after_every_call(make_world: MakeWorld, kind: str, tmp_path: Path) -> None:
    *before, last = POSTINGS[kind]
    for at in itertools.count():
        folder = tmp_path / str(at)
        folder.mkdir()
        world = make_world(folder)
        for booking in before:
            send(world.make(), [posting(booking)])
        with weather(Moment.DIES_AFTER, at) as state, suppress(Killed):
            send(world.make(), [posting(last)])
        target = world.make()
        if target.find(posting(last).key) is None:
            send(target, [posting(last)])
        agrees(world, [*before, last])
        if not state.struck:
            return


@pytest.mark.parametrize("make_world", [BOOKS[name] for name in (*REMOTE, "datev")], ids=[*REMOTE, "datev"])
class TestWhatCannotBeBooked:
    def test_it_is_named_and_the_others_go_without_it(self, make_world: MakeWorld, tmp_path: Path) -> None:
        """An unknown document, a currency that is not taken: nothing is booked, each is told from the others, and the others go alone."""
        world = make_world(tmp_path)
        good = [*POSTINGS["payment in full"], *POSTINGS["in review"]]
        unknown = entry("unknown", 100, part(AllocationKind.PAYMENT, 100, "9" * 40))
        dollars = entry("dollars", 100, part(AllocationKind.PAYMENT, 100, "101", currency="USD"), currency="USD")
        target = world.make()
        with pytest.raises(RefusedSome) as raised:
            send(target, [posting(booking) for booking in (*good, unknown, dollars)])
        assert set(raised.value.reasons) == {posting(unknown).key, posting(dollars).key}
        assert "9" * 40 in raised.value.reasons[posting(unknown).key]
        assert "USD" in raised.value.reasons[posting(dollars).key]
        assert world.booked() == {}
        send(target, [posting(booking) for booking in good])
        agrees(world, good)


@pytest.mark.parametrize("make_world", [BOOKS[name] for name in KNOW_CUSTOMERS], ids=KNOW_CUSTOMERS)
def test_money_of_a_customer_that_is_not_there(make_world: MakeWorld, tmp_path: Path) -> None:
    world = make_world(tmp_path)
    stranger = Allocation(kind=AllocationKind.ON_ACCOUNT, document="", customer_id="98765", amount=Money(3_000, "EUR"))
    with pytest.raises(RefusedSome, match="98765"):
        send(world.make(), [posting(entry("stranger", 3_000, stranger))])
    assert world.booked() == {}
