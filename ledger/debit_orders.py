"""A collection on its way to a payment provider, as an effect's payload carries it.

The end-to-end id is the reference on both sides: it is the key of the effect and what the provider is asked for before anything is sent twice. A
collection that was taken out before it left and goes again later has a key of its own (``E….2``), and the same reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.effects import Payload
from ledger.errors import Refused
from ledger.mandates import Collection, DebitBatch, Scheme, SequenceType
from ledger.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitOrder:
    """What the provider is to collect. ``reference``: the end-to-end id; ``batch``: the message id of the batch in which it was released;
    ``held_as``: what the provider calls the mandate, where its own mandates were read; ``documents``: the invoices that it collects; ``first``: what the
    provider calls the first debit under the same mandate and account, for one that wants it named, and empty for that first one itself."""

    reference: str
    batch: str
    mandate_reference: str
    held_as: str
    customer_id: str
    iban: str
    bic: str
    account_holder: str
    scheme: Scheme
    sequence_type: SequenceType
    signed_on: date
    collect_on: date
    amount: Money
    remittance: str
    documents: tuple[str, ...]
    first: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A debit that has reached its provider, or may have. ``reference``: the end-to-end id; ``transaction``: what the provider calls it, empty while
    nobody knows whether it has it."""

    reference: str
    transaction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchClosing:
    """The word that all of a batch was handed over, for a provider that sends it to the bank then."""

    batch: str
    scheme: Scheme
    collect_on: date
    count: int
    amount: Money


def order_payload(collection: Collection, batch: DebitBatch, first: str = "") -> Payload:
    """A collection as the payload of an effect. ``first``: as in ``DebitOrder``."""
    mandate = collection.mandate
    named = {"first": first} if first else {}
    return {
        **named,
        "reference": collection.end_to_end_id,
        "batch": batch.message_id,
        "mandate_reference": mandate.reference,
        "held_as": mandate.held_as,
        "customer_id": mandate.customer_id,
        "iban": mandate.iban,
        "bic": mandate.bic,
        "account_holder": mandate.account_holder,
        "scheme": mandate.scheme.value,
        "sequence_type": collection.sequence_type.value,
        "signed_on": mandate.signed_on.isoformat(),
        "collect_on": collection.collect_on.isoformat(),
        "amount": collection.amount.decimal(),
        "currency": collection.amount.currency,
        "remittance": collection.remittance,
        "documents": [part.document for part in collection.parts],
    }


def closing_payload(batch: DebitBatch, collections: Sequence[Collection]) -> Payload:
    """The end of a batch as the payload of an effect."""
    total = sum((one.amount for one in collections), Money.zero(collections[0].amount.currency))
    return {
        "closes": batch.message_id,
        "scheme": batch.scheme.value,
        "collect_on": batch.collect_on.isoformat(),
        "count": len(collections),
        "amount": total.decimal(),
        "currency": total.currency,
    }


def order_of(payload: Payload) -> DebitOrder | BatchClosing:
    """What a payload says. Raises Refused for one that is neither."""
    try:
        amount = Money.parse(_text(payload, "amount"), _text(payload, "currency"))
        scheme, day = Scheme(_text(payload, "scheme")), date.fromisoformat(_text(payload, "collect_on"))
        if "closes" in payload:
            return BatchClosing(
                batch=_text(payload, "closes"),
                scheme=scheme,
                collect_on=day,
                count=int(str(payload["count"])),
                amount=amount,
            )
        documents = payload["documents"]
        if not isinstance(documents, Sequence) or isinstance(documents, str):
            raise ValueError("documents is no list")
        return DebitOrder(
            reference=_text(payload, "reference"),
            batch=_text(payload, "batch"),
            mandate_reference=_text(payload, "mandate_reference"),
            held_as=_text(payload, "held_as"),
            customer_id=_text(payload, "customer_id"),
            iban=_text(payload, "iban"),
            bic=_text(payload, "bic"),
            account_holder=_text(payload, "account_holder"),
            scheme=scheme,
            sequence_type=SequenceType(_text(payload, "sequence_type")),
            signed_on=date.fromisoformat(_text(payload, "signed_on")),
            collect_on=day,
            amount=amount,
            remittance=_text(payload, "remittance"),
            documents=tuple(str(one) for one in documents),
            first=_text(payload, "first") if "first" in payload else "",
        )
    except (KeyError, ValueError) as error:
        raise Refused(f"this is no debit order: {error}") from error


def order_key(reference: str, earlier: int) -> str:
    """The key of an effect about a collection or batch: its own name, with a number from the second time on that it is queued."""
    return reference if not earlier else f"{reference}.{earlier + 1}"


def reference_of(key: str) -> str:
    """The collection or batch that a key is about."""
    return key.partition(".")[0]


def _text(payload: Payload, field: str) -> str:
    value = payload[field]
    if not isinstance(value, str):
        raise ValueError(f"{field} is no text")
    return value
