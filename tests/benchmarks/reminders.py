"""Deciding who is reminded: 10,000 and 100,000 customers with three open items each; processor time, growth, and the least that could be done.

Half of the customers were reminded before. The baseline, in the same run, only looks at every item once and sums what is overdue.

    python -m tests.benchmarks.reminders [--sizes 10000,100000]
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from time import process_time

from rich.console import Console
from rich.table import Table

from collect.freshness import AccountFreshness, Freshness
from collect.ladder import Ladders
from collect.reminders import Channel, ReminderPolicy, Standing, due
from ledger.documents import Document, DocumentKind, ItemStatus, OpenItem
from ledger.media import Medium
from ledger.money import Money
from ledger.party import Address, Customer, CustomerType
from ledger.reminders import Reminder
from ledger.sources import SourceRef

#: Targets of the project: 100,000 customers with 300,000 open items, and growth from a tenth of them.
SECONDS_MAX = 20.0
GROWTH_MAX = 12.0
ITEMS_EACH = 3
AS_OF = date(2026, 9, 14)
_SOURCE = SourceRef(system="invoices/0", name="invoices.csv", document="0" * 64, place="line 2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one size came to, in processor seconds, for others work on this machine too; ``sent`` and ``held``: messages of the second day."""

    customers: int
    seconds: float
    baseline_seconds: float
    sent: int
    held: int


def _customer(number: int) -> Customer:
    consumer = number % 3 == 0
    return Customer(
        customer_id=f"C{number:06}",
        name=f"Klant {number}",
        type=CustomerType.CONSUMER if consumer else CustomerType.BUSINESS,
        email="" if number % 50 == 0 else f"c{number}@example.be",
        language="nl",
        address=Address(street="Kerkstraat 1", postcode="9000", city="Gent", country="BE"),
        ibans=(),
        source=_SOURCE,
    )


def _item(chance: Random, customer_id: str, number: int) -> OpenItem:
    gross = Money(chance.randint(1_000, 90_000), "EUR")
    due_on = AS_OF + timedelta(days=chance.randint(-60, 20))
    document = Document(
        number=f"F{number:07}",
        kind=DocumentKind.CREDIT_NOTE if chance.random() < 0.03 else DocumentKind.INVOICE,
        customer_id=customer_id,
        issued_on=due_on - timedelta(days=30),
        due_on=due_on,
        gross=gross,
        settled_at_source=Money.zero("EUR"),
        creditor_reference="",
        order_number="",
        corrects="",
        discount=None,
        source=_SOURCE,
    )
    return OpenItem(
        document=document, open=gross, status=ItemStatus.OPEN, dunning_level=0, mandate_reference="", blocked_by=""
    )


def _baseline(items: Sequence[OpenItem]) -> float:
    begun = process_time()
    overdue: defaultdict[str, int] = defaultdict(int)
    for item in items:
        if item.document.due_on < AS_OF:
            overdue[item.document.customer_id] += item.open.minor
    return process_time() - begun


def measured(customers: int) -> Figures:
    """Decide two days two weeks apart, and time the second, which has a history."""
    chance = Random(customers)
    known = {one.customer_id: one for one in map(_customer, range(customers))}
    items = [
        _item(chance, customer_id, place * ITEMS_EACH + number)
        for place, customer_id in enumerate(known)
        for number in range(ITEMS_EACH)
    ]
    policy = ReminderPolicy(
        country="BE",
        channels=(Channel(name="mail", medium=Medium.EMAIL), Channel(name="print", medium=Medium.LETTER)),
        ladders=Ladders(country="BE"),
        minimum=Money(500, "EUR"),
    )

    def decided(as_of: date, history: Sequence[Reminder]) -> list[object]:
        fresh = Freshness(accounts=(AccountFreshness(account="BE55734798953744", closing_on=as_of),))
        standing = Standing(freshness=fresh)
        return list(due(policy, items, customers=known, history=history, standing=standing, as_of=as_of))

    history = [one for one in decided(AS_OF - timedelta(days=14), ()) if isinstance(one, Reminder)]
    begun = process_time()
    found = decided(AS_OF, history)
    seconds = process_time() - begun
    sent = sum(isinstance(one, Reminder) for one in found)
    return Figures(
        customers=customers,
        seconds=seconds,
        baseline_seconds=_baseline(items),
        sent=sent,
        held=len(found) - sent,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000")
    sizes = [int(size) for size in parser.parse_args(arguments).sizes.split(",")]
    found = [measured(size) for size in sizes]
    table = Table("customers", "items", "seconds", "baseline", "sent", "held", title="who is reminded")
    for one in found:
        cells = (one.customers, one.customers * ITEMS_EACH, f"{one.seconds:.2f}", f"{one.baseline_seconds:.2f}")
        table.add_row(*map(str, (*cells, one.sent, one.held)))
    Console().print(table)
    first, last = found[0], found[-1]
    growth = last.seconds / first.seconds
    allowed = GROWTH_MAX * last.customers / first.customers / 10
    slow = last.seconds > SECONDS_MAX * last.customers / 100_000
    if slow or (len(found) > 1 and growth > allowed):
        print(f"missed: {last.seconds:.1f} s for {last.customers} customers, growth {growth:.1f}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
