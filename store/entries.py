"""Booked bank entries and how each was decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from sqlalchemy import Row, Select, bindparam, literal, or_, select, update

from ledger.allocations import CASH_SIGN, Allocation, AllocationKind
from ledger.errors import InvariantBroken
from ledger.money import Money
from ledger.statements import IdentifiedEntry, StatementEntry
from store import json_text
from store.schema import entry, entry_line
from store.shelf import ROWS_PER_INSERT, Shelf, Values, chunks

#: Where an entry stands; the last three as in contract.md, export ``matches``.
Standing = Literal["new", "matched", "review", "ignored"]

#: Characters of a bank's reference that can be searched for.
REFERENCE_CHARACTERS: Final = 140
#: Entries that one search gives at most.
FOUND_ENTRIES: Final = 100

_ORDER: Final = [entry.c.booked_on, entry.c.account, entry.c.position, entry.c.entry_id]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchLine:
    """One row of the export ``matches``: a booked line (``rank`` is None), a line of a suggestion, or (neither ``rank`` nor ``kind``) a part that is booked to
    nothing yet, ``settles`` being what its sender calls it."""

    rank: int | None
    kind: AllocationKind | None
    document: str
    customer_id: str
    amount: Money | None
    confidence: str
    reason: str
    settles: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDecision:
    """What was decided about an entry; takes the place of what was decided before.

    ``new`` puts it back among the undecided. Raises InvariantBroken when such a one has lines.
    """

    entry_id: str
    status: Standing
    lines: tuple[MatchLine, ...]
    reason: str
    confidence: str

    def __post_init__(self) -> None:
        if self.status == "new" and self.lines:
            raise InvariantBroken(f"entry {self.entry_id} is undecided and has lines")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry and where it stands; ``reason`` and ``confidence`` are of its last decision (empty while it is new)."""

    identified: IdentifiedEntry
    status: Standing
    lines: tuple[MatchLine, ...]
    reason: str
    confidence: str

    @property
    def booked(self) -> tuple[Allocation, ...]:
        """What is booked of it; of an entry that waits for a person, what was certain."""
        return tuple(
            Allocation(
                kind=line.kind,
                document=line.document,
                customer_id=line.customer_id,
                amount=line.amount,
                settles=line.settles,
            )
            for line in self.lines
            if line.rank is None and line.kind is not None and line.amount is not None
        )

    @property
    def open_parts(self) -> tuple[MatchLine, ...]:
        """The parts that nobody can tell yet, each named by ``settles``, its amount as it changes the entry."""
        return tuple(line for line in self.lines if line.rank is None and line.kind is None and line.amount is not None)

    @property
    def undecided(self) -> Money:
        """How much of it is booked to nothing, signed: all of it, or the rest of an entry that is booked in part."""
        amount = self.identified.entry.amount
        cash = sum(CASH_SIGN[one.kind] * one.amount.minor for one in self.booked if one.kind in CASH_SIGN)
        return Money(amount.minor - cash, amount.currency)


def _identified(row: Row[Any]) -> IdentifiedEntry:
    return IdentifiedEntry(entry_id=row.entry_id, entry=json_text.read(StatementEntry, row.content))


def _fixed(fact: StatementEntry) -> tuple[object, ...]:
    """What an entry is, whatever is learned of it."""
    return (
        fact.account,
        fact.booked_on,
        fact.value_on,
        fact.amount,
        fact.balance,
        fact.position,
        fact.bank_reference,
        fact.source,
    )


def _entry_row(identified: IdentifiedEntry) -> Values:
    fact = identified.entry
    return {
        "entry_id": identified.entry_id,
        "account": fact.account,
        "booked_on": fact.booked_on,
        "position": fact.position,
        "amount": fact.amount.minor,
        "currency": fact.amount.currency,
        "bank_reference": fact.bank_reference[:REFERENCE_CHARACTERS],
        "content": json_text.write(fact),
        "status": "new",
        "reason": "",
        "confidence": "",
    }


def _line(row: Row[Any]) -> MatchLine:
    return MatchLine(
        rank=row.rank,
        kind=None if row.kind is None else AllocationKind(row.kind),
        document=row.document,
        customer_id=row.customer_id,
        amount=None if row.amount is None else Money(row.amount, row.currency),
        confidence=row.confidence,
        reason=row.reason,
        settles=row.settles,
    )


def _line_row(entry_id: str, number: int, line: MatchLine) -> Values:
    return {
        "entry_id": entry_id,
        "number": number,
        "rank": line.rank,
        "kind": line.kind,
        "document": line.document,
        "customer_id": line.customer_id,
        "amount": None if line.amount is None else line.amount.minor,
        "currency": None if line.amount is None else line.amount.currency,
        "confidence": line.confidence,
        "reason": line.reason,
        "settles": line.settles,
    }


