"""What happens between a tenant and its customers: every story brings its own people and documents, and says what is right.

The truth is the bookkeeper's: what follows from the evidence on the statement and the open items of that day. ``auto`` only where
nobody would hesitate.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

from ledger.documents import Document
from ledger.money import Money
from ledger.party import Counterparty
from ledger.statements import EntryDetail, Remittance
from tests.worlds import writing
from tests.worlds.coincidences import COINCIDENCES
from tests.worlds.numbers import spoken_reference
from tests.worlds.parties import STRANGERS, Party
from tests.worlds.world import World, bare, digits, unfilled

Story = Callable[[World], None]


def _paid(document: Document, minor: int | None = None) -> tuple[str, str, int]:
    return ("payment", document.number, document.gross.minor if minor is None else minor)


def _account(party: Party, minor: int) -> tuple[str, str, int]:
    return ("on_account", party.customer_id, minor)


def _quoted(world: World, document: Document) -> str:
    return writing.introduced(world.random, world.language, document.number)


def _anybody(world: World) -> Party:
    """A customer whose account we may or may not know."""
    return world.customer(known=world.random.random() < 0.5)


# references and numbers, the amount agrees


def structured_field(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.amount())
    world.others(party, 3)
    if one.creditor_reference:
        world.pays(
            "structured field", "auto", [[_paid(one)]], one.gross.minor, by=party, structured=one.creditor_reference
        )


def structured_in_text(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.amount())
    world.others(party, 2)
    if one.creditor_reference:
        text = spoken_reference(one.creditor_reference, world.random.randrange(5))
        by = party if world.random.random() < 0.7 else None
        world.pays("structured in text", "auto", [[_paid(one)]], one.gross.minor, text, by=by)


def structured_typo(world: World) -> None:
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    if one.creditor_reference:
        wrong = writing.damaged(world.random, one.creditor_reference)
        text = spoken_reference(wrong, world.random.randrange(5))
        world.pays("structured typo", "auto", [[_paid(one)]], one.gross.minor, text, by=party, plain=True)


def number_exact(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.amount())
    world.others(party, 4, besides=(one.gross.minor,))
    world.pays("number exact", "auto", [[_paid(one)]], one.gross.minor, _quoted(world, one), by=party)


def number_noisy(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.amount())
    world.others(party, 4, besides=(one.gross.minor,))
    text = writing.introduced(world.random, world.language, writing.noisy(world.random, one.number))
    world.pays("number noisy", "auto", [[_paid(one)]], one.gross.minor, text, by=party)


def number_from_stranger(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.amount())
    world.others(party, 3, besides=(one.gross.minor,))
    world.pays("number from stranger", "auto", [[_paid(one)]], one.gross.minor, _quoted(world, one))


def noisy_from_stranger(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.own_amount())
    text = writing.introduced(world.random, world.language, writing.noisy(world.random, one.number))
    world.pays("noisy from stranger", "either", [[_paid(one)]], one.gross.minor, text)


def short_number(world: World) -> None:
    """Without prefix, without year, or the last digits; the payer is known."""
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    world.others(party, 3, besides=(one.gross.minor,))
    figures = digits(one.number)
    short = world.random.choice(
        [figures, figures[-4:], figures[-5:].lstrip("0") or figures, figures[-3:], figures.removeprefix("2026")]
    )
    world.pays(
        "short number",
        "auto",
        [[_paid(one)]],
        one.gross.minor,
        writing.introduced(world.random, world.language, short),
        by=party,
        plain=True,
    )


def short_from_stranger(world: World) -> None:
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    short = digits(one.number)[-4:]
    world.pays(
        "short from stranger",
        "either",
        [[_paid(one)]],
        one.gross.minor,
        writing.introduced(world.random, world.language, short),
    )


def number_typo(world: World) -> None:
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    world.others(party, 2, besides=(one.gross.minor,))
    wrong = writing.damaged(world.random, one.number)
    entry = world.pays(
        "number typo",
        "auto",
        [[_paid(one)]],
        one.gross.minor,
        writing.introduced(world.random, world.language, wrong),
        by=party,
        plain=True,
    )
    world.doubtful(entry, wrong)


def typo_from_stranger(world: World) -> None:
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    wrong = writing.damaged(world.random, one.number)
    world.pays(
        "typo from stranger",
        "either",
        [[_paid(one)]],
        one.gross.minor,
        writing.introduced(world.random, world.language, wrong),
    )


def typo_from_stranger_other_amount(world: World) -> None:
    """A damaged number and an amount that is not the document's: nothing agrees."""
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    wrong = writing.damaged(world.random, one.number)
    if unfilled(wrong) in world.unfilled_numbers:
        return
    amount = world.own_amount()
    entry = world.pays("typo, other amount", "review", [], amount, f"invoice {wrong}", plain=True)
    world.doubtful(entry, wrong)


