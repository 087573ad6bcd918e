"""A payment that quotes documents.

The reference that was written decides, as long as nothing speaks against it. What speaks against it: the payer's own account or name and
the amount together point to a different open document, or the payer is another known customer and the amount is not the document's.
An unknown payer, or an amount that fits nothing else, is no conflict.

Worked examples, invoice F1 of customer A with 100.00 open:

* 100.00 quoting F1: paid, whoever paid (a parent company, an accountant), unless the payer is customer B who has 100.00 open himself.
* 60.00 quoting F1: paid in part. But if A also has F2 with 60.00 open: a person decides.
* 130.00 quoting F1 from A: paid, 30.00 on account. But if A also has F2 with 30.00 open, and only that: both are paid. From somebody
  unknown, or with a piece of another number in the text: a person decides, because nothing but one number speaks for F1.
* 100.00 quoting F1 again: on account of A, whole. Never on another invoice.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import gcd
from typing import Final

from ledger.allocations import Allocation, AllocationKind, Evidence, Outcome, Reason, Suggestion
from ledger.documents import ItemStatus
from reconcile.answers import (
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
from reconcile.receivables import Item
from reconcile.remittance import Quote, has_fragments, is_unglued, is_verbatim, keys_that_could_be_meant, range_between
from reconcile.settlement import Settlement, line, on_account, settle_all, settle_less, settle_one
from reconcile.sums import accidental_fits, find_sums
from reconcile.text import is_slip, last_digits, one_edit_apart, slips_of

#: Credit notes of a customer among which some may have been deducted without being quoted.
_MOST_UNQUOTED_CREDITS: Final = 5
#: Documents of a customer among which some may have been paid beside the quoted ones.
_MOST_UNQUOTED: Final = 16
#: Documents of one amount whose keys are compared one by one with a quoted number; of more, all its slips are looked up.
_MOST_COMPARED: Final = 200
#: A payment is so many times what was paid too much, when that is taken from somebody who only has a word of the customer's name.
_RATHER_LITTLE: Final = 10
_NOT_COLLECTABLE: Final = frozenset({ItemStatus.CANCELLED, ItemStatus.WRITTEN_OFF})


def decide_quoted(case: Case) -> Outcome | None:
    """The answer that the quoted documents give; None when nothing is quoted that counts."""
    quotes = _that_count(case)
    if not quotes:
        return None
    shared = _shared_by_one_customer(case, quotes)
    if shared:
        case.hint(shared)
        return None
    items, undecided = _items_of(case, quotes)
    return _decide(case, quotes, items) if undecided is None else undecided


def _decide(case: Case, quotes: Sequence[Quote], items: Sequence[Item]) -> Outcome:
    currency = case.currency
    foreign = [item for item in items if item.currency != currency]
    if foreign:
        because = reason("foreign_currency", document=foreign[0].number, currency=foreign[0].currency)
        return to_a_person(case, (), because)
    by = tuple(dict.fromkeys([quote.evidence for quote in quotes]))
    invoices = [item for item in items if not item.is_credit]
    if not invoices:
        return _only_credit_notes(case, items, by)
    with_weak = _with_weak(case, items, quotes)
    if with_weak is not None:
        return with_weak
    readings = _readings(case, items, quotes)
    if len(invoices) == 1 and len(readings) == 1:
        return _one(case, invoices[0], [item for item in items if item.is_credit], by)
    return _many(case, readings, by)


def _with_weak(case: Case, items: Sequence[Item], quotes: Sequence[Quote]) -> Outcome | None:
    """When the documents quoted strongly do not explain the amount, but do together with those quoted weakly: these are meant as well."""
    if len(case.reading.quotes) == len(quotes):
        return None
    weak = [item for quote in case.reading.quotes if quote not in quotes for item in quote.items if item not in items]
    if not weak or settle_all(items, case.minor, case.on, case.policy) is not None:
        return None
    settlement = settle_all([*items, *weak], case.minor, case.on, case.policy)
    if settlement is None or settlement.write_off:
        return None
    by = tuple(dict.fromkeys(quote.evidence for quote in case.reading.quotes))
    return _many_settled(case, [item for item in (*items, *weak) if item.open], settlement, by)


def _only_credit_notes(case: Case, items: Sequence[Item], by: Sequence[Evidence]) -> Outcome:
    because = reason("credit_note_quoted", document=items[0].number, amount=case.amount)
    settling = [
        suggest_settlement(case, [item], each, by)
        for item in case.open_of([items[0].customer_id])
        if (each := settle_one(item, case.minor, case.on, case.policy)) is not None
    ]
    return to_a_person(case, [*settling, suggest_account(case, items[0].customer_id, by)], because)


def _that_count(case: Case) -> tuple[Quote, ...]:
    """Strong quotes, and weak ones beside them when only together they explain the amount; where there are no strong ones, weak ones
    that payer or amount support."""
    quotes = case.reading.quotes
    if not quotes:
        return quotes
    if len(quotes) == 1 and quotes[0].strong:
        return () if _is_piece(case, quotes[0]) else quotes
    strong = _without_bare_of_others(case, tuple([quote for quote in quotes if quote.strong]))
    meant = tuple([quote for quote in quotes if quote.is_meant])
    if strong and (len(meant) == len(strong) or _is_explained(case, strong)):
        return strong
    if len(meant) > 1 and _is_explained(case, meant):
        return meant
    if strong:
        return strong
    return tuple(quote for quote in quotes if _is_supported(case, quote))


def _without_bare_of_others(case: Case, strong: tuple[Quote, ...]) -> tuple[Quote, ...]:
    """Without bare digits that happen to be other customers' numbers (a meter, a telephone), where what else is quoted is the payer's own, known
    by his account or number, and explains the amount to the cent."""
    if len(strong) < 2:
        return strong
    own = tuple(
        quote
        for quote in strong
        if quote.introduced or any(_is_surely_of(case, item.customer_id) for item in quote.items)
    )
    if not 0 < len(own) < len(strong) or not all(
        _is_surely_of(case, item.customer_id) for quote in own for item in quote.items
    ):
        return strong
    return own if _is_explained(case, own) else strong


def _is_surely_of(case: Case, customer_id: str) -> bool:
    return any(
        each in (Evidence.PAYER_IBAN, Evidence.CUSTOMER_NUMBER, Evidence.RULE)
        for each in case.payer_evidence(customer_id)
    )


def _is_explained(case: Case, quotes: Sequence[Quote]) -> bool:
    together = list(dict.fromkeys(item for quote in quotes for item in quote.items))
    if settle_all(together, case.minor, case.on, case.policy) is not None:
        return True
    if all(len(quote.items) == 1 for quote in quotes):
        return False
    meant, undecided = _items_of(case, quotes)
    return undecided is None and settle_all(meant, case.minor, case.on, case.policy) is not None


def _is_supported(case: Case, quote: Quote) -> bool:
    """Whether two of three hold for a document: the amount is its own, the number is meant as one of ours, the customer is known to pay. Where nobody
    is known, what is glued to the digits (``zaak nr 4102/26``) makes another number of them."""
    for item in quote.items:
        fits = settle_one(item, case.minor, case.on, case.policy) is not None
        if case.payer_evidence(item.customer_id):
            if fits or quote.is_meant:
                return True
        elif fits and quote.is_meant and not _is_piece(case, quote):
            return True
    return False


def _is_piece(case: Case, quote: Quote) -> bool:
    """Whether bare digits are a piece of something longer, and nobody is known to pay who would mean them."""
    written = case.reading.written[quote.first : quote.last + 1] if quote.first >= 0 else ()
    return (
        bool(written)
        and all(atom.numeric for atom in written)
        and quote.evidence is not Evidence.STRUCTURED_REFERENCE
        and not any(is_unglued(case.reading, quote.first, quote.last, item.parts) for item in quote.items)
        and not any(case.payer_evidence(item.customer_id) for item in quote.items)
    )


def _shared_by_one_customer(case: Case, quotes: Sequence[Quote]) -> str:
    """The customer all of whose documents bear the one reference that is quoted, when the amount does not say which is meant."""
    if len(quotes) != 1 or len(quotes[0].items) < 2:
        return ""
    customers = {item.customer_id for item in quotes[0].items}
    meant = [item for item in quotes[0].items if item.issued_on <= case.on]
    return customers.pop() if len(customers) == 1 and not _meant_of(case, meant) else ""


def _also_meant(case: Case, items: Sequence[Item]) -> list[Item]:
    """Open documents that the payer quotes beside ``items``, too weakly to count: whatever is meant as a number, and the number of a document of
    the same customer however it is written, for that is hardly there by accident."""
    customers = {item.customer_id for item in items}
    others = dict.fromkeys(
        item
        for quote in case.reading.quotes
        if not any(each in items for each in quote.items)
        for item in quote.items
        if quote.is_meant or item.customer_id in customers
    )
    return [item for item in others if item.open and item.currency == case.currency]


def _left_out(case: Case, items: Sequence[Item]) -> list[Item]:
    """Open invoices of the same customers that are written beside ``items``, each as a number of ours, and that the amount leaves out: more was
    listed than was paid."""
    if len(case.reading.quotes) < 2:
        return []
    customers = {item.customer_id for item in items}
    meant = {item for quote in case.reading.quotes if quote.is_meant for item in quote.items}
    return [
        item
        for item in _also_meant(case, items)
        if (item in meant or item.open == case.minor)
        and item.customer_id in customers
        and item.issued_on <= case.on
        and not item.is_credit
    ]


def _is_bare(case: Case, item: Item) -> bool:
    """Whether all that points to a document are a few digits that nothing says are a number of ours (``Erstattung 104530``)."""
    quotes = [quote for quote in case.reading.quotes if item in quote.items]
    return not any(
        quote.first < 0
        or quote.introduced
        or quote.evidence is Evidence.STRUCTURED_REFERENCE
        or quote.last > quote.first
        for quote in quotes
    )


def future_quoted(case: Case) -> Item | None:
    """The first document quoted that was issued after the payment, unless the same words quote one that was there and that the amount settles."""
    for item in case.reading.future:
        there = [
            other
            for quote in case.reading.quotes
            if item in quote.items
            for other in quote.items
            if other.issued_on <= case.on and other.open and not other.is_credit and _settles_evenly(case, other)
        ]
        if not there:
            return item
    return None


def _items_of(case: Case, quotes: Sequence[Quote]) -> tuple[list[Item], Outcome | None]:
    """The documents meant, without repetitions; or the answer when a quote stands for several and nothing says which."""
    items: dict[str, Item] = {}
    for quote in quotes:
        meant = [item for item in quote.items if item.issued_on <= case.on]
        if len(meant) > 1:
            meant = _meant_of(case, meant) or _just_as_written(case, quote, meant)
        if not meant:
            suggestions = [
                suggest_item(case, item, [quote.evidence]) for item in quote.items if item.open and not item.is_credit
            ]
            because = reason("quote_of_several", documents=named(quote.items), amount=case.amount)
            return [], to_a_person(case, suggestions, because)
        for item in meant:
            items[item.number] = item
    return list(items.values()), None


def _just_as_written(case: Case, quote: Quote, items: Sequence[Item]) -> list[Item]:
    """The one document whose number stands there sign by sign, where the same letters and digits are another's number as well; else none. Only in a
    list: what is quoted alone the amount tells apart, or a person."""
    if quote.first < 0 or len(case.reading.quotes) < 2:
        return []
    start = case.reading.written[quote.first].start
    same = [item for item in items if is_verbatim(case.reading.text, start, [item])]
    return same if len(same) == 1 else []


def _meant_of(case: Case, items: Sequence[Item]) -> list[Item]:
    """Which of several documents under one key an amount means: the one it settles, all of them together, or, of one customer, the only
    one open; of closed ones the one of that amount."""
    open_ = [item for item in items if item.open and not item.is_credit]
    settled = [item for item in open_ if settle_one(item, case.minor, case.on, case.policy) is not None]
    if settled:
        return settled if len(settled) == 1 else []
    if settle_all(items, case.minor, case.on, case.policy) is not None:
        return [item for item in items if item.open]
    of_payer = [item for item in items if case.payer_evidence(item.customer_id)]
    if len(of_payer) == 1 and len(items) > 1 and of_payer[0].open and not of_payer[0].is_credit:
        return of_payer
    if open_ or len({item.customer_id for item in items}) > 1:
        return open_ if len(open_) == 1 and len({item.customer_id for item in items}) == 1 else []
    closed = [item for item in items if not item.is_credit and item.gross == case.minor]
    return closed if len(closed) == 1 else [item for item in items if not item.is_credit][:1]


def _readings(case: Case, items: Sequence[Item], quotes: Sequence[Quote]) -> list[list[Item]]:
    """What the list of numbers may mean: just the documents quoted, also those whose numbers were shortened, also those between the ends
    of a range."""
    reading = case.reading
    if not reading.shortened and not reading.ranges and all(quote.strong for quote in quotes):
        return [list(items)]
    readings = [list(items)]
    strong_only = [item for item in items if any(item in quote.items and quote.strong for quote in quotes)]
    if strong_only and len(strong_only) < len(items):
        readings.append(strong_only)
    if reading.shortened:
        readings.append([*items, *(item for item in reading.shortened if item not in items)])
    if reading.ranges:
        spanned = dict.fromkeys(items)
        spanned.update(dict.fromkeys(reading.shortened))
        for first, last in reading.ranges:
            spanned.update(dict.fromkeys(range_between(case.receivables, first, last, case.on)))
        readings.append(list(spanned))
    different: dict[frozenset[str], list[Item]] = {}
    for each in readings:
        different.setdefault(frozenset(item.number for item in each), each)
    return list(different.values())


# one invoice


def _evidence(case: Case, item: Item, by: Sequence[Evidence], *, amount: bool) -> tuple[Evidence, ...]:
    return ranked((*by, *case.payer_evidence(item.customer_id), *([Evidence.AMOUNT] if amount else [])))


def settled_reason(case: Case, item: Item, settlement: Settlement, by: Sequence[Evidence]) -> Reason:
    """Why one document is settled, by what was given beside the cash."""
    amount = case.amount
    terms = item.discount
    if settlement.discount and terms is not None:
        given = str(item.money(settlement.discount))
        return reason(
            "paid_with_discount", by, document=item.number, amount=amount, discount=given, until=terms.until.isoformat()
        )
    if settlement.write_off:
        difference = str(item.money(settlement.write_off))
        return reason("paid_with_write_off", by, document=item.number, amount=amount, difference=difference)
    return reason("paid_in_full", by, document=item.number, amount=amount)


def _one(case: Case, item: Item, credit_notes: Sequence[Item], by: Sequence[Evidence]) -> Outcome:
    open_credits = [credit for credit in credit_notes if credit.open]
    settlement = settle_one(item, case.minor, case.on, case.policy) if not open_credits else None
    if settlement is not None:
        rivals = _rivals_in_payer(case, item)
        if rivals:
            return _conflict(case, item, rivals, by)
        left_out = _left_out(case, [item])
        if left_out:
            return _does_not_add_up(case, [[item, *left_out]], by)
        evidence = _evidence(case, item, by, amount=True)
        return matched(case, settlement.lines, [item], evidence, settled_reason(case, item, settlement, evidence))
    less_credit = _less_credit(case, [item], open_credits)
    if less_credit is not None:
        settled, taken = less_credit
        return _many_settled(case, [item, *taken], settled, by)
    used_up = sum(credit.gross for credit in credit_notes if credit.corrects != item.number)
    if open_credits or (used_up and item.open - case.minor == used_up):
        return _does_not_add_up(case, [[item, *credit_notes]], by)
    return _objection(case, item, by) or _reads_otherwise(case, item, by) or _not_to_the_end(case, item, by)


def _objection(case: Case, item: Item, by: Sequence[Evidence]) -> Outcome | None:
    """What speaks against the quoted document when the amount is not its own."""
    rivals = _rivals(case, item)
    if rivals:
        return _conflict(case, item, rivals, by)
    if case.is_another([item.customer_id]):
        return _other_payer(case, item, by)
    if item.status in _NOT_COLLECTABLE:
        because = reason("not_collectable", document=item.number, status=item.status.value)
        return to_a_person(case, [suggest_account(case, item.customer_id, by)], because)
    return None


def _reads_otherwise(case: Case, item: Item, by: Sequence[Evidence]) -> Outcome | None:
    """What else is written: another number, of an open document or of nobody's; or so little that it may be no number of ours."""
    also = _also_meant(case, [item])
    if also:
        return _does_not_add_up(case, [[item, *also]], by)
    if case.reading.unknown:
        because = reason("unknown_number", by, written=case.reading.unknown[0], document=item.number)
    elif not case.payer_evidence(item.customer_id) and _is_bare(case, item):
        because = reason("bare_number", by, document=item.number, amount=case.amount)
    else:
        return None
    return to_a_person(case, [*_with_one_other(case, [item], by), suggest_item(case, item, by)], because)


