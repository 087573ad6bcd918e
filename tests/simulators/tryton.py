"""Tryton 8.2 as far as the connector asks it: JSON-RPC with sessions, accounts, invoices, moves, reconciliations, and its refusals.

What it does was seen of the real one (tests/tryton); that suite holds both to the same.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.tryton.client import decoded, encoded
from tests.simulators.server import Answer, Call, json_answer

DATABASE, USER, PASSWORD = "books", "afletter", "secret-Passw0rd"
Row = dict[str, Any]
#: Fields that are records of another model.
_MODELS = {
    "move": "account.move", "account": "account.account", "party": "party.party", "currency": "currency.currency", "journal": "account.journal",
    "period": "account.period", "company": "company.company", "type": "account.account.type", "lang": "ir.lang", "country": "country.country",
    "tax_identifier": "party.identifier", "invoice_address": "party.address",
}  # fmt: skip


class UserError(Exception):
    """Tryton says no."""


class TrytonSimulator:
    """A company with the accounts of ``ACCOUNTS``, a journal ``BNK`` and a fiscal year 2026."""

    ACCOUNTS = ("400", "550001", "466001", "653001", "658001", "657001", "659001", "499901", "499902", "499903")

    def __init__(self) -> None:
        self.tables: dict[str, dict[int, Row]] = {}
        self.sessions: set[str] = set()
        self.log: list[tuple[str, list[Any]]] = []
        self._wizards = 0
        self._moment = datetime(2026, 6, 1)  # noqa: DTZ001 - as Tryton keeps it
        euro = self.add("currency.currency", code="EUR")
        company = self.add("company.company", currency=euro)
        for code in self.ACCOUNTS:
            kind = self.add("account.account.type", receivable=code == "400")
            required = code in ("400", "466001")
            self.add(
                "account.account", code=code, company=company, type=kind, party_required=required, reconcile=required
            )
        self.add("account.journal", code="BNK")
        for month in range(1, 13):
            end = date(2026, month % 12 + 1, 1) - timedelta(days=1) if month < 12 else date(2026, 12, 31)
            self.add(
                "account.period", name=f"2026-{month:02}", type="standard", state="open", company=company,
                start_date=date(2026, month, 1), end_date=end,
            )  # fmt: skip

    # From outside: what an accountant does

    def add(self, model: str, **values: Any) -> int:
        table = self.tables.setdefault(model, {})
        table[len(table) + 1] = {"id": len(table) + 1, **values}
        return len(table)

    def customer(self, name: str, code: str) -> int:
        return self.add(
            "party.party", name=name, code=code, email="", phone="", lang=None, tax_identifier=None,
        )  # fmt: skip

    def invoice(self, number: str, party: int, amount: str, day: date = date(2026, 5, 4)) -> int:
        total = Decimal(amount)
        account = self._account("400")
        move = self._move(
            day,
            [(account, party, total, None), (self._account("653001"), None, -total, None)],
            f"Invoice {number}",
            "posted",
        )
        return self.add(
            "account.invoice", number=number, type="out", company=1, state="posted", account=account, party=party, currency=1,
            total_amount=total, move=move, payment_lines=[], invoice_date=day, customer_payment_reference="", reference="",
            write_date=self._now(), origin_invoices=[], invoice_address=None,
        )  # fmt: skip

    def pay_by_hand(self, number: str, amount: str) -> None:
        invoice = self.named(number)
        paid = Decimal(amount)
        lines = [(self._account("499902"), None, paid, None), (invoice["account"], invoice["party"], -paid, None)]
        move = self._move(date(2026, 6, 2), lines, "Cash", "posted")
        line = next(row["id"] for row in self._rows("account.move.line") if row["move"] == move and row["credit"])
        if paid == self._to_pay(invoice):
            self._reconcile([*self._lines_to_pay(invoice), *invoice["payment_lines"], line])
        else:
            invoice["payment_lines"].append(line)
            invoice["write_date"] = self._now()

    def close(self, month: str) -> None:
        next(row for row in self._rows("account.period") if row["name"] == month)["state"] = "closed"

    def open(self, month: str) -> None:
        next(row for row in self._rows("account.period") if row["name"] == month)["state"] = "open"

    def named(self, number: str) -> Row:
        return next(row for row in self._rows("account.invoice") if row["number"] == number)

    def state_of(self, number: str) -> tuple[str, Decimal]:
        invoice = self.named(number)
        return self._state(invoice), self._to_pay(invoice)

    def ours(self) -> list[Row]:
        return [row for row in self._rows("account.move") if (row["description"] or "").endswith("]")]

    def expire(self) -> None:
        """All sessions are too old."""
        self.sessions.clear()

    # The protocol

    def answer(self, call: Call) -> Answer:
        assert call.path == f"/{DATABASE}/rpc/", call.path
        asked = decoded(call.json())
        method, parameters = asked["method"], asked["params"]
        self.log.append((method, parameters))
        if method == "common.db.login":
            if parameters[:2] != [USER, {"password": PASSWORD}]:
                return Answer(status=401)
            session = f"session{len(self.log)}"
            self.sessions.add(session)
            return self._result([7, session, None])
        if not self._logged_in(call):
            return Answer(status=401)
        try:
            return self._result(self._do(method, parameters))
        except UserError as error:
            return json_answer({"id": 1, "error": ["UserError", [str(error), "", None]]})

    def _result(self, value: Any) -> Answer:
        return json_answer({"id": 1, "result": encoded(value)})

    def _logged_in(self, call: Call) -> bool:
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        return kind == "Session" and base64.b64decode(token).decode().split(":")[2] in self.sessions

    def _do(self, method: str, parameters: list[Any]) -> Any:
        kind, _, rest = method.partition(".")
        name, _, verb = rest.rpartition(".")
        if kind == "wizard":
            return self._wizard(name, verb, parameters)
        special: dict[str, Callable[[list[Any]], Any]] = {
            "res.user.get_preferences": lambda _: {"company": 1},
            "account.move.create": lambda p: [self._create(values) for values in p[0]],
            "account.move.post": lambda p: self._each(self._post, p[0]),
            "account.move.delete": lambda p: self._each(self._delete, p[0]),
            "account.invoice.write": self._write_invoices,
        }
        if rest in special:
            return special[rest](parameters)
        if verb == "search_read":
            domain, offset, limit, order, fields = parameters[:5]
            rows = [row for row in self._rows(name) if self._holds(name, row, domain)]
            for field, way in reversed(order or []):
                rows = self._sorted(name, rows, field, way)
            return [self._read(name, row, fields) for row in rows[offset : offset + limit]]
        if verb == "read":
            return [self._read(name, self.tables[name][one], parameters[1]) for one in parameters[0]]
        raise AssertionError(method)

    def _each(self, act: Callable[[int], None], ids: list[int]) -> None:
        for one in ids:
            act(one)

    # Reading

    def _sorted(self, model: str, rows: list[Row], field: str, way: str) -> list[Row]:
        return sorted(rows, key=lambda row: self._value(model, row, field), reverse=way == "DESC")

    def _rows(self, model: str) -> list[Row]:
        return list(self.tables.get(model, {}).values())

    def _read(self, model: str, row: Row, fields: list[str]) -> Row:
        found: Row = {"id": row["id"]}
        for field in fields:
            head, dot, rest = field.partition(".")
            value = self._value(model, row, head)
            if not dot:
                found[head] = value
                continue
            inner = None if value is None else self._read(_MODELS[head], self.tables[_MODELS[head]][value], [rest])
            known = found.setdefault(f"{head}.", inner)
            if known is not None and inner is not None:
                known.update(inner)
        return found

    def _value(self, model: str, row: Row, field: str) -> Any:
        head, dot, rest = field.partition(".")
        if dot:
            inner = row.get(head)
            return None if inner is None else self._value(_MODELS[head], self.tables[_MODELS[head]][inner], rest)
        match model, field:
            case "account.invoice", "state":
                return self._state(row)
            case "account.invoice", "amount_to_pay":
                return self._to_pay(row)
            case "account.invoice", "lines_to_pay":
                return self._lines_to_pay(row)
            case "account.invoice", "reconciliation_lines":
                own = self._lines_to_pay(row)
                groups = {self.tables["account.move.line"][one]["reconciliation"] for one in own} - {None}
                if not groups:
                    return []
                return [
                    line["id"]
                    for line in self._rows("account.move.line")
                    if line["reconciliation"] in groups and line["id"] not in own
                ]
            case "account.account", "balance":
                lines = (line for line in self._rows("account.move.line") if line["account"] == row["id"])
                posted = (line for line in lines if self.tables["account.move"][line["move"]]["state"] == "posted")
                return sum((line["debit"] - line["credit"] for line in posted), Decimal(0))
            case "account.move.line", "invoice_payments":
                return [one["id"] for one in self._rows("account.invoice") if row["id"] in one["payment_lines"]]
            case "account.move.line", "date":
                return self.tables["account.move"][row["move"]]["date"]
            case "account.move.reconciliation", "lines":
                return [line["id"] for line in self._rows("account.move.line") if line["reconciliation"] == row["id"]]
        return row.get(field)

    def _holds(self, model: str, row: Row, domain: list[Any]) -> bool:
        if domain and isinstance(domain[0], str) and domain[0] in ("OR", "AND"):
            parts = [self._holds(model, row, one) for one in domain[1:]]
            return any(parts) if domain[0] == "OR" else all(parts)
        if len(domain) == 3 and isinstance(domain[0], str):
            field, operator, wanted = domain
            value = self._value(model, row, field)
            match operator:
                case "=":
                    return bool(value == wanted)
                case "!=":
                    return bool(value != wanted)
                case "in":
                    return value in wanted
                case "like":
                    return wanted.strip("%") in (value or "")
                case "<=":
                    return bool(value <= wanted)
                case ">=":
                    return bool(value >= wanted)
                case ">":
                    return bool(value > wanted)
            raise AssertionError(operator)
        return all(self._holds(model, row, one) for one in domain)

    def _lines_to_pay(self, invoice: Row) -> list[int]:
        move, lines = self.tables["account.move"][invoice["move"]], self.tables["account.move.line"]
        return [one for one in move["lines"] if lines[one]["account"] == invoice["account"]]

    def _state(self, invoice: Row) -> str:
        lines = [self.tables["account.move.line"][one] for one in self._lines_to_pay(invoice)]
        return "paid" if all(line["reconciliation"] for line in lines) else str(invoice["state"])

    def _to_pay(self, invoice: Row) -> Decimal:
        if self._state(invoice) != "posted":
            return Decimal(0)
        lines = [
            self.tables["account.move.line"][one] for one in (*self._lines_to_pay(invoice), *invoice["payment_lines"])
        ]
        return sum((line["debit"] - line["credit"] for line in lines if not line["reconciliation"]), Decimal(0))

    # Writing

    def _account(self, code: str) -> int:
        return next(int(row["id"]) for row in self._rows("account.account") if row["code"] == code)

    def _now(self) -> datetime:
        self._moment += timedelta(seconds=1)
        return self._moment

    def _move(
        self, day: date, lines: Sequence[tuple[int, int | None, Decimal, str | None]], description: str, state: str
    ) -> int:
        move = self.add(
            "account.move",
            company=1,
            date=day,
            description=description,
            state=state,
            number=None,
            journal=None,
            lines=[],
        )
        for account, party, amount, text in lines:
            line = self.add(
                "account.move.line", move=move, account=account, party=party, debit=max(amount, Decimal(0)), credit=max(-amount, Decimal(0)),
                description=text, reconciliation=None, maturity_date=day if state == "posted" else None,
            )  # fmt: skip
            self.tables["account.move"][move]["lines"].append(line)
        if state == "posted":
            self._number(move)
        return move

    def _number(self, move: int) -> None:
        self.tables["account.move"][move]["number"] = str(1000 + move)

    def _create(self, values: Row) -> int:
        period = self.tables["account.period"][values["period"]]
        if period["state"] != "open" or not period["start_date"] <= values["date"] <= period["end_date"]:
            raise UserError(f'The value "{period["name"]}" for field "Period" in "Account Move" is not valid.')
        lines = [line for verb, made in values["lines"] for line in made if verb == "create"]
        for line in lines:
            if self.tables["account.account"][line["account"]]["party_required"] is not (line.get("party") is not None):
                raise UserError("You cannot set a party on the account, or the account wants one.")
        rows = [
            (one["account"], one.get("party"), one["debit"] - one["credit"], one.get("description")) for one in lines
        ]
        move = self._move(values["date"], rows, values["description"], "draft")
        self.tables["account.move"][move]["journal"] = values["journal"]
        return move

    def _post(self, move: int) -> None:
        row = self.tables["account.move"][move]
        lines = [line for line in self._rows("account.move.line") if line["move"] == move]
        if sum((line["debit"] - line["credit"] for line in lines), Decimal(0)):
            raise UserError(f'You cannot post move "{move}" because it is not balanced.')
        if row["state"] == "draft":
            row["state"] = "posted"
            self._number(move)

    def _delete(self, move: int) -> None:
        if self.tables["account.move"][move]["state"] == "posted":
            raise UserError("You cannot modify posted move.")
        self.tables["account.move"][move]["description"] = None
        for line in [line for line in self._rows("account.move.line") if line["move"] == move]:
            line["debit"] = line["credit"] = Decimal(0)

    def _write_invoices(self, parameters: list[Any]) -> None:
        pairs = parameters[:-1]
        for ids, values in zip(pairs[::2], pairs[1::2], strict=True):
            for one in ids:
                self._write_payments(self.tables["account.invoice"][one], values["payment_lines"])

    def _write_payments(self, invoice: Row, changes: list[Any]) -> None:
        if self._state(invoice) == "paid":
            raise UserError(f'You cannot add or remove payments of invoice "{invoice["number"]}" because it is paid.')
        for verb, ids in changes:
            kept = [one for one in invoice["payment_lines"] if one not in ids]
            invoice["payment_lines"] = [*kept, *ids] if verb == "add" else kept
        lines = [self.tables["account.move.line"][one] for one in invoice["payment_lines"]]
        paid = sum((line["debit"] - line["credit"] for line in lines), Decimal(0))
        if abs(paid) > abs(invoice["total_amount"]):
            raise UserError(
                f'The payment lines on invoice "{invoice["number"]}" can not be greater than the invoice amount.'
            )
        if any((line["debit"] > 0) is (invoice["total_amount"] > 0) for line in lines):
            raise UserError('The value for field "Payment Lines" is not valid.')
        invoice["write_date"] = self._now()

    def _wizard(self, name: str, verb: str, parameters: list[Any]) -> Any:
        if verb == "create":
            self._wizards += 1
            return [self._wizards, "start", "end"]
        if verb == "delete":
            return None
        ids = parameters[-1]["active_ids"]
        if name == "account.move.reconcile_lines":
            self._reconcile(ids)
        else:
            gone = {self.tables["account.move.line"][one]["reconciliation"] for one in ids} - {None}
            for line in self._rows("account.move.line"):
                if line["reconciliation"] in gone:
                    line["reconciliation"] = None
            self._touch()
        return {}

    def _reconcile(self, ids: list[int]) -> None:
        lines = [self.tables["account.move.line"][one] for one in ids]
        if any(line["reconciliation"] for line in lines):
            raise UserError("A line is already reconciled.")
        if sum((line["debit"] - line["credit"] for line in lines), Decimal(0)):
            raise UserError("The lines do not balance.")
        if len({line["party"] for line in lines}) > 1 or len({line["account"] for line in lines}) > 1:
            raise UserError("The lines are of different parties or accounts.")
        made = self.add("account.move.reconciliation")
        for line in lines:
            line["reconciliation"] = made
        self._touch()

    def _touch(self) -> None:
        """Invoices whose state may have changed are written; payments of paid ones are cleaned."""
        for invoice in self._rows("account.invoice"):
            groups = {self.tables["account.move.line"][one]["reconciliation"] for one in self._lines_to_pay(invoice)}
            if self._state(invoice) == "paid":
                kept = [
                    one
                    for one in invoice["payment_lines"]
                    if self.tables["account.move.line"][one]["reconciliation"] in groups
                ]
                invoice["payment_lines"] = kept
            invoice["write_date"] = self._now()