def wrong_year(world: World) -> None:
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    if "2026" in one.number:
        text = writing.introduced(world.random, world.language, one.number.replace("2026", "2025"))
        world.pays("wrong year", "auto", [[_paid(one)]], one.gross.minor, text, by=party, plain=True)


def end_to_end(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.amount())
    world.pays("end-to-end id", "auto", [[_paid(one)]], one.gross.minor, by=party, end_to_end=one.number)


def order_number(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.amount())
    text = writing.ordered(world.language, one.order_number)
    world.pays("order number", "auto", [[_paid(one)]], one.gross.minor, text, by=party, plain=True)


def order_of_two(world: World) -> None:
    """One order, two invoices: paid together, or the amount tells which."""
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    two = world.invoice(party, world.own_amount(), order=one.order_number)
    text = writing.ordered(world.language, one.order_number)
    if world.random.random() < 0.5:
        world.pays("order of two", "auto", [[_paid(two)]], two.gross.minor, text, by=party, plain=True)
    else:
        world.pays(
            "order of two",
            "auto",
            [[_paid(one), _paid(two)]],
            one.gross.minor + two.gross.minor,
            text,
            by=party,
            plain=True,
        )


def customer_number(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.own_amount())
    world.others(party, 2, besides=(one.gross.minor,))
    text = writing.customer_words(world.random, world.language, party.customer_id)
    world.pays("customer number", "auto", [[_paid(one)]], one.gross.minor, text, plain=True)


def shared_digits(world: World) -> None:
    """A credit note and an invoice of nearly the same number: the letters, or the amount, tell which."""
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    world.credit(world.customer(), world.own_amount(), ago=4)
    world.pays("shared digits", "auto", [[_paid(one)]], one.gross.minor, f"{one.number}", by=party)


# no number


def known_account(world: World) -> None:
    party = world.customer()
    one = world.invoice(party, world.amount())
    world.others(party, 3, besides=(one.gross.minor,))
    text = world.random.choice(["", "", writing.small_talk(world.random, world.language)])
    world.pays("known account", "auto", [[_paid(one)]], one.gross.minor, text, by=party, plain=True)


def known_account_cluttered(world: World) -> None:
    """Digits of other systems that point nowhere."""
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    world.pays(
        "known account, clutter",
        "either",
        [[_paid(one)]],
        one.gross.minor,
        writing.clutter(world.random),
        by=party,
        plain=True,
    )


def name_and_amount(world: World) -> None:
    party = world.customer(known=False)
    one = world.invoice(party, world.own_amount())
    world.others(party, 2, besides=(one.gross.minor,))
    world.pays("name and amount", "auto", [[_paid(one)]], one.gross.minor, by=party)


def joint_name(world: World) -> None:
    party = world.customer(known=False, person=True)
    one = world.invoice(party, world.own_amount())
    world.pays("joint name", "auto", [[_paid(one)]], one.gross.minor, by=party, name=world.names.joint(party))


def namesakes(world: World) -> None:
    """Two customers of one name: the amount tells which, or nothing does."""
    r = world.random
    one = world.customer(known=False, person=True)
    two = world.customer(known=False, name=one.name)
    same = r.random() < 0.5
    amount = world.own_amount()
    first = world.invoice(one, amount)
    world.invoice(two, amount if same else world.own_amount())
    if same:
        world.pays("namesakes, same amount", "review", [], amount, name=one.name)
    else:
        world.pays("namesakes, other amount", "auto", [[_paid(first)]], amount, name=one.name)


def same_last_name(world: World) -> None:
    """Somebody of the same last name and another first name is somebody else."""
    party = world.customer(known=False, person=True)
    one = world.invoice(party, world.own_amount())
    first = next(name for name in (world.names.first() for _ in range(50)) if name[0] != party.first[0])
    name = world.random.choice([f"{first} {party.last}", f"{first[0]}. {party.last}", f"{party.last} {first}"])
    world.pays("same last name", "review", [], one.gross.minor, name=name)


def same_initial(world: World) -> None:
    """K. Peeters may be Karel or Kathleen, who are both customers with that amount."""
    party = world.customer(known=False, person=True)
    amount = world.own_amount()
    world.invoice(party, amount)
    sibling = world.customer(known=False, name=f"{party.first[0]}anneke {party.last}")
    world.invoice(sibling, amount)
    world.pays("same initial", "review", [], amount, name=f"{party.first[0]}. {party.last}")


