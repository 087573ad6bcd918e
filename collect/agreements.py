"""What was agreed with a customer and still stands: holds, promises and payment plans, from the acts that people wrote down.

Money takes days to be seen. So a promise or an instalment counts as broken only some days after its day (``GRACE_DAYS``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from ledger.agreements import ActKind, ReminderAct
from ledger.money import Money

#: Calendar days that a payment may take from the promised day into a statement that was read: a weekend and a bank day.
GRACE_DAYS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreements:
    """The acts that still stand, newest last, by document and by customer."""

    of_document: Mapping[str, tuple[ReminderAct, ...]] = field(default_factory=dict)
    of_customer: Mapping[str, tuple[ReminderAct, ...]] = field(default_factory=dict)

    def quiet(self, document: str, customer_id: str, open_now: Mapping[str, Money], as_of: date) -> ReminderAct | None:
        """The act that keeps a document quiet on a day; None: nothing does. ``open_now``: what is open, by document."""
        acts = (*self.of_document.get(document, ()), *self.of_customer.get(customer_id, ()))
        return next((act for act in acts if _keeps_quiet(act, document, open_now, as_of)), None)


def standing(acts: Iterable[ReminderAct]) -> Agreements:
    """What still stands of all acts, oldest first: a later act of the same kind takes the place of an earlier one, and ``resume`` ends
    everything that was said of its subject."""
    kept: dict[tuple[bool, str], dict[ActKind, ReminderAct]] = {}
    for act in acts:
        of_subject = kept.setdefault((act.of_customer, act.subject), {})
        if act.kind is ActKind.RESUME:
            of_subject.clear()
        else:
            of_subject[act.kind] = act
    return Agreements(
        of_document={subject: tuple(ones.values()) for (of_customer, subject), ones in kept.items() if not of_customer},
        of_customer={subject: tuple(ones.values()) for (of_customer, subject), ones in kept.items() if of_customer},
    )


def plan_is_kept(plan: ReminderAct, open_now: Mapping[str, Money], as_of: date) -> bool:
    """Whether as much was paid as the plan's instalments asked for by ``as_of``, some days' grace granted. A document that is not in
    ``open_now`` is paid."""
    if plan.open_then is None:
        raise ValueError("the act is no plan")
    nothing = Money.zero(plan.open_then.currency)
    still = sum((open_now.get(document, nothing) for document in plan.documents), nothing)
    over = as_of - timedelta(days=GRACE_DAYS)
    asked = sum((one.amount for one in plan.instalments if one.on < over), nothing)
    last = max(one.on for one in plan.instalments)
    return not still or (plan.open_then - still >= asked and last >= over)


def _keeps_quiet(act: ReminderAct, document: str, open_now: Mapping[str, Money], as_of: date) -> bool:
    match act.kind:
        case ActKind.HOLD:
            return act.until is None or as_of <= act.until
        case ActKind.PROMISE:
            return act.until is not None and as_of <= act.until + timedelta(days=GRACE_DAYS)
        case ActKind.PLAN:
            return document in act.documents and plan_is_kept(act, open_now, as_of)
        case ActKind.DISPUTE:
            return True
        case ActKind.RESUME:
            return False
