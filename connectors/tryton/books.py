"""Tryton's ledger as an accounting target: a posting is a posted account move, and the invoices it touches become paid or paid in part.

A delivery has three steps: the moves are made as drafts (one call, all or none), posted, and set against their invoices. Each is found again by its
mark (``moves.py``), so that whatever was interrupted is gone on with: a move that is not there is made, a draft is posted, and what is not set
against its invoice yet is. ``find`` answers only for what is complete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from connectors.ports import AFTER_ISSUE, FROM_THE_BANK, BookedBalance, Movement, Receipt
from connectors.prepared import prepared
from connectors.receivable_lines import ReceivableLine, coming_back
from connectors.remote_books import REMOTE, posting_of
from connectors.target_accounts import setting_of
from connectors.tryton.client import Row, TrytonClient
from connectors.tryton.moves import Mark, digest_of, domain_of, mark_of, marked
from connectors.tryton.settings import TrytonBooksSettings
from connectors.tryton.settling import wanted
from ledger.bookings import AccountKind, BookingLine
from ledger.effects import Effect, Guarantee
from ledger.errors import ConfigError, ConflictingPayload, HumanActionNeeded, Refused, Transient
from ledger.money import Money
from ledger.postings import Posting

#: Postings in one call.
BATCH_SIZE: Final = 50
#: Seconds after which a move whose answer was lost must be there: Tryton's own limit of a request is 60 s.
SETTLE_S: Final = 120
_LINES: Final = "account.move.line"
_MOVE_FIELDS: Final = ("description", "state", "number")
_INVOICE_FIELDS: Final = (
    "number", "state", "account", "party", "total_amount", "amount_to_pay", "currency.code", "lines_to_pay", "payment_lines",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Move:
    """A move of ours there."""

    move_id: int
    mark: Mark
    is_posted: bool
    number: str


@dataclass(frozen=True, slots=True)
class _Invoice:
    """A customer invoice or credit note there; ``lines_to_pay`` and ``payment_lines`` are ids of move lines."""

    invoice_id: int
    number: str
    account: int
    party: int
    is_cancelled: bool
    gross: Decimal
    lines_to_pay: tuple[int, ...]
    payment_lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A move line of ours on the receivable of an invoice."""

    line: ReceivableLine
    document: str
    account: int
    booked_on: date
    mark: Mark
    number: str


