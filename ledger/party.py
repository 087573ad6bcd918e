"""Who owes and who pays."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from ledger.media import Medium
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


class Role(StrEnum):
    """Whom at a customer's a message is for."""

    #: Whoever owes: the customer's own address.
    DEBTOR = "debtor"
    BOOKKEEPER = "bookkeeper"
    TREASURER = "treasurer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody at a customer's who gets its messages, or a copy of them."""

    role: Role
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A debtor as the shop or portal knows it. ``language``: ISO 639-1; ``ibans``: accounts it is known to pay from; ``group``: how the
    tenant sorts its customers, or empty. ``vat_number``: with its country, without signs, checked; empty where none is known. ``contacts``: further people there; ``media``: the ways by which it wants to hear from us (empty: all).
    """

    customer_id: str
    name: str
    type: CustomerType
    email: str
    language: str
    address: Address
    ibans: tuple[str, ...]
    source: SourceRef
    group: str = ""
    phone: str = ""
    contacts: tuple[Contact, ...] = ()
    media: tuple[Medium, ...] = ()
    vat_number: str = ""

    def reaches(self, medium: Medium) -> bool:
        """Whether the customer allows that way and its data has what the way needs.

        What is registered is not the customer's to refuse, and a webhook's system knows the customer by its id.
        """
        match medium:
            case Medium.EMAIL:
                return self._allows(medium) and any(self.emails(tuple(Role)))
            case Medium.LETTER:
                return self._allows(medium) and self._has_postal_address
            case Medium.REGISTERED:
                return self._has_postal_address
            case Medium.REGISTERED_EMAIL:
                return any(self.emails(tuple(Role)))
            case Medium.PHONE:
                return self._allows(medium) and bool(self.phone)
            case Medium.WEBHOOK:
                return self._allows(medium)
        assert_never(medium)

    def emails(self, roles: tuple[Role, ...]) -> tuple[str, ...]:
        """The addresses of these roles, in their order, each once; the debtor's own, or else anybody's, where none of them has one."""
        own = (Contact(role=Role.DEBTOR, email=self.email), *self.contacts)
        known = [one for one in own if one.email]
        wanted = [one.email for role in roles for one in known if one.role is role]
        return tuple(dict.fromkeys(wanted or [one.email for one in known][:1]))

    @property
    def _has_postal_address(self) -> bool:
        return bool(self.address.street and self.address.city)

    def _allows(self, medium: Medium) -> bool:
        return not self.media or medium in self.media


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Counterparty:
    """The other side of a bank entry; each part may be unknown (empty text). ``iban`` without spaces, or the bank's
    own account number where there is no IBAN. ``ultimate``: the name of the party behind it (UltmtDbtr, UltmtCdtr)."""

    name: str = ""
    iban: str = ""
    bic: str = ""
    ultimate: str = ""


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPayer:
    """Somebody who has paid for a customer before: the account and name a bank gave (each may be empty), and the entry
    (``entry_id``) it was learned from."""

    customer_id: str
    iban: str
    name: str
    learned_from: str
