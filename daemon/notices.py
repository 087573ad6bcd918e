"""Details that a bank sends apart from its statement join the booked entry, whichever of the two comes first.

What a notification said earlier is read again from the archive; nothing of it is kept beside the statement's own entries. The bytes of
a document too large for the archive are gone, and so what it would have added.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from daemon.bank_documents import reopened, whole_statements
from daemon.tenant import BankAccountSources
from ledger.notices import NOTICE_DAYS, is_bare, is_telling, joined, may_be_part
from ledger.statements import IdentifiedEntry, Statement, StatementEntry
from store.store import Transaction


def join_notice(t: Transaction, account: BankAccountSources, notice: Statement) -> int:
    """Add what a report or notification tells to entries that are booked already and not decided; answers to how many.

    Where it may be a part of a booked sum, what earlier ones told is looked at beside it.
    """
    telling = [entry for entry in notice.pending if is_telling(entry)]
    known = _bare_or_none(t, notice.account, telling)
    if any(may_be_part(one.entry, part) for one in known for part in telling):
        days = _days_around(telling)
        telling = [entry for each in _notices(t, account, days) for entry in each.pending if is_telling(entry)]
    return t.entries.enrich(joined(known, telling))


def join_earlier_notices(t: Transaction, account: BankAccountSources, bare: Sequence[StatementEntry]) -> int:
    """Add to entries just booked what earlier reports and notifications told of them; answers to how many."""
    days = _days_around(bare)
    notices = [entry for notice in _notices(t, account, days) for entry in notice.pending if is_telling(entry)]
    return t.entries.enrich(joined(_bare_or_none(t, account.iban, bare), notices)) if notices else 0


def _bare_or_none(t: Transaction, account: str, about: Sequence[StatementEntry]) -> list[IdentifiedEntry]:
    """All booked entries of the days around those; none where not one of them is bare, so that nothing can be added."""
    known = [one for those in t.entries.known(account, _days_around(about)).values() for one in those]
    return known if any(is_bare(one.entry) for one in known) else []


def _days_around(entries: Collection[StatementEntry]) -> set[date]:
    reach = range(-NOTICE_DAYS, NOTICE_DAYS + 1)
    return {day + timedelta(days=days) for day in {entry.booked_on for entry in entries} for days in reach}


def _notices(t: Transaction, account: BankAccountSources, days: Collection[date]) -> Iterator[Statement]:
    """The reports and notifications of those days, from the archived bytes; those of a source that is gone are left out."""
    sources = {source.name: source for source in account.statements}
    for header in t.statements.notices(account.iban, min(days), max(days)):
        source = sources.get(header.source.system)
        if source is None:
            continue
        try:
            document = reopened(t, header.source)
        except LookupError:
            continue
        statements, _ = whole_statements(account, source, document)
        yield from (each for each in statements if each.source.place == header.source.place)
