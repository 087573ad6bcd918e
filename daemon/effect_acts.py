"""What people do about effects that wait for them: send again, let go, or say that the other side has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from daemon.log_words import said
from daemon.review import Person
from daemon.tenant import Tenant
from ledger.decisions import Decision
from ledger.effects import Effect, EffectEvent, EffectKind, EffectState
from ledger.errors import AfletterError
from store.reminders import Delivery
from store.store import Transaction

#: States that a person may have to do something about; the others pass by themselves or are over.
OPEN_STATES: Final = (EffectState.PARKED, EffectState.UNKNOWN, EffectState.SENDING, EffectState.QUEUED)
#: What a reminder or notice is said to be after an act on its message.
_MESSAGE_STATUS: Final[Mapping[EffectEvent, Delivery]] = MappingProxyType(
    {EffectEvent.RETRY: "queued", EffectEvent.CANCEL: "cancelled", EffectEvent.FOUND: "sent"}
)
_SENTENCES: Final[Mapping[EffectEvent, str]] = MappingProxyType(
    {EffectEvent.RETRY: "effect_retried", EffectEvent.CANCEL: "effect_dropped", EffectEvent.FOUND: "effect_confirmed"}
)


class EffectActError(AfletterError):
    """What the person asked for cannot be done with this effect; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectStory:
    """An effect and every step that it took: event, state after it, and what was said."""

    effect: Effect
    steps: tuple[tuple[EffectEvent, EffectState, str], ...]


def open_effects(t: Transaction) -> list[Effect]:
    """Effects that are neither done nor cancelled: those that wait for a person first, oldest first within a state."""
    return [effect for state in OPEN_STATES for effect in t.outbox.with_state(state)]


def story(t: Transaction, name: str) -> EffectStory:
    """The one effect that ``name`` (its key, the beginning of its key, or what it is about) means; raises EffectActError."""
    effect = _meant(t, name)
    steps = tuple((event, state, detail) for event, state, detail, _ in t.outbox.history(effect.key))
    return EffectStory(effect=effect, steps=steps)


def retry(tenant: Tenant, name: str, person: Person) -> Effect:
    """Queue a parked effect again. Where its outcome was not known, this is the person's word that the other side does not have it."""
    return _act(tenant, name, person, EffectEvent.RETRY)


def drop(tenant: Tenant, name: str, person: Person) -> Effect:
    """Never send a parked effect. A debit file is given up with `afletter debits cancel`, which looks after its collections too."""
    return _act(tenant, name, person, EffectEvent.CANCEL)


def confirm(tenant: Tenant, name: str, person: Person) -> Effect:
    """The person's word that the other side has a parked effect, so that it is never sent again."""
    return _act(tenant, name, person, EffectEvent.FOUND)


def _act(tenant: Tenant, name: str, person: Person, event: EffectEvent) -> Effect:
    with tenant.store.transaction() as t:
        effect = _meant(t, name)
        if effect.state is not EffectState.PARKED:
            raise EffectActError(f"effect {effect.key} is {effect.state.value}: only a parked one waits for a person")
        if event is EffectEvent.CANCEL and effect.kind in (EffectKind.DEBIT_BATCH, EffectKind.COLLECTION):
            raise EffectActError(f"give up debit {effect.subject} with `afletter debits cancel {effect.subject}`")
        t.outbox.step([effect.key], event, detail=f"by {person.name}")
        if effect.kind in (EffectKind.MESSAGE, EffectKind.HAND_OVER):
            _tell_reminder(t, effect.subject, _MESSAGE_STATUS[event])
        t.decisions.append([_logged(tenant, effect, person, event)])
    return effect


def _tell_reminder(t: Transaction, message_id: str, status: Delivery) -> None:
    if any(row.message_id == message_id for row in t.reminders.rows()):
        t.reminders.set_status(message_id, status)


def _logged(tenant: Tenant, effect: Effect, person: Person, event: EffectEvent) -> Decision:
    code = _SENTENCES[event]
    values = {"person": person.name, "subject": effect.subject, "sink": effect.sink}
    return Decision(
        as_of=person.as_of,
        subject=effect.subject,
        decision=code,
        evidence="",
        runner_up="",
        reason=said(code, values, tenant.language),
        by=person.name,
    )


def _meant(t: Transaction, name: str) -> Effect:
    every = [*t.outbox.of_subject(name), *t.outbox.with_key(name)]
    if not every:
        every = [effect for entry_id in t.entries.find(name) for effect in t.outbox.of_subject(entry_id)]
    candidates = {effect.key: effect for effect in every}
    waiting = [effect for effect in candidates.values() if effect.state is EffectState.PARKED]
    chosen = waiting if len(waiting) == 1 else list(candidates.values())
    if not chosen:
        raise EffectActError(f"there is no effect '{name}': `afletter effects list` shows those that wait")
    if len(chosen) > 1:
        raise EffectActError(f"'{name}' means several effects: {', '.join(_keys(chosen))}")
    return chosen[0]


def _keys(effects: Iterable[Effect]) -> list[str]:
    return [effect.key for effect in effects]
