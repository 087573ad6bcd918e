"""The three tables of the folder source: customers, invoices and mandates (contract.md, "Input files of the folder source").

UTF-8 (a byte order mark is tolerated), comma, header line, ISO dates, decimal point. Columns stand in any order; columns that are not
ours are left in the archived bytes. A table in another encoding, or without a column it must have, is refused as a whole,
because half of it would be worse; a faulty row is one Fault and never takes a neighbour with it, not even by a
quote that is never closed.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from formats.payment_text import bare_iban, bare_reference, bare_vat_number, is_currency
from ledger.calls import CallAttempt, CallOutcome, HalfDay
from ledger.documents import DiscountTerms, Document, DocumentKind
from ledger.mandates import Mandate, MandateStatus, MandateType, Scheme
from ledger.media import Medium
from ledger.money import Money
from ledger.party import Address, Contact, Customer, CustomerType, Role
from ledger.sources import Fault, RawDocument, SourceRef

#: Lines that one row may stretch over by line breaks inside quotes.
ROW_LINES: Final = 50
#: Characters that one line may have; no honest row comes near.
LINE_CHARACTERS: Final = 64 * 1024
_CHUNK_BYTES: Final = 256 * 1024
_SHOWN_CHARACTERS: Final = 40
_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
#: Longest that a call may be waited for.
_MOST_DAYS: Final = 3650
_PERCENT: Final = re.compile(r"(\d{1,2})(?:\.(\d+))?\Z", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_COUNTRY: Final = re.compile(r"[A-Z]{2}\Z")
_LANGUAGE: Final = re.compile(r"([a-z]{2})(?:[-_].*)?\Z")
#: A link that customers are asked to follow: encrypted, and without anything that could end it early.
_LINK: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::\d{1,5})?(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?\Z")
_LINK_CHARACTERS: Final = 2000
_BIC: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\Z")

E = TypeVar("E", bound=StrEnum)
F = TypeVar("F")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The columns that a table must have, and those it may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


CUSTOMERS: Final = _Table(
    required=("id", "name", "type"),
    optional=(
        "email",
        "language",
        "street",
        "postcode",
        "city",
        "country",
        "ibans",
        "group",
        "vat_number",
        "phone",
        "email_bookkeeper",
        "email_treasurer",
        "channels",
    ),
)
INVOICES: Final = _Table(
    required=("number", "kind", "customer_id", "issue_date", "due_date", "currency", "total"),
    optional=(
        "paid",
        "payment_reference",
        "order_number",
        "corrects",
        "discount_percent",
        "discount_until",
        "call_after_days",
        "product",
        "service",
        "payment_link",
    ),
)
MANDATES: Final = _Table(
    required=("reference", "customer_id", "iban", "scheme", "type", "signed_on", "status"),
    optional=("bic", "account_holder", "last_collected_on", "replaces", "changed_by"),
)

#: Outcomes of calls: the call list, filled in by whoever called. A row whose cells of the call are empty was not called.
CALLS: Final = _Table(
    required=("customer_id", "called_on", "half_day", "outcome"),
    optional=("documents", "promised_on", "by", "note"),
)


class _Refused(Exception):
    """The whole table cannot be taken over."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


class _Faulty(Exception):
    """One row cannot be taken over."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of one row by column, stripped; a column that is not in the table is empty."""

    line: int
    cells: Mapping[str, str]
    source: SourceRef

    def text(self, column: str) -> str:
        """The cell; a line break inside quotes is a blank, other control characters are faults."""
        cell = self.cells.get(column, "")
        if not cell.isprintable():
            cell = " ".join(cell.split())
            if _CONTROL.search(cell):
                raise _Faulty(column, "has a control character")
        return cell

    def required(self, column: str) -> str:
        cell = self.text(column)
        if not cell:
            raise _Faulty(column, "is empty")
        return cell


@dataclass(frozen=True, slots=True)
class _BadLine:
    """A line that is no row."""

    line: int
    reason: str