def other_firm(world: World) -> None:
    """A firm that shares a word with a customer."""
    party = world.customer(known=False, person=False)
    one = world.invoice(party, world.own_amount())
    name = (
        f"Weinhandel {party.last} & Crombeke"
        if party.last not in party.name[:4]
        else f"{party.last} Ponteur Consulting"
    )
    world.pays("other firm", "review", [], one.gross.minor, name=name)


def stranger(world: World) -> None:
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    text = world.random.choice(["", writing.small_talk(world.random, world.language), writing.clutter(world.random)])
    world.pays("stranger", "review", [], one.gross.minor, text)


def learned_account(world: World) -> None:
    """The account paid with a number before, under the customer's own name."""
    party = world.customer(known=False)
    first, second = world.invoice(party, world.own_amount()), world.invoice(party, world.own_amount())
    world.pays("teaches", "auto", [[_paid(first)]], first.gross.minor, _quoted(world, first), by=party)
    world.others(party, 2, besides=(second.gross.minor,))
    cut = party.name[:12]
    world.pays("learned account", "auto", [[_paid(second)]], second.gross.minor, by=party, name=cut, after=4)


def learned_from_another(world: World) -> None:
    """Somebody else's account paid once for the customer; later it pays an amount that fits him, or a third one."""
    party = world.customer(known=False)
    iban, name = world.names.iban(), world.random.choice(STRANGERS)
    first, second = world.invoice(party, world.own_amount()), world.invoice(party, world.own_amount())
    world.pays(
        "third party pays", "auto", [[_paid(first)]], first.gross.minor, _quoted(world, first), name=name, iban=iban
    )
    if world.random.random() < 0.5:
        world.pays("third party again", "either", [[_paid(second)]], second.gross.minor, name=name, iban=iban, after=3)
    else:
        other = world.customer()
        third = world.invoice(other, second.gross.minor)
        del third
        world.pays("third party, two fit", "review", [], second.gross.minor, name=name, iban=iban, after=3)


def accountant(world: World) -> None:
    """One account pays for several customers, each time with a number; then once without."""
    iban, name = world.names.iban(), "Boekhoudkantoor Zilverlink"
    documents = [world.invoice(world.customer(), world.own_amount()) for _ in range(3)]
    for at, one in enumerate(documents):
        world.pays(
            "accountant", "auto", [[_paid(one)]], one.gross.minor, _quoted(world, one), name=name, iban=iban, after=at
        )
    last = world.invoice(world.customer(), world.own_amount())
    world.pays("accountant, no number", "review", [], last.gross.minor, name=name, iban=iban, after=5)


def equal_open(world: World) -> None:
    party = world.customer()
    amount = world.own_amount()
    for _ in range(world.random.randrange(2, 4)):
        world.invoice(party, amount)
    world.pays("equal open, no number", "review", [], amount, by=party)


def equal_with_number(world: World) -> None:
    party = world.customer()
    amount = world.own_amount()
    documents = [world.invoice(party, amount) for _ in range(3)]
    one = world.random.choice(documents)
    world.pays("equal open, number", "auto", [[_paid(one)]], amount, _quoted(world, one), by=party)


def equal_with_typo(world: World) -> None:
    """Three equal invoices in a row and a number that is one edit from more than one of them."""
    party = world.customer()
    amount = world.own_amount()
    documents = [world.invoice(party, amount) for _ in range(3)]
    wrong = writing.damaged(world.random, documents[1].number)
    if bare(wrong) not in world.bare_numbers:
        world.pays(
            "equal open, typo", "either", [[_paid(documents[1])]], amount, f"invoice {wrong}", by=party, plain=True
        )


def nothing_open(world: World) -> None:
    """A payment in advance."""
    party = world.customer()
    amount = world.own_amount()
    world.invoice(party, amount, ago=-world.random.randrange(2, 9))
    world.pays("in advance", "review", [], amount, by=party)


def not_yet_issued(world: World) -> None:
    party = world.customer()
    one = world.invoice(party, world.own_amount(), ago=-world.random.randrange(2, 9))
    world.pays("not yet issued", "review", [], one.gross.minor, _quoted(world, one), by=party)


# the amount differs


