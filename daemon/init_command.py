"""``afletter init``: a few questions, and a tenant file that passes the check."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import TypeAdapter, ValidationError
from rich.markup import escape

from config.countries import language_of
from config.loader import load
from config.values import Country, CreditorId, Iban, Language, Mailbox, TenantName, Text, VatNumber
from connectors.registry import Port, connector_kinds, settings_models
from daemon.init_connectors import ConnectorAnswers, asked, quoted
from daemon.invocation import err, fail, named_errors, out
from ledger.errors import ConfigError

#: Countries whose reminders' law and calendar come along; others work too.
_USUAL_COUNTRY: Final = "BE"
_NOTHING: Final = "none"
_FOLDER: Final = "folder"
#: Sources of invoices that bring mandates only: they stand beside another one.
_MANDATES_ONLY: Final = frozenset({"mollie", "twikey"})
#: Sources of statements that are told which account is theirs.
_OF_ONE_ACCOUNT: Final = frozenset({"ponto"})

Folder = Annotated[Path, typer.Option("--dir", help="Where the tenant file is written; made when it is not there.")]
Force = Annotated[bool, typer.Option("--force", help="Write over a tenant file that is there already.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was answered; empty texts are sections that are left out. Folders are relative to the tenant file; ``invoices`` and ``bank`` are empty where
    ``source`` and ``statements`` are no folders. ``payouts``: the payment provider, or None."""

    tenant: str
    company: str
    country: str
    language: str
    vat_number: str
    ibans: tuple[str, ...]
    invoices: str
    source: ConnectorAnswers
    bank: str
    statements: ConnectorAnswers
    payouts: ConnectorAnswers | None
    books: str
    creditor_id: str
    sender: str


def init(folder: Folder = Path("tenants"), force: Force = False) -> None:
    """Ask a few questions and write a tenant file that works; everything else has a default and can be added later.

    Example: afletter init --dir tenants
    """
    with named_errors():
        answers = _asked()
        path = folder / f"{answers.tenant}.yaml"
        if path.exists() and not force:
            raise fail((f"{path} is there already: say --force to write over it, or choose another name",))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(tenant_file(answers), encoding="utf-8")
            for name in _folders(answers):
                (folder / name).mkdir(parents=True, exist_ok=True)
            _write_secrets(folder, answers)
        except OSError as error:
            raise fail((f"{path} cannot be written: {error.strerror}",)) from error
        try:
            load(path, connector_kinds())
        except ConfigError as error:
            # A defect of ours, for every answer was checked when it was given; the file stays, so that it can be mended.
            raise fail(error.faults) from error
    out.print(f"\nWritten: {escape(str(path))}")
    if answers.invoices:
        out.print(f"Put invoices into {escape(str(folder / answers.invoices))}")
    if answers.bank:
        out.print(f"Put bank statements into {escape(str(folder / answers.bank))}")
    out.print("Then:")
    if not (answers.invoices and answers.bank):
        out.print(f"  afletter config check --online --config {escape(str(path))}   # logs in, and changes nothing")
    out.print(f"  afletter sync --config {escape(str(path))}")


