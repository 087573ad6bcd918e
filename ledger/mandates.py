"""Direct-debit mandates (ISO 20022 MndtRltdInf)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.money import Money
from ledger.party import Address
from ledger.sources import SourceRef


class Scheme(StrEnum):
    """The SEPA direct-debit scheme (local instrument)."""

    CORE = "CORE"
    B2B = "B2B"


class MandateType(StrEnum):
    """How often a mandate may be used."""

    RECURRENT = "recurrent"
    ONE_OFF = "one_off"


class MandateStatus(StrEnum):
    """Where a mandate stands; the folder source knows only ``active`` and ``revoked``."""

    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    LAPSED = "lapsed"
    USED_UP = "used_up"


class SequenceType(StrEnum):
    """Place of a collection in the life of its mandate (ISO 20022 SeqTp)."""

    FRST = "FRST"
    RCUR = "RCUR"
    FNAL = "FNAL"
    OOFF = "OOFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """A debtor's authority to collect from ``iban``. ``account_holder`` may differ from the customer's name.

    ``last_collected_on``: the last collection under it that was made before it came to us, where the source says so. ``replaces``: the
    reference it had before, where the source says so. ``changed_by``: who changed it last where it is kept, likewise. ``held_as``: what the
    payment provider that keeps it calls it (``cst_1/mdt_2``), where one does.
    """

    reference: str
    customer_id: str
    iban: str
    bic: str
    account_holder: str
    scheme: Scheme
    type: MandateType
    signed_on: date
    status: MandateStatus
    source: SourceRef
    last_collected_on: date | None = None
    replaces: str = ""
    changed_by: str = ""
    held_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateEnd:
    """A mandate was cancelled; its source says no more of it than its reference."""

    reference: str
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What changed in a mandate since it was last honoured (ISO 20022 AmdmntInfDtls); the old values, empty where nothing changed."""

    original_reference: str = ""
    original_iban: str = ""
    original_creditor_id: str = ""
    original_creditor_name: str = ""


class CollectionStatus(StrEnum):
    """Where a collection stands (contract.md, export ``debits``)."""

    PLANNED = "planned"
    NOTIFIED = "notified"
    WITHHELD = "withheld"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    COLLECTED = "collected"
    REJECTED = "rejected"
    RETURNED = "returned"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionPart:
    """What one document contributes to a collection (credit notes netted in it are negative)."""

    document: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One direct debit of one customer on one day; ``end_to_end_id`` is ours and unique per attempt. ``debtor_address``: only where
    the scheme asks for it (accounts outside the European Economic Area). ``amendment``: what its mandate's past was, for the file.
    ``ultimate_debtor``: for whom the account holder pays (ISO 20022 UltmtDbtr), or empty."""

    end_to_end_id: str
    mandate: Mandate
    sequence_type: SequenceType
    collect_on: date
    amount: Money
    parts: tuple[CollectionPart, ...]
    remittance: str
    creditor_reference: str
    status: CollectionStatus
    message_id: str = ""
    reason_code: str = ""
    debtor_address: Address | None = None
    amendment: Amendment | None = None
    ultimate_debtor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitBatch:
    """Collections that go to the bank in one file: one creditor account, scheme, sequence type and collection date.

    ``batch_booking``: whether the bank is asked to credit them as one sum (else one by one). ``purpose``, ``category_purpose``: codes of ISO 20022
    (ExternalPurpose1Code, ExternalCategoryPurpose1Code), ``ultimate_creditor``: for whom the creditor collects; each may be empty.
    """

    message_id: str
    payment_information_id: str
    creditor_name: str
    creditor_id: str
    creditor_iban: str
    creditor_bic: str
    scheme: Scheme
    sequence_type: SequenceType
    collect_on: date
    created_on: date
    collections: tuple[Collection, ...]
    batch_booking: bool = True
    purpose: str = ""
    category_purpose: str = ""
    ultimate_creditor: str = ""
