"""The commands of contract.md: help, exit codes, forms of output, and that nothing secret is printed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]  # has no types
import pytest
import structlog
import typer
from jsonschema import Draft202012Validator
from rich.console import Console
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from daemon import cli
from daemon.exports import ExportKind
from daemon.operator_log import open_log
from daemon.tenant import opened
from tests.ram_disk import no_fsync, tmp_path
from tests.scenarios.clerk import Clerk, Line

__all__ = ["no_fsync", "tmp_path"]

#: The first lines of exports, as contract.md fixes them.
HEADERS = {
    "matches": "tenant,bank_reference,account,booking_date,amount,status,rank,kind,document,customer_id,allocated,confidence,reason",
    "open-items": "tenant,document,kind,customer_id,issue_date,due_date,currency,total,settled,open,status,dunning_level,mandate_reference",
    "debits": "tenant,document,customer_id,mandate_reference,scheme,sequence_type,amount,collection_date,end_to_end_id,message_id,"
    "status,reason_code",
    "reminders": "tenant,customer_id,documents,level,kind,channel,as_of,amount_due,message_id,status",
    "log": "tenant,sequence,as_of,subject,decision,evidence,runner_up,reason,by,hash",
}
DAY = "2026-06-10"


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    """A tenant after a cycle: one entry is matched, one waits for a person and has a suggestion."""
    clerk = Clerk(tmp_path / "tenants")
    clerk.customer("C1", "Claes BV")
    clerk.invoice("2026-0001", "C1", "121.00", "2026-06-01", "2026-07-01", payment_reference="000000000101")
    clerk.invoice("2026-0002", "C1", "75.00", "2026-06-01", "2026-07-01", payment_reference="000000000202")
    clerk.invoice("2026-0003", "C1", "75.00", "2026-06-01", "2026-07-01", payment_reference="000000000303")
    clerk.statement(
        "2026-06-09",
        Line(amount="121.00", structured="000000000101", name="Claes BV", bank_reference="A1"),
        Line(amount="75.00", text="dank u", name="Claes BV", iban="BE71096123456769", bank_reference="A2"),
    )
    clerk.sync(DAY)
    return clerk


def run(*arguments: str, config: Path | None = None) -> Result:
    where = [] if config is None else ["--config", str(config)]
    return CliRunner().invoke(cli.app, [*arguments, *where])


def of(clerk: Clerk, *arguments: str) -> Result:
    result = run(*arguments, config=clerk.tenant_file)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def commands(app: typer.Typer) -> Iterator[tuple[str, ...]]:
    for command in app.registered_commands:
        assert command.callback is not None
        yield (command.name or command.callback.__name__,)
    for group in app.registered_groups:
        assert group.typer_instance is not None
        for path in commands(group.typer_instance):
            yield (str(group.name), *path)


COMMANDS = list(commands(cli.app))


def test_the_commands_are_those_of_the_contract() -> None:
    wanted = {"demo", "sync", "daemon", "status", "export", "verify", "config check", "config schema"}
    wanted |= {f"review {name}" for name in ("list", "show", "accept", "book", "undo")}
    assert {" ".join(path) for path in COMMANDS} >= wanted


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_shows_an_example(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert f"Example: afletter {'--log stderr ' if path == ('daemon',) else ''}{' '.join(path)}" in " ".join(
        result.output.split()
    )


@pytest.mark.parametrize("path", [("review",), ("config",), ()], ids=lambda path: " ".join(path) or "afletter")
def test_without_a_command_the_help_is_shown(path: tuple[str, ...]) -> None:
    assert "Commands" in run(*path).output


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("sync", "--as-of", DAY), 0),
        (("sync", "--as-of", "10 June"), 2),
        (("sync", "--as-of", "20260610"), 2),
        (("sync", "--as-of", "2026-W24-3"), 2),
        (("sync", "--as-of", DAY, "--tenant", "nobody"), 2),
        (("sync", "--backwards"), 2),
        (("status",), 0),
        (("status", "--json", "--as-of", DAY), 0),
        (("status", "--as-of", "soon"), 2),
        (("verify",), 0),
        (("review", "list"), 0),
        (("review", "show", "A2"), 0),
        (("review", "show", "A9"), 1),
        (("review", "accept", "A1"), 1),
        (("review", "accept", "A2", "--rank", "9"), 1),
        (("review", "book", "A2", "payment:2026-0002=1.00"), 1),
        (("review", "book", "A2"), 2),
        (("review", "undo", "A2"), 1),
        (("config", "check"), 0),
        (("export", "matches"), 2),
        (("export", "secrets", "--out", "x.csv"), 2),
        (("export", "matches", "--out", "matches.pdf"), 2),
        (("export", "matches", "--out", "/dev/null/matches.csv"), 2),
    ],
)
def test_exit_codes(clerk: Clerk, arguments: tuple[str, ...], code: int) -> None:
    result = of(clerk, *arguments)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output


def test_a_failed_step_is_exit_1_and_the_report_is_there_all_the_same(clerk: Clerk) -> None:
    (clerk.folder / "shop").rename(clerk.folder / "elsewhere")
    result = of(clerk, "sync", "--as-of", DAY)
    assert result.exit_code == 1
    assert "invoices/0" in result.output
    assert (clerk.folder / "reports" / "scenario" / "report.html").exists()


def test_a_tenant_that_somebody_works_on_is_exit_1_and_says_who(clerk: Clerk) -> None:
    with opened(clerk.config) as tenant, tenant.store.lock():
        for command in (("sync", "--as-of", DAY), ("review", "accept", "A2")):
            result = of(clerk, *command)
            assert result.exit_code == 1
            assert "tenant scenario is busy in process" in result.output


def test_reading_does_not_wait_for_a_cycle_that_writes(clerk: Clerk) -> None:
    with opened(clerk.config) as tenant, tenant.store.lock(), tenant.store.transaction() as t:
        t.cursors.set("invoices/0", "{}")
        for command in (("status",), ("verify",), ("review", "list"), ("review", "show", "A2")):
            assert of(clerk, *command).exit_code == 0, command
        assert of(clerk, "export", "log", "--out", str(clerk.folder / "log.csv")).exit_code == 0


def test_a_damaged_store_is_one_line_and_the_other_tenants_are_shown(clerk: Clerk, tmp_path: Path) -> None:
    other = Clerk(tmp_path / "other")
    other.tenant_file.write_text(other.tenant_file.read_text().replace("tenant: scenario", "tenant: other"))
    together = tmp_path / "together"
    together.mkdir()
    for name, one in (("a", clerk), ("b", other)):
        text = one.tenant_file.read_text()
        for folder in ("shop", "bank", "books", "to-bank", "mail"):
            text = text.replace(f"path: {folder}", f"path: {one.folder / folder}")
        text = text.replace("sqlite:///state", f"sqlite:///{one.folder / 'state'}")
        (together / f"{name}.yaml").write_text(text)
    (clerk.folder / "state" / "scenario.sqlite3").write_bytes(b"nonsense" * 1000)
    for command in ("status", "verify"):
        result = run(command, config=together)
        assert result.exit_code == 1
        assert "scenario: store: " in result.output
        assert "file is not a database" in result.output
        assert "Traceback" not in result.output
        assert [line for line in result.output.splitlines() if line.startswith("other")]
    result = run("sync", "--as-of", DAY, config=together)
    assert result.exit_code == 1
    assert (together / "reports" / "other" / "report.html").exists()


@pytest.mark.parametrize("kind", HEADERS)
def test_exports_have_the_headers_of_the_contract_in_every_form(clerk: Clerk, kind: str) -> None:
    rows = list(csv.DictReader(io.StringIO(clerk.export(ExportKind(kind)))))
    out = clerk.folder / "out"
    for ending in ("csv", "jsonl", "xlsx"):
        assert of(clerk, "export", kind, "--out", str(out / f"x.{ending}")).exit_code == 0
    text = (out / "x.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == HEADERS[kind]
    assert list(csv.DictReader(io.StringIO(text))) == rows
    lines = [json.loads(line) for line in (out / "x.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines == rows
    sheet = openpyxl.load_workbook(out / "x.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == HEADERS[kind].split(",")
    assert sheet.max_row == len(rows) + 1
    assert not list(out.glob(".*")), "nothing half written stays behind"


def test_an_export_again_gives_the_same_bytes(clerk: Clerk) -> None:
    for ending in ("csv", "jsonl", "xlsx"):
        first, again = (clerk.folder / f"{name}.{ending}" for name in ("first", "again"))
        for path in (first, again):
            of(clerk, "export", "matches", "--out", str(path))
        assert first.read_bytes() == again.read_bytes()


def test_another_ending_is_refused_and_nothing_is_written(clerk: Clerk) -> None:
    out = clerk.folder / "matches.pdf"
    result = of(clerk, "export", "matches", "--out", str(out))
    assert ".csv, .jsonl or .xlsx" in result.output
    assert not out.exists()


def test_status_as_json(clerk: Clerk) -> None:
    result = of(clerk, "status", "--json", "--as-of", DAY)
    (status,) = json.loads(result.stdout)
    assert status["tenant"] == "scenario"
    assert status["last_cycle"] == {"as_of": DAY, "outcome": "done", "failures": []}
    assert status["review"] == {"entries": 1, "amounts": ["75.00 EUR"]}
    assert status["open"] == ["150.00 EUR"]
    (source,) = [one for one in status["sources"] if one.get("account") == "BE55734798953744"]
    assert source["last_statement_on"] == "2026-06-09"


def test_the_review_list_names_entries_whole(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = of(clerk, "review", "list").output.splitlines()
    assert line.split("\t")[:4] == ["scenario", "A2", "2026-06-09", "75.00 EUR"]
    name = "REF-" + "9" * 31
    clerk.statement("2026-06-11", Line(amount="75.00", text="dank u wel", iban="BE71096123456769", bank_reference=name))
    clerk.sync("2026-06-11")
    monkeypatch.setattr(cli, "out", Console(force_terminal=True, width=80, soft_wrap=True, highlight=False))
    assert name in of(clerk, "review", "list").output


def test_a_demo_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("demo", "--dir", str(tmp_path / "file" / "demo"))
    assert result.exit_code == 2
    assert "cannot be written" in result.output
    assert "Traceback" not in result.output


def test_the_review_commands(clerk: Clerk) -> None:
    listed = of(clerk, "review", "list").output
    assert "A2" in listed
    assert "A1" not in listed
    shown = of(clerk, "review", "show", "A2").output
    assert "amount       75.00 EUR" in shown
    assert "suggestion 1" in shown
    assert of(clerk, "review", "accept", "A2", "--by", "An", "--as-of", DAY).exit_code == 0
    ((kind, document, amount),) = clerk.booked("A2")
    assert (kind, amount) == ("payment", "75.00")
    (first,) = [line for line in shown.splitlines() if line.startswith("suggestion 1")]
    assert document in shown[shown.index(first) : shown.index("suggestion 2")]
    assert clerk.open(document) == "0.00"
    assert "nothing waits" in of(clerk, "review", "list").output
    assert of(clerk, "review", "undo", "A2", "--by", "An", "--as-of", DAY).exit_code == 0
    assert clerk.booked("A2") == []
    assert of(clerk, "review", "book", "A2", "on_account:C1=75.00", "--by", "An", "--as-of", DAY).exit_code == 0
    assert clerk.booked("A2") == [("on_account", "C1", "75.00")]
    assert [row["by"] for row in clerk.rows(ExportKind.LOG)][-3:] == ["An"] * 3
    clerk.sync(DAY)
    assert clerk.proven()


def test_where_nobody_is_logged_in_a_decision_wants_a_name(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 10001")

    monkeypatch.setattr("getpass.getuser", nobody)
    result = of(clerk, "review", "accept", "A2", "--as-of", DAY)
    assert result.exit_code == 2
    assert "--by" in result.output


def test_config_check_names_every_fault_with_file_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(
        "tenant: bad\n"
        "legal: {name: Bad BV, country: BE}\n"
        "currency: EUR\n"
        "invoices: [{use: folder, path: shop}]\n"
        "bank_accounts:\n"
        "  - iban: BE55734798953745\n"
        "    statements: [{use: folder, path: bank}]\n"
        "reminders: {sender: nobody, channel: {use: pigeon, path: mail}}\n"
        "colour: blue\n"
    )
    result = run("config", "check", config=file)
    assert result.exit_code == 2
    for line, key in ((6, "bank_accounts[0].iban"), (8, "reminders.sender"), (8, "reminders.channel"), (9, "colour")):
        assert f"{file}:{line}: {key}" in result.output, result.output


def test_config_schema_is_a_valid_schema_that_a_tenant_file_satisfies(clerk: Clerk) -> None:
    result = run("config", "schema")
    schema = json.loads(result.stdout)
    Draft202012Validator.check_schema(schema)
    tenant = json.loads(json.dumps(YAML(typ="safe").load(clerk.tenant_file)))
    assert list(Draft202012Validator(schema).iter_errors(tenant)) == []


def test_secrets_are_never_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password in the URL of the store, in clear and from the environment; the server is not there, so that errors are printed."""
    secret = "s3cr3t-of-the-books"
    monkeypatch.setenv("STORE_PASSWORD", secret)
    for password in (secret, "${env:STORE_PASSWORD}"):
        clerk = Clerk(tmp_path / password[:3], store=f"postgresql+psycopg://an:{password}@127.0.0.1:1/books")
        for command in (("config", "check"), ("status",), ("sync", "--as-of", DAY), ("verify",), ("review", "list")):
            result = of(clerk, *command)
            assert secret not in result.output, command
    clerk.tenant_file.write_text(clerk.tenant_file.read_text().replace("postgresql+psycopg", "mysql"))
    result = of(clerk, "config", "check")
    assert result.exit_code == 2
    assert secret not in result.output


def test_a_log_that_cannot_be_written_is_bad_usage(clerk: Clerk) -> None:
    result = run("--log", "/dev/null/log", "status", "--config", str(clerk.tenant_file))
    assert result.exit_code == 2
    assert "--log /dev/null/log" in result.output


def test_the_daemon_logs_where_it_is_told_and_to_stderr_otherwise(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "serve", lambda *_args, **_options: structlog.get_logger().info("served"))
    log = clerk.folder / "afletter.log"
    told = run("--log", str(log), "daemon", config=clerk.tenant_file)
    assert "served" not in told.output
    assert json.loads(log.read_text())["event"] == "served"
    assert json.loads(run("daemon", config=clerk.tenant_file).stderr)["event"] == "served"
    open_log("none")
