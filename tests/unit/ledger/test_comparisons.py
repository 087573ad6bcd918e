"""Why what is open there is not what is open here: each cause by itself, and the amounts always sum to the difference."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.comparisons import Cause, OurPosting, TheirPosting, causes_of
from ledger.effects import EffectState
from ledger.money import Money


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def ours(key: str, minor: int, state: EffectState | None = EffectState.DONE, *, issues: bool = False) -> OurPosting:
    return OurPosting(key=key, amount=euros(minor), state=state, detail=key, issues=issues)


def theirs(key: str, minor: int, *, issues: bool = False) -> TheirPosting:
    return TheirPosting(key=key, amount=euros(minor), reference=f"their {key or 'own'}", issues=issues)


INVOICE = ours("issue", 24_200, None, issues=True)
ISSUED = theirs("", 24_200, issues=True)


def told(own: list[OurPosting], there: list[TheirPosting], here: int, open_there: int) -> list[tuple[Cause, int]]:
    return [(one.cause, one.amount.minor) for one in causes_of(euros(here), euros(open_there), own, there)]


def test_a_posting_and_what_took_it_back_are_not_missed() -> None:
    """Some systems set the two against each other, and nothing of them stands on the document."""
    own = [INVOICE, ours("a", -24_200), ours("b", 24_200)]
    assert told(own, [ISSUED], 24_200, 24_200) == []
    assert told(own, [ISSUED, theirs("", -4_200)], 24_200, 20_000) == [(Cause.BOOKED_THERE, -4_200)]


def test_a_posting_that_is_gone_is_missed_also_beside_others_that_are_not() -> None:
    own = [INVOICE, ours("a", -24_200), ours("b", 24_200), ours("c", -24_200), ours("d", -100)]
    there = [ISSUED, theirs("d", -100)]
    assert told(own, there, -100, 24_100) == [(Cause.POSTING_GONE, 24_200)]


POSTINGS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from((-200, -100, 100, 200)), st.sampled_from(EffectState)),
    max_size=6,
    unique_by=lambda one: one[0],
)


@given(POSTINGS, st.lists(st.sampled_from("abcdefgh"), unique=True), st.integers(-500, 500), st.integers(-500, 500))
def test_the_causes_sum_to_the_difference(
    own: list[tuple[str, int, EffectState]], there: list[str], here: int, open_there: int
) -> None:
    amounts = {key: minor for key, minor, _ in own}
    found = causes_of(
        euros(here),
        euros(open_there),
        [INVOICE, *(ours(*one) for one in own)],
        [ISSUED, *(theirs(key, amounts.get(key, 300)) for key in there)],
    )
    assert sum(one.amount.minor for one in found) == open_there - here
