"""Odoo with its external API: JSON-2 and XML-RPC over one small database of journal entries.

What it does as Odoo does: every call is a transaction; an entry must balance and is posted once; a closed period, an account that cannot be reconciled, lines
that are settled already are UserErrors; reconciling settles debits against credits of one account in the order of their due dates; money is written
as doubles and nothing as ``false``; a method that returns nothing cannot be answered over XML-RPC although it was done; a field that is not there is an error.
"""

from __future__ import annotations

import json
import xmlrpc.client
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.simulators.server import Answer, Call, json_answer, numbers

KEY = "odoo-key"
DATABASE = "books"
LOGIN = "afletter@bench.example"
EUR, USD = 1, 2
#: Euros for a dollar.
USD_RATE = Decimal("0.9208")
RECEIVABLE, SALES = 400, 700
CODES = {
    "400000": (RECEIVABLE, "asset_receivable"),
    "700000": (SALES, "income"),
    "550000": (550, "asset_cash"),
    "499000": (499, "asset_current"),
    "499100": (498, "asset_current"),
    "499200": (497, "asset_current"),
    "653000": (653, "expense"),
    "657000": (657, "expense"),
    "656000": (656, "expense"),
    "655000": (655, "expense"),
    "460000": (460, "asset_receivable"),
}
_INDEXED = {
    "account.move": ("id", "ref", "name"),
    "account.move.line": ("id", "move_id"),
    "account.partial.reconcile": ("id", "debit_move_id", "credit_move_id"),
}
_LINKS = {
    "journal_id": "account.journal",
    "company_id": "res.company",
    "currency_id": "res.currency",
    "partner_id": "res.partner",
    "commercial_partner_id": "res.partner",
    "move_id": "account.move",
    "account_id": "account.account",
    "debit_move_id": "account.move.line",
    "credit_move_id": "account.move.line",
    "reversed_entry_id": "account.move",
    "invoice_payment_term_id": "account.payment.term",
}


