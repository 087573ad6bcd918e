"""A payment that quotes no document that counts: who paid, and what does the amount explain?

The customers in question are those whose number is quoted, whose account it is, or whose name it is. Among their open documents every
explanation of the amount is gathered: one document (in full, with discount), all of them, a sum of some. Exactly one explanation is
an answer, two are a question. A sum counts only as an explanation when hardly any sum would fit by accident (``reconcile.sums``).

What was written still helps to choose: the last digits of a number, a number without its year, a number or reference with one
damaged character select among the candidates that payer or amount brought. And it hinders: a valid reference that nobody issued, or a
number in the tenant's shape that no document has, points to something we do not know, and a person looks.

Worked example, customer A (account known) with F1 120.00, F2 80.00, F3 40.00 open: 80.00 pays F2; 240.00 pays all; 200.00 pays F1 and
F2; 120.00 may be F1 or F2 with F3 and goes to a person; 50.00 goes to a person with the suggestion to pay the oldest in part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import gcd
from typing import Final, NamedTuple

from ledger.allocations import AllocationKind, Evidence, Outcome, Reason, Suggestion
from reconcile.answers import (
    MOST_SUGGESTIONS,
    matched,
    named,
    reason,
    suggest_account,
    suggest_filling,
    suggest_item,
    suggest_settlement,
    suggestion,
    to_a_person,
)
from reconcile.case import Case, ranked
from reconcile.names import Likeness, likenesses, name_of_text, named_whole
from reconcile.patterns import FEWEST_LAST_DIGITS, NumberParts, Short, short_form
from reconcile.periods import Period, periods_in
from reconcile.quoted import settled_reason
from reconcile.receivables import MOST_CANDIDATES, MOST_OF_AMOUNT, Item
from reconcile.remittance import is_day, keys_that_could_be_meant, stands_apart
from reconcile.settlement import Settlement, line, settle_all, settle_one
from reconcile.sums import accidental_fits, find_sums, printed, small_sums, steps_needed
from reconcile.text import Atom, one_edit_apart

#: Open documents of a payer among which a number in short or a damaged one is looked for.
_MOST_SELECTED_AMONG: Final = 50
#: Digits of a counter that say something beside an amount when nobody knows the payer.
_FEWEST_COUNTER_DIGITS: Final = 4
#: Customers who are named in one text, beyond which it says nothing of any.
_MOST_NAMED: Final = 3
#: Accidental fits of a sum below which it is suggested before the oldest documents.
_RATHER_NO_ACCIDENT: Final = Fraction(1, 2)


class Explanation(NamedTuple):
    """One reading of an amount: the documents it settles and how. ``accidental``: expected number of accidental fits of a sum, None for a
    single document."""

    items: tuple[Item, ...]
    settlement: Settlement
    accidental: Fraction | None = None


def decide_unquoted(case: Case) -> Outcome:
    """The answer from payer and amount."""
    candidates = case.candidates
    if candidates.is_known:
        return _of_payer(case)
    return _of_nobody(case)


# what was written, held against candidates


class Selected(NamedTuple):
    """Candidates that the text points to, and how. ``plainly``: by a whole counter of some length, or introduced as a number."""

    items: tuple[Item, ...]
    how: Evidence
    plainly: bool


_NOTHING: Final = Selected((), Evidence.DOCUMENT_NUMBER, plainly=False)


def _selected(case: Case, items: Sequence[Item]) -> Selected:
    """Candidates that the text points to in short or with one damaged character, the better way first. What is the number of another document is
    no damaged one."""
    reading = case.reading
    if not reading.loose and not reading.unknown:
        return _NOTHING
    in_short = [(item, short_form(item.parts, reading.loose)) for item in written_in_short(items, reading.loose)]
    for wanted in (Short.COUNTER, Short.LAST_DIGITS):
        found = tuple([item for item, form in in_short if form is wanted])
        if found:
            introduced = any(short_form(item.parts, reading.introduced) for item in found)
            whole = wanted is Short.COUNTER and all(_is_long_counter(item) for item in found)
            plainly = introduced or whole
            return Selected(found, Evidence.DOCUMENT_NUMBER, plainly)
    joined = _ByLength((*reading.unknown, *reading.joins()))
    damaged = [item for item in items if any(not case.receivables.quoted(key) for key in joined.damaged_forms_of(item))]
    return Selected(tuple(damaged), Evidence.REPAIRED_REFERENCE, plainly=False)


def written_in_short(items: Sequence[Item], written: Sequence[Atom]) -> list[Item]:
    """Those whose number has the last digits of one of the atoms in one piece, or is not of one piece itself: the cheap question to ask before
    ``short_form``."""
    endings = [atom.text[-FEWEST_LAST_DIGITS:] for atom in written]
    return [
        item
        for item in items
        if not (item.number.isalnum() and item.number.isascii()) or True in [each in item.number for each in endings]
    ]


class _ByLength:
    """Keys by their length, so that only those of about the same are compared with that of a document."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys: dict[int, list[str]] = {}
        for key in dict.fromkeys(keys):
            self._keys.setdefault(len(key), []).append(key)

    def damaged_forms_of(self, item: Item) -> Iterator[str]:
        """Those that are one edit from a key of the document."""
        for key in keys_that_could_be_meant(item):
            for length in (len(key) - 1, len(key), len(key) + 1):
                for each in self._keys.get(length, ()):
                    if one_edit_apart(each, key):
                        yield each