def _asked() -> Answers:
    company = _ask("Name of the company", Text)
    tenant = _ask("Name of this tenant in commands and exports", TenantName, default=_slug(company))
    country = _ask("Country of the company (two letters)", Country, default=_USUAL_COUNTRY, form=str.upper)
    language = _ask("Language of reports (nl, fr, de, en)", Language, default=language_of(country))
    vat_number = _ask("VAT number, or nothing", VatNumber, default="", optional=True)
    ibans = tuple(_ask_each("IBAN of a bank account on which customers pay", Iban))
    secrets = f"{tenant}/secrets"
    kind = _choose_kind("Where invoices come from", Port.INVOICES)
    invoices = (
        _ask("Folder of invoices (CSV tables, electronic invoices)", Text, default=f"{tenant}/invoices")
        if kind == _FOLDER
        else ""
    )
    source = _connector(Port.INVOICES, kind, secrets, path=invoices)
    kind = _choose_kind("Where bank statements come from", Port.STATEMENTS)
    bank = (
        _ask("Folder of bank statements (CODA, MT940, CAMT)", Text, default=f"{tenant}/bank") if kind == _FOLDER else ""
    )
    statements = _connector(Port.STATEMENTS, kind, secrets, path=bank, iban="")
    providers = sorted(settings_models(Port.PAYOUTS))
    provider = _choose(
        f"Payment provider whose payouts reach the bank ({', '.join([*providers, _NOTHING])})",
        (*providers, _NOTHING),
        default=_NOTHING,
    )
    payouts = (
        None if provider == _NOTHING else _connector(Port.PAYOUTS, provider, secrets, path=f"{tenant}/settlements")
    )
    kinds = [use for use in ("beancount", "hledger") if use in settings_models(Port.ACCOUNTING)]
    books = _choose(f"Books ({', '.join([*kinds, _NOTHING])})", (*kinds, _NOTHING), default=kinds[0])
    creditor_id = _ask("SEPA creditor identifier for direct debits, or nothing", CreditorId, default="", optional=True)
    sender = _ask("Mail address that reminders come from, or nothing", Mailbox, default="", optional=True)
    return Answers(
        tenant=tenant,
        company=company,
        country=country,
        language=language,
        vat_number=vat_number,
        ibans=ibans,
        invoices=invoices,
        source=source,
        bank=bank,
        statements=statements,
        payouts=payouts,
        books="" if books == _NOTHING else books,
        creditor_id=creditor_id,
        sender=sender,
    )


def _ask(
    question: str,
    kind: Any,
    *,
    default: str | None = None,
    optional: bool = False,
    form: Callable[[str], str] = str.strip,
) -> str:
    """The answer, asked for until it is one; an optional one may be empty."""
    adapter: TypeAdapter[str] = TypeAdapter(kind)
    while True:
        answer: str = form(typer.prompt(question, default=default, show_default=bool(default))).strip()
        if optional and not answer:
            return ""
        try:
            return adapter.validate_python(answer)
        except ValidationError as error:
            _say(error)


def _ask_setting(question: str, adapter: TypeAdapter[Any], optional: bool, hidden: bool) -> Any:
    """A connector's setting; None for an optional one that is left out. What may stand several times is asked for once."""
    several = adapter.json_schema().get("type") == "array"
    while True:
        answer = typer.prompt(question, default="" if optional else None, show_default=False, hide_input=hidden).strip()
        if optional and not answer:
            return None
        try:
            return adapter.validate_python([answer] if several else answer)
        except ValidationError as error:
            _say(error)


def _say(error: ValidationError) -> None:
    err.print(f"  [yellow]{escape(error.errors()[0]['msg'].removeprefix('Value error, '))}[/yellow]")


def _choose_kind(question: str, port: Port) -> str:
    """One of the connectors that fill a port; folders are the usual one."""
    kinds = tuple(sorted({*settings_models(port)} - _MANDATES_ONLY))
    return _choose(f"{question} ({', '.join(kinds)})", kinds, default=_FOLDER)


def _connector(port: Port, use: str, secrets: str, **given: str) -> ConnectorAnswers:
    """A connector's settings; ``given``: those that are not asked for, empty where the place in the file gives them."""
    found = asked(use, settings_models(port)[use], secrets, _ask_setting, frozenset(given))
    own = {name: value for name, value in given.items() if value and name in settings_models(port)[use].model_fields}
    return ConnectorAnswers(use=use, values={**own, **found.values}, secrets=found.secrets)


def _ask_each(question: str, kind: Any) -> list[str]:
    """One answer at least, and more until an empty one."""
    answers = [_ask(question, kind)]
    while True:
        further = _ask("Another one, or nothing", kind, default="", optional=True)
        if not further:
            return answers
        if further not in answers:
            answers.append(further)


