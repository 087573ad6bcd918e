"""Direct debits that leave through a platform, one by one: handed over once, followed by its feed, and recognised when the bank credits or takes back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from connectors.http import HttpClient, HttpRequest, HttpResponse
from daemon import cycle, debit_acts
from daemon.exports import ExportKind
from daemon.progress import SilentSteps
from daemon.review import Person
from daemon.status import status_of
from daemon.tenant import opened
from ledger.effects import EffectKind, EffectState
from ledger.errors import IllegalStep
from store.store import Store, Transaction
from tests.scenarios.clerk import DEBITS_AND_REMINDERS, IBAN, Clerk
from tests.scenarios.test_debit_money import CUSTOMER_IBAN, Desk
from tests.scenarios.test_online_check import said
from tests.simulation.bank_statements import Movement, StatementFormat, StatementWriter
from tests.simulators.server import Loopback, Trouble, running
from tests.simulators.twikey import BASE, TEMPLATE, TOKEN, TwikeyAccount

NOTICED, HANDED_OVER, COLLECTED = "2026-09-07", "2026-09-10", "2026-09-14"


@dataclass
class PlatformDesk(Desk):
    """A desk whose debits go through Twikey."""

    twikey: TwikeyAccount
    server: Loopback

    def taken(self) -> list[str]:
        """Our references over there."""
        return [one["ref"] for one in self.twikey.transactions.values()]

    def number(self, document: str, attempt: int = -1) -> str:
        """What Twikey calls the debit of a document."""
        return str(self.twikey.of_reference(self.debit(document, attempt)["end_to_end_id"])["id"])

    def open(self, number: str) -> str:
        return self.clerk.open(number)

    def faults(self) -> list[str]:
        with opened(self.config) as tenant, tenant.store.snapshot() as t:
            return [fault.reason for fault in t.faults.open()]

    def person(self, day: str = HANDED_OVER) -> Person:
        return Person(name="An", as_of=date.fromisoformat(day))

    def trouble_at(self, day: str) -> list[str]:
        """A cycle in which something fails."""
        name, content = self.bank.write(date.fromisoformat(day), ())
        (self.clerk.folder / "bank" / name).write_bytes(content)
        return cycle.run(self.config, date.fromisoformat(day), SilentSteps()).failures


def made(tmp_path: Path, server: Loopback, account: TwikeyAccount, approval: str = "none") -> PlatformDesk:
    connection = f"{{api_token: {TOKEN}, url: '{server.address}{BASE}', calls_per_minute: 10000}}"
    bank = f"{{use: twikey, connection: {connection}, template: {TEMPLATE}}}"
    text = DEBITS_AND_REMINDERS.replace("{use: folder, path: to-bank}", bank)
    assert text != DEBITS_AND_REMINDERS
    clerk = Clerk(tmp_path / "clerk", more=text.replace("approval: none", f"approval: {approval}"))
    clerk.customer("C1")
    clerk.mandate("M-1", "C1", CUSTOMER_IBAN, "2026-01-05")
    account.sign("M-1", iban=CUSTOMER_IBAN)
    writer = StatementWriter(form=StatementFormat.CAMT, iban=IBAN, creditor_id="BE68ZZZ0123456789")
    return PlatformDesk(clerk, writer, account, server)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlatformDesk]:
    """One invoice, announced on the 7th of September 2026, to be handed over on the 10th for the 14th; nobody waits for doubts to ripen."""
    monkeypatch.setattr("connectors.twikey.debits.TwikeyDebits.settle_s", 0)
    monkeypatch.setattr("time.sleep", lambda _: None)
    account = TwikeyAccount()
    with running(account) as server:
        at = made(tmp_path, server, account)
        at.clerk.invoice("F1", "C1", "121.00", "2026-09-01", "2026-09-07")
        yield at


def handed_over(at: PlatformDesk) -> None:
    at.statement(NOTICED)
    assert at.taken() == []
    at.statement(HANDED_OVER)


def test_handed_over_once_and_credited_by_its_reference(desk: PlatformDesk) -> None:
    handed_over(desk)
    row = desk.debit("F1")
    assert desk.taken() == [row["end_to_end_id"]]
    assert row["status"] == "sent"
    (batch,) = desk.twikey.batches
    assert batch["day"] == COLLECTED
    (transaction,) = desk.twikey.transactions.values()
    assert (transaction["mndtId"], transaction["amount"], transaction["reqcolldt"]) == ("M-1", 121.0, COLLECTED)
    desk.cycle(HANDED_OVER)
    assert len(desk.taken()) == 1
    desk.statement("2026-09-11")
    assert desk.debit("F1")["status"] == "acknowledged"
    desk.twikey.state(desk.number("F1"), "PAID")
    desk.cycle("2026-09-11")
    # What Twikey calls paid is no money on the account yet.
    assert (desk.debit("F1")["status"], desk.open("F1")) == ("acknowledged", "121.00")
    desk.statement(COLLECTED, desk.back("F1", -12100, "", kind=""))
    assert (desk.debit("F1")["status"], desk.open("F1")) == ("collected", "0.00")
    assert desk.clerk.booked("2609140001") == [("debit_batch", "F1", "121.00")]
    desk.clerk.sync(COLLECTED)
    assert desk.clerk.proven()


def test_a_lump_is_known_by_the_name_that_twikey_gave_its_batch(desk: PlatformDesk) -> None:
    desk.clerk.customer("C2")
    desk.clerk.mandate("M-2", "C2", "BE68539007547034", "2026-01-05")
    desk.twikey.sign("M-2")
    desk.clerk.invoice("F2", "C2", "79.00", "2026-09-01", "2026-09-07")
    handed_over(desk)
    assert len(desk.taken()) == 2
    (batch,) = desk.twikey.batches
    # A week later, so that the sum of the day alone would not tell.
    for day in ("2026-09-14", "2026-09-16", "2026-09-18"):
        desk.statement(day)
    desk.statement("2026-09-21", Movement(minor=20000, batch=batch["name"]))
    assert {row["status"] for row in desk.clerk.rows(ExportKind.DEBITS)} == {"collected"}
    assert desk.clerk.proven()


def test_failed_then_paid_comes_back_to_life(desk: PlatformDesk) -> None:
    handed_over(desk)
    desk.twikey.state(desk.number("F1"), "ERROR", code="MS03")
    desk.statement("2026-09-16")
    first = desk.debit("F1", 0)
    assert (first["status"], first["reason_code"]) == ("rejected", "MS03")
    # The second attempt is announced, and gives way.
    assert desk.debit("F1")["status"] == "notified"
    desk.twikey.state(desk.number("F1", 0), "PAID", day="2026-09-17")
    desk.statement("2026-09-17")
    rows = [row["status"] for row in desk.clerk.rows(ExportKind.DEBITS)]
    assert rows == ["acknowledged", "cancelled"]
    desk.statement("2026-09-21", _credit(desk, "F1"))
    assert desk.open("F1") == "0.00"
    assert desk.clerk.proven()


def test_paid_after_all_when_the_next_attempt_has_left_is_told_and_stands_on_account(desk: PlatformDesk) -> None:
    handed_over(desk)
    desk.twikey.state(desk.number("F1"), "ERROR", code="MS03")
    desk.statement("2026-09-16")
    desk.statement("2026-09-18")
    assert len(desk.taken()) == 2
    desk.twikey.state(desk.number("F1", 0), "PAID", day="2026-09-18")
    desk.statement("2026-09-21", _credit(desk, "F1"))
    assert any("paid after all" in line for line in desk.faults())
    assert desk.clerk.booked("2609210001") == [("on_account", "C1", "121.00")]
    assert [row["status"] for row in desk.clerk.rows(ExportKind.DEBITS)] == ["rejected", "acknowledged"]
    assert desk.clerk.proven()


def _credit(at: PlatformDesk, document: str) -> Movement:
    """The bank credits the first attempt of a document."""
    row = at.debit(document, 0)
    return Movement(
        minor=12100,
        end_to_end_id=row["end_to_end_id"],
        mandate=row["mandate_reference"],
        name="Jan Peeters",
        iban=CUSTOMER_IBAN,
    )


def test_what_twikey_tries_again_by_itself_is_still_under_way(desk: PlatformDesk) -> None:
    handed_over(desk)
    desk.twikey.state(desk.number("F1"), "ERROR", final=False, code="MS03")
    desk.statement("2026-09-16")
    desk.statement("2026-09-25")
    assert [row["status"] for row in desk.clerk.rows(ExportKind.DEBITS)] == ["acknowledged"]


def test_charged_back_told_by_the_platform_before_the_bank(desk: PlatformDesk) -> None:
    handed_over(desk)
    desk.statement(COLLECTED, desk.back("F1", -12100, "", kind=""))
    assert desk.open("F1") == "0.00"
    desk.twikey.state(desk.number("F1"), "ERROR", code="MD06", day="2026-10-05")
    returned = desk.back("F1", 12100, "MD06")
    desk.statement("2026-10-05")
    assert (desk.debit("F1")["status"], desk.debit("F1")["reason_code"]) == ("refunded", "MD06")
    # The money is still on the account: the books say so until the bank takes it back.
    assert desk.open("F1") == "0.00"
    desk.statement("2026-10-06", returned)
    assert desk.open("F1") == "121.00"
    assert desk.clerk.booked("2610060001") == [("reversal", "F1", "121.00")]
    assert (desk.debit("F1")["status"], desk.debit("F1")["reason_code"]) == ("refunded", "MD06")
    desk.clerk.sync("2026-10-06")
    assert desk.clerk.proven()


def test_charged_back_told_by_the_bank_before_the_platform(desk: PlatformDesk) -> None:
    handed_over(desk)
    desk.statement(COLLECTED, desk.back("F1", -12100, "", kind=""))
    desk.statement("2026-09-17", desk.back("F1", 12100, "AC04"))
    desk.twikey.state(desk.number("F1"), "ERROR", code="AC04", day="2026-09-17")
    desk.statement("2026-09-18")
    assert (desk.debit("F1")["status"], desk.debit("F1")["reason_code"]) == ("returned", "AC04")
    assert desk.open("F1") == "121.00"
    assert desk.clerk.proven()


@pytest.mark.parametrize("trouble", [Trouble.LOST_AFTER, Trouble.BAD_GATEWAY_AFTER, Trouble.LOST_BEFORE, Trouble.HTML])
def test_a_lost_answer_is_looked_for_and_nothing_goes_twice(desk: PlatformDesk, trouble: Trouble) -> None:
    desk.statement(NOTICED)
    desk.server.trouble(trouble, method="POST", part="ref=E2026")
    assert desk.trouble_at(HANDED_OVER)
    # Whether it arrived or not, nobody knows yet; the next cycle looks first.
    assert len(desk.taken()) == (trouble in (Trouble.LOST_AFTER, Trouble.BAD_GATEWAY_AFTER))
    desk.cycle(HANDED_OVER)
    assert desk.taken() == [desk.debit("F1")["end_to_end_id"]]
    assert desk.debit("F1")["status"] in ("sent", "acknowledged")
    assert len(desk.twikey.batches) == 1


class Killed(BaseException):
    """The process is dead."""


@pytest.mark.parametrize("moment", ["an answer came", "before it is written down", "after it was written down"])
def test_killed_at_every_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """From the announcement to the acknowledgement in one go, killed at the n-th answer or transaction, and begun again."""
    monkeypatch.setattr("connectors.twikey.debits.TwikeyDebits.settle_s", 0)
    account = TwikeyAccount()
    with running(account) as server:
        at = made(tmp_path, server, account)
        at.clerk.invoice("F1", "C1", "121.00", "2026-09-01", "2026-09-07")
        at.statement(NOTICED)
        name, content = at.bank.write(date.fromisoformat(HANDED_OVER), ())
        (at.clerk.folder / "bank" / name).write_bytes(content)
        deaths = 0
        while True:
            with monkeypatch.context() as patch:
                _dies(patch, moment, at=deaths)
                try:
                    cycle.run(at.config, date.fromisoformat(HANDED_OVER), SilentSteps())
                except Killed:
                    deaths += 1
                    assert len(at.taken()) <= 1
                    continue
            break
        assert deaths > 2
        at.cycle(HANDED_OVER)
        assert at.taken() == [at.debit("F1")["end_to_end_id"]]
        assert at.debit("F1")["status"] == "acknowledged"
        assert len(account.batches) == 1


def _dies(patch: pytest.MonkeyPatch, moment: str, at: int) -> None:
    """The process dies at the ``at``-th answer of the platform, or around the ``at``-th transaction of the store."""
    count = itertools.count()
    if moment == "an answer came":
        judged = HttpClient._judged

        def answered(client: HttpClient, request: HttpRequest, answer: HttpResponse) -> HttpResponse:
            if next(count) == at:
                raise Killed
            return judged(client, request, answer)

        patch.setattr(HttpClient, "_judged", answered)
        return
    transaction = Store.transaction

    @contextmanager
    def written(store: Store) -> Iterator[Transaction]:
        mine = next(count) == at
        with transaction(store) as t:
            yield t
            if mine and moment == "before it is written down":
                raise Killed
        if mine:
            raise Killed

    patch.setattr(Store, "transaction", written)


def test_what_is_none_of_ours_or_another_amount_is_told(desk: PlatformDesk) -> None:
    handed_over(desk)
    desk.twikey.transaction("E20260914-0123456789abcdef01234567", "M-1", 10.0)
    desk.twikey.transaction("subscription 12", "M-1", 10.0)
    desk.twikey.transactions[desk.number("F1")]["amount"] = 1.0
    desk.twikey.state(desk.number("F1"), "PAID")
    desk.statement("2026-09-11")
    unknown, amount = sorted(desk.faults(), key=lambda line: "not what was asked" in line)
    assert "no direct debit of ours" in unknown
    assert "1.00 EUR" in amount
    assert not any("subscription" in line for line in desk.faults())


def test_a_feed_that_cannot_be_read_keeps_everything_back(desk: PlatformDesk) -> None:
    desk.statement(NOTICED)
    desk.twikey.transaction("subscription 12", "M-1", 10.0)
    entry = desk.twikey.newest_word()
    entry["state"] = "LIMBO"
    (failure,) = desk.trouble_at(HANDED_OVER)
    assert "LIMBO" in failure
    assert desk.taken() == ["subscription 12"]
    entry["state"] = "OPEN"
    desk.cycle(HANDED_OVER)
    assert len(desk.taken()) == 2


def test_a_refused_order_waits_for_a_person_and_may_be_sent_again(desk: PlatformDesk) -> None:
    desk.clerk.customer("C2")
    desk.clerk.mandate("M-2", "C2", "BE68539007547034", "2026-01-05")
    desk.clerk.invoice("F2", "C2", "79.00", "2026-09-01", "2026-09-07")
    handed_over(desk)
    assert [one["mndtId"] for one in desk.twikey.transactions.values()] == ["M-1"]
    with opened(desk.config) as tenant:
        parked = "\n".join(status_of(tenant, date.fromisoformat(HANDED_OVER)).parked)
    assert "err_no_contract" in parked
    desk.twikey.sign("M-2")
    with opened(desk.config) as tenant:
        debit_acts.resend(tenant, desk.debit("F2")["end_to_end_id"], desk.person())
    desk.cycle(HANDED_OVER)
    assert [one["mndtId"] for one in desk.twikey.transactions.values()] == ["M-1", "M-2"]
    # Its batch was closed before it came: it is closed again.
    assert [len(one["transactions"]) for one in desk.twikey.batches] == [1, 1]


def test_what_could_not_leave_stays_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    account = TwikeyAccount()
    with running(account) as server:
        at = made(tmp_path, server, account, approval="required")
        for number in "123":
            at.clerk.customer(f"C{number}")
            at.clerk.mandate(f"M-{number}", f"C{number}", CUSTOMER_IBAN, "2026-01-05")
            account.sign(f"M-{number}")
            at.clerk.invoice(f"F{number}", f"C{number}", "100.00", "2026-09-01", "2026-09-07")
        at.statement(NOTICED)
        at.statement(HANDED_OVER)
        assert account.transactions == {}
        with opened(at.config) as tenant:
            debit_acts.release(tenant, "M2026", at.person())
        # The platform goes away after the first one.
        last = sorted(row["end_to_end_id"] for row in at.clerk.rows(ExportKind.DEBITS))[1]
        server.trouble(Trouble.UNAVAILABLE, part=last, method="POST", times=10)
        assert at.trouble_at("2026-09-11")
        assert (len(account.transactions), account.batches) == (1, [])
        server.clear()
        at.cycle("2026-09-11")
        assert len(account.transactions) == 3
        assert [len(one["transactions"]) for one in account.batches] == [3]
        assert len({row["message_id"] for row in at.clerk.rows(ExportKind.DEBITS)}) == 1


def test_taken_out_by_a_person_and_let_go_again(desk: PlatformDesk) -> None:
    desk.statement(NOTICED)
    desk.server.trouble(Trouble.UNAVAILABLE, times=20, method="POST", part="ref=")
    assert desk.trouble_at(HANDED_OVER)
    desk.server.clear()
    name = desk.debit("F1")["end_to_end_id"]
    with opened(desk.config) as tenant:
        debit_acts.withhold(tenant, name, desk.person())
    desk.cycle(HANDED_OVER)
    assert (desk.taken(), desk.debit("F1")["status"]) == ([], "withheld")
    with opened(desk.config) as tenant:
        debit_acts.release(tenant, name, desk.person())
    desk.cycle(HANDED_OVER)
    assert desk.taken() == [name]
    assert desk.debit("F1")["status"] in ("sent", "acknowledged")
    with opened(desk.config) as tenant, pytest.raises(IllegalStep):
        debit_acts.withhold(tenant, name, desk.person())


def test_paid_by_transfer_before_it_left(desk: PlatformDesk) -> None:
    desk.statement(NOTICED)
    desk.server.trouble(Trouble.UNAVAILABLE, times=20, method="POST", part="ref=")
    assert desk.trouble_at(HANDED_OVER)
    desk.server.clear()
    desk.statement("2026-09-11", Movement(minor=12100, text="F1", is_debit=False))
    assert desk.open("F1") == "0.00"
    assert desk.taken() == []
    assert desk.debit("F1")["status"] == "cancelled"
    with opened(desk.config) as tenant, tenant.store.snapshot() as t:
        states = {*t.outbox.states(EffectKind.COLLECTION).values(), *t.outbox.states(EffectKind.DEBIT_BATCH).values()}
    assert states == {EffectState.CANCELLED}


def test_wrong_credentials_park_the_platform_and_nothing_else(desk: PlatformDesk) -> None:
    desk.statement(NOTICED)
    tenant_file = desk.clerk.tenant_file
    right = tenant_file.read_text()
    tenant_file.write_text(right.replace(TOKEN, "twikey-token-wrong"))
    desk.__dict__.pop("config", None)
    failures = desk.trouble_at(HANDED_OVER)
    assert any("refuses the login" in line for line in failures)
    assert not any("twikey-token-wrong" in line for line in failures)
    assert desk.taken() == []
    tenant_file.write_text(right)
    desk.__dict__.pop("config", None)
    desk.cycle(HANDED_OVER)
    assert len(desk.taken()) == 1


def test_config_check_online_logs_in_and_reads_a_page(desk: PlatformDesk) -> None:
    desk.statement(NOTICED)
    desk.twikey.transaction("subscription 12", "M-1", 10.0)
    answer = said(desk.clerk, "--online", code=0)
    assert "ok direct_debit/bank/feed: 1 documents" in answer
    assert "ok direct_debit/bank: reachable" in answer
    tenant_file = desk.clerk.tenant_file
    tenant_file.write_text(tenant_file.read_text().replace(TOKEN, "twikey-token-wrong"))
    answer = said(desk.clerk, "--online", code=2)
    assert "no direct_debit/bank/feed: Twikey refuses the login" in answer
    assert "twikey-token-wrong" not in answer
