from __future__ import annotations

import pytest

from ledger.reason_codes import REASON_CODES, ReturnAction, ReturnKind, reason_of


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("AM04", ReturnAction.RETRY_ONCE),
        ("MS03", ReturnAction.RETRY_ONCE),
        ("AC04", ReturnAction.ASK_ACCOUNT),
        ("MD01", ReturnAction.STOP_MANDATE),
        ("MD06", ReturnAction.DISPUTE),
        ("MD07", ReturnAction.BLOCK_ALL),
        ("AG02", ReturnAction.FIX_OURS),
        ("FOCR", ReturnAction.NONE),
    ],
)
def test_what_we_do_about_it(code: str, action: ReturnAction) -> None:
    assert reason_of(code).action is action


def test_an_unknown_code_keeps_its_name_and_goes_to_a_person() -> None:
    row = reason_of("XX99")
    assert (row.code, row.action) == ("XX99", ReturnAction.DISPUTE)


def test_every_row_is_complete() -> None:
    assert len(REASON_CODES) == 37
    for code, row in REASON_CODES.items():
        assert code == row.code
        assert row.meaning
        assert row.kinds


def test_only_these_come_as_a_refund() -> None:
    refunds = {code for code, row in REASON_CODES.items() if ReturnKind.REFUND in row.kinds}
    assert refunds == {"MD01", "MD06"}
