"""CODA records to statements, checked to the cent before the first one is handed out.

A file holds one or more statements, each in an envelope of its own: header (0), old balance (1), movements (21, 22, 23) with
information (31, 32, 33), free text (4), new balance (8) and trailer (9). Positions are those of Febelfin, *Coded statement of account
(CODA)*, version 2.6, counted from 1 there and from 0 in the slices here.

What is refused, always with the whole file and one Fault: a record that is not 128 characters (only the blanks that end the records 4,
8 and 9 may be missing), a record out of its place, a figure or date that is none, an amount with more decimals than its currency, a
number of records or a debit or credit turnover other than record 9 says, and an old balance that with the movements does not give
the new one. The file is the unit although each statement carries its own totals: a bank sends a damaged file again as a whole, and a
file of which half was taken over is harder to mend than one that was refused.

A lump sum (types 1 to 3) is one entry and what follows with types 5 to 8 its details, which move nothing; type 9, a detail of a
detail, is a line of information on the detail it belongs to. A detail without a lump sum of its sequence number (a separate
application) is handed out as information that is never booked. Next and link codes (positions 126 and 128) are not believed: banks
set them wrongly, and the order of the records says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from sys import intern
from typing import Final, NoReturn

from formats.coda.communications import (
    NO_DEBIT,
    RETURN_KINDS,
    BankInformation,
    Communication,
    day,
    information,
    structured,
)
from formats.coda.lines import EMPTY, RECORD_LENGTH, HeldLines, Lines, even_lines, held_lines
from formats.coda.transaction_codes import CORRECTIONS, DETAIL_TYPES, MOVING_TYPES, NESTED_DETAIL_TYPE, meaning_of
from formats.wholeness import whole_or_fault
from ledger.controls import with_controls
from ledger.errors import MalformedDocument
from ledger.money import Money, minor_digits
from ledger.party import Counterparty
from ledger.sources import Fault, RawDocument, SourceRef
from ledger.statements import EntryDetail, EntryStatus, Remittance, Statement, StatementEntry
from ledger.values import maker

#: Bytes of a statement, and of a file whose lines are not all of one length; a larger one is refused. A million records are some 300,000
#: movements, years of a busy account.
MAX_BYTES: Final = 128 * 1024 * 1024
#: Decimals of every amount in CODA.
_DECIMALS: Final = 3
#: These records may lack the blanks after these positions: editors and some banks cut them.
_SHORTEST: Final = {"4": 10, "8": 63, "9": 52}
#: Faults that are told of a file that is only looked at.
MAX_FAULTS: Final = 100
_HEADER: Final = re.compile(rb"0000[ 0][0-9 ]{9}05")
_ANY_RECORD: Final = re.compile(rb"[0-9][^\r\n]{127}\r?\n2[1-3][0-9]{8}[^\r\n]{118}\r?\n", re.DOTALL)
#: Which records of a movement a record that goes on with it may follow.
_AFTER: Final = {"22": ("21",), "23": ("21", "22")}
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30} ")
_HEADER_OR_TRAILER: Final = re.compile("[09]")
_BEGINS: Final = "a statement begins with a header (record 0)"
_NOT_PROVIDED: Final = "NOTPROVIDED"
_BOOKED: Final = EntryStatus.BOOKED
_NOTHING_ADDED: Final = BankInformation()
_NOTHING_STRUCTURED: Final = Communication()
_NOBODY: Final = Counterparty()
_NO_REMITTANCE: Final = Remittance()
_money: Final = maker(Money)
_source: Final = maker(SourceRef)
_remittance: Final = maker(Remittance)
_party: Final = maker(Counterparty)
_entry: Final = maker(StatementEntry)
_detail: Final = maker(EntryDetail)


class _Movement:
    """The records of one movement as they were found; ``number`` is the line of record 21."""

    __slots__ = ("first", "information", "number", "second", "third")

    def __init__(self, number: int, first: str) -> None:
        self.number = number
        self.first = first
        self.second = ""
        self.third = ""
        self.information: list[tuple[bool, list[str]]] | None = None


class _Place:
    """Where in which file we are: it makes sources, and says what is wrong where.

    ``found``: None where the first fault refuses the file; a list where the file is only looked at, which takes the faults that leave
    something to be seen.
    """

    __slots__ = ("_document", "_name", "_system", "found")

    def __init__(self, document: RawDocument, found: list[str] | None = None) -> None:
        self._system = document.system
        self._name = document.name
        self._document = document.sha256
        self.found = found

    def source(self, place: str) -> SourceRef:
        return _source(system=self._system, name=self._name, document=self._document, place=place)

    def refuse(self, number: int, record: str, reason: str) -> NoReturn:
        """Nothing can be read on from here."""
        raise MalformedDocument(self._name, _named(number, record), reason)

    def fault(self, number: int, record: str, reason: str) -> None:
        """The file is unfit to be booked; where it is only looked at, reading goes on."""
        if self.found is None:
            self.refuse(number, record, reason)
        if len(self.found) < MAX_FAULTS:
            self.found.append(f"{_named(number, record)}: {reason}")
        elif len(self.found) == MAX_FAULTS:
            self.found.append(f"more than {MAX_FAULTS} faults; the others are not told")


def _named(number: int, record: str) -> str:
    return f"line {number}, record {record}" if record else f"line {number}"


class _Amounts:
    """Reads the fifteen digits of an amount (twelve and three decimals) in one currency."""

    __slots__ = ("_blank", "_cut", "_place", "currency")

    def __init__(self, currency: str, place: _Place) -> None:
        digits = minor_digits(currency)
        self.currency = currency
        self._cut = 15 - _DECIMALS + digits
        self._blank = "0" * (_DECIMALS - digits)
        self._place = place

    def minor(self, sign: str, digits: str, number: int, record: str) -> int:
        if not (digits.isascii() and digits.isdigit() and len(digits) == 15):
            digits = self._filled(digits, number, record)
        if digits[self._cut :] != self._blank:
            self._place.refuse(
                number,
                record,
                f"amount {int(digits[:-3])}.{digits[-3:]} has more decimals than {self.currency} knows",
            )
        if sign not in {"0", "1"}:
            self._place.fault(number, record, f"'{sign}' is no sign (0 for credit, 1 for debit)")
        minor = int(digits[: self._cut])
        return -minor if sign == "1" else minor

    def _filled(self, text: str, number: int, record: str) -> str:
        """Fifteen digits of an amount that is none; only blanks before the digits can be looked past."""
        reason = f"'{text}' is no amount"
        digits = text.lstrip(" ").rjust(15, "0")
        if not (digits.isascii() and digits.isdigit() and len(text) == 15):
            self._place.refuse(number, record, reason)
        self._place.fault(number, record, reason)
        return digits


class _Days:
    """Reads dates, each text once."""

    __slots__ = ("_known", "_place")

    def __init__(self, place: _Place) -> None:
        self._known: dict[str, date | None] = {}
        self._place = place

    def read(self, text: str, number: int, record: str) -> date | None:
        try:
            return self._known[text]
        except KeyError:
            pass
        try:
            found = self._known[text] = day(text)
        except ValueError:
            self._place.refuse(number, record, f"'{text}' is no date of the form DDMMYY")
        return found


def recognise(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is CODA: by its header record, or by two records of the right shape where that is lost."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return _HEADER.match(head) is not None or _ANY_RECORD.match(head) is not None


def read(document: RawDocument) -> Iterator[Statement | Fault]:
    """The statements of a CODA file, or one Fault for the whole of it; the module's docstring says which checks come first."""
    return whole_or_fault(document, reread)


