from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from connectors.buckaroo.payouts import BuckarooPayouts
from connectors.buckaroo.settings import BuckarooSettings
from connectors.buckaroo.signature import signature
from connectors.ports import Cursor
from ledger.coming_payments import ComingPayment
from ledger.errors import CredentialsRefused, HumanActionNeeded, Transient
from ledger.money import Money
from ledger.payouts import Payout, PayoutLineKind, Quoted, sums
from ledger.sources import Fault, RawDocument
from tests.simulators import buckaroo
from tests.simulators.buckaroo import IBAN, SECRET, WEBSITE, BuckarooAccount
from tests.simulators.clock import Clock, clock
from tests.simulators.server import Loopback, Trouble, running

#: A server's public key, of nobody.
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"


@dataclass
class World:
    account: BuckarooAccount
    server: Loopback
    make: Callable[..., BuckarooPayouts]
    clock: Clock
    cursor: Cursor | None = None

    def run(self) -> list[RawDocument]:
        documents: list[RawDocument] = []
        more = True
        while more:
            page = self.make().fetch(self.cursor)
            documents.extend(page.documents)
            self.cursor, more = json.loads(json.dumps(page.cursor)), page.has_more
        return documents

    def facts(self) -> list[Any]:
        return [fact for one in self.run() for fact in self.make().parse(one)]

    def payout(self) -> Payout:
        (payout,) = (fact for fact in self.facts() if not isinstance(fact, ComingPayment))
        assert isinstance(payout, Payout), payout
        return payout


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    folder = tmp_path / "settlements"
    folder.mkdir()
    account = BuckarooAccount(folder)
    with running(account) as server, clock() as time:

        def make(secret: str = SECRET, **more: Any) -> BuckarooPayouts:
            settings = BuckarooSettings(
                use="buckaroo",
                website_key=SecretStr(WEBSITE),
                secret_key=SecretStr(secret),
                path=folder,
                since=date(2026, 6, 1),
                url=server.address,
                calls_per_minute=100_000,
                state=tmp_path / "state",
                **more,
            )
            return BuckarooPayouts(settings, "payouts/0")

        yield World(account, server, make, time)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


# The signature


def test_the_signature_is_that_of_the_page() -> None:
    address = "https://checkout.buckaroo.nl/json/Transaction/Specification/ideal?serviceVersion=2"
    for method, body in (("GET", b""), ("POST", b'{"Currency":"EUR","Description":"caf\xc3\xa9"}')):
        found = signature(
            website_key=WEBSITE,
            secret_key=SECRET,
            method=method.lower(),
            address=address,
            body=body,
            timestamp="1800000000",
            nonce="n1",
        )
        assert found == buckaroo.signed(method, address, body, "1800000000", "n1")
        assert len(found) == 44
    # Reckoned once by hand (openssl dgst -sha256 -hmac), so that the two of us cannot be wrong together.
    assert found == "zgF94v49bB1tNY4Y4XWq1UtlemFrPJ76srnB4JcyFPA="


def test_the_gateway_checks_key_time_nonce_and_bytes(world: World) -> None:
    world.make().check()
    (call,) = world.server.calls
    assert world.account.answer(call).status == 401  # the nonce was used
    world.account.nonces.clear()
    assert world.account.answer(call).status == 200
    world.account.nonces.clear()
    world.clock.now += buckaroo.SKEW_S + 1
    assert world.account.answer(call).status == 401
    world.clock.now -= buckaroo.SKEW_S + 1
    for other in (
        replace(call, body=call.body + b" "),
        replace(call, path=call.path + "/"),
        replace(call, query=(("a", "b"),)),
        replace(call, headers={**call.headers, "authorization": "hmac x:y:z:1"}),
    ):
        assert world.account.answer(other).status == 401
    assert world.account.answer(call).status == 200


def test_each_attempt_has_a_nonce_of_its_own(world: World) -> None:
    world.server.trouble(Trouble.LOST_AFTER, times=2)
    world.make().check()
    assert len(world.account.nonces) == 3


