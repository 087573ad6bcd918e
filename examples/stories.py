"""What can happen to an invoice between a seller and a customer, one function a story.

A story adds customers, bills and movements to the world, and says beside each movement what a careful bookkeeper would
book from the evidence there is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from examples import check_digits
from examples.countries import Wording
from examples.world import (
    Bill,
    BillKind,
    Customer,
    Discount,
    ExpectedStatus,
    Mandate,
    Movement,
    PlannedLine,
    World,
)

#: Attempts to find a name or an amount that nobody has yet; a large world may repeat some.
_ATTEMPTS: Final = 6
#: Terms of payment in days.
_TERMS: Final = (14, 30, 30)
#: Days after the business date on which invoices under a mandate fall due: some are handed to the bank on that date, the
#: others are announced then.
_DUE_AFTER_DAYS: Final = (7, 2, 8, 2, 9, 2, 7)
#: The largest difference that is written off without a word (contract.md, defaults), in cents.
_WRITE_OFF_MINOR: Final = 5


@dataclass(slots=True, kw_only=True)
class Composer:
    """What a story works with: the world so far, chance from a seed, the days with a statement and the business date."""

    world: World
    chance: random.Random
    days: Sequence[date]
    as_of: date
    pool: list[Customer] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    amounts: set[int] = field(default_factory=set)

    def account(self) -> tuple[str, str]:
        """A valid IBAN and the BIC of its bank."""
        bank = self.chance.choice(self.world.country.banks)
        bban = self.world.country.account(bank.code, self.chance.randrange(1_000_000, 9_999_999))
        return check_digits.iban(self.world.country.code, bban), bank.bic

    def _name(self, business: bool) -> str:
        country, pick = self.world.country, self.chance.choice
        name = ""
        for attempt in range(_ATTEMPTS):
            last = pick(country.last_names)
            if business:
                middle = f"{last} {pick(country.places)[1]}" if attempt else last
                name = f"{pick(country.trades)} {middle} {pick(country.forms)}"
            else:
                name = f"{pick(country.first_names)} {last}" + (f"-{pick(country.last_names)}" if attempt else "")
            if name not in self.names:
                break
        self.names.add(name)
        return name

    def new_customer(self, iban_known: bool | None = None) -> Customer:
        """A customer that no other story uses. ``iban_known`` None: chance decides."""
        country, pick = self.world.country, self.chance.choice
        business = self.chance.random() < 0.6
        iban, bic = self.account()
        postcode, city = pick(country.places)
        customer = Customer(
            customer_id=f"C{10001 + len(self.world.customers)}",
            name=self._name(business),
            business=business,
            language=pick(country.languages),
            street=f"{pick(country.streets)} {self.chance.randrange(1, 200)}",
            postcode=postcode,
            city=city,
            iban=iban,
            bic=bic,
            iban_known=self.chance.random() < 0.75 if iban_known is None else iban_known,
        )
        self.world.customers.append(customer)
        return customer

    def customer(self) -> Customer:
        """One of the regular customers, who may have several invoices."""
        return self.chance.choice(self.pool)

    def wording(self, customer: Customer) -> Wording:
        """How this customer writes."""
        return self.world.country.wording[customer.language]

    def amount(self, customer: Customer) -> int:
        """An invoice total in cents, not used before as far as possible."""
        low, high = (18_000, 640_000) if customer.business else (2_400, 96_000)
        minor = self.chance.randrange(low, high)
        for _ in range(_ATTEMPTS):
            if minor not in self.amounts:
                break
            minor = self.chance.randrange(low, high)
        self.amounts.add(minor)
        return minor

    def day(self) -> date:
        """A day with a bank statement."""
        return self.chance.choice(self.days)

    def two_days(self) -> tuple[date, date]:
        """Two different days with bank statements, the earlier one first."""
        first, second = sorted(self.chance.sample(self.days, 2))
        return first, second

    def invoice(
        self,
        customer: Customer,
        issued_on: date,
        *,
        minor: int | None = None,
        due_on: date | None = None,
        discount: Discount | None = None,
    ) -> Bill:
        """An invoice in the world; ``minor`` None: chance sets the total."""
        bill = Bill(
            kind=BillKind.INVOICE,
            customer=customer,
            issued_on=issued_on,
            due_on=due_on or issued_on + timedelta(days=self.chance.choice(_TERMS)),
            minor=self.amount(customer) if minor is None else minor,
            discount=discount,
            order_number=f"{self.chance.choice(('SO', 'WEB'))}{self.chance.randrange(100_000, 999_999)}",
        )
        self.world.bills.append(bill)
        return bill

    def invoice_before(self, customer: Customer, day: date, minor: int | None = None) -> Bill:
        """An invoice issued four to 32 days before ``day``; ``minor`` None: chance sets the total."""
        return self.invoice(customer, day - timedelta(days=self.chance.randrange(4, 33)), minor=minor)

    def credit_note(self, invoice: Bill, issued_on: date, minor: int) -> Bill:
        """A credit note that corrects ``invoice``."""
        note = Bill(
            kind=BillKind.CREDIT_NOTE,
            customer=invoice.customer,
            issued_on=issued_on,
            due_on=issued_on,
            minor=minor,
            corrects=invoice,
        )
        self.world.bills.append(note)
        return note

    def pay(
        self,
        story: str,
        day: date,
        minor: int,
        lines: Sequence[PlannedLine],
        *,
        words: str = "",
        bills: Sequence[Bill] = (),
        status: ExpectedStatus = ExpectedStatus.MATCHED,
    ) -> Movement:
        """A transfer by the customer of the first line. Without ``words`` the reference of the first bill is structured."""
        payer = lines[0].customer
        # Banks pass on what the payer's bank has: some names come in capitals.
        name = payer.name.upper() if self.chance.random() < 0.2 else payer.name
        movement = Movement(
            story=story,
            day=day,
            minor=minor,
            name=name,
            iban=payer.iban,
            bic=payer.bic,
            words=words,
            structured=not words,
            bills=tuple(bills),
            status=status,
            lines=tuple(lines),
        )
        self.world.movements.append(movement)
        return movement


def _payment(bill: Bill, minor: int) -> PlannedLine:
    return PlannedLine(kind="payment", bill=bill, customer=bill.customer, minor=minor)


def _on_account(customer: Customer, minor: int) -> PlannedLine:
    return PlannedLine(kind="on_account", bill=None, customer=customer, minor=minor)


def structured(c: Composer) -> None:
    """Paid to the cent with the structured reference."""
    day = c.day()
    bill = c.invoice_before(c.customer(), day)
    c.pay("structured", day, bill.minor, [_payment(bill, bill.minor)], bills=[bill])


def structured_in_text(c: Composer) -> None:
    """The structured reference typed into the free text as it is printed."""
    day = c.day()
    bill = c.invoice_before(c.customer(), day)
    c.pay("structured_in_text", day, bill.minor, [_payment(bill, bill.minor)], words="{printed}", bills=[bill])


def number_in_text(c: Composer) -> None:
    """The invoice number in free text, in one of many spellings."""
    day = c.day()
    bill = c.invoice_before(c.customer(), day)
    words = c.chance.choice(c.wording(bill.customer).number)
    c.pay("number_in_text", day, bill.minor, [_payment(bill, bill.minor)], words=words, bills=[bill])


def partial(c: Composer) -> None:
    """A part is paid; the rest stays open."""
    day = c.day()
    bill = c.invoice_before(c.customer(), day)
    part = bill.minor * c.chance.choice((30, 40, 50)) // 100
    words = c.wording(bill.customer).partial.replace("{numbers}", "{number}")
    c.pay("partial", day, part, [_payment(bill, part)], words=words, bills=[bill])


def partial_then_rest(c: Composer) -> None:
    """Paid in two parts, both with the reference."""
    first, second = c.two_days()
    bill = c.invoice_before(c.customer(), first)
    part = bill.minor * c.chance.choice((40, 50, 60)) // 100
    c.pay("partial_then_rest", first, part, [_payment(bill, part)], bills=[bill])
    c.pay("partial_then_rest", second, bill.minor - part, [_payment(bill, bill.minor - part)], bills=[bill])


def overpaid(c: Composer) -> None:
    """More is paid than is open: the rest stays on the customer's account."""
    day = c.day()
    bill = c.invoice_before(c.customer(), day)
    more = c.chance.randrange(500, 6_000)
    lines = [_payment(bill, bill.minor), _on_account(bill.customer, more)]
    c.pay("overpaid", day, bill.minor + more, lines, bills=[bill])


