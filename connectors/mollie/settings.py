"""What the tenant file says of a Mollie organisation."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, SecretStr

from config.settings import ConnectorSettings, Settings
from config.values import Text
from connectors.http import address_fault


def _address(text: str) -> str:
    fault = address_fault(text)
    if fault:
        raise ValueError(fault)
    return text.rstrip("/")


class MollieLogin(Settings):
    """How to reach Mollie."""

    token: SecretStr = Field(description="Key of the website (`live_...`) or access token (`access_...`).")
    url: Annotated[Text, AfterValidator(_address)] = Field(
        default="https://api.mollie.com", description="Address of the API."
    )
    calls_per_minute: int = Field(default=120, ge=1, le=100_000, description="Calls that Mollie is given in a minute.")
    calls_per_day: int = Field(default=50_000, ge=1, le=10_000_000, description="Calls that Mollie is given in a day.")
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the usual ones."
    )
    state: Path = Field(default=Path("state/connections"), description="Folder where the count of calls stands.")


class MollieSettings(MollieLogin, ConnectorSettings):
    """Payouts come from Mollie."""

    use: Literal["mollie"]
    token: SecretStr = Field(
        description="Organisation access token (`access_...`) with the scopes `settlements.read`, `payments.read`, `refunds.read`; a key of a website (`live_...`) cannot read settlements."
    )
    since: date = Field(description="Settlements that were paid out before this day are not read.")
    number_in: tuple[Text, ...] = Field(
        default=("invoice", "invoice_number", "invoices", "order_number", "order_id", "order"),
        description="Keys of a payment's `metadata` that hold its invoice or order: a number, a list of them, or numbers with their amounts. Else numbers are looked for in its description.",
    )
    profiles: tuple[Text, ...] | None = Field(
        default=None,
        description="Your websites at Mollie (`pfl_...`): what is paid there holds back reminders and direct debits of its invoice from that moment on, not only once it is paid out. `[]`: on purpose none.",
    )
    payments_back_days: int = Field(
        default=35,
        ge=1,
        le=366,
        description="How many days before the newest payment one may have been begun that is looked at for that. A customer may take weeks for a bank transfer.",
    )


_PROFILE = Field(
    default=None,
    description="The website (`pfl_...`), where the token is one of the organisation; a key knows its own.",
)


class MollieMandatesSettings(MollieLogin, ConnectorSettings):
    """Direct-debit mandates come from Mollie; customers and invoices come from elsewhere."""

    use: Literal["mollie"]
    token: SecretStr = Field(
        description="Key of the website (`live_...`), or access token with `customers.read` and `mandates.read`."
    )
    profile: Text | None = _PROFILE
    customer_in: tuple[Text, ...] = Field(
        default=("customer_id", "customer", "customer_number", "client_id"),
        description="Keys of a customer's `metadata` at Mollie that hold your customer's number, the first that is there; where `metadata` is a text, it is the number.",
    )
    customer_prefix: str = Field(
        default="", description="Put before that number, as the source of the invoices puts it."
    )
    customers_per_run: int = Field(
        default=500,
        ge=1,
        le=100_000,
        description="Customers whose mandates are read in one run, new ones first; the others take turns, for Mollie does not say what changed.",
    )


class MollieDebitsSettings(MollieLogin, ConnectorSettings):
    """Direct debits leave through Mollie, which pays them out with everything else."""

    singly: ClassVar[bool] = True
    held_only: ClassVar[bool] = True

    use: Literal["mollie"]
    token: SecretStr = Field(
        description="Key of the website (`live_...`), or access token with `payments.read` and `payments.write`."
    )
    profile: Text | None = _PROFILE
    since: date = Field(description="Payments that were made before this day are not read.")
