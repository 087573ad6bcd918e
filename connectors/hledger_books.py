"""Books in an hledger journal: an AccountingTarget that ``hledger check --strict`` accepts, appended to and never rewritten
(``journal_books``). They are read back by hledger itself."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from config.settings import ConnectorSettings
from connectors.hledger_posting import HledgerAccounts, account_line, commodity_line, key_of, transaction
from connectors.journal_books import JournalBooks, Transaction
from connectors.ports import BookedBalance, Movement
from ledger.effects import Payload
from ledger.errors import HumanActionNeeded, Transient
from ledger.money import Money
from ledger.postings import OPENING_SUBJECT

_OURS: Final = "; Written by afletter."
#: A directive as we write it; what a person added behind it as a comment is not of its name.
_DECLARED: Final = re.compile(rb"^((?:account|commodity) [^;\n]*[^;\s])", re.MULTILINE)
_KEY_AND_DIGEST: Final = re.compile(rb"^    ; key:([^\n]+)\n    ; digest:([0-9a-f]{64})\n", re.MULTILINE)
#: Seconds that hledger may take to read books of a million lines.
_PATIENCE_S: Final = 600


class HledgerSettings(ConnectorSettings):
    """Where the books are, and the program that reads them back. ``currency`` is written into ``main.journal`` once."""

    use: Literal["hledger"]
    path: Path = Field(description="Folder of the books, for afletter alone; main.journal is written here.")
    program: str = Field(default="hledger", description="The hledger program, which reads the books back.")
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$", description="Currency of an amount without one.")
    accounts: HledgerAccounts = Field(default_factory=HledgerAccounts, description="Where each kind of line is booked.")

    def books(self) -> str:
        """See ConnectorSettings."""
        return f"the folder {self.path}"


@dataclass(frozen=True, slots=True)
class _Hledger:
    """The dialect of hledger 1.25 and later."""

    settings: HledgerSettings
    suffix: str = "journal"
    ours: str = _OURS
    key_and_digest: re.Pattern[bytes] = _KEY_AND_DIGEST
    declared: re.Pattern[bytes] = _DECLARED

    def main(self) -> str:
        return "include accounts.journal\ninclude journal/*.journal\n"

    def declarations(self) -> str:
        lines = [account_line(account) for account in self.settings.accounts.fixed()]
        tags = ("key", "digest", "kind", "subject", "reverses", "document", "customer")
        return "".join(
            [
                f"{commodity_line(self.settings.currency)}\n",
                *(f"{line}\n" for line in lines),
                *(f"tag {tag}\n" for tag in tags),
            ]
        )

    def transaction(self, payload: Payload, key: str, digest: str) -> Transaction:
        return transaction(payload, key, digest, self.settings.accounts)


class HledgerBooks(JournalBooks):
    """A BatchSink, LedgerSource and MovementSource."""

    def __init__(self, settings: HledgerSettings, name: str) -> None:
        super().__init__(settings.path, _Hledger(settings), name)
        self._program = settings.program
        self._accounts = settings.accounts

    def open_balances(self) -> Iterator[BookedBalance]:
        """What each document's receivable is in the books as hledger reads them, a person's own bookings among it.

        A line on the receivable account without a ``document`` tag is given under an empty number. Raises HumanActionNeeded when hledger
        is not there or does not accept the books.
        """
        for name, amount in self._sums(f"acct:^{re.escape(self._accounts.receivable)}$", "--pivot", "document"):
            yield BookedBalance(document=key_of(name), amount=amount)

    def bank_balances(self) -> Iterator[tuple[str, Money]]:
        """Account and sum of all its movements, per currency; as hledger reads the books."""
        top = f"{self._accounts.bank}:"
        # An opening balance, and what takes one back, is no movement.
        query = (f"acct:^{re.escape(top)}", f"not:tag:subject=^{OPENING_SUBJECT}", "--empty")
        for name, amount in self._sums(*query):
            yield key_of(name.removeprefix(top)), amount

    def movements(self, documents: Collection[str]) -> Iterator[Movement]:
        """Every line on the receivable account with one of these ``document`` tags, a person's own among them."""
        wanted = set(documents)
        if not wanted or not (self._books / self._main).exists():
            return
        query = f"acct:^{re.escape(self._accounts.receivable)}$"
        for transaction_ in json.loads(self._asked("print", "-O", "json", query), parse_float=str):
            place = transaction_["tsourcepos"][0]
            for posting in transaction_["tpostings"]:
                document = key_of(dict(posting["ptags"]).get("document", ""))
                if posting["paccount"] != self._accounts.receivable or document not in wanted:
                    continue
                for amount in posting["pamount"]:
                    yield Movement(
                        document=document,
                        amount=_money(amount["aquantity"], amount["acommodity"], document),
                        booked_on=date.fromisoformat(transaction_["tdate"]),
                        key=dict(transaction_["ttags"]).get("key", ""),
                        reference=f"{Path(place['sourceName']).name}:{place['sourceLine']}",
                        issues=False,
                    )

    def _sums(self, *query: str) -> Iterator[tuple[str, Money]]:
        """Name and sum, per currency, of what a query of ``hledger balance`` answers."""
        main = self._books / self._main
        if not main.exists():
            return
        answer = self._asked("balance", "--flat", "--no-total", "--layout=bare", "-O", "csv", *query)
        for row in csv.DictReader(io.StringIO(answer)):
            try:
                amount = Money.parse(row["balance"], row["commodity"])
            except ValueError as error:
                raise HumanActionNeeded(
                    f"the books hold an amount of {row['account']} that is none: {error}"
                ) from error
            yield row["account"], amount

    def _asked(self, *words: str) -> str:
        command = [self._program, "-f", str((self._books / self._main).resolve()), *words]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)  # noqa: S603 - no shell, words are ours
        except FileNotFoundError as error:
            raise HumanActionNeeded(
                f"the program '{self._program}' is not there: install hledger, or set `program`"
            ) from error
        except subprocess.TimeoutExpired as error:
            raise Transient(f"hledger did not answer within {_PATIENCE_S} seconds") from error
        if done.returncode:
            raise HumanActionNeeded(f"hledger does not accept the books: {' '.join(done.stderr.split())[:500]}")
        return done.stdout


def _money(quantity: Mapping[str, int], currency: str, document: str) -> Money:
    number = Decimal(quantity["decimalMantissa"]).scaleb(-quantity["decimalPlaces"])
    try:
        return Money.parse(f"{number:f}", currency)
    except ValueError as error:
        raise HumanActionNeeded(f"the books hold an amount on {document} that is none: {error}") from error
