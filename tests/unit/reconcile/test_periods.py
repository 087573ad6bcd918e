"""Months and years in a payer's words: what they name, and what they are good for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reconcile.periods import Period, periods_in
from reconcile.text import plain
from tests.unit.reconcile.desk import Desk, booked, suggested


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        ("Miete Juni 2026", [(2026, 6)]),
        ("huur maart", [(0, 3)]),
        ("Beitrag März/April 2026", [(0, 3), (2026, 4)]),
        ("loyer août-2025", [(2025, 8)]),
        ("rent 06/2026", [(2026, 6)]),
        ("cotisation 2026", [(2026, 0)]),
        ("betaald op 12.06.2026", []),
        ("2026-0412", []),
        ("Maison Marsan, Junius", []),
        ("voor Jan Peeters", []),
        ("jan 2026", [(2026, 1)]),
        ("", []),
    ],
)
def test_what_a_text_names(text: str, periods: list[tuple[int, int]]) -> None:
    assert list(periods_in(plain(text))) == [Period(*each) for each in periods]


def test_a_period_has_its_days() -> None:
    assert Period(2026, 6).has(date(2026, 6, 30))
    assert not Period(2026, 6).has(date(2025, 6, 30))
    assert Period(0, 6).has(date(2025, 6, 1))
    assert Period(2026, 0).has(date(2026, 12, 31))


def monthly(*, oldest_first: bool) -> Desk:
    """One customer with the same amount open of June, July and August 2026."""
    desk = Desk()
    desk.policy = replace(desk.policy, equal_open_oldest_first=oldest_first)
    desk.customer("C1", "Smits Bouw BV", "BE11")
    for at in range(3):
        desk.document(f"F2026-{101 + at:05d}", "C1", "12.10", day=31 * at)
    return desk


def test_the_document_of_the_month_named_is_shown_first_and_never_booked_for_that() -> None:
    desk = monthly(oldest_first=False)
    desk.pays("12.10", "huur juli 2026", name="Smits", iban="BE11", day=70)
    first, *others = suggested(desk.decides())
    assert first == [("payment", "F2026-00102", "12.10")]
    assert [number for ((_, number, _),) in others] == ["F2026-00101", "F2026-00103"]


def test_the_law_s_order_gives_way_to_the_payer_s_word() -> None:
    desk = monthly(oldest_first=True)
    desk.pays("12.10", "huur juli 2026", name="Smits", iban="BE11", day=70)
    assert suggested(desk.decides())[0] == [("payment", "F2026-00102", "12.10")]


@pytest.mark.parametrize("text", ["huur", "huur december 1999", "huur 2026"])
def test_a_word_that_tells_none_apart_leaves_the_law_s_order(text: str) -> None:
    desk = monthly(oldest_first=True)
    desk.pays("12.10", text, name="Smits", iban="BE11", day=70)
    assert booked(desk.decides()) == [("payment", "F2026-00101", "12.10")]
