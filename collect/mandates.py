"""When a mandate may be used: its states, its life of 36 months, and the numbers that must be right before a bank sees them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from stdnum.eu import at_02

from ledger.calendar import add_months
from ledger.mandates import Mandate, MandateStatus, MandateType
from ledger.sepa_accounts import sepa_account
from ledger.sepa_text import identifier_fault

#: Months after the last collection (or the signature) in which an unused mandate dies (EPC SEPA direct debit rulebooks, section 4.1).
LAPSE_MONTHS: Final = 36
#: Countries of the European Economic Area, by the country code of their IBANs.
EEA: Final = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV",
        "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip


class MandateEvent(StrEnum):
    """What can happen to a mandate."""

    SIGN = "sign"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"
    LAPSE = "lapse"
    USE_UP = "use_up"


#: Revoked, lapsed and used up are ends: a new signature is a new mandate with a new reference.
MANDATE_STEPS: Final[Mapping[tuple[MandateStatus, MandateEvent], MandateStatus]] = {
    (MandateStatus.DRAFT, MandateEvent.SIGN): MandateStatus.ACTIVE,
    (MandateStatus.DRAFT, MandateEvent.REVOKE): MandateStatus.REVOKED,
    (MandateStatus.ACTIVE, MandateEvent.SUSPEND): MandateStatus.SUSPENDED,
    (MandateStatus.ACTIVE, MandateEvent.REVOKE): MandateStatus.REVOKED,
    (MandateStatus.ACTIVE, MandateEvent.LAPSE): MandateStatus.LAPSED,
    (MandateStatus.ACTIVE, MandateEvent.USE_UP): MandateStatus.USED_UP,
    (MandateStatus.SUSPENDED, MandateEvent.RESUME): MandateStatus.ACTIVE,
    (MandateStatus.SUSPENDED, MandateEvent.REVOKE): MandateStatus.REVOKED,
    (MandateStatus.SUSPENDED, MandateEvent.LAPSE): MandateStatus.LAPSED,
}


class MandateObjection(StrEnum):
    """Why a mandate may not be used on a day."""

    NOT_SIGNED = "mandate_not_signed"
    SUSPENDED = "mandate_suspended"
    REVOKED = "mandate_revoked"
    LAPSED = "mandate_lapsed"
    #: A one-off mandate that was presented, or is meant for another collection.
    USED_UP = "mandate_used_up"
    REFERENCE = "mandate_reference_faulty"
    ACCOUNT = "mandate_account_faulty"
    #: A collection came back with a reason that ends it for us.
    STOPPED = "mandate_stopped"
    #: A collection came back because of the account: another one is needed.
    ACCOUNT_REFUSED = "mandate_account_refused"
    #: The payment provider that collects does not have it.
    NOT_AT_PROVIDER = "mandate_not_at_provider"


_BY_STATUS: Final[Mapping[MandateStatus, MandateObjection]] = {
    MandateStatus.DRAFT: MandateObjection.NOT_SIGNED,
    MandateStatus.SUSPENDED: MandateObjection.SUSPENDED,
    MandateStatus.REVOKED: MandateObjection.REVOKED,
    MandateStatus.LAPSED: MandateObjection.LAPSED,
    MandateStatus.USED_UP: MandateObjection.USED_UP,
}


def lapses_on(mandate: Mandate, last_presented_on: date | None) -> date:
    """First day on which the mandate is dead unless it is used before: 36 months after its last collection, or its signature.

    ``last_presented_on``: collection date of the last collection under it that we presented, also of one that came back.
    """
    uses = [day for day in (mandate.signed_on, mandate.last_collected_on, last_presented_on) if day is not None]
    return add_months(max(uses), LAPSE_MONTHS)


def objection(mandate: Mandate, on: date, last_presented_on: date | None) -> MandateObjection | None:
    """Why ``mandate`` may not be used for a collection on that day; None when it may.

    ``last_presented_on`` as in ``lapses_on``; a one-off mandate that was presented before is used up.
    """
    if mandate.status is not MandateStatus.ACTIVE:
        return _BY_STATUS[mandate.status]
    if mandate.signed_on > on:
        return MandateObjection.NOT_SIGNED
    if mandate.type is MandateType.ONE_OFF and last_presented_on is not None:
        return MandateObjection.USED_UP
    if lapses_on(mandate, last_presented_on) <= on:
        return MandateObjection.LAPSED
    if identifier_fault(mandate.reference) is not None:
        return MandateObjection.REFERENCE
    return None if account_fault(mandate.iban) is None else MandateObjection.ACCOUNT


def account_fault(iban: str) -> str | None:
    """Why no SEPA direct debit can touch this account (None: one can): check digits, form, or a country outside SEPA."""
    account = sepa_account(iban)
    if account is None:
        return "is no IBAN"
    return None if account.in_sepa else f"is in {account.country}, which is outside SEPA"


def needs_address(iban: str) -> bool:
    """Whether the debtor's address must go along: for accounts in SEPA but outside the European Economic Area (Regulation (EU) 2015/847,
    as the EPC implementation guidelines apply it)."""
    return iban[:2].upper() not in EEA


def creditor_id_fault(creditor_id: str) -> str | None:
    """Why this is no creditor identifier (None: it is one). EPC262-08: country, two check digits, business code, national number."""
    return (
        None if at_02.is_valid(creditor_id) and identifier_fault(creditor_id) is None else "is no creditor identifier"
    )
