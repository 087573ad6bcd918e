"""What people do with direct debits: release, withhold and cancel batches, collections, mandates and documents.

Every act is one transaction with a row in the decision log under the person's name. What may have reached the bank is nobody's to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from collect.debits import CollectionEvent, DebitPlan
from collect.second_chance import CAME_BACK
from daemon.debit_planning import plan_debits
from daemon.debit_standing import MAY_HAVE_ARRIVED, handed_over, state_of
from daemon.log_words import said
from daemon.message_queue import release_notice
from daemon.provider_debits import take_out
from daemon.review import Person
from daemon.tenant import Tenant
from ledger.decisions import Decision
from ledger.effects import EffectEvent, EffectKind, EffectState
from ledger.errors import AfletterError, IllegalStep
from ledger.mandates import Collection, CollectionStatus, DebitBatch
from store.debit_acts import DebitAct
from store.store import Transaction

#: Effects by which direct debits leave.
_HANDED_OVER: Final = frozenset({EffectKind.DEBIT_BATCH, EffectKind.COLLECTION})
_OURS: Final = frozenset({CollectionStatus.PLANNED, CollectionStatus.NOTIFIED, CollectionStatus.WITHHELD})


class DebitActError(AfletterError):
    """What the person asked for cannot be done; the message says what can."""


class UnknownName(DebitActError):
    """Nothing of ours has that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a name stands for: exactly one of these holds something, but for a document or mandate, which may have several collections."""

    batch: DebitBatch | None = None
    collections: tuple[Collection, ...] = ()
    mandate: str = ""
    document: str = ""


def meant(t: Transaction, planned: DebitPlan, name: str) -> Meant:
    """The batch, collection, mandate or document of that name (batches and collections by their beginning too).

    Raises DebitActError where there is none, or where several begin so.
    """
    batches = {one.message_id: one for one in (*planned.waiting, *planned.batches)}
    every = list(t.debits.rows())
    found = [one for message_id, one in batches.items() if message_id.startswith(name)]
    if len(found) == 1:
        return Meant(batch=found[0], collections=found[0].collections)
    exact = [one for one in every if one.end_to_end_id.startswith(name)]
    if len(exact) == 1:
        return Meant(collections=(exact[0],))
    in_file = tuple(one for one in every if one.message_id and one.message_id.startswith(name))
    if in_file and len({one.message_id for one in in_file}) == 1:
        return Meant(collections=in_file)
    if len(found) + len(exact) + len({one.message_id for one in in_file}) > 1:
        raise DebitActError(f"'{name}' means several: write more of it (`afletter debits list` shows them whole)")
    if any(mandate.reference == name for mandate in t.facts.mandates()):
        return Meant(collections=tuple(one for one in every if one.mandate.reference == name), mandate=name)
    of_document = tuple(one for one in every if any(part.document == name for part in one.parts))
    if of_document or any(item.document.number == name for item in t.bookings.open_items()):
        return Meant(collections=of_document, document=name)
    raise UnknownName(f"there is no batch, collection, mandate or document '{name}': see `afletter debits list`")


def release(tenant: Tenant, name: str, person: Person) -> str:
    """Let a waiting batch go with the next cycle, a withheld collection back into the plan, or what came back be tried again."""
    with tenant.store.transaction() as t:
        planned = _planned(tenant, t, person)
        what = meant(t, planned, name)
        if what.batch is not None:
            if all(one.message_id != what.batch.message_id for one in planned.waiting):
                raise DebitActError(f"batch {what.batch.message_id} does not wait for a release")
            _four_eyes(tenant, t, what.batch, person)
            return _done(tenant, t, "release", [what.batch.message_id], name, person)
        withheld = [one for one in what.collections if one.status is CollectionStatus.WITHHELD]
        back = [one for one in _last_of_each(what.collections) if one.status in CAME_BACK]
        subjects = [what.mandate] if what.mandate else [what.document] if what.document else []
        subjects += [one.end_to_end_id for one in withheld + back]
        if not subjects:
            raise DebitActError(f"there is nothing to release of {name}")
        t.debits.step([one.end_to_end_id for one in withheld], CollectionStatus.NOTIFIED)
        for collection in back:
            for part in collection.parts:
                t.bookings.flag(part.document, None)
        if what.document:
            t.bookings.flag(what.document, None)
        return _done(tenant, t, "release", subjects, name, person)


def withhold(tenant: Tenant, name: str, person: Person) -> str:
    """Keep a batch, a collection or everything under a mandate from going to the bank until it is released."""
    with tenant.store.transaction() as t:
        what = meant(t, _planned(tenant, t, person), name)
        ours = _still_ours(t, what, name)
        if not ours and not what.mandate:
            raise DebitActError(f"nothing of {name} waits to be collected")
        _take_out_of_files(t, ours)
        t.debits.step([one.end_to_end_id for one in ours], CollectionStatus.WITHHELD)
        subjects = [what.mandate] if what.mandate else []
        subjects += [one.end_to_end_id for one in ours] + ([what.batch.message_id] if what.batch is not None else [])
        return _done(tenant, t, "withhold", subjects, name, person)


def cancel(tenant: Tenant, name: str, person: Person) -> str:
    """Give up collecting: the documents are paid by transfer, and reminded of, until they are released."""
    with tenant.store.transaction() as t:
        what = meant(t, _planned(tenant, t, person), name)
        ours = _still_ours(t, what, name)
        documents = {part.document for one in ours for part in one.parts} | ({what.document} - {""})
        if not documents:
            raise DebitActError(f"nothing of {name} waits to be collected")
        _take_out_of_files(t, ours)
        t.debits.step([one.end_to_end_id for one in ours], CollectionStatus.CANCELLED, "person")
        for collection in ours:
            release_notice(t, collection)
        return _done(tenant, t, "cancel", sorted(documents), name, person)


def arrived(tenant: Tenant, name: str, person: Person) -> str:
    """The bank says that it has a file of which nobody here could tell: it counts as handed over."""
    return _decided(tenant, name, person, "arrived", EffectEvent.FOUND)


def resend(tenant: Tenant, name: str, person: Person) -> str:
    """The bank says that it does not have a file of which nobody here could tell: it is handed over again with the next cycle."""
    return _decided(tenant, name, person, "resend", EffectEvent.RETRY)


def _decided(tenant: Tenant, name: str, person: Person, act: str, event: EffectEvent) -> str:
    with tenant.store.transaction() as t:
        _planned(tenant, t, person)
        parked = [
            effect
            for effect in t.outbox.with_state(EffectState.PARKED)
            if effect.kind in _HANDED_OVER and effect.subject.startswith(name)
        ]
        if len(parked) != 1:
            raise DebitActError(f"'{name}' is no file that waits for a word from the bank: see `afletter status`")
        (effect,) = parked
        t.outbox.step([effect.key], event, detail=f"as {person.name} heard from the bank")
        return _done(tenant, t, act, [effect.subject], effect.subject, person)


def _planned(tenant: Tenant, t: Transaction, person: Person) -> DebitPlan:
    debit = tenant.config.direct_debit
    if debit is None:
        raise DebitActError(f"tenant {tenant.name} has no direct_debit in its file")
    return plan_debits(tenant, t, debit, person.as_of)


def _last_of_each(collections: Iterable[Collection]) -> list[Collection]:
    """The collections that are the last of one of their documents."""
    last: dict[str, Collection] = {}
    for collection in collections:
        if collection.status is not CollectionStatus.CANCELLED:
            last.update({part.document: collection for part in collection.parts})
    return list({one.end_to_end_id: one for one in last.values()}.values())


def _still_ours(t: Transaction, what: Meant, name: str) -> list[Collection]:
    """Those that have surely not reached the bank. Raises IllegalStep when one that was named alone has, or may have."""
    states = handed_over(t)
    ours = [one for one in what.collections if one.status in _OURS and state_of(one, states) not in MAY_HAVE_ARRIVED]
    if not ours and len(what.collections) == 1:
        raise IllegalStep(f"collection {name}", what.collections[0].status, CollectionEvent.WITHHOLD)
    return ours


def _take_out_of_files(t: Transaction, collections: Sequence[Collection]) -> None:
    """What goes alone does not leave. A file that is queued and holds one of them does not leave either; the others in it go into a new one."""
    alone = take_out(t, [one for one in collections if one.message_id], "a person took it out")
    for message_id in {one.message_id for one in collections if one.end_to_end_id not in alone} - {""}:
        effects = t.outbox.of_subject(message_id)
        keys = [effect.key for effect in effects if effect.state is EffectState.QUEUED]
        if keys:
            t.outbox.step(keys, EffectEvent.CANCEL, detail="a person took a collection out of it")
            t.debits.unbatch(message_id)


def _four_eyes(tenant: Tenant, t: Transaction, batch: DebitBatch, person: Person) -> None:
    """Raises DebitActError where the person was the last to act on a mandate or collection of the batch, and two must have looked."""
    debit = tenant.config.direct_debit
    if debit is None or not debit.four_eyes:
        return
    names = {one.mandate.reference for one in batch.collections} | {one.end_to_end_id for one in batch.collections}
    last = {act.subject: act.by for act in t.debit_acts.all() if act.subject in names}
    own = sorted(subject for subject, by in last.items() if by == person.name)
    # What the source says of a mandate has no day: whoever changed it there does not release, whoever acted here since.
    own += sorted(
        mandate.reference
        for mandate in t.facts.mandates()
        if mandate.reference in names and mandate.changed_by.casefold() == person.name.casefold()
    )
    if own:
        raise DebitActError(f"{person.name} was the last to change {own[0]}: somebody else releases this batch")


def _done(tenant: Tenant, t: Transaction, act: str, subjects: Sequence[str], name: str, person: Person) -> str:
    for subject in dict.fromkeys(subjects):
        t.debit_acts.add(DebitAct(act=act, subject=subject, by=person.name, on=person.as_of))
    reason = said(f"debit_{act}", {"person": person.name, "name": name}, tenant.language)
    t.decisions.append(
        [
            Decision(
                as_of=person.as_of,
                subject=name,
                decision=f"debit_{act}",
                evidence="",
                runner_up="",
                reason=reason,
                by=person.name,
            )
        ]
    )
    return reason
