"""Interrupting a service after the last letter, and giving it back: a pure decision over what was announced and what is still owed.

The service stops only after a letter that named the day left and did not come back, only for what is certainly still owed, and only while nothing hides that
somebody has paid. It comes back in the cycle in which nothing of it is owed any more, or in which there is another reason to leave the customer alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date

from ledger.money import Money
from ledger.services import ServiceAct, ServiceEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """What the decision rests on. ``owed``: documents that may be asked for today (open, late, neither disputed nor held nor promised, not under direct debit) with what is
    open of each. ``covered``: customers whose credits cover their debts. ``unclear``: customers with money that waits to be understood. ``blind``: something
    hides that somebody has paid. ``left``: announcements that left and did not come back, by message id."""

    owed: Mapping[str, Money]
    covered: Set[str]
    unclear: Set[str]
    blind: bool
    left: Set[str]


def decide(acts: Iterable[ServiceAct], view: ServiceView, as_of: date) -> Iterator[ServiceAct]:
    """Whose service stops today, and whose comes back, by customer."""
    announced: dict[str, ServiceAct] = {}
    stopped: dict[str, ServiceAct] = {}
    for act in acts:
        match act.event:
            case ServiceEvent.ANNOUNCED:
                announced[act.customer_id] = act
            case ServiceEvent.INTERRUPTED:
                stopped[act.customer_id] = act
            case ServiceEvent.RESUMED:
                stopped.pop(act.customer_id, None)
                announced.pop(act.customer_id, None)
    for customer, act in sorted(stopped.items()):
        still = [document for document in act.documents if document in view.owed]
        if not still or customer in view.covered:
            yield _act(ServiceEvent.RESUMED, customer, act.documents, as_of)
    for customer, act in sorted(announced.items()):
        if customer in stopped or act.message_id not in view.left or as_of < act.effective_on:
            continue
        owed = tuple(document for document in act.documents if document in view.owed)
        if owed and not view.blind and customer not in view.covered and customer not in view.unclear:
            yield _act(ServiceEvent.INTERRUPTED, customer, owed, as_of)


def _act(event: ServiceEvent, customer: str, documents: tuple[str, ...], as_of: date) -> ServiceAct:
    return ServiceAct(event=event, customer_id=customer, documents=documents, on=as_of, effective_on=as_of)
