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

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice, takewhile
from operator import attrgetter
from sys import intern
from typing import Final, TypeVar

from ledger.allocations import Allocation, AllocationKind, settled_by
from ledger.documents import DiscountTerms, Document, DocumentKind, ItemStatus, OpenItem
from ledger.errors import InvariantBroken
from ledger.money import Money
from ledger.party import Customer, KnownPayer
from ledger.references import compact
from reconcile.keys import KeyTable
from reconcile.names import Likeness, Name, are_two_companies, likeness, name_of, named_whole, strongly_like
from reconcile.patterns import NumberParts, NumberRows, parts_of
from reconcile.policy import MatchPolicy
from reconcile.text import DIGITS, key_of, leading_letters, may_be_slip, new_key

#: Open documents of one customer that a payment looks at; beyond that a person does.
MOST_CANDIDATES: Final = 200
#: Open documents of one amount that a payment looks at.
MOST_OF_AMOUNT: Final = 50
#: Customers of one block of names that are compared with a payer.
MOST_NAMESAKES: Final = 100
#: Documents of a customer that are all looked through, and open ones of an amount that stand in a list.
_MOST_LOOKED_THROUGH, _MOST_IN_A_LIST = 12, 1_000
#: Empty places on a shelf before it is tidied.
_FEWEST_TO_TIDY: Final = 32
#: Beginnings of customers' numbers that are remembered.
_MOST_BEGINNINGS: Final = 4_096
#: Digits that a number must have without its prefix to be looked up without it.
_FEWEST_BARE_DIGITS: Final = 5

_NO_PAYERS: Final[Mapping[str, KnownPayer]] = {}
_ORDER: Final = attrgetter("issued_on", "number")
_ISSUED: Final = attrgetter("issued_on")
_ID: Final = attrgetter("customer_id")
_NO_NAME: Final = name_of("")
#: Lines that take from a customer's account where they name no document.
_FROM_ACCOUNT: Final = (AllocationKind.REFUND, AllocationKind.REVERSAL)


T = TypeVar("T")


class _KeptOnce:
    """Days and discount terms that many documents share, each kept once."""

    __slots__ = ("_terms", "day")

    def __init__(self) -> None:
        days: dict[date, date] = {}
        self.day = days.setdefault
        self._terms: dict[DiscountTerms, DiscountTerms] = {}

    def terms(self, terms: DiscountTerms | None) -> DiscountTerms | None:
        return None if terms is None else self._terms.setdefault(terms, terms)


