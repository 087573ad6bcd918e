"""Who owes and who pays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.sources import SourceRef
from ledger.values import many


class CustomerType(StrEnum):
    """What the law looks at first when money is late."""

    BUSINESS = "business"
    CONSUMER = "consumer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A structured postal address (ISO 20022 PostalAddress24); a part that is not known is empty text."""

    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A debtor as the shop or portal knows it. ``language``: ISO 639-1; ``ibans``: accounts it is known to pay from."""

    customer_id: str
    name: str
    type: CustomerType
    email: str
    language: str
    address: Address
    ibans: tuple[str, ...]
    source: SourceRef


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Counterparty:
    """The other side of a bank entry; each part may be unknown (empty text). ``iban`` without spaces, or the bank's
    own account number where there is no IBAN. ``ultimate``: the name of the party behind it (UltmtDbtr, UltmtCdtr)."""

    name: str = ""
    iban: str = ""
    bic: str = ""
    ultimate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPayer:
    """Somebody who has paid for a customer before: the account and name a bank gave (each may be empty), and the entry
    (``entry_id``) it was learned from."""

    customer_id: str
    iban: str
    name: str
    learned_from: str
