"""Arbitrary values of ``ledger``: every field of a type is drawn, also one that is added later."""

from __future__ import annotations

import dataclasses
import types
from datetime import date
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from ledger.documents import Document
from ledger.mandates import Mandate
from ledger.money import Money
from ledger.statements import IdentifiedEntry, StatementEntry

#: Whatever a bank or a file system can come up with, NUL and lone surrogates among it.
TEXT = st.text(st.characters(codec=None, max_codepoint=0x2FFFF), max_size=8)


def _drawn(hint: Any) -> st.SearchStrategy[Any]:
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of(*(st.none() if part is type(None) else _drawn(part) for part in get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(_drawn(get_args(hint)[0]), max_size=2).map(tuple)
    if hint is str:
        return TEXT
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers(0, 2**31 - 1)
    if hint is date:
        return st.dates(date(1990, 1, 1), date(2100, 1, 1))
    if hint is Money:
        return st.builds(Money, st.integers(-(2**62), 2**62), st.sampled_from(["EUR", "USD", "JPY", "KWD"]))
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    hints = get_type_hints(hint)
    return st.builds(hint, **{field.name: _drawn(hints[field.name]) for field in dataclasses.fields(hint)})


def statement_entries() -> st.SearchStrategy[IdentifiedEntry]:
    """Entries with ids as the program makes them."""
    ids = st.text("0123456789abcdef", min_size=32, max_size=32)
    return st.builds(IdentifiedEntry, entry_id=ids, entry=_drawn(StatementEntry))


def documents() -> st.SearchStrategy[Document]:
    return _drawn(Document)


def mandates() -> st.SearchStrategy[Mandate]:
    return _drawn(Mandate)
