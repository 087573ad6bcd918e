"""The words of an answer: reasons, suggestions, the reading that came second, the document that came nearest.

A certain answer says which other document could have been meant and why it was not: one with the same amount, else the customer's
open document that comes nearest. An open entry says which document came nearest and what was missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from ledger.allocations import (
    Allocation,
    AllocationKind,
    Ambiguous,
    Evidence,
    Matched,
    Outcome,
    Reason,
    Suggestion,
    Unmatched,
)
from reconcile.case import Case, ranked
from reconcile.receivables import Item
from reconcile.settlement import Settlement, line, on_account

#: Suggestions given for one entry.
MOST_SUGGESTIONS: Final = 5
#: Documents named in one reason; the rest are counted.
_MOST_NAMED: Final = 8


def named(items: Iterable[Item]) -> str:
    """Document numbers for a reason; a long list is cut and its rest counted."""
    numbers = [item.number for item in items]
    shown = ", ".join(numbers[:_MOST_NAMED])
    return f"{shown} +{len(numbers) - _MOST_NAMED}" if len(numbers) > _MOST_NAMED else shown


def reason(code: str, by: Iterable[Evidence] = (), **values: str) -> Reason:
    """A reason; ``by`` fills the gap that names the evidence."""
    evidence = _joined(ranked(by)) if by else ""
    if evidence:
        values["by"] = evidence
    return Reason(code=code, values=values)


@lru_cache(maxsize=4_096)
def _joined(evidence: tuple[Evidence, ...]) -> str:
    return ",".join(evidence)


def runner_up(case: Case, chosen: Sequence[Item]) -> Reason | None:
    """The next best reading and why it lost."""
    for item in case.open_with_amount:
        if item not in chosen:
            return reason(
                "lost_same_amount", document=item.number, customer=item.customer_id, amount=str(item.money(item.open))
            )
    if not chosen:
        return None
    others = [item for item in case.open_of_one(chosen[0].customer_id) if not item.is_credit and item not in chosen]
    if not others:
        return None
    nearest = _nearest(others, case.minor)
    return reason(
        "lost_other_amount",
        document=nearest.number,
        open=str(nearest.money(nearest.open)),
        difference=str(nearest.money(abs(nearest.open - case.minor))),
    )


def _nearest(items: Sequence[Item], minor: int) -> Item:
    """The document of which most nearly so much is open, the oldest of several."""
    return items[0] if len(items) == 1 else min(items, key=lambda item: (abs(item.open - minor), item.order))


def nearest(case: Case) -> Reason | None:
    """For an open entry: the document that came nearest and what was missing."""
    for item in case.reading.future:
        return reason("near_not_yet_issued", document=item.number, issued=item.issued_on.isoformat())
    if case.open_with_amount:
        item = case.open_with_amount[0]
        return reason(
            "near_only_amount", document=item.number, customer=item.customer_id, amount=str(item.money(item.open))
        )
    payers = [item for item in case.open_of(case.candidates.customers) if not item.is_credit]
    if payers:
        item = _nearest(payers, case.minor)
        return reason(
            "near_other_amount",
            document=item.number,
            open=str(item.money(item.open)),
            difference=str(item.money(abs(item.open - case.minor))),
        )
    return None


def matched(
    case: Case, lines: Sequence[Allocation], chosen: Sequence[Item], evidence: Iterable[Evidence], because: Reason
) -> Matched:
    """A certain answer."""
    return Matched(
        allocations=tuple(lines),
        evidence=ranked(evidence),
        reason=because,
        runner_up=runner_up(case, chosen),
    )


def suggestion(lines: Sequence[Allocation], evidence: Iterable[Evidence], because: Reason) -> Suggestion:
    """One explanation for a person."""
    return Suggestion(allocations=tuple(lines), evidence=ranked(evidence), reason=because)


def suggest_settlement(
    case: Case, items: Sequence[Item], settlement: Settlement, evidence: Iterable[Evidence]
) -> Suggestion:
    """The suggestion that documents are settled."""
    by = ranked((*evidence, Evidence.AMOUNT))
    because = reason("could_settle", by, documents=named(items), amount=case.amount)
    return suggestion(settlement.lines, by, because)


def suggest_item(case: Case, item: Item, evidence: Iterable[Evidence]) -> Suggestion:
    """The suggestion that one document is paid: in part, in full, or with the rest on account."""
    by = ranked(evidence)
    paid = min(item.open, case.minor)
    lines = [line(AllocationKind.PAYMENT, item, paid)] if paid else []
    if case.minor > paid:
        lines.append(on_account(item.customer_id, case.minor - paid, item))
    because = reason("could_pay", by, document=item.number, open=str(item.money(item.open)), amount=case.amount)
    return suggestion(lines, by, because)


def suggest_filling(case: Case, items: Sequence[Item], evidence: Iterable[Evidence]) -> Suggestion:
    """The suggestion that documents are paid one after the other as far as the money goes, the rest on account."""
    by = ranked(evidence)
    rest = case.minor
    lines: list[Allocation] = []
    for item in items:
        paid = min(item.open, rest)
        if paid:
            lines.append(line(AllocationKind.PAYMENT, item, paid))
            rest -= paid
    if rest:
        lines.append(on_account(items[0].customer_id, rest, items[0]))
    because = reason("could_fill", by, documents=named(items), amount=case.amount)
    return suggestion(lines, by, because)


def suggest_account(case: Case, customer_id: str, evidence: Iterable[Evidence]) -> Suggestion:
    """The suggestion that the money stands on a customer's account."""
    lines = [
        Allocation(kind=AllocationKind.ON_ACCOUNT, document="", customer_id=customer_id, amount=case.money(case.minor))
    ]
    by = ranked(evidence)
    because = reason("could_be_on_account", by, customer=customer_id, amount=case.amount)
    return suggestion(lines, by, because)


def to_a_person(case: Case, suggestions: Iterable[Suggestion], because: Reason) -> Outcome:
    """An open entry: with different suggestions, best first, or with the document that came nearest."""
    best = tuple(suggestions)
    if len(best) > 1:
        different: dict[tuple[Allocation, ...], Suggestion] = {}
        for each in best:
            different.setdefault(each.allocations, each)
        best = tuple(different.values())[:MOST_SUGGESTIONS]
    if best:
        return Ambiguous(suggestions=best, reason=because)
    return Unmatched(reason=because, nearest=nearest(case))
