"""Column types: text that both databases take and order alike, and instants in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

#: NUL is refused by PostgreSQL's text, lone surrogates (a file name that is no UTF-8) by both databases.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
#: Where they are kept instead: the same code point in plane 15, which Unicode leaves to private use.
_PLANE: Final = 0xF0000
_STORED: Final = re.compile("[\U000f0000\U000fd800-\U000fdfff]")

#: Text of the program's own making, which no database refuses; ordered by code point on both.
CODE: Final = Text().with_variant(Text(collation="C"), "postgresql")


class Words(TypeDecorator[str]):
    """Text from outside, whatever it holds; ordered by code point on both databases (collation C on PostgreSQL)."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """Text, with collation C where there are collations to choose from."""
        return Text(collation="C") if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Code points that a database would refuse are moved to plane 15."""
        if value is None or _UNSTORABLE.search(value) is None:
            return value
        return _UNSTORABLE.sub(lambda found: chr(_PLANE + ord(found[0])), value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        """And back again."""
        if value is None or value.isascii() or _STORED.search(value) is None:
            return value
        return _STORED.sub(lambda found: chr(ord(found[0]) - _PLANE), value)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept and given back in UTC."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """With a time zone on PostgreSQL; SQLite has none, so UTC is understood there."""
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """UTC; raises ValueError for a datetime that does not say its time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} does not say its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """UTC, also where the database forgot it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