def test_a_wrong_secret_is_named_and_hidden(world: World) -> None:
    with pytest.raises(CredentialsRefused) as refused:
        world.make("not-the-secret").check()
    assert "not-the-secret" not in str(refused.value)
    assert WEBSITE not in str(refused.value)


def test_the_files_are_here_or_on_a_server(world: World, tmp_path: Path) -> None:
    server = {"host": "a", "user": "b", "password": "c", "host_keys": [HOST_KEY]}
    both = {"use": "buckaroo", "website_key": "x", "secret_key": "y", "since": "2026-06-01"}
    for wrong in (both, {**both, "path": tmp_path, "server": server}):
        with pytest.raises(ValidationError, match="either path or server"):
            BuckarooSettings.model_validate(wrong)
    assert BuckarooSettings.model_validate({**both, "server": server}).server is not None
    assert list(world.make().warnings(date(2026, 6, 1))) == []


# Payouts


def test_a_payout_is_proven_to_the_cent(world: World) -> None:
    first = world.account.payment("100.10", invoice="F1")
    second = world.account.payment("50.00", invoice="F2")
    world.account.refund(first, "10.00")
    world.account.reversal(second, "50.00")
    paid = world.account.settle("0.35", "0.36")
    payout = world.payout()
    assert (payout.amount, payout.settled_on) == (eur(paid), date(2026, 6, 10))
    assert (payout.bank_reference, payout.payer) == ("Uitbetaling 10-06-2026", "Buckaroo")
    assert payout.paid_to.startswith(IBAN)
    proof = sums(payout, payout.amount)
    assert proof.is_proven
    assert (proof.payments, proof.refunds, proof.chargebacks, proof.fees) == (
        eur("150.10"),
        eur("10.00"),
        eur("50.00"),
        eur("0.71"),
    )
    told = [(line.kind, line.payment, [one.number for one in line.quoted]) for line in payout.lines]
    assert told == [
        (PayoutLineKind.PAYMENT, first, ["F1"]),
        (PayoutLineKind.PAYMENT, second, ["F2"]),
        (PayoutLineKind.REFUND, first, ["F1"]),
        (PayoutLineKind.CHARGEBACK, second, ["F2"]),
        (PayoutLineKind.FEE, "", []),
        (PayoutLineKind.FEE, "", []),
    ]


def test_a_reversal_months_later_names_the_invoice_of_its_payment(world: World) -> None:
    payment = world.account.payment("100.00", invoice="F1")
    world.account.settle()
    world.run()
    world.account.payment("200.00", "2026-09-08", invoice="F2")
    world.account.reversal(payment, "100.00", "2026-09-09")
    world.account.settle(day="2026-09-10")
    back = next(line for line in world.payout().lines if line.kind is PayoutLineKind.CHARGEBACK)
    assert (back.payment, back.amount, back.quoted) == (payment, eur("-100.00"), (Quoted(number="F1", amount=None),))


@pytest.mark.parametrize(
    ("payment", "quoted"),
    [
        ({"invoice": "F1", "order": "7019"}, [("F1", None)]),
        ({"order": "7019"}, [("7019", None)]),
        ({"invoice": "x", "parameters": {"invoices": "F1;F2"}}, [("F1", None), ("F2", None)]),
        ({"parameters": {"invoices": "F1=60.00; F2=40.00"}}, [("F1", "60.00"), ("F2", "40.00")]),
        ({"invoice": "F1", "parameters": {"colour": "red"}}, [("F1", None)]),
        ({"written": "2026-0042"}, [("2026-0042", None)]),
        ({}, []),
    ],
)
def test_what_a_payment_names(world: World, payment: dict[str, Any], quoted: list[tuple[str, str]]) -> None:
    world.account.payment("100.00", **payment)
    world.account.settle()
    (line,) = world.payout().lines
    assert list(line.quoted) == [
        Quoted(number=number, amount=None if part is None else eur(part)) for number, part in quoted
    ]


