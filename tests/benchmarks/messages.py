"""Reminders composed as mails: words, table, code to pay with, overview as PDF, and the mail's bytes; with the invoices as PDF beside it or without.

    python -m tests.benchmarks.messages [--sizes 100,1000]

Processor seconds of one process. A mail lists two invoices. "with invoices" makes a PDF of each from its data, as for a source that has none.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from time import process_time

from rich.console import Console
from rich.table import Table

from collect.letterhead import Letterhead
from collect.messages import compose_reminder
from daemon.stationery import PRINTER
from formats.mail import render
from ledger.messages import Message
from ledger.reminders import MessageKind, Reminder
from tests.unit.collect.debtors import customer, eur, item

AS_OF = date(2026, 9, 14)
LANGUAGES = ("nl", "fr", "de", "en")
#: Growth of the processor time for ten times as many that still counts as linear.
GROWTH_MAX = 12.0
HEAD = Letterhead(
    name="Bench BV",
    sender="Bench BV <debiteuren@bench.example>",
    iban="BE55734798953744",
    country="BE",
    language="nl",
    enterprise_number="0123.456.749",
    printer=PRINTER,
)


def composed(number: int, *, with_invoices: bool) -> Message:
    """The mail to one customer of many."""
    numbers = (f"F{number}-1", f"F{number}-2")
    items = [item(one, "12.50", date(2026, 9, 1), customer_id=f"C{number}") for one in numbers]
    debtor = replace(customer(language=LANGUAGES[number % len(LANGUAGES)]), customer_id=f"C{number}")
    wanted = Reminder(
        customer_id=debtor.customer_id,
        documents=numbers,
        level=1,
        kind=MessageKind.REMINDER,
        channel="mail",
        as_of=AS_OF,
        amount_due=eur("25.00"),
    )
    originals = {} if with_invoices else dict.fromkeys(numbers, b"%PDF-1.4 the source's own")
    return compose_reminder(HEAD, debtor, wanted, items, 3, invoices=originals)


def seconds(count: int, *, with_invoices: bool) -> tuple[float, int]:
    """Processor seconds for so many mails, and the bytes of all of them."""
    begun = process_time()
    size = sum(len(render(composed(number, with_invoices=with_invoices), wire=True)) for number in range(count))
    return process_time() - begun, size


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="100,1000")
    sizes = [int(size) for size in parser.parse_args(arguments).sizes.split(",")]
    seconds(5, with_invoices=True)  # fonts, templates and locales are read once
    table = Table("mails", "overview only, s", "ms each", "with invoices, s", "ms each", "KiB each")
    measured: list[float] = []
    for count in sizes:
        plain, _ = seconds(count, with_invoices=False)
        whole, size = seconds(count, with_invoices=True)
        measured.append(plain)
        table.add_row(
            str(count),
            f"{plain:.1f}",
            f"{plain / count * 1000:.1f}",
            f"{whole:.1f}",
            f"{whole / count * 1000:.1f}",
            f"{size / count / 1024:.0f}",
        )
    Console().print(table)
    growth = [
        later / earlier / (more / fewer) * 10
        for earlier, later, fewer, more in zip(measured, measured[1:], sizes, sizes[1:], strict=False)
    ]
    linear = all(one <= GROWTH_MAX for one in growth)
    Console().print(
        f"growth for ten times as many: {', '.join(f'{one:.1f}' for one in growth)} (at most {GROWTH_MAX}): {'linear' if linear else 'NOT linear'}"
    )
    return 0 if linear else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
