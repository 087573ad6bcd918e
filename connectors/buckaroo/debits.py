"""Direct debits through Buckaroo: a transaction for each collection, and what became of it. The money arrives in a payout, with everything else.

Buckaroo knows no idempotency key and shows no list. But what was made under an invoice number is found by that number, and so our end-to-end id is the
invoice number of the debit: it is looked for before anything is made, and it stands in the settlement file again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from connectors.buckaroo.client import PROVIDER, BuckarooClient
from connectors.buckaroo.debit_read import (
    NEVER_MADE,
    NOBODY_KNOWS,
    content_of,
    gives_back,
    is_debit,
    is_final,
    is_key,
    mandate_of,
    money_of,
    related_by,
    status_of,
    wanted,
    word_of,
)
from connectors.buckaroo.settings import BuckarooDebitsSettings
from connectors.json_rows import Row, optional_text, raw_document, read_document, text
from connectors.ports import Cursor, DebitFeed, Page, Receipt
from ledger.debit_orders import BatchClosing, DebitOrder, HandedOver, order_of, reference_of
from ledger.effects import Effect, Guarantee
from ledger.errors import ConflictingPayload, HumanActionNeeded, OutcomeUnknown, Refused
from ledger.mandates import Scheme
from ledger.provider_debits import ProviderDebit
from ledger.sources import Fault, RawDocument, SourceRef

#: Debits that are asked for on one page.
AT_ONCE: Final = 200


class BuckarooDebits:
    """A DebitProvider."""

    closes_batches = False
    names_first = True

    def __init__(self, settings: BuckarooDebitsSettings, name: str) -> None:
        self.name = name
        self.settle_s = settings.settle_minutes * 60
        self.guarantee = Guarantee.FINDABLE if settings.lost_orders == "look_up" else Guarantee.BLIND
        self._settings = settings
        self._client = BuckarooClient(settings)

    def check(self) -> None:
        """Log in."""
        self._client.log_in()

    def feed(self) -> DebitFeed:
        """What becomes of our debits."""
        return BuckarooDebitWords(self._client, self._settings, f"{self.name}/feed")

    def find(self, key: str) -> Receipt | None:
        """The transaction under our reference."""
        found = self._under(reference_of(key))
        return None if found is None else Receipt(key=key, reference=text(found, "Key", PROVIDER))

    def send(self, effect: Effect) -> Receipt:
        """Make a transaction, unless there is one under this reference."""
        match order_of(effect.payload):
            case BatchClosing():
                raise Refused(f"{PROVIDER} takes no batches")
            case DebitOrder() as order:
                self._look_at_mandate(order)
        known = self._under(order.reference)
        if known is None:
            known = self._made(order)
        if money_of(known) != order.amount or mandate_of(known) not in ("", order.mandate_reference):
            raise ConflictingPayload(effect.key)
        return Receipt(key=effect.key, reference=text(known, "Key", PROVIDER))

    def _look_at_mandate(self, order: DebitOrder) -> None:
        if order.scheme is not Scheme.CORE:
            raise Refused(f"{PROVIDER} collects by the scheme CORE, and mandate {order.mandate_reference} is not of it")
        if not order.mandate_reference.startswith(self._settings.mandate_prefix):
            raise Refused(
                f"mandate {order.mandate_reference} does not begin with '{self._settings.mandate_prefix}', as {PROVIDER} asks of this website"
            )

    def _made(self, order: DebitOrder) -> Row:
        made = self._client.made(wanted(order, self._settings))
        if not optional_text(made, "Key"):
            raise OutcomeUnknown(f"{PROVIDER} answered the order {order.reference} without a transaction")
        if status_of(made) == NEVER_MADE:
            raise Refused(f"{PROVIDER} did not take the order {order.reference} ({NEVER_MADE})")
        return self._known(made, order.reference)

    def _under(self, reference: str) -> Row | None:
        """The debit that was made under a reference."""
        silent = self._settings.absent_when == "not_shown"
        shown = self._client.made_under([reference], silence_is_none=silent).get(reference, ())
        found = [one for one in shown if is_debit(one) and status_of(one) != NEVER_MADE]
        if len({text(one, "Key", PROVIDER) for one in found}) > 1:
            raise HumanActionNeeded(f"{PROVIDER} has {len(found)} debits under {reference}: see which one is right")
        return self._known(found[0], reference) if found else None

    def _known(self, transaction: Row, reference: str) -> Row:
        if status_of(transaction) == NOBODY_KNOWS:
            raise OutcomeUnknown(
                f"{PROVIDER} has {reference} with a technical error ({NOBODY_KNOWS}): whether it is collected cannot be told"
            )
        _refuse_test(transaction, self._settings)
        return transaction


def _refuse_test(transaction: Row, settings: BuckarooDebitsSettings) -> None:
    if transaction.get("IsTest") is True and not settings.test:
        raise HumanActionNeeded(
            f"{PROVIDER}: transaction {text(transaction, 'Key', PROVIDER)} is one of the test mode, which nobody pays: is the website in test mode?"
        )


@dataclass(slots=True)
class _Progress:
    """The cursor. ``said``: by reference the document that told of a debit last, whether the debit was at its end, and the day it was asked for;
    ``after``: how far the pages of this run came."""

    said: dict[str, tuple[str, bool, str]] = field(default_factory=dict)
    after: str = ""

    @classmethod
    def of(cls, cursor: Cursor | None) -> _Progress:
        if cursor is None:
            return cls()
        held = json.loads(cursor)
        return cls(
            said={name: (sha, final, day) for name, (sha, final, day) in held["said"].items()}, after=held["after"]
        )

    def text(self) -> Cursor:
        return json.dumps({"said": self.said, "after": self.after})

    def is_due(self, reference: str, day: str) -> bool:
        _, final, asked = self.said.get(reference, ("", False, ""))
        return reference > self.after and not (final and asked == day)


class BuckarooDebitWords:
    """A DebitFeed and an AskingFeed: debits of which something else is said than last time."""

    def __init__(self, client: BuckarooClient, settings: BuckarooDebitsSettings, name: str) -> None:
        self.name = name
        self.asked_for_days = settings.asked_for_days
        self._client = client
        self._settings = settings
        self._debits: Sequence[HandedOver] = ()
        self._day = ""

    def check(self) -> None:
        """Log in."""
        self._client.log_in()

    def ask_for(self, debits: Sequence[HandedOver], as_of: date) -> None:
        """What may have been handed over."""
        self._debits = sorted(debits, key=lambda one: one.reference)
        self._day = as_of.isoformat()

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next debits that are due to be asked for. Raises what the client raises, and HumanActionNeeded for what cannot be read, before anything of
        the page is stored."""
        progress = _Progress.of(cursor)
        due = [one for one in self._debits if progress.is_due(one.reference, self._day)]
        chosen = due[:AT_ONCE]
        documents: list[RawDocument] = []
        for reference, debit, back in self._shown(chosen):
            content = content_of(reference, debit, back, self._settings.reason_in)
            document = raw_document(self.name, f"transactions/{text(debit, 'Key', PROVIDER)}", content)
            _read(document)
            if progress.said.get(reference, ("",))[0] != document.sha256:
                documents.append(document)
            progress.said[reference] = (document.sha256, is_final(debit), self._day)
        has_more = len(due) > AT_ONCE
        progress.after = chosen[-1].reference if has_more else ""
        if not has_more:
            known = {one.reference for one in self._debits}
            progress.said = {name: said for name, said in progress.said.items() if name in known}
        return Page(documents=tuple(documents), cursor=progress.text(), has_more=has_more)

    def parse(self, document: RawDocument) -> Iterator[ProviderDebit | Fault]:
        """The one word on a debit."""
        yield _read(document)

    def _shown(self, debits: Sequence[HandedOver]) -> Iterator[tuple[str, Row, Row | None]]:
        """Each debit that Buckaroo has, with what took it back. By the key that it got, and by its invoice number, which what takes it back bears too."""
        if not debits:
            return
        # Here it changes nothing whether there is none or nobody can tell.
        under = self._client.made_under([one.reference for one in debits], silence_is_none=True)
        everything = {text(one, "Key", PROVIDER).upper(): one for shown in under.values() for one in shown}
        words = self._settings.chargeback_relations
        keys = [one.transaction.upper() for one in debits if is_key(one.transaction)]
        everything |= self._client.transactions([key for key in keys if key not in everything])
        named = [key for one in everything.values() for key in related_by(one, words) if key not in everything]
        everything |= self._client.transactions(named)
        taken_by = _taken_by(everything, words)
        for debit in debits:
            shown = _debit_of(debit, everything, under.get(debit.reference, ()))
            if shown is not None:
                _refuse_test(shown, self._settings)
                yield debit.reference, shown, taken_by.get(text(shown, "Key", PROVIDER).upper())


