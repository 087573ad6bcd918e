"""What the report says, gathered from the store in one pass over each table."""

from __future__ import annotations

import os
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from collect.forecast import forecast
from collect.wording import sentence as why_not
from daemon.account_freshness import account_freshness
from daemon.bookkeeping import entry_name
from daemon.collecting import HeldBack
from daemon.debit_planning import plan_debits
from daemon.effect_names import subject_name
from daemon.report import (
    DECISIONS_MOST,
    SUGGESTIONS_MOST,
    WAITING_MOST,
    BatchLine,
    EvidenceShare,
    Headline,
    ParkedLine,
    ReminderLine,
    ReportFile,
    ReportView,
    SourceState,
    SuggestedLine,
    WaitingEntry,
    WaitingSuggestion,
    WeekOfDebits,
    WithheldLine,
    ages_of,
    forecast_weeks,
    weeks_of,
)
from daemon.shared_facts import disagreements, sources_of
from daemon.tenant import Tenant
from ledger.allocations import Evidence
from ledger.bookings import AccountKind
from ledger.calendar import working_days_after
from ledger.decisions import LoggedDecision
from ledger.documents import DocumentKind, OpenItem
from ledger.effects import EffectState
from ledger.mandates import Collection
from ledger.money import Money
from store.entries import StoredEntry
from store.store import Transaction

#: Working days after which a statement counts as late in the report, where the tenant file does not say.
LATE_AFTER_WORKING_DAYS = 3


def report_view(tenant: Tenant, t: Transaction, as_of: date, held_back: HeldBack, folder: Path) -> ReportView:
    """The view of one tenant's report, which will stand in ``folder``."""
    entries = _Entries(tenant.config.currency)
    for stored in t.entries.rows():
        entries.take(stored)
    items = list(t.bookings.open_items())
    names = {customer.customer_id: customer.name for customer in t.facts.customers()}
    decisions: deque[LoggedDecision] = deque(maxlen=DECISIONS_MOST)
    count = 0
    for logged in t.decisions.all():
        count += 1
        decisions.append(logged)
    return ReportView(
        tenant=tenant.name,
        company=tenant.config.legal.name,
        language=tenant.language,
        country=tenant.config.legal.country,
        currency=tenant.config.currency,
        as_of=as_of,
        first_on=entries.first_on,
        last_on=entries.last_on,
        headline=_headline(entries, items, t, as_of),
        weeks=weeks_of(entries.credits, tenant.config.currency),
        shares=entries.shares(),
        ages=ages_of(items, as_of, tenant.config.currency),
        waiting=tuple(_waiting(stored, names) for stored in entries.waiting),
        sources=tuple(_sources(tenant, t, as_of)),
        batches=tuple(_batches(t.debits.rows(), as_of)),
        withheld=tuple(_withheld(tenant, held_back, items, names)),
        reminders=tuple(_reminders(t, as_of, names)),
        parked=tuple(
            ParkedLine(subject=subject_name(t, effect), reason=effect.detail)
            for effect in t.outbox.with_state(EffectState.PARKED)
        ),
        decisions=tuple(decisions),
        decisions_in_all=count,
        log_file=LOG_FILE,
        files=tuple(_files(tenant, folder)),
        forecast=_forecast(tenant, t, as_of),
    )


def _forecast(tenant: Tenant, t: Transaction, as_of: date) -> tuple[WeekOfDebits, ...]:
    """What will be collected, by what the cycle left behind."""
    debit = tenant.config.direct_debit
    if debit is None:
        return ()
    return forecast_weeks(forecast(plan_debits(tenant, t, debit, as_of), t.debits.rows(), as_of), as_of)


#: The reconciliation log beside the report.
LOG_FILE = "reconciliation-log.csv"


@dataclass(slots=True)
class _Entries:
    """Sums over all bank entries, in one pass."""

    currency: str
    first_on: date | None = None
    last_on: date | None = None
    came_in: int = 0
    waiting_minor: int = 0
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    by_evidence: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    waiting: list[StoredEntry] = field(default_factory=list)
    credits: list[tuple[date, str, Money]] = field(default_factory=list)

    def take(self, stored: StoredEntry) -> None:
        """Count one entry."""
        entry = stored.identified.entry
        if entry.amount.currency != self.currency:
            return
        self.first_on = entry.booked_on if self.first_on is None else min(self.first_on, entry.booked_on)
        self.last_on = entry.booked_on if self.last_on is None else max(self.last_on, entry.booked_on)
        outcome = {"matched": "matched", "ignored": "ignored"}.get(stored.status, "waiting")
        by_person = stored.confidence == Evidence.PERSON.value
        self.counts["by_person" if outcome == "matched" and by_person else outcome] += 1
        if entry.amount.minor > 0:
            self.came_in += entry.amount.minor
            self.credits.append((entry.booked_on, outcome, entry.amount))
        if outcome == "matched" and stored.confidence:
            share = self.by_evidence[stored.confidence]
            share[0] += 1
            share[1] += abs(entry.amount.minor)
        if outcome == "waiting":
            self.waiting_minor += abs(stored.undecided.minor)
            if len(self.waiting) < WAITING_MOST:
                self.waiting.append(stored)

    def shares(self) -> tuple[EvidenceShare, ...]:
        """By strongest evidence, strongest tier first."""
        return tuple(
            EvidenceShare(
                evidence=tier,
                entries=self.by_evidence[tier.value][0],
                amount=Money(self.by_evidence[tier.value][1], self.currency),
            )
            for tier in Evidence
            if tier.value in self.by_evidence
        )


