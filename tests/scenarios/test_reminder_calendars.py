"""A clerk's calendars: what a customer gets on which day in Belgium, the Netherlands and Germany, and what the bank keeps back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from collect.reminders import HoldReason
from daemon.cycle import CycleResult
from daemon.exports import ExportKind
from daemon.policies import abroad
from daemon.tenant import opened
from tests.scenarios.channels import mails, mails_to
from tests.scenarios.clerk import Clerk, Line

IBAN_B = "BE71096123456769"
WAYS = """\
reminders:
  sender: a@scenario.example
  channels:
    - {use: maildir, path: mail}
    - {use: print_folder, path: print}
    - {use: phone_list, path: phone}
"""
#: The invoice is due on Thursday 3 September 2026.
DUE = date(2026, 9, 3)


def clerk_in(folder: Path, country: str, type_: str, more: str = WAYS, **customer: str) -> Clerk:
    """One customer with an invoice of 121.00."""
    clerk = Clerk(folder, country=country, more=more)
    clerk.customer("B", "Baert BV", ibans=IBAN_B, type=type_, country=country, phone="+32 9 111 11 11", **customer)
    clerk.invoice("F1", "B", "121.00", "2026-08-04", DUE.isoformat(), payment_reference="000000001111")
    return clerk


def calendar(clerk: Clerk, *offsets: int) -> list[tuple[int, str, str, str]]:
    """A statement and a cycle so many days after the due date; answers days, kind, level and channel of every message so far."""
    for offset in offsets:
        day = (DUE + timedelta(days=offset)).isoformat()
        clerk.statement(day)
        clerk.sync(day)
    return told(clerk)


def told(clerk: Clerk) -> list[tuple[int, str, str, str]]:
    return [
        ((date.fromisoformat(row["as_of"]) - DUE).days, row["kind"], row["level"], row["channel"].rpartition("/")[2])
        for row in clerk.rows(ExportKind.REMINDERS)
        if row["status"] == "sent"
    ]


def paying(amount: str) -> Line:
    return Line(amount=amount, structured="000000001111", name="Baert BV", iban=IBAN_B)


def held(result: CycleResult) -> list[HoldReason]:
    return [one.reason for one in result.held_back.held]


MAIL, PHONE = "0", "2"


@pytest.mark.parametrize(
    ("country", "type_", "calendar_of"),
    [
        (
            "BE",
            "business",
            [
                (-3, "nudge", "0", MAIL),
                (7, "reminder", "1", MAIL),
                (15, "notice_of_default", "2", MAIL),
                (17, "phone", "3", PHONE),
            ],
        ),
        (
            "BE",
            "consumer",
            [
                (-3, "nudge", "0", MAIL),
                (7, "reminder", "1", MAIL),
                (22, "notice_of_default", "2", MAIL),
                (29, "reminder", "3", MAIL),
                (31, "phone", "4", PHONE),
            ],
        ),
        (
            "NL",
            "business",
            [
                (-3, "nudge", "0", MAIL),
                (7, "reminder", "1", MAIL),
                (14, "notice_of_default", "2", MAIL),
                (16, "phone", "3", PHONE),
            ],
        ),
        (
            "DE",
            "business",
            [
                (-3, "nudge", "0", MAIL),
                (7, "reminder", "1", MAIL),
                (17, "notice_of_default", "2", MAIL),
                (19, "phone", "3", PHONE),
            ],
        ),
    ],
)
def test_the_calendar_of_a_debtor(
    tmp_path: Path, country: str, type_: str, calendar_of: list[tuple[int, str, str, str]]
) -> None:
    clerk = clerk_in(tmp_path, country, type_)
    days = [day for day, *_ in calendar_of]
    around = sorted({*days, *(day - 1 for day in days), *(day + 1 for day in days)})
    assert calendar(clerk, *around) == calendar_of


def test_a_dutch_consumer_is_given_the_term_of_each_letter(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "NL", "consumer")
    found = calendar(clerk, -3, 6, 7, 8, 22, 23, 24, 38, 39, 40, 41, 42)
    assert [(kind, level) for _, kind, level, _ in found] == [
        ("nudge", "0"),
        ("reminder", "1"),
        ("notice_of_default", "2"),
        ("reminder", "3"),
        ("phone", "4"),
    ]
    assert found[2][0] - found[1][0] >= 15
    assert found[3][0] - found[2][0] >= 16


def test_costs_are_asked_of_a_dutch_consumer_only_after_the_fourteen_day_letter(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "NL", "consumer", more=WAYS + "  claims: true\n")
    calendar(clerk, 7, 23, 38, 39)
    mails = mails_to(clerk, "B")
    asking = [mail for mail in mails if "40,00" in mail.text]
    # The letter that announces the costs, and the one that asks for them.
    assert len(asking) == 2
    assert "veertien dagen" in asking[0].text
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        rows = [row.reminder for row in t.reminders.rows() if row.status == "sent"]
    assert [(one.announced, one.costs) for one in rows if one.announced or one.costs] == [(4000, 0), (0, 4000)]
    assert all(not one.interest for one in rows if one.level < 3)
    assert any(one.interest for one in rows)


def test_a_belgian_business_owes_the_fixed_sum_where_the_tenant_asks_for_it(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "BE", "business", more=WAYS + "  claims: true\n")
    calendar(clerk, 7, 15)
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        rows = [row.reminder for row in t.reminders.rows() if row.status == "sent" and row.reminder.level]
    assert [one.costs for one in rows if one.kind.value != "phone"] == [4000, 4000]
    # 10.5 % on 121.00 from 4 September, up to the day before: 6 and 14 days.
    assert [one.interest for one in rows if one.kind.value != "phone"] == [21, 49]


def test_a_letter_where_there_is_no_mail_address(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "BE", "business", email="")
    assert [one for one in calendar(clerk, 7) if one[1] == "reminder"] == [(7, "reminder", "1", "1")]
    assert any(name.endswith(".pdf") for name in clerk.delivered("print"))


def test_what_bounces_goes_by_the_next_way_at_the_same_step_with_a_new_term(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "BE", "consumer")
    calendar(clerk, -3, 7)
    with opened(clerk.config) as tenant, tenant.store.transaction() as t:
        (row,) = [row for row in t.reminders.rows() if row.reminder.level == 1]
        t.reminders.set_status(row.message_id, "bounced")
    found = calendar(clerk, 8, 9, 26, 27, 28)
    assert [one for one in found if one[1] != "nudge"][:2] == [
        (8, "reminder", "1", "1"),
        (27, "notice_of_default", "2", "1"),
    ]


def test_without_a_word_about_it_a_call_waits_in_status(tmp_path: Path) -> None:
    more = "reminders:\n  sender: a@scenario.example\n  channel: {use: maildir, path: mail}\n"
    clerk = clerk_in(tmp_path, "BE", "business", more=more)
    calendar(clerk, 7, 15, 40)
    assert "1 × er is geen kanaal ingesteld voor deze stap" in clerk.status("2026-10-13").waiting


def test_an_invoice_says_when_its_customer_is_called(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "BE", "business")
    clerk.invoice("F1", "B", "121.00", "2026-08-04", DUE.isoformat(), call_after_days="4")
    assert [one for one in calendar(clerk, -3, 3, 4, 5, 20) if one[1] != "nudge"] == [(4, "phone", "3", PHONE)]


def test_the_statements_reach_only_to_the_due_date_and_nobody_is_reminded(tmp_path: Path) -> None:
    """Whoever paid on the last day is in tomorrow's statement."""
    more = WAYS + "  steps: [{after_days: 1, kind: reminder, level: 1}]\n"
    clerk = clerk_in(tmp_path, "BE", "business", more=more)
    clerk.statement("2026-09-03")
    assert held(clerk.sync("2026-09-04")) == [HoldReason.STATEMENTS]
    clerk.statement("2026-09-04", paying("121.00"))
    clerk.sync("2026-09-07")
    assert told(clerk) == []