def part(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.own_amount(5_000))
    minor = one.gross.minor * world.random.randrange(2, 8) // 10
    text = f"{writing.part_word(world.language)} {one.number}"
    world.others(party, 2, besides=(minor, one.gross.minor - minor))
    world.pays("part", "auto", [[_paid(one, minor)]], minor, text, by=party)
    rest = one.gross.minor - minor
    world.pays("rest", "auto", [[_paid(one, rest)]], rest, f"rest {one.number}", by=party, after=6)


def part_of_cluttered_stranger(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.own_amount(5_000))
    minor = one.gross.minor * world.random.randrange(2, 8) // 10 + 1
    world.pays("part by stranger", "either", [[_paid(one, minor)]], minor, _quoted(world, one))


def instalments(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.own_amount(20_000))
    parts = [one.gross.minor * share // 100 for share in (20, 40, 20)]
    parts.append(one.gross.minor - sum(parts))
    for at, minor in enumerate(parts):
        text = f"{one.number} {at + 1}/4" if world.random.random() < 0.5 else one.number
        world.pays("instalments", "auto", [[_paid(one, minor)]], minor, text, by=party, after=at * 5, plain=True)


def part_without_number(world: World) -> None:
    party = world.customer()
    one = world.invoice(party, world.own_amount(5_000))
    minor = one.gross.minor // 2 + 7
    world.others(party, 2, besides=(minor,))
    world.pays("part, no number", "review", [], minor, by=party)


def too_much(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.own_amount())
    more = world.random.randrange(11, 5_000)
    world.others(party, 2, besides=(more, one.gross.minor + more))
    world.pays(
        "too much", "auto", [[_paid(one), _account(party, more)]], one.gross.minor + more, _quoted(world, one), by=party
    )


def beside(world: World) -> None:
    """The number of one, the money for two."""
    party = world.customer()
    one, two = world.invoice(party, world.own_amount()), world.invoice(party, world.own_amount())
    world.pays(
        "one quoted, two paid",
        "either",
        [[_paid(one), _paid(two)]],
        one.gross.minor + two.gross.minor,
        _quoted(world, one),
        by=party,
    )


def twice(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.own_amount())
    text = _quoted(world, one)
    world.pays("first of two", "auto", [[_paid(one)]], one.gross.minor, text, by=party)
    world.others(party, 1, besides=(one.gross.minor,))
    world.pays("paid twice", "auto", [[_account(party, one.gross.minor)]], one.gross.minor, text, by=party, after=2)


def at_the_portal(world: World) -> None:
    party = world.customer()
    total = world.own_amount()
    one = world.invoice(party, total, paid=total)
    world.others(party, 1, besides=(total,))
    world.pays("paid at the portal", "auto", [[_account(party, total)]], total, _quoted(world, one), by=party)


def part_at_the_portal(world: World) -> None:
    party = _anybody(world)
    total = world.own_amount(4_000)
    paid = total // 3
    one = world.invoice(party, total, paid=paid)
    world.pays("part at the portal", "auto", [[_paid(one, total - paid)]], total - paid, _quoted(world, one), by=party)


def _discounted(world: World, party: Party, ago: int) -> tuple[Document, int]:
    points = world.random.choice([100, 200, 300])
    one = world.invoice(party, world.own_amount(5_000), ago=ago, discount=(points, 10))
    return one, (one.gross.minor * points + 5_000) // 10_000


def discount(world: World) -> None:
    party = _anybody(world)
    one, off = _discounted(world, party, world.random.randrange(0, 10))
    lines = [_paid(one, one.gross.minor - off), ("discount", one.number, off)]
    world.pays("discount", "auto", [lines], one.gross.minor - off, _quoted(world, one), by=party)


def discount_without_number(world: World) -> None:
    party = world.customer()
    one, off = _discounted(world, party, 5)
    lines = [_paid(one, one.gross.minor - off), ("discount", one.number, off)]
    world.others(party, 2, besides=(one.gross.minor - off,))
    world.pays("discount, no number", "auto", [lines], one.gross.minor - off, by=party)


def discount_late(world: World) -> None:
    """Out of its term: the rest stays open, or a person is lenient."""
    party = _anybody(world)
    one, off = _discounted(world, party, world.random.randrange(13, 30))
    world.pays(
        "discount late",
        "either",
        [[_paid(one, one.gross.minor - off)]],
        one.gross.minor - off,
        _quoted(world, one),
        by=party,
    )


def discount_late_without_number(world: World) -> None:
    party = world.customer()
    one, off = _discounted(world, party, 20)
    world.pays("discount late, no number", "review", [], one.gross.minor - off, by=party)


def rounding(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.own_amount())
    short = world.random.randrange(1, 6)
    lines = [_paid(one, one.gross.minor - short), ("write_off", one.number, short)]
    world.pays("rounding", "auto", [lines], one.gross.minor - short, _quoted(world, one), by=party)


def short_by_charges(world: World) -> None:
    """More than may be written off."""
    party = _anybody(world)
    one = world.invoice(party, world.own_amount(5_000))
    minor = one.gross.minor - world.random.choice([6, 150, 750, 1_250])
    world.pays("short by charges", "either", [[_paid(one, minor)]], minor, _quoted(world, one), by=party)


# many documents


def _several(world: World, party: Party, low: int = 2, high: int = 6) -> list[Document]:
    return [world.invoice(party, world.own_amount(), series=0) for _ in range(world.random.randrange(low, high))]


def _total(documents: list[Document]) -> int:
    return sum(each.gross.minor for each in documents)


def listed(world: World) -> None:
    party = _anybody(world)
    documents = _several(world, party)
    joiner = world.random.choice([", ", " + ", " / ", ";", " en ", " und ", " & ", " ", " et "])
    text = writing.listed(world.random, world.language, joiner.join(each.number for each in documents))
    world.others(party, 3)
    world.pays("list", "auto", [[_paid(each) for each in documents]], _total(documents), text, by=party)


def list_shortened(world: World) -> None:
    """The first number in full, of the others the last three digits."""
    party = world.customer()
    documents = _several(world, party, 2, 5)
    first = documents[0].number
    if not first[-3:].isdigit() or any(each.number[:-3] != first[:-3] for each in documents):
        return
    joiner = world.random.choice([", ", " + ", "/", ",", " en "])
    numbers = joiner.join([first, *(each.number[-3:] for each in documents[1:])])
    text = writing.listed(world.random, world.language, numbers)
    world.pays(
        "list shortened", "auto", [[_paid(each) for each in documents]], _total(documents), text, by=party, plain=True
    )


def span(world: World) -> None:
    party = _anybody(world)
    documents = _several(world, party, 3, 6)
    if len({each.issued_on.month for each in documents}) > 1:
        return
    first, last = documents[0].number, documents[-1].number
    if world.random.random() < 0.3 and first[:-3] == last[:-3] and last[-3:].isdigit():
        last = last[-3:]
    text = writing.listed(
        world.random, world.language, f"{first}{writing.range_word(world.random, world.language)}{last}"
    )
    world.pays("range", "auto", [[_paid(each) for each in documents]], _total(documents), text, by=party, plain=True)


def list_one_typo(world: World) -> None:
    party = world.customer()
    documents = _several(world, party, 2, 4)
    numbers = [each.number for each in documents]
    numbers[-1] = writing.damaged(world.random, numbers[-1])
    text = writing.listed(world.random, world.language, ", ".join(numbers))
    world.pays(
        "list, one typo", "either", [[_paid(each) for each in documents]], _total(documents), text, by=party, plain=True
    )


def list_other_sum(world: World) -> None:
    party = world.customer()
    documents = _several(world, party, 2, 5)
    minor = _total(documents) - documents[0].gross.minor // 3 - 11
    text = writing.listed(world.random, world.language, ", ".join(each.number for each in documents))
    if not world.sums_near([each.gross.minor for each in documents], minor):
        world.pays("list, other sum", "review", [], minor, text, by=party, plain=True)


def list_partly_paid(world: World) -> None:
    """Two quoted, one of them was paid before; the money is for the other."""
    party = world.customer()
    one, two = world.invoice(party, world.own_amount()), world.invoice(party, world.own_amount())
    world.pays("first of list", "auto", [[_paid(one)]], one.gross.minor, one.number, by=party)
    text = writing.listed(world.random, world.language, f"{one.number}, {two.number}")
    world.pays("list, one paid", "auto", [[_paid(two)]], two.gross.minor, text, by=party, after=3, plain=True)


def everything(world: World) -> None:
    party = world.customer()
    documents = _several(world, party)
    text = world.random.choice(["", writing.all_open(world.random, world.language)])
    world.pays("all open", "auto", [[_paid(each) for each in documents]], _total(documents), text, by=party, plain=True)


def some(world: World) -> None:
    party = world.customer()
    documents = _several(world, party, 4, 7)
    chosen = world.random.sample(documents, 2)
    minor = _total(chosen)
    if world.sums_near([each.gross.minor for each in documents], minor) == 1:
        world.pays("two of some", "auto", [[_paid(each) for each in chosen]], minor, by=party)


def some_of_many(world: World) -> None:
    party = world.customer()
    documents = _several(world, party, 9, 13)
    chosen = world.random.sample(documents, world.random.randrange(3, 6))
    minor = _total(chosen)
    if world.sums_near([each.gross.minor for each in documents], minor) == 1:
        world.pays("some of many", "either", [[_paid(each) for each in chosen]], minor, by=party)


def two_sums(world: World) -> None:
    party = world.customer()
    base = world.own_amount(5_000, 90_000)
    more = world.random.randrange(100, 3_000)
    for minor in (base, base + more + 1_000, base + more, base + 1_000):
        world.invoice(party, minor)
    world.pays("two sums", "review", [], 2 * base + more + 1_000, by=party)


def sum_or_single(world: World) -> None:
    party = world.customer()
    one, two = world.own_amount(), world.own_amount()
    for minor in (one, two, one + two):
        world.invoice(party, minor)
    world.pays("sum or single", "review", [], one + two, by=party)


def list_with_discount(world: World) -> None:
    party = _anybody(world)
    pairs = [_discounted(world, party, 6) for _ in range(world.random.randrange(2, 4))]
    lines = [line for one, off in pairs for line in (_paid(one, one.gross.minor - off), ("discount", one.number, off))]
    minor = sum(one.gross.minor - off for one, off in pairs)
    text = writing.listed(world.random, world.language, ", ".join(one.number for one, _ in pairs))
    world.pays("list with discount", "auto", [lines], minor, text, by=party, plain=True)


def group(world: World) -> None:
    """A parent pays for two of its companies in one go."""
    one, two = (world.invoice(_anybody(world), world.own_amount()) for _ in range(2))
    text = writing.listed(world.random, world.language, f"{one.number} {two.number}")
    world.pays(
        "group",
        "auto",
        [[_paid(one), _paid(two)]],
        one.gross.minor + two.gross.minor,
        text,
        name="Quixotra Holding NV",
        plain=True,
    )


# whose is it?


def number_of_another(world: World) -> None:
    """The payer's own amount under somebody else's number."""
    party, other = world.customer(), world.customer()
    one, quoted = world.invoice(party, world.own_amount()), world.invoice(other, world.own_amount())
    world.pays("number of another", "review", [], one.gross.minor, quoted.number, by=party)


def own_other_number(world: World) -> None:
    party = world.customer()
    one, two = world.invoice(party, world.own_amount()), world.invoice(party, world.own_amount())
    if one.gross.minor != two.gross.minor:
        world.pays("own other number", "review", [], one.gross.minor, two.number, by=party)


def old_number(world: World) -> None:
    party = world.customer()
    old, now = world.invoice(party, world.own_amount()), world.invoice(party, world.own_amount())
    world.pays("first, then old", "auto", [[_paid(old)]], old.gross.minor, old.number, by=party)
    world.pays("old number", "review", [], now.gross.minor, _quoted(world, old), by=party, after=9)


def friend(world: World) -> None:
    """A customer pays another one's invoice, number and amount exact."""
    party, other = world.customer(), world.customer()
    world.invoice(party, world.own_amount())
    one = world.invoice(other, world.own_amount())
    world.pays("customer for another", "auto", [[_paid(one)]], one.gross.minor, _quoted(world, one), by=party)


def friend_same_amount(world: World) -> None:
    party, other = world.customer(), world.customer()
    amount = world.own_amount()
    world.invoice(party, amount)
    one = world.invoice(other, amount)
    world.pays("another's number, both fit", "review", [], amount, one.number, by=party)


def friend_part(world: World) -> None:
    party, other = world.customer(), world.customer()
    world.invoice(party, world.own_amount())
    one = world.invoice(other, world.own_amount(5_000))
    minor = one.gross.minor // 2 + 3
    world.pays("another's number, part", "either", [[_paid(one, minor)]], minor, one.number, by=party)


def two_series(world: World) -> None:
    """Digits alone, which two series share: the payer or the amount tells which, else nothing does."""
    party, other = world.customer(), world.customer()
    one = world.invoice(party, world.own_amount(), series=0)
    two = world.invoice(other, world.own_amount(), series=1)
    del two
    world.pays("digits alone", "either", [[_paid(one)]], one.gross.minor, digits(one.number), by=party, plain=True)


def longer_number(world: World) -> None:
    """Our digits inside something longer, from nobody we know, for another amount: no evidence at all."""
    one = world.invoice(world.customer(), world.own_amount())
    r = world.random
    figures = digits(one.number)
    text = r.choice(
        [
            f"police 9{figures}{r.randrange(10, 99)}",
            f"{figures}{r.randrange(100, 999)}",
            f"dossier {r.randrange(10, 99)}{figures}",
        ]
    )
    world.pays("digits inside", "review", [], world.own_amount(), text, plain=True)


def unknown_number(world: World) -> None:
    """A number of our shape that we never issued, and an amount that fits."""
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    figures = [at for at, each in enumerate(one.number) if each.isdigit()]
    number = list(one.number)
    for at in figures[-3:]:
        number[at] = str((int(number[at]) + world.random.randrange(3, 7)) % 10)
    strange = "".join(number)
    if bare(strange) in world.bare_numbers:
        return
    entry = world.pays(
        "unknown number", "either", [[_paid(one)]], one.gross.minor, f"invoice {strange}", by=party, plain=True
    )
    world.doubtful(entry, strange)


def unknown_number_from_stranger(world: World) -> None:
    one = world.invoice(world.customer(), world.own_amount())
    r = world.random
    world.pays(
        "stranger's own number", "review", [], one.gross.minor, f"invoice {r.randrange(10**8, 10**9)}", plain=True
    )


# credit notes


def netted(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.own_amount(5_000), ago=20)
    note = world.credit(party, one.gross.minor // 4, corrects=one.number, ago=4)
    rest = one.gross.minor - note.gross.minor
    world.pays("credit netted", "auto", [[_paid(one, rest)]], rest, _quoted(world, one), by=party)


def netted_and_overlooked(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.own_amount(5_000), ago=20)
    note = world.credit(party, one.gross.minor // 4, corrects=one.number, ago=4)
    rest = one.gross.minor - note.gross.minor
    lines = [_paid(one, rest), _account(party, note.gross.minor)]
    world.pays("credit overlooked", "auto", [lines], one.gross.minor, _quoted(world, one), by=party)


def deducted(world: World) -> None:
    party = _anybody(world)
    one = world.invoice(party, world.own_amount(9_000))
    note = world.credit(party, world.random.randrange(500, 4_000))
    minor = one.gross.minor - note.gross.minor
    lines = [_paid(one, minor), ("credit_note", note.number, note.gross.minor)]
    text = world.random.choice(
        [f"{one.number} - {note.number}", f"{one.number} min {note.number}", f"{one.number}, {note.number}"]
    )
    world.pays("credit deducted", "auto", [lines], minor, text, by=party, plain=True)


def deducted_in_silence(world: World) -> None:
    party = world.customer()
    one = world.invoice(party, world.own_amount(9_000))
    note = world.credit(party, world.random.randrange(500, 4_000))
    minor = one.gross.minor - note.gross.minor
    lines = [_paid(one, minor), ("credit_note", note.number, note.gross.minor)]
    world.pays("credit deducted, not quoted", "either", [lines], minor, one.number, by=party)


def refund(world: World) -> None:
    party = _anybody(world)
    note = world.credit(party, world.own_amount())
    world.pays(
        "refund", "auto", [[("refund", note.number, note.gross.minor)]], -note.gross.minor, note.number, by=party
    )


def refund_without_number(world: World) -> None:
    party = world.customer()
    note = world.credit(party, world.own_amount())
    world.pays(
        "refund, no number", "either", [[("refund", note.number, note.gross.minor)]], -note.gross.minor, by=party
    )


def credit_note_quoted(world: World) -> None:
    """Money in under a credit note's number."""
    party = world.customer()
    note = world.credit(party, world.own_amount())
    world.pays("credit note quoted", "review", [], note.gross.minor, f"{note.number}", by=party, plain=True)


# batches


def batch(world: World) -> None:
    documents = [world.invoice(_anybody(world), world.own_amount()) for _ in range(3)]
    details = tuple(
        EntryDetail(
            amount=Money(each.gross.minor, "EUR"),
            counterparty=Counterparty(name=world.random.choice(STRANGERS), iban=world.names.iban()),
            remittance=Remittance(unstructured=(_quoted(world, each),)),
        )
        for each in documents
    )
    world.pays(
        "batch", "auto", [[_paid(each) for each in documents]], _total(documents), name="", iban="", details=details
    )


# noise


def outgoing(world: World) -> None:
    r = world.random
    text, name = r.choice(
        [
            (f"factuur {r.randrange(10_000, 99_999)}", "Groothandel Overzee NV"),
            (f"Rechnung RE{r.randrange(10**5, 10**6)}", "Stadtwerke Nord"),
            (f"loon {r.randrange(1, 12):02d}/2026", "Werknemer Elf"),
            ("BTW 2e kwartaal 2026", "FOD Financien"),
            ("Kontoführung Juni", ""),
            (f"invoice INV-{r.randrange(1000, 9999)}", "Cloudhost Ltd"),
            ("huur september", "Immo Zuidrand"),
        ]
    )
    world.pays("outgoing", "ignore", [], -world.own_amount(), text, name=name, plain=True)


def outgoing_like_ours(world: World) -> None:
    """A supplier whose numbers look like ours."""
    one = world.invoice(world.customer(), world.own_amount())
    world.pays(
        "outgoing like ours",
        "ignore",
        [],
        -world.own_amount(),
        f"invoice {one.number}",
        name="Copycat Supplies",
        plain=True,
    )


def incoming_noise(world: World) -> None:
    r = world.random
    text, name = r.choice(
        [
            ("intrest 2026", "Bank"),
            (f"schade {r.randrange(10**6, 10**7)}", "Verzekering Lumen"),
            ("terugbetaling BTW 2026/06", "FOD Financien"),
            (f"Erstattung {r.randrange(10**5, 10**6)}", "Finanzamt"),
            ("subsidie 2026", "Agentschap"),
            (f"settlement {r.randrange(10**9, 10**10)}", "Cardhouse"),
        ]
    )
    world.pays("incoming noise", "ignore", [], world.own_amount(), text, name=name, plain=True)


def returned(world: World) -> None:
    party = world.customer()
    one = world.invoice(party, world.own_amount())
    world.pays("returned", "review", [], -one.gross.minor, one.number, by=party, returned="AC04", plain=True)


#: Stories with how often each is told in a round.
STORIES: Final[tuple[tuple[Story, int], ...]] = (
    (structured_field, 2), (structured_in_text, 2), (structured_typo, 1), (number_exact, 4), (number_noisy, 4), (number_from_stranger, 2),
    (noisy_from_stranger, 1), (short_number, 3), (short_from_stranger, 1), (number_typo, 3), (typo_from_stranger, 1), (wrong_year, 1),
    (typo_from_stranger_other_amount, 1), (end_to_end, 1), (order_number, 1), (order_of_two, 1), (customer_number, 2), (shared_digits, 1),
    (known_account, 3), (known_account_cluttered, 2), (name_and_amount, 3), (joint_name, 1), (namesakes, 1), (same_last_name, 1),
    (same_initial, 1), (other_firm, 1), (stranger, 1), (learned_account, 1), (learned_from_another, 1), (accountant, 1), (equal_open, 1),
    (equal_with_number, 1), (equal_with_typo, 1), (nothing_open, 1), (not_yet_issued, 1), (part, 1), (part_of_cluttered_stranger, 1),
    (instalments, 1), (part_without_number, 1), (too_much, 1), (beside, 1), (twice, 1), (at_the_portal, 1), (part_at_the_portal, 1),
    (discount, 2), (discount_without_number, 1), (discount_late, 1), (discount_late_without_number, 1), (rounding, 1),
    (short_by_charges, 1), (listed, 2), (list_shortened, 1), (span, 1), (list_one_typo, 1), (list_other_sum, 1), (list_partly_paid, 1),
    (everything, 1), (some, 1), (some_of_many, 1), (two_sums, 1), (sum_or_single, 1), (list_with_discount, 1), (group, 1),
    (number_of_another, 1), (own_other_number, 1), (old_number, 1), (friend, 1), (friend_same_amount, 1), (friend_part, 1), (two_series, 1),
    (longer_number, 2), (unknown_number, 1), (unknown_number_from_stranger, 1), (netted, 1), (netted_and_overlooked, 1), (deducted, 1),
    (deducted_in_silence, 1), (refund, 1), (refund_without_number, 1), (credit_note_quoted, 1), (batch, 1), (outgoing, 2),
    (outgoing_like_ours, 1), (incoming_noise, 2), (returned, 1), *COINCIDENCES,
)  # fmt: skip


def tell(country: str, seed: int, rounds: int = 5, coincidences: int | None = None) -> World:
    """The world of a country and a seed: ``rounds`` times all stories in an order of their own; some 150 entries a round. ``coincidences``: in how many
    of the rounds things coincide that hardly ever do (None: in all of them)."""
    world = World(random=Random(f"{country} {seed}"), country=country)
    rare = rounds if coincidences is None else coincidences
    stories = [
        story for story, times in STORIES for _ in range(times * (rare if (story, times) in COINCIDENCES else rounds))
    ]
    world.random.shuffle(stories)
    for at, story in enumerate(stories):
        world.day = at * 70 // len(stories)
        story(world)
    return world.finish()
