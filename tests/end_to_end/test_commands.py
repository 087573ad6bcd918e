"""A few commands as processes: what a script sees of them, and what a person at a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.processes import COMMAND, PATIENCE_S, afletter, environment
from tests.scenarios.clerk import Clerk, Line

DAY = "2026-06-10"
#: How a terminal is told to move its cursor; and what a bar is drawn with.
ESCAPE, BAR = "\x1b", "━"


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    clerk = Clerk(tmp_path / "tenant")
    clerk.customer("C1", "Claes BV")
    clerk.invoice("2026-0001", "C1", "121.00", "2026-06-01", "2026-07-01", payment_reference="000000000101")
    clerk.statement("2026-06-09", Line(amount="121.00", structured="000000000101", bank_reference="A1"))
    return clerk


def test_a_cycle_in_a_pipe_shows_no_bar_and_a_second_one_adds_nothing(clerk: Clerk) -> None:
    first = afletter("sync", "--config", str(clerk.tenant_file), "--as-of", DAY)
    assert first.returncode == 0, first.stderr
    for text in (first.stdout, first.stderr):
        assert ESCAPE not in text
        assert BAR not in text
    before = clerk.everything()
    again = afletter("sync", "--as-of", DAY, AFLETTER_CONFIG=str(clerk.tenant_file))
    assert again.returncode == 0, again.stderr
    assert clerk.everything() == before
    status = afletter("status", "--json", "--config", str(clerk.tenant_file))
    assert json.loads(status.stdout)[0]["last_cycle"]["as_of"] == DAY
    proof = afletter("verify", "--config", str(clerk.tenant_file))
    assert (proof.returncode, "NOT PROVEN" in proof.stdout) == (0, False)


def test_a_cycle_at_a_terminal_shows_a_bar(clerk: Clerk) -> None:
    master, slave = pty.openpty()
    command = [*COMMAND, "sync", "--config", str(clerk.tenant_file), "--as-of", DAY]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=slave, env=environment(TERM="xterm-256color", COLUMNS="120")
    )
    os.close(slave)
    shown = bytearray()
    try:
        while True:
            try:
                shown += os.read(master, 65536)
            except OSError:  # the process has closed its end
                break
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait()
        os.close(master)
    assert ESCAPE in shown.decode(errors="replace")
    assert "scenario" in shown.decode(errors="replace")


def test_bad_usage_and_bad_configuration_are_exit_2(tmp_path: Path) -> None:
    for arguments in (("sync", "--config", str(tmp_path / "nowhere")), ("sync", "--backwards"), ("dance",)):
        result = afletter(*arguments)
        assert result.returncode == 2
        assert result.stdout == ""
        assert "Traceback" not in result.stderr


def test_the_log_is_json_in_the_file_that_was_named(clerk: Clerk) -> None:
    log = clerk.folder / "afletter.log"
    for _ in range(2):
        afletter("--log", str(log), "sync", "--config", str(clerk.tenant_file), "--as-of", DAY)
    events = [json.loads(line)["event"] for line in log.read_text(encoding="utf-8").splitlines()]
    assert events.count("cycle") == 2, "a log is added to"
