"""A batch of direct debits planned, rendered and validated, beside sepaxml alone and an lxml writer of the same document, in one run.

Each size runs in a process of its own, so that its peak memory is its own.

    python -m tests.benchmarks.debits [--sizes 1000,10000,100000]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from time import process_time
from typing import Any, cast

from lxml import etree
from rich.console import Console
from rich.table import Table
from schwifty import IBAN
from sepaxml import SepaDD

from collect.debits import DebitPlan, DebitPolicy, plan
from formats.bank_profile import BankProfile
from formats.pain008 import VERSIONS, render_for_bank
from ledger.documents import OpenItem
from ledger.mandates import Collection, CollectionStatus, DebitBatch, Mandate
from ledger.party import Customer
from tests.unit.collect.debtors import POLICY, customer, item, mandate

ANNOUNCED_ON = date(2026, 9, 7)
HANDED_OVER_ON = date(2026, 9, 10)
#: Targets of the project: all of it against sepaxml without validation; peak memory of the largest run; growth for ten times as many.
FACTOR_MAX = 2.0
PEAK_MAX_MIB = 1536
GROWTH_MAX = 12.0
#: How often each part is timed.
RUNS = 2


def _world(count: int) -> tuple[dict[str, Customer], list[Mandate], list[OpenItem]]:
    customers = {f"C{n}": replace(customer(), customer_id=f"C{n}") for n in range(count)}
    ibans = [str(IBAN.generate("NL", bank_code="TRIO", account_code=f"{n:010d}")) for n in range(count)]
    mandates = [mandate(f"M{n}", customer_id=f"C{n}", iban=ibans[n]) for n in range(count)]
    items = [item(f"F{n}", "12.50", date(2026, 9, 1), customer_id=f"C{n}") for n in range(count)]
    return customers, mandates, items


def _timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds of the faster of two runs, for others work on this machine too; and what it gave."""
    seconds = []
    for _ in range(RUNS):
        found = None  # what the run before gave is let go first
        begun = process_time()
        found = act()
        seconds.append(process_time() - begun)
    return min(seconds), found


def _by_sepaxml(batch: DebitBatch) -> bytes:
    """The same batch by sepaxml, as its documentation says, without validation."""
    writer = SepaDD(
        {
            "name": batch.creditor_name,
            "IBAN": batch.creditor_iban,
            "batch": True,
            "creditor_id": batch.creditor_id,
            "currency": "EUR",
            "BIC": "TRIOBEBB",
        },
        schema=VERSIONS[0],
        clean=False,
    )
    for one in batch.collections:
        writer.add_payment(
            {
                "name": one.mandate.account_holder,
                "IBAN": one.mandate.iban,
                "amount": one.amount.minor,
                "type": one.sequence_type.value,
                "collection_date": one.collect_on,
                "mandate_id": one.mandate.reference,
                "mandate_date": one.mandate.signed_on,
                "description": one.remittance,
                "endtoend_id": one.end_to_end_id,
            }
        )
    return cast(bytes, writer.export(validate=False))


def _by_lxml(content: bytes) -> bytes:
    """A writer of the same document that knows nothing: every element of ``content`` made anew, and written."""

    def copied(element: etree._Element) -> etree._Element:
        made = etree.Element(element.tag, attrib=dict(element.attrib), nsmap=element.nsmap)
        made.text = element.text
        for child in element:
            made.append(copied(child))
        return made

    root = copied(etree.fromstring(content, etree.XMLParser(huge_tree=True)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def measure(count: int) -> dict[str, float]:
    """Processor seconds of each part for ``count`` collections, and peak memory in MiB before the baselines run."""
    customers, mandates, items = _world(count)
    policy: DebitPolicy = POLICY

    def planned(collections: tuple[Collection, ...], day: date) -> DebitPlan:
        return plan(policy, items, customers=customers, mandates=mandates, collections=collections, as_of=day)

    announcing, first = _timed(lambda: planned((), ANNOUNCED_ON))
    told = tuple(replace(one, status=CollectionStatus.NOTIFIED) for one in first.notices)
    planning, second = _timed(lambda: planned(told, HANDED_OVER_ON))
    (batch,) = second.batches
    assert len(batch.collections) == count
    rendering, content = _timed(lambda: render_for_bank(batch, BankProfile(version=VERSIONS[0])))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sepaxml, _ = _timed(lambda: _by_sepaxml(batch))
    lxml, _ = _timed(lambda: _by_lxml(content))
    return {
        "count": count, "announce": announcing, "plan": planning, "render": rendering,
        "sepaxml": sepaxml, "lxml": lxml, "peak_mib": peak,
    }  # fmt: skip


def main() -> None:
    """Measure the sizes and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--one", type=int)
    asked = parser.parse_args()
    if asked.one is not None:
        sys.stdout.write(json.dumps(measure(asked.one)))
        return
    table = Table(
        "collections",
        "plan s",
        "render, XSD, bank profile s",
        "all s",
        "sepaxml s",
        "lxml s",
        "times sepaxml",
        "growth",
        "peak MiB",
    )
    before = 0.0
    for size in map(int, asked.sizes.split(",")):
        command = [sys.executable, "-m", "tests.benchmarks.debits", "--one", str(size)]
        found = cast(dict[str, float], json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
        whole = found["plan"] + found["render"]
        growth = f"{whole / before:.1f}" if before else ""
        before = whole
        cells = (
            found["plan"],
            found["render"],
            whole,
            found["sepaxml"],
            found["lxml"],
            whole / found["sepaxml"],
        )
        table.add_row(str(size), *(f"{value:.2f}" for value in cells), growth, f"{found['peak_mib']:.0f}")
    console = Console(width=140)
    console.print(table)
    console.print(f"aims: at most {FACTOR_MAX} times sepaxml, growth at most {GROWTH_MAX}, below {PEAK_MAX_MIB} MiB")


if __name__ == "__main__":
    main()
