"""Pulling 50,000 invoices from each shop, portal and accounting system: requests per invoice, our time beside a bare loop, and memory.

The system is a simulator in a process of its own. Its answers are kept, and a bare loop over the very same requests and answers, with nothing made of them but
parsed JSON, is the baseline. Our time goes into asking, checking and reading them into facts; the store is not in it. Times are of one core, ours only; the
limits of the real systems are lifted, for waiting is not work.

    python -m tests.benchmarks.pulls [--invoices 50000] [--system woocommerce]
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
from connectors.odoo.settings import OdooInvoicesSettings, OdooLogin
from connectors.registry import invoice_source
from connectors.tryton.settings import TrytonInvoicesSettings
from connectors.whmcs.settings import WhmcsInvoicesSettings, WhmcsLogin
from connectors.woocommerce.settings import WooInvoicesSettings, WooLogin
from ledger.documents import Document
from ledger.sources import Fault
from tests.benchmarks.recorded import recorded
from tests.simulators import odoo, tryton, whmcs, woocommerce
from tests.simulators.server import Simulator

#: Requests for one invoice, at most: WHMCS has no list with all that an invoice holds, nor one of clients with their fields.
CALLS_MAX = {"odoo": 0.05, "tryton": 0.05, "whmcs": 1.15, "woocommerce": 0.05}
#: Milliseconds of ours for one invoice, at most, beyond those of the bare loop; most of WHMCS's are the counting of calls.
OWN_MS_MAX = {"odoo": 1.0, "tryton": 1.0, "whmcs": 3.0, "woocommerce": 1.0}
GROWTH_MAX_MIB = 10.0
#: Customers that the invoices are spread over.
CUSTOMERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one system came to. Seconds are of one core; ``growth_mib``: of peak memory, from a fifth of the invoices to the last."""

    system: str
    invoices: int
    calls: int
    seconds: float
    wall_seconds: float
    bare_seconds: float
    growth_mib: float


def _odoo(invoices: int) -> Simulator:
    system = odoo.OdooSimulator()
    customers = [system.contact(f"Customer {n}") for n in range(CUSTOMERS)]
    for number in range(invoices):
        system.invoice(str(number + 1), customers[number % CUSTOMERS], "10.00")
    return system


def _tryton(invoices: int) -> Simulator:
    system = tryton.TrytonSimulator()
    customers = [system.customer(f"Customer {n}", str(n)) for n in range(CUSTOMERS)]
    for number in range(invoices):
        system.invoice(str(number + 1), customers[number % CUSTOMERS], "10.00")
    return system


def _whmcs(invoices: int) -> Simulator:
    system = whmcs.WhmcsPortal()
    customers = [system.client() for _ in range(CUSTOMERS)]
    for number in range(invoices):
        system.invoice(customers[number % CUSTOMERS], "10.00")
    return system


def _woocommerce(invoices: int) -> Simulator:
    system = woocommerce.WooShop()
    customers = [system.customer() for _ in range(CUSTOMERS)]
    for number in range(invoices):
        system.order("10.00", invoice=f"F{number}", customer=customers[number % CUSTOMERS])
    return system


MAKERS: dict[str, Callable[[int], Simulator]] = {
    "odoo": _odoo,
    "tryton": _tryton,
    "whmcs": _whmcs,
    "woocommerce": _woocommerce,
}
_MUCH: dict[str, Any] = {"calls_per_minute": 100_000, "calls_per_day": 10_000_000}


def _settings(system: str, address: str, state: Path) -> ConnectorSettings:
    match system:
        case "odoo":
            login = OdooLogin(url=address, database=odoo.DATABASE, api_key=SecretStr(odoo.KEY), state=state, **_MUCH)
            return OdooInvoicesSettings(use="odoo", connection=login)
        case "tryton":
            return TrytonInvoicesSettings(
                use="tryton",
                url=address,
                database=tryton.DATABASE,
                user=tryton.USER,
                password=SecretStr(tryton.PASSWORD),
            )
        case "whmcs":
            portal = WhmcsLogin(
                url=address,
                identifier=SecretStr(whmcs.IDENTIFIER),
                secret=SecretStr(whmcs.SECRET),
                state=state,
                **_MUCH,
            )
            return WhmcsInvoicesSettings(use="whmcs", connection=portal)
        case _:
            shop = WooLogin(
                url=address,
                consumer_key=SecretStr(woocommerce.KEY),
                consumer_secret=SecretStr(woocommerce.SECRET),
                state=state,
                **_MUCH,
            )
            return WooInvoicesSettings(use="woocommerce", connection=shop)


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(system: str, invoices: int) -> Figures:
    """One system, in this process. Raises RuntimeError when an invoice is missing or faulty."""
    with recorded(MAKERS[system], invoices) as server, tempfile.TemporaryDirectory() as folder:
        source = invoice_source(_settings(system, server.address, Path(folder)), "invoices/0")
        began, began_wall = process_time(), perf_counter()
        cursor, read, early = None, 0, 0.0
        while True:
            page = source.fetch(cursor)
            for document in page.documents:
                for fact in source.parse(document):
                    if isinstance(fact, Fault):
                        raise RuntimeError(fact.line())
                    read += isinstance(fact, Document)
            cursor = page.cursor
            if not early and read >= invoices // 5:
                early = _peak_mib()
            if not page.has_more:
                break
        seconds, wall = process_time() - began, perf_counter() - began_wall
        growth = _peak_mib() - early
        if read < invoices:
            raise RuntimeError(f"{system}: {read} of {invoices} invoices were read")
        calls, bare = server.bare_loop()
    return Figures(
        system=system,
        invoices=invoices,
        calls=calls,
        seconds=seconds,
        wall_seconds=wall,
        bare_seconds=bare,
        growth_mib=growth,
    )


def _in_own_process(system: str, invoices: int) -> Figures:
    module = "tests.benchmarks.pulls"
    command = [sys.executable, "-m", module, "--system", system, "--invoices", str(invoices), "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Figures(**cast("dict[str, Any]", json.loads(done.stdout)))


def main() -> int:
    """Table and verdict; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--invoices", type=int, default=50_000)
    parser.add_argument("--system", choices=sorted(MAKERS))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.json:
        print(json.dumps(asdict(measured(given.system, given.invoices))))
        return 0
    table = Table(title=f"{given.invoices:,} invoices from each system over HTTP")
    for name in (
        "system",
        "requests per invoice",
        "ms per invoice",
        "bare loop, ms",
        "times",
        "wall, s",
        "memory grew, MiB",
    ):
        table.add_column(name, justify="left" if name == "system" else "right")
    missed = []
    for system in [given.system] if given.system else sorted(MAKERS):
        one = _in_own_process(system, given.invoices)
        per, times = one.calls / one.invoices, one.seconds / one.bare_seconds
        ours, bare = (1000 * seconds / one.invoices for seconds in (one.seconds, one.bare_seconds))
        table.add_row(
            system,
            f"{per:.4f}",
            f"{ours:.2f}",
            f"{bare:.2f}",
            f"{times:.1f}",
            f"{one.wall_seconds:.1f}",
            f"{one.growth_mib:.1f}",
        )
        if per > CALLS_MAX[system] or ours - bare > OWN_MS_MAX[system] or one.growth_mib > GROWTH_MAX_MIB:
            missed.append(system)
    Console().print(table)
    if missed:
        print(f"missed its target: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
