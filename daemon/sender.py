"""The outbox sender: the only place from which anything leaves.

An effect is written down as SENDING before its first byte leaves and as DONE after the receiver's word. Whatever is found in
SENDING at the start was left by a process that died (the tenant's lock is held), so its outcome is unknown; what is done
about that (``settle``) follows from the sink's guarantee and never from hope:

* KEYED: send again under the same key, the receiver recognises it;
* FINDABLE: look for it over there; found is done, not found is queued again, and what nobody can tell is parked;
* BLIND: park it, a person must look.

Doubts are settled before the cycle decides what may be claimed: what turns out not to have left is looked at again, for the customer may
have paid since.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, assert_never

import structlog

from connectors.ports import AccountingTarget, BatchSink, DebitProvider, FeedbackSink, Receipt, Sink
from ledger.delivery_reports import DeliveryAction, DeliveryReport
from ledger.effects import Effect, EffectEvent, EffectState, Guarantee
from ledger.errors import (
    AfletterError,
    ConflictingPayload,
    CredentialsRefused,
    HumanActionNeeded,
    OutcomeUnknown,
    Refused,
    RefusedSome,
    Transient,
    Undeliverable,
)
from ledger.sources import SourceRef
from store.store import Store

#: When a receiver that cannot take something now is given up and a person must look: after so many attempts, and so many days after
#: it should have left. Both, for a daemon that runs every few minutes makes many attempts while a bank is closed for a day.
ATTEMPTS_MAX: Final = 12
PATIENCE: Final = timedelta(days=7)
#: How many effects are in SENDING at once, where the sink takes one at a time.
SINGLES_AT_ONCE: Final = 1
#: How many doubtful effects are probed per transaction.
DOUBTS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a drain of one sink came to. ``trouble``: why it stopped early, in one line (empty: it did not). ``undeliverable``: how many
    of the parked ones an address did not take, so that another way must be found."""

    sink: str
    delivered: int
    parked: int
    trouble: str
    undeliverable: int = 0


