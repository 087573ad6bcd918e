"""The mandate feed of Twikey: new, changed and cancelled mandates, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.json_rows import Row, raw_document, rows
from connectors.ports import Cursor, InvoiceFact, Page
from connectors.twikey.client import PLATFORM, TwikeyClient
from connectors.twikey.debits import BEGINNING, LAST, RESUME_AFTER, next_place
from connectors.twikey.read import checked_name, mandate_facts
from connectors.twikey.settings import TwikeyMandatesSettings
from ledger.sources import Fault, RawDocument


class TwikeyMandates:
    """An InvoiceSource that brings mandates only.

    The cursor is Twikey's own sequence (``X-LAST``). It is always said where to go on: without that, Twikey itself remembers how far it told, and what is
    lost on the way never comes again.
    """

    def __init__(self, settings: TwikeyMandatesSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._client = TwikeyClient(settings.connection)

    def check(self) -> None:
        """Log in and read one page."""
        self._page(BEGINNING)

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next messages of the feed. Raises what the client raises, and HumanActionNeeded for messages of another shape."""
        after = BEGINNING if cursor is None else cursor
        said, headers = self._page(after)
        messages = rows(said.get("Messages"), PLATFORM)
        if not messages:
            return Page(documents=(), cursor=after, has_more=False)
        documents = tuple(
            raw_document(self.name, f"mandates/{checked_name(one, self._settings)}", one) for one in messages
        )
        return Page(documents=documents, cursor=next_place(headers.get(LAST, ""), after), has_more=True)

    def parse(self, document: RawDocument) -> Iterator[InvoiceFact | Fault]:
        """What one message says."""
        yield from mandate_facts(document, self._settings)

    def _page(self, after: str) -> tuple[Row, Mapping[str, str]]:
        wanted = (("include", "mandate"), ("include", "person"))
        return self._client.get("/mandate", wanted, {RESUME_AFTER: after, "X-TYPES": "CORE,B2B"})