class Entries(Shelf):
    """Bank entries of a tenant."""

    def known(self, account: str, days: Collection[date]) -> dict[date, list[IdentifiedEntry]]:
        """Entries of an account booked on each of ``days``, in the order of the statement; an empty list where there are none."""
        found: dict[date, list[IdentifiedEntry]] = {day: [] for day in days}
        query = self._select(entry).where(entry.c.account == account).order_by(entry.c.position, entry.c.entry_id)
        for row in self._among(query, entry.c.booked_on, found):
            found[row.booked_on].append(_identified(row))
        return found

    def insert(self, identified: Sequence[IdentifiedEntry]) -> list[IdentifiedEntry]:
        """Those that were really inserted, in their order; an entry that is known stays as it first came."""
        first: dict[str, IdentifiedEntry] = {}
        for each in identified:
            first.setdefault(each.entry_id, each)
        present = {row.entry_id for row in self._among(self._ids(), entry.c.entry_id, first)}
        inserted = [each for each in first.values() if each.entry_id not in present]
        self._insert(entry, [_entry_row(each) for each in inserted])
        return inserted

    def enrich(self, identified: Sequence[IdentifiedEntry]) -> int:
        """Put what was learned of entries in the place of what was known, and answer of how many.

        Only of those that are undecided or wait for a person; what is decided stands. Raises InvariantBroken when the amount, the
        day, the account or the place in the statement would change.
        """
        wanted = {each.entry_id: each.entry for each in identified}
        open_ = self._select(entry).where(entry.c.status.in_(("new", "review")))
        rows = list(self._among(open_, entry.c.entry_id, wanted))
        for row in rows:
            fact = wanted[row.entry_id]
            if _fixed(fact) != _fixed(_identified(row).entry):
                raise InvariantBroken(f"entry {row.entry_id} would be another one")
            change = update(entry).where(self._own(entry), entry.c.entry_id == row.entry_id)
            self._connection.execute(change.values(content=json_text.write(fact)))
        return len(rows)

    def undecided(self) -> Iterator[IdentifiedEntry]:
        """New entries, ordered by booking day, account, position and id; deciding while reading is allowed."""
        query = self._select(entry).where(entry.c.status == literal("new", literal_execute=True))
        return map(_identified, self._stream(query, _ORDER))

    def get(self, entry_id: str) -> StoredEntry:
        """One entry; raises LookupError when there is none of that id."""
        rows = self._connection.execute(self._select(entry).where(entry.c.entry_id == entry_id)).all()
        if not rows:
            raise LookupError(f"there is no entry {entry_id}")
        return next(self._stored(rows))

    def find(self, wanted: str) -> list[str]:
        """Ids of the entries whose id starts with the text or whose bank reference it is, oldest first; at most FOUND_ENTRIES."""
        if not wanted:
            return []
        starts = (entry.c.entry_id >= wanted) & (entry.c.entry_id < wanted + "\U0010ffff")
        query = self._ids().where(or_(starts, entry.c.bank_reference == wanted[:REFERENCE_CHARACTERS]))
        return list(self._connection.execute(query.order_by(*_ORDER).limit(FOUND_ENTRIES)).scalars())

    def decide(self, decisions: Sequence[EntryDecision]) -> None:
        """Write decisions down; the lines of an earlier one of the same entry go. Raises LookupError for an unknown entry."""
        by_id = {decision.entry_id: decision for decision in decisions}
        query = select(entry.c.entry_id, entry.c.status).where(self._own(entry))
        standing = {row.entry_id: row.status for row in self._among(query, entry.c.entry_id, by_id)}
        if missing := by_id.keys() - standing.keys():
            raise LookupError(f"there is no entry {min(missing)}")
        decided = [entry_id for entry_id, status in standing.items() if status != "new"]
        self._delete(entry_line, entry_line.c.entry_id, decided)
        self._set_standing(by_id.values())
        self._insert(
            entry_line,
            [
                _line_row(decision.entry_id, number, line)
                for decision in by_id.values()
                for number, line in enumerate(decision.lines, start=1)
            ],
        )

    def rows(self, statuses: Collection[Standing] | None = None) -> Iterator[StoredEntry]:
        """All entries, or those that stand so, with their lines; ordered by booking day, account, position and id."""
        query = self._select(entry)
        if statuses is not None:
            query = query.where(entry.c.status.in_(statuses))
        for page in self._pages(query, _ORDER):
            yield from self._stored(page)

    def _ids(self) -> Select[Any]:
        return select(entry.c.entry_id).where(self._own(entry))

    def _stored(self, page: Sequence[Row[Any]]) -> Iterator[StoredEntry]:
        lines: dict[str, list[MatchLine]] = {}
        query = self._select(entry_line).order_by(entry_line.c.number)
        decided = [row.entry_id for row in page if row.status != "new"]
        for row in self._among(query, entry_line.c.entry_id, decided):
            lines.setdefault(row.entry_id, []).append(_line(row))
        for row in page:
            yield StoredEntry(
                identified=_identified(row),
                status=row.status,
                lines=tuple(lines.get(row.entry_id, ())),
                reason=row.reason,
                confidence=row.confidence,
            )

    def _set_standing(self, decisions: Collection[EntryDecision]) -> None:
        statement = (
            update(entry)
            .where(self._own(entry), entry.c.entry_id == bindparam("wanted"))
            .values(status=bindparam("standing"), reason=bindparam("why"), confidence=bindparam("how"))
        )
        for chunk in chunks(decisions, ROWS_PER_INSERT):
            rows = [
                {"wanted": each.entry_id, "standing": each.status, "why": each.reason, "how": each.confidence}
                for each in chunk
            ]
            self._connection.execute(statement, rows)
