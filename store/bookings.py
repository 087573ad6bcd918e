"""The subledger's bookings, append-only, and the projection of open items that follows them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, cast, delete, func, select

from ledger.bookings import AccountKind, Booking, BookingKind, BookingLine, LedgerAccount
from ledger.documents import Document, DocumentKind, ItemStatus, OpenItem
from ledger.errors import ConflictingPayload
from ledger.mandates import MandateStatus
from ledger.money import Money
from store.facts import document_of
from store.schema import (
    booking,
    booking_line,
    collection_part,
    document,
    document_flag,
    mandate,
    receivable_balance,
    reminder,
    reminder_document,
)
from store.shelf import PAGE_ROWS, Shelf, Values, chunks


def _total() -> ColumnElement[int]:
    """Sum of amounts; PostgreSQL would make it NUMERIC."""
    return cast(func.sum(booking_line.c.amount), BigInteger)


def _line(row: Row[Any]) -> BookingLine:
    return BookingLine(
        account=LedgerAccount(AccountKind(row.account_kind), row.account_key),
        amount=Money(row.amount, row.currency),
        customer_id=row.customer_id,
    )


def _booking(row: Row[Any], lines: Collection[BookingLine]) -> Booking:
    return Booking(
        booking_id=row.booking_id,
        kind=BookingKind(row.kind),
        booked_on=row.booked_on,
        subject=row.subject,
        lines=tuple(lines),
        reverses=row.reverses,
    )


def _booking_row(sequence: int, fact: Booking) -> Values:
    return {
        "sequence": sequence,
        "booking_id": fact.booking_id,
        "kind": fact.kind,
        "booked_on": fact.booked_on,
        "subject": fact.subject,
        "reverses": fact.reverses,
    }


def _line_row(sequence: int, number: int, line: BookingLine) -> Values:
    return {
        "sequence": sequence,
        "number": number,
        "account_kind": line.account.kind,
        "account_key": line.account.key,
        "customer_id": line.customer_id,
        "amount": line.amount.minor,
        "currency": line.amount.currency,
    }


class Bookings(Shelf):
    """Bookings of a tenant, in the order in which they were appended."""

    def append(self, bookings: Sequence[Booking]) -> list[Booking]:
        """Those that were really inserted. Raises ConflictingPayload when a booking_id was used with other content."""
        unique: dict[str, Booking] = {}
        for fact in bookings:
            if unique.setdefault(fact.booking_id, fact) != fact:
                raise ConflictingPayload(fact.booking_id)
        present = self._present(unique)
        for booking_id, known in present.items():
            if unique[booking_id] != known:
                raise ConflictingPayload(booking_id)
        inserted = [fact for fact in unique.values() if fact.booking_id not in present]
        last = self._last(booking.c.sequence, booking)
        for chunk in chunks(inserted, PAGE_ROWS):
            self._write(last, chunk)
            last += len(chunk)
        return inserted

    def _present(self, booking_ids: Collection[str]) -> dict[str, Booking]:
        present: dict[str, Booking] = {}
        for chunk in chunks(booking_ids, PAGE_ROWS):
            rows = list(self._among(self._select(booking), booking.c.booking_id, chunk))
            present.update((fact.booking_id, fact) for fact in self._with_lines(rows))
        return present

    def _write(self, last: int, bookings: Sequence[Booking]) -> None:
        numbered = list(enumerate(bookings, start=last + 1))
        self._insert(booking, [_booking_row(sequence, fact) for sequence, fact in numbered])
        lines = [
            (sequence, number, line) for sequence, fact in numbered for number, line in enumerate(fact.lines, start=1)
        ]
        self._insert(booking_line, [_line_row(*line) for line in lines])
        balances: dict[tuple[str, str], int] = {}
        for _, _, line in lines:
            if line.account.kind is AccountKind.RECEIVABLE:
                key = (line.account.key, line.amount.currency)
                balances[key] = balances.get(key, 0) + line.amount.minor
        self._upsert(
            receivable_balance,
            [
                {"number": number, "currency": currency, "balance": balance}
                for (number, currency), balance in balances.items()
            ],
            sums=("balance",),
        )

    def of_subject(self, subject: str) -> list[Booking]:
        """Bookings of one entry or document, in append order."""
        query = self._select(booking).where(booking.c.subject == subject).order_by(booking.c.sequence)
        return list(self._with_lines(self._connection.execute(query).all()))

    def on_receivable(self, number: str) -> list[Booking]:
        """Bookings with a line on the receivable account of a document, in append order."""
        sequences = select(booking_line.c.sequence).where(
            self._own(booking_line),
            booking_line.c.account_kind == AccountKind.RECEIVABLE,
            booking_line.c.account_key == number,
        )
        query = self._select(booking).where(booking.c.sequence.in_(sequences)).order_by(booking.c.sequence)
        return list(self._with_lines(self._connection.execute(query).all()))

    def all(self) -> Iterator[Booking]:
        """Every booking, in append order."""
        for page in self._pages(self._select(booking), [booking.c.sequence]):
            yield from self._with_lines(page)

    def after(self, sequence: int) -> Iterator[Booking]:
        """Bookings after the one of that number, in append order."""
        query = self._select(booking).where(booking.c.sequence > sequence)
        for page in self._pages(query, [booking.c.sequence]):
            yield from self._with_lines(page)

    def last(self) -> int:
        """The number of the newest booking; 0 where there is none."""
        return self._last(booking.c.sequence, booking)

    def _with_lines(self, page: Sequence[Row[Any]]) -> Iterator[Booking]:
        lines: dict[int, list[BookingLine]] = {row.sequence: [] for row in page}
        query = self._select(booking_line).order_by(booking_line.c.sequence, booking_line.c.number)
        for row in self._among(query, booking_line.c.sequence, lines):
            lines[row.sequence].append(_line(row))
        for row in page:
            yield _booking(row, lines[row.sequence])

    def balances(self, kind: AccountKind | None = None) -> Iterator[tuple[LedgerAccount, Money]]:
        """Sum of the lines of each account and currency, zero or not, from the booking lines alone; by account."""
        columns = [booking_line.c.account_kind, booking_line.c.account_key, booking_line.c.currency]
        query = select(*columns, _total().label("balance")).where(self._own(booking_line)).group_by(*columns)
        if kind is not None:
            query = query.where(booking_line.c.account_kind == kind)
        for row in self._stream(query, columns):
            yield LedgerAccount(AccountKind(row.account_kind), row.account_key), Money(row.balance, row.currency)

    def by_day(self, account: LedgerAccount, currency: str) -> dict[date, int]:
        """The sum of the lines of an account for each day on which it moved, in minor units."""
        query = (
            select(booking.c.booked_on, _total().label("moved"))
            .join(
                booking_line,
                (booking_line.c.tenant == booking.c.tenant) & (booking_line.c.sequence == booking.c.sequence),
            )
            .where(
                self._own(booking),
                booking_line.c.account_kind == account.kind,
                booking_line.c.account_key == account.key,
                booking_line.c.currency == currency,
            )
            .group_by(booking.c.booked_on)
        )
        return {row.booked_on: int(row.moved) for row in self._connection.execute(query)}

    def open_items(self) -> Iterator[OpenItem]:
        """Every booked document, settled ones too, by due date and number."""
        for page in self._pages(self._select(document), [document.c.due_on, document.c.number]):
            yield from self._items_of(page)

    def items_numbered(self, numbers: Collection[str]) -> dict[str, OpenItem]:
        """Those of these documents that are booked, by number."""
        rows = list(self._among(self._select(document), document.c.number, sorted(numbers)))
        return {item.document.number: item for item in self._items_of(rows)}

    def _items_of(self, page: Sequence[Row[Any]]) -> Iterator[OpenItem]:
        numbers = [row.number for row in page]
        balances = self._balances(numbers)
        flags = self._flags(numbers)
        live = self._live(numbers)
        levels = self._levels(numbers)
        mandates = self._mandates({row.customer_id for row in page})
        for row in page:
            balance = balances.get((row.number, row.currency))
            if balance is None:
                continue
            yield _open_item(
                document_of(row),
                balance,
                flag=flags.get(row.number),
                live=row.number in live,
                level=levels.get(row.number, 0),
                mandate_reference=mandates.get(row.customer_id, ""),
            )

    def open_of(self, number: str) -> Money:
        """What is open of one document. Raises LookupError when nothing of it was ever booked."""
        row = self._connection.execute(
            select(document.c.kind, receivable_balance.c.balance, receivable_balance.c.currency)
            .join(
                receivable_balance,
                (receivable_balance.c.tenant == document.c.tenant)
                & (receivable_balance.c.number == document.c.number)
                & (receivable_balance.c.currency == document.c.currency),
            )
            .where(self._own(document), document.c.number == number)
        ).first()
        if row is None:
            raise LookupError(f"nothing of document {number} is booked")
        sign = 1 if row.kind == DocumentKind.INVOICE else -1
        return Money(sign * row.balance, row.currency)

    def undone(self, kind: BookingKind) -> frozenset[str]:
        """Subjects of the bookings of a kind that a counter-booking took back."""
        back = booking.alias()
        query = (
            select(booking.c.subject)
            .join(back, (back.c.tenant == booking.c.tenant) & (back.c.reverses == booking.c.booking_id))
            .where(self._own(booking), booking.c.kind == kind, back.c.kind == BookingKind.COUNTER)
        )
        return frozenset(self._connection.execute(query).scalars())

    def flag(self, number: str, status: ItemStatus | None) -> None:
        """Say that a document is disputed, written_off or cancelled; None takes it back."""
        if status is None:
            self._connection.execute(
                delete(document_flag).where(self._own(document_flag), document_flag.c.number == number)
            )
        else:
            self._upsert(document_flag, [{"number": number, "flag": status}])

    def rebuild_open_items(self) -> None:
        """The projection anew, from the booking lines alone."""
        self._connection.execute(delete(receivable_balance).where(self._own(receivable_balance)))
        columns = ["tenant", "number", "currency", "balance"]
        sums = (
            select(booking_line.c.tenant, booking_line.c.account_key, booking_line.c.currency, _total())
            .where(self._own(booking_line), booking_line.c.account_kind == AccountKind.RECEIVABLE)
            .group_by(booking_line.c.tenant, booking_line.c.account_key, booking_line.c.currency)
        )
        self._connection.execute(receivable_balance.insert().from_select(columns, sums))

    def _balances(self, numbers: Sequence[str]) -> dict[tuple[str, str], int]:
        """What stands on each receivable account and currency."""
        rows = self._among(self._select(receivable_balance), receivable_balance.c.number, numbers)
        return {(row.number, row.currency): row.balance for row in rows}

    def _flags(self, numbers: Sequence[str]) -> dict[str, str]:
        rows = self._among(self._select(document_flag), document_flag.c.number, numbers)
        return {row.number: row.flag for row in rows}

    def _live(self, numbers: Sequence[str]) -> set[str]:
        query = select(collection_part.c.document).where(self._own(collection_part), collection_part.c.live)
        return {row.document for row in self._among(query, collection_part.c.document, numbers)}

    def _levels(self, numbers: Sequence[str]) -> dict[str, int]:
        query = (
            select(reminder_document.c.document, func.max(reminder_document.c.level).label("level"))
            .join(
                reminder,
                (reminder.c.tenant == reminder_document.c.tenant)
                & (reminder.c.message_id == reminder_document.c.message_id),
            )
            .where(self._own(reminder_document), reminder.c.status.not_in(["held", "cancelled", "bounced"]))
            .group_by(reminder_document.c.document)
        )
        return {row.document: row.level for row in self._among(query, reminder_document.c.document, numbers)}

    def _mandates(self, customer_ids: Collection[str]) -> dict[str, str]:
        """The active mandate of each customer who has exactly one; which of several is meant, nobody guesses."""
        query = (
            select(mandate.c.customer_id, mandate.c.reference)
            .where(self._own(mandate), mandate.c.status == MandateStatus.ACTIVE)
            .order_by(mandate.c.reference)
        )
        found: dict[str, list[str]] = {}
        for row in self._among(query, mandate.c.customer_id, customer_ids):
            found.setdefault(row.customer_id, []).append(row.reference)
        return {customer_id: references[0] for customer_id, references in found.items() if len(references) == 1}


def _open_item(
    fact: Document, balance: int, *, flag: str | None, live: bool, level: int, mandate_reference: str
) -> OpenItem:
    amount = Money(balance if fact.kind is DocumentKind.INVOICE else -balance, fact.gross.currency)
    return OpenItem(
        document=fact,
        open=amount,
        status=_status(fact, amount, flag=flag, live=live),
        dunning_level=level,
        mandate_reference=mandate_reference,
        blocked_by="" if flag is None else flag,
    )


def _status(fact: Document, amount: Money, *, flag: str | None, live: bool) -> ItemStatus:
    if flag is not None:
        return ItemStatus(flag)
    if not amount:
        return ItemStatus.SETTLED
    if live:
        return ItemStatus.IN_COLLECTION
    return ItemStatus.OPEN if amount == fact.gross else ItemStatus.PARTLY_SETTLED
