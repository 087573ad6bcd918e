"""A cycle that is killed at any point and run again comes to what a cycle that nobody killed comes to: nothing lost, nothing twice.

The kill is a SIGKILL of a real process (killing.py); the world is one of a dozen bank entries with every kind of effect
(dozen.py), and a sample tenant of the demo.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import make_url

from daemon.demo import FIRST_DAY as DEMO_FIRST_DAY
from daemon.exports import ExportKind
from daemon.operator_log import open_log
from daemon.tenant import opened
from examples.generator import AS_OF as DEMO_SECOND_DAY
from examples.generator import write_world
from ledger.effects import EffectKind, EffectState
from tests.postgres import PostgresServer, postgres_server
from tests.scenarios.desk import Desk
from tests.scenarios.test_calls_and_cases import HAND_OVER, SERVICE, STEPS, clerk_with, on
from tests.simulation.dozen import DAY_AFTER, FIRST_DAY, SECOND_DAY, first_day, second_day
from tests.simulation.mortal import Mortal, OnPostgres, differences

__all__ = ["postgres_server"]

SEED = 20260910
#: How many points a sample has.
FIRST_CYCLE_POINTS = 25
KILLED_TWICE = 15
KILLED_OVERNIGHT = 15
DEMO_POINTS = 25
POSTGRES_POINTS = 30
LATE_POINTS = 40
#: What leaves only when letters did not help.
LATE_KINDS = {EffectKind.HAND_OVER, EffectKind.SERVICE}
#: Invoices of the demo's tenant.
DEMO_INVOICES = 60


@pytest.fixture(autouse=True)
def quiet() -> None:
    """The operators' log of some hundred cycles is nobody's reading."""
    open_log("none")


def the_second_day(folder: Path) -> Mortal:
    clerk = first_day(folder)
    clerk.sync(FIRST_DAY)
    second_day(clerk)
    return Mortal(clerk, SECOND_DAY)


def the_day_of_the_case(folder: Path) -> Mortal:
    """The day on which a customer's case goes to the agency, and his service is stopped."""
    clerk = clerk_with(folder, HAND_OVER % "none", SERVICE.replace("notice_days: 5", "notice_days: 9"))
    *before, last = STEPS
    for day in before:
        clerk.statement(on(day))
        clerk.sync(on(day))
    clerk.statement(on(last))
    return Mortal(clerk, on(last))


def sample(mortal: Mortal, size: int) -> list[int]:
    points = range(1, len(mortal.points) + 1)
    return sorted(random.Random(SEED).sample(points, min(size, len(points))))


def die_and_live(mortal: Mortal, points: Iterable[int]) -> None:
    """Die at each of the points and live again: each time it comes to the same, and one run more adds nothing."""
    died = 0
    for point in points:
        mortal.before()
        assert mortal.die(point), f"nobody died {mortal.where(point)}"
        died += 1
        mortal.live()
        assert differences(mortal.outcome(), mortal.untouched) == {}, f"killed {mortal.where(point)}"
    mortal.live()
    assert differences(mortal.outcome(), mortal.untouched) == {}, "a further run added something"
    print(f"killed at {died} of {len(mortal.points)} points")


def test_the_killed_cycle_holds_every_kind_of_effect_and_every_kind_of_point(tmp_path: Path) -> None:
    mortal = the_second_day(tmp_path / "tenant")
    with opened(mortal.desk.config) as tenant, tenant.store.snapshot() as t:
        done = list(t.outbox.with_state(EffectState.DONE))
    today = date.fromisoformat(SECOND_DAY)
    kinds_of_effects = {effect.kind for effect in done if effect.not_before == today}
    # The others leave in a cycle of their own, below; what portals and payment providers are told goes over a network, and dies in the conformance suites.
    assert kinds_of_effects == set(EffectKind) - LATE_KINDS - {EffectKind.PORTAL_FEEDBACK, EffectKind.COLLECTION}
    messages = [row["kind"] for row in mortal.untouched_rows(ExportKind.REMINDERS) if row["as_of"] == SECOND_DAY]
    assert sorted(messages) == ["pre_notification", "reminder"]
    entries = {row["bank_reference"]: row["status"] for row in mortal.untouched_rows(ExportKind.MATCHES)}
    assert sum(reference.startswith("260909") for reference in entries) == 12
    assert set(entries.values()) == {"matched", "review", "ignored"}
    kinds = Counter(point if point == "before commit" else point.rpartition(" ")[0] for point in mortal.points)
    assert kinds.keys() >= {"before commit", "before open", "before write", "within write", "before os.rename"}
    assert kinds.keys() >= {"before os.remove", "before os.mkdir"}
    handed_over = 3
    assert kinds["before os.rename"] >= 2 * handed_over, "a part and its marker each"
    assert kinds["before commit"] > 2 * handed_over, "one before, one after each"


