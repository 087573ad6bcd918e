"""What a notification (camt.054) or an intraday report (camt.052) tells of an entry that the statement only gives as a sum.

Many banks book a batch as one entry without its parts and send the parts in a notification, before or after the statement. The parts
join the booked entry; they never become entries of their own, and neither amount, day nor identity of the booked entry changes.

A notice belongs to a booked entry of the same account and the same signed amount, whose details it holds to the cent, where one of these
singles out exactly one entry and exactly one notice, the strongest first: the bank's own reference (AcctSvcrRef), the batch (PmtInfId or
the bank's batch number), the booking day. References or batches that differ speak against it.

Several notices are one booked sum where all that carry its reference, or all that carry its batch, make it up to the cent: the reference
says that they belong to it, and the sum that none is missing or too many. Without a reference that they share, parts are never put
together by their sum alone. Whatever is left ambiguous stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from ledger.statements import EntryDetail, EntryStatus, IdentifiedEntry, Remittance, StatementEntry

#: Days between a notice and the entry that it speaks of, where a reference says that they belong together.
NOTICE_DAYS: Final = 5


def is_bare(entry: StatementEntry) -> bool:
    """Whether an entry says neither who nor what for, so that a notice may add it."""
    party, remittance = entry.counterparty, entry.remittance
    said = party.name, party.iban, remittance.creditor_references, entry.end_to_end_id, entry.mandate_reference
    return not entry.details and not any(said)


def is_telling(notice: StatementEntry) -> bool:
    """Whether a notice of a booked entry has something to add: details that make up its amount, or a single transaction's."""
    if notice.status is not EntryStatus.BOOKED:
        return False
    if not notice.details:
        return not is_bare(notice)
    amounts = [detail.amount for detail in notice.details if detail.amount is not None]
    return len(amounts) == len(notice.details) and sum(each.minor for each in amounts) == notice.amount.minor


def joined(known: Sequence[IdentifiedEntry], notices: Iterable[StatementEntry]) -> list[IdentifiedEntry]:
    """The entries among ``known`` to which a notice adds something, with what it adds; the others are left out.

    ``known``: all booked entries of one account on the days that matter (rich ones too, for a notice may be theirs). ``notices``: entries
    of that account from notifications and reports; the same one may come several times.
    """
    telling = list({_key(notice): notice for notice in notices if is_telling(notice)}.values())
    found: dict[str, IdentifiedEntry] = {}
    used: set[Hashable] = set()
    for same in (_by_reference, _by_batch, _by_day):
        entries: dict[Hashable, list[IdentifiedEntry]] = defaultdict(list)
        tellers: dict[Hashable, list[StatementEntry]] = defaultdict(list)
        for one in known:
            if (key := same(one.entry)) is not None:
                entries[key].append(one)
        for notice in telling:
            if (key := same(notice)) is not None:
                tellers[key].append(notice)
        for key in entries.keys() & tellers.keys():
            those, these = entries[key], tellers[key]
            if len(those) != 1 or len(these) != 1:
                continue
            (one,), (notice,) = those, these
            if one.entry_id in found or _key(notice) in used or not _may_join(one.entry, notice):
                continue
            found[one.entry_id] = IdentifiedEntry(entry_id=one.entry_id, entry=_with_notice(one.entry, notice))
            used.add(_key(notice))
    for shared in (_reference, _batch):
        for one, parts in _made_up(known, telling, shared):
            if one.entry_id not in found and used.isdisjoint(map(_key, parts)):
                found[one.entry_id] = IdentifiedEntry(entry_id=one.entry_id, entry=_with_parts(one.entry, parts))
                used.update(map(_key, parts))
    return [found[one.entry_id] for one in known if one.entry_id in found]


def may_be_part(entry: StatementEntry, notice: StatementEntry) -> bool:
    """Whether a notice may tell a part of a bare entry: it carries the entry's reference or batch, and is of less."""
    shared = any(of(entry) and of(entry) == of(notice) for of in (_reference, _batch))
    return shared and is_bare(entry) and abs(notice.amount.minor) < abs(entry.amount.minor)


