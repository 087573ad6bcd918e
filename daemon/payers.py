"""Payers that were learned: who pays for whom, what taught it, and forgetting it again.

Forgetting changes future decisions only: what was booked stays booked, and the next payment with strong evidence teaches anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daemon.bookkeeping import entry_name
from daemon.log_words import said
from daemon.review import Person, ReviewError
from daemon.tenant import Tenant
from ledger.allocations import Evidence
from ledger.decisions import Decision
from ledger.party import KnownPayer
from ledger.statements import IdentifiedEntry
from store.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What one entry taught. ``reason``: the sentence under which the entry was booked; ``is_person``: a person had booked it."""

    payer: KnownPayer
    identified: IdentifiedEntry
    reason: str
    is_person: bool

    @property
    def entry(self) -> str:
        """The entry as people call it."""
        return entry_name(self.identified)


def known(t: Transaction, about: str = "") -> list[Lesson]:
    """Everything that was learned, or what concerns ``about``: an account, a customer's number, or a part of a payer's name."""
    wanted = about.replace(" ", "").upper()
    return [
        _lesson(t, payer)
        for payer in t.payers.lessons()
        if not about
        or wanted in (payer.iban.upper(), payer.customer_id.upper().replace(" ", ""))
        or about.casefold() in payer.name.casefold()
    ]


def _lesson(t: Transaction, payer: KnownPayer) -> Lesson:
    stored = t.entries.get(payer.learned_from)
    return Lesson(
        payer=payer,
        identified=stored.identified,
        reason=stored.reason,
        is_person=stored.confidence == Evidence.PERSON.value,
    )


def master_data(t: Transaction, about: str) -> list[tuple[str, str, str]]:
    """Customers (number, name, account) whose own master data name the account, or of that number: not learned, so not forgotten here."""
    wanted = about.replace(" ", "").upper()
    return [
        (customer.customer_id, customer.name, iban)
        for customer in t.facts.customers()
        for iban in customer.ibans
        if wanted in (iban.upper(), customer.customer_id.upper().replace(" ", ""))
    ]


def forget(tenant: Tenant, iban: str, customer_id: str | None, person: Person) -> list[KnownPayer]:
    """Forget for whom an account pays, or that it pays for one customer; answers what was forgotten.

    Raises ReviewError when nothing of the kind was learned.
    """
    wanted = iban.replace(" ", "").upper()
    with tenant.store.transaction() as t:
        gone = [
            payer
            for payer in t.payers.all()
            if payer.iban.upper() == wanted and customer_id in (None, payer.customer_id)
        ]
        if not gone:
            whom = f" for customer {customer_id}" if customer_id else ""
            raise ReviewError(f"nothing was learned about {iban}{whom}: `afletter payers list` shows what was")
        for payer in gone:
            t.payers.forget_payer(payer.iban, payer.customer_id)
        t.decisions.append(_logged(tenant, gone, person))
    return gone


def _logged(tenant: Tenant, gone: Sequence[KnownPayer], person: Person) -> list[Decision]:
    pairs = dict.fromkeys((payer.iban, payer.customer_id) for payer in gone)
    return [
        Decision(
            as_of=person.as_of,
            subject=customer_id,
            decision="payer_forgotten",
            evidence=Evidence.PERSON.value,
            runner_up="",
            reason=said(
                "payer_forgotten", {"iban": iban, "customer": customer_id, "person": person.name}, tenant.language
            ),
            by=person.name,
        )
        for iban, customer_id in pairs
    ]
