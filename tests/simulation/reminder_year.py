"""A creditor's days with reminders: people who pay late, in part or not at all, mails that come back, disputes, promises, bank files that come
late, a machine that dies; and an auditor who keeps books of its own.

The auditor never asks the program what is due. It writes down what it gave to the bank's folder and what people said, works out by itself
who must be told what today, and holds what left against that: everything due, nothing else, not a day too early, for what is really open.

``python -m tests.simulation.reminder_year SEED DAYS`` runs it alone; a failure names its seed and day.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from random import Random

from config.tenant import TenantConfig
from daemon import cycle, proof, reminder_acts
from daemon.progress import SilentSteps
from daemon.review import Person
from daemon.tenant import opened
from ledger.calendar import is_working_day
from ledger.reminders import MessageKind, Reminder
from tests.scenarios.clerk import Clerk
from tests.simulation.killing import run_forked
from tests.simulation.late_bank import MOST_OLD, LateBank

CUSTOMERS = 12
#: The ladder: days after the due date of level 1, 2 and 3; and so many days between two messages.
LADDER = (5, 16, 30)
PAUSE = 10
NUDGE_BEFORE = 2
#: A promise's money may be on its way so long.
GRACE = 4
TENANT = f"""\
reminders:
  sender: debiteuren@scenario.example
  channels:
    - {{use: maildir, path: mail}}
    - {{use: print_folder, path: print}}
  minimum_days_between: {PAUSE}
  minimum_amount: 10.00
  max_statement_age_working_days: {MOST_OLD}
  steps:
    - {{before_days: {NUDGE_BEFORE}, kind: nudge, media: [email]}}
    - {{after_days: {LADDER[0]}, kind: reminder, media: [email, letter]}}
    - {{after_days: {LADDER[1]}, kind: reminder, media: [email, letter], fee: lump_sum, interest: true}}
    - {{after_days: {LADDER[2]}, kind: notice_of_default, media: [email, letter], fee: lump_sum, interest: true}}
