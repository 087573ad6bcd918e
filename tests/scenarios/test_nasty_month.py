"""The month that a bookkeeper dreads, in each accounting system: everything that money does, in the worst weather, closed, entered there by hand, and all of it taken back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from config.tenant import TenantConfig
from connectors.ports import LedgerSource
from daemon import cycle, effect_acts, review
from daemon.books_comparison import compare_books, difference_line
from daemon.progress import SilentSteps
from daemon.sender import settle
from daemon.tenant import opened
from ledger.effects import Effect, EffectState
from ledger.errors import AfletterError
from tests.conformance.posting_kinds import CUSTOMER, DOCUMENTS, sums
from tests.conformance.posting_worlds import BOOKS, BooksWorld
from tests.scenarios.clerk import Clerk, Line
from tests.simulators.clock import clock
from tests.simulators.server import Trouble

DAY_1, DAY_2, DAY_3, DAY_4 = "2026-06-15", "2026-06-16", "2026-06-20", "2026-06-25"
STRANGER = {"name": "Onbekend", "iban": "BE43068999999501"}
#: By bank reference: what the entry is over, and what a person books it as, in the order in which it is done.
ENTRIES = {
    "part": ("50.00", ["payment:101=50.00"]),
    "several": ("287.16", ["payment:102=187.16", "discount:102=4.84", "credit_note:104>102=50.00", "payment:105=100.00"]),
    "batch": ("60.00", ["debit_batch:103=60.50", "fee=0.50"]),
    "too much": ("45.00", [f"on_account:{CUSTOMER}=45.00"]),
    "used": ("40.98", ["payment:101=40.98", "credit_used:101=30.00", "write_off:101=0.02"]),
    "back": ("-10.00", [f"refund:{CUSTOMER}=10.00"]),
    "return": ("-63.00", ["reversal:103=60.50", "fee=2.50"]),
    "second return": ("-50.00", ["reversal:105=50.00"]),
    "payout": ("59.63", ["payout:103=60.13", "exchange:103=0.37", "fee=0.50"]),
    "rest": ("25.00", ["payment:105=25.00"]),
    "rent": ("-800.00", []),
    "nobody knows": ("7.77", []),
}  # fmt: skip
STORM = (
    Trouble.TOO_MANY, Trouble.HTML, Trouble.UNAVAILABLE, Trouble.EXPIRED, Trouble.HALF, Trouble.LOST_BEFORE, Trouble.LOST_AFTER,
    Trouble.BAD_GATEWAY_AFTER,
)  # fmt: skip


@dataclass
class Company(Clerk):
    """A clerk whose books are in one of the worlds of the conformance suite."""

    world: BooksWorld | None = None

    @property
    def config(self) -> TenantConfig:
        assert self.world is not None
        return super().config.model_copy(update={"accounting": (self.world.settings,)})

    def agrees(self) -> None:
        """The system's own books are the sum of what we booked, for all that goes there."""
        assert self.world is not None
        with opened(self.config) as tenant, tenant.store.snapshot() as t:
            takes = tenant.accounting[0].abilities.takes
            ours = sums([booking for booking in t.bookings.all() if booking.kind in takes])
        there = self.world.booked()
        if there.pop("opening", None) is not None:
            # What was on the account before the first statement is no booking of ours; ``verify`` holds the bank against the statements.
            there.pop("bank", None)
            ours.pop("bank", None)
        assert there == ours
        assert self.world.accepted()

    def differences(self, day: str) -> list[str]:
        """What ``afletter compare`` lists."""
        with opened(self.config) as tenant, tenant.store.lock():
            (target,) = tenant.accounting
            made = compare_books(tenant, target, date.fromisoformat(day), lambda: datetime.now(UTC))
            assert (made is None) == (not isinstance(target, LedgerSource))
        return [] if made is None else [difference_line(one) for one in made.differences]

    def parked(self) -> list[Effect]:
        with opened(self.config) as tenant, tenant.store.snapshot() as t:
            return list(t.outbox.with_state(EffectState.PARKED))

    def book_all(self, day: str) -> None:
        """A person books what nobody but a person can know."""
        with opened(self.config) as tenant:
            for name, (amount, lines) in ENTRIES.items():
                if lines and amount.startswith("-"):
                    # Money that goes out to nobody we know is no receivable, until a person says so.
                    review.undo(tenant, name, self.person(day))
                if lines:
                    review.book(tenant, name, lines, self.person(day))

    def undo_all(self, day: str) -> None:
        """And takes all of it back, the last first."""
        with opened(self.config) as tenant:
            for name in reversed([name for name, (_, lines) in ENTRIES.items() if lines]):
                review.undo(tenant, name, self.person(day))

    def through_the_storm(self, day: str) -> int:
        """Cycles until one has no failure; what is in doubt is looked for after each, as an hour later. Answers how many it took."""
        for count in range(1, 40):
            result = cycle.run(self.config, date.fromisoformat(day), SilentSteps())
            if not result.failures:
                return count
            with opened(self.config) as tenant, tenant.store.lock(), suppress(AfletterError):
                settle(tenant.store, tenant.accounting[0], datetime.now(UTC) + timedelta(hours=1))
        raise AssertionError(result.failures)


