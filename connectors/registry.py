"""The connectors there are, listed one by one: per port, the word behind ``use`` and what it stands for.

Others add theirs through the entry-point group ``afletter.connectors``: each entry point loads a ``ConnectorKind``. A word that is
taken is a ConfigError, for a tenant file must mean one thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.metadata import entry_points
from typing import Final, TypeVar, cast, get_args

from config.kinds import ConnectorKinds
from config.settings import ConnectorSettings
from connectors.beancount_books import BeancountBooks, BeancountSettings
from connectors.buckaroo.debits import BuckarooDebits
from connectors.buckaroo.payouts import BuckarooPayouts
from connectors.buckaroo.settings import BuckarooDebitsSettings, BuckarooSettings
from connectors.datev.batches import DatevBatches, DatevSettings
from connectors.exact.books import ExactBooks
from connectors.exact.settings import ExactSettings
from connectors.folder_calls import FolderCalls, FolderCallsSettings
from connectors.folder_debits import FolderDebits, FolderDebitsSettings
from connectors.folder_files import FolderFiles, FolderFilesSettings
from connectors.folder_invoices import FolderInvoices, FolderInvoicesSettings
from connectors.folder_statements import FolderStatements, FolderStatementsSettings
from connectors.hledger_books import HledgerBooks, HledgerSettings
from connectors.maildir import Maildir, MaildirSettings
from connectors.mollie.debits import MollieDebits
from connectors.mollie.mandates import MollieMandates
from connectors.mollie.settings import MollieDebitsSettings, MollieMandatesSettings, MollieSettings
from connectors.mollie.settlements import MollieSettlements
from connectors.moneybird.books import MoneybirdBooks
from connectors.moneybird.settings import MoneybirdSettings
from connectors.odoo.books import OdooBooks
from connectors.odoo.invoices import OdooInvoices
from connectors.odoo.settings import OdooBooksSettings, OdooInvoicesSettings
from connectors.phone_list import PhoneList, PhoneListSettings
from connectors.ponto.settings import PontoSettings
from connectors.ponto.statements import PontoStatements
from connectors.ports import (
    AccountingTarget,
    CallSource,
    DeliveryReportSource,
    InvoiceSource,
    ReminderChannel,
    SettlementSource,
    Sink,
    StatementSource,
)
from connectors.print_folder import PrintFolder, PrintFolderSettings
from connectors.report_folder import ProofFolder, ProofFolderSettings, ReportMaildir, ReportMaildirSettings
from connectors.report_imap import ReportImap, ReportImapSettings
from connectors.sftp_debits import SftpDebits, SftpDebitsSettings
from connectors.sftp_files import SftpFiles, SftpFilesSettings
from connectors.sftp_invoices import SftpInvoices, SftpInvoicesSettings
from connectors.sftp_statements import SftpStatements, SftpStatementsSettings
from connectors.smtp import Smtp, SmtpSettings
from connectors.tryton.books import TrytonBooks
from connectors.tryton.invoices import TrytonInvoices
from connectors.tryton.settings import TrytonBooksSettings, TrytonInvoicesSettings
from connectors.twikey.debits import TwikeyDebits
from connectors.twikey.mandates import TwikeyMandates
from connectors.twikey.settings import TwikeyDebitsSettings, TwikeyMandatesSettings
from connectors.webhook import Webhook, WebhookSettings
from connectors.whmcs.invoices import WhmcsInvoices
from connectors.whmcs.settings import WhmcsInvoicesSettings
from connectors.woocommerce.orders import WooInvoices
from connectors.woocommerce.settings import WooInvoicesSettings
from ledger.errors import ConfigError

ENTRY_POINT_GROUP: Final = "afletter.connectors"


class Port(StrEnum):
    """The ports that a tenant file sets up; the names are those of ``config.ConnectorKinds``."""

    INVOICES = "invoices"
    STATEMENTS = "statements"
    PAYOUTS = "payouts"
    ACCOUNTING = "accounting"
    DEBIT_CHANNEL = "debit_channel"
    REMINDER_CHANNEL = "reminder_channel"
    CALL_OUTCOMES = "call_outcomes"
    HAND_OVER_CHANNEL = "hand_over_channel"
    SERVICE_CHANNEL = "service_channel"
    DELIVERY_REPORTS = "delivery_reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorKind:
    """One connector: ``use`` is its word in the tenant file; ``make(settings, name)`` gives it, with ``name`` its place in the tenant
    file (``invoices/0``). What it gives fills ``port``."""

    port: Port
    use: str
    settings: type[ConnectorSettings]
    make: Callable[[ConnectorSettings, str], object]


S = TypeVar("S", bound=ConnectorSettings)


def kind(port: Port, settings: type[S], make: Callable[[S, str], object]) -> ConnectorKind:
    """A connector's entry in the registry; its word is the one that the settings' ``use`` allows."""

    def checked(given: ConnectorSettings, name: str) -> object:
        if not isinstance(given, settings):
            raise TypeError(f"{name}: {type(given).__name__} are no {settings.__name__}")
        return make(given, name)

    (use,) = get_args(settings.model_fields["use"].annotation)
    return ConnectorKind(port=port, use=use, settings=settings, make=checked)


#: Our own connectors.
KINDS: Final[Mapping[Port, tuple[ConnectorKind, ...]]] = {
    Port.INVOICES: (
        kind(Port.INVOICES, FolderInvoicesSettings, FolderInvoices),
        kind(Port.INVOICES, SftpInvoicesSettings, SftpInvoices),
        kind(Port.INVOICES, TrytonInvoicesSettings, TrytonInvoices),
        kind(Port.INVOICES, MollieMandatesSettings, MollieMandates),
        kind(Port.INVOICES, TwikeyMandatesSettings, TwikeyMandates),
        kind(Port.INVOICES, OdooInvoicesSettings, OdooInvoices),
        kind(Port.INVOICES, WhmcsInvoicesSettings, WhmcsInvoices),
        kind(Port.INVOICES, WooInvoicesSettings, WooInvoices),
    ),
    Port.STATEMENTS: (
        kind(Port.STATEMENTS, FolderStatementsSettings, FolderStatements),
        kind(Port.STATEMENTS, PontoSettings, PontoStatements),
        kind(Port.STATEMENTS, SftpStatementsSettings, SftpStatements),
    ),
    Port.PAYOUTS: (
        kind(Port.PAYOUTS, BuckarooSettings, BuckarooPayouts),
        kind(Port.PAYOUTS, MollieSettings, MollieSettlements),
    ),
    Port.ACCOUNTING: (
        kind(Port.ACCOUNTING, BeancountSettings, BeancountBooks),
        kind(Port.ACCOUNTING, ExactSettings, ExactBooks),
        kind(Port.ACCOUNTING, HledgerSettings, HledgerBooks),
        kind(Port.ACCOUNTING, MoneybirdSettings, MoneybirdBooks),
        kind(Port.ACCOUNTING, TrytonBooksSettings, TrytonBooks),
        kind(Port.ACCOUNTING, DatevSettings, DatevBatches),
        kind(Port.ACCOUNTING, OdooBooksSettings, OdooBooks),
    ),
    Port.DEBIT_CHANNEL: (
        kind(Port.DEBIT_CHANNEL, FolderDebitsSettings, FolderDebits),
        kind(Port.DEBIT_CHANNEL, SftpDebitsSettings, SftpDebits),
        kind(Port.DEBIT_CHANNEL, BuckarooDebitsSettings, BuckarooDebits),
        kind(Port.DEBIT_CHANNEL, MollieDebitsSettings, MollieDebits),
        kind(Port.DEBIT_CHANNEL, TwikeyDebitsSettings, TwikeyDebits),
    ),
    Port.CALL_OUTCOMES: (kind(Port.CALL_OUTCOMES, FolderCallsSettings, FolderCalls),),
    Port.HAND_OVER_CHANNEL: (
        kind(Port.HAND_OVER_CHANNEL, FolderFilesSettings, FolderFiles),
        kind(Port.HAND_OVER_CHANNEL, SftpFilesSettings, SftpFiles),
    ),
    Port.SERVICE_CHANNEL: (
        kind(Port.SERVICE_CHANNEL, FolderFilesSettings, FolderFiles),
        kind(Port.SERVICE_CHANNEL, WebhookSettings, Webhook),
    ),
    Port.REMINDER_CHANNEL: (
        kind(Port.REMINDER_CHANNEL, MaildirSettings, Maildir),
        kind(Port.REMINDER_CHANNEL, PhoneListSettings, PhoneList),
        kind(Port.REMINDER_CHANNEL, PrintFolderSettings, PrintFolder),
        kind(Port.REMINDER_CHANNEL, SmtpSettings, Smtp),
        kind(Port.REMINDER_CHANNEL, WebhookSettings, Webhook),
    ),
    Port.DELIVERY_REPORTS: (
        kind(Port.DELIVERY_REPORTS, ReportImapSettings, ReportImap),
        kind(Port.DELIVERY_REPORTS, ReportMaildirSettings, ReportMaildir),
        kind(Port.DELIVERY_REPORTS, ProofFolderSettings, ProofFolder),
    ),
}


def table_of(kinds: Iterable[ConnectorKind]) -> dict[Port, dict[str, ConnectorKind]]:
    """Connectors by port and word. Raises ConfigError for a word that stands twice in a port."""
    table: dict[Port, dict[str, ConnectorKind]] = {port: {} for port in Port}
    for one in kinds:
        if one.use in table[one.port]:
            raise ConfigError((f"installed packages: two connectors for '{one.port}' are called '{one.use}'",))
        table[one.port][one.use] = one
    return table


@cache
def _all() -> Mapping[Port, Mapping[str, ConnectorKind]]:
    others: list[ConnectorKind] = []
    for entry in entry_points(group=ENTRY_POINT_GROUP):
        loaded = entry.load()
        if not isinstance(loaded, ConnectorKind):
            raise ConfigError((f"installed packages: the entry point '{entry.name}' is no ConnectorKind",))
        others.append(loaded)
    return table_of([*(one for kinds in KINDS.values() for one in kinds), *others])


def settings_models(port: Port) -> Mapping[str, type[ConnectorSettings]]:
    """The settings of each connector that fills a port, by its word: what ``config.load`` needs to know."""
    return {use: one.settings for use, one in _all()[port].items()}


def connector_kinds() -> ConnectorKinds:
    """All settings models by port and word, as ``config.load`` and ``config.schema`` take them."""
    return ConnectorKinds(**{port.value: settings_models(port) for port in Port})


def invoice_source(settings: ConnectorSettings, name: str) -> InvoiceSource:
    """Where customers, documents and mandates come from; ``name`` is ``invoices/0`` and so on."""
    return cast("InvoiceSource", _make(Port.INVOICES, settings, name))


def statement_source(settings: ConnectorSettings, name: str) -> StatementSource:
    """Where an account's statements come from; ``name`` is ``bank_accounts/0/statements/0`` and so on."""
    return cast("StatementSource", _make(Port.STATEMENTS, settings, name))