def read_customers(document: RawDocument) -> Iterator[Customer | Fault]:
    """Customers in the table's order. An IBAN that is none is a fault beside its customer, who is taken over without it."""
    yield from _read(document, CUSTOMERS, "id", _customer)


def read_invoices(document: RawDocument) -> Iterator[Document | Fault]:
    """Invoices and credit notes in the table's order."""
    yield from _read(document, INVOICES, "number", _invoice)


def read_mandates(document: RawDocument) -> Iterator[Mandate | Fault]:
    """Mandates in the table's order."""
    yield from _read(document, MANDATES, "reference", _mandate)


def read_calls(document: RawDocument) -> Iterator[CallAttempt | Fault]:
    """Calls in the table's order."""
    yield from _read(document, CALLS, None, _call)


def _read(
    document: RawDocument, table: _Table, identity: str | None, fact_of: Callable[[_Row], Iterator[F | Fault]]
) -> Iterator[F | Fault]:
    """The facts of a table. ``identity``: the column whose cells differ from row to row; None: there is none."""
    try:
        _check_text(document)
        stream = document.open()
    except _Refused as refused:
        yield _fault(document, refused.place, refused.reason, whole=True)
        return
    with stream, io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
        lines = _Lines(text)
        try:
            columns = _header(lines, table)
        except _Refused as refused:
            yield _fault(document, refused.place, refused.reason, whole=True)
            return
        first_lines: dict[str, int] = {}
        for found in _rows(document, lines, columns):
            if isinstance(found, _BadLine):
                yield _fault(document, f"line {found.line}", found.reason, whole=False)
                continue
            try:
                key = "" if identity is None else found.required(identity)
                if identity is not None and key in first_lines:
                    raise _Faulty(identity, f"{_shown(key)} stands on line {first_lines[key]} already")
                facts = tuple(fact_of(found))
            except _Faulty as faulty:
                yield _fault(document, f"line {found.line}, column {faulty.column}", faulty.reason, whole=False)
                continue
            first_lines[key] = found.line
            yield from facts


def _fault(document: RawDocument, place: str, reason: str, *, whole: bool) -> Fault:
    return Fault(source=_source(document, place), reason=reason, whole_document=whole)


def _source(document: RawDocument, place: str) -> SourceRef:
    return SourceRef(system=document.system, name=document.name, document=document.sha256, place=place)


def _shown(text: str) -> str:
    return f"'{text[:_SHOWN_CHARACTERS]}…'" if len(text) > _SHOWN_CHARACTERS else f"'{text}'"


def _check_text(document: RawDocument) -> None:
    """Raises _Refused when the bytes are not UTF-8 text throughout, naming byte and line; before any row is taken over."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    passed = 0
    line = 1
    with document.open() as stream:
        head = stream.read(4)
        if not head:
            raise _Refused("", "the file is empty")
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise _Refused("byte 1", "the file is UTF-16; it must be UTF-8")
        chunk = head
        while chunk:
            pending = len(decoder.getstate()[0])
            nul = chunk.find(b"\0")
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                at = passed - pending + error.start
                line += chunk[: max(0, error.start - pending)].count(b"\n")
                raise _Refused(f"line {line}, byte {at + 1}", "the file is not UTF-8 text") from error
            if nul >= 0:
                line += chunk[:nul].count(b"\n")
                raise _Refused(f"line {line}, byte {passed + nul + 1}", "the file is binary, not text")
            line += chunk.count(b"\n")
            passed += len(chunk)
            chunk = stream.read(_CHUNK_BYTES)
        pending = len(decoder.getstate()[0])
        if pending:
            raise _Refused(
                f"line {line}, byte {passed - pending + 1}",
                "the file is not UTF-8 text, or ends in the middle of a character",
            )


class _Lines:
    """Lines with their numbers; what was taken too much can be put back."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._waiting: deque[tuple[int, str]] = deque()
        self._number = 0

    def take(self) -> tuple[int, str] | None:
        """The next line and its number, None at the end. A line over LINE_CHARACTERS comes cut off, and is a fault to its reader."""
        if self._waiting:
            return self._waiting.popleft()
        line = self._text.readline(LINE_CHARACTERS)
        if not line:
            return None
        self._number += 1
        if len(line) == LINE_CHARACTERS and not line.endswith(("\n", "\r")):
            rest = self._text.readline(LINE_CHARACTERS)
            while len(rest) == LINE_CHARACTERS and not rest.endswith(("\n", "\r")):
                rest = self._text.readline(LINE_CHARACTERS)
        return self._number, line

    def put_back(self, lines: Sequence[tuple[int, str]]) -> None:
        """Lines that ``take`` gives again next, in their order."""
        self._waiting.extendleft(reversed(lines))


