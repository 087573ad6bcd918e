"""What the tenant file says of a Buckaroo website."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.settings import ConnectorSettings, Settings
from config.values import Text
from connectors.http import address_fault
from connectors.sftp_intake import SftpIntakeSettings


def _address(text: str) -> str:
    fault = address_fault(text)
    if fault:
        raise ValueError(fault)
    return text.rstrip("/")


class BuckarooLogin(Settings):
    """How to reach Buckaroo, and its words for what takes a payment back."""

    website_key: SecretStr = Field(description="The website's key (Plaza: My Buckaroo, Websites).")
    secret_key: SecretStr = Field(description="The secret key that requests are signed with (Plaza: Configuration).")
    chargeback_relations: tuple[Text, ...] = Field(
        default=("reversal", "chargeback"),
        description="Words of `RelationType` by which a transaction takes back the one that it names.",
    )
    test: bool = Field(default=False, description="Whether transactions of Buckaroo's test mode are taken over.")
    url: Annotated[Text, AfterValidator(_address)] = Field(
        default="https://checkout.buckaroo.nl", description="Address of the gateway."
    )
    calls_per_minute: int = Field(default=60, ge=1, le=100_000, description="Calls that Buckaroo is given in a minute.")
    calls_per_day: int = Field(
        default=20_000, ge=1, le=10_000_000, description="Calls that Buckaroo is given in a day."
    )
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the usual ones."
    )
    state: Path = Field(default=Path("state/connections"), description="Folder where the count of calls stands.")


class BuckarooSettings(BuckarooLogin, ConnectorSettings):
    """Payouts come from Buckaroo."""

    use: Literal["buckaroo"]
    path: Path | None = Field(
        default=None,
        description="Folder into which Buckaroo's settlement files come (MT940 of its account); nothing else stands in it.",
    )
    server: SftpIntakeSettings | None = Field(
        default=None, description="Or the SFTP server to which Buckaroo delivers them, and where on it they are."
    )
    since: date = Field(description="Payouts before this day are not read.")
    number_in: tuple[Text, ...] = Field(
        default=("invoices", "invoice_number", "order_number", "order_id"),
        description="Names of the transaction's additional or custom parameters that hold its invoices or orders: one number, or several with `;` between them, each with its part behind `=` (`F1=60.00;F2=40.00`). Else the transaction's own `Invoice` counts, else its `Order`.",
    )
    sender: Text = Field(
        default="Buckaroo", description="What stands in the name of the sender of a payout on the bank's statement."
    )
    payout_types: tuple[Text, ...] = Field(
        default=("N404",), description="Codes of movements in the settlement file that are payouts to the bank."
    )
    fee_types: tuple[Text, ...] = Field(
        default=("N901",), description="Codes of movements that are Buckaroo's own costs."
    )
    refund_types: tuple[Text, ...] = Field(
        default=(), description="Codes of movements that are refunds, where neither relation nor action says so."
    )
    chargeback_types: tuple[Text, ...] = Field(
        default=(), description="Codes of movements that the customer's bank took back, where no relation says so."
    )
    refund_relations: tuple[Text, ...] = Field(
        default=("refund",),
        description="Words of `RelationType` by which a transaction refunds the one that it names.",
    )

    @model_validator(mode="after")
    def _has_files(self) -> Self:
        if (self.path is None) == (self.server is None):
            raise ValueError("needs the settlement files: either path or server")
        return self


class BuckarooDebitsSettings(BuckarooLogin, ConnectorSettings):
    """Direct debits leave through Buckaroo, which pays them out with everything else."""

    singly: ClassVar[bool] = True

    use: Literal["buckaroo"]
    mandate_prefix: str = Field(
        default="",
        description="The three characters that every mandate reference begins with (Plaza: My Buckaroo, General); a mandate that does not is not collected under. Empty: not looked at.",
    )
    action: Text = Field(
        default="Pay",
        description="What the first debit under a mandate is called over there; `Pay,ExtraInfo` where the website takes a mandate's own reference and day only so.",
    )
    collect_date: Literal["year_first", "day_first"] = Field(
        default="year_first", description="How the day of collection is written: `2026-09-14` or `14-09-2026`."
    )
    lost_orders: Literal["look_up", "wait"] = Field(
        default="look_up",
        description="What becomes of an order whose answer was lost. `look_up`: it is looked for by its invoice number, and sent again where Buckaroo says that it has none; `wait`: it is never sent again by itself: it waits until Buckaroo shows it or a person decides (`afletter debits resend`, `arrived` or `cancel`).",
    )
    absent_when: Literal["said", "not_shown"] = Field(
        default="said",
        description="When Buckaroo counts as having no debit under an invoice number. `said`: it names the number among its errors; `not_shown`: it answers without it. Nothing is sent where neither holds.",
    )
    settle_minutes: int = Field(
        default=15,
        ge=0,
        le=1440,
        description="Minutes that such an order may still turn up at Buckaroo before it is looked for.",
    )
    asked_for_days: int = Field(
        default=70,
        ge=1,
        le=500,
        description="How many days after its day of collection a debit is asked for; what is taken back later is known from the payouts.",
    )
    reason_in: tuple[Text, ...] = Field(
        default=("ReasonCode",),
        description="Names of a transaction's service parameters that hold why a debit failed or was taken back (`MD06`).",
    )
