"""What every sink must do, whatever stands behind it: one delivery per key, in every weather."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import cast

import pytest

from connectors.ports import BatchSink, Receipt
from connectors.registry import KINDS, Port
from ledger.effects import Effect, Guarantee, key_of
from ledger.errors import ConflictingPayload, OutcomeUnknown, Transient
from tests.conformance.channels import CHANNELS
from tests.conformance.faults import Killed, Moment, weather
from tests.conformance.portal_worlds import FEEDBACK
from tests.conformance.worlds import SINKS, SinkWorld, names

OVER_A_NETWORK = {
    (Port.REMINDER_CHANNEL, "smtp"),
    (Port.REMINDER_CHANNEL, "webhook"),
    (Port.SERVICE_CHANNEL, "webhook"),
}
SINK_PORTS = (
    Port.ACCOUNTING,
    Port.DEBIT_CHANNEL,
    Port.REMINDER_CHANNEL,
    Port.HAND_OVER_CHANNEL,
    Port.SERVICE_CHANNEL,
)
every_sink = pytest.mark.parametrize(
    "make_world", [*SINKS.values(), *FEEDBACK.values()], ids=[*names(SINKS), *FEEDBACK]
)
MakeWorld = Callable[[Path], SinkWorld]


def test_every_registered_sink_is_tried_here() -> None:
    registered = {(port, one.use) for port in SINK_PORTS for one in KINDS[port]}
    # Providers of direct debits have a suite of their own: test_debit_providers.
    providers = {(Port.DEBIT_CHANNEL, one.use) for one in KINDS[Port.DEBIT_CHANNEL] if one.settings.singly}
    assert registered - OVER_A_NETWORK - providers == set(SINKS)
    # All reminder channels stand in test_channels too, those over a network nowhere else.
    assert {(Port.REMINDER_CHANNEL, use) for use in CHANNELS} == {
        one for one in registered if one[0] is Port.REMINDER_CHANNEL
    }


def send(world: SinkWorld, effects: list[Effect]) -> list[Receipt]:
    """As the outbox sender does after a restart: probe, then send what is not there, all at once where the system takes batches."""
    sink = world.make()
    found = {effect.key: sink.find(effect.key) for effect in effects}
    absent = [effect for effect in effects if found[effect.key] is None]
    if hasattr(sink, "send_many"):
        sent = list(cast("BatchSink", sink).send_many(absent)) if absent else []
    else:
        sent = [sink.send(effect) for effect in absent]
    receipts = {receipt.key: receipt for receipt in [*sent, *(r for r in found.values() if r is not None)]}
    return [receipts[effect.key] for effect in effects]


@every_sink
class TestSink:
    def test_checks_without_writing(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.make().check()
        assert list(tmp_path.iterdir()) == []

    def test_delivers_and_finds_again_after_a_restart(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        effect = world.effect(1)
        assert world.make().find(effect.key) is None
        receipt = world.make().send(effect)
        assert receipt.key == effect.key
        assert receipt.reference
        assert world.delivered() == [world.expected(effect)]
        assert world.make().find(effect.key) == receipt
        assert world.make().find(key_of("never sent")) is None
        world.make().check()

    def test_the_same_key_again_changes_nothing(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        effect = world.effect(1)
        sink = world.make()
        receipt = sink.send(effect)
        assert sink.send(effect) == receipt
        world.delivered()
        assert sink.send(effect) == receipt
        assert world.make().send(effect) == receipt
        assert world.delivered() == [world.expected(effect)]

    def test_the_same_key_with_other_content_is_an_error(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        effect = world.effect(1)
        sink = world.make()
        sink.send(effect)
        for again in (sink, world.make()):
            with pytest.raises(ConflictingPayload):
                again.send(world.changed(effect))
        assert world.delivered() == [world.expected(effect)]

    def test_many_effects_arrive_once_each_in_order(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        effects = [world.effect(n) for n in range(7)]
        receipts = send(world, effects)
        assert [receipt.key for receipt in receipts] == [effect.key for effect in effects]
        assert send(world, effects) == receipts
        assert world.delivered() == sorted(world.expected(effect) for effect in effects)

    def test_two_daemons_at_once(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        one, other = world.make(), world.make()
        for n in range(4):
            assert one.send(world.effect(n)) == other.send(world.effect(n))
            assert other.send(world.effect(n + 10)) == one.send(world.effect(n + 10))
        assert len(world.delivered()) == 8

    @pytest.mark.parametrize("moment", [Moment.DIES_BEFORE, Moment.DIES_AFTER])
    def test_killed_at_every_call(self, make_world: MakeWorld, tmp_path: Path, moment: Moment) -> None:
        for at in itertools.count():
            (tmp_path / str(at)).mkdir()
            world = make_world(tmp_path / str(at))
            earlier, effects = world.effect(0), [world.effect(n) for n in (1, 2)]
            world.make().send(earlier)
            with weather(moment, at) as state, suppress(Killed):
                send(world, effects)
            world.delivered()
            receipts = send(world, effects)
            assert world.delivered() == sorted(world.expected(effect) for effect in [earlier, *effects]), f"call {at}"
            assert send(world, effects) == receipts
            if not state.struck:
                assert at > 5
                return

    @pytest.mark.parametrize("moment", [Moment.DIES_BEFORE, Moment.DIES_AFTER])
    def test_killed_at_every_call_of_the_very_first_delivery(
        self, make_world: MakeWorld, tmp_path: Path, moment: Moment
    ) -> None:
        for at in itertools.count():
            (tmp_path / str(at)).mkdir()
            world = make_world(tmp_path / str(at))
            effect = world.effect(1)
            with weather(moment, at) as state, suppress(Killed):
                send(world, [effect])
            world.delivered()
            send(world, [effect])
            assert world.delivered() == [world.expected(effect)], f"call {at}"
            if not state.struck:
                return

    def test_killed_twice(self, make_world: MakeWorld, tmp_path: Path) -> None:
        for at in itertools.count():
            struck = False
            for again in range(6):
                (tmp_path / f"{at}-{again}").mkdir()
                world = make_world(tmp_path / f"{at}-{again}")
                effect = world.effect(1)
                for moment, call in ((Moment.DIES_AFTER, at), (Moment.DIES_AFTER, again)):
                    with weather(moment, call) as state:
                        try:
                            send(world, [effect])
                        except Killed:
                            struck = True
                world.delivered()
                send(world, [effect])
                assert world.delivered() == [world.expected(effect)], f"calls {at} and {again}, {state.count}"
            if not struck or at > 40:
                return

    def test_a_refusing_kernel_is_a_named_error_and_mends(self, make_world: MakeWorld, tmp_path: Path) -> None:
        for at in itertools.count():
            (tmp_path / str(at)).mkdir()
            world = make_world(tmp_path / str(at))
            sink, effect = world.make(), world.effect(1)
            with weather(Moment.REFUSED, at) as state:
                try:
                    sink.send(effect)
                    failed = False
                except (Transient, OutcomeUnknown):
                    failed = True
            # Who asks again by himself when a question got no answer need not fail.
            assert failed == state.struck or (world.asks_again and not failed), f"call {at}"
            receipt = sink.find(effect.key) or sink.send(effect)
            assert sink.send(effect) == receipt
            assert world.delivered() == [world.expected(effect)], f"call {at}"
            if not state.struck:
                return

    def test_says_what_it_guarantees(self, make_world: MakeWorld, tmp_path: Path) -> None:
        assert make_world(tmp_path).make().guarantee in (Guarantee.KEYED, Guarantee.FINDABLE)
