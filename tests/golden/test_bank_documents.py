"""Own small documents, one per dialect, with what they must say beside them: both ways complete."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

import pytest

from formats import camt, mt940, pain002
from formats.detect import Reader
from tests.golden.statements import read_as_json, write_expectation
from tests.unit.formats.raw_documents import document_of

HERE = Path(__file__).parent
DOCUMENTS = sorted(
    path for path in (*HERE.glob("mt940/*"), *HERE.glob("camt/*"), *HERE.glob("pain002/*")) if path.suffix != ".json"
)
READERS: Final[dict[str, Reader]] = {"mt940": mt940, "camt": camt, "pain002": pain002}
#: Set to write the expectations anew; a person reads the difference before it is committed.
REWRITE = "AFLETTER_REWRITE_GOLDEN"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_document_says_what_is_expected(path: Path) -> None:
    raw = document_of(path.read_bytes(), path.name)
    reader = READERS[path.parent.name]
    results = list(reader.read(raw))
    if os.environ.get(REWRITE):
        write_expectation(path, results)
    assert reader.recognise(path.read_bytes()[:4096])
    assert json.loads(read_as_json(results)) == json.loads(path.with_suffix(".json").read_text("utf-8"))


def test_every_expectation_has_its_document() -> None:
    expectations = {path for folder in READERS for path in HERE.glob(f"{folder}/*.json")}
    assert expectations == {path.with_suffix(".json") for path in DOCUMENTS}
