"""What the tenant file says of a WHMCS portal."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr

from config.settings import ConnectorSettings, Settings
from config.values import Language, Text
from connectors.http import address_fault


def _address(text: str) -> str:
    fault = address_fault(text)
    if fault:
        raise ValueError(fault)
    return text.rstrip("/")


class WhmcsLogin(Settings):
    """How to reach WHMCS: API credentials (Setup, Staff Management, API Credentials) whose role allows the actions on the connector's page."""

    url: Annotated[Text, AfterValidator(_address)] = Field(
        description="Address of the portal with the folder it stands in: `https://portal.example/whmcs`."
    )
    identifier: SecretStr = Field(description="API identifier.")
    secret: SecretStr = Field(description="API secret.")
    access_key: SecretStr | None = Field(
        default=None,
        description="`$api_access_key` of configuration.php, where this machine's address is not on the list.",
    )
    page: int = Field(default=100, ge=2, le=1000, description="Invoices asked for at once.")
    calls_per_minute: int = Field(default=120, ge=1, le=100_000, description="Calls that WHMCS is given in a minute.")
    calls_per_day: int = Field(default=100_000, ge=1, le=10_000_000, description="Calls that WHMCS is given in a day.")
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the usual ones."
    )
    state: Path = Field(
        default=Path("state/connections"),
        description="Folder where the count of calls stands; the same for all who use these credentials.",
    )


class WhmcsMandates(Settings):
    """Numbers of the clients' custom fields that hold a direct-debit mandate (Setup, Custom Client Fields)."""

    reference: int = Field(ge=1, description="Field of the mandate's reference.")
    iban: int = Field(ge=1, description="Field of the account.")
    signed_on: int = Field(ge=1, description="Field of the day of signature.")
    bic: int | None = Field(default=None, ge=1, description="Field of the bank's BIC.")
    account_holder: int | None = Field(
        default=None, ge=1, description="Field of the account holder's name; else the client's name."
    )
    scheme: Literal["CORE", "B2B"] = Field(default="CORE", description="The scheme of these mandates.")
    day_first: bool = Field(default=True, description="Whether 03/04/2026 is the third of April.")


class WhmcsFeedbackSettings(Settings):
    """What WHMCS is told of its invoices when the bank has paid them."""

    gateway: Text = Field(description="System name of the payment method to book under, such as `banktransfer`.")
    mail_customer: bool = Field(default=False, description="Whether WHMCS mails its confirmation of payment.")
    date_format: Literal["DD/MM/YYYY", "DD.MM.YYYY", "DD-MM-YYYY", "MM/DD/YYYY", "YYYY/MM/DD", "YYYY-MM-DD"] = Field(
        default="DD/MM/YYYY", description="Date format of the installation (General Settings, Localisation)."
    )


class WhmcsInvoicesSettings(ConnectorSettings):
    """Customers, invoices and mandates come from WHMCS."""

    use: Literal["whmcs"]
    connection: WhmcsLogin = Field(description="How to reach WHMCS.")
    number: Literal["id", "invoicenum"] = Field(
        default="id",
        description="What an invoice is called here: `id`, which never changes, or `invoicenum` where WHMCS gives it when the invoice is made (not when it is paid).",
    )
    paid_by_bank: tuple[str, ...] = Field(
        default=("banktransfer", "mailin"),
        description="Payment methods whose money comes over the bank account: their transactions are not taken over.",
    )
    taken_over_until: date | None = Field(
        default=None,
        description="Bank payments that WHMCS knows up to this day are taken over: your bank statements here begin after it.",
    )
    language: Language = Field(default="nl", description="Language of clients of whom WHMCS does not say it.")
    customer_prefix: str = Field(
        default="",
        description="Put before WHMCS' client numbers, so that two sources cannot mean two people by one number.",
    )
    number_prefix: str = Field(default="", description="Put before invoice numbers, for the same reason.")
    mandates: WhmcsMandates | None = Field(
        default=None, description="Where clients' mandates stand; absent: none are read."
    )
    feedback: WhmcsFeedbackSettings | None = Field(
        default=None, description="Tell WHMCS which invoices the bank has paid; absent: it is told nothing."
    )
