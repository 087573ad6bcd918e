"""Makes a Tryton database with a company in it: modules, chart, fiscal year, bank account, customers and posted invoices.

Runs in Tryton's own environment, not in ours: ``python company.py CONFIG DATABASE``. The figures are those that ``real_tryton`` expects.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from proteus import Model, Wizard, config
from trytond.modules.account.tests.tools import create_fiscalyear
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences
from trytond.modules.company.tests.tools import create_company, get_company

YEAR = 2026
MODULES = ["account_invoice", "account_be", "bank"]
#: The Belgian chart of accounts comes in French and Dutch only.
LANGUAGES = ["fr"]
OUR_IBAN = "BE55734798953744"
#: Customer, IBAN, and gross amounts of its invoices (VAT of 21 % inside), oldest first.
CUSTOMERS = (
    ("Jansen BVBA", "BE97734410120049", ("121.00", "242.00", "60.50")),
    ("Peeters NV", "BE86734410120150", ("363.00", "181.50")),
    ("Dubois SPRL", "BE75734410120251", ("100.00", "250.00", "75.00", "80.00")),
)


def main(config_file: str, database: str) -> None:
    """Make it all, in an SQLite file that does not exist yet."""
    _activate(config_file, database)
    current = config.set_trytond(database=database, config_file=config_file, user="admin")
    _empower(database)
    (country,) = Model.get("country.country").find([("code", "=", "BE")])
    party = Model.get("party.party")(name="Bench BV")
    identifier = party.identifiers.new()
    identifier.type, identifier.code = "eu_vat", "BE0403019261"
    party.save()
    create_company(party, "EUR")
    company = get_company()
    current._context = Model.get("res.user").get_preferences(True, {})
    _chart(company, current)
    fiscalyear = set_fiscalyear_invoice_sequences(
        create_fiscalyear(company, today=(dt.date(YEAR, 1, 1), dt.date(YEAR, 12, 31)))
    )
    fiscalyear.click("create_period")
    for configuration in Model.get("account.configuration").find():
        configuration.customer_payment_reference_number = "invoice"
        configuration.save()
    _accounts(company)
    _user(database)
    _invoices(company, country)


def _activate(config_file: str, database: str) -> None:
    """A database with the modules, as ``trytond-admin`` makes it, and its administrator."""
    from trytond import admin  # noqa: PLC0415 - only once the configuration is read
    from trytond import config as settings  # noqa: PLC0415
    from trytond.pool import Pool  # noqa: PLC0415

    settings.update_etc(config_file)
    Path(settings.get("database", "path"), f"{database}.sqlite").touch()
    Pool.start()
    asked = {
        "database_names": [database], "update": MODULES, "languages": LANGUAGES, "activatedeps": True, "indexes": True,
        "update_modules_list": False, "login": "admin", "administrator": True, "active": True, "email": "admin@bench.example",
        "password": False, "reset_password": False, "hostname": None, "test_email": None, "export_translations": False, "validate": None,
    }  # fmt: skip
    with _shipped_data_is_trusted():
        admin.run(argparse.Namespace(**asked))


@contextmanager
def _shipped_data_is_trusted() -> Iterator[None]:
    """The records that the modules bring are not validated one by one, which is half of the work; Tryton did so before it shipped them."""
    from trytond.model import ModelStorage  # noqa: PLC0415 - only once the configuration is read

    validating = ModelStorage.__dict__["_validate"]
    ModelStorage._validate = classmethod(lambda cls, records, field_names=None: None)
    try:
        yield
    finally:
        ModelStorage._validate = validating


def _opened(database: str) -> tuple[Any, Any]:
    """The pool of the database that proteus has opened, and a transaction that may do everything."""
    from trytond.pool import Pool  # noqa: PLC0415 - only once proteus has opened the database
    from trytond.transaction import Transaction  # noqa: PLC0415

    return Pool(database), Transaction().start(database, 0, context={"_check_access": False})


def _empower(database: str) -> None:
    """The administrator may do everything here; countries are nobody's to make."""
    pool, transaction = _opened(database)
    with transaction:
        (admin,) = pool.get("res.user").search([("login", "=", "admin")])
        every = pool.get("res.group").search([])
        pool.get("res.user").write([admin], {"groups": [("add", [group.id for group in every])]})
        pool.get("country.country").create([{"name": "Belgium", "code": "BE", "code3": "BEL"}])
        transaction.commit()


def _chart(company: object, current: Any) -> None:
    template = Model.get("account.account.template")
    chart = Wizard("account.create_chart")
    chart.execute("account")
    identifier = Model.get("ir.model.data").get_id("account_be.root_fr", current.context)
    chart.form.account_template = template(identifier)
    chart.form.company = company
    chart.execute("create_account")
    account = Model.get("account.account")
    (chart.form.account_receivable,) = account.find([("code", "=", "400")])
    (chart.form.account_payable,) = account.find([("code", "=", "440")])
    chart.execute("create_properties")


def _accounts(company: object) -> None:
    """The accounts and the journal that the tenant file names."""
    account = Model.get("account.account")
    (bank_parent,) = account.find([("code", "=", "550")])
    made: tuple[tuple[str, str], ...] = (
        ("550001", "Bank"),
        ("499901", "Review"),
        ("499902", "Ignored"),
        ("466001", "On account"),
        ("653001", "Discount"),
    )
    made += (("658001", "Differences"), ("657001", "Bank fees"))
    for code, name in made:
        new = account(name=name, code=code, company=company, parent=bank_parent.parent)
        new.type = bank_parent.type
        new.closed = False
        new.save()
    journal = Model.get("account.journal")
    for code, name in (("AFL", "afletter"), ("AFM", "afletter, without the bank")):
        journal(name=name, code=code, type="cash").save()


def _user(database: str) -> None:
    """The user that the daemon logs in as: it may do what an accountant may."""
    pool, transaction = _opened(database)
    with transaction:
        (company,) = pool.get("company.company").search([])
        groups = [
            group.id
            for group in pool.get("res.group").search([])
            if group.name.startswith(("Account", "Party Admin", "Bank Admin"))
        ]
        values = {"name": "afletter", "login": "afletter", "password": "afletter-Passw0rd-1", "company": company.id}
        pool.get("res.user").create(
            [values | {"groups": [("add", groups)], "companies": [("add", [company.id])], "language": None}]
        )
        transaction.commit()


def _invoices(company: object, country: object) -> None:
    account, invoice = Model.get("account.account"), Model.get("account.invoice")
    (revenue,) = account.find([("code", "=", "700")], limit=1)
    issued_on = dt.date(YEAR, 5, 3)
    made = []
    for number, (name, iban, amounts) in enumerate(CUSTOMERS):
        party = Model.get("party.party")(name=name)
        address = party.addresses[0]
        address.street_unstructured, address.postal_code, address.city = f"Markt {number + 1}", "9000", "Gent"
        address.country = country
        party.save()
        numbers = Model.get("bank.account")()
        numbers.owners.append(Model.get("party.party")(party.id))
        line = numbers.numbers.new()
        line.type, line.number = "iban", iban
        numbers.save()
        for amount in amounts:
            issued_on += dt.timedelta(days=1)
            new = invoice(type="out", party=Model.get("party.party")(party.id))
            new.invoice_date = issued_on
            row = new.lines.new()
            row.account, row.quantity, row.unit_price = revenue, 1, Decimal(amount)
            row.description = "Work"
            new.save()
            made.append(new)
    # All at once, and numbered in the order of their dates.
    invoice.click(made, "post")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
