"""A mandate that cannot be used stops its own customer, says so in `status`, and nobody else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from daemon.status import status_of
from daemon.tenant import opened
from tests.scenarios.channels import debited
from tests.scenarios.clerk import Clerk

GOOD, OTHER = "NL69TRIO0168933802", "NL47TRIO0168933810"


def faults(clerk: Clerk, day: str) -> tuple[str, ...]:
    with opened(clerk.config) as tenant:
        return status_of(tenant, date.fromisoformat(day)).faults


@pytest.mark.parametrize(
    ("iban", "signed", "reason"),
    [
        ("NL00TRIO0168933810", "2026-01-05", "iban"),
        (OTHER, "", "signed_on"),
        (OTHER, "31-12-2025", "signed_on"),
    ],
)
def test_only_that_customer_is_not_collected_from(tmp_path: Path, iban: str, signed: str, reason: str) -> None:
    clerk = Clerk(tmp_path)
    for customer, account, day in (("C1", GOOD, "2026-01-05"), ("C2", iban, signed)):
        clerk.customer(customer)
        clerk.mandate(f"M-{customer}", customer, account, day)
        clerk.invoice(f"F-{customer}", customer, "121.00", "2026-09-01", "2026-09-07")
    for day in ("2026-09-07", "2026-09-10"):
        clerk.statement(day)
        clerk.sync(day)
    assert [one.mandate for one in debited(clerk)] == ["M-C1"]
    said = "\n".join(faults(clerk, "2026-09-10"))
    assert "mandates.csv" in said
    assert reason in said