def _with_one_other(case: Case, items: Sequence[Item], by: Sequence[Evidence]) -> list[Suggestion]:
    """The quoted invoices with one more of their customers, or with one in place of one of them, where that adds up to the cent: a number
    of the list was mistyped. First the documents whose number is one character from what was written."""
    if not 0 < len(items) <= _MOST_UNQUOTED:
        return []
    others: dict[int, list[Item]] = {}
    for other in case.open_of(item.customer_id for item in items):
        if other not in items and not other.is_credit:
            others.setdefault(other.open, []).append(other)
    missing = case.minor - sum(item.open for item in items)
    near: list[Suggestion] = []
    far: list[Suggestion] = []
    for left_out in (None, *items) if len(items) > 1 else (None,):
        part = [item for item in items if item is not left_out]
        written = case.reading.unknown if left_out is None else left_out.keys
        for other in others.get(missing + (0 if left_out is None else left_out.open), ()):
            settlement = settle_all([*part, other], case.minor, case.on, case.policy)
            if settlement is not None:
                is_near = any(one_edit_apart(each, key) for key in other.keys for each in written)
                (near if is_near else far).append(suggest_settlement(case, [*part, other], settlement, by))
    return near + far


def _not_to_the_end(case: Case, item: Item, by: Sequence[Evidence]) -> Outcome:
    """A part, too much, or paid already."""
    amount = case.amount
    evidence = _evidence(case, item, by, amount=not item.open and case.minor == item.gross)
    other_amount = not item.open and case.minor != item.gross
    if other_amount and (case.open_of([item.customer_id]) or not case.payer_evidence(item.customer_id)):
        because = reason("paid_already_other_amount", evidence, document=item.number, amount=amount)
        return to_a_person(case, [suggest_account(case, item.customer_id, by)], because)
    if not item.open:
        lines: list[Allocation] = [on_account(item.customer_id, case.minor, item)]
        because = reason("paid_twice", evidence, document=item.number, customer=item.customer_id, amount=amount)
        return matched(case, lines, [item], evidence, because)
    if case.minor < item.open:
        made_up = _made_up(case, [item], by)
        if made_up is not None:
            return made_up
        rest = str(item.money(item.open - case.minor))
        if _only_the_number_speaks(case, item, by):
            because = reason("part_from_unknown", by, document=item.number, amount=amount, rest=rest)
            return to_a_person(case, [suggest_item(case, item, by)], because)
        because = reason("paid_in_part", evidence, document=item.number, amount=amount, rest=rest)
        return matched(case, [line(AllocationKind.PAYMENT, item, case.minor)], [item], evidence, because)
    return _too_much(case, [item], by)


