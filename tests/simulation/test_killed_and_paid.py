"""A cycle dies while it hands things over, and the customers pay before the next one: what had not left by then never leaves."""

from __future__ import annotations

import random
from pathlib import Path

from daemon.exports import ExportKind
from daemon.operator_log import open_log
from tests.scenarios.channels import debited, mails_to
from tests.scenarios.clerk import Clerk, Line
from tests.simulation.dozen import DAY_AFTER, FIRST_DAY, SECOND_DAY, first_day, second_day, structured
from tests.simulation.mortal import Mortal

SEED = 20260911
#: How many points a sample has.
POINTS = 20


def pay(clerk: Clerk) -> None:
    """Customers B (who was to be reminded) and D (who was to be debited) pay on the day of the death."""
    clerk.statement(
        SECOND_DAY,
        Line(amount="75.50", structured=structured(11), name="Baert BV", iban="BE10096123456704"),
        Line(amount="242.00", structured=structured(21), name="Dubois BV", iban="BE62510007547061"),
    )


def test_what_had_not_left_before_the_customers_paid_never_leaves(tmp_path: Path) -> None:
    open_log("none")
    clerk = first_day(tmp_path / "tenant")
    clerk.sync(FIRST_DAY)
    second_day(clerk)
    mortal = Mortal(clerk, SECOND_DAY)
    balance, statements, last = clerk.balance, clerk.statements, clerk.last_statement_on
    handing_over = [at for at, point in enumerate(mortal.points, start=1) if ".part" in point or ".marker" in point]
    others = [at for at in range(1, len(mortal.points) + 1) if at not in handing_over]
    for point in sorted([*handing_over, *random.Random(SEED).sample(others, POINTS)]):
        mortal.before()
        clerk.balance, clerk.statements, clerk.last_statement_on = balance, statements, last
        assert mortal.die(point)
        where = f"killed {mortal.where(point)}"
        left, told = len(debited(clerk)), len(mails_to(clerk, "B"))
        pay(clerk)
        mortal.live(DAY_AFTER)
        assert (len(debited(clerk)), len(mails_to(clerk, "B"))) == (left, told), where
        assert clerk.open("2026-0011") == clerk.open("2026-0021") == "0.00", where
        (collection,) = [row for row in clerk.rows(ExportKind.DEBITS) if row["document"] == "2026-0021"]
        assert collection["status"] == ("sent" if left else "cancelled"), where
        assert clerk.proven(), where
