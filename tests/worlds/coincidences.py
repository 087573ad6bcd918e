"""Stories in which what is written points to a document of ours by accident, or to more than one: a number of the payer's own, a name
that goes on, a list that is longer than what was paid. The careful bookkeeper looks; and where it only looks like that, he books.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ledger.documents import Document
from tests.worlds import writing
from tests.worlds.parties import STRANGERS, Party
from tests.worlds.world import World, bare, digits

_GIVEN_BACK: Final = {
    "nl": ["uw creditnota {}", "terugbetaling {}", "teveel betaald {}", "restitutie {}"],
    "fr": ["note de crédit {}", "remboursement {}", "trop perçu {}"],
    "de": ["Gutschrift {}", "Erstattung {}", "Rückzahlung {}"],
    "en": ["refund {}", "credit note {}", "reimbursement {}"],
}
_OFFERED: Final = {
    "nl": ["voorschot offerte {}", "offerte nr {}", "contract {}"],
    "fr": ["acompte devis {}", "contrat n° {}"],
    "de": ["Anzahlung Angebot {}", "Vertrag {}", "Auftrag Nr. {}"],
    "en": ["deposit quote {}", "contract no. {}"],
}
_CAME_BACK: Final = [
    "RETOUR AC04 REKENING OPGEHEVEN {}",
    "Rücküberweisung Konto erloschen {}",
    "virement retourné compte clôturé {}",
    "returned transfer, account closed {}",
]
_FOR: Final = {"nl": "voor {}", "fr": "pour {}", "de": "für {}", "en": "for {}"}
_NOT: Final = {"nl": "{} (niet {})", "fr": "{} (pas {})", "de": "{}, nicht {}", "en": "{} not {}"}
_ELSEWHERE: Final = ["tel 0476/{}", "meter {} stand 2886", "polis 7{}", "IBAN BE44 1908 {} 2231", "Aktenzeichen 7 C {}"]
_PIECES: Final = [
    "5 C {}/26",
    "3 O {}-26",
    "K{}/7",
    "{}kWh",
    "x{}y",
    "{}:12",
    "{}-12-04",
    "B-{}/9",
    "{}/3/7",
    "AZ {}/26-S",
]
_PART_OF: Final = ["Rate 3 Darlehen {}", "5/36 deelbetaling woning {}", "tranche 2 voiture {}", "instalment 4 loan {}"]
_GLUED: Final = ["RgNr{}", "FACTUURNR{}", "Fac{}", "Rechnungsnr.{}"]


def _paid(document: Document, minor: int | None = None) -> tuple[str, str, int]:
    return ("payment", document.number, document.gross.minor if minor is None else minor)


def _much(world: World) -> Document:
    """Somebody's invoice of more than anybody pays in these stories by accident."""
    return world.invoice(world.customer(known=world.random.random() < 0.5), world.own_amount(400_000, 900_000))


def given_back(world: World) -> None:
    """A supplier pays back and quotes his own number, which one of ours is as well."""
    text = world.random.choice(_GIVEN_BACK[world.language]).format(_much(world).number)
    name = world.random.choice([*STRANGERS, world.names.company(world.names.last())])
    world.pays("given back by a supplier", "review", [], world.own_amount(), text, name=name, plain=True)


def offered(world: World) -> None:
    """A stranger pays for an offer or a contract whose number is that of somebody's invoice."""
    text = world.random.choice(_OFFERED[world.language]).format(_much(world).number)
    minor = world.random.choice([15_000, 30_000, world.own_amount()])
    world.pays("offer or contract", "review", [], minor, text, plain=True)


def came_back(world: World) -> None:
    """A transfer of our own comes back: by the bank's words or by its code."""
    one = _much(world)
    minor = one.gross.minor if world.random.random() < 0.3 else world.own_amount()
    if world.random.random() < 0.5:
        text = world.random.choice(_CAME_BACK).format(one.number)
        world.pays("own transfer came back", "review", [], minor, text, plain=True)
    else:
        world.pays("own transfer came back", "review", [], minor, one.number, code="PMNT/RCDT/RRTN", plain=True)


def part_refund(world: World) -> None:
    """We pay a supplier; his number is that of a credit note of ours."""
    credit = world.credit(world.customer(), world.own_amount(400_000, 900_000))
    world.pays("supplier and credit note", "ignore", [], -world.own_amount(), credit.number, plain=True)


def named(world: World) -> None:
    """The text names another customer who owes as much as the payer."""
    party, other = world.customer(person=True), world.customer(person=True)
    minor = world.own_amount()
    world.invoice(party, minor)
    one = world.invoice(other, minor)
    text = _FOR[world.language].format(other.name)
    world.pays(
        "another named in the text", "either", [[_paid(one)]], minor, text, by=party, name=party.name, plain=True
    )


