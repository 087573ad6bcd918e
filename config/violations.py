"""What pydantic found in a tenant file, in words that say what to write, at the place in the file.

Nothing here prints a value, but for words out of a fixed list, which no secret is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.document import TenantDocument
from config.faults import Fault, KeyPath, not_one_of, suggestion
from config.schema import Schema, follow, keys, tags

_MAPPING: Final = "must be a mapping of keys"
_LIST: Final = "must be a list, each item after a '-'"
_TEXT: Final = "must be text"
_NUMBER: Final = "must be a whole number"

#: By pydantic's type of error; the others keep pydantic's words.
_WORDS: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "string_type": _TEXT,
    "path_type": _TEXT,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_from_float": _NUMBER,
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": _LIST,
    "list_type": _LIST,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "zoneinfo_str": "is no IANA time zone, such as Europe/Brussels",
    "string_too_short": "is empty",
}


def violations(error: ValidationError, document: TenantDocument, schema: Schema) -> Iterator[Fault]:
    """The faults behind a validation error of a document that was read into a model of this schema."""
    details = error.errors(include_url=False, include_context=True, include_input=True)
    meant = {_parent_and_meant(detail, schema) for detail in details if detail["type"] == "extra_forbidden"}
    for detail in details:
        path, node = follow(schema, detail["loc"])
        kind = detail["type"]
        if kind == "default_factory_not_called" or _is_unread(path, document):
            continue
        if kind == "missing" and path in meant:
            # The key is there, misspelt; that it is unknown is said already.
            continue
        if kind == "too_short" and isinstance(detail["input"], list) and detail["input"]:
            # pydantic counts the items that it could read; what is wrong with the others is said already.
            continue
        yield _fault(detail, path, node, document, schema)


def _fault(detail: ErrorDetails, path: KeyPath, node: Schema, document: TenantDocument, schema: Schema) -> Fault:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return Fault(document.file, document.line_of(path), path, _unknown(detail, schema))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        path = (*path, "use")
        line = document.line_of(path)
        known = tags(node)
        if kind == "union_tag_invalid":
            reason = not_one_of(str(detail.get("ctx", {}).get("tag", "")), known)
        else:
            reason = f"is missing: one of {', '.join(sorted(known))}"
        return Fault(document.file, line, path, document.masked(path, reason))
    line = document.line_of(path) if kind == "missing" else document.value_line_of(path)
    return Fault(document.file, line, path, document.masked(path, _reason(detail)))


def _reason(detail: ErrorDetails) -> str:
    kind = detail["type"]
    context: Mapping[str, Any] = detail.get("ctx", {})
    match kind:
        case "value_error":
            return str(context["error"])
        case "literal_error" | "enum":
            return _not_an_option(detail["input"], str(context["expected"]))
        case "greater_than_equal":
            return f"must be at least {context['ge']}"
        case "less_than_equal":
            return f"must be at most {context['le']}"
        case "too_short":
            unit = "item" if isinstance(detail["input"], list) else "characters"
            return f"needs at least {context['min_length']} {unit}"
        case _:
            return _WORDS.get(kind, detail["msg"])


def _not_an_option(word: object, expected: str) -> str:
    options = [option.strip(" '") for option in expected.replace(" or ", ", ").split(",")]
    return not_one_of(word, options) if isinstance(word, str) else f"must be one of {', '.join(options)}"


def _unknown(detail: ErrorDetails, schema: Schema) -> str:
    _, parent = follow(schema, detail["loc"][:-1])
    known = keys(schema, parent)
    meant = suggestion(str(detail["loc"][-1]), known)
    return f"is no key here; did you mean '{meant}'?" if meant else f"is no key here; there are {', '.join(known)}"


def _parent_and_meant(detail: ErrorDetails, schema: Schema) -> KeyPath:
    above, parent = follow(schema, detail["loc"][:-1])
    return (*above, suggestion(str(detail["loc"][-1]), keys(schema, parent)))


def _is_unread(path: KeyPath, document: TenantDocument) -> bool:
    return any(path[:length] in document.unread for length in range(len(path) + 1))