class OdooError(Exception):
    """``name``: of the exception class over there."""

    def __init__(self, name: str, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.name = name
        self.status = status


def user_error(message: str) -> OdooError:
    return OdooError("odoo.exceptions.UserError", message)


class Table:
    """Rows by id, with indexes."""

    def __init__(self, indexed: Iterable[str]) -> None:
        self.rows: dict[int, dict[str, Any]] = {}
        self.indexes: dict[str, dict[Any, set[int]]] = {name: defaultdict(set) for name in indexed}
        self.last = 0

    def add(self, row: dict[str, Any]) -> int:
        self.last = row.setdefault("id", self.last + 1)
        self.rows[self.last] = row
        for name, index in self.indexes.items():
            index[row.get(name)].add(self.last)
        return self.last

    def put(self, number: int, name: str, value: Any) -> None:
        row = self.rows[number]
        if name in self.indexes:
            self.indexes[name][row.get(name)].discard(number)
            self.indexes[name][value].add(number)
        row[name] = value

    def drop(self, number: int) -> None:
        row = self.rows.pop(number)
        for name, index in self.indexes.items():
            index[row.get(name)].discard(number)


@dataclass
class OdooSimulator:
    """``locked_until``: entries up to this day are refused."""

    locked_until: str = ""
    tables: dict[str, Table] = field(default_factory=dict)
    _now: datetime = datetime(2026, 6, 1, 8, 0, 0, tzinfo=UTC)
    _numbers: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        for model in (
            "account.move",
            "account.move.line",
            "account.partial.reconcile",
            "account.account",
            "account.journal",
            "res.company",
            "res.currency",
            "res.partner",
            "res.partner.bank",
            "account.payment.term",
            "mail.message",
        ):
            self.tables[model] = Table(_INDEXED.get(model, ("id",)))
        for number, name in ((EUR, "EUR"), (USD, "USD")):
            self.tables["res.currency"].add({"id": number, "name": name})
        self.tables["res.company"].add({"id": 1, "name": "Bench BV", "currency_id": EUR})
        for code, (number, kind) in CODES.items():
            self.tables["account.account"].add({"id": number, "code": code, "account_type": kind, "name": code})
        for number, code in ((1, "BNK1"), (2, "MISC"), (3, "INV")):
            self.tables["account.journal"].add({"id": number, "code": code, "company_id": 1, "name": code})
        self.tables["account.payment.term"].add(
            {
                "id": 1,
                "name": "30 days, 2 % within 8",
                "early_discount": True,
                "discount_percentage": Decimal("2.0"),
                "discount_days": 8,
            }
        )

    # What a person does there

    def contact(
        self, name: str, *, ref: str = "", email: str = "", ibans: Iterable[str] = (), company: bool = True
    ) -> int:
        """A customer."""
        banks = []
        number = self.tables["res.partner"].add(
            {
                "name": name,
                "ref": ref or False,
                "email": email or False,
                "lang": "nl_BE",
                "street": "Kerkstraat 1",
                "zip": "9000",
                "vat": "BE0403170701",
                "city": "Gent",
                "country_code": "BE",
                "is_company": company,
                "customer_rank": 1,
                "phone": False,
                "write_date": self.tick(),
            }
        )
        for iban in ibans:
            banks.append(
                self.tables["res.partner.bank"].add(
                    {
                        "acc_number": iban,
                        "sanitized_acc_number": iban.replace(" ", ""),
                        "partner_id": number,
                        "write_date": self.tick(),
                    }
                )
            )
        row = self.tables["res.partner"].rows[number]
        row |= {"bank_ids": banks, "commercial_partner_id": number}
        return number

    def invoice(
        self,
        number: str,
        partner: int,
        amount: str,
        *,
        day: str = "2026-06-01",
        due: str = "2026-07-01",
        credit_note: bool = False,
        corrects: int = 0,
        reference: str = "",
        instalments: int = 1,
        currency: int = EUR,
        term: int = 0,
    ) -> int:
        """A posted invoice or credit note."""
        gross = Decimal(amount)
        sign = -1 if credit_note else 1
        move = self._move(
            {
                "move_type": "out_refund" if credit_note else "out_invoice",
                "journal_id": 3,
                "date": day,
                "name": number,
                "ref": False,
                "partner_id": partner,
                "commercial_partner_id": partner,
                "currency_id": currency,
                "invoice_date": day,
                "invoice_date_due": due,
                "amount_total": gross,
                "payment_reference": reference or number,
                "invoice_origin": f"SO{number[-3:]}",
                "reversed_entry_id": corrects,
                "invoice_payment_term_id": term,
                "state": "posted",
            }
        )
        part = (gross / instalments).quantize(Decimal("0.01"))
        parts = [part] * (instalments - 1) + [gross - part * (instalments - 1)]
        for n, one in enumerate(parts):
            self._line(move, RECEIVABLE, sign * one, partner, number, currency, maturity=f"{due[:-2]}{n + 1:02}")
        self._line(move, SALES, -sign * gross, partner, number, currency, maturity=due)
        return move

    def payment_by_hand(self, invoice: int, amount: str, day: str = "2026-06-10") -> int:
        """A person books a payment there and sets it against an invoice."""
        partner = self.tables["account.move"].rows[invoice]["partner_id"]
        move = self._move(
            {"move_type": "entry", "journal_id": 1, "date": day, "name": "/", "ref": "by hand", "state": "draft"}
        )
        self._line(move, 550, Decimal(amount), 0, "hand", EUR)
        line = self._line(move, RECEIVABLE, -Decimal(amount), partner, "hand", EUR)
        self.do("account.move", "action_post", [move], {})
        self.do("account.move.line", "reconcile", [line, *self.open_lines(invoice)], {})
        return move

    def open_lines(self, invoice: int) -> list[int]:
        lines = self.tables["account.move.line"]
        return [
            number
            for number in sorted(lines.indexes["move_id"][invoice])
            if lines.rows[number]["account_id"] == RECEIVABLE and not lines.rows[number]["reconciled"]
        ]

    def cancel(self, move: int) -> None:
        """A person cancels an entry."""
        for line in sorted(self.tables["account.move.line"].indexes["move_id"][move]):
            self._loosen(line)
        self.tables["account.move"].put(move, "state", "cancel")
        self._touch(move)

    def named(self, number: str) -> dict[str, Any]:
        """An entry by its name, with what is computed."""
        (found,) = self.tables["account.move"].indexes["name"][number]
        return self._shown("account.move", found)

    def ours(self) -> list[dict[str, Any]]:
        """Entries that carry a key of ours."""
        return [
            self._shown("account.move", number)
            for number, row in self.tables["account.move"].rows.items()
            if str(row["ref"]).startswith("afletter:")
        ]

    def lines_of(self, move: int) -> list[dict[str, Any]]:
        return [
            self._shown("account.move.line", n)
            for n in sorted(self.tables["account.move.line"].indexes["move_id"][move])
        ]

    def tick(self) -> str:
        self._now += timedelta(seconds=1)
        return self._now.strftime("%Y-%m-%d %H:%M:%S")

    # The API

    def answer(self, call: Call) -> Answer:
        if call.path.startswith("/xmlrpc/2/"):
            return self._xml_rpc(call)
        if call.path == "/web/version":
            return json_answer({"version_info": [19, 0, 0, "final", 0, ""], "version": "19.0"})
        if call.headers.get("authorization") != f"bearer {KEY}":
            return json_answer({"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"}, 401)
        if call.headers.get("x-odoo-database") != DATABASE:
            return json_answer({"name": "werkzeug.exceptions.NotFound", "message": "no database"}, 404)
        _, _, _, model, method = call.path.split("/")
        named = call.json()
        ids = named.pop("ids", None)
        named.pop("context")
        try:
            return json_answer(self.do(model, method, ids, named))
        except OdooError as error:
            said = {"name": error.name, "message": str(error), "arguments": [str(error)], "debug": "Traceback: secrets"}
            return json_answer(said, error.status)

    def _xml_rpc(self, call: Call) -> Answer:
        arguments: Any
        arguments, method = xmlrpc.client.loads(call.body, use_builtin_types=True)
        headers = {"Content-Type": "text/xml"}
        try:
            if method == "authenticate":
                value: Any = 2 if arguments[:3] == (DATABASE, LOGIN, KEY) else False
            else:
                database, uid, key, model, name, positional, keywords = arguments
                if (database, uid, key) != (DATABASE, 2, KEY):
                    raise OdooError("odoo.exceptions.AccessDenied", "Access Denied", 3)
                keywords.pop("context")
                value = self._by_position(model, name, list(positional), _decimals(keywords))
            body = xmlrpc.client.dumps((json.loads(json.dumps(value, default=numbers)),), methodresponse=True)
        except OdooError as error:
            code = error.status if error.name.endswith("AccessDenied") else 2
            body = xmlrpc.client.dumps(xmlrpc.client.Fault(code, f"Traceback\n{error}"))
        except TypeError as error:
            body = xmlrpc.client.dumps(xmlrpc.client.Fault(1, f"Traceback\nTypeError: {error}"))
        return Answer(body=body.encode(), headers=headers)

    def _by_position(self, model: str, method: str, positional: list[Any], named: dict[str, Any]) -> Any:
        ids = None
        if method == "create":
            if "vals_list" in named:
                raise OdooError("builtins.IndexError", "create needs its values by position")
            named["vals_list"] = _decimals(positional[0])
        elif positional:
            ids = positional[0]
        return self.do(model, method, ids, named)

    def do(self, model: str, method: str, ids: list[int] | None, named: dict[str, Any]) -> Any:
        """One transaction."""
        if any(number not in self.tables[model].rows for number in ids or []):
            raise OdooError("odoo.exceptions.MissingError", "Record does not exist or has been deleted.", 404)
        match (model, method):
            case (_, "search_read"):
                found = self._search(model, named["domain"], named.get("order", "id asc"))
                for name in named["fields"]:
                    if found and name not in self._shown(model, found[0]):
                        raise OdooError("builtins.ValueError", f"Invalid field '{name}' on '{model}'", 500)
                return [self._read(model, number, named["fields"]) for number in found[: named.get("limit") or None]]
            case ("account.move", "create"):
                return [self._create(values) for values in named["vals_list"]]
            case ("account.move", "action_post"):
                for move in ids or []:
                    self._check_post(move)
                for move in ids or []:
                    self._post(move)
                return False
            case ("account.move", "unlink"):
                for move in ids or []:
                    self._unlink(move)
                return True
            case ("account.move.line", "reconcile"):
                self._reconcile(ids or [])
                return None
            case ("account.move.line", "remove_move_reconcile"):
                for line in ids or []:
                    self._loosen(line)
                return None
            case ("account.move", "message_post"):
                (move,) = ids or []
                note = {"model": "account.move", "res_id": move, "body": f"<p>{named['body']}</p>"}
                assert named["subtype_xmlid"] == "mail.mt_note"
                return self.tables["mail.message"].add(note)
            case ("account.move.line", "formatted_read_group" | "read_group"):
                return self._sums(
                    named["domain"], "amount_currency:sum" if "aggregates" in named else "amount_currency"
                )
        raise OdooError("werkzeug.exceptions.NotFound", f"the model '{model}' has no method '{method}'", 404)

    def _create(self, values: dict[str, Any]) -> int:
        lines = [line[2] for line in values["line_ids"]]
        if sum(self._balance(line) for line in lines):
            raise user_error("The move is not balanced.")
        for line in lines:
            if line["currency_id"] == EUR and self._balance(line) != Decimal(line["amount_currency"]):
                raise user_error("The amount in currency is not the amount.")
        move = self._move({**{k: v for k, v in values.items() if k != "line_ids"}, "name": "/", "state": "draft"})
        for line in lines:
            self._line(
                move,
                line["account_id"],
                Decimal(line["amount_currency"]),
                line.get("partner_id", 0),
                line["name"],
                line["currency_id"],
            )
        return move

    @staticmethod
    def _balance(line: dict[str, Any]) -> Decimal:
        """A line's balance in euros; where it is not given it is made from the amount in currency."""
        if "debit" in line:
            return Decimal(line["debit"]) - Decimal(line["credit"])
        return (Decimal(line["amount_currency"]) * USD_RATE).quantize(Decimal("0.01"))

    def _move(self, values: dict[str, Any]) -> int:
        empty = {
            "partner_id": 0,
            "commercial_partner_id": 0,
            "currency_id": EUR,
            "invoice_date": False,
            "invoice_date_due": False,
            "amount_total": Decimal(0),
            "payment_reference": False,
            "invoice_origin": False,
            "reversed_entry_id": 0,
            "invoice_payment_term_id": 0,
            "narration": False,
            "company_id": 1,
        }
        now = self.tick()
        return self.tables["account.move"].add({**empty, **values, "create_date": now, "write_date": now})

    def _line(
        self, move: int, account: int, amount: Decimal, partner: int, name: str, currency: int, maturity: str = ""
    ) -> int:
        if account not in self.tables["account.account"].rows:
            raise user_error(f"there is no account {account}")
        return self.tables["account.move.line"].add(
            {
                "move_id": move,
                "account_id": account,
                "partner_id": partner,
                "name": name,
                "currency_id": currency,
                "amount_currency": amount,
                "amount_residual_currency": amount,
                "reconciled": False,
                "date_maturity": maturity or self.tables["account.move"].rows[move]["date"],
            }
        )

    def _check_post(self, move: int) -> None:
        row = self.tables["account.move"].rows[move]
        if row["state"] != "draft":
            raise user_error("The entry is already posted.")
        if row["date"] <= self.locked_until:
            raise user_error(f"You cannot add/modify entries prior to and inclusive of: {self.locked_until}.")

    def _post(self, move: int) -> None:
        table = self.tables["account.move"]
        row = table.rows[move]
        journal = self.tables["account.journal"].rows[row["journal_id"]]["code"]
        year = row["date"][:4]
        self._numbers[journal, year] += 1
        if row["name"] == "/":
            table.put(move, "name", f"{journal}/{year}/{self._numbers[journal, year]:05}")
        table.put(move, "state", "posted")
        self._touch(move)

    def _unlink(self, move: int) -> None:
        if self.tables["account.move"].rows[move]["state"] != "draft":
            raise user_error("You can't delete a posted journal item.")
        for line in list(self.tables["account.move.line"].indexes["move_id"][move]):
            self.tables["account.move.line"].drop(line)
        self.tables["account.move"].drop(move)

    def _reconcile(self, ids: list[int]) -> None:
        rows = self.tables["account.move.line"].rows
        lines = sorted(
            (rows[number] for number in dict.fromkeys(ids)), key=lambda row: (row["date_maturity"], row["id"])
        )
        accounts = {row["account_id"] for row in lines}
        if len(accounts) > 1:
            raise user_error("Entries are not from the same account.")
        if any(self.tables["account.account"].rows[a]["account_type"] != "asset_receivable" for a in accounts):
            raise user_error("Account does not allow reconciliation.")
        if any(row["reconciled"] for row in lines):
            raise user_error("You are trying to reconcile some entries that are already reconciled.")
        if any(self.tables["account.move"].rows[row["move_id"]]["state"] != "posted" for row in lines):
            raise user_error("You can only reconcile posted entries.")
        for debit in [row for row in lines if row["amount_residual_currency"] > 0]:
            for credit in [row for row in lines if row["amount_residual_currency"] < 0]:
                amount = min(debit["amount_residual_currency"], -credit["amount_residual_currency"])
                if amount > 0:
                    self._set_against(debit, credit, amount)

    def _set_against(self, debit: dict[str, Any], credit: dict[str, Any], amount: Decimal) -> None:
        self.tables["account.partial.reconcile"].add(
            {
                "debit_move_id": debit["id"],
                "credit_move_id": credit["id"],
                "amount": amount,
                "debit_amount_currency": amount,
                "credit_amount_currency": amount,
            }
        )
        for row, change in ((debit, -amount), (credit, amount)):
            row["amount_residual_currency"] += change
            row["reconciled"] = row["amount_residual_currency"] == 0
            self._touch(row["move_id"])

    def _loosen(self, line: int) -> None:
        pairs = self.tables["account.partial.reconcile"]
        rows = self.tables["account.move.line"].rows
        for number in [*pairs.indexes["debit_move_id"][line], *pairs.indexes["credit_move_id"][line]]:
            pair = pairs.rows[number]
            for side, change in (("debit_move_id", pair["amount"]), ("credit_move_id", -pair["amount"])):
                row = rows[pair[side]]
                row["amount_residual_currency"] += change
                row["reconciled"] = row["amount_residual_currency"] == 0
                self._touch(row["move_id"])
            pairs.drop(number)

    def _touch(self, move: int) -> None:
        self.tables["account.move"].rows[move]["write_date"] = self.tick()

    def _sums(self, domain: list[Any], name: str) -> list[dict[str, Any]]:
        sums: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        for number in self._search("account.move.line", domain, "id asc"):
            row = self.tables["account.move.line"].rows[number]
            sums[row["account_id"], row["currency_id"]] += row["amount_currency"]
        return [
            {"account_id": [account, "account"], "currency_id": [currency, "currency"], name: amount}
            for (account, currency), amount in sums.items()
        ]

    # Rows

    def _shown(self, model: str, number: int) -> dict[str, Any]:
        row = dict(self.tables[model].rows[number])
        if model == "account.move":
            lines = self.tables["account.move.line"]
            own = sorted(lines.indexes["move_id"][number])
            row["line_ids"] = own
            sign = -1 if row["move_type"] == "out_refund" else 1
            residual = sign * sum(
                (lines.rows[n]["amount_residual_currency"] for n in own if lines.rows[n]["account_id"] == RECEIVABLE),
                start=Decimal(0),
            )
            row["amount_residual"] = residual if row["move_type"] != "entry" else Decimal(0)
            row["payment_state"] = (
                "paid" if residual == 0 else "not_paid" if residual == row["amount_total"] else "partial"
            )
        if model == "account.move.line":
            move = self.tables["account.move"].rows[row["move_id"]]
            row |= {
                "ref": move["ref"],
                "date": move["date"],
                "move_name": move["name"],
                "parent_state": move["state"],
                "company_id": move["company_id"],
                "account_type": self.tables["account.account"].rows[row["account_id"]]["account_type"],
            }
        return row

    def _read(self, model: str, number: int, fields: list[str]) -> dict[str, Any]:
        row = self._shown(model, number)
        read: dict[str, Any] = {"id": number}
        for name in fields:
            value = row[name]
            if name in _LINKS:
                if value:
                    target = self.tables[_LINKS[name]].rows[value]
                    value = [value, str(target.get("name") or "?")]
                else:
                    value = False
            read[name] = value
        return read

    def _search(self, model: str, domain: list[Any], order: str) -> list[int]:
        found = [number for number in self._candidates(model, domain) if self._fits(model, number, domain)]
        keys = [part.split() for part in order.split(",")]
        for name, *way in reversed(keys):
            found.sort(key=lambda number: self._value(model, number, name), reverse=way == ["desc"])
        return found

    def _candidates(self, model: str, domain: list[Any]) -> list[int]:
        table = self.tables[model]
        either = len(domain) >= 3 and domain[-3] == "|"
        terms = [term for term in domain[-2:] if either] or [term for term in domain if not isinstance(term, str)]
        sets = [
            set().union(*(table.indexes[name].get(value, set()) for value in (values if op == "in" else [values])))
            for name, op, values in terms
            if op in ("in", "=") and name in table.indexes
        ]
        if either and len(sets) == len(terms):
            return sorted(set().union(*sets))
        if "|" in domain or not sets:
            return sorted(table.rows)
        return sorted(min(sets, key=len) & set(table.rows))

    def _fits(self, model: str, number: int, domain: list[Any]) -> bool:
        rest = list(domain)

        def term() -> bool:
            head = rest.pop(0)
            if head == "|":
                one, other = term(), term()
                return one or other
            if head == "&":
                one, other = term(), term()
                return one and other
            name, operator, wanted = head
            return _compared(self._value(model, number, name), operator, wanted)

        fits = True
        while rest:
            fits = term() and fits
        return fits

    def _value(self, model: str, number: int, name: str) -> Any:
        head, _, rest = name.partition(".")
        if head == "bank_ids":
            dates = [self.tables["res.partner.bank"].rows[n][rest] for n in self.tables[model].rows[number][head]]
            return max(dates, default="")
        if rest:
            return self._value(_LINKS[head], self.tables[model].rows[number][head], rest)
        return (
            self._shown(model, number)[head]
            if head not in self.tables[model].rows[number]
            else self.tables[model].rows[number][head]
        )


def _compared(value: Any, operator: str, wanted: Any) -> bool:
    match operator:
        case "=":
            return bool(value == wanted) or (not value and wanted is False)
        case "!=":
            return bool(value != wanted)
        case "in":
            return value in wanted
        case "not in":
            return value not in wanted
        case ">":
            return bool(value > wanted)
        case ">=":
            return bool(value >= wanted)
        case "ilike":
            return str(wanted).lower() in str(value).lower()
        case "=like":
            return str(value).startswith(wanted.removesuffix("%"))
    raise OdooError("builtins.ValueError", f"Invalid operator {operator}", 500)


def _decimals(value: Any) -> Any:
    """XML-RPC's doubles as the decimals that they were written as."""
    match value:
        case float():
            return Decimal(repr(value))
        case dict():
            return {name: _decimals(item) for name, item in value.items()}
        case list():
            return [_decimals(item) for item in value]
    return value
