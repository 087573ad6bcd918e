"""How Tryton is reached, and which of its accounts and journals are used."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from config.settings import ConnectorSettings, Settings
from config.values import Text
from connectors.http import address_fault
from connectors.target_accounts import TargetAccounts


def _address(text: str) -> str:
    fault = address_fault(text)
    if fault:
        raise ValueError(fault)
    return text


class TrytonLogin(Settings):
    """A user of a Tryton database. Give it the groups of an accountant and nothing more."""

    url: Annotated[Text, AfterValidator(_address)] = Field(
        description="Address of the server, without the database: https://erp.example."
    )
    database: Text = Field(description="Name of the database.")
    user: Text = Field(description="The user's login.")
    password: SecretStr = Field(description="Its password, as ${env:NAME} or ${file:PATH}.")
    company: Text | None = Field(
        default=None, description="Name of the company, for a user of several; by default the user's own."
    )
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the usual ones."
    )


class TrytonInvoicesSettings(ConnectorSettings, TrytonLogin):
    """Posted customer invoices and credit notes of Tryton."""

    use: Literal["tryton"]
    page: int = Field(default=200, ge=1, le=1000, description="Invoices in one question.")


class TrytonBooksSettings(ConnectorSettings, TrytonLogin):
    """Tryton's ledger."""

    use: Literal["tryton"]
    accounts: TargetAccounts = Field(description="Ledger accounts and journals by their codes.")
    post_portal: bool = Field(
        default=False,
        description="Post what the shop settled itself too. Not when the invoices come from this Tryton: it knows.",
    )

    def books(self) -> str:
        """See ConnectorSettings."""
        return f"Tryton, database {self.database} at {self.url}, company {self.company or 'of the user'}"
