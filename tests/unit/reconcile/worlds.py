"""Labelled worlds made from a seed: number patterns, spellings and classes of our own, to see that nothing rests on one tenant's habits.

Every case brings its own customer and documents, writes what a payer might write, and says what a careful bookkeeper would book:
``auto`` must be booked so or left, never otherwise; ``review`` must be left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from ledger.references import kenmerk_check_digit
from tests.unit.reconcile.desk import Desk, Line

Numbering = Callable[[int], str]

#: Numbers by how many documents there were before.
NUMBERINGS: dict[str, Numbering] = {
    "year and counter": lambda n: f"RE-2026-{n + 2063:05d}",
    "four digits": lambda n: f"{n + 1042}",
    "glued year": lambda n: f"2026{n + 187:04d}",
    "prefix and counter": lambda n: f"INV{n + 10234:05d}",
    "short year first": lambda n: f"26/{n + 42:04d}",
    "short year last": lambda n: f"{n + 42:04d}/26",
    "month inside": lambda n: f"VF-26.{n // 200 + 5:02d}-{n % 200 + 1:03d}",
    "six digits": lambda n: f"{n + 100871}",
    "prefix glued": lambda n: f"F2026{n + 612:04d}",
    "letters behind": lambda n: f"2026-{n + 118:04d}-BE",
    "look-alike prefix": lambda n: f"OI-{n + 9871:05d}",
    "long path": lambda n: f"SCI/26/{n + 331:05d}",
    "year and no zeros": lambda n: f"2026-{n + 871}",
}
REFERENCES: dict[str, Callable[[int], str]] = {
    "none": lambda _: "",
    "ogm": lambda n: f"{4_000_000 + n * 7:010d}{(4_000_000 + n * 7) % 97 or 97:02d}",
    "rf": lambda n: f"RF{iso11649_check(str(71_000 + n * 3))}{71_000 + n * 3}",
    "kenmerk": lambda n: kenmerk_check_digit(f"{880_000 + n * 13:015d}") + f"{880_000 + n * 13:015d}",
}
CUSTOMER_IDS: dict[str, Callable[[int], str]] = {
    "letter": lambda n: f"K-{n + 1000}",
    "digits": lambda n: f"{n + 40011}",
    "like invoices": lambda n: f"{n + 1042}",
}
FIRST = [
    "Anna", "Bram", "Carla", "Dirk", "Elif", "Femke", "Güney", "Hélène", "Ivo", "Jörg", "Käthe", "Lotte", "Maarten",
    "Noël", "Oscar", "Petra", "Rémi", "Søren", "Tim", "Ursula", "Wout", "Yara", "Zoë",
]  # fmt: skip
LAST = [
    "Aelbrecht", "Bäcker", "Coussement", "Dhondt", "Engelhardt", "Fischbach", "Größl", "Hermans", "Iserentant",
    "Jägermann", "Königs", "Lambrecht", "Müllenborn", "Nijssen", "Oosterlinck", "Pauwels", "Quaghebeur", "Rösler",
    "Schröder", "Teirlinck", "Uytterhoeven", "Verstraeten", "Wouters", "Zwartjes", "Meersschaert", "Vandecasteele",
    "Blömer", "Kühnel",
]  # fmt: skip
TRADES = [
    "Bouw", "Dakwerken", "Elektro", "Garten", "Holzbau", "Installatie", "Keukens", "Logistik", "Metaal", "Optik",
    "Papier", "Schreinerei", "Textil", "Verlag", "Wonen", "Zimmerei",
]  # fmt: skip
FORMS = ["BV", "NV", "GmbH", "GmbH & Co. KG", "SRL", "VOF", "e.K.", "AG"]
INTRODUCTIONS = [
    "factuur",
    "Factuurnr.",
    "fact nr",
    "Rechnung",
    "Rg.-Nr.",
    "RNR",
    "invoice",
    "inv.",
    "facture n°",
    "uw kenmerk",
    "betreft",
    "Beleg",
]
SMALL_TALK = [
    "",
    "",
    "",
    " mit freundlichen Grüßen",
    " merci",
    " dd 04/06/2026",
    " vom 12.06.2026",
    " tel 0478123456",
    " dank u",
]


def iso11649_check(body: str) -> str:
    return f"{98 - int(''.join(str(int(each, 36)) for each in body + 'RF00')) % 97:02d}"


@dataclass
class Truth:
    label: str
    expect: str
    accept: list[list[Line]]


@dataclass
class World:
    """A world under construction; ``truth`` by entry."""

    random: Random
    numbering: Numbering
    reference: Callable[[int], str]
    customer_id: Callable[[int], str]
    desk: Desk = field(default_factory=Desk)
    truth: dict[str, Truth] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    prices: Sequence[str] = ()
    day: int = 5

    def name(self) -> str:
        while True:
            if self.random.random() < 0.5:
                name = f"{self.random.choice(FIRST)} {self.random.choice(['', '', 'van ', 'De '])}{self.random.choice(LAST)}"
            else:
                name = f"{self.random.choice(LAST)} {self.random.choice(TRADES)} {self.random.choice(FORMS)}"
            if len(self.names) > 2_000:
                name = f"{self.random.choice(LAST)}-{name}" + self.random.choice("BCDFGHKLMNPRSTVW") * 2
            if name not in self.names:
                self.names.add(name)
                return name

    def iban(self) -> str:
        return f"BE{self.random.randrange(10**13, 10**14)}"

    def amount(self) -> str:
        """Any amount; in a world with prices one of these."""
        if self.prices:
            return self.random.choice(self.prices)
        return f"{self.random.randrange(2_000, 400_000) / 100:.2f}"

    def new_customer(self, *, known: bool) -> tuple[str, str, str]:
        """Id, name and account; the account stands in the master data when ``known``."""
        name, iban = self.name(), self.iban()
        customer_id = self.customer_id(len(self.desk.customers))
        self.desk.customer(customer_id, name, *([iban] if known else []))
        return customer_id, name, iban

    def new_document(self, customer_id: str, amount: str, **more: object) -> str:
        n = len(self.desk.items)
        return self.desk.document(
            self.numbering(n),
            customer_id,
            amount,
            reference=self.reference(n),
            order=f"WEB{n * 17 + 300871}",
            **more,  # type: ignore[arg-type]
        )

    def pays(self, label: str, expect: str, accept: list[list[Line]], amount: str, *text: str, **more: object) -> None:
        entry_id = self.desk.pays(amount, *text, day=self.day, **more)  # type: ignore[arg-type]
        self.truth[entry_id] = Truth(label, expect, [sorted(each) for each in accept])

    def written(self, number: str) -> str:
        """A document number as people write it: other separators, case, letters for digits, a stray blank."""
        way = self.random.randrange(7)
        if way == 1:
            number = number.lower()
        elif way == 2:
            number = number.replace("-", " ").replace("/", " ").replace(".", " ")
        elif way == 3:
            number = number.replace("-", "").replace("/", "").replace(".", "")
        elif way == 4:
            number = number.replace("-", " - ").replace("/", " / ")
        elif way == 5 and len(number) > 7:
            at = self.random.randrange(2, len(number) - 1)
            number = number[:at] + " " + number[at:]
        elif way == 6 and len(number) > 7 and "0" in number[-4:]:
            number = number[:-4] + number[-4:].replace("0", "O", 1)
        return f"{self.random.choice(INTRODUCTIONS)} {number}{self.random.choice(SMALL_TALK)}"

    def spelled(self, name: str) -> str:
        """A name as banks print it."""
        way = self.random.randrange(6)
        if way == 0:
            return name.upper()
        if way == 1:
            for umlaut, letters in zip("äöüßøé", ("ae", "oe", "ue", "ss", "oe", "e"), strict=True):
                name = name.replace(umlaut, letters)
            return name
        if way == 2:
            first, _, rest = name.partition(" ")
            return f"{first[0]}. {rest}" if first in FIRST else name
        if way == 3:
            first, _, rest = name.partition(" ")
            return f"{rest} {first}" if first in FIRST else name[:35]
        return name


def cents(text: str) -> int:
    return round(float(text) * 100)


def text_of(minor: int) -> str:
    return f"{minor / 100:.2f}"


def paid(number: str, amount: str) -> Line:
    return ("payment", number, amount)


# cases: each adds one or more payments


def exact(world: World) -> None:
    customer, name, iban = world.new_customer(known=world.random.random() < 0.5)
    amount = world.amount()
    number = world.new_document(customer, amount)
    world.pays(
        "exact", "auto", [[paid(number, amount)]], amount, world.written(number), name=world.spelled(name), iban=iban
    )


def third_party(world: World) -> None:
    customer, _, _ = world.new_customer(known=True)
    amount = world.amount()
    number = world.new_document(customer, amount)
    world.pays(
        "third party",
        "auto",
        [[paid(number, amount)]],
        amount,
        f"factuur {number}",
        name="Greenwood Ltd",
        iban=world.iban(),
    )


def structured(world: World) -> None:
    customer, name, iban = world.new_customer(known=False)
    amount = world.amount()
    number = world.new_document(customer, amount)
    reference = world.desk.items[-1].document.creditor_reference
    if not reference:
        return
    text = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
    if world.random.random() < 0.5:
        world.pays("structured", "auto", [[paid(number, amount)]], amount, reference=reference, name=name, iban=iban)
    else:
        world.pays(
            "structured text", "auto", [[paid(number, amount)]], amount, f"ref {text} dank", name=name, iban=iban
        )


def part_then_rest_then_again(world: World) -> None:
    customer, name, iban = world.new_customer(known=False)
    total = cents(world.amount()) + 1_000
    number = world.new_document(customer, text_of(total))
    part = total * 3 // 10
    text = f"Rechnung {number}"
    world.pays("part", "auto", [[paid(number, text_of(part))]], text_of(part), text, name=name, iban=iban)
    world.pays(
        "rest",
        "auto",
        [[paid(number, text_of(total - part))]],
        text_of(total - part),
        f"rest {text}",
        name=name,
        iban=iban,
    )
    again = [("on_account", customer, text_of(total))]
    world.pays("again", "auto", [again], text_of(total), text, name=name, iban=iban)


def too_much(world: World) -> None:
    customer, name, iban = world.new_customer(known=False)
    amount = cents(world.amount())
    number = world.new_document(customer, text_of(amount))
    lines = [paid(number, text_of(amount)), ("on_account", customer, "17.50")]
    world.pays("too much", "auto", [lines], text_of(amount + 1750), f"invoice {number}", name=name, iban=iban)


def discount(world: World) -> None:
    customer, name, iban = world.new_customer(known=False)
    total = cents(world.amount())
    number = world.new_document(customer, text_of(total), discount=(200, 14))
    off = (total * 2 + 50) // 100
    lines = [paid(number, text_of(total - off)), ("discount", number, text_of(off))]
    world.pays(
        "discount", "auto", [lines], text_of(total - off), f"Rechnung {number} abzgl. Skonto", name=name, iban=iban
    )


def several(world: World) -> None:
    customer, name, iban = world.new_customer(known=False)
    amounts = [cents(world.amount()) for _ in range(world.random.randrange(2, 5))]
    numbers = [world.new_document(customer, text_of(amount)) for amount in amounts]
    lines = [paid(number, text_of(amount)) for number, amount in zip(numbers, amounts, strict=True)]
    joiner = world.random.choice([", ", " en ", " + ", " / ", " und ", "; ", " "])
    world.pays("list", "auto", [lines], text_of(sum(amounts)), "factuur " + joiner.join(numbers), name=name, iban=iban)


def span(world: World) -> None:
    customer, name, iban = world.new_customer(known=False)
    amounts = [cents(world.amount()) for _ in range(world.random.randrange(3, 6))]
    numbers = [world.new_document(customer, text_of(amount)) for amount in amounts]
    if numbers[0][:-2] != numbers[-1][:-2] or not numbers[0][-1].isdigit():
        return
    lines = [paid(number, text_of(amount)) for number, amount in zip(numbers, amounts, strict=True)]
    word = world.random.choice([" t/m ", " bis ", " - ", " to ", " tot en met ", " au "])
    last = world.random.choice([numbers[-1], numbers[-1][-3:] if numbers[-1][-3:].isdigit() else numbers[-1]])
    world.pays(
        "range", "auto", [lines], text_of(sum(amounts)), f"Rechnungen {numbers[0]}{word}{last}", name=name, iban=iban
    )


def no_word(world: World) -> None:
    known = world.random.random() < 0.5
    customer, name, iban = world.new_customer(known=known)
    amount = world.amount()
    number = world.new_document(customer, amount)
    if world.random.random() < 0.4:
        world.new_document(customer, world.amount())
    world.pays(
        "account" if known else "name", "auto", [[paid(number, amount)]], amount, name=world.spelled(name), iban=iban
    )


def learned(world: World) -> None:
    customer, name, iban = world.new_customer(known=False)
    first, second = world.amount(), world.amount()
    one, two = world.new_document(customer, first), world.new_document(customer, second)
    world.pays("teaches", "auto", [[paid(one, first)]], first, f"factuur {one}", name=name, iban=iban)
    world.pays("learned", "auto", [[paid(two, second)]], second, name=name[:20], iban=iban)


def everything(world: World) -> None:
    customer, name, iban = world.new_customer(known=True)
    amounts = [cents(world.amount()) for _ in range(world.random.randrange(2, 6))]
    numbers = [world.new_document(customer, text_of(amount)) for amount in amounts]
    lines = [paid(number, text_of(amount)) for number, amount in zip(numbers, amounts, strict=True)]
    world.pays(
        "all open",
        "auto",
        [lines],
        text_of(sum(amounts)),
        world.random.choice(["", "saldo", "alle offenen"]),
        name=name,
        iban=iban,
    )


def some(world: World) -> None:
    customer, name, iban = world.new_customer(known=True)
    amounts = [cents(world.amount()) for _ in range(6)]
    numbers = [world.new_document(customer, text_of(amount)) for amount in amounts]
    chosen = world.random.sample(range(6), 2)
    lines = [paid(numbers[at], text_of(amounts[at])) for at in chosen]
    world.pays("sum", "auto", [lines], text_of(sum(amounts[at] for at in chosen)), name=name, iban=iban)


def either_sum(world: World) -> None:
    customer, name, iban = world.new_customer(known=True)
    for amount in ("100.10", "50.20", "90.10", "60.20"):
        world.new_document(customer, amount)
    world.pays("two sums", "review", [], "150.30", name=name, iban=iban)


def equal_twice(world: World) -> None:
    customer, name, iban = world.new_customer(known=True)
    for _ in range(3):
        world.new_document(customer, "12.10")
    world.pays("equal open", "review", [], "12.10", name=name, iban=iban)


def wrong_character(world: World) -> None:
    customer, name, iban = world.new_customer(known=True)
    amount = world.amount()
    number = world.new_document(customer, amount)
    digits = [at for at, each in enumerate(number) if each.isdigit()]
    at = world.random.choice(digits[-4:])
    damaged = number[:at] + str((int(number[at]) + world.random.randrange(1, 10)) % 10) + number[at + 1 :]
    world.pays("typo", "auto", [[paid(number, amount)]], amount, f"factuur {damaged}", name=name, iban=iban)


def of_another(world: World) -> None:
    """The payer's own amount, somebody else's number."""
    _, name, iban = customer = world.new_customer(known=True)
    other, _, _ = world.new_customer(known=True)
    own = world.amount()
    number = world.new_document(customer[0], own)
    quoted = world.new_document(other, world.amount())
    world.pays("number of another", "either", [[paid(number, own)]], own, f"factuur {quoted}", name=name, iban=iban)


def old_reference(world: World) -> None:
    """A closed invoice's number with the amount of an open one: two readings."""
    customer, name, iban = world.new_customer(known=True)
    before, now = world.amount(), world.amount()
    world.new_document(customer, before, settled=before)
    old = world.desk.items[-1].document.number
    world.new_document(customer, now)
    world.pays("old number", "review", [], now, f"factuur {old}", name=name, iban=iban)


