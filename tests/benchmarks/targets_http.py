"""10,000 postings to each accounting system that is asked over HTTP: calls and time per posting, and whether memory grows.

The system is a simulator in a process of its own. Its answers are kept, and a bare loop over the very same requests and answers, with nothing made of them but
parsed JSON, is the baseline. Times are of one core, ours only; the limits of the real systems are lifted, for waiting is not work.

    python -m tests.benchmarks.targets_http [--postings 10000] [--system odoo]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, cast

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from config.settings import ConnectorSettings
from connectors.exact.settings import ExactSettings
from connectors.moneybird.settings import MoneybirdSettings
from connectors.odoo.settings import OdooBooksSettings, OdooLogin
from connectors.ports import BatchSink
from connectors.registry import accounting_target
from connectors.target_accounts import TargetAccounts, TargetBank
from connectors.tryton.settings import TrytonBooksSettings
from tests.benchmarks.recorded import Turning, recorded
from tests.simulators import exact, moneybird, odoo, tryton
from tests.simulators.server import Simulator
from tests.unit.connectors.posting_cases import BANK, effect, paid

#: Targets of the project: what a posting may cost of calls, how many times the bare loop's time, and what memory may grow by.
CALLS_MAX = {"exact": 0.2, "moneybird": 1.1, "odoo": 1.2, "tryton": 1.4}
TIMES_BARE_MAX = 6.0
GROWTH_MAX_MIB = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one system came to. Seconds are of one core; ``growth_mib``: of peak memory, from a fifth of the postings to the last."""

    system: str
    postings: int
    calls: int
    seconds: float
    wall_seconds: float
    bare_seconds: float
    growth_mib: float


def _odoo(postings: int) -> Simulator:
    system = odoo.OdooSimulator()
    customer = system.contact("Jansen")
    for number in range(postings):
        system.invoice(str(number + 1), customer, "10.00")
    return system


def _exact(postings: int) -> Simulator:
    system = exact.ExactSimulator()
    customer = system.customer("1")
    for number in range(postings):
        system.invoice(number + 1, customer, "10.00")
    return system


def _moneybird(postings: int) -> Simulator:
    system = moneybird.MoneybirdSimulator()
    for number in range(postings):
        system.invoice(str(number + 1), "10.0")
    return system


def _tryton(_: int) -> Turning:
    """This simulator searches its tables from end to end: it begins anew with each batch, so that its own time stays bearable."""
    system = tryton.TrytonSimulator()
    customer = system.customer("Jansen", "1")

    def turn(numbers: range) -> None:
        for table in ("account.move", "account.move.line", "account.move.reconciliation", "account.invoice"):
            system.tables[table] = {}
        system.log.clear()
        for number in numbers:
            system.invoice(str(number), customer, "10.00")

    return Turning(simulator=system, turn=turn)


MAKERS: dict[str, Callable[[int], Simulator | Turning]] = {
    "exact": _exact,
    "moneybird": _moneybird,
    "odoo": _odoo,
    "tryton": _tryton,
}


def _settings(system: str, address: str, state: Path) -> ConnectorSettings:
    match system:
        case "odoo":
            login = OdooLogin(
                url=address,
                database=odoo.DATABASE,
                api_key=SecretStr(odoo.KEY),
                state=state,
                calls_per_minute=100_000,
                calls_per_day=10_000_000,
            )
            accounts = TargetAccounts(banks=(TargetBank(iban=BANK, account="550000", journal="BNK1"),))
            return OdooBooksSettings(use="odoo", connection=login, accounts=accounts)
        case "exact":
            return ExactSettings(
                use="exact",
                url=address,
                division=exact.DIVISION,
                client_id="app",
                client_secret=SecretStr("app-secret"),
                refresh_token=SecretStr("refresh-0"),
                accounts=TargetAccounts(
                    banks=(TargetBank(iban=BANK, account="1100", journal="20"),), receivable="1300"
                ),
                calls_per_minute=1000,
                calls_per_day=100_000,
                state=state,
            )
        case "tryton":
            return TrytonBooksSettings(
                use="tryton",
                url=address,
                database=tryton.DATABASE,
                user=tryton.USER,
                password=SecretStr(tryton.PASSWORD),
                accounts=TargetAccounts(banks=(TargetBank(iban=BANK, account="550001", journal="BNK"),)),
            )
        case _:
            return MoneybirdSettings(
                use="moneybird",
                url=address,
                administration=moneybird.ADMINISTRATION,
                token=SecretStr(moneybird.TOKEN),
                accounts=TargetAccounts(banks=(TargetBank(iban=BANK, account=moneybird.BANK_ACCOUNT),)),
                calls_per_5_minutes=100_000,
                state=state,
            )


def measured(system: str, postings: int) -> Figures:
    """One system, in this process."""
    with recorded(MAKERS[system], postings) as server, tempfile.TemporaryDirectory() as folder:
        target = cast("BatchSink", accounting_target(_settings(system, server.address, Path(folder)), "accounting/0"))
        began, began_wall = process_time(), perf_counter()
        early_kib = 0
        for start in range(0, postings, target.batch_size):
            numbers = range(start + 1, min(start + target.batch_size, postings) + 1)
            server.turn(numbers)
            target.send_many(
                [effect(paid(str(n), "10.00", day=f"2026-06-{(n - 1) * 28 // postings + 1:02}")) for n in numbers]
            )
            if not early_kib and start >= postings // 5:
                early_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds, wall = process_time() - began, perf_counter() - began_wall
        growth_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - early_kib) / 1024
        calls, bare = server.bare_loop()
    return Figures(
        system=system,
        postings=postings,
        calls=calls,
        seconds=seconds,
        wall_seconds=wall,
        bare_seconds=bare,
        growth_mib=growth_mib,
    )


def _in_own_process(system: str, postings: int) -> Figures:
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.targets_http",
        "--system",
        system,
        "--postings",
        str(postings),
        "--json",
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Figures(**cast("dict[str, Any]", json.loads(done.stdout)))


def main() -> int:
    """Table and verdict; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postings", type=int, default=10_000)
    parser.add_argument("--system", choices=sorted(MAKERS))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.json:
        print(json.dumps(asdict(measured(given.system, given.postings))))
        return 0
    table = Table(title=f"{given.postings:,} postings to each system over HTTP")
    for name in (
        "system",
        "calls per posting",
        "ms per posting",
        "bare loop, ms",
        "times",
        "wall, s",
        "memory grew, MiB",
    ):
        table.add_column(name, justify="left" if name == "system" else "right")
    missed = []
    for system in [given.system] if given.system else sorted(MAKERS):
        one = _in_own_process(system, given.postings)
        per, times = one.calls / one.postings, one.seconds / one.bare_seconds
        table.add_row(
            system,
            f"{per:.3f}",
            f"{one.seconds / one.postings * 1000:.2f}",
            f"{one.bare_seconds / one.postings * 1000:.2f}",
            f"{times:.1f}",
            f"{one.wall_seconds:.1f}",
            f"{one.growth_mib:.1f}",
        )
        if per > CALLS_MAX[system] or times > TIMES_BARE_MAX or one.growth_mib > GROWTH_MAX_MIB:
            missed.append(system)
    Console().print(table)
    if missed:
        print(f"missed its target: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
