"""Invoices of a WHMCS portal. It cannot be asked what changed, so each run asks for what may have.

The first run reads the whole list, oldest first, each page beginning with the last row of the page before: when that row is not there, something was deleted
meanwhile, and it goes back a page. Each later run reads: the newest invoices down to those that are known; every invoice that is unpaid, pending or in
collection, and in full those whose row differs; those that are no longer among them; in full a few of the open ones, for a part payment shows in no list; and
one page of the whole list, for invoices that were changed after they were closed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from connectors.held_place import HeldPlace
from connectors.json_rows import Row, filled_text, integer, optional_text, raw_document, row, text
from connectors.ports import Cursor, FeedbackSink, InvoiceFact, Page
from connectors.whmcs.client import PORTAL, NotThere, WhmcsClient, nested
from connectors.whmcs.feedback import WhmcsFeedback
from connectors.whmcs.open_invoices import Met, OpenInvoices
from connectors.whmcs.read import CANCELLED, facts, facts_of, kept, remembered, rules_of
from connectors.whmcs.settings import WhmcsInvoicesSettings
from ledger.documents import Document
from ledger.errors import HumanActionNeeded
from ledger.sources import Fault, RawDocument, SourceRef

#: Open invoices that are read in full in each run although their row says nothing new.
LOOKED_AT: Final = 50
#: Clients whose details are kept for the invoices of a run, those that were asked for last.
CLIENTS_KEPT: Final = 5_000
_OPEN: Final = ("Unpaid", "Payment Pending", "Collections")
_ALL, _NEW, _LEFT, _LOOK, _SWEEP = "all", "new", "left", "look", "sweep"
_ROW: Final = ("invoicenum", "date", "duedate", "subtotal", "credit", "tax", "tax2", "total", "status", "updated_at")
_DIGEST_CHARACTERS: Final = 16
_NO_SOURCE: Final = SourceRef(system="", name="", document="", place="")


@dataclass(slots=True, kw_only=True)
class _Place:
    """Where a source stands. ``stream``: what is read now (a status of open invoices among them); ``start``: its place in the list; ``last``: the id that
    the next page must begin with (0: any); ``newest``: the highest id that is known; ``open``: what is known of the open invoices; ``met``: those
    that were in the lists of this run; ``looked``: the last that was read in full; ``sweep``: where the rows of the whole list are looked through; ``changed``,
    ``changing``: the newest ``updated_at`` of the round before and of this one."""

    stream: str = _ALL
    start: int = 0
    last: int = 0
    newest: int = 0
    top: int = 0
    open: OpenInvoices = field(default_factory=lambda: OpenInvoices({}))
    met: Met = field(default_factory=lambda: Met({}))
    looked: int = 0
    sweep: int = 0
    changed: str = ""
    changing: str = ""

    @staticmethod
    def of(cursor: Cursor | None) -> _Place:
        if cursor is None:
            return _Place()
        said = json.loads(cursor)
        if "open" in said:
            # So cursors were once written: a line for each open invoice, and a list of those that were met.
            found, met = OpenInvoices.of_rows(said.pop("open")), Met({})
            met.add(map(int, said.pop("met")))
        else:
            found, met = OpenInvoices(said.pop("open_blocks")), Met(said.pop("met_blocks"))
        return _Place(**said, open=found, met=met)

    def cursor(self) -> Cursor:
        return json.dumps(
            {
                "stream": self.stream,
                "start": self.start,
                "last": self.last,
                "newest": self.newest,
                "top": self.top,
                "looked": self.looked,
                "sweep": self.sweep,
                "changed": self.changed,
                "changing": self.changing,
                "open_blocks": self.open.written(),
                "met_blocks": self.met.written(),
            }
        )


class WhmcsInvoices:
    """An InvoiceSource, and a PortalSource where ``feedback`` is set up."""

    def __init__(self, settings: WhmcsInvoicesSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._size = settings.connection.page
        self._client = WhmcsClient(settings.connection)
        self._rules = rules_of(settings)
        self._clients: dict[int, Row] = {}
        self._place = HeldPlace[_Place]()

    def check(self) -> None:
        """Log in and read one row."""
        self._client.read("GetInvoices", limitstart="0", limitnum="1")

    def feedback(self) -> FeedbackSink | None:
        """Where WHMCS is told what the bank has paid; None where it is not to be told."""
        if self._settings.feedback is None:
            return None
        return WhmcsFeedback(self._client, self._settings.feedback, f"{self.name}/feedback")

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next page. Raises what ``WhmcsClient`` raises."""
        place = self._place.taken(cursor, _Place.of)
        if place.stream in (_ALL, _NEW) and not place.start:
            # A new run: clients are asked for anew.
            self._clients = {}
        is_last = place.stream == _SWEEP
        match place.stream:
            case "all":
                documents = self._everything(place)
            case "new":
                documents = self._new(place)
            case "left":
                documents = self._no_longer_open(place)
            case "look":
                documents = self._look(place)
            case "sweep":
                documents = self._sweep(place)
                place.stream = _NEW
            case _:
                documents = self._still_open(place)
        cursor = self._place.handed_out(place, place.cursor())
        return Page(documents=tuple(documents), cursor=cursor, has_more=not is_last)

    def parse(self, document: RawDocument) -> Iterator[InvoiceFact | Fault]:
        """Client, invoice and mandate."""
        yield from facts(document)

    def _everything(self, place: _Place) -> list[RawDocument]:
        rows, more = self._list(place.start, order="asc")
        if place.last and (not rows or integer(rows[0], "id", PORTAL) != place.last):
            place.start, place.last = max(0, place.start - self._size + 1), 0
            return []
        documents = self._documents(place, rows[1:] if place.last else rows)
        place.newest = max([place.newest, *(integer(one, "id", PORTAL) for one in rows)])
        place.changed = max([place.changed, *(optional_text(one, "updated_at") for one in rows)])
        if more:
            place.start, place.last = place.start + len(rows) - 1, integer(rows[-1], "id", PORTAL)
        else:
            place.start, place.last, place.stream = 0, 0, _SWEEP
        return documents

    def _new(self, place: _Place) -> list[RawDocument]:
        rows, more = self._list(place.start, order="desc")
        fresh = [one for one in rows if integer(one, "id", PORTAL) > place.newest]
        documents = self._documents(place, fresh)
        place.top = max([place.top, *(integer(one, "id", PORTAL) for one in rows)])
        if more and len(fresh) == len(rows):
            # New rows push the others down: a page may hold rows of the page before, never skip one.
            place.start += len(rows)
        else:
            place.newest, place.top = max(place.newest, place.top), 0
            place.start, place.met, place.stream = 0, Met({}), _OPEN[0]
        return documents

    def _still_open(self, place: _Place) -> list[RawDocument]:
        rows, more = self._list(place.start, order="asc", status=place.stream)
        first = integer(rows[0], "id", PORTAL) if rows else 0
        if place.last and first != place.last:
            # Something above left the list: what moved up is read again.
            place.start, place.last = max(0, place.start - self._size + 1), 0
            return []
        changed = [one for one in rows if place.open.of(integer(one, "id", PORTAL)).get("row") != _digest_of(one)]
        documents = self._documents(place, changed)
        place.met.add(integer(one, "id", PORTAL) for one in rows)
        if more:
            place.start, place.last = place.start + len(rows) - 1, integer(rows[-1], "id", PORTAL)
        else:
            following = _OPEN.index(place.stream) + 1
            place.start, place.last = 0, 0
            place.stream = _OPEN[following] if following < len(_OPEN) else _LEFT
        return documents

    def _no_longer_open(self, place: _Place) -> list[RawDocument]:
        left = list(islice((number for number in place.open if number not in place.met), self._size))
        documents = [document for number in left for document in self._in_full(place, number, None)]
        place.met.add(left)
        if len(left) < self._size:
            place.met, place.stream = Met({}), _LOOK
        return documents

    def _look(self, place: _Place) -> list[RawDocument]:
        known = list(place.open)
        chunk = ([number for number in known if number > place.looked] or known)[:LOOKED_AT]
        documents = [document for number in chunk for document in self._in_full(place, number, None)]
        place.looked, place.stream = (chunk[-1] if chunk else 0), _SWEEP
        return documents

    def _sweep(self, place: _Place) -> list[RawDocument]:
        rows, more = self._list(place.sweep, order="asc")
        stamps = [optional_text(one, "updated_at") for one in rows]
        place.changing = max([place.changing, *stamps])
        changed = [
            one
            for one, stamp in zip(rows, stamps, strict=True)
            if stamp > place.changed and integer(one, "id", PORTAL) not in place.open
        ]
        documents = self._documents(place, [one for one in changed if integer(one, "id", PORTAL) <= place.newest])
        if more:
            place.sweep += max(1, len(rows) - 1)
        else:
            place.sweep, place.changed, place.changing = 0, max(place.changed, place.changing), ""
        return documents

    def _list(self, start: int, *, order: str, status: str = "") -> tuple[list[Row], bool]:
        """A page of the list, and whether there are more after it."""
        only = {"status": status} if status else {}
        answer = self._client.read(
            "GetInvoices", limitstart=str(start), limitnum=str(self._size), orderby="id", order=order, **only
        )
        total = integer(answer, "totalresults", PORTAL)
        # Where there are none, versions differ in how they say so.
        found = nested(answer, "invoices", "invoice") if start < total else []
        ids = [integer(one, "id", PORTAL) for one in found]
        if ids != sorted(ids, reverse=order == "desc") or any(
            text(one, "status", PORTAL) != status for one in found if status
        ):
            raise HumanActionNeeded(f"{PORTAL} does not heed the order or the status asked for: 7.7 or later is needed")
        if not found and start < total:
            raise HumanActionNeeded(f"{PORTAL} counts {total} invoices and shows none: has the interface changed?")
        more = start + len(found) < total
        return found, more

    def _documents(self, place: _Place, rows: Sequence[Row]) -> list[RawDocument]:
        return [one for given in rows for one in self._in_full(place, integer(given, "id", PORTAL), given)]

    def _in_full(self, place: _Place, number: int, given: Row | None) -> Iterator[RawDocument]:
        """An invoice with its transactions and its client, where that is something new."""
        known = place.open.of(number)
        place.open.drop(number)
        if given is not None and _was_over(given, "id", place) and not known:
            return
        row_digest = known.get("row", "") if given is None else _digest_of(given)
        try:
            invoice = self._client.read("GetInvoice", invoiceid=str(number))
        except NotThere:
            yield from self._no_more(number, known)
            return
        if integer(invoice, "invoiceid", PORTAL) != number:
            raise HumanActionNeeded(f"{PORTAL} was asked for invoice {number} and shows another one")
        if _was_over(invoice, "invoiceid", place) and not known:
            return
        try:
            client = self._whose(integer(invoice, "userid", PORTAL))
        except NotThere:
            client = None
            if "number" in known and filled_text(invoice, "status", PORTAL) not in _OPEN:
                # Closed, of a client that was deleted: whatever it came to, nothing is owed any more.
                yield from self._no_more(number, known)
                return
        content = kept(invoice, client, self._rules)
        digest = raw_document(self.name, f"invoices/{number}", content).sha256[:_DIGEST_CHARACTERS]
        self._follow(place, number, content, {"row": row_digest, "digest": digest})
        if digest != known.get("digest"):
            # With its moment: an invoice that becomes again what it was is a document of its own.
            stamp = optional_text(invoice, "updated_at")
            yield raw_document(self.name, f"invoices/{number}", {**content, "modified": stamp})

    def _no_more(self, number: int, known: Mapping[str, str]) -> Iterator[RawDocument]:
        """An invoice that was open and owes nothing any more."""
        if "number" in known:
            yield raw_document(self.name, f"invoices/{number}", {"deleted": known, "rules": self._rules})

    def _follow(self, place: _Place, number: int, content: Row, digests: dict[str, str]) -> None:
        try:
            found = [one for one in facts_of(content, _NO_SOURCE) if isinstance(one, Document)]
        except (HumanActionNeeded, ValueError):
            # It may be mended without a trace.
            place.open.keep(number, digests)
            return
        if text(row(content["invoice"], PORTAL), "status", PORTAL) in _OPEN:
            place.open.keep(number, {**(remembered(found[0]) if found else {}), **digests})

    def _whose(self, client: int) -> Row:
        if client not in self._clients:
            if len(self._clients) >= CLIENTS_KEPT:
                self._clients.pop(next(iter(self._clients)))
            answer = self._client.read("GetClientsDetails", clientid=str(client), stats="false")
            self._clients[client] = row(answer.get("client", answer), PORTAL)
        return self._clients[client]


def _was_over(invoice: Row, name: str, place: _Place) -> bool:
    """Whether it was cancelled before we came; ``name``: of the field with its id."""
    return filled_text(invoice, "status", PORTAL) == CANCELLED and integer(invoice, name, PORTAL) > place.newest


def _digest_of(given: Row) -> str:
    said = json.dumps([optional_text(given, name) for name in _ROW])
    return hashlib.sha256(said.encode()).hexdigest()[:_DIGEST_CHARACTERS]