def issued_later(world: World) -> None:
    customer, name, iban = world.new_customer(known=True)
    amount = world.amount()
    number = world.new_document(customer, amount, day=world.day + 10)
    world.pays("issued later", "review", [], amount, f"factuur {number}", name=name, iban=iban)


def amount_only(world: World) -> None:
    customer, _, _ = world.new_customer(known=True)
    amount = world.amount()
    world.new_document(customer, amount)
    world.pays("amount only", "review", [], amount, "betaling", name="Oakley Partners Ltd", iban=world.iban())


def last_digits(world: World) -> None:
    customer, name, iban = world.new_customer(known=True)
    amount = world.amount()
    number = world.new_document(customer, amount)
    world.new_document(customer, world.amount())
    tail = "".join(each for each in number if each.isdigit())[-3:]
    world.pays("last digits", "auto", [[paid(number, amount)]], amount, f"fact {tail}", name=name, iban=iban)


def credit_deducted(world: World) -> None:
    customer, name, iban = world.new_customer(known=False)
    total = cents(world.amount()) + 5_000
    number = world.new_document(customer, text_of(total))
    credit = world.desk.credit(world.numbering(len(world.desk.items)), customer, "41.20")
    lines = [paid(number, text_of(total - 4120)), ("credit_note", credit, "41.20")]
    world.pays(
        "credit deducted",
        "auto",
        [lines],
        text_of(total - 4120),
        f"factuur {number} - CN {credit}",
        name=name,
        iban=iban,
    )


