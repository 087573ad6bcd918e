"""Text that every bank in SEPA takes.

Allowed are ``a-z A-Z 0-9 / - ? : ( ) . , ' +`` and the space (EPC implementation guidelines for SEPA direct debit, section 1.4; SWIFT's
character set x without line ends). Everything else is written in these, as near to the original as people would write it by hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

_NOT_ALLOWED: Final = re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]")
_IDENTIFIER: Final = re.compile(r"[a-zA-Z0-9/\-?:().,'+]+\Z")
#: Greatest length of MsgId, PmtInfId, InstrId, EndToEndId and MndtId (ISO 20022 Max35Text).
IDENTIFIER_LENGTH: Final = 35
#: Greatest length of a party's name in SEPA (EPC implementation guidelines, Nm).
NAME_LENGTH: Final = 70
#: Greatest length of unstructured remittance information (EPC implementation guidelines, Ustrd).
REMITTANCE_LENGTH: Final = 140

#: Letters and signs with a usual spelling of their own; all others lose their accents (EPC217-08, conversion of characters).
_SPELLINGS: Final[Mapping[str, str]] = {
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS",
    "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ı": "i", "ĳ": "ij", "Ĳ": "IJ", "ŋ": "n", "Ŋ": "N",
    "&": "+", "_": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "~": "-", "=": "-", "’": "'", "‘": "'", "`": "'", "´": "'",
    '"': "'", "“": "'", "”": "'", "„": "'", "«": "'", "»": "'", ";": ",", "[": "(", "]": ")", "{": "(", "}": ")", "<": "(",
    ">": ")", "\\": "/", "|": "/", "€": "EUR", "£": "GBP", "$": "USD", "@": "(at)", "§": "S", "°": ".", "№": "No",
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l", "μ": "m",
    "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch", "ψ": "ps",
    "ω": "o",
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "sht", "ъ": "a", "ь": "y", "ю": "yu", "я": "ya", "ы": "y", "э": "e",
}  # fmt: skip
#: What stands for a character that nothing else is known for (EPC217-08).
_UNKNOWN: Final = "."


def _spell(character: str) -> str:
    spelled = _SPELLINGS.get(character)
    if spelled is not None:
        return spelled
    lower = _SPELLINGS.get(character.lower())
    if lower is not None:
        return lower.capitalize()
    if character.isspace() or unicodedata.category(character) in {"Cc", "Cf"}:
        return " "
    parts = [part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)]
    if parts == [character]:
        return _UNKNOWN
    return "".join(part if _NOT_ALLOWED.match(part) is None else _spell(part) for part in parts)


def sepa_text(text: str, length: int) -> str:
    """``text`` in the SEPA character set, runs of blanks made one, cut to ``length`` characters after the spelling is changed."""
    composed = unicodedata.normalize("NFC", text)
    spelled = _NOT_ALLOWED.sub(lambda found: _spell(found.group()), composed)
    return " ".join(spelled.split())[:length].rstrip()


def identifier_fault(text: str) -> str | None:
    """Why ``text`` may not be an identifier in SEPA (None: it may): 1 to 35 characters of the set, no blanks, no slash at either
    end and no double slash (EPC implementation guidelines, section 1.4)."""
    if not text:
        return "is empty"
    if len(text) > IDENTIFIER_LENGTH:
        return f"has {len(text)} characters, {IDENTIFIER_LENGTH} are allowed"
    if _IDENTIFIER.match(text) is None:
        return "has a character that SEPA does not allow in identifiers"
    if text.startswith("/") or text.endswith("/") or "//" in text:
        return "has a slash at an end or two in a row"
    return None
