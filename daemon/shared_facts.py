"""The same customer, invoice or mandate out of several sources becomes one, and what they disagree on is told.

A fact that only one source states goes straight through. From the moment a second source states it, what each says is kept, and the
one fact is put together from that, so that the order in which sources are read makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from config.tenant import TenantConfig
from daemon.log_words import said
from daemon.tenant import Tenant
from ledger.documents import Document, OpenItem
from ledger.mandates import Mandate, MandateEnd, MandateStatus
from ledger.party import Customer
from ledger.same_customers import likenesses
from ledger.shared_facts import (
    NAME,
    Disagreement,
    FactKind,
    SharedFact,
    name_of,
    one_customer,
    one_document,
    one_mandate,
)
from store.store import Transaction

T = TypeVar("T", Customer, Document, Mandate)
AnyFact = TypeVar("AnyFact", bound=Customer | Document | Mandate)
#: Disagreements, and pairs of customers that look like one, told at most.
MOST_TOLD: Final = 20


@dataclass(frozen=True, slots=True)
class Sources:
    """The invoice sources of a tenant, the most believed first, and which ids mean the same customer.

    ``ranks``: place of each source; ``same``: the id that a customer is kept under, by its other ids.
    """

    ranks: Mapping[str, int]
    same: Mapping[str, str]

    @property
    def share(self) -> bool:
        """Whether two statements of one fact can meet at all."""
        return len(self.ranks) > 1 or bool(self.same)

    def believed_first(self, stated: Iterable[T]) -> list[T]:
        """What configured sources say, in the order of the tenant file; a customer's other ids after its own."""
        known = [fact for fact in stated if _source(fact) in self.ranks]
        return sorted(known, key=lambda fact: (self.ranks[_source(fact)], fact.source.system))

    def under_one_id(self, fact: AnyFact) -> AnyFact:
        """The fact, its customer under the id that is kept."""
        kept = self.same.get(fact.customer_id)
        if kept is None:
            return fact
        if isinstance(fact, Customer):
            told = f"{fact.source.system} ({fact.customer_id})"
            return replace(fact, customer_id=kept, source=replace(fact.source, system=told))
        return replace(fact, customer_id=kept)


def _source(fact: SharedFact) -> str:
    """The source behind a statement, whichever of a customer's ids it was made under."""
    return fact.source.system.partition(" (")[0]


def sources_of(tenant: Tenant) -> Sources:
    """The sources of a tenant whose facts may be the same."""
    ranks = {source.name: rank for rank, source in enumerate(tenant.invoices)}
    return Sources(ranks, same_customers(tenant.config))


def same_customers(config: TenantConfig) -> dict[str, str]:
    """The id that a customer is kept under, by each of its other ids."""
    return {other: first for first, *others in config.same_customers for other in others}


def customers_as_one(sources: Sources, t: Transaction, facts: Sequence[Customer]) -> list[Customer]:
    """Customers as they are to be kept, each with what other sources say of it."""
    return _as_one(sources, t, facts, FactKind.CUSTOMER, t.facts.customers_named, one_customer)


def documents_as_one(sources: Sources, t: Transaction, facts: Sequence[Document]) -> list[Document]:
    """Documents as they are to be kept, each with what other sources say of it."""
    return _as_one(sources, t, facts, FactKind.DOCUMENT, t.facts.documents_named, one_document)


def mandates_as_one(sources: Sources, t: Transaction, facts: Sequence[Mandate]) -> list[Mandate]:
    """Mandates as they are to be kept, each with what other sources say of it."""
    return _as_one(sources, t, facts, FactKind.MANDATE, t.facts.mandates_named, one_mandate)


def _as_one(
    sources: Sources,
    t: Transaction,
    facts: Sequence[T],
    kind: FactKind,
    named: Callable[[Sequence[str]], Mapping[str, T]],
    united: Callable[[Sequence[T]], tuple[T, tuple[Disagreement, ...]]],
) -> list[T]:
    if not sources.share:
        return list(facts)
    names = [name_of(fact) for fact in facts]
    kept = {
        name: [sources.under_one_id(fact) for fact in stated] for name, stated in t.stated_facts.of(kind, names).items()
    }
    current = named([name for name in names if name not in kept])
    shared: list[SharedFact] = []
    result: list[T] = []
    for fact in facts:
        name = name_of(fact)
        stated: dict[str, T] = {one.source.system: one for one in kept.get(name, ())}  # type: ignore[misc]
        if name in current:
            stated[current[name].source.system] = current[name]
        stated[fact.source.system] = fact
        if len(stated) > 1:
            shared.extend(stated.values())
        together = sources.believed_first(stated.values())
        result.append(united(together)[0] if together else fact)
    t.stated_facts.put(kind, shared)
    return result


