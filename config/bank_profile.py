"""A bank's profile for direct-debit files: one that comes along, or a YAML file of the tenant's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from formats.bank_profile import AddressForm, BankProfile, CharacterSet
from formats.pain008 import VERSIONS
from ledger.errors import ConfigError


class _Profile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: str
    batch_booking: bool = True
    max_transactions: int = Field(default=0, ge=0)
    characters: CharacterSet = CharacterSet.SEPA
    address: AddressForm = AddressForm.STRUCTURED


def bank_profile(name: str, base: Path) -> BankProfile:
    """The profile of that name, or the one in the YAML file at that path (relative ones start at ``base``).

    Raises ConfigError for a name there is no profile of, a file that cannot be read, and settings it cannot use.
    """
    bundled = files("config").joinpath("bank_profiles", f"{name}.yaml")
    own = base / name
    if bundled.is_file():
        text = bundled.read_text(encoding="utf-8")
    elif own.is_file():
        text = _text_of(own)
    else:
        raise ConfigError((f"there is no file {own}, and no profile '{name}' comes along: {', '.join(_bundled())} do",))
    try:
        read = _Profile.model_validate(YAML(typ="safe").load(text))
    except YAMLError as error:
        raise ConfigError((f"{name} is no YAML: {' '.join(str(error).split())}",)) from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ConfigError((f"{name}: {wrong}",)) from error
    if read.version not in VERSIONS:
        raise ConfigError((f"{name}: version is none of {', '.join(VERSIONS)}",))
    return BankProfile(
        version=read.version,
        batch_booking=read.batch_booking,
        max_transactions=read.max_transactions,
        characters=read.characters,
        address=read.address,
    )


def _text_of(own: Path) -> str:
    try:
        return own.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError((f"{own} cannot be read as UTF-8 text",)) from error


def _bundled() -> list[str]:
    folder = files("config").joinpath("bank_profiles")
    return sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))
