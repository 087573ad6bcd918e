"""One fact that several sources state: which of them is believed, what each adds, and what they disagree on.

The source that stands first in the tenant file is believed. What it leaves blank is filled in by the next one that says it; accounts and
contacts are put together. What two sources say differently is never averaged and never decided by who spoke last: it is a disagreement, and
where the claim itself depends on it, nothing is claimed until they agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, TypeVar

from ledger.documents import DiscountTerms, Document
from ledger.mandates import Mandate
from ledger.money import Money
from ledger.party import Address, Customer


class FactKind(StrEnum):
    """What invoice sources state."""

    CUSTOMER = "customer"
    DOCUMENT = "document"
    MANDATE = "mandate"


SharedFact = Customer | Document | Mandate


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two sources about one fact. ``field``: what they say differently; ``believed`` and ``other``: what each says, by the names of the
    sources. ``holds``: whether a claim depends on it."""

    kind: FactKind
    name: str
    field: str
    believed_source: str
    believed: str
    other_source: str
    other: str
    holds: bool

    def line(self) -> str:
        """One line for people: what, and what each source says; of customers only what differs, for operators read it too."""
        if self.kind is FactKind.CUSTOMER:
            return f"customer {self.name}: {self.field} differs in {self.believed_source} and {self.other_source}"
        return (
            f"{self.kind.value} {self.name}: {self.field} is {self.believed} in {self.believed_source} "
            f"and {self.other} in {self.other_source}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rules:
    """How the fields of a kind of fact are put together.

    ``claimed``: the claim depends on them; ``known``: the same, but who says nothing (or zero) only does not know; ``told``: a difference is
    told, nothing is held; ``filled``: each source may have its own, the believed one's counts. A blank of the believed source is filled in for
    all but ``claimed``, where a blank is a statement.
    """

    kind: FactKind
    claimed: tuple[str, ...]
    known: tuple[str, ...]
    told: tuple[str, ...]
    filled: tuple[str, ...]
    together: tuple[str, ...] = ()


_DOCUMENT: Final = _Rules(
    kind=FactKind.DOCUMENT,
    claimed=("kind", "customer_id", "gross", "due_on"),
    known=("settled_at_source",),
    told=("issued_on", "creditor_reference", "corrects", "discount"),
    filled=("order_number", "mandate_reference", "call_after_days", "product", "payment_link"),
)
_CUSTOMER: Final = _Rules(
    kind=FactKind.CUSTOMER,
    claimed=(),
    known=(),
    told=("type", "email", "vat_number"),
    filled=("language", "group", "phone", "media", "address"),
    together=("ibans", "contacts"),
)
_MANDATE: Final = _Rules(
    kind=FactKind.MANDATE,
    claimed=("customer_id", "iban", "scheme", "type", "signed_on", "status"),
    known=(),
    told=(),
    filled=("bic", "account_holder", "last_collected_on", "replaces", "changed_by", "held_as"),
)
#: The field that holds where two customers may stand under one id.
NAME: Final = "name"
#: Letters that a word of a name must have for two names to share it: initials and short legal forms say nothing.
_TELLING_WORD: Final = 4

T = TypeVar("T", Customer, Document, Mandate)


def name_of(fact: SharedFact) -> str:
    """What a fact is known by in every source: customer id, document number or mandate reference."""
    match fact:
        case Customer():
            return fact.customer_id
        case Document():
            return fact.number
        case Mandate():
            return fact.reference


def one_document(stated: Sequence[Document]) -> tuple[Document, tuple[Disagreement, ...]]:
    """The document that these are, the most believed first."""
    return _one(stated, _DOCUMENT)


def one_mandate(stated: Sequence[Mandate]) -> tuple[Mandate, tuple[Disagreement, ...]]:
    """The mandate that these are, the most believed first."""
    return _one(stated, _MANDATE)


def one_customer(stated: Sequence[Customer]) -> tuple[Customer, tuple[Disagreement, ...]]:
    """The customer that these are, the most believed first. Names that share no word may be two customers of one number: that holds."""
    united, found = _one(stated, _CUSTOMER)
    names = tuple(_disagreed(_CUSTOMER, stated[0], other, NAME, holds=True) for other in _other_names(stated))
    return united, (*names, *found)


def _other_names(stated: Sequence[Customer]) -> Iterator[Customer]:
    believed = stated[0]
    for other in stated[1:]:
        same_address = believed.email and believed.email.casefold() == other.email.casefold()
        if other.name and not same_address and not share_a_word(believed.name, other.name):
            yield other


def share_a_word(one: str, other: str) -> bool:
    """Whether two names may be of one customer: the same letters, or a word in common that says something."""
    first, second = _letters(one), _letters(other)
    return first == second or bool(_words(one) & _words(other))


def _letters(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())


def _words(name: str) -> set[str]:
    parts = "".join(c if c.isalnum() else " " for c in name.casefold()).split()
    return {part for part in parts if len(part) >= _TELLING_WORD}


def _one(stated: Sequence[T], rules: _Rules) -> tuple[T, tuple[Disagreement, ...]]:
    believed = stated[0]
    changes: dict[str, Any] = {}
    for field in (*rules.known, *rules.told, *rules.filled):
        values = [value for fact in stated if not _blank(value := getattr(fact, field))]
        if values and _blank(getattr(believed, field)):
            changes[field] = values[0]
    for field in rules.together:
        changes[field] = tuple(dict.fromkeys(value for fact in stated for value in getattr(fact, field)))
    found = tuple(
        _disagreed(rules, believed, other, field, holds=field not in rules.told)
        for other in stated[1:]
        for field in (*rules.claimed, *rules.known, *rules.told)
        if _differ(believed, other, field, blanks_count=field in rules.claimed)
    )
    return replace(believed, **changes), found


def _blank(value: object) -> bool:
    """Whether a source leaves a field open. An address without a street is none: half of one is not mixed with half of another."""
    match value:
        case Money():
            return not value
        case Address():
            return not value.street
        case _:
            return value is None or value in ("", ())


def _differ(believed: SharedFact, other: SharedFact, field: str, *, blanks_count: bool) -> bool:
    mine, theirs = getattr(believed, field), getattr(other, field)
    if not blanks_count and (_blank(mine) or _blank(theirs)):
        return False
    if isinstance(mine, str) and isinstance(theirs, str):
        return mine.casefold() != theirs.casefold()
    return bool(mine != theirs)


def _disagreed(rules: _Rules, believed: SharedFact, other: SharedFact, field: str, *, holds: bool) -> Disagreement:
    return Disagreement(
        kind=rules.kind,
        name=name_of(believed),
        field=field.replace("_", " "),
        believed_source=believed.source.system,
        believed=_text(getattr(believed, field)),
        other_source=other.source.system,
        other=_text(getattr(other, field)),
        holds=holds,
    )


def _text(value: object) -> str:
    match value:
        case None | "":
            return "nothing"
        case DiscountTerms():
            return f"{value.basis_points} basis points until {value.until}"
        case _:
            return str(value)