def settlement_source(settings: ConnectorSettings, name: str) -> SettlementSource:
    """Where a payment provider's payouts come from; ``name`` is ``payouts/0`` and so on."""
    return cast("SettlementSource", _make(Port.PAYOUTS, settings, name))


def accounting_target(settings: ConnectorSettings, name: str) -> AccountingTarget:
    """Where postings go; ``name`` is ``accounting/0`` and so on."""
    return cast("AccountingTarget", _make(Port.ACCOUNTING, settings, name))


def debit_channel(settings: ConnectorSettings, name: str) -> Sink:
    """Where direct-debit files go; ``name`` is ``direct_debit/bank``."""
    return cast("Sink", _make(Port.DEBIT_CHANNEL, settings, name))


def reminder_channel(settings: ConnectorSettings, name: str) -> ReminderChannel:
    """Where messages to customers go; ``name`` is ``reminders/channel``, or ``reminders/channels/0`` and so on."""
    return cast("ReminderChannel", _make(Port.REMINDER_CHANNEL, settings, name))


def delivery_reports(settings: ConnectorSettings, name: str) -> DeliveryReportSource:
    """Where reports of deliveries come from; ``name`` is ``reminders/delivery_reports/0`` and so on."""
    return cast("DeliveryReportSource", _make(Port.DELIVERY_REPORTS, settings, name))


def call_source(settings: ConnectorSettings, name: str) -> CallSource:
    """Where outcomes of calls come from; ``name`` is ``reminders/calls/outcomes/0`` and so on."""
    return cast("CallSource", _make(Port.CALL_OUTCOMES, settings, name))


def hand_over_channel(settings: ConnectorSettings, name: str) -> Sink:
    """Where cases go; ``name`` is ``reminders/hand_over``."""
    return cast("Sink", _make(Port.HAND_OVER_CHANNEL, settings, name))


def service_channel(settings: ConnectorSettings, name: str) -> Sink:
    """Where orders to stop or give back a service go; ``name`` is ``reminders/interruption``."""
    return cast("Sink", _make(Port.SERVICE_CHANNEL, settings, name))


def _make(port: Port, settings: ConnectorSettings, name: str) -> object:
    """The connector of these settings. That it fills its port is for the conformance suite to prove."""
    found = _all()[port].get(settings.use)
    if found is None:
        raise ConfigError((f"{name}: use: there is no connector '{settings.use}' for '{port}'",))
    return found.make(settings, name)
