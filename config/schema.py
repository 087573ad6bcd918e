"""The JSON Schema of a tenant file (draft 2020-12), for editors, and the way through it by key path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from config.faults import KeyPath
from config.kinds import ConnectorKinds
from config.tenant import tenant_model

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
#: Any scalar may be, or hold, a reference.
_REFERENCE: Final = {"type": "string", "pattern": r"\$\{(env|file):[^}]+\}"}

Schema = dict[str, Any]


def schema(kinds: ConnectorKinds) -> Schema:
    """The JSON Schema of a tenant file with these connectors, each told apart by ``use``."""
    generated = tenant_model(kinds).model_json_schema(schema_generator=GenerateJsonSchema)
    document = {"$schema": DIALECT, **_for_editors(generated)}
    document["title"] = "afletter tenant"
    return document


def _for_editors(node: Any) -> Any:
    """The schema of a file, not of a model: no null (an absent key says it), references allowed in every scalar."""
    if isinstance(node, list):
        return [_for_editors(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "anyOf" in node:
        node = _without_null(node)
    if _is_bound_scalar(node):
        keep = {key: node[key] for key in ("title", "description", "default") if key in node}
        value = {key: item for key, item in node.items() if key not in keep}
        return {**keep, "anyOf": [value, dict(_REFERENCE)]}
    changed: Schema = {}
    for key, item in node.items():
        if key in ("properties", "$defs"):
            changed[key] = {name: _for_editors(value) for name, value in item.items()}
        elif key in ("anyOf", "oneOf", "items", "prefixItems"):
            changed[key] = _for_editors(item)
        else:
            changed[key] = item
    return changed


def _without_null(node: Schema) -> Schema:
    others = [option for option in node["anyOf"] if option != {"type": "null"}]
    rest = {key: item for key, item in node.items() if key != "anyOf" and not (key == "default" and item is None)}
    if len(others) == 1:
        return {**others[0], **rest}
    return {**rest, "anyOf": others}


def _is_bound_scalar(node: Schema) -> bool:
    """A scalar that a reference would not fit as it stands. The constant of ``use`` is no value to be filled in."""
    if "const" in node:
        return False
    if node.get("type") in ("integer", "number", "boolean") or "enum" in node:
        return True
    return node.get("type") == "string" and ("pattern" in node or "maxLength" in node)


def resolve(root: Schema, node: Schema) -> Schema:
    """The schema that a ``$ref`` in ``node`` points to, with what stands beside the ``$ref``."""
    while "$ref" in node:
        target: Schema = root["$defs"][node["$ref"].rpartition("/")[2]]
        node = {**target, **{key: item for key, item in node.items() if key != "$ref"}}
    return node


def tags(node: Schema) -> Mapping[str, str]:
    """The ``use`` names of a connector's place, each with the reference to its schema; empty for another place."""
    mapping: Mapping[str, str] = node.get("discriminator", {}).get("mapping", {})
    return mapping


def follow(root: Schema, location: KeyPath) -> tuple[KeyPath, Schema]:
    """The key path of a pydantic error's location, and the schema there.

    pydantic names the connector chosen by ``use`` as a step of the location, which is no key of the file.
    """
    path: list[str | int] = []
    node = resolve(root, root)
    for step in location:
        chosen = tags(node)
        if step in chosen:
            node = resolve(root, {"$ref": chosen[str(step)]})
            continue
        path.append(step)
        node = _child(root, node, step)
    return tuple(path), node


def _child(root: Schema, node: Schema, step: str | int) -> Schema:
    for option in (node, *node.get("anyOf", ())):
        whole = resolve(root, option)
        if isinstance(step, int) and "items" in whole:
            return resolve(root, whole["items"])
        if isinstance(step, str) and step in whole.get("properties", {}):
            return resolve(root, whole["properties"][step])
    return {}


def keys(root: Schema, node: Schema) -> tuple[str, ...]:
    """The keys that may stand in a mapping of this schema."""
    for option in (node, *node.get("anyOf", ())):
        properties = resolve(root, option).get("properties")
        if properties is not None:
            return tuple(properties)
    return ()
