"""Each payment provider that collects direct debits, with what happens over there."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from pydantic import SecretStr

from connectors.buckaroo.settings import BuckarooDebitsSettings
from connectors.mollie.settings import MollieDebitsSettings
from connectors.ports import AskingFeed, DebitFeed, DebitProvider
from connectors.registry import debit_channel
from connectors.twikey.settings import TwikeyDebitsSettings, TwikeyLogin
from ledger.debit_orders import HandedOver, closing_payload, order_key, order_payload
from ledger.effects import Effect, EffectKind, key_of
from ledger.mandates import (
    Collection,
    CollectionPart,
    CollectionStatus,
    DebitBatch,
    Mandate,
    MandateStatus,
    MandateType,
    Scheme,
    SequenceType,
)
from ledger.money import Money
from ledger.sources import SourceRef
from tests.simulators import buckaroo, mollie, twikey
from tests.simulators.server import Loopback, lasting

DAY = date(2026, 9, 14)
NAME = "direct_debit/bank"
_RUNS = itertools.count()


@dataclass(frozen=True)
class DebitWorld:
    """A provider and its other side. ``make(secret)``: the provider; ``held_as``: what it calls the mandate of all orders; ``taken``: our references of
    all debits over there, one for each debit; ``pay``, ``fail``, ``charge_back``: what becomes of the debit under a reference; ``stranger``: somebody
    makes a debit under a reference; ``spoil``: the newest word can no longer be read, until what it answers is called;
    ``order_part``: what only the path of an order holds, where other questions are put by POST too."""

    server: Loopback
    make: Callable[..., DebitProvider]
    held_as: str
    taken: Callable[[], list[str]]
    pay: Callable[[str], None]
    fail: Callable[[str, str], None]
    charge_back: Callable[[str, str], None]
    stranger: Callable[[str], None]
    spoil: Callable[[], Callable[[], None]]
    order_part: str = ""


def feed_of(provider: DebitProvider) -> DebitFeed:
    """Its feed as the daemon has it on the next day: one that must be told what to ask for is told all that may have been handed over."""
    feed = provider.feed()
    if isinstance(feed, AskingFeed):
        known = [HandedOver(reference=reference(number), transaction="") for number in (*range(10), 99)]
        feed.ask_for(known, DAY + timedelta(days=next(_RUNS)))
    return feed


def reference(number: int) -> str:
    """The end-to-end id of the n-th collection."""
    return f"E20260914-{key_of('collection', str(number))[:24]}"


def collection(world: DebitWorld, number: int, cents: int = 12_100) -> Collection:
    """The n-th collection, of one invoice."""
    amount = Money(cents + number, "EUR")
    mandate = Mandate(
        reference="MND-1",
        customer_id="C1",
        iban="BE68539007547034",
        bic="GKCCBEBB",
        account_holder="Jan Peeters",
        scheme=Scheme.CORE,
        type=MandateType.RECURRENT,
        signed_on=date(2026, 1, 5),
        status=MandateStatus.ACTIVE,
        source=SourceRef(system="invoices/0", name="mandates.csv", document="", place="line 2"),
        held_as=world.held_as,
    )
    return Collection(
        end_to_end_id=reference(number),
        mandate=mandate,
        sequence_type=SequenceType.RCUR,
        collect_on=DAY,
        amount=amount,
        parts=(CollectionPart(document=f"F{number}", amount=amount),),
        remittance=f"F{number}",
        creditor_reference="",
        status=CollectionStatus.NOTIFIED,
    )


def batch(collections: tuple[Collection, ...]) -> DebitBatch:
    """Their batch."""
    return DebitBatch(
        message_id=f"M20260914-{key_of(*(one.end_to_end_id for one in collections))[:24]}",
        payment_information_id="P",
        creditor_name="Bench BV",
        creditor_id="BE68ZZZ0123456789",
        creditor_iban="BE55734798953744",
        creditor_bic="",
        scheme=Scheme.CORE,
        sequence_type=SequenceType.RCUR,
        collect_on=DAY,
        created_on=DAY,
        collections=collections,
    )


def order(world: DebitWorld, number: int, *, cents: int = 12_100, earlier: int = 0) -> Effect:
    """The effect of the n-th collection, queued for the ``earlier`` + 1st time."""
    one = collection(world, number, cents)
    return Effect(
        key=order_key(one.end_to_end_id, earlier),
        kind=EffectKind.COLLECTION,
        sink=NAME,
        subject=one.end_to_end_id,
        payload=order_payload(one, batch((one,))),
        not_before=DAY,
    )


def closing(world: DebitWorld, *numbers: int) -> Effect:
    """The end of the batch of these collections."""
    whole = batch(tuple(collection(world, number) for number in numbers))
    return Effect(
        key=order_key(whole.message_id, 0),
        kind=EffectKind.DEBIT_BATCH,
        sink=NAME,
        subject=whole.message_id,
        payload=closing_payload(whole, whole.collections),
        not_before=DAY,
    )


def twikey_world(tmp: Path) -> DebitWorld:
    account, server = twikey.TwikeyAccount(), lasting("twikey")
    server.simulate(account)
    account.sign("MND-1")

    def make(secret: str = twikey.TOKEN) -> DebitProvider:
        login = TwikeyLogin(
            api_token=SecretStr(secret),
            url=f"{server.address}{twikey.BASE}",
            state=tmp.with_name(f"{tmp.name}-state"),
        )
        settings = TwikeyDebitsSettings(use="twikey", connection=login, template=twikey.TEMPLATE)
        made = debit_channel(settings, NAME)
        assert isinstance(made, DebitProvider)
        return made

    def number(ours: str) -> str:
        return str(account.of_reference(ours)["id"])

    def stranger(theirs: str) -> None:
        account.transaction(theirs, "MND-1", 10.0)

    def spoil() -> Callable[[], None]:
        entry = account.newest_word()
        right = entry["amount"]
        entry["amount"] = "12,10"

        def mend() -> None:
            entry["amount"] = right

        return mend

    return DebitWorld(
        server=server,
        make=make,
        held_as="",
        taken=lambda: [one["ref"] for one in account.transactions.values()],
        pay=lambda ours: account.state(number(ours), "PAID"),
        fail=lambda ours, code: account.state(number(ours), "ERROR", code=code, day="2026-09-14"),
        charge_back=lambda ours, code: account.state(number(ours), "ERROR", code=code, day="2026-10-02"),
        stranger=stranger,
        spoil=spoil,
    )


def mollie_world(tmp: Path) -> DebitWorld:
    account, server = mollie.MollieAccount(page=3), lasting("mollie")
    server.simulate(account)
    customer, mandate = account.customer(reference="MND-1")

    def make(secret: str = mollie.WEBSITE_KEY) -> DebitProvider:
        settings = MollieDebitsSettings(
            use="mollie",
            token=SecretStr(secret),
            since=date(2026, 1, 1),
            url=server.address,
            state=tmp.with_name(f"{tmp.name}-state"),
        )
        made = debit_channel(settings, NAME)
        assert isinstance(made, DebitProvider)
        return made

    def number(ours: str) -> str:
        return str(account.under(ours)["id"])

    def charge_back(ours: str, code: str) -> None:
        # Months later, when other payments were made.
        account.now = "2026-10-02T10:00:00+00:00"
        account.payment("5.00", "something else")
        account.charge_back(number(ours), code)

    def stranger(theirs: str) -> None:
        account.recurring("10.00", {"afletter": theirs} if theirs.startswith("E") else None, customer, mandate)

    def spoil() -> Callable[[], None]:
        payment = list(account.payments.values())[-1]
        right = payment["amount"]
        payment["amount"] = {"currency": "EUR", "value": "1e9"}

        def mend() -> None:
            payment["amount"] = right

        return mend

    return DebitWorld(
        server=server,
        make=make,
        held_as=f"{customer}/{mandate}",
        taken=lambda: [one["metadata"]["afletter"] for one in account.payments.values()],
        pay=lambda ours: account.collect(number(ours)),
        fail=lambda ours, code: account.fail(number(ours), code),
        charge_back=charge_back,
        stranger=stranger,
        spoil=spoil,
    )


def buckaroo_world(tmp: Path) -> DebitWorld:
    account, server = buckaroo.BuckarooAccount(tmp, at_once=8), lasting("buckaroo")
    server.simulate(account)

    def make(secret: str = buckaroo.SECRET) -> DebitProvider:
        settings = BuckarooDebitsSettings(
            use="buckaroo",
            website_key=SecretStr(buckaroo.WEBSITE),
            secret_key=SecretStr(secret),
            url=server.address,
            state=tmp.with_name(f"{tmp.name}-state"),
        )
        made = debit_channel(settings, NAME)
        assert isinstance(made, DebitProvider)
        return made

    def key(ours: str) -> str:
        return str(account.under(ours)["Key"])

    def charge_back(ours: str, code: str) -> None:
        account.storno(key(ours), code, "2026-10-02")

    def stranger(theirs: str) -> None:
        account.debit("10.00", theirs)

    def spoil() -> Callable[[], None]:
        transaction = list(account.transactions.values())[-1]
        right = transaction["AmountDebit"]
        transaction["AmountDebit"] = "12,10"

        def mend() -> None:
            transaction["AmountDebit"] = right

        return mend

    return DebitWorld(
        server=server,
        make=make,
        held_as="",
        taken=lambda: [one["Invoice"] for one in account.transactions.values()],
        pay=lambda ours: account.collect(key(ours)),
        fail=lambda ours, code: account.fail(key(ours), code),
        charge_back=charge_back,
        stranger=stranger,
        spoil=spoil,
        order_part="/json/Transaction ",
    )


WORLDS: Mapping[str, Callable[[Path], DebitWorld]] = {
    "buckaroo": buckaroo_world,
    "mollie": mollie_world,
    "twikey": twikey_world,
}


def changed_amount(effect: Effect) -> Effect:
    """The same order with another amount."""
    return replace(effect, payload={**effect.payload, "amount": "1.00"})
