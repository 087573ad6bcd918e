"""Orders of a WooCommerce shop, by what changed since.

Three streams in a run. Orders by ``modified_after`` (in UTC: ``dates_are_gmt``), oldest change first, where each page begins at the last moment of the page
before instead of counting pages of a list that moves under the reader; ten minutes are read twice. Refunds the same way, for not every plugin touches the
order when it refunds. And a slice of the invoices that are open and of the orders that wait for their number: invoice plugins write the number without
touching the order, and a deleted order says nothing. What came already as it is does not come again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Final

from connectors.held_place import HeldPlace
from connectors.json_rows import Row, integer, raw_document, rows, text
from connectors.ports import Cursor, FeedbackSink, InvoiceFact, Page
from connectors.woocommerce.client import SHOP, NoRoute, WooClient, WooPage
from connectors.woocommerce.feedback import WooFeedback
from connectors.woocommerce.read import (
    NO_SALE,
    ORDER_FIELDS,
    REFUND_FIELDS,
    facts,
    facts_of,
    invoice_number,
    kept,
    remembered,
    rules_of,
)
from connectors.woocommerce.settings import WooInvoicesSettings
from ledger.documents import Document, DocumentKind
from ledger.errors import HumanActionNeeded
from ledger.sources import Fault, RawDocument, SourceRef

#: Rows that are read twice, so that what a slow request of the shop showed late is seen.
OVERLAP: Final = timedelta(minutes=10)
#: How many open invoices and waiting orders are followed, the newest of them, and how many of them are read again in one run.
FOLLOWED_MAX: Final = 5_000
FOLLOWED_PAGES: Final = 3
_ORDERS, _REFUNDS, _FOLLOWED = "orders", "refunds", "followed"
_DIGEST_CHARACTERS: Final = 16
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """How a list is read: ordered by ``name``, from ``filter`` on, with ``field`` saying where a row stands."""

    name: str
    filter: str
    field: str


_BY_CHANGE: Final = _Order(name="modified", filter="modified_after", field="date_modified_gmt")
_BY_CREATION: Final = _Order(name="date", filter="after", field="date_created_gmt")
_NO_SOURCE: Final = SourceRef(system="", name="", document="", place="")


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where a source stands. ``stream``: what is read now; ``since``: where the next run of each stream begins; ``after``, ``page``: where this one goes on;
    ``newest``: the last change that it saw; ``seen``: digests of what comes again; ``followed``: by order, what is kept of its open invoice (without a number: it
    waits for one, or could not be read); ``looked``: the last of these that was read again; ``turns``: pages of them read in this run."""

    stream: str = _ORDERS
    since: dict[str, str] = field(default_factory=dict)
    after: str = ""
    page: int = 1
    newest: str = ""
    seen: dict[str, list[str]] = field(default_factory=dict)
    followed: dict[str, dict[str, str]] = field(default_factory=dict)
    looked: int = 0
    turns: int = 0

    @staticmethod
    def of(cursor: Cursor | None) -> _Place:
        return _Place() if cursor is None else _Place(**json.loads(cursor))

    def cursor(self) -> Cursor:
        # Not ``asdict``, which copies all that is followed: thousands of rows, once a page.
        return json.dumps({one.name: getattr(self, one.name) for one in fields(self)})


