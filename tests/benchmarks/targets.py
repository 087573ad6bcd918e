"""Postings to accounting targets: 100,000 into a beancount journal that is only appended to, and 10,000 to Tryton's simulator, counting calls.

    python -m tests.benchmarks.targets [--journal 100000] [--remote 10000]

The simulator runs in this process, so its time and memory are counted apart as far as they can be: calls per posting are exact, seconds are of both.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from connectors.beancount_books import BeancountBooks, BeancountSettings
from connectors.target_accounts import TargetAccounts, TargetBank
from connectors.tryton.books import TrytonBooks
from connectors.tryton.settings import TrytonBooksSettings
from ledger.allocations import Allocation, AllocationKind
from ledger.bookings import bank_entry
from ledger.effects import Effect, EffectKind, key_of
from ledger.money import Money
from ledger.postings import posting_payload
from tests.simulators.server import running
from tests.simulators.tryton import DATABASE, PASSWORD, USER, TrytonSimulator

IBAN: Final = "BE55734798953744"
#: Postings that one further cycle brings.
CYCLE: Final = 100


def postings(first: int, count: int) -> Iterator[Effect]:
    """Payments of 10.00, one for each invoice ``F1``, ``F2`` and so on, over a year."""
    amount = Money(1000, "EUR")
    for number in range(first, first + count):
        paid = Allocation(kind=AllocationKind.PAYMENT, document=f"F{number}", customer_id="C1", amount=amount)
        booking = bank_entry(
            account=IBAN,
            amount=amount,
            entry_id=f"e{number}",
            booked_on=date(2026, 1, 1) + timedelta(days=number % 365),
            allocations=(paid,),
            booking_id=f"b{number}",
        )
        yield Effect(
            key=key_of("posting", booking.booking_id),
            kind=EffectKind.POSTING,
            sink="accounting/0",
            subject=booking.subject,
            payload=posting_payload(booking, f"F{number} paid in full"),
            not_before=booking.booked_on,
        )


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def journal(count: int) -> tuple[str, ...]:
    """Write the postings, then append one cycle's more; files that the append does not concern keep their inode and their bytes."""
    with tempfile.TemporaryDirectory() as folder:
        settings = BeancountSettings(use="beancount", path=Path(folder) / "books")
        books = BeancountBooks(settings, "accounting/0")
        begun = process_time()
        for start in range(0, count, books.batch_size):
            books.send_many(list(postings(start, min(books.batch_size, count - start))))
        written = process_time() - begun
        journals = sorted((Path(folder) / "books/journal").glob("*.beancount"))
        before = {path: (path.stat().st_ino, path.read_bytes()) for path in journals}
        # A new process: the journals are read once for their keys.
        again = BeancountBooks(settings, "accounting/0")
        begun = perf_counter()
        again.send_many(list(postings(count, CYCLE)))
        appended = perf_counter() - begun
        for path, (inode, content) in before.items():
            assert path.stat().st_ino == inode, "a journal was rewritten"
            assert path.read_bytes().startswith(content), "a journal was rewritten"
        return (
            "beancount", str(count), "-", f"{written / count * 1e6:.0f} µs", f"{appended:.2f} s for {CYCLE} more", f"{_peak_mib():.0f} MiB",
        )  # fmt: skip


def remote(count: int) -> tuple[str, ...]:
    """Post to Tryton's simulator, 50 at a time; each invoice becomes paid."""
    system = TrytonSimulator()
    customer = system.customer("Jansen", "C1")
    with running(system) as server:
        server.keeps = False
        accounts = TargetAccounts(banks=(TargetBank(iban=IBAN, account="550001", journal="BNK"),))
        settings = TrytonBooksSettings(
            use="tryton",
            url=server.address,
            database=DATABASE,
            user=USER,
            password=SecretStr(PASSWORD),
            accounts=accounts,
        )
        books = TrytonBooks(settings, "accounting/0")
        books.check()
        server.count = 0
        seconds, peaks = 0.0, list[float]()
        for start in range(0, count, books.batch_size):
            # The simulator searches its tables from end to end: it begins anew with each batch, so that its time does not grow.
            for name in ("account.move", "account.move.line", "account.move.reconciliation", "account.invoice"):
                system.tables[name] = {}
            system.log.clear()
            batch = list(postings(start, min(books.batch_size, count - start)))
            for number in range(start, start + len(batch)):
                system.invoice(f"F{number}", customer, "10.00")
            begun = perf_counter()
            books.send_many(batch)
            seconds += perf_counter() - begun
            peaks.append(_peak_mib())
        growth = peaks[-1] - peaks[len(peaks) // 10]
        return (
            "tryton (simulator)", str(count), f"{server.count / count:.2f}", f"{seconds / count * 1e3:.1f} ms with the simulator", "-",
            f"{peaks[-1]:.0f} MiB, {growth:+.0f} since the first tenth",
        )  # fmt: skip


def main() -> None:
    """Both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journal", type=int, default=100_000)
    parser.add_argument("--remote", type=int, default=10_000)
    options = parser.parse_args()
    table = Table(
        "target",
        "postings",
        "calls per posting",
        "time per posting",
        "append",
        "peak memory",
        title="Accounting targets",
    )
    table.add_row(*journal(options.journal))
    table.add_row(*remote(options.remote))
    Console().print(table)


if __name__ == "__main__":
    main()