def ended_mandates(t: Transaction, ends: Mapping[str, MandateEnd]) -> list[Mandate]:
    """Known mandates that a source calls ended, as that source would state them."""
    known = t.facts.mandates_named(list(ends))
    kept = t.stated_facts.of(FactKind.MANDATE, list(known))
    result: list[Mandate] = []
    for reference, mandate in known.items():
        source = ends[reference].source
        own = [one for one in kept.get(reference, ()) if one.source.system == source.system]
        last = own[0] if own and isinstance(own[0], Mandate) else mandate
        result.append(replace(last, status=MandateStatus.REVOKED, source=source))
    return result


def disagreements(sources: Sources, t: Transaction) -> list[Disagreement]:
    """What sources say differently now, by kind and name."""
    if not sources.share:
        return []
    return [
        *_disagreements(sources, t, FactKind.CUSTOMER, one_customer),
        *_disagreements(sources, t, FactKind.DOCUMENT, one_document),
        *_disagreements(sources, t, FactKind.MANDATE, one_mandate),
    ]


def _disagreements(
    sources: Sources,
    t: Transaction,
    kind: FactKind,
    united: Callable[[Sequence[T]], tuple[T, tuple[Disagreement, ...]]],
) -> Iterator[Disagreement]:
    for stated in t.stated_facts.all(kind):
        together: list[T] = sources.believed_first(map(sources.under_one_id, stated))  # type: ignore[arg-type]
        if len(together) > 1:
            yield from (one for one in united(together)[1] if not _was_said(one))


def _was_said(found: Disagreement) -> bool:
    """Whether it is what a person said already: ids under `same_customers` may have names that share no word."""
    return (
        found.kind is FactKind.CUSTOMER
        and found.field == NAME
        and any(" (" in system for system in (found.believed_source, found.other_source))
    )


def held_by_sources(found: Sequence[Disagreement], items: Iterable[OpenItem], language: str) -> tuple[OpenItem, ...]:
    """The open items, those blocked about which, or about whose customer, sources disagree."""
    holding = {(one.kind, one.name): one for one in found if one.holds}
    if not holding:
        return tuple(items)
    return tuple(_held(item, holding, language) for item in items)


def _held(item: OpenItem, holding: Mapping[tuple[FactKind, str], Disagreement], language: str) -> OpenItem:
    document = item.document
    one = holding.get((FactKind.DOCUMENT, document.number)) or holding.get((FactKind.CUSTOMER, document.customer_id))
    if one is None or item.blocked_by:
        return item
    values = {"one": one.believed_source, "other": one.other_source, "field": one.field}
    return replace(item, blocked_by=said("sources_disagree", values, language))


def not_disputed(found: Sequence[Disagreement], mandate: Mandate) -> Mandate:
    """The mandate; suspended while sources disagree about it."""
    disputed = any(one.holds and one.kind is FactKind.MANDATE and one.name == mandate.reference for one in found)
    if disputed and mandate.status is MandateStatus.ACTIVE:
        return replace(mandate, status=MandateStatus.SUSPENDED)
    return mandate


def look_like_one(sources: Sources, t: Transaction, different: Iterable[Collection[str]]) -> list[str]:
    """Customers of two sources that share an invoice, a VAT number, an account, or name and mail address, and have no common id: for a person to say.
    ``different``: the ids of which a person said that they are not."""
    if len(sources.ranks) < 2:
        return []
    customers = (replace(one, source=replace(one.source, system=_source(one))) for one in t.facts.customers())
    stated = (
        sources.believed_first([sources.under_one_id(one) for one in facts if isinstance(one, Document)])
        for facts in t.stated_facts.all(FactKind.DOCUMENT)
    )
    lines = [likeness.line() for likeness in likenesses(customers, stated, sources.ranks, different)]
    return shortened(lines, "pairs of customers look like one")


def shortened(lines: list[str], what: str) -> list[str]:
    """The first of them, and how many there are more."""
    left_out = len(lines) - MOST_TOLD
    return lines if left_out <= 0 else [*lines[:MOST_TOLD], f"{left_out} more {what}"]
