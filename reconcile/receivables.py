"""Documents with what is open on them, and the indexes by which payments find them. The only thing in this room that changes.

Everything is found by exact keys: a document by its number (with and without its prefix), its payment reference and its order number;
open documents by customer and by open amount; customers by their number, their accounts, their name and the words of it. So a
payment costs the same against a thousand documents as against a million.

Worked example: invoice ``RE-2026-02063`` of C7, order ``WEB-114``, reference ``RF47...``, 120.00 open. It is found under the keys
``RE202602063``, ``202602063``, ``WEB114`` and ``RF47...``, among the open documents of C7, and among those of 12000 minor units. After
a payment of 50.00 has been applied it stands among those of 7000.

Settled documents belong in here too: a payment that quotes one was paid twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from operator import attrgetter
from sys import intern
from typing import Final

from ledger.allocations import Allocation, AllocationKind, settled_by
from ledger.documents import DiscountTerms, Document, DocumentKind, ItemStatus, OpenItem
from ledger.errors import InvariantBroken
from ledger.money import Money
from ledger.party import Customer, KnownPayer
from ledger.references import compact
from reconcile.keys import KeyTable
from reconcile.names import Likeness, Name, are_two_companies, likeness, name_of, strongly_like
from reconcile.patterns import NumberParts, NumberShapes, parts_of, parts_of_runs
from reconcile.policy import MatchPolicy
from reconcile.text import folded, key_of, leading_letters, plain, runs_of

#: Open documents of one customer that a payment looks at; beyond that a person does.
MOST_CANDIDATES: Final = 200
#: Open documents of one amount that a payment looks at.
MOST_OF_AMOUNT: Final = 50
#: Customers of one block of names that are compared with a payer.
MOST_NAMESAKES: Final = 100
#: Documents on a shelf that is a list.
_MOST_IN_A_LIST: Final = 12
#: Empty places on a shelf before it is tidied.
_FEWEST_TO_TIDY: Final = 32
#: Digits that a number must have without its prefix to be looked up without it.
_FEWEST_BARE_DIGITS: Final = 5

_NO_PAYERS: Final[Mapping[str, KnownPayer]] = {}
_ORDER: Final = attrgetter("issued_on", "number")
#: Lines that take from a customer's account where they name no document.
_FROM_ACCOUNT: Final = (AllocationKind.REFUND, AllocationKind.REVERSAL)


class _KeptOnce:
    """Days and discount terms that many documents share, each kept once."""

    __slots__ = ("_days", "_terms")

    def __init__(self) -> None:
        self._days: dict[date, date] = {}
        self._terms: dict[DiscountTerms, DiscountTerms] = {}

    def day(self, day: date) -> date:
        return self._days.setdefault(day, day)

    def terms(self, terms: DiscountTerms | None) -> DiscountTerms | None:
        return None if terms is None else self._terms.setdefault(terms, terms)


class Item:
    """What matching needs of one document, and what is open on it. ``gross``, ``open`` and ``settled_at_source``: minor units of ``currency``; ``order`` sorts
    by issue date, then number; the rest as in ``Document``. The document itself is not kept: of a million it would take half the memory."""

    __slots__ = (
        "_parts",
        "_quoted_as",
        "corrects",
        "creditor_reference",
        "currency",
        "customer_id",
        "discount",
        "due_on",
        "gross",
        "is_credit",
        "issued_on",
        "number",
        "open",
        "order_number",
        "settled_at_source",
        "status",
    )

    def __init__(self, document: Document, open_: Money, status: ItemStatus, kept_once: _KeptOnce) -> None:
        self.issued_on = kept_once.day(document.issued_on)
        self.due_on = kept_once.day(document.due_on)
        self.number = document.number
        self.customer_id = intern(document.customer_id)
        self.is_credit = document.kind is DocumentKind.CREDIT_NOTE
        self.creditor_reference = document.creditor_reference
        self.order_number = document.order_number
        self.corrects = document.corrects
        self.discount = kept_once.terms(document.discount)
        self.currency = intern(open_.currency)
        self.gross = document.gross.minor
        self.open = self.gross if open_.minor == self.gross else open_.minor
        self.settled_at_source = document.settled_at_source.minor
        self.status = status
        self._parts: NumberParts | None = None
        self._quoted_as: tuple[str, ...] | None = None

    @property
    def parts(self) -> NumberParts:
        """The document's number taken apart."""
        if self._parts is None:
            self._parts = parts_of(self.number, self.issued_on)
        return self._parts

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys under which the document is quoted."""
        if self._quoted_as is None:
            runs = runs_of(plain(self.number))
            self._quoted_as = _keys(self, runs, parts_of_runs(runs, self.issued_on))
        return self._quoted_as

    def forget_parts(self) -> None:
        """Keep no longer what was worked out of the number: of a million settled documents hardly one is asked for again."""
        self._parts = self._quoted_as = None

    def is_unfilled(self, key: str) -> bool:
        """Whether ``key`` is that of the number without the zeros that fill its counter up, and a year or a book stands before it."""
        if key == self.number or len(key) >= len(key_of(self.number)):
            return False
        parts = self.parts
        bare = parts.counter.lstrip("0")
        return bool(parts.head and bare) and key == f"{parts.prefix}{parts.head}{bare}{parts.tail}"

    def has_key(self, key: str) -> bool:
        """Whether it is quoted under this key."""
        return key in (self.number, self.creditor_reference) or key == key_of(self.number) or key in self.keys

    @property
    def order(self) -> tuple[date, str]:
        """What documents are sorted by: day of issue, then number."""
        return self.issued_on, self.number

    def money(self, minor: int) -> Money:
        """``minor`` units of the document's currency."""
        return Money(minor, self.currency)


