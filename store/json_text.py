"""Values of ``ledger`` as JSON text and back: dataclasses field by field, by their types.

Fields that hold their default are left out, so that text of before a field was added reads as that field's default.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

#: None: the value is JSON as it stands.
_Convert = Callable[[Any], Any] | None
_ISO: Final[Mapping[Any, tuple[_Convert, _Convert]]] = {
    date: (date.isoformat, date.fromisoformat),
    datetime: (datetime.isoformat, datetime.fromisoformat),
}
_Apply = Callable[[Any], Any]


def text_of(value: object) -> str:
    """JSON text of plain values, in ASCII: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def write(value: object) -> str:
    """JSON text of a frozen dataclass of ``ledger``."""
    kind: Any = type(value)
    return text_of(_applied(_codec(kind)[0])(value))


def read(kind: type[T], content: str) -> T:
    """The value that ``write`` wrote; raises ValueError, KeyError or TypeError when the text is no such value."""
    hint: Any = kind
    value: T = _applied(_codec(hint)[1])(json.loads(content))
    return value


def _applied(convert: _Convert) -> _Apply:
    return convert if convert is not None else lambda value: value


@cache
def _codec(hint: Any) -> tuple[_Convert, _Convert]:
    """How values of a type become JSON-ready and back. Raises TypeError for a type that has no rule here."""
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _optional(hint)
    if origin is tuple:
        return _sequence(get_args(hint)[0])
    if hint in (str, int, bool):
        return None, None
    if hint in _ISO:
        return _ISO[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return str, hint
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _fields(hint)
    raise TypeError(f"no JSON for {hint}")


def _optional(hint: Any) -> tuple[_Convert, _Convert]:
    inner = [part for part in get_args(hint) if part is not type(None)]
    if len(inner) != 1:
        raise TypeError(f"no JSON for {hint}")
    if _codec(inner[0]) == (None, None):
        return None, None
    encode, decode = map(_applied, _codec(inner[0]))
    return (
        lambda value: None if value is None else encode(value),
        lambda value: None if value is None else decode(value),
    )


def _sequence(hint: Any) -> tuple[_Convert, _Convert]:
    if _codec(hint) == (None, None):
        return list, tuple
    encode, decode = map(_applied, _codec(hint))
    return lambda value: [encode(each) for each in value], lambda value: tuple([decode(each) for each in value])


def _fields(kind: type[Any]) -> tuple[_Convert, _Convert]:
    hints = get_type_hints(kind)
    plan = [(field.name, *_codec(hints[field.name]), _default(field)) for field in dataclasses.fields(kind)]
    decoders = {name: decode for name, _, decode, _ in plan}

    def encode(value: Any) -> dict[str, Any]:
        content = {}
        for name, convert, _, default in plan:
            part = getattr(value, name)
            if part != default:
                content[name] = part if convert is None else convert(part)
        return content

    def decode(content: dict[str, Any]) -> Any:
        for name, part in content.items():
            convert = decoders[name]
            if convert is not None:
                content[name] = convert(part)
        return kind(**content)

    return encode, decode


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
