"""Postings as Odoo's journal entries, set against the invoices that they settle; and what stands there, read back.

An entry is made as a draft, posted, and each of its lines on a receivable is reconciled with the document that the line names, so that Odoo's own
``payment_state`` follows. Each of these is a transaction of its own over there: a process that dies in between leaves an entry that is found again by its
key and taken further, never made twice. ``find`` answers only for an entry that is complete.

A line that takes a settlement back (a returned direct debit, the counter-posting of a payment) is set against that settlement, which is first
loosened from its document: the document is open again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from connectors.odoo.client import OdooClient
from connectors.odoo.read import OURS, Row, day, integer, key_in, link, money, text
from connectors.odoo.settings import OdooBooksSettings
from connectors.odoo.write import Directory, Receivable, digest, move_values, reference
from connectors.ports import AFTER_ISSUE, FROM_THE_BANK, BookedBalance, Movement, Receipt
from connectors.prepared import prepared
from connectors.receivable_lines import ReceivableLine, coming_back
from connectors.remote_books import REMOTE, posting_of
from ledger.effects import Effect, Guarantee, key_of
from ledger.errors import ConfigError, ConflictingPayload, HumanActionNeeded, OutcomeUnknown, Refused, Transient
from ledger.money import Money
from ledger.postings import Posting

BATCH: Final = 100
#: How often posting is tried when another process books the same.
_POSTING_ATTEMPTS: Final = 3
_INVOICES: Final = ["out_invoice", "out_refund", "out_receipt"]
_CREDIT_NOTE: Final = "out_refund"
_LINE_FIELDS: Final = (
    "move_id",
    "name",
    "ref",
    "date",
    "account_id",
    "account_type",
    "partner_id",
    "currency_id",
    "amount_currency",
    "amount_residual_currency",
    "reconciled",
)
_RECEIVABLE: Final = "asset_receivable"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of an entry; ``document``: the number that it names where it stands on a receivable, else empty."""

    line: int
    document: str
    amount: Money
    reconciled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """An entry of ours as it stands there."""

    move: int
    name: str
    state: str
    digest: str
    lines: tuple[_Line, ...]

    def loose(self) -> tuple[_Line, ...]:
        """Lines on documents that are not set against anything whole."""
        return tuple(line for line in self.lines if line.document and not line.reconciled)


