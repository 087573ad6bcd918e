"""A camt document as a stream: one Statement for each Stmt, Rpt or Ntfctn, with no tree kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

from formats.camt.entries import Ground, ReadEntry, entry_of
from formats.camt.pages import Page, joined, page_of
from formats.camt.transactions import Transaction, amount_of, bank_day_at, transaction_of
from formats.xml_elements import Element, all_at, at, name_of, text_at
from formats.xml_stream import elements_of, forget
from ledger.errors import MalformedDocument
from ledger.money import Money
from ledger.sources import RawDocument, SourceRef
from ledger.statements import Statement, StatementEntry, StreamedEntries

_KINDS: Final = {"Stmt": "camt.053", "Rpt": "camt.052", "Ntfctn": "camt.054"}
_VERSION: Final = re.compile(r"camt\.05[234]\.\d{3}\.\d\d")
_TAGS: Final = tuple(
    f"{{*}}{name}"
    for name in ("Document", "GrpHdr", "Stmt", "Rpt", "Ntfctn", "Acct", "Bal", "TxsSummry", "TxDtls", "Ntry")
)
#: Opening and closing balance, best first (ISO 20022 external balance type codes).
_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = ("CLBD",)
_INTERIM: Final = "ITBD"
#: Entries of one statement that are held (some 50 MB); with more, they are read again whenever they are looked at.
HELD_ENTRIES: Final = 20_000
#: Problems of one kind that are told of a statement: enough to see what is wrong with it.
MOST_PROBLEMS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Balance:
    code: str
    amount: Money
    on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Total:
    """A line of TxsSummry: number and sum as text, of credits (sign 1), debits (-1) or all (0)."""

    name: str
    sign: int
    count: str
    sum: str

    def text(self) -> str:
        """The total as a reader of the report understands it."""
        stated = [f"{self.count} entries"] if self.count else []
        stated += [f"a sum of {self.sum}"] if self.sum else []
        return f"{self.name} of {' and '.join(stated)}"

    def fits(self, tally: _Tally, currency: str) -> bool:
        """Whether it counts these entries; a sum of all may be of absolute amounts or net."""
        count, net, absolute = tally.of(self.sign)
        if self.count and (self.count.lstrip("0") or "0") != str(count):
            return False
        if not self.sum:
            return True
        try:
            stated = Money.parse(self.sum, currency).minor
        except ValueError:
            return False
        return abs(stated) in {absolute, abs(net)}


class _Tally:
    """Number and sums of entries, by their sign."""

    __slots__ = ("_counts", "_sums")

    def __init__(self) -> None:
        self._counts = {1: 0, -1: 0}
        self._sums = {1: 0, -1: 0}

    def add(self, sign: int, minor: int) -> None:
        """One more entry; ``sign`` as its CdtDbtInd says, ``minor`` signed."""
        self._counts[sign] += 1
        self._sums[sign] += minor

    def of(self, sign: int) -> tuple[int, int, int]:
        """How many there are, their sum and the sum of their absolute amounts: of credits (1), debits (-1) or all (0)."""
        if sign:
            return self._counts[sign], self._sums[sign], abs(self._sums[sign])
        credit, debit = self._sums[1], self._sums[-1]
        return self._counts[1] + self._counts[-1], credit + debit, credit - debit


@dataclass(slots=True)
class _Part:
    """A statement while its elements pass by. ``entries`` is None when there are too many to be held.

    ``problems``: batches whose details do not make them up. ``lone``: entries whose only transaction states another amount, of which
    nothing is used, so that they are harmless where the balances prove the entries.
    """

    kind: str
    line: int
    account: str = ""
    currency: str = ""
    balances: list[_Balance] = field(default_factory=list)
    totals: list[_Total] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    entries: list[StatementEntry] | None = field(default_factory=list)
    pending: list[StatementEntry] | None = field(default_factory=list)
    all: _Tally = field(default_factory=_Tally)
    booked: _Tally = field(default_factory=_Tally)
    problems: list[str] = field(default_factory=list)
    lone: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    last_on: date | None = None
    in_order: bool = True
    balance: Money | None = None
    positions: dict[bool, int] = field(default_factory=lambda: {True: 1, False: 1})
    ground: Ground | None = None

    def take(self, read: ReadEntry) -> None:
        """One more entry: counted, and kept as long as there are not too many."""
        entry = read.entry
        self.positions[read.booked_at_bank] += 1
        if entry.balance is not None:
            self.balance = entry.balance
        self.all.add(read.sign, entry.amount.minor)
        if read.booked_at_bank:
            self.booked.add(read.sign, entry.amount.minor)
            self.in_order = self.in_order and (self.last_on is None or self.last_on <= entry.booked_on)
            self.last_on = entry.booked_on
        differing = self.problems if entry.details else self.lone
        if read.problem and len(differing) < MOST_PROBLEMS:
            differing.append(read.problem)
        if read.foreign and len(self.foreign) < MOST_PROBLEMS:
            self.foreign.append(f"{entry.source.place}: in {read.foreign}, the account is in {self.currency}")
        if self.entries is None or self.pending is None:
            return
        if self.books(read):
            self.entries.append(entry)
        else:
            self.pending.append(entry)
        if len(self.entries) + len(self.pending) > HELD_ENTRIES:
            self.entries = self.pending = None

    def books(self, read: ReadEntry) -> bool:
        """Report and notification book nothing: the same movements come again in the statement, and so do its balances."""
        return read.booked_at_bank and self.kind == "camt.053"

    def count(self) -> int:
        """How many entries there are so far."""
        return self.positions[True] + self.positions[False] - 2


def statements_of(document: RawDocument) -> Iterator[Statement]:
    """The statements, one after the other. MalformedDocument with line and column ends them."""
    found = False
    for statement in joined(_pages_of(document)):
        found = True
        yield statement
    if not found:
        raise MalformedDocument(document.name, "", "no statement in it: not one Stmt, Rpt or Ntfctn element")


def _pages_of(document: RawDocument) -> Iterator[tuple[Page | None, Statement]]:
    """Each Stmt, Rpt and Ntfctn element with the page that it is of its statement."""
    reader = _Reader(document)
    for event, element in elements_of(document, _TAGS):
        done = reader.take(event, element)
        if isinstance(done, Statement):
            yield reader.page, done


def _entries_of(document: RawDocument, number: int, *, booked: bool) -> Iterator[StatementEntry]:
    """The entries of the document's statement of that number, from 0, read once more: those that it books, or the others."""
    reader = _Reader(document)
    for event, element in elements_of(document, _TAGS):
        part = reader.part
        done = reader.take(event, element)
        if (
            isinstance(done, ReadEntry)
            and reader.statements == number
            and part is not None
            and part.books(done) is booked
        ):
            yield done.entry
        elif isinstance(done, Statement) and reader.statements > number:
            return


