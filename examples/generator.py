"""The sample tenants: three sellers whose files are made from a seed, for the demo, for tests and to measure with.

The same arguments give the same bytes. What a bookkeeper would make of each bank entry is returned, and never written into
the tenant's folder.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Final, Literal

from ruamel.yaml import YAML

from examples import camt_writer, coda_writer, invoice_files, mt940_writer
from examples.countries import COUNTRIES, CountryProfile, Unrelated
from examples.stories import DEMO_SHARES, SCALE_SHARES, SKONTO_SHARES, STORIES, Composer
from examples.world import (
    Account,
    BillKind,
    Expected,
    ExpectedStatus,
    Movement,
    World,
)

Country = Literal["be", "nl", "de"]

#: The business date the samples are made for: a Monday, so that the newest statement is of the Friday before.
AS_OF: Final = date(2026, 9, 14)
#: An earlier business date: what is announced then is collected by a file that leaves on AS_OF.
NOTICES_ON: Final = date(2026, 9, 9)
#: First and last day with a bank statement.
FIRST_DAY: Final = date(2026, 6, 8)
LAST_DAY: Final = date(2026, 9, 11)
SEED: Final = 20260914
#: Invoices of a demo tenant.
DEMO_INVOICES: Final = 200
#: From this many invoices on a world is one to measure with: as many bank entries as invoices, few of them unpaid.
SCALE_FROM_INVOICES: Final = 2_000
#: Bank entries that a statement of a large world holds, where there are days enough.
ENTRIES_PER_STATEMENT: Final = 1_400
#: CODA numbers the entries of a statement with four digits, and invoices have six: more does not fit.
MOST_INVOICES: Final = 500_000
_OPENING_MINOR: Final = 2_845_017
_TENANTS: Final = Path(__file__).parent / "tenants"
_WRITERS: Final = {"be": coda_writer.write, "nl": mt940_writer.write, "de": camt_writer.write}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenWorld:
    """A tenant folder on disk. ``config``: its tenant.yaml; ``expected``: what a bookkeeper would make of each bank entry, by
    the bank's reference; ``invoices`` and ``entries``: how many there are."""

    config: Path
    expected: Mapping[str, Expected]
    invoices: int
    entries: int


def write_demo(folder: Path, seed: int = SEED, until: date = LAST_DAY) -> tuple[Path, ...]:
    """The three demo tenants in ``folder``/be, nl and de; gives their tenant.yaml files.

    ``until``: the last day whose statements are there yet; called again with a later day it adds the missing ones and changes nothing else.
    """
    countries: tuple[Country, ...] = ("be", "nl", "de")
    return tuple(write_world(folder / country, country, seed=seed, until=until).config for country in countries)


def write_world(
    folder: Path,
    country: Country,
    *,
    invoices: int = DEMO_INVOICES,
    seed: int = SEED,
    until: date = LAST_DAY,
) -> WrittenWorld:
    """One tenant in ``folder``: tenant.yaml, invoices/ and bank/ with CODA (be), MT940 (nl) or CAMT.053 (de).

    ``until``: the last day whose statements are written; ``expected`` and ``entries`` are of the whole world. From SCALE_FROM_INVOICES on, the world has as many bank entries as invoices, and nearly all are paid. Raises
    ValueError for less than one or more than MOST_INVOICES.
    """
    if not 1 <= invoices <= MOST_INVOICES:
        raise ValueError(f"a world has 1 to {MOST_INVOICES} invoices, not {invoices}")
    world = compose(country, invoices, seed)
    folder.mkdir(parents=True, exist_ok=True)
    template = _TENANTS / f"{country}.yaml"
    config = folder / "tenant.yaml"
    config.write_bytes(template.read_bytes())
    account = _account(template, COUNTRIES[country])
    invoice_files.write(folder / "invoices", world, account)
    _WRITERS[country](folder / "bank", world, account, until)
    return WrittenWorld(
        config=config,
        expected={movement.bank_reference: movement.expected() for movement in world.movements},
        invoices=sum(bill.kind is BillKind.INVOICE for bill in world.bills),
        entries=len(world.movements),
    )