def test_each_payout_has_its_own_movements(world: World) -> None:
    """What comes after the end of the day that was paid out waits for the next payout; what is in several files belongs together."""
    world.account.payment("100.00", "2026-06-08", invoice="F1")
    world.account.file()
    world.account.costs("0.35", "2026-06-09")
    world.account.payment("40.00", "2026-06-10", invoice="F2")
    world.account.pay_out("2026-06-10", "99.65")
    world.account.file()
    assert len(world.payout().lines) == 2
    world.account.payment("60.00", "2026-06-11", invoice="F3")
    world.account.settle(day="2026-06-11")
    payout = world.payout()
    assert (payout.amount, [line.amount for line in payout.lines]) == (eur("100.00"), [eur("40.00"), eur("60.00")])


def test_two_payouts_of_one_day_and_none_before_since(world: World) -> None:
    world.account.payment("5.00", "2026-05-30")
    world.account.settle(day="2026-05-31")
    for value in ("10.00", "20.00"):
        world.account.payment(value, "2026-06-10")
        world.account.pay_out("2026-06-10")
    world.account.file()
    found = world.facts()
    assert [(one.payout_id, one.amount) for one in found] == [
        ("1234567890-EUR-2026-06-10-1", eur("10.00")),
        ("1234567890-EUR-2026-06-10-2", eur("20.00")),
    ]


def test_what_a_reserve_holds_back_is_left_and_not_plugged(world: World) -> None:
    world.account.payment("100.00", invoice="F1")
    world.account.pay_out(value="90.00")
    world.account.file()
    payout = world.payout()
    assert sums(payout, payout.amount).difference == eur("-10.00")
    # From then on the reserve stays where it is, and is in nobody's way.
    world.account.payment("50.00", "2026-06-11", invoice="F2")
    world.account.pay_out("2026-06-12", "50.00")
    world.account.file()
    payout = world.payout()
    assert sums(payout, payout.amount).is_proven


def test_files_are_joined_in_their_order_whatever_they_are_called(world: World) -> None:
    world.account.payment("100.00", "2026-06-08", invoice="F1")
    world.account.file("z.940")
    world.account.payment("50.00", "2026-06-09", invoice="F2")
    first = world.account.file("y.940")
    world.account.pay_out("2026-06-10")
    world.account.file("a.940")
    # The same statement once more, under another name.
    (first.parent / "copy.940").write_bytes(first.read_bytes())
    payout = world.payout()
    assert [line.amount for line in payout.lines] == [eur("100.00"), eur("50.00")]
    assert world.run() == []


def test_a_missing_file_is_named_and_healed(world: World) -> None:
    world.account.payment("100.00", "2026-06-08", invoice="F1")
    world.account.settle()
    world.account.payment("50.00", "2026-06-11", invoice="F2")
    missing = world.account.file()
    content = missing.read_bytes()
    missing.unlink()
    world.account.settle(day="2026-06-12")
    page = world.make().fetch(None)
    assert [one.name for one in page.documents][-1] == "payouts/1234567890-EUR-2026-06-10-1"
    world.cursor = page.cursor
    with pytest.raises(HumanActionNeeded, match=r"opens with 50.00, but the last one .* closed with 0.00"):
        world.run()
    missing.write_bytes(content)
    assert world.payout().amount == eur("50.00")


@pytest.mark.parametrize("content", [b"", b"hello", b":20:940A260610\r\n:25:1EUR\r\n", b"<html></html>"])
def test_a_file_that_is_none_stops_until_it_is_mended(world: World, content: bytes) -> None:
    world.account.payment("100.00", invoice="F1")
    world.account.pay_out()
    path = world.account.file()
    right = path.read_bytes()
    path.write_bytes(content)
    for _ in range(2):
        with pytest.raises(HumanActionNeeded, match="settlement file"):
            world.run()
        assert world.cursor is None
    path.write_bytes(right)
    assert world.payout().amount == eur("100.00")


def test_a_file_that_does_not_add_up_stops_until_it_is_mended(world: World) -> None:
    world.account.payment("100.00", invoice="F1")
    world.account.pay_out()
    path = world.account.file()
    right = path.read_bytes()
    path.write_bytes(right.replace(b"C100,00C021", b"C100,01C021"))
    with pytest.raises(HumanActionNeeded, match="does not add up"):
        world.run()
    path.write_bytes(right)
    assert world.payout().amount == eur("100.00")