def longer_name(world: World) -> None:
    """A firm and its holding owe the same; the bank prints what both names begin with."""
    last = world.names.last()
    minor = world.own_amount()
    form = world.random.choice(["BV", "GmbH", "NV"])
    for name in (f"{last} {form}", f"{last} {world.random.choice(['Beheer', 'Holding', 'Immo', 'Nord'])} {form}"):
        world.invoice(world.customer(known=False, person=False, name=name), minor)
    world.pays("name that goes on", "review", [], minor, name=last.upper(), plain=True)


def joint_account(world: World) -> None:
    """Two customers, one account in both names, the same amount open for either."""
    one, other = world.customer(known=False, person=True), world.customer(known=False, person=True)
    minor = world.own_amount()
    for party in (one, other):
        world.invoice(party, minor)
    joiner = world.random.choice([" en/of ", " & ", " und ", " ou "])
    world.pays("joint account, both owe it", "review", [], minor, name=f"{one.name}{joiner}{other.name}", plain=True)


def one_of_two(world: World) -> None:
    """Two equal invoices of two rows of numbers, both written and one paid; or one of them said not to be."""
    party = world.customer()
    minor = world.own_amount()
    pair = [world.invoice(party, minor, series=row) for row in (0, 1)]
    world.random.shuffle(pair)
    first, second = pair
    if world.random.random() < 0.5:
        text = f"{first.number} {second.number}"
        right = [[_paid(first)], [_paid(second)]]
        world.pays("two equal written, one paid", "review", right, minor, text, by=party, plain=True)
    else:
        text = _NOT[world.language].format(first.number, second.number)
        world.pays("one of two equal denied", "either", [[_paid(first)]], minor, text, by=party, plain=True)


def longer_list(world: World) -> None:
    """Three written, two of them paid."""
    party = world.customer()
    three = [world.invoice(party, world.own_amount(), series=row) for row in (0, 1, 0)]
    paid, left = three[:2], three[2]
    minor = sum(each.gross.minor for each in paid)
    if left.gross.minor in {minor, *(each.gross.minor for each in paid)}:
        return
    text = ", ".join(each.number for each in three)
    world.pays("three written, two paid", "review", [[_paid(each) for each in paid]], minor, text, by=party, plain=True)


def with_amounts(world: World) -> None:
    """A list with the amount behind every number."""
    party = world.customer()
    several = [world.invoice(party, world.own_amount()) for _ in range(world.random.randrange(2, 4))]
    said = [f"{each.number} {each.gross.decimal().replace('.', ',')} EUR" for each in several]
    minor = sum(each.gross.minor for each in several)
    right = [[_paid(each) for each in several]]
    world.pays("list with amounts", "auto", right, minor, " + ".join(said), by=party, plain=True)


def digits_elsewhere(world: World) -> None:
    """The payer's own number, and somebody else's in a meter's or a telephone's."""
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    other = digits(_much(world).number)[-6:]
    text = f"{writing.introduced(world.random, world.language, one.number)} {world.random.choice(_ELSEWHERE).format(other)}"
    world.pays("digits elsewhere", "either", [[_paid(one)]], one.gross.minor, text, by=party, plain=True)


def digits_of_strangers(world: World) -> None:
    """Money that is none of ours, and our digits in what is written."""
    other = digits(_much(world).number)[-6:]
    text = f"{world.random.choice(['borg', 'caution', 'Kaution', 'lening'])} {world.random.choice(_ELSEWHERE).format(other)}"
    world.pays("digits of strangers", "review", [], world.own_amount(), text, plain=True)


def glued(world: World) -> None:
    """No blank between the word and the number."""
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    text = world.random.choice(_GLUED).format(one.number)
    world.pays("word glued to the number", "auto", [[_paid(one)]], one.gross.minor, text, by=party, plain=True)


def glued_to_anothers(world: World) -> None:
    """The same with somebody else's number and one's own amount."""
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    text = world.random.choice(_GLUED).format(_much(world).number)
    world.pays("word glued to another's", "review", [[_paid(one)]], one.gross.minor, text, by=party, plain=True)


def standing_order(world: World) -> None:
    """A template: every month the number of the first."""
    party = world.customer()
    minor = world.own_amount()
    first, second = world.invoice(party, minor), world.invoice(party, minor)
    text = writing.introduced(world.random, world.language, first.number)
    account = [("on_account", party.customer_id, minor)]
    world.pays("template, first", "auto", [[_paid(first)]], minor, text, by=party, plain=True)
    world.pays("template, again", "either", [[_paid(second)], account], minor, text, by=party, after=30, plain=True)


