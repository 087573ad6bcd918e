"""A creditor's days to the end of the ladder: businesses and consumers of three countries, who pay late, in part, after a call or never; credit
notes, calls with their outcomes, cases at an agency with what comes in afterwards, confirmations, mails that come back, bank files that come late,
a machine that dies; and an auditor who keeps books and calendars of its own.

The auditor holds the countries' ladders as docs/law.md has them and counts their terms by itself. After each day it works out whom the ladder must
tell what, and holds that against what left: everything due, nothing else, nobody who had paid by what the bank said, no step twice or too early,
no cent that the law does not give, every payment confirmed once, and the agency told in the same cycle what is still owed.

``python -m tests.simulation.case_year SEED DAYS`` runs it alone; a failure names its seed and day.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from config.tenant import TenantConfig
from daemon import cycle, proof, reminder_acts
from daemon.progress import SilentSteps
from daemon.review import Person
from daemon.tenant import opened
from ledger.calendar import is_working_day, public_holidays
from ledger.reminders import MessageKind, Reminder
from store.reminders import ReminderRow
from tests.scenarios.clerk import Clerk
from tests.simulation.killing import run_forked
from tests.simulation.late_bank import LateBank
from tests.unit.formats.notifications import notification

TENANT = """\
reminders:
  sender: debiteuren@scenario.example
  channels:
    - {use: maildir, path: mail}
    - {use: print_folder, path: print}
  delivery_reports: [{use: maildir, path: bounces}]
  claims: true
  paid_confirmation: true
  law: {instalments: false}
  calls:
    path: calls
    outcomes: [{use: folder, path: outcomes}]
  hand_over:
    name: Inkasso NV
    register_number: '123456'
    approval: none
    channel: {use: folder, path: agency}
"""
#: A promise's money may be on its way so long; so many days lie between two letters to one customer.
GRACE = 4
PAUSE = 7
NUDGE_BEFORE = 3
ATTEMPTS = 5
QUIET_WORKING_DAYS = 5
OUTCOME_HEADER = "customer_id,documents,called_on,half_day,outcome,promised_on,by,note\n"


@dataclass(frozen=True)
class Rung:
    """A step: its kind, its earliest day after the due date, the wait after the step before, and whether a term must have run out."""

    kind: str
    day: int
    wait: int
    after_term: bool = False


#: The ladders of docs/law.md, each first reminder on the seventh day.
LADDERS: dict[tuple[str, str], tuple[Rung, ...]] = {
    ("BE", "business"): (
        Rung("reminder", 7, 1),
        Rung("notice_of_default", 15, 8),
        Rung("phone", 17, 2),
        Rung("hand_over", 23, 8, after_term=True),
    ),
    ("BE", "consumer"): (
        Rung("reminder", 7, 1),
        Rung("notice_of_default", 22, 1, after_term=True),
        Rung("reminder", 29, 7),
        Rung("phone", 31, 2),
        Rung("hand_over", 43, 14, after_term=True),
    ),
    ("NL", "consumer"): (
        Rung("reminder", 7, 1),
        Rung("notice_of_default", 21, 1, after_term=True),
        Rung("reminder", 36, 1, after_term=True),
        Rung("phone", 38, 2),
        Rung("hand_over", 43, 7, after_term=True),
    ),
    ("DE", "consumer"): (
        Rung("reminder", 7, 1),
        Rung("reminder", 17, 1, after_term=True),
        Rung("notice_of_default", 27, 10),
        Rung("phone", 29, 2),
        Rung("hand_over", 37, 10, after_term=True),
    ),
}
WRITTEN = ("reminder", "notice_of_default")
#: From which level on something is asked beside the principal; the letter of level 2 to a Dutch consumer is about what is in default only.
ASKS_FROM = {("BE", "business"): 1, ("BE", "consumer"): 2, ("NL", "consumer"): 3, ("DE", "consumer"): 2}
FOURTEEN_DAYS = ("NL", "consumer"), 2
FREE_REMINDER = ("BE", "consumer"), 1
#: Interest a year in tenths of a percent (2026, the larger of both half-years), and the day after which the program's tables know none.
MOST_INTEREST = {("BE", "business"): 1050, ("BE", "consumer"): 450, ("NL", "consumer"): 400, ("DE", "consumer"): 652}
RATE_KNOWN_BEFORE = date(2027, 1, 1)
FIXED_SUM = 4000


@dataclass
class Bill:
    """What the auditor knows of an invoice; amounts in cents. ``paid``: what the bank's files said; ``promised``: what is on its way, seen or not."""

    number: str
    customer: str
    total: int
    due_on: date
    payments: list[tuple[date, int]] = field(default_factory=list)
    on_its_way: int = 0
    credited: int = 0
    level: int = 0
    raised_on: date | None = None
    told: tuple[date, str] | None = None
    nudged_on: date | None = None
    disputed: bool = False
    promise_until: date | None = None
    hold_until: date | None = None
    handed_over: bool = False
    confirmed: int = 0
    letters: list[tuple[int, date, int]] = field(default_factory=list)

    @property
    def open(self) -> int:
        return self.total - self.credited - sum(minor for _, minor in self.payments)

    @property
    def really_open(self) -> int:
        """What is open once everything arrives that was sent off."""
        return self.total - self.credited - self.on_its_way

    def quiet(self, day: date) -> bool:
        promised = self.promise_until is not None and day <= self.promise_until + timedelta(days=GRACE)
        return self.disputed or promised or (self.hold_until is not None and day <= self.hold_until)


