"""What every command takes alike: who decides, and which tenant is meant."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from config.loader import load
from config.tenant import TenantConfig
from connectors.registry import connector_kinds
from daemon.invocation import NotOneTenant, decider, the_one


def tenants(folder: Path) -> tuple[TenantConfig, ...]:
    for name in ("noord", "zuid"):
        (folder / f"{name}.yaml").write_text(
            f"tenant: {name}\n"
            f"legal: {{name: {name} BV, country: NL, language: nl}}\n"
            "currency: EUR\n"
            "invoices: [{use: folder, path: shop}]\n"
            "bank_accounts:\n"
            "  - iban: NL91ABNA0417164300\n"
            "    statements: [{use: folder, path: bank}]\n"
        )
    return load(folder, connector_kinds())


def test_who_decides_is_the_name_given_else_the_login_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "an")
    assert (decider("Els"), decider(None), decider("")) == ("Els", "an", "an")


def test_where_nobody_is_logged_in_the_command_ends_and_asks_for_a_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 10001")

    monkeypatch.setattr("getpass.getuser", nobody)
    with pytest.raises(typer.Exit) as ended:
        decider(None)
    assert ended.value.exit_code == 2
    assert "--by" in capsys.readouterr().err


def test_a_name_that_no_tenant_or_several_know_is_no_ones(tmp_path: Path) -> None:
    both = tenants(tmp_path)
    assert the_one(both[:1], having="'K1'", unknown="there is no 'K1'").tenant == "noord"
    with pytest.raises(NotOneTenant, match="there is no 'K1'"):
        the_one((), having="'K1'", unknown="there is no 'K1'")
    with pytest.raises(NotOneTenant, match="tenants noord, zuid all have 'K1': say --tenant"):
        the_one(both, having="'K1'", unknown="there is no 'K1'")
