"""Books in Beancount 3: an AccountingTarget that Beancount itself accepts, appended to and never rewritten.

``main.beancount`` is written once and then belongs to its reader; it includes ``accounts.beancount`` and ``journal/*.beancount``, one journal
a month. Every transaction carries the effect's ``key`` and the ``digest`` of its payload as metadata: that is how a delivery is found
again after a restart, from the files alone.

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
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

from beancount import loader
from beancount.core.data import Transaction as LoadedTransaction
from pydantic import Field

from config.settings import ConnectorSettings
from connectors.beancount_posting import (
    BeancountAccounts,
    Transaction,
    key_of_account_part,
    quoted,
    transaction,
)
from connectors.durable_files import FILE_MODE, append, cut, make_folder, replace, sync_folder
from connectors.folder_access import check_writable
from connectors.ports import BookedBalance, Receipt
from ledger.bookings import AccountKind
from ledger.effects import Effect, Guarantee, canonical
from ledger.errors import ConfigError, ConflictingPayload, HumanActionNeeded, Transient
from ledger.money import Money

#: Effects that one append takes at most.
BATCH_SIZE: Final = 1000
#: Day on which accounts are opened: before any booking.
OPENED_ON: Final = "1970-01-01"
_OURS: Final = "; Written by afletter."
_MAIN: Final = "main.beancount"
_ACCOUNTS: Final = "accounts.beancount"
#: Beancount wants an included pattern to match at least one file, also before the first booking.
_FIRST_JOURNAL: Final = "journal/0000-00.beancount"
_STAGING: Final = ".afletter"
_KEY_AND_DIGEST: Final = re.compile(rb'^  key: "([^"\\\n]+)"\n  digest: "([0-9a-f]{64})"\n', re.MULTILINE)
_OPEN: Final = re.compile(rb"^\d{4}-\d{2}-\d{2} open (\S+)", re.MULTILINE)


class BeancountSettings(ConnectorSettings):
    """Where the books are. ``title`` and ``operating_currency`` are written into ``main.beancount`` once."""

    use: Literal["beancount"]
    path: Path = Field(description="Folder of the books, for afletter alone; main.beancount is written here.")
    title: str = Field(default="afletter", description="Title of the books, for reports.")
    operating_currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$", description="Main currency of reports.")
    accounts: BeancountAccounts = Field(
        default_factory=BeancountAccounts, description="Where each kind of line is booked."
    )


@dataclass(frozen=True, slots=True)
class _Append:
    """An announced append: ``length`` bytes of hash ``sha256`` at ``offset`` of ``file`` (relative to the books)."""

    file: str
    offset: int
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Booked:
    """Where a key stands, and what was booked under it."""

    file: str
    digest: str


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the books as Beancount loads them."""

    account: str
    document: str
    number: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums by document and by bank account, each with its currency; ``files``: what they were read from, and its state then."""

    documents: dict[tuple[str, str], Decimal]
    banks: dict[tuple[str, str], Decimal]
    files: tuple[tuple[str, tuple[int, int, int] | None], ...]


class BeancountBooks:
    """A BatchSink and LedgerSource."""

    guarantee = Guarantee.KEYED
    batch_size = BATCH_SIZE

    def __init__(self, settings: BeancountSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._books = settings.path
        self._announcement = self._books / _STAGING / "append.json"
        self._scanned: dict[str, tuple[int, int, int]] = {}
        self._keys: dict[str, _Booked] = {}
        self._opened: set[str] = set()
        self._sums: _Sums | None = None

    def check(self) -> None:
        """Raises ConfigError when the folder cannot be written to, or its ``main.beancount`` is somebody else's."""
        check_writable(self._books, self.name)
        if not self._is_ours():
            raise ConfigError(
                (
                    f"{self.name}: path: {self._books / _MAIN} was not written by afletter; give the books a folder of their own",
                )
            )

    def find(self, key: str) -> Receipt | None:
        """The receipt of a posting that stands in the journal with this key. Reads only."""
        self._scan()
        booked = self._keys.get(key)
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
            raise HumanActionNeeded(f"{self._books / _MAIN} was not written by afletter")
        try:
            make_folder(self._books)
            make_folder(self._books / _STAGING)
            make_folder(self._books / "journal")
            with self._alone():
                return self._book(effects)
        except OSError as error:
            # Whether it was written or not, sending the same keys again gives the truth.
            raise Transient(f"the books cannot be written: {error.strerror}") from error

    def open_balances(self) -> Iterator[BookedBalance]:
        """What each document's receivable is in the books as Beancount loads them, a person's own bookings among it.

        A line on the receivable account without ``document`` is given under an empty number. Raises HumanActionNeeded when the books do
        not load without an error.
        """
        for (document, currency), amount in self._load().documents.items():
            if amount:
                yield BookedBalance(document=document, amount=_money(amount, currency))

    def bank_balances(self) -> Iterator[tuple[str, Money]]:
        """Account and sum of all its movements, per currency; as Beancount loads the books."""
        for (account, currency), amount in self._load().banks.items():
            yield account, _money(amount, currency)

    def _load(self) -> _Sums:
        """The sums of the books, from Beancount's own loader; loaded again when a file that went into them changed.

        Raises HumanActionNeeded when the books do not load without an error.
        """
        main = self._books / _MAIN
        if not main.exists():
            return _Sums({}, {}, ())
        if self._sums is not None and self._sums.files == self._state_of(path for path, _ in self._sums.files):
            return self._sums
        # A string, not the file: for files Beancount keeps a pickle beside them, and the folder may be anybody's.
        entries, errors, options = loader.load_string(f"include {quoted(str(main.resolve()))}\n")
        if errors:
            place = errors[0].source or {}
            raise HumanActionNeeded(
                f"the books do not load: {place.get('filename', _MAIN)}, line {place.get('lineno', 0)}: {errors[0].message}"
            )
        documents: dict[tuple[str, str], Decimal] = {}
        banks: dict[tuple[str, str], Decimal] = {}
        receivable, bank = self._settings.accounts.receivable, self._settings.accounts.bank + ":"
        for line in _lines(entries):
            if line.account == receivable:
                where = (line.document, line.currency)
                documents[where] = documents.get(where, Decimal()) + line.number
            elif line.account.startswith(bank):
                where = (key_of_account_part(line.account.removeprefix(bank)), line.currency)
                banks[where] = banks.get(where, Decimal()) + line.number
        self._sums = _Sums(documents, banks, self._state_of(options["include"]))
        return self._sums

    def _state_of(self, included: Iterable[str]) -> tuple[tuple[str, tuple[int, int, int] | None], ...]:
        """The files that were included, and every journal there is now, with their signatures; None for one that is gone."""
        journals = (str(path.resolve()) for path in (self._books / "journal").glob("*.beancount"))
        return tuple(
            (file, _signature(Path(file).stat()) if Path(file).exists() else None)
            for file in sorted({*included, *journals})
        )

    def _book(self, effects: Sequence[Effect]) -> list[Receipt]:
        self._mend()
        self._write_frame()
        self._scan()
        receipts: list[Receipt] = []
        fresh: dict[str, tuple[Transaction, str]] = {}
        for effect in effects:
            digest = hashlib.sha256(canonical(effect.payload)).hexdigest()
            known = self._keys.get(effect.key)
            booked_digest = known.digest if known is not None else fresh[effect.key][1] if effect.key in fresh else None
            if booked_digest is not None:
                if booked_digest != digest:
                    raise ConflictingPayload(effect.key)
                file = known.file if known is not None else _journal(fresh[effect.key][0].month)
            else:
                made = transaction(effect.payload, effect.key, digest, self._settings.accounts)
                fresh[effect.key] = (made, digest)
                file = _journal(made.month)
            receipts.append(_receipt(effect.key, file))
        self._open_accounts([made for made, _ in fresh.values()])
        by_month: dict[str, list[str]] = {}
        for made, _ in fresh.values():
            by_month.setdefault(made.month, []).append(made.text)
        for month, texts in by_month.items():
            self._append(_journal(month), "".join(texts), head=f"{_OURS} Bookings of {month}.\n\n")
        for key, (made, digest) in fresh.items():
            self._keys[key] = _Booked(_journal(made.month), digest)
        return receipts

    def _open_accounts(self, made: Sequence[Transaction]) -> None:
        wanted = dict.fromkeys(account for one in made for account in one.accounts)
        missing = [account for account in wanted if account not in self._opened]
        if missing:
            self._append(_ACCOUNTS, "".join(f"{OPENED_ON} open {account}\n" for account in missing), head="")
            self._opened.update(missing)

    def _write_frame(self) -> None:
        """The files that make a Beancount ledger of it, where they are not there yet; ``main`` last, for it includes the others."""
        accounts = self._settings.accounts
        opened = (*accounts.unkeyed(), *(accounts.of(AccountKind.CLEARING, k) for k in ("review", "ignored", "portal")))
        if not (self._books / _FIRST_JOURNAL).exists():
            self._put(_FIRST_JOURNAL, f"{_OURS} The journals beside this file hold a month each.\n\n")
        if not (self._books / _ACCOUNTS).exists():
            self._put(
                _ACCOUNTS,
                f"{_OURS} Accounts are added as bookings need them.\n\n"
                + "".join(f"{OPENED_ON} open {account}\n" for account in opened),
            )
        if not (self._books / _MAIN).exists():
            self._put(
                _MAIN,
                f"{_OURS} It is not written again: what you add here stays. Leave the two includes as they are.\n\n"
                f'option "title" {quoted(self._settings.title)}\n'
                f'option "operating_currency" "{self._settings.operating_currency}"\n\n'
                f'include "{_ACCOUNTS}"\n'
                'include "journal/*.beancount"\n',
            )

    def _is_ours(self) -> bool:
        try:
            return (self._books / _MAIN).read_bytes().startswith(_OURS.encode())
        except FileNotFoundError:
            return True

    def _put(self, file: str, text: str) -> None:
        """A whole new file, by renaming."""
        replace(self._books / file, text.encode(), self._books / _STAGING / "fresh")

    def _append(self, file: str, text: str, head: str) -> None:
        """Append ``text``, announced; a file that does not exist begins with ``head``."""
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
        self._scanned[file] = _signature(path.stat())

    def _missing_break(self, path: Path, size: int) -> str:
        """The line break that a person's editor may have taken from the end."""
        with path.open("rb") as stream:
            stream.seek(max(0, size - 2))
            end = stream.read()
        if path.name == _ACCOUNTS:
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

    def _scan(self) -> None:
        """Read what was added to the journals since the last time, or all of it when they were changed in another way."""
        files = [_ACCOUNTS, *sorted(f"journal/{path.name}" for path in (self._books / "journal").glob("*.beancount"))]
        announced = self._announced()
        torn = announced is not None and self._torn(announced)
        changed: list[tuple[str, os.stat_result]] = []
        for file in files:
            try:
                status = (self._books / file).stat()
            except FileNotFoundError:
                continue
            if self._scanned.get(file) != _signature(status):
                changed.append((file, status))
        if any(file in self._scanned for file, _ in changed) or set(self._scanned) - set(files):
            self._scanned.clear()
            self._keys.clear()
            self._opened.clear()
            changed = [(file, (self._books / file).stat()) for file in files if (self._books / file).exists()]
        for file, status in changed:
            content = (self._books / file).read_bytes()
            if announced is not None and torn and announced.file == file:
                content = content[: announced.offset]
            if file == _ACCOUNTS:
                self._opened.update(found.decode() for found in _OPEN.findall(content))
            else:
                for key, digest in _KEY_AND_DIGEST.findall(content):
                    self._keys[key.decode()] = _Booked(file, digest.decode())
            if announced is None:
                self._scanned[file] = _signature(status)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time; the kernel lets go of the lock of a process that dies."""
        lock = os.open(self._books / _STAGING / "lock", os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _journal(month: str) -> str:
    return f"journal/{month}.beancount"


def _receipt(key: str, file: str) -> Receipt:
    return Receipt(key=key, reference=f"{file}#{key}")


def _signature(status: os.stat_result) -> tuple[int, int, int]:
    return (status.st_size, status.st_mtime_ns, status.st_ino)


def _lines(entries: Iterable[object]) -> Iterator[_Line]:
    for entry in entries:
        if isinstance(entry, LoadedTransaction):
            for posting in entry.postings:
                if posting.units is None or posting.units.number is None:
                    raise HumanActionNeeded(f"the books do not load: a line on {posting.account} has no amount")
                document = str((posting.meta or {}).get("document", ""))
                yield _Line(posting.account, document, posting.units.number, posting.units.currency)


def _money(amount: Decimal, currency: str) -> Money:
    try:
        return Money.parse(f"{amount:f}", currency)
    except ValueError as error:
        raise HumanActionNeeded(f"the books hold an amount that is none of {currency}: {error}") from error