def credit_refunded(world: World) -> None:
    customer, name, iban = world.new_customer(known=False)
    credit = world.desk.credit(world.numbering(len(world.desk.items)), customer, "63.15")
    world.pays(
        "refund", "auto", [[("refund", credit, "63.15")]], "-63.15", f"creditnota {credit}", name=name, iban=iban
    )


def not_ours(world: World) -> None:
    pays = world.random.choice(
        [
            ("-812.40", "uw factuur 604901", "Lieferant GmbH"),
            ("-1812.55", "LOHN 06/2026", "Kai Sommer"),
            ("-14.20", "Kontoführung", ""),
        ]
    )
    world.pays("not ours", "ignore", [], pays[0], pays[1], name=pays[2], iban=world.iban())


def digits_that_are_none(world: World) -> None:
    number = (
        world.desk.items[world.random.randrange(len(world.desk.items))].document.number if world.desk.items else "1"
    )
    digits = "".join(each for each in number if each.isdigit())
    text = world.random.choice([f"tel 00{digits}39", f"Police 9{digits}", f"Az 7{digits}5", "12.06.2026 14.30 UHR"])
    world.pays("digits", "review", [], world.amount(), text, name="AG Insurance NV", iban=world.iban())


def order(world: World) -> None:
    customer, name, iban = world.new_customer(known=False)
    amount = world.amount()
    number = world.new_document(customer, amount)
    placed = world.desk.items[-1].document.order_number
    world.pays("order", "auto", [[paid(number, amount)]], amount, f"Bestellung {placed}", name=name, iban=iban)