def _is_long_counter(item: Item) -> bool:
    return len(item.parts.counter.lstrip("0")) >= _FEWEST_COUNTER_DIGITS


def _is_damaged_form(written: Sequence[str], item: Item) -> bool:
    return any(one_edit_apart(each, key) for key in keys_that_could_be_meant(item) for each in written)


def _points_elsewhere(case: Case, items: Sequence[Item]) -> str:
    """The key of something written that is no damaged form of any of ``items``: an unknown reference, or a number in the tenant's shape that
    no document has; empty when nothing of the kind is written."""
    damaged = (
        [each for each in case.reading.joins() if any(_is_damaged_form([each], item) for item in items)]
        if case.reading.unknown
        else []
    )
    for key in case.reading.unknown:
        if not any(key in each or key.endswith(each) for each in damaged) and not any(
            len(meant) >= _FEWEST_COUNTER_DIGITS and one_edit_apart(key, meant) for item in items for meant in item.keys
        ):
            return key
    return ""


def _quotes_another(case: Case, items: Sequence[Item]) -> Item | None:
    """A document that is quoted, too weakly to count, and is none of ``items``; an open one of the same customers however it is written in
    more than one piece, for that is hardly there by accident (one group of an account number may be)."""
    customers = {item.customer_id for item in items}
    for quote in case.reading.quotes:
        if any(item in items for item in quote.items):
            continue
        own = [item for item in quote.items if item.open and item.customer_id in customers]
        if quote.is_meant or (own and quote.last > quote.first):
            return (own or quote.items)[0]
    return None


def _named_others(case: Case, items: Sequence[Item]) -> list[Item]:
    """Open invoices of the same amount whose customers are named in the text (``for Tom Peeters``), and are none of those of ``items``."""
    if len(case.open_with_amount) < 2 or not case.reading.text:
        return []
    text = name_of_text(case.reading.text)
    customers = {item.customer_id for item in items}
    return [other for other in named_whole(text, case.open_with_amount) if other.customer_id not in customers]


# a known payer


def _of_payer(case: Case) -> Outcome:
    items = case.open_of(case.candidates.customers)
    if len(items) > MOST_CANDIDATES:
        return _too_many(case, items)
    explanations = _explanations(case, items)
    explained = tuple(dict.fromkeys(item for each in explanations for item in each.items))
    selected = _selected(case, explained or items[:_MOST_SELECTED_AMONG])
    chosen = [each for each in explanations if all(item in selected.items for item in each.items)]
    tells_apart = selected.plainly or selected.how is Evidence.REPAIRED_REFERENCE
    if (
        len(chosen) == 1
        and (tells_apart or len(explanations) == 1)
        and not _may_mean_another(case, explanations, chosen[0])
    ):
        return _explained(case, chosen[0], [selected.how])
    if not explanations and len(selected.items) == 1:
        return _selected_in_part(case, selected)
    if len(explanations) == 1:
        return _otherwise_selected(case, explanations[0], items) or _explained(case, explanations[0], ())
    if explanations:
        return _several(case, explanations)
    return _unexplained(case, items)


