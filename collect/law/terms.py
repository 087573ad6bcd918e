"""What the tenant agreed with its customers, and what it is itself: the part of the law that no table can know."""

from __future__ import annotations

from dataclasses import dataclass, field

from collect.law.rates import Rates, legal_rates
from ledger.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """A penalty clause of the terms: ``basis_points`` of the open balance (1000 = 10 %), at least ``minimum``, at most ``maximum`` (None: no limit).

    ``legal_scale``: the terms repeat the law's own caps for consumers, which are then taken for consumers; the other figures are for businesses.
    """

    basis_points: int
    minimum: Money | None = None
    maximum: Money | None = None
    legal_scale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of one tenant.

    ``interest_basis_points``: the agreed yearly interest between businesses and with consumers (None: the legal one). ``due_date_agreed``: the due date was
    agreed as a fixed one, so that default begins by itself (None: with businesses yes, with consumers no). ``vat_basis_points``: of VAT that the
    tenant cannot deduct on costs (0: it can). ``small_company``: under the Belgian thresholds. ``instalments``: several invoices of one consumer are
    taken for instalments of one agreement (the safe side). ``postage``: of a reminder by letter. ``outlay_maximum``, ``instalment_cap``: in place of the table's.
    ``default_notice_on_invoice``: invoices to consumers point out that default comes 30 days after them (Germany).
    """

    penalty: Penalty | None = None
    business_interest_basis_points: int | None = None
    consumer_interest_basis_points: int | None = None
    due_date_agreed: bool | None = None
    vat_basis_points: int = 0
    small_company: bool = False
    instalments: bool = True
    postage: Money | None = None
    outlay_maximum: Money | None = None
    instalment_cap: Money | None = None
    default_notice_on_invoice: bool = False
    rates: Rates = field(default_factory=legal_rates)
