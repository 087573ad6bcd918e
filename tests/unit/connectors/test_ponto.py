"""An account at Ponto, against a simulator of its interface on loopback."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import ValidationError

from config.loader import load
from connectors.ponto.settings import PontoSettings
from connectors.ponto.statements import PontoStatements
from connectors.ports import Cursor
from connectors.registry import connector_kinds, statement_source
from formats.detect import read_bank_document
from ledger.controls import chain_gaps, with_controls
from ledger.errors import CredentialsRefused, HumanActionNeeded, Transient
from ledger.identity import identify
from ledger.money import Money
from ledger.sources import RawDocument
from ledger.statements import EntryStatus, IdentifiedEntry, Statement, StatementEntry
from tests.simulation.bank_statements import Movement, StatementFormat, StatementWriter
from tests.simulators.clock import Clock, clock
from tests.simulators.ponto import CLIENT, IBAN, SECRET, PontoSimulator, midnight
from tests.simulators.server import Loopback, Trouble, running

DAY = date(2026, 6, 1)


def night(day: date) -> datetime:
    """The morning after a day, when banks have closed it."""
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC) + timedelta(days=1)


@dataclass
class World:
    bank: PontoSimulator
    server: Loopback
    clock: Clock
    make: Callable[..., PontoStatements]
    cursor: Cursor | None = None
    statements: list[Statement] = field(default_factory=list)

    def read(self, source: PontoStatements | None = None) -> list[Statement]:
        """A cycle, and the same again: the second brings nothing. What comes is proven."""
        found = self._read(source)
        before = self.cursor
        assert self._read(source) == []
        assert self.cursor == before
        return found

    def _read(self, source: PontoStatements | None) -> list[Statement]:
        source = self.make() if source is None else source
        found: list[Statement] = []
        while True:
            page = source.fetch(self.cursor)
            for document in page.documents:
                (statement,) = source.parse(document)
                assert isinstance(statement, Statement)
                statement = with_controls(statement)
                assert statement.problems == ()
                found.append(statement)
            self.cursor = json.loads(json.dumps(page.cursor))
            self.statements = [*self.statements, *found[len(found) - len(page.documents) :]]
            if not page.has_more:
                return found

    def next_day(self, day: date, *amounts: str) -> list[Statement]:
        for amount in amounts:
            self.bank.book(amount, day)
        self.bank.fetch_from_bank(night(day))
        return self.read()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    bank = PontoSimulator()
    with running(bank) as server, clock() as time:
        time.now = night(DAY).timestamp()

        def make(**change: Any) -> PontoStatements:
            known = {"iban": IBAN, "since": DAY, "client_id": CLIENT, "client_secret": SECRET, "url": server.address}
            settings = PontoSettings.model_validate({"use": "ponto", "state": tmp_path / "state", **known, **change})
            return PontoStatements(settings, "bank_accounts/0/statements/0")

        yield World(bank, server, time, make)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


class TestReadings:
    def test_a_day_is_one_statement_that_is_proven(self, world: World) -> None:
        world.bank.book("121.00", DAY, remittanceInformation="factuur 2026-0042", counterpartName="Peeters  BV")
        world.bank.book("-0.10", DAY)
        world.bank.fetch_from_bank(night(DAY))
        (statement,) = world.read()
        assert (statement.account, statement.currency, statement.format) == (IBAN, "EUR", "ponto")
        assert (statement.opening, statement.closing) == (eur("1000.00"), eur("1120.90"))
        assert (statement.opening_on, statement.closing_on) == (DAY - timedelta(days=1), DAY)
        assert [str(one.balance) for one in statement.entries] == ["1121.00 EUR", "1120.90 EUR"]
        assert statement.entries[0].counterparty.name == "Peeters BV"
        assert statement.entries[0].remittance.unstructured == ("factuur 2026-0042",)

    def test_each_reading_begins_where_the_last_one_ended(self, world: World) -> None:
        for number in range(10):
            world.next_day(DAY + timedelta(days=number), *(["10.00", "-3.50"] if number % 3 else []))
        assert len(world.statements) == 10
        assert chain_gaps(world.statements) == ()
        assert world.statements[-1].closing == eur("1039.00")

    def test_today_waits_until_it_is_over(self, world: World) -> None:
        world.bank.book("10.00", DAY)
        world.bank.book("20.00", DAY + timedelta(days=1))
        world.bank.fetch_from_bank(datetime(2026, 6, 2, 12, tzinfo=UTC))
        (statement,) = world.read()
        assert [one.amount for one in statement.entries] == [eur("10.00")]
        assert statement.closing == eur("1010.00")
        world.bank.fetch_from_bank(night(DAY + timedelta(days=1)))
        (statement,) = world.read()
        assert (statement.opening, statement.closing) == (eur("1010.00"), eur("1030.00"))

    @pytest.mark.parametrize(
        ("written", "on"),
        [
            ("2026-06-01T00:00:00.000Z", DAY),
            ("2026-05-31T22:00:00.000Z", DAY),
            ("2026-06-01T21:59:59.000Z", DAY),
            ("2026-06-01", DAY),
        ],
    )
    def test_days_are_those_of_brussels(self, world: World, written: str, on: date) -> None:
        world.bank.book("10.00", DAY, executionDate=written, valueDate="2026-06-02T00:00:00.000Z")
        world.bank.fetch_from_bank(night(DAY))
        ((statement),) = world.read()
        (entry,) = statement.entries
        assert (entry.booked_on, entry.value_on) == (on, DAY + timedelta(days=1))

    def test_winter_midnight_is_an_hour_before_that_of_utc(self) -> None:
        assert midnight(date(2026, 1, 15)) == "2026-01-14T23:00:00.000Z"

    def test_the_past_is_learnt_and_not_booked(self, world: World) -> None:
        for number in range(250):
            world.bank.book("1.00", DAY - timedelta(days=200 - number // 2))
        world.bank.fetch_from_bank(night(DAY))
        (statement,) = world.read()
        assert statement.opening_on == DAY - timedelta(days=1)
        assert all(one.booked_on >= DAY for one in statement.entries)
        assert statement.closing is not None
        (statement,) = world.next_day(DAY + timedelta(days=1), "5.00")
        assert [one.amount for one in statement.entries] == [eur("5.00")]

    def test_an_entry_that_the_bank_puts_between_older_ones_is_found(self, world: World) -> None:
        for number in range(350):
            world.bank.book("1.00", DAY - timedelta(days=300 - number))
        world.bank.fetch_from_bank(night(DAY + timedelta(days=60)))
        world.read()
        world.bank.book("7.00", DAY - timedelta(days=100), at=100)
        calls = world.server.count
        (statement,) = world.next_day(DAY + timedelta(days=61), "5.00")
        # It was not booked when the day before was over: so it is the next day's, as in the bank's files.
        booked_on = DAY + timedelta(days=61)
        assert [(one.booked_on, one.value_on, str(one.amount)) for one in statement.entries] == [
            (booked_on, DAY - timedelta(days=100), "7.00 EUR"),
            (booked_on, booked_on, "5.00 EUR"),
        ]
        # Account and three pages, and again account and two.
        assert world.server.count - calls == 7

    def test_a_usual_day_costs_three_calls(self, world: World) -> None:
        for number in range(1000):
            world.bank.book("1.00", DAY - timedelta(days=number % 30))
        world.bank.fetch_from_bank(night(DAY))
        world.read()
        world.bank.book("5.00", DAY + timedelta(days=1))
        world.bank.fetch_from_bank(night(DAY + timedelta(days=1)))
        calls = world.server.count
        world._read(None)
        assert world.server.count - calls == 3

    def test_twins_on_one_day_are_two(self, world: World) -> None:
        (statement,) = world.next_day(DAY, "10.00", "10.00")
        assert len(statement.entries) == 2

    def test_pending_entries_are_never_asked_for(self, world: World) -> None:
        world.next_day(DAY, "10.00")
        assert not [one for one in world.server.calls if "pending" in one.path]
        assert all(one.status is EntryStatus.BOOKED for one in world.statements[0].entries)

    def test_an_account_that_was_added_anew_brings_nothing_twice(self, world: World) -> None:
        world.next_day(DAY, "10.00", "10.00", "25.00")
        world.bank.add_anew()
        world.bank.book("10.00", DAY)
        (statement,) = world.next_day(DAY + timedelta(days=1), "3.00")
        assert [str(one.amount) for one in statement.entries] == ["10.00 EUR", "3.00 EUR"]
        (statement,) = world.next_day(DAY + timedelta(days=2), "4.00")
        assert [str(one.amount) for one in statement.entries] == ["4.00 EUR"]

    def test_another_first_day_begins_anew(self, world: World) -> None:
        world.next_day(DAY, "10.00")
        world.next_day(DAY + timedelta(days=1), "20.00")
        source = world.make(since=DAY + timedelta(days=1))
        (statement,) = world.read(source)
        assert (statement.number, [str(one.amount) for one in statement.entries]) == ("3", ["20.00 EUR"])

    def test_another_account_begins_anew(self, world: World) -> None:
        world.next_day(DAY, "10.00")
        world.bank.change = {"reference": "BE68 5390 0754 7034"}
        (statement,) = world.read(world.make(iban="BE68539007547034"))
        assert (statement.account, statement.number, len(statement.entries)) == ("BE68539007547034", "2", 1)

    def test_what_an_entry_says(self, world: World) -> None:
        world.bank.book(
            "-121.00",
            DAY,
            remittanceInformation="+++090/9337/55493+++",
            remittanceInformationType="structured",
            counterpartReference="BE62 5100 0754 7061",
            endToEndId="E2E-1",
            mandateId="M-1",
            creditorId="BE68ZZZ0123456789",
            bankTransactionCode="PMNT-RDDT-ESDD",
            additionalInformation="Domiciliëring",
            internalReference="ae7976b0",
        )
        world.bank.book("-1.00", DAY, bankTransactionCode=None, proprietaryBankTransactionCode="7", valueDate=None)
        world.bank.fetch_from_bank(night(DAY))
        first, second = world.read()[0].entries
        assert first.remittance.creditor_references == ("090933755493",)
        assert first.counterparty.iban == "BE62510007547061"
        assert (first.end_to_end_id, first.mandate_reference, first.creditor_id) == (
            "E2E-1",
            "M-1",
            "BE68ZZZ0123456789",
        )
        assert (first.transaction_code, first.bank_reference) == ("PMNT/RDDT/ESDD", "ae7976b0")
        assert first.information == ("Wire transfer", "Domiciliëring")
        assert (second.transaction_code, second.end_to_end_id, second.value_on) == ("7", "", DAY)


class TestProof:
    def test_a_balance_that_the_entries_do_not_make_takes_nothing_over(self, world: World) -> None:
        world.next_day(DAY, "10.00")
        before = world.cursor
        world.bank.book("20.00", DAY + timedelta(days=1))
        world.bank.fetch_from_bank(night(DAY + timedelta(days=1)))
        world.bank.shown -= 1
        with pytest.raises(Transient, match=r"1030\.00 EUR, and 20\.00 EUR of it is in no entry"):
            world.read()
        assert world.cursor == before
        world.bank.shown += 1
        (statement,) = world.read()
        assert statement.closing == eur("1030.00")

    def test_an_entry_that_vanished_is_told(self, world: World) -> None:
        world.next_day(DAY, "10.00", "11.00")
        world.bank.booked.pop()
        world.bank.balance -= Decimal("11.00")
        with pytest.raises(Transient, match=r"-11\.00 EUR of it is in no entry"):
            world.next_day(DAY + timedelta(days=1))

    def test_a_bank_whose_balance_is_of_no_use(self, world: World) -> None:
        ignoring = world.make(balances="ignored")
        world.bank.book("10.00", DAY)
        world.bank.fetch_from_bank(night(DAY))
        world.bank.shown_balance = Decimal("3.33")
        (statement,) = world.read(ignoring)
        assert (statement.opening, statement.closing, statement.closing_on) == (None, None, DAY)
        assert [one.amount for one in statement.entries] == [eur("10.00")]

    def test_a_day_counts_when_both_visits_saw_it(self, world: World) -> None:
        world.bank.book("10.00", DAY)
        world.bank.fetch_from_bank(night(DAY))
        world.bank.details_read_at = night(DAY + timedelta(days=1))
        (statement,) = world.read()
        assert statement.closing_on == DAY


def entries_of(statements: Sequence[Statement]) -> list[list[StatementEntry]]:
    """Booked entries, day by day as they come."""
    days: list[list[StatementEntry]] = []
    for statement in statements:
        by_day: dict[date, list[StatementEntry]] = {}
        for one in with_controls(statement).entries:
            by_day.setdefault(one.booked_on, []).append(one)
        days += [by_day[day] for day in sorted(by_day)]
    return days


def identified(*roads: Sequence[Statement]) -> list[set[str]]:
    """Ids of what each road brought, one road after the other into one store."""
    known: dict[date, list[IdentifiedEntry]] = {}
    answer = []
    for road in roads:
        brought: set[str] = set()
        for entries in entries_of(road):
            day = known.setdefault(entries[0].booked_on, [])
            found = identify(entries, day)
            there = {one.entry_id for one in day}
            day += [one for one in found if one.entry_id not in there]
            brought |= {one.entry_id for one in found}
        answer.append(brought)
    return answer


class TestSwitching:
    def month(self, world: World, form: StatementFormat, order: int = 1) -> tuple[list[Statement], list[Statement]]:
        """The same month from Ponto and as the bank's files; with twins, and a sum that comes and goes. ``order``: -1 when Ponto has the entries of
        a day the other way round."""
        writer = StatementWriter(form=form, iban=IBAN, creditor_id="BE68ZZZ0123456789", balance=100_000)
        files: list[Statement] = []
        for number in range(30):
            day = DAY + timedelta(days=number)
            movements = [
                Movement(minor=1000 + 7 * place * number, text=f"factuur {number}-{place}", name="Jan", is_debit=False)
                for place in range(number % 4)
            ]
            if number % 5 == 0:
                movements += [Movement(minor=minor, text="gift", is_debit=False) for minor in (5000, 5000, -5000)]
            name, content = writer.write(day, movements)
            files += [one for one in read_bank_document(raw(name, content)) if isinstance(one, Statement)]
            for movement in movements[::order]:
                amount = str(Decimal(movement.minor) / 100)
                world.bank.book(amount, day, remittanceInformation=movement.text, counterpartName=movement.name or None)
            if number % 2:
                world.bank.fetch_from_bank(night(day))
                world.read()
        return world.statements, files

    @pytest.mark.parametrize("form", list(StatementFormat))
    def test_the_same_month_by_both_roads_is_the_same_entries(self, world: World, form: StatementFormat) -> None:
        ponto, files = self.month(world, form)
        assert len(entries_of(ponto)) == len(entries_of(files)) > 20
        first, second = identified(ponto, files)
        assert first == second
        assert identified(files, ponto) == [first, first]
        assert identified(files)[0] == identified(ponto)[0]
        assert chain_gaps([*files[:10], *ponto[5:]]) == ()
        assert chain_gaps([*ponto[:5], *files[10:]]) == ()

    def test_a_card_payment_that_bears_the_day_of_the_purchase(self, world: World) -> None:
        writer = StatementWriter(form=StatementFormat.CAMT, iban=IBAN, creditor_id="", balance=100_000)
        card = Movement(minor=-4200, text="kaart", is_debit=False)
        files: list[Statement] = []
        for number in range(4):
            day = DAY + timedelta(days=number)
            name, content = writer.write(day, [card] if number == 3 else [])
            files += [one for one in read_bank_document(raw(name, content)) if isinstance(one, Statement)]
            if number == 3:
                world.bank.book("-42.00", DAY, remittanceInformation="kaart")
            world.next_day(day)
        first, second = identified(files, world.statements)
        assert len(first) == 1
        assert first == second
        assert chain_gaps([*files, *world.statements]) == ()

    @pytest.mark.parametrize("form", [StatementFormat.CODA, StatementFormat.CAMT])
    def test_the_order_within_a_day_does_not_matter(self, world: World, form: StatementFormat) -> None:
        ponto, files = self.month(world, form, order=-1)
        for roads in ((ponto, files), (files, ponto)):
            first, second = identified(*roads)
            assert first == second

    def test_it_goes_on_where_the_files_ended(self, world: World) -> None:
        _, files = self.month(world, StatementFormat.CODA)
        world.cursor, world.statements = None, []
        (rest,) = world.read(world.make(since=DAY + timedelta(days=20)))
        assert rest.opening == files[19].closing
        assert chain_gaps([*files[:20], rest]) == ()
        assert chain_gaps([*files[:19], rest]) != ()


def raw(name: str, content: bytes) -> RawDocument:
    return RawDocument(
        system="bank", name=name, sha256=sha256(content).hexdigest(), size=len(content), open=lambda: BytesIO(content)
    )


class TestConsent:
    def test_its_end_is_told_ahead_and_parks_when_it_came(self, world: World) -> None:
        world.bank.ends = datetime(2026, 6, 20, 12, tzinfo=UTC)
        source = world.make()
        world.bank.book("10.00", DAY)
        world.bank.fetch_from_bank(night(DAY))
        assert source.warnings(DAY) == ()
        world.read(source)
        assert source.warnings(date(2026, 5, 29)) == ()
        (line,) = source.warnings(date(2026, 5, 30))
        assert "ends on 2026-06-20: renew it" in line
        world.clock.now = datetime(2026, 6, 20, 13, tzinfo=UTC).timestamp()
        world.bank.book("11.00", DAY + timedelta(days=1))
        world.bank.fetch_from_bank(night(DAY + timedelta(days=1)))
        before = len(world.statements)
        with pytest.raises(HumanActionNeeded, match=r"consent for .* ended on 2026-06-20"):
            world.read()
        assert len(world.statements) == before + 1
        world.bank.ends = datetime(2026, 12, 20, 12, tzinfo=UTC)
        assert world.read() == []

    def test_an_account_that_is_not_there(self, world: World) -> None:
        with pytest.raises(HumanActionNeeded, match="does not have it"):
            world.make(iban="BE68539007547034").check()
        world.bank.change = {"deprecated": True}
        with pytest.raises(HumanActionNeeded, match="no longer supports it"):
            world.make().check()

    def test_of_two_with_one_iban_the_newest_consent_counts(self, world: World) -> None:
        old = world.bank._account()
        world.bank.extra_accounts = [
            {**old, "id": "old", "attributes": {**old["attributes"], "authorizedAt": "2020-01-01T00:00:00Z"}}
        ]
        assert len(world.next_day(DAY, "10.00")) == 1

    def test_many_accounts_are_looked_through_page_by_page(self, world: World) -> None:
        other = world.bank._account()
        world.bank.extra_accounts = [
            {**other, "id": f"a{n}", "attributes": {**other["attributes"], "reference": f"BE{n}"}} for n in range(230)
        ]
        world.make().check()
        assert world.server.count == 4


class TestVisits:
    def test_none_is_asked_for_unless_it_is_wanted(self, world: World) -> None:
        world.next_day(DAY, "10.00")
        assert world.bank.visits == 0

    def test_what_is_old_is_fetched_from_the_bank_twice_a_day_at_most(self, world: World) -> None:
        world.bank.book("10.00", DAY)
        world.bank.fetch_from_bank(night(DAY) - timedelta(days=1))
        source = world.make(synchronize_after_h=6)
        world.bank.visit = ("pending", [])
        cursor = source.fetch(None).cursor
        assert world.bank.visits == 0
        slept = world.clock.slept
        source.fetch(cursor)
        assert (world.bank.visits, world.clock.slept - slept) == (2, 120)
        world.bank.visit = ("success", [])
        page = source.fetch(cursor)
        (statement,) = source.parse(page.documents[0])
        assert isinstance(statement, Statement)
        assert [one.amount for one in statement.entries] == [eur("10.00")]
        world.clock.now += 7 * 3600
        source.fetch(page.cursor)
        assert world.bank.visits == 4
        world.clock.now += 20 * 3600
        source.fetch(page.cursor)
        assert world.bank.visits == 6

    def test_a_visit_that_fails_is_told_after_what_is_there_is_read(self, world: World) -> None:
        world.bank.book("10.00", DAY)
        world.bank.fetch_from_bank(night(DAY))
        world.clock.now += 24 * 3600
        world.bank.visit = (
            "error",
            [{"code": "authorizationInvalid", "detail": "The authorization is no longer valid"}],
        )
        source = world.make(synchronize_after_h=6)
        with pytest.raises(HumanActionNeeded, match=r"authorizationInvalid.*give it anew"):
            world.read(source)
        assert len(world.statements) == 1
        world.bank.visit = ("error", [{"code": "unavailableFinancialInstitution", "detail": "The bank is away"}])
        world.clock.now += 25 * 3600
        with pytest.raises(Transient, match="could not read the bank"):
            world.read(world.make(synchronize_after_h=6))


class TestBadInput:
    def test_wrong_credentials_park_and_are_hidden(self, world: World) -> None:
        with pytest.raises(CredentialsRefused, match="check the client's id and secret") as refused:
            world.make(client_secret="not-the-secret").check()
        assert "not-the-secret" not in str(refused.value)
        world.make().check()

    def test_a_token_that_ran_out_is_renewed(self, world: World) -> None:
        source = world.make()
        source.check()
        world.bank.good_until = 0
        source.check()
        assert len(world.bank.tokens) == 2

    @pytest.mark.parametrize("trouble", [one for one in Trouble if one is not Trouble.EXPIRED])
    @pytest.mark.parametrize("part", ["/accounts", "/transactions", "/oauth2"])
    def test_in_every_weather_everything_comes_once_it_clears(self, world: World, trouble: Trouble, part: str) -> None:
        world.bank.book("10.00", DAY)
        world.bank.fetch_from_bank(night(DAY))
        world.server.trouble(trouble, part=part, times=4)
        with pytest.raises(Transient):
            world.read()
        assert world.cursor is None
        world.server.clear()
        (statement,) = world.read()
        assert statement.closing == eur("1010.00")

    @pytest.mark.parametrize(
        "change",
        [
            {"amount": "1e3"},
            {"amount": Decimal("1.001")},
            {"amount": None},
            {"currency": "USD"},
            {"currency": "EURO"},
            {"executionDate": None},
            {"executionDate": "yesterday"},
            {"executionDate": "2026-06-01T00:00:00"},
            {"valueDate": "2026-13-01"},
        ],
    )
    def test_an_entry_that_cannot_be_stops_before_anything_is_stored(
        self, world: World, change: dict[str, Any]
    ) -> None:
        world.next_day(DAY, "10.00")
        before = world.cursor
        world.bank.book("20.00", DAY + timedelta(days=1))
        attributes = world.bank.booked[-1]["attributes"]
        good = dict(attributes)
        attributes.update(change)
        world.bank.fetch_from_bank(night(DAY + timedelta(days=1)))
        with pytest.raises(HumanActionNeeded):
            world.read()
        assert world.cursor == before
        attributes.update(good)
        (statement,) = world.read()
        assert statement.closing == eur("1030.00")

    @pytest.mark.parametrize("name", ["amount", "executionDate", "currency"])
    def test_a_changed_schema_is_named(self, world: World, name: str) -> None:
        world.bank.book("10.00", DAY)
        kept = world.bank.booked[0]["attributes"].pop(name)
        world.bank.fetch_from_bank(night(DAY))
        with pytest.raises(HumanActionNeeded, match=f"'{name}' is missing"):
            world.read()
        world.bank.booked[0]["attributes"][name] = kept
        assert len(world.read()) == 1

    @pytest.mark.parametrize("balance", ["1e3", None, Decimal("1.0000001"), True])
    def test_a_balance_that_cannot_be_is_named(self, world: World, balance: Any) -> None:
        world.bank.change = {"currentBalance": balance}
        with pytest.raises(HumanActionNeeded):
            world.read()

    def test_settings_that_cannot_be(self, world: World) -> None:
        with pytest.raises(ValidationError, match="stand together"):
            world.make(certificate=Path("x.pem"))
        with pytest.raises(ValidationError, match="https"):
            world.make(url="http://api.myponto.com")


class TestPontoConnect:
    def test_refresh_tokens_are_used_once_each(self, world: World) -> None:
        world.bank.refresh, world.bank.prefix = "refresh-0", "/ponto-connect"
        url = f"{world.server.address}/ponto-connect"

        def make() -> PontoStatements:
            return world.make(url=url, refresh_token="refresh-0")

        make().check()
        make().check()
        assert len(world.bank.tokens) == 1
        world.clock.now += 1800
        make().check()
        assert world.bank.refresh == "refresh-2"
        with pytest.raises(CredentialsRefused, match="log in again and put the new refresh token"):
            world.make(url=url, refresh_token="lost").check()

    def test_a_server_that_wants_to_know_who_calls(self, world: World, tmp_path: Path) -> None:
        authority = trustme.CA()
        ours, theirs = authority.issue_cert("client.example"), authority.issue_cert("localhost", "127.0.0.1")
        authority.cert_pem.write_to_path(tmp_path / "ca.pem")
        ours.cert_chain_pems[0].write_to_path(tmp_path / "ours.pem")
        ours.private_key_pem.write_to_path(tmp_path / "ours.key")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        theirs.configure_cert(context)
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
        with running(world.bank, context) as server:
            tls = {"url": server.address, "authorities": tmp_path / "ca.pem"}
            paths = {"certificate": tmp_path / "ours.pem", "certificate_key": tmp_path / "ours.key"}
            world.make(**tls, **paths).check()
            with pytest.raises(Transient):
                world.make(**tls, state=tmp_path / "other").check()
            missing = {"certificate": tmp_path / "none.pem", "certificate_key": tmp_path / "ours.key"}
            with pytest.raises(HumanActionNeeded, match="a certificate of ours cannot be read"):
                world.make(**tls, **missing, state=tmp_path / "third").check()


def test_the_example_of_the_page_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[3] / "docs" / "connectors" / "ponto.md").read_text()
    example = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert example is not None
    for name in re.findall(r"\$\{env:(\w+)\}", example[1]):
        monkeypatch.setenv(name, "secret")
    head = "tenant: bench\nlegal: {name: Bench BV, country: BE, language: nl}\ncurrency: EUR\ninvoices: [{use: folder, path: .}]\n"
    (tmp_path / "tenant.yaml").write_text(f"{head}{example[1]}store: sqlite:///state/bench.sqlite3\n")
    (config,) = load(tmp_path / "tenant.yaml", connector_kinds())
    assert isinstance(statement_source(config.bank_accounts[0].statements[0], "x"), PontoStatements)
