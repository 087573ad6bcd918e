"""``afletter replay`` and ``afletter shadow``: decisions beside those of another configuration, or of another way of working."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from daemon.invocation import DEFAULT_CONFIG, ConfigPath, TenantName, configs, fail, named_errors, out
from daemon.replay import Replayed, replay
from daemon.shadow import Compared, Shadowed, Verdict, shadow
from daemon.tenant import opened

_LOUD = (Verdict.DISAGREES, Verdict.UNKNOWN, Verdict.IGNORED, Verdict.SUGGESTED, Verdict.WAITS, Verdict.ONLY_WE)


def register(app: typer.Typer) -> None:
    """Give the program both commands."""
    app.command("replay")(replay_command)
    app.command("shadow")(shadow_command)


def replay_command(
    since: Annotated[
        str, typer.Option("--from", metavar="YYYY-MM-DD", help="The first booking day that is decided anew.")
    ],
    config: Annotated[
        Path, typer.Option("--config", help="The other configuration: a tenant file with the same name and store.")
    ],
    tenant: TenantName = None,
) -> None:
    """What another configuration would have decided on the stored history, as a difference. Nothing is changed.

    Example: afletter replay --from 2026-06-01 --config stricter.yaml
    """
    try:
        day = date.fromisoformat(since)
    except ValueError as error:
        raise fail((f"--from {since}: write the day as YYYY-MM-DD",)) from error
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready:
            _print_replayed(one.tenant, replay(ready, day), since)


def _print_replayed(tenant: str, result: Replayed, since: str) -> None:
    for each in result.differences:
        out.print(f"{escape(each.subject)}  {each.on}  {each.amount}")
        out.print(f"  stands    {escape(each.stands.text())}  ({escape(each.by)})")
        out.print(f"  would be  {escape(each.would_be.text())}  {escape(each.would_be.reason)}")
    out.print(
        f"[bold]{escape(tenant)}[/bold]  {result.entries} entries from {since} on:"
        f" {result.same} the same, {len(result.differences)} differences; nothing was changed"
    )


def shadow_command(
    booked: Annotated[
        Path,
        typer.Option(
            "--booked", help="CSV of what was really booked: bank_reference,document,amount[,kind,customer_id]."
        ),
    ],
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
) -> None:
    """Our decisions beside what was really booked: agreements, and every disagreement with its evidence.

    Example: afletter shadow --booked exact-online-june.csv --config tenants/new.yaml
    """
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready:
            _print_shadowed(one.tenant, shadow(ready, booked))


def _print_shadowed(tenant: str, result: Shadowed) -> None:
    for verdict in _LOUD:
        for each in result.entries:
            if each.verdict is verdict:
                _print_compared(each)
    counts = ", ".join(f"{verdict.value}: {result.count(verdict)}" for verdict in Verdict)
    out.print(f"[bold]{escape(tenant)}[/bold]  {len(result.entries)} entries; {counts}")


def _print_compared(each: Compared) -> None:
    theirs = " + ".join(f"{kind} {what} {amount}" for kind, what, amount in each.theirs) or "nothing yet"
    rank = f" (suggestion {each.rank})" if each.rank else ""
    out.print(f"{escape(each.subject)}  {each.verdict.value}{rank}")
    out.print(f"  booked    {escape(theirs)}")
    out.print(f"  here      {escape(each.ours.text())}  {escape(each.ours.reason)}")