def order_is_anothers(world: World) -> None:
    """One's own order number is somebody else's invoice number."""
    other = _much(world)
    party = world.customer()
    one = world.invoice(party, world.own_amount(), order=other.number)
    text = writing.ordered(world.language, other.number)
    world.pays("order is another's number", "either", [[_paid(one)]], one.gross.minor, text, by=party, plain=True)


def titled(world: World) -> None:
    """Monsieur is an M before the whole name."""
    party = world.customer(known=False, person=True)
    one = world.invoice(party, world.own_amount())
    world.pays("monsieur", "auto", [[_paid(one)]], one.gross.minor, name=f"M. {party.name}", plain=True)


def treasurer(world: World) -> None:
    """One number quoted, and paid what two customers owe."""
    parties: list[Party] = [world.customer(), world.customer()]
    one, other = (world.invoice(each, world.own_amount()) for each in parties)
    minor = one.gross.minor + other.gross.minor
    world.pays("two paid, one quoted", "either", [[_paid(one), _paid(other)]], minor, one.number, plain=True)


def piece(world: World) -> None:
    """A stranger's case, plate or meter number: our digits with something glued to them, and by accident our amount."""
    one = world.invoice(world.customer(), world.own_amount())
    figures = digits(one.number)[-4:]
    text = world.random.choice(_PIECES).format(figures)
    if bare(text) not in bare(one.number):
        world.pays("digits of a longer number", "review", [], one.gross.minor, text, plain=True)


def part_of_something(world: World) -> None:
    """A stranger's instalment of something else, with our number."""
    text = world.random.choice(_PART_OF).format(_much(world).number)
    world.pays("part of something else", "review", [], world.own_amount(1_500, 9_000), text, plain=True)


def year_of_another(world: World) -> None:
    """A stranger pays the amount, and quotes the number of the year before."""
    one = world.invoice(world.customer(), world.own_amount())
    if "2026" in one.number:
        text = f"invoice {one.number.replace('2026', '2025')}"
        world.pays("number of another year", "review", [], one.gross.minor, text, plain=True)


def crossed(world: World) -> None:
    """A couple's account; the first name of one and the last name of the other are a customer's."""
    party = world.customer(known=False, person=True)
    one = world.invoice(party, world.own_amount())
    joiner = world.random.choice([" & ", " en/of ", " und "])
    partner = next(each for each in iter(world.names.first, "") if each != party.first)
    name = f"{party.first} {world.names.last()}{joiner}{partner} {party.last}"
    right = [[_paid(one)]]
    world.pays("crossed names of a couple", "review", right, one.gross.minor, name=name, plain=True)


def account_and_name(world: World) -> None:
    """The account of one customer, the name of another, and both owe the amount."""
    one, other = world.customer(person=True), world.customer(known=False, person=True)
    minor = world.own_amount()
    right = [[_paid(world.invoice(each, minor))] for each in (one, other)]
    world.pays("one's account, another's name", "review", right, minor, by=one, name=other.name, plain=True)


def learned_and_named(world: World) -> None:
    """An accountant paid for one customer; later he names another, who owes nothing."""
    party, other = world.customer(known=False), world.customer()
    first, second = world.invoice(party, world.own_amount()), world.invoice(party, world.own_amount())
    iban, name = world.names.iban(), world.random.choice(STRANGERS)
    world.pays(
        "accountant's first",
        "either",
        [[_paid(first)]],
        first.gross.minor,
        first.number,
        name=name,
        iban=iban,
        plain=True,
    )
    text = _FOR[world.language].format(other.name)
    world.pays(
        "learned account, another named",
        "review",
        [],
        second.gross.minor,
        text,
        name=name,
        iban=iban,
        after=9,
        plain=True,
    )


def round_sum(world: World) -> None:
    """Many round amounts open, and a round amount on account: some of them add up to it by accident."""
    party = world.customer()
    for _ in range(7):
        world.invoice(party, world.random.randrange(2, 40) * 2_500)
    for _ in range(3):
        world.invoice(party, world.own_amount())
    minor = world.random.randrange(42, 130) * 2_500
    world.pays("round sum by accident", "review", [], minor, by=party, plain=True)


#: These stories with how often each is told in a round.
COINCIDENCES: Final[tuple[tuple[Callable[[World], None], int], ...]] = (
    (given_back, 1), (offered, 1), (came_back, 1), (part_refund, 1), (named, 1), (longer_name, 1), (joint_account, 1), (one_of_two, 1),
    (longer_list, 1), (with_amounts, 1), (digits_elsewhere, 1), (digits_of_strangers, 1), (glued, 1), (glued_to_anothers, 1),
    (standing_order, 1), (order_is_anothers, 1), (titled, 1), (treasurer, 1), (piece, 2), (part_of_something, 1),
    (year_of_another, 1), (crossed, 1), (account_and_name, 1), (learned_and_named, 1), (round_sum, 1),
)  # fmt: skip