def reread(document: RawDocument) -> Iterator[Statement]:
    """The same of a file that was found whole, one statement after the other. Raises MalformedDocument."""
    return _statements(document, _Place(document))


def examine(document: RawDocument) -> Iterator[Statement]:
    """What can be seen of a file that ``read`` refuses: its statements up to the one that cannot be read at all, each with the faults of the
    file up to its end as its problems. A record of another length is cut or filled to its 128 characters, a record 22 or 23 that goes on with
    another movement is left out; figures stand as they are. Raises MalformedDocument.
    """
    return _statements(document, _Place(document, []))


def _statements(document: RawDocument, place: _Place) -> Iterator[Statement]:
    lines = _lines(document, place)
    for start, of_statement in lines.cuts(_spans(lines, place)):
        yield _Envelope(of_statement, start, place).statement()


def _lines(document: RawDocument, place: _Place) -> Lines:
    """The lines of the file, each of 128 characters or blank."""
    even = even_lines(document)
    if even is not None:
        return even
    if document.size > MAX_BYTES:
        raise MalformedDocument(
            document.name,
            "",
            f"{document.size} bytes are more than a CODA file may have ({MAX_BYTES}) whose lines are not all of one length: ask the bank for "
            "several files of shorter periods, or cut it between two statements, after a record 9",
        )
    with document.open() as stream:
        raw = stream.read(MAX_BYTES + 1)
    if b"\0" in raw:
        raise MalformedDocument(document.name, f"byte {raw.index(0) + 1}", "binary: a zero byte among the records")
    lines = held_lines(raw)
    _check_lengths(lines, place)
    return HeldLines(lines)


