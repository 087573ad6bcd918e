"""Connectors' settings as the connectors' room would write them, for tests of ``config`` alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from config import ConnectorKinds, ConnectorSettings, Settings


class Folder(ConnectorSettings):
    """Files in a folder."""

    use: Literal["folder"]
    path: Path = Field(description="The folder.")
    also: tuple[Path, ...] = Field(default=(), description="Further folders.")


class Beancount(ConnectorSettings):
    """Beancount books."""

    use: Literal["beancount"]
    path: Path = Field(default=Path("books"), description="The folder of main.beancount.")


class Maildir(ConnectorSettings):
    """A Maildir."""

    use: Literal["maildir"]
    path: Path = Field(description="The folder.")


class Login(Settings):
    """How to log in."""

    user: str = Field(description="The user.")
    password: SecretStr = Field(description="The password.")


class Shop(ConnectorSettings):
    """A shop behind an interface."""

    use: Literal["shop"]
    url: str = Field(description="Its address.")
    login: Login = Field(description="How to log in.")
    page_size: int = Field(default=100, ge=1, le=500, description="Documents a page.")
    active: bool = Field(default=True, description="Whether it is read.")
    mode: Literal["live", "test"] = Field(default="live", description="Which side of it.")
    pin: SecretStr | None = Field(default=None, min_length=4, description="A PIN.")

    @field_validator("url", mode="after")
    @classmethod
    def _is_url(cls, value: str, info: ValidationInfo) -> str:
        if not value.startswith("https:"):
            raise ValueError(f"'{value}' does not start with https:")
        return value

    @model_validator(mode="after")
    def _careless(self) -> Shop:
        if self.login.user == "careless":
            raise ValueError(f"tells its password {self.login.password.get_secret_value()}")
        return self


KINDS = ConnectorKinds(
    invoices={"folder": Folder, "shop": Shop},
    statements={"folder": Folder},
    accounting={"beancount": Beancount},
    debit_channel={"folder": Folder},
    reminder_channel={"maildir": Maildir},
)