@dataclass
class Debtor:
    """What the auditor knows of a customer. ``calls_since``: the day of its call case; ``tried``: calls that nobody answered since."""

    name: str
    country: str
    type: str
    has_mail: bool = True
    addresses: int = 0
    any_message: date | None = None
    climbed: date | None = None
    calls_since: date | None = None
    calls_about: tuple[str, ...] = ()
    tried: int = 0
    answered: bool = False

    @property
    def law(self) -> tuple[str, str]:
        return (self.country, self.type)


@dataclass(frozen=True)
class Wanted:
    """What a customer must be told: the kind and level, and the level of each document afterwards."""

    kind: str
    level: int
    after: dict[str, int]


@dataclass
class CaseYear:
    """One seeded run from ``start`` on, in ``folder``."""

    folder: Path
    seed: int
    start: date = date(2026, 1, 5)
    bills: dict[str, Bill] = field(default_factory=dict)
    debtors: dict[str, Debtor] = field(default_factory=dict)
    history: list[Reminder] = field(default_factory=list)
    asked: dict[tuple[str, date, int], int] = field(default_factory=dict)
    counted: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    outcomes: list[tuple[str, date, str, date | None, tuple[str, ...]]] = field(default_factory=list)
    cases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bounced: Reminder | None = None
    money_today: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        for name in ("bounces/new", "outcomes"):
            (self.folder / name).mkdir(parents=True)
        self.clerk = Clerk(self.folder, more=TENANT)
        self.bank = LateBank(self.clerk, self.chance, self.start)
        for number in range(14):
            law = list(LADDERS)[number % len(LADDERS)]
            name = f"C{number:02}"
            self.debtors[name] = Debtor(name, *law)
            self._customer(self.debtors[name])

    def _customer(self, debtor: Debtor, **more: str) -> None:
        number = int(debtor.name[1:])
        row = {"type": debtor.type, "country": debtor.country, "phone": f"+32 9 {number:03} 00 00"} | more
        self.clerk.customer(debtor.name, f"Klant {number}", **row)

    @cached_property
    def config(self) -> TenantConfig:
        return self.clerk.config

    def run(self, days: int) -> None:
        """Every working day: the office, the bank, people, a cycle that may die, and the auditor."""
        for offset in range(days):
            day = self.start + timedelta(days=offset)
            if not is_working_day(day, "BE"):
                continue
            try:
                self._day(day)
            except BaseException as error:
                error.add_note(f"seed {self.seed}, {day}")
                raise
        self.counted["late files"] = self.bank.late_files
        with opened(self.config) as tenant:
            failed = [check for check in proof.prove(tenant) if not check.proven]
        # A bank file that never came is a gap; all else must be proven.
        assert self.bank.late or not failed, failed

    def _day(self, day: date) -> None:
        self.money_today = set()
        self._office(day)
        self._bank(day)
        self._people(day)
        self._takes_back()
        self._hears(day)
        if self.chance.random() < 0.05:
            self._dies(day)
        result = cycle.run(self.config, day, SilentSteps())
        assert result.failures == [], result.failures
        self._audit(day)
        self._calls(day)
        self._comes_back(day)

    # the world

    def _office(self, day: date) -> None:
        for debtor in self.debtors.values():
            if self.chance.random() < 0.07:
                number = f"F{len(self.bills) + 1:04}"
                due_on = day + timedelta(days=self.chance.choice([3, 8, 14]))
                bill = Bill(number, debtor.name, self.chance.randint(1_000, 60_000), due_on)
                self.bills[number] = bill
                reference = f"{len(self.bills):010}"
                self.clerk.invoice(
                    number,
                    debtor.name,
                    f"{bill.total // 100}.{bill.total % 100:02}",
                    day.isoformat(),
                    due_on.isoformat(),
                    payment_reference=reference + f"{int(reference) % 97 or 97:02}",
                )
                self._will_pay(bill)
        for bill in list(self.bills.values()):
            if bill.really_open > 400 and self.chance.random() < 0.004:
                whole = self.chance.random() < 0.5
                minor = bill.really_open if whole else self.chance.randint(100, bill.really_open - 200)
                bill.credited += minor
                self.clerk.invoice(
                    f"N{bill.number}-{day:%y%m%d}",
                    bill.customer,
                    f"{minor // 100}.{minor % 100:02}",
                    day.isoformat(),
                    day.isoformat(),
                    kind="credit_note",
                    corrects=bill.number,
                )
                self.counted["credit notes"] += 1

    def _will_pay(self, bill: Bill) -> None:
        """On time, late, in two parts, or never."""
        roll = self.chance.random()
        if roll < 0.3:
            return
        late = self.chance.choice([-2, 0, 1, 6, 12, 20, 40]) if roll < 0.7 else self.chance.randint(-3, 90)
        part = bill.total if self.chance.random() < 0.7 else self.chance.randint(200, bill.total - 200)
        on = self.bank.order(bill.due_on + timedelta(days=late), bill.number, part)
        if part < bill.total and self.chance.random() < 0.6:
            self.bank.order(on + timedelta(days=self.chance.randint(1, 60)), bill.number, bill.total - part)

    def _bank(self, day: date) -> None:
        """The statement of the day, or a file that comes some days later; files that are late come in. Nobody pays what was credited."""
        paying: list[tuple[str, int]] = []
        for number, minor in self.bank.ordered(day):
            bill = self.bills[number]
            sent = min(minor, bill.really_open)
            if sent > 0 and (bill.really_open == sent or bill.really_open - sent >= 100):
                bill.on_its_way += sent
                paying.append((number, sent))
        for dated_on, payments in self.bank.close(day, paying):
            self._read(dated_on, payments)

    def _read(self, on: date, paying: list[tuple[str, int]]) -> None:
        for number, minor in paying:
            self.bills[number].payments.append((on, minor))
            self.money_today.add(number)

    def _people(self, day: date) -> None:
        person = Person(name="An", as_of=day)
        for debtor in self.debtors.values():
            if not debtor.has_mail and self.chance.random() < 0.05:
                debtor.has_mail = True
                debtor.addresses += 1
                self.counted["new addresses"] += 1
                self._customer(debtor, email=f"{debtor.name.lower()}@new{debtor.addresses}.example")
        for bill in self.bills.values():
            known = bill.open > 0 and bill.due_on < day and not bill.disputed
            roll = self.chance.random()
            if known and not bill.quiet(day) and roll < 0.002:
                with opened(self.config) as tenant:
                    reminder_acts.dispute(tenant, bill.number, person)
                bill.disputed = True
                self.counted["disputes"] += 1
            elif known and bill.level and roll < 0.006:
                bill.promise_until = day + timedelta(days=self.chance.randint(2, 12))
                with opened(self.config) as tenant:
                    reminder_acts.promise(tenant, bill.number, person, until=bill.promise_until)
                self.counted["promises"] += 1
            elif bill.disputed and bill.open > 0 and roll < 0.10:
                with opened(self.config) as tenant:
                    reminder_acts.resume(tenant, bill.number, person)
                bill.disputed, bill.promise_until, bill.hold_until = False, None, None

    def _dies(self, day: date) -> None:
        """The cycle dies at some point; the next one goes on from there."""
        at = self.chance.randint(1, 40)
        folders = tuple(self.folder / name for name in ("mail", "print", "books", "agency"))
        killed, _ = run_forked(lambda: _cycle(self.config, day), folders, at)
        self.counted["deaths"] += killed

    def _calls(self, day: date) -> None:
        """Whoever calls works through the list, mostly; the outcomes come in with the next cycle."""
        rows: list[str] = []
        for debtor in self.debtors.values():
            if not self._under_way(debtor, day) or self.chance.random() < 0.3:
                continue
            about = tuple(number for number in debtor.calls_about if self._owed(self.bills[number], day))
            outcome = self.chance.choices(
                ["not_reached", "promised", "copy", "complaint", "paid_already"], [60, 12, 8, 8, 12]
            )[0]
            promised = day + timedelta(days=self.chance.randint(1, 12)) if outcome == "promised" else None
            half = "morning" if debtor.tried % 2 == 0 else "afternoon"
            said = "" if promised is None else promised.isoformat()
            rows.append(f"{debtor.name},{';'.join(about)},{day},{half},{outcome},{said},ann,\n")
            self.outcomes.append((debtor.name, day, outcome, promised, about))
            self.counted[f"call: {outcome}"] += 1
        if rows:
            (self.folder / "outcomes" / f"{day}.csv").write_text(OUTCOME_HEADER + "".join(rows), encoding="utf-8")

    def _hears(self, day: date) -> None:
        """What was said on the telephone since the last cycle is known in this one."""
        for name, called_on, outcome, promised, about in self.outcomes:
            debtor = self.debtors[name]
            if outcome == "not_reached":
                debtor.tried += 1
                continue
            debtor.answered = True
            for number in about:
                bill = self.bills[number]
                if outcome == "promised":
                    bill.promise_until = promised
                elif outcome == "complaint":
                    bill.disputed = True
                else:
                    bill.hold_until = _working_day_after(called_on, QUIET_WORKING_DAYS)
        self.outcomes = []

    def _comes_back(self, day: date) -> None:
        """The mail server reports that a mail did not arrive: its step counts as not taken, and goes by post."""
        if self.chance.random() > 0.10:
            return
        with opened(self.config) as tenant, tenant.store.snapshot() as t:
            sent = [row for row in t.reminders.rows() if row.reminder.as_of == day and row.status == "sent"]
        mails = [row for row in sent if row.reminder.medium == "email" and row.reminder.kind.value in WRITTEN]
        if not mails:
            return
        row = self.chance.choice(mails)
        address = self.clerk.customers[row.reminder.customer_id]["email"]
        content = notification(message_id=row.message_id, recipients=((address, "failed", "5.1.1"),))
        (self.folder / "bounces/new" / f"{day}").write_bytes(content)
        self.bounced = row.reminder
        self.counted["bounces"] += 1

    def _takes_back(self) -> None:
        """A mail that came back never was: everything that was told is gone through again without it."""
        if self.bounced is None:
            return
        self.debtors[self.bounced.customer_id].has_mail = False
        told, self.history = self.history, []
        for debtor in self.debtors.values():
            debtor.any_message = debtor.climbed = None
        for bill in self.bills.values():
            bill.level, bill.raised_on, bill.nudged_on, bill.told, bill.letters = 0, None, None, None, []
        for one in told:
            if one != self.bounced:
                self._write_down(one)
        self.bounced = None

    # the auditor's calendar

    def _owed(self, bill: Bill, day: date) -> bool:
        return bill.open > 0 and bill.due_on < day and not bill.quiet(day)

    def _under_way(self, debtor: Debtor, day: date) -> bool:
        """Whether the customer is being called: nobody answered yet, and something of it may be asked for."""
        if debtor.calls_since is None or debtor.answered or debtor.tried >= ATTEMPTS:
            return False
        return any(self._owed(self.bills[number], day) for number in debtor.calls_about)

    def _term_end(self, told: tuple[date, str], law: tuple[str, str]) -> date:
        """Netherlands: fourteen days after receipt, by mail on the next day, by post on the second day that has a delivery and two days more; Belgium:
        fourteen days from the next day, by post from the third working day on; Germany: ten days after receipt, by post four days later. A Belgian business: eight."""
        on, medium = told
        by_mail = medium == "email"
        if law == ("BE", "business"):
            return on + timedelta(days=(1 if by_mail else 4) + 8)
        if law[0] == "BE":
            first = on + timedelta(days=1) if by_mail else _third_working_day(on)
            return first + timedelta(days=13)
        if law[0] == "NL":
            received = on + timedelta(days=1) if by_mail else _posted_in_the_netherlands(on) + timedelta(days=2)
            return received + timedelta(days=14)
        return on + timedelta(days=(1 if by_mail else 4) + 10)

    def _expected(self, debtor: Debtor, day: date) -> Wanted | None:
        """What this customer must hear today; None: nothing."""
        if self.bank.leaves_in_doubt(day) or self._under_way(debtor, day):
            return None
        ladder = LADDERS[debtor.law]
        mine = [bill for bill in self.bills.values() if bill.customer == debtor.name and bill.open > 0]
        asked = [bill for bill in mine if not bill.quiet(day) and not bill.handed_over]
        late = [
            bill
            for bill in asked
            if bill.due_on < day and self.bank.seen_to is not None and self.bank.seen_to > bill.due_on
        ]
        steps = {bill.number: bill.level + 1 for bill in late if self._is_due(bill, debtor, ladder, day)}
        if not steps:
            return self._nudge(debtor, asked, day)
        highest = max(steps.values())
        kind = ladder[highest - 1].kind
        if (debtor.law, highest) == FOURTEEN_DAYS:
            named = [bill for bill in late if bill.level >= highest or steps.get(bill.number) == highest]
        elif kind == "hand_over":
            named = [bill for bill in late if steps.get(bill.number) == highest]
        else:
            named = late
        sort = "written" if kind in WRITTEN else kind

        def after(bill: Bill) -> int:
            step = steps.get(bill.number)
            # The letter that announces costs must be one of its own for each invoice.
            if step is not None and step != highest and (debtor.law, step) in (FOURTEEN_DAYS, FREE_REMINDER):
                step = None
            own = None if step is None else ladder[step - 1].kind
            same = own is not None and ("written" if own in WRITTEN else own) == sort
            return step if step is not None and same else bill.level

        return Wanted(kind, highest, {bill.number: after(bill) for bill in named})

    def _is_due(self, bill: Bill, debtor: Debtor, ladder: tuple[Rung, ...], day: date) -> bool:
        if bill.level >= len(ladder):
            return False
        rung = ladder[bill.level]
        pause = PAUSE if rung.kind in WRITTEN else 1
        waits = [
            bill.due_on + timedelta(days=rung.day),
            date.min if debtor.climbed is None else debtor.climbed + timedelta(days=pause),
            date.min if bill.raised_on is None else bill.raised_on + timedelta(days=rung.wait),
        ]
        if rung.after_term and bill.told is not None:
            waits.append(self._term_end(bill.told, debtor.law) + timedelta(days=1))
        return day >= max(waits)

    def _nudge(self, debtor: Debtor, asked: list[Bill], day: date) -> Wanted | None:
        calm = debtor.any_message is None or day >= debtor.any_message + timedelta(days=PAUSE)
        coming = {
            bill.number: 0
            for bill in asked
            if bill.due_on - timedelta(days=NUDGE_BEFORE) <= day <= bill.due_on and bill.nudged_on is None
        }
        return Wanted("nudge", 0, coming) if coming and calm and debtor.has_mail else None

    # the audit of a day

    def _audit(self, day: date) -> None:
        with opened(self.config) as tenant, tenant.store.snapshot() as t:
            rows = [row for row in t.reminders.rows() if row.reminder.as_of == day and row.status != "cancelled"]
            opens = {item.document.number: item.open.minor for item in t.bookings.open_items()}
        stuck = [row.message_id for row in rows if row.status != "sent"]
        assert not stuck, f"did not leave: {stuck}"
        for number, bill in self.bills.items():
            assert opens.get(number, bill.total) == bill.open, f"{number}: {opens.get(number)} open, not {bill.open}"
        confirmed = [row.reminder for row in rows if row.reminder.kind is MessageKind.PAID_CONFIRMATION]
        self._confirmations(confirmed)
        ladder = [row for row in rows if row.reminder.kind.value in (*WRITTEN, "nudge", "phone", "hand_over")]
        found = {row.reminder.customer_id: row.reminder for row in ladder}
        assert len(found) == len(ladder), "two messages of the ladder to one customer on one day"
        expected = {name: wanted for name, one in self.debtors.items() if (wanted := self._expected(one, day))}
        assert set(found) == set(expected), (
            f"told {sorted(set(found) - set(expected))} too much, and did not tell {sorted(set(expected) - set(found))}"
        )
        for name, sent in found.items():
            self._hold_against(self.debtors[name], sent, expected[name])
            self._write_down(sent)
            self.counted[sent.kind.value] += 1
        self._agency([row for row in ladder if row.reminder.kind is MessageKind.HAND_OVER], day)

    def _confirmations(self, found: list[Reminder]) -> None:
        """Everything that money settled today is confirmed today, and never again; of a part, the rest."""
        whole = sorted(number for one in found if not one.amount_due for number in one.documents)
        parts = {one.documents[0]: one.amount_due.minor for one in found if one.amount_due}
        assert whole == sorted(one for one in self.money_today if self.bills[one].open == 0), whole
        assert parts == {one: self.bills[one].open for one in self.money_today if self.bills[one].open}, parts
        for number in whole:
            self.bills[number].confirmed += 1
            assert self.bills[number].confirmed == 1, f"{number} was confirmed twice"
        self.counted["confirmations"] += len(found)

    def _hold_against(self, debtor: Debtor, sent: Reminder, wanted: Wanted) -> None:
        name = debtor.name
        assert (sent.kind.value, sent.level) == (wanted.kind, wanted.level), f"{name}: {sent}, not {wanted}"
        levels = dict(zip(sent.documents, sent.levels, strict=True))
        assert levels == wanted.after, f"{name}: {levels}, not {wanted.after}"
        total = sum(self.bills[number].open for number in wanted.after)
        assert sent.amount_due.minor == total, f"{name}: asked for {sent.amount_due}, {total} is open"
        if sent.kind.value in (*WRITTEN, "nudge"):
            assert sent.medium == ("email" if debtor.has_mail else "letter"), f"{name}: by {sent.medium}"
        if sent.kind.value in WRITTEN:
            dear = [self.bills[number] for number, level in levels.items() if level >= ASKS_FROM[debtor.law]]
            self._lawful(debtor, dear, sent.interest, sent.costs, sent.as_of)
        else:
            assert (sent.interest, sent.costs) == (0, 0)

    def _lawful(self, debtor: Debtor, dear: list[Bill], interest: int, costs: int, day: date) -> None:
        """A Belgian business owes the rate from the day after the due date and the fixed sum for each invoice, to the cent. A consumer owes nothing
        before its free letter's term ran out; then interest from no earlier than that letter on, and in the Netherlands the costs of the scale."""
        if debtor.law == ("BE", "business"):
            exact = sum(_interest(bill, bill.due_on, day) for bill in dear)
            assert (interest, costs) == (exact, FIXED_SUM * len(dear)), f"{debtor.name}: {interest}, {costs} asked"
            return
        rate = MOST_INTEREST[debtor.law]
        most = 0
        scale = 0
        for bill in dear:
            first = bill.letters[0][1]
            days = max(0, (min(day, RATE_KNOWN_BEFORE) - first).days)
            most += -(-bill.total * rate * days // (100 * 100 * 365)) + 1
            scale += max(FIXED_SUM, -(-max(minor for _, _, minor in bill.letters) * 15 // 100))
        assert 0 <= interest <= most, f"{debtor.name}: {interest} of interest asked, at most {most} is owed"
        if debtor.law == ("NL", "consumer"):
            least = FIXED_SUM if dear else 0
            assert least <= costs <= scale, f"{debtor.name}: {costs} of costs asked, not {least} to {scale}: {dear}"
        else:
            assert costs == 0, f"{debtor.name}: {costs} of costs asked"

    def _write_down(self, sent: Reminder) -> None:
        debtor = self.debtors[sent.customer_id]
        self.history.append(sent)
        debtor.any_message = max(sent.as_of, debtor.any_message or sent.as_of)
        if sent.kind is MessageKind.NUDGE:
            for number in sent.documents:
                self.bills[number].nudged_on = sent.as_of
            return
        debtor.climbed = max(sent.as_of, debtor.climbed or sent.as_of)
        for number, level in zip(sent.documents, sent.levels, strict=True):
            bill = self.bills[number]
            if level > bill.level:
                bill.level, bill.raised_on = level, sent.as_of
                if sent.kind.value in WRITTEN:
                    bill.told = (sent.as_of, sent.medium.value)
            if sent.kind.value in WRITTEN:
                # Written down again after a bounce, a letter still asked for what was open then.
                asked = self.asked.setdefault((number, sent.as_of, level), bill.open)
                bill.letters.append((level, sent.as_of, asked))
        if sent.kind is MessageKind.PHONE and (debtor.calls_since is None or sent.as_of > debtor.calls_since):
            debtor.calls_since, debtor.calls_about = sent.as_of, sent.documents
            debtor.tried, debtor.answered = 0, False
        if sent.kind is MessageKind.HAND_OVER:
            for number in sent.documents:
                self.bills[number].handed_over = True

    def _agency(self, handed: list[ReminderRow], day: date) -> None:
        """Each case is there once, with what is open; and by its last word the agency knows what is owed today."""
        files = {path.name: path for path in (self.folder / "agency").glob("*.*")} if self.cases or handed else {}
        for row in handed:
            (path,) = [path for name, path in files.items() if row.message_id[:10] in name and name.endswith(".zip")]
            with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
                manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
            claim = manifest["claim"]
            debtor = self.debtors[row.reminder.customer_id]
            bills = [self.bills[number] for number in row.reminder.documents]
            assert _cents(claim["principal"]) == sum(bill.open for bill in bills)
            self._lawful(debtor, bills, _cents(claim["interest"]), _cents(claim["costs"]), day)
            self.cases[manifest["case"]] = row.reminder.documents
        said: dict[str, tuple[int, str]] = {}
        for path in files.values():
            if path.suffix == ".json":
                change = json.loads(path.read_text(encoding="utf-8"))
                number = int(path.stem.rpartition("-")[2])
                if number > said.get(change["case"], (0, ""))[0]:
                    said[change["case"]] = number, change["now"]
        for case, documents in self.cases.items():
            owed = sum(self.bills[number].open for number in documents)
            known = said[case][1] if case in said else None
            opened_with = self._handed_over_with.get(case, owed)
            self._handed_over_with.setdefault(case, owed)
            assert (opened_with if known is None else _cents(known)) == owed, f"{case}: {known} told, {owed} owed"
        self.counted["changes told"] = sum(number for number, _ in said.values())

    @cached_property
    def _handed_over_with(self) -> dict[str, int]:
        return {}


def _interest(bill: Bill, after: date, as_of: date) -> int:
    """10.5 % a year, simple, by days from the day after ``after`` up to yesterday; a credit note counts as if the amount had never been owed."""
    exact = Fraction(0)
    day = after + timedelta(days=1)
    while day < min(as_of, RATE_KNOWN_BEFORE):
        balance = bill.total - bill.credited - sum(minor for on, minor in bill.payments if on <= day)
        exact += Fraction(balance * 105, 1000 * 365)
        day += timedelta(days=1)
    return int(exact + Fraction(1, 2))


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


def _working_day_after(day: date, count: int) -> date:
    for _ in range(count):
        day += timedelta(days=1)
        while not is_working_day(day, "BE"):
            day += timedelta(days=1)
    return day


def _third_working_day(sent: date) -> date:
    return _working_day_after(sent, 3)


def _posted_in_the_netherlands(sent: date) -> date:
    """The second day after sending, Sundays, Mondays and holidays not counted."""
    day, left = sent, 2
    while left:
        day += timedelta(days=1)
        left -= day.weekday() not in (0, 6) and day not in public_holidays("NL", day.year)
    return day


def _cycle(config: TenantConfig, day: date) -> None:
    cycle.run(config, day, SilentSteps())


def main() -> None:
    """Run one seed for so many days and say what came of it."""
    seed, days = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        year = CaseYear(Path(folder), seed)
        year.run(days)
        print(
            f"seed {seed}, {days} days, {len(year.bills)} invoices, {len(year.history)} messages, {dict(year.counted)}"
        )


if __name__ == "__main__":
    main()