class _Reader:
    """Takes elements as they open and close, and gives each entry and each statement when it is complete."""

    def __init__(self, document: RawDocument) -> None:
        self.document = document
        self.statements = 0
        self.part: _Part | None = None
        self.page: Page | None = None
        self.made_on: date | None = None

    def take(self, event: str, element: Element) -> Statement | ReadEntry | None:
        part = self.part
        if event == "start":
            if part is None and (kind := _KINDS.get(name_of(element))) is not None:
                self.part = _Part(kind=kind, line=element.sourceline or 0)
            return None
        name = name_of(element)
        if name == "GrpHdr":
            self._take_header(element)
        if part is None:
            return None
        done: Statement | ReadEntry | None = None
        match name:
            case "TxDtls":
                part.transactions.append(transaction_of(element))
            case "Ntry":
                done = self._take_entry(part, element)
            case "Acct" if self._is_child_of_statement(element):
                self._take_account(part, element)
            case "Bal" if self._is_child_of_statement(element):
                self._take_balance(part, element)
            case "TxsSummry":
                self._take_totals(part, element)
            case _ if name in _KINDS and _KINDS[name] == part.kind:
                done = self._statement(part, element)
                self.part = None
                self.statements += 1
            case _:
                return None
        forget(element)
        return done

    def _take_header(self, element: Element) -> None:
        try:
            self.made_on = bank_day_at(element, "CreDtTm")
        except ValueError as wrong:
            raise self._malformed(f"line {element.sourceline}", f"date of the message: {wrong}") from wrong

    def _is_child_of_statement(self, element: Element) -> bool:
        parent = element.getparent()
        return parent is not None and name_of(parent) in _KINDS

    def _malformed(self, place: str, reason: str) -> MalformedDocument:
        return MalformedDocument(self.document.name, place, reason)

    def _take_account(self, part: _Part, element: Element) -> None:
        identity = at(element, "Id")
        number = text_at(identity, "IBAN") or text_at(identity, "Othr", "Id") or text_at(identity, "PrtryAcct", "Id")
        part.account = "".join(number.split()).upper() if text_at(identity, "IBAN") else number.replace(" ", "")
        part.currency = text_at(element, "Ccy") or part.currency

    def _take_balance(self, part: _Part, element: Element) -> None:
        kind = at(element, "Tp", "CdOrPrtry")
        code = text_at(kind, "Cd") or text_at(kind, "Prtry")
        if code not in {*_OPENING, *_CLOSING, _INTERIM}:
            return
        amount = amount_of(all_at(element, "Amt")[:1])
        place = f"line {element.sourceline}"
        if amount is None:
            raise self._malformed(place, f"balance {code} without an amount")
        try:
            money = Money.parse(amount.text, amount.currency or part.currency)
            on = bank_day_at(element, "Dt")
        except ValueError as wrong:
            raise self._malformed(place, f"balance {code}: {wrong}") from wrong
        # Some banks leave CdtDbtInd out of a credit balance: the balance equation shows whether that is so.
        sign = text_at(element, "CdtDbtInd").upper()
        if sign not in {"", "CRDT", "DBIT"}:
            raise self._malformed(place, f"balance {code}: CdtDbtInd '{sign}'")
        part.balances.append(_Balance(code=code, amount=-money if sign == "DBIT" else money, on=on))

    def _take_totals(self, part: _Part, element: Element) -> None:
        for name, sign in (("TtlNtries", 0), ("TtlCdtNtries", 1), ("TtlDbtNtries", -1)):
            total = at(element, name)
            count, amount = text_at(total, "NbOfNtries"), text_at(total, "Sum")
            if count or amount:
                part.totals.append(_Total(name=name, sign=sign, count=count, sum=amount))

    def _take_entry(self, part: _Part, element: Element) -> ReadEntry:
        place = f"line {element.sourceline}, entry {part.count() + 1}"
        if part.ground is None:
            part.ground = self._ground(part, element)
            part.balance = _balance_before(part)
        read = entry_of(element, part.transactions, place, part.positions, part.balance, part.ground)
        part.take(read)
        part.transactions = []
        return read

    def _ground(self, part: _Part, element: Element) -> Ground:
        """What all entries of a statement share; taken at its first entry, which all of it precedes in every version."""
        amount = amount_of(all_at(element, "Amt"))
        part.currency = part.currency or _balance_currency(part) or ("" if amount is None else amount.currency)
        return Ground(
            account=part.account,
            currency=part.currency,
            on=self._day(part, element.getparent()),
            document=self.document,
        )

    def _day(self, part: _Part, element: Element | None) -> date | None:
        """The day of a statement: of its closing balance, else the end of its period, else when it or the message was made."""
        closing = _closing(part, [])
        stated = None if closing is None else closing.on
        try:
            return stated or bank_day_at(element, "FrToDt", "ToDtTm") or bank_day_at(element, "CreDtTm") or self.made_on
        except ValueError as wrong:
            raise self._malformed(f"line {part.line}", f"date of the statement: {wrong}") from wrong

    def _statement(self, part: _Part, element: Element) -> Statement:
        part.currency = part.currency or _balance_currency(part)
        if not part.currency:
            raise self._malformed(f"line {part.line}", "neither account nor balance nor entry names a currency")
        problems: list[str] = []
        opening, closing = _opening(part, problems), _closing(part, problems)
        borne = part.lone if _moves(part, opening, closing) else []
        problems += [each for each in (*part.lone, *part.problems) if each not in borne]
        counted = _wrong_totals(part, element)
        if _contradicts_balances(part, opening, closing):
            borne = [*borne, *counted]
        else:
            problems += counted
        problems += _unproved_currencies(part, opening, closing)
        self.page = page_of(
            element,
            opens_inside=opening is not None and opening.code == _INTERIM,
            closes_inside=closing is not None and closing.code == _INTERIM,
        )
        interim_opening = interim_closing = None
        if part.kind != "camt.053":
            problems += _wrong_interim(part, opening, closing)
            interim_opening, interim_closing, opening, closing = opening, closing, None, None
        document = self.document
        version = _VERSION.search(str(element.tag))
        return Statement(
            account=part.account,
            currency=part.currency,
            number=text_at(element, "ElctrncSeqNb") or text_at(element, "LglSeqNb"),
            dated_on=self._day(part, element),
            opening=None if opening is None else opening.amount,
            opening_on=None if opening is None else opening.on,
            closing=None if closing is None else closing.amount,
            closing_on=None if closing is None else closing.on,
            entries=self._entries(part),
            source=SourceRef(
                system=document.system, name=document.name, document=document.sha256, place=f"line {part.line}"
            ),
            format=part.kind if version is None else version[0],
            pending=self._pending(part),
            problems=tuple(problems),
            remarks=tuple(borne),
            interim_opening=None if interim_opening is None else interim_opening.amount,
            interim_closing=None if interim_closing is None else interim_closing.amount,
        )

    def _entries(self, part: _Part) -> Sequence[StatementEntry]:
        if part.entries is not None:
            return tuple(part.entries)
        count, net, _ = part.booked.of(0) if part.kind == "camt.053" else (0, 0, 0)
        return self._streamed(part, count, net, booked=True)

    def _pending(self, part: _Part) -> Sequence[StatementEntry]:
        if part.pending is not None:
            return tuple(part.pending)
        (count, net, _), (booked, moved, _) = part.all.of(0), part.booked.of(0)
        if part.kind == "camt.053":
            count, net = count - booked, net - moved
        return self._streamed(part, count, net, booked=False)

    def _streamed(self, part: _Part, count: int, total: int, *, booked: bool) -> Sequence[StatementEntry]:
        if not count:
            return ()
        read = partial(_entries_of, self.document, self.statements, booked=booked)
        return StreamedEntries(read, count=count, total=Money(total, part.currency), in_order=part.in_order)


