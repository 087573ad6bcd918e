"""The questions that ``afletter init`` asks about a connector: what its settings need, in the words that describe them.

A secret is typed unseen and written into a file of its own that nobody else may read; the tenant file names that file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, SecretStr, TypeAdapter
from pydantic.fields import FieldInfo

#: What has a default, or is one of two, and is asked for all the same; whether an answer is needed.
_ASKED_TOO: Final[Mapping[str, bool]] = {"password": True, "host_keys": True, "taken_over_until": False}

#: Asks for a value until it is one: question, adapter, whether nothing is an answer, whether it is typed unseen.
Ask = Callable[[str, TypeAdapter[Any], bool, bool], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorAnswers:
    """``use``: which connector; ``values``: its settings, by name, secrets as the references that stand in the tenant file; ``secrets``: their
    files, relative to the tenant file, and what belongs in them."""

    use: str
    values: Mapping[str, object]
    secrets: Mapping[str, str]

    def flow(self, **more: object) -> str:
        """The connector as YAML on one line; ``more``: values that the place in the file gives."""
        return _flow({"use": self.use, **self.values, **more})


def asked(
    use: str, settings: type[BaseModel], folder: str, ask: Ask, given: frozenset[str] = frozenset()
) -> ConnectorAnswers:
    """Ask for all that ``settings`` need but what is ``given`` by the place in the file. ``folder``: of the files of secrets."""
    secrets: dict[str, str] = {}
    values = dict(_values(use, settings, folder, ask, given | {"use"}, secrets))
    return ConnectorAnswers(use=use, values=values, secrets=secrets)


def _values(
    use: str, settings: type[BaseModel], folder: str, ask: Ask, given: frozenset[str], secrets: dict[str, str]
) -> Iterator[tuple[str, object]]:
    for name, field in settings.model_fields.items():
        if name in given or not (field.is_required() or name in _ASKED_TOO):
            continue
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield name, dict(_values(use, inner, folder, ask, frozenset(), secrets))
            continue
        answer = _answer(use, name, field, ask)
        if answer is None:
            continue
        if isinstance(answer, SecretStr):
            file = f"{folder}/{use}-{name.replace('_', '-')}"
            secrets[file] = answer.get_secret_value()
            yield name, f"${{file:{file}}}"
        else:
            yield name, answer


def _answer(use: str, name: str, field: FieldInfo, ask: Ask) -> object:
    """The answer; None for one that nobody needs to give."""
    optional = not field.is_required() and not _ASKED_TOO[name]
    said = (field.description or name).partition(". ")[0].rstrip(".:")
    kind: Any = Annotated[field.annotation, field]
    return ask(f"{use}: {said}{', or nothing' if optional else ''}", TypeAdapter(kind), optional, _is_secret(field))


def _is_secret(field: FieldInfo) -> bool:
    return "SecretStr" in str(field.annotation)


def _flow(value: object) -> str:
    match value:
        case Mapping():
            return "{" + ", ".join(f"{name}: {_flow(one)}" for name, one in value.items()) + "}"
        case tuple() | list():
            return "[" + ", ".join(_flow(one) for one in value) + "]"
        case date():
            return value.isoformat()
        case _:
            return quoted(str(value))


def quoted(text: str) -> str:
    """A YAML double-quoted scalar (YAML 1.2, 7.3.1)."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
