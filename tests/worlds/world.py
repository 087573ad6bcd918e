"""A world under construction: customers, documents, payments, and per payment what a careful bookkeeper would book."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from random import Random
from typing import Final, Literal

from ledger.documents import DiscountTerms, Document, DocumentKind, ItemStatus, OpenItem
from ledger.money import Money
from ledger.party import Address, Counterparty, Customer, CustomerType
from ledger.sources import SourceRef
from ledger.statements import EntryDetail, EntryStatus, IdentifiedEntry, Remittance, StatementEntry
from tests.worlds import writing
from tests.worlds.numbers import CREDIT_NUMBERS, CUSTOMER_NUMBERS, INVOICE_NUMBERS, ORDER_NUMBERS, REFERENCES
from tests.worlds.parties import STRANGERS, Names, Party

#: auto: must be booked without a person; either: booked right or left; review: must be left; ignore: no receivable, may be left too.
Expect = Literal["auto", "either", "review", "ignore"]
#: Lines of a booking: kind, document (customer for on account), minor units; sorted.
Lines = tuple[tuple[str, str, int], ...]

START: Final = date(2026, 6, 1)
DAYS: Final = 70
UNTIL: Final = START + timedelta(days=DAYS + 60)
ACCOUNT: Final = "BE55734798953744"
_SOURCE: Final = SourceRef(system="world", name="world", document="0" * 64, place="")
#: Different amounts of a world, above which amounts recur.
_MOST_AMOUNTS: Final = 60_000
_WIDTHS: Final = (0, 0, 27, 32, 35, 53, 65, 140)


@dataclass(frozen=True)
class Truth:
    """What is right for one entry; ``story`` is its class."""

    story: str
    expect: Expect
    accept: tuple[Lines, ...]


@dataclass
class World:
    """One tenant's documents and bank entries with the truth about them."""

    random: Random
    country: str
    policy: dict[str, object] = field(default_factory=dict)
    customers: list[Customer] = field(default_factory=list)
    items: list[OpenItem] = field(default_factory=list)
    entries: list[IdentifiedEntry] = field(default_factory=list)
    truth: dict[str, Truth] = field(default_factory=dict)
    day: int = 0

    def __post_init__(self) -> None:
        r = self.random
        self.names = Names(r, self.country)
        self.series = r.sample(sorted(INVOICE_NUMBERS), r.choice([1, 1, 2]))
        self.credit_series = r.choice(sorted(CREDIT_NUMBERS))
        self.customer_series = r.choice(sorted(CUSTOMER_NUMBERS))
        self.order_series = r.choice(sorted(ORDER_NUMBERS))
        self.has_references = r.random() < 0.6
        self.width = r.choice(_WIDTHS)
        self.step = r.choice([1, 1, 2, 3])
        self.prices = [r.randrange(900, 60_000) for _ in range(12)] if r.random() < 0.3 else []
        self._counter = r.randrange(7, 400)
        self._gross: set[int] = set()
        self._numbers: set[str] = set()
        self.bare_numbers: set[str] = set()
        self.unfilled_numbers: set[str] = set()
        self._doubtful: dict[str, str] = {}

    # who and what

    @property
    def language(self) -> str:
        """One of the country's languages."""
        return self.random.choice(writing.LANGUAGES[self.country])

    def customer(self, *, known: bool = True, person: bool | None = None, name: str = "", iban: str = "") -> Party:
        """A customer of a name that nobody else has, unless one is given."""
        r = self.random
        last = self.names.last()
        first = self.names.first() if (r.random() < 0.5 if person is None else person) else ""
        called = name or (f"{first} {last}" if first else self.names.company(last))
        customer_id = CUSTOMER_NUMBERS[self.customer_series](len(self.customers))
        party = Party(customer_id, called, first, last, iban or self.names.iban(), known)
        self.customers.append(
            Customer(
                customer_id=customer_id,
                name=called,
                type=CustomerType.CONSUMER if first else CustomerType.BUSINESS,
                email="",
                language=self.language,
                address=Address(),
                ibans=(party.iban,) if known else (),
                source=_SOURCE,
            )
        )
        return party

    def amount(self, low: int = 1_500, high: int = 400_000) -> int:
        """Minor units that no other document has; from the price list where the tenant has one, now and then."""
        if self.prices and self.random.random() < 0.3:
            return self.random.choice(self.prices)
        return self.own_amount(low, high)

    def own_amount(self, low: int = 1_500, high: int = 400_000) -> int:
        """Minor units that no other document has (in a very large world: hardly any other)."""
        while True:
            minor = int(low * (high / low) ** self.random.random())
            if minor not in self._gross or len(self._gross) > _MOST_AMOUNTS:
                self._gross.add(minor)
                return minor

    def invoice(
        self,
        party: Party,
        minor: int,
        *,
        ago: int | None = None,
        paid: int = 0,
        discount: tuple[int, int] | None = None,
        order: str = "",
        reference: bool = True,
        series: int | None = None,
    ) -> Document:
        """An invoice issued ``ago`` days before today; ``discount``: basis points and days; ``paid``: by the portal."""
        return self._document(party, minor, DocumentKind.INVOICE, ago, paid, discount, order, "", reference, series)

    def credit(self, party: Party, minor: int, *, corrects: str = "", ago: int = 3) -> Document:
        """A credit note."""
        return self._document(party, minor, DocumentKind.CREDIT_NOTE, ago, 0, None, "", corrects, False, None)

    def _document(
        self,
        party: Party,
        minor: int,
        kind: DocumentKind,
        ago: int | None,
        paid: int,
        discount: tuple[int, int] | None,
        order: str,
        corrects: str,
        reference: bool,
        series: int | None,
    ) -> Document:
        r = self.random
        issued = START + timedelta(days=self.day - (r.randrange(5, 40) if ago is None else ago))
        if kind is DocumentKind.INVOICE:
            numbering = INVOICE_NUMBERS[
                self.series[(r.randrange(len(self.series)) if series is None else series) % len(self.series)]
            ]
        else:
            numbering = CREDIT_NUMBERS[self.credit_series]
        number = ""
        while not number or number in self._numbers:
            self._counter += r.randrange(1, self.step + 1)
            number = numbering(self._counter, issued.month)
        self._numbers.add(number)
        self.bare_numbers.add(bare(number))
        self.unfilled_numbers.add(unfilled(number))
        document = Document(
            number=number,
            kind=kind,
            customer_id=party.customer_id,
            issued_on=issued,
            due_on=issued + timedelta(days=30),
            gross=Money(minor, "EUR"),
            settled_at_source=Money(paid, "EUR"),
            creditor_reference=REFERENCES[self.country](self._counter) if reference and self.has_references else "",
            order_number=order or ORDER_NUMBERS[self.order_series](self._counter + 17),
            corrects=corrects,
            discount=DiscountTerms(basis_points=discount[0], until=issued + timedelta(days=discount[1]))
            if discount
            else None,
            source=_SOURCE,
        )
        self.items.append(
            OpenItem(
                document=document,
                open=document.gross - document.settled_at_source,
                status=ItemStatus.OPEN,
                dunning_level=0,
                mandate_reference="",
                blocked_by="",
            )
        )
        return document

    def others(self, party: Party, most: int, *, besides: tuple[int, ...] = ()) -> list[Document]:
        """Some more open invoices of the party, in which no sum comes near ``besides`` by accident."""
        count = self.random.randrange(most + 1)
        while True:
            amounts = [self.own_amount() for _ in range(count)]
            if not any(self.sums_near([*amounts], target) for target in besides):
                return [self.invoice(party, amount) for amount in amounts]

    @staticmethod
    def sums_near(amounts: list[int], target: int) -> int:
        """Sets of amounts whose sum is within 10 minor units, or an early-payment discount, of the target."""
        return sum(
            1
            for size in range(1, len(amounts) + 1)
            for chosen in combinations(amounts, size)
            if abs(sum(chosen) - target) <= 10
        )

    # what arrives

    def pays(
        self,
        story: str,
        expect: Expect,
        accept: list[list[tuple[str, str, int]]],
        minor: int,
        text: str = "",
        *,
        by: Party | None = None,
        name: str | None = None,
        iban: str | None = None,
        structured: str = "",
        end_to_end: str = "",
        after: int = 0,
        code: str = "",
        details: tuple[EntryDetail, ...] = (),
        returned: str = "",
        plain: bool = False,
    ) -> str:
        """An entry ``after`` days from today, from the party or from a stranger; digits of other systems beside the text unless ``plain``."""
        r = self.random
        if text and not plain and r.random() < 0.35:
            said = r.choice([writing.clutter(r), writing.clutter(r), writing.small_talk(r, self.language)])
            text = f"{text} {said}" if r.random() < 0.7 else f"{said} {text}"
        if r.random() < 0.15:
            text = text.upper()
        if r.random() < 0.1:
            text = text.replace(" ", "  ")
        if name is None:
            name = self.names.as_banked(by) if by is not None else r.choice(STRANGERS)
        if iban is None:
            iban = by.iban if by is not None else self.names.iban()
        booked = START + timedelta(days=self.day + after)
        entry_id = f"E{len(self.entries) + 1:05d}"
        entry = StatementEntry(
            account=ACCOUNT,
            booked_on=booked,
            value_on=booked,
            amount=Money(minor, "EUR"),
            balance=None,
            position=len(self.entries) + 1,
            status=EntryStatus.BOOKED,
            counterparty=Counterparty(name=name, iban=iban),
            remittance=Remittance(
                unstructured=writing.broken(text, self.width), creditor_references=(structured,) if structured else ()
            ),
            source=_SOURCE,
            bank_reference=entry_id,
            end_to_end_id=end_to_end,
            transaction_code=code,
            return_reason=returned,
            details=details,
        )
        self.entries.append(IdentifiedEntry(entry_id=entry_id, entry=entry))
        self.truth[entry_id] = Truth(story, expect, tuple(tuple(sorted(lines)) for lines in accept))
        return entry_id

    def doubtful(self, entry_id: str, written: str) -> None:
        """What was written is no number any more. If it turns out to be another document's, the entry need not be booked; one that was to
        be left, and for which nothing is right, goes."""
        self._doubtful[entry_id] = written

    def finish(self) -> World:
        """Entries in the order of their days, and second thoughts about what was written."""
        keys: dict[str, int] = {}
        for item in self.items:
            for key in {bare(item.document.number), digits(item.document.number), bare(item.document.order_number)}:
                keys[key] = keys.get(key, 0) + 1
        gone: set[str] = set()
        for entry_id, written in self._doubtful.items():
            if not keys.get(bare(written), 0) + keys.get(digits(written), 0):
                continue
            truth = self.truth[entry_id]
            if truth.accept:
                self.truth[entry_id] = Truth(truth.story, "either", truth.accept)
            else:
                gone.add(entry_id)
        self.entries = [each for each in self.entries if each.entry_id not in gone]
        self.entries.sort(key=lambda each: (each.entry.booked_on, each.entry.position))
        return self


def bare(number: str) -> str:
    """Letters and digits of a number."""
    return "".join(each for each in number.upper() if each.isalnum())


def digits(number: str) -> str:
    """Digits of a number."""
    return "".join(each for each in number if each.isdigit())


def unfilled(number: str) -> str:
    """A number without separators and without the zeros that fill its runs of digits up: who drops these has made no mistake."""
    return bare(re.sub(r"(?<![0-9])0+(?=[0-9])", "", number))