def _choose(question: str, choices: tuple[str, ...], default: str) -> str:
    while True:
        answer: str = typer.prompt(question, default=default).strip().lower()
        if answer in choices:
            return answer
        err.print(f"  [yellow]one of {', '.join(choices)}[/yellow]")


def _slug(company: str) -> str:
    """A tenant's name out of a company's: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", company).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:63].strip("-") or "tenant"


def _folders(answers: Answers) -> list[str]:
    """The folders that the tenant puts files into."""
    bank = map(_folder_of(answers), answers.ibans) if answers.bank else ()
    settlements = answers.payouts.values.get("path") if answers.payouts is not None else None
    return [*(one for one in (answers.invoices, settlements) if isinstance(one, str) and one), *bank]


def _write_secrets(folder: Path, answers: Answers) -> None:
    """Each secret into a file that only its owner reads."""
    every = [answers.source, answers.statements, *([answers.payouts] if answers.payouts is not None else [])]
    for name, secret in (entry for one in every for entry in one.secrets.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secret, encoding="utf-8")


def _folder_of(answers: Answers) -> Callable[[str], str]:
    """The folder of an account's statements; several accounts have one each."""
    return lambda iban: answers.bank if len(answers.ibans) == 1 else f"{answers.bank}/{iban}"


def tenant_file(answers: Answers) -> str:
    """The tenant file of these answers, with a word on each section."""
    lines = [
        "# Every key and its default: docs/configuration.md, or `afletter config schema` for your editor.",
        f"tenant: {answers.tenant}",
        "legal:",
        f"  name: {quoted(answers.company)}",
        f"  country: {quoted(answers.country)}",
        f"  language: {answers.language}",
        *([f"  vat_number: {quoted(answers.vat_number)}"] if answers.vat_number else []),
        "currency: EUR",
        "invoices:",
        *(
            [
                "  - use: folder",
                f"    path: {quoted(answers.invoices)}   # customers.csv, invoices.csv, mandates.csv, *.xml in UBL or CII",
            ]
            if answers.invoices
            else [f"  - {answers.source.flow()}   # docs/connectors/{answers.source.use}.md"]
        ),
        "bank_accounts:",
    ]
    for iban in answers.ibans:
        lines += [f"  - iban: {iban}", "    statements:"]
        if answers.bank:
            lines += [
                "      - use: folder",
                f"        path: {quoted(_folder_of(answers)(iban))}   # CODA, MT940 or CAMT.053, told apart by content",
            ]
        else:
            own = {"iban": iban} if answers.statements.use in _OF_ONE_ACCOUNT else {}
            lines.append(f"      - {answers.statements.flow(**own)}   # docs/connectors/{answers.statements.use}.md")
    if answers.payouts is not None:
        lines += ["payouts:", f"  - {answers.payouts.flow()}   # docs/connectors/{answers.payouts.use}.md"]
    if answers.books:
        lines += ["accounting:", f"  - use: {answers.books}", f"    path: {quoted(f'{answers.tenant}/books')}"]
    if answers.creditor_id:
        lines += [
            "direct_debit:",
            f"  creditor_id: {answers.creditor_id}",
            f"  creditor_iban: {answers.ibans[0]}",
            "  approval: required   # `none`: batches leave by themselves",
            f"  bank: {{use: folder, path: {quoted(f'{answers.tenant}/to-bank')}}}",
        ]
    if answers.sender:
        lines += [
            "reminders:",
            f"  sender: {quoted(answers.sender)}",
            f"  channel: {{use: maildir, path: {quoted(f'{answers.tenant}/mail')}}}   # look at them first; then a mail server",
        ]
    lines.append(f"reports: {{path: {quoted(f'{answers.tenant}/reports')}}}")
    return "\n".join(lines) + "\n"