def _check_lengths(lines: list[str], place: _Place) -> None:
    if set(map(len, lines)) <= {RECORD_LENGTH, 0}:
        return
    for index, line in enumerate(lines):
        length = len(line)
        if length == RECORD_LENGTH or not line:
            continue
        record = line[:1]
        if record in _SHORTEST and _SHORTEST[record] <= length < RECORD_LENGTH:
            lines[index] = line.ljust(RECORD_LENGTH)
            continue
        last = not any(lines[index + 1 :])
        cut = "; the file is cut off here" if last and length < RECORD_LENGTH else ""
        place.fault(index + 1, "", f"a record has {RECORD_LENGTH} characters, this one has {length}{cut}")
        lines[index] = line[:RECORD_LENGTH].ljust(RECORD_LENGTH)


def _spans(lines: Lines, place: _Place) -> Iterator[tuple[int, int]]:
    """Each statement's lines: the index of its header, and that of the line after its trailer."""
    for start, end in _envelopes(lines.firsts, place):
        size = lines.characters(start, end)
        if size > MAX_BYTES:
            place.refuse(
                start + 1,
                "0",
                f"a statement of {size} characters is more than a CODA file may have in one ({MAX_BYTES}): ask the bank for statements of "
                "shorter periods",
            )
        yield start, end


def _envelopes(firsts: str, place: _Place) -> Iterator[tuple[int, int]]:
    if not firsts.strip(EMPTY):
        place.refuse(1, "", "the file has no record")
    start: int | None = None
    following = 0
    for found in _HEADER_OR_TRAILER.finditer(firsts):
        index, record = found.start(), found[0]
        if start is None:
            _check_begins(firsts, following, index, place)
            if record == "9":
                place.refuse(index + 1, "9", _BEGINS)
            start = index
        elif record == "0":
            place.refuse(index + 1, "0", "a new header, but the statement before it has no trailer (record 9)")
        else:
            yield start, index + 1
            start, following = None, index + 1
    if start is not None:
        last = len(firsts.rstrip(EMPTY))
        place.refuse(last, firsts[last - 1], "the file ends without a trailer (record 9): it is cut off")
    _check_begins(firsts, following, len(firsts), place)


def _check_begins(firsts: str, start: int, end: int, place: _Place) -> None:
    """Nothing but blank lines may stand outside of the envelopes."""
    between = firsts[start:end].lstrip(EMPTY)
    if between:
        place.refuse(end - len(between) + 1, between[0], _BEGINS)


def _account(structure: str, zone: str) -> tuple[str, str]:
    """Account and currency of the 37 characters of records 1 and 8 (section 7.5); structure blank: version 1, as structure 0."""
    if structure in {"0", " "}:
        return zone[:12].strip(), zone[13:16].strip()
    end = 31 if structure == "2" else 34
    return "".join(zone[:end].split()), zone[34:37].strip()


