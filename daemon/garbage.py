"""How often Python looks for garbage while a million small objects are made that are none.

Reference counts free what is dropped at once; the collector only looks for rings of objects, of which the reading of bank files and
matching make none worth mention, and looks through everything that is kept to do so, so that twice the entries take more than twice
the time. So it looks less often as long as they take.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: New objects, and younger rounds, after which the collector looks at each of its three generations (Python's own: 700, 10, 10).
THRESHOLDS: Final = (50_000, 20, 100)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """The collector looks seldom inside, and as before afterwards."""
    before = gc.get_threshold()
    gc.set_threshold(*THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
