"""What the tenant file says of a Twikey account."""

from __future__ import annotations

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


class TwikeyLogin(Settings):
    """How to reach a Twikey account."""

    api_token: SecretStr = Field(description="API token (Settings, API).")
    private_key: SecretStr | None = Field(
        default=None, description="Private key in hexadecimal digits, where enhanced security asks for a one-time code."
    )
    url: Annotated[Text, AfterValidator(_address)] = Field(
        default="https://api.twikey.com/creditor",
        description="Address of the API; `https://api.beta.twikey.com/creditor` for the test environment.",
    )
    calls_per_minute: int = Field(default=60, ge=1, le=100_000, description="Calls that Twikey is given in a minute.")
    calls_per_day: int = Field(default=20_000, ge=1, le=10_000_000, description="Calls that Twikey is given in a day.")
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the usual ones."
    )
    state: Path = Field(
        default=Path("state/connections"),
        description="Folder where the session and the count of calls stand; the same for all who use this token.",
    )


class TwikeyMandatesSettings(ConnectorSettings):
    """Mandates come from Twikey; customers and invoices come from elsewhere."""

    use: Literal["twikey"]
    connection: TwikeyLogin = Field(description="How to reach the account.")
    customer_in: tuple[Text, ...] = Field(
        default=("Dbtr.CtctDtls.Othr", "Dbtr.Id"),
        description="Where a mandate holds your customer's number, the first that is there: names with points between them; `SplmtryData.<key>` for an attribute of the template.",
    )
    customer_prefix: str = Field(
        default="", description="Put before that number, as the source of the invoices puts it."
    )
    suspended_by: tuple[Text, ...] = Field(
        default=("uncollectable", "user"),
        description="Reasons of a change that suspend a mandate; any other change leaves it active.",
    )


class TwikeyDebitsSettings(ConnectorSettings):
    """Direct debits leave through Twikey, which hands them to your bank."""

    singly: ClassVar[bool] = True

    use: Literal["twikey"]
    connection: TwikeyLogin = Field(description="How to reach the account.")
    template: int = Field(ge=1, description="Number of the template (`ct`) of your CORE mandates.")
    b2b_template: int | None = Field(
        default=None, ge=1, description="Number of the template of your B2B mandates; by default the same."
    )
    collect: Literal["on_hand_over", "by_twikey"] = Field(
        default="on_hand_over",
        description="`on_hand_over`: Twikey is told to send a batch to the bank when all of it was handed over; `by_twikey`: its own planning does that.",
    )
