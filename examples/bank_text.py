"""Text as banks send it in formats that know no accents."""

from __future__ import annotations

import unicodedata

#: Letters that do not come apart into a base letter and an accent.
_WHOLE = str.maketrans({"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "&": "+"})


def plain(text: str) -> str:
    """``text`` in ASCII: umlauts written out, accents dropped, ``&`` as ``+`` (EPC217-08, best practices)."""
    parts = unicodedata.normalize("NFKD", text.translate(_WHOLE))
    return parts.encode("ascii", "ignore").decode()
