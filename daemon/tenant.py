"""A tenant ready to work: its configuration, its store and its connectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from config.tenant import Reminders, TenantConfig
from connectors import registry
from connectors.ports import (
    AccountingTarget,
    CallSource,
    DebitFeed,
    DebitProvider,
    DeliveryReportSource,
    FeedbackSink,
    InvoiceSource,
    PortalSource,
    ReminderChannel,
    SettlementSource,
    Sink,
    StatementSource,
)
from daemon.bookkeeping import PostingTarget
from daemon.charged_fees import ChargedFees
from ledger.media import Medium
from store.store import Store, open_store

_MIB: Final = 1024 * 1024
#: The sinks of cases that leave as files, and of orders to stop a service or give it back.
HAND_OVER_SINK: Final = "reminders/hand_over"
SERVICE_SINK: Final = "reminders/interruption"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccountSources:
    """The statement sources of one configured bank account."""

    iban: str
    currency: str
    statements: tuple[StatementSource, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One tenant's parts. ``own``: sources of documents that the program makes itself; ``debit_feed``: what a payment provider says of the debits that
    it collects."""

    config: TenantConfig
    store: Store
    invoices: tuple[InvoiceSource, ...]
    own: tuple[InvoiceSource, ...]
    accounts: tuple[BankAccountSources, ...]
    accounting: tuple[AccountingTarget, ...]
    debit_channel: Sink | None
    message_channels: tuple[ReminderChannel, ...]
    call_sources: tuple[CallSource, ...]
    hand_over_channel: Sink | None
    service_channel: Sink | None
    delivery_reports: tuple[DeliveryReportSource, ...]
    feedback_sinks: tuple[FeedbackSink, ...] = ()
    payouts: tuple[SettlementSource, ...] = ()
    debit_feed: DebitFeed | None = None

    @property
    def name(self) -> str:
        """The tenant's name, first column of every export."""
        return self.config.tenant

    @property
    def language(self) -> str:
        """Language of reports and of the reconciliation log."""
        return self.config.legal.language

    @property
    def posting_targets(self) -> tuple[PostingTarget, ...]:
        """The accounting targets with what each takes, for the outbox."""
        return tuple(PostingTarget(name=sink.name, takes=sink.abilities.takes) for sink in self.accounting)

    @property
    def message_channel(self) -> ReminderChannel | None:
        """The cheapest channel of mails, for what only goes by mail; None where there is none."""
        return next((one for one in self.message_channels if one.medium is Medium.EMAIL), None)

    def sinks(self) -> Iterator[Sink]:
        """All sinks, in the order in which they are drained: books, money, messages, portals."""
        yield from self.accounting
        if self.debit_channel is not None:
            yield self.debit_channel
        yield from self.message_channels
        if self.hand_over_channel is not None:
            yield self.hand_over_channel
        if self.service_channel is not None:
            yield self.service_channel
        yield from self.feedback_sinks

    @property
    def hand_over_sink(self) -> str:
        """The name of the sink that cases go to, a channel of their own or that of mails; empty where none is set up."""
        reminders = self.config.reminders
        if reminders is None or reminders.hand_over is None:
            return ""
        if self.hand_over_channel is not None:
            return self.hand_over_channel.name
        return "" if self.message_channel is None else self.message_channel.name


@contextmanager
def opened(config: TenantConfig) -> Iterator[Tenant]:
    """The tenant with its store open; the store is closed at the end."""
    store = open_store(
        config.store.reveal(), config.tenant, config.base, archive_limit=config.limits.archive_mib * _MIB
    )
    try:
        yield _assembled(config, store)
    finally:
        store.close()


def _assembled(config: TenantConfig, store: Store) -> Tenant:
    accounting = tuple(
        registry.accounting_target(settings, f"accounting/{index}") for index, settings in enumerate(config.accounting)
    )
    debit, reminders = config.direct_debit, config.reminders
    invoices = tuple(
        registry.invoice_source(settings, f"invoices/{index}") for index, settings in enumerate(config.invoices)
    )
    channel = None if debit is None else registry.debit_channel(debit.bank, "direct_debit/bank")
    portals = (source.feedback() for source in invoices if isinstance(source, PortalSource))
    return Tenant(
        config=config,
        store=store,
        invoices=invoices,
        payouts=tuple(
            registry.settlement_source(settings, f"payouts/{index}") for index, settings in enumerate(config.payouts)
        ),
        feedback_sinks=tuple(sink for sink in portals if sink is not None),
        own=() if debit is None else (ChargedFees(store, active=debit.charge_fee),),
        accounts=tuple(
            BankAccountSources(
                iban=account.iban,
                currency=account.currency,
                statements=tuple(
                    registry.statement_source(settings, f"bank_accounts/{number}/statements/{index}")
                    for index, settings in enumerate(account.statements)
                ),
            )
            for number, account in enumerate(config.bank_accounts)
        ),
        accounting=accounting,
        debit_channel=channel,
        debit_feed=channel.feed() if isinstance(channel, DebitProvider) else None,
        message_channels=() if reminders is None else tuple(_channels(reminders)),
        call_sources=() if reminders is None else tuple(_call_sources(reminders)),
        hand_over_channel=None
        if reminders is None or reminders.hand_over is None or reminders.hand_over.channel is None
        else registry.hand_over_channel(reminders.hand_over.channel, HAND_OVER_SINK),
        service_channel=None
        if reminders is None or reminders.interruption is None
        else registry.service_channel(reminders.interruption.channel, SERVICE_SINK),
        delivery_reports=()
        if reminders is None
        else tuple(
            registry.delivery_reports(settings, f"reminders/delivery_reports/{index}")
            for index, settings in enumerate(reminders.delivery_reports)
        ),
    )


def _call_sources(reminders: Reminders) -> Iterator[CallSource]:
    for index, settings in enumerate(() if reminders.calls is None else reminders.calls.outcomes):
        yield registry.call_source(settings, f"reminders/calls/outcomes/{index}")


def _channels(reminders: Reminders) -> Iterator[ReminderChannel]:
    """The ways out, cheapest first. The one of ``channel`` keeps the name under which its effects were queued."""
    if reminders.channel is not None:
        yield registry.reminder_channel(reminders.channel, "reminders/channel")
    for index, settings in enumerate(reminders.channels):
        yield registry.reminder_channel(settings, f"reminders/channels/{index}")
