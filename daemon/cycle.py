"""One full cycle of one tenant: pull, reconcile, decide, deliver, report.

Each step is guarded on its own: what fails is said and the other steps are done. Only a broken invariant stops the tenant, and
nothing ever stops the other tenants.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from time import perf_counter
from typing import Final

import structlog

from collect.wording import sentence as why_not
from config.tenant import CompareWhen, TenantConfig
from connectors.ports import (
    AccountingTarget,
    CallSource,
    DebitFeed,
    DeliveryReportSource,
    InvoiceSource,
    SettlementSource,
    Sink,
    StatementSource,
    WarningSource,
)
from daemon.bank_balances import tell_balances
from daemon.books_comparison import compare_books
from daemon.calling import pull_calls
from daemon.collecting import HeldBack, collect_money, mirror_receipts
from daemon.debit_answers import take_debit_answers
from daemon.delivery_reports import pull_reports
from daemon.feedback import tell_portals
from daemon.log_words import said
from daemon.matching import reconcile_entries
from daemon.one_store import keep_to_one_store
from daemon.operator_log import masked
from daemon.payouts import pull_payouts
from daemon.payouts_again import look_again
from daemon.progress import Steps
from daemon.provider_debits import pull_debit_feed
from daemon.pull import Pulled, adopt_customers, pull_invoices, pull_statements
from daemon.report_files import WrittenReports, write_calls, write_reports
from daemon.sender import Delivery, drain, settle
from daemon.tenant import BankAccountSources, Tenant, opened
from ledger.errors import AfletterError, InvariantBroken

#: How rarely the search for reference cycles runs during a tenant's cycle (allocations, then multiples). A cycle holds a hundred thousand open items
#: as small frozen values, which form no reference cycles; at the interpreter's own pace the search would walk them again and again.
_SEARCHES: Final = (100_000, 50, 1_000)


@dataclass(slots=True)
class CycleResult:
    """What a cycle came to. ``failures``: steps that failed, one line each; ``seconds``: time per step, for the operator."""

    tenant: str
    as_of: date
    pulled: list[Pulled] = field(default_factory=list)
    decided: int = 0
    held_back: HeldBack = field(default_factory=HeldBack)
    deliveries: list[Delivery] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    failed_sources: list[str] = field(default_factory=list)
    reports: WrittenReports | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    #: Whether every entry that came in was looked at, and whether what may be claimed was decided on top of that.
    reconciled: bool = False
    collected: bool = False
    #: Sinks of which nothing is in doubt.
    settled: list[str] = field(default_factory=list)


def run(config: TenantConfig, as_of: date, steps: Steps, stopping: Callable[[], bool] = lambda: False) -> CycleResult:
    """One cycle of one tenant; never raises for what goes wrong in it, the result says it.

    ``stopping`` is asked between steps, so that a daemon that must end does so at a place where everything is committed.
    """
    result = CycleResult(tenant=config.tenant, as_of=as_of)
    with (
        structlog.contextvars.bound_contextvars(tenant=config.tenant),
        _said(result),
        _rare_searches(),
        opened(config) as tenant,
        tenant.store.lock(),
    ):
        _logged_cycle(tenant, as_of, steps, stopping, result)
    return result


@contextmanager
def _rare_searches() -> Iterator[None]:
    """Search for reference cycles rarely; the pace before comes back at the end."""
    before = gc.get_threshold()
    gc.set_threshold(*_SEARCHES)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _said(result: CycleResult) -> Iterator[None]:
    """What goes wrong here becomes a failure of the cycle."""
    try:
        yield
    except AfletterError as error:
        _fail(result, "cycle", error)
    except Exception as error:  # a defect in one tenant must not end the others
        structlog.get_logger().exception("defect")
        _fail(result, "cycle", error)


def _logged_cycle(tenant: Tenant, as_of: date, steps: Steps, stopping: Callable[[], bool], result: CycleResult) -> None:
    structlog.get_logger().info("cycle begins", as_of=as_of.isoformat())
    with tenant.store.transaction() as t:
        cycle_id = t.cycles.begin(as_of, datetime.now(UTC))
    with _said(result):
        for step in _steps(tenant, as_of, steps, result):
            if stopping():
                result.failures.append("the cycle was asked to end early; the next one goes on from here")
                break
            step()
    outcome = "failed" if result.failures else "done"
    held = [*_warnings(tenant, as_of), *_held(tenant, result.held_back)]
    summary = {"failures": result.failures, "decided": result.decided, "held": held}
    with tenant.store.transaction() as t:
        t.cycles.end(cycle_id, datetime.now(UTC), outcome, summary)
    structlog.get_logger().info("cycle", outcome=outcome, as_of=as_of.isoformat(), seconds=_rounded(result.seconds))


def _warnings(tenant: Tenant, as_of: date) -> Iterator[str]:
    """What sources that still work ask a person to do."""
    statements = (source for account in tenant.accounts for source in account.statements)
    for source in (*tenant.invoices, *tenant.payouts, *statements):
        if isinstance(source, WarningSource):
            yield from (masked(f"{source.name}: {line}") for line in source.warnings(as_of))


def _held(tenant: Tenant, held_back: HeldBack) -> list[str]:
    """What was held back, one line for each reason; no names and no accounts in it."""
    found = [one.reason for one in held_back.withheld] + [one.reason for one in held_back.held]
    reasons = Counter(why_not(reason, "", tenant.language) for reason in found)
    lines = [f"{count} × {reason}" for reason, count in sorted(reasons.items())]
    if held_back.calls is not None and held_back.calls.overdue:
        lines.append(said("calls_overdue", {"count": str(held_back.calls.overdue)}, tenant.language))
    return lines


def _rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in seconds.items()}


def _steps(tenant: Tenant, as_of: date, steps: Steps, result: CycleResult) -> Iterator[Callable[[], None]]:
    yield partial(_adopt, tenant, as_of, result)
    for invoices in tenant.invoices:
        yield partial(_pull_invoices, tenant, invoices, as_of, steps, result)
    for payouts in tenant.payouts:
        yield partial(_pull_payouts, tenant, payouts, steps, result)
    for account in tenant.accounts:
        for statements in account.statements:
            yield partial(_pull_statements, tenant, account, statements, steps, result)
    if tenant.debit_feed is not None:
        yield partial(_pull_debit_feed, tenant, tenant.debit_feed, as_of, steps, result)
    for reports in tenant.delivery_reports:
        yield partial(_pull_reports, tenant, reports, steps, result)
    yield partial(_reconcile, tenant, as_of, steps, result)
    for own in tenant.own:
        yield partial(_pull_invoices, tenant, own, as_of, steps, result)
    for calls in tenant.call_sources:
        yield partial(_pull_calls, tenant, calls, as_of, steps, result)
    for sink in tenant.sinks():
        yield partial(_settle, tenant, sink, result)
    # The books first: what a person booked there is known before anything is claimed.
    for target in tenant.accounting:
        yield partial(_deliver, tenant, target, as_of, steps, result)
        yield partial(_tell_balances, tenant, target, as_of, steps, result)
        yield partial(_compare, tenant, target, as_of, steps, result)
    yield partial(_collect, tenant, as_of, steps, result)
    yield partial(_tell_portals, tenant, as_of, result)
    for sink in tenant.sinks():
        if sink not in tenant.accounting:
            yield partial(_deliver, tenant, sink, as_of, steps, result)
    yield from _next_ways(tenant, as_of, steps, result)
    yield partial(_report, tenant, as_of, steps, result)


def _next_ways(tenant: Tenant, as_of: date, steps: Steps, result: CycleResult) -> Iterator[Callable[[], None]]:
    """What an address would not take goes its next way in the same cycle; once for each way that is left."""
    seen = 0
    for _ in tenant.message_channels[1:]:
        if not any(delivery.undeliverable for delivery in result.deliveries[seen:]):
            return
        seen = len(result.deliveries)
        yield partial(_collect, tenant, as_of, steps, result)
        for channel in tenant.message_channels:
            yield partial(_deliver, tenant, channel, as_of, steps, result)


def _adopt(tenant: Tenant, as_of: date, result: CycleResult) -> None:
    with _guarded(result, "pull", "same_customers"):
        adopt_customers(tenant, as_of)


def _pull_invoices(tenant: Tenant, source: InvoiceSource, as_of: date, steps: Steps, result: CycleResult) -> None:
    with _guarded(result, "pull", source.name, source=source.name):
        result.pulled.append(pull_invoices(tenant, source, as_of, steps))


def _pull_statements(
    tenant: Tenant, account: BankAccountSources, source: StatementSource, steps: Steps, result: CycleResult
) -> None:
    with _guarded(result, "pull", source.name, source=source.name):
        result.pulled.append(pull_statements(tenant, account, source, steps))


def _pull_payouts(tenant: Tenant, source: SettlementSource, steps: Steps, result: CycleResult) -> None:
    # Which invoices a payout paid is not known without it, so that nothing is claimed when it cannot be read.
    with _guarded(result, "pull", source.name, source=source.name):
        result.pulled.append(pull_payouts(tenant, source, steps))


def _pull_debit_feed(tenant: Tenant, feed: DebitFeed, as_of: date, steps: Steps, result: CycleResult) -> None:
    # What it hides may be that a debit which had failed was paid after all: nothing is claimed.
    with _guarded(result, "pull", feed.name, source=feed.name):
        result.pulled.append(pull_debit_feed(tenant, feed, as_of, steps))


def _pull_reports(tenant: Tenant, source: DeliveryReportSource, steps: Steps, result: CycleResult) -> None:
    # What a mailbox does not say today hides no payment: nothing is held back for it.
    with _guarded(result, "pull", source.name):
        result.pulled.append(pull_reports(tenant, source, steps))


def _pull_calls(tenant: Tenant, source: CallSource, as_of: date, steps: Steps, result: CycleResult) -> None:
    # After reconciling: a promise is about what is open now. What was not read yet may be a complaint: then nothing is claimed.
    with _guarded(result, "pull", source.name, source=source.name):
        result.pulled.append(pull_calls(tenant, source, as_of, steps))


def _reconcile(tenant: Tenant, as_of: date, steps: Steps, result: CycleResult) -> None:
    with _guarded(result, "reconcile", "reconcile"):
        take_debit_answers(tenant, as_of)
        result.decided = look_again(tenant, as_of) + reconcile_entries(tenant, as_of, steps)
        result.reconciled = True


def _settle(tenant: Tenant, sink: Sink, result: CycleResult) -> None:
    with _guarded(result, "deliver", sink.name):
        if settle(tenant.store, sink, datetime.now(UTC)):
            result.settled.append(sink.name)


def _collect(tenant: Tenant, as_of: date, steps: Steps, result: CycleResult) -> None:
    with _guarded(result, "collect", "collect"):
        failed = result.failed_sources if result.reconciled else [*result.failed_sources, "reconcile"]
        result.held_back = collect_money(tenant, as_of, tuple(failed), steps)
        result.collected = True


def _tell_portals(tenant: Tenant, as_of: date, result: CycleResult) -> None:
    with _guarded(result, "feedback", "feedback"):
        tell_portals(tenant, as_of)


def _deliver(tenant: Tenant, sink: Sink, as_of: date, steps: Steps, result: CycleResult) -> None:
    if not _may_leave(tenant, sink, result):
        return
    with _guarded(result, "deliver", sink.name):
        steps.step(sink.name, None)
        keep_to_one_store(tenant, sink, as_of)
        delivery = drain(tenant.store, sink, as_of, datetime.now(UTC), steps.done)
        result.deliveries.append(delivery)
        if delivery.trouble:
            result.failures.append(masked(f"{sink.name}: {delivery.trouble}"))


def _tell_balances(tenant: Tenant, target: AccountingTarget, as_of: date, steps: Steps, result: CycleResult) -> None:
    """What the statements say a bank account holds, for books that check it; it goes out at once."""
    wanted = 0
    with _guarded(result, "deliver", target.name):
        wanted = tell_balances(tenant, target, as_of) if _may_leave(tenant, target, result) else 0
    if wanted:
        _deliver(tenant, target, as_of, steps, result)


def _compare(tenant: Tenant, target: AccountingTarget, as_of: date, steps: Steps, result: CycleResult) -> None:
    """Read the books back, once a business day."""
    wanted = tenant.config.compare
    if wanted is CompareWhen.NEVER or (wanted is CompareWhen.REMOTE and target.abilities.local):
        return
    with tenant.store.snapshot() as t:
        last = t.comparisons.last(target.name)
    if last is not None and last.as_of >= as_of:
        return
    with _guarded(result, "compare", target.name):
        steps.step(f"compare {target.name}", None)
        compare_books(tenant, target, as_of, lambda: datetime.now(UTC))


def _may_leave(tenant: Tenant, sink: Sink, result: CycleResult) -> bool:
    """Whether what is queued for a sink may go now. A claim that an earlier cycle queued was right then; it goes only when this
    cycle looked at it again, and a debit only when nothing hides that somebody has paid."""
    if sink.name not in result.settled:
        return False
    if sink is tenant.debit_channel:
        return result.collected and not result.held_back.unseen
    if sink in tenant.message_channels or sink in (tenant.hand_over_channel, tenant.service_channel):
        return result.collected
    return True


def _report(tenant: Tenant, as_of: date, steps: Steps, result: CycleResult) -> None:
    with _guarded(result, "report", "report"):
        steps.step("report", None)
        with tenant.store.transaction() as t:
            mirror_receipts(t)
        result.reports = write_reports(tenant, as_of, result.held_back)
        write_calls(tenant, as_of, result.held_back)


@contextmanager
def _guarded(result: CycleResult, step: str, name: str, source: str = "") -> Iterator[None]:
    """Time a step and keep its failure; a broken invariant goes through and ends the cycle."""
    begun = perf_counter()
    try:
        yield
    except InvariantBroken:
        raise
    except AfletterError as error:
        _fail(result, name, error)
        if source:
            result.failed_sources.append(source)
    finally:
        result.seconds[step] = result.seconds.get(step, 0.0) + perf_counter() - begun


def _fail(result: CycleResult, name: str, error: Exception) -> None:
    text = masked(str(error)) or type(error).__name__
    result.failures.append(f"{name}: {text}")
    structlog.get_logger().error("step failed", step=name, error=type(error).__name__, reason=text)