def _only_the_number_speaks(case: Case, item: Item, by: Sequence[Evidence]) -> bool:
    """Whether a number is all there is for an invoice: the amount is not its own, nobody says that it is a part, and the payer is not like the
    customer. Then the number may be a supplier's who pays back, or the slip of another customer; a reference with check digits is neither.
    An entry without any counterparty speaks against nobody. Who gives money back, or pays for an offer or a contract, must be known as the
    customer, not only have a name like his."""
    if Evidence.STRUCTURED_REFERENCE in by or case.payer_evidence(item.customer_id):
        return False
    if case.reading.gives_back or any(
        case.reading.is_of_another_kind(quote)
        or case.reading.is_part_of_something(quote)
        or not is_unglued(case.reading, quote.first, quote.last, item.parts)
        for quote in case.reading.quotes
        if item in quote.items
    ):
        return True
    if not (case.entry.counterparty.name or case.entry.counterparty.iban):
        return False
    return not case.reading.says_part and not case.may_be(item.customer_id)


def _made_up(case: Case, items: Sequence[Item], by: Sequence[Evidence]) -> Outcome | None:
    """Too little for the quoted documents of one customer, made up by his credit on account or by what the bank kept of it."""
    customer_id = items[0].customer_id
    less = settle_less(items, case.minor, case.policy, case.receivables.on_account(customer_id))
    if less is None:
        return None
    settlement, credit, charge = less
    evidence = _evidence(case, items[0], by, amount=False)
    amount = case.amount
    if credit:
        because = reason(
            "paid_with_credit",
            evidence,
            documents=named(items),
            amount=amount,
            credit=str(case.money(credit)),
            customer=customer_id,
        )
    else:
        because = reason(
            "paid_less_charge", evidence, documents=named(items), amount=amount, charge=str(case.money(charge))
        )
    return matched(case, settlement.lines, items, evidence, because)


