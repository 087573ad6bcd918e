"""When a debtor is in default, and from when the law lets something be asked beside the principal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from collect.law import de, nl
from collect.law.deadlines import term_end
from collect.law.rules import Law
from collect.law.terms import Terms
from ledger.claims import Debt, LetterType, Told
from ledger.media import Medium
from ledger.party import CustomerType

_DAY: Final = timedelta(days=1)
#: Days after due date and receipt of the invoice, after which default comes by itself (Directive 2011/7/EU, article 3(3)(b); § 286 Abs. 3 BGB).
_LEGAL_TERM: Final = timedelta(days=30)
#: Messages that ask for payment after the due date.
_DEMANDS: Final = frozenset(LetterType) - {LetterType.PLAIN, LetterType.HAND_OVER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one debt stands under a law.

    ``default_from``: first day of default, or None. ``letter``: the free letter that the law wants, when a valid one left. ``ask_from``: first day on which
    interest or costs may be asked; None: not before such a letter.
    """

    debt: Debt
    default_from: date | None
    letter: Told | None
    ask_from: date | None


def standing_of(debt: Debt, law: Law, country: str, terms: Terms, told: Iterable[Told]) -> Standing:
    """How a debt stands after these messages. ``country``: whose presumptions of receipt count (ISO 3166)."""
    about = sorted(
        (one for one in told if debt.document in one.documents and _reached(one, debt)), key=lambda one: one.sent_on
    )
    default_from = min(_defaults(debt, law, country, terms, about), default=None)
    if law.letter is None:
        return Standing(debt=debt, default_from=default_from, letter=None, ask_from=default_from)
    # Where the law wants no more than a demand, every letter that asks is one.
    wanted = _DEMANDS if law.letter is LetterType.DEMAND else {law.letter}
    valid = (one for one in about if one.letter in wanted and _valid(one, debt, law, country, terms, about))
    letter = next(valid, None)
    ask_from = None
    if letter is not None:
        ask_from = costs_from(letter, country, law.audience)
        if default_from is not None:
            ask_from = max(ask_from, default_from)
    return Standing(debt=debt, default_from=default_from, letter=letter, ask_from=ask_from)


def costs_from(letter: Told, country: str, audience: CustomerType) -> date:
    """The day after the term of a letter."""
    return term_end(letter.sent_on, letter.medium, country, audience, letter.received_on) + _DAY


def due_date_agreed(audience: CustomerType, terms: Terms) -> bool:
    """Whether the due date brings about default by itself: what the terms say, else with businesses only."""
    return audience is CustomerType.BUSINESS if terms.due_date_agreed is None else terms.due_date_agreed


def _reached(one: Told, debt: Debt) -> bool:
    return not one.failed and one.medium is not Medium.PHONE and one.sent_on > debt.due_on


def _defaults(debt: Debt, law: Law, country: str, terms: Terms, about: Iterable[Told]) -> Iterator[date]:
    """Every day from which the debtor could be in default."""
    if due_date_agreed(law.audience, terms):
        yield debt.due_on + _DAY
        return
    if law.audience is CustomerType.BUSINESS or (country == de.COUNTRY and terms.default_notice_on_invoice):
        received = debt.issued_on if debt.received_on is None else debt.received_on
        yield max(debt.due_on, received + _LEGAL_TERM) + _DAY
    for one in about:
        if one.letter in _DEMANDS:
            yield costs_from(one, country, law.audience)


def _valid(one: Told, debt: Debt, law: Law, country: str, terms: Terms, about: Iterable[Told]) -> bool:
    """Whether a letter of the right kind has its effect: the Dutch one only after default, and when it named the costs."""
    if country != nl.COUNTRY or law.letter is not LetterType.FOURTEEN_DAYS:
        return True
    before = [other for other in about if other.sent_on < one.sent_on]
    default_from = min(_defaults(debt, law, country, terms, before), default=None)
    return default_from is not None and default_from <= one.sent_on and one.announced is not None
