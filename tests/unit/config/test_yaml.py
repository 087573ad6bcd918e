from __future__ import annotations

from pathlib import Path

import pytest

from config import load
from ledger.errors import ConfigError
from tests.unit.config.conftest import LEAST, Faults, Load
from tests.unit.config.connectors import KINDS


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("tenant: shop\nlegal:\n\tname: x\n", "3: (file): a tab stands where YAML wants spaces: indent with spaces"),
        ("tenant: shop\nlegal: [x\n", "3: (file): is not YAML: expected ',' or ']', but got '<stream end>'"),
        (
            "tenant: shop\nlegal: a: b\n",
            "2: (file): is not YAML: a ': ' stands inside a value (quote it), or the line is indented too far",
        ),
        ("# nothing\n", "1: (file): is empty"),
        ("- tenant: shop\n", "1: (file): must be a mapping of keys, such as tenant: my-company"),
        (f"{LEAST}---\n{LEAST}", "10: (file): a second document starts here: write one tenant per file"),
        (f"{LEAST}reports: !path x\n", "10: reports: the YAML tag !path is not known"),
        (f"{LEAST}tenant: again\n", "10: tenant: stands twice, first in line 1"),
        (f"{LEAST}store:\n", "10: store: has no value: give it one, or leave the key out"),
        (f"{LEAST}? [a]\n: b\n", "10: (file): has a key that is no word"),
        (f"{LEAST}store: *nowhere\n", "10: (file): is not YAML: found undefined alias 'nowhere'"),
        (
            f"{LEAST}reports: {{path: ${{env:HOME}}}}\n",
            "10: (file): is not YAML: expected ',' or '}', but got '{' (inside { } or [ ], put a ${…} in quotes)",
        ),
    ],
)
def test_what_yaml_itself_refuses(faults: Faults, text: str, fault: str) -> None:
    assert faults(text) == [f"shop.yaml:{fault}"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"tenant: shop\nlegal: {name: Caf\xe9}\n", "2: (file): is not UTF-8 text; save it as UTF-8"),
        (
            b"tenant: \x00\n",
            "1: (file): is not YAML: unacceptable character #x0000: special characters are not allowed",
        ),
        (b"\x89PNG\r\n\x1a\n", "1: (file): is not UTF-8 text; save it as UTF-8"),
        (b"#" * (1024 * 1024 + 1), "1: (file): is larger than 1024 KiB, which no tenant file is"),
        (b"a: " + b"[" * 600, "1: (file): is nested too deeply"),
    ],
)
def test_what_is_no_text(tmp_path: Path, content: bytes, fault: str) -> None:
    file = tmp_path / "shop.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        load(file, KINDS)
    assert error.value.faults == (f"{file}:{fault}",)


def test_aliases_that_stand_for_an_endless_file_are_refused(faults: Faults) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]" for old, new in zip("abcdef", "bcdefg", strict=True)]
    (fault,) = faults("\n".join(lines))
    assert "has more than 20000 values, or is nested deeper than 32" in fault


def test_an_alias_within_itself_is_refused(faults: Faults) -> None:
    (fault,) = faults("a: &a [*a]\n")
    assert "nested deeper" in fault


def test_an_alias_saves_writing(loaded: Load) -> None:
    tenant = loaded(LEAST.replace("- {use: folder, path: .}", "- &here {use: folder, path: .}\n  - *here"))
    assert tenant.invoices[0] == tenant.invoices[1]


def test_words_that_yaml_might_take_for_something_else_are_text(loaded: Load) -> None:
    tenant = loaded(LEAST.replace("name: Shop BV", "name: 2024-01-01").replace("tenant: shop", "tenant: no"))
    assert (tenant.tenant, tenant.legal.name) == ("no", "2024-01-01")


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + LEAST.encode())
    assert load(file, KINDS)[0].tenant == "shop"


def test_a_list_item_without_a_value_does_not_move_those_after_it(faults: Faults) -> None:
    text = LEAST.replace("  - {use: folder, path: .}", "  -\n  - {use: folder, pth: .}")
    assert faults(text) == [
        "shop.yaml:5: invoices[0]: has no value: give it one, or leave the key out",
        "shop.yaml:6: invoices[1].pth: is no key here; did you mean 'path'?",
    ]
