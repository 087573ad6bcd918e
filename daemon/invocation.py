"""What every command takes and says alike: tenants, the business day, who acts, errors in one line."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape

from config.loader import load
from config.tenant import TenantConfig
from connectors.registry import connector_kinds
from daemon.policies import policy_faults
from ledger.errors import AfletterError, ConfigError

#: Exit codes of contract.md.
DONE: Final = 0
STEP_FAILED: Final = 1
BAD_USAGE: Final = 2

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ConfigPath = Annotated[
    Path,
    typer.Option("--config", envvar="AFLETTER_CONFIG", help="A tenant's YAML file, or a folder of them."),
]
TenantName = Annotated[str | None, typer.Option("--tenant", help="Only this tenant.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="YYYY-MM-DD", help="The business day; default: today in the tenant's time zone."),
]
By = Annotated[str | None, typer.Option("--by", help="Who decides; default: the login name.")]
DEFAULT_CONFIG: Final = Path("tenants")


def fail(lines: tuple[str, ...]) -> typer.Exit:
    """Say each line and end as bad usage; to be raised."""
    for line in lines:
        err.print(f"[red]error[/red] {escape(line)}")
    return typer.Exit(BAD_USAGE)


def configs(path: Path, tenant: str | None) -> tuple[TenantConfig, ...]:
    """The tenants at ``path``, or the one of that name; ends the command where there is none, or a file is faulty."""
    try:
        found = load(path, connector_kinds())
    except ConfigError as error:
        raise fail(error.faults) from error
    if faults := tuple(fault for config in found for fault in policy_faults(config)):
        raise fail(faults)
    for config in found:
        for warning in config.warnings:
            err.print(f"[yellow]warning[/yellow] {escape(warning)}")
    if tenant is None:
        return found
    chosen = tuple(config for config in found if config.tenant == tenant)
    if not chosen:
        names = ", ".join(config.tenant for config in found)
        raise fail((f"there is no tenant '{tenant}' in {path}; there are: {names}",))
    return chosen


def day_of(text: str | None, config: TenantConfig) -> date:
    """The business day that was asked for, else today where the tenant is."""
    if text is None:
        return datetime.now(config.time_zone).date()
    try:
        day = date.fromisoformat(text)
        if text != day.isoformat():  # 20260914 and 2026-W38-1 are ISO dates too, and here more often a slip than a day
            raise ValueError(text)
    except ValueError as error:
        raise fail((f"--as-of {text}: write the day as YYYY-MM-DD",)) from error
    return day


def decider(by: str | None) -> str:
    """Who decides: the name that was given, else the login name; ends the command where nobody is logged in."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:  # a container may run under a number without a name
        raise fail(("nobody is logged in here: say who decides with --by",)) from error


class NotOneTenant(AfletterError):
    """A name is known to no tenant, or to several."""


def the_one(knowing: Sequence[TenantConfig], *, having: str, unknown: str) -> TenantConfig:
    """The one tenant of those that know a name. ``having``: what they all have; ``unknown``: the words when there is none. Raises NotOneTenant."""
    if not knowing:
        raise NotOneTenant(unknown)
    if len(knowing) > 1:
        raise NotOneTenant(f"tenants {', '.join(one.tenant for one in knowing)} all have {having}: say --tenant")
    return knowing[0]


@contextmanager
def named_errors() -> Iterator[None]:
    """An error that the program raises on purpose is one line, not a traceback."""
    try:
        yield
    except ConfigError as error:
        raise fail(error.faults) from error
    except AfletterError as error:
        err.print(f"[red]error[/red] {escape(str(error))}")
        raise typer.Exit(STEP_FAILED) from error


@contextmanager
def said_of(config: TenantConfig, troubled: list[str]) -> Iterator[None]:
    """What goes wrong with one tenant is one line and its name in ``troubled``; the others go on."""
    try:
        yield
    except AfletterError as error:
        err.print(f"[red]error[/red] {escape(config.tenant)}: {escape(str(error))}")
        troubled.append(config.tenant)