def _may_mean_another(case: Case, explanations: Sequence[Explanation], chosen: Explanation) -> bool:
    """Whether a number of nobody's, by a part of which a document was chosen, is as a whole one character from another that the amount fits."""
    unknown = case.reading.unknown
    return bool(unknown) and any(
        _is_damaged_form(unknown, item)
        for each in explanations
        if each is not chosen
        for item in each.items
        if item not in chosen.items
    )


def _otherwise_selected(case: Case, explanation: Explanation, items: Sequence[Item]) -> Outcome | None:
    """A question when the text plainly points, in short, to another open document than the amount does."""
    others = [item for item in items[:_MOST_SELECTED_AMONG] if item not in explanation.items]
    selected = _selected(case, others)
    if selected.how is Evidence.REPAIRED_REFERENCE or not selected.items or not selected.plainly:
        return None
    evidence = _evidence(case, explanation.items, ())
    because = reason(
        "conflict_of_documents",
        document=named(selected.items),
        other=named(explanation.items),
        amount=case.amount,
    )
    suggestions = [suggest_settlement(case, explanation.items, explanation.settlement, evidence)]
    suggestions.extend(suggest_item(case, item, [selected.how]) for item in selected.items)
    return to_a_person(case, suggestions, because)


def _explanations(case: Case, items: Sequence[Item]) -> list[Explanation]:
    """Everything that explains the amount. Sums of two or three speak against a single document that fits, however likely an accident
    they are; a difference within the write-off limit counts only where nothing fits to the cent."""
    exact: list[Explanation] = []
    near: list[Explanation] = []
    for item in items:
        settlement = settle_one(item, case.minor, case.on, case.policy)
        if settlement is not None:
            (near if settlement.write_off else exact).append(Explanation((item,), settlement))
    if exact:
        small = small_sums(_signed(items), case.minor, MOST_SUGGESTIONS)
        return exact + _settling(case, items, small)
    sums = _sums(case, items)
    if sums:
        return sums
    if len(near) == 1 and Evidence.PAYER_IBAN in case.payer_evidence(near[0].items[0].customer_id):
        return near
    return []


def _signed(items: Sequence[Item]) -> list[int]:
    return [-item.open if item.is_credit else item.open for item in items]


def _settling(case: Case, items: Sequence[Item], sums: Sequence[Sequence[int]]) -> list[Explanation]:
    """The sums whose documents the amount really settles (a credit note finds room on an invoice of its customer)."""
    amounts = _signed(items)
    found: list[Explanation] = []
    for chosen in sums:
        part = tuple(items[at] for at in chosen)
        settlement = settle_all(part, case.minor, case.on, case.policy)
        if settlement is not None:
            unit = gcd(*[amounts[at] for at in chosen])
            found.append(Explanation(part, settlement, accidental_fits(amounts, len(part), case.minor, unit)))
    return found


def _sums(case: Case, items: Sequence[Item]) -> list[Explanation]:
    """Sums of two or more documents. One that is the only sum of any size, and no accident, stands alone; several stand side by side;
    one that may be an accident is none. "All open" in the payer's words is believed where it adds up."""
    if len(items) < 2:
        return []
    limit = case.policy.accidental_fit_limit
    together = settle_all(items, case.minor, case.on, case.policy)
    if together is not None and not together.write_off:
        explanation = Explanation(tuple(items), together, accidental_fits(_signed(items), len(items), case.minor))
        if case.reading.says_all_open or steps_needed(len(items)) > case.policy.search_bound:
            return [explanation] if case.reading.says_all_open else []
    else:
        explanation = None
    sums = find_sums(_signed(items), case.minor, case.policy.search_bound, most=MOST_SUGGESTIONS)
    found = _settling(case, items, sums.found)
    if explanation is not None and all(len(each.items) < len(items) for each in found):
        found.append(explanation)
    if len(found) > 1:
        return found
    return [each for each in found if sums.complete and each.accidental is not None and each.accidental <= limit]


