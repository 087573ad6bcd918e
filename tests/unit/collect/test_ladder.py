"""The ladder as a clerk's calendar: nudges, levels, waits, audiences and ways; every day is decided twice."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from collect.agreements import Agreements
from collect.freshness import AccountFreshness, Freshness
from collect.ladder import UNNUMBERED, Audience, Ladders, Step, default_ladder, ladder_faults, numbered
from collect.law.ladders import Fee
from collect.reminders import Channel, Held, HoldReason, ReminderPolicy, Standing, due
from collect.reminders_ahead import ahead
from ledger.claims import LetterType
from ledger.documents import OpenItem
from ledger.media import Medium
from ledger.party import Address, Customer, CustomerType
from ledger.reminders import MessageKind, Reminder
from tests.unit.collect.debtors import customer, eur, item

DUE = date(2026, 6, 1)
MAIL = Channel(name="mail", medium=Medium.EMAIL)
PRINT = Channel(name="print", medium=Medium.LETTER)
PHONE = Channel(name="phone", medium=Medium.PHONE)
ALL = (MAIL, PRINT, PHONE)


def complete(as_of: date) -> Freshness:
    return Freshness(accounts=(AccountFreshness(account="BE55734798953744", closing_on=as_of),))


def policy(country: str = "BE", *steps: Step, channels: tuple[Channel, ...] = ALL) -> ReminderPolicy:
    return ReminderPolicy(
        country=country, channels=channels, ladders=Ladders(country=country, steps=steps), minimum=eur("0.00")
    )


def step(days: int, kind: MessageKind = MessageKind.REMINDER, **more: object) -> Step:
    media = {MessageKind.PHONE: (Medium.PHONE,)}.get(kind, (Medium.EMAIL, Medium.LETTER))
    level = 0 if kind is MessageKind.NUDGE else UNNUMBERED
    plain = Step(level=level, kind=kind, days_after_due=days, minimum_days=7, pause_days=7, media=media)
    return replace(plain, **more)  # type: ignore[arg-type]


@dataclass
class Desk:
    policy: ReminderPolicy
    customers: dict[str, Customer] = field(default_factory=lambda: {"C1": customer("C1")})
    items: dict[str, OpenItem] = field(default_factory=dict)
    history: list[Reminder] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    unreachable: set[tuple[str, Medium]] = field(default_factory=set)
    agreements: Agreements = field(default_factory=Agreements)

    def put(self, *items: OpenItem) -> None:
        self.items.update({one.document.number: one for one in items})

    def _look(self, as_of: date) -> list[Reminder | Held]:
        standing = Standing(
            freshness=complete(as_of), unreachable=frozenset(self.unreachable), agreements=self.agreements
        )
        return list(
            due(
                self.policy,
                self.items.values(),
                customers=self.customers,
                history=self.history,
                standing=standing,
                as_of=as_of,
            )
        )

    def after(self, days: int) -> list[Reminder]:
        """What is sent so many days after the day on which most invoices are due."""
        as_of = DUE + timedelta(days=days)
        found = self._look(as_of)
        sent = [one for one in found if isinstance(one, Reminder)]
        self.held = [one for one in found if isinstance(one, Held)]
        self.history += sent
        assert not [one for one in self._look(as_of) if isinstance(one, Reminder)]
        return sent

    def calendar(self, *days: int) -> dict[int, tuple[str, int, str]]:
        """Kind, level and channel of what is sent on which day of a span."""
        return {day: (one.kind.value, one.level, one.channel) for day in range(*days) for one in self.after(day)}


BUSINESS, CONSUMER = CustomerType.BUSINESS, CustomerType.CONSUMER


def resident(country: str, type_: CustomerType) -> Customer:
    address = Address(street="Straat 1", postcode="1000", city="Stad", country=country)
    return replace(customer("C1", type_=type_), address=address, phone="+32 9 111 11 11")


@pytest.mark.parametrize(
    ("country", "audience", "calendar"),
    [
        (
            "BE",
            BUSINESS,
            {-3: ("nudge", 0), 7: ("reminder", 1), 15: ("notice_of_default", 2), 17: ("phone", 3)},
        ),
        (
            "BE",
            CONSUMER,
            {-3: ("nudge", 0), 7: ("reminder", 1), 22: ("notice_of_default", 2), 29: ("reminder", 3), 31: ("phone", 4)},
        ),
        (
            "NL",
            BUSINESS,
            {-3: ("nudge", 0), 7: ("reminder", 1), 14: ("notice_of_default", 2), 16: ("phone", 3)},
        ),
        (
            "DE",
            BUSINESS,
            {-3: ("nudge", 0), 7: ("reminder", 1), 17: ("notice_of_default", 2), 19: ("phone", 3)},
        ),
        (
            "DE",
            CONSUMER,
            {
                -3: ("nudge", 0),
                7: ("reminder", 1),
                19: ("reminder", 2),
                29: ("notice_of_default", 3),
                31: ("phone", 4),
            },
        ),
    ],
)
def test_default_ladders(country: str, audience: CustomerType, calendar: dict[int, tuple[str, int]]) -> None:
    desk = Desk(policy(country), customers={"C1": resident(country, audience)})
    desk.put(item("1", "121.00", DUE))
    assert {day: found[:2] for day, found in desk.calendar(-20, 120).items()} == calendar


def test_a_dutch_consumer_gets_each_letter_after_the_term_of_the_one_before() -> None:
    desk = Desk(policy("NL"), customers={"C1": resident("NL", CONSUMER)})
    desk.put(item("1", "121.00", DUE))
    calendar = desk.calendar(-20, 120)
    assert [found[:2] for found in calendar.values()] == [
        ("nudge", 0),
        ("reminder", 1),
        ("notice_of_default", 2),
        ("reminder", 3),
        ("phone", 4),
    ]
    days = list(calendar)
    assert all(later - earlier >= 15 for earlier, later in pairwise(days[1:4]))


def test_the_handover_comes_last_and_nothing_after_it() -> None:
    desk = Desk(replace(policy("BE"), hand_over="agency"))
    desk.put(item("1", "121.00", DUE))
    assert list(desk.calendar(-20, 200).values())[-1] == ("hand_over", 4, "agency")
    assert desk.after(210) == []


def test_a_step_without_a_channel_waits_and_says_so() -> None:
    desk = Desk(policy("BE", channels=(MAIL,)))
    desk.put(item("1", "121.00", DUE))
    assert list(desk.calendar(-20, 40).values())[-1] == ("notice_of_default", 2, "mail")
    desk.after(40)
    assert [(one.reason, one.detail) for one in desk.held] == [(HoldReason.NO_CHANNEL, "phone")]


def test_an_optional_step_without_a_channel_does_not_stand_in_the_way_of_a_later_one() -> None:
    desk = Desk(replace(policy("BE", channels=(MAIL,)), hand_over="agency"))
    desk.put(item("1", "121.00", DUE))
    assert list(desk.calendar(-20, 80).values())[-1] == ("hand_over", 4, "agency")


def test_a_nudge_once_and_not_after_the_due_date() -> None:
    desk = Desk(policy("BE", step(-7, MessageKind.NUDGE), step(-2, MessageKind.NUDGE), step(10)))
    desk.put(item("1", "50.00", DUE))
    assert desk.calendar(-20, 30) == {-7: ("nudge", 0, "mail"), 0: ("nudge", 0, "mail"), 10: ("reminder", 1, "mail")}
    late = Desk(desk.policy)
    late.put(item("1", "50.00", DUE))
    assert late.calendar(1, 30) == {10: ("reminder", 1, "mail")}


def test_a_nudge_does_not_put_a_reminder_off() -> None:
    desk = Desk(policy("BE", step(-2, MessageKind.NUDGE), step(1)))
    desk.put(item("1", "50.00", DUE))
    assert desk.calendar(-20, 8) == {-2: ("nudge", 0, "mail"), 1: ("reminder", 1, "mail")}


def test_what_is_not_due_yet_is_never_in_a_reminder() -> None:
    """Not even when its nudge has to wait for the message before it."""
    desk = Desk(policy("BE", step(-2, MessageKind.NUDGE), step(1)))
    desk.put(item("1", "50.00", DUE), item("2", "30.00", DUE + timedelta(days=3)))
    desk.after(-2)
    (sent,) = desk.after(1)
    assert (sent.documents, sent.level) == (("1",), 1)


def test_a_moved_due_date_is_nudged_again() -> None:
    desk = Desk(policy("BE", step(-2, MessageKind.NUDGE)))
    desk.put(item("1", "50.00", DUE))
    desk.after(-2)
    desk.put(item("1", "50.00", DUE + timedelta(days=30)))
    assert list(desk.calendar(-1, 40)) == [28]


def test_each_product_has_its_own_nudge() -> None:
    variants = {"water": "nudge_water"}
    desk = Desk(policy("BE", step(-2, MessageKind.NUDGE, variants=variants, template="nudge_other")))
    water = item("1", "50.00", DUE)
    desk.put(replace(water, document=replace(water.document, product="water")))
    (sent,) = desk.after(-2)
    assert sent.template == "nudge_water"
    other = item("2", "50.00", DUE + timedelta(days=10))
    desk.put(
        other,
        replace(water, document=replace(water.document, number="3", product="water", due_on=other.document.due_on)),
    )
    (both,) = desk.after(8)
    assert (both.documents, both.template) == (("2", "3"), "nudge_other")


def test_the_next_medium_when_there_is_no_address_or_a_message_came_back() -> None:
    desk = Desk(policy("BE", step(7), step(21)), customers={"C1": customer("C1", email="")})
    desk.put(item("1", "50.00", DUE))
    assert [one.channel for one in desk.after(7)] == ["print"]
    desk.customers["C1"] = customer("C1")
    assert [one.channel for one in desk.after(21)] == ["mail"]
    desk.history.pop()
    desk.unreachable.add(("C1", Medium.EMAIL))
    assert [(one.level, one.channel, one.medium) for one in desk.after(22)] == [(2, "print", Medium.LETTER)]
    desk.unreachable.add(("C1", Medium.LETTER))
    desk.history.pop()
    assert desk.after(23) == []
    assert [one.reason for one in desk.held] == [HoldReason.NO_ADDRESS]


def test_an_invoice_that_is_to_be_called_about() -> None:
    """After five days the call, whatever the ladder says; then what comes after calls, and no reminder that came before them."""
    desk = Desk(policy("BE"), customers={"C1": resident("BE", BUSINESS)})
    one = item("1", "50.00", DUE)
    desk.put(replace(one, document=replace(one.document, call_after_days=5)))
    assert desk.calendar(1, 60) == {5: ("phone", 3, "phone")}
    late = Desk(policy("BE"), customers={"C1": resident("BE", BUSINESS)})
    late.put(replace(one, document=replace(one.document, call_after_days=9)))
    assert late.calendar(1, 60) == {7: ("reminder", 1, "mail"), 9: ("phone", 3, "phone")}


def test_a_call_takes_no_letters_step() -> None:
    desk = Desk(policy("BE", step(5), step(20, MessageKind.PHONE)), customers={"C1": resident("BE", BUSINESS)})
    desk.put(item("1", "50.00", DUE), item("2", "30.00", DUE + timedelta(days=14)))
    desk.after(5)
    (call,) = desk.after(20)
    assert (call.kind, call.documents, call.levels) == (MessageKind.PHONE, ("1", "2"), (2, 0))
    (letter,) = desk.after(27)
    assert (letter.level, letter.levels) == (1, (2, 1))


def test_a_new_invoice_every_week_does_not_keep_the_notice_away() -> None:
    desk = Desk(policy("BE"))
    desk.put(*(item(f"{week:02}", "50.00", DUE + timedelta(days=7 * week)) for week in range(12)))
    sent = {day: one.level for day in range(1, 60) for one in desk.after(day)}
    assert sent[21] == 2
    assert [day for day, level in sent.items() if level == 2] == [21, 28, 35, 42, 49, 56]
    assert {one.customer_id: one.reason for one in desk.held} == {"C1": HoldReason.NO_ADDRESS}


def test_the_fourteen_day_letter_is_about_what_is_in_default_and_nothing_else() -> None:
    ladders = Ladders(country="NL", claims=True)
    desk = Desk(replace(policy("NL"), ladders=ladders), customers={"C1": resident("NL", CONSUMER)})
    desk.put(item("1", "50.00", DUE), item("2", "30.00", DUE + timedelta(days=20)))
    sent = [one for day in range(1, 40) for one in desk.after(day)]
    (letter,) = [one for one in sent if one.letter is LetterType.FOURTEEN_DAYS]
    assert (letter.documents, letter.level) == (("1",), 2)


def test_steps_for_some_customers_only() -> None:
    consumers = Audience(types=frozenset({CONSUMER}))
    vip = Audience(groups=frozenset({"vip"}))
    others = Audience(types=frozenset({BUSINESS}), not_groups=frozenset({"vip"}))
    desk = Desk(policy("BE", step(5, audience=consumers), step(8, audience=others), step(30, audience=vip)))
    desk.customers = {
        "C1": customer("C1", type_=CONSUMER),
        "C2": customer("C2"),
        "C3": replace(customer("C3"), group="vip"),
    }
    desk.put(*(item(f"{number}", "50.00", DUE, customer_id=f"C{number}") for number in (1, 2, 3)))
    sent = {(one.customer_id, day, one.level) for day in range(60) for one in desk.after(day)}
    assert sent == {("C1", 5, 1), ("C2", 8, 1), ("C3", 30, 1)}


def test_who_is_excluded_is_never_reminded() -> None:
    excluded = (Audience(groups=frozenset({"state"})), Audience(customers=frozenset({"C2"})))
    desk = Desk(replace(policy("BE"), excluded=excluded))
    desk.customers = {"C1": replace(customer("C1"), group="state"), "C2": customer("C2"), "C3": customer("C3")}
    desk.put(*(item(f"{number}", "50.00", DUE, customer_id=f"C{number}") for number in (1, 2, 3)))
    assert [one.customer_id for one in desk.after(7)] == ["C3"]
    assert {(one.customer_id, one.reason) for one in desk.held} == {
        ("C1", HoldReason.EXCLUDED),
        ("C2", HoldReason.EXCLUDED),
    }


@pytest.mark.parametrize("seen", [0, 1])
def test_nobody_is_reminded_before_the_statements_reach_past_the_due_date(seen: int) -> None:
    desk = Desk(policy("BE", step(1)))
    desk.put(item("1", "50.00", DUE))
    (found,) = due(
        desk.policy,
        desk.items.values(),
        customers=desk.customers,
        history=(),
        standing=Standing(freshness=complete(DUE + timedelta(days=seen))),
        as_of=DUE + timedelta(days=1),
    )
    if seen:
        assert isinstance(found, Reminder)
    else:
        assert isinstance(found, Held)
        assert (found.reason, found.detail) == (HoldReason.STATEMENTS, DUE.isoformat())


def test_a_preview_is_what_then_happens() -> None:
    desk = Desk(policy("BE"))
    desk.put(item("1", "121.00", DUE), item("2", "50.00", DUE + timedelta(days=12)))
    as_of = DUE - timedelta(days=5)
    foreseen = list(
        ahead(
            desk.policy,
            desk.items.values(),
            customers=desk.customers,
            history=(),
            standing=Standing(freshness=complete(as_of)),
            as_of=as_of,
        )
    )
    assert foreseen == [one for day in range(-5, 25) for one in desk.after(day)]
    assert len(foreseen) >= 3


def test_faults_of_a_ladder() -> None:
    assert not [*ladder_faults(default_ladder("NL", CONSUMER))]
    wrong = numbered([step(5, MessageKind.HAND_OVER), step(4), step(0, level=1, minimum_days=0), step(1, level=0)])
    assert len([*ladder_faults(wrong)]) == 6


def test_only_a_tenant_that_wants_it_asks_for_costs() -> None:
    for country in ("BE", "NL", "DE", "FR"):
        for audience in CustomerType:
            somebody = resident(country, audience)
            plain = Ladders(country=country).of(somebody)
            assert all(one.fee is Fee.NONE and not one.interest for one in plain)
            assert not any(one.letter is LetterType.FOURTEEN_DAYS for one in plain)
    assert any(one.fee is Fee.SCALE for one in Ladders(country="NL", claims=True).of(resident("NL", CONSUMER)))
