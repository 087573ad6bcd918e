from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from config.schema import schema
from tests.unit.config.conftest import LEAST
from tests.unit.config.connectors import KINDS
from tests.unit.config.test_load import FULL, SHOWN


@pytest.fixture(scope="module")
def editor() -> Draft202012Validator:
    document = schema(KINDS)
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


def as_an_editor_sees(text: str) -> Any:
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))


@pytest.mark.parametrize("text", [LEAST, SHOWN, FULL.replace("name: 1000", "name: Full GmbH")])
def test_good_files_are_good(editor: Draft202012Validator, text: str) -> None:
    assert [error.message for error in editor.iter_errors(as_an_editor_sees(text))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tenant: bench", "tenant: a b"),
        ("tenant: bench", "tenat: bench"),
        ("language: nl", "language: sv"),
        ("country: BE", "country: Belgium"),
        ("use: folder\n    path: .", "use: folde\n    path: ."),
        ("use: folder\n    path: .", "use: folder\n    pad: ."),
        ("use: folder\n    path: .", "path: ."),
        ("pre_notification_days: 5", "pre_notification_days: five"),
        ("pre_notification_days: 5", "pre_notification_days: -1"),
        ("approval: none", "approval: maybe"),
        ("sender: debiteuren@bench.example", "sender:"),
        ("store: sqlite:///state/bench.sqlite3", "store: mysql://x"),
        ("store: sqlite:///state/bench.sqlite3", "schedule: {every: 5}"),
        ("store: sqlite:///state/bench.sqlite3", "schedule: daily"),
        ("store: sqlite:///state/bench.sqlite3", "matching: {write_off_limit: -1}"),
        ("store: sqlite:///state/bench.sqlite3", "bank: {}"),
    ],
)
def test_bad_files_are_bad(editor: Draft202012Validator, old: str, new: str) -> None:
    assert old in SHOWN
    assert list(editor.iter_errors(as_an_editor_sees(SHOWN.replace(old, new))))


@pytest.mark.parametrize(
    "line",
    [
        "limits: {archive_mib: '${env:MIB}'}",
        "matching: {net_credits: '${file:net}', write_off_limit: '${env:LIMIT}'}",
        "time_zone: ${env:ZONE}",
        "schedule: ${env:WHEN}",
    ],
)
def test_a_reference_may_stand_for_any_value(editor: Draft202012Validator, line: str) -> None:
    text = LEAST.replace("tenant: shop", "tenant: ${env:NAME}").replace("country: BE", "country: '${env:COUNTRY}'")
    assert [error.message for error in editor.iter_errors(as_an_editor_sees(f"{text}{line}\n"))] == []


def test_every_key_says_what_it_is() -> None:
    document = schema(KINDS)
    silent = [
        f"{name}.{key}"
        for name, node in {"": document, **document["$defs"]}.items()
        for key, child in node.get("properties", {}).items()
        if key != "use" and not child.get("description") and not _target(document, child).get("description")
    ]
    assert silent == []


def _target(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    target: dict[str, Any] = document["$defs"].get(str(node.get("$ref", "")).rpartition("/")[2], {})
    return target


def test_the_schema_is_the_same_every_time_and_holds_no_secret() -> None:
    first = json.dumps(schema(KINDS))
    assert first == json.dumps(schema(KINDS))
    assert '"null"' not in first
