"""What the settings of every connector have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ConnectorSettings(BaseModel):
    """Base of every connector's settings: frozen, and an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")
