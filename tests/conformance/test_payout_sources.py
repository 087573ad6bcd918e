"""What every payment provider must do as a source of payouts: each one once and proven, and whatever happens on the way, the same in the end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from unittest import mock

import pytest

from connectors.ports import Cursor, SettlementSource
from connectors.registry import Port, settings_models
from daemon.payouts import pull_payouts
from daemon.progress import SilentSteps
from daemon.proof import prove
from daemon.tenant import Tenant, opened
from ledger.coming_payments import ComingPayment
from ledger.errors import CredentialsRefused, HumanActionNeeded, Transient
from ledger.money import Money
from ledger.payouts import Payout, PayoutLineKind, sums
from ledger.sources import Fault, RawDocument
from store.cursors import Cursors
from tests.conformance.faults import Killed
from tests.conformance.payout_worlds import PAYOUTS, PayoutWorld
from tests.simulators.server import Call, Trouble

MakeWorld = Callable[[Path], PayoutWorld]
every_provider = pytest.mark.parametrize("make_world", PAYOUTS.values(), ids=[use for _, use in PAYOUTS])
spoiled = pytest.mark.parametrize("how", range(4))
#: Attempts of the HTTP client at one request.
ATTEMPTS = 4


def test_every_provider_is_here() -> None:
    assert {use for _, use in PAYOUTS} == set(settings_models(Port.PAYOUTS))


def fetch_all(source: SettlementSource, cursor: Cursor | None = None) -> tuple[list[RawDocument], Cursor | None]:
    """All pages; the cursor makes a round trip through text each time, as the store makes it."""
    documents: list[RawDocument] = []
    more = True
    while more:
        page = source.fetch(None if cursor is None else json.loads(json.dumps(cursor)))
        documents.extend(page.documents)
        cursor, more = page.cursor, page.has_more
    return documents, cursor


def facts(source: SettlementSource, documents: list[RawDocument]) -> list[Payout | ComingPayment | Fault]:
    return [fact for one in documents for fact in source.parse(one)]


def payouts(source: SettlementSource, documents: list[RawDocument]) -> list[Payout]:
    found = facts(source, documents)
    assert not [one.reason for one in found if isinstance(one, Fault)]
    return [one for one in found if isinstance(one, Payout)]


def days(found: list[Payout]) -> list[int]:
    return [one.settled_on.day for one in found]


def pulled(tenant: Tenant) -> tuple[list[int], int, int]:
    """What the store holds after a pull: days of the payouts, open faults, documents."""
    pull_payouts(tenant, tenant.payouts[0], SilentSteps())
    with tenant.store.snapshot() as t:
        held = sorted(one.settled_on.day for one in t.payouts.all())
        return held, len(t.faults.open()), len(list(t.archive.documents()))


@every_provider
class TestPayoutSource:
    def test_checks_with_one_call(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.make().check()
        assert world.server.count == 1

    def test_everything_once_with_its_hash(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        for n in range(23):
            world.pay_out(n)
        documents, cursor = fetch_all(world.make())
        assert days(payouts(world.make(), documents)) == list(range(1, 24))
        assert len({one.payout_id for one in payouts(world.make(), documents)}) == 23
        for document in documents:
            with document.open() as stream:
                content = stream.read()
            assert (document.system, document.size) == ("payouts/0", len(content))
            assert document.sha256 == hashlib.sha256(content).hexdigest()
        assert fetch_all(world.make(), cursor)[0] == []

    def test_each_is_proven_to_the_cent(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.pay_out(0)
        (found,) = payouts(world.make(), fetch_all(world.make())[0])
        proof = sums(found, found.amount)
        assert proof.is_proven
        assert (found.amount, found.settled_on) == (Money.parse("89.30", "EUR"), date(2026, 6, 1))
        told = [
            (proof.payments, "150.00"),
            (proof.refunds, "10.00"),
            (proof.chargebacks, "50.00"),
            (proof.fees, "0.70"),
        ]
        assert [str(money) for money, _ in told] == [f"{text} EUR" for _, text in told]
        lines = {line.kind: line for line in found.lines}
        paid = {line.payment: line for line in found.lines if line.kind is PayoutLineKind.PAYMENT}
        for kind in (PayoutLineKind.REFUND, PayoutLineKind.CHARGEBACK):
            assert lines[kind].quoted == paid[lines[kind].payment].quoted
        several = [(one.number, str(one.amount)) for one in lines[PayoutLineKind.CHARGEBACK].quoted]
        assert several == [("G0", "30.00 EUR"), ("H0", "20.00 EUR")]

    def test_what_is_paid_comes_before_it_is_paid_out_and_once(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.pay("2026-06-01")
        documents, cursor = fetch_all(world.make())
        (coming,) = (fact for fact in facts(world.make(), documents) if isinstance(fact, ComingPayment))
        assert (coming.amount, [one.number for one in coming.quoted]) == (Money.parse("60.00", "EUR"), ["P1"])
        assert fetch_all(world.make(), cursor)[0] == []
        with opened(world.config()) as tenant:
            pulled(tenant)
            with tenant.store.snapshot() as t:
                assert [one.payment_id for one in t.coming_payments.all()] == [coming.payment_id]
            world.pay_out(1)
            assert pulled(tenant)[:2] == ([2], 0)
            with tenant.store.snapshot() as t:
                assert list(t.coming_payments.all()) == []

    def test_what_comes_later_comes_alone(self, make_world: MakeWorld, tmp_path: Path) -> None:
        """Though what was said before is said again."""
        world = make_world(tmp_path)
        for n in range(3):
            world.pay_out(n)
        _, cursor = fetch_all(world.make())
        world.again()
        documents, cursor = fetch_all(world.make(), cursor)
        assert payouts(world.make(), documents) == []
        world.pay_out(3)
        documents, cursor = fetch_all(world.make(), cursor)
        assert days(payouts(world.make(), documents)) == [4]
        assert fetch_all(world.make(), cursor)[0] == []

    def test_the_same_page_twice_is_the_same(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        for n in range(12):
            world.pay_out(n)
        cursor: Cursor | None = None
        for _ in range(2):
            pages = [world.make().fetch(cursor) for _ in range(2)]
            first, second = ([(one.name, one.sha256) for one in page.documents] for page in pages)
            assert first == second
            assert pages[0].cursor == pages[1].cursor
            cursor = pages[0].cursor

    def test_parsing_is_pure(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.pay_out(0)
        documents, _ = fetch_all(world.make())
        before = world.server.count
        assert facts(world.make(), documents) == facts(world.make(), documents)
        assert world.server.count == before

    @pytest.mark.parametrize("trouble", Trouble)
    def test_whatever_happens_at_whatever_call_the_same_comes_in_the_end(
        self, make_world: MakeWorld, tmp_path: Path, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = make_world(tmp_path)
        for n in range(11):
            world.pay_out(n)
        wanted, _ = fetch_all(world.make())
        calls, handle = world.server.count, world.server.handle
        assert calls >= 2
        # The calls of both pages, the first and the last among them.
        for at in sorted({0, calls // 2, calls - 1}):
            seen = iter(range(calls * ATTEMPTS * 2))

            def struck(call: Call, at: int = at, seen: object = seen) -> object:
                if next(seen) == at:  # type: ignore[call-overload]  # an iterator
                    world.server.trouble(trouble, times=ATTEMPTS)
                return handle(call)

            monkeypatch.setattr(world.server, "handle", struck)
            cursor: Cursor | None = None
            found: list[RawDocument] = []
            refused, more = 0, True
            while more:
                try:
                    page = world.make().fetch(cursor)
                except (Transient, CredentialsRefused):
                    refused += 1
                    world.server.clear()
                    continue
                found.extend(page.documents)
                cursor, more = page.cursor, page.has_more
            assert refused == 1, at
            assert [(one.name, one.sha256) for one in found] == [(one.name, one.sha256) for one in wanted]

    @spoiled
    def test_what_cannot_be_is_named_and_healed_by_the_same_page(
        self, make_world: MakeWorld, tmp_path: Path, how: int
    ) -> None:
        world = make_world(tmp_path)
        for n in range(2):
            world.pay_out(n)
        heal = list(world.impossible.values())[how]()
        with opened(world.config()) as tenant:
            held, faults, documents = pulled(tenant)
            assert (held, faults) == ([1], 1)
            with tenant.store.snapshot() as t:
                (fault,) = t.faults.open()
            assert fault.whole_document
            assert fault.reason
            # The same again adds nothing, and a payout after it is not held up.
            assert pulled(tenant) == (held, faults, documents)
            heal()
            world.pay_out(2)
            held, faults, _ = pulled(tenant)
            assert (held, faults) == ([1, 2, 3], 0)

    def test_a_settlement_that_does_not_add_up_is_left_so(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.pay_out(0)
        world.unbalanced()
        found = payouts(world.make(), fetch_all(world.make())[0])[-1]
        proof = sums(found, found.amount)
        assert proof.difference
        assert not proof.is_proven

    def test_a_changed_schema_stops_before_anything_is_stored(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        world.pay_out(0)
        heal = world.changed_schema()
        with opened(world.config()) as tenant:
            with pytest.raises(HumanActionNeeded, match="is missing or of another kind"):
                pulled(tenant)
            with tenant.store.snapshot() as t:
                assert (list(t.payouts.all()), t.cursors.get("payouts/0")) == ([], None)
                assert not list(t.archive.documents())
            heal()
            assert pulled(tenant)[:2] == ([1], 0)

    def test_credentials_that_expire_between_two_pages(self, make_world: MakeWorld, tmp_path: Path) -> None:
        world = make_world(tmp_path)
        for n in range(12):
            world.pay_out(n)
        page = world.make().fetch(None)
        with pytest.raises(CredentialsRefused) as refused:
            world.make("not-the-key").fetch(page.cursor)
        assert "not-the-key" not in str(refused.value)
        rest, _ = fetch_all(world.make(), page.cursor)
        assert days(payouts(world.make(), [*page.documents, *rest])) == list(range(1, 13))

    @pytest.mark.parametrize("at", [0, 1])
    def test_killed_between_page_and_cursor(self, make_world: MakeWorld, tmp_path: Path, at: int) -> None:
        world = make_world(tmp_path)
        for n in range(12):
            world.pay_out(n)
        really, seen = Cursors.set, iter(range(10))

        def dies(self: Cursors, source: str, cursor: str) -> None:
            if next(seen) == at:
                raise Killed
            really(self, source, cursor)

        with opened(world.config()) as tenant:
            with mock.patch.object(Cursors, "set", dies), pytest.raises(Killed):
                pulled(tenant)
            with tenant.store.snapshot() as t:
                held = [one.settled_on.day for one in t.payouts.all()]
            assert len(held) in (0, 10)
            assert pulled(tenant)[:2] == (list(range(1, 13)), 0)
            (check,) = (one for one in prove(tenant) if one.name == "payouts")
            assert check.proven, check.said
