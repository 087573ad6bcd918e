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
        text = own.read_text(encoding="utf-8")
    else:
        raise ConfigError((f"direct_debit.bank_profile: there is no profile '{name}' and no file {own}",))
    try:
        read = _Profile.model_validate(YAML(typ="safe").load(text))
    except (YAMLError, ValidationError) as error:
        raise ConfigError((f"direct_debit.bank_profile {name}: {error}",)) from error
    if read.version not in VERSIONS:
        raise ConfigError((f"direct_debit.bank_profile {name}: version is none of {', '.join(VERSIONS)}",))
    return BankProfile(
        version=read.version,
        batch_booking=read.batch_booking,
        max_transactions=read.max_transactions,
        characters=read.characters,
        address=read.address,
    )
