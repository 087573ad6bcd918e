"""The bank's status reports on our debit files, from the archive to the collections; each report is taken over once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from collect.debit_answers import DebitAnswers, DebitStep, answers
from collect.second_chance import CAME_BACK
from daemon.bookkeeping import PROGRAM
from daemon.debit_money import act_on_returns
from daemon.debit_standing import as_it_may_be, handed_over
from daemon.tenant import Tenant
from formats import pain002
from ledger.debit_status import DebitStatus
from ledger.sources import Fault, RawDocument
from store.archive import ArchivedDocument
from store.store import Transaction

#: How far the archive has been looked through, kept like a source's cursor.
_CURSOR: Final = "direct_debit/answers"
#: What a document begins with tells whether it is a status report.
_HEAD_BYTES: Final = 4096


def take_debit_answers(tenant: Tenant, as_of: date) -> int:
    """Collections come to where the newly arrived status reports bring them; answers how many moved."""
    moved = 0
    with tenant.store.transaction() as t:
        cursor = t.cursors.get(_CURSOR)
        seen = newest = int(cursor or 0)
        for archived in list(t.archive.documents()):
            newest = max(newest, archived.sequence)
            if archived.sequence > seen and archived.kept and archived.system.startswith("bank_accounts/"):
                moved += _take(tenant, t, archived, as_of)
        if newest != seen:
            t.cursors.set(_CURSOR, str(newest))
    return moved


def _take(tenant: Tenant, t: Transaction, archived: ArchivedDocument, as_of: date) -> int:
    with t.archive.open(archived.sha256) as stream:
        head = stream.read(_HEAD_BYTES)
    if not pain002.recognise(head):
        return 0
    document = RawDocument(
        system=archived.system,
        name=archived.name,
        sha256=archived.sha256,
        size=archived.size,
        open=lambda: t.archive.open(archived.sha256),
    )
    statuses = [found for found in pain002.read(document) if isinstance(found, DebitStatus)]
    states = handed_over(t)
    said = answers(statuses, [as_it_may_be(one, states) for one in t.debits.rows()])
    _tell_unknown(t, said)
    return follow(tenant, t, said.steps, as_of)


def follow(tenant: Tenant, t: Transaction, steps: Iterable[DebitStep], as_of: date) -> int:
    """Bring collections to where they come, and act on those that came back; answers how many steps there were."""
    came_back: set[str] = set()
    count = 0
    for step in steps:
        count += 1
        t.debits.step([step.collection.end_to_end_id], step.status, step.reason_code)
        came_back.discard(step.collection.end_to_end_id)
        if step.status in CAME_BACK:
            came_back.add(step.collection.end_to_end_id)
    if came_back:
        act_on_returns(tenant, t, came_back, as_of, PROGRAM)
    return count


def _tell_unknown(t: Transaction, said: DebitAnswers) -> None:
    faults = []
    for status in said.unknown:
        name = status.end_to_end_id or status.payment_information_id or status.message_id
        reason = f"the bank says {status.status} of {name}, which is no direct debit of ours"
        faults.append(Fault(source=status.source, reason=reason, whole_document=False))
    t.faults.add(faults)
