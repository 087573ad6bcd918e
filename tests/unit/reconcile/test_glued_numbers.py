"""What is glued to a number belongs to it: digits of ours inside a case number, a measure, a fraction; and the same digits where they are ours."""

from __future__ import annotations

import pytest

from ledger.allocations import Matched
from tests.unit.reconcile.desk import Desk, booked, suggested

AMOUNT = "1417.53"


def desk_with(number: str) -> Desk:
    """One invoice of that number over AMOUNT, of a customer whose account is known, and a stranger's account at the desk."""
    desk = Desk()
    desk.customer("C1", "Druckerei Oberwein", "DE11")
    desk.document(number, "C1", AMOUNT)
    return desk


def by_stranger(desk: Desk, text: str, amount: str = AMOUNT) -> Desk:
    desk.pays(amount, text, name="Amtsgericht Neustadt", iban="DE99")
    return desk


@pytest.mark.parametrize(
    "text",
    [
        "Aktenzeichen 5 C 262330/26",
        "5 C 2330/26",
        "3 O 2330-26",
        "M 2330.26",
        "Az. K2330/7",
        "2330kWh",
        "x2330y",
        "polis 2330-12-04",
        "2330/3/7",
        "2330:12",
        "AZ 2330/26-S",
        "1-2330-26",
        "+2330/4",
        "2025/2330",
        "zaak nr 2330/26",
        "Lot Nr. 12.2330",
        "tel 0475 2330 11",
    ],
)
def test_what_is_glued_to_digits_makes_another_number_of_them(text: str) -> None:
    assert suggested(by_stranger(desk_with("2026/2330"), text).decides())


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2330/2026", "2330/2026"),
        ("2330/2026", "Rechnung 2330/26"),
        ("RE-2330/26", "RE-2330/26"),
        ("RE-2330/26", "2330/26"),
        ("RE-2330/26", "Rechnung 2330"),
        ("2026/2330", "Rechnung 26/2330"),
        ("2026/2330", "Rechnung 2330"),
        ("2026/2330", "RgNr2330"),
        ("2026/2330", "Rg.2330, Danke"),
        ("2026/2330", "(2330)"),
        ("VF2330", "VF 2330"),
        ("26000417", "26000417/Oberwein"),
        ("26000417", "26000417/12.06.26"),
    ],
)
def test_what_belongs_to_the_number_may_be_glued_to_it(number: str, text: str) -> None:
    assert booked(by_stranger(desk_with(number), text).decides()) == [("payment", number, AMOUNT)]


@pytest.mark.parametrize(
    "text", ["nr 2602147.55", "n° 2602147kWh", "kenmerk 2602147-A", "ref K2602147/7", "2602147/26"]
)
def test_digits_without_their_prefix_are_strong_only_by_themselves(text: str) -> None:
    assert suggested(by_stranger(desk_with("VF2602147"), text).decides())
    assert booked(by_stranger(desk_with("VF2602147"), "nr 2602147").decides()) == [("payment", "VF2602147", AMOUNT)]


@pytest.mark.parametrize("text", ["2330/26", "2330-1", "Beleg 2330/Mai"])
def test_the_customer_himself_may_glue_what_he_likes(text: str) -> None:
    desk = desk_with("2026/2330")
    desk.pays(AMOUNT, text, name="Druckerei Oberwein", iban="DE11")
    assert booked(desk.decides()) == [("payment", "2026/2330", AMOUNT)]


@pytest.mark.parametrize(
    ("number", "text"), [("V1/26/0762", "V1/25/0762"), ("202605-1403", "ref 202505-1403"), ("RE-2590/26", "RE-2590/25")]
)
def test_the_number_of_another_year_is_no_damaged_one_when_nobody_knows_the_payer(number: str, text: str) -> None:
    desk = desk_with(number)
    assert suggested(by_stranger(desk, text).decides())
    desk = desk_with(number)
    desk.pays(AMOUNT, text, name="Druckerei Oberwein", iban="DE11")
    assert booked(desk.decides()) == [("payment", number, AMOUNT)]


@pytest.mark.parametrize(
    "text", ["Rate 3 Darlehen 2026-4121", "5/36 deelbetaling woning 2026-4121", "tranche 2 cursus: 2026-4121"]
)
def test_a_strangers_part_of_something_else_is_no_part_of_an_invoice(text: str) -> None:
    assert suggested(by_stranger(desk_with("2026-4121"), text, "250.00").decides()) == [
        [("payment", "2026-4121", "250.00")]
    ]


@pytest.mark.parametrize(
    "text",
    ["Rate 3 zur Rechnung 2026-4121", "2e schijf factuur 2026-4121", "acompte sur 2026-4121", "Teilzahlung 2026-4121"],
)
def test_a_part_of_an_invoice_is_paid_by_anybody_who_says_so(text: str) -> None:
    outcome = by_stranger(desk_with("2026-4121"), text, "250.00").decides()
    assert isinstance(outcome, Matched)
    assert booked(outcome) == [("payment", "2026-4121", "250.00")]


def test_a_range_to_a_number_of_another_make_is_none() -> None:
    desk = desk_with("4125")
    desk.document("26VF0585", "C1", "60.00")
    desk.pays("1477.53", "4125 - 26VF0585", name="Druckerei Oberwein", iban="DE11")
    assert booked(desk.decides()) == [("payment", "26VF0585", "60.00"), ("payment", "4125", AMOUNT)]
