"""A creditor's days with direct debits: invoices, mandates that change, a bank that credits and returns, people, and an auditor.

``python -m tests.simulation.debit_year SEED DAYS`` runs it alone; a failure names its seed and day.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from random import Random

import schwifty

from config.tenant import TenantConfig
from daemon import cycle, debit_acts, proof
from daemon.progress import SilentSteps
from daemon.review import Person
from daemon.tenant import opened
from ledger.calendar import is_target_day
from ledger.documents import DocumentKind, ItemStatus
from ledger.mandates import CollectionStatus
from ledger.reason_codes import ReturnAction, reason_of
from ledger.reminders import MessageKind
from store.store import Transaction
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, IBAN, Clerk
from tests.simulation.bank import REFUNDS, REJECTS, RETURNS, SHARES, Bank, Presented, Shares
from tests.simulation.bank_statements import Movement, StatementFormat, StatementWriter

CUSTOMERS = 24
PRE_NOTIFICATION_DAYS = 5
#: Attempts after the first one that the creditor allows, for lack of money or without a reason.
RETRIES = 2
#: Customers whose collections always come back so: with the two reasons that lead to another attempt.
NEVER_PAY = {0: "AM04", 1: "MS03"}
SETTINGS = DEBITS_AND_REMINDERS.replace("approval: none", f"approval: none\n  retries: {RETRIES}")
_BACK = {CollectionStatus.REJECTED, CollectionStatus.RETURNED, CollectionStatus.REFUNDED}


@dataclass
class DebitYear:
    """One seeded run from ``start`` on, in ``folder``. ``customers``: every third with a mandate has one for B2B, every sixth has none.
    ``shares``: how much the bank lets come back."""

    folder: Path
    seed: int
    start: date = date(2026, 1, 5)
    customers: int = CUSTOMERS
    shares: Shares = SHARES
    invoices: int = 0
    transfers: defaultdict[date, list[Movement]] = field(default_factory=lambda: defaultdict(list))
    new_accounts: defaultdict[date, list[str]] = field(default_factory=lambda: defaultdict(list))
    last_account: int = 0
    documents: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.clerk = Clerk(self.folder, more=SETTINGS)
        (self.folder / "to-bank").mkdir(exist_ok=True)
        writer = StatementWriter(form=StatementFormat.CAMT, iban=IBAN, creditor_id="BE68ZZZ0123456789")
        self.bank = Bank(
            to_bank=self.folder / "to-bank",
            from_bank=self.folder / "bank",
            writer=writer,
            chance=Random(self.seed + 1),
            shares=self.shares,
            always={f"MND-{number}": reason for number, reason in NEVER_PAY.items()},
        )
        for number in range(self.customers):
            self.clerk.customer(f"C{number}", name=f"Klant {number}")
            if number % 6 != 5:
                scheme = "B2B" if number % 3 == 1 else "CORE"
                self.clerk.mandate(f"MND-{number}", f"C{number}", self._account(), "2025-06-01", scheme=scheme)

    @cached_property
    def config(self) -> TenantConfig:
        return self.clerk.config

    def _account(self) -> str:
        self.last_account += 1
        return str(schwifty.IBAN.generate("NL", bank_code="TRIO", account_code=f"{self.last_account:010d}"))

    def run(self, days: int) -> None:
        """Every TARGET day: the office, the bank's statement, a cycle, the files, the auditor."""
        for offset in range(days):
            day = self.start + timedelta(days=offset)
            if not is_target_day(day):
                continue
            try:
                self._day(day)
            except BaseException as error:
                error.add_note(f"seed {self.seed}, {day}")
                raise
        with opened(self.config) as tenant:
            failed = [check for check in proof.prove(tenant) if not check.proven]
        assert not failed, failed

    def _day(self, day: date) -> None:
        self._office(day)
        self.bank.write(day, self.transfers.pop(day, []))
        result = cycle.run(self.config, day, SilentSteps())
        assert result.failures == []
        taken = self.bank.take_files(day)
        with opened(self.config) as tenant, tenant.store.transaction() as t:
            self._audit(t, day, taken)
        self._people(day)

    def _office(self, day: date) -> None:
        """New invoices and credit notes, customers with another account, a revoked mandate."""
        for number in range(self.customers):
            roll = self.chance.random()
            if roll < 0.15:
                self.invoices += 1
                total = self.chance.randint(500, 90_000)
                due = day + timedelta(days=self.chance.choice([7, 14, 30]))
                name = f"F{self.invoices:05d}"
                self.clerk.invoice(
                    name, f"C{number}", f"{total // 100}.{total % 100:02d}", day.isoformat(), due.isoformat()
                )
                if self.chance.random() < 0.1:
                    self._pays_by_transfer(name, total, number, due + timedelta(days=self.chance.randint(-3, 3)))
                if self.chance.random() < 0.1:
                    credit = max(1, total // 5)
                    self.clerk.invoice(
                        f"K{self.invoices:05d}",
                        f"C{number}",
                        f"{credit // 100}.{credit % 100:02d}",
                        day.isoformat(),
                        due.isoformat(),
                        kind="credit_note",
                    )
        for reference in self.new_accounts.pop(day, []):
            row = self.clerk.mandates[reference]
            self.clerk.mandate(**_mandate(row, iban=self._account()))
        if self.chance.random() < 0.01:
            row = self.clerk.mandates[self.chance.choice(sorted(self.clerk.mandates))]
            self.clerk.mandate(**_mandate(row, status="revoked"))

    def _pays_by_transfer(self, number: str, minor: int, customer: int, day: date) -> None:
        while not is_target_day(day):
            day += timedelta(days=1)
        name = f"Klant {customer}"
        iban = str(schwifty.IBAN.generate("BE", bank_code="539", account_code=f"{customer:07d}"))
        self.transfers[day].append(
            Movement(minor=minor, text=f"factuur {number}", name=name, iban=iban, is_debit=False)
        )

    def _people(self, day: date) -> None:
        """They mend our own mistakes, ask for other accounts, and settle disputes, some days later."""
        for one in self.bank.presented.values():
            if one.outcome == "paid" or not (one.came_back or one.outcome == "rejected"):
                continue
            action = reason_of(one.reason).action
            if action is ReturnAction.ASK_ACCOUNT and self.clerk.mandates[one.mandate]["iban"] == one.iban:
                later = day + timedelta(days=self.chance.randint(3, 9))
                known = any(one.mandate in references for references in self.new_accounts.values())
                while not is_target_day(later):
                    later += timedelta(days=1)
                if not known:
                    self.new_accounts[later].append(one.mandate)
            elif action is ReturnAction.FIX_OURS and self.chance.random() < 0.2:
                with opened(self.config) as tenant:
                    try:
                        debit_acts.release(tenant, one.end_to_end_id, Person(name="An", as_of=day))
                    except debit_acts.DebitActError:
                        continue

    def attempts(self) -> dict[str, int]:
        """How often each document was presented to the bank."""
        counted: defaultdict[str, int] = defaultdict(int)
        for documents in self.documents.values():
            for document in documents:
                counted[document] += 1
        return dict(counted)

    # the auditor

    def _audit(self, t: Transaction, day: date, taken: list[Presented]) -> None:
        collections = {one.end_to_end_id: one for one in t.debits.rows()}
        items = {item.document.number: item for item in t.bookings.open_items()}
        notices = [
            row.reminder
            for row in t.reminders.rows()
            if row.reminder.kind is MessageKind.PRE_NOTIFICATION and row.status == "sent"
        ]
        for one in taken:
            mandate = self.clerk.mandates[one.mandate]
            ours = (mandate["status"], mandate["iban"], mandate["scheme"])
            assert ours == ("active", one.iban, one.scheme), f"{one.end_to_end_id}: no such mandate"
            own = collections[one.end_to_end_id]
            documents = tuple(part.document for part in own.parts)
            self.documents[one.end_to_end_id] = documents
            told = [
                notice
                for notice in notices
                if notice.documents == documents
                and notice.amount_due.minor == one.minor
                and notice.as_of + timedelta(days=PRE_NOTIFICATION_DAYS) <= one.collect_on
                and notice.as_of > max((each.taken_on for each in self._before(one, documents)), default=date.min)
            ]
            assert told, f"{one.end_to_end_id} was not announced in time"
            # Attempts are a document's: two that came back in collections of their own may be tried again together.
            for document in documents:
                tried = [each for each in self._before(one, (document,)) if each.reason in ("AM04", "MS03")]
                assert len(tried) <= RETRIES, f"{one.end_to_end_id} is attempt {len(tried) + 1} at {document}"
            for part in own.parts:
                item = items[part.document]
                assert item.open == abs(part.amount), f"{part.document}: {item.open} open, {part.amount} collected"
                assert item.status is not ItemStatus.DISPUTED
        moves: defaultdict[str, int] = defaultdict(int)
        for move in t.debit_moves.standing():
            moves[move.end_to_end_id] += move.amount.minor
        net_of_document: defaultdict[str, int] = defaultdict(int)
        at_once: defaultdict[str, int] = defaultdict(int)
        for name, one in self.bank.presented.items():
            own = collections[name]
            assert own.amount.minor == one.minor
            assert moves[name] == one.net, f"{name}: the bank's net is {one.net}, ours {moves[name]}"
            assert (own.status is CollectionStatus.COLLECTED) is (one.net > 0), f"{name} is {own.status}, net {one.net}"
            if one.came_back:
                assert own.status in _BACK, f"{name} came back and is {own.status}"
                assert own.reason_code in (one.reason, ""), f"{name}: {own.reason_code}, the bank said {one.reason}"
            for part in own.parts:
                at_once[part.document] += one.net > 0 or own.status not in _BACK
                net_of_document[part.document] += part.amount.minor if one.net > 0 else 0
        assert not {document for document, live in at_once.items() if live > 1}, "a document is in two live collections"
        for document, minor in net_of_document.items():
            item = items[document]
            sign = 1 if item.document.kind is DocumentKind.INVOICE else -1
            assert sign * minor <= item.document.gross.minor, f"{document}: collected more than it is"
        review = [row.reason for row in t.entries.rows(("review", "new"))]
        assert review == [], review

    def _before(self, one: Presented, documents: tuple[str, ...]) -> list[Presented]:
        """Earlier collections of one of these documents under the same mandate."""
        numbers = set(documents)
        return [
            each
            for each in self.bank.presented.values()
            if each.end_to_end_id != one.end_to_end_id
            and each.taken_on < one.taken_on
            and each.mandate == one.mandate
            and numbers & set(self.documents[each.end_to_end_id])
        ]


def _mandate(row: dict[str, str], **changes: str) -> dict[str, str]:
    values = {**row, **changes}
    return {
        "reference": values["reference"],
        "customer": values["customer_id"],
        "iban": values["iban"],
        "signed": values["signed_on"],
        "status": values["status"],
        "scheme": values["scheme"],
    }


def main() -> None:
    """Run one seed for so many days and say what came of it."""
    seed, days = int(sys.argv[1]), int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        year = DebitYear(Path(folder), seed)
        year.run(days)
        outcomes: defaultdict[str, int] = defaultdict(int)
        reasons = {one.reason for one in year.bank.presented.values() if one.reason}
        for one in year.bank.presented.values():
            outcomes[one.outcome] += 1
        missing = sorted(set(REJECTS + RETURNS + REFUNDS) - reasons)
        schemes = {
            scheme: sum(one.scheme == scheme for one in year.bank.presented.values()) for scheme in ("CORE", "B2B")
        }
        print(f"seed {seed}, {days} days, {year.invoices} invoices, {dict(outcomes)}, {schemes}")
        print(f"most attempts at one document: {max(year.attempts().values(), default=0)}")
        print(f"{len(reasons)} reason codes; not shown: {' '.join(missing) or 'none'}")


if __name__ == "__main__":
    main()
