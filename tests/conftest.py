"""The same tests every time: given examples for the properties, and an order in which nobody waits long."""

from __future__ import annotations

import pytest
from hypothesis import settings

#: Folders whose files take longest; everybody waits for the file that ends last.
_FIRST = "simulation"

#: The examples of a property test are the same in every run; ``pytest --hypothesis-profile=default`` draws new ones.
settings.load_profile("ci")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Simulations before all else; otherwise whatever order the files had."""
    items.sort(key=lambda item: _FIRST not in item.path.parts)
