"""Books in plain-text accounting files, appended to and never rewritten; what the format looks like is a dialect's business.

The main file is written once and then belongs to its reader; it includes a file of declarations and ``journal/*``, one journal a month. Every
transaction carries the effect's ``key`` and the ``digest`` of its payload: that is how a delivery is found again after a restart, from the
files alone. Which keys there are is kept on disk beside them (``journal_keys``), so that memory does not grow with the books.

An append is announced first in ``.afletter/append.json`` (file, place, length, hash), then written and brought to disk, then the
announcement is taken away. What a crash left half written is cut off before the next append, exactly at that place: a line
that a person wrote by hand is never cut off.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from connectors.durable_files import FILE_MODE, append, cut, make_folder, replace, sync_folder
from connectors.folder_access import check_writable
from connectors.journal_keys import Booked, JournalKeys, Signature, signature
from connectors.ports import EVERYTHING, Abilities, Receipt, Undo
from ledger.effects import Effect, Guarantee, Payload, canonical
from ledger.errors import ConfigError, ConflictingPayload, HumanActionNeeded, Transient

#: Effects that one append takes at most.
BATCH_SIZE: Final = 1000
_STAGING: Final = ".afletter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A posting in a dialect's form. ``text`` ends with a blank line; ``declares``: the directives that it needs, by the name under which
    ``Dialect.declared`` finds them; ``month``: ``2026-06``."""

    month: str
    text: str
    declares: Mapping[str, str] = field(default_factory=dict)


class Dialect(Protocol):
    """A plain-text format."""

    @property
    def suffix(self) -> str:
        """Ending of all its files, without the dot."""

    @property
    def ours(self) -> str:
        """First line of what we write."""

    @property
    def key_and_digest(self) -> re.Pattern[bytes]:
        """Finds both of each transaction."""

    @property
    def declared(self) -> re.Pattern[bytes]:
        """Finds the name of each directive in the file of declarations."""

    def main(self) -> str:
        """The main file, with its includes."""

    def declarations(self) -> str:
        """The file of declarations as it begins."""

    def transaction(self, payload: Payload, key: str, digest: str) -> Transaction:
        """A posting, or a balance that the books must show, in this format. Raises Refused for a payload that is neither."""


@dataclass(frozen=True, slots=True)
class _Append:
    """An announced append: ``length`` bytes of hash ``sha256`` at ``offset`` of ``file`` (relative to the books)."""

    file: str
    offset: int
    length: int
    sha256: str


