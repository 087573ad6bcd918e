from __future__ import annotations

import pytest
from hypothesis import given, settings

from ledger.documents import Document
from ledger.mandates import Mandate
from ledger.statements import IdentifiedEntry, StatementEntry
from store import json_text
from tests.unit.store.specimens import entry
from tests.unit.store.values import documents, mandates, statement_entries

EXAMPLES = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@EXAMPLES
@given(identified=statement_entries())
def test_entries(identified: IdentifiedEntry) -> None:
    content = json_text.write(identified.entry)
    assert content.isascii()
    assert json_text.read(StatementEntry, content) == identified.entry


@EXAMPLES
@given(document=documents())
def test_documents(document: Document) -> None:
    assert json_text.read(Document, json_text.write(document)) == document


@EXAMPLES
@given(mandate=mandates())
def test_mandates(mandate: Mandate) -> None:
    assert json_text.read(Mandate, json_text.write(mandate)) == mandate


def test_fields_at_their_default_are_left_out() -> None:
    assert "return_reason" not in json_text.write(entry().entry)


def test_a_field_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        json_text.read(Document, '{"colour":"red"}')


def test_a_type_without_a_rule_is_an_error() -> None:
    with pytest.raises(TypeError):
        json_text.write(3.5)
