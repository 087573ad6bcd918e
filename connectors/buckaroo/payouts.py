"""Payouts of Buckaroo: settlement files from a folder or a server, joined by their balances, and what is in each payout asked for by its transaction keys.

Polling is enough: nothing is missed that the account's own statements hold, and what happens later to a payment (a chargeback months after) is a movement of a later
statement. A file that cannot be read, does not add up or does not follow the one before stops everything after it until it is mended.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from connectors.buckaroo.account import Accounts, Chain, Movement, PaidOut, Sheet, day_of, sheets_of
from connectors.buckaroo.client import BuckarooClient
from connectors.buckaroo.read import COMING, PAYOUTS, facts, kept, related_keys
from connectors.buckaroo.settings import BuckarooSettings
from connectors.folder_pages import FolderPages, unreadable
from connectors.json_rows import raw_document
from connectors.ports import Cursor, Page
from connectors.sftp_intake import SftpIntake
from connectors.sftp_source import SftpPages
from ledger.coming_payments import ComingPayment
from ledger.errors import ConfigError, HumanActionNeeded
from ledger.payouts import Payout
from ledger.sources import Fault, RawDocument

#: Payouts that are read in full on one page.
AT_ONCE: Final = 10
#: The largest settlement file.
_FILE_BYTES: Final = 64 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class _State:
    """The cursor: ``folder``, what was read of it; ``tried``: payouts that were faulty in this run, to be read again in the next one; ``coming``: by account,
    the digest of the movements that waited for a payout when they were last told."""

    folder: Cursor | None = None
    accounts: Accounts = field(default_factory=Accounts)
    tried: list[str] = field(default_factory=list)
    coming: dict[str, str] = field(default_factory=dict)

    def text(self) -> Cursor:
        held = self.accounts
        accounts = {
            "chains": {
                name: {
                    "closing": chain.closing,
                    "closed_on": chain.closed_on,
                    "waiting": _rows(chain.waiting),
                    "last": chain.last,
                    "of_day": chain.of_day,
                }
                for name, chain in held.chains.items()
            },
            "sheets": [
                {
                    "account": one.account,
                    "currency": one.currency,
                    "number": one.number,
                    "opening": one.opening,
                    "closing": one.closing,
                    "closed_on": one.closed_on,
                    "movements": _rows(one.movements),
                    "file": one.file,
                }
                for one in held.sheets
            ],
            "joined": held.joined,
            "payouts": [_row(one) for one in held.payouts],
        }
        return json.dumps({"folder": self.folder, "accounts": accounts, "tried": self.tried, "coming": self.coming})


def _row(paid: PaidOut) -> dict[str, object]:
    return {
        "payout_id": paid.payout_id,
        "currency": paid.currency,
        "payout": paid.payout.row(),
        "movements": _rows(paid.movements),
    }


def _rows(movements: Sequence[Movement]) -> list[dict[str, str]]:
    return [one.row() for one in movements]


def _state(cursor: Cursor | None) -> _State:
    if cursor is None:
        return _State()
    held = json.loads(cursor)
    accounts = held["accounts"]
    return _State(
        folder=held["folder"],
        tried=held["tried"],
        # Earlier versions did not tell of them.
        coming=held.get("coming", {}),
        accounts=Accounts(
            chains={
                name: Chain(**{**chain, "waiting": _movements(chain["waiting"])})
                for name, chain in accounts["chains"].items()
            },
            sheets=[Sheet(**{**one, "movements": tuple(_movements(one["movements"]))}) for one in accounts["sheets"]],
            joined=accounts["joined"],
            payouts=[
                PaidOut(
                    payout_id=one["payout_id"],
                    currency=one["currency"],
                    payout=Movement(**one["payout"]),
                    movements=tuple(_movements(one["movements"])),
                )
                for one in accounts["payouts"]
            ],
        ),
    )


def _movements(held: list[dict[str, str]]) -> list[Movement]:
    return [Movement(**one) for one in held]


class BuckarooPayouts:
    """A SettlementSource. The cursor is JSON: files that were read, movements that wait for their payout, payouts that were not handed out."""

    def __init__(self, settings: BuckarooSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._client = BuckarooClient(settings)
        self._files = _files(settings, name)

    def check(self) -> None:
        """Look at the folder and log in. Raises ConfigError when there is no such folder, else what ``BuckarooClient`` raises."""
        self._files.check()
        self._client.log_in()

    def fetch(self, cursor: Cursor | None) -> Page:
        """New files, and once all are read the next payouts in them. Raises HumanActionNeeded for a file that cannot be read or joined on, and what
        ``BuckarooClient`` raises; nothing was taken over then."""
        state = _state(cursor)
        page = self._files.fetch(state.folder)
        state.folder = page.cursor
        state.accounts.forget((*page.gone, *(one.name for one in page.documents)))
        state.accounts.take(sheet for one in page.documents for sheet in _sheets(one))
        if page.has_more:
            return Page(documents=page.documents, cursor=state.text(), has_more=True, gone=page.gone)
        state.accounts.join(self._settings.payout_types)
        known = [one for one in state.accounts.payouts if day_of(one.payout) >= self._settings.since]
        state.accounts.payouts = known
        untried = [one for one in known if one.payout_id not in state.tried]
        documents = [*page.documents, *(self._handed_out(one, state) for one in untried[:AT_ONCE])]
        gap = state.accounts.gap()
        if gap and not documents:
            raise HumanActionNeeded(gap)
        has_more = len(untried) > AT_ONCE or bool(gap)
        if not has_more:
            state.tried = []
            documents += self._coming(state)
        return Page(documents=tuple(documents), cursor=state.text(), has_more=has_more, gone=page.gone)

    def parse(self, document: RawDocument) -> Iterator[Payout | ComingPayment | Fault]:
        """The payout of a document, or the payments in it that are not paid out yet."""
        yield from facts(document)

    def warnings(self, as_of: date) -> Sequence[str]:
        """What the server of the files did not let us do though everything was read."""
        return self._files.warnings(as_of) if isinstance(self._files, SftpPages) else ()

    def _handed_out(self, paid: PaidOut, state: _State) -> RawDocument:
        """The document of a payout; one that cannot be read stays among those to come."""
        document = raw_document(self.name, f"{PAYOUTS}{paid.payout_id}", self._in_full(paid))
        if any(isinstance(one, Fault) for one in facts(document)):
            state.tried.append(paid.payout_id)
        else:
            state.accounts.payouts.remove(paid)
        return document

    def _coming(self, state: _State) -> Iterator[RawDocument]:
        """What waits for its payout on each account, where that is not what was last told of it."""
        for name, chain in state.accounts.chains.items():
            digest = raw_document(self.name, name, _rows(chain.waiting)).sha256
            if digest == state.coming.get(name) or not (chain.waiting or name in state.coming):
                continue
            content = {
                "currency": name.rpartition(" ")[2],
                "movements": _rows(chain.waiting),
                **self._told_of(chain.waiting),
            }
            document = raw_document(self.name, f"{COMING}{name}", content)
            # What is faulty is told anew in each run, until it is mended.
            state.coming[name] = "" if any(isinstance(one, Fault) for one in facts(document)) else digest
            yield document

    def _in_full(self, paid: PaidOut) -> Mapping[str, object]:
        return {**_row(paid), "sender": self._settings.sender, **self._told_of(paid.movements)}

    def _told_of(self, movements: Sequence[Movement]) -> Mapping[str, object]:
        """The transactions of movements, and by which words they are told apart."""
        keys = [one.transaction for one in movements if one.transaction]
        found = dict(self._client.transactions(keys))
        # What is taken back was paid in an earlier payout.
        earlier = [key for one in found.values() for key in related_keys(one) if key.upper() not in found]
        found |= self._client.transactions(earlier)
        wanted = self._settings
        return {
            "transactions": {key: kept(one, wanted.number_in) for key, one in sorted(found.items())},
            "rules": {
                "fee_types": wanted.fee_types,
                "refund_types": wanted.refund_types,
                "chargeback_types": wanted.chargeback_types,
                "refund_relations": wanted.refund_relations,
                "chargeback_relations": wanted.chargeback_relations,
                "test": wanted.test,
            },
        }


def _files(settings: BuckarooSettings, name: str) -> FolderPages | SftpPages:
    """The settlement files, from this machine or from a server."""

    def pages(folder: Path, rank: Callable[[str], int | None]) -> FolderPages:
        return FolderPages(folder=folder, source=name, recursive=False, document_bytes=_FILE_BYTES, rank=rank)

    if settings.path is not None:
        return pages(settings.path, lambda _: 0)
    if settings.server is None:
        raise ConfigError((f"{name}: needs the settlement files: either path or server",))
    intake = SftpIntake(settings.server, name)
    copies = pages(intake.copies, lambda file: 0 if intake.wants(file) else None)
    return SftpPages(settings.server, intake, copies.fetch)


def _sheets(document: RawDocument) -> list[Sheet]:
    fault = unreadable(document)
    if fault is not None:
        raise HumanActionNeeded(f"the settlement file {fault.line()}")
    return sheets_of(document)