def drain(store: Store, sink: Sink, as_of: date, now: datetime, progress: Callable[[int], None]) -> Delivery:
    """Deliver all that is queued for ``sink`` and due on ``as_of``; ``progress`` is told how many more are done. What is in doubt is left
    alone; what comes into doubt is so since ``now``."""
    delivered = parked = undeliverable = 0
    size = _batch_size(sink)
    while True:
        with store.transaction() as t:
            effects = t.outbox.queued(sink.name, as_of, size)
            t.outbox.step([effect.key for effect in effects], EffectEvent.SEND)
        if not effects:
            return Delivery(sink=sink.name, delivered=delivered, parked=parked, trouble="", undeliverable=undeliverable)
        outcome = _send(sink, effects, as_of)
        with store.transaction() as t:
            t.delivery_reports.add([result.failure for result in outcome if result.failure is not None])
            references = {result.key: result.reference for result in outcome if result.reference}
            for (event, detail), keys in _grouped(outcome).items():
                lost_at = now if event is EffectEvent.LOSE else None
                t.outbox.step(keys, event, detail=detail, references=references, at=lost_at)
        delivered += sum(result.event is EffectEvent.CONFIRM for result in outcome)
        parked += sum(result.event is EffectEvent.PARK for result in outcome)
        undeliverable += sum(result.failure is not None for result in outcome)
        progress(len(outcome))
        stopped = next((result.detail for result in outcome if result.stop), None)
        if stopped is not None:
            return Delivery(
                sink=sink.name, delivered=delivered, parked=parked, trouble=stopped, undeliverable=undeliverable
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """What became of one effect. ``reference``: the receiver's own; ``stop``: nothing more goes to this sink in this cycle;
    ``failure``: the address takes no message."""

    key: str
    event: EffectEvent
    detail: str = ""
    reference: str = ""
    stop: bool = False
    failure: DeliveryReport | None = None


def _grouped(results: Sequence[_Result]) -> dict[tuple[EffectEvent, str], list[str]]:
    grouped: dict[tuple[EffectEvent, str], list[str]] = {}
    for result in results:
        grouped.setdefault((result.event, result.detail), []).append(result.key)
    return grouped


def _batch_size(sink: Sink) -> int:
    return sink.batch_size if isinstance(sink, BatchSink) else SINGLES_AT_ONCE


def settle(store: Store, sink: Sink, now: datetime) -> bool:
    """Bring every effect of a sink whose outcome nobody knows out of doubt; answers whether none is left. Raises the sink's named errors.

    What was lost so lately that it may still turn up over there (``settle_s``) stays in doubt until a later cycle.
    """
    lost_by = now - timedelta(seconds=_settle_s(sink))
    with store.transaction() as t:
        t.outbox.step(t.outbox.sending(sink.name), EffectEvent.LOSE, detail="the process ended while sending", at=now)
    while True:
        with store.transaction() as t:
            doubts = t.outbox.in_doubt(sink.name, DOUBTS_AT_ONCE, lost_by)
            if not doubts:
                return not t.outbox.counts().get((sink.name, EffectState.UNKNOWN), 0)
        for effect in doubts:
            event, reference, detail = _probe(sink, effect)
            with store.transaction() as t:
                t.outbox.step([effect.key], event, detail=detail, references={effect.key: reference})
            structlog.get_logger().info("doubt settled", sink=sink.name, key=effect.key, outcome=event.value)


def _settle_s(sink: Sink) -> int:
    if isinstance(sink, AccountingTarget):
        return sink.abilities.settle_s
    return sink.settle_s if isinstance(sink, FeedbackSink | DebitProvider) else 0


def _probe(sink: Sink, effect: Effect) -> tuple[EffectEvent, str, str]:
    """What is to be done about an effect in doubt, the receiver's reference, and what is said about it."""
    match sink.guarantee:
        case Guarantee.KEYED:
            return EffectEvent.ABSENT, "", ""
        case Guarantee.FINDABLE:
            try:
                receipt = sink.find(effect.key)
            except OutcomeUnknown as error:
                return EffectEvent.PARK, "", str(error)
            return (EffectEvent.ABSENT, "", "") if receipt is None else (EffectEvent.FOUND, receipt.reference, "")
        case Guarantee.BLIND:
            return EffectEvent.PARK, "", ""
    assert_never(sink.guarantee)


def _send(sink: Sink, effects: Sequence[Effect], as_of: date) -> list[_Result]:
    try:
        receipts: Sequence[Receipt]
        receipts = sink.send_many(effects) if isinstance(sink, BatchSink) else [sink.send(effects[0])]
    except RefusedSome as error:
        parked = [
            _Result(key=effect.key, event=EffectEvent.PARK, detail=error.reasons[effect.key])
            for effect in effects
            if effect.key in error.reasons
        ]
        others = [effect for effect in effects if effect.key not in error.reasons]
        # Each time there are fewer of them.
        return [*parked, *(_send(sink, others, as_of) if others and parked else _one_by_one(sink, others, as_of))]
    except AfletterError as error:
        if len(effects) == 1:
            return [_failed(sink, effects[0], error, as_of)]
        # Some of the batch may have arrived: only a probe tells which, and it is made before anything is sent again.
        stop = not isinstance(error, Refused | ConflictingPayload)
        lost = [_Result(key=effect.key, event=EffectEvent.LOSE, detail=str(error), stop=stop) for effect in effects]
        return lost if stop else _one_by_one(sink, effects, as_of)
    return [_Result(key=receipt.key, event=EffectEvent.CONFIRM, reference=receipt.reference) for receipt in receipts]


def _one_by_one(sink: Sink, effects: Sequence[Effect], as_of: date) -> list[_Result]:
    """A refused batch is sent one by one, so that one bad effect does not hold up the others."""
    results: list[_Result] = []
    for effect in effects:
        try:
            receipt = sink.find(effect.key) or sink.send(effect)
        except AfletterError as error:
            results.append(_failed(sink, effect, error, as_of))
        else:
            results.append(_Result(key=effect.key, event=EffectEvent.CONFIRM, reference=receipt.reference))
    return results


def _failed(sink: Sink, effect: Effect, error: AfletterError, as_of: date) -> _Result:
    structlog.get_logger().warning("delivery failed", sink=sink.name, key=effect.key, error=type(error).__name__)
    match error:
        case OutcomeUnknown() if sink.guarantee is Guarantee.BLIND:
            # Nobody can be asked: it is a person's at once, and never repeated by itself.
            detail = f"it may have arrived: {error}"
            return _Result(key=effect.key, event=EffectEvent.PARK, detail=detail, stop=True)
        case OutcomeUnknown():
            return _Result(key=effect.key, event=EffectEvent.LOSE, detail=str(error), stop=True)
        case Transient() if effect.attempts + 1 < ATTEMPTS_MAX or as_of < effect.not_before + PATIENCE:
            return _Result(key=effect.key, event=EffectEvent.RETRY, detail=str(error), stop=True)
        case CredentialsRefused() | HumanActionNeeded():
            return _Result(key=effect.key, event=EffectEvent.RETRY, detail=str(error), stop=True)
        case Undeliverable():
            failure = _undeliverable(sink, effect, error, as_of)
            return _Result(key=effect.key, event=EffectEvent.PARK, detail=str(error), failure=failure)
        case _:
            return _Result(key=effect.key, event=EffectEvent.PARK, detail=str(error))


def _undeliverable(sink: Sink, effect: Effect, error: Undeliverable, as_of: date) -> DeliveryReport:
    """What the receiver said at once, as the report that another would have sent later."""
    return DeliveryReport(
        message_id=effect.subject,
        recipient=str(effect.payload.get("recipient", "")),
        action=DeliveryAction.FAILED,
        status=error.status,
        reported_on=as_of,
        reference="",
        detail=str(error),
        source=SourceRef(system=sink.name, name="", document="", place=""),
    )
