"""Shadow: what this program decided beside what was really booked, for a tenant that still works its old way.

The bookings come from a CSV file, one row per line of a booking: ``bank_reference,document,amount`` and, where they are known,
``kind`` (payment, on_account, refund; default: payment, on_account without a document) and ``customer_id``. Compared are cash lines,
for the old way of working may know no others; an entry of ours in review agrees with nothing, but it is said whether a suggestion does.

Worked example: the file says R1 paid F1 100.00 and R2 paid F9 50.00; we booked R1 the same, and R2 to F8. One agreement, one
disagreement with our evidence, and whoever is wrong is found before anything was sent to anybody.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from daemon.bookkeeping import entry_name
from daemon.replay import Answer, Lines, standing, summed
from daemon.tenant import Tenant
from ledger.allocations import CASH_SIGN, AllocationKind
from ledger.errors import AfletterError
from ledger.money import Money
from store.entries import StoredEntry

_NEEDED: Final = ("bank_reference", "document", "amount")
_CASH: Final = frozenset(kind.value for kind in CASH_SIGN)


class ShadowError(AfletterError):
    """The file of bookings cannot be read; the message names line and column."""


class Verdict(StrEnum):
    """How an entry of ours stands to what was really booked."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    ONLY_WE = "only we booked it"
    SUGGESTED = "waits here, and a suggestion agrees"
    WAITS = "waits here"
    IGNORED = "ignored here"
    UNKNOWN = "not in our statements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One entry: ours, theirs (no lines: they have not booked it), and the rank of the suggestion that agrees (0: none)."""

    subject: str
    verdict: Verdict
    ours: Answer
    theirs: Lines
    rank: int = 0


@dataclass(slots=True)
class Shadowed:
    """All entries that either side booked, in booking order."""

    entries: list[Compared] = field(default_factory=list)

    def count(self, verdict: Verdict) -> int:
        """How many entries stand so."""
        return sum(each.verdict is verdict for each in self.entries)


def read_booked(path: Path, currency: str) -> dict[str, Lines]:
    """What was really booked, by bank reference. Raises ShadowError for a file without the columns or a row that is no booking."""
    rows: dict[str, list[tuple[str, str, Money]]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
            if missing:
                raise ShadowError(f"{path}: line 1: there is no column {', '.join(missing)}")
            for row in reader:
                where = f"{path}: line {reader.line_num}"
                rows.setdefault((row["bank_reference"] or "").strip(), []).append(_line(row, where, currency))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ShadowError(f"{path}: {error}") from error
    if "" in rows:
        raise ShadowError(f"{path}: {len(rows[''])} rows have no bank_reference")
    return {reference: summed(iter(lines)) for reference, lines in rows.items()}


def _line(row: dict[str, str], where: str, currency: str) -> tuple[str, str, Money]:
    document = (row["document"] or "").strip()
    customer = (row.get("customer_id") or "").strip()
    kind = (row.get("kind") or "").strip() or ("payment" if document else "on_account")
    if kind not in _CASH:
        known = kind in {each.value for each in AllocationKind}
        raise ShadowError(
            f"{where}, column kind: '{kind}' {'moves no cash: leave such rows out' if known else 'is no kind'}"
        )
    if not document and not customer:
        raise ShadowError(f"{where}: neither document nor customer_id")
    try:
        amount = Money.parse(row["amount"] or "", currency)
    except ValueError as error:
        raise ShadowError(f"{where}, column amount: {error}") from error
    return kind, document or customer, amount


def shadow(tenant: Tenant, path: Path) -> Shadowed:
    """Every entry that was booked by us or by them, ours beside theirs."""
    booked = read_booked(path, tenant.config.currency)
    result = Shadowed()
    with tenant.store.snapshot() as t:
        for stored in t.entries.rows():
            name = entry_name(stored.identified)
            theirs = booked.pop(name, ())
            if theirs or stored.status == "matched":
                result.entries.append(_compared(stored, name, theirs))
    nothing = Answer(status="", lines=(), reason="")
    result.entries.extend(
        Compared(subject=name, verdict=Verdict.UNKNOWN, ours=nothing, theirs=theirs) for name, theirs in booked.items()
    )
    return result


def _compared(stored: StoredEntry, name: str, theirs: Lines) -> Compared:
    ours = standing(stored)
    rank = 0
    if stored.status == "matched":
        agrees = _cash(ours.lines) == theirs
        verdict = Verdict.ONLY_WE if not theirs else Verdict.AGREES if agrees else Verdict.DISAGREES
    elif stored.status == "ignored":
        verdict = Verdict.IGNORED
    else:
        rank = next((rank for rank, lines in _suggested(stored) if _cash(lines) == theirs), 0)
        verdict = Verdict.SUGGESTED if rank else Verdict.WAITS
    return Compared(subject=name, verdict=verdict, ours=ours, theirs=theirs, rank=rank)


def _cash(lines: Lines) -> Lines:
    return tuple(line for line in lines if line[0] in _CASH)


def _suggested(stored: StoredEntry) -> Iterator[tuple[int, Lines]]:
    for rank in sorted({line.rank for line in stored.lines if line.rank is not None}):
        yield (
            rank,
            summed(
                (line.kind.value, line.document or line.customer_id, line.amount)
                for line in stored.lines
                if line.rank == rank and line.kind is not None and line.amount is not None
            ),
        )
