from __future__ import annotations

from pathlib import Path

import pytest

from connectors.folder_invoices import FolderInvoices, FolderInvoicesSettings
from connectors.maildir import MaildirSettings
from connectors.registry import KINDS, Port, accounting_target, invoice_source, settings_models, table_of
from ledger.errors import ConfigError


def test_every_port_has_its_connectors() -> None:
    assert {port: sorted(settings_models(port)) for port in Port} == {
        Port.INVOICES: ["folder", "mollie", "odoo", "sftp", "tryton", "twikey", "whmcs", "woocommerce"],
        Port.STATEMENTS: ["folder", "ponto", "sftp"],
        Port.PAYOUTS: ["buckaroo", "mollie"],
        Port.ACCOUNTING: ["beancount", "datev", "exact", "hledger", "moneybird", "odoo", "tryton"],
        Port.DEBIT_CHANNEL: ["buckaroo", "folder", "mollie", "sftp", "twikey"],
        Port.REMINDER_CHANNEL: ["maildir", "phone_list", "print_folder", "smtp", "webhook"],
        Port.DELIVERY_REPORTS: ["imap", "maildir", "print_folder"],
        Port.HAND_OVER_CHANNEL: ["folder", "sftp"],
        Port.SERVICE_CHANNEL: ["folder", "webhook"],
        Port.CALL_OUTCOMES: ["folder"],
    }


def test_a_connector_is_made_from_its_settings() -> None:
    source = invoice_source(FolderInvoicesSettings(use="folder", path=Path()), "invoices/3")
    assert isinstance(source, FolderInvoices)
    assert source.name == "invoices/3"


def test_settings_of_another_port_or_connector_are_our_own_mistake() -> None:
    with pytest.raises(ConfigError, match="no connector 'maildir' for 'accounting'"):
        accounting_target(MaildirSettings(use="maildir", path=Path()), "accounting/0")
    kind = KINDS[Port.INVOICES][0]
    with pytest.raises(TypeError):
        kind.make(MaildirSettings(use="maildir", path=Path()), "invoices/0")


def test_a_word_means_one_thing() -> None:
    kind = KINDS[Port.INVOICES][0]
    with pytest.raises(ConfigError, match="two connectors for 'invoices' are called 'folder'"):
        table_of([kind, kind])
