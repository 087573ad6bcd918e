"""What is asked of each provider of direct debits, word by word: orders, a lost answer, a batch and the feed, kept as golden files.

Write them anew with AFLETTER_WRITE_GOLDEN=1, and read the difference.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from pathlib import Path

import pytest

from ledger.errors import OutcomeUnknown
from tests.conformance.debit_worlds import WORLDS, closing, feed_of, order, reference
from tests.simulators.clock import clock
from tests.simulators.server import Call, Trouble

GOLDEN = Path(__file__).parents[2] / "golden" / "debit_requests"
_SHOWN = ("authorization", "content-type", "idempotency-key", "x-resume-after", "x-types")
_SIGNATURE = re.compile(r"^(hmac \w+):.*$")


def _written(call: Call) -> str:
    lines = [f"{call.method} {call.path}", *(f"  {name}={value}" for name, value in call.query)]
    # A signature is over address, time and nonce, and checked over there: it is new each time.
    headers = {name: _SIGNATURE.sub(r"\1:...", call.headers[name]) for name in _SHOWN if name in call.headers}
    lines += [f"{name}: {value}" for name, value in headers.items()]
    body = call.body.decode()
    if body.startswith("{"):
        body = json.dumps(json.loads(body), indent=1, ensure_ascii=False)
    return "\n".join([*lines, "", body.replace("&", "\n&"), ""] if body else [*lines, ""])


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_the_requests_are_those_of_the_golden_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.rate_budget.RateBudget.take", lambda _: None)
    with clock():
        world = WORLDS[name](tmp_path)
        provider = world.make()
        provider.check()
        provider.send(order(world, 1))
        world.server.trouble(Trouble.LOST_AFTER, method="POST", part=world.order_part)
        with suppress(OutcomeUnknown):
            provider.send(order(world, 2))
        provider.find(order(world, 2).key)
        if provider.closes_batches:
            provider.send(closing(world, 1, 2))
        world.pay(reference(1))
        cursor, more, feed = None, True, feed_of(provider)
        while more:
            page = feed.fetch(cursor)
            cursor, more = page.cursor, page.has_more
        written = f"\n{'-' * 40}\n".join(map(_written, world.server.calls))
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("AFLETTER_WRITE_GOLDEN"):
        golden.write_text(written, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == written


def test_every_golden_file_has_its_world() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.txt")) == sorted(WORLDS)
