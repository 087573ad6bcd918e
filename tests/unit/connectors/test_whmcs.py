from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors.ports import Cursor
from connectors.whmcs.invoices import WhmcsInvoices
from connectors.whmcs.open_invoices import OpenInvoices
from connectors.whmcs.settings import WhmcsFeedbackSettings, WhmcsInvoicesSettings, WhmcsLogin, WhmcsMandates
from ledger.documents import Document, DocumentKind
from ledger.effects import Effect, EffectKind, key_of
from ledger.errors import ConflictingPayload, CredentialsRefused, HumanActionNeeded, OutcomeUnknown, Refused, Transient
from ledger.mandates import Mandate, MandateStatus
from ledger.money import Money
from ledger.party import Customer, CustomerType
from ledger.portal_feedback import PortalFeedback, PortalState, feedback_key, feedback_payload
from ledger.sources import Fault, RawDocument
from tests.simulators.clock import clock
from tests.simulators.server import Loopback, Trouble, json_answer, running
from tests.simulators.whmcs import IDENTIFIER, SECRET, WhmcsPortal

IBAN = "BE68539007547034"


@dataclass
class World:
    portal: WhmcsPortal
    server: Loopback
    make: Callable[..., WhmcsInvoices]
    cursor: Cursor | None = None

    def run(self, **settings: Any) -> list[RawDocument]:
        """One run, as the daemon makes it."""
        documents: list[RawDocument] = []
        more, pages = True, 0
        while more:
            page = self.make(**settings).fetch(self.cursor)
            documents.extend(page.documents)
            self.cursor, more = json.loads(json.dumps(page.cursor)), page.has_more
            pages += 1
            assert pages < 200
        return documents

    def facts(self, **settings: Any) -> list[Any]:
        source = self.make(**settings)
        return [fact for one in self.run(**settings) for fact in source.parse(one)]

    def documents(self, **settings: Any) -> dict[str, Document]:
        return {fact.number: fact for fact in self.facts(**settings) if isinstance(fact, Document)}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    portal = WhmcsPortal()
    with running(portal) as server, clock():

        def make(*, secret: str = SECRET, page: int = 3, **settings: Any) -> WhmcsInvoices:
            login = WhmcsLogin(
                url=server.address,
                identifier=SecretStr(IDENTIFIER),
                secret=SecretStr(secret),
                page=page,
                calls_per_minute=100_000,
                state=tmp_path / "state",
            )
            return WhmcsInvoices(WhmcsInvoicesSettings(use="whmcs", connection=login, **settings), "invoices/0")

        yield World(portal, server, make)


def eur(text: str) -> Money:
    return Money.parse(text, "EUR")


def test_an_invoice_with_its_client(world: World) -> None:
    client = world.portal.client(language="french")
    number = world.portal.invoice(client, "100.00", tax=Decimal("21.00"))
    customer, invoice = world.facts(customer_prefix="W", number_prefix="WH-")
    assert (customer.customer_id, customer.name, customer.type) == (f"W{client}", "Peeters BV", CustomerType.BUSINESS)
    assert (customer.language, customer.address.city) == ("fr", "Gent")
    assert (invoice.number, invoice.gross, invoice.due_on) == (f"WH-{number}", eur("121.00"), date(2026, 6, 15))
    assert invoice.source.name == f"invoices/{number}"


@pytest.mark.parametrize(
    ("written", "country", "known"),
    [
        ("0403.170.701", "BE", "BE0403170701"),
        ("NL004495445B01", "BE", "NL004495445B01"),
        ("0403.170.702", "BE", ""),
        ("private", "", ""),
    ],
)
def test_the_vat_number_of_a_client(world: World, written: str, country: str, known: str) -> None:
    world.portal.invoice(world.portal.client(tax_id=written, countrycode=country), "100.00")
    customer, _ = world.facts()
    assert customer.vat_number == known


def test_many_pages_come_once_and_only_what_changed_comes_again(world: World) -> None:
    client = world.portal.client()
    numbers = [world.portal.invoice(client, "10.00") for _ in range(11)]
    assert sorted(world.documents()) == sorted(map(str, numbers))
    assert world.run() == []
    world.portal.change(numbers[4], subtotal=Decimal(12))
    late = world.portal.invoice(client, "7.00")
    found = world.documents()
    assert {number: one.gross for number, one in found.items()} == {
        str(numbers[4]): eur("12.00"),
        str(late): eur("7.00"),
    }
    assert world.run() == []