def test_a_file_in_camt_is_the_same_file(world: World) -> None:
    """Another form of the same statement: the same payout, whose movements stand elsewhere."""
    key = world.account.payment("100.00", invoice="F1")
    world.account.settle("0.35")
    wanted = world.payout()
    (path,) = path_of(world).glob("*.940")
    path.unlink()
    (path_of(world) / "a.xml").write_text(
        _CAMT.format(
            entries="".join(
                [
                    _ntry("100.00", "CRDT", "C021", "2026-06-08", "iDEAL", "factuur/order: F1", f"xid.: {key}"),
                    _ntry("0.35", "DBIT", "N901", "2026-06-10", "Transactiekosten 10-06-2026"),
                    _ntry("99.65", "DBIT", "N404", "2026-06-10", "Uitbetaling 10-06-2026"),
                ]
            )
        )
    )
    world.cursor = None
    found = world.payout()
    assert [(one.kind, one.amount, one.quoted) for one in found.lines] == [
        (one.kind, one.amount, one.quoted) for one in wanted.lines
    ]
    assert (found.payout_id, found.bank_reference) == (wanted.payout_id, wanted.bank_reference)


def path_of(world: World) -> Path:
    return world.account.folder


def _ntry(amount: str, mark: str, code: str, day: str, *words: str) -> str:
    texts = "".join(f"<Ustrd>{one}</Ustrd>" for one in words)
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt>'
        f"<ValDt><Dt>{day}</Dt></ValDt><BkTxCd><Prtry><Cd>{code}</Cd></Prtry></BkTxCd>"
        f"<NtryDtls><TxDtls><RmtInf>{texts}</RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _bal(code: str, day: str) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


_CAMT = (
    '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>'
    "<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-06-10T20:00:00</CreDtTm></GrpHdr><Stmt><Id>S</Id><ElctrncSeqNb>1</ElctrncSeqNb>"
    "<CreDtTm>2026-06-10T20:00:00</CreDtTm><Acct><Id><Othr><Id>1234567890</Id></Othr></Id><Ccy>EUR</Ccy></Acct>"
    f"{_bal('OPBD', '2026-06-07')}{_bal('CLBD', '2026-06-10')}{{entries}}</Stmt></BkToCstmrStmt></Document>"
)


# What is there, and cannot be


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"AmountDebit": Decimal("99.99")}, "100.00 EUR in the settlement file and 99.99 EUR"),
        ({"AmountDebit": Decimal("100.001")}, "100.001"),
        ({"AmountDebit": "1e3"}, "1e3"),
        ({"Currency": "EURO"}, ""),
        ({"IsTest": True}, "test mode"),
        ({"Currency": None}, "'Currency' is missing"),
    ],
)
def test_a_transaction_that_cannot_be_is_a_fault_and_healed_by_the_same_page(
    world: World, change: dict[str, Any], reason: str
) -> None:
    key = world.account.payment("100.00", invoice="F1")
    world.account.payment("10.00", invoice="F2")
    world.account.settle()
    right = dict(world.account.transactions[key])
    world.account.transactions[key].update(change)
    found = world.facts()
    if "Currency" in change and change["Currency"] is not None:
        # Another currency counts as it was settled.
        assert isinstance(found[0], Payout)
        return
    (fault,) = found
    assert isinstance(fault, Fault)
    assert reason in fault.reason
    assert len(world.run()) == 1
    world.account.transactions[key] = right
    assert sums(world.payout(), eur("110.00")).is_proven
    assert world.run() == []


def test_a_movement_that_nobody_can_tell_is_named_and_a_word_in_the_tenant_file_heals_it(world: World) -> None:
    payment = world.account.payment("100.00", invoice="F1")
    back = world.account.reversal(payment, "40.00")
    world.account.transactions[back]["RelatedTransactions"][0]["RelationType"] = "storno"
    world.account.settle()
    (fault,) = world.facts()
    assert isinstance(fault, Fault)
    assert "type C501" in fault.reason
    make = world.make
    world.make = lambda: make(chargeback_relations=("Storno",))
    assert [line.kind for line in world.payout().lines] == [PayoutLineKind.PAYMENT, PayoutLineKind.CHARGEBACK]