def _explained(case: Case, explanation: Explanation, how: Sequence[Evidence]) -> Outcome:
    """One explanation is left: certain, unless something speaks against it."""
    items = explanation.items
    evidence = _evidence(case, items, how)
    objection = _objection(case, items, how)
    if objection is not None:
        suggestions = [suggest_settlement(case, items, explanation.settlement, evidence)]
        for other in _named_others(case, items):
            settlement = settle_one(other, case.minor, case.on, case.policy)
            if settlement is not None:
                suggestions.insert(0, suggest_settlement(case, [other], settlement, ()))
        return to_a_person(case, suggestions, objection)
    because = _why(case, explanation, evidence, how)
    return matched(case, explanation.settlement.lines, items, evidence, because)


def _evidence(case: Case, items: Sequence[Item], how: Sequence[Evidence]) -> tuple[Evidence, ...]:
    customers = dict.fromkeys(item.customer_id for item in items)
    payer = [each for customer_id in customers for each in case.payer_evidence(customer_id)]
    return ranked((*how, *payer, Evidence.AMOUNT))


def _why(case: Case, explanation: Explanation, evidence: Sequence[Evidence], how: Sequence[Evidence]) -> Reason:
    items, amount = explanation.items, case.amount
    if explanation.accidental is None:
        if how == [Evidence.REPAIRED_REFERENCE]:
            return reason("paid_repaired", evidence, document=items[0].number, amount=amount)
        return settled_reason(case, items[0], explanation.settlement, evidence)
    if case.reading.says_all_open or len(items) == len(case.open_of(case.candidates.customers)):
        return reason("paid_all_open", evidence, documents=named(items), amount=amount)
    return reason(
        "paid_sum",
        evidence,
        documents=named(items),
        amount=amount,
        expected=printed(explanation.accidental),
        limit=printed(case.policy.accidental_fit_limit),
    )


def _objection(case: Case, items: Sequence[Item], how: Sequence[Evidence]) -> Reason | None:
    """What speaks against an answer that rests on payer and amount."""
    by_text = _objection_of_text(case, items)
    if by_text is not None:
        return by_text
    recurs = case.receivables.times_invoiced(items[0].customer_id, items[0].gross) > 1
    if how == [Evidence.REPAIRED_REFERENCE] and recurs:
        return reason("damaged_and_recurring", document=items[0].number, amount=str(items[0].money(items[0].gross)))
    not_alone = len(items) > 1 or len(case.open_with_amount) > 1
    if not_alone and any(case.pays_under_another_name(item.customer_id) for item in items):
        return reason("other_name_and_not_alone", documents=named(items), amount=case.amount)
    by_account = any(Evidence.PAYER_NAME not in case.payer_evidence(item.customer_id) for item in items)
    if len(items) > 1:
        return None
    return _objection_to_account(case, items[0]) if by_account else _objection_to_name(case, items[0])


def _objection_to_account(case: Case, item: Item) -> Reason | None:
    """What speaks against an account: the payer has the name of another customer who owes as much, and not the name of the account's."""
    if len(case.open_with_amount) == 1 or case.is_like(item.customer_id, Likeness.STRONG):
        return None
    others = [each for each in case.open_with_amount if case.is_like(each.customer_id, Likeness.STRONG)]
    if not others:
        return None
    return reason("several_customers", amount=case.amount, documents=named([item, *others]))


def _objection_of_text(case: Case, items: Sequence[Item]) -> Reason | None:
    """What was written that speaks against it: a number of nobody's, another customer's name, another document."""
    elsewhere = _points_elsewhere(case, items)
    if elsewhere:
        return reason("unknown_number", written=elsewhere, document=named(items))
    others = _named_others(case, items)
    if others:
        return reason(
            "names_another",
            customer=others[0].customer_id,
            document=others[0].number,
            other=named(items),
            amount=case.amount,
        )
    numbered = case.reading.customers
    if numbered and not any(item.customer_id in numbered for item in items):
        amount = case.amount
        return reason("customer_numbered", customer=numbered[0], documents=named(items), amount=amount)
    another = _quotes_another(case, items)
    if another is not None:
        amount = case.amount
        return reason("conflict_of_documents", document=another.number, other=named(items), amount=amount)
    return _objection_to_learned(case, items)


