"""The outbox: effects that are wanted, what became of them, and the history of their states."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, or_, select, update

from ledger.effects import EFFECT_STEPS, Effect, EffectEvent, EffectKind, EffectState
from ledger.errors import ConflictingPayload
from ledger.states import advance
from store import json_text
from store.schema import effect, effect_history
from store.shelf import Shelf, Values

#: No receiver's reference.
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


def _effect(row: Row[Any]) -> Effect:
    return Effect(
        key=row.key,
        kind=EffectKind(row.kind),
        sink=row.sink,
        subject=row.subject,
        payload=json.loads(row.payload),
        not_before=row.not_before,
        state=EffectState(row.state),
        attempts=row.attempts,
        detail=row.detail,
        reference=row.reference,
    )


def _content(fact: Effect) -> tuple[str, str, str]:
    """What one key stands for, now and ever."""
    return fact.kind, fact.sink, json_text.text_of(fact.payload)


def _effect_row(sequence: int, fact: Effect) -> Values:
    return {
        "key": fact.key,
        "sequence": sequence,
        "kind": fact.kind,
        "sink": fact.sink,
        "subject": fact.subject,
        "payload": json_text.text_of(fact.payload),
        "not_before": fact.not_before,
        "state": fact.state,
        "attempts": fact.attempts,
        "steps": 0,
        "detail": fact.detail,
        "reference": fact.reference,
        "unknown_since": None,
    }


class Outbox(Shelf):
    """Effects of a tenant, oldest first."""

    def add(self, effects: Sequence[Effect]) -> list[Effect]:
        """Those that were really inserted. Raises ConflictingPayload when a key stands for another sink, kind or payload."""
        unique: dict[str, Effect] = {}
        for fact in effects:
            if _content(unique.setdefault(fact.key, fact)) != _content(fact):
                raise ConflictingPayload(fact.key)
        query = select(effect.c.key, effect.c.kind, effect.c.sink, effect.c.payload).where(self._own(effect))
        present: set[str] = set()
        for row in self._among(query, effect.c.key, unique):
            if _content(unique[row.key]) != (row.kind, row.sink, row.payload):
                raise ConflictingPayload(row.key)
            present.add(row.key)
        inserted = [fact for fact in unique.values() if fact.key not in present]
        last = self._last(effect.c.sequence, effect)
        self._insert(effect, [_effect_row(sequence, fact) for sequence, fact in enumerate(inserted, start=last + 1)])
        return inserted

    def queued(self, sink: str, as_of: date, limit: int) -> list[Effect]:
        """At most ``limit`` effects of a sink that may leave by ``as_of``."""
        query = self._select(effect).where(
            effect.c.sink == sink, effect.c.state == EffectState.QUEUED, effect.c.not_before <= as_of
        )
        return [_effect(row) for row in self._connection.execute(query.order_by(effect.c.sequence).limit(limit))]

    def sending(self, sink: str) -> list[str]:
        """Keys of the effects of a sink that are being sent: the caller holds the tenant's lock, so whoever was sending is dead."""
        query = select(effect.c.key).where(
            self._own(effect), effect.c.sink == sink, effect.c.state == EffectState.SENDING
        )
        return list(self._connection.execute(query.order_by(effect.c.sequence)).scalars())

    def in_doubt(self, sink: str, limit: int, lost_by: datetime) -> list[Effect]:
        """At most ``limit`` effects of a sink whose outcome nobody knows since ``lost_by`` or longer."""
        query = self._select(effect).where(
            effect.c.sink == sink,
            effect.c.state == EffectState.UNKNOWN,
            or_(effect.c.unknown_since.is_(None), effect.c.unknown_since <= lost_by),
        )
        return [_effect(row) for row in self._connection.execute(query.order_by(effect.c.sequence).limit(limit))]

    def step(
        self,
        keys: Sequence[str],
        event: EffectEvent,
        *,
        detail: str = "",
        references: Mapping[str, str] = _NONE,
        at: datetime | None = None,
    ) -> None:
        """The same event happens to all of ``keys``, or to none: raises IllegalStep, or LookupError for an unknown key.

        ``detail`` takes the place of the one before. ``references``: the receiver's own, by key; a key without one keeps what it has. ``at``:
        since when nobody knows the outcome, with LOSE.
        """
        query = select(effect.c.key, effect.c.state, effect.c.steps).where(self._own(effect))
        before = {row.key: row for row in self._among(query, effect.c.key, dict.fromkeys(keys))}
        after: dict[EffectState, list[str]] = {}
        history: list[Values] = []
        for key in dict.fromkeys(keys):
            if key not in before:
                raise LookupError(f"there is no effect {key}")
            state = advance(EFFECT_STEPS, f"effect {key}", EffectState(before[key].state), event)
            after.setdefault(state, []).append(key)
            history.append(
                {
                    "key": key,
                    "step": before[key].steps + 1,
                    "event": event,
                    "state": state,
                    "detail": detail,
                    "reference": references.get(key, ""),
                }
            )
        for state, moved in after.items():
            self._move(moved, state, event, detail, at)
        self._refer({key: references[key] for key in before if references.get(key)})
        self._insert(effect_history, history)

    def _move(
        self, keys: Sequence[str], state: EffectState, event: EffectEvent, detail: str, at: datetime | None
    ) -> None:
        values: dict[str, object] = {"state": state, "detail": detail, "steps": effect.c.steps + 1, "unknown_since": at}
        if event is EffectEvent.SEND:
            values["attempts"] = effect.c.attempts + 1
        self._update(effect, effect.c.key, keys, values)

    def _refer(self, references: Mapping[str, str]) -> None:
        if references:
            change = update(effect).where(self._own(effect), effect.c.key == bindparam("of_key"))
            self._connection.execute(
                change.values(reference=bindparam("to_reference")),
                [{"of_key": key, "to_reference": reference} for key, reference in references.items()],
            )

    def sinks(self) -> list[str]:
        """Names of the sinks that ever got an effect."""
        query = select(effect.c.sink).where(self._own(effect)).distinct().order_by(effect.c.sink)
        return list(self._connection.execute(query).scalars())

    def counts(self) -> dict[tuple[str, EffectState], int]:
        """How many effects of each sink are in each state."""
        query = (
            select(effect.c.sink, effect.c.state, func.count())
            .where(self._own(effect))
            .group_by(effect.c.sink, effect.c.state)
            .order_by(effect.c.sink, effect.c.state)
        )
        return {(sink, EffectState(state)): count for sink, state, count in self._connection.execute(query)}

    def with_state(self, state: EffectState) -> Iterator[Effect]:
        """All effects in a state."""
        return map(_effect, self._stream(self._select(effect).where(effect.c.state == state), [effect.c.sequence]))

    def states(self, kind: EffectKind) -> dict[str, EffectState]:
        """The state of the newest effect of each subject, of one kind."""
        query = select(effect.c.subject, effect.c.state).where(self._own(effect), effect.c.kind == kind)
        return {
            row.subject: EffectState(row.state) for row in self._connection.execute(query.order_by(effect.c.sequence))
        }

    def references(self, kind: EffectKind) -> dict[str, str]:
        """The receiver's reference of the newest effect of each subject of one kind that has one."""
        query = select(effect.c.subject, effect.c.reference).where(
            self._own(effect), effect.c.kind == kind, effect.c.reference != ""
        )
        return {row.subject: row.reference for row in self._connection.execute(query.order_by(effect.c.sequence))}

    def with_key(self, prefix: str) -> list[Effect]:
        """Effects whose key begins with ``prefix``."""
        query = self._select(effect).where(effect.c.key.startswith(prefix, autoescape=True))
        return [_effect(row) for row in self._connection.execute(query.order_by(effect.c.sequence))]

    def states_of(self, subjects: Collection[str]) -> dict[str, EffectState]:
        """The state of the newest effect of each of these subjects that has one."""
        query = select(effect.c.subject, effect.c.state).where(self._own(effect)).order_by(effect.c.sequence)
        return {row.subject: EffectState(row.state) for row in self._among(query, effect.c.subject, subjects)}

    def states_of_keys(self, keys: Collection[str]) -> dict[str, tuple[EffectState, str]]:
        """State and detail of those of these effects that there are."""
        query = select(effect.c.key, effect.c.state, effect.c.detail).where(self._own(effect))
        return {row.key: (EffectState(row.state), row.detail) for row in self._among(query, effect.c.key, keys)}

    def of_subject(self, subject: str) -> list[Effect]:
        """All effects about one subject."""
        query = self._select(effect).where(effect.c.subject == subject).order_by(effect.c.sequence)
        return [_effect(row) for row in self._connection.execute(query)]

    def history(self, key: str) -> list[tuple[EffectEvent, EffectState, str, str]]:
        """Event, state after it, detail and reference of every step of an effect, oldest first."""
        query = self._select(effect_history).where(effect_history.c.key == key).order_by(effect_history.c.step)
        return [
            (EffectEvent(row.event), EffectState(row.state), row.detail, row.reference)
            for row in self._connection.execute(query)
        ]
