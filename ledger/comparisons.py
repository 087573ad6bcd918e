"""What the books over there hold against ours: differences, each with its causes where they can be seen. Nothing is mended by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ledger.effects import EffectState
from ledger.money import Money


class Cause(StrEnum):
    """Why a figure there is not ours."""

    #: Our posting is queued and leaves with the next cycle.
    NOT_SENT = "not_sent"
    #: Nobody knows yet whether our posting arrived.
    IN_DOUBT = "in_doubt"
    #: Our posting waits for a person; ``afletter effects`` says why.
    PARKED = "parked"
    #: A person let our posting go.
    DROPPED = "dropped"
    #: Somebody else booked on it there.
    BOOKED_THERE = "booked_there"
    #: Our posting stood there and does no longer.
    POSTING_GONE = "posting_gone"
    #: The document's total is another one there.
    DOCUMENT_CHANGED = "document_changed"
    #: There is no such document there.
    DOCUMENT_UNKNOWN = "document_unknown"
    #: The document is not in our books at all.
    NOT_OURS = "not_ours"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One cause, by how much it makes the figure there larger than ours, and what it is about: receivers' references or their own words."""

    cause: Cause
    amount: Money
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A document (``is_bank`` false) or bank account whose figure differs; ``ours`` and ``theirs`` are debit positive."""

    subject: str
    is_bank: bool
    ours: Money
    theirs: Money
    causes: tuple[Explained, ...]

    @property
    def booked_there(self) -> Money:
        """By how much others raised what is open there; negative where they booked payments."""
        amounts = [one.amount for one in self.causes if one.cause is Cause.BOOKED_THERE]
        return sum(amounts, Money.zero(self.ours.currency))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One reading of an accounting target held against our books. ``documents``, ``banks``: how many open figures agree; ``postings``: how many
    of ours it had by then."""

    sink: str
    as_of: date
    compared_at: datetime
    postings: int
    documents: int
    banks: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OurPosting:
    """What one booking of ours did to a document. ``state``: of its posting to this target, None where the target does not take such
    bookings; ``issues``: it is the document itself."""

    key: str
    amount: Money
    state: EffectState | None
    detail: str
    issues: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirPosting:
    """What one posting there did to a document; ``key`` is empty when it is none of ours."""

    key: str
    amount: Money
    reference: str
    issues: bool


_CAUSE_OF_STATE: Mapping[EffectState, Cause] = {
    EffectState.QUEUED: Cause.NOT_SENT,
    EffectState.SENDING: Cause.IN_DOUBT,
    EffectState.UNKNOWN: Cause.IN_DOUBT,
    EffectState.PARKED: Cause.PARKED,
    EffectState.CANCELLED: Cause.DROPPED,
}


def causes_of(
    ours: Money, theirs: Money, own: Sequence[OurPosting], there: Sequence[TheirPosting] | None
) -> tuple[Explained, ...]:
    """Why what is open of a document there is not what is open here. ``there``: None where the target does not say who booked what.

    The amounts sum to the difference: what nothing explains is UNEXPLAINED.
    """
    found = [_one(one) for one in own if one.state in _CAUSE_OF_STATE and one.amount]
    if there is not None:
        found += _by_movements(ours.currency, own, there)
    rest = theirs - ours - sum((one.amount for one in found), Money.zero(ours.currency))
    if rest:
        found.append(Explained(cause=Cause.UNEXPLAINED, amount=rest))
    return tuple(found)


def _one(posting: OurPosting) -> Explained:
    cause = Cause.NOT_SENT if posting.state is None else _CAUSE_OF_STATE[posting.state]
    return Explained(cause=cause, amount=-posting.amount, detail=posting.detail)


def _by_movements(currency: str, own: Sequence[OurPosting], there: Sequence[TheirPosting]) -> Iterator[Explained]:
    zero = Money.zero(currency)
    keys = {one.key for one in own}
    standing = {one.key for one in there if one.key}
    done = [one for one in own if one.state is EffectState.DONE]
    for one in _gone([one for one in done if one.key not in standing]):
        yield Explained(cause=Cause.POSTING_GONE, amount=-one.amount, detail=one.detail)
    # What the target is not told of (the document, what the portal settled) it knows by itself.
    untold = [one for one in own if one.state is None]
    issued_here = sum((one.amount for one in untold if one.issues), zero)
    issued = [one for one in there if one.issues and one.key not in keys]
    issued_there = sum((one.amount for one in issued), zero)
    if issued_here and not issued:
        yield Explained(cause=Cause.DOCUMENT_UNKNOWN, amount=-issued_here)
    elif issued_here != issued_there:
        cause = Cause.DOCUMENT_CHANGED if own else Cause.NOT_OURS
        yield Explained(cause=cause, amount=issued_there - issued_here, detail=_references(issued))
    settled_here = sum((one.amount for one in untold if not one.issues), zero)
    others = [one for one in there if not one.issues and one.key not in keys]
    by_others = sum((one.amount for one in others), zero)
    if by_others != settled_here:
        yield Explained(cause=Cause.BOOKED_THERE, amount=by_others - settled_here, detail=_references(others))


def _gone(postings: Sequence[OurPosting]) -> list[OurPosting]:
    """Those that are missed there. A posting and what took it back are set against each other in some systems, and no longer stand on the document:
    together they change nothing."""
    missed: list[OurPosting] = []
    for one in postings:
        taken_back = next((other for other in missed if other.amount == -one.amount), None)
        if taken_back is not None:
            missed.remove(taken_back)
        elif one.amount:
            missed.append(one)
    return missed


def _references(postings: Sequence[TheirPosting]) -> str:
    return ", ".join(dict.fromkeys(one.reference for one in postings if one.reference))
