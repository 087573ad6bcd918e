"""What a country means where the tenant file is silent: its language and its time zone."""

from __future__ import annotations

from typing import Final

import pycountry

#: Languages in which the program writes to customers and to finance (ISO 639-1).
LANGUAGES: Final = ("nl", "fr", "de", "en")

_LANGUAGE: Final = {
    "BE": "nl", "NL": "nl", "FR": "fr", "LU": "fr", "MC": "fr", "DE": "de", "AT": "de", "CH": "de", "LI": "de",
}  # fmt: skip

#: The IANA zone of the countries of the SEPA area (EPC409-09) whose mainland has a single one.
_TIME_ZONE: Final = {
    "AD": "Europe/Andorra", "AL": "Europe/Tirane", "AT": "Europe/Vienna", "BE": "Europe/Brussels",
    "BG": "Europe/Sofia", "CH": "Europe/Zurich", "CY": "Asia/Nicosia", "CZ": "Europe/Prague", "DE": "Europe/Berlin",
    "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "ES": "Europe/Madrid", "FI": "Europe/Helsinki",
    "FR": "Europe/Paris", "GB": "Europe/London", "GR": "Europe/Athens", "HR": "Europe/Zagreb",
    "HU": "Europe/Budapest", "IE": "Europe/Dublin", "IS": "Atlantic/Reykjavik", "IT": "Europe/Rome",
    "LI": "Europe/Vaduz", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
    "MC": "Europe/Monaco", "MD": "Europe/Chisinau", "ME": "Europe/Podgorica", "MK": "Europe/Skopje",
    "MT": "Europe/Malta", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "PL": "Europe/Warsaw",
    "PT": "Europe/Lisbon", "RO": "Europe/Bucharest", "RS": "Europe/Belgrade", "SE": "Europe/Stockholm",
    "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava", "SM": "Europe/San_Marino", "VA": "Europe/Vatican",
}  # fmt: skip


def is_country(code: str) -> bool:
    """Whether this is an ISO 3166-1 alpha-2 code."""
    return len(code) == 2 and code.isupper() and pycountry.countries.get(alpha_2=code) is not None


def is_currency(code: str) -> bool:
    """Whether this is an ISO 4217 code."""
    return len(code) == 3 and code.isupper() and pycountry.currencies.get(alpha_3=code) is not None


def language_of(country: str) -> str:
    """The language that is written in when nobody says which; English where none of ours is at home."""
    return _LANGUAGE.get(country, "en")


def time_zone_of(country: str) -> str:
    """The IANA zone of a country; empty text where it has several, or none is known here."""
    return _TIME_ZONE.get(country, "")