def _too_much(case: Case, items: Sequence[Item], by: Sequence[Evidence]) -> Outcome:
    """More than the quoted documents: others of the customer beside them when exactly these explain the rest, else the rest stands on
    account."""
    open_ = [item for item in items if item.open]
    customer_id = items[0].customer_id
    rest = case.minor - sum(item.open for item in open_)
    beside, certain = _beside(case, items, rest)
    evidence = _evidence(case, items[0], by, amount=bool(beside))
    amount = case.amount
    if beside and certain:
        lines = [line(AllocationKind.PAYMENT, item, item.open) for item in (*open_, *beside)]
        because = reason("paid_beside", evidence, documents=named(items), others=named(beside), amount=amount)
        return matched(case, lines, [*items, *beside], evidence, because)
    lines = [
        *(line(AllocationKind.PAYMENT, item, item.open) for item in open_),
        on_account(customer_id, rest, items[0]),
    ]
    because = reason(
        "paid_too_much",
        evidence,
        documents=named(items),
        amount=amount,
        rest=str(case.money(rest)),
        customer=customer_id,
    )
    doubt = ""
    of_others = _other_customers_with(case, customer_id, rest)
    if not certain or of_others:
        doubt = "rest_explained_twice"
    elif not (case.payer_evidence(customer_id) or (case.may_be(customer_id) and _RATHER_LITTLE * rest < case.minor)):
        doubt = "too_much_from_unknown"
    elif has_fragments(case.receivables, case.reading):
        doubt = "too_much_and_fragments"
    if doubt:
        why = Reason(code=doubt, values={"rest": str(case.money(rest)), "documents": named(items)})
        suggestions = [suggestion(lines, evidence, because)]
        if len(of_others) == 1:
            both = settle_all([*open_, *of_others], case.minor, case.on, case.policy)
            if both is not None:
                suggestions.insert(0, suggest_settlement(case, [*open_, *of_others], both, by))
        return to_a_person(case, suggestions, why)
    return matched(case, lines, items, evidence, because)


