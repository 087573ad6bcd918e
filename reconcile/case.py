"""One payment on the desk: what it says, who it may come from, what is open there. Everything is worked out once, when first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from ledger.allocations import Evidence
from ledger.money import Money
from ledger.party import KnownPayer
from ledger.statements import StatementEntry
from reconcile.names import Likeness, Name, name_of
from reconcile.policy import MatchPolicy, PayerRule, Treatment
from reconcile.receivables import Item, Receivables
from reconcile.remittance import Reading, read, text_of
from reconcile.text import plain

#: Payers whose names are kept taken apart: most pay again soon.
_MOST_PAYERS: Final = 8_192
_STRENGTH = {evidence: rank for rank, evidence in enumerate(Evidence)}


def ranked(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Evidence without repetitions, strongest first."""
    return _ranked(tuple(evidence))


@lru_cache(maxsize=4_096)
def _ranked(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    return tuple(sorted(set(evidence), key=_STRENGTH.__getitem__))


_name_of_payer = lru_cache(maxsize=_MOST_PAYERS)(name_of)


def rule_for(policy: MatchPolicy, entry: StatementEntry) -> PayerRule | None:
    """The tenant's rule for this payer, if there is one."""
    for rule in policy.payer_rules:
        if (
            (rule.counterparty or rule.iban or rule.text)
            and plain(rule.counterparty) in plain(entry.counterparty.name)
            and rule.iban in ("", entry.counterparty.iban)
            and plain(rule.text) in plain(" ".join(entry.remittance.unstructured))
        ):
            return rule
    return None


class Payer(NamedTuple):
    """Customers that a payment may come from and what says so. ``own_name``: the account or name is theirs; false for an account that
    is only known to have paid for them once, under somebody else's name."""

    customers: tuple[str, ...]
    evidence: Evidence
    own_name: bool

    @property
    def is_known(self) -> bool:
        """Whether there is any such customer."""
        return bool(self.customers)


#: Nobody whose account it is.
_NOBODY: Final = Payer((), Evidence.PAYER_IBAN, own_name=False)


class Case:
    """A bank entry beside the receivables. ``minor`` is its amount without sign."""

    def __init__(self, receivables: Receivables, entry: StatementEntry) -> None:
        self.receivables = receivables
        self.policy: MatchPolicy = receivables.policy
        self.entry = entry
        self.minor = abs(entry.amount.minor)
        self.currency = entry.amount.currency
        self.on: date = entry.booked_on
        self.hinted: tuple[str, ...] = ()
        self.special: PayerRule | None = rule_for(self.policy, entry) if self.policy.payer_rules else None
        self._likeness: dict[str, Likeness] = {}
        self._evidence: dict[str, tuple[Evidence, ...]] = {}
        self._open_of: dict[str, tuple[Item, ...]] = {}
        self._text: str | None = None
        self._reading: Reading | None = None
        self._payer_name: Name | None = None
        self._payer: Payer | None = None
        self._of_account: tuple[Sequence[str], Mapping[str, KnownPayer]] | None = None
        self._candidates: Payer | None = None
        self._open_with_amount: Sequence[Item] | None = None
        self._amount: str | None = None

    @property
    def text(self) -> str:
        """The payer's words as one plain text."""
        if self._text is None:
            self._text = text_of(self.entry)
        return self._text

    @property
    def reading(self) -> Reading:
        """What the payer wrote."""
        if self._reading is None:
            self._reading = read(self.receivables, self.entry, self.text, self.on)
        return self._reading

    @property
    def payer_name(self) -> Name:
        """The counterparty's name taken apart."""
        if self._payer_name is None:
            self._payer_name = _name_of_payer(self.entry.counterparty.name)
        return self._payer_name

    @property
    def payer(self) -> Payer:
        """The customer that the tenant's rule says; the customers that the account belongs to or has paid for, else those of the name."""
        if self._payer is None:
            self._payer = self._find_payer()
        return self._payer

    def _find_payer(self) -> Payer:
        if self.special is not None and self.special.treatment is Treatment.CUSTOMER:
            return Payer((self.special.customer_id,), Evidence.RULE, own_name=True)
        by_iban = self._payer_by_iban()
        if by_iban.is_known:
            return by_iban
        return Payer(self.receivables.customers_named(self.payer_name), Evidence.PAYER_NAME, own_name=True)

    @property
    def of_account(self) -> tuple[Sequence[str], Mapping[str, KnownPayer]]:
        """Customers whose account it is by their master data, and those for whom it was seen to pay."""
        if self._of_account is None:
            self._of_account = self._find_of_account()
        return self._of_account

    def _find_of_account(self) -> tuple[Sequence[str], Mapping[str, KnownPayer]]:
        iban = self.entry.counterparty.iban
        return self.receivables.of_iban(iban) if iban else ((), {})

    def _payer_by_iban(self) -> Payer:
        listed, learned = self.of_account
        if not (listed or learned):
            return _NOBODY
        customers = tuple(dict.fromkeys((*listed, *learned)))
        if len(customers) > 1:
            named = tuple(each for each in customers if self.is_like(each, Likeness.STRONG))
            customers = named or customers
        own_name = any(each in listed or self.is_like(each, Likeness.STRONG) for each in customers)
        return Payer(customers, Evidence.PAYER_IBAN, own_name)

    @property
    def candidates(self) -> Payer:
        """The customers among whose documents a payment without a number is looked for: those whose number is quoted (or a reference
        that all their documents share, ``hinted``), and the payer; and where the account says one customer and the name clearly
        another, both."""
        if self._candidates is None:
            self._candidates = self._find_candidates()
        return self._candidates

    def _find_candidates(self) -> Payer:
        payer, quoted = self.payer, (*self.reading.customers, *self.hinted)
        named: Sequence[str] = ()
        if payer.evidence is Evidence.PAYER_IBAN and not any(
            self.is_like(each, Likeness.WEAK) for each in payer.customers
        ):
            named = self.receivables.customers_named(self.payer_name)
        if not (quoted or named):
            return payer
        customers = dict.fromkeys((*quoted, *payer.customers, *named))
        evidence = Evidence.CUSTOMER_NUMBER if quoted else payer.evidence
        return Payer(tuple(customers), evidence, payer.own_name or bool(quoted))

    def is_like(self, customer_id: str, at_least: Likeness) -> bool:
        """Whether the payer's name is at least so like the customer's."""
        likeness = self._likeness.get(customer_id)
        if likeness is None:
            likeness = self._likeness[customer_id] = self.receivables.like(self.payer_name, customer_id)
        return likeness >= at_least

    def hint(self, customer_id: str) -> None:
        """A reference that all documents of this customer share was quoted: it says as much as his number."""
        self.hinted = (customer_id,)
        self._evidence.clear()

    def payer_evidence(self, customer_id: str) -> tuple[Evidence, ...]:
        """What says that ``customer_id`` pays: number, account, else name; empty when nothing does."""
        known = self._evidence.get(customer_id)
        if known is None:
            known = self._evidence[customer_id] = self._evidence_for(customer_id)
        return known

    def _evidence_for(self, customer_id: str) -> tuple[Evidence, ...]:
        is_quoted = customer_id in self.reading.customers or customer_id in self.hinted
        found = [Evidence.CUSTOMER_NUMBER] if is_quoted else []
        if self.special is not None and self.special.treatment is Treatment.CUSTOMER:
            return (*found, Evidence.RULE) if customer_id == self.special.customer_id else tuple(found)
        listed, learned = self.of_account
        if customer_id in listed or customer_id in learned:
            found.append(Evidence.PAYER_IBAN)
        elif self.is_like(customer_id, Likeness.STRONG):
            found.append(Evidence.PAYER_NAME)
        return tuple(found)

    def may_be(self, customer_id: str) -> bool:
        """Whether anything says that this customer is the other side, be it that one name is a part of the other (``Smits`` and ``Smits Bouw``)."""
        if self.payer_evidence(customer_id):
            return True
        customer = self.receivables.name(customer_id)
        return self.payer_name.is_in(customer) or customer.is_in(self.payer_name)

    def pays_under_another_name(self, customer_id: str) -> bool:
        """Whether all that speaks for this customer is an account that paid for him once, under somebody else's name."""
        return (
            self.payer_evidence(customer_id) == (Evidence.PAYER_IBAN,)
            and customer_id not in self.of_account[0]
            and not self.is_like(customer_id, Likeness.STRONG)
        )

    def is_another(self, customer_ids: Sequence[str]) -> bool:
        """Whether the payer is a known customer and none of these, or quotes the number of one that is none of these."""
        if self.reading.customers and not set(customer_ids) & set(self.reading.customers):
            return True
        return self.payer.is_known and not any(
            each in self.payer.customers or self.is_like(each, Likeness.STRONG) for each in customer_ids
        )

    def open_of(self, customer_ids: Iterable[str]) -> tuple[Item, ...]:
        """Open documents of these customers in the payment's currency, issued by its day, oldest first."""
        different = tuple(dict.fromkeys(customer_ids))
        if len(different) == 1:
            return self.open_of_one(different[0])
        found = [item for each in different for item in self.open_of_one(each)]
        return tuple(sorted(found, key=lambda item: item.order)) if found else ()

    def open_of_one(self, customer_id: str) -> tuple[Item, ...]:
        """The same of one customer."""
        found = self._open_of.get(customer_id)
        if found is None:
            found = self._open_of[customer_id] = self.receivables.open_of(customer_id, self.currency, self.on)
        return found

    @property
    def open_with_amount(self) -> Sequence[Item]:
        """Open invoices of anybody with exactly the payment's amount."""
        if self._open_with_amount is None:
            self._open_with_amount = self.receivables.open_with(self.minor, self.currency, self.on)
        return self._open_with_amount

    @property
    def amount(self) -> str:
        """The payment's amount without sign, as reasons say it."""
        if self._amount is None:
            self._amount = str(self.money(self.minor))
        return self._amount

    def money(self, minor: int) -> Money:
        """``minor`` units of the payment's currency."""
        return Money(minor, self.currency)
