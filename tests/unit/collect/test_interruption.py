from __future__ import annotations

from datetime import date

from collect.interruption import ServiceView, decide
from ledger.money import Money
from ledger.services import ServiceAct, ServiceEvent

LETTER = date(2026, 4, 1)
STOPS = date(2026, 4, 8)
OWED = {"F1": Money(1000, "EUR"), "F2": Money(500, "EUR")}


def act(event: ServiceEvent, on: date, *documents: str, effective: date | None = None) -> ServiceAct:
    return ServiceAct(
        event=event,
        customer_id="C1",
        documents=documents or ("F1", "F2"),
        on=on,
        effective_on=effective or on,
        message_id="M1" if event is ServiceEvent.ANNOUNCED else "",
    )


ANNOUNCED = act(ServiceEvent.ANNOUNCED, LETTER, effective=STOPS)
STOPPED = act(ServiceEvent.INTERRUPTED, STOPS)


def view(
    owed: dict[str, Money] | None = None,
    *,
    covered: bool = False,
    unclear: bool = False,
    blind: bool = False,
    left: bool = True,
) -> ServiceView:
    return ServiceView(
        owed=OWED if owed is None else owed,
        covered={"C1"} if covered else set(),
        unclear={"C1"} if unclear else set(),
        blind=blind,
        left={"M1"} if left else set(),
    )


def decided(*acts: ServiceAct, on: date = STOPS, facts: ServiceView | None = None) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.event.value, one.documents) for one in decide(acts, facts or view(), on)]


def test_the_service_stops_on_the_announced_day_and_not_before() -> None:
    assert decided(ANNOUNCED, on=date(2026, 4, 7)) == []
    assert decided(ANNOUNCED) == [("interrupted", ("F1", "F2"))]
    assert decided(ANNOUNCED, STOPPED) == []
    assert decided() == []


def test_only_for_what_is_certainly_still_owed() -> None:
    assert decided(ANNOUNCED, facts=view({"F2": OWED["F2"]})) == [("interrupted", ("F2",))]
    assert decided(ANNOUNCED, facts=view({})) == []
    assert decided(ANNOUNCED, facts=view({"F9": OWED["F2"]})) == []
    for facts in (view(covered=True), view(unclear=True), view(blind=True), view(left=False)):
        assert decided(ANNOUNCED, facts=facts) == []


def test_it_comes_back_when_nothing_of_it_is_owed() -> None:
    assert decided(ANNOUNCED, STOPPED, facts=view({"F2": OWED["F2"]})) == []
    assert decided(ANNOUNCED, STOPPED, facts=view({})) == [("resumed", ("F1", "F2"))]
    # To give it back, nothing needs to be certain.
    assert decided(ANNOUNCED, STOPPED, facts=view({}, blind=True, unclear=True)) == [("resumed", ("F1", "F2"))]
    assert decided(ANNOUNCED, STOPPED, facts=view(covered=True)) == [("resumed", ("F1", "F2"))]


def test_once_given_back_it_stops_only_after_another_letter() -> None:
    resumed = act(ServiceEvent.RESUMED, date(2026, 4, 9))
    assert decided(ANNOUNCED, STOPPED, resumed, on=date(2026, 4, 20)) == []
    again = act(ServiceEvent.ANNOUNCED, date(2026, 5, 1), "F2", effective=date(2026, 5, 8))
    assert decided(ANNOUNCED, STOPPED, resumed, again, on=date(2026, 5, 8)) == [("interrupted", ("F2",))]