def _other_customers_with(case: Case, customer_id: str, rest: int) -> Sequence[Item]:
    """Invoices of others that are exactly what was paid too much: who is not known as the customer, or by his name only and paid more than
    double, may have paid for them as well."""
    if _is_surely_of(case, customer_id) or (case.payer_evidence(customer_id) and 2 * rest <= case.minor):
        return ()
    others = case.receivables.open_with(rest, case.currency, case.on)
    return [other for other in others if other.customer_id != customer_id]


def _beside(case: Case, items: Sequence[Item], rest: int) -> tuple[tuple[Item, ...], bool]:
    """Other open invoices of the same customer that are exactly ``rest``, and whether that is certain: one explanation, not by
    accident. (Nothing, certain) when nothing fits."""
    others = [item for item in case.open_of([items[0].customer_id]) if item not in items and not item.is_credit]
    single = [item for item in others if item.open == rest]
    if len(others) > _MOST_UNQUOTED:
        return (tuple(single), True) if len(single) == 1 else ((), not single)
    amounts = [item.open for item in others]
    sums = find_sums(amounts, rest, case.policy.search_bound, most=2)
    fits = len(single) + len(sums.found)
    if fits != 1:
        return (), fits == 0
    if single:
        return tuple(single), True
    chosen = sums.found[0]
    unit = gcd(*[amounts[at] for at in chosen])
    if accidental_fits(amounts, len(chosen), rest, unit) > case.policy.accidental_fit_limit:
        return (), False
    return tuple(others[at] for at in chosen), True