@pytest.fixture(params=list(BOOKS))
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Company]:
    if request.param == "hledger" and shutil.which("hledger") is None:
        pytest.skip("hledger is not installed")
    with clock():
        made = Company(tmp_path, more="", world=BOOKS[request.param](tmp_path))
        made.customer(CUSTOMER, "Jansen")
        for number, minor in DOCUMENTS.items():
            kind = "credit_note" if minor < 0 else "invoice"
            total = f"{abs(minor) // 100}.{abs(minor) % 100:02}"
            made.invoice(number, CUSTOMER, total, "2026-06-01", "2026-07-01", kind=kind)
        yield made
        assert made.world is not None
        if made.world.server is not None:
            made.world.server.clear()


def test_a_nasty_month(company: Company) -> None:
    world = company.world
    assert world is not None
    lines = [Line(amount=amount, bank_reference=name, **STRANGER) for name, (amount, _) in ENTRIES.items()]
    company.statement(DAY_1, *lines)
    if world.server is not None:
        for trouble in STORM:
            world.server.trouble(trouble, times=2)
    company.through_the_storm(DAY_1)
    assert world.server is None or world.server.pending() == 0
    company.agrees()
    company.book_all(DAY_2)
    assert company.sync(DAY_2).failures == []
    assert company.parked() == []
    company.agrees()
    assert company.differences(DAY_2) == []
    _closed(company, world)
    _taken_back(company, world)


def _closed(company: Company, world: BooksWorld) -> None:
    """What comes while the month is closed there waits with the system's own words, and goes through once it is open."""
    world.close(True)
    late, mistaken = (Line(amount="8.88", bank_reference=name, **STRANGER) for name in ("late", "mistaken"))
    company.statement(DAY_3, late, mistaken)
    cycle.run(company.config, date.fromisoformat(DAY_3), SilentSteps())
    with opened(company.config) as tenant:
        locks = tenant.accounting[0].abilities.locks_periods
        assert len(company.parked()) == (2 if locks else 0)
        # What was refused and is booked otherwise meanwhile is not to be taken back there: it never was there.
        review.book(tenant, "mistaken", ["ignore"], company.person(DAY_3))
    world.close(False)
    parked = company.parked()
    with opened(company.config) as tenant:
        assert len(parked) == (1 if locks else 0)
        for effect in parked:
            assert "2026" in effect.detail or "closed" in effect.detail
            effect_acts.retry(tenant, effect.key, company.person(DAY_3))
    assert cycle.run(company.config, date.fromisoformat(DAY_3), SilentSteps()).failures == []
    assert company.parked() == []
    company.agrees()


def _taken_back(company: Company, world: BooksWorld) -> None:
    """A payment that is entered there by hand is told with its cause; and everything is undone, the last first."""
    company.undo_all(DAY_4)
    assert company.sync(DAY_4).failures == []
    company.agrees()
    assert company.differences(DAY_4) == []
    assert {number: company.open(number) for number in ("101", "102", "103", "105")} == {
        "101": "121.00", "102": "242.00", "103": "60.50", "105": "100.00",
    }  # fmt: skip
    assert company.proven()
    if world.server is not None:
        world.pay("102", "42.00")
        # Where the bank is read back too, the same payment is told a second time, of its account.
        told, *of_the_bank = company.differences(DAY_4)
        assert told.startswith("document 102: 242.00 EUR here, 200.00 EUR there: booked there by somebody else")
        assert all(line.startswith("account ") and "42.00" in line for line in of_the_bank)
