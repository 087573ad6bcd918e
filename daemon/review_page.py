"""One entry as a person reads it: what the bank says, what was decided and why, what came second or nearest, what may be accepted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from daemon.bookkeeping import entry_name
from ledger.allocations import Evidence
from ledger.decisions import LoggedDecision
from ledger.wording import evidence_words
from store.entries import MatchLine, StoredEntry


def page(stored: StoredEntry, log: Sequence[LoggedDecision], language: str) -> list[str]:
    """The lines of the page. ``log``: what was decided about the entry, oldest first."""
    return [*_from_the_bank(stored), *_now(stored), *_decided(log, language)]


def suggestion(stored: StoredEntry, rank: int) -> str:
    """The lines of one suggestion on one line of text; empty when there is none of that rank."""
    return " + ".join(_booked(line) for line in stored.lines if line.rank == rank)


def _booked(line: MatchLine) -> str:
    kind = "" if line.kind is None else line.kind.value
    against = f" on {line.settles}" if line.settles else ""
    return f"{kind} {line.document or line.customer_id} {line.amount}{against}"


def _from_the_bank(stored: StoredEntry) -> Iterator[str]:
    entry = stored.identified.entry
    yield f"entry        {entry_name(stored.identified)}  ({stored.identified.entry_id})"
    yield f"account      {entry.account}, booked {entry.booked_on}, value {entry.value_on}"
    yield f"amount       {entry.amount}"
    yield f"counterparty {entry.counterparty.name} {entry.counterparty.iban}".rstrip()
    yield from (f"remittance   {line}" for line in entry.remittance.unstructured)
    yield from (f"reference    {reference}" for reference in entry.remittance.creditor_references)


def _now(stored: StoredEntry) -> Iterator[str]:
    yield f"status       {stored.status}: {stored.reason}"
    for rank in sorted({line.rank for line in stored.lines if line.rank is not None}):
        yield f"suggestion {rank}  {suggestion(stored, rank)}"
        yield f"             {next(line.reason for line in stored.lines if line.rank == rank)}"
    for line in stored.lines:
        if line.rank is None and line.kind is not None:
            yield f"booked       {_booked(line)}"
    for line in stored.open_parts:
        yield f"waits        {line.settles} {line.amount}: {line.reason}"


def _decided(log: Sequence[LoggedDecision], language: str) -> Iterator[str]:
    for logged in log:
        decision = logged.decision
        yield f"log {logged.sequence:<8} {decision.as_of} {decision.decision} by {decision.by}: {decision.reason}"
        if decision.evidence:
            words = evidence_words(",".join(_evidence(decision.evidence)), language)
            yield f"  evidence   {words}"
        if decision.runner_up:
            word = "runner-up" if decision.decision == "matched" else "nearest"
            yield f"  {word:<10} {decision.runner_up}"


def _evidence(names: str) -> Iterator[str]:
    known = {each.value for each in Evidence}
    return (name for name in names.split(";") if name in known)