def _headline(entries: _Entries, items: list[OpenItem], t: Transaction, as_of: date) -> Headline:
    currency = entries.currency
    invoices = [
        item
        for item in items
        if item.open and item.open.currency == currency and item.document.kind is DocumentKind.INVOICE
    ]
    overdue = [item for item in invoices if item.document.due_on < as_of]
    notes = sum(
        item.open.minor
        for item in items
        if item.open.currency == currency and item.document.kind is DocumentKind.CREDIT_NOTE
    )
    on_account = -sum(
        balance.minor for _, balance in t.bookings.balances(AccountKind.ON_ACCOUNT) if balance.currency == currency
    )
    return Headline(
        came_in=Money(entries.came_in, currency),
        entries=sum(entries.counts.values()),
        matched_automatically=entries.counts["matched"],
        matched_by_person=entries.counts["by_person"],
        waiting=entries.counts["waiting"],
        waiting_amount=Money(entries.waiting_minor, currency),
        ignored=entries.counts["ignored"],
        open=Money(sum(item.open.minor for item in invoices), currency),
        open_documents=len(invoices),
        overdue=Money(sum(item.open.minor for item in overdue), currency),
        overdue_documents=len(overdue),
        credit=Money(notes + on_account, currency),
    )


def _waiting(stored: StoredEntry, names: Mapping[str, str]) -> WaitingEntry:
    entry = stored.identified.entry
    ranks = sorted({line.rank for line in stored.lines if line.rank is not None})[:SUGGESTIONS_MOST]
    return WaitingEntry(
        entry=entry_name(stored.identified),
        booked_on=entry.booked_on,
        amount=entry.amount,
        payer=entry.counterparty.name,
        payer_iban=entry.counterparty.iban,
        text=" ".join((*entry.remittance.creditor_references, *entry.remittance.unstructured)),
        why=stored.reason,
        suggestions=tuple(_suggestion(stored, rank, names) for rank in ranks),
    )


def _suggestion(stored: StoredEntry, rank: int, names: Mapping[str, str]) -> WaitingSuggestion:
    lines = [line for line in stored.lines if line.rank == rank]
    return WaitingSuggestion(
        rank=rank,
        lines=tuple(
            SuggestedLine(
                kind=line.kind,
                document=line.document,
                customer=names.get(line.customer_id, line.customer_id),
                amount=line.amount,
            )
            for line in lines
            if line.kind is not None and line.amount is not None
        ),
        reason=lines[0].reason,
    )


def _sources(tenant: Tenant, t: Transaction, as_of: date) -> Iterator[SourceState]:
    reminders = tenant.config.reminders
    limit = LATE_AFTER_WORKING_DAYS if reminders is None else reminders.max_statement_age_working_days
    country = tenant.config.legal.country
    faults: dict[str, list[str]] = defaultdict(list)
    for fault in t.faults.open():
        faults["/".join(fault.source.system.split("/")[:2])].append(fault.line())
    for disagreement in disagreements(sources_of(tenant), t):
        faults[disagreement.other_source.partition(" (")[0]].append(disagreement.line())
    for number, one in enumerate(account_freshness(tenant, list(t.statements.headers()))):
        last = one.last_statement_on
        yield SourceState(
            name=one.account,
            newest="",
            balance=one.closing,
            newest_on=last,
            late=last is None or working_days_after(last, as_of, country) > limit,
            gaps=one.gaps,
            faults=tuple(faults.get(f"bank_accounts/{number}", ())),
        )
    newest = max((document.issued_on for document in t.facts.documents()), default=None)
    for source in tenant.invoices:
        yield SourceState(
            name=source.name, newest="", newest_on=newest, late=False, faults=tuple(faults.get(source.name, ()))
        )


def _batches(collections: Iterator[Collection], as_of: date) -> Iterator[BatchLine]:
    """Files whose collections lie ahead, and so are of this cycle or still on their way."""
    by_file: dict[str, list[Collection]] = defaultdict(list)
    for collection in collections:
        if collection.message_id and collection.collect_on >= as_of:
            by_file[collection.message_id].append(collection)
    for message_id, group in sorted(by_file.items()):
        first = group[0]
        yield BatchLine(
            message_id=message_id,
            scheme=first.mandate.scheme,
            sequence_type=first.sequence_type.value,
            collect_on=first.collect_on,
            collections=len(group),
            amount=Money(sum(one.amount.minor for one in group), first.amount.currency),
            status=first.status,
        )


def _withheld(
    tenant: Tenant, held_back: HeldBack, items: list[OpenItem], names: Mapping[str, str]
) -> Iterator[WithheldLine]:
    by_number = {item.document.number: item for item in items}
    for one in held_back.withheld:
        yield WithheldLine(
            document=one.document,
            customer=names.get(one.customer_id, one.customer_id),
            amount=by_number[one.document].open,
            reason=why_not(one.reason, one.detail, tenant.language),
        )


def _reminders(t: Transaction, as_of: date, names: Mapping[str, str]) -> Iterator[ReminderLine]:
    for row in t.reminders.rows():
        if row.reminder.as_of == as_of:
            reminder = row.reminder
            yield ReminderLine(
                customer=names.get(reminder.customer_id, reminder.customer_id),
                documents=reminder.documents,
                kind=reminder.kind,
                level=reminder.level,
                amount_due=reminder.amount_due,
                status=row.status,
            )


def _files(tenant: Tenant, folder: Path) -> Iterator[ReportFile]:
    """Folders of the tenant's connectors that results lie in, as seen from the report."""
    config = tenant.config
    settings = [*config.accounting]
    if config.direct_debit is not None:
        settings.append(config.direct_debit.bank)
    if config.reminders is not None:
        settings.extend(config.reminders.ways)
    for one in settings:
        path = getattr(one, "path", None)
        if isinstance(path, Path):
            yield ReportFile(label=one.use, path=os.path.relpath(path, folder))