def _counterparty_account(zone: str) -> str:
    """The counterparty's account in record 23, which has no structure code of its own: a Belgian number of twelve digits is
    followed by a blank, anything else is longer, and only after an IBAN may something else stand. Zeros mean none."""
    number = zone[:12].strip() if zone[12] == " " else zone[:34].strip()
    if " " in number:
        number = number.split(" ", 1)[0] if _IBAN.match(number) is not None else "".join(number.split())
    return number if number.strip("0") else ""


def _words(zone: str) -> str:
    """Text of a fixed width without the blanks that fill it up."""
    text = zone.strip()
    return " ".join(text.split()) if "  " in text else text


def _differing_details(entries: tuple[StatementEntry, ...]) -> Iterator[str]:
    """Lump sums that their details do not make up. The balances prove the lump sum, so it stands; whoever splits it looks at this."""
    for entry in entries:
        if entry.details:
            minor = sum(detail.amount.minor for detail in entry.details if detail.amount is not None)
            if minor != entry.amount.minor:
                total = Money(minor, entry.amount.currency)
                yield f"{entry.source.place}: its details are {total}, the lump sum is {entry.amount}"


class _Envelope:
    """One statement: the lines from its header to its trailer. Made, asked once for its ``statement`` and forgotten."""

    def __init__(self, lines: list[str], start: int, place: _Place) -> None:
        """``start``: how many lines of the file stand before them."""
        self._place = place
        self._days = _Days(place)
        self._lines = lines
        self._start = start
        self._header = lines[0]
        self._version = self._header[127]
        if self._version not in {"1", "2"}:
            place.refuse(start + 1, "0", f"version '{self._version}' of CODA is unknown (1 and 2 are read)")
        self._movements: list[_Movement] = []
        self._account = ""
        self._opening_line = self._closing_line = 0
        self._free_texts = self._parts = self._informing = 0
        self._sort_records()

    def _sort_records(self) -> None:
        """Give every record its place; refuses what stands where it may not."""
        numbered = iter(enumerate(self._lines[1:-1], self._start + 2))
        self._begin_records(numbered)
        movement: _Movement | None = None
        last = key = ""
        for number, line in numbered:
            kind = line[:2]
            if kind == "21":
                movement = _Movement(number, line)
                self._movements.append(movement)
                last, key = kind, line[2:10]
            elif kind in _AFTER and movement is not None:
                if last not in _AFTER[kind] or line[2:10] != key:
                    self._foreign(number, line, key)
                    continue
                self._parts += 1
                last = kind
                if kind == "22":
                    movement.second = line
                else:
                    movement.third = line
            elif kind[:1] == "8":
                self._closing_line = number
                break
            elif kind[:1] == "4":
                self._free_texts += 1
            elif movement is not None and line:
                self._go_on(movement, number, line)
                last = kind
            elif line:
                self._place.refuse(number, kind, "it belongs to no movement (record 21)")
        self._end_records(numbered)

    def _begin_records(self, numbered: Iterator[tuple[int, str]]) -> None:
        for number, line in numbered:
            if line:
                if line[0] != "1":
                    self._place.refuse(number, line[0], "the old balance (record 1) is missing before it")
                self._opening_line = number
                return

    def _end_records(self, numbered: Iterator[tuple[int, str]]) -> None:
        """What stands after the new balance."""
        for number, line in numbered:
            if line[:1] == "4":
                self._free_texts += 1
            elif line:
                self._place.refuse(
                    number, line[0], "after the new balance (record 8) only free text and the trailer may follow"
                )
        if self._closing_line == 0:
            missing = "new balance (record 8)" if self._opening_line else "old balance (record 1)"
            self._place.refuse(self._start + len(self._lines), "9", f"the {missing} is missing before it")

    def _foreign(self, number: int, line: str, key: str) -> None:
        """A record 22 or 23 that is not of the movement before it, or that this one has already."""
        self._place.fault(
            number,
            line[:2],
            f"it goes on with movement {line[2:6]}/{line[6:10]}, which is not the one before it ({key[:4]}/{key[4:]})",
        )

    def _go_on(self, movement: _Movement, number: int, line: str) -> None:
        """Add a record 31, 32 or 33 to the movement before it."""
        kind, sequence = line[:2], movement.first[2:6]
        match kind:
            case "31":
                if line[2:6] != sequence:
                    self._place.refuse(
                        number, kind, f"it is about movement {line[2:6]}, but the one before it is {sequence}"
                    )
                self._informing += 1
                if movement.information is None:
                    movement.information = []
                movement.information.append((line[39] == "1", [line[40:113]]))
            case "32" | "33" if movement.information:
                self._informing += 1
                _, zones = movement.information[-1]
                zones.append(line[10:115] if kind == "32" else line[10:100])
            case _:
                self._place.refuse(number, kind, "a record of this kind may not stand here")

    def statement(self) -> Statement:
        """The statement, every control passed. Raises MalformedDocument."""
        header, place = self._header, self._place
        old = self._lines[self._opening_line - self._start - 1]
        new = self._lines[self._closing_line - self._start - 1]
        structure = old[1]
        if structure not in " 0123" or (structure == " " and self._version == "2"):
            place.refuse(self._opening_line, "1", f"account structure '{structure}' is unknown (0 to 3 are)")
        account, currency = _account(structure, old[5:42])
        closing_account, closing_currency = _account(structure, new[4:41])
        currency = currency or closing_currency
        self._account = account
        if not account:
            place.refuse(self._opening_line, "1", "the account number is missing")
        if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
            place.fault(self._opening_line, "1", f"'{currency}' is no currency code")
        if closing_currency and closing_currency != currency:
            place.fault(self._closing_line, "8", f"the new balance is in {closing_currency}, the old one in {currency}")
        amounts = _Amounts(currency, place)
        opening = amounts.minor(old[42], old[43:58], self._opening_line, "1")
        closing = amounts.minor(new[41], new[42:57], self._closing_line, "8")
        made_on = self._days.read(header[5:11], self._start + 1, "0")
        closing_on = self._days.read(new[57:63], self._closing_line, "8")
        entries, alone, debit, credit = self._entries(amounts, opening, closing_on or made_on)
        self._check_trailer(amounts, debit, credit)
        number = old[125:128].strip()
        statement = with_controls(
            Statement(
                account=account,
                currency=currency,
                number=number if number.strip("0") else old[2:5].strip(),
                dated_on=closing_on or made_on,
                opening=Money(opening, currency),
                opening_on=self._days.read(old[58:64], self._opening_line, "1"),
                closing=Money(closing, currency),
                closing_on=closing_on,
                entries=entries,
                source=place.source(f"line {self._start + 1}"),
                format=f"CODA {self._version}",
                pending=alone,
                remarks=(*self._another_account(closing_account), *_differing_details(entries)),
            )
        )
        if place.found is not None:
            return replace(statement, problems=(*place.found, *statement.problems))
        if statement.problems:
            place.refuse(self._closing_line, "8", "; ".join(statement.problems))
        return statement

    def _another_account(self, closing_account: str) -> Iterator[str]:
        """A new balance of another account than the old one: the balances prove the entries all the same, and samples without real numbers
        are often so."""
        if closing_account and closing_account != self._account:
            yield f"line {self._closing_line}: the new balance names another account than the old one"

    def _check_trailer(self, amounts: _Amounts, debit: int, credit: int) -> None:
        """Record 9: number of the records 1 to 3 and 8 (free text is not counted by the standard, but by some writers), and turnovers.

        Fewer records than counted: something is lost. More of them are borne when they are free text or information (3 and 4), which
        some writers add afterwards: all that was counted is there, and the turnovers prove the money.
        """
        trailer, number, currency = self._lines[-1], self._start + len(self._lines), amounts.currency
        stated = trailer[16:22]
        if not (stated.isascii() and stated.isdigit()):
            self._place.refuse(number, "9", f"'{stated}' is no number of records")
        wrong: list[str] = []
        counted = 2 + len(self._movements) + self._parts + self._informing
        if not counted - self._informing <= int(stated) <= counted + self._free_texts:
            wrong.append(f"it counts {int(stated)} records, the statement has {counted}")
        stated_debit = amounts.minor("0", trailer[22:37], number, "9")
        stated_credit = amounts.minor("0", trailer[37:52], number, "9")
        for name, said, found in (("debit", stated_debit, debit), ("credit", stated_credit, credit)):
            if said != found:
                wrong.append(
                    f"{name} turnover {Money(said, currency)}, but the movements add up to {Money(found, currency)}"
                )
        if wrong:
            self._place.fault(number, "9", "control totals do not fit: " + "; ".join(wrong))

    def _entries(
        self, amounts: _Amounts, opening: int, fallback: date | None
    ) -> tuple[tuple[StatementEntry, ...], tuple[StatementEntry, ...], int, int]:
        """Booked entries with their running balances, details without a lump sum, debit and credit turnover (both positive).

        An entry date of zeros is not known: then the day of the new balance is taken, else that of the file. A value date of zeros is
        the entry date.
        """
        entries: list[StatementEntry] = []
        alone: list[StatementEntry] = []
        debit = credit = 0
        balance = opening
        movements = self._movements
        total = len(movements)
        index = 0
        while index < total:
            movement = movements[index]
            line = movement.first
            kind = line[53]
            index += 1
            minor = amounts.minor(line[31], line[32:47], movement.number, "21")
            booked_on = self._days.read(line[115:121], movement.number, "21") or fallback
            if booked_on is None:
                self._place.refuse(movement.number, "21", "there is no entry date, and none of the statement either")
            if kind in MOVING_TYPES:
                balance += minor
                if minor < 0:
                    debit -= minor
                else:
                    credit += minor
                first_detail = index
                while (
                    index < total
                    and movements[index].first[53] not in MOVING_TYPES
                    and movements[index].first[2:6] == line[2:6]
                ):
                    index += 1
                details = self._details(movements[first_detail:index], amounts) if index > first_detail else ()
                amount, reached = _money(minor, amounts.currency), _money(balance, amounts.currency)
                entries.append(
                    self._entry(movement, amount, booked_on, reached, details=details, position=len(entries) + 1)
                )
            elif kind in DETAIL_TYPES or kind == NESTED_DETAIL_TYPE:
                alone.append(self._entry(movement, Money(minor, amounts.currency), booked_on, None))
            else:
                self._place.refuse(
                    movement.number, "21", f"type '{kind}' of a movement is unknown (0 to 3 and 5 to 9 are)"
                )
        return tuple(entries), tuple(alone), debit, credit

    def _entry(
        self,
        movement: _Movement,
        amount: Money,
        booked_on: date,
        balance: Money | None,
        *,
        details: tuple[EntryDetail, ...] = (),
        position: int = 0,
    ) -> StatementEntry:
        line = movement.first
        code = line[53:61]
        self._check_code(code, movement)
        said, remittance, added = self._said(movement)
        reference, bic, kind, reason = self._from_second(movement.second)
        is_collective = code[0] == "1"
        entry = _entry(
            account=self._account,
            booked_on=booked_on,
            value_on=self._days.read(line[47:53], movement.number, "21") or booked_on,
            amount=amount,
            balance=balance,
            position=position,
            status=_BOOKED if balance is not None else EntryStatus.INFORMATION,
            counterparty=self._counterparty(movement, bic, added),
            remittance=remittance,
            source=self._place.source(f"line {movement.number}"),
            bank_reference=line[10:31].strip(),
            customer_reference=reference,
            end_to_end_id="" if is_collective or self._version == "1" else reference,
            transaction_code=intern(code),
            information=self._information(said, added),
        )
        is_correction = code[3:5] in CORRECTIONS
        if said.debit is NO_DEBIT and not (details or kind or reason or is_collective or is_correction):
            return entry
        return replace(
            entry,
            mandate_reference=said.debit.mandate_reference,
            return_reason=reason or said.debit.return_reason,
            batch_id=reference if is_collective else "",
            reversal=is_correction,
            details=details,
            return_kind=kind or said.debit.return_kind,
            creditor_id=said.debit.creditor_id,
        )

    def _details(self, movements: list[_Movement], amounts: _Amounts) -> tuple[EntryDetail, ...]:
        """The details of an entry; the details of one of them are lines of information on it."""
        details: list[EntryDetail] = []
        additions: list[list[str]] = []
        for movement in movements:
            code = movement.first[53:61]
            minor = amounts.minor(movement.first[31], movement.first[32:47], movement.number, "21")
            self._check_code(code, movement)
            if code[0] == NESTED_DETAIL_TYPE and details:
                additions[-1].append(f"{meaning_of(code).sentence()} {Money(minor, amounts.currency)}")
                continue
            if code[0] == "4":
                self._place.refuse(movement.number, "21", "type '4' of a movement is unknown (0 to 3 and 5 to 9 are)")
            details.append(self._detail(movement, _money(minor, amounts.currency)))
            additions.append([])
        return tuple(
            replace(detail, information=(*detail.information, *added)) if added else detail
            for detail, added in zip(details, additions, strict=True)
        )

    def _detail(self, movement: _Movement, amount: Money) -> EntryDetail:
        said, remittance, added = self._said(movement)
        reference, bic, kind, reason = self._from_second(movement.second)
        return _detail(
            amount=amount,
            counterparty=self._counterparty(movement, bic, added),
            remittance=remittance,
            end_to_end_id=reference,
            mandate_reference=said.debit.mandate_reference,
            bank_reference=movement.first[10:31].strip(),
            return_reason=reason or said.debit.return_reason,
            place=f"line {movement.number}",
            transaction_code=intern(movement.first[53:61]),
            return_kind=kind or said.debit.return_kind,
            information=self._information(said, added),
        )

    def _check_code(self, code: str, movement: _Movement) -> None:
        if not (code.isascii() and code.isdigit()):
            self._place.refuse(movement.number, "21", f"'{code}' is no transaction code of eight digits")

    def _said(self, movement: _Movement) -> tuple[Communication, Remittance, BankInformation]:
        """The communication, over the zones of 21 (53 characters), 22 (53) and 23 (43; version 1 has an address there), joined as they
        stand; and what the information records add. Free text of these is the remittance only where the movement has none."""
        line = movement.first
        zone = line[62:115] + movement.second[10:63]
        if self._version == "2":
            zone += movement.third[82:125]
        added = information(movement.information) if movement.information else _NOTHING_ADDED
        marker = line[61]
        if marker == "1":
            said = structured(zone[:3], zone[3:])
            text = said.unstructured
            references = (said.creditor_reference,) if said.creditor_reference else ()
            if text or references:
                return said, _remittance(unstructured=(text,) if text else (), creditor_references=references), added
        elif marker in {"0", " "}:
            said = _NOTHING_STRUCTURED
            text = _words(zone)
            if text:
                return said, _remittance(unstructured=(text,)), added
        else:
            self._place.refuse(movement.number, "21", f"'{marker}' is no kind of communication (0 or 1)")
        return said, _remittance(unstructured=added.unstructured) if added.unstructured else _NO_REMITTANCE, added

    def _from_second(self, second: str) -> tuple[str, str, str, str]:
        """Customer reference, BIC, and kind and reason of an R-transaction of record 22; version 1 has a shorter reference and then an
        original amount instead of the others."""
        if not second:
            return "", "", "", ""
        if self._version == "1":
            return second[63:89].strip(), "", "", ""
        reference = second[63:98].strip()
        if reference == _NOT_PROVIDED:
            reference = ""
        bic, returned = intern(second[98:109].strip()), second[112:117]
        if returned.isspace():
            return reference, bic, "", ""
        return reference, bic, RETURN_KINDS.get(returned[0], ""), returned[1:].strip()

    def _counterparty(self, movement: _Movement, bic: str, added: BankInformation) -> Counterparty:
        """Record 23 names 35 characters (26 in version 1); the information record of type 001 has 70 and is taken where it says more."""
        third = movement.third
        if not third:
            if not (bic or added.name or added.ultimate):
                return _NOBODY
            return _party(name=added.name, bic=bic, ultimate=added.ultimate)
        name = _words(third[47:82] if self._version == "2" else third[47:73])
        if added.name.startswith(name):
            name = added.name or name
        return _party(name=name, iban=_counterparty_account(third[10:47]), bic=bic, ultimate=added.ultimate)

    def _information(self, said: Communication, added: BankInformation) -> tuple[str, ...]:
        return (said.information, *added.lines) if said.information else added.lines