def _balance_currency(part: _Part) -> str:
    return next((each.amount.currency for each in part.balances), "")


def _balance_before(part: _Part) -> Money | None:
    """The opening balance of a statement that books, which stands before its entries in every version."""
    opening = _opening(part, []) if part.kind == "camt.053" else None
    return None if opening is None or opening.amount.currency != part.currency else opening.amount


def _opening(part: _Part, problems: list[str]) -> _Balance | None:
    """OPBD, else PRCD (the previous closing), else the first ITBD where it cannot be the closing one."""
    for code in _OPENING:
        found = _sole(part, code, problems, min)
        if found is not None:
            return found
    interim = _in_currency(part, _INTERIM, problems)
    closed = any(each.code in _CLOSING for each in part.balances)
    return interim[0] if len(interim) > 1 or (closed and interim) else None


def _closing(part: _Part, problems: list[str]) -> _Balance | None:
    """CLBD, else the last ITBD where it cannot be the opening one."""
    for code in _CLOSING:
        found = _sole(part, code, problems, max)
        if found is not None:
            return found
    interim = _in_currency(part, _INTERIM, problems)
    opened = any(each.code in _OPENING for each in part.balances)
    return interim[-1] if len(interim) > 1 or (opened and interim) else None


def _in_currency(part: _Part, code: str, problems: list[str]) -> list[_Balance]:
    """The balances of that type in the account's currency; that there are only others is a problem."""
    those = [each for each in part.balances if each.code == code]
    own = [each for each in those if each.amount.currency == part.currency]
    if those and not own:
        problems.append(f"balance {code} is in {those[0].amount.currency}, the account in {part.currency}")
    return own