def test_a_broken_invoice_list_holds_everything_back(tmp_path: Path) -> None:
    """It knows what was paid at the portal, and what was credited."""
    clerk = clerk_in(tmp_path, "BE", "business")
    clerk.statement("2026-09-01")
    clerk.sync("2026-09-09")
    clerk.statement("2026-09-09")
    table = clerk.folder / "shop" / "invoices.csv"
    content = table.read_bytes()
    table.write_bytes(b"\xff\xfe broken")
    assert held(clerk.sync("2026-09-10")) == [HoldReason.STATEMENTS]
    table.write_bytes(content)
    clerk.sync("2026-09-11")
    assert [one[:2] for one in told(clerk)] == [(8, "reminder")]


def test_a_second_account_without_statements_holds_everything_back(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "BE", "business")
    text = clerk.tenant_file.read_text()
    second = "  - iban: BE68539007547034\n    statements: [{use: folder, path: bank2}]\naccounting:"
    (clerk.folder / "bank2").mkdir()
    clerk.tenant_file.write_text(text.replace("accounting:", second, 1))
    clerk.statement("2026-09-09")
    assert held(clerk.sync("2026-09-10")) == [HoldReason.STATEMENTS]


def test_while_nothing_can_be_seen_the_ladder_stands_still_and_then_takes_one_step(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "BE", "business")
    calendar(clerk, -3, 7)
    for day in ("2026-09-21", "2026-09-28", "2026-10-12"):
        assert held(clerk.sync(day)) == [HoldReason.STATEMENTS]
    clerk.statement("2026-10-13")
    clerk.sync("2026-10-14")
    clerk.sync("2026-10-15")
    clerk.statement("2026-10-15")
    clerk.sync("2026-10-16")
    found = [one for one in told(clerk) if one[1] != "nudge"]
    assert [one[:3] for one in found] == [(7, "reminder", "1"), (41, "notice_of_default", "2"), (43, "phone", "3")]