def _cells(text: str) -> list[str] | None:
    """The cells of one row, None when its quotes are not in order (RFC 4180)."""
    if '"' not in text:
        return text.rstrip("\r\n").split(",")
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _header(lines: _Lines, table: _Table) -> list[str]:
    taken = lines.take()
    while taken is not None and not taken[1].strip():
        taken = lines.take()
    if taken is None:
        raise _Refused("line 1", "there is no header line")
    number, text = taken
    cells = _cells(text)
    if cells is None:
        raise _Refused(f"line {number}", "the quotes of the header line are not in order")
    columns = [cell.strip().lower() for cell in cells]
    if len(columns) == 1:
        for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if separator in columns[0]:
                raise _Refused(f"line {number}", f"the columns are separated by {name}; they must be by commas")
    for column in table.required:
        if column not in columns:
            raise _Refused(f"line {number}", f"the column '{column}' is missing")
    for column in table.columns:
        if columns.count(column) > 1:
            raise _Refused(f"line {number}", f"the column '{column}' stands there twice")
    return columns


def _rows(document: RawDocument, lines: _Lines, columns: Sequence[str]) -> Iterator[_Row | _BadLine]:
    """Rows and bad lines, each with the line it begins on.

    A row goes on over line breaks while a quote is open. When that never closes, or closes so that the cells do not fit the
    header, the first line alone is at fault and the following ones are read afresh.
    """
    while (first := lines.take()) is not None:
        number, text = first
        if len(text) >= LINE_CHARACTERS:
            yield _BadLine(number, f"the line has {LINE_CHARACTERS} characters or more")
            continue
        if not text.strip():
            continue
        more: list[tuple[int, str]] = []
        quotes = text.count('"')
        while quotes % 2 and len(more) < ROW_LINES - 1 and (following := lines.take()) is not None:
            more.append(following)
            quotes += following[1].count('"')
        cells = None if quotes % 2 else _cells(text + "".join(line for _, line in more))
        if cells is not None and len(cells) == len(columns):
            stripped = dict(zip(columns, map(str.strip, cells), strict=True))
            if any(stripped.values()):
                yield _Row(number, stripped, _source(document, f"line {number}"))
            continue
        lines.put_back(more)
        if quotes % 2 or more:
            yield _BadLine(number, "a quote is opened and not closed")
        elif cells is None:
            yield _BadLine(number, "the quotes are not in order")
        else:
            yield _BadLine(number, f"has {len(cells)} fields, the header has {len(columns)}")


def _choice(row: _Row, column: str, kinds: type[E], allowed: Sequence[E]) -> E:
    text = row.required(column)
    for kind in allowed:
        if text.casefold() == kind.casefold():
            return kinds(kind)
    raise _Faulty(column, f"{_shown(text)} is none of {', '.join(allowed)}")