def test_types_of_movements_say_it_where_no_relation_does(world: World) -> None:
    payment = world.account.payment("100.00", invoice="F1")
    for key in (world.account.reversal(payment, "40.00"), world.account.refund(payment, "10.00")):
        world.account.transactions[key].update(RelatedTransactions=None, Invoice="F1")
    world.account.settle()
    make = world.make
    world.make = lambda: make(chargeback_types=("C501",), refund_types=("C041",))
    lines = world.payout().lines
    assert [line.kind for line in lines[1:]] == [PayoutLineKind.CHARGEBACK, PayoutLineKind.REFUND]
    assert all([one.number for one in line.quoted] == ["F1"] for line in lines)


def test_a_payment_that_names_what_took_it_back_is_still_a_payment(world: World) -> None:
    world.account.names_both_ways = True
    first = world.account.payment("100.00", invoice="F1")
    world.account.payment("50.00", invoice="F2")
    world.account.reversal(first, "100.00")
    world.account.settle()
    kinds = [(line.kind, line.payment == first) for line in world.payout().lines]
    assert kinds == [(PayoutLineKind.PAYMENT, True), (PayoutLineKind.PAYMENT, False), (PayoutLineKind.CHARGEBACK, True)]


def test_money_that_comes_back_is_no_payment(world: World) -> None:
    payment = world.account.payment("100.00", invoice="F1")
    again = world.account.payment("10.00")
    related = [{"RelationType": "refund", "RelatedTransactionKey": payment}]
    world.account.transactions[again]["RelatedTransactions"] = related
    world.account.settle()
    (fault,) = world.facts()
    assert isinstance(fault, Fault)


def test_a_faulty_payout_holds_up_no_other(world: World) -> None:
    faulty = world.account.payment("100.00", "2026-06-08", invoice="F1")
    world.account.settle()
    world.account.transactions[faulty]["IsTest"] = True
    for day in range(11, 25):
        world.account.payment("1.00", f"2026-06-{day}")
        world.account.settle(day=f"2026-06-{day}")
    found = world.facts()
    assert [isinstance(one, Fault) for one in found] == [True, *[False] * 14]
    assert len(world.run()) == 1


def test_a_transaction_that_is_not_known_there_is_told_by_the_file(world: World) -> None:
    key = world.account.payment("100.00", invoice="F1")
    del world.account.transactions[key]
    world.account.settle()
    (line,) = world.payout().lines
    assert (line.kind, line.quoted) == (PayoutLineKind.PAYMENT, (Quoted(number="F1", amount=None),))


def test_answers_with_fewer_transactions_than_asked_for(world: World) -> None:
    world.account.at_once = 2
    for number in range(5):
        world.account.payment("1.00", parameters={"invoices": f"F{number}"})
    world.account.settle()
    assert [line.quoted[0].number for line in world.payout().lines] == [f"F{number}" for number in range(5)]


@pytest.mark.parametrize("field", ["Transactions"])
def test_a_changed_schema_stops_before_anything_is_stored(
    world: World, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.account.payment("100.00", invoice="F1")
    world.account.settle()
    answers = world.account._statuses

    def renamed(call: Any) -> Any:
        answer = answers(call)
        return type(answer)(body=answer.body.replace(f'"{field}"'.encode(), b'"Items"'), headers=answer.headers)

    monkeypatch.setattr(world.account, "_statuses", renamed)
    with pytest.raises(HumanActionNeeded, match="no list of rows"):
        world.run()
    assert world.cursor is None
    monkeypatch.undo()
    assert world.payout().amount == eur("100.00")


@pytest.mark.parametrize("trouble", [one for one in Trouble if one is not Trouble.EXPIRED])
def test_in_every_weather_everything_comes_once_it_clears(world: World, trouble: Trouble) -> None:
    world.account.payment("100.00", invoice="F1")
    world.account.settle()
    world.server.trouble(trouble, times=4)
    with pytest.raises(Transient):
        world.run()
    assert world.cursor is None
    world.server.clear()
    assert world.payout().amount == eur("100.00")