def _sole(part: _Part, code: str, problems: list[str], end: Callable[[Iterable[date]], date]) -> _Balance | None:
    """The balance of that type in the account's currency. A statement of several days may have one for each of them: then it is the one of
    the first or the last day (``end``); several of one day that differ are said to be a problem."""
    own = _in_currency(part, code, problems)
    days = {each.on for each in own if each.on is not None}
    if days and len(days) == len({(each.on, each.amount) for each in own}):
        return next(each for each in own if each.on == end(days))
    if any(each.amount != own[0].amount for each in own):
        problems.append(f"several balances {code} that differ")
    return own[0] if own else None


def _wrong_totals(part: _Part, element: Element) -> list[str]:
    """What TxsSummry counts otherwise than the statement. It may count all entries or the booked ones, and the whole of
    several pages, so it is looked at on a statement of one page only."""
    page = text_at(element, "StmtPgntn", "PgNb") or text_at(element, "RptPgntn", "PgNb")
    last = text_at(element, "StmtPgntn", "LastPgInd") or text_at(element, "RptPgntn", "LastPgInd")
    if page and (page != "1" or last == "false"):
        return []
    return [
        f"the bank states {total.text()}, the statement has others"
        for total in part.totals
        if not any(total.fits(those, part.currency) for those in (part.all, part.booked))
    ]


