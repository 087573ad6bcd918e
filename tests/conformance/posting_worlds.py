"""Each accounting target with the documents of ``posting_kinds`` in it, and what its own side says was booked at each place."""

from __future__ import annotations

import csv
import io
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from beancount import loader
from beancount.core.data import Transaction
from pydantic import SecretStr

from config.settings import ConnectorSettings
from connectors.beancount_books import BeancountSettings
from connectors.datev.batches import DatevSettings
from connectors.exact.settings import ExactSettings
from connectors.hledger_books import HledgerSettings
from connectors.moneybird.settings import MoneybirdSettings
from connectors.odoo.settings import OdooBooksSettings, OdooLogin
from connectors.ports import AccountingTarget
from connectors.registry import accounting_target
from connectors.target_accounts import TargetAccounts, TargetBank
from connectors.tryton.settings import TrytonBooksSettings
from tests.conformance.posting_kinds import CUSTOMER, DOCUMENTS, IBAN, SINK
from tests.journal_commands import accepted
from tests.simulators import exact, moneybird, odoo, tryton
from tests.simulators.server import Loopback, lasting


@dataclass(frozen=True)
class BooksWorld:
    """``booked``: what stands at each place by the system's own books, in cents, debit positive, the documents' own lines left out.
    ``accepted``: whether the system's own check of its books, where it has one, finds nothing; ``server``: where it is asked, None for files; ``close``:
    June 2026 is closed there, or open again; ``pay``: a person enters a payment of a document there."""

    settings: ConnectorSettings
    booked: Callable[[], dict[str, int]]
    accepted: Callable[[], bool] = lambda: True
    server: Loopback | None = None
    close: Callable[[bool], None] = lambda _closed: None
    pay: Callable[[str, str], None] = lambda _number, _amount: None

    def make(self) -> AccountingTarget:
        """The target, as a process that has just begun sees it."""
        return accounting_target(self.settings, SINK)


def _cents(amount: object) -> int:
    return int(Decimal(str(amount)) * 100)


