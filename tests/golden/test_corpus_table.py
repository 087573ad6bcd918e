"""The table in docs/formats.md is what the files say today."""

from __future__ import annotations

import pytest

from tests.corpus_table import PAGE, rows, table, written
from tests.shared import shared_folder


@pytest.mark.shared
def test_the_table_of_published_files_is_fresh() -> None:
    page = PAGE.read_text("utf-8")
    assert written(page, table(rows(shared_folder() / "corpus"))) == page, "run python -m tests.corpus_table --write"