class _Shelf:
    """Open documents in the order they came, each taken out in constant time. Most shelves hold one or two, in a list; a long one is a
    dictionary, which is made anew now and then: it keeps the places of what was taken from its front, and looking past a hundred thousand of
    them for every payment would cost as much. Documents mostly come oldest first, and only where one did not are they sorted."""

    __slots__ = ("_gone", "_in_order", "_items")

    def __init__(self) -> None:
        self._items: list[Item] | dict[str, Item] = []
        self._gone = 0
        self._in_order = True

    def put(self, item: Item) -> None:
        if not self._items:
            self._in_order = True
        elif self._in_order:
            last = self._items[-1] if isinstance(self._items, list) else next(reversed(self._items.values()))
            self._in_order = last.order < item.order
        if isinstance(self._items, dict):
            self._items[item.number] = item
            return
        self._items.append(item)
        if len(self._items) > _MOST_IN_A_LIST:
            self._items = {each.number: each for each in self._items}

    def take(self, item: Item) -> None:
        if isinstance(self._items, list):
            self._items.remove(item)
            return
        del self._items[item.number]
        self._gone += 1
        if self._gone > len(self._items) + _FEWEST_TO_TIDY:
            self._items = dict(self._items.items())
            self._gone = 0

    def issued_by(self, on: date, currency: str, most: int) -> tuple[Item, ...]:
        """Documents in a currency issued by ``on``, oldest first; one more than ``most`` at most, so that the caller sees that there were more."""
        items = self._items
        if isinstance(items, list):
            found = [item for item in items if item.issued_on <= on and item.currency == currency]
        else:
            of_day = (item for item in items.values() if item.issued_on <= on and item.currency == currency)
            found = list(islice(of_day, most + 1))
        if not self._in_order:
            found.sort(key=_ORDER)
        return tuple(found)

    def __len__(self) -> int:
        return len(self._items)


def _keys(document: Item, runs: Sequence[str], parts: NumberParts) -> tuple[str, ...]:
    """The keys under which a document is quoted: number, number without prefix, number without the zeros that fill its counter up,
    payment reference, order number."""
    keys = [folded("".join(runs))]
    if parts.prefix:
        digits = "".join([run for run in runs if run.isdigit()])
        if len(digits) >= _FEWEST_BARE_DIGITS:
            keys.append(digits)
    if parts.counter[:1] == "0" and (parts.prefix or parts.head):
        bare = parts.counter.lstrip("0")
        if bare:
            keys.append(f"{parts.prefix}{parts.head}{bare}{parts.tail}")
    if document.creditor_reference:
        keys.append(key_of(document.creditor_reference))
    if document.order_number:
        keys.append(key_of(document.order_number))
    return tuple(dict.fromkeys(filter(None, keys)))


