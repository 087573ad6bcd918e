"""A shop and a portal that know the same customers and invoices: one of each is kept, and what they disagree on is told and not claimed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from daemon.tenant import opened
from tests.scenarios.clerk import CUSTOMER_COLUMNS, INVOICE_COLUMNS, MANDATE_COLUMNS, Clerk, Line

ONE = "invoices: [{use: folder, path: shop}]"
TWO = "invoices: [{use: folder, path: shop}, {use: folder, path: portal}]"


class TwoSources:
    """A clerk whose tenant has a shop and a portal."""

    def __init__(self, folder: Path) -> None:
        self.clerk = Clerk(folder)
        (folder / "portal").mkdir()
        self.set(ONE, TWO)

    def set(self, was: str, now: str) -> None:
        file = self.clerk.tenant_file
        text = file.read_text(encoding="utf-8")
        assert was in text
        file.write_text(text.replace(was, now), encoding="utf-8")

    def portal(self, name: str, columns: tuple[str, ...], *rows: dict[str, str]) -> None:
        with (self.clerk.folder / "portal" / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)

    def portal_invoices(self, *rows: dict[str, str]) -> None:
        self.portal("invoices", INVOICE_COLUMNS, *rows)

    def portal_customers(self, *rows: dict[str, str]) -> None:
        self.portal("customers", CUSTOMER_COLUMNS, *rows)

    def told(self, day: str) -> tuple[str, ...]:
        """What ``status`` says of sources."""
        return tuple(line for line in self.clerk.status(day).waiting if "invoices/" in line)


@pytest.fixture
def two(tmp_path: Path) -> TwoSources:
    sources = TwoSources(tmp_path)
    sources.clerk.customer("C1")
    sources.clerk.invoice("F1", "C1", "100.00", "2026-03-01", "2026-03-15")
    return sources


def test_an_invoice_out_of_both_is_one_and_is_reminded_of_once(two: TwoSources) -> None:
    clerk = two.clerk
    two.portal_customers(clerk.customers["C1"] | {"ibans": "BE68539007547034"})
    two.portal_invoices(clerk.invoices["F1"] | {"order_number": "O-77"})
    clerk.statement("2026-03-31")
    assert clerk.sync("2026-04-01").failures == []
    assert clerk.open("F1") == "100.00"
    with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
        (customer,), (document,) = list(t.facts.customers()), list(t.facts.documents())
    assert customer.ibans == ("BE68539007547034",)
    assert document.order_number == "O-77"
    sent = len(clerk.delivered("mail/new"))
    assert sent == 1
    clerk.sync("2026-04-01")
    assert len(clerk.delivered("mail/new")) == sent
    assert two.told("2026-04-01") == ()
    assert clerk.proven()


def test_the_first_source_is_believed_and_nothing_is_claimed_until_they_agree(two: TwoSources) -> None:
    clerk = two.clerk
    two.portal_customers(clerk.customers["C1"])
    two.portal_invoices(clerk.invoices["F1"] | {"total": "121.00"})
    clerk.statement("2026-03-31")
    for _ in range(2):
        clerk.sync("2026-04-01")
        assert clerk.open("F1") == "100.00"
        assert clerk.delivered("mail/new") == {}
        assert "document F1: gross is 100.00 EUR in invoices/0 and 121.00 EUR in invoices/1" in two.told("2026-04-01")
    two.portal_invoices(clerk.invoices["F1"])
    for _ in range(2):
        clerk.sync("2026-04-01")
        assert len(clerk.delivered("mail/new")) == 1
    assert two.told("2026-04-01") == ()
    assert clerk.proven()


def test_it_makes_no_difference_which_one_came_first(two: TwoSources) -> None:
    clerk = two.clerk
    shop = clerk.folder / "shop"
    stated = (shop / "invoices.csv").read_bytes()
    (shop / "invoices.csv").unlink()
    two.portal_customers(clerk.customers["C1"])
    two.portal_invoices(clerk.invoices["F1"] | {"total": "121.00"})
    clerk.sync("2026-03-02")
    assert clerk.open("F1") == "121.00"
    (shop / "invoices.csv").write_bytes(stated)
    for _ in range(2):
        clerk.sync("2026-03-03")
        assert clerk.open("F1") == "100.00"
    assert clerk.proven()


def test_a_payment_that_only_the_portal_knows_stops_the_reminder(two: TwoSources) -> None:
    clerk = two.clerk
    two.portal_customers(clerk.customers["C1"])
    two.portal_invoices(clerk.invoices["F1"] | {"paid": "100.00"})
    clerk.statement("2026-03-31")
    clerk.sync("2026-04-01")
    assert clerk.delivered("mail/new") == {}
    assert clerk.open("F1") == "0.00"
    assert two.told("2026-04-01") == ()
    assert clerk.proven()


def test_two_customers_of_one_number_are_not_mixed_up(two: TwoSources) -> None:
    clerk = two.clerk
    wolf = clerk.customers["C1"] | {"name": "Garage De Wolf", "email": "wolf@example.be"}
    two.portal_customers(wolf)
    two.portal_invoices(clerk.invoices["F1"] | {"number": "P9"})
    clerk.statement("2026-03-31")
    clerk.sync("2026-04-01")
    assert clerk.delivered("mail/new") == {}
    assert "customer C1: name differs in invoices/0 and invoices/1" in two.told("2026-04-01")


def test_a_customer_with_two_ids_is_told_and_made_one(two: TwoSources) -> None:
    clerk = two.clerk
    two.portal_customers(clerk.customers["C1"] | {"id": "4711"})
    two.portal_invoices(clerk.invoices["F1"] | {"number": "P9", "customer_id": "4711", "total": "50.00"})
    clerk.sync("2026-03-02")
    told = "customers C1 (invoices/0) and 4711 (invoices/1) share name and mail address: if they are one, add [C1, 4711] to `same_customers`, else to `different_customers`"
    assert told in two.told("2026-03-02")

    two.set("currency: EUR", "same_customers: [[C1, 4711]]\ncurrency: EUR")
    clerk.statement("2026-03-31")
    for _ in range(2):
        assert clerk.sync("2026-04-01").failures == []
        with opened(clerk.config) as tenant, tenant.store.snapshot() as t:
            assert [customer.customer_id for customer in t.facts.customers()] == ["C1"]
            assert {document.customer_id for document in t.facts.documents()} == {"C1"}
        assert len(clerk.delivered("mail/new")) == 1
    assert two.told("2026-04-01") == ()
    assert clerk.proven()


def test_one_vat_number_is_told_and_a_person_says_that_they_are_two(two: TwoSources) -> None:
    clerk = two.clerk
    columns = (*CUSTOMER_COLUMNS, "vat_number")
    clerk._write("customers.csv", columns, {"C1": clerk.customers["C1"] | {"vat_number": "0403.170.701"}})
    theirs = {"id": "4711", "name": "Bakkerij Maes", "email": "maes@example.be", "vat_number": "BE 0403 170 701"}
    two.portal("customers", columns, clerk.customers["C1"] | theirs)
    clerk.sync("2026-03-02")
    (told,) = two.told("2026-03-02")
    assert told.startswith("customers C1 (invoices/0) and 4711 (invoices/1) share a VAT number:")
    two.set("currency: EUR", "different_customers: [[C1, 4711]]\ncurrency: EUR")
    assert two.told("2026-03-02") == ()
    # Under one id a difference is told, and holds nothing.
    two.portal("customers", columns, clerk.customers["C1"] | {"vat_number": "NL004495445B01"})
    clerk.statement("2026-03-31")
    clerk.sync("2026-04-01")
    assert two.told("2026-04-01") == ("customer C1: vat number differs in invoices/0 and invoices/1",)
    assert len(clerk.delivered("mail/new")) == 1


def test_credit_on_account_under_the_other_id_covers_the_debt(two: TwoSources) -> None:
    clerk = two.clerk
    two.portal_customers(
        clerk.customers["C1"]
        | {"id": "4711", "name": "Els Maes", "email": "els@example.be", "ibans": "BE43068999999501"}
    )
    two.portal_invoices(clerk.invoices["F1"] | {"number": "P9", "customer_id": "4711", "total": "50.00"})
    paid = Line(amount="150.00", text="P9", name="Els Maes", iban="BE43068999999501", bank_reference="A1")
    clerk.statement("2026-03-10", paid)
    clerk.sync("2026-03-10")
    booked = clerk.booked("A1")
    if ("on_account", "4711", "100.00") not in booked:
        pytest.fail(f"the rest of the payment is not on account: {booked}")
    two.set("currency: EUR", "same_customers: [[C1, 4711]]\ncurrency: EUR")
    clerk.statement("2026-03-31")
    clerk.sync("2026-04-01")
    assert clerk.delivered("mail/new") == {}
    assert clerk.proven()


def test_a_mandate_that_one_source_has_revoked_is_not_used(two: TwoSources) -> None:
    clerk = two.clerk
    clerk.mandate("M1", "C1", "BE68539007547034", "2026-01-01")
    two.portal_customers(clerk.customers["C1"])
    two.portal("mandates", MANDATE_COLUMNS, clerk.mandates["M1"] | {"status": "revoked"})
    clerk.statement("2026-03-02")
    clerk.sync("2026-03-03")
    clerk.sync("2026-03-10")
    assert not list((clerk.folder / "to-bank").glob("*.xml"))
    assert "mandate M1: status is active in invoices/0 and revoked in invoices/1" in two.told("2026-03-10")


def test_an_invoice_that_stands_to_two_ids_is_held_and_the_way_out_is_told(two: TwoSources) -> None:
    clerk = two.clerk
    two.portal_customers(
        clerk.customers["C1"] | {"id": "K-7", "name": "Elektro Janssens", "email": "facturen@elektro.example"}
    )
    two.portal_invoices(clerk.invoices["F1"] | {"customer_id": "K-7"})
    clerk.statement("2026-03-31")
    for _ in range(2):
        clerk.sync("2026-04-01")
        assert clerk.delivered("mail/new") == {}
        assert two.told("2026-04-01") == (
            "document F1: customer id is C1 in invoices/0 and K-7 in invoices/1",
            "customers C1 (invoices/0) and K-7 (invoices/1) share invoice F1: if they are one, add [C1, K-7] to `same_customers`, else to `different_customers`",
        )
    # What is told is put into the tenant file as it stands.
    two.set("currency: EUR", "same_customers:\n  - [C1, K-7]\ncurrency: EUR")
    for _ in range(2):
        clerk.sync("2026-04-01")
        assert len(clerk.delivered("mail/new")) == 1
    # That their names share no word was said with it; what else differs is still told.
    assert two.told("2026-04-01") == ("customer C1: email differs in invoices/0 and invoices/1 (K-7)",)
    assert clerk.proven()
