"""Books in Beancount 3: an AccountingTarget that Beancount itself accepts, appended to and never rewritten (``journal_books``)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

from beancount import loader
from beancount.core.data import Transaction as LoadedTransaction
from pydantic import Field

from config.settings import ConnectorSettings
from connectors.beancount_posting import BeancountAccounts, key_of_account_part, open_line, quoted, transaction
from connectors.journal_books import JournalBooks, Transaction
from connectors.journal_keys import signature
from connectors.ports import BookedBalance, Movement
from ledger.bookings import AccountKind
from ledger.effects import Payload
from ledger.errors import HumanActionNeeded
from ledger.money import Money
from ledger.postings import OPENING_SUBJECT

_OURS: Final = "; Written by afletter."
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

    def books(self) -> str:
        """See ConnectorSettings."""
        return f"the folder {self.path}"


@dataclass(frozen=True, slots=True)
class _Beancount:
    """The dialect of Beancount 3."""

    settings: BeancountSettings
    suffix: str = "beancount"
    ours: str = _OURS
    key_and_digest: re.Pattern[bytes] = _KEY_AND_DIGEST
    declared: re.Pattern[bytes] = _OPEN

    def main(self) -> str:
        return (
            f'option "title" {quoted(self.settings.title)}\n'
            f'option "operating_currency" "{self.settings.operating_currency}"\n\n'
            'include "accounts.beancount"\n'
            'include "journal/*.beancount"\n'
        )

    def declarations(self) -> str:
        accounts = self.settings.accounts
        clearing = (accounts.of(AccountKind.CLEARING, key) for key in ("review", "ignored", "portal"))
        return "".join(f"{open_line(account)}\n" for account in (*accounts.unkeyed(), *clearing))

    def transaction(self, payload: Payload, key: str, digest: str) -> Transaction:
        return transaction(payload, key, digest, self.settings.accounts)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the books as Beancount loads them. ``key``: of the posting that it is of, empty when somebody else wrote it; ``place``: file
    and line; ``opens``: it belongs to an opening balance, which is no movement."""

    account: str
    document: str
    number: Decimal
    currency: str
    booked_on: date
    key: str
    place: str
    opens: bool


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums by document and by bank account, each with its currency; ``files``: what they were read from, and its state then."""

    documents: dict[tuple[str, str], Decimal]
    banks: dict[tuple[str, str], Decimal]
    files: tuple[tuple[str, tuple[int, int, int] | None], ...]


class BeancountBooks(JournalBooks):
    """A BatchSink, LedgerSource and MovementSource."""

    def __init__(self, settings: BeancountSettings, name: str) -> None:
        super().__init__(settings.path, _Beancount(settings), name)
        self._accounts = settings.accounts
        self._sums: _Sums | None = None

    def open_balances(self) -> Iterator[BookedBalance]:
        """What each document's receivable is in the books as Beancount loads them, a person's own bookings among it.

        A line on the receivable account without ``document`` is given under an empty number. Raises HumanActionNeeded when the books do
        not load without an error.
        """
        for (document, currency), amount in self._load().documents.items():
            if amount:
                yield BookedBalance(document=document, amount=_money(amount, currency))

    def bank_balances(self) -> Iterator[tuple[str, Money]]:
        """Account and sum of all its movements (an opening balance is none), per currency; as Beancount loads the books."""
        for (account, currency), amount in self._load().banks.items():
            yield account, _money(amount, currency)

    def movements(self, documents: Collection[str]) -> Iterator[Movement]:
        """Every line on the receivable account with one of these ``document``s, a person's own among them."""
        wanted = set(documents)
        main = self._books / self._main
        if not wanted or not main.exists():
            return
        entries, _ = self._loaded(main)
        for line in _lines(entries):
            if line.account == self._accounts.receivable and line.document in wanted:
                yield Movement(
                    document=line.document,
                    amount=_money(line.number, line.currency),
                    booked_on=line.booked_on,
                    key=line.key,
                    reference=line.place,
                    issues=False,
                )

    def _loaded(self, main: Path) -> tuple[Sequence[object], Sequence[str]]:
        """The entries of the books and the files that they came from. Raises HumanActionNeeded when they do not load without an error."""
        # A string, not the file: for files Beancount keeps a pickle beside them, and the folder may be anybody's.
        entries, errors, options = loader.load_string(f"include {quoted(str(main.resolve()))}\n")
        if errors:
            place = errors[0].source or {}
            raise HumanActionNeeded(
                f"the books do not load: {place.get('filename', self._main)}, line {place.get('lineno', 0)}: {errors[0].message}"
            )
        return entries, options["include"]

    def _load(self) -> _Sums:
        """The sums of the books, from Beancount's own loader; loaded again when a file that went into them changed.

        Raises HumanActionNeeded when the books do not load without an error.
        """
        main = self._books / self._main
        if not main.exists():
            return _Sums({}, {}, ())
        if self._sums is not None and self._sums.files == self._state_of(path for path, _ in self._sums.files):
            return self._sums
        entries, included = self._loaded(main)
        documents: dict[tuple[str, str], Decimal] = {}
        banks: dict[tuple[str, str], Decimal] = {}
        receivable, bank = self._accounts.receivable, self._accounts.bank + ":"
        for line in _lines(entries):
            if line.account == receivable:
                where = (line.document, line.currency)
                documents[where] = documents.get(where, Decimal()) + line.number
            elif line.account.startswith(bank):
                if line.opens:
                    continue
                where = (key_of_account_part(line.account.removeprefix(bank)), line.currency)
                banks[where] = banks.get(where, Decimal()) + line.number
        self._sums = _Sums(documents, banks, self._state_of(included))
        return self._sums

    def _state_of(self, included: Iterable[str]) -> tuple[tuple[str, tuple[int, int, int] | None], ...]:
        """The files that were included, and every journal there is now, with their signatures; None for one that is gone."""
        journals = (str(path.resolve()) for path in (self._books / "journal").glob("*.beancount"))
        return tuple(
            (file, signature(Path(file).stat()) if Path(file).exists() else None)
            for file in sorted({*included, *journals})
        )


def _lines(entries: Iterable[object]) -> Iterator[_Line]:
    for entry in entries:
        if isinstance(entry, LoadedTransaction):
            for posting in entry.postings:
                if posting.units is None or posting.units.number is None:
                    raise HumanActionNeeded(f"the books do not load: a line on {posting.account} has no amount")
                document = str((posting.meta or {}).get("document", ""))
                yield _Line(
                    posting.account,
                    document,
                    posting.units.number,
                    posting.units.currency,
                    entry.date,
                    str(entry.meta.get("key", "")),
                    f"{Path(str(entry.meta['filename'])).name}:{entry.meta['lineno']}",
                    str(entry.meta.get("subject", "")).startswith(OPENING_SUBJECT),
                )


def _money(amount: Decimal, currency: str) -> Money:
    try:
        return Money.parse(f"{amount:f}", currency)
    except ValueError as error:
        raise HumanActionNeeded(f"the books hold an amount that is none of {currency}: {error}") from error
