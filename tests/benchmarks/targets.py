"""100,000 postings into a beancount journal that is only appended to: time of one core, what a further cycle costs, and memory.

    python -m tests.benchmarks.targets [--journal 100000]

Systems that are asked over HTTP: ``tests.benchmarks.targets_http``.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from time import process_time
from typing import Final

from rich.console import Console
from rich.table import Table

from connectors.beancount_books import BeancountBooks, BeancountSettings
from ledger.allocations import Allocation, AllocationKind
from ledger.bookings import bank_entry
from ledger.effects import Effect, EffectKind, key_of
from ledger.money import Money
from ledger.postings import posting_payload

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


def _digest(path: Path, length: int) -> bytes:
    """Hash of the first ``length`` bytes of a file, which is not held."""
    made = hashlib.sha256()
    with path.open("rb") as stream:
        while length and (block := stream.read(min(length, 1 << 20))):
            made.update(block)
            length -= len(block)
    return made.digest()


def journal(count: int) -> tuple[str, ...]:
    """Write the postings, then append one cycle's more; files that the append does not concern keep their inode and their bytes."""
    with tempfile.TemporaryDirectory() as folder:
        settings = BeancountSettings(use="beancount", path=Path(folder) / "books")
        books = BeancountBooks(settings, "accounting/0")
        early_mib = 0.0
        begun = process_time()
        for start in range(0, count, books.batch_size):
            books.send_many(list(postings(start, min(books.batch_size, count - start))))
            if not early_mib and start >= count // 5:
                early_mib = _peak_mib()
        written = process_time() - begun
        grown_mib = _peak_mib() - early_mib
        journals = sorted((Path(folder) / "books/journal").glob("*.beancount"))
        before = {
            path: (path.stat().st_ino, path.stat().st_size, _digest(path, path.stat().st_size)) for path in journals
        }
        # A new process: what it knows is what stands on disk.
        again = BeancountBooks(settings, "accounting/0")
        begun = process_time()
        again.send_many(list(postings(count, CYCLE)))
        first = process_time() - begun
        begun = process_time()
        again.send_many(list(postings(count + CYCLE, CYCLE)))
        further = process_time() - begun
        for path, (inode, size, digest) in before.items():
            assert path.stat().st_ino == inode, "a journal was rewritten"
            assert _digest(path, size) == digest, "a journal was rewritten"
        # What is known of the journals is gone: they are read once more, as a stream.
        (Path(folder) / "books/.afletter/keys.sqlite3").unlink()
        begun = process_time()
        again.send_many(list(postings(count, CYCLE)))
        anew = process_time() - begun
        return (
            f"{count:,}", f"{written / count * 1e6:.0f} µs", f"{first * 1e3:.0f} ms", f"{further * 1e3:.0f} ms", f"{anew:.2f} s",
            f"{_peak_mib():.0f} MiB", f"{grown_mib:+.0f} MiB",
        )  # fmt: skip


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journal", type=int, default=100_000)
    table = Table(
        "postings",
        "time per posting",
        f"{CYCLE} more, in a new process",
        f"{CYCLE} more again",
        "with its keys file gone",
        "peak memory",
        "grew after a fifth",
        title="Beancount journal",
    )
    table.add_row(*journal(parser.parse_args().journal))
    Console().print(table)


if __name__ == "__main__":
    main()
