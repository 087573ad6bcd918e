"""Money that goes out: refunds of credit notes, and what is no receivable at all.

A refund quotes its credit note (or the invoice that this corrects), or goes to the known account of a customer who has exactly that
much of a credit note open. Everything else that leaves the account, fees, salaries, taxes, suppliers, is not the business of
receivables, unless it goes to a customer who has credit with us: then a person looks.

Worked example, credit note K1 of 50.00 for customer A: -50.00 quoting K1 is its refund; -30.00 quoting K1 refunds a part; -50.00 to A's
account without a word is its refund; -50.00 to somebody else without a word is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ledger.allocations import Allocation, AllocationKind, Evidence, Ignored, Outcome, Reason, Suggestion
from reconcile.answers import matched, named, reason, suggestion, to_a_person
from reconcile.case import Case, ranked
from reconcile.receivables import Item
from reconcile.settlement import line

_KINDS: Final = (
    (
        "ignored_salary",
        re.compile(r"\b(?:SALARI\w*|SALAIRE\w*|LOON\w*|LOHN\w*|GEHALT\w*|WAGES?|PAYROLL|VAKANTIEGELD|BEZOLDIGING)\b"),
    ),
    (
        "ignored_tax",
        re.compile(
            r"\b(?:BTW|TVA|UST|UMSATZSTEUER|VAT|BELASTING\w*|STEUER\w*|FINANZAMT|IMPOTS?|LOONHEFFING\w*|RSZ|ONSS|PRECOMPTE)\b"
        ),
    ),
    (
        "ignored_fee",
        re.compile(
            r"\b(?:KOSTEN|FRAIS|GEBUHR\w*|KONTOFUHRUNG\w*|ENTGELT\w*|BANKKOSTEN|FEES?|CHARGES?|COMMISSION|PROVISION|RENTE|ZINSEN|INTEREST|INTERETS?)\b"
        ),
    ),
    (
        "ignored_supplier",
        re.compile(r"\b(?:FACTUUR\w*|FACTURE\w*|RECHNUNG\w*|INVOICE\w*|FACT|RE|RG|BESTELLING\w*|ORDER\w*)\b"),
    ),
)


def decide_outgoing(case: Case) -> Outcome:
    """The answer for an entry that takes money from the account."""
    quoted = [item for quote in case.reading.quotes for item in quote.items]
    by = ranked(quote.evidence for quote in case.reading.quotes)
    strong = any(quote.strong for quote in case.reading.quotes)
    if quoted:
        answer = _quoted(case, list(dict.fromkeys(quoted)), by)
        if answer is not None and (strong or any(case.payer_evidence(item.customer_id) for item in quoted)):
            return answer
    credit_notes = _credits_of_payer(case)
    exact = [item for item in credit_notes if item.open == case.minor]
    if len(exact) == 1 and case.payer.evidence is Evidence.PAYER_IBAN and case.payer.own_name:
        return _refund(case, exact[0], ())
    suggestions = [_suggest(case, item, case.payer_evidence(item.customer_id)) for item in exact]
    if not suggestions:
        suggestions = [
            _suggest(case, item, case.payer_evidence(item.customer_id))
            for item in credit_notes
            if item.open > case.minor
        ]
    suggestions.extend(_from_account(case, case.payer.customers))
    if suggestions:
        return to_a_person(case, suggestions, reason("out_to_customer_with_credit", amount=str(case.entry.amount)))
    return Ignored(evidence=(Evidence.BANK_CODE,), reason=_why_ignored(case))


def _quoted(case: Case, items: Sequence[Item], by: Sequence[Evidence]) -> Outcome | None:
    """A refund of the quoted credit note, or of the one that corrects the quoted invoice; None when there is no credit to speak of."""
    invoices = {item.number for item in items if not item.is_credit}
    credit_notes = [item for item in items if item.is_credit]
    if not credit_notes:
        credit_notes = [
            item
            for item in case.open_of(item.customer_id for item in items)
            if item.is_credit and item.corrects in invoices
        ]
    open_ = [item for item in credit_notes if item.open and item.currency == case.currency]
    if len(open_) == 1 and case.minor <= open_[0].open:
        credit = open_[0]
        if case.minor < credit.open and not case.payer_evidence(credit.customer_id):
            because = reason("part_refund_to_unknown", by, document=credit.number, amount=case.amount)
            return to_a_person(case, [_suggest(case, credit, by)], because)
        return _refund(case, credit, by)
    if open_ and sum(item.open for item in open_) == case.minor:
        lines = [line(AllocationKind.REFUND, item, item.open) for item in open_]
        evidence = ranked((*by, *case.payer_evidence(open_[0].customer_id), Evidence.AMOUNT))
        because = reason("refunded", evidence, document=named(open_), amount=case.amount)
        return matched(case, lines, open_, evidence, because)
    suggestions = [_suggest(case, item, by) for item in open_ if case.minor <= item.open]
    suggestions.extend(_from_account(case, tuple(dict.fromkeys(item.customer_id for item in items))))
    if credit_notes or suggestions:
        because = reason("refund_without_credit", by, documents=named(items), amount=case.amount)
        return to_a_person(case, suggestions, because)
    because = reason("out_for_invoice", by, documents=named(items), amount=case.amount)
    return to_a_person(case, (), because)


def _refund(case: Case, credit: Item, by: Sequence[Evidence]) -> Outcome:
    exact = [Evidence.AMOUNT] if credit.open == case.minor else []
    evidence = ranked((*by, *case.payer_evidence(credit.customer_id), *exact))
    because = reason("refunded", evidence, document=credit.number, amount=case.amount)
    return matched(case, [line(AllocationKind.REFUND, credit, case.minor)], [credit], evidence, because)


def _credits_of_payer(case: Case) -> list[Item]:
    customers = dict.fromkeys((*case.reading.customers, *case.payer.customers))
    return [item for item in case.open_of(customers) if item.is_credit]


def _suggest(case: Case, credit: Item, by: Sequence[Evidence]) -> Suggestion:
    because = reason("could_refund", by, document=credit.number, amount=case.amount)
    return suggestion([line(AllocationKind.REFUND, credit, case.minor)], by, because)


def _from_account(case: Case, customers: Sequence[str]) -> list[Suggestion]:
    """Refunds of what stands on account for these customers."""
    if case.currency != case.policy.currency:
        return []
    found = []
    for customer_id in customers:
        if case.receivables.on_account(customer_id) >= case.minor:
            lines = [
                Allocation(
                    kind=AllocationKind.REFUND, document="", customer_id=customer_id, amount=case.money(case.minor)
                )
            ]
            by = case.payer_evidence(customer_id)
            because = reason("could_refund_account", by, customer=customer_id, amount=case.amount)
            found.append(suggestion(lines, by, because))
    return found


def _why_ignored(case: Case) -> Reason:
    for code, pattern in _KINDS:
        if pattern.search(case.text) is not None:
            return reason(code, amount=str(case.entry.amount))
    return reason("ignored_outgoing", amount=str(case.entry.amount))
