"""Bank files read on their own, without a tenant: what each says and whether it adds up."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, assert_never

from connectors.folder_pages import is_partial
from daemon.garbage import seldom_collected
from formats.detect import Pass, format_of, read_bank_document
from formats.wholeness import HELD_ENTRIES
from ledger.controls import Gap, chain_gaps, with_controls
from ledger.debit_status import DebitStatus
from ledger.sources import Fault, RawDocument, SourceRef
from ledger.statements import Statement

#: A problem that says itself where it is.
_PLACED: Final = re.compile(r"line \d")
#: Bytes hashed at a time.
CHUNK_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BankFile:
    """What one file says. ``format``: as its statements name it, else what it looks like, else empty. ``problems``: where and why it
    cannot be read or does not add up, one line each; ``statements`` of such a file are what can be seen of it, for people only."""

    file: str
    format: str
    problems: tuple[str, ...]
    statements: Iterable[Statement]
    debit_statuses: tuple[DebitStatus, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the file is read whole and adds up wherever it has the balances to see it."""
        return not self.problems


def files_in(paths: Sequence[Path]) -> list[Path]:
    """The files that are meant: a folder stands for every file in it and below it, in order of name.

    Files that a program or desktop keeps for itself (hidden, half written) are left out of a folder, never when they are named.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted(each for each in path.rglob("*") if each.is_file())
            found += [each for each in below if not any(map(is_partial, each.relative_to(path).parts))]
        else:
            found.append(path)
    return found


@seldom_collected()
def read_bank_file(path: Path) -> BankFile:
    """What a file says; one that cannot be opened is a file with that problem."""
    try:
        document = _document(path)
        return _said(document)
    except OSError as error:
        return BankFile(file=str(path), format="", problems=(f"cannot be opened: {error.strerror}",), statements=())


def _document(path: Path) -> RawDocument:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return RawDocument(system="", name=str(path), sha256=digest.hexdigest(), size=size, open=lambda: path.open("rb"))


def _said(document: RawDocument) -> BankFile:
    statements: list[Statement] = []
    debit_statuses: list[DebitStatus] = []
    refusals: list[str] = []
    problems: list[str] = []
    formats: dict[str, None] = {}
    held = 0
    for found in read_bank_document(document, Pass.SHOWN):
        match found:
            case Fault():
                refusals.append(_line(document, found.source, found.reason))
                problems.append(refusals[-1])
            case Statement():
                proved = with_controls(found)
                told = [each for each in proved.problems if not any(each in refusal for refusal in refusals)]
                problems += [_line(document, found.source, problem) for problem in told]
                formats[proved.format] = None
                if held <= HELD_ENTRIES:
                    statements.append(proved)
                    held += 1 + proved.held
            case DebitStatus():
                formats[found.format] = None
                debit_statuses.append(found)
            case _:
                assert_never(found)
    return BankFile(
        file=document.name,
        format=", ".join(formats) or format_of(document),
        problems=tuple(dict.fromkeys(problems)),
        statements=_with_gaps(statements)
        if held <= HELD_ENTRIES
        else _ReadAgain(document, Pass.SHOWN if problems else Pass.AGAIN),
        debit_statuses=tuple(debit_statuses),
    )


def _with_gaps(statements: list[Statement]) -> list[Statement]:
    """The statements of a file, each that does not follow from the ones before it with a remark: days or pages between them may stand in
    another file, so that it is no fault of this one."""
    shown = list(statements)
    for gap in chain_gaps(statements):
        place = next((place for place, each in enumerate(shown) if _opens_after(each, gap)), None)
        if place is not None:
            shown[place] = replace(shown[place], remarks=(*shown[place].remarks, gap.line()))
    return shown


def _opens_after(statement: Statement, gap: Gap) -> bool:
    day = statement.closing_on or statement.dated_on
    same = (statement.account, statement.currency, statement.opening) == (gap.account, gap.currency, gap.opening)
    return same and day is not None and day >= gap.next_on


@dataclass(frozen=True, slots=True)
class _ReadAgain:
    """The statements of a document that has too many to be held, one at a time."""

    document: RawDocument
    purpose: Pass

    def __iter__(self) -> Iterator[Statement]:
        return (
            with_controls(each)
            for each in read_bank_document(self.document, self.purpose)
            if isinstance(each, Statement)
        )


def _line(document: RawDocument, source: SourceRef, problem: str) -> str:
    """A problem with its place; the member of an archive is named, the file itself is known."""
    member = source.name.removeprefix(document.name).lstrip("/")
    place = "" if _PLACED.match(problem) is not None else source.place
    return ": ".join(part for part in (member, place, " ".join(problem.split())) if part)