def test_one_message_with_everything_that_is_open(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "BE", "business")
    clerk.invoice("F2", "B", "60.00", "2026-08-04", "2026-09-08", payment_reference="000000002222")
    clerk.invoice("F3", "B", "9.00", "2026-08-04", "2026-10-08", payment_reference="000000003333")
    calendar(clerk, 7)
    (mail,) = [mail for mail in mails_to(clerk, "B") if "F1" in mail.text and "F2" in mail.text]
    assert "181,00" in mail.text
    assert "F3" not in mail.text


def test_your_invoice_is_paid_once_and_of_a_part_the_rest(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "BE", "business", more=WAYS + "  paid_confirmation: true\n")
    clerk.statement("2026-08-25")
    clerk.sync("2026-08-25")
    clerk.statement("2026-08-26", paying("100.00"))
    clerk.sync("2026-08-26")
    clerk.statement("2026-08-27", paying("21.00"))
    clerk.sync("2026-08-27")
    clerk.statement("2026-08-28", paying("21.00"))
    clerk.sync("2026-08-28")
    rows = [row for row in clerk.rows(ExportKind.REMINDERS) if row["kind"] == "paid_confirmation"]
    assert [(row["as_of"], row["amount_due"], row["status"]) for row in rows] == [
        ("2026-08-26", "21.00", "sent"),
        ("2026-08-27", "0.00", "sent"),
    ]
    part, whole = mails_to(clerk, "B")
    assert "21,00" in part.text
    assert "121,00" in whole.text or "21,00" in whole.text


def test_what_was_paid_before_the_confirmations_began_is_not_confirmed(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "BE", "business")
    clerk.statement("2026-08-26", paying("121.00"))
    clerk.sync("2026-08-26")
    text = clerk.tenant_file.read_text()
    clerk.tenant_file.write_text(text.replace("channels:", "paid_confirmation: true\n  channels:"))
    clerk.sync("2026-08-27")
    assert told(clerk) == []


def test_a_message_that_cannot_be_written_stops_that_one_alone(tmp_path: Path) -> None:
    clerk = clerk_in(tmp_path, "BE", "business", email="geen adres")
    clerk.customer("C", "Claes NV")
    clerk.invoice("F9", "C", "50.00", "2026-08-04", DUE.isoformat())
    clerk.statement("2026-09-09")
    clerk.sync("2026-09-10")
    rows = [(row["customer_id"], row["status"], row["channel"]) for row in clerk.rows(ExportKind.REMINDERS)]
    assert sorted(rows) == [
        ("B", "bounced", "reminders/channels/0"),
        ("B", "sent", "reminders/channels/1"),
        ("C", "sent", "reminders/channels/0"),
    ]
    assert [mail.to for mail in mails(clerk)] == ["c@example.be"]


OUTLAY = """\
reminders:
  sender: a@scenario.example
  channel: {use: maildir, path: mail}
  minimum_days_between: 10
  steps:
    - {after_days: 7, kind: reminder, audience: {type: consumer}}
    - {after_days: 20, kind: reminder, audience: {type: consumer}, fee: outlay, outlay: 0.80, after_term: true}
    - {after_days: 40, kind: notice_of_default, audience: {type: consumer}, fee: outlay, outlay: 0.76, after_term: true}
    - {after_days: 7, kind: reminder, audience: {type: business}}
"""


def test_a_step_asks_abroad_for_nothing_that_the_law_there_does_not_give(tmp_path: Path) -> None:
    """German postage: of a German consumer, once for each letter that asked for it; nobody else is asked for a cent."""
    clerk = Clerk(tmp_path, country="DE", more=OUTLAY)
    countries = ("DE", "NL", "AT", "FR")
    for number, country in enumerate(countries, start=1):
        clerk.customer(country, f"Kunde {country}", type="consumer", country=country, language="de")
        clerk.invoice(f"F{number}", country, "121.00", "2026-08-04", DUE.isoformat())
    calendar(clerk, 7, 30, 55)
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        rows = [row.reminder for row in t.reminders.rows() if row.status == "sent"]
    asked = {country: [one.costs for one in rows if one.customer_id == country] for country in countries}
    assert asked == {"DE": [0, 80, 156], "NL": [0, 0, 0], "AT": [0, 0, 0], "FR": [0, 0, 0]}
    assert [one.outlay for one in rows if one.customer_id == "DE"] == [0, 80, 76]
    said = abroad(clerk.config)
    assert any("under the law of NL" in line and line.endswith("it is not asked there") for line in said), said
