"""What a banking app reads: EPC069-12."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collect.transfer_code import transfer_code
from formats.qr_code import qr_modules, qr_png
from ledger.money import Money


def code(minor: int = 100, currency: str = "EUR", **more: str) -> str:
    return transfer_code(name="Bench BV", iban="BE55734798953744", amount=Money(minor, currency), **more)


def test_the_lines_in_their_order() -> None:
    assert code(123456, bic="GKCCBEBB", text="factuur 2026/1").split("\n") == [
        "BCD", "002", "1", "SCT", "GKCCBEBB", "Bench BV", "BE55734798953744", "EUR1234.56", "", "", "factuur 2026/1",
    ]  # fmt: skip
    assert code(reference="RF18539007547034", text="x").split("\n")[9:] == ["RF18539007547034"]


@pytest.mark.parametrize(("minor", "currency"), [(0, "EUR"), (-1, "EUR"), (100_000_000_000, "EUR"), (100, "USD")])
def test_amounts_that_no_code_says(minor: int, currency: str) -> None:
    assert code(minor, currency) == ""


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_adds_a_line_and_every_code_can_be_drawn(name: str, text: str) -> None:
    content = transfer_code(name=name, iban="BE55734798953744", amount=Money(1, "EUR"), text=text)
    if content:
        assert len(content.encode(errors="replace")) <= 331
        assert len(content.split("\n")) <= 11
        assert content.split("\n")[6:8] == ["BE55734798953744", "EUR0.01"]


def test_it_is_drawn_with_its_quiet_zone() -> None:
    lines = qr_modules(code())
    assert len({len(line) for line in lines} | {len(lines)}) == 1
    assert not any(any(line) for line in lines[:4])
    assert lines[4][4:11] == b"\1" * 7, "a finder pattern"
    assert qr_png(code()) == qr_png(code())
    assert qr_png(code()).startswith(b"\x89PNG")
