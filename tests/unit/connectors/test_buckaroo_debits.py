from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.buckaroo.debits import BuckarooDebits
from connectors.buckaroo.settings import BuckarooDebitsSettings
from connectors.ports import AskingFeed, Page
from ledger.debit_orders import HandedOver
from ledger.effects import Effect, Guarantee
from ledger.errors import HumanActionNeeded, OutcomeUnknown, Refused
from ledger.provider_debits import ProviderDebit, ProviderWord
from tests.conformance.debit_worlds import order, reference
from tests.simulators.buckaroo import SECRET, WEBSITE, BuckarooAccount
from tests.simulators.server import Answer, Call, Loopback, json_answer, running

DAY = date(2026, 9, 14)


@dataclass
class World:
    account: BuckarooAccount
    server: Loopback
    make: Callable[..., BuckarooDebits]

    def page(self, *numbers: int, cursor: str | None = None, day: date = DAY, keys: bool = True, **more: Any) -> Page:
        """A page of the feed about the debits of these numbers."""
        feed = self.make(**more).feed()
        assert isinstance(feed, AskingFeed)
        known = {one["Invoice"]: key for key, one in self.account.transactions.items() if "AmountDebit" in one}
        feed.ask_for(
            [
                HandedOver(reference=reference(n), transaction=known.get(reference(n), "") if keys else "")
                for n in numbers
            ],
            day,
        )
        return feed.fetch(cursor)

    def words(self, *numbers: int, **more: Any) -> list[ProviderDebit]:
        feed = self.make().feed()
        found = [fact for one in self.page(*numbers, **more).documents for fact in feed.parse(one)]
        assert all(isinstance(one, ProviderDebit) for one in found)
        return [one for one in found if isinstance(one, ProviderDebit)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    account = BuckarooAccount(tmp_path)
    with running(account) as server:

        def make(**more: Any) -> BuckarooDebits:
            settings = BuckarooDebitsSettings(
                use="buckaroo",
                website_key=SecretStr(WEBSITE),
                secret_key=SecretStr(SECRET),
                url=server.address,
                calls_per_minute=100_000,
                state=tmp_path / "state",
                **more,
            )
            return BuckarooDebits(settings, "direct_debit/bank")

        yield World(account, server, make)


class _Nowhere:
    """What orders are asked for nothing else."""

    held_as = ""


_NOWHERE: Any = _Nowhere()


def order_of(number: int) -> Effect:
    """The n-th order."""
    return order(_NOWHERE, number)


@pytest.fixture
def effect() -> Effect:
    return order_of(1)


def asked(world: World) -> Any:
    """The last order as it came in."""
    return [call.json() for call in world.server.calls if call.path == "/json/Transaction"][-1]


def changed(effect: Effect, **more: object) -> Effect:
    return replace(effect, payload={**effect.payload, **more})


def test_the_first_debit_names_the_mandate_and_the_others_name_the_first(world: World, effect: Effect) -> None:
    first = world.make(action="Pay,ExtraInfo", collect_date="day_first").send(effect).reference
    service = asked(world)["Services"]["ServiceList"][0]
    given = {one["Name"]: one["Value"] for one in service["Parameters"]}
    assert (service["Action"], given["collectdate"], given["MandateDate"]) == (
        "Pay,ExtraInfo",
        "14-09-2026",
        "2026-01-05",
    )
    world.make().send(changed(order_of(2), first=first))
    following = asked(world)
    assert (following["OriginalTransactionKey"], following["Services"]["ServiceList"][0]["Action"]) == (
        first,
        "PayRecurrent",
    )
    assert "StartRecurrent" not in following
    # Made by another provider before: nothing that can be named here.
    world.make().send(changed(order_of(3), first="tr_000001"))
    assert asked(world)["StartRecurrent"] is True


def test_under_a_mandate_for_once_nothing_follows(world: World, effect: Effect) -> None:
    world.make().send(changed(effect, sequence_type="OOFF"))
    assert asked(world)["StartRecurrent"] is False


@pytest.mark.parametrize(
    ("more", "given", "why"),
    [({"scheme": "B2B"}, {}, "CORE"), ({}, {"mandate_prefix": "1DC"}, "begin with '1DC'"), ({"iban": ""}, {}, "says")],
)
def test_what_it_does_not_collect_is_refused(
    world: World, effect: Effect, more: dict[str, str], given: dict[str, str], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        world.make(**given).send(changed(effect, **more))
    assert world.account.transactions == {}


def test_where_nobody_can_tell_nothing_is_sent(world: World, effect: Effect, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = BuckarooAccount.answer

    def silent(account: BuckarooAccount, call: Call) -> Answer:
        """Neither a transaction nor a word that there is none."""
        if call.path.endswith("Statuses"):
            return json_answer({"Transactions": [], "ErrorTransactions": []})
        return answered(account, call)

    monkeypatch.setattr(BuckarooAccount, "answer", silent)
    with pytest.raises(HumanActionNeeded, match="neither shows"):
        world.make().find(effect.key)
    with pytest.raises(HumanActionNeeded, match="neither shows"):
        world.make().send(effect)
    assert world.account.transactions == {}
    # Where a person has seen that this is how it says so.
    assert world.make(absent_when="not_shown").find(effect.key) is None
    world.make(absent_when="not_shown").send(effect)
    assert len(world.account.transactions) == 1


def test_two_debits_under_one_reference_are_a_persons(world: World, effect: Effect) -> None:
    for _ in range(2):
        world.account.debit("121.01", reference(1))
    with pytest.raises(HumanActionNeeded, match="2 debits"):
        world.make().find(effect.key)
    # By its key each can be told; by the reference alone neither.
    assert world.words(1, keys=False) == []
    assert len(world.words(1)) == 1


def test_an_answer_without_a_transaction_is_unknown(
    world: World, effect: Effect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BuckarooAccount, "_made", lambda *_: json_answer({"Status": {"Code": {"Code": 791}}}))
    with pytest.raises(OutcomeUnknown):
        world.make().send(effect)


def test_what_waits_for_a_person_is_never_sent_on_the_chance(world: World) -> None:
    assert world.make().guarantee is Guarantee.FINDABLE
    assert world.make(lost_orders="wait").guarantee is Guarantee.BLIND
    assert (world.make().settle_s, world.make(settle_minutes=1).settle_s) == (900, 60)


def test_a_status_that_is_not_known_stops_the_page(world: World) -> None:
    key = world.account.debit("121.01", reference(1))
    world.account.transactions[key]["Status"]["Code"]["Code"] = 195
    with pytest.raises(HumanActionNeeded, match="195"):
        world.page(1)


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (790, ProviderWord.UNDER_WAY),
        (793, ProviderWord.UNDER_WAY),
        (690, ProviderWord.FAILED),
        (891, ProviderWord.FAILED),
    ],
)
def test_statuses(world: World, code: int, word: ProviderWord) -> None:
    key = world.account.debit("121.01", reference(1))
    world.account.transactions[key]["Status"]["Code"]["Code"] = code
    (said,) = world.words(1)
    assert (said.word, said.on is None) == (word, word is ProviderWord.UNDER_WAY)


def test_a_technical_error_says_nothing(world: World) -> None:
    key = world.account.debit("121.01", reference(1))
    world.account.transactions[key]["Status"]["Code"]["Code"] = 492
    assert world.words(1) == world.words(1, keys=False) == []


def test_what_is_at_its_end_is_asked_for_once_a_day(world: World) -> None:
    world.account.collect(world.account.debit("121.01", reference(1)))
    world.account.debit("121.02", reference(2))
    first = world.page(1, 2)
    asked_before = len(world.server.calls)
    same_day = world.page(1, 2, cursor=first.cursor)
    assert world.server.calls[-1].json() == {"Transactions": [{"Invoice": reference(2)}]}
    next_day = world.page(1, 2, cursor=same_day.cursor, day=date(2026, 9, 15))
    assert len(world.server.calls) == asked_before + 2
    assert same_day.documents == next_day.documents == ()
    # What is asked for no more is forgotten.
    assert set(json.loads(world.page(2, cursor=next_day.cursor).cursor)["said"]) == {reference(2)}


def test_pages_of_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.buckaroo.debits.AT_ONCE", 3)
    world.account.at_once = 2
    for number in range(7):
        world.account.debit(f"121.0{number}", reference(number))
    found, cursor, more = set(), None, True
    while more:
        page = world.page(*range(7), cursor=cursor)
        assert len(page.documents) <= 3
        found |= {one.name for one in page.documents}
        cursor, more = page.cursor, page.has_more
    assert len(found) == 7
    assert world.page(*range(7), cursor=cursor).documents == ()


@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("keys", [False, True])
def test_taken_back(world: World, both_ways: bool, keys: bool) -> None:
    world.account.names_both_ways = both_ways
    key = world.account.debit("121.01", reference(1))
    world.account.collect(key)
    back = world.account.storno(key, "MD06", "2026-10-02")
    (said,) = world.words(1, keys=keys)
    assert (said.word, said.transaction, said.reason_code, said.on) == (
        ProviderWord.CHARGED_BACK,
        key,
        "MD06",
        date(2026, 10, 2),
    )
    # On its way back is not back.
    world.account.transactions[back]["Status"]["Code"]["Code"] = 791
    (said,) = world.words(1, keys=keys)
    assert said.word is ProviderWord.PAID


def test_only_the_debit_says_what_took_it_back(world: World) -> None:
    """Where what takes it back bears no invoice number."""
    world.account.names_both_ways = True
    key = world.account.debit("121.01", reference(1))
    world.account.collect(key)
    back = world.account.storno(key, "MD06")
    world.account.transactions[back].update(Invoice=None, RelatedTransactions=None)
    (said,) = world.words(1)
    assert said.word is ProviderWord.CHARGED_BACK


def test_documents_hold_no_names_and_no_accounts(world: World, effect: Effect) -> None:
    world.make().send(effect)
    world.account.under(reference(1))["CustomerName"] = "Jan Peeters"
    (document,) = world.page(1).documents
    with document.open() as stream:
        kept = stream.read().decode()
    assert "Peeters" not in kept
    assert "BE68" not in kept
    assert "MND-1" in kept