class WooInvoices:
    """An InvoiceSource, and a PortalSource where ``feedback`` is set up."""

    def __init__(self, settings: WooInvoicesSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._size = settings.connection.page
        self._client = WooClient(settings.connection)
        self._rules = rules_of(settings)
        wanted = dict.fromkeys((*ORDER_FIELDS, *settings.invoice_number))
        self._place = HeldPlace[_Place]()
        self._fields = ("_fields", ",".join(name for name in wanted if not name.startswith("_")))

    def check(self) -> None:
        """Log in and read one order."""
        self._client.page("/orders", (self._fields,), 1, 1)

    def feedback(self) -> FeedbackSink | None:
        """Where the shop is told what the bank has paid; None where it is not to be told."""
        if self._settings.feedback is None:
            return None
        return WooFeedback(self._client, self._settings.feedback, f"{self.name}/feedback")

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next page. Raises what ``WooClient`` raises, and HumanActionNeeded when the shop does not answer what it was asked."""
        place = self._place.taken(cursor, _Place.of)
        match place.stream:
            case "orders":
                documents, more = self._orders(place), True
            case "refunds":
                documents, more = self._refunds(place), True
            case _:
                documents = self._followed(place)
                more = place.stream == _FOLLOWED
        cursor = self._place.handed_out(place, place.cursor())
        return Page(documents=tuple(documents), cursor=cursor, has_more=more)

    def parse(self, document: RawDocument) -> Iterator[InvoiceFact | Fault]:
        """Customer, invoice and credit notes of an order."""
        yield from facts(document)

    def _orders(self, place: _Place) -> list[RawDocument]:
        page = self._changed(place, "/orders", self._fields, _BY_CHANGE)
        first_run = _ORDERS not in place.since
        documents = self._documents(place, page.rows, first_run=first_run)
        if self._forward(place, page, _BY_CHANGE):
            return documents
        if first_run:
            # All refunds so far came with their orders.
            place.since[_REFUNDS] = place.since.get(_ORDERS, "")
        place.stream = _FOLLOWED if first_run else _REFUNDS
        return documents

    def _refunds(self, place: _Place) -> list[RawDocument]:
        columns = ("_fields", "id,parent_id,date_created_gmt")
        try:
            page = self._changed(place, "/refunds", columns, _BY_CREATION)
        except NoRoute:
            # Before WooCommerce 9.0 there is no such list: refunds are seen by the change of their order.
            page = WooPage(rows=[], more=False)
        orders = sorted({integer(one, "parent_id", SHOP) for one in page.rows} - {0})
        documents = self._read_again(place, orders)[0] if orders else []
        if not self._forward(place, page, _BY_CREATION):
            place.stream = _FOLLOWED
        return documents

    def _followed(self, place: _Place) -> list[RawDocument]:
        numbers = sorted(int(number) for number in place.followed)
        later = [number for number in numbers if number > place.looked] or numbers
        chunk = later[: self._size]
        documents: list[RawDocument] = []
        if chunk:
            documents, found = self._read_again(place, chunk)
            for number in chunk:
                if number not in found:
                    documents.extend(self._vanished(place, number))
            place.looked = chunk[-1]
        place.turns += 1
        if place.turns >= FOLLOWED_PAGES or len(later) <= self._size:
            place.stream, place.turns = _ORDERS, 0
        return documents

    def _changed(self, place: _Place, path: str, columns: tuple[str, str], by: _Order) -> WooPage:
        since = place.after or place.since.get(place.stream, "")
        query = [columns, ("orderby", by.name), ("order", "asc"), ("dates_are_gmt", "true")]
        if since:
            query.append((by.filter, since))
        page = self._client.page(path, query, place.page, self._size)
        stamps = [text(one, by.field, SHOP) for one in page.rows]
        # Parameters that a shop does not know are ignored by it without a word.
        if stamps != sorted(stamps) or any(stamp <= since for stamp in stamps):
            raise HumanActionNeeded(
                f"{SHOP} does not heed '{by.filter}' or the order asked for: WooCommerce 5.8 or later is needed"
            )
        return page

    def _forward(self, place: _Place, page: WooPage, by: _Order) -> bool:
        """Move on; answers whether the stream has more."""
        last = text(page.rows[-1], by.field, SHOP) if page.rows else ""
        place.newest = max(place.newest, last)
        horizon = _earlier(place.newest, OVERLAP)
        if by is _BY_CHANGE:
            place.seen = {number: one for number, one in place.seen.items() if one[0] >= horizon}
        if page.more:
            following = _earlier(last, _SECOND)
            if following > (place.after or place.since.get(place.stream, "")):
                place.after, place.page = following, 1
            else:
                # More rows of one second than a page holds: a bulk change.
                place.page += 1
            return True
        place.since[place.stream] = max(horizon, place.since.get(place.stream, ""))
        place.after, place.page, place.newest = "", 1, ""
        return False

    def _read_again(self, place: _Place, numbers: Sequence[int]) -> tuple[list[RawDocument], set[int]]:
        """Orders by their ids, and which of them the shop has (those in the bin it does not show)."""
        found: list[Row] = []
        for start in range(0, len(numbers), self._size):
            wanted = ",".join(str(number) for number in numbers[start : start + self._size])
            found += self._client.all("/orders", (self._fields, ("include", wanted)), self._size)
        ids = {integer(one, "id", SHOP) for one in found}
        if not ids <= set(numbers):
            raise HumanActionNeeded(f"{SHOP} gives other orders than it was asked for")
        return self._documents(place, found, first_run=False), ids

    def _vanished(self, place: _Place, number: int) -> list[RawDocument]:
        """An order that lies in the bin is read there; one that was deleted has nothing open any more."""
        order = self._client.order(str(number))
        if order is not None:
            return self._documents(place, [order], first_run=False)
        was = place.followed.pop(str(number))
        if "number" not in was:
            return []
        return [raw_document(self.name, f"orders/{number}", {"deleted": was, "rules": self._rules})]

    def _documents(self, place: _Place, orders: Sequence[Row], *, first_run: bool) -> list[RawDocument]:
        cut = [(one, kept(one, ORDER_FIELDS, self._rules)) for one in orders]
        invoiced = [order for _, order in cut if invoice_number(order, self._rules)]
        customers = self._customers(invoiced)
        documents: list[RawDocument] = []
        for given, order in cut:
            number = str(integer(order, "id", SHOP))
            unknown = number not in place.followed and number not in place.seen
            if text(order, "status", SHOP) in NO_SALE and first_run and unknown:
                # It was over before we came.
                continue
            if not invoice_number(order, self._rules):
                self._wait(place, number, order)
                continue
            known = place.followed.get(number, {})
            before = known.get("number", "")
            content = {
                "order": order,
                "refunds": self._refunds_of(order),
                "customer": customers.get(integer(order, "customer_id", SHOP)),
                "rules": self._rules,
                "before": before if before != invoice_number(order, self._rules) else "",
            }
            name, stamp = f"orders/{number}", text(given, "date_modified_gmt", SHOP)
            digest = raw_document(self.name, name, content).sha256[:_DIGEST_CHARACTERS]
            self._follow(place, number, content, digest)
            if digest not in (known.get("digest"), place.seen.get(number, ["", ""])[1]):
                # With its moment: an order that becomes again what it was is a document of its own.
                documents.append(raw_document(self.name, name, {**content, "modified": stamp}))
            place.seen[number] = [stamp, digest]
        _leave_oldest(place.followed)
        return documents

    def _customers(self, orders: Sequence[Row]) -> dict[int, Row]:
        ids = sorted({integer(one, "customer_id", SHOP) for one in orders} - {0})
        found: dict[int, Row] = {}
        for start in range(0, len(ids), self._size):
            wanted = ",".join(str(number) for number in ids[start : start + self._size])
            # Without a role only users with the role of a customer are shown.
            query = (("include", wanted), ("role", "all"), ("_fields", "id,email,billing"))
            found |= {integer(one, "id", SHOP): one for one in self._client.all("/customers", query, self._size)}
        return found

    def _refunds_of(self, order: Row) -> list[dict[str, object]]:
        if not rows(order["refunds"], SHOP):
            return []
        path = f"/orders/{integer(order, 'id', SHOP)}/refunds"
        query = (("_fields", ",".join(REFUND_FIELDS)),)
        found = self._client.all(path, query, self._size)
        return sorted(
            (kept(one, REFUND_FIELDS, self._rules) for one in found), key=lambda one: integer(one, "id", SHOP)
        )

    def _wait(self, place: _Place, number: str, order: Row) -> None:
        if text(order, "status", SHOP) in NO_SALE:
            place.followed.pop(number, None)
        elif number not in place.followed:
            place.followed[number] = {}

    def _follow(self, place: _Place, number: str, content: Row, digest: str) -> None:
        """Keep an eye on what is open, and on what cannot be read: it may be mended without a trace."""
        place.followed.pop(number, None)
        try:
            found = [one for one in facts_of(content, _NO_SOURCE) if isinstance(one, Document)]
        except (HumanActionNeeded, ValueError, OverflowError):
            place.followed[number] = {"digest": digest}
            return
        invoices = [one for one in found if one.kind is DocumentKind.INVOICE]
        if invoices and invoices[-1].gross != invoices[-1].settled_at_source:
            credit_notes = [one for one in found if one.kind is DocumentKind.CREDIT_NOTE]
            place.followed[number] = {**remembered(invoices[-1], credit_notes), "digest": digest}


def _leave_oldest(followed: dict[str, dict[str, str]]) -> None:
    """No more of them than may be followed."""
    for number in sorted(followed, key=int)[: max(0, len(followed) - FOLLOWED_MAX)]:
        del followed[number]


def _earlier(stamp: str, by: timedelta) -> str:
    if not stamp:
        return ""
    try:
        return (datetime.fromisoformat(stamp) - by).isoformat()
    except ValueError as error:
        raise HumanActionNeeded(f"{SHOP} writes moments in a way that is not known here") from error
