"""Direct debits through Twikey: a transaction for each collection, a batch that it hands to the bank, and its feed of what became of them.

Our end-to-end id is the transaction's reference, and the end-to-end id in Twikey's file too (``refase2e``), so that the bank's statement names our
collections. The money comes from the bank, as that of our own files does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connectors.json_rows import Row, optional_text, raw_document, read_document, rows, text
from connectors.ports import Cursor, DebitFeed, Page, Receipt
from connectors.twikey.client import PLATFORM, TwikeyClient, TwikeyRefused
from connectors.twikey.read import money_of, transaction_of
from connectors.twikey.settings import TwikeyDebitsSettings
from ledger.debit_orders import BatchClosing, DebitOrder, order_of, reference_of
from ledger.effects import Effect, Guarantee
from ledger.errors import ConflictingPayload, HumanActionNeeded, OutcomeUnknown
from ledger.mandates import Scheme
from ledger.provider_debits import ProviderDebit
from ledger.sources import Fault, RawDocument, SourceRef

#: The place in a feed, and where the answer says how far it came.
RESUME_AFTER: Final = "X-RESUME-AFTER"
LAST: Final = "x-last"
#: Before the first one.
BEGINNING: Final = "0"
#: Characters of a message to the customer.
_MESSAGE: Final = 140
_DUPLICATE: Final = "err_duplicate_ref"
#: What it says of a transaction that is not there.
_ABSENT: Final = frozenset({"err_not_found", "err_no_transaction", "err_no_such_transaction"})


class TwikeyDebits:
    """A DebitProvider."""

    guarantee = Guarantee.FINDABLE
    settle_s = 120
    names_first = False

    def __init__(self, settings: TwikeyDebitsSettings, name: str) -> None:
        self.name = name
        self.closes_batches = settings.collect == "on_hand_over"
        self._settings = settings
        self._client = TwikeyClient(settings.connection)

    def check(self) -> None:
        """Log in."""
        self._client.get("/transaction", headers={RESUME_AFTER: BEGINNING})

    def feed(self) -> DebitFeed:
        """The transaction feed."""
        return TwikeyTransactions(self._client, f"{self.name}/feed")

    def find(self, key: str) -> Receipt | None:
        """The transaction under our reference; of a batch nothing can be asked, and nothing need be."""
        reference = reference_of(key)
        if reference.startswith("M"):
            return None
        found = self._transaction(reference)
        return None if found is None else Receipt(key=key, reference=text(found, "id", PLATFORM))

    def send(self, effect: Effect) -> Receipt:
        """Make a transaction, unless it is there already; or have what was made sent to the bank."""
        match order_of(effect.payload):
            case DebitOrder() as order:
                return Receipt(key=effect.key, reference=self._ordered(order, effect.key))
            case BatchClosing() as closing:
                return Receipt(key=effect.key, reference=self._closed(closing))

    def _ordered(self, order: DebitOrder, key: str) -> str:
        known = self._transaction(order.reference)
        if known is None:
            known = self._made(order)
        if money_of(known) != order.amount or text(known, "mndtId", PLATFORM) != order.mandate_reference:
            raise ConflictingPayload(key)
        return text(known, "id", PLATFORM)

    def _made(self, order: DebitOrder) -> Row:
        form = {
            "mndtId": order.mandate_reference,
            "message": order.remittance[:_MESSAGE],
            "amount": order.amount.decimal(),
            "ref": order.reference,
            "reqcolldt": order.collect_on.isoformat(),
            "refase2e": "true",
        }
        try:
            said = self._client.post("/transaction", form, {"Idempotency-Key": order.reference})
        except TwikeyRefused as refused:
            if refused.code != _DUPLICATE:
                raise
            known = self._transaction(order.reference)
            if known is None:
                raise OutcomeUnknown(f"{refused}, and does not show it") from refused
            return known
        made = rows(said.get("Entries"), PLATFORM)
        if len(made) != 1:
            raise OutcomeUnknown(f"{PLATFORM} answered an order with {len(made)} transactions")
        return made[0]

    def _transaction(self, reference: str) -> Row | None:
        try:
            said, _ = self._client.get("/transaction/detail", (("ref", reference),))
        except TwikeyRefused as refused:
            if refused.code in _ABSENT:
                return None
            raise
        found = [one for one in rows(said.get("Entries", []), PLATFORM) if optional_text(one, "ref") == reference]
        if len(found) > 1:
            raise HumanActionNeeded(
                f"{PLATFORM} has {len(found)} transactions under {reference}: see which one is right"
            )
        return found[0] if found else None

    def _closed(self, closing: BatchClosing) -> str:
        """The names of what went to the bank; empty where nothing was left to send."""
        settings = self._settings
        own = settings.b2b_template if closing.scheme is Scheme.B2B else None
        form = {"ct": str(own or settings.template), "colltndt": closing.collect_on.isoformat()}
        said = self._client.post("/collect", form)
        names = (optional_text(said, field) for field in ("frstMsgId", "rcurMsgId"))
        return " ".join(name for name in names if name)


class TwikeyTransactions:
    """A DebitFeed. The cursor is Twikey's own sequence: what was read is acknowledged by asking for what comes after it, once it is stored here."""

    def __init__(self, client: TwikeyClient, name: str) -> None:
        self.name = name
        self._client = client

    def check(self) -> None:
        """Log in and read one page."""
        self._client.get("/transaction", headers={RESUME_AFTER: BEGINNING})

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next entries of the feed. Raises what the client raises, and HumanActionNeeded for what cannot be read, before anything of it is stored."""
        after = BEGINNING if cursor is None else cursor
        said, headers = self._client.get("/transaction", headers={RESUME_AFTER: after})
        entries = rows(said.get("Entries"), PLATFORM)
        if not entries:
            return Page(documents=(), cursor=after, has_more=False)
        documents = tuple(raw_document(self.name, f"transactions/{text(one, 'id', PLATFORM)}", one) for one in entries)
        for document in documents:
            _read(document)
        return Page(documents=documents, cursor=next_place(headers.get(LAST, ""), after), has_more=True)

    def parse(self, document: RawDocument) -> Iterator[ProviderDebit | Fault]:
        """The one word of an entry."""
        yield _read(document)


def next_place(last: str, after: str) -> str:
    """How far a page came. Raises HumanActionNeeded where it does not say so, or stands still."""
    if not last or last == after:
        raise HumanActionNeeded(f"{PLATFORM}: a page of the feed does not say where the next one begins")
    return last


def _read(document: RawDocument) -> ProviderDebit:
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    try:
        return transaction_of(read_document(document), source)
    except ValueError as error:
        raise HumanActionNeeded(f"{PLATFORM}: {document.name}: {error}") from error
