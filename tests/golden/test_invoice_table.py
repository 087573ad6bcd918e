"""The table in docs/invoices.md is what the files say today, and what is read is what stands in them."""

from __future__ import annotations

import pytest

from tests.invoice_table import PAGE, rows, table, written
from tests.shared import shared_folder


@pytest.mark.shared
def test_the_table_of_published_invoices_is_fresh_and_confirmed() -> None:
    page = PAGE.read_text("utf-8")
    found = rows(shared_folder() / "corpus")
    assert {kind: row.differing for kind, row in found.items() if row.differing} == {}
    assert written(page, table(found)) == page, "run python -m tests.invoice_table --write"