class Item:
    """What matching needs of one document, and what is open on it. ``gross``, ``open`` and ``settled_at_source``: minor units of ``currency``; ``order`` sorts
    by issue date, then number; ``customer_name``: the customer's taken apart; the rest as in ``Document``. The document itself is not kept: of a million it would take half the memory."""

    __slots__ = (
        "_parts",
        "_quoted_as",
        "corrects",
        "creditor_reference",
        "currency",
        "customer_id",
        "customer_name",
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

    def __init__(
        self, document: Document, open_: Money, status: ItemStatus, customer: _Account, kept_once: _KeptOnce
    ) -> None:
        issued_on, due_on = document.issued_on, document.due_on
        self.issued_on = kept_once.day(issued_on, issued_on)
        self.due_on = kept_once.day(due_on, due_on)
        self.number = document.number
        self.customer_id, self.customer_name = customer.customer_id, customer.customer_name
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
            parts = self.parts
            self._quoted_as = tuple(_keys(self, parts, parts.counter))
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

    def may_have_slip(self, endings: Sequence[int]) -> bool:
        """Whether one of its keys may be one slip from a key that ends in one of ``endings`` (``last_digits``): the cheap question to ask before
        ``keys``. A key ends in the digits of what it was made of, but where zeros are left out of a number."""
        if may_be_slip(self.number, endings, filled=True):
            return True
        reference, order_number = self.creditor_reference, self.order_number
        return bool(
            (reference and may_be_slip(reference, endings)) or (order_number and may_be_slip(order_number, endings))
        )

    @property
    def order(self) -> tuple[date, str]:
        """What documents are sorted by: day of issue, then number."""
        return self.issued_on, self.number

    def money(self, minor: int) -> Money:
        """``minor`` units of the document's currency."""
        return Money(minor, self.currency)


def _filed(there: T | list[T] | None, one: T) -> T | list[T]:
    """What stands under a key of a register with one more: the one itself, or a list where there are several."""
    if there is None:
        return one
    if isinstance(there, list):
        there.append(one)
        return there
    return [there, one]


def _all(filed: T | list[T] | None) -> Sequence[T]:
    """All that stands under a key of a register."""
    if filed is None:
        return ()
    return filed if isinstance(filed, list) else (filed,)


class _LongShelf:
    """Open documents in the order they came, each taken out in constant time: a dictionary, which is made anew now and then, since it keeps the
    places of what was taken from its front, and looking past a hundred thousand of them for every payment would cost as much."""

    __slots__ = ("_gone", "_in_order", "_items")

    def __init__(self, in_order: Iterable[Item]) -> None:
        self._items = {item.number: item for item in in_order}
        self._gone = 0
        self._in_order = True

    def put(self, item: Item) -> None:
        if not self._items:
            self._in_order = True
        elif self._in_order:
            self._in_order = next(reversed(self._items.values())).order < item.order
        self._items[item.number] = item

    def take(self, item: Item) -> None:
        del self._items[item.number]
        self._gone += 1
        if self._gone > len(self._items) + _FEWEST_TO_TIDY:
            self._items = dict(self._items.items())
            self._gone = 0

    def issued_by(self, on: date, most: int, currency: str = "") -> list[Item]:
        """The first issued by ``on``, at most so many (in any currency where none is given)."""
        # Behind the first one of a later day there are only such, tens of thousands perhaps.
        items = (
            takewhile(lambda item: item.issued_on <= on, self._items.values())
            if self._in_order
            else self._items.values()
        )
        of_day = (item for item in items if item.issued_on <= on and (not currency or item.currency == currency))
        found = list(islice(of_day, most))
        return found if self._in_order else sorted(found, key=_ORDER)

    def __len__(self) -> int:
        return len(self._items)


#: Open invoices of one amount and currency: of most there is one, which stands for itself, or some, in a list, oldest first.
_Shelf = Item | list[Item] | _LongShelf


def _put(item: Item, shelf: _Shelf | None) -> _Shelf:
    """A shelf with one more document, in whatever order: ``_in_order`` in the end."""
    if isinstance(shelf, _LongShelf):
        shelf.put(item)
        return shelf
    return _filed(shelf, item)


def _with(item: Item, shelf: _Shelf | None) -> _Shelf:
    """A shelf with one more document."""
    if shelf is None:
        return item
    if isinstance(shelf, _LongShelf):
        shelf.put(item)
    elif isinstance(shelf, Item):
        return [shelf, item] if shelf.order < item.order else [item, shelf]
    else:
        insort(shelf, item, key=_ORDER)
        if len(shelf) > _MOST_IN_A_LIST:
            return _LongShelf(shelf)
    return shelf


def _without(item: Item, shelf: _Shelf | None) -> _Shelf | None:
    """A shelf without one of its documents; None when it was the last."""
    if shelf is item:
        return None
    if isinstance(shelf, _LongShelf):
        shelf.take(item)
        return shelf if len(shelf) else None
    at = bisect_left(shelf, item.order, key=_ORDER) if isinstance(shelf, list) else 0
    if not isinstance(shelf, list) or at == len(shelf) or shelf[at] is not item:
        raise InvariantBroken(f"{item.number} is not where open documents are looked for")
    del shelf[at]
    return shelf or None


def _in_order(shelf: list[Item]) -> _Shelf:
    """A shelf of documents that were put in whatever order."""
    shelf.sort(key=_ORDER)
    return shelf if len(shelf) <= _MOST_IN_A_LIST else _LongShelf(shelf)


def _issued_by(shelf: _Shelf | None, on: date, most: int) -> Sequence[Item]:
    """Documents of a shelf issued by ``on``, oldest first; at most so many."""
    if shelf is None:
        return ()
    if isinstance(shelf, Item):
        return (shelf,) if shelf.issued_on <= on else ()
    if isinstance(shelf, _LongShelf):
        return shelf.issued_by(on, most)
    return shelf[: min(most, bisect_right(shelf, on, key=_ISSUED))]


class _Account:
    """A customer with its documents, once they are ``arranged`` the oldest first. Few are all looked through; of many, those with something
    open stand apart (``open``), and of all there are the amounts alone (``grosses``)."""

    __slots__ = ("customer_id", "customer_name", "documents", "grosses", "open")

    def __init__(self, customer_id: str, name: Name) -> None:
        self.customer_id = customer_id
        self.customer_name = name
        self.documents: Item | list[Item] | None = None
        self.open: _LongShelf | None = None
        self.grosses: Sequence[int] = ()

    def arrange(self) -> None:
        """All documents are there."""
        documents = self.documents
        if isinstance(documents, list):
            documents.sort(key=_ORDER)
            if len(documents) > _MOST_LOOKED_THROUGH:
                self.open = _LongShelf([item for item in documents if item.open])
                self.grosses = [item.gross for item in documents]
                self.documents = None

    def open_by(self, on: date, currency: str) -> tuple[Item, ...]:
        """Open documents in a currency issued by ``on``, oldest first; one more than MOST_CANDIDATES at most."""
        if self.open is not None:
            return tuple(self.open.issued_by(on, MOST_CANDIDATES + 1, currency))
        documents = _all(self.documents)
        return tuple([each for each in documents if each.open and each.issued_on <= on and each.currency == currency])

    def times_invoiced(self, gross: int) -> int:
        """How many of the documents have this gross amount."""
        return self.grosses.count(gross) + [item.gross for item in _all(self.documents)].count(gross)


def _keys(document: Item, parts: NumberParts, counter: str) -> Collection[str]:
    """The keys under which a document is quoted: number, number without prefix, number without the zeros that fill its counter up,
    payment reference, order number. ``parts``: of its number, but for the ``counter``."""
    prefix, head, tail = parts.prefix, parts.head, parts.tail
    if counter:
        digits = f"{head}{counter}{tail}"
        keys = [prefix + digits]
        if prefix and len(digits) >= _FEWEST_BARE_DIGITS:
            keys.append(digits)
        if counter[0] == "0" and (prefix or head):
            bare = counter.lstrip("0")
            if bare:
                keys.append(f"{prefix}{head}{bare}{tail}")
    else:
        keys = [new_key(document.number)]
    if document.creditor_reference:
        keys.append(new_key(document.creditor_reference))
    if document.order_number:
        keys.append(new_key(document.order_number))
    different = dict.fromkeys(keys)
    different.pop("", None)
    return different


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
        self.customer_prefixes: set[str] = set()
        self.customer_digits: set[str] = set()
        self._accounts: dict[str, _Account] = {}
        self._customers_by_key: dict[str, str] = {}
        self._customers_by_iban: dict[str, str | list[str]] = {}
        self._customers_by_name: dict[str, _Account | list[_Account]] = {}
        self._customers_by_word: dict[str, list[_Account]] = {}
        self._payers: dict[str, dict[str, KnownPayer]] = {}
        self._by_number: dict[str, Item] = {}
        self._items: list[Item] = []
        self._keys = KeyTable()
        self._open_by_amount: dict[str, dict[int, _Shelf]] = {}
        self._on_account: dict[str, int] = {}
        self._corrections: dict[str, Document] = {}
        self._credits_of: dict[str, list[Item]] = {}
        self._take_customers(customers)
        rows = NumberRows()
        self.key_prefixes, self.key_lengths = rows.letters, self._keys.lengths
        self._take_documents(items, rows)
        self.longest_key = max(self.key_lengths, default=0)
        self.shapes = rows.shapes()
        for payer in payers:
            self.learn(payer)
        for customer_id, balance in (on_account or {}).items():
            self._on_account[customer_id] = balance.minor

    # customers and payers

    def _take_customers(self, customers: Iterable[Customer]) -> None:
        beginnings: set[str] = set()
        for customer in customers:
            self._take_customer(customer, beginnings)
        registers: tuple[Iterable[_Account | list[_Account]], ...] = (
            self._customers_by_name.values(),
            self._customers_by_word.values(),
        )
        for register in registers:
            for filed in register:
                if isinstance(filed, list) and len(filed) > 1:
                    filed.sort(key=_ID)
        for ids in self._customers_by_iban.values():
            if isinstance(ids, list):
                ids.sort()

    def _take_customer(self, customer: Customer, beginnings: set[str]) -> None:
        """``beginnings``: what numbers of customers were seen to begin with."""
        customer_id, name = customer.customer_id, name_of(customer.name)
        account = self._accounts.get(customer_id)
        if account is None:
            account = self._accounts[customer_id] = _Account(customer_id, name)
        account.customer_name = name
        key = new_key(customer_id)
        if self._customers_by_key.setdefault(key, customer_id) > customer_id:
            self._customers_by_key[key] = customer_id
        beginning = customer_id.rstrip(DIGITS)
        if beginning not in beginnings:
            self.customer_prefixes.add(leading_letters(customer_id))
            if len(beginnings) < _MOST_BEGINNINGS:
                beginnings.add(beginning)
        first = key[:1]
        if first.isdigit():
            self.customer_digits.add(first)
        for iban in customer.ibans:
            account_number = compact(iban)
            self._customers_by_iban[account_number] = _filed(self._customers_by_iban.get(account_number), customer_id)
        self._customers_by_name[name.key] = _filed(self._customers_by_name.get(name.key), account)
        by_word = self._customers_by_word
        for word in name.blocks:
            block = by_word.get(word)
            if block is None:
                by_word[word] = [account]
            elif len(block) <= MOST_NAMESAKES:
                block.append(account)

    def customer_numbered(self, key: str) -> str:
        """The customer whose number has this key, or empty."""
        return self._customers_by_key.get(key, "")

    def has_customer(self, customer_id: str) -> bool:
        """Whether there is such a customer."""
        return self._customers_by_key.get(key_of(customer_id)) == customer_id

    def of_iban(self, iban: str) -> tuple[Sequence[str], Mapping[str, KnownPayer]]:
        """Customers whose master data name this account, and those, by id, for whom it was seen to pay."""
        account = compact(iban)
        return _all(self._customers_by_iban.get(account)), self._payers.get(account, _NO_PAYERS)

    def name(self, customer_id: str) -> Name:
        """The customer's name taken apart; of an unknown customer, one that is like nothing."""
        account = self._accounts.get(customer_id)
        return _NO_NAME if account is None else account.customer_name

    def like(self, payer: Name, customer_id: str) -> Likeness:
        """How like the payer's name is to the customer's."""
        return likeness(payer, self.name(customer_id))

    def customers_named(self, payer: Name) -> tuple[str, ...]:
        """Customers whose names are strongly like the payer's: those with the very same words if there are any, else as
        ``namesakes``. Empty, too, when so many share the name that it says nothing."""
        same = _all(self._customers_by_name.get(payer.key)) if payer.key else ()
        if len(same) > MOST_NAMESAKES:
            return ()
        if same and (found := tuple(strongly_like(payer, same))):
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
            found.update(dict.fromkeys(strongly_like(payer, block)))
        return tuple(found)

    def named_in(self, text: Name) -> tuple[str, ...]:
        """Customers whose whole names stand in a text, among those who share a word of it with no more than MOST_NAMESAKES."""
        found: dict[str, None] = {}
        for word in text.blocks:
            block = self._customers_by_word.get(word, ())
            if len(block) <= MOST_NAMESAKES:
                for each in named_whole(text, block):
                    if not are_two_companies(text, each.customer_name):
                        found[each.customer_id] = None
        return tuple(found)

    def may_name_many(self, text: Name) -> bool:
        """Whether a word of a text is in the names of more than MOST_NAMESAKES customers: who of them is meant ``named_in`` does not say."""
        return any(len(self._customers_by_word.get(word, ())) > MOST_NAMESAKES for word in text.blocks)

    def learn(self, payer: KnownPayer) -> None:
        """From now on ``payer.iban`` is known to pay for ``payer.customer_id``."""
        self._payers.setdefault(compact(payer.iban), {}).setdefault(payer.customer_id, payer)

    # documents

    def _take_documents(self, items: Iterable[OpenItem], rows: NumberRows) -> None:
        """Take in documents in whatever order: what depends on the order of their issue is put in order in the end."""
        kept_once = _KeptOnce()
        for each in items:
            self._take_document(each, rows, kept_once)
        by_place = self._items
        self._keys.arrange(lambda place: by_place[place].order)
        for account in self._accounts.values():
            account.arrange()
        for of_currency in self._open_by_amount.values():
            for minor, shelf in of_currency.items():
                if isinstance(shelf, list):
                    of_currency[minor] = _in_order(shelf)
        for credit_notes in self._credits_of.values():
            credit_notes.sort(key=_ORDER)

    def _take_document(self, open_item: OpenItem, rows: NumberRows, kept_once: _KeptOnce) -> None:
        document = open_item.document
        account = self._accounts.get(document.customer_id)
        if account is None:
            account = self._accounts[document.customer_id] = _Account(document.customer_id, _NO_NAME)
        item = Item(document, open_item.open, open_item.status, account, kept_once)
        if self._by_number.setdefault(item.number, item) is not item:
            raise InvariantBroken(f"two documents have the number {item.number}")
        self._keys.put(_keys(item, *rows.take(item.number, item.issued_on)), len(self._items))
        self._items.append(item)
        for text in (item.creditor_reference, item.order_number):
            if text and not text[0].isdecimal():
                self.key_prefixes.add(leading_letters(text))
        account.documents = _filed(account.documents, item)
        if item.is_credit and item.corrects:
            # of a credit note that is to be netted, all is kept
            self._corrections[item.number] = document
            self._credits_of.setdefault(item.corrects, []).append(item)
        if item.open and not item.is_credit:
            of_currency = self._open_by_amount.setdefault(item.currency, {})
            of_currency[item.open] = _put(item, of_currency.get(item.open))

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

    def open_under(self, keys: Iterable[str], minor: int, currency: str) -> Iterator[Item]:
        """Open invoices of exactly this amount that are quoted under one of so many keys that most of them are nobody's."""
        for key, at in self._keys.all_places(keys):
            item = self._items[at]
            if item.open == minor and item.currency == currency and not item.is_credit and item.has_key(key):
                yield item

    def credits_of(self, number: str) -> Sequence[Item]:
        """The credit notes that correct an invoice, open or not, by date and number."""
        return self._credits_of.get(number, ())

    def open_of(self, customer_id: str, currency: str, on: date) -> tuple[Item, ...]:
        """Open documents of a customer that were issued by ``on``, oldest first; one more than MOST_CANDIDATES at most."""
        account = self._accounts.get(customer_id)
        return () if account is None else account.open_by(on, currency)

    def open_with(self, minor: int, currency: str, on: date, most: int = MOST_OF_AMOUNT) -> Sequence[Item]:
        """Open invoices of exactly this amount that were issued by ``on``, oldest first; one more than ``most`` at most, so that the caller sees that
        there were more."""
        of_currency = self._open_by_amount.get(currency)
        return () if of_currency is None else _issued_by(of_currency.get(minor), on, most + 1)

    def times_invoiced(self, customer_id: str, gross: int) -> int:
        """How many documents of a customer have this gross amount: a subscription's amount tells little."""
        account = self._accounts.get(customer_id)
        return 0 if account is None else account.times_invoiced(gross)

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
            among_many = self._accounts[item.customer_id].open
            if among_many is not None:
                among_many.take(item)
            item.forget_parts()

    def _reopen(self, number: str, minor: int) -> None:
        item = self._by_number[number]
        if item.open:
            self._take_from_amount(item)
        else:
            among_many = self._accounts[item.customer_id].open
            if among_many is not None:
                among_many.put(item)
        item.open += minor
        self._put_with_amount(item)

    def _take_from_amount(self, item: Item) -> None:
        if item.is_credit:
            return
        of_currency = self._open_by_amount[item.currency]
        shelf = _without(item, of_currency[item.open])
        if shelf is None:
            del of_currency[item.open]
        else:
            of_currency[item.open] = shelf

    def _put_with_amount(self, item: Item) -> None:
        """Invoices are looked for by their amount, credit notes are not."""
        if not item.is_credit:
            of_currency = self._open_by_amount.setdefault(item.currency, {})
            of_currency[item.open] = _with(item, of_currency.get(item.open))

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