class Receivables:
    """A tenant's documents, customers and known payers; the order in which they are given makes no difference.

    Raises InvariantBroken when two documents have one number.
    """

    def __init__(
        self,
        policy: MatchPolicy,
        customers: Iterable[Customer],
        items: Iterable[OpenItem],
        payers: Iterable[KnownPayer] = (),
        on_account: Mapping[str, Money] | None = None,
    ) -> None:
        self.policy = policy
        self.shapes = NumberShapes()
        self.key_lengths: set[int] = set()
        self.longest_key = 0
        self.key_prefixes: set[str] = set()
        self.customer_prefixes: set[str] = set()
        self.customer_digits: set[str] = set()
        self._customers_by_key: dict[str, str] = {}
        self._customers_by_iban: dict[str, list[str]] = {}
        self._customers_by_name: dict[str, list[str]] = {}
        self._customers_by_word: dict[str, list[str]] = {}
        self._names: dict[str, Name] = {}
        self._payers: dict[str, dict[str, KnownPayer]] = {}
        self._by_number: dict[str, Item] = {}
        self._items: list[Item] = []
        self._keys = KeyTable()
        self._kept_once = _KeptOnce()
        self._open_of_customer: dict[str, _Shelf] = {}
        self._open_by_amount: dict[str, dict[int, _Shelf]] = {}
        self._grosses: dict[str, list[int]] = {}
        self._on_account: dict[str, int] = {}
        self._corrections: dict[str, Document] = {}
        self._credits_of: dict[str, list[Item]] = {}
        for customer in sorted(customers, key=lambda each: each.customer_id):
            self._add_customer(customer)
        for item in sorted([self._taken(each.document, each.open, each.status) for each in items], key=_ORDER):
            self._add(item)
        for payer in payers:
            self.learn(payer)
        for customer_id, balance in (on_account or {}).items():
            self._on_account[customer_id] = balance.minor

    # customers and payers

    def _add_customer(self, customer: Customer) -> None:
        key = key_of(customer.customer_id)
        self._customers_by_key.setdefault(key, customer.customer_id)
        if key[:1].isdigit():
            self.customer_digits.add(key[0])
        self.customer_prefixes.add(leading_letters(customer.customer_id))
        for iban in customer.ibans:
            self._customers_by_iban.setdefault(compact(iban), []).append(customer.customer_id)
        name = name_of(customer.name)
        self._names[customer.customer_id] = name
        self._customers_by_name.setdefault(name.key, []).append(customer.customer_id)
        for word in name.blocks:
            self._customers_by_word.setdefault(word, []).append(customer.customer_id)

    def customer_numbered(self, key: str) -> str:
        """The customer whose number has this key, or empty."""
        return self._customers_by_key.get(key, "")

    def has_customer(self, customer_id: str) -> bool:
        """Whether there is such a customer."""
        return self._customers_by_key.get(key_of(customer_id)) == customer_id

    def of_iban(self, iban: str) -> tuple[Sequence[str], Mapping[str, KnownPayer]]:
        """Customers whose master data name this account, and those, by id, for whom it was seen to pay."""
        account = compact(iban)
        return self._customers_by_iban.get(account, ()), self._payers.get(account, _NO_PAYERS)

    def name(self, customer_id: str) -> Name:
        """The customer's name taken apart; of an unknown customer, one that is like nothing."""
        name = self._names.get(customer_id)
        if name is None:
            name = self._names[customer_id] = name_of("")
        return name

    def like(self, payer: Name, customer_id: str) -> Likeness:
        """How like the payer's name is to the customer's."""
        return likeness(payer, self.name(customer_id))

    def customers_named(self, payer: Name) -> tuple[str, ...]:
        """Customers whose names are strongly like the payer's: those with the very same words if there are any, else as
        ``namesakes``. Empty, too, when so many share the name that it says nothing."""
        same = self._customers_by_name.get(payer.key, ()) if payer.key else ()
        if len(same) > MOST_NAMESAKES:
            return ()
        if same and (found := tuple(strongly_like(payer, same, self._names))):
            return found
        return self.namesakes(payer) or ()

    def namesakes(self, payer: Name) -> tuple[str, ...] | None:
        """Every customer whose name is strongly like the payer's, from the block of its rarest word (of the rarer half of its words, two at
        least, when it names more than one party); None when a block is too large to be compared."""
        blocks = [block for block in (self._customers_by_word.get(word, ()) for word in payer.blocks) if block]
        found: dict[str, None] = {}
        for block in sorted(blocks, key=len)[: max(2, (len(blocks) + 1) // 2) if payer.joint else 1]:
            if len(block) > MOST_NAMESAKES:
                return None
            found.update(dict.fromkeys(strongly_like(payer, block, self._names)))
        return tuple(found)

    def named_in(self, text: Name) -> tuple[str, ...]:
        """Customers whose whole names stand in a text, among those who share a word of it with no more than MOST_NAMESAKES."""
        found: dict[str, None] = {}
        for word in text.blocks:
            block = self._customers_by_word.get(word, ())
            if len(block) <= MOST_NAMESAKES:
                named = [each for each in block if self._names[each].is_in(text)]
                found.update(dict.fromkeys(each for each in named if not are_two_companies(text, self._names[each])))
        return tuple(found)

    def may_name_many(self, text: Name) -> bool:
        """Whether a word of a text is in the names of more than MOST_NAMESAKES customers: who of them is meant ``named_in`` does not say."""
        return any(len(self._customers_by_word.get(word, ())) > MOST_NAMESAKES for word in text.blocks)

    def learn(self, payer: KnownPayer) -> None:
        """From now on ``payer.iban`` is known to pay for ``payer.customer_id``."""
        self._payers.setdefault(compact(payer.iban), {}).setdefault(payer.customer_id, payer)

    # documents

    def add(self, document: Document, open_: Money, status: ItemStatus = ItemStatus.OPEN) -> None:
        """Take in one document with what is open on it."""
        self._add(self._taken(document, open_, status))

    def _taken(self, document: Document, open_: Money, status: ItemStatus) -> Item:
        """What is kept of a document; of a credit note that is to be netted, all."""
        item = Item(document, open_, status, self._kept_once)
        if item.is_credit and item.corrects:
            self._corrections[item.number] = document
        return item

    def _add(self, item: Item) -> None:
        if item.number in self._by_number:
            raise InvariantBroken(f"two documents have the number {item.number}")
        runs = runs_of(plain(item.number))
        parts = parts_of_runs(runs, item.issued_on)
        self._by_number[item.number] = item
        for key in _keys(item, runs, parts):
            self._file(key, len(self._items))
        self._items.append(item)
        if runs and not runs[0].isdigit():
            self.key_prefixes.add(folded(runs[0]))
        for text in (item.creditor_reference, item.order_number):
            if text and not text[0].isdecimal():
                self.key_prefixes.add(leading_letters(text))
        self.shapes.learn(parts)
        self._grosses.setdefault(item.customer_id, []).append(item.gross)
        if item.is_credit and item.corrects:
            self._credits_of.setdefault(item.corrects, []).append(item)
        if item.open:
            self._put_with_customer(item)
            self._put_with_amount(item)

    def _file(self, key: str, place: int) -> None:
        self._keys.put(key, place)
        if len(key) not in self.key_lengths:
            self.key_lengths.add(len(key))
            self.longest_key = max(self.longest_key, len(key))

    def __len__(self) -> int:
        """How many documents there are."""
        return len(self._by_number)

    def numbered(self, number: str) -> Item | None:
        """The document of exactly this number."""
        return self._by_number.get(number)

    def quoted(self, key: str) -> Sequence[Item]:
        """Documents that a text with this key quotes."""
        places = self._keys.places(key)
        if not places:
            return ()
        if len(places) == 1:
            only = self._items[places[0]]
            return (only,) if only.has_key(key) else ()
        return [item for at in places if (item := self._items[at]).has_key(key)]

    def open_under(self, keys: Iterable[str], minor: int) -> Iterator[Item]:
        """Open invoices of exactly ``minor`` that are quoted under one of so many keys that most of them are nobody's."""
        for key, at in self._keys.all_places(keys):
            item = self._items[at]
            if item.open == minor and not item.is_credit and item.has_key(key):
                yield item

    def credits_of(self, number: str) -> Sequence[Item]:
        """The credit notes that correct an invoice, open or not, by date and number."""
        return self._credits_of.get(number, ())

    def open_of(self, customer_id: str, currency: str, on: date) -> tuple[Item, ...]:
        """Open documents of a customer that were issued by ``on``, oldest first; one more than MOST_CANDIDATES at most."""
        shelf = self._open_of_customer.get(customer_id)
        return () if shelf is None else shelf.issued_by(on, currency, MOST_CANDIDATES)

    def open_with(self, minor: int, currency: str, on: date) -> tuple[Item, ...]:
        """Open invoices of exactly this amount that were issued by ``on``, oldest first; one more than MOST_OF_AMOUNT at most."""
        of_currency = self._open_by_amount.get(currency)
        shelf = None if of_currency is None else of_currency.get(minor)
        return () if shelf is None else shelf.issued_by(on, currency, MOST_OF_AMOUNT)

    def times_invoiced(self, customer_id: str, gross: int) -> int:
        """How many documents of a customer have this gross amount: a subscription's amount tells little."""
        return self._grosses.get(customer_id, []).count(gross)

    def on_account(self, customer_id: str) -> int:
        """What stands on account for a customer, in minor units of the tenant's currency."""
        return self._on_account.get(customer_id, 0)

    # changes

    def _settle(self, number: str, minor: int) -> None:
        item = self._by_number.get(number)
        if item is None or minor > item.open:
            raise InvariantBroken(f"{minor} minor units cannot be settled on {number}")
        self._take_from_amount(item)
        item.open -= minor
        if item.open:
            self._put_with_amount(item)
        else:
            self._open_of_customer[item.customer_id].take(item)
            item.forget_parts()

    def _reopen(self, number: str, minor: int) -> None:
        item = self._by_number[number]
        if item.open:
            self._take_from_amount(item)
        else:
            self._put_with_customer(item)
        item.open += minor
        self._put_with_amount(item)

    def _take_from_amount(self, item: Item) -> None:
        if item.is_credit:
            return
        of_currency = self._open_by_amount[item.currency]
        shelf = of_currency[item.open]
        shelf.take(item)
        if not shelf:
            del of_currency[item.open]

    def _put_with_amount(self, item: Item) -> None:
        """Invoices are looked for by their amount, credit notes are not."""
        if item.is_credit:
            return
        of_currency = self._open_by_amount.setdefault(item.currency, {})
        shelf = of_currency.get(item.open)
        if shelf is None:
            shelf = of_currency[item.open] = _Shelf()
        shelf.put(item)

    def _put_with_customer(self, item: Item) -> None:
        shelf = self._open_of_customer.get(item.customer_id)
        if shelf is None:
            shelf = self._open_of_customer[item.customer_id] = _Shelf()
        shelf.put(item)

    def _move(self, number: str, minor: int) -> None:
        """Settle a document by so much; what is negative opens it again."""
        if minor >= 0:
            self._settle(number, minor)
        else:
            self._reopen(number, -minor)

    def apply(self, allocations: Sequence[Allocation]) -> None:
        """Book what was decided. Raises InvariantBroken when a document has not that much open."""
        for allocation in allocations:
            for number, amount in settled_by(allocation):
                self._move(number, amount.minor)
            self._on_account_by(allocation, 1)

    def take_back(self, allocations: Sequence[Allocation]) -> None:
        """Undo what ``apply`` did with the same allocations."""
        for allocation in reversed(allocations):
            for number, amount in settled_by(allocation):
                self._move(number, -amount.minor)
            self._on_account_by(allocation, -1)

    def _on_account_by(self, allocation: Allocation, sign: int) -> None:
        kind = allocation.kind
        if kind is AllocationKind.ON_ACCOUNT:
            change = sign * allocation.amount.minor
        elif kind is AllocationKind.CREDIT_USED or (kind in _FROM_ACCOUNT and not allocation.document):
            change = -sign * allocation.amount.minor
        else:
            return
        if allocation.amount.currency == self.policy.currency:
            customer_id = allocation.customer_id
            self._on_account[customer_id] = self._on_account.get(customer_id, 0) + change

    def credits_to_net(self) -> list[tuple[Item, Document]]:
        """Open credit notes that correct an invoice, with their documents, by date and number."""
        credit_notes = [(self._by_number[number], document) for number, document in self._corrections.items()]
        return sorted((each for each in credit_notes if each[0].open), key=lambda each: each[0].order)

    def net(self, credit: Item, invoice: Item, minor: int) -> None:
        """Set ``minor`` units of a credit note off against an invoice."""
        self._settle(credit.number, minor)
        self._settle(invoice.number, minor)
