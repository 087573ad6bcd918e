"""Effects: what is to be done to the outside world, one row of the outbox each.

A time-out is not a failure but an unknown outcome; what happens then depends on what the receiver guarantees
(``Guarantee``), and never on hope.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

Payload = Mapping[str, object]


class EffectKind(StrEnum):
    """What an effect does, each delivered by one sink of the tenant."""

    POSTING = "posting"
    #: What a bank account must hold at the end of a day, for books that check it themselves.
    BALANCE = "balance"
    #: A debit file for the bank; with a payment provider, the end of a batch whose collections went one by one.
    DEBIT_BATCH = "debit_batch"
    #: One direct debit that a payment provider collects.
    COLLECTION = "collection"
    MESSAGE = "message"
    #: A case for an agency, or a word about one that is there.
    HAND_OVER = "hand_over"
    #: A service that stops, or is given back.
    SERVICE = "service"
    #: What the bank made of an invoice, told to the shop or portal that issued it.
    PORTAL_FEEDBACK = "portal_feedback"


class EffectState(StrEnum):
    """Where an effect stands."""

    #: Wanted and not yet tried, or to be tried again.
    QUEUED = "queued"
    #: Handed to the sender; written before the first byte leaves.
    SENDING = "sending"
    #: Nobody knows whether it arrived: a time-out, or the process died while it was SENDING.
    UNKNOWN = "unknown"
    #: The receiver has it.
    DONE = "done"
    #: A person must look.
    PARKED = "parked"
    #: Its reason went away before it was sent.
    CANCELLED = "cancelled"


class EffectEvent(StrEnum):
    """What can happen to an effect."""

    SEND = "send"
    CONFIRM = "confirm"
    RETRY = "retry"
    LOSE = "lose"
    FOUND = "found"
    ABSENT = "absent"
    PARK = "park"
    CANCEL = "cancel"


EFFECT_STEPS: Final[Mapping[tuple[EffectState, EffectEvent], EffectState]] = {
    (EffectState.QUEUED, EffectEvent.SEND): EffectState.SENDING,
    (EffectState.QUEUED, EffectEvent.CANCEL): EffectState.CANCELLED,
    (EffectState.QUEUED, EffectEvent.PARK): EffectState.PARKED,
    (EffectState.SENDING, EffectEvent.CONFIRM): EffectState.DONE,
    (EffectState.SENDING, EffectEvent.RETRY): EffectState.QUEUED,
    (EffectState.SENDING, EffectEvent.LOSE): EffectState.UNKNOWN,
    (EffectState.SENDING, EffectEvent.PARK): EffectState.PARKED,
    (EffectState.UNKNOWN, EffectEvent.FOUND): EffectState.DONE,
    (EffectState.UNKNOWN, EffectEvent.ABSENT): EffectState.QUEUED,
    (EffectState.UNKNOWN, EffectEvent.PARK): EffectState.PARKED,
    (EffectState.PARKED, EffectEvent.RETRY): EffectState.QUEUED,
    (EffectState.PARKED, EffectEvent.CANCEL): EffectState.CANCELLED,
    (EffectState.PARKED, EffectEvent.FOUND): EffectState.DONE,
}


class Guarantee(StrEnum):
    """What a receiver lets us promise about delivery."""

    #: Honours our idempotency key: resend the same key, delivered exactly once.
    KEYED = "keyed"
    #: Can be searched by our reference: probe before any resend, delivered exactly once.
    FINDABLE = "findable"
    #: Neither: an unknown outcome is parked, delivered at most once and then a person looks.
    BLIND = "blind"


def canonical(payload: object) -> bytes:
    """Canonical JSON: sorted keys, no blanks, UTF-8. Equal payloads give equal bytes.

    Lone surrogates, as file names that are no UTF-8 have them, are encoded like any other code point.
    """
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass")


def key_of(*facts: str) -> str:
    """A key derived from facts: 32 hexadecimal digits of the SHA-256 of the facts' canonical form."""
    return hashlib.sha256(canonical(list(facts))).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One row of the outbox.

    ``key``: idempotency key derived from facts. ``sink``: the receiver's name in the tenant file (``accounting/0``). ``subject``: what it
    is about (an entry, a document, a batch), for people and for cancelling. ``payload``: JSON-ready. ``not_before``: first business
    day on which it may leave. ``detail``: what was last said about it; ``reference``: the receiver's own, once it has it.
    """

    key: str
    kind: EffectKind
    sink: str
    subject: str
    payload: Payload
    not_before: date
    state: EffectState = EffectState.QUEUED
    attempts: int = 0
    detail: str = ""
    reference: str = ""
