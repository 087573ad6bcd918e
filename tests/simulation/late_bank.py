"""A bank whose customers pay with their reference: one statement a working day, and some of its files come days later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from ledger.calendar import is_working_day, working_days_after
from tests.scenarios.clerk import Clerk, Line

#: Statements may be so old, in working days, before nobody is reminded any more.
MOST_OLD = 3
#: How many of the files come late, and by how many days at most.
LATE = 0.06
MOST_LATE = 5

#: An invoice and an amount in cents.
Payment = tuple[str, int]


@dataclass(frozen=True)
class Late:
    """A bank file that comes on another day, and the payments in it."""

    comes_on: date
    dated_on: date
    path: Path
    content: bytes
    payments: list[Payment]


@dataclass
class LateBank:
    """``seen_to``: the newest day whose file came in; ``late``: the files that did not yet; ``late_files``: how many ever were."""

    clerk: Clerk
    chance: Random
    start: date
    orders: defaultdict[date, list[Payment]] = field(default_factory=lambda: defaultdict(list))
    late: list[Late] = field(default_factory=list)
    late_files: int = 0
    seen_to: date | None = None

    def order(self, on: date, number: str, minor: int) -> date:
        """Somebody will pay on this day, or on the first that the bank is open; answers that day."""
        on = max(on, self.start)
        while not is_working_day(on, "BE"):
            on += timedelta(days=1)
        self.orders[on].append((number, minor))
        return on

    def ordered(self, day: date) -> list[Payment]:
        """What is to be paid on this day; asked once."""
        return self.orders.pop(day, [])

    def close(self, day: date, paid: list[Payment]) -> Iterator[tuple[date, list[Payment]]]:
        """Write the day's statement, or keep it for later; answers each file that came in today by its day, with its payments."""
        lines = [
            Line(
                amount=f"{minor // 100}.{minor % 100:02}",
                structured=self.clerk.invoices[number]["payment_reference"],
                name=f"Klant {int(self.clerk.invoices[number]['customer_id'][1:])}",
                bank_reference=f"{day:%y%m%d}{place:04}",
            )
            for place, (number, minor) in enumerate(paid, start=1)
        ]
        path = self.clerk.statement(day.isoformat(), *lines)
        if lines and self.chance.random() < LATE:
            comes_on = day + timedelta(days=self.chance.randint(1, MOST_LATE))
            self.late.append(Late(comes_on, day, path, path.read_bytes(), paid))
            self.late_files += 1
            path.unlink()
        else:
            self.seen_to = day
            yield day, paid
        for one in [one for one in self.late if one.comes_on <= day]:
            self.late.remove(one)
            one.path.write_bytes(one.content)
            self.seen_to = max(self.seen_to or one.dated_on, one.dated_on)
            yield one.dated_on, one.payments

    def leaves_in_doubt(self, day: date) -> bool:
        """Whether what is known of the bank is too old, or has a gap, so that nobody may be reminded."""
        if self.seen_to is None or working_days_after(self.seen_to, day, "BE") > MOST_OLD:
            return True
        return any(one.dated_on < self.seen_to for one in self.late)
