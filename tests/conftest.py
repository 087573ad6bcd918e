"""The order of the test files: those that take minutes begin first, for everybody waits for the file that ends last."""

from __future__ import annotations

import pytest

#: Folders whose files take longest.
_FIRST = "simulation"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Simulations before all else; otherwise whatever order the files had."""
    items.sort(key=lambda item: _FIRST not in item.path.parts)
