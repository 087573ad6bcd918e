"""A few answers make a tenant file that passes the check, and works."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from config.loader import load
from connectors.registry import Port, connector_kinds, settings_models
from daemon.cli import app

IBAN, OTHER = "BE55 7347 9895 3744", "NL91ABNA0417164300"

#: Invoices and statements out of folders, under their usual names, and no payment provider.
FOLDERS = ("", "", "", "", "")


def answered(folder: Path, *answers: str, options: tuple[str, ...] = ()) -> Result:
    return CliRunner().invoke(
        app, ["init", "--dir", str(folder), *options], input="".join(f"{one}\n" for one in answers)
    )


FULL = (
    'Bäckerei "Zum Löwen" GmbH',
    "",
    "de",
    "",
    "DE136695976",
    IBAN,
    "",
    *FOLDERS,
    "hledger",
    "BE68ZZZ0123456789",
    "Buchhaltung <buch@loewen.example>",
)


def test_every_section(tmp_path: Path) -> None:
    result = answered(tmp_path / "tenants", *FULL)
    assert result.exit_code == 0, result.output
    (config,) = load(tmp_path / "tenants", connector_kinds())
    assert (config.tenant, config.legal.name, config.legal.country) == ("backerei-zum-lowen-gmbh", FULL[0], "DE")
    assert config.legal.language == "de"
    assert [one.use for one in config.accounting] == ["hledger"]
    assert config.direct_debit is not None
    assert config.reminders is not None
    assert "afletter sync --config" in result.output
    checked = CliRunner().invoke(app, ["config", "check", "--config", str(tmp_path / "tenants")])
    assert checked.exit_code == 0, checked.output
    synced = CliRunner().invoke(app, ["sync", "--config", str(tmp_path / "tenants"), "--as-of", "2026-09-14"])
    assert synced.exit_code == 0, synced.output


def test_the_least(tmp_path: Path) -> None:
    result = answered(tmp_path, "Bench BV", "", "", "", "", IBAN, "", *FOLDERS, "none", "", "")
    assert result.exit_code == 0, result.output
    (config,) = load(tmp_path / "bench-bv.yaml", connector_kinds())
    assert (config.accounting, config.direct_debit, config.reminders) == ((), None, None)


def test_what_is_no_answer_is_asked_again(tmp_path: Path) -> None:
    result = answered(
        tmp_path,
        "Bench BV",
        "",
        "XX",
        "BE",
        "",
        "BE1",
        "",
        "BE00 1",
        IBAN,
        OTHER,
        OTHER,
        "",
        "fax",
        *FOLDERS,
        "excel",
        "none",
        "",
        "nobody",
        "",
    )
    assert result.exit_code == 0, result.output
    (config,) = load(tmp_path / "bench-bv.yaml", connector_kinds())
    assert [account.iban for account in config.bank_accounts] == [IBAN.replace(" ", ""), OTHER]
    assert "one of folder, odoo, sftp, tryton, whmcs, woocommerce" in result.output
    assert "one of beancount, hledger, none" in result.output


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    least = ("Bench BV", "", "", "", "", IBAN, "", *FOLDERS, "none", "", "")
    answered(tmp_path, *least)
    before = (tmp_path / "bench-bv.yaml").read_bytes()
    refused = answered(tmp_path, "Bench BV", "", "NL", *least[3:])
    assert refused.exit_code == 2
    assert "is there already" in " ".join(refused.output.split())
    assert (tmp_path / "bench-bv.yaml").read_bytes() == before
    assert answered(tmp_path, "Bench BV", "", "NL", *least[3:], options=("--force",)).exit_code == 0


@pytest.mark.parametrize("company", ["!!!", "数据"])
def test_a_name_without_latin_letters(tmp_path: Path, company: str) -> None:
    assert answered(tmp_path, company, "", "", "", "", IBAN, "", *FOLDERS, "none", "", "").exit_code == 0
    assert (tmp_path / "tenant.yaml").exists()


HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
KINDS = {
    "odoo": ("odoo", "erp.example", "https://erp.example", "books", "geheim"),
    "sftp": ("sftp", "files.example", "acme", "geheim", "a key", HOST_KEY),
    "tryton": ("tryton", "https://erp.example", "company", "afletter", "geheim"),
    "whmcs": ("whmcs", "https://portal.example/whmcs", "geheim", "geheim", "2026-05-31"),
    "woocommerce": ("woocommerce", "https://shop.example", "geheim", "geheim", ""),
}
STATEMENTS = {
    "ponto": ("ponto", "tomorrow", "2026-06-01", "client", "geheim"),
    "sftp": ("sftp", "files.example", "acme", "geheim", HOST_KEY),
}
PAYOUTS = {"mollie": ("mollie", "geheim", "2026-06-01"), "buckaroo": ("buckaroo", "geheim", "geheim", "2026-06-01")}


def test_every_source_is_offered() -> None:
    assert {*KINDS, "folder"} == {*settings_models(Port.INVOICES)} - {"mollie", "twikey"}
    assert {*STATEMENTS, "folder"} == {*settings_models(Port.STATEMENTS)}
    assert {*PAYOUTS} == {*settings_models(Port.PAYOUTS)}


@pytest.mark.parametrize(
    ("source", "statements", "provider"),
    [
        *((kind, "folder", "none") for kind in KINDS),
        *(("folder", kind, "none") for kind in STATEMENTS),
        *(("folder", "folder", kind) for kind in PAYOUTS),
    ],
)
def test_each_kind_of_source_passes_the_check(source: str, statements: str, provider: str, tmp_path: Path) -> None:
    said = [
        *KINDS.get(source, ("", "")),
        *STATEMENTS.get(statements, ("", "")),
        *PAYOUTS.get(provider, ("",)),
    ]
    result = answered(tmp_path, "Bench BV", "", "", "", "", IBAN, "", *said, "none", "", "")
    assert result.exit_code == 0, result.output
    file = tmp_path / "bench-bv.yaml"
    assert "geheim" not in file.read_text() + result.output
    (config,) = load(file, connector_kinds())
    account = config.bank_accounts[0]
    assert [config.invoices[0].use, account.statements[0].use] == [source, statements]
    assert [one.use for one in config.payouts] == [one for one in (provider,) if one != "none"]
    secrets = list((tmp_path / "bench-bv/secrets").glob("*"))
    assert {(one.read_text(), one.stat().st_mode & 0o777) for one in secrets} == {("geheim", 0o600)}
    checked = CliRunner().invoke(app, ["config", "check", "--config", str(file)])
    assert checked.exit_code == 0, checked.output
    assert "warning" not in checked.output.lower()