def paid_twice(c: Composer) -> None:
    """The same invoice is paid twice: the second time stays on the customer's account."""
    first, second = c.two_days()
    bill = c.invoice_before(c.customer(), first)
    c.pay("paid_twice", first, bill.minor, [_payment(bill, bill.minor)], bills=[bill])
    c.pay("paid_twice", second, bill.minor, [_on_account(bill.customer, bill.minor)], bills=[bill])


def paid_at_portal(c: Composer) -> None:
    """Settled in the shop by its own gateway; the bank never sees it."""
    bill = c.invoice_before(c.customer(), c.day())
    bill.paid_minor = bill.minor


def partly_at_portal(c: Composer) -> None:
    """A voucher settled a part in the shop, a transfer the rest."""
    day = c.day()
    bill = c.invoice_before(c.customer(), day)
    bill.paid_minor = bill.minor // 4
    rest = bill.minor - bill.paid_minor
    c.pay("partly_at_portal", day, rest, [_payment(bill, rest)], bills=[bill])


def portal_and_bank(c: Composer) -> None:
    """Settled in the shop and then paid by transfer as well."""
    day = c.day()
    bill = c.invoice_before(c.customer(), day)
    bill.paid_minor = bill.minor
    c.pay("portal_and_bank", day, bill.minor, [_on_account(bill.customer, bill.minor)], bills=[bill])