"""
#: From this level on interest is asked for, and the fixed sum for each invoice, in cents.
CLAIMED_FROM = 2
FIXED_SUM = 4000
RATE_KNOWN_BEFORE = date(2027, 1, 1)
MINIMUM = 1000


@dataclass
class Bill:
    """What the auditor knows of an invoice; amounts in cents."""

    number: str
    customer: str
    total: int
    due_on: date
    payments: list[tuple[date, int]] = field(default_factory=list)
    level: int = 0
    raised_on: date | None = None
    nudged_on: date | None = None
    disputed: bool = False
    quiet_until: date | None = None

    @property
    def open(self) -> int:
        return self.total - sum(minor for _, minor in self.payments)

    def interest(self, as_of: date) -> int:
        """10.5 % a year (Belgium, businesses, 2026), simple, by days from the day after the due date up to yesterday; half a cent is one.

        The rate of 2027 is not known to the program's table, and what is not known is not asked for.
        """
        exact = Fraction(0)
        day = self.due_on + timedelta(days=1)
        while day < min(as_of, RATE_KNOWN_BEFORE):
            balance = self.total - sum(minor for on, minor in self.payments if on <= day)
            exact += Fraction(balance * 105, 1000 * 365)
            day += timedelta(days=1)
        return int(exact + Fraction(1, 2))


@dataclass
class Debtor:
    """What the auditor knows of a customer."""

    name: str
    has_mail: bool = True
    addresses: int = 0
    last_message: date | None = None
    last_reminder: date | None = None


@dataclass
class ReminderYear:
    """One seeded run from ``start`` on, in ``folder``."""

    folder: Path
    seed: int
    start: date = date(2026, 1, 5)
    bills: dict[str, Bill] = field(default_factory=dict)
    debtors: dict[str, Debtor] = field(default_factory=dict)
    history: list[Reminder] = field(default_factory=list)
    counted: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.clerk = Clerk(self.folder, more=TENANT)
        self.bank = LateBank(self.clerk, self.chance, self.start)
        for number in range(CUSTOMERS):
            name = f"C{number:02}"
            self.debtors[name] = Debtor(name)
            self.clerk.customer(name, name=f"Klant {number}")

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
        self._office(day)
        self._bank(day)
        self._people(day)
        if self.chance.random() < 0.05:
            self._dies(day)
        result = cycle.run(self.config, day, SilentSteps())
        assert result.failures == [], result.failures
        self._audit(day)
        self._comes_back(day)

    # the world

    def _office(self, day: date) -> None:
        for name in self.debtors:
            if self.chance.random() < 0.12:
                number = f"F{len(self.bills) + 1:04}"
                bill = Bill(
                    number=number,
                    customer=name,
                    total=self.chance.randint(300, 60_000),
                    due_on=day + timedelta(days=self.chance.choice([3, 8, 14])),
                )
                self.bills[number] = bill
                total = f"{bill.total // 100}.{bill.total % 100:02}"
                reference = f"{len(self.bills):010}"
                self.clerk.invoice(
                    number,
                    name,
                    total,
                    day.isoformat(),
                    bill.due_on.isoformat(),
                    payment_reference=reference + f"{int(reference) % 97 or 97:02}",
                )
                self._will_pay(bill)

    def _will_pay(self, bill: Bill) -> None:
        """On time, late, in two parts, or never."""
        roll = self.chance.random()
        if roll < 0.2:
            return
        late = self.chance.choice([-2, 0, 1, 1, 6, 12, 20, 40]) if roll < 0.8 else self.chance.randint(-3, 60)
        part = bill.total if self.chance.random() < 0.75 else self.chance.randint(100, bill.total - 100)
        on = self.bank.order(bill.due_on + timedelta(days=late), bill.number, part)
        if part < bill.total and self.chance.random() < 0.6:
            self.bank.order(on + timedelta(days=self.chance.randint(1, 40)), bill.number, bill.total - part)

    def _bank(self, day: date) -> None:
        """The statement of the day, or a file that comes some days later; files that are late come in."""
        paying = self.bank.ordered(day)
        for dated_on, payments in self.bank.close(day, paying):
            self._read(dated_on, payments)

    def _read(self, on: date, paying: list[tuple[str, int]]) -> None:
        for number, minor in paying:
            self.bills[number].payments.append((on, minor))

    def _people(self, day: date) -> None:
        person = Person(name="An", as_of=day)
        for debtor in self.debtors.values():
            if not debtor.has_mail and self.chance.random() < 0.05:
                debtor.has_mail = True
                self.counted["new addresses"] += 1
                debtor.addresses += 1
                name = f"Klant {int(debtor.name[1:])}"
                self.clerk.customer(
                    debtor.name, name=name, email=f"{debtor.name.lower()}@new{debtor.addresses}.example"
                )
        for bill in self.bills.values():
            known = bill.open > 0 and bill.due_on < day and not bill.disputed
            roll = self.chance.random()
            if known and bill.quiet_until is None and roll < 0.004:
                with opened(self.config) as tenant:
                    reminder_acts.dispute(tenant, bill.number, person)
                bill.disputed = True
                self.counted["disputes"] += 1
            elif known and bill.level and roll < 0.012:
                until = day + timedelta(days=self.chance.randint(2, 12))
                with opened(self.config) as tenant:
                    reminder_acts.promise(tenant, bill.number, person, until=until)
                bill.quiet_until = until + timedelta(days=GRACE)
                self.counted["promises"] += 1
            elif bill.disputed and roll < 0.08:
                with opened(self.config) as tenant:
                    reminder_acts.resume(tenant, bill.number, person)
                bill.disputed, bill.quiet_until = False, None

    def _dies(self, day: date) -> None:
        """The cycle dies at some point; the next one goes on from there."""
        at = self.chance.randint(1, 40)
        folders = (self.folder / "mail", self.folder / "print", self.folder / "books")
        killed, _ = run_forked(lambda: _cycle(self.config, day), folders, at)
        self.counted["deaths"] += killed

    def _comes_back(self, day: date) -> None:
        """A mail comes back the day after: the step counts as not taken, and the next goes by post."""
        if self.chance.random() > 0.10:
            return
        with opened(self.config) as tenant, tenant.store.transaction() as t:
            sent = [row for row in t.reminders.rows() if row.reminder.as_of == day and row.status == "sent"]
            mails = [row for row in sent if row.reminder.channel.endswith("/0") and row.reminder.level]
            if not mails:
                return
            row = self.chance.choice(mails)
            t.reminders.set_status(row.message_id, "bounced")
        self.debtors[row.reminder.customer_id].has_mail = False
        self.counted["bounces"] += 1
        told, self.history = self.history, []
        for debtor in self.debtors.values():
            debtor.last_message = debtor.last_reminder = None
        for bill in self.bills.values():
            bill.level, bill.raised_on, bill.nudged_on = 0, None, None
        for one in told:
            if one != row.reminder:
                self._write_down(one)

    # the auditor

    def _audit(self, day: date) -> None:
        with opened(self.config) as tenant, tenant.store.snapshot() as t:
            rows = [row for row in t.reminders.rows() if row.reminder.as_of == day and row.status != "cancelled"]
            stuck = [row.message_id for row in rows if row.status != "sent"]
            opens = {item.document.number: item.open.minor for item in t.bookings.open_items()}
        assert not stuck, f"did not leave: {stuck}"
        for number, bill in self.bills.items():
            assert opens.get(number, bill.total) == max(0, bill.open), (
                f"{number}: {opens.get(number)} open, not {bill.open}"
            )
        found = {row.reminder.customer_id: row.reminder for row in rows}
        assert len(found) == len(rows), "two messages to one customer on one day"
        expected = {name: wanted for name in self.debtors if (wanted := self._expected(name, day)) is not None}
        assert set(found) == set(expected), (
            f"told {sorted(set(found) - set(expected))} too much, and did not tell {sorted(set(expected) - set(found))}"
        )
        for name, sent in found.items():
            self._hold_against(name, sent, expected[name])
            self._write_down(sent)
            self.counted[sent.kind.value] += 1

    def _expected(self, name: str, day: date) -> tuple[int, dict[str, int], str] | None:
        """Level, the level of each document afterwards, and the way; None: this customer must hear nothing today."""
        if self.bank.seen_to is None or self.bank.leaves_in_doubt(day):
            return None
        debtor = self.debtors[name]
        mine = [bill for bill in self.bills.values() if bill.customer == name and bill.open > 0]
        asked = {
            bill.number: bill
            for bill in mine
            if bill.due_on < day
            and bill.due_on < self.bank.seen_to
            and not bill.disputed
            and not (bill.quiet_until is not None and day <= bill.quiet_until)
        }
        steps: dict[str, int] = {}
        for bill in asked.values():
            if bill.level < len(LADDER) and day >= bill.due_on + timedelta(days=LADDER[bill.level]):
                rested = bill.raised_on is None or day >= bill.raised_on + timedelta(days=PAUSE)
                calm = debtor.last_reminder is None or day >= debtor.last_reminder + timedelta(days=PAUSE)
                if rested and calm:
                    steps[bill.number] = bill.level + 1
        if steps:
            if sum(bill.open for bill in asked.values()) < MINIMUM:
                return None
            after = {number: steps.get(number, bill.level) for number, bill in asked.items()}
            return max(steps.values()), after, "0" if debtor.has_mail else "1"
        return self._nudge(debtor, mine, day)

    def _nudge(self, debtor: Debtor, mine: list[Bill], day: date) -> tuple[int, dict[str, int], str] | None:
        """A word before the due date, by mail only, and not soon after another message."""
        calm = debtor.last_message is None or day >= debtor.last_message + timedelta(days=PAUSE)
        coming = {
            bill.number: 0
            for bill in mine
            if bill.due_on - timedelta(days=NUDGE_BEFORE) <= day <= bill.due_on
            and bill.nudged_on is None
            and not bill.disputed
            and not (bill.quiet_until is not None and day <= bill.quiet_until)
        }
        enough = sum(self.bills[number].open for number in coming) >= MINIMUM
        return (0, coming, "0") if coming and calm and debtor.has_mail and enough else None

    def _hold_against(self, name: str, sent: Reminder, wanted: tuple[int, dict[str, int], str]) -> None:
        level, after, way = wanted
        assert sent.level == level, f"{name}: level {sent.level}, not {level}"
        levels = dict(zip(sent.documents, sent.levels, strict=True))
        assert levels == after, f"{name}: {levels}, not {after}"
        assert sent.channel.endswith(f"/{way}"), f"{name}: by {sent.channel}, not by {way}"
        total = sum(self.bills[number].open for number in after)
        assert sent.amount_due.minor == total, f"{name}: asked for {sent.amount_due}, {total} is open"
        dear = [self.bills[number] for number, own in after.items() if own >= CLAIMED_FROM]
        claim = (sum(bill.interest(sent.as_of) for bill in dear), FIXED_SUM * len(dear))
        assert (sent.interest, sent.costs) == claim, f"{name}: {sent.interest} and {sent.costs} asked, not {claim}"

    def _write_down(self, sent: Reminder) -> None:
        debtor = self.debtors[sent.customer_id]
        self.history.append(sent)
        debtor.last_message = sent.as_of
        if sent.kind is MessageKind.NUDGE:
            for number in sent.documents:
                self.bills[number].nudged_on = sent.as_of
            return
        debtor.last_reminder = sent.as_of
        for number, level in zip(sent.documents, sent.levels, strict=True):
            if level > self.bills[number].level:
                self.bills[number].level, self.bills[number].raised_on = level, sent.as_of


def _cycle(config: TenantConfig, day: date) -> None:
    cycle.run(config, day, SilentSteps())


def main() -> None:
    """Run one seed for so many days and say what came of it."""
    seed, days = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        year = ReminderYear(Path(folder), seed)
        year.run(days)
        print(
            f"seed {seed}, {days} days, {len(year.bills)} invoices, {len(year.history)} messages, {dict(year.counted)}"
        )


if __name__ == "__main__":
    main()
