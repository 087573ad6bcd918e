"""Where a tenant's books are kept, as a database URL whose password is never printed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

_SQLITE: Final = "sqlite:///"
_POSTGRESQL: Final = "postgresql+psycopg"
_MASK: Final = "***"
#: ``user:password@`` up to the last @ that can end a login: a password may itself hold an unquoted @, and what is masked
#: beyond it does no harm.
_LOGIN: Final = re.compile(r"^([^:/?#]+://[^:/?#]*):(.*)@(?=[^@/]*(?:[/?#]|$))")
_QUERY_PASSWORD: Final = re.compile(r"(?i)([?&](?:password|sslpassword)=)[^&#]*")


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """A database URL: ``sqlite:///path`` (a relative path starts at the tenant file) or ``postgresql+psycopg://…``.

    ``reveal()`` gives it whole, for the store alone; printed it shows no password. Raises ValueError for another URL.
    """

    _url: str = field(repr=False)

    def __post_init__(self) -> None:
        if self._url.startswith("sqlite:"):
            if not self._url.startswith(_SQLITE) or self._url[len(_SQLITE) :] in ("", ":memory:"):
                raise ValueError("a SQLite store is written sqlite:///path/to/file.sqlite3")
            return
        scheme = self._url.partition("://")[0]
        if scheme in ("postgres", "postgresql", "postgresql+psycopg2"):
            raise ValueError(f"PostgreSQL is written {_POSTGRESQL}://user@host/database")
        if scheme != _POSTGRESQL:
            raise ValueError(f"must be sqlite:///… or {_POSTGRESQL}://…")
        try:
            database = urlsplit(self._url).path.strip("/")
        except ValueError:
            raise ValueError("is no URL that can be read; quote special characters as %XX") from None
        if not database:
            raise ValueError(f"names no database: {_POSTGRESQL}://user@host/database")

    def reveal(self) -> str:
        """The URL with its password."""
        return self._url

    @property
    def has_password(self) -> bool:
        """Whether a password stands in it."""
        query = self._url.partition("?")[2]
        return _LOGIN.match(self._url) is not None or any(
            name.lower() in ("password", "sslpassword") for name, _ in parse_qsl(query)
        )

    def __str__(self) -> str:
        return _QUERY_PASSWORD.sub(rf"\1{_MASK}", _LOGIN.sub(rf"\1:{_MASK}@", self._url))

    def __repr__(self) -> str:
        return f"StoreUrl('{self}')"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """From text, or from a StoreUrl as it is."""
        return core_schema.no_info_plain_validator_function(cls._read, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def _read(cls, value: object) -> StoreUrl:
        if isinstance(value, StoreUrl):
            return value
        if not isinstance(value, str):
            raise ValueError("must be text")
        return cls(value)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Text of one of the two forms."""
        return {"type": "string", "pattern": r"^(sqlite:///.+|postgresql\+psycopg://.+)$"}
