"""What the tenant file says of an administration in Moneybird."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.settings import ConnectorSettings, Settings
from config.values import Text
from connectors.http import address_fault
from connectors.target_accounts import TargetAccounts


def _address(text: str) -> str:
    fault = address_fault(text)
    if fault:
        raise ValueError(fault)
    return text.rstrip("/")


class MoneybirdApp(Settings):
    """An OAuth application, in place of a personal token."""

    client_id: Text = Field(description="Client ID of the application.")
    client_secret: SecretStr = Field(description="Client secret of the application.")
    refresh_token: SecretStr = Field(description="The refresh token that the first login gave.")


class MoneybirdSettings(ConnectorSettings):
    """Postings go to Moneybird. Codes under ``accounts`` are Moneybird's long ids: ``banks.account`` and ``journal`` of financial accounts (a bank
    account; one of its own for what is settled without money), all others of ledger accounts."""

    use: Literal["moneybird"]
    url: Annotated[Text, AfterValidator(_address)] = Field(
        default="https://moneybird.com", description="Address of Moneybird."
    )
    administration: str = Field(pattern=r"^\d{1,20}$", description="Id of the administration, in quotation marks.")
    token: SecretStr | None = Field(
        default=None, description="Personal API token with the scopes sales_invoices, documents, bank and settings."
    )
    app: MoneybirdApp | None = Field(default=None, description="An OAuth application, in place of `token`.")
    accounts: TargetAccounts = Field(description="Moneybird's ids of financial accounts and ledger accounts.")
    number_field: Literal["invoice_id", "reference"] = Field(
        default="invoice_id", description="The field of an invoice that holds the number under which we know it."
    )
    calls_per_5_minutes: int = Field(
        default=150, ge=1, le=100_000, description="Calls that Moneybird allows in five minutes."
    )
    one_store: bool = Field(
        default=True,
        description="Whether a note over there keeps a second store of afletter from posting to the same administration.",
    )
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the usual ones."
    )
    state: Path = Field(
        default=Path("state/connections"),
        description="Folder where tokens and the count of calls stand; the same for all who use this login, and for nobody else.",
    )

    @model_validator(mode="after")
    def _one_login(self) -> Self:
        if (self.token is None) == (self.app is None):
            raise ValueError("give either token or app")
        for place, code in (*self.accounts.codes(), *self.accounts.journals()):
            if not code.isdecimal():
                raise ValueError(f"accounts: {place}: '{code}' is no id of Moneybird")
        if next(self.accounts.taxes(), None) is not None:
            raise ValueError("accounts: tax codes are not written to Moneybird")
        return self

    def books(self) -> str:
        """See ConnectorSettings."""
        return f"Moneybird, administration {self.administration} at {self.url}"