def by_customer_number(world: World) -> None:
    customer, _, iban = world.new_customer(known=False)
    amount = world.amount()
    number = world.new_document(customer, amount)
    world.pays(
        "customer number",
        "auto",
        [[paid(number, amount)]],
        amount,
        f"Kundennr. {customer}",
        name="Pay Service",
        iban=iban,
    )


CASES: Sequence[Callable[[World], None]] = (
    exact, exact, exact, third_party, structured, part_then_rest_then_again, too_much, discount, several, span, no_word, no_word, learned,
    everything, some, either_sum, equal_twice, wrong_character, of_another, old_reference, issued_later, amount_only, last_digits,
    credit_deducted, credit_refunded, not_ours, digits_that_are_none, order, by_customer_number,
)  # fmt: skip


def make_world(
    numbering: str, reference: str, customer_id: str, *, seed: int, rounds: int, prices: Sequence[str] = ()
) -> World:
    """A world of so many rounds through all cases, in an order drawn from the seed."""
    world = World(
        random=Random(seed),
        numbering=NUMBERINGS[numbering],
        reference=REFERENCES[reference],
        customer_id=CUSTOMER_IDS[customer_id],
        prices=prices,
    )
    for _ in range(rounds):
        cases = list(CASES)
        world.random.shuffle(cases)
        for case in cases:
            case(world)
        world.day += 1
    numbers = {item.document.number for item in world.desk.items}
    for identified in world.desk.entries:
        truth = world.truth[identified.entry_id]
        if truth.label == "typo" and identified.entry.remittance.unstructured[0].split()[-1] in numbers:
            truth.expect = "either"  # the damaged number is another document's
    return world
