"""The base of every settings model: frozen, no unknown keys, paths made absolute, no input in error messages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

#: The currency that amounts are checked in where nobody has said another (a model built outside ``load``).
FALLBACK_CURRENCY: Final = "EUR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a tenant file stands and what its values are read against: pydantic's validation context.

    ``base``: the absolute folder of the file, to which relative paths belong; ``currency``: the tenant's, ISO 4217.
    """

    file: Path
    base: Path
    currency: str


def origin_of(info: ValidationInfo) -> Origin | None:
    """The origin that ``load`` validates under; None for a model that is built in code."""
    return info.context if isinstance(info.context, Origin) else None


def currency_of(info: ValidationInfo) -> str:
    """The currency that amounts without one are in."""
    origin = origin_of(info)
    return FALLBACK_CURRENCY if origin is None else origin.currency


def _at(base: Path, value: object) -> object:
    """``value`` with every relative path in it starting at ``base``."""
    if isinstance(value, tuple):
        return tuple(_at(base, item) for item in value)
    if not isinstance(value, Path):
        return value
    try:
        return base / value.expanduser()
    except RuntimeError:
        raise ValueError(f"'{value}' names the home of a user who is not there") from None


class Settings(BaseModel):
    """A frozen piece of a tenant file. Paths in it (a field, or a tuple of them) are absolute once it is loaded."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)

    @field_validator("*", mode="after")
    @classmethod
    def _absolute(cls, value: object, info: ValidationInfo) -> object:
        origin = origin_of(info)
        return value if origin is None else _at(origin.base, value)


class ConnectorSettings(Settings):
    """Base of a connector's settings; a subclass narrows ``use`` to one ``Literal`` name. ``singly``: as a way of direct debits it takes collections one by
    one, and no files; ``held_only``: under mandates of its own only."""

    singly: ClassVar[bool] = False
    held_only: ClassVar[bool] = False

    use: str

    def books(self) -> str:
        """The books that this connector writes to, in words that are theirs alone; empty where it writes to none."""
        return ""
