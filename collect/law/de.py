"""Germany: nothing but figures of the tables; no scale, no caps of its own.

Source: §§ 286 to 289 BGB; BGH 26-06-2019 VIII ZR 95/18 (only actual outlay for a reminder, and none for the one that causes default).
"""

from __future__ import annotations

from typing import Final

COUNTRY: Final = "DE"
OUTLAY_ARTICLE: Final = "§ 280 Abs. 1, 2, § 286 BGB"
