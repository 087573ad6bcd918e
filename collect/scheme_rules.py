"""Until when a debit may come back (EPC SEPA direct debit rulebooks, sections 4.3 and 4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from ledger.calendar import add_months, add_target_days
from ledger.mandates import Scheme

#: TARGET days after the debit on which the debtor's bank may return it.
RETURN_DAYS: Final[Mapping[Scheme, int]] = {Scheme.CORE: 5, Scheme.B2B: 3}
#: Weeks in which a consumer's refund needs no reason; months in which an unauthorised debit is refunded. None of both under B2B.
REFUND_WEEKS: Final = 8
UNAUTHORISED_MONTHS: Final = 13
#: TARGET days that a refund asked for on its last day takes to the creditor's account.
SETTLEMENT_DAYS: Final = 4


def last_return_on(scheme: Scheme, debited_on: date) -> date:
    """Last day on which the debtor's bank may return a debit."""
    return add_target_days(debited_on, RETURN_DAYS[scheme])


def refund_until(scheme: Scheme, debited_on: date) -> date | None:
    """Last day on which the debtor may ask for an authorised debit back, no questions asked; None under B2B."""
    return debited_on + timedelta(weeks=REFUND_WEEKS) if scheme is Scheme.CORE else None


def unauthorised_until(scheme: Scheme, debited_on: date) -> date | None:
    """Last day on which the debtor may ask for a debit without a mandate back; None under B2B."""
    return add_months(debited_on, UNAUTHORISED_MONTHS) if scheme is Scheme.CORE else None


def last_money_back_on(scheme: Scheme, debited_on: date) -> date:
    """Last day on which a debit can come back on the creditor's statement."""
    unauthorised = unauthorised_until(scheme, debited_on)
    last = last_return_on(scheme, debited_on) if unauthorised is None else unauthorised
    return add_target_days(last, SETTLEMENT_DAYS)
