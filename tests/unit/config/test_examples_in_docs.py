"""The pages of connectors and sources: every example is part of a tenant file that passes the check, every page has one, and every setting that it names exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from ruamel.yaml import YAML

from config.loader import load
from config.schema import schema
from connectors.registry import connector_kinds

DOCS: Final = Path(__file__).parents[3] / "docs"
EXAMPLES: Final = [
    pytest.param(example, id=f"{page.relative_to(DOCS)}:{number}")
    for page in [DOCS / "sources.md", *sorted((DOCS / "connectors").glob("*.md"))]
    for number, example in enumerate(
        re.findall(r"^ *```yaml\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE), 1
    )
]
_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).private_bytes(
    Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
)
#: The round-trip kind: what stands in quotes stays in quotes.
YAMLS: Final = YAML()
#: What an example leaves out.
_REST: Final = """\
tenant: bench
legal: {name: Bench BV, country: BE, language: nl}
currency: EUR
invoices: [{use: folder, path: shop}]
bank_accounts: [{iban: BE55734798953744, statements: [{use: folder, path: bank}]}]
direct_debit:
  creditor_id: BE68ZZZ0123456789
  creditor_iban: BE55734798953744
  bank: {use: folder, path: to-bank}
reminders:
  sender: debiteuren@bench.example
  channel: {use: maildir, path: mail}
store: sqlite:///state/bench.sqlite3
"""


@pytest.mark.parametrize("example", EXAMPLES)
def test_passes_the_check(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r"\$\{env:(\w+)\}", example):
        monkeypatch.setenv(name, "secret")
    for name in re.findall(r"\$\{file:([\w./-]+)\}", example):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(_KEY if name.endswith("key") else b"secret")
    whole = _with(YAMLS.load(_REST), YAMLS.load(example))
    YAMLS.dump(whole, tmp_path / "tenant.yaml")
    assert load(tmp_path / "tenant.yaml", connector_kinds())


@pytest.mark.parametrize("page", sorted((DOCS / "connectors").glob("*.md")), ids=lambda page: page.stem)
def test_a_connector_has_an_example(page: Path) -> None:
    assert "```yaml" in page.read_text()


@pytest.mark.parametrize("page", sorted((DOCS / "connectors").glob("*.md")), ids=lambda page: page.stem)
def test_a_setting_that_is_named_exists(page: Path) -> None:
    tables = re.findall(r"^\| setting[^\n]*\n(.*?)(?:\n\n|\Z)", page.read_text(), re.DOTALL | re.MULTILINE)
    named = {
        name for table in tables for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert named <= _every_key()


@cache
def _every_key() -> frozenset[str]:
    return frozenset(_keys(schema(connector_kinds())))


def _keys(part: Any) -> Iterator[str]:
    """Every key that a tenant file may hold."""
    match part:
        case dict():
            yield from part.get("properties", {})
            for one in part.values():
                yield from _keys(one)
        case list():
            for one in part:
                yield from _keys(one)


def _with(rest: Any, example: Any) -> Any:
    """The example, and what it leaves out; another connector takes the place of one, and `channels` that of `channel`."""
    if not isinstance(rest, dict) or not isinstance(example, dict) or "use" in example:
        return example
    left = {name: value for name, value in rest.items() if not (name == "channel" and "channels" in example)}
    return {**left, **{name: _with(left.get(name), value) for name, value in example.items()}}