def _made_up(
    known: Sequence[IdentifiedEntry], notices: Sequence[StatementEntry], shared: Callable[[StatementEntry], str]
) -> Iterable[tuple[IdentifiedEntry, list[StatementEntry]]]:
    """Each entry that alone carries a reference or batch, with all notices that carry it too and together make its amount."""
    for mark in {shared(notice) for notice in notices} - {""}:
        those = [one for one in known if shared(one.entry) == mark]
        parts = [notice for notice in notices if shared(notice) == mark]
        if len(those) != 1 or not all(may_be_part(those[0].entry, part) for part in parts):
            continue
        entry = those[0].entry
        near = all(abs((entry.booked_on - part.booked_on).days) <= NOTICE_DAYS for part in parts)
        one_way = len({part.amount.currency for part in parts} | {entry.amount.currency}) == 1 and all(
            (part.amount.minor < 0) == (entry.amount.minor < 0) for part in parts
        )
        if near and one_way and sum(part.amount.minor for part in parts) == entry.amount.minor:
            yield those[0], parts


def _reference(entry: StatementEntry) -> str:
    return entry.bank_reference


def _batch(entry: StatementEntry) -> str:
    return entry.batch_id


def _key(notice: StatementEntry) -> Hashable:
    """The same for a notice that comes again, in another file or message."""
    parts = tuple((part.amount, part.end_to_end_id, part.bank_reference, part.remittance) for part in notice.details)
    return (notice.amount, notice.booked_on, notice.bank_reference, notice.counterparty, notice.remittance, parts)


def _by_reference(entry: StatementEntry) -> Hashable | None:
    return (entry.amount, entry.bank_reference) if entry.bank_reference else None


def _by_batch(entry: StatementEntry) -> Hashable | None:
    return (entry.amount, entry.batch_id) if entry.batch_id else None


def _by_day(entry: StatementEntry) -> Hashable | None:
    return (entry.amount, entry.booked_on)


def _may_join(entry: StatementEntry, notice: StatementEntry) -> bool:
    """Nothing speaks against it: the entry is bare, the days are near, and no reference or batch differs."""

    def differ(of: Callable[[StatementEntry], str]) -> bool:
        return bool(of(entry)) and bool(of(notice)) and of(entry) != of(notice)

    near = abs((entry.booked_on - notice.booked_on).days) <= NOTICE_DAYS
    return is_bare(entry) and near and not differ(_reference) and not differ(_batch)


def _with_notice(entry: StatementEntry, notice: StatementEntry) -> StatementEntry:
    """The booked entry with what the notice knows of who and what for; everything that the statement said stays."""
    return replace(
        entry,
        counterparty=notice.counterparty,
        remittance=entry.remittance if notice.remittance == Remittance() else notice.remittance,
        end_to_end_id=notice.end_to_end_id,
        mandate_reference=notice.mandate_reference,
        batch_id=entry.batch_id or notice.batch_id,
        transaction_code=entry.transaction_code or notice.transaction_code,
        return_reason=entry.return_reason or notice.return_reason,
        details=_parts(notice) if notice.details else (),
    )


def _with_parts(entry: StatementEntry, notices: Sequence[StatementEntry]) -> StatementEntry:
    """The booked entry with the transactions of all the notices that make it up."""
    return replace(
        entry,
        batch_id=entry.batch_id or notices[0].batch_id,
        details=tuple(part for notice in notices for part in _parts(notice)),
    )


def _parts(notice: StatementEntry) -> tuple[EntryDetail, ...]:
    """The transactions that a notice tells; the only one of it as a detail."""
    name = notice.source.name
    if notice.details:
        return tuple(replace(part, place=f"{name}: {part.place}") for part in notice.details)
    alone = EntryDetail(
        amount=notice.amount,
        counterparty=notice.counterparty,
        remittance=notice.remittance,
        end_to_end_id=notice.end_to_end_id,
        mandate_reference=notice.mandate_reference,
        bank_reference=notice.bank_reference,
        return_reason=notice.return_reason,
        transaction_code=notice.transaction_code,
        place=f"{name}: {notice.source.place}",
    )
    return (alone,)
