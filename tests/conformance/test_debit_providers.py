"""What every provider that collects direct debits must do: each order once, in every weather, and every word on it, as often as it is asked for."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from collect.provider_answers import is_ours
from connectors.ports import Cursor, DebitProvider, Receipt
from connectors.registry import KINDS, Port
from ledger.effects import Effect, Guarantee
from ledger.errors import (
    AfletterError,
    ConflictingPayload,
    CredentialsRefused,
    HumanActionNeeded,
    OutcomeUnknown,
    Transient,
)
from ledger.money import Money
from ledger.provider_debits import ProviderDebit, ProviderWord
from ledger.sources import Fault, RawDocument
from tests.conformance.debit_worlds import (
    WORLDS,
    DebitWorld,
    changed_amount,
    closing,
    feed_of,
    order,
    reference,
)
from tests.conformance.faults import Killed, Moment, weather
from tests.simulators.server import Trouble

MakeWorld = Callable[[Path], DebitWorld]
every_provider = pytest.mark.parametrize("make_world", WORLDS.values(), ids=list(WORLDS))


def test_every_registered_provider_is_tried_here() -> None:
    assert {one.use for one in KINDS[Port.DEBIT_CHANNEL] if one.settings.singly} == set(WORLDS)


def send(world: DebitWorld, effects: list[Effect]) -> list[Receipt]:
    """As the outbox sender does after a restart: look first, then send what is not there."""
    provider = world.make()
    return [provider.find(effect.key) or provider.send(effect) for effect in effects]


def fetch_all(provider: DebitProvider, cursor: Cursor | None = None) -> tuple[list[RawDocument], Cursor | None]:
    """All pages; the cursor makes a round trip through text each time, as the store makes it."""
    feed, documents, more = feed_of(provider), list[RawDocument](), True
    while more:
        page = feed.fetch(None if cursor is None else json.loads(json.dumps(cursor)))
        documents.extend(page.documents)
        cursor, more = page.cursor, page.has_more
    return documents, cursor


def words(world: DebitWorld, documents: list[RawDocument]) -> list[ProviderDebit]:
    """What the documents say of what is ours in form."""
    feed = world.make().feed()
    found = [fact for one in documents for fact in feed.parse(one)]
    assert not any(isinstance(fact, Fault) for fact in found)
    return [fact for fact in found if isinstance(fact, ProviderDebit) and is_ours(fact.reference)]


def last_word(world: DebitWorld, documents: list[RawDocument], number: int) -> ProviderDebit:
    return [said for said in words(world, documents) if said.reference == reference(number)][-1]


@every_provider
class TestOrders:
    def test_is_a_provider_that_can_be_asked(self, make_world: MakeWorld, tmp_path: Path) -> None:
        provider = make_world(tmp_path).make()
        assert isinstance(provider, DebitProvider)
        assert provider.guarantee in (Guarantee.KEYED, Guarantee.FINDABLE)
        assert provider.settle_s > 0
        assert provider.feed().name == f"{provider.name}/feed"
        provider.check()

    def test_delivers_and_finds_again_after_a_restart(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        effect = order(world, 1)
        assert world.make().find(effect.key) is None
        receipt = world.make().send(effect)
        assert (receipt.key, bool(receipt.reference)) == (effect.key, True)
        assert world.taken() == [reference(1)]
        assert world.make().find(effect.key) == receipt
        assert world.make().send(effect) == receipt
        assert world.taken() == [reference(1)]

    def test_the_same_collection_under_another_key_is_one_debit(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        first = world.make().send(order(world, 1))
        again = world.make().send(order(world, 1, earlier=2))
        assert again.reference == first.reference
        assert again.key != first.key
        assert world.taken() == [reference(1)]

    def test_the_same_reference_with_another_amount_is_an_error(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        effect = order(world, 1)
        world.make().send(effect)
        with pytest.raises(ConflictingPayload):
            world.make().send(changed_amount(effect))
        assert world.taken() == [reference(1)]

    @pytest.mark.parametrize("moment", [Moment.DIES_BEFORE, Moment.DIES_AFTER])
    def test_killed_at_every_call(self, make_world: MakeWorld, tmp_path: Path, moment: Moment) -> None:
        for at in itertools.count():
            (tmp_path / str(at)).mkdir()
            world = make_world(tmp_path / str(at))
            effects = [order(world, number) for number in (1, 2)]
            with weather(moment, at) as state, suppress(Killed):
                send(world, effects)
            receipts = send(world, effects)
            assert sorted(world.taken()) == sorted([reference(1), reference(2)]), f"call {at}"
            assert send(world, effects) == receipts
            if not state.struck:
                assert at > 3
                return

    def test_a_lost_answer_is_unknown_and_found(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.make().send(order(world, 0))
        for trouble in (Trouble.LOST_AFTER, Trouble.BAD_GATEWAY_AFTER, Trouble.HALF):
            number = len(world.taken())
            effect = order(world, number)
            world.server.trouble(trouble, method="POST", part=world.order_part)
            with pytest.raises(OutcomeUnknown):
                world.make().send(effect)
            found = world.make().find(effect.key)
            assert found is not None, trouble
            assert world.make().send(effect) == found
            assert world.taken() == [reference(n) for n in range(number + 1)]

    @pytest.mark.parametrize("trouble", [one for one in Trouble if one is not Trouble.EXPIRED])
    def test_in_every_weather_once(self, make_world: MakeWorld, tmp_path: Path, trouble: Trouble) -> None:
        world = make_world(tmp_path)
        for number, times in enumerate((1, 2, 5)):
            effect = order(world, number)
            world.server.trouble(trouble, times=times)
            with suppress(Transient, OutcomeUnknown):
                world.make().send(effect)
            world.server.clear()
            send(world, [effect])
            assert world.taken() == [reference(n) for n in range(number + 1)]

    def test_a_batch_is_closed_as_often_as_one_likes(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        provider = world.make()
        if not provider.closes_batches:
            return
        provider.send(order(world, 1))
        end = closing(world, 1)
        assert provider.find(end.key) is None
        name = provider.send(end).reference
        assert name
        assert provider.send(end).reference == ""
        assert world.taken() == [reference(1)]

    def test_a_refused_login_is_named_and_keeps_its_secret(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        for ask in (
            lambda: world.make("not-the-key").send(order(world, 1)),
            lambda: feed_of(world.make("not-the-key")).fetch(None),
        ):
            with pytest.raises(CredentialsRefused) as refused:
                ask()
            assert "not-the-key" not in str(refused.value)
        assert world.taken() == []


@every_provider
class TestFeed:
    def test_an_order_is_under_way_then_paid(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        receipt = world.make().send(order(world, 1))
        documents, cursor = fetch_all(world.make())
        said = last_word(world, documents, 1)
        assert (said.word, said.transaction, said.amount) == (
            ProviderWord.UNDER_WAY,
            receipt.reference,
            Money(12_101, "EUR"),
        )
        world.pay(reference(1))
        documents, cursor = fetch_all(world.make(), cursor)
        assert [said.word for said in words(world, documents)] == [ProviderWord.PAID]
        assert fetch_all(world.make(), cursor)[0] == []

    def test_pages_that_come_again_have_the_same_bytes(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        for number in range(7):
            world.make().send(order(world, number))
            world.pay(reference(number))
        once, _ = fetch_all(world.make())
        again, _ = fetch_all(world.make())
        assert [(one.name, one.sha256) for one in again] == [(one.name, one.sha256) for one in once]
        assert {said.reference for said in words(world, once)} == {reference(n) for n in range(7)}

    def test_what_was_read_and_not_stored_comes_again(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.make().send(order(world, 1))
        _, cursor = fetch_all(world.make())
        world.fail(reference(1), "MS03")
        # Killed after it read and before it stored: the cursor is the old one.
        lost = feed_of(world.make()).fetch(cursor)
        assert len(lost.documents) == 1
        assert [one.sha256 for one in feed_of(world.make()).fetch(cursor).documents] == [lost.documents[0].sha256]

    def test_failed_then_paid(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.make().send(order(world, 1))
        world.fail(reference(1), "MS03")
        documents, cursor = fetch_all(world.make())
        said = last_word(world, documents, 1)
        assert (said.word, said.reason_code) == (ProviderWord.FAILED, "MS03")
        world.pay(reference(1))
        documents, _ = fetch_all(world.make(), cursor)
        assert last_word(world, documents, 1).word is ProviderWord.PAID

    def test_charged_back(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.make().send(order(world, 1))
        world.pay(reference(1))
        _, cursor = fetch_all(world.make())
        world.charge_back(reference(1), "MD06")
        documents, cursor = fetch_all(world.make(), cursor)
        said = last_word(world, documents, 1)
        # Where the platform has one word for both, what it was before tells them apart.
        assert said.word in (ProviderWord.CHARGED_BACK, ProviderWord.FAILED)
        assert said.reason_code == "MD06"
        assert fetch_all(world.make(), cursor)[0] == []

    def test_a_strangers_debit_stops_nothing(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.stranger("subscription 12")
        world.stranger(reference(99))
        world.make().send(order(world, 1))
        documents, _ = fetch_all(world.make())
        assert {said.reference for said in words(world, documents)} == {reference(99), reference(1)}

    def test_a_page_that_cannot_be_read_is_read_again_when_it_can(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.make().send(order(world, 1))
        _, cursor = fetch_all(world.make())
        world.pay(reference(1))
        mend = world.spoil()
        with pytest.raises(HumanActionNeeded):
            feed_of(world.make()).fetch(cursor)
        mend()
        documents, _ = fetch_all(world.make(), cursor)
        assert last_word(world, documents, 1).word is ProviderWord.PAID

    @pytest.mark.parametrize("trouble", [one for one in Trouble if one is not Trouble.EXPIRED])
    def test_whatever_happens_the_same_comes_in_the_end(
        self, make_world: MakeWorld, tmp_path: Path, trouble: Trouble
    ) -> None:
        world = make_world(tmp_path)
        for number in range(7):
            world.make().send(order(world, number))
        cursor: Cursor | None = None
        found: list[RawDocument] = []
        for turn in range(30):
            if turn % 2 == 0:
                world.server.trouble(trouble, times=1 + turn % 6)
            with suppress(Transient, HumanActionNeeded):
                page = feed_of(world.make()).fetch(cursor)
                found.extend(page.documents)
                cursor = page.cursor
        world.server.clear()
        rest, cursor = fetch_all(world.make(), cursor)
        found.extend(rest)
        assert {said.reference for said in words(world, found)} == {reference(n) for n in range(7)}

    def test_a_storm_of_429_is_a_named_error(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.server.trouble(Trouble.TOO_MANY, times=50)
        with pytest.raises(AfletterError) as storm:
            feed_of(world.make()).fetch(None)
        assert isinstance(storm.value, Transient)
        assert world.server.count < 10
        world.server.clear()

    def test_parsing_is_pure(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.make().send(order(world, 1))
        documents, _ = fetch_all(world.make())
        before = world.server.count
        assert words(world, documents) == words(world, documents)
        assert world.server.count == before