class JournalBooks:
    """A BatchSink. ``find`` works from the files alone, whoever wrote them and whenever."""

    guarantee = Guarantee.KEYED
    batch_size = BATCH_SIZE
    abilities = Abilities(
        takes=EVERYTHING,
        batching=BATCH_SIZE,
        undo=Undo.COUNTER_POSTING,
        reads_open=True,
        reads_bank=True,
        reads_postings=True,
        matches=True,
        locks_periods=False,
        local=True,
        settle_s=0,
        checks_balances=True,
    )

    def __init__(self, folder: Path, dialect: Dialect, name: str) -> None:
        self.name = name
        self._books = folder
        self._dialect = dialect
        self._main = f"main.{dialect.suffix}"
        self._declarations = f"accounts.{dialect.suffix}"
        self._announcement = self._books / _STAGING / "append.json"
        self._keys = JournalKeys(self._books / _STAGING / "keys.sqlite3", self._books, dialect.key_and_digest)

    def check(self) -> None:
        """Raises ConfigError when the folder cannot be written to, or its ``main.beancount`` is somebody else's."""
        check_writable(self._books, self.name)
        if not self._is_ours():
            raise ConfigError(
                (
                    f"{self.name}: path: {self._books / self._main} was not written by afletter; give the books a folder of their own",
                )
            )

    def find(self, key: str) -> Receipt | None:
        """The receipt of a posting that stands in the journal with this key. Reads only."""
        announced = self._announced()
        cut_off = {announced.file: announced.offset} if announced is not None and self._torn(announced) else {}
        booked = self._keys.find(key, self._journals(), cut_off)
        return None if booked is None else _receipt(key, booked.file)

    def send(self, effect: Effect) -> Receipt:
        """Book one posting; see ``send_many``."""
        return self.send_many((effect,))[0]

    def send_many(self, effects: Sequence[Effect]) -> Sequence[Receipt]:
        """Book the postings that do not stand in the books yet, in order.

        Raises ConflictingPayload when a key is there with other content, and Refused for what is no balanced posting, both before
        anything is written; HumanActionNeeded when the books are not ours; Transient when the disk did not take it.
        """
        if not self._is_ours():
            raise HumanActionNeeded(f"{self._books / self._main} was not written by afletter")
        try:
            make_folder(self._books)
            make_folder(self._books / _STAGING)
            make_folder(self._books / "journal")
            with self._alone():
                return self._book(effects)
        except OSError as error:
            # Whether it was written or not, sending the same keys again gives the truth.
            raise Transient(f"the books cannot be written: {error.strerror}") from error

    def _book(self, effects: Sequence[Effect]) -> list[Receipt]:
        self._mend()
        self._write_frame()
        receipts: list[Receipt] = []
        fresh: dict[str, tuple[Transaction, str]] = {}
        with self._keys.learnt(self._journals()) as kept:
            booked = kept.booked([effect.key for effect in effects])
            for effect in effects:
                digest = hashlib.sha256(canonical(effect.payload)).hexdigest()
                known = booked.get(effect.key)
                if known is None:
                    made = self._dialect.transaction(effect.payload, effect.key, digest)
                    known = booked[effect.key] = Booked(self._journal(made.month), digest)
                    fresh[effect.key] = (made, digest)
                elif known.digest != digest:
                    raise ConflictingPayload(effect.key)
                receipts.append(_receipt(effect.key, known.file))
            self._declare([made for made, _ in fresh.values()])
            by_month: dict[str, dict[str, tuple[Transaction, str]]] = {}
            for key, (made, digest) in fresh.items():
                by_month.setdefault(made.month, {})[key] = (made, digest)
            for month, postings in by_month.items():
                journal = self._journal(month)
                text = "".join(made.text for made, _ in postings.values())
                written = self._append(journal, text, head=f"{self._dialect.ours} Bookings of {month}.\n\n")
                kept.add(journal, written, [(key, digest) for key, (_, digest) in postings.items()])
        return receipts

    def _declare(self, made: Sequence[Transaction]) -> None:
        wanted = {name: line for one in made for name, line in one.declares.items()}
        if not wanted:
            return
        content = (self._books / self._declarations).read_bytes()
        declared = {found.decode() for found in self._dialect.declared.findall(content)}
        missing = [line for name, line in wanted.items() if name not in declared]
        if missing:
            self._append(self._declarations, "".join(f"{line}\n" for line in missing), head="")

    def _write_frame(self) -> None:
        """The files that make a ledger of it, where they are not there yet; the main file last, for it includes the others."""
        # An included pattern must match at least one file, also before the first booking.
        first_journal = self._journal("0000-00")
        ours = self._dialect.ours
        if not (self._books / first_journal).exists():
            self._put(first_journal, f"{ours} The journals beside this file hold a month each.\n\n")
        if not (self._books / self._declarations).exists():
            self._put(
                self._declarations,
                f"{ours} Accounts are added as bookings need them.\n\n{self._dialect.declarations()}",
            )
        if not (self._books / self._main).exists():
            self._put(
                self._main,
                f"{ours} It is not written again: what you add here stays. Leave the two includes as they are.\n\n{self._dialect.main()}",
            )

    def _is_ours(self) -> bool:
        try:
            return (self._books / self._main).read_bytes().startswith(self._dialect.ours.encode())
        except FileNotFoundError:
            return True

    def _put(self, file: str, text: str) -> None:
        """A whole new file, by renaming."""
        replace(self._books / file, text.encode(), self._books / _STAGING / "fresh")

    def _append(self, file: str, text: str, head: str) -> Signature:
        """Append ``text``, announced; a file that does not exist begins with ``head``. Answers the file's state after it."""
        path = self._books / file
        try:
            offset = path.stat().st_size
        except FileNotFoundError:
            offset = 0
        content = ((head if not offset else self._missing_break(path, offset)) + text).encode()
        announcement = {
            "file": file,
            "length": len(content),
            "offset": offset,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        replace(self._announcement, json.dumps(announcement).encode(), self._books / _STAGING / "fresh")
        append(path, content)
        if not offset:
            sync_folder(path.parent)
        self._announcement.unlink()
        return signature(path.stat())

    def _missing_break(self, path: Path, size: int) -> str:
        """The line break that a person's editor may have taken from the end."""
        with path.open("rb") as stream:
            stream.seek(max(0, size - 2))
            end = stream.read()
        if path.name == self._declarations:
            return "" if end.endswith(b"\n") else "\n"
        return "" if end == b"\n\n" else "\n" if end.endswith(b"\n") else "\n\n"

    def _announced(self) -> _Append | None:
        try:
            found = json.loads(self._announcement.read_bytes())
        except FileNotFoundError:
            return None
        return _Append(found["file"], found["offset"], found["length"], found["sha256"])

    def _torn(self, announced: _Append) -> bool:
        """Whether an announced append is there in part. Raises HumanActionNeeded when something else stands in its place."""
        path = self._books / announced.file
        size = path.stat().st_size if path.exists() else 0
        if size <= announced.offset:
            return False
        if size < announced.offset + announced.length:
            return True
        with path.open("rb") as stream:
            stream.seek(announced.offset)
            written = stream.read(announced.length)
        if hashlib.sha256(written).hexdigest() == announced.sha256:
            return False
        if size == announced.offset + announced.length:
            return True
        raise HumanActionNeeded(
            f"{announced.file} was changed by hand after an interrupted append: mend it below byte {announced.offset},"
            f" then delete {_STAGING}/append.json"
        )

    def _mend(self) -> None:
        """Cut off what a crash left half written."""
        announced = self._announced()
        if announced is None:
            return
        if self._torn(announced):
            cut(self._books / announced.file, announced.offset)
        self._announcement.unlink()

    def _journals(self) -> dict[str, Signature]:
        """Every journal as it stands now."""
        found: dict[str, Signature] = {}
        for path in sorted((self._books / "journal").glob(f"*.{self._dialect.suffix}")):
            try:
                found[f"journal/{path.name}"] = signature(path.stat())
            except FileNotFoundError:
                continue
        return found

    def _journal(self, month: str) -> str:
        return f"journal/{month}.{self._dialect.suffix}"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time; the kernel lets go of the lock of a process that dies."""
        lock = os.open(self._books / _STAGING / "lock", os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _receipt(key: str, file: str) -> Receipt:
    return Receipt(key=key, reference=f"{file}#{key}")
