"""What the tenant file says of an account at Ponto."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from config.settings import ConnectorSettings
from config.values import Iban, Text
from connectors.http import address_fault

#: Bank visits without a person that the technical standards of PSD2 allow in a day (Regulation (EU) 2018/389, article 36(5)(b)).
UNATTENDED_A_DAY: Final = 4


def _address(text: str) -> str:
    fault = address_fault(text)
    if fault:
        raise ValueError(fault)
    return text.rstrip("/")


class Balances(StrEnum):
    """Whether the balance that a bank states through Ponto is that of its booked entries."""

    PROVEN = "proven"
    IGNORED = "ignored"


class PontoSettings(ConnectorSettings):
    """Statements come from Ponto."""

    use: Literal["ponto"]
    iban: Iban = Field(
        description="The account, as it stands above: Ponto's own ids of accounts change when a consent is given anew."
    )
    since: date = Field(
        description="The first day that is read: the day after the last statement that came another way. Nothing before it is ever booked from Ponto."
    )
    client_id: Text = Field(description="Client ID of your integration in Ponto.")
    client_secret: SecretStr = Field(description="Its secret.")
    refresh_token: SecretStr | None = Field(
        default=None,
        description="Ponto Connect (Ibanity) only: the refresh token that the first login gave. It is used once; its successors are kept under `state`. Without it the "
        "integration logs in as itself.",
    )
    certificate: Path | None = Field(
        default=None, description="Ponto Connect only: PEM file of your certificate from Ibanity's portal."
    )
    certificate_key: Path | None = Field(
        default=None, description="Ponto Connect only: PEM file of its private key, without passphrase."
    )
    url: Annotated[Text, AfterValidator(_address)] = Field(
        default="https://api.myponto.com",
        description="Address of the interface; for Ponto Connect `https://api.ibanity.com/ponto-connect`.",
    )
    balances: Balances = Field(
        default=Balances.PROVEN,
        description="`proven`: entries are taken over when they lead from the last balance to the one that the bank states now. `ignored`: for a bank whose balance through "
        "Ponto is not that of its booked entries; then nothing proves that none is missing.",
    )
    warn_days: int = Field(
        default=21, ge=1, le=180, description="Days before the end of the bank's consent from which `status` says so."
    )
    synchronize_after_h: int | None = Field(
        default=None,
        ge=1,
        le=168,
        description="Ask Ponto to visit the bank when what it has is older than so many hours. Absent: Ponto's own visits, several a day, are enough.",
    )
    synchronizations_per_day: int = Field(
        default=2,
        ge=1,
        le=UNATTENDED_A_DAY,
        description="How often a day at most that is asked; banks allow 4 visits a day without a person, those of Ponto itself among them.",
    )
    calls_per_minute: int = Field(default=60, ge=1, le=10_000, description="Calls that Ponto is given in a minute.")
    calls_per_day: int = Field(default=10_000, ge=1, le=10_000_000, description="Calls that Ponto is given in a day.")
    authorities: Path | None = Field(
        default=None, description="PEM file of the certificates to trust, in place of the usual ones."
    )
    state: Path = Field(
        default=Path("state/connections"),
        description="Folder where tokens and the count of calls stand; the same for all who use this login, and for nobody else.",
    )

    @model_validator(mode="after")
    def _certificate_is_whole(self) -> Self:
        if (self.certificate is None) != (self.certificate_key is None):
            raise ValueError("certificate and certificate_key stand together or not at all")
        return self
