"""The operators' log: JSON lines, IBANs masked, passwords hidden, libraries' words among them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from daemon.operator_log import masked, open_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "afletter.log"
    open_log(str(path))
    yield path
    open_log("none")


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("account BE55734798953744 moved", "account BE55…3744 moved"),
        ("BE55 7347 9895 3744", "BE55…3744"),
        ("stmt_BE55734798953744_20260914.cod: empty", "stmt_BE55…3744_20260914.cod: empty"),
        ("be55 7347 9895 3744.cod: empty", "be55…3744.cod: empty"),
        ("key de12345678901234567890abcdef", "key de12345678901234567890abcdef"),
        ("nl91abna0417164300", "nl91abna0417164300"),
        ("DE89370400440532013000, NL91ABNA0417164300", "DE89…3000, NL91…4300"),
        ("postgresql+psycopg://an:s3cr3t@host/books", "postgresql+psycopg://an:***@host/books"),
        ("invoice 2026-0001 of 121.00 EUR", "invoice 2026-0001 of 121.00 EUR"),
    ],
)
def test_masked(text: str, hidden: str) -> None:
    assert masked(text) == hidden


def test_every_line_is_json_with_time_and_level_and_everything_in_it_is_masked(log: Path) -> None:
    structlog.get_logger().warning(
        "fault BE55734798953744", lines=["DE89370400440532013000"], more={"a": "NL91ABNA0417164300"}
    )
    (line,) = lines(log)
    assert line["level"] == "warning"
    assert line["timestamp"].endswith("Z")
    assert (line["event"], line["lines"], line["more"]) == ("fault BE55…3744", ["DE89…3000"], {"a": "NL91…4300"})


def test_a_defect_is_one_line_with_its_traceback_masked(log: Path) -> None:
    try:
        raise ValueError("account BE55734798953744")
    except ValueError:
        structlog.get_logger().exception("defect")
    (line,) = lines(log)
    assert "ValueError" in line["exception"]
    assert "BE55734798953744" not in line["exception"]


def test_what_libraries_say_is_in_the_same_form(log: Path) -> None:
    logging.getLogger("apscheduler.scheduler").warning("Execution of job %s skipped", "BE55734798953744")
    logging.getLogger("apscheduler.scheduler").info("nobody needs this")
    (line,) = lines(log)
    assert (line["event"], line["library"]) == ("Execution of job BE55…3744 skipped", "apscheduler.scheduler")


def test_none_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    open_log("none")
    structlog.get_logger().error("nobody hears this")
    logging.getLogger("apscheduler").error("nor this")
    assert capfd.readouterr() == ("", "")
