from __future__ import annotations

from datetime import date

import pytest

from collect.hand_overs import Bar, Case, HandOverPolicy, Receiver, as_told, bar, changes
from ledger.hand_over import Balance, HandOverAct, HandOverEvent
from ledger.money import Money
from ledger.party import CustomerType

DAY = date(2026, 4, 1)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def balances(**amounts: str) -> tuple[Balance, ...]:
    return tuple(Balance(document=document, open=eur(amount)) for document, amount in amounts.items())


def policy(receiver: Receiver = Receiver.AGENCY, number: str = "", *, release: bool = False) -> HandOverPolicy:
    return HandOverPolicy(receiver=receiver, name="Inkasso", register_number=number, release=release)


def released(*documents: str) -> HandOverAct:
    return HandOverAct(
        event=HandOverEvent.RELEASED,
        case="",
        customer_id="C1",
        balances=balances(**dict.fromkeys(documents, "1")),
        by="ann",
        on=DAY,
    )


def barred(
    rules: HandOverPolicy,
    country: str,
    audience: CustomerType,
    *acts: HandOverAct,
    documents: tuple[str, ...] = ("F1",),
) -> Bar | None:
    return bar(rules, customer_id="C1", country=country, audience=audience, documents=documents, acts=acts)


@pytest.mark.parametrize("country", ["NL", "BE"])
def test_a_consumers_case_goes_to_a_registered_agency_only(country: str) -> None:
    assert barred(policy(), country, CustomerType.CONSUMER) is Bar.NOT_REGISTERED
    assert barred(policy(number="12345"), country, CustomerType.CONSUMER) is None
    assert barred(policy(), country, CustomerType.BUSINESS) is None
    assert barred(policy(Receiver.BAILIFF), country, CustomerType.CONSUMER) is None
    assert barred(policy(Receiver.LAWYER), country, CustomerType.CONSUMER) is None
    assert barred(policy(), "DE", CustomerType.CONSUMER) is None


def test_a_person_releases_all_of_it() -> None:
    rules = policy(release=True)
    assert barred(rules, "NL", CustomerType.BUSINESS) is Bar.RELEASE
    assert barred(rules, "NL", CustomerType.BUSINESS, released("F1")) is None
    assert barred(rules, "NL", CustomerType.BUSINESS, released("F1"), documents=("F1", "F2")) is Bar.RELEASE
    assert barred(rules, "NL", CustomerType.BUSINESS, released("F1"), released("F2"), documents=("F1", "F2")) is None


CASE = Case(case="H1", customer_id="C1", balances=balances(F1="100", F2="50"), credit=eur("0"))


def told(*acts: HandOverAct, **open_now: str) -> list[tuple[HandOverEvent, str, str]]:
    now = {document: eur(amount) for document, amount in open_now.items()}
    found = changes(as_told([CASE], acts), now, {})
    return [(one.event, one.before.decimal(), one.now.decimal()) for one in found]


def act(event: HandOverEvent, credit: Money | None = None, **amounts: str) -> HandOverAct:
    return HandOverAct(
        event=event, case="H1", customer_id="C1", balances=balances(**amounts), by="afletter", on=DAY, credit=credit
    )


def test_money_that_comes_in_reduces_or_recalls_a_case() -> None:
    assert told(F1="100", F2="50") == []
    assert told(F1="60", F2="50") == [(HandOverEvent.REDUCED, "150.00", "110.00")]
    assert told(F2="50") == [(HandOverEvent.REDUCED, "150.00", "50.00")]
    assert told() == [(HandOverEvent.RECALLED, "150.00", "0.00")]


def test_each_change_is_told_once_and_money_that_goes_back_raises_it() -> None:
    reduced = act(HandOverEvent.REDUCED, F1="60", F2="50")
    assert told(reduced, F1="60", F2="50") == []
    assert told(reduced, F1="100", F2="50") == [(HandOverEvent.RAISED, "110.00", "150.00")]
    recalled = act(HandOverEvent.RECALLED, F1="0", F2="0")
    assert told(reduced, recalled) == []


def test_a_credit_on_account_counts_and_never_for_more_than_is_owed() -> None:
    other = Case(case="H2", customer_id="C1", balances=balances(F3="30"), credit=eur("0"))
    now = {"F1": eur("100"), "F2": eur("50"), "F3": eur("30")}
    found = list(changes([CASE, other], now, {"C1": eur("160")}))
    assert [(one.case.case, one.event, one.now.decimal(), one.case.credit.decimal()) for one in found] == [
        ("H1", HandOverEvent.RECALLED, "0.00", "150.00"),
        ("H2", HandOverEvent.REDUCED, "20.00", "10.00"),
    ]
    again = as_told([CASE, other], [act(HandOverEvent.RECALLED, eur("150"), F1="100", F2="50")])
    assert [one.case.case for one in changes(again, now, {"C1": eur("160")})] == ["H2"]
    # Money in another currency settles nothing here.
    assert list(changes([CASE], now, {"C1": Money(100, "USD")})) == []
