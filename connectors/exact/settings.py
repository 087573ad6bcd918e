"""What the tenant file says of an administration in Exact Online."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.settings import ConnectorSettings
from config.values import Text
from connectors.http import address_fault
from connectors.target_accounts import TargetAccounts


def _address(text: str) -> str:
    fault = address_fault(text)
    if fault:
        raise ValueError(fault)
    return text.rstrip("/")


class ExactSettings(ConnectorSettings):
    """Postings go to Exact Online."""

    use: Literal["exact"]
    url: Annotated[Text, AfterValidator(_address)] = Field(
        default="https://start.exactonline.nl",
        description="Address of Exact Online in the country of the administration: it ends in .nl, .be, .de and so on.",
    )
    division: int = Field(ge=1, description="Number of the administration (division).")
    client_id: Text = Field(description="Client ID of your app in Exact's app centre.")
    client_secret: SecretStr = Field(description="Client secret of your app.")
    refresh_token: SecretStr = Field(
        description="The refresh token that the first login gave. It is used once; its successors are kept under `state`."
    )
    accounts: TargetAccounts = Field(
        description="Exact's codes of ledger accounts and journals; `receivable` is needed."
    )
    number_field: Literal["InvoiceNumber", "EntryNumber", "YourRef"] = Field(
        default="InvoiceNumber", description="The field of a sales entry that holds the number under which we know it."
    )
    calls_per_minute: int = Field(default=60, ge=1, le=1000, description="Calls that Exact allows in a minute.")
    calls_per_day: int = Field(default=5000, ge=1, le=100_000, description="Calls that Exact allows in a day.")
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
    def _has_what_it_needs(self) -> Self:
        if self.accounts.receivable is None:
            raise ValueError("accounts: receivable: is needed with Exact Online")
        return self

    def books(self) -> str:
        """See ConnectorSettings."""
        return f"Exact Online, division {self.division} at {self.url}"
