"""Direct-debit mandates at Mollie: customer by customer, the new ones first and the others in turn, for Mollie does not say what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from typing import Final

from connectors.json_rows import (
    Row,
    filled_text,
    optional_text,
    raw_document,
    read_document,
    row,
    rows,
    text,
    text_if_there,
)
from connectors.mollie.client import PROVIDER, MollieClient, MollieRefused
from connectors.mollie.read import day_of
from connectors.mollie.settings import MollieMandatesSettings
from connectors.ports import Cursor, InvoiceFact, Page
from ledger.errors import HumanActionNeeded
from ledger.mandates import Mandate, MandateEnd, MandateStatus, MandateType, Scheme
from ledger.sources import Fault, RawDocument, SourceRef

#: Customers that are read on one page.
AT_ONCE: Final = 50
_DIRECT_DEBIT: Final = "directdebit"
_STATUS: Final[Mapping[str, MandateStatus]] = {
    "valid": MandateStatus.ACTIVE,
    "pending": MandateStatus.DRAFT,
    "invalid": MandateStatus.REVOKED,
}
_KEPT: Final = ("id", "status", "method", "mandateReference", "signatureDate", "createdAt", "details")
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_DIGEST_DIGITS: Final = 16


@dataclass(slots=True)
class _Progress:
    """The cursor. ``known``: by customer a digest of its mandates and their references; ``left``: customers that this run still reads, each with our
    number for it; ``after``: the customer up to which the turns came."""

    known: dict[str, list[str]] = field(default_factory=dict)
    left: list[list[str]] = field(default_factory=list)
    after: str = ""

    @classmethod
    def of(cls, cursor: Cursor | None) -> _Progress:
        return cls() if cursor is None else cls(**json.loads(cursor))

    def text(self) -> Cursor:
        return json.dumps({"known": self.known, "left": self.left, "after": self.after})


class MollieMandates:
    """An InvoiceSource that brings mandates only: one document for each customer whose mandates changed."""

    def __init__(self, settings: MollieMandatesSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._client = MollieClient(settings)
        self._profile = () if settings.profile is None else (("profileId", settings.profile),)

    def check(self) -> None:
        """Log in and read one customer."""
        self._client.page(("customers",), "customers", (("limit", "1"), *self._profile))

    def fetch(self, cursor: Cursor | None) -> Page:
        """The next customers. Raises what ``MollieClient`` raises, and HumanActionNeeded for rows of another shape."""
        progress = _Progress.of(cursor)
        if not progress.left:
            self._begin(progress)
        chosen, progress.left = progress.left[:AT_ONCE], progress.left[AT_ONCE:]
        documents: list[RawDocument] = []
        for customer, number in chosen:
            mandates = self._mandates(customer)
            references = [_reference(one) for one in mandates]
            digest = hashlib.sha256(json.dumps([mandates, number], sort_keys=True, default=str).encode()).hexdigest()
            before = progress.known.get(customer, [""])
            after = [digest[:_DIGEST_DIGITS] if mandates else "", *references]
            progress.known[customer] = after
            if after != before:
                gone = [one for one in before[1:] if one not in references]
                content = {"customer": customer, "number": number, "mandates": mandates, "gone": gone}
                documents.append(raw_document(self.name, f"customers/{customer}", content))
        return Page(documents=tuple(documents), cursor=progress.text(), has_more=bool(progress.left))

    def parse(self, document: RawDocument) -> Iterator[InvoiceFact | Fault]:
        """The mandates of one customer."""
        content = read_document(document)
        source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
        number, customer = text(content, "number", PROVIDER), text(content, "customer", PROVIDER)
        mandates = rows(content.get("mandates"), PROVIDER)
        if mandates and not number:
            reason = f"customer {customer} holds no customer number of yours in its metadata: see customer_in"
            yield Fault(source=source, reason=reason, whole_document=False)
        for mandate in mandates if number else []:
            try:
                yield self._fact(mandate, customer, number, source)
            except (HumanActionNeeded, ValueError) as error:
                yield Fault(source=source, reason=str(error), whole_document=False)
        gone = content.get("gone")
        for reference in gone if isinstance(gone, list) else []:
            yield MandateEnd(reference=str(reference), source=source)

    def _begin(self, progress: _Progress) -> None:
        """Who is read in this run: whoever is gone (its mandates may be another customer's by now), whoever is new, and some of the others from where
        the last run ended."""
        listed = {filled_text(one, "id", PROVIDER): self._number(one) for one in self._all_customers()}
        fresh = [one for one in listed if one not in progress.known]
        gone = [one for one, said in progress.known.items() if one not in listed and said != [""]]
        others = [one for one in listed if one in progress.known]
        start = others.index(progress.after) + 1 if progress.after in others else 0
        turn = [*others[start:], *others[:start]]
        room = max(0, self._settings.customers_per_run - len(fresh) - len(gone))
        progress.left = [[one, listed.get(one, "")] for one in (*gone, *fresh, *turn[:room])]
        progress.after = turn[min(room, len(turn)) - 1] if turn and room else progress.after

    def _all_customers(self) -> Sequence[Row]:
        return list(self._client.all(("customers",), "customers", self._profile))[::-1]

    def _number(self, customer: Row) -> str:
        metadata = customer.get("metadata")
        if isinstance(metadata, str):
            return metadata.strip()
        found = (
            (optional_text(metadata, key) for key in self._settings.customer_in)
            if isinstance(metadata, Mapping)
            else ()
        )
        return next((one.strip() for one in found if one.strip()), "")

    def _mandates(self, customer: str) -> list[dict[str, object]]:
        try:
            found = list(self._client.all(("customers", customer, "mandates"), "mandates", self._profile))[::-1]
        except MollieRefused as refused:
            if refused.status in _GONE:
                return []
            raise
        debits = [one for one in found if filled_text(one, "method", PROVIDER) == _DIRECT_DEBIT]
        for one in debits:
            for name in ("id", "status"):
                filled_text(one, name, PROVIDER)
            for name in ("mandateReference", "signatureDate"):
                text_if_there(one, name, PROVIDER)
            details = row(one.get("details"), PROVIDER)
            for name in ("consumerAccount", "consumerBic", "consumerName"):
                text_if_there(details, name, PROVIDER)
        return [{name: one[name] for name in _KEPT if name in one} for one in debits]

    def _fact(self, mandate: Row, customer: str, number: str, source: SourceRef) -> Mandate:
        details = row(mandate.get("details"), PROVIDER)
        own, status = text(mandate, "id", PROVIDER), text(mandate, "status", PROVIDER)
        if status not in _STATUS:
            raise ValueError(f"mandate {own} has status '{status}', which is not known here")
        iban = "".join(text_if_there(details, "consumerAccount", PROVIDER).split()).upper()
        if not iban:
            raise ValueError(f"mandate {own} has no account")
        signed = text_if_there(mandate, "signatureDate", PROVIDER)
        return Mandate(
            reference=_reference(mandate),
            customer_id=f"{self._settings.customer_prefix}{number}",
            iban=iban,
            bic=text_if_there(details, "consumerBic", PROVIDER),
            account_holder=text_if_there(details, "consumerName", PROVIDER),
            scheme=Scheme.CORE,
            type=MandateType.RECURRENT,
            signed_on=date.fromisoformat(signed[:10]) if signed else day_of(mandate, "createdAt"),
            status=_STATUS[status],
            source=source,
            held_as=f"{customer}/{own}",
        )


def _reference(mandate: Mapping[str, object]) -> str:
    """The reference that the customer's bank knows; Mollie's own name where it has none."""
    return text_if_there(mandate, "mandateReference", PROVIDER) or filled_text(mandate, "id", PROVIDER)