def _less_credit(
    case: Case, invoices: Sequence[Item], quoted: Sequence[Item]
) -> tuple[Settlement, tuple[Item, ...]] | None:
    """The amount as the invoices less the quoted credit notes, or less the one set of the customers' open ones that fits to the cent."""
    if quoted:
        settled = settle_all([*invoices, *quoted], case.minor, case.on, case.policy)
        return (settled, tuple(quoted)) if settled is not None else None
    short = sum(item.open for item in invoices) - case.minor
    credit_notes = [item for item in case.open_of(item.customer_id for item in invoices) if item.is_credit]
    if short <= 0 or not 0 < len(credit_notes) <= _MOST_UNQUOTED_CREDITS:
        return None
    sets = [
        chosen
        for size in range(1, len(credit_notes) + 1)
        for chosen in combinations(credit_notes, size)
        if sum(credit.open for credit in chosen) == short
    ]
    if len(sets) != 1:
        return None
    settled = settle_all([*invoices, *sets[0]], case.minor, case.on, case.policy)
    return (settled, sets[0]) if settled is not None else None


# conflicts


def _rivals_in_payer(case: Case, item: Item) -> list[Item]:
    """When amount and number agree: documents of the same amount that belong to the payer, who is a known customer and not the
    document's."""
    if not any(other is not item for other in case.open_with_amount) or case.payer_evidence(item.customer_id):
        return []
    own = case.open_of(case.candidates.customers)
    return [other for other in own if other is not item and not other.is_credit and other.open == case.minor]


