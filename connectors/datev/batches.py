"""DATEV as an accounting target: each delivery is one EXTF file per month, put into a folder exactly once.

DATEV has no interface that would say what it has. What was handed over is kept beside the folder's own memory (``hand_over``): per file a list of the
keys in it, written before the file is put in place. A list counts once its file was handed over; one without a file is void.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, field_validator

from config.settings import ConnectorSettings
from config.values import Text
from connectors.datev.extf import Batch, Row, batch_file, check_account, reference_of
from connectors.durable_files import FILE_MODE, make_folder, replace
from connectors.folder_access import check_writable
from connectors.hand_over import HandOver
from connectors.ports import AFTER_ISSUE, Abilities, Receipt, Undo
from connectors.prepared import prepared
from connectors.target_accounts import TargetAccounts
from ledger.bookings import AccountKind, BookingKind, LedgerAccount
from ledger.effects import Effect, Guarantee, canonical, key_of
from ledger.errors import ConfigError, ConflictingPayload, Refused, Transient
from ledger.money import Money
from ledger.postings import Part, PartKind, Posting, parts, read_posting

#: Postings in one delivery.
BATCH_SIZE: Final = 2000
_STAGING: Final = ".afletter"
_KEYS: Final = ".keys"
_EURO: Final = "EUR"


class DatevSettings(ConnectorSettings):
    """Whose books they are, and how DATEV numbers its accounts."""

    use: Literal["datev"]
    path: Path = Field(description="Folder that the files are put into: EXTF_*.csv, for DATEV's batch import.")
    adviser: int = Field(ge=1001, le=9_999_999, description="Number of the tax adviser (Beraternummer).")
    client: int = Field(ge=1, le=99_999, description="Number of the client (Mandantennummer).")
    ledger_digits: int = Field(default=4, ge=4, le=8, description="Length of ledger accounts (Sachkontenlänge).")
    fiscal_year_begins: Annotated[str, StringConstraints(pattern=r"^\d\d-\d\d$")] = Field(
        default="01-01", description="Month and day on which the fiscal year begins (Wirtschaftsjahr), such as 07-01."
    )
    chart: Literal["", "03", "04"] = Field(default="", description="Chart of accounts: 03 or 04, or empty.")
    locked: bool = Field(
        default=False,
        description="Whether the bookings are locked on import (Festschreibung) and cannot be changed in DATEV.",
    )
    initials: Annotated[str, StringConstraints(max_length=2)] = Field(
        default="", description="Two letters that stand on the batch (Diktatkürzel)."
    )
    accounts: TargetAccounts = Field(
        description="Ledger accounts by what a line is; `discount_tax` and `write_off_tax` are BU-Schlüssel."
    )
    debtors: Mapping[str, Text] = Field(
        default_factory=dict,
        description="Personal account of a customer by its id, where the id is not that number itself.",
    )
    collective_debtor: Text | None = Field(
        default=None, description="Personal account of customers that have none of their own."
    )
    clearing: Text | None = Field(
        default=None,
        description="Interim account (Verrechnungskonto) for setting off two documents of one customer, which DATEV books in two rows.",
    )

    @field_validator("fiscal_year_begins")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        date.fromisoformat(f"2025-{value}")
        return value

    def books(self) -> str:
        """See ConnectorSettings."""
        return f"the folder {self.path}"


@dataclass(frozen=True, slots=True)
class _Handed:
    """Where a posting is, and a hash of what it said."""

    file: str
    digest: str


class DatevBatches:
    """An AccountingTarget that takes batches and cannot be read back."""

    guarantee = Guarantee.FINDABLE
    batch_size = BATCH_SIZE
    abilities = Abilities(
        takes=AFTER_ISSUE,
        batching=BATCH_SIZE,
        undo=Undo.COUNTER_POSTING,
        reads_open=False,
        reads_bank=False,
        reads_postings=False,
        matches=True,
        locks_periods=False,
        local=False,
        settle_s=0,
    )

    def __init__(self, settings: DatevSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._folder = settings.path
        self._staging = settings.path / _STAGING
        self._hand_over = HandOver(folder=self._folder, staging=self._staging)
        self._handed: dict[str, _Handed] = {}
        self._read: set[str] = set()

    def check(self) -> None:
        """Raises ConfigError when the folder cannot be written to, or a number is none of DATEV's."""
        check_writable(self._folder, self.name)
        faults: list[str] = []
        numbers = [*self._settings.accounts.codes(), ("collective_debtor", self._settings.collective_debtor)]
        numbers += [
            ("clearing", self._settings.clearing),
            *(("debtors", one) for one in self._settings.debtors.values()),
        ]
        for place, account in numbers:
            try:
                if account is not None:
                    check_account(account, self._settings.ledger_digits)
            except Refused as error:
                faults.append(f"{self.name}: {place}: {error}")
        if faults:
            raise ConfigError(tuple(faults))

    def find(self, key: str) -> Receipt | None:
        """The receipt of a posting in a file that was handed over, whether DATEV took it away or not."""
        self._look()
        handed = self._handed.get(key)
        return None if handed is None else Receipt(key=key, reference=handed.file)

    def send(self, effect: Effect) -> Receipt:
        """Hand one posting over in a file of its own; see ``send_many``."""
        return self.send_many((effect,))[0]

    def send_many(self, effects: Sequence[Effect]) -> Sequence[Receipt]:
        """Hand over those postings that are in no file yet, one file for each month.

        Raises ConflictingPayload when a key went out with other content, and Refused for what DATEV would not take, both before a file is
        made; Transient when the disk did not take it; OutcomeUnknown when putting a file in place failed.
        """
        try:
            make_folder(self._folder)
            make_folder(self._staging)
        except OSError as error:
            raise Transient(f"the folder cannot be made: {error.strerror}") from error
        with self._alone():
            self._finish()
            self._look()
            fresh: dict[str, Effect] = {}
            for effect in effects:
                known = self._handed.get(effect.key)
                digest = known.digest if known is not None else _digest(fresh.get(effect.key, effect))
                if digest != _digest(effect):
                    raise ConflictingPayload(effect.key)
                if known is None:
                    fresh[effect.key] = effect
            for month, content in self._files(list(fresh.values())).items():
                self._put(month, content, [effect for effect in fresh.values() if _month(effect) == month])
        return [Receipt(key=effect.key, reference=self._handed[effect.key].file) for effect in effects]

    def _files(self, effects: Sequence[Effect]) -> dict[str, bytes]:
        by_month: dict[str, list[Effect]] = {}
        for effect in effects:
            by_month.setdefault(_month(effect), []).append(effect)
        try:
            return {month: self._content(found) for month, found in sorted(by_month.items())}
        except Refused:
            # Which of them it was: each by itself.
            prepared(effects, lambda effect: self._content([effect]))
            raise

    def _content(self, effects: Sequence[Effect]) -> bytes:
        postings = [_in_euros(read_posting(effect.payload)) for effect in effects]
        rows = [
            row for effect, posting in zip(effects, postings, strict=True) for row in self._rows(effect.key, posting)
        ]
        days = [posting.booked_on for posting in postings]
        month = min(days)
        return batch_file(
            Batch(
                adviser=self._settings.adviser,
                client=self._settings.client,
                fiscal_year_begins=self._fiscal_year(month),
                ledger_digits=self._settings.ledger_digits,
                first=month.replace(day=1),
                last=max(days),
                title=f"afletter {month:%m/%Y}",
                initials=self._settings.initials,
                locked=self._settings.locked,
                chart=self._settings.chart,
                created_on=max(effect.not_before for effect in effects),
            ),
            rows,
        )

    def _fiscal_year(self, day: date) -> date:
        begins = date.fromisoformat(f"{day.year}-{self._settings.fiscal_year_begins}")
        return begins if begins <= day else begins.replace(year=day.year - 1)

    def _rows(self, key: str, posting: Posting) -> Iterator[Row]:
        reversal = posting.kind is BookingKind.COUNTER
        for part in parts(posting):
            # A Generalumkehr repeats what it takes back.
            amount = -part.amount if reversal else part.amount
            yield from self._rows_of(part, amount, posting, key, reversal)

    def _rows_of(self, part: Part, amount: Money, posting: Posting, key: str, reversal: bool) -> Iterator[Row]:
        account, against = self._number(part.account, part.customer_id), self._number(part.against, part.customer_id)
        reference = self._reference(part.account) or self._reference(part.against)
        tax = self._settings.accounts.tax_of(part.against.kind) or ""
        if account == against:
            # Two documents of one customer: DATEV clears each by its own number, against an interim account.
            interim = self._settings.clearing
            if interim is None:
                raise Refused(
                    "DATEV sets two documents of one customer off in two rows: set `clearing`, an interim account"
                )
            sides = ((account, reference, amount), (against, self._reference(part.against), -amount))
            for number, document, moved in sides:
                yield self._row(number, interim, moved, "", document, posting, key, reversal)
            return
        if part.kind in (PartKind.DISCOUNT, PartKind.WRITE_OFF, PartKind.EXCHANGE):
            yield self._row(account, against, amount, tax, reference, posting, key, reversal)
            return
        yield self._row(against, account, -amount, "", reference, posting, key, reversal)

    def _row(
        self,
        account: str,
        against: str,
        amount: Money,
        tax: str,
        reference: str,
        posting: Posting,
        key: str,
        reversal: bool,
    ) -> Row:
        return Row(
            amount=abs(amount),
            is_debit=amount.minor > 0,
            account=account,
            against=against,
            tax_key=tax,
            booked_on=posting.booked_on,
            reference=reference,
            second_reference=key[:12],
            text=posting.description,
            reversal=reversal,
        )

    def _reference(self, account: LedgerAccount) -> str:
        return reference_of(account.key) if account.kind is AccountKind.RECEIVABLE else ""

    def _number(self, account: LedgerAccount, customer_id: str) -> str:
        """The account there: a customer's personal account, or a ledger account."""
        own = account.kind is AccountKind.RECEIVABLE or (
            account.kind is AccountKind.ON_ACCOUNT and self._settings.accounts.on_account is None
        )
        if not own:
            return self._settings.accounts.account_of(account)
        personal = self._settings.debtors.get(customer_id)
        if personal is None and customer_id.isascii() and customer_id.isdigit():
            personal = customer_id if len(customer_id) == self._settings.ledger_digits + 1 else None
        if personal is None:
            personal = self._settings.collective_debtor
        if personal is None:
            raise Refused(
                f"customer '{customer_id}' has no personal account: add it under `debtors`, or set `collective_debtor`"
            )
        return personal

    def _put(self, month: str, content: bytes, effects: Sequence[Effect]) -> None:
        digests = {effect.key: _digest(effect) for effect in effects}
        batch = key_of("datev", self.name, *sorted(digests))
        file = f"EXTF_Buchungsstapel_{month}_{batch[:12]}.csv"
        payload = hashlib.sha256(canonical(digests)).hexdigest()
        listed = {"file": file, "keys": digests, "payload": payload}
        try:
            replace(self._staging / f"{batch}{_KEYS}", json.dumps(listed).encode(), self._staging / "list.fresh")
        except OSError as error:
            raise Transient(f"the list of postings cannot be written: {error.strerror}") from error
        self._hand_over.deliver(key=batch, name=file, content=content, payload_sha256=payload)
        self._take(f"{batch}{_KEYS}", listed)

    def _finish(self) -> None:
        """What an interrupted delivery left: a prepared file is put in place, a list without a file is taken away."""
        for path in sorted(self._staging.glob(f"*{_KEYS}")):
            batch = path.name.removesuffix(_KEYS)
            if path.name in self._read or self._hand_over.find(batch) is not None:
                continue
            if (self._staging / f"{batch}.prepared").exists():
                listed = json.loads(path.read_bytes())
                self._hand_over.deliver(key=batch, name=listed["file"], content=b"", payload_sha256=listed["payload"])
            else:
                path.unlink(missing_ok=True)

    def _look(self) -> None:
        """Learn the lists that were not read yet and whose file was handed over."""
        for path in sorted(self._staging.glob(f"*{_KEYS}")):
            if path.name not in self._read and self._hand_over.find(path.name.removesuffix(_KEYS)) is not None:
                self._take(path.name, json.loads(path.read_bytes()))

    def _take(self, name: str, listed: Mapping[str, object]) -> None:
        self._read.add(name)
        keys, file = listed["keys"], listed["file"]
        if isinstance(keys, dict):
            self._handed.update({key: _Handed(str(file), str(digest)) for key, digest in keys.items()})

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process at a time; the kernel lets go of the lock of a process that dies."""
        try:
            lock = os.open(self._staging / "batches.lock", os.O_RDWR | os.O_CREAT, FILE_MODE)
        except OSError as error:
            raise Transient(f"the folder cannot be locked: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _in_euros(posting: Posting) -> Posting:
    foreign = next((line.amount for line in posting.lines if line.amount.currency != _EURO), None)
    if foreign is not None:
        raise Refused(
            f"{foreign} cannot go to DATEV: only euros are written, for a rate would be needed; book it there by hand"
        )
    return posting


def _digest(effect: Effect) -> str:
    return hashlib.sha256(canonical(effect.payload)).hexdigest()


def _month(effect: Effect) -> str:
    return f"{read_posting(effect.payload).booked_on:%Y-%m}"