class OdooBooks:
    """An AccountingTarget: BatchSink, LedgerSource and MovementSource."""

    guarantee = Guarantee.FINDABLE
    batch_size = BATCH

    def __init__(self, settings: OdooBooksSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._accounts = settings.accounts
        self._company = settings.connection.company
        self._client = OdooClient(settings.connection)
        self._ids: dict[tuple[str, str], int] = {}
        self._currencies: dict[int, str] = {}
        self._company_currency = ""
        self._documents: dict[str, Receivable] = {}
        self.abilities = replace(
            REMOTE, takes=FROM_THE_BANK if settings.settlements_there else AFTER_ISSUE, batching=BATCH
        )

    def check(self) -> None:
        """Log in and look up every account and journal of the settings. Raises ConfigError that names those that are not there."""
        self._learn_currencies()
        faults = []
        for model, codes in (
            ("account.account", list(self._accounts.codes())),
            ("account.journal", list(self._accounts.journals())),
        ):
            missing = self._learn(model, "code", [code for _, code in codes])
            faults += [
                f"{self.name}: accounts.{place}: Odoo has no {model} '{code}'"
                for place, code in codes
                if code in missing
            ]
        for place, code in self._accounts.taxes():
            faults.append(f"{self.name}: accounts.{place}: tax codes are not written to Odoo: remove '{code}'")
        if faults:
            raise ConfigError(tuple(faults))

    # What is delivered

    def find(self, key: str) -> Receipt | None:
        """The receipt of an entry that is complete; an entry that was begun is not."""
        entry = self._entries([key]).get(key)
        if entry is None or not self._is_complete(entry):
            return None
        return Receipt(key=key, reference=entry.name)

    def send(self, effect: Effect) -> Receipt:
        """Book one posting."""
        return self.send_many([effect])[0]

    def send_many(self, effects: Sequence[Effect]) -> Sequence[Receipt]:
        """Book all of them, or take further what was begun of them.

        Raises Refused with Odoo's own sentence when one of them cannot be posted (then none of those that this call made is left behind), and what
        ``OdooClient`` raises.
        """
        postings = {effect.key: posting_of(effect, "Odoo") for effect in effects}
        entries = self._entries(list(postings))
        for effect in effects:
            known = entries.get(effect.key)
            if known is not None and known.digest != digest(effect):
                raise ConflictingPayload(effect.key)
        missing = [effect for effect in effects if effect.key not in entries]
        self._forget()
        self._look_up(
            {line.document for entry in entries.values() for line in entry.loose()} | _documents(missing, postings)
        )
        made: set[int] = set()
        if missing:
            directory = self._directory(_Standing(self._lines_of))
            values = prepared(missing, lambda e: move_values(e, postings[e.key], self._accounts, directory))
            made = _made(self._client.change("account.move", "create", vals_list=list(values.values())))
            entries = self._entries(list(postings))
        entries = self._post(entries, made)
        if entries.keys() != postings.keys():
            raise Transient("another process is booking the same postings in Odoo")
        refusal: Refused | None = None
        for effect in effects:
            try:
                self._settle(entries[effect.key], postings[effect.key])
            except Refused as error:
                # Another process may have been faster; what stands there in the end decides.
                refusal = refusal or error
        done = self._entries(list(postings))
        self._forget()
        for effect in effects:
            if effect.key not in done or not self._is_complete(done[effect.key]):
                raise refusal or Refused(f"Odoo booked {effect.subject} but did not set it against its document")
        return [Receipt(key=effect.key, reference=done[effect.key].name) for effect in effects]

    def _post(self, entries: dict[str, _Entry], made: Collection[int]) -> dict[str, _Entry]:
        """The entries, posted. Where another process was faster, or removed our draft in favour of its own, what is there now is taken."""
        for attempt in range(1, _POSTING_ATTEMPTS + 1):
            drafts = sorted(entry.move for entry in entries.values() if entry.state == "draft")
            if not drafts:
                return entries
            try:
                self._client.change("account.move", "action_post", drafts)
            except Refused:
                now = self._entries(list(entries))
                still = sorted(entry.move for entry in now.values() if entry.state == "draft")
                if (still == drafts and len(now) == len(entries)) or attempt == _POSTING_ATTEMPTS:
                    # A draft that cannot be posted (a closed period, say) is nothing: it does not stay.
                    ours = [move for move in still if move in made]
                    if ours:
                        self._client.change("account.move", "unlink", ours)
                    raise
                if now.keys() != entries.keys():
                    raise Transient("another process is booking the same postings in Odoo") from None
                entries = now
            else:
                return {
                    key: replace(entry, state="posted") if entry.state == "draft" else entry
                    for key, entry in entries.items()
                }
        return entries

    def _entries(self, keys: Sequence[str]) -> dict[str, _Entry]:
        """Entries by key. Where two processes made a draft each, the older one stays and the others are removed."""
        moves = self._moves(keys)
        if not moves:
            return {}
        lines: dict[int, list[_Line]] = {}
        ids = [integer(move, "id") for move in moves]
        for row in self._client.all("account.move.line", [["move_id", "in", ids]], _LINE_FIELDS):
            lines.setdefault(link(row, "move_id"), []).append(self._line(row))
        return {
            key_in(text(move, "ref")): _Entry(
                move=integer(move, "id"),
                name=text(move, "name"),
                state=text(move, "state"),
                digest=text(move, "invoice_origin"),
                lines=tuple(lines.get(integer(move, "id"), ())),
            )
            for move in moves
        }

    def _moves(self, keys: Sequence[str]) -> list[Row]:
        domain = [
            ["ref", "in", [reference(key) for key in keys]],
            ["company_id", "=", self._company],
            ["move_type", "=", "entry"],
        ]
        for _ in range(_POSTING_ATTEMPTS):
            moves = self._client.all("account.move", domain, ("name", "state", "ref", "invoice_origin"))
            try:
                return self._without_twins(moves)
            except Refused:
                # Another process removed the same draft, or posted it: look again.
                continue
        raise Transient("another process is booking the same postings in Odoo")

    def _without_twins(self, moves: Sequence[Row]) -> list[Row]:
        first: dict[str, Row] = {}
        twins: list[int] = []
        # What is posted stays before what is a draft, and the older before the younger.
        for move in sorted(moves, key=lambda one: (text(one, "state") == "draft", integer(one, "id"))):
            if text(move, "ref") not in first:
                first[text(move, "ref")] = move
            elif text(move, "state") == "draft":
                twins.append(integer(move, "id"))
            elif text(move, "state") == "posted":
                raise HumanActionNeeded(
                    f"Odoo holds {text(first[text(move, 'ref')], 'name')} and {text(move, 'name')} under one key: cancel one of them"
                )
        if twins:
            self._client.change("account.move", "unlink", twins)
        return list(first.values())

    def _line(self, row: Row) -> _Line:
        on_receivable = text(row, "account_type") == _RECEIVABLE
        return _Line(
            line=integer(row, "id"),
            document=text(row, "name") if on_receivable else "",
            amount=money(row, "amount_currency", self._currency(link(row, "currency_id"))),
            reconciled=row.get("reconciled") is True,
        )

    # Setting against documents

    def _settle(self, entry: _Entry, posting: Posting) -> None:
        """Set each loose line of a posted entry against what it settles or takes back."""
        by_document: dict[str, list[_Line]] = {}
        for line in entry.loose():
            if self._is_known(line.document):
                by_document.setdefault(line.document, []).append(line)
        for number, lines in by_document.items():
            document = self._receivable(number)
            # What takes a settlement back goes first: what is paid anew beside it finds the document open then.
            for line in lines:
                if not _settles(line, document):
                    self._take_back(entry, line, document, posting)
                    self._documents.pop(number, None)
            document = self._receivable(number)
            settling = [line.line for line in lines if _settles(line, document)]
            if settling and document.lines:
                self._reconcile([*settling, *document.lines])
                self._documents.pop(number)

    def _take_back(self, entry: _Entry, line: _Line, document: Receivable, posting: Posting) -> None:
        candidates = self._settlements(entry, line, document)
        if not candidates:
            return
        original = reference(key_of("posting", self.name, posting.reverses)) if posting.reverses else ""
        chosen = max(
            candidates,
            key=lambda row: (text(row, "ref") == original, text(row, "ref").startswith(OURS), integer(row, "id")),
        )
        self._client.change("account.move.line", "remove_move_reconcile", [integer(chosen, "id")])
        self._reconcile([integer(chosen, "id"), line.line])

    def _settlements(self, entry: _Entry, line: _Line, document: Receivable) -> list[Row]:
        """Lines that settled the document by exactly this amount."""
        rows = self._set_against(document)
        return [row for row in rows if link(row, "move_id") != entry.move and self._line(row).amount == -line.amount]

    def _set_against(self, document: Receivable) -> list[Row]:
        """Lines that were paid on a document: those that are set against it, and ours that were loosened from it. A credit note that a person
        set off there was not paid, and no return takes it back."""
        pairs = self._client.all(
            "account.partial.reconcile",
            [
                "|",
                ["debit_move_id", "in", list(document.all_lines)],
                ["credit_move_id", "in", list(document.all_lines)],
            ],
            ("debit_move_id", "credit_move_id"),
        )
        against = {link(row, side) for row in pairs for side in ("debit_move_id", "credit_move_id")}
        against -= set(document.all_lines)
        paid = [["id", "in", sorted(against)], ["move_id.move_type", "=", "entry"]]
        rows = self._client.all("account.move.line", paid, _LINE_FIELDS) if against else []
        rows += self._client.all(
            "account.move.line",
            [
                ["name", "=", document.number],
                ["ref", "=like", f"{OURS}%"],
                ["account_id", "=", document.account],
                ["parent_state", "=", "posted"],
                ["reconciled", "=", False],
                ["company_id", "=", self._company],
            ],
            _LINE_FIELDS,
        )
        return list({integer(row, "id"): row for row in rows}.values())

    def _reconcile(self, lines: Sequence[int]) -> None:
        self._client.change("account.move.line", "reconcile", list(lines))

    def _is_complete(self, entry: _Entry) -> bool:
        """Whether nothing is left to do: posted, and each line is set against its document, or there is nothing left to set it against. What a
        person cancelled there was delivered; that it is gone shows in the comparison."""
        if entry.state != "posted":
            return entry.state == "cancel"
        loose = entry.loose()
        self._look_up({line.document for line in loose})
        for line in loose:
            if not self._is_known(line.document):
                continue
            document = self._receivable(line.document)
            if _settles(line, document) and document.lines:
                return False
            if not _settles(line, document) and self._settlements(entry, line, document):
                return False
        return True

    # What is looked up

    def _lines_of(self, document: Receivable) -> list[ReceivableLine]:
        """What settled a document until now, oldest first."""
        rows = sorted(self._set_against(document), key=lambda row: integer(row, "id"))
        return [_receivable_line(self._line(row).amount) for row in rows]

    def _directory(self, standing: _Standing) -> Directory:
        self._learn_currencies()
        codes = [code for _, code in self._accounts.codes()]
        self._learn("account.account", "code", codes)
        self._learn("account.journal", "code", [code for _, code in self._accounts.journals()])
        return Directory(
            account=lambda code: self._id("account.account", code),
            journal=lambda code: self._id("account.journal", code),
            currency=lambda code: self._id("res.currency", code),
            receivable=self._receivable,
            partner=self._partner,
            parts=standing.parts,
            company_currency=self._company_currency,
        )

    def _id(self, model: str, code: str) -> int:
        found = self._ids.get((model, code))
        if found is None:
            raise Refused(f"Odoo has no {model} '{code}'")
        return found

    def _learn(self, model: str, field: str, codes: Iterable[str]) -> list[str]:
        """Learn the ids of these codes; answers those that are not there."""
        wanted = [code for code in dict.fromkeys(codes) if (model, code) not in self._ids]
        if wanted:
            company: list[object] = [["company_id", "=", self._company]] if model == "account.journal" else []
            for row in self._client.all(model, [[field, "in", wanted], *company], (field,)):
                self._ids[model, text(row, field)] = integer(row, "id")
        return [code for code in wanted if (model, code) not in self._ids]

    def _learn_currencies(self) -> None:
        if self._company_currency:
            return
        for row in self._client.all("res.currency", [], ("name",)):
            self._ids["res.currency", text(row, "name")] = integer(row, "id")
            self._currencies[integer(row, "id")] = text(row, "name")
        companies = self._client.search_read("res.company", [["id", "=", self._company]], ["currency_id"], limit=1)
        if not companies:
            raise ConfigError((f"{self.name}: connection.company: Odoo shows this user no company {self._company}",))
        self._company_currency = self._currency(link(companies[0], "currency_id"))

    def _currency(self, number: int) -> str:
        if not self._currencies:
            self._learn_currencies()
        if number not in self._currencies:
            raise HumanActionNeeded(f"Odoo names a currency {number} and does not show it")
        return self._currencies[number]

    def _partner(self, customer: str) -> int:
        if self._settings.customer_field == "id":
            if not customer.isdecimal():
                raise Refused(f"customer '{customer}' is no number of a contact in Odoo")
            if ("res.partner", customer) not in self._ids:
                for row in self._client.search_read("res.partner", [["id", "=", int(customer)]], ["id"], limit=1):
                    self._ids["res.partner", customer] = integer(row, "id")
            if ("res.partner", customer) not in self._ids:
                raise Refused(f"Odoo has no contact with number {customer}")
            return int(customer)
        if self._learn("res.partner", "ref", [customer]):
            raise Refused(f"Odoo has no contact with reference '{customer}'")
        return self._id("res.partner", customer)

    def _forget(self) -> None:
        self._documents.clear()

    def _is_known(self, number: str) -> bool:
        with suppress(Refused):
            self._receivable(number)
            return True
        return False

    def _receivable(self, number: str) -> Receivable:
        if number not in self._documents:
            self._look_up({number})
        if number not in self._documents:
            raise Refused(f"there is no posted invoice or credit note {number} in Odoo")
        return self._documents[number]

    def _look_up(self, numbers: Collection[str]) -> None:
        wanted = sorted({number for number in numbers if number and number not in self._documents})
        if not wanted:
            return
        field = self._settings.number_field
        moves = self._client.all(
            "account.move",
            [
                [field, "in", wanted],
                ["move_type", "in", _INVOICES],
                ["state", "=", "posted"],
                ["company_id", "=", self._company],
            ],
            (*{field, "name"}, "move_type", "currency_id"),
        )
        rows: dict[int, list[Row]] = {integer(move, "id"): [] for move in moves}
        if rows:
            lines = [["move_id", "in", sorted(rows)], ["account_id.account_type", "=", _RECEIVABLE]]
            for row in self._client.all("account.move.line", lines, _LINE_FIELDS):
                rows[link(row, "move_id")].append(row)
        for move in moves:
            number = text(move, field)
            if number in self._documents:
                raise Refused(f"there are two documents {number} in Odoo")
            self._documents[number] = self._as_receivable(number, move, rows[integer(move, "id")])

    def _as_receivable(self, number: str, move: Row, rows: Sequence[Row]) -> Receivable:
        if not rows:
            raise Refused(f"{number} has no receivable line in Odoo")
        currency = self._currency(link(move, "currency_id"))
        return Receivable(
            number=number,
            move=integer(move, "id"),
            partner=link(rows[0], "partner_id"),
            account=link(rows[0], "account_id"),
            currency=currency,
            is_credit_note=text(move, "move_type") == _CREDIT_NOTE,
            lines=tuple(integer(row, "id") for row in rows if row.get("reconciled") is not True),
            all_lines=tuple(integer(row, "id") for row in rows),
        )

    # What is read back

    def open_balances(self) -> Iterator[BookedBalance]:
        """What Odoo says is open of each invoice and credit note."""
        field, after = self._settings.number_field, 0
        while True:
            rows = self._client.search_read(
                "account.move",
                [
                    ["id", ">", after],
                    ["move_type", "in", _INVOICES],
                    ["state", "=", "posted"],
                    ["company_id", "=", self._company],
                    ["amount_residual", "!=", 0],
                ],
                [*{"id", field}, "move_type", "currency_id", "amount_residual"],
                limit=_PAGE,
            )
            for row in rows:
                amount = money(row, "amount_residual", self._currency(link(row, "currency_id")))
                signed = -amount if text(row, "move_type") == _CREDIT_NOTE else amount
                yield BookedBalance(document=text(row, field), amount=signed)
            if len(rows) < _PAGE:
                return
            after = integer(rows[-1], "id")

    def bank_balances(self) -> Iterator[tuple[str, Money]]:
        """The balance of each bank's ledger account, whoever booked it."""
        self._learn("account.account", "code", [bank.account for bank in self._accounts.banks])
        ibans = {self._id("account.account", bank.account): bank.iban for bank in self._accounts.banks}
        domain = [
            ["account_id", "in", sorted(ibans)],
            ["parent_state", "=", "posted"],
            ["company_id", "=", self._company],
        ]
        groups = ["account_id", "currency_id"]
        if self._settings.connection.protocol == "json-2":
            rows = self._client.call(
                "account.move.line", "formatted_read_group", domain=domain, groupby=groups, aggregates=[_SUM]
            )
            field = _SUM
        else:
            rows = self._client.call(
                "account.move.line", "read_group", domain=domain, fields=[_SUM], groupby=groups, lazy=False
            )
            field = "amount_currency"
        if not isinstance(rows, list):
            raise HumanActionNeeded("Odoo's answer to a question for sums is no list")
        for row in rows:
            yield ibans[link(row, "account_id")], money(row, field, self._currency(link(row, "currency_id")))

    def movements(self, documents: Collection[str]) -> Iterator[Movement]:
        """What issued these documents and all that is set against them, ours and what people booked there."""
        for chunk in _chunks(sorted(documents), BATCH):
            self._forget()
            self._look_up(chunk)
            yield from self._movements([self._documents[number] for number in chunk if number in self._documents])
        self._forget()

    def _movements(self, documents: Sequence[Receivable]) -> Iterator[Movement]:
        number_of = {line: document.number for document in documents for line in document.all_lines}
        if not number_of:
            return
        ids = sorted(number_of)
        pairs = self._client.all(
            "account.partial.reconcile",
            ["|", ["debit_move_id", "in", ids], ["credit_move_id", "in", ids]],
            ("debit_move_id", "credit_move_id", "debit_amount_currency", "credit_amount_currency"),
        )
        others = {link(row, side) for row in pairs for side in ("debit_move_id", "credit_move_id")} | set(ids)
        lines = {
            integer(row, "id"): row
            for row in self._client.all(
                "account.move.line", [["id", "in", sorted(others)]], (*_LINE_FIELDS, "move_name")
            )
        }
        for line in ids:
            row = lines[line]
            amount = money(row, "amount_currency", self._currency(link(row, "currency_id")))
            yield _movement(row, number_of[line], amount, issues=True)
        for pair in pairs:
            debit, credit = link(pair, "debit_move_id"), link(pair, "credit_move_id")
            for mine, other, field, sign in (
                (debit, credit, "debit_amount_currency", -1),
                (credit, debit, "credit_amount_currency", 1),
            ):
                if mine in number_of:
                    amount = money(pair, field, self._currency(link(lines[mine], "currency_id")))
                    yield _movement(
                        lines[other], number_of[mine], Money(sign * amount.minor, amount.currency), issues=False
                    )


class _Standing:
    """What stands on documents while a batch is written: what is there, and what the batch itself adds."""

    def __init__(self, there: Callable[[Receivable], list[ReceivableLine]]) -> None:
        self._there = there
        self._added: dict[str, list[ReceivableLine]] = {}

    def parts(self, document: Receivable, amount: Money) -> tuple[Money, ...]:
        """The amounts in which ``amount`` is written on a document: what comes back takes whole settlements back, and the rest is paid anew."""
        added = self._added.setdefault(document.number, [])
        comes_back = (amount.minor > 0) is not document.is_credit_note
        amounts = (
            coming_back(Decimal(amount.decimal()), [*self._there(document), *added])
            if comes_back
            else (Decimal(amount.decimal()),)
        )
        parts = tuple(Money.parse(f"{one:f}", amount.currency) for one in amounts)
        added += [_receivable_line(part) for part in parts]
        return parts


def _receivable_line(amount: Money) -> ReceivableLine:
    return ReceivableLine(line_id=0, amount=Decimal(amount.decimal()), own=False, reconciliation=0)


_PAGE: Final = 1000
_SUM: Final = "amount_currency:sum"


def _made(answer: object) -> set[int]:
    """The ids of what was created."""
    if not isinstance(answer, list) or not all(isinstance(one, int) for one in answer):
        raise OutcomeUnknown("Odoo's answer to new entries does not name them")
    return set(answer)


def _documents(effects: Iterable[Effect], postings: Mapping[str, Posting]) -> set[str]:
    return {
        line.account.key
        for effect in effects
        for line in postings[effect.key].lines
        if line.account.kind.value == "receivable"
    }


def _settles(line: _Line, document: Receivable) -> bool:
    return (line.amount.minor > 0) == document.is_credit_note


def _movement(row: Row, document: str, amount: Money, *, issues: bool) -> Movement:
    booked_on = day(row, "date")
    if booked_on is None:
        raise HumanActionNeeded("Odoo shows a posted line without a date")
    return Movement(
        document=document,
        amount=amount,
        booked_on=booked_on,
        key=key_in(text(row, "ref")),
        reference=text(row, "move_name"),
        issues=issues,
    )


def _chunks(numbers: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]
