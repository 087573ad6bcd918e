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
from typing import Final, Protocol, TypeVar, cast, get_args

from config.kinds import ConnectorKinds
from config.settings import ConnectorSettings
from connectors.beancount_books import BeancountBooks, BeancountSettings
from connectors.folder_debits import FolderDebits, FolderDebitsSettings
from connectors.folder_invoices import FolderInvoices, FolderInvoicesSettings
from connectors.folder_statements import FolderStatements, FolderStatementsSettings
from connectors.hledger_books import HledgerBooks, HledgerSettings
from connectors.maildir import Maildir, MaildirSettings
from connectors.ports import BatchSink, InvoiceSource, LedgerSource, Sink, StatementSource
from ledger.errors import ConfigError

ENTRY_POINT_GROUP: Final = "afletter.connectors"


class Port(StrEnum):
    """The ports that a tenant file sets up; the names are those of ``config.ConnectorKinds``."""

    INVOICES = "invoices"
    STATEMENTS = "statements"
    ACCOUNTING = "accounting"
    DEBIT_CHANNEL = "debit_channel"
    REMINDER_CHANNEL = "reminder_channel"


class AccountingTarget(BatchSink, LedgerSource, Protocol):
    """Books: they take postings, many at once, and are read back."""


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
    Port.INVOICES: (kind(Port.INVOICES, FolderInvoicesSettings, FolderInvoices),),
    Port.STATEMENTS: (kind(Port.STATEMENTS, FolderStatementsSettings, FolderStatements),),
    Port.ACCOUNTING: (
        kind(Port.ACCOUNTING, BeancountSettings, BeancountBooks),
        kind(Port.ACCOUNTING, HledgerSettings, HledgerBooks),
    ),
    Port.DEBIT_CHANNEL: (kind(Port.DEBIT_CHANNEL, FolderDebitsSettings, FolderDebits),),
    Port.REMINDER_CHANNEL: (kind(Port.REMINDER_CHANNEL, MaildirSettings, Maildir),),
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


def accounting_target(settings: ConnectorSettings, name: str) -> AccountingTarget:
    """Where postings go; ``name`` is ``accounting/0`` and so on."""
    return cast("AccountingTarget", _make(Port.ACCOUNTING, settings, name))


def debit_channel(settings: ConnectorSettings, name: str) -> Sink:
    """Where direct-debit files go; ``name`` is ``direct_debit/bank``."""
    return cast("Sink", _make(Port.DEBIT_CHANNEL, settings, name))


def reminder_channel(settings: ConnectorSettings, name: str) -> Sink:
    """Where messages to customers go; ``name`` is ``reminders/channel``."""
    return cast("Sink", _make(Port.REMINDER_CHANNEL, settings, name))


def _make(port: Port, settings: ConnectorSettings, name: str) -> object:
    """The connector of these settings. That it fills its port is for the conformance suite to prove."""
    found = _all()[port].get(settings.use)
    if found is None:
        raise ConfigError((f"{name}: use: there is no connector '{settings.use}' for '{port}'",))
    return found.make(settings, name)