class TrytonBooks:
    """An AccountingTarget that takes batches and is read back: BatchSink, LedgerSource, MovementSource."""

    guarantee = Guarantee.FINDABLE
    batch_size = BATCH_SIZE

    def __init__(self, settings: TrytonBooksSettings, name: str) -> None:
        self.name = name
        self.abilities = replace(
            REMOTE, takes=AFTER_ISSUE if settings.post_portal else FROM_THE_BANK, batching=BATCH_SIZE, settle_s=SETTLE_S
        )
        self.client = TrytonClient(settings)
        self._accounts = settings.accounts
        self._ids: dict[str, Row] = {}
        self._journals: dict[str, int] = {}
        self._currency = ""

    def check(self) -> None:
        """Log in and look for every account and journal. Raises ConfigError, naming each one that is not there."""
        faults: list[str] = []
        for place, code in self._accounts.codes():
            try:
                self._account(code)
            except Refused as error:
                faults.append(f"{self.name}: accounts.{place}: {error}")
        for place, code in self._accounts.journals():
            try:
                self._journal(code)
            except Refused as error:
                faults.append(f"{self.name}: accounts.{place}: {error}")
        faults += [
            f"{self.name}: accounts.{place}: tax codes are not used for Tryton" for place, _ in self._accounts.taxes()
        ]
        if faults:
            raise ConfigError(tuple(faults))

    def find(self, key: str) -> Receipt | None:
        """The receipt of a posting that is posted there and stands against all its invoices. Reads only."""
        move = self._one(key, self._moves([key]).get(key, []))
        if move is None or not move.is_posted:
            return None
        lines = self.client.search_read(
            "account.move.line",
            [["move", "=", move.move_id], ["account.type.receivable", "=", True], ["description", "!=", None]],
            ("reconciliation", "invoice_payments"),
        )
        tied = all(row["reconciliation"] or row["invoice_payments"] for row in lines)
        return Receipt(key=key, reference=move.number) if tied else None

    def send(self, effect: Effect) -> Receipt:
        """Book one posting; see ``send_many``."""
        return self.send_many((effect,))[0]

    def send_many(self, effects: Sequence[Effect]) -> Sequence[Receipt]:
        """Book the postings that are not there yet, and finish those that are there in part.

        Raises ConflictingPayload when a key is there with other content, and Refused, in Tryton's own words or ours, for what cannot be booked:
        a closed period, an invoice or account that is not there. Nothing of the batch is made then.
        """
        postings = {effect.key: posting_of(effect, "Tryton") for effect in effects}
        digests = {effect.key: digest_of(effect.payload) for effect in effects}
        found = self._moves(list(postings))
        for key, known in found.items():
            if any(move.mark.digest != digests[key] for move in known):
                raise ConflictingPayload(key)
        invoices = self._invoices({document for posting in postings.values() for document in _documents(posting)})
        fresh = [effect for effect in effects if not found.get(effect.key)]
        if fresh:
            values = self._drafts(fresh, postings, digests, invoices)
            self.client.call("account.move.create", values)
            found |= self._moves([effect.key for effect in fresh])
        moves = {key: self._one(key, found.get(key, [])) for key in postings}
        missing = [key for key, move in moves.items() if move is None]
        if missing:
            raise Transient(f"Tryton made a move and does not show it: {missing[0]}")
        drafts = [move.move_id for move in moves.values() if move is not None and not move.is_posted]
        if drafts:
            self.client.call("account.move.post", drafts)
            found = self._moves(list(postings))
            moves = {key: self._one(key, found.get(key, [])) for key in postings}
        self._settle(invoices)
        return [Receipt(key=key, reference=move.number) for key, move in moves.items() if move is not None]

    def open_balances(self) -> Iterator[BookedBalance]:
        """What Tryton itself says is to be paid of every posted customer invoice and credit note."""
        domain = [["type", "=", "out"], ["state", "=", "posted"], ["company", "=", self.client.company]]
        for row in self.client.every("account.invoice", domain, ("number", "amount_to_pay", "currency.code")):
            amount = _money(row["amount_to_pay"], row["currency."]["code"])
            if amount:
                yield BookedBalance(document=row["number"], amount=amount)

    def bank_balances(self) -> Iterator[tuple[str, Money]]:
        """The balance of each bank account's ledger account, from posted moves."""
        for bank in self._accounts.banks:
            account = self._account(bank.account)["id"]
            (row,) = self.client.call("account.account.read", [account], ["balance"], context={"posted": True})
            yield bank.iban, _money(row["balance"], self._company_currency())

    def movements(self, documents: Collection[str]) -> Iterator[Movement]:
        """The lines of these invoices, ours and others'."""
        invoices = self._invoices(set(documents))
        currency = self._company_currency() if invoices else ""
        ours = self._own_lines(invoices.values())
        known = {one.line.line_id for one in ours}
        for one in ours:
            yield Movement(
                document=one.document,
                amount=_money(one.line.amount, currency),
                booked_on=one.booked_on,
                key=one.mark.key,
                reference=one.number,
                issues=False,
            )
        for invoice in invoices.values():
            (row,) = self.client.read("account.invoice", [invoice.invoice_id], ("reconciliation_lines",))
            others = {*invoice.lines_to_pay, *invoice.payment_lines, *row["reconciliation_lines"]} - known
            fields = ("debit", "credit", "date", "move.number")
            for line in self.client.read("account.move.line", sorted(others), fields):
                yield Movement(
                    document=invoice.number,
                    amount=_money(line["debit"] - line["credit"], currency),
                    booked_on=line["date"],
                    key="",
                    reference=line["move."]["number"] or "",
                    issues=line["id"] in invoice.lines_to_pay,
                )

    # What is there

    def _moves(self, keys: Sequence[str]) -> dict[str, list[_Move]]:
        """The moves that bear these keys, oldest first; more than one for a key is what two daemons at once leave."""
        found: dict[str, list[_Move]] = defaultdict(list)
        domain = [["company", "=", self.client.company], domain_of(list(keys))]
        for row in self.client.every("account.move", domain, _MOVE_FIELDS):
            mark = mark_of(row["description"])
            if mark is not None and mark.key in keys:
                number = row["number"] or ""
                found[mark.key].append(_Move(row["id"], mark, row["state"] == "posted", number))
        return dict(found)

    def _one(self, key: str, moves: Sequence[_Move]) -> _Move | None:
        """The move that stands for a key. Where two daemons made one each, the posted one stands, else the older; drafts beside it are taken away."""
        posted = [move for move in moves if move.is_posted]
        if len(posted) > 1:
            numbers = ", ".join(move.number for move in posted)
            raise HumanActionNeeded(
                f"posting {key} stands twice in Tryton, as moves {numbers}: cancel one of them there"
            )
        standing = next(iter([*posted, *moves]), None)
        spare = [move.move_id for move in moves if standing is not None and move.move_id != standing.move_id]
        if spare:
            self.client.call("account.move.delete", spare)
        return standing

    def _invoices(self, numbers: Collection[str]) -> dict[str, _Invoice]:
        found: dict[str, _Invoice] = {}
        if not numbers:
            return found
        domain = [
            ["type", "=", "out"],
            ["state", "in", ["posted", "paid", "cancelled"]],
            ["company", "=", self.client.company],
            ["number", "in", sorted(numbers)],
        ]
        for row in self.client.every("account.invoice", domain, _INVOICE_FIELDS):
            if row["number"] in found:
                raise Refused(f"there are two invoices {row['number']} in Tryton")
            if row["currency."]["code"] != self._company_currency():
                raise Refused(
                    f"invoice {row['number']} is in {row['currency.']['code']}, the company keeps its books in another"
                )
            found[row["number"]] = _Invoice(
                row["id"],
                row["number"],
                row["account"],
                row["party"],
                row["state"] == "cancelled",
                row["total_amount"],
                tuple(row["lines_to_pay"]),
                tuple(row["payment_lines"]),
            )
        return found

    def _own_lines(self, invoices: Iterable[_Invoice]) -> list[_Line]:
        """Our posted lines on these invoices, oldest first."""
        by_number = {invoice.number: invoice for invoice in invoices}
        if not by_number:
            return []
        domain = [
            ["description", "in", sorted(by_number)],
            ["account", "in", sorted({invoice.account for invoice in by_number.values()})],
            ["move.state", "=", "posted"],
        ]
        fields = (
            "debit",
            "credit",
            "description",
            "account",
            "reconciliation",
            "date",
            "move.description",
            "move.number",
        )
        found: list[_Line] = []
        for row in self.client.every("account.move.line", domain, fields):
            mark = mark_of(row["move."]["description"])
            if mark is not None and row["account"] == by_number[row["description"]].account:
                line = ReceivableLine(
                    line_id=row["id"],
                    amount=row["debit"] - row["credit"],
                    own=False,
                    reconciliation=row["reconciliation"] or 0,
                )
                number = row["move."]["number"] or ""
                found.append(_Line(line, row["description"], row["account"], row["date"], mark, number))
        return found

    def _account(self, code: str) -> Row:
        if code not in self._ids:
            domain = [["code", "=", code], ["company", "=", self.client.company], ["type", "!=", None]]
            rows = self.client.search_read("account.account", domain, ("party_required", "reconcile"), limit=2)
            if len(rows) != 1:
                raise Refused(f"Tryton has no ledger account {code}")
            self._ids[code] = rows[0]
        return self._ids[code]

    def _journal(self, code: str) -> int:
        if code not in self._journals:
            rows = self.client.search_read("account.journal", [["code", "=", code]], ("code",), limit=2)
            if len(rows) != 1:
                raise Refused(f"Tryton has no journal {code}")
            self._journals[code] = rows[0]["id"]
        return self._journals[code]

    def _periods(self, days: Collection[date]) -> list[Row]:
        """The periods that these days lie in."""
        domain = [
            ["company", "=", self.client.company],
            ["type", "=", "standard"],
            ["start_date", "<=", max(days)],
            ["end_date", ">=", min(days)],
        ]
        return self.client.search_read("account.period", domain, ("state", "name", "start_date", "end_date"))

    def _company_currency(self) -> str:
        if not self._currency:
            (row,) = self.client.read("company.company", [self.client.company], ("currency.code",))
            self._currency = row["currency."]["code"]
        return self._currency

    # What is made

    def _drafts(
        self,
        effects: Sequence[Effect],
        postings: Mapping[str, Posting],
        digests: Mapping[str, str],
        invoices: dict[str, _Invoice],
    ) -> list[dict[str, object]]:
        """The values of the moves to be. Raises RefusedSome before anything is made."""
        periods = self._periods({postings[effect.key].booked_on for effect in effects})
        standing = self._standing(invoices)

        def draft(effect: Effect) -> dict[str, object]:
            posting = postings[effect.key]
            lines = [line for one in posting.lines for line in self._lines(one, invoices, standing)]
            return {
                "company": self.client.company,
                "journal": self._journal(self._accounts.journal_of(posting)),
                "period": _open_period(periods, posting.booked_on),
                "date": posting.booked_on,
                "description": marked(posting.description, effect.key, digests[effect.key]),
                "lines": [["create", lines]],
            }

        return list(prepared(effects, draft).values())

    def _standing(self, invoices: dict[str, _Invoice]) -> dict[str, list[ReceivableLine]]:
        found: dict[str, list[ReceivableLine]] = {number: [] for number in invoices}
        for one in self._own_lines(invoices.values()):
            found[one.document].append(one.line)
        return found

    def _lines(
        self, line: BookingLine, invoices: dict[str, _Invoice], standing: dict[str, list[ReceivableLine]]
    ) -> Iterator[dict[str, object]]:
        if line.amount.currency != self._company_currency():
            raise Refused(f"Tryton's books are in {self._company_currency()}; {line.amount} cannot be posted there")
        amount = Decimal(line.amount.decimal())
        if line.account.kind is not AccountKind.RECEIVABLE:
            account = self._account(self._accounts.account_of(line.account))
            values: dict[str, object] = {"account": account["id"], **_sides(amount)}
            if account["party_required"]:
                values["party"] = self._party(line.customer_id, setting_of(line.account))
            yield values
            return
        invoice = invoices.get(line.account.key)
        if invoice is None:
            raise Refused(f"there is no posted invoice {line.account.key} in Tryton")
        comes_back = (amount > 0) == (invoice.gross > 0)
        if invoice.is_cancelled and not comes_back:
            raise Refused(f"invoice {invoice.number} is cancelled in Tryton: nothing can be paid on it")
        lines = standing[invoice.number]
        for part in coming_back(amount, lines) if comes_back else (amount,):
            lines.append(ReceivableLine(line_id=0, amount=part, own=False, reconciliation=0))
            yield {
                "account": invoice.account,
                "party": invoice.party,
                "description": invoice.number,
                **_sides(part),
            }

    def _party(self, customer_id: str, setting: str) -> int:
        rows = self.client.search_read("party.party", [["code", "=", customer_id]], ("code",), limit=2)
        if len(rows) != 1:
            raise Refused(
                f"the account of {setting} wants a party in Tryton, and it has none with the code '{customer_id}'"
            )
        return int(rows[0]["id"])

    def _settle(self, invoices: dict[str, _Invoice]) -> None:
        """Bring the invoices to what their lines say; doing it again changes nothing."""
        if not invoices:
            return
        now = self._invoices(invoices)
        lines = self._all_lines(now)
        groups_now = self._groups(line.reconciliation for found in lines.values() for line in found)
        gone: list[int] = []
        made: list[frozenset[int]] = []
        part: dict[int, tuple[set[int], set[int]]] = {}
        for number, found in lines.items():
            mine = {line.line_id for line in found}
            # What is reconciled with something else was settled by somebody else: it is left alone.
            free = [line for line in found if groups_now.get(line.reconciliation, frozenset()) <= mine]
            plan = wanted(free)
            standing = {line.reconciliation: groups_now[line.reconciliation] for line in free if line.reconciliation}
            gone += [min(group) for group in standing.values() if group not in plan.groups]
            made += [group for group in plan.groups if group not in standing.values()]
            counted, own = set(now[number].payment_lines), {line.line_id for line in free if not line.own}
            add, remove = plan.payments - counted, (counted & own) - plan.payments
            if add or remove:
                part[now[number].invoice_id] = (set(add), set(remove))
        self._apply(gone, made, part)

    def _apply(
        self,
        gone: list[int],
        made: list[frozenset[int]],
        part: dict[int, tuple[set[int], set[int]]],
    ) -> None:
        if gone:
            self.client.run_wizard("account.move.unreconcile_lines", "unreconcile", _LINES, [gone])
        self._write_payments({invoice: [["remove", sorted(remove)]] for invoice, (_, remove) in part.items() if remove})
        if made:
            groups = [sorted(group) for group in made]
            self.client.run_wizard("account.move.reconcile_lines", "start", _LINES, groups)
        self._write_payments({invoice: [["add", sorted(add)]] for invoice, (add, _) in part.items() if add})

    def _write_payments(self, changes: dict[int, list[object]]) -> None:
        if changes:
            pairs = [item for invoice, change in changes.items() for item in ([invoice], {"payment_lines": change})]
            self.client.call("account.invoice.write", *pairs)

    def _all_lines(self, invoices: dict[str, _Invoice]) -> dict[str, list[ReceivableLine]]:
        """The lines of each invoice: its own, those that count as payments, and ours; oldest first."""
        ours = {one.line.line_id: one for one in self._own_lines(invoices.values())}
        owner = {
            one: invoice for invoice in invoices.values() for one in (*invoice.lines_to_pay, *invoice.payment_lines)
        }
        others = sorted(set(owner) - set(ours))
        found: dict[str, list[ReceivableLine]] = {number: [] for number in invoices}
        for row in self.client.read("account.move.line", others, ("debit", "credit", "reconciliation")):
            invoice = owner[row["id"]]
            found[invoice.number].append(
                ReceivableLine(
                    line_id=row["id"],
                    amount=row["debit"] - row["credit"],
                    own=row["id"] in invoice.lines_to_pay,
                    reconciliation=row["reconciliation"] or 0,
                )
            )
        for one in ours.values():
            found[one.document].append(one.line)
        return found

    def _groups(self, reconciliations: Iterable[int]) -> dict[int, frozenset[int]]:
        """The lines of each reconciliation, by its id."""
        ids = sorted({one for one in reconciliations if one})
        rows = self.client.read("account.move.reconciliation", ids, ("lines",))
        return {row["id"]: frozenset(row["lines"]) for row in rows}


def _open_period(periods: Sequence[Row], day: date) -> int:
    """The id of a day's period. Raises Refused when there is none or it is closed."""
    period = next((row for row in periods if row["start_date"] <= day <= row["end_date"]), None)
    if period is None:
        raise Refused(f"Tryton has no period for {day}: make the fiscal year there")
    if period["state"] != "open":
        name, state = period["name"], period["state"]
        raise Refused(f"period {name} of {day} is {state} in Tryton: open it, or drop the posting")
    return int(period["id"])


def _documents(posting: Posting) -> Iterator[str]:
    return (line.account.key for line in posting.lines if line.account.kind is AccountKind.RECEIVABLE)


def _sides(amount: Decimal) -> dict[str, object]:
    zero = Decimal(0)
    return {"debit": max(amount, zero), "credit": max(-amount, zero)}


def _money(amount: Decimal, currency: str) -> Money:
    try:
        return Money.parse(f"{amount:f}", currency)
    except ValueError as error:
        raise HumanActionNeeded(f"Tryton holds an amount that is none of {currency}: {error}") from error
