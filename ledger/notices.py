"""What a notification (camt.054) or an intraday report (camt.052) tells of an entry that the statement only gives as a sum.

Many banks book a batch as one entry without its parts and send the parts in a notification, before or after the statement. The parts
join the booked entry; they never become entries of their own, and neither amount, day nor identity of the booked entry changes.

A notice belongs to a booked entry of the same account and the same signed amount, whose details it holds to the cent, where one of these
singles out exactly one entry and exactly one notice, the strongest first: the bank's own reference (AcctSvcrRef), the batch (PmtInfId or
the bank's batch number), the booking day. References or batches that differ speak against it. Whatever is left ambiguous stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from ledger.statements import EntryStatus, IdentifiedEntry, Remittance, StatementEntry

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
    return [found[one.entry_id] for one in known if one.entry_id in found]


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
    references = differ(lambda one: one.bank_reference)
    return is_bare(entry) and near and not references and not differ(lambda one: one.batch_id)


def _with_notice(entry: StatementEntry, notice: StatementEntry) -> StatementEntry:
    """The booked entry with what the notice knows of who and what for; everything that the statement said stays."""
    name = notice.source.name
    return replace(
        entry,
        counterparty=notice.counterparty,
        remittance=entry.remittance if notice.remittance == Remittance() else notice.remittance,
        end_to_end_id=notice.end_to_end_id,
        mandate_reference=notice.mandate_reference,
        batch_id=entry.batch_id or notice.batch_id,
        transaction_code=entry.transaction_code or notice.transaction_code,
        return_reason=entry.return_reason or notice.return_reason,
        details=tuple(replace(part, place=f"{name}: {part.place}") for part in notice.details),
    )