def _rivals(case: Case, item: Item) -> list[Item]:
    """When amount and number disagree: open invoices that the amount settles, of the document's customer, of the payer, or of anybody
    when their numbers are one character apart."""
    customers = dict.fromkeys((item.customer_id, *case.candidates.customers))
    rivals = [
        other
        for other in case.open_of(customers)
        if other is not item and not other.is_credit and _settles_evenly(case, other)
    ]
    return rivals + [other for other in _mistyped(case, item) if other not in rivals]


def _mistyped(case: Case, item: Item) -> list[Item]:
    """Open invoices of exactly the amount whose number or reference becomes that of ``item`` by one slip, oldest first."""
    if not case.open_with_amount:
        return []
    keys = keys_that_could_be_meant(item)
    same = case.receivables.open_with(case.minor, case.currency, case.on, _MOST_COMPARED)
    if len(same) <= _MOST_COMPARED:
        endings = [last_digits(key) for key in keys]
        near = [other for other in same if other.may_have_slip(endings)]
        return [
            other
            for other in near
            if any(len(key) == len(each) and is_slip(key, each) for each in other.keys for key in keys)
        ]
    slips = (slip for key in keys for slip in slips_of(key))
    found = [
        each for each in case.receivables.open_under(slips, case.minor, case.currency) if each.issued_on <= case.on
    ]
    return sorted(dict.fromkeys(found), key=lambda each: each.order)


def _settles_evenly(case: Case, item: Item) -> bool:
    settlement = settle_one(item, case.minor, case.on, case.policy)
    return settlement is not None and not settlement.write_off


def _conflict(case: Case, item: Item, rivals: Sequence[Item], by: Sequence[Evidence]) -> Outcome:
    suggestions: list[Suggestion] = []
    near = [other for other in rivals if any(one_edit_apart(key, each) for key in item.keys for each in other.keys)]
    for other in dict.fromkeys((*near, *rivals)):
        settlement = settle_one(other, case.minor, case.on, case.policy)
        if settlement is not None:
            suggestions.append(suggest_settlement(case, [other], settlement, case.payer_evidence(other.customer_id)))
    suggestions.append(suggest_item(case, item, by))
    because = reason(
        "conflict_of_documents",
        by,
        document=item.number,
        other=named(rivals),
        amount=case.amount,
    )
    return to_a_person(case, suggestions, because)


def _other_payer(case: Case, item: Item, by: Sequence[Evidence]) -> Outcome:
    suggestions = [suggest_item(case, item, by)]
    suggestions.extend(suggest_account(case, each, case.payer_evidence(each)) for each in case.payer.customers)
    because = reason(
        "conflict_of_payer",
        by,
        document=item.number,
        customer=item.customer_id,
        payer=", ".join(case.payer.customers),
        amount=case.amount,
    )
    return to_a_person(case, suggestions, because)


# several documents


