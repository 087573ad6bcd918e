"""Frozen values made by the million: faster, and otherwise what dataclasses make of them."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from inspect import signature

import pytest

from ledger.party import Counterparty
from ledger.statements import EntryDetail, StatementEntry
from ledger.values import maker, many


@dataclass(frozen=True, slots=True)
class Plain:
    first: int
    second: str = "b"
    third: tuple[int, ...] = field(default=(), kw_only=True)


@many
@dataclass(frozen=True, slots=True)
class Quick:
    first: int
    second: str = "b"
    third: tuple[int, ...] = field(default=(), kw_only=True)


def test_it_is_made_as_before() -> None:
    assert str(signature(Quick)) == str(signature(Plain))
    made = Quick(1, third=(2,))
    assert (made.first, made.second, made.third) == (1, "b", (2,))
    assert repr(made) == "Quick(first=1, second='b', third=(2,))"
    assert type(made) is Quick
    with pytest.raises(TypeError, match="first"):
        Quick()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="fourth"):
        Quick(1, fourth=4)  # type: ignore[call-arg]


def test_it_stays_frozen() -> None:
    made = Quick(1)
    with pytest.raises(FrozenInstanceError):
        made.first = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del made.first
    assert made == Quick(1)
    assert hash(made) == hash(Quick(1))
    assert made != Quick(2)


def test_it_is_copied_changed_and_kept() -> None:
    made = Counterparty(name="Jan", iban="BE71096123456769")
    assert replace(made, name="An") == Counterparty(name="An", iban="BE71096123456769")
    assert copy.deepcopy(made) == made
    assert pickle.loads(pickle.dumps(made)) == made
    with pytest.raises(TypeError):
        replace(made, nobody="x")  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", [StatementEntry, EntryDetail])
def test_nothing_of_the_class_is_lost(kind: type) -> None:
    assert [each.name for each in fields(kind)] == list(signature(kind).parameters)


def test_a_maker_makes_what_the_class_makes() -> None:
    quick, party = maker(Quick), maker(Counterparty)
    assert list(signature(quick).parameters) == ["first", "second", "third"]
    made = quick(1, third=(2,))
    assert type(made) is Quick
    assert made == Quick(1, third=(2,))
    assert party(name="Jan") == Counterparty(name="Jan")
    with pytest.raises(FrozenInstanceError):
        made.first = 2  # type: ignore[misc]
    with pytest.raises(TypeError, match="first"):
        quick()  # type: ignore[call-arg]


def test_what_it_cannot_be_done_for_is_refused() -> None:
    @dataclass(frozen=True)
    class Open:
        first: int

    @dataclass(frozen=True, slots=True)
    class Checked:
        first: int

        def __post_init__(self) -> None:
            raise AssertionError

    for kind in (Open, Checked):
        with pytest.raises(TypeError):
            many(kind)
        with pytest.raises(TypeError):
            maker(kind)


def test_what_is_made_anew_for_each_is_shared_by_none() -> None:
    @many
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Made:
        first: int
        second: list[int] = field(default_factory=list)

    make = maker(Made)
    assert [Made(first=1), make(first=1, second=[2])] == [make(first=1), Made(first=1, second=[2])]
    assert Made(first=1).second is not Made(first=1).second
    assert make(first=1).second is not make(first=1).second
