"""Reminders as a clerk's calendar; every day is decided twice, and the second time nothing goes out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collect.freshness import AccountFreshness, Freshness
from collect.ladder import Ladders, Step
from collect.reminders import Channel, Held, HoldReason, ReminderPolicy, Standing, due
from ledger.claims import LetterType
from ledger.documents import DocumentKind, ItemStatus, OpenItem
from ledger.media import Medium
from ledger.money import Money
from ledger.party import Customer, CustomerType
from ledger.reminders import MessageKind, Reminder
from tests.unit.collect.debtors import customer, eur, item

MAIL = Channel(name="mail", medium=Medium.EMAIL)
STEPS = tuple(
    Step(
        level=level,
        kind=MessageKind.REMINDER,
        days_after_due=days,
        minimum_days=14,
        pause_days=14,
        media=(Medium.EMAIL, Medium.LETTER),
    )
    for level, days in ((1, 7), (2, 21), (3, 35))
)
POLICY = ReminderPolicy(country="BE", channels=(MAIL,), ladders=Ladders(country="BE", steps=STEPS), minimum=eur("5.00"))
DUE = date(2026, 6, 1)


def fresh(as_of: date) -> Freshness:
    return Freshness(accounts=(AccountFreshness(account="BE55734798953744", closing_on=as_of),))


@dataclass
class Desk:
    items: dict[str, OpenItem] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=lambda: {"C1": customer()})
    policy: ReminderPolicy = POLICY
    history: list[Reminder] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    standing: Standing | None = None

    def put(self, *items: OpenItem) -> None:
        self.items.update({one.document.number: one for one in items})

    def look(self, as_of: date) -> list[Reminder | Held]:
        standing = self.standing or Standing(freshness=fresh(as_of))
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

    def day(self, as_of: date) -> list[Reminder]:
        found = self.look(as_of)
        sent = [one for one in found if isinstance(one, Reminder)]
        self.held = [one for one in found if isinstance(one, Held)]
        self.history += sent
        assert not [one for one in self.look(as_of) if isinstance(one, Reminder)]
        return sent

    def after(self, days: int) -> list[Reminder]:
        return self.day(DUE + timedelta(days=days))

    def reasons(self) -> list[HoldReason]:
        return [one.reason for one in self.held]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_three_reminders_and_no_more(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", DUE))
    sent = {days: one.level for days in range(120) for one in desk.after(days)}
    assert sent == {7: 1, 21: 2, 35: 3}
    assert {one.kind for one in desk.history} == {MessageKind.REMINDER}
    assert {one.amount_due for one in desk.history} == {eur("121.00")}


def test_catching_up_after_a_stop_sends_one_step(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", DUE))
    sent = {days: one.level for days in range(60, 120) for one in desk.after(days)}
    assert sent == {60: 1, 74: 2, 88: 3}


def test_one_message_lists_everything_overdue_and_each_invoice_climbs_its_own_ladder(desk: Desk) -> None:
    desk.put(item("2026-1", "100.00", DUE), item("2026-2", "50.00", DUE + timedelta(days=18)))
    desk.after(7)
    (second,) = desk.after(21)
    assert (second.level, second.documents, second.levels) == (2, ("2026-1", "2026-2"), (2, 0))
    assert second.amount_due == eur("150.00")
    assert desk.after(28) == []
    assert desk.reasons() == [HoldReason.TOO_SOON]
    assert desk.held[0].detail == (DUE + timedelta(days=35)).isoformat()
    (third,) = desk.after(35)
    assert (third.level, third.levels) == (3, (3, 1))


def test_what_is_not_overdue_is_not_listed(desk: Desk) -> None:
    desk.put(item("2026-1", "100.00", DUE), item("2026-2", "50.00", DUE + timedelta(days=7)))
    (sent,) = desk.after(7)
    assert sent.documents == ("2026-1",)


def test_only_the_rest_of_a_partly_paid_invoice_is_asked_for(desk: Desk) -> None:
    desk.put(item("2026-1", "21.00", DUE, gross="121.00", status=ItemStatus.PARTLY_SETTLED))
    assert [one.amount_due for one in desk.after(7)] == [eur("21.00")]


def test_paid_after_the_first_reminder_ends_it(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", DUE))
    desk.after(7)
    desk.items["2026-1"] = replace(desk.items["2026-1"], open=eur("0"), status=ItemStatus.SETTLED)
    assert desk.after(40) == []
    assert desk.held == []


@pytest.mark.parametrize(
    ("excluded", "reason"),
    [
        (item("2026-1", "9.00", DUE, status=ItemStatus.IN_COLLECTION), HoldReason.IN_COLLECTION),
        (item("2026-1", "9.00", DUE, status=ItemStatus.DISPUTED), HoldReason.DISPUTED),
        (item("2026-1", "9.00", DUE, blocked_by="promised"), HoldReason.BLOCKED),
        (item("2026-1", "9.00", DUE, settled_at_source="9.00"), HoldReason.PAID_AT_PORTAL),
    ],
)
def test_never_for_these(desk: Desk, excluded: OpenItem, reason: HoldReason) -> None:
    desk.put(excluded, item("2026-2", "50.00", DUE))
    (sent,) = desk.after(7)
    assert sent.documents == ("2026-2",)
    assert desk.reasons() == [reason]


@pytest.mark.parametrize("status", [ItemStatus.SETTLED, ItemStatus.WRITTEN_OFF, ItemStatus.CANCELLED])
def test_closed_documents_are_silent(desk: Desk, status: ItemStatus) -> None:
    desk.put(item("2026-1", "9.00", DUE, status=status))
    assert desk.after(7) == []
    assert desk.held == []


def test_never_for_what_direct_debit_takes_care_of(desk: Desk) -> None:
    desk.put(item("2026-1", "9.00", DUE))
    desk.standing = Standing(freshness=fresh(DUE + timedelta(days=7)), under_debit={"2026-1"})
    assert desk.after(7) == []
    assert desk.reasons() == [HoldReason.UNDER_DIRECT_DEBIT]


def test_never_while_a_payment_of_the_customer_waits_in_review(desk: Desk) -> None:
    desk.customers["C2"] = customer("C2")
    desk.put(item("2026-1", "9.00", DUE), item("2026-2", "9.00", DUE, customer_id="C2"))
    desk.standing = Standing(freshness=fresh(DUE + timedelta(days=7)), in_review={"C1"})
    assert [one.customer_id for one in desk.after(7)] == ["C2"]
    assert desk.reasons() == [HoldReason.ENTRY_IN_REVIEW]


def test_never_below_the_minimum(desk: Desk) -> None:
    desk.put(item("2026-1", "4.99", DUE))
    assert desk.after(7) == []
    assert desk.reasons() == [HoldReason.BELOW_MINIMUM]
    desk.put(item("2026-2", "0.01", DUE))
    assert [one.amount_due for one in desk.after(7)] == [eur("5.00")]


def test_never_to_a_customer_whose_credits_cover_the_debt(desk: Desk) -> None:
    desk.put(item("2026-1", "100.00", DUE), item("CN-1", "60.00", DUE, kind=DocumentKind.CREDIT_NOTE))
    day = DUE + timedelta(days=7)
    desk.standing = Standing(freshness=fresh(day), on_account={"C1": (eur("40.00"), Money(1, "USD"))})
    assert desk.day(day) == []
    assert desk.reasons() == [HoldReason.COVERED_BY_CREDITS]
    desk.standing = Standing(freshness=fresh(day), on_account={"C1": (eur("15.00"),)})
    assert [one.amount_due for one in desk.day(day)] == [eur("25.00")]


def test_a_credit_note_in_a_direct_debit_covers_nothing_else(desk: Desk) -> None:
    desk.put(item("2026-1", "100.00", DUE), item("CN-1", "60.00", DUE, kind=DocumentKind.CREDIT_NOTE))
    desk.standing = Standing(freshness=fresh(DUE + timedelta(days=7)), under_debit={"CN-1"})
    assert [one.amount_due for one in desk.after(7)] == [eur("100.00")]


def test_unknown_customers_and_those_without_an_address(desk: Desk) -> None:
    desk.customers = {"C2": customer("C2", email="")}
    desk.put(item("2026-1", "9.00", DUE), item("2026-2", "9.00", DUE, customer_id="C2"))
    assert desk.after(7) == []
    assert desk.reasons() == [HoldReason.CUSTOMER_UNKNOWN, HoldReason.NO_ADDRESS]


def test_old_statements_hold_everything_and_fresh_ones_send_exactly_what_is_due(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", DUE))
    desk.standing = Standing(freshness=fresh(DUE))
    assert desk.after(7) == []
    assert desk.reasons() == [HoldReason.STATEMENTS]
    assert desk.held[0].detail == "BE55734798953744 statement_too_old 2026-06-01"
    assert desk.after(25) == []
    desk.standing = None
    assert [one.level for one in desk.after(26)] == [1]
    assert [one.level for one in desk.after(40)] == [2]


def test_a_gap_in_the_statements_holds_everything(desk: Desk) -> None:
    desk.put(item("2026-1", "121.00", DUE))
    day = DUE + timedelta(days=7)
    gap = AccountFreshness(account="BE55", closing_on=day, gaps=("12 -> 14",))
    desk.standing = Standing(freshness=Freshness(accounts=(gap,)))
    assert desk.day(day) == []
    assert desk.held[0].detail == "BE55 statement_gap 12 -> 14"


def test_each_currency_is_asked_for_by_itself(desk: Desk) -> None:
    desk.put(item("2026-1", "9.00", DUE), item("2026-2", "9.00", DUE, currency="USD"))
    assert [str(one.amount_due) for one in desk.after(7)] == ["9.00 EUR", "9.00 USD"]


def test_other_messages_do_not_count_as_reminders(desk: Desk) -> None:
    desk.put(item("2026-1", "9.00", DUE))
    day = DUE + timedelta(days=6)
    desk.history.append(
        Reminder(
            customer_id="C1",
            documents=("2026-1",),
            level=0,
            kind=MessageKind.PRE_NOTIFICATION,
            channel="mail",
            as_of=day,
            amount_due=eur("9.00"),
        )
    )
    assert [one.level for one in desk.after(7)] == [1]


def test_an_older_history_without_levels_counts_for_all_its_documents(desk: Desk) -> None:
    desk.put(item("2026-1", "9.00", DUE), item("2026-2", "9.00", DUE))
    (sent,) = desk.after(7)
    desk.history = [replace(sent, levels=())]
    assert [one.levels for one in desk.after(21)] == [(2, 2)]


def test_a_step_waits_its_own_days(desk: Desk) -> None:
    first, second, _ = STEPS
    steps = (
        replace(first, days_after_due=1, minimum_days=5, pause_days=5),
        replace(second, days_after_due=2, minimum_days=20, pause_days=5),
    )
    desk.policy = replace(POLICY, ladders=Ladders(country="BE", steps=steps))
    desk.put(item("2026-1", "9.00", DUE), item("2026-2", "9.00", DUE + timedelta(days=3)))
    sent = {days: one.levels for days in range(40) for one in desk.after(days)}
    assert sent == {1: (1,), 6: (1, 1), 21: (2, 1), 26: (2, 2)}


def test_faults_of_the_settings() -> None:
    assert not POLICY.faults()
    step = STEPS[0]
    wrong = (replace(step, level=2, days_after_due=0), replace(step, level=1, days_after_due=-1, minimum_days=0))
    faulty = replace(POLICY, ladders=Ladders(country="BE", steps=wrong), minimum=eur("-1"), statement_working_days=-1)
    assert [name for name, _ in faulty.faults()] == ["steps"] * 4 + ["minimum", "statement_working_days"]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(1, 2), st.integers(0, 60), st.integers(1, 9_000)), max_size=8),
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 7)), max_size=4),
    st.sets(st.integers(0, 120), max_size=60),
)
def test_any_year_of_late_payers(
    invoices: list[tuple[int, int, int]], payments: list[tuple[int, int]], stopped: set[int]
) -> None:
    """Nobody who paid is reminded, no step twice, skipped or too early, and never two mails to a customer within their days."""
    desk = Desk(customers={"C1": customer("C1"), "C2": customer("C2")})
    for place, (owner, late, minor) in enumerate(invoices):
        due_on = DUE + timedelta(days=late)
        desk.put(item(f"D{place}", Money(minor, "EUR").decimal(), due_on, customer_id=f"C{owner}"))
    reached: dict[str, int] = {}
    last_on: dict[str, date] = {}
    for day in range(121):
        for paid_on, place in payments:
            if paid_on == day and f"D{place}" in desk.items:
                desk.items[f"D{place}"] = replace(desk.items[f"D{place}"], open=eur("0"), status=ItemStatus.SETTLED)
        if day in stopped:
            continue
        as_of = DUE + timedelta(days=day)
        for sent in desk.day(as_of):
            assert sent.amount_due == sum((desk.items[one].open for one in sent.documents), eur("0"))
            if sent.customer_id in last_on:
                assert as_of >= last_on[sent.customer_id] + timedelta(days=14)
            last_on[sent.customer_id] = as_of
            for document in sent.documents:
                level, before = sent.level_of(document), reached.get(document, 0)
                assert level - before in {0, 1}
                if level > before:
                    step = STEPS[level - 1]
                    assert as_of >= desk.items[document].document.due_on + timedelta(days=step.days_after_due)
                reached[document] = level
            assert desk.items[sent.documents[0]].open


@pytest.mark.parametrize("country", ["NL", "BE", "DE"])
def test_every_invoice_of_a_consumer_gets_the_letter_that_the_law_wants_for_it(country: str) -> None:
    """A second invoice comes due while the first is further up; the letter that announces costs, or is free, is one of its own for it too."""
    channels = (MAIL, Channel(name="phone", medium=Medium.PHONE))
    policy = replace(POLICY, country=country, channels=channels, ladders=Ladders(country=country, claims=True))
    debtor = customer(type_=CustomerType.CONSUMER)
    debtor = replace(debtor, phone="+32 9 1", address=replace(debtor.address, country=country))
    wanted = {"NL": LetterType.FOURTEEN_DAYS, "BE": LetterType.FREE_REMINDER}
    for apart in (1, 7, 8, 14, 15, 22, 30):
        desk = Desk(policy=policy, customers={"C1": debtor})
        desk.put(item("2026-1", "100.00", DUE), item("2026-2", "50.00", DUE + timedelta(days=apart)))
        letters: dict[str, list[LetterType]] = {"2026-1": [], "2026-2": []}
        for days in range(120):
            for one in desk.after(days):
                for number, level in zip(one.documents, one.levels, strict=True):
                    letters[number].append(one.letter)
                    asking = level >= {"NL": 3, "BE": 2, "DE": 2}[country] and one.kind is not MessageKind.PHONE
                    if asking and country in wanted:
                        assert wanted[country] in letters[number], (apart, days, one)
        # In Germany any letter that asks for the money is a demand.
        asking_letters = {wanted[country]} if country in wanted else set(LetterType) - {LetterType.PLAIN}
        assert all(asking_letters.intersection(found) for found in letters.values()), (apart, letters)
