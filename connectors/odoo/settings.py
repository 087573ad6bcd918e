"""What the tenant file says of an Odoo database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.settings import ConnectorSettings, Settings
from config.values import Text
from connectors.http import address_fault
from connectors.target_accounts import Code, TargetAccounts


def _address(text: str) -> str:
    fault = address_fault(text)
    if fault:
        raise ValueError(fault)
    return text.rstrip("/")


class OdooLogin(Settings):
    """How to log in to Odoo. The user should be one of its own, with the rights of an accountant."""

    url: Annotated[Text, AfterValidator(_address)] = Field(description="Address of Odoo: `https://example.odoo.com`.")
    database: Text = Field(description="Name of the database.")
    api_key: SecretStr = Field(description="API key of the user (Preferences, Account Security).")
    protocol: Literal["json-2", "xml-rpc"] = Field(
        default="json-2",
        description="`json-2` from Odoo 19 on; `xml-rpc` for 16 to 18 (Odoo removes it in version 22).",
    )
    login: Text | None = Field(default=None, description="The user's login; `xml-rpc` needs it.")
    company: int = Field(default=1, ge=1, description="Number of the company in Odoo (res.company).")
    calls_per_minute: int = Field(default=240, ge=1, le=100_000, description="Calls that Odoo is given in a minute.")
    calls_per_day: int = Field(default=100_000, ge=1, le=10_000_000, description="Calls that Odoo is given in a day.")
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the usual ones."
    )
    state: Path = Field(
        default=Path("state/connections"),
        description="Folder where the count of calls stands; the same for all who use this login.",
    )

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.protocol == "xml-rpc" and self.login is None:
            raise ValueError("login: is needed with protocol xml-rpc")
        return self


def _books_of(login: OdooLogin) -> str:
    return f"Odoo, database {login.database} at {login.url}, company {login.company}"


class OdooBooksSettings(ConnectorSettings):
    """Postings go to Odoo."""

    use: Literal["odoo"]
    connection: OdooLogin = Field(description="How to log in.")
    accounts: TargetAccounts = Field(description="Odoo's codes of accounts and journals.")
    number_field: Literal["name", "ref", "invoice_origin", "payment_reference"] = Field(
        default="name", description="The field of an Odoo invoice that holds the number under which we know it."
    )
    customer_field: Literal["id", "ref"] = Field(
        default="id",
        description="The field of an Odoo contact that holds our customer number (money on account needs it).",
    )
    settlements_there: bool = Field(
        default=True,
        description="What was settled at the source stands in Odoo already, as it does when the invoices come from Odoo; else it is posted.",
    )

    def books(self) -> str:
        """See ConnectorSettings."""
        return _books_of(self.connection)


class OdooFeedbackSettings(Settings):
    """What Odoo is told of its invoices when the bank has paid them, and the books are kept elsewhere."""

    journal: Code | None = Field(
        default=None, description="Journal of the payments that are booked in Odoo; absent: a note is written instead."
    )
    account: Code | None = Field(
        default=None,
        description="Account that the payments are booked against, such as an interim account: the money itself is in other books.",
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.journal is None) is not (self.account is None):
            raise ValueError("journal and account belong together: give both to book payments, or none to write notes")
        return self


class OdooInvoicesSettings(ConnectorSettings):
    """Customers, invoices and credit notes come from Odoo."""

    use: Literal["odoo"]
    connection: OdooLogin = Field(description="How to log in.")
    discounts: bool = Field(
        default=True, description="Early-payment discounts are read (payment terms of Odoo 17 and later)."
    )
    feedback: OdooFeedbackSettings | None = Field(
        default=None,
        description="Tell Odoo which invoices the bank has paid; absent: it is told nothing. Where this Odoo is under `accounting` too, the postings there say it already.",
    )

    def books(self) -> str:
        """See ConnectorSettings."""
        return _books_of(self.connection) if self.feedback is not None and self.feedback.journal is not None else ""
