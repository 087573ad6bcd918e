from __future__ import annotations

from datetime import date

import pytest

from collect.mandates import (
    MANDATE_STEPS,
    MandateEvent,
    MandateObjection,
    account_fault,
    creditor_id_fault,
    lapses_on,
    objection,
)
from ledger.errors import IllegalStep
from ledger.mandates import Mandate, MandateStatus, MandateType
from ledger.states import advance
from tests.unit.collect.debtors import mandate

TODAY = date(2026, 9, 14)


def test_a_signed_mandate_may_be_used() -> None:
    assert objection(mandate(), TODAY, None) is None


@pytest.mark.parametrize(
    ("faulty", "expected"),
    [
        (mandate(status=MandateStatus.DRAFT), MandateObjection.NOT_SIGNED),
        (mandate(status=MandateStatus.SUSPENDED), MandateObjection.SUSPENDED),
        (mandate(status=MandateStatus.REVOKED), MandateObjection.REVOKED),
        (mandate(status=MandateStatus.LAPSED), MandateObjection.LAPSED),
        (mandate(status=MandateStatus.USED_UP), MandateObjection.USED_UP),
        (mandate(signed_on=date(2026, 9, 15)), MandateObjection.NOT_SIGNED),
        (mandate(signed_on=date(2023, 9, 14)), MandateObjection.LAPSED),
        (mandate("M 1"), MandateObjection.REFERENCE),
        (mandate("M" * 36), MandateObjection.REFERENCE),
        (mandate(iban="NL70TRIO0168933802"), MandateObjection.ACCOUNT),
        (mandate(iban=""), MandateObjection.ACCOUNT),
        (mandate(iban="SA0380000000608010167519"), MandateObjection.ACCOUNT),
    ],
)
def test_objections(faulty: Mandate, expected: MandateObjection) -> None:
    assert objection(faulty, TODAY, None) is expected


def test_every_status_but_active_is_an_objection() -> None:
    for status in MandateStatus:
        assert (objection(mandate(status=status), TODAY, None) is None) == (status is MandateStatus.ACTIVE)


def test_thirty_six_months_run_from_the_last_collection() -> None:
    old = mandate(signed_on=date(2020, 1, 31))
    assert lapses_on(old, None) == date(2023, 1, 31)
    assert lapses_on(old, date(2023, 9, 15)) == date(2026, 9, 15)
    assert objection(old, TODAY, date(2023, 9, 15)) is None
    assert objection(old, date(2026, 9, 15), date(2023, 9, 15)) is MandateObjection.LAPSED
    taken_over = mandate(signed_on=date(2020, 1, 31), last_collected_on=date(2025, 5, 1))
    assert objection(taken_over, TODAY, None) is None


def test_a_one_off_mandate_is_used_once() -> None:
    once = mandate(type_=MandateType.ONE_OFF)
    assert objection(once, TODAY, None) is None
    assert objection(once, TODAY, date(2026, 9, 1)) is MandateObjection.USED_UP


def test_steps() -> None:
    assert advance(MANDATE_STEPS, "M1", MandateStatus.DRAFT, MandateEvent.SIGN) is MandateStatus.ACTIVE
    with pytest.raises(IllegalStep, match="M1: no step 'resume' from state 'revoked'"):
        advance(MANDATE_STEPS, "M1", MandateStatus.REVOKED, MandateEvent.RESUME)


@pytest.mark.parametrize(
    "good", ["BE68ZZZ0123456789", "BE54ZZZ0533800797", "NL22ZZZ524885430000", "DE98ZZZ09999999999"]
)
def test_creditor_identifiers(good: str) -> None:
    assert creditor_id_fault(good) is None


@pytest.mark.parametrize("bad", ["", "NL98ZZZ301302950000", "BE67ZZZ0123456789", "BE68 ZZZ 0123456789", "0123456789"])
def test_faulty_creditor_identifiers(bad: str) -> None:
    assert creditor_id_fault(bad) == "is no creditor identifier"


def test_accounts() -> None:
    assert account_fault("BE55734798953744") is None
    assert account_fault("BE55734798953745") == "is no IBAN"
    assert account_fault("SA0380000000608010167519") == "is in SA, which is outside SEPA"