def _objection_to_learned(case: Case, items: Sequence[Item]) -> Reason | None:
    """What speaks against an account that once paid under another name (an accountant's): the text names another customer."""
    if not case.reading.text or not any(case.pays_under_another_name(item.customer_id) for item in items):
        return None
    amount = case.amount
    text = name_of_text(case.reading.text)
    others = case.receivables.named_in(text)
    if any(item.customer_id in others for item in items):
        return None
    if not others:
        may_name = case.receivables.may_name_many(text)
        return reason("may_name_another", documents=named(items), amount=amount) if may_name else None
    return reason("customer_named", customer=others[0], documents=named(items), amount=amount)


def _objection_to_name(case: Case, item: Item) -> Reason | None:
    """What speaks against a name: others of the same amount whom it may mean as well, or too many of the name to tell."""
    amount = case.amount
    if len(case.open_with_amount) == 1:
        return None
    namesakes = case.receivables.namesakes(case.payer_name)
    if namesakes is None:
        return reason("common_name", document=item.number, customer=item.customer_id, amount=amount)
    others = [other for other in case.open_of(namesakes) if other is not item and other.open == case.minor]
    others.extend(_longer_named(case, item))
    if case.payer_name.joint:
        others.extend(
            other
            for other in case.open_with_amount
            if other.customer_id != item.customer_id and case.is_like(other.customer_id, Likeness.STRONG)
        )
    if not others:
        return None
    return reason("several_customers", amount=amount, documents=named(dict.fromkeys([item, *others])))


def _longer_named(case: Case, item: Item) -> list[Item]:
    """Invoices of the same amount of customers whose names go on where the payer's ends (``Jansen``: Jansen BV, Jansen Beheer BV), unless the
    payer's name has the legal form that ends the customer's."""
    own, payer = item.customer_name, case.payer_name
    if own.others and set(own.others) <= set(payer.others):
        return []
    return [
        other
        for other in case.open_with_amount
        if other.customer_id != item.customer_id and payer.is_in(other.customer_name)
    ]


def _selected_in_part(case: Case, selected: Selected) -> Outcome:
    """The payer is known, the text points to one of his documents, and the amount is not what is open. A part is certain when the whole
    counter was written; anything else is for a person."""
    item = selected.items[0]
    evidence = _evidence(case, [item], [selected.how])
    amount = case.amount
    whole = (
        selected.how is Evidence.DOCUMENT_NUMBER and short_form(item.parts, case.reading.introduced) is Short.COUNTER
    )
    if whole and case.minor < item.open and not item.is_credit and _objection(case, [item], [selected.how]) is None:
        by = ranked(each for each in evidence if each is not Evidence.AMOUNT)
        rest = str(item.money(item.open - case.minor))
        because = reason("paid_in_part", by, document=item.number, amount=amount, rest=rest)
        return matched(case, [line(AllocationKind.PAYMENT, item, case.minor)], [item], by, because)
    because = reason("selected_in_part", evidence, document=item.number, amount=amount)
    return to_a_person(case, [suggest_item(case, item, evidence)], because)


def _several(case: Case, explanations: Sequence[Explanation]) -> Outcome:
    oldest = _oldest(case, explanations)
    if oldest is not None:
        return oldest
    written = (*case.reading.unknown, *case.reading.joins())
    periods = periods_in(case.reading.text)

    def rank(explanation: Explanation) -> tuple[int, bool, bool]:
        only = explanation.items[0] if len(explanation.items) == 1 else None
        is_damaged = only is not None and _is_damaged_form(written, only)
        return len(explanation.items), not is_damaged, not all(_is_of(item, periods) for item in explanation.items)

    best = sorted(explanations, key=rank)
    suggestions = [
        suggest_settlement(case, each.items, each.settlement, _evidence(case, each.items, ())) for each in best
    ]
    because = reason("several_explanations", count=str(len(best)), amount=case.amount)
    return to_a_person(case, suggestions, because)


def _is_of(item: Item, periods: Sequence[Period]) -> bool:
    """Whether a document was issued in a period that the payer names."""
    return any(period.has(item.issued_on) for period in periods)


