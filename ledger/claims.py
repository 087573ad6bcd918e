"""What may be claimed from one customer on one day: principal, interest and costs, each line with the article it rests on.

A claim only holds what the law allows on that day. What will follow when the customer does not pay within the term stands apart
(``costs_to_follow``), because some laws want the exact amount to be named before it may be claimed. Amounts of lines are rounded so that
they add up: the interest of a document is rounded once, half-up, over all its lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.media import Medium
from ledger.money import Money
from ledger.party import CustomerType


class CostKind(StrEnum):
    """What a cost line is for."""

    #: The fixed sum between businesses (Directive 2011/7/EU, article 6).
    LUMP_SUM = "lump_sum"
    #: Extrajudicial collection costs by the Dutch scale.
    COLLECTION_COSTS = "collection_costs"
    #: The agreed penalty clause (Belgium).
    PENALTY = "penalty"
    #: A reminder's own costs: print, envelope, postage.
    OUTLAY = "outlay"


class LetterType(StrEnum):
    """What a message is in the eyes of the law."""

    #: Nothing that the law knows: a nudge, or a friendly reminder.
    PLAIN = "plain"
    #: A demand with a reasonable term, after which the customer is in default where no due date was agreed.
    DEMAND = "demand"
    #: The fourteen-day letter to a consumer (Netherlands).
    FOURTEEN_DAYS = "fourteen_days"
    #: The free first reminder to a consumer (Belgium).
    FREE_REMINDER = "free_reminder"
    #: A reminder or notice that asks for interest or costs.
    NOTICE_OF_DEFAULT = "notice_of_default"
    #: The last word before the case is handed over.
    FINAL_NOTICE = "final_notice"
    #: No message to the customer: the case goes to an agency, a bailiff or a lawyer.
    HAND_OVER = "hand_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What lowered a debt: money from its value date ``on`` on, a ``credit`` (credit note, discount, write-off) as if it had never been owed.

    Money that was taken back (a direct debit that came back) is a negative amount on the day it went."""

    on: date
    amount: Money
    credit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Debt:
    """One invoice as a debt: ``gross`` and everything that lowered it. ``agreement``: what periodic invoices belong to (a contract or
    subscription), or empty. ``received_on``: when the customer had the invoice, where that is known (else its issue date is taken)."""

    document: str
    issued_on: date
    due_on: date
    gross: Money
    paid: tuple[Paid, ...] = ()
    agreement: str = ""
    received_on: date | None = None

    def open_on(self, day: date) -> Money:
        """What is open at the end of that day, never below zero; every credit counts from the first day."""
        rest = self.gross
        for one in self.paid:
            if one.credit or one.on <= day:
                rest -= one.amount
        return max(rest, Money.zero(self.gross.currency))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message that left: what it was, about which documents, when and by which medium.

    ``received_on``: a proven day of receipt, where there is one. ``failed``: it bounced or came back, so that no term ran. ``announced``:
    the costs that it said would follow, or None. ``outlay``: what it asked for its own costs, or None.
    """

    letter: LetterType
    documents: tuple[str, ...]
    sent_on: date
    medium: Medium
    received_on: date | None = None
    failed: bool = False
    announced: Money | None = None
    outlay: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipalLine:
    """What is open of one document on the day of the claim."""

    document: str
    issued_on: date
    due_on: date
    gross: Money
    settled: Money
    open: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestLine:
    """Interest of one document over days with one rate and one balance: ``first_on`` to ``last_on``, both counted (``days``).

    ``base``: what it is counted over (the balance, and interest that was added to it: ``capitalised``). ``basis_points``: a year's rate,
    1015 is 10.15 %.
    """

    document: str
    first_on: date
    last_on: date
    days: int
    basis_points: int
    base: Money
    capitalised: Money
    amount: Money
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """One cost: ``base`` is what it was computed from (None: a fixed amount), ``documents`` those it is about, ``due_from`` the first day on
    which it may be claimed."""

    kind: CostKind
    amount: Money
    article: str
    documents: tuple[str, ...]
    base: Money | None
    due_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNote:
    """Something that the reader of a claim must know: ``code`` (see ``collect.law.words``) and the values of its sentence."""

    code: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one customer owes in one currency on ``as_of`` under the law of ``country``.

    ``costs`` and ``vat`` may be claimed now. ``costs_to_follow`` and ``vat_to_follow`` may be claimed from ``follow_from`` when the customer has not
    paid by then; None: nothing follows, or no letter that starts the term has left yet. ``vat_basis_points``: 0 when the creditor can deduct it. ``notes``: what
    is left out and why, such as a rate that is not known.
    """

    customer_id: str
    country: str
    audience: CustomerType
    as_of: date
    currency: str
    principal: tuple[PrincipalLine, ...]
    interest: tuple[InterestLine, ...]
    costs: tuple[CostLine, ...]
    vat: Money
    costs_to_follow: tuple[CostLine, ...]
    vat_to_follow: Money
    follow_from: date | None
    vat_basis_points: int
    vat_article: str
    notes: tuple[ClaimNote, ...]

    @property
    def principal_total(self) -> Money:
        """What is open of all documents."""
        return self._sum(line.open for line in self.principal)

    @property
    def interest_total(self) -> Money:
        """Interest of all documents."""
        return self._sum(line.amount for line in self.interest)

    @property
    def costs_total(self) -> Money:
        """Costs that may be claimed now, with their VAT."""
        return self._sum(line.amount for line in self.costs) + self.vat

    @property
    def to_follow_total(self) -> Money:
        """Costs that follow when nothing is paid, with their VAT."""
        return self._sum(line.amount for line in self.costs_to_follow) + self.vat_to_follow

    @property
    def total(self) -> Money:
        """Everything that may be asked for today."""
        return self.principal_total + self.interest_total + self.costs_total

    @property
    def articles(self) -> tuple[str, ...]:
        """The articles that the lines rest on, each once, in the order of the lines."""
        of_vat = (self.vat_article,) if self.vat or self.vat_to_follow else ()
        of_interest = (line.article for line in self.interest)
        of_costs = (line.article for line in (*self.costs, *self.costs_to_follow))
        return tuple(dict.fromkeys((*of_interest, *of_costs, *of_vat)))

    def interest_of(self, document: str) -> Money:
        """Interest of one document."""
        return self._sum(line.amount for line in self.interest if line.document == document)

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return sum(amounts, Money.zero(self.currency))