@pytest.mark.parametrize("none", ["", [], {}, {"invoice": ""}, {"invoice": []}, None])
def test_a_portal_without_invoices_says_so_in_many_ways(
    world: World, none: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = json_answer({"result": "success", "totalresults": 0, "numreturned": 0, "invoices": none})
    monkeypatch.setattr(world.portal, "answer", lambda _call: nothing)
    assert world.facts() == []


def test_invoices_that_are_counted_and_not_shown_are_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = json_answer({"result": "success", "totalresults": 3, "invoices": ""})
    monkeypatch.setattr(world.portal, "answer", lambda _call: hidden)
    with pytest.raises(HumanActionNeeded, match="counts 3 invoices and shows none"):
        world.facts()


def test_rows_that_vanish_while_pages_are_read_hide_none(world: World) -> None:
    client = world.portal.client()
    numbers = [world.portal.invoice(client, "10.00") for _ in range(9)]
    source = world.make()
    first = source.fetch(None)
    del world.portal.invoices[numbers[0]], world.portal.invoices[numbers[1]]
    world.cursor = first.cursor
    assert {str(number) for number in numbers[3:]} <= set(world.documents())


@pytest.mark.parametrize("credit_off", [True, False])
def test_credit_and_gateways_are_taken_over_whatever_total_means(world: World, credit_off: bool) -> None:
    world.portal.credit_off = credit_off
    number = world.portal.invoice(world.portal.client(), "100.00", credit=Decimal(10))
    world.portal.pay(number, "30.00")
    world.portal.pay(number, "20.00", "banktransfer", "by a clerk")
    invoice = world.documents()[str(number)]
    assert (invoice.gross, invoice.settled_at_source) == (eur("100.00"), eur("40.00"))


def test_a_total_that_fits_nothing_is_a_fault_and_heals(world: World) -> None:
    number = world.portal.invoice(world.portal.client(), "100.00", total="99.00")
    (fault,) = world.facts()
    assert isinstance(fault, Fault)
    assert "neither" in fault.reason
    del world.portal.invoices[number]["total"]
    assert world.documents()[str(number)].gross == eur("100.00")


@pytest.mark.parametrize("total", ["1e9", "10.001", "NaN", ""])
def test_amounts_that_cannot_be(world: World, total: str) -> None:
    world.portal.invoice(world.portal.client(), "100.00", total=total)
    (fault,) = world.facts()
    assert isinstance(fault, Fault)


def test_a_currency_that_cannot_be(world: World) -> None:
    world.portal.invoice(world.portal.client(currency_code="EURO"), "100.00")
    (fault,) = world.facts()
    assert "no currency" in fault.reason


def test_the_number_given_on_payment_does_not_make_a_second_invoice(world: World) -> None:
    number = world.portal.invoice(world.portal.client(), "100.00")
    assert world.documents()[str(number)].order_number == ""
    world.portal.pay(number, "100.00")
    found = world.documents()
    assert list(found) == [str(number)]
    assert found[str(number)].order_number == f"2026-{number}"
    assert found[str(number)].settled_at_source == eur("100.00")


def test_invoicenum_as_the_number(world: World) -> None:
    world.portal.numbers_on_payment = False
    number = world.portal.invoice(world.portal.client(), "100.00")
    invoice = world.documents(number="invoicenum")[f"2026-{number}"]
    assert invoice.order_number == str(number)


def test_a_part_payment_that_shows_in_no_list_is_seen(world: World) -> None:
    world.portal.touches = False
    number = world.portal.invoice(world.portal.client(), "100.00")
    world.run()
    world.portal.pay(number, "30.00")
    assert world.documents()[str(number)].settled_at_source == eur("30.00")


def test_what_was_paid_over_the_bank_before_we_began(world: World) -> None:
    number = world.portal.invoice(world.portal.client(), "100.00")
    world.portal.pay(number, "100.00", "banktransfer", "clerk")
    assert world.documents()[str(number)].settled_at_source == eur("0")
    world.cursor = None
    assert world.documents(taken_over_until=date(2026, 6, 1))[str(number)].settled_at_source == eur("100.00")


def test_marked_as_paid_by_hand(world: World) -> None:
    client = world.portal.client()
    online = world.portal.invoice(client, "100.00", status="Paid", paymentmethod="mollie")
    by_bank = world.portal.invoice(client, "100.00", status="Paid")
    found = world.documents()
    assert found[str(online)].settled_at_source == eur("100.00")
    assert found[str(by_bank)].settled_at_source == eur("0")


@pytest.mark.parametrize("lines", [True, False])
def test_a_cursor_of_an_earlier_version_goes_on(world: World, *, lines: bool) -> None:
    client = world.portal.client()
    numbers = [world.portal.invoice(client, "100.00") for _ in range(4)]
    # Its first page of open invoices was read when it was written.
    page = world.make().fetch(world.cursor)
    while json.loads(page.cursor)["stream"] != "Payment Pending":
        page = world.make().fetch(page.cursor)
    place = json.loads(page.cursor)
    names = ("row", "digest", "kind", "currency", "issued_on", "due_on", "customer", "number")
    kept = OpenInvoices(place.pop("open_blocks"))
    rows = {str(number): kept.of(number) for number in kept}
    assert [row["number"] for row in rows.values()] == list(map(str, numbers))
    assert {*rows[str(numbers[0])]} == {*names}
    del place["met_blocks"]
    place["met"] = list(map(str, numbers))
    place["open"] = {key: "\t".join(row[name] for name in names) for key, row in rows.items()} if lines else rows
    world.cursor = json.dumps(place)
    assert world.documents() == {}
    del world.portal.invoices[numbers[1]]
    (gone,) = world.documents().values()
    assert (gone.number, gone.gross) == (str(numbers[1]), eur("0"))


def test_many_open_invoices_take_little_of_a_cursor() -> None:
    kept = OpenInvoices({})
    for number in range(2_000, 7_000):
        digests = {
            "row": sha256(f"r{number}".encode()).hexdigest()[:16],
            "digest": sha256(b"%d" % number).hexdigest()[:16],
        }
        said = {"kind": "invoice", "currency": "EUR", "issued_on": "2026-06-01", "due_on": "2026-06-15"}
        kept.keep(number, {**said, **digests, "customer": f"W{number % 500}", "number": str(number)})
    assert len(json.dumps(kept.written())) < 45 * 5_000
    again = OpenInvoices(kept.written())
    assert list(again) == list(range(2_000, 7_000))
    assert again.of(6_999)["number"] == "6999"
    assert again.of(7_000) == {}


@given(
    st.lists(
        st.tuples(st.sampled_from(["keep", "drop", "write"]), st.integers(0, 1_500), st.text("a\t\nü", max_size=3)),
        max_size=30,
    )
)
def test_open_invoices_are_kept_as_in_a_plain_table(acts: list[tuple[str, int, str]]) -> None:
    kept, plain = OpenInvoices({}), {}
    for act, number, called in acts:
        match act:
            case "keep":
                plain[number] = {"row": "r", "number": called} if called else {"row": "r"}
                kept.keep(number, plain[number])
            case "drop":
                plain.pop(number, None)
                kept.drop(number)
            case _:
                kept = OpenInvoices(json.loads(json.dumps(kept.written())))
        assert (number in kept) == (number in plain)
    assert {number: kept.of(number) for number in list(kept)} == plain
    assert list(kept) == sorted(plain)


def test_what_was_cancelled_before_we_came_is_not_even_asked_for(world: World) -> None:
    client = world.portal.client()
    over = world.portal.invoice(client, "100.00", status="Cancelled")
    world.portal.invoice(client, "50.00")
    assert len(world.documents()) == 1
    asked = [call.body for call in world.server.calls if b"action=GetInvoice&" in call.body]
    assert len(asked) == 1
    assert f"invoiceid={over}&".encode() not in asked[0]


def test_an_invoice_of_a_client_that_was_deleted_stops_nothing_else(world: World) -> None:
    gone, client = world.portal.client(), world.portal.client()
    orphan, closed = world.portal.invoice(gone, "100.00"), world.portal.invoice(gone, "5.00", status="Paid")
    good = world.portal.invoice(client, "50.00")
    del world.portal.clients[gone]
    facts = world.facts()
    assert [fact.number for fact in facts if isinstance(fact, Document)] == [str(good)]
    (fault,) = (fact for fact in facts if isinstance(fact, Fault))
    assert f"invoices/{orphan}" in fault.line()
    assert f"client {gone} was deleted" in fault.reason
    assert f"invoices/{closed}" not in fault.line()
    # Its document comes again without a fault, which heals it.
    world.portal.change(orphan, status="Cancelled")
    mended = world.run()
    assert {one.name for one in mended} == {f"invoices/{orphan}"}
    assert [fact for one in mended for fact in world.make().parse(one)] == []
    assert world.run() == []


@pytest.mark.parametrize("end", ["Cancelled", "Paid"])
def test_a_client_is_deleted_and_its_open_invoice_closed(world: World, end: str) -> None:
    client = world.portal.client()
    number = world.portal.invoice(client, "100.00")
    world.run()
    del world.portal.clients[client]
    world.portal.change(number, status=end)
    assert world.documents()[str(number)].gross == eur("0")
    assert world.run() == []


@pytest.mark.parametrize("end", ["Cancelled", "deleted"])
def test_cancelled_and_deleted_invoices_owe_nothing(world: World, end: str) -> None:
    number = world.portal.invoice(world.portal.client(), "100.00")
    world.run()
    if end == "deleted":
        del world.portal.invoices[number]
    else:
        world.portal.change(number, status=end)
    assert world.documents()[str(number)].gross == eur("0")
    assert world.run() == []


def test_changes_after_an_invoice_was_closed(world: World) -> None:
    number = world.portal.invoice(world.portal.client(), "100.00")
    world.portal.pay(number, "100.00")
    world.run()
    # A chargeback: WHMCS puts the invoice into collection.
    world.portal._book(number, gateway="mollie", transid="cb", amountout=Decimal(100))
    world.portal.change(number, status="Collections")
    assert world.documents()[str(number)].settled_at_source == eur("0")
    world.portal.change(number, status="Refunded")
    assert world.documents()[str(number)].settled_at_source == eur("100.00")


def test_a_paid_invoice_that_is_refunded_is_found_by_the_sweep(world: World) -> None:
    client = world.portal.client()
    number = world.portal.invoice(client, "100.00")
    world.portal.pay(number, "100.00")
    for _ in range(7):
        world.portal.pay(world.portal.invoice(client, "1.00"), "1.00")
    world.run()
    world.portal.change(number, status="Cancelled")
    found: dict[str, Document] = {}
    for _ in range(6):
        found |= world.documents()
    assert found[str(number)].gross == eur("0")


def test_drafts_prepayments_and_wrappers_claim_nothing(world: World) -> None:
    client = world.portal.client()
    draft = world.portal.invoice(client, "10.00", status="Draft")
    world.portal.invoice(client, "10.00", items=["AddFunds"])
    world.portal.invoice(client, "10.00", items=["Invoice", "Invoice"])
    assert world.documents() == {}
    world.portal.change(draft, status="Unpaid")
    assert list(world.documents()) == [str(draft)]


def test_a_negative_invoice_is_a_credit_note(world: World) -> None:
    number = world.portal.invoice(world.portal.client(), "-25.00", status="Paid")
    note = world.documents()[str(number)]
    assert (note.kind, note.gross, note.settled_at_source) == (DocumentKind.CREDIT_NOTE, eur("25.00"), eur("25.00"))


FIELDS = WhmcsMandates(reference=3, iban=4, signed_on=5)


def fields(iban: str = IBAN, signed: str = "03/04/2026") -> list[dict[str, Any]]:
    return [
        {"id": 3, "value": "M-1"},
        {"id": 4, "value": iban},
        {"id": 5, "value": signed},
        {"id": 9, "value": "secret"},
    ]


def test_a_mandate_from_custom_fields(world: World) -> None:
    world.portal.invoice(world.portal.client(customfields=fields()), "10.00")
    facts = world.facts(mandates=FIELDS)
    (mandate,) = (one for one in facts if isinstance(one, Mandate))
    assert (mandate.reference, mandate.iban, mandate.signed_on) == ("M-1", IBAN, date(2026, 4, 3))
    assert (mandate.account_holder, mandate.status) == ("Peeters BV", MandateStatus.ACTIVE)
    assert next(one for one in facts if isinstance(one, Customer)).ibans == (IBAN,)


@pytest.mark.parametrize("values", [fields(iban="BE00"), fields(signed="soon")])
def test_a_broken_mandate_is_told_and_the_invoice_stands(world: World, values: list[dict[str, Any]]) -> None:
    world.portal.invoice(world.portal.client(customfields=values), "10.00")
    facts = world.facts(mandates=FIELDS)
    assert sum(isinstance(one, Document) for one in facts) == 1
    (fault,) = (one for one in facts if isinstance(one, Fault))
    assert not fault.whole_document


def test_a_changed_schema_stops_before_anything_is_stored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.portal.invoice(world.portal.client(), "10.00")
    real = world.portal._row
    monkeypatch.setattr(world.portal, "_row", lambda n: {k: v for k, v in real(n).items() if k != "subtotal"})
    with pytest.raises(HumanActionNeeded, match="'subtotal' is missing"):
        world.run()
    monkeypatch.undo()
    assert len(world.documents()) == 1


def test_wrong_credentials_are_named_and_hidden(world: World) -> None:
    with pytest.raises(CredentialsRefused) as refused:
        world.make(secret="a-wrong-secret").check()
    assert "a-wrong-secret" not in str(refused.value)
    world.make().check()


@pytest.mark.parametrize("trouble", [one for one in Trouble if one is not Trouble.EXPIRED])
def test_in_every_weather_everything_comes_once_it_clears(world: World, trouble: Trouble) -> None:
    client = world.portal.client()
    for _ in range(7):
        world.portal.invoice(client, "10.00")
    world.server.trouble(trouble, times=4)
    with pytest.raises(Transient):
        world.run()
    world.server.clear()
    assert len(world.documents()) == 7


# Feedback


def word(invoice: int, amount: str, state: PortalState = PortalState.PAID, n: int = 0) -> Effect:
    feedback = PortalFeedback(
        document=str(invoice),
        place=f"invoices/{invoice}",
        state=state,
        amount=eur(amount),
        settled=eur("0"),
        open=eur("0"),
        on=date(2026, 6, 12),
    )
    return Effect(
        key=feedback_key(key_of("feedback", str(invoice), str(n)), feedback.place),
        kind=EffectKind.PORTAL_FEEDBACK,
        sink="invoices/0/feedback",
        subject=str(invoice),
        payload=feedback_payload(feedback),
        not_before=date(2026, 6, 12),
    )


def sink_of(world: World) -> Any:
    return world.make(feedback=WhmcsFeedbackSettings(gateway="banktransfer")).feedback()


def test_paid_in_parts_never_twice_and_never_without_an_amount(world: World) -> None:
    number = world.portal.invoice(world.portal.client(), "100.00")
    part, rest = word(number, "40.00", PortalState.PARTLY_PAID), word(number, "60.00", n=1)
    sink = sink_of(world)
    sink.check()
    receipt = sink.send(part)
    assert sink.send(part) == receipt == sink_of(world).find(part.key)
    assert world.portal.balance(number) == Decimal(60)
    sink.send(rest)
    assert (world.portal.invoices[number]["status"], world.portal.balance(number)) == ("Paid", Decimal(0))
    assert world.portal.actions == ["AddInvoicePayment"] * 2
    # What we told comes back and is not taken over again.
    assert world.documents()[str(number)].settled_at_source == eur("0")
    with pytest.raises(Refused, match="nothing to tell"):
        sink.send(word(number, "0.00", n=2))


def test_taken_back_by_the_bank(world: World) -> None:
    number = world.portal.invoice(world.portal.client(), "100.00")
    sink = sink_of(world)
    sink.send(word(number, "100.00"))
    back = word(number, "-100.00", PortalState.OPEN_AGAIN, 1)
    receipt = sink.send(back)
    assert (world.portal.invoices[number]["status"], world.portal.balance(number)) == ("Unpaid", Decimal(100))
    assert sink.send(back) == receipt
    assert world.portal.actions == ["AddInvoicePayment", "AddTransaction", "UpdateInvoice"]


def test_more_than_is_open_there_is_for_a_person(world: World) -> None:
    client = world.portal.client()
    number = world.portal.invoice(client, "100.00")
    world.portal.pay(number, "50.00")
    with pytest.raises(Refused, match=r"50\.00 EUR open"):
        sink_of(world).send(word(number, "100.00"))
    cancelled = world.portal.invoice(client, "100.00", status="Cancelled")
    with pytest.raises(Refused, match="Cancelled"):
        sink_of(world).send(word(cancelled, "100.00"))
    with pytest.raises(Refused, match="any more"):
        sink_of(world).send(word(99_999, "100.00"))
    assert world.portal.credits == {}


def test_the_same_key_with_another_amount_is_our_mistake(world: World) -> None:
    number = world.portal.invoice(world.portal.client(), "100.00")
    sink_of(world).send(word(number, "40.00"))
    with pytest.raises(ConflictingPayload):
        sink_of(world).send(word(number, "41.00"))


@pytest.mark.parametrize("trouble", [Trouble.LOST_AFTER, Trouble.BAD_GATEWAY_AFTER, Trouble.HTML, Trouble.HALF])
def test_a_lost_answer_is_found_again(world: World, trouble: Trouble) -> None:
    number = world.portal.invoice(world.portal.client(), "100.00")
    sink, paid = sink_of(world), word(number, "100.00")
    world.server.trouble(trouble, part="AddInvoicePayment")
    with pytest.raises(OutcomeUnknown):
        sink.send(paid)
    assert sink.find(paid.key) is not None or sink.send(paid)
    assert world.portal.balance(number) == 0
    assert world.portal.actions == ["AddInvoicePayment"]


def test_a_payment_method_that_is_not_there(world: World) -> None:
    with pytest.raises(Refused, match="no payment method"):
        world.make(feedback=WhmcsFeedbackSettings(gateway="bank")).feedback().check()  # type: ignore[union-attr]
