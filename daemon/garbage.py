"""How often Python looks for garbage while a million small objects are made that are none.

Reference counts free what matching drops at once; the collector only looks for rings of objects, of which matching makes none worth
mention, and looks through everything that is kept to do so. So it looks less often as long as matching takes.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: New objects, and younger rounds, after which the collector looks at each of its three generations (Python's own: 700, 10, 10).
_THRESHOLDS: Final = (50_000, 20, 100)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """The collector looks seldom inside, and as before afterwards."""
    before = gc.get_threshold()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
