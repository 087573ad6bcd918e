"""Which connectors a tenant file may name: for each port the ``use`` names and their settings models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal, Never, get_args, get_origin

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from config.settings import ConnectorSettings

Kinds = Mapping[str, type[ConnectorSettings]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorKinds:
    """The connectors there are, by port and ``use`` name. The daemon hands it in; a registry of the connectors makes it.

    Raises ValueError for a model whose ``use`` is not ``Literal`` of the name that it is registered under.
    """

    invoices: Kinds = field(default_factory=dict)
    statements: Kinds = field(default_factory=dict)
    payouts: Kinds = field(default_factory=dict)
    accounting: Kinds = field(default_factory=dict)
    debit_channel: Kinds = field(default_factory=dict)
    reminder_channel: Kinds = field(default_factory=dict)
    call_outcomes: Kinds = field(default_factory=dict)
    hand_over_channel: Kinds = field(default_factory=dict)
    service_channel: Kinds = field(default_factory=dict)
    delivery_reports: Kinds = field(default_factory=dict)

    def __post_init__(self) -> None:
        for port in fields(self):
            kinds: Kinds = getattr(self, port.name)
            for name, model in kinds.items():
                annotation = model.model_fields["use"].annotation
                if get_origin(annotation) is not Literal or get_args(annotation) != (name,):
                    raise ValueError(f"{port.name}: {model.__name__}.use must be Literal[{name!r}]")
            object.__setattr__(self, port.name, MappingProxyType(dict(kinds)))


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity, so that it can stand in a union
class Choice:
    """Annotation of a field that holds one connector's settings, told apart by ``use``, also where there is only one kind."""

    kinds: Kinds

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A union tagged by ``use``; where there is no connector, nothing is accepted."""
        if not self.kinds:
            return core_schema.no_info_plain_validator_function(_none_fits)
        choices = {name: handler.generate_schema(model) for name, model in sorted(self.kinds.items())}
        return core_schema.tagged_union_schema(choices, discriminator="use")

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """One of the connectors' schemas."""
        return handler(schema) if self.kinds else {"not": {}}


def _none_fits(_value: object) -> Never:
    raise PydanticCustomError("no_connector", "there is no connector for this place")