def test_killed_at_every_point(tmp_path: Path) -> None:
    mortal = the_second_day(tmp_path / "tenant")
    die_and_live(mortal, range(1, len(mortal.points) + 1))


def test_killed_while_a_case_and_an_order_to_stop_a_service_leave(tmp_path: Path) -> None:
    mortal = the_day_of_the_case(tmp_path / "tenant")
    with opened(mortal.desk.config) as tenant, tenant.store.snapshot() as t:
        today = date.fromisoformat(mortal.as_of)
        done = {effect.kind for effect in t.outbox.with_state(EffectState.DONE) if effect.not_before == today}
    assert done >= LATE_KINDS
    die_and_live(mortal, sample(mortal, LATE_POINTS))


def test_killed_in_the_very_first_cycle(tmp_path: Path) -> None:
    """Here the store is made, and the books get their frame."""
    mortal = Mortal(first_day(tmp_path / "tenant"), FIRST_DAY)
    die_and_live(mortal, sample(mortal, FIRST_CYCLE_POINTS))


def test_killed_twice_in_a_row(tmp_path: Path) -> None:
    mortal = the_second_day(tmp_path / "tenant")
    chance = random.Random(SEED)
    for first in sample(mortal, KILLED_TWICE):
        second = chance.randint(1, len(mortal.points))
        mortal.before()
        assert mortal.die(first)
        mortal.die(second)
        mortal.live()
        assert differences(mortal.outcome(), mortal.untouched) == {}, f"killed {mortal.where(first, second)}"


def test_killed_and_run_again_the_next_day_nothing_is_lost_or_leaves_twice(tmp_path: Path) -> None:
    """What was begun on the day of the death leaves once, on that day or on the next."""
    mortal = the_second_day(tmp_path / "tenant")
    clerk = mortal.desk
    for point in sample(mortal, KILLED_OVERNIGHT):
        mortal.before()
        assert mortal.die(point)
        mortal.live(DAY_AFTER)
        where = f"killed {mortal.where(point)}"
        assert clerk.proven(), where
        assert clerk.rows(ExportKind.OPEN_ITEMS) == mortal.untouched_rows(ExportKind.OPEN_ITEMS), where
        assert clerk.rows(ExportKind.MATCHES) == mortal.untouched_rows(ExportKind.MATCHES), where
        assert len(clerk.delivered("to-bank")) == 1, where
        reminders = [row for row in clerk.rows(ExportKind.REMINDERS) if row["status"] != "cancelled"]
        assert {row["status"] for row in reminders} == {"sent"}, where
        sent = [(row["customer_id"], row["kind"]) for row in reminders]
        assert sent == [("D", "pre_notification"), ("E", "pre_notification"), ("B", "reminder")], where
        assert sum(name.startswith("new/") for name in clerk.delivered("mail")) == len(sent), where


def test_killed_in_a_cycle_of_the_demo(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "be")
    write_world(desk.folder, "be", invoices=DEMO_INVOICES)
    coming = desk.folder / "coming"
    coming.mkdir()
    for path in sorted((desk.folder / "bank").iterdir()):
        if path.stem[-8:] >= f"{DEMO_FIRST_DAY:%Y%m%d}":
            path.rename(coming / path.name)
    desk.sync(DEMO_FIRST_DAY.isoformat())
    for path in coming.iterdir():
        path.rename(desk.folder / "bank" / path.name)
    mortal = Mortal(desk, DEMO_SECOND_DAY.isoformat())
    die_and_live(mortal, sample(mortal, DEMO_POINTS))


@pytest.mark.postgres
def test_killed_on_postgresql(tmp_path: Path, postgres_server: PostgresServer) -> None:
    url = postgres_server.fresh()
    clerk = first_day(tmp_path / "tenant", store=url)
    clerk.sync(FIRST_DAY)
    second_day(clerk)
    mortal = Mortal(clerk, SECOND_DAY, OnPostgres(postgres_server, make_url(url).database or ""))
    die_and_live(mortal, sample(mortal, POSTGRES_POINTS))
