"""The base of every settings model: frozen, no unknown keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """A frozen piece of a tenant file."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)


class ConnectorSettings(Settings):
    """Base of a connector's settings; a subclass narrows ``use`` to one ``Literal`` name."""

    use: str
