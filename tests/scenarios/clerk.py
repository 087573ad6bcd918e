"""A clerk with one tenant: writes invoices and statements to folders, runs cycles, reads what came out."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import ClassVar
from xml.sax.saxutils import escape

from ledger.money import Money
from tests.scenarios.desk import Desk

IBAN = "BE55734798953744"
CUSTOMER_COLUMNS = ("id", "name", "type", "email", "language", "street", "postcode", "city", "country", "ibans")
INVOICE_COLUMNS = (
    "number", "kind", "customer_id", "issue_date", "due_date", "currency", "total", "paid", "payment_reference",
    "order_number", "corrects", "discount_percent", "discount_until",
)  # fmt: skip
MANDATE_COLUMNS = (
    "reference", "customer_id", "iban", "bic", "account_holder", "scheme", "type", "signed_on", "status", "changed_by",
)  # fmt: skip

TENANT = """\
tenant: scenario
legal: {{name: Scenario BV, country: {country}, language: nl}}
currency: EUR
invoices: [{{use: folder, path: shop}}]
bank_accounts:
  - iban: {iban}
    statements: [{{use: folder, path: bank}}]
accounting: [{{use: beancount, path: books}}]
{more}
store: {store}
"""
DEBITS_AND_REMINDERS = f"""\
direct_debit:
  creditor_id: BE68ZZZ0123456789
  creditor_iban: {IBAN}
  pre_notification_days: 5
  approval: none
  bank: {{use: folder, path: to-bank}}
reminders:
  sender: debiteuren@scenario.example
  channel: {{use: maildir, path: mail}}
"""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One bank entry to be: ``amount`` signed decimal text; ``original``: ``120.00 USD``, where it was exchanged."""

    amount: str
    text: str = ""
    reference: str = ""
    name: str = "Jan Peeters"
    iban: str = "BE68539007547034"
    bank_reference: str = ""
    structured: str = ""
    original: str = ""


@dataclass
class Clerk(Desk):
    """One tenant in one folder. ``store``: where its books are; by default what ``new_store`` gives."""

    #: Scenarios that run on PostgreSQL too put another one here (conftest.py).
    new_store: ClassVar[Callable[[], str]] = staticmethod(lambda: "sqlite:///state/scenario.sqlite3")

    store: str = ""
    country: str = "BE"
    more: str = DEBITS_AND_REMINDERS
    customers: dict[str, dict[str, str]] = field(default_factory=dict)
    invoices: dict[str, dict[str, str]] = field(default_factory=dict)
    mandates: dict[str, dict[str, str]] = field(default_factory=dict)
    balance: Money = field(default_factory=lambda: Money.parse("1000.00", "EUR"))
    last_statement_on: date | None = None
    statements: int = 0

    def __post_init__(self) -> None:
        self.store = self.store or type(self).new_store()
        for name in ("shop", "bank"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        text = TENANT.format(country=self.country, iban=IBAN, more=self.more, store=self.store)
        self.tenant_file.write_text(text, encoding="utf-8")

    def customer(self, id_: str, name: str = "Jan Peeters", **more: str) -> None:
        row = {"id": id_, "name": name, "type": "business", "email": f"{id_.lower()}@example.be", "language": "nl"}
        row |= {"street": "Kerkstraat 1", "postcode": "9000", "city": "Gent", "country": "BE", "ibans": ""}
        self.customers[id_] = row | more
        self._write("customers.csv", CUSTOMER_COLUMNS, self.customers)

    def invoice(self, number: str, customer: str, total: str, issued: str, due: str, **more: str) -> None:
        row = {"number": number, "kind": "invoice", "customer_id": customer, "issue_date": issued, "due_date": due}
        row |= {"currency": "EUR", "total": total, "paid": "0", "payment_reference": "", "order_number": ""}
        row |= {"corrects": "", "discount_percent": "", "discount_until": ""}
        self.invoices[number] = row | more
        self._write("invoices.csv", INVOICE_COLUMNS, self.invoices)

    def mandate(self, reference: str, customer: str, iban: str, signed: str, **more: str) -> None:
        row = {
            "reference": reference,
            "customer_id": customer,
            "iban": iban,
            "bic": "",
            "account_holder": "Jan Peeters",
        }
        row |= {"scheme": "CORE", "type": "recurrent", "signed_on": signed, "status": "active"}
        self.mandates[reference] = row | more
        self._write("mandates.csv", MANDATE_COLUMNS, self.mandates)

    def _write(self, name: str, columns: Sequence[str], rows: dict[str, dict[str, str]]) -> None:
        with (self.folder / "shop" / name).open("w", newline="", encoding="utf-8") as file:
            further = dict.fromkeys(column for row in rows.values() for column in row if column not in columns)
            writer = csv.DictWriter(file, (*columns, *further), restval="")
            writer.writeheader()
            writer.writerows(rows.values())

    def statement(self, day: str, *lines: Line, name: str = "") -> Path:
        """A camt.053 file of one day that continues the chain."""
        self.statements += 1
        on = date.fromisoformat(day)
        opened_on = self.last_statement_on or on - timedelta(days=1)
        opening, entries = self.balance, []
        for position, line in enumerate(lines, start=1):
            self.balance += Money.parse(line.amount, "EUR")
            entries.append(_entry(line, day, line.bank_reference or f"{on:%y%m%d}{position:04}"))
        self.last_statement_on = on
        path = self.folder / "bank" / (name or f"{on:%Y%m%d}.xml")
        path.write_text(
            _camt(self.statements, opened_on, opening, on, self.balance, "".join(entries)), encoding="utf-8"
        )
        return path


def _entry(line: Line, day: str, bank_reference: str) -> str:
    debit = line.amount.startswith("-")
    amount, mark = line.amount.lstrip("-"), "DBIT" if debit else "CRDT"
    role = "Cdtr" if debit else "Dbtr"
    remittance = f"<Ustrd>{escape(line.text)}</Ustrd>" if line.text else ""
    if line.structured:
        remittance += (
            "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp>"
            f"<Ref>{line.structured}</Ref></CdtrRefInf></Strd>"
        )
    original, _, currency = line.original.partition(" ")
    exchanged = f'<AmtDtls><InstdAmt><Amt Ccy="{currency}">{original}</Amt></InstdAmt></AmtDtls>' if original else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{bank_reference}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls>{exchanged}<RltdPties><{role}><Nm>{escape(line.name)}</Nm></{role}>"
        f"<{role}Acct><Id><IBAN>{line.iban}</IBAN></Id></{role}Acct></RltdPties>"
        f"<RmtInf>{remittance}</RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _camt(number: int, opened_on: date, opening: Money, closed_on: date, closing: Money, entries: str) -> str:
    def balance(code: str, amount: Money, on: date) -> str:
        mark = "DBIT" if amount.minor < 0 else "CRDT"
        return (
            f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{abs(amount).decimal()}</Amt>'
            f"<CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>{on}</Dt></Dt></Bal>"
        )

    return (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M{number}</MsgId><CreDtTm>{closed_on}T20:00:00</CreDtTm></GrpHdr><Stmt>"
        f"<Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{closed_on}T20:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{balance('OPBD', opening, opened_on)}{balance('CLBD', closing, closed_on)}{entries}</Stmt></BkToCstmrStmt></Document>"
    )