def _contradicts_balances(part: _Part, opening: _Balance | None, closing: _Balance | None) -> bool:
    """Whether TxsSummry says that another sum was moved than lies between the two balances, which the entries do explain.

    Then it is the summary that is wrong, or of something else, and it cannot speak against the entries. One that fits the balances
    and not the entries tells that entries are missing which make nothing together, and stands.
    """
    stated = {total.sign: total.sum for total in part.totals}
    if not _moves(part, opening, closing) or not (stated.get(1) and stated.get(-1)):
        return False
    try:
        credit, debit = (abs(Money.parse(stated[sign], part.currency).minor) for sign in (1, -1))
    except ValueError:
        return False
    return credit - debit != _moved(part).minor


def _unproved_currencies(part: _Part, opening: _Balance | None, closing: _Balance | None) -> list[str]:
    """Entries marked with another currency than the account's. Ntry/Amt is in the account's currency by definition, and a
    wrong mark does no harm where the figures as they stand lead from one balance to the other."""
    return [] if not part.foreign or _moves(part, opening, closing) else part.foreign


def _moves(part: _Part, opening: _Balance | None, closing: _Balance | None) -> bool:
    """Whether the entries that the bank has booked lead from one balance to the other."""
    if opening is None or closing is None:
        return False
    return opening.amount + _moved(part) == closing.amount


def _moved(part: _Part) -> Money:
    _, net, _ = part.booked.of(0)
    return Money(net, part.currency)


def _wrong_interim(part: _Part, opening: _Balance | None, closing: _Balance | None) -> list[str]:
    """Report and notification book nothing and so carry no balances; where they have both, they are proved here."""
    if opening is None or closing is None or _moves(part, opening, closing):
        return []
    return [f"{opening.amount} and entries of {_moved(part)} do not make {closing.amount}"]
