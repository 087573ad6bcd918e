"""An account at Ponto, reading by reading: each is one statement of what is new since the one before, up to the last whole day.

Entries are known by their ids. What is new is looked for from the newest page back, one page further than the first that holds known ones, and, while entries and
balance do not agree, to the very end: banks insert entries between older ones. Nothing is passed over for its date.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from connectors import machine_clock
from connectors.json_rows import raw_document
from connectors.ponto.client import PROVIDER, PontoClient
from connectors.ponto.read import Account, Booked, account_of, booked_of, facts, in_brussels, last_whole_day, moment
from connectors.ponto.settings import Balances, PontoSettings
from connectors.ports import Cursor, Page
from ledger.errors import AfletterError, HumanActionNeeded, Transient
from ledger.money import Money
from ledger.sources import Fault, RawDocument
from ledger.statements import Statement

#: Days that an entry is remembered; an older one that turns up is taken for one that was known.
KEPT_DAYS: Final = 400
#: Pages with known entries on them that are read: the first, and one more.
KNOWN_PAGES: Final = 2
_HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class _State:
    """What the cursor holds. ``iban``, ``since``: of the settings it began with; ``account``: Ponto's id; ``on``: the last day that was read whole (None: nothing yet);
    ``closing``: the balance then, in minor units; ``known``: day and key of each entry by its id."""

    iban: str
    since: date
    account: str = ""
    on: date | None = None
    closing: int | None = None
    number: int = 0
    known: dict[str, tuple[date, str]] = field(default_factory=dict)

    def text(self) -> Cursor:
        return json.dumps(
            {
                "iban": self.iban,
                "since": self.since.isoformat(),
                "account": self.account,
                "on": None if self.on is None else self.on.isoformat(),
                "closing": self.closing,
                "number": self.number,
                "known": {name: [on.isoformat(), key] for name, (on, key) in self.known.items()},
            },
            sort_keys=True,
            separators=(",", ":"),
        )


def _state(cursor: Cursor | None, iban: str, since: date) -> _State:
    """Another account or first day in the settings begins anew; numbers go on."""
    if cursor is None:
        return _State(iban, since)
    kept = json.loads(cursor)
    if (kept["iban"], kept["since"]) != (iban, since.isoformat()):
        return _State(iban, since, number=kept["number"])
    return _State(
        iban,
        since,
        kept["account"],
        None if kept["on"] is None else date.fromisoformat(kept["on"]),
        kept["closing"],
        kept["number"],
        {name: (date.fromisoformat(on), key) for name, (on, key) in kept["known"].items()},
    )


class _News:
    """Tells entries that are new from those that are known, page after page."""

    def __init__(self, state: _State, account: Account) -> None:
        self._state = state
        #: An account that was given up and added anew has other ids: then the same content is the same entry, as often as it was there.
        self._by_key = state.account not in ("", account.account_id)
        self._left = Counter(key for _, key in state.known.values()) if self._by_key else Counter[str]()
        self._horizon = date.min if state.on is None else state.on - timedelta(days=KEPT_DAYS)
        self.known: dict[str, tuple[date, str]] = {} if self._by_key else dict(state.known)
        #: Newest first.
        self.entries: list[Booked] = []
        self._seen: set[str] = set()

    @property
    def needs_all(self) -> bool:
        """Whether every page must be read, whatever is on it."""
        return self._by_key or self._state.on is None

    def take(self, page: Sequence[Booked]) -> bool:
        """Look at a page; whether something on it was known."""
        was_known = False
        for one in page:
            if one.entry_id in self._seen:
                continue
            self._seen.add(one.entry_id)
            if one.on < self._horizon or self._is_known(one):
                was_known = True
                self.known[one.entry_id] = (one.on, one.key)
            else:
                self.entries.append(one)
        return was_known

    def _is_known(self, one: Booked) -> bool:
        if not self._by_key:
            return one.entry_id in self._state.known
        if not self._left[one.key]:
            return False
        self._left[one.key] -= 1
        return True


class PontoStatements:
    """A StatementSource."""

    def __init__(self, settings: PontoSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._client = PontoClient(settings)
        self._account: Account | None = None

    def check(self) -> None:
        """Log in and look for the account. Raises what ``PontoClient`` raises, HumanActionNeeded when it is not there."""
        self._looked_up()

    def fetch(self, cursor: Cursor | None) -> Page:
        """What is new, as one document, or none. Raises what ``PontoClient`` raises; Transient while entries and balance do not agree; HumanActionNeeded when the
        consent is over and everything that is there was read."""
        account = self._looked_up()
        trouble: AfletterError | None = None
        if cursor is not None:
            # The first reading, and who only wants to see whether it works, take what is there.
            account, trouble = self._visited(account)
        state = _state(cursor, self._settings.iban, self._settings.since)
        document, state = self._reading(account, state)
        trouble = trouble or self._over(account)
        if document is None:
            if trouble is not None:
                raise trouble
            return Page(documents=(), cursor=state.text(), has_more=False)
        return Page(documents=(document,), cursor=state.text(), has_more=trouble is not None)

    def parse(self, document: RawDocument) -> Iterator[Statement | Fault]:
        """The statement of a reading."""
        yield from facts(document)

    def warnings(self, as_of: date) -> Sequence[str]:
        """The end of the bank's consent, ahead of it."""
        ends = None if self._account is None else self._account.consent_ends_at
        if ends is None:
            return ()
        on = in_brussels(ends)
        days = (on - as_of).days
        if days > self._settings.warn_days:
            return ()
        return (f"the bank's consent for {self._settings.iban} ends on {on.isoformat()}: renew it in {PROVIDER}",)

    def _looked_up(self) -> Account:
        self._account = account_of(self._client.accounts(), self._settings.iban)
        return self._account

    def _visited(self, account: Account) -> tuple[Account, AfletterError | None]:
        """The account after a visit to the bank, where one is wanted. What goes wrong with it is told when what is there was read."""
        hours = self._settings.synchronize_after_h
        if hours is None or machine_clock.now_s() - account.read_at.timestamp() < hours * _HOUR_S:
            return account, None
        try:
            return (self._looked_up() if self._client.visit(account.account_id) else account), None
        except (HumanActionNeeded, Transient) as error:
            return account, error

    def _over(self, account: Account) -> AfletterError | None:
        ends = account.consent_ends_at
        if ends is None or ends > datetime.fromtimestamp(machine_clock.now_s(), UTC):
            return None
        return HumanActionNeeded(
            f"the bank's consent for {self._settings.iban} ended on {in_brussels(ends).isoformat()}: renew it in {PROVIDER}"
        )

    def _reading(self, account: Account, state: _State) -> tuple[RawDocument | None, _State]:
        """What is new, as a document, and the state after it."""
        news, read_at = self._news(account, state)
        begun = state.on is not None
        on = last_whole_day(read_at)
        opening_on = self._settings.since - timedelta(days=1) if state.on is None else state.on
        on = max(on, opening_on)
        # At the first reading the past is learnt and not booked; later nothing is passed over for its date.
        taken = [one for one in news.entries[::-1] if one.on <= on and (begun or one.on >= self._settings.since)]
        past = [] if begun else [one for one in news.entries if one.on < self._settings.since]
        taken.sort(key=lambda one: one.on)
        closing = account.balance - _sum((one for one in news.entries if one.on > on), account.currency)
        opening = (
            closing - _sum(taken, account.currency) if state.closing is None else Money(state.closing, account.currency)
        )
        known = {**news.known, **{one.entry_id: (one.on, one.key) for one in (*taken, *past)}}
        horizon = on - timedelta(days=KEPT_DAYS)
        after = replace(
            state,
            account=account.account_id,
            known={name: seen for name, seen in known.items() if seen[0] >= horizon},
        )
        if not taken and on == opening_on:
            return None, after
        proven = self._settings.balances is Balances.PROVEN
        after = replace(after, on=on, closing=closing.minor if proven else None, number=state.number + 1)
        content = {
            "account": self._settings.iban,
            "currency": account.currency,
            "number": after.number,
            "opening": opening.decimal() if proven else None,
            "opening_on": opening_on.isoformat(),
            "closing": closing.decimal() if proven else None,
            "closing_on": on.isoformat(),
            "read_at": read_at.isoformat(),
            # What was in no list on the last whole day was not booked by then, whatever day it bears: so it stands on the day that the bank's files give it.
            "entries": [
                {**one.row, "booked_on": max(one.on, opening_on + timedelta(days=1)).isoformat()} for one in taken
            ],
        }
        return raw_document(self.name, f"{on.isoformat()}-{after.number}.json", content), after

    def _news(self, account: Account, state: _State) -> tuple[_News, datetime]:
        """What is not known, and when the bank was asked. Raises Transient when it does not lead from the last balance to the present one."""
        news, read_at, passed = _News(state, account), account.read_at, 0
        for listed, asked in self._client.transactions(account.account_id):
            if asked:
                read_at = min(read_at, moment(asked))
            passed += news.take(booked_of(listed, account))
            if passed >= KNOWN_PAGES and not news.needs_all and not self._missing(account, state, news):
                break
        missing = self._missing(account, state, news)
        if missing:
            raise Transient(
                f"the balance that the bank states through {PROVIDER} is {account.balance}, and {missing} of it is in no entry: nothing is taken over until they agree"
            )
        return news, read_at

    def _missing(self, account: Account, state: _State, news: _News) -> Money:
        """What of the present balance neither the last one nor an entry explains."""
        if state.closing is None or self._settings.balances is Balances.IGNORED:
            return Money.zero(account.currency)
        return account.balance - Money(state.closing, account.currency) - _sum(news.entries, account.currency)


def _sum(entries: Sequence[Booked] | Iterator[Booked], currency: str) -> Money:
    return Money(sum(one.amount.minor for one in entries), currency)
