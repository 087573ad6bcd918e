"""What every ReminderChannel must do: bring a message once, keep its guarantee when the answer is lost, and refuse what it cannot bring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, assert_never

import pytest

from connectors.ports import ReminderChannel
from ledger.effects import Effect, Guarantee, key_of
from ledger.errors import ConflictingPayload, OutcomeUnknown, Refused, Transient
from ledger.media import Medium
from ledger.messages import message_of, message_payload
from tests.conformance.channels import CHANNELS, ChannelWorld
from tests.conformance.worlds import letter


@pytest.fixture(params=[(use, number) for use, worlds in CHANNELS.items() for number in range(len(worlds))], ids=str)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ChannelWorld]:
    use, number = request.param
    make: Any = CHANNELS[use][number]
    with make(tmp_path) as found:
        yield found


def message_id(effect: Effect) -> str:
    return message_of(effect.payload).message_id


def test_it_says_what_it_is(world: ChannelWorld) -> None:
    channel = world.make()
    assert channel.medium in Medium
    assert channel.guarantee in Guarantee
    assert channel.name.startswith("reminders/")
    channel.check()
    assert world.delivered() == []


def test_messages_arrive_with_a_receipt(world: ChannelWorld) -> None:
    effects = [letter(number) for number in range(3)]
    for effect in effects:
        receipt = world.make().send(effect)
        assert receipt.key == effect.key
        assert receipt.reference
    assert sorted(world.delivered()) == sorted(map(message_id, effects))


def test_what_is_found_was_delivered(world: ChannelWorld) -> None:
    channel, effect = world.make(), letter(1)
    receipt = channel.send(effect)
    found = world.make().find(effect.key)
    match channel.guarantee:
        case Guarantee.FINDABLE:
            assert found == receipt
        case Guarantee.KEYED | Guarantee.BLIND:
            assert found is None
        case _:
            assert_never(channel.guarantee)
    assert world.make().find(key_of("never sent")) is None


def test_a_lost_answer_never_makes_two_of_one(world: ChannelWorld) -> None:
    """As the outbox sender behaves by the guarantee: a keyed channel is asked again, a findable one is looked at, a blind one is left alone."""
    channel, effect = world.make(), letter(1)
    if world.lose_answers is None:
        send_twice(channel, effect)
    else:
        world.lose_answers()
        for _ in range(2 if channel.guarantee is Guarantee.KEYED else 1):
            with pytest.raises((OutcomeUnknown, Transient)) as caught:
                channel.send(effect)
            if channel.guarantee is Guarantee.BLIND:
                assert isinstance(caught.value, OutcomeUnknown), (
                    "what may have arrived must not be sent again by itself"
                )
    assert world.delivered() == [message_id(effect)]


def send_twice(channel: ReminderChannel, effect: Effect) -> None:
    assert channel.send(effect) == channel.send(effect)
    if channel.guarantee is Guarantee.FINDABLE:
        with pytest.raises(ConflictingPayload):
            channel.send(replace(effect, payload={**effect.payload, "subject": "Iets anders"}))


@pytest.mark.parametrize("field", ["message_id", "subject", "attachments", "dated_on"])
def test_what_is_no_message_is_refused_and_leaves_nothing(world: ChannelWorld, field: str) -> None:
    effect = letter(1)
    with pytest.raises(Refused):
        world.make().send(replace(effect, payload={**effect.payload, field: 7}))
    assert world.delivered() == []


def test_a_message_without_any_address_is_refused(world: ChannelWorld) -> None:
    effect = letter(1)
    nowhere = replace(message_of(effect.payload), recipient="", postal=(), phone="")
    if world.make().medium is Medium.WEBHOOK:
        return  # its system knows the customer by its id
    with pytest.raises(Refused):
        world.make().send(replace(effect, payload=message_payload(nowhere)))
    assert world.delivered() == []
