"""The command line (contract.md, section Commands)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.table import Table

from config.schema import schema
from config.tenant import TenantConfig
from connectors.registry import connector_kinds
from daemon import compare_command, comparison_commands, cycle, exports, proof, review
from daemon.bookkeeping import entry_name
from daemon.calls_commands import calls_app
from daemon.debits_commands import debits_app
from daemon.demo import demo_days
from daemon.effects_commands import effects_app
from daemon.exports import ExportKind
from daemon.handover_commands import handover_app
from daemon.init_command import init
from daemon.invocation import (
    BAD_USAGE,
    DEFAULT_CONFIG,
    DONE,
    STEP_FAILED,
    AsOf,
    By,
    ConfigPath,
    TenantName,
    configs,
    day_of,
    decider,
    err,
    fail,
    named_errors,
    out,
    said_of,
    the_one,
)
from daemon.online_check import online
from daemon.operator_log import open_log
from daemon.payers_commands import payers_app
from daemon.policies import abroad
from daemon.progress import BarSteps, SilentSteps, shown
from daemon.reminders_commands import reminders_app
from daemon.review_page import page, suggestion
from daemon.schedule import serve
from daemon.statement_command import statement_app
from daemon.status import TenantStatus, status_of
from daemon.tenant import Tenant, opened
from daemon.terminal_report import TenantSummary, print_summaries, summary_of
from store.entries import StoredEntry

_HELP: Final = "Ticks off payments against open items, unattended."
app = typer.Typer(name="afletter", help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False)
review_app = typer.Typer(
    help="The entries that need a person. Example: afletter review list --config tenants", no_args_is_help=True
)
config_app = typer.Typer(
    help="Check tenant files; print the JSON Schema that editors use. Example: afletter config check",
    no_args_is_help=True,
)
app.add_typer(review_app, name="review")
app.add_typer(config_app, name="config")
app.add_typer(statement_app, name="statement")
app.add_typer(payers_app, name="payers")
app.add_typer(debits_app, name="debits")
app.add_typer(effects_app, name="effects")
app.add_typer(reminders_app, name="reminders")
app.add_typer(calls_app, name="calls")
app.add_typer(handover_app, name="handover")
comparison_commands.register(app)
compare_command.register(app)
app.command()(init)


@app.callback()
def main_options(
    context: typer.Context,
    log: Annotated[
        str | None,
        typer.Option("--log", envvar="AFLETTER_LOG", help="Operators' JSON log: 'stderr', 'none' or a file."),
    ] = None,
) -> None:
    """Ticks off payments against open items, unattended.

    Example: afletter demo
    """
    context.obj = log
    _log_to(log or "none")


def _log_to(target: str) -> None:
    try:
        open_log(target)
    except OSError as error:
        raise fail((f"--log {target}: {error.strerror}",)) from error


@app.command()
def demo(
    directory: Annotated[Path, typer.Option("--dir", help="Where the demo tenants are written.")] = Path("demo"),
) -> None:
    """Write the bundled demo tenants, run a full cycle on them, print the report.

    Example: afletter demo --dir /tmp/demo
    """
    code = DONE
    try:
        with named_errors():
            for day in demo_days(directory):
                out.print(f"\n[bold]{day.isoformat()}[/bold]")
                code = max(code, _cycles(configs(directory, None), day.isoformat()))
    except OSError as error:
        raise fail((f"{directory}: the demo cannot be written there: {error.strerror}",)) from error
    out.print(
        f"\nTry next:  afletter review list --config {directory}\n"
        f"           afletter verify --config {directory}\n"
        f"           afletter export matches --config {directory} --out matches.csv"
    )
    raise typer.Exit(code)


@app.command()
def sync(config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None) -> None:
    """One full cycle for each tenant: pull, read, reconcile, decide, deliver, report.

    Example: afletter sync --config tenants/bench.yaml --as-of 2026-09-14
    """
    raise typer.Exit(_cycles(configs(config, tenant), as_of))


def _cycles(configs: tuple[TenantConfig, ...], as_of: str | None) -> int:
    code, summaries = DONE, list[TenantSummary]()
    for config in configs:
        with shown(err) as progress:
            steps = SilentSteps() if progress is None else BarSteps(progress, config.tenant)
            result = cycle.run(config, day_of(as_of, config), steps)
        code = STEP_FAILED if result.failures else code
        if result.reports is None:
            for failure in result.failures:
                err.print(f"[red]failed[/red] {escape(config.tenant)}: {escape(failure)}")
        else:
            summaries.append(summary_of(result.reports, tuple(result.failures), Path.cwd()))
    print_summaries(out, summaries)
    return code


@app.command()
def daemon(context: typer.Context, config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None) -> None:
    """Run each tenant on its own schedule until SIGTERM. The first cycle begins at once.

    Example: afletter --log stderr daemon --config tenants
    """
    if context.obj is None:
        open_log("stderr")
    serve(configs(config, tenant), at_once=True)


@app.command()
def status(
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """Last cycle, freshness of each source, open amounts, review queue and failures of each tenant.

    Example: afletter status --config tenants --json
    """
    statuses: list[TenantStatus] = []
    failed: list[str] = []
    for one in configs(config, tenant):
        with said_of(one, failed), opened(one) as ready:
            statuses.append(status_of(ready, day_of(as_of, one)))
    if as_json:
        typer.echo(json.dumps([each.as_json() for each in statuses], ensure_ascii=False, indent=2))
    else:
        for each in statuses:
            _print_status(each)
    raise typer.Exit(STEP_FAILED if failed else DONE)


def _print_status(each: TenantStatus) -> None:
    day = "never" if each.last_cycle_as_of is None else each.last_cycle_as_of.isoformat()
    out.print(f"[bold]{escape(each.tenant)}[/bold]  last cycle {day}: {escape(each.last_cycle_outcome)}")
    for account in each.accounts:
        last = "no statement yet" if account.last_statement_on is None else f"to {account.last_statement_on}"
        out.print(f"  bank {account.account}: {last}, closing {account.closing or 'unknown'}")
        for gap in account.gaps:
            out.print(f"    [yellow]gap[/yellow] {escape(gap)}")
    credit = f", credit notes {_sum(each.credit_notes)}" if any(each.credit_notes) else ""
    out.print(f"  open {_sum(each.open_receivables)}, overdue {_sum(each.overdue)}{credit}")
    out.print(f"  review: {each.on_review} entries, {_sum(each.review_amounts)}")
    for title, lines in (
        ("failed", each.failures),
        ("fault", each.faults),
        ("parked", each.parked),
        ("waiting", each.waiting),
        ("books", each.books),
    ):
        for line in lines:
            out.print(f"  [yellow]{title}[/yellow] {escape(line)}")


def _sum(amounts: tuple[object, ...]) -> str:
    return " + ".join(str(amount) for amount in amounts) or "nothing"


@app.command()
def export(
    kind: Annotated[ExportKind, typer.Argument(help="What to export.")],
    file: Annotated[Path, typer.Option("--out", help="FILE.csv, FILE.jsonl or FILE.xlsx.")],
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
) -> None:
    """Write one kind of rows of all tenants to a file.

    Example: afletter export matches --config tenants --out matches.csv
    """
    chosen = configs(config, tenant)

    def lines() -> Iterator[exports.Row]:
        for one in chosen:
            with opened(one) as ready, ready.store.snapshot() as t:
                yield from exports.rows(kind, ready, t)

    try:
        with named_errors():
            count = exports.write(file, exports.HEADERS[kind], lines())
    except OSError as error:
        raise fail((f"{file} cannot be written: {error.strerror}",)) from error
    err.print(f"{count} rows of {kind.value} in {file}")


@app.command()
def verify(config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None) -> None:
    """Prove the books from the stored source bytes; exit 1 where something is not proven.

    Example: afletter verify --config tenants/bench.yaml
    """
    proven = True
    failed: list[str] = []
    for one in configs(config, tenant):
        with said_of(one, failed), opened(one) as ready:
            for check in proof.prove(ready):
                proven = proven and check.proven
                mark = "[green]proven[/green]" if check.proven else "[red]NOT PROVEN[/red]"
                out.print(f"{escape(one.tenant)}  {mark}  {escape(check.name)}: {escape(check.said)}")
    raise typer.Exit(DONE if proven and not failed else STEP_FAILED)


@review_app.command("list")
def review_list(config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None) -> None:
    """Every entry that waits for a person, with its first suggestion; in a pipe one line each, with tabs between.

    Example: afletter review list --config tenants
    """
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready, ready.store.snapshot() as t:
            rows = [_waiting_row(stored) for stored in t.entries.rows(["review"])]
        if not rows:
            out.print(f"{escape(one.tenant)}: nothing waits for a person")
        elif out.is_terminal:
            out.print(_waiting_table(one.tenant, rows))
        else:
            for row in rows:
                typer.echo("\t".join((one.tenant, *row)))


def _waiting_row(stored: StoredEntry) -> tuple[str, ...]:
    entry = stored.identified.entry
    return (
        entry_name(stored.identified),
        entry.booked_on.isoformat(),
        str(entry.amount),
        entry.counterparty.name or entry.counterparty.iban,
        stored.reason,
        suggestion(stored, 1),
    )


def _waiting_table(title: str, rows: Sequence[tuple[str, ...]]) -> Table:
    table = Table(title=escape(title), box=None)
    for name in ("entry", "day", "amount"):
        # What a person copies into the next command is never cut off.
        table.add_column(name, no_wrap=True, overflow="ignore")
    for name in ("payer", "why", "first suggestion"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    return table


@review_app.command("show")
def review_show(
    entry: Annotated[str, typer.Argument(help="The bank's reference, or the beginning of the entry's identity.")],
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
) -> None:
    """One entry: what the bank says, what was decided and why, what came second or nearest, and every suggestion.

    Example: afletter review show 2606080000004 --config tenants
    """

    def show(ready: Tenant) -> str:
        with ready.store.snapshot() as t:
            stored = review.found(t, entry)
            log = t.decisions.about(entry_name(stored.identified))
            return "\n".join(page(stored, log, ready.language))

    typer.echo(_on_its_tenant(configs(config, tenant), entry, show))


@review_app.command("accept")
def review_accept(
    entry: Annotated[str, typer.Argument(help="The entry.")],
    rank: Annotated[int, typer.Option("--rank", help="Which suggestion.")] = 1,
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """Book a suggestion.

    Example: afletter review accept 2606080000004 --rank 2 --config tenants
    """
    _act(config, tenant, entry, as_of, by, lambda ready, person: review.accept(ready, entry, rank, person))


@review_app.command("book")
def review_book(
    entry: Annotated[str, typer.Argument(help="The entry.")],
    lines: Annotated[
        list[str],
        typer.Argument(
            metavar="LINE...", help="kind:document=amount, on_account:customer=amount, fee=amount, or ignore."
        ),
    ],
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """Book an entry by your own lines; their cash must come to the entry's amount.

    Example: afletter review book 2606080000004 payment:2026/03584=1749.11 --config tenants
    """
    _act(config, tenant, entry, as_of, by, lambda ready, person: review.book(ready, entry, lines, person))


@review_app.command("undo")
def review_undo(
    entry: Annotated[str, typer.Argument(help="The entry.")],
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    as_of: AsOf = None,
    by: By = None,
) -> None:
    """Take a booking back by a counter-booking; the entry waits for a person again. With a credit note's number: its netting.

    Example: afletter review undo 2606080000004 --config tenants
    """
    _act(config, tenant, entry, as_of, by, lambda ready, person: review.undo(ready, entry, person))


def _act(
    config: Path,
    tenant: str | None,
    entry: str,
    as_of: str | None,
    by: str | None,
    act: Callable[[Tenant, review.Person], str],
) -> None:
    def acted(ready: Tenant) -> str:
        person = review.Person(name=decider(by), as_of=day_of(as_of, ready.config))
        with ready.store.lock():
            return act(ready, person)

    typer.echo(_on_its_tenant(configs(config, tenant), entry, acted))


def _on_its_tenant(configs: tuple[TenantConfig, ...], entry: str, act: Callable[[Tenant], str]) -> str:
    """Do something on the one tenant that has the entry; with several that have it, --tenant must say which."""
    having: list[TenantConfig] = []
    with named_errors():
        for one in configs:
            with opened(one) as ready, ready.store.snapshot() as t:
                if t.entries.find(entry) or review.nettings(t, entry):
                    having.append(one)
        with opened(the_one(having, having=f"an entry '{entry}'", unknown=f"no entry '{entry}'")) as ready:
            return act(ready)


@config_app.command("check")
def config_check(
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
    is_online: Annotated[
        bool, typer.Option("--online", help="Log in to every system that is named, and read one page of each source.")
    ] = False,
) -> None:
    """Check tenant files; every fault with file, line and key.

    Example: afletter config check --config tenants --online
    """
    troubled = False
    for one in configs(config, tenant):
        out.print(f"[green]ok[/green] {escape(one.tenant)}")
        for line in abroad(one):
            out.print(f"  [yellow]abroad[/yellow] {escape(line)}")
        for checked in online(one) if is_online else ():
            troubled = troubled or bool(checked.trouble)
            state = "[red]no[/red]" if checked.trouble else "[green]ok[/green]"
            out.print(f"  {state} {escape(checked.name)}: {escape(checked.trouble or checked.said)}")
    raise typer.Exit(BAD_USAGE if troubled else DONE)


@config_app.command("schema")
def config_schema() -> None:
    """Print the JSON Schema of a tenant file, for editors.

    Example: afletter config schema > tenant.schema.json
    """
    typer.echo(json.dumps(schema(connector_kinds()), ensure_ascii=False, indent=2))


def main() -> None:
    """Entry point of the ``afletter`` command."""
    app()
