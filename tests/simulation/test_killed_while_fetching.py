"""A cycle that fetches its files from a server, killed by a real SIGKILL: run again it comes to the same, and the server's files are put away once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from daemon.operator_log import open_log
from tests.ram_disk import no_fsync, tmp_path
from tests.scenarios.clerk import Line
from tests.scenarios.test_files_by_sftp import Remote
from tests.simulation import mortal as mortals
from tests.simulation.mortal import Mortal, differences

__all__ = ["no_fsync", "tmp_path"]

SEED = 20261122
POINTS = 16


def test_killed_while_fetching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_log("none")
    monkeypatch.setattr(mortals, "OUTSIDE", ("state/sftp",))
    clerk = Remote(tmp_path / "tenant")
    clerk.customer("B", "Baert BV")
    clerk.invoice("2026-0011", "B", "121.00", "2026-08-20", "2026-09-03", payment_reference="000000001111")
    clerk.statement("2026-09-04", Line(amount="121.00", structured="000000001111", bank_reference="R1"))
    clerk.statement("2026-09-05", Line(amount="-3.00", text="kosten", bank_reference="R2"))
    mortal = Mortal(clerk, "2026-09-07")
    put_away = (clerk.on_server("bank"), clerk.on_server("shop"))
    assert put_away == (
        ["archive/20260904.xml", "archive/20260905.xml"],
        ["archive/customers.csv", "archive/invoices.csv"],
    )
    # Points of our own disk and of the store; what dies between two calls to the server has its own test (test_sftp_sources).
    kinds = {
        "before commit",
        "before os.rename .arriving.part",
        "within write .arriving.part",
        "before os.rename index.json.new",
    }
    assert kinds <= set(mortal.points)
    points = random.Random(SEED).sample(range(1, len(mortal.points) + 1), POINTS)
    for point in sorted(points):
        mortal.before()
        assert mortal.die(point), f"nobody died {mortal.where(point)}"
        mortal.live()
        assert differences(mortal.outcome(), mortal.untouched) == {}, f"killed {mortal.where(point)}"
        assert (clerk.on_server("bank"), clerk.on_server("shop")) == put_away, f"killed {mortal.where(point)}"
