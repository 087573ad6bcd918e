"""The machine's own clock, for what the other side counts in its seconds: tokens that expire and calls per minute.

The business date is never taken from here (``--as-of`` decides what is due); this is the one place outside of ``daemon`` that asks what time it is.
"""

from __future__ import annotations

import time


def now_s() -> float:
    """Seconds since 1970, as processes on one machine agree on them."""
    return time.time()