def _listed(c: Composer, story: str, count: int) -> None:
    day, customer = c.day(), c.customer()
    bills = [c.invoice_before(customer, day) for _ in range(count)]
    wording = c.wording(customer)
    movement = c.pay(
        story,
        day,
        sum(bill.minor for bill in bills),
        [_payment(bill, bill.minor) for bill in bills],
        words=wording.several,
        bills=bills,
    )
    movement.glue = c.chance.choice(wording.glue)


def two_listed(c: Composer) -> None:
    """One transfer for two invoices, both named."""
    _listed(c, "two_listed", 2)


def three_listed(c: Composer) -> None:
    """One transfer for three invoices, all named."""
    _listed(c, "three_listed", 3)


def credit_netted(c: Composer) -> None:
    """A credit note comes before the payment, which is less by that much."""
    day = c.day()
    bill = c.invoice_before(c.customer(), day)
    note = c.credit_note(bill, bill.issued_on + timedelta(days=2), bill.minor * c.chance.choice((10, 20, 25)) // 100)
    rest = bill.minor - note.minor
    c.pay("credit_netted", day, rest, [_payment(bill, rest)], bills=[bill])


def credit_refunded(c: Composer) -> None:
    """A credit note comes after the payment, and the seller pays it back."""
    first, second = c.two_days()
    bill = c.invoice_before(c.customer(), first)
    c.pay("credit_refunded", first, bill.minor, [_payment(bill, bill.minor)], bills=[bill])
    # Issued after the day of the payment: until then it would have been set off against the open invoice.
    issued_on = first + timedelta(days=((second - first).days + 1) // 2)
    note = c.credit_note(bill, issued_on, bill.minor * c.chance.choice((15, 30)) // 100)
    line = PlannedLine(kind="refund", bill=note, customer=bill.customer, minor=note.minor)
    c.pay("credit_refunded", second, -note.minor, [line], words=c.world.country.refund, bills=[note])


def _discounted(c: Composer, paid_after_days: int) -> tuple[Bill, date, int]:
    country, day = c.world.country, c.day()
    issued_on = day - timedelta(days=paid_after_days)
    terms = Discount(
        basis_points=country.discount_basis_points, until=issued_on + timedelta(days=country.discount_days)
    )
    bill = c.invoice(c.customer(), issued_on, due_on=issued_on + timedelta(days=30), discount=terms)
    return bill, day, (bill.minor * terms.basis_points + 5_000) // 10_000


def discount_taken(c: Composer) -> None:
    """Paid within the term, less the early-payment discount."""
    bill, day, off = _discounted(c, c.chance.randrange(2, c.world.country.discount_days))
    lines = [
        _payment(bill, bill.minor - off),
        PlannedLine(kind="discount", bill=bill, customer=bill.customer, minor=off),
    ]
    words = c.wording(bill.customer).discount.replace("{numbers}", "{number}")
    c.pay("discount_taken", day, bill.minor - off, lines, words=words, bills=[bill])


def discount_late(c: Composer) -> None:
    """The discount is taken long after its term: what was held back stays open."""
    bill, day, off = _discounted(c, c.world.country.discount_days + 9)
    words = c.wording(bill.customer).discount.replace("{numbers}", "{number}")
    lines = [_payment(bill, bill.minor - off)]
    c.pay(
        "discount_late",
        day,
        bill.minor - off,
        lines,
        words=words,
        bills=[bill],
        status=ExpectedStatus.EITHER,
    )


def discount_not_taken(c: Composer) -> None:
    """The invoice offers a discount and is paid in full."""
    bill, day, _ = _discounted(c, c.chance.randrange(11, 32))
    c.pay("discount_not_taken", day, bill.minor, [_payment(bill, bill.minor)], bills=[bill])


def rounding(c: Composer) -> None:
    """A few cents are missing."""
    day = c.day()
    bill = c.invoice_before(c.customer(), day)
    missing = c.chance.randrange(1, _WRITE_OFF_MINOR + 1)
    lines = [
        _payment(bill, bill.minor - missing),
        PlannedLine(kind="write_off", bill=bill, customer=bill.customer, minor=missing),
    ]
    c.pay("rounding", day, bill.minor - missing, lines, bills=[bill])


def known_payer(c: Composer) -> None:
    """No reference at all, but a known account, one open invoice and its very amount."""
    day = c.day()
    bill = c.invoice_before(c.new_customer(iban_known=True), day)
    words = c.chance.choice(c.wording(bill.customer).thanks)
    c.pay("known_payer", day, bill.minor, [_payment(bill, bill.minor)], words=words, status=ExpectedStatus.EITHER)


def number_with_typo(c: Composer) -> None:
    """Two digits of the invoice number are swapped; account and amount are right."""
    day = c.day()
    bill = c.invoice_before(c.new_customer(iban_known=True), day)
    c.pay(
        "number_with_typo",
        day,
        bill.minor,
        [_payment(bill, bill.minor)],
        words="{typo}",
        bills=[bill],
        status=ExpectedStatus.EITHER,
    )


def equal_invoices(c: Composer) -> None:
    """Two open invoices of the same amount and a transfer that names neither: nobody can know."""
    day, customer = c.day(), c.new_customer(iban_known=True)
    first = c.invoice_before(customer, day)
    c.invoice_before(customer, day, minor=first.minor)
    words = c.chance.choice(c.wording(customer).thanks)
    c.pay(
        "equal_invoices",
        day,
        first.minor,
        [_payment(first, first.minor)],
        words=words,
        status=ExpectedStatus.REVIEW,
    )


def unknown_payer(c: Composer) -> None:
    """Money from somebody nobody knows, for nothing anybody sent."""
    stranger = c.new_customer()
    c.world.customers.pop()
    c.world.movements.append(
        Movement(
            story="unknown_payer",
            day=c.days[-1],
            minor=c.chance.randrange(1_500, 90_000),
            name=stranger.name,
            iban=stranger.iban,
            bic=stranger.bic,
            words=c.chance.choice(c.wording(stranger).thanks),
            status=ExpectedStatus.REVIEW,
        )
    )


def overdue(c: Composer) -> None:
    """Past its due date and not paid."""
    due_on = c.as_of - timedelta(days=c.chance.choice((2, 4, 6, 9, 12, 16, 21, 27, 34, 43, 55, 68)))
    c.invoice(c.customer(), due_on - timedelta(days=30), due_on=due_on)


def not_due(c: Composer) -> None:
    """Issued lately and not paid yet."""
    due_on = c.as_of + timedelta(days=c.chance.randrange(1, 28))
    c.invoice(c.customer(), due_on - timedelta(days=30), due_on=due_on)


def mandate(c: Composer) -> None:
    """A customer with a mandate: one invoice collected long ago, one that falls due in the next days."""
    customer = c.new_customer(iban_known=True)
    number = len(c.world.mandates) + 1
    business_scheme = customer.business and number % 3 == 0
    c.world.mandates.append(
        Mandate(
            reference=f"MND{number:06d}",
            customer=customer,
            scheme="B2B" if business_scheme else "CORE",
            type="one_off" if number % 7 == 0 else "recurrent",
            signed_on=c.as_of - timedelta(days=c.chance.randrange(90, 700)),
            status="revoked" if number % 9 == 0 else "active",
        )
    )
    settled = c.invoice(customer, c.as_of - timedelta(days=c.chance.randrange(60, 75)))
    settled.paid_minor = settled.minor
    due_on = c.as_of + timedelta(days=_DUE_AFTER_DAYS[number % len(_DUE_AFTER_DAYS)])
    c.invoice(customer, due_on - timedelta(days=14), due_on=due_on)


@dataclass(frozen=True, slots=True)
class Story:
    """A story and the number of invoices it adds each time it is told."""

    tell: Callable[[Composer], None]
    invoices: int


#: Every story by its name. ``structured`` also fills a world up to its size.
STORIES: Final[Mapping[str, Story]] = {
    "structured": Story(structured, 1),
    "structured_in_text": Story(structured_in_text, 1),
    "number_in_text": Story(number_in_text, 1),
    "partial": Story(partial, 1),
    "partial_then_rest": Story(partial_then_rest, 1),
    "overpaid": Story(overpaid, 1),
    "paid_twice": Story(paid_twice, 1),
    "paid_at_portal": Story(paid_at_portal, 1),
    "partly_at_portal": Story(partly_at_portal, 1),
    "portal_and_bank": Story(portal_and_bank, 1),
    "two_listed": Story(two_listed, 2),
    "three_listed": Story(three_listed, 3),
    "credit_netted": Story(credit_netted, 1),
    "credit_refunded": Story(credit_refunded, 1),
    "discount_taken": Story(discount_taken, 1),
    "discount_late": Story(discount_late, 1),
    "discount_not_taken": Story(discount_not_taken, 1),
    "rounding": Story(rounding, 1),
    "known_payer": Story(known_payer, 1),
    "number_with_typo": Story(number_with_typo, 1),
    "equal_invoices": Story(equal_invoices, 2),
    "unknown_payer": Story(unknown_payer, 0),
    "overdue": Story(overdue, 1),
    "not_due": Story(not_due, 1),
    "mandate": Story(mandate, 2),
}

#: How often a story is told for each invoice of a small world to look at: everything is there, and some of it is unpaid.
DEMO_SHARES: Final[Mapping[str, float]] = {
    "structured_in_text": 0.03,
    "number_in_text": 0.14,
    "partial": 0.03,
    "partial_then_rest": 0.02,
    "overpaid": 0.02,
    "paid_twice": 0.015,
    "paid_at_portal": 0.05,
    "partly_at_portal": 0.015,
    "portal_and_bank": 0.01,
    "two_listed": 0.02,
    "three_listed": 0.01,
    "credit_netted": 0.02,
    "credit_refunded": 0.015,
    "discount_taken": 0.02,
    "rounding": 0.02,
    "known_payer": 0.03,
    "number_with_typo": 0.01,
    "equal_invoices": 0.01,
    "unknown_payer": 0.01,
    "overdue": 0.09,
    "not_due": 0.08,
    "mandate": 0.05,
}

#: The same for a large world to measure with: nearly every invoice meets a bank entry.
SCALE_SHARES: Final[Mapping[str, float]] = {
    **DEMO_SHARES,
    "paid_at_portal": 0.02,
    "overdue": 0.02,
    "not_due": 0.02,
    "mandate": 0.004,
    "unknown_payer": 0.005,
    "equal_invoices": 0.004,
}

#: Germans take Skonto more often, and try it too late.
SKONTO_SHARES: Final[Mapping[str, float]] = {
    "discount_taken": 0.09,
    "discount_late": 0.01,
    "discount_not_taken": 0.04,
}