def _many(case: Case, readings: Sequence[Sequence[Item]], by: Sequence[Evidence]) -> Outcome:
    fitting: dict[tuple[Allocation, ...], tuple[Sequence[Item], Settlement]] = {}
    for items in readings:
        settlement = settle_all(items, case.minor, case.on, case.policy)
        if settlement is not None:
            fitting.setdefault(settlement.lines, (items, settlement))
    if len(fitting) > 1:
        suggestions = [suggest_settlement(case, items, each, by) for items, each in fitting.values()]
        return to_a_person(case, suggestions, reason("read_in_several_ways", amount=case.amount))
    if fitting:
        items, settlement = next(iter(fitting.values()))
        open_ = [item for item in items if item.open]
        rivals = _rivals_in_payer(case, open_[0]) if len(open_) == 1 else []
        left_out = _left_out(case, items)
        if left_out:
            return _does_not_add_up(case, [[*items, *left_out]], by)
        return _conflict(case, open_[0], rivals, by) if rivals else _many_settled(case, open_, settlement, by)
    for items in readings:
        open_ = [item for item in items if item.open and not item.is_credit]
        if open_ and not any(item.is_credit and item.open for item in items):
            less_credit = _less_credit(case, open_, ())
            if less_credit is not None:
                settled, taken = less_credit
                return _many_settled(case, [*open_, *taken], settled, by)
    return _many_not_settled(case, readings, by)


def _many_settled(case: Case, items: Sequence[Item], settlement: Settlement, by: Sequence[Evidence]) -> Outcome:
    evidence = _evidence(case, items[0], by, amount=True)
    amount = case.amount
    invoices = [item for item in items if not item.is_credit]
    credit_notes = [item for item in items if item.is_credit]
    if credit_notes:
        because = reason(
            "paid_less_credit", evidence, documents=named(invoices), credits=named(credit_notes), amount=amount
        )
    elif settlement.discount:
        because = reason(
            "paid_many_with_discount",
            evidence,
            documents=named(invoices),
            amount=amount,
            discount=str(case.money(settlement.discount)),
        )
    elif settlement.write_off:
        because = reason(
            "paid_many_with_write_off",
            evidence,
            documents=named(invoices),
            amount=amount,
            difference=str(case.money(settlement.write_off)),
        )
    else:
        because = reason("paid_many", evidence, documents=named(invoices), amount=amount)
    return matched(case, settlement.lines, items, evidence, because)


def _many_not_settled(case: Case, readings: Sequence[Sequence[Item]], by: Sequence[Evidence]) -> Outcome:
    """All quoted documents were paid already, or more was paid than quoted; less than quoted is for a person."""
    items = [item for item in readings[0] if not item.is_credit]
    customers = tuple(dict.fromkeys(item.customer_id for item in items))
    total = sum(item.open for item in items)
    of_one = (
        len(customers) == 1
        and not case.is_another(customers)
        and len(readings) == 1
        and not case.reading.unknown
        and not _also_meant(case, readings[0])
        and items[0].status not in _NOT_COLLECTABLE
    )
    if of_one and not any(item.is_credit and item.open for item in readings[0]):
        if not total:
            evidence = _evidence(case, items[0], by, amount=False)
            because = reason(
                "paid_twice",
                evidence,
                document=named(items),
                customer=customers[0],
                amount=case.amount,
            )
            return matched(case, [on_account(customers[0], case.minor, items[0])], items, evidence, because)
        if case.minor > total:
            return _too_much(case, items, by)
        made_up = _made_up(case, [item for item in items if item.open], by)
        if made_up is not None:
            return made_up
    return _does_not_add_up(case, readings, by)


def _does_not_add_up(case: Case, readings: Sequence[Sequence[Item]], by: Sequence[Evidence]) -> Outcome:
    items = [item for item in readings[0] if not item.is_credit and item.open]
    suggestions = []
    if 1 < len(items) <= _MOST_UNQUOTED:
        amounts = [item.open for item in items]
        for chosen in find_sums(amounts, case.minor, case.policy.search_bound, most=2).found:
            part = [items[at] for at in chosen]
            settlement = settle_all(part, case.minor, case.on, case.policy)
            if settlement is not None:
                suggestions.append(suggest_settlement(case, part, settlement, by))
    suggestions.extend(
        suggest_settlement(case, [item], each, by)
        for item in items
        if (each := settle_one(item, case.minor, case.on, case.policy)) is not None
    )
    suggestions.extend(_with_one_other(case, items, by))
    if items:
        suggestions.append(suggest_filling(case, items, by))
    total = sum(-item.open if item.is_credit else item.open for item in readings[0])
    because = reason(
        "does_not_add_up",
        by,
        documents=named(readings[0]),
        total=str(case.money(total)),
        amount=case.amount,
    )
    return to_a_person(case, suggestions, because)