def _summed(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, minor in rows:
        found[place] = found.get(place, 0) + minor
    return {place: minor for place, minor in found.items() if minor}


def _beside(tmp: Path) -> Path:
    return tmp.with_name(f"{tmp.name}-state")


def _euros(minor: int) -> str:
    return str(Decimal(minor) / 100)


_BEANCOUNT: Final = {
    "Liabilities:OnAccount": "on_account", "Expenses:Discount": "discount", "Expenses:WriteOff": "write_off", "Expenses:BankFees": "fees",
    "Expenses:Exchange": "exchange", "Assets:Clearing:Review": "review", "Assets:Clearing:Ignored": "ignored",
    "Assets:Clearing:Portal": "portal", f"Assets:Bank:{IBAN}": "bank", "Income:Sales": "sales", "Equity:Opening-Balances": "opening",
}  # fmt: skip


def _beancount(tmp: Path) -> BooksWorld:
    settings = BeancountSettings(use="beancount", path=tmp / "books")

    def booked() -> dict[str, int]:
        entries, errors, _ = loader.load_string(f'include "{tmp / "books/main.beancount"}"\n')
        assert errors == []
        postings = [one for entry in entries if isinstance(entry, Transaction) for one in entry.postings]
        return _summed(
            (
                str((one.meta or {})["document"])
                if one.account == "Assets:Receivable"
                else next(place for account, place in _BEANCOUNT.items() if one.account.startswith(account)),
                _cents(one.units.number if one.units is not None else None),
            )
            for one in postings
        )

    return BooksWorld(settings, booked=booked, accepted=lambda: accepted(tmp / "books"))


_HLEDGER: Final = {
    "liabilities:on account": "on_account", "expenses:discount": "discount", "expenses:write-off": "write_off", "expenses:bank fees": "fees",
    "expenses:exchange": "exchange", "assets:clearing:review": "review", "assets:clearing:ignored": "ignored",
    "assets:clearing:portal": "portal", f"assets:bank:{IBAN}": "bank", "revenues:sales": "sales",
    "equity:opening balances": "opening",
}  # fmt: skip


def _hledger(tmp: Path) -> BooksWorld:
    settings = HledgerSettings(use="hledger", path=tmp / "books")

    def asked(*words: str) -> list[list[str]]:
        command = ["hledger", "-f", str(tmp / "books/main.journal"), *words]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return list(csv.reader(io.StringIO(done.stdout)))

    def booked() -> dict[str, int]:
        balance = ("balance", "--flat", "--no-total", "--layout=bare", "--output-format=csv")
        accounts = [row for row in asked(*balance) if row[0] in _HLEDGER]
        documents = asked(*balance, "assets:receivable", "--pivot=document")[1:]
        return _summed(
            [
                *((_HLEDGER[row[0]], _cents(row[-1])) for row in accounts),
                *((row[0], _cents(row[-1])) for row in documents),
            ]
        )

    return BooksWorld(settings, booked=booked, accepted=lambda: accepted(tmp / "books"))


_ODOO: Final = {
    "550000": "bank", "460000": "on_account", "653000": "discount", "657000": "write_off", "656000": "fees", "655000": "exchange",
    "499000": "review", "499100": "ignored", "499200": "portal",
}  # fmt: skip


def _accounts(codes: Mapping[str, str], bank: TargetBank, **more: str) -> TargetAccounts:
    """The settings of a system whose accounts are these, by code."""
    by_place = {place: code for code, place in codes.items() if place != "bank"}
    return TargetAccounts.model_validate({"banks": (bank,), **by_place, **more})


def _odoo(tmp: Path) -> BooksWorld:
    system, server = odoo.OdooSimulator(), lasting("postings-odoo")
    server.simulate(system)
    customer = system.contact("Jansen")
    assert str(customer) == CUSTOMER
    for number, minor in DOCUMENTS.items():
        system.invoice(number, customer, _euros(abs(minor)), credit_note=minor < 0)
    login = OdooLogin(url=server.address, database=odoo.DATABASE, api_key=SecretStr(odoo.KEY), state=_beside(tmp))
    bank = TargetBank(iban=IBAN, account="550000", journal="BNK1")
    settings = OdooBooksSettings(
        use="odoo", connection=login, settlements_there=False, accounts=_accounts(_ODOO, bank, journal="MISC")
    )
    codes = {account: code for code, (account, _) in odoo.CODES.items()}

    def booked() -> dict[str, int]:
        lines = [line for move in system.ours() if move["state"] == "posted" for line in system.lines_of(move["id"])]
        return _summed(
            (_ODOO.get(codes[line["account_id"]], line["name"]), _cents(line["amount_currency"])) for line in lines
        )

    def close(closed: bool) -> None:
        system.locked_until = "2026-06-30" if closed else ""

    def pay(number: str, amount: str) -> None:
        system.payment_by_hand(system.named(number)["id"], amount)

    return BooksWorld(settings, booked=booked, server=server, close=close, pay=pay)


_EXACT: Final = {
    "1100": "bank", "1310": "on_account", "4900": "discount", "4910": "write_off", "4920": "fees", "4930": "exchange", "2400": "review",
    "2410": "ignored", "2420": "portal",
}  # fmt: skip


def _exact(tmp: Path) -> BooksWorld:
    system, server = exact.ExactSimulator(), lasting("postings-exact")
    server.simulate(system)
    customer = system.customer(CUSTOMER)
    for number, minor in DOCUMENTS.items():
        system.invoice(int(number), customer, _euros(abs(minor)), credit_note=minor < 0)
    settings = ExactSettings(
        use="exact",
        url=server.address,
        division=exact.DIVISION,
        client_id="app",
        client_secret=SecretStr("app-secret"),
        refresh_token=SecretStr("refresh-0"),
        accounts=_accounts(
            _EXACT, TargetBank(iban=IBAN, account="1100", journal="20"), journal="90", receivable="1300"
        ),
        state=_beside(tmp),
    )
    # The login is there: that a process dies while it renews one has its own tests.
    accounting_target(settings, SINK).find("")

    def booked() -> dict[str, int]:
        """The other side of a bank entry is the bank account of its journal."""
        lines = [
            row
            for row in system.rows["financialtransaction/TransactionLines"]
            if str(row["Description"]).startswith("afletter ")
        ]
        bank = sum(_cents(row["AmountFC"]) for row in system.rows["financialtransaction/BankEntryLines"])
        own = ((_EXACT.get(row["GLAccountCode"], str(row["InvoiceNumber"])), _cents(row["AmountFC"])) for row in lines)
        return _summed([*own, ("bank", bank)])

    def close(closed: bool) -> None:
        system.closed = {(2026, 6)} if closed else set()

    def pay(number: str, amount: str) -> None:
        system.payment_by_hand(int(number), customer, amount)

    return BooksWorld(settings, booked=booked, server=server, close=close, pay=pay)


_MONEYBIRD: Final = {
    moneybird.BANK_ACCOUNT: "bank", moneybird.ON_ACCOUNT: "on_account", moneybird.DISCOUNT: "discount", moneybird.WRITE_OFF: "write_off",
    moneybird.FEES: "fees", moneybird.EXCHANGE: "exchange", moneybird.REVIEW: "review", moneybird.IGNORED: "ignored",
    moneybird.PORTAL: "portal",
}  # fmt: skip


def _moneybird(tmp: Path) -> BooksWorld:
    system, server = moneybird.MoneybirdSimulator(), lasting("postings-moneybird")
    server.simulate(system)
    for number, minor in DOCUMENTS.items():
        system.invoice(number, _euros(minor))
    bank = TargetBank(iban=IBAN, account=moneybird.BANK_ACCOUNT)
    settings = MoneybirdSettings(
        use="moneybird",
        url=server.address,
        administration=moneybird.ADMINISTRATION,
        token=SecretStr(moneybird.TOKEN),
        accounts=_accounts(_MONEYBIRD, bank, journal=moneybird.SETTLEMENT),
        state=_beside(tmp),
    )

    def booked() -> dict[str, int]:
        rows: list[tuple[str, int]] = []
        for mutation in system.mutations.values():
            assert Decimal(mutation["amount_open"]) == 0
            account = mutation["financial_account_id"]
            rows.append(
                (_MONEYBIRD[account], _cents(mutation["amount"]))
                if account in _MONEYBIRD
                else ("settlement", _cents(mutation["amount"]))
            )
            rows += [
                (system.invoices[one["invoice_id"]]["invoice_id"], -_cents(one["price"]))
                for one in mutation["payments"]
            ]
            rows += [
                (_MONEYBIRD[one["ledger_account_id"]], -_cents(one["price"]))
                for one in mutation["ledger_account_bookings"]
            ]
        return _summed(rows)

    def close(closed: bool) -> None:
        system.closed_until = "2026-06-30" if closed else ""

    def pay(number: str, amount: str) -> None:
        system.pay(system.named(number)["id"], Decimal(amount), "2026-06-10")

    return BooksWorld(settings, booked=booked, server=server, close=close, pay=pay)


_TRYTON: Final = {
    "550001": "bank", "466001": "on_account", "653001": "discount", "658001": "write_off", "657001": "fees", "659001": "exchange",
    "499901": "review", "499902": "ignored", "499903": "portal",
}  # fmt: skip


def _tryton(tmp: Path) -> BooksWorld:
    system, server = tryton.TrytonSimulator(), lasting("postings-tryton")
    server.simulate(system)
    customer = system.customer("Jansen", CUSTOMER)
    for number, minor in DOCUMENTS.items():
        system.invoice(number, customer, _euros(minor))
    settings = TrytonBooksSettings(
        use="tryton",
        url=server.address,
        database=tryton.DATABASE,
        user=tryton.USER,
        password=SecretStr(tryton.PASSWORD),
        post_portal=True,
        accounts=_accounts(_TRYTON, TargetBank(iban=IBAN, account="550001", journal="BNK"), journal="BNK"),
    )

    def booked() -> dict[str, int]:
        ours = {move["id"] for move in system.ours() if move["state"] == "posted"}
        codes = {row["id"]: row["code"] for row in system.tables["account.account"].values()}
        return _summed(
            (_TRYTON.get(codes[line["account"]], str(line["description"])), _cents(line["debit"] - line["credit"]))
            for line in system.tables["account.move.line"].values()
            if line["move"] in ours
        )

    def close(closed: bool) -> None:
        (system.close if closed else system.open)("2026-06")

    return BooksWorld(settings, booked=booked, server=server, close=close, pay=system.pay_by_hand)


_DATEV: Final = {
    "1200": "bank", "1710": "on_account", "8736": "discount", "2400": "write_off", "4970": "fees", "2150": "exchange", "1370": "review",
    "1371": "ignored", "1372": "portal", "1590": "clearing",
}  # fmt: skip
_DEBTOR: Final = "10000"


def _datev(tmp: Path) -> BooksWorld:
    settings = DatevSettings(
        use="datev",
        path=tmp / "datev",
        adviser=29098,
        client=55003,
        collective_debtor=_DEBTOR,
        clearing="1590",
        accounts=_accounts(
            {code: place for code, place in _DATEV.items() if place != "clearing"},
            TargetBank(iban=IBAN, account="1200"),
        ),
    )

    def booked() -> dict[str, int]:
        """What an import of all files makes: Konto is debited for S, a Generalumkehr counts the other way."""
        rows: list[tuple[str, int]] = []
        for path in sorted((tmp / "datev").glob("EXTF_*.csv")):
            for row in list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252")), delimiter=";"))[2:]:
                minor = _cents(row[0].replace(",", ".")) * (1 if row[1] == "S" else -1) * (-1 if row[117] else 1)
                rows += [(_DATEV.get(row[6], row[10]), minor), (_DATEV.get(row[7], row[10]), -minor)]
        return _summed(rows)

    return BooksWorld(settings, booked=booked)


BOOKS: Final[Mapping[str, Callable[[Path], BooksWorld]]] = {
    "beancount": _beancount,
    "datev": _datev,
    "exact": _exact,
    "hledger": _hledger,
    "moneybird": _moneybird,
    "odoo": _odoo,
    "tryton": _tryton,
}
