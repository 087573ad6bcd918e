"""The reference page of the tenant file (``docs/configuration.md``), written from the models themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from config.kinds import ConnectorKinds
from config.schema import Schema, resolve, schema, tags

_HEAD: Final = """\
# The tenant file

A tenant is one company whose receivables are kept; it has one YAML file. `--config` (or `AFLETTER_CONFIG`, else
`./tenants`) names that file, or a folder: then every `*.yaml` and `*.yml` in it is a tenant, and the `tenant.yaml` of each folder in it.

- Relative paths start at the YAML file.
- Any value may be, or hold, `${env:NAME}` (an environment variable) or `${file:PATH}` (the text of a file, without the
  newline at its end). Inside `{ }` or `[ ]`, put it in quotes. A literal `${` is written `$${`.
- A secret that stands in the file in clear draws a warning. Secrets are never printed.
- `afletter config check` tells every fault of every file at once, with its line and key:
  `tenants/shop.yaml:7: bank_accounts[0].ibam: is no key here; did you mean 'iban'?`
- `afletter config schema` prints the JSON Schema of this page, for an editor that completes and checks as you type.

This page is made from the program; `make check` compares them.

The least there is:

```yaml
tenant: shop
legal: {name: Shop BV, country: BE}
currency: EUR
invoices:
  - {use: folder, path: .}
bank_accounts:
  - iban: BE55 7347 9895 3744
    statements:
      - {use: folder, path: bank}
```
"""

#: The ports in the order of the file, each with where it stands there and what fills it.
_PORTS: Final = (
    ("invoices[]", "Sources of invoices", ("invoices",)),
    ("bank_accounts[].statements[]", "Sources of statements", ("bank_accounts", "statements")),
    ("payouts[]", "Payment providers", ("payouts",)),
    ("accounting[]", "Accounting targets", ("accounting",)),
    ("direct_debit.bank", "Channels of direct debits", ("direct_debit", "bank")),
    ("reminders.channel", "Channels of reminders", ("reminders", "channel")),
    ("reminders.delivery_reports[]", "Sources of delivery reports", ("reminders", "delivery_reports")),
    ("reminders.calls.outcomes[]", "Sources of call outcomes", ("reminders", "calls", "outcomes")),
    ("reminders.hand_over.channel", "Channels of cases", ("reminders", "hand_over", "channel")),
    ("reminders.interruption.channel", "Channels of services", ("reminders", "interruption", "channel")),
)


def markdown(kinds: ConnectorKinds) -> str:
    """The page, with the settings of these connectors. The same kinds give the same text."""
    root = schema(kinds)
    sections = [_HEAD, *_section(root, root, "", "## Top level", "##"), *_connectors(root)]
    return "\n".join(sections)


def _section(root: Schema, node: Schema, path: str, heading: str, inner_depth: str) -> Iterator[str]:
    """The table of one mapping under its heading, then those of the mappings inside it, ``inner_depth`` being ``##`` or so."""
    yield f"{heading}\n"
    yield from _description(node)
    yield _table(root, node)
    for name, child in _properties(root, node).items():
        inner, brackets = _inner(root, child)
        if "properties" in inner:
            place = f"{path}.{name}{brackets}" if path else f"{name}{brackets}"
            yield from _section(root, inner, place, f"{inner_depth} `{place}`", inner_depth)


def _description(node: Schema) -> Iterator[str]:
    if "description" in node:
        yield f"{node['description']}\n"


def _connectors(root: Schema) -> Iterator[str]:
    for place, title, keys in _PORTS:
        yield f"## {title}: `{place}`\n"
        node = root
        for key in keys:
            node, _ = _inner(root, _properties(root, node)[key])
        chosen = tags(node)
        if not chosen:
            yield "There is no connector for this place.\n"
        for use, reference in sorted(chosen.items()):
            yield from _section(root, resolve(root, {"$ref": reference}), "", f"### `use: {use}`", "####")


def _table(root: Schema, node: Schema) -> str:
    required = node.get("required", ())
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    for name, child in _properties(root, node).items():
        if name == "use":
            continue
        default = "required" if name in required else _default(child)
        meaning = _cell(resolve(root, child).get("description", ""))
        rows.append(f"| `{name}` | {_kind(root, child)} | {default} | {meaning} |")
    return "\n".join(rows) + "\n" if len(rows) > 2 else "It has no further keys.\n"


def _properties(root: Schema, node: Schema) -> Mapping[str, Schema]:
    properties: Mapping[str, Schema] = resolve(root, node).get("properties", {})
    return properties


def _inner(root: Schema, node: Schema) -> tuple[Schema, str]:
    """What a list holds, or the node itself; with the brackets that say it was a list."""
    whole = resolve(root, node)
    if "items" in whole:
        return resolve(root, whole["items"]), "[]"
    return whole, ""


def _default(node: Schema) -> str:
    default = node.get("default")
    if default in (None, "", {}, []):
        return ""
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


#: What a reader calls the types of JSON Schema.
_KINDS: Final[Mapping[str, str]] = {
    "string": "text",
    "integer": "number",
    "number": "amount",
    "object": "mapping",
    "boolean": "`true`, `false`",
}


def _kind(root: Schema, node: Schema) -> str:
    """What may be written, in a word or two."""
    whole, brackets = _inner(root, node)
    if brackets:
        return "list"
    if "oneOf" in whole:
        return "connector"
    options = [_kind(root, option) for option in whole.get("anyOf", ()) if not _is_reference(option)]
    return " or ".join(dict.fromkeys(options)) if options else _scalar_kind(whole)


def _scalar_kind(node: Schema) -> str:
    if "enum" in node:
        return ", ".join(f"`{word}`" for word in node["enum"])
    if node.get("writeOnly"):
        return "secret"
    if str(node.get("format")).endswith("path"):
        return "path"
    kind = node.get("type", "")
    return _KINDS.get(kind[0] if isinstance(kind, list) else kind, "")


def _is_reference(option: Schema) -> bool:
    return bool(option.get("pattern", "").startswith(r"\$\{"))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
