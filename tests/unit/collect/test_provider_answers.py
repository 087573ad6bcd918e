"""What a provider's words do to collections: steps, attempts that give way, and what is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collect.provider_answers import is_ours, provider_answers
from ledger.mandates import (
    Collection,
    CollectionPart,
    CollectionStatus,
    Mandate,
    MandateStatus,
    MandateType,
    Scheme,
    SequenceType,
)
from ledger.money import Money
from ledger.provider_debits import ProviderDebit, ProviderWord
from ledger.sources import SourceRef

DAY = date(2026, 9, 14)
SOURCE = SourceRef(system="direct_debit/bank/feed", name="payments/1", document="", place="")
E1, E2 = "E20260914-0123456789abcdef01234567", "E20260922-0123456789abcdef01234567"
STATUS = CollectionStatus
WORD = ProviderWord


def collection(name: str = E1, status: STATUS = STATUS.SENT, document: str = "F1") -> Collection:
    amount = Money(12_100, "EUR")
    mandate = Mandate(
        reference="M-1",
        customer_id="C1",
        iban="BE68539007547034",
        bic="",
        account_holder="Jan",
        scheme=Scheme.CORE,
        type=MandateType.RECURRENT,
        signed_on=date(2026, 1, 5),
        status=MandateStatus.ACTIVE,
        source=SOURCE,
    )
    return Collection(
        end_to_end_id=name,
        mandate=mandate,
        sequence_type=SequenceType.RCUR,
        collect_on=DAY,
        amount=amount,
        parts=(CollectionPart(document=document, amount=amount),),
        remittance=document,
        creditor_reference="",
        status=status,
        message_id="M20260914-0123456789abcdef01234567",
    )


def said(word: WORD, code: str = "", *, name: str = E1, on: date | None = DAY, minor: int = 12_100) -> ProviderDebit:
    return ProviderDebit(
        reference=name,
        transaction="tr_1",
        word=word,
        amount=Money(minor, "EUR"),
        on=on,
        source=SOURCE,
        reason_code=code,
    )


@pytest.mark.parametrize(
    ("before", "word", "code", "on", "after"),
    [
        (STATUS.SENT, WORD.UNDER_WAY, "", None, STATUS.ACKNOWLEDGED),
        (STATUS.SENT, WORD.PAID, "", DAY, STATUS.ACKNOWLEDGED),
        # It is there although nobody here knows that it left.
        (STATUS.NOTIFIED, WORD.PAID, "", DAY, STATUS.ACKNOWLEDGED),
        (STATUS.ACKNOWLEDGED, WORD.PAID, "", DAY, None),
        (STATUS.COLLECTED, WORD.PAID, "", DAY, None),
        (STATUS.SENT, WORD.FAILED, "MS03", DAY, STATUS.REJECTED),
        (STATUS.ACKNOWLEDGED, WORD.FAILED, "", None, STATUS.REJECTED),
        # Its money is here: it was not rejected.
        (STATUS.COLLECTED, WORD.FAILED, "MS03", DAY, STATUS.RETURNED),
        (STATUS.COLLECTED, WORD.FAILED, "MD06", date(2026, 10, 20), STATUS.REFUNDED),
        (STATUS.ACKNOWLEDGED, WORD.CHARGED_BACK, "AC04", date(2026, 9, 16), STATUS.RETURNED),
        (STATUS.SENT, WORD.CHARGED_BACK, "MD06", date(2026, 10, 20), STATUS.REFUNDED),
        (STATUS.RETURNED, WORD.PAID, "", DAY, None),
        (STATUS.CANCELLED, WORD.FAILED, "MS03", DAY, None),
        (STATUS.REJECTED, WORD.UNDER_WAY, "", DAY, None),
        (STATUS.REJECTED, WORD.PAID, "", DAY, STATUS.ACKNOWLEDGED),
    ],
)
def test_steps(before: STATUS, word: WORD, code: str, on: date | None, after: STATUS | None) -> None:
    found = provider_answers([said(word, code, on=on)], [collection(status=before)])
    assert [step.status for step in found.steps] == ([] if after is None else [after])
    assert [step.reason_code for step in found.steps] == ([] if after is None else [code])
    assert (found.doubts, found.gives_way) == ((), ())


def test_a_reason_that_comes_late_is_added() -> None:
    back = collection(status=STATUS.RETURNED)
    (step,) = provider_answers([said(WORD.CHARGED_BACK, "AC04")], [back]).steps
    assert (step.status, step.reason_code) == (STATUS.RETURNED, "AC04")
    known = replace(back, reason_code="AC01")
    assert provider_answers([said(WORD.CHARGED_BACK, "AC04")], [known]).steps == ()


@pytest.mark.parametrize(
    ("other", "gives_way"), [(STATUS.NOTIFIED, True), (STATUS.WITHHELD, True), (STATUS.CANCELLED, False)]
)
def test_paid_after_all_and_the_next_attempt_is_still_ours(other: STATUS, gives_way: bool) -> None:
    found = provider_answers([said(WORD.PAID)], [collection(status=STATUS.REJECTED), collection(E2, other)])
    assert [step.status for step in found.steps] == [STATUS.ACKNOWLEDGED]
    assert [one.end_to_end_id for one in found.gives_way] == ([E2] if gives_way else [])


@pytest.mark.parametrize("other", [STATUS.SENT, STATUS.ACKNOWLEDGED, STATUS.COLLECTED])
def test_paid_after_all_and_the_next_attempt_has_left(other: STATUS) -> None:
    found = provider_answers([said(WORD.PAID)], [collection(status=STATUS.REJECTED), collection(E2, other)])
    assert (found.steps, found.gives_way) == ((), ())
    assert [doubt.code for doubt in found.doubts] == ["paid_after_all"]


def test_another_document_does_not_give_way() -> None:
    others = [collection(status=STATUS.REJECTED), collection(E2, STATUS.NOTIFIED, document="F2")]
    assert provider_answers([said(WORD.PAID)], others).gives_way == ()


def test_what_is_not_ours_and_what_does_not_fit() -> None:
    words = [
        said(WORD.PAID, name="subscription 12"),
        said(WORD.PAID, name=""),
        said(WORD.PAID, name=E2),
        said(WORD.PAID, minor=12_000),
    ]
    found = provider_answers(words, [collection()])
    assert found.steps == ()
    assert [(doubt.code, doubt.said.reference) for doubt in found.doubts] == [("unknown", E2), ("amount", E1)]


def test_a_collection_that_never_left_is_unknown() -> None:
    found = provider_answers([said(WORD.PAID)], [replace(collection(), message_id="")])
    assert [doubt.code for doubt in found.doubts] == ["unknown"]


def test_forms() -> None:
    assert is_ours(E1)
    assert not is_ours(E1 + "0")
    assert not is_ours(E1[1:])


@given(st.lists(st.tuples(st.sampled_from(WORD), st.sampled_from(["", "MS03", "AC04", "MD06"])), max_size=6))
def test_words_that_come_again_in_their_order_leave_it_where_it_stands(words: list[tuple[WORD, str]]) -> None:
    """Each state of a collection is left for good but for one way back: failed and paid after all."""
    spoken = [said(word, code) for word, code in words]
    found = provider_answers(spoken, [collection()])
    for step in found.steps:
        assert step.status in (STATUS.ACKNOWLEDGED, STATUS.REJECTED, STATUS.RETURNED, STATUS.REFUNDED)
    one_by_one = collection()
    for word in spoken:
        for step in provider_answers([word], [one_by_one]).steps:
            one_by_one = replace(one_by_one, status=step.status, reason_code=step.reason_code)
    last = found.steps[-1] if found.steps else None
    assert (one_by_one.status, one_by_one.reason_code) == (
        (STATUS.SENT, "") if last is None else (last.status, last.reason_code)
    )
