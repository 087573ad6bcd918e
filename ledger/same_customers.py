"""Customers of two sources that look like one: what they share, for a person to say. Nothing is united by it.

What counts as a sign: the same invoice (number, total and day of issue) stands to the one in one source and to the other in another; both pay from one account,
which nobody else in either source does; both have one VAT number, and nobody else in either source has; one mail address, and names that share a word. A mail address alone is none: an accountant has many companies. Two that have different VAT
numbers are two, whatever account or mail address they share; an invoice that stands to both is told all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations

from ledger.documents import Document
from ledger.party import Customer
from ledger.shared_facts import share_a_word


class Sign(IntEnum):
    """What two customers share, the strongest first."""

    INVOICE = 1
    VAT_NUMBER = 2
    ACCOUNT = 3
    NAME_AND_MAIL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Two customer ids that look like one customer. ``believed``: of the source that is believed before the other's; ``signs``: what they share;
    ``invoice``: the number of one that stands to both, or empty."""

    believed: str
    believed_source: str
    other: str
    other_source: str
    signs: tuple[Sign, ...]
    invoice: str = ""

    def line(self) -> str:
        """One line for people, without anything personal: operators read it too."""
        shared = {
            Sign.INVOICE: f"invoice {self.invoice}",
            Sign.VAT_NUMBER: "a VAT number",
            Sign.ACCOUNT: "a bank account",
            Sign.NAME_AND_MAIL: "name and mail address",
        }
        return (
            f"customers {self.believed} ({self.believed_source}) and {self.other} ({self.other_source}) share "
            f"{', '.join(shared[sign] for sign in self.signs)}: if they are one, add [{self.believed}, {self.other}] to `same_customers`, else to `different_customers`"
        )


def likenesses(
    customers: Iterable[Customer],
    documents: Iterable[Sequence[Document]],
    ranks: Mapping[str, int],
    different: Iterable[Collection[str]] = (),
) -> list[Likeness]:
    """The pairs that share something, those with the strongest sign first. ``documents``: what several sources say of one document, the most believed first;
    ``ranks``: the place of each source, the most believed first; ``different``: ids that a person said to be of different customers, group by group."""
    dismissed = {frozenset(pair) for group in different for pair in combinations(group, 2)}
    known = [customer for customer in customers if customer.source.system in ranks]
    found: dict[tuple[tuple[str, str], tuple[str, str]], set[Sign]] = defaultdict(set)
    invoices: dict[tuple[tuple[str, str], tuple[str, str]], str] = {}

    def add(one: tuple[str, str], other: tuple[str, str], sign: Sign) -> None:
        first, second = sorted((one, other), key=lambda place: (ranks[place[1]], place[0]))
        found[first, second].add(sign)

    for stated in documents:
        for other in stated[1:]:
            if _are_one(stated[0], other) and stated[0].customer_id != other.customer_id:
                first, second = _owed_by(stated[0]), _owed_by(other)
                add(first, second, Sign.INVOICE)
                invoices.setdefault((first, second), other.number)
    for one, customer in _pairs(known, lambda customer: (customer.vat_number,)):
        add(_place(one), _place(customer), Sign.VAT_NUMBER)
    for one, customer in _pairs(known, lambda customer: customer.ibans):
        if _may_be_one(one, customer):
            add(_place(one), _place(customer), Sign.ACCOUNT)
    for one, customer in _pairs_of_mail(known):
        if _may_be_one(one, customer):
            add(_place(one), _place(customer), Sign.NAME_AND_MAIL)
    return sorted(
        (
            Likeness(
                believed=first[0],
                believed_source=first[1],
                other=second[0],
                other_source=second[1],
                signs=tuple(sorted(signs)),
                invoice=invoices.get((first, second), ""),
            )
            for (first, second), signs in found.items()
            if frozenset((first[0], second[0])) not in dismissed
        ),
        key=lambda likeness: (likeness.signs, likeness.believed, likeness.other),
    )


def _are_one(one: Document, other: Document) -> bool:
    return (one.number, one.kind, one.gross, one.issued_on) == (other.number, other.kind, other.gross, other.issued_on)


def _may_be_one(one: Customer, other: Customer) -> bool:
    return not one.vat_number or not other.vat_number or one.vat_number == other.vat_number


def _owed_by(document: Document) -> tuple[str, str]:
    return document.customer_id, document.source.system


def _place(customer: Customer) -> tuple[str, str]:
    return customer.customer_id, customer.source.system


def _pairs(
    customers: Iterable[Customer], keys: Callable[[Customer], Iterable[str]]
) -> Iterator[tuple[Customer, Customer]]:
    """Customers of two sources with one key, where it tells one customer in each of them."""
    for alike in _by_key(customers, keys).values():
        sources = [customer.source.system for customer in alike]
        if len(set(sources)) == len(sources):
            yield from ((alike[0], other) for other in alike[1:])


def _pairs_of_mail(customers: Iterable[Customer]) -> Iterator[tuple[Customer, Customer]]:
    for alike in _by_key(customers, lambda customer: (customer.email.casefold(),)).values():
        for at, one in enumerate(alike):
            for other in alike[at + 1 :]:
                if one.source.system != other.source.system and share_a_word(one.name, other.name):
                    yield one, other


def _by_key(customers: Iterable[Customer], keys: Callable[[Customer], Iterable[str]]) -> dict[str, list[Customer]]:
    found: dict[str, list[Customer]] = defaultdict(list)
    for customer in customers:
        for key in keys(customer):
            if key:
                found[key].append(customer)
    return found
