"""Who is invited to sign a mandate: customers whom the tenant wants on direct debit, who owe something, and have none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from collect.ladder import Audience
from ledger.documents import DocumentKind, OpenItem
from ledger.effects import key_of
from ledger.mandates import Mandate, Scheme
from ledger.money import Money
from ledger.party import Customer, CustomerType
from ledger.reminders import MessageKind, Reminder

#: Times that a customer is written to in all: the invitation, and one reminder of it.
TIMES_MOST: Final = 2
#: Digits of a reference that is given out before the mandate is there; 48 bits of a hash of creditor and customer.
_REFERENCE_DIGITS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationPolicy:
    """Whom the tenant wants on direct debit. ``business_scheme``: the scheme that businesses are asked for; consumers are asked for CORE
    (EPC SEPA Business-to-Business rulebook: consumers cannot be debtors). ``again_after``: days after which one reminder goes out."""

    creditor_id: str
    audience: Audience
    business_scheme: Scheme
    again_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """An invitation that is due. ``reference``: the mandate's, once it is signed; ``again``: it is the reminder of an earlier one."""

    customer: Customer
    reference: str
    scheme: Scheme
    again: bool

    def as_reminder(self, channel: str, as_of: date) -> Reminder:
        """It as a message that is due; it concerns no document and asks for no money."""
        return Reminder(
            customer_id=self.customer.customer_id,
            documents=(),
            level=0,
            kind=MessageKind.MANDATE_INVITATION,
            channel=channel,
            as_of=as_of,
            amount_due=Money.zero("EUR"),
        )


def reference_of(creditor_id: str, customer_id: str) -> str:
    """The reference under which a customer's mandate will be kept: always the same one, so that a form that comes back late still fits."""
    return f"MND-{key_of('mandate', creditor_id, customer_id)[:_REFERENCE_DIGITS].upper()}"


def invitations(
    policy: InvitationPolicy,
    items: Iterable[OpenItem],
    *,
    customers: Mapping[str, Customer],
    mandates: Iterable[Mandate],
    told: Sequence[Reminder],
    as_of: date,
) -> Iterator[Invitation]:
    """The invitations that are due on ``as_of``, by customer. ``told``: those that left, or may have.

    Whoever has or had a mandate, in whatever state, is never invited: one that was revoked is an answer too.
    """
    have = {mandate.customer_id for mandate in mandates}
    owing = {item.document.customer_id for item in items if item.open and item.document.kind is DocumentKind.INVOICE}
    before: dict[str, list[date]] = {}
    for one in told:
        before.setdefault(one.customer_id, []).append(one.as_of)
    for customer_id in sorted(owing - have):
        customer = customers.get(customer_id)
        if customer is None or not customer.email or not policy.audience.holds(customer):
            continue
        days = before.get(customer_id, [])
        if len(days) >= TIMES_MOST or (days and as_of < max(days) + timedelta(days=policy.again_after)):
            continue
        yield Invitation(
            customer=customer,
            reference=reference_of(policy.creditor_id, customer_id),
            scheme=policy.business_scheme if customer.type is CustomerType.BUSINESS else Scheme.CORE,
            again=bool(days),
        )