def compose(country: Country, invoices: int, seed: int) -> World:
    """The world of one seller, numbered and in order, before anything is written."""
    profile = COUNTRIES[country]
    # Chance for samples, not for secrets; the seed is spelt out so that each country differs.
    chance = random.Random(f"{seed}/{country}/{invoices}")  # noqa: S311
    world = World(country=profile, opened_on=FIRST_DAY - timedelta(days=3), opening_minor=_OPENING_MINOR)
    large = invoices >= SCALE_FROM_INVOICES
    composer = Composer(world=world, chance=chance, days=_statement_days(invoices), as_of=AS_OF)
    composer.pool = [composer.new_customer() for _ in range(max(12, invoices * 9 // 20))]
    for name in _told(profile, invoices, chance):
        STORIES[name].tell(composer)
    _add_unrelated(composer, at_least=invoices if large else 0)
    if profile.code == "BE":
        _choose_ubl(world)
    _number_bills(world)
    world.movements.sort(key=lambda movement: movement.day)
    for place, movement in enumerate(world.movements, start=1):
        movement.bank_reference = f"{movement.day:%y%m%d}{place:07d}"
    return world


def _statement_days(invoices: int) -> Sequence[date]:
    """Weekdays with a statement: all of them in a small world, so many in a large one that each has entries enough."""
    span = (LAST_DAY - FIRST_DAY).days
    weekdays = [day for day in (FIRST_DAY + timedelta(days=n) for n in range(span + 1)) if day.weekday() < 5]
    if invoices < SCALE_FROM_INVOICES:
        return weekdays
    wanted = min(len(weekdays), max(2, -(-invoices // ENTRIES_PER_STATEMENT)))
    return [weekdays[-1 - place * len(weekdays) // wanted] for place in reversed(range(wanted))]


def _told(profile: CountryProfile, invoices: int, chance: random.Random) -> list[str]:
    """Names of the stories to tell, in the order of telling, so that they make exactly so many invoices."""
    shares = dict(SCALE_SHARES if invoices >= SCALE_FROM_INVOICES else DEMO_SHARES)
    if profile.code == "DE":
        shares.update(SKONTO_SHARES)
    told: list[str] = []
    left = invoices
    for name, share in shares.items():
        story = STORIES[name]
        times = max(1, round(share * invoices))
        if story.invoices:
            times = min(times, left // story.invoices)
        told.extend([name] * times)
        left -= times * story.invoices
    told.extend(["structured"] * left)
    chance.shuffle(told)
    return told


def _add_unrelated(composer: Composer, at_least: int) -> None:
    """Bank lines that are no receivables: each kind once a month, and suppliers until there are ``at_least`` movements."""
    country, movements = composer.world.country, composer.world.movements
    parties = {kind.name: composer.account() for kind in country.unrelated}
    for _, grouped in groupby(composer.days, key=lambda day: (day.year, day.month)):
        month = list(grouped)
        for kind in country.unrelated:
            movements.append(_unrelated(composer, kind, composer.chance.choice(month), parties[kind.name]))
        movements.append(_unrelated(composer, country.fee, month[-1], ("", "")))
    supplier = next(kind for kind in country.unrelated if kind.code == "supplier")
    while len(movements) < at_least:
        movements.append(_unrelated(composer, supplier, composer.day(), parties[supplier.name]))


def _unrelated(composer: Composer, kind: Unrelated, day: date, account: tuple[str, str]) -> Movement:
    low, high = kind.minor
    digits = str(composer.chance.randrange(10_000_000, 99_999_999))
    return Movement(
        story=kind.code,
        day=day,
        minor=composer.chance.randint(low, high),
        name=kind.name,
        iban=account[0],
        bic=account[1],
        words=kind.words.format(month=f"{day:%m/%Y}", digits=digits),
        code=kind.code,
        status=ExpectedStatus.IGNORED,
    )


def _choose_ubl(world: World) -> None:
    """One invoice to a business, paid with its structured reference, arrives as UBL instead of a row.

    UBL tells neither a customer's language nor its account, so it is one in the seller's own language whose account nobody has told.
    """
    for movement in world.movements:
        if movement.story == "structured":
            bill = movement.bills[0]
            if bill.customer.business and bill.customer.language == "nl" and not bill.customer.iban_known:
                bill.as_ubl = True
                return


def _number_bills(world: World) -> None:
    """Numbers and references in order of issue, invoices and credit notes each in a series of their own."""
    world.bills.sort(key=lambda bill: bill.issued_on)
    invoices, credit_notes = 100_400, 7_000
    for bill in world.bills:
        year = bill.issued_on.year
        match bill.kind:
            case BillKind.INVOICE:
                invoices += 1
                bill.serial = str(invoices)
                bill.number = world.country.invoice_number.format(year=year, serial=bill.serial)
                bill.reference = world.country.reference(year, invoices)
            case BillKind.CREDIT_NOTE:
                credit_notes += 1
                bill.serial = str(credit_notes)
                bill.number = world.country.credit_number.format(year=year, serial=bill.serial)


def _account(template: Path, country: CountryProfile) -> Account:
    """The seller's account as its tenant file states it."""
    tenant = YAML(typ="safe").load(template)
    iban = str(tenant["bank_accounts"][0]["iban"])
    return Account(
        holder=str(tenant["legal"]["name"]),
        iban=iban,
        bic=country.home_bank.bic,
        company_number=str(tenant["direct_debit"]["creditor_id"])[7:],
    )
