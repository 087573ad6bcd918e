from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.ports import Cursor
from connectors.twikey.client import TwikeyClient, one_time_code
from connectors.twikey.debits import TwikeyDebits
from connectors.twikey.mandates import TwikeyMandates
from connectors.twikey.settings import TwikeyDebitsSettings, TwikeyLogin, TwikeyMandatesSettings
from ledger.errors import ConfigError, CredentialsRefused, HumanActionNeeded, Refused, Transient
from ledger.mandates import Mandate, MandateEnd, MandateStatus, MandateType, Scheme
from ledger.provider_debits import ProviderDebit, ProviderWord
from ledger.sources import Fault, RawDocument
from tests.simulators.clock import Clock, clock
from tests.simulators.server import Call, Loopback, Trouble, json_answer, running
from tests.simulators.twikey import BASE, TEMPLATE, TOKEN, TwikeyAccount

HOUR = 3600


@dataclass
class World:
    account: TwikeyAccount
    server: Loopback
    clock: Clock
    login: Callable[..., TwikeyLogin]
    cursor: Cursor | None = None

    def source(self, **settings: Any) -> TwikeyMandates:
        made = TwikeyMandatesSettings(use="twikey", connection=self.login(), **settings)
        return TwikeyMandates(made, "invoices/1")

    def debits(self) -> TwikeyDebits:
        return TwikeyDebits(
            TwikeyDebitsSettings(use="twikey", connection=self.login(), template=TEMPLATE), "direct_debit/bank"
        )

    def run(self, source: TwikeyMandates | None = None) -> list[RawDocument]:
        documents: list[RawDocument] = []
        more = True
        while more:
            page = (source or self.source()).fetch(self.cursor)
            documents.extend(page.documents)
            self.cursor, more = json.loads(json.dumps(page.cursor)), page.has_more
        return documents

    def facts(self, **settings: Any) -> list[Any]:
        source = self.source(**settings)
        return [fact for one in self.run(source) for fact in source.parse(one)]

    def asked(self, path: str) -> list[Call]:
        return [call for call in self.server.calls if call.path == f"{BASE}{path}"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    account = TwikeyAccount()
    with running(account) as server, clock() as time:

        def login(token: str = TOKEN, key: str | None = None) -> TwikeyLogin:
            return TwikeyLogin(
                api_token=SecretStr(token),
                private_key=None if key is None else SecretStr(key),
                url=f"{server.address}{BASE}",
                calls_per_minute=100_000,
                state=tmp_path / "state",
            )

        yield World(account, server, time, login)


# sessions


def test_one_session_for_all_who_share_it_and_a_new_one_after_a_day(world: World) -> None:
    for _ in range(3):
        world.source().check()
        world.debits().check()
    assert world.account.logins == 1
    world.clock.now += 22 * HOUR
    world.source().check()
    assert world.account.logins == 1
    world.clock.now += 2 * HOUR
    world.source().check()
    assert world.account.logins == 2


def test_a_session_that_ended_early_is_renewed_and_the_request_sent_again(world: World) -> None:
    world.source().check()
    world.account.log_out()
    world.account.sign("M-1")
    assert len(world.run()) == 1
    assert world.account.logins == 2


def test_a_login_that_fails_has_status_200_and_is_not_tried_again_for_an_hour(world: World) -> None:
    client = TwikeyClient(world.login("no such token"))
    for _ in range(3):
        with pytest.raises(CredentialsRefused, match="err_no_login") as refused:
            client.get("/mandate")
        assert "no such token" not in str(refused.value)
    assert world.account.logins == 1
    # Another token in the tenant file is tried at once.
    world.source().check()
    world.clock.now += HOUR + 1
    with pytest.raises(CredentialsRefused):
        TwikeyClient(world.login("no such token")).get("/mandate")
    assert world.account.logins == 3


def test_a_login_that_somebody_on_the_way_refuses_is_tried_again(world: World) -> None:
    world.server.trouble(Trouble.EXPIRED)
    with pytest.raises(CredentialsRefused):
        world.source().check()
    world.source().check()


def test_a_storm_of_logins_waits_as_long_as_twikey_says(world: World) -> None:
    real, answers = world.account.answer, iter([True])

    def limited(call: Call) -> Any:
        if next(answers, False):
            return json_answer({}, 429, {"X-Rate-Limit-Retry-After-Seconds": "17", "X-Rate-Limit-Remaining": "0"})
        return real(call)

    world.account.answer = limited  # type: ignore[method-assign]
    world.source().check()
    assert world.clock.slept >= 17


def test_the_one_time_code(world: World) -> None:
    """The number was worked out from RFC 2104 by hand: SHA-256, the prefix before the key, the nibble of the twentieth byte."""
    key = "00112233445566778899aabbccddeeff"
    code = one_time_code(key, 1_800_000_000)
    assert code == "2395909"
    assert code == one_time_code(key, 1_800_000_000 + 29 - 1_800_000_000 % 30)
    assert code != one_time_code(key, 1_800_000_030)
    assert code.isdigit()
    assert len(code) <= 8
    world.account.otp = one_time_code(key, world.clock.now)
    TwikeyClient(world.login(key=key)).get("/mandate", headers={"X-RESUME-AFTER": "0"})
    with pytest.raises(ConfigError, match="hexadecimal"):
        one_time_code("not hex", 0)


# mandates


def test_new_changed_and_cancelled(world: World) -> None:
    world.account.sign("M-1")
    world.account.sign("M-2", "C2", LclInstrm="B2B", Ocrncs={"SeqTp": "OOFF"})
    world.account.amend("M-1", DbtrAcct="NL69 TRIO 0168 9338 02")
    world.account.cancel("M-2")
    first, other, changed, ended = world.facts()
    assert (first.reference, first.customer_id, first.iban, first.bic) == ("M-1", "C1", "BE68539007547034", "GKCCBEBB")
    assert (first.scheme, first.type, first.signed_on, first.status, first.account_holder) == (
        Scheme.CORE,
        MandateType.RECURRENT,
        date(2026, 1, 5),
        MandateStatus.ACTIVE,
        "Jan Peeters",
    )
    assert (other.scheme, other.type) == (Scheme.B2B, MandateType.ONE_OFF)
    assert (changed.reference, changed.iban, changed.replaces) == ("M-1", "NL69TRIO0168933802", "")
    assert isinstance(ended, MandateEnd)
    assert ended.reference == "M-2"


def test_a_mandate_that_gets_another_reference_replaces_the_old_one(world: World) -> None:
    world.account.sign("M-1")
    world.run()
    world.account.amend("M-1", MndtId="M-9")
    new, old = world.facts()
    assert (new.reference, new.replaces) == ("M-9", "M-1")
    assert old == MandateEnd(reference="M-1", source=new.source)


@pytest.mark.parametrize(
    ("reason", "status"),
    [("uncollectable", MandateStatus.SUSPENDED), ("user", MandateStatus.SUSPENDED), ("_T50", MandateStatus.ACTIVE)],
)
def test_some_reasons_suspend(world: World, reason: str, status: MandateStatus) -> None:
    world.account.sign("M-1")
    world.account.amend("M-1", reason)
    assert world.facts()[-1].status is status


def test_where_the_customer_number_stands_is_a_setting(world: World) -> None:
    world.account.sign("M-1", None, SplmtryData=[{"Key": "portal", "Value": 42}], RfrdDoc="C-7")
    (fault,) = world.facts()
    assert isinstance(fault, Fault)
    assert not fault.whole_document
    assert "holds no customer number" in fault.reason
    for path, wanted in (("SplmtryData.portal", "S-42"), ("RfrdDoc", "S-C-7")):
        world.cursor = None
        (mandate,) = world.facts(customer_in=(path,), customer_prefix="S-")
        assert mandate.customer_id == wanted


@pytest.mark.parametrize(
    "change",
    [
        {"Ocrncs": {"SeqTp": "FNAL"}},
        {"DbtrAcct": ""},
        {"SplmtryData": [{"Key": "SignerDate#0", "Value": "yesterday"}]},
    ],
)
def test_a_mandate_that_cannot_be_is_a_fault_of_its_own(world: World, change: dict[str, Any]) -> None:
    world.account.sign("M-1", **change)
    world.account.sign("M-2")
    found = world.facts()
    assert [type(one) for one in found] == [Fault, Mandate]


def test_credit_cards_are_not_asked_for(world: World) -> None:
    world.account.sign("M-1", LclInstrm="CREDITCARD")
    assert world.facts() == []
    assert {call.headers["x-types"] for call in world.asked("/mandate")} == {"CORE,B2B"}


def test_what_was_read_and_not_stored_comes_again(world: World) -> None:
    for number in range(5):
        world.account.sign(f"M-{number}")
    first = world.source().fetch(None)
    again = world.source().fetch(None)
    assert [one.sha256 for one in again.documents] == [one.sha256 for one in first.documents]
    # Twikey is never left to remember by itself how far it told.
    assert all("x-resume-after" in call.headers for call in world.asked("/mandate"))
    world.cursor = first.cursor
    assert [one.name for one in world.run()] == ["mandates/M-3", "mandates/M-4"]


@pytest.mark.parametrize("spoiled", [{"Messages": None}, {"Messages": [{"EvtTime": "2026-01-05"}]}, {}, []])
def test_a_changed_schema_stops_before_anything_is_stored(world: World, spoiled: object) -> None:
    world.account.sign("M-1")
    real = world.account.answer

    def changed(call: Call) -> Any:
        return json_answer(spoiled, 200, {"X-LAST": "7"}) if call.path.endswith("/mandate") else real(call)

    world.account.answer = changed  # type: ignore[method-assign]
    with pytest.raises(HumanActionNeeded):
        world.run()
    world.account.answer = real  # type: ignore[method-assign]
    assert len(world.facts()) == 1


def test_a_page_without_its_place_is_never_taken_for_the_end(world: World) -> None:
    world.account.sign("M-1")
    real = world.account.answer

    def placeless(call: Call) -> Any:
        answer = real(call)
        return answer if "X-LAST" not in answer.headers else json_answer(json.loads(answer.body))

    world.account.answer = placeless  # type: ignore[method-assign]
    with pytest.raises(HumanActionNeeded, match="where the next one begins"):
        world.run()


# transactions


@pytest.mark.parametrize(
    ("state", "final", "code", "word", "reason"),
    [
        ("OPEN", False, "", ProviderWord.UNDER_WAY, ""),
        ("PAID", True, "", ProviderWord.PAID, ""),
        ("ERROR", True, "MS03", ProviderWord.FAILED, "MS03"),
        ("UNPAID", True, "AC04", ProviderWord.FAILED, "AC04"),
        # It is tried again over there.
        ("ERROR", False, "MS03", ProviderWord.UNDER_WAY, ""),
    ],
)
def test_states(world: World, state: str, final: bool, code: str, word: ProviderWord, reason: str) -> None:
    number = world.account.transaction("R-1", "M-1", 121.5)
    world.account.state(number, state, final=final, code=code)
    feed = world.debits().feed()
    page = feed.fetch(None)
    (said,) = feed.parse(page.documents[-1])
    assert isinstance(said, ProviderDebit)
    assert (said.word, said.reason_code, said.amount.decimal(), said.on) == (word, reason, "121.50", date(2026, 9, 16))


@pytest.mark.parametrize("amount", ["12,50", -1.0, 0.001, None, True, "1e9"])
def test_amounts_that_cannot_be_stop_the_feed_until_they_are_mended(world: World, amount: Any) -> None:
    world.account.transaction("R-1", "M-1", 10.0)
    world.account.newest_word()["amount"] = amount
    with pytest.raises(HumanActionNeeded):
        world.debits().feed().fetch(None)
    world.account.newest_word()["amount"] = 10.0
    assert len(world.debits().feed().fetch(None).documents) == 1


@pytest.mark.parametrize("change", [{"state": "LIMBO"}, {"final": "yes"}, {"id": None, "state": None}])
def test_states_that_are_not_known_stop_the_feed(world: World, change: dict[str, Any]) -> None:
    world.account.transaction("R-1", "M-1", 10.0)
    world.account.newest_word().update(change)
    with pytest.raises(HumanActionNeeded):
        world.debits().feed().fetch(None)


def test_what_twikey_says_no_to_is_said(world: World) -> None:
    client = TwikeyClient(world.login())
    with pytest.raises(Refused, match="err_no_contract No contract was found"):
        client.post("/transaction", {"mndtId": "M-9", "message": "x", "amount": "1.00"})


@pytest.mark.parametrize("trouble", [one for one in Trouble if one is not Trouble.EXPIRED])
def test_in_every_weather_everything_comes_once_it_clears(world: World, trouble: Trouble) -> None:
    world.account.sign("M-1")
    world.source().check()
    world.server.trouble(trouble, times=4)
    with pytest.raises(Transient):
        world.run()
    world.server.clear()
    assert len(world.facts()) == 1
