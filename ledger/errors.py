"""Errors named by what happens next, not by where they came from.

No error is ever turned into a default: what cannot be done is said, kept and shown in ``status``.
"""

from __future__ import annotations

from collections.abc import Mapping


class AfletterError(Exception):
    """Base of all errors that the program raises on purpose."""


class ConfigError(AfletterError):
    """The tenant file must be mended; ``faults`` are lines of the form ``file:line: key: reason``."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class MalformedDocument(AfletterError):
    """A document cannot be read: keep it, tell, and go on with the next one."""

    def __init__(self, source: str, place: str, reason: str) -> None:
        super().__init__(f"{source}: {place}: {reason}" if place else f"{source}: {reason}")
        self.source = source
        self.place = place
        self.reason = reason


class Transient(AfletterError):
    """The other side cannot answer now: wait ``retry_after_s`` seconds (None: the caller's own back-off)."""

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class CredentialsRefused(AfletterError):
    """The login no longer works: park the connector until a person has renewed it."""


class HumanActionNeeded(AfletterError):
    """Only a person can clear this (a consent, a confirmation): park and show it."""


class Refused(AfletterError):
    """The other side said no for good; sending it again cannot help."""


class RefusedSome(Refused):
    """These effects of a batch cannot be done, and nothing of the batch was: the others go without them. ``reasons``: by key, never empty."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__("; ".join(dict.fromkeys(reasons.values())))
        self.reasons = reasons


class Undeliverable(Refused):
    """The address takes no message: another way to the customer must be found. ``status``: RFC 3463, such as 5.1.1."""

    def __init__(self, reason: str, status: str) -> None:
        super().__init__(reason)
        self.status = status


class OutcomeUnknown(AfletterError):
    """It may or may not have been done: probe before it is done again. A time-out is this, never a failure."""


class ConflictingPayload(AfletterError):
    """The same idempotency key came with other content: somebody derived a key from too few facts."""

    def __init__(self, key: str) -> None:
        super().__init__(f"key {key} was used before with other content")
        self.key = key


class IllegalStep(AfletterError):
    """A state machine was asked for a step that its table does not have."""

    def __init__(self, subject: str, state: str, event: str) -> None:
        super().__init__(f"{subject}: no step '{event}' from state '{state}'")
        self.subject = subject
        self.state = state
        self.event = event


class InvariantBroken(AfletterError):
    """Something that must always hold does not: stop this tenant, never the others."""