def _oldest(case: Case, explanations: Sequence[Explanation]) -> Outcome | None:
    """Where the tenant allows it: of equal open documents of one customer the oldest due is paid first (BW 6:43, BGB 366, oud art. 1256
    / nieuw art. 5.210 BW in Belgium), unless the payer names the month or year of another."""
    if not case.policy.equal_open_oldest_first or any(len(each.items) != 1 for each in explanations):
        return None
    items = [each.items[0] for each in explanations]
    if len({item.customer_id for item in items}) != 1 or len({item.open for item in items}) != 1:
        return None
    oldest = min(explanations, key=lambda each: (each.items[0].due_on, each.items[0].order))
    item = oldest.items[0]
    periods = periods_in(case.reading.text)
    if not _is_of(item, periods) and any(_is_of(other, periods) for other in items):
        return None
    evidence = _evidence(case, [item], ())
    if _objection(case, [item], ()) is not None:
        return None
    because = reason("paid_oldest", evidence, document=item.number, amount=case.amount, count=str(len(items)))
    return matched(case, oldest.settlement.lines, [item], evidence, because)


def _unexplained(case: Case, items: Sequence[Item]) -> Outcome:
    """The payer is known and nothing of his explains the amount."""
    customers = case.candidates.customers
    invoices = [item for item in items if not item.is_credit]
    suggestions = _quoted_weakly(case)
    likely, unlikely = _possible_sums(case, items)
    suggestions.extend(likely)
    customers_of = {item.customer_id for item in invoices}
    if len(customers_of) == 1 and invoices:
        by = case.payer_evidence(invoices[0].customer_id)
        suggestions.append(
            suggest_filling(case, invoices, by) if len(invoices) > 1 else suggest_item(case, invoices[0], by)
        )
    suggestions.extend(unlikely)
    suggestions.extend(
        suggest_account(case, each, case.payer_evidence(each)) for each in customers if len(customers) <= 2
    )
    suggestions.extend(_same_amount(case))
    because = reason("payer_without_fit", customer=", ".join(customers[:MOST_SUGGESTIONS]), amount=case.amount)
    return to_a_person(case, suggestions, because)


def _quoted_weakly(case: Case) -> list[Suggestion]:
    """Suggestions for open invoices whose number is written, though neither payer nor amount supports it: from an unknown payer behind a
    word such as "invoice", and never what may be a day."""
    return [
        suggest_item(case, item, [quote.evidence])
        for quote in case.reading.quotes
        if quote.introduced or (quote.is_meant and case.candidates.is_known)
        if not is_day("".join([atom.text for atom in case.reading.written[quote.first : quote.last + 1]]))
        for item in quote.items
        if item.open and not item.is_credit and item.currency == case.currency
    ]


def _possible_sums(case: Case, items: Sequence[Item]) -> tuple[list[Suggestion], list[Suggestion]]:
    """Sums that fit and might be an accident: those that rather are none (fewer than _RATHER_NO_ACCIDENT expected), and the others."""
    amounts = _signed(items)
    if steps_needed(len(items)) <= case.policy.search_bound:
        sums = find_sums(amounts, case.minor, case.policy.search_bound, most=MOST_SUGGESTIONS).found
    else:
        sums = small_sums(amounts, case.minor, MOST_SUGGESTIONS)
    likely: list[Suggestion] = []
    unlikely: list[Suggestion] = []
    for each in _settling(case, items, sums):
        if each.accidental is not None:
            because = reason(
                "could_be_accident",
                documents=named(each.items),
                amount=case.amount,
                expected=printed(each.accidental),
            )
            one = suggestion(each.settlement.lines, _evidence(case, each.items, ()), because)
            (likely if each.accidental < _RATHER_NO_ACCIDENT else unlikely).append(one)
    return likely, unlikely


def _too_many(case: Case, items: Sequence[Item]) -> Outcome:
    """More open documents than are looked at: only the very amount, once, is suggested."""
    because = reason("too_many_open", count=str(MOST_CANDIDATES), customer=items[0].customer_id)
    return to_a_person(case, _same_amount(case), because)


# an unknown payer