def _date(row: _Row, column: str) -> date:
    text = row.required(column)
    if _ISO_DATE.match(text) is None:
        raise _Faulty(column, f"{_shown(text)} is no date of the form YYYY-MM-DD")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise _Faulty(column, f"{_shown(text)} is no day of the calendar") from error
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise _Faulty(column, f"{_shown(text)} is not between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    return day


def _money(row: _Row, column: str, currency: str) -> Money:
    text = row.required(column)
    try:
        amount = Money.parse(text, currency)
    except ValueError as error:
        raise _Faulty(column, str(error)) from error
    if amount.minor < 0:
        raise _Faulty(column, f"{_shown(text)} is negative; amounts are positive for both kinds")
    return amount


def _customer(row: _Row) -> Iterator[Customer | Fault]:
    country = row.text("country").upper()
    if country and _COUNTRY.match(country) is None:
        raise _Faulty("country", f"{_shown(country)} is no country code of two letters (ISO 3166)")
    language = row.text("language").lower()
    known_language = _LANGUAGE.match(language)
    if language and known_language is None:
        raise _Faulty("language", f"{_shown(language)} is no language code of two letters (ISO 639-1)")
    accounts: list[str] = []
    bad_account = False
    for part in row.text("ibans").split(";"):
        if part.strip():
            account = bare_iban(part)
            if account is None:
                bad_account = True
            else:
                accounts.append(account)
    yield Customer(
        customer_id=row.required("id"),
        name=row.required("name"),
        type=_choice(row, "type", CustomerType, tuple(CustomerType)),
        email=row.text("email"),
        language=known_language.group(1) if known_language is not None else "",
        address=Address(
            street=row.text("street"), postcode=row.text("postcode"), city=row.text("city"), country=country
        ),
        ibans=tuple(dict.fromkeys(accounts)),
        source=row.source,
        group=row.text("group"),
        phone=row.text("phone"),
        contacts=_contacts(row),
        media=_media(row),
        vat_number=bare_vat_number(row.text("vat_number"), country),
    )
    if bad_account:
        yield Fault(
            source=SourceRef(
                system=row.source.system,
                name=row.source.name,
                document=row.source.document,
                place=f"line {row.line}, column ibans",
            ),
            reason="an account there is no IBAN (length or check digits); the customer is taken over without it",
            whole_document=False,
        )


def _discount(row: _Row) -> DiscountTerms | None:
    percent, until = row.text("discount_percent"), row.text("discount_until")
    if not percent and not until:
        return None
    if not percent:
        raise _Faulty("discount_percent", "is empty though discount_until is not")
    found = _PERCENT.match(percent)
    if found is None:
        raise _Faulty("discount_percent", f"{_shown(percent)} is no percentage between 0 and 100")
    whole, fraction = found.group(1), found.group(2) or ""
    if fraction[2:].strip("0"):
        raise _Faulty("discount_percent", f"{_shown(percent)} has more than two decimals")
    basis_points = int(whole + fraction[:2].ljust(2, "0"))
    if not basis_points:
        return None
    return DiscountTerms(basis_points=basis_points, until=_date(row, "discount_until"))


def _invoice(row: _Row) -> Iterator[Document | Fault]:
    kind = _choice(row, "kind", DocumentKind, tuple(DocumentKind))
    currency = row.required("currency")
    if not is_currency(currency):
        raise _Faulty("currency", f"{_shown(currency)} is no currency code (ISO 4217)")
    issued_on = _date(row, "issue_date")
    # A credit note is due to nobody on a day of its own: sources leave the cell empty.
    undated = kind is DocumentKind.CREDIT_NOTE and not row.text("due_date")
    gross = _money(row, "total", currency)
    paid = _money(row, "paid", currency) if row.text("paid") else Money.zero(currency)
    if paid > gross:
        raise _Faulty("paid", f"{paid.decimal()} is more than the total of {gross.decimal()}")
    yield Document(
        number=row.required("number"),
        kind=kind,
        customer_id=row.required("customer_id"),
        issued_on=issued_on,
        due_on=issued_on if undated else _date(row, "due_date"),
        gross=gross,
        settled_at_source=paid,
        creditor_reference=bare_reference(row.text("payment_reference")),
        order_number=row.text("order_number"),
        corrects=row.text("corrects"),
        discount=_discount(row),
        source=row.source,
        call_after_days=_call_after_days(row),
        product=row.text("product") or row.text("service"),
        payment_link=_payment_link(row),
    )


def _contacts(row: _Row) -> tuple[Contact, ...]:
    found = ((role, row.text(f"email_{role}")) for role in (Role.BOOKKEEPER, Role.TREASURER))
    return tuple(Contact(role=role, email=email) for role, email in found if email)


def _media(row: _Row) -> tuple[Medium, ...]:
    """The ways that a customer allows; one that is none would silence the customer, so it is a fault."""
    words = [word.strip().lower() for word in row.text("channels").split(";") if word.strip()]
    unknown = [word for word in words if word not in set(Medium)]
    if unknown:
        raise _Faulty("channels", f"{_shown(unknown[0])} is none of {', '.join(Medium)}")
    return tuple(dict.fromkeys(Medium(word) for word in words))


def _payment_link(row: _Row) -> str:
    text = row.text("payment_link")
    if text and (_LINK.match(text) is None or len(text) > _LINK_CHARACTERS):
        raise _Faulty("payment_link", "is no address that begins with https://")
    return text


def _call_after_days(row: _Row) -> int | None:
    text = row.text("call_after_days")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MOST_DAYS:
        raise _Faulty("call_after_days", f"{_shown(text)} is no number of days from 1 to {_MOST_DAYS}")
    return int(text)


def _mandate(row: _Row) -> Iterator[Mandate | Fault]:
    account = bare_iban(row.required("iban"))
    if account is None:
        raise _Faulty("iban", "is no IBAN (length or check digits)")
    bic = row.text("bic").upper()
    if bic and _BIC.match(bic) is None:
        raise _Faulty("bic", f"{_shown(bic)} is no BIC of 8 or 11 characters (ISO 9362)")
    yield Mandate(
        reference=row.required("reference"),
        customer_id=row.required("customer_id"),
        iban=account,
        bic=bic,
        account_holder=row.text("account_holder"),
        scheme=_choice(row, "scheme", Scheme, tuple(Scheme)),
        type=_choice(row, "type", MandateType, tuple(MandateType)),
        signed_on=_date(row, "signed_on"),
        status=_choice(row, "status", MandateStatus, (MandateStatus.ACTIVE, MandateStatus.REVOKED)),
        source=row.source,
        last_collected_on=_date(row, "last_collected_on") if row.text("last_collected_on") else None,
        replaces=row.text("replaces"),
        changed_by=row.text("changed_by"),
    )


def _call(row: _Row) -> Iterator[CallAttempt | Fault]:
    """A row that was not filled in is nothing; one that was filled in by half is a fault."""
    if not any(row.text(column) for column in ("called_on", "half_day", "outcome", "promised_on")):
        return
    customer_id = row.required("customer_id")
    called_on = _date(row, "called_on")
    half = _choice(row, "half_day", HalfDay, tuple(HalfDay))
    outcome = _choice(row, "outcome", CallOutcome, tuple(CallOutcome))
    promised = row.text("promised_on")
    if outcome is CallOutcome.PROMISED and not promised:
        raise _Faulty("promised_on", "is empty though the outcome is promised")
    if promised and outcome is not CallOutcome.PROMISED:
        raise _Faulty("promised_on", f"has a day though the outcome is {outcome.value}")
    promised_on = _date(row, "promised_on") if promised else None
    if promised_on is not None and promised_on < called_on:
        raise _Faulty("promised_on", "lies before the call")
    documents = (part.strip() for part in row.text("documents").split(";"))
    yield CallAttempt(
        customer_id=customer_id,
        called_on=called_on,
        half=half,
        outcome=outcome,
        by=row.text("by"),
        documents=tuple(dict.fromkeys(filter(None, documents))),
        promised_on=promised_on,
        note=row.text("note"),
        source=row.source,
    )