def _taken_by(everything: Mapping[str, Row], words: Sequence[str]) -> Mapping[str, Row]:
    """What took a debit back, by the debit's key, whichever of the two names the other; the newest where there are several."""
    found: dict[str, Row] = {}
    given = [one for one in everything.values() if gives_back(one)]
    for back in sorted(given, key=lambda one: (_at(one), text(one, "Key", PROVIDER))):
        found |= dict.fromkeys(related_by(back, words), back)
    for key, debit in everything.items():
        named = [everything[name] for name in related_by(debit, words) if name in everything]
        for back in filter(gives_back, named if is_debit(debit) else ()):
            found.setdefault(key, back)
    return found


def _at(transaction: Row) -> str:
    status = transaction.get("Status")
    return optional_text(status, "DateTime") if isinstance(status, Mapping) else ""


def _debit_of(debit: HandedOver, everything: Mapping[str, Row], under: Sequence[Row]) -> Row | None:
    """The transaction of a debit: the one of its key; without a key the one that bears its reference, unless nobody can say that it is a debit."""
    known = everything.get(debit.transaction.upper())
    if known is not None:
        return None if status_of(known) == NOBODY_KNOWS else known
    found = [one for one in under if is_debit(one) and status_of(one) not in (NEVER_MADE, NOBODY_KNOWS)]
    return found[0] if len(found) == 1 else None


def _read(document: RawDocument) -> ProviderDebit:
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    try:
        return word_of(read_document(document), source)
    except ValueError as error:
        raise HumanActionNeeded(f"{PROVIDER}: {document.name}: {error}") from error
