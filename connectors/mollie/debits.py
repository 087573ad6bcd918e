"""Direct debits through Mollie: a recurring payment for each collection, and what became of it. The money arrives in a payout, with everything else.

Our end-to-end id stands in the payment's metadata, where it is looked for before anything is made, and where the settlement names it again: so that the
payout's part and the debit are one. Mollie keeps an idempotency key for an hour only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Final

from connectors.json_rows import Row, optional_text, raw_document, read_document, row, text
from connectors.mollie.client import PROVIDER, MollieClient, MollieRefused
from connectors.mollie.read import OURS, day_of, money_of
from connectors.mollie.settings import MollieDebitsSettings
from connectors.ports import Cursor, DebitFeed, Page, Receipt
from ledger.debit_orders import BatchClosing, DebitOrder, order_of, reference_of
from ledger.effects import Effect, Guarantee
from ledger.errors import ConflictingPayload, HumanActionNeeded, OutcomeUnknown, Refused
from ledger.provider_debits import ProviderDebit, ProviderWord
from ledger.sources import Fault, RawDocument, SourceRef

#: An order is handed over at most so many days before its day of collection: nothing older is looked through for it.
LOOKED_BACK: Final = timedelta(days=60)
#: Payments that changed are looked for among those of the last days, and one by one where they are older and not at their end.
OVERLAP: Final = timedelta(days=5)
#: Words of one page.
AT_ONCE: Final = 200
#: Mollie takes so many bytes of metadata.
_METADATA_BYTES: Final = 1024
_DESCRIPTION: Final = 140
_WORDS: Final[Mapping[str, ProviderWord]] = {
    "open": ProviderWord.UNDER_WAY,
    "pending": ProviderWord.UNDER_WAY,
    "authorized": ProviderWord.UNDER_WAY,
    "paid": ProviderWord.PAID,
    "failed": ProviderWord.FAILED,
    "canceled": ProviderWord.FAILED,
    "expired": ProviderWord.FAILED,
}
_KEPT: Final = ("id", "status", "amount", "createdAt", "paidAt", "failedAt", "canceledAt", "mandateId")
_REASONS: Final = ("bankReasonCode", "bankReason", "mandateReference")


class MollieDebits:
    """A DebitProvider."""

    guarantee = Guarantee.FINDABLE
    settle_s = 120
    names_first = False
    closes_batches = False

    def __init__(self, settings: MollieDebitsSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._client = MollieClient(settings)
        self._profile = () if settings.profile is None else (("profileId", settings.profile),)

    def check(self) -> None:
        """Log in and read one payment."""
        self._client.page(("payments",), "payments", (("limit", "1"), *self._profile))

    def feed(self) -> DebitFeed:
        """What becomes of our payments."""
        return MolliePayments(self._client, self._settings, f"{self.name}/feed")

    def find(self, key: str) -> Receipt | None:
        """The payment under our reference, among all that were made since it may have been handed over."""
        reference = reference_of(key)
        found = self._under(reference, ("payments",), _earliest(reference))
        return None if found is None else Receipt(key=key, reference=text(found, "id", PROVIDER))

    def send(self, effect: Effect) -> Receipt:
        """Make a payment, unless the customer has it already."""
        match order_of(effect.payload):
            case BatchClosing():
                raise Refused(f"{PROVIDER} takes no batches")
            case DebitOrder() as order:
                customer, _, mandate = order.held_as.partition("/")
        if not customer or not mandate:
            raise Refused(
                f"mandate {order.mandate_reference} is not known to be at {PROVIDER}: read its mandates (invoices, use: mollie)"
            )
        known = self._under(order.reference, ("customers", customer, "payments"), _earliest(order.reference))
        if known is None:
            known = self._made(order, customer, mandate)
        if money_of(known, "amount") != order.amount or optional_text(known, "mandateId") not in ("", mandate):
            raise ConflictingPayload(effect.key)
        return Receipt(key=effect.key, reference=text(known, "id", PROVIDER))

    def _made(self, order: DebitOrder, customer: str, mandate: str) -> Row:
        value: dict[str, object] = {
            "amount": {"currency": order.amount.currency, "value": order.amount.decimal()},
            "description": order.remittance[:_DESCRIPTION],
            "sequenceType": "recurring",
            "method": "directdebit",
            "customerId": customer,
            "mandateId": mandate,
            "metadata": _metadata(order),
            **dict(self._profile),
        }
        try:
            return self._client.made(("payments",), value, order.reference)
        except MollieRefused as refused:
            if refused.status == HTTPStatus.CONFLICT:
                # The same order is being done this moment.
                raise OutcomeUnknown(str(refused)) from refused
            raise

    def _under(self, reference: str, path: tuple[str, ...], earliest: date) -> Row | None:
        for payment in self._client.all(path, "payments", self._profile):
            if our_reference(payment) == reference:
                return payment
            if day_of(payment, "createdAt") < earliest:
                return None
        return None


def _earliest(reference: str) -> date:
    """The day before which nothing was made under a reference: it begins with its day of collection."""
    try:
        return datetime.strptime(reference[1:9], "%Y%m%d").date() - LOOKED_BACK  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise Refused(f"'{reference}' is no end-to-end id of ours") from None


def _metadata(order: DebitOrder) -> Mapping[str, object]:
    """Our reference, and the invoices as far as there is room for all of them."""
    full = {OURS: order.reference, "invoices": list(order.documents)}
    return full if len(json.dumps(full).encode()) <= _METADATA_BYTES else {OURS: order.reference}


def our_reference(payment: Row) -> str:
    """The reference under which we made a payment; empty where somebody else made it."""
    metadata = payment.get("metadata")
    return optional_text(metadata, OURS) if isinstance(metadata, Mapping) else ""


@dataclass(slots=True)
class _Progress:
    """The cursor. ``newest``: when the newest payment that was seen was made; ``said``: by payment what was last said of it and when it was made;
    ``charged``: chargebacks that were seen, with their day."""

    newest: str = ""
    said: dict[str, list[str]] = field(default_factory=dict)
    charged: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, cursor: Cursor | None) -> _Progress:
        return cls() if cursor is None else cls(**json.loads(cursor))

    def text(self) -> Cursor:
        return json.dumps({"newest": self.newest, "said": self.said, "charged": self.charged})


class MolliePayments:
    """A DebitFeed: payments of ours whose state is another than was last said."""

    def __init__(self, client: MollieClient, settings: MollieDebitsSettings, name: str) -> None:
        self.name = name
        self._client = client
        self._since = settings.since
        self._profile = () if settings.profile is None else (("profileId", settings.profile),)

    def check(self) -> None:
        """Log in and read one payment."""
        self._client.page(("payments",), "payments", (("limit", "1"), *self._profile))

    def fetch(self, cursor: Cursor | None) -> Page:
        """What changed, oldest payment first. Raises what the client raises, and HumanActionNeeded for what cannot be read, before anything is stored."""
        progress = _Progress.of(cursor)
        from_day = self._since if not progress.newest else max(self._since, _day(progress.newest) - OVERLAP)
        newest, payments = self._recent(progress.newest, from_day)
        charged = self._charged(progress, from_day)
        for number in self._watched(progress, payments, charged):
            payments[number] = self._client.one(("payments", number))
        words: list[tuple[str, str, RawDocument]] = []
        for number, payment in payments.items():
            if not our_reference(payment):
                continue
            document = self._document(payment, charged.get(number))
            if progress.said.get(number, [""])[0] != document.sha256:
                _read(document)
                words.append((text(payment, "createdAt", PROVIDER), number, document))
        words.sort(key=lambda one: one[:2])
        chosen, later = words[:AT_ONCE], words[AT_ONCE:]
        for made, number, document in chosen:
            progress.said[number] = [document.sha256, made, "" if _is_final(payments[number]) else "open"]
        waiting = {number for _, number, _ in later}
        progress.charged |= {
            text(one, "id", PROVIDER): text(one, "createdAt", PROVIDER)
            for payment, one in charged.items()
            if payment not in waiting
        }
        if not later:
            progress.newest = newest
            _forget(progress)
        return Page(documents=tuple(one[2] for one in chosen), cursor=progress.text(), has_more=bool(later))

    def parse(self, document: RawDocument) -> Iterator[ProviderDebit | Fault]:
        """The one word on a payment."""
        yield _read(document)

    def _recent(self, newest: str, from_day: date) -> tuple[str, dict[str, Row]]:
        """When the newest payment was made, and all since a day."""
        found: dict[str, Row] = {}
        for payment in self._client.all(("payments",), "payments", self._profile):
            made = text(payment, "createdAt", PROVIDER)
            newest = max(newest, made)
            if day_of(payment, "createdAt") < from_day:
                break
            found[text(payment, "id", PROVIDER)] = payment
        return newest, found

    def _charged(self, progress: _Progress, from_day: date) -> dict[str, Row]:
        """Chargebacks by their payment: they hit payments that are months old, and leave them paid."""
        found: dict[str, Row] = {}
        for one in self._client.all(("chargebacks",), "chargebacks", self._profile):
            if day_of(one, "createdAt") < from_day:
                break
            payment = text(one, "paymentId", PROVIDER)
            if optional_text(one, "reversedAt") or (
                text(one, "id", PROVIDER) in progress.charged and payment not in progress.said
            ):
                continue
            found[payment] = one
        return found

    def _watched(self, progress: _Progress, payments: Mapping[str, Row], charged: Mapping[str, Row]) -> list[str]:
        """Payments to be asked for one by one: older ones that are not at their end, and those that a new chargeback hit."""
        still = [number for number, said in progress.said.items() if said[2:] == ["open"]]
        hit = [number for number, one in charged.items() if text(one, "id", PROVIDER) not in progress.charged]
        return [number for number in dict.fromkeys([*still, *hit]) if number not in payments]

    def _document(self, payment: Row, charged: Row | None) -> RawDocument:
        details = payment.get("details")
        content = {
            **{name: payment[name] for name in _KEPT if name in payment},
            "reference": our_reference(payment),
            "details": {name: details[name] for name in _REASONS if name in details}
            if isinstance(details, Mapping)
            else {},
            "chargeback": None
            if charged is None
            else {name: charged[name] for name in ("id", "reason", "createdAt") if name in charged},
        }
        return raw_document(self.name, f"payments/{text(payment, 'id', PROVIDER)}", content)


def _is_final(payment: Row) -> bool:
    return _WORDS.get(optional_text(payment, "status")) is not ProviderWord.UNDER_WAY


def _forget(progress: _Progress) -> None:
    """What is at its end and no longer listed needs no memory; a chargeback that comes later is a new one."""
    if not progress.newest:
        return
    edge = (_day(progress.newest) - 2 * OVERLAP).isoformat()
    progress.said = {number: one for number, one in progress.said.items() if one[2] or one[1][:10] >= edge}
    progress.charged = {number: day for number, day in progress.charged.items() if day[:10] >= edge}


def _day(moment: str) -> date:
    return day_of({"moment": moment}, "moment")


def _read(document: RawDocument) -> ProviderDebit:
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    try:
        return _word(read_document(document), source)
    except ValueError as error:
        raise HumanActionNeeded(f"{PROVIDER}: {document.name}: {error}") from error


def _word(payment: Row, source: SourceRef) -> ProviderDebit:
    status, charged = text(payment, "status", PROVIDER), payment.get("chargeback")
    if status not in _WORDS:
        raise HumanActionNeeded(f"{PROVIDER}: a payment is '{status}': has the interface changed?")
    details = row(payment.get("details"), PROVIDER)
    word, code, reason = _WORDS[status], optional_text(details, "bankReasonCode"), optional_text(details, "bankReason")
    moments = [name for name in ("paidAt", "failedAt", "canceledAt") if optional_text(payment, name)]
    on = day_of(payment, moments[-1]) if moments else None
    if isinstance(charged, Mapping):
        why = charged.get("reason")
        word, on = ProviderWord.CHARGED_BACK, day_of(charged, "createdAt")
        code = optional_text(why, "code") if isinstance(why, Mapping) else ""
        reason = optional_text(why, "description") if isinstance(why, Mapping) else ""
    return ProviderDebit(
        reference=text(payment, "reference", PROVIDER),
        transaction=text(payment, "id", PROVIDER),
        word=word,
        amount=money_of(payment, "amount"),
        on=on,
        reason_code=code,
        reason=reason,
        mandate_reference=optional_text(details, "mandateReference"),
        source=source,
    )