def _of_nobody(case: Case) -> Outcome:
    """Nobody known pays. The amount alone is no evidence, but with the number in short or damaged it is."""
    items = case.open_with_amount
    if len(items) > MOST_OF_AMOUNT:
        return to_a_person(case, (), reason("amount_of_many", amount=case.amount, count=str(MOST_OF_AMOUNT)))
    selected = _selected(case, items)
    if len(selected.items) == 1 and _is_long(case, selected):
        settlement = settle_one(selected.items[0], case.minor, case.on, case.policy)
        if settlement is not None and (len(items) == 1 or selected.how is Evidence.DOCUMENT_NUMBER):
            return _explained(case, Explanation(selected.items, settlement), [selected.how])
    named_ones = _named_in_text(case)
    fitting, filling = _of_named(case, named_ones)
    suggestions = [*fitting, *_same_amount(case), *_quoted_weakly(case), *filling]
    if named_ones and (fitting or not items):
        because = reason("named_in_text", customer=", ".join(named_ones), amount=case.amount)
        return to_a_person(case, suggestions, because)
    if not items:
        return to_a_person(case, suggestions, reason("nothing_fits", amount=case.amount))
    because = reason("amount_only", amount=case.amount, count=str(len(items)))
    return to_a_person(case, suggestions, because)


def _named_in_text(case: Case) -> tuple[str, ...]:
    """Customers with open documents whose names the text has: the payer's own where a bank's file has no field for it, or that of somebody for whom
    a stranger pays. A name in a text proves nothing, for it may be anybody's. Empty when it names more than a few."""
    if not case.reading.text:
        return ()
    found = [each for each in case.receivables.named_in(name_of_text(case.reading.text)) if case.open_of_one(each)]
    return tuple(found) if len(found) <= _MOST_NAMED else ()


def _of_named(case: Case, customers: Sequence[str]) -> tuple[list[Suggestion], list[Suggestion]]:
    """What explains the amount among the documents of customers who are named in the text; and, where nothing does, what the money would
    settle of the one who is."""
    items = case.open_of(customers)
    if not items or len(items) > _MOST_SELECTED_AMONG:
        return [], []
    fitting = [
        suggest_settlement(case, each.items, each.settlement, (Evidence.PAYER_NAME,))
        for each in _explanations(case, items)[:MOST_SUGGESTIONS]
    ]
    invoices = [item for item in items if not item.is_credit]
    if fitting or len(customers) > 1 or not invoices:
        return fitting, []
    return [], [suggest_filling(case, invoices, (Evidence.PAYER_NAME,))]


def _is_long(case: Case, selected: Selected) -> bool:
    """Whether what was written is long enough to count beside the amount alone: of a short form the whole counter, with nothing else glued to it,
    of a damaged number one that was meant as a number of ours (``Police 920260264`` is not 20260264 with a digit too many) and of the same
    year."""
    item = selected.items[0]
    if selected.how is not Evidence.REPAIRED_REFERENCE:
        return _is_long_counter(item) and any(
            short_form(item.parts, (atom,)) is Short.COUNTER and _stands_apart(case, atom, item)
            for atom in case.reading.loose
        )
    prefix = item.parts.prefix
    meant_as_ours = [
        *case.reading.unknown,
        *(each for each in case.reading.joins() if prefix and each.startswith(prefix)),
    ]
    return any(
        one_edit_apart(each, key) and key not in each and not _is_of_another_book(each, key, item.parts)
        for key in keys_that_could_be_meant(item)
        for each in meant_as_ours
    )


def _is_of_another_book(written: str, key: str, parts: NumberParts) -> bool:
    """Whether the counter is written as it is and only a digit of the year, or of another head, is different: the number of another year."""
    end = len(key) - len(parts.tail)
    start = end - len(parts.counter)
    return (
        len(written) == len(key)
        and start < end
        and written[start:end] == key[start:end] == parts.counter
        and all(meant.isdigit() for each, meant in zip(written, key, strict=True) if each != meant)
    )


def _stands_apart(case: Case, atom: Atom, item: Item) -> bool:
    at = case.reading.written.index(atom)
    return stands_apart(case.reading, at, at, item.parts)


def _same_amount(case: Case) -> list[Suggestion]:
    """Suggestions for documents of exactly this amount, the likelier names first, then those due nearest to the payment's day."""

    items = case.open_with_amount
    today = case.on.toordinal()
    ranked_ones = sorted(
        (-like, abs(item.due_on.toordinal() - today), item.number, item)
        for item, like in zip(items, likenesses(case.payer_name, items), strict=True)
    )
    best = [item for *_, item in ranked_ones[:MOST_SUGGESTIONS]]
    return [
        suggest_settlement(case, [item], settlement, case.payer_evidence(item.customer_id))
        for item in best
        if (settlement := settle_one(item, case.minor, case.on, case.policy)) is not None
    ]
