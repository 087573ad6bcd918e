"""The sample tenants, read with eyes that know nothing of their writers: positions of the standard, mt-940 and lxml."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_args

import mt940
import pytest
import schwifty
from lxml import etree
from ruamel.yaml import YAML
from stdnum.eu import at_02

from examples.generator import AS_OF, LAST_DAY, NOTICES_ON, Country, WrittenWorld, write_demo, write_world
from examples.stories import STORIES
from examples.world import ExpectedStatus

COUNTRY_CODES: tuple[Country, ...] = get_args(Country)
CASH_SIGN = {"payment": 1, "on_account": 1, "refund": -1}


@dataclass
class ReadEntry:
    reference: str
    amount: Decimal
    text: str


@dataclass
class ReadStatement:
    account: str
    opening: Decimal
    closing: Decimal
    entries: list[ReadEntry]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[Country, WrittenWorld]:
    folder = tmp_path_factory.mktemp("demo")
    return {country: write_world(folder / country, country) for country in COUNTRY_CODES}


def digest(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def rows(world: WrittenWorld, name: str) -> list[dict[str, str]]:
    with (world.config.parent / "invoices" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_coda(path: Path) -> ReadStatement:
    """Febelfin's positions, counted from 1; every control of the trailer is checked on the way."""
    lines = path.read_bytes().decode("ascii").split("\r\n")
    assert lines.pop() == ""
    assert {len(line) for line in lines} == {128}
    assert lines[0][0] == "0"
    assert lines[0][127] == "2"
    old, new, trailer = lines[1], lines[-2], lines[-1]
    assert (old[0:2], new[0], trailer[0]) == ("12", "8", "9")
    entries: list[ReadEntry] = []
    debit = credit = Decimal(0)
    for line in lines[2:-2]:
        if line[0:2] == "21":
            amount = Decimal(line[32:47]) / 1000
            debit, credit = (debit + amount, credit) if line[31] == "1" else (debit, credit + amount)
            text = line[65:77] if line[61:65] == "1101" else line[62:115].rstrip()
            entries.append(ReadEntry(line[10:31].strip(), -amount if line[31] == "1" else amount, text))
        else:
            assert line[2:6] == f"{len(entries):04d}"
            if line[0:2] == "22":
                entries[-1].text += line[10:63].rstrip()
            else:
                assert schwifty.IBAN(line[10:44].strip(), allow_invalid=True).is_valid
                entries[-1].text += line[82:125].rstrip()
    assert int(trailer[16:22]) == len(lines) - 2
    assert (Decimal(trailer[22:37]) / 1000, Decimal(trailer[37:52]) / 1000) == (debit, credit)
    sign = {"0": 1, "1": -1}
    return ReadStatement(
        account=old[5:39].strip(),
        opening=sign[old[42]] * Decimal(old[43:58]) / 1000,
        closing=sign[new[41]] * Decimal(new[42:57]) / 1000,
        entries=entries,
    )


def read_mt940(path: Path) -> ReadStatement:
    assert max(len(line.removeprefix(":86:")) for line in path.read_text().splitlines()) <= 65
    statement = mt940.parse(path.read_text())
    entries = [
        ReadEntry(
            entry.data["bank_reference"],
            entry.data["amount"].amount,
            entry.data["transaction_details"].replace("\n", ""),
        )
        for entry in statement
    ]
    return ReadStatement(
        account=statement.data["account_identification"].removesuffix("EUR"),
        opening=statement.data["final_opening_balance"].amount.amount,
        closing=statement.data["final_closing_balance"].amount.amount,
        entries=entries,
    )


def read_camt(path: Path) -> ReadStatement:
    space = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}
    root = etree.fromstring(path.read_bytes())

    def amount(node: etree._Element) -> Decimal:
        mark = node.findtext("c:CdtDbtInd", namespaces=space)
        return Decimal(node.findtext("c:Amt", "", space)) * {"CRDT": 1, "DBIT": -1}[str(mark)]

    (statement,) = root.iterfind(".//c:Stmt", space)
    balances = {bal.findtext(".//c:Cd", "", space): amount(bal) for bal in statement.iterfind("c:Bal", space)}
    return ReadStatement(
        account=statement.findtext("c:Acct//c:IBAN", "", space),
        opening=balances["OPBD"],
        closing=balances["CLBD"],
        entries=[
            ReadEntry(
                entry.findtext("c:AcctSvcrRef", "", space),
                amount(entry),
                "".join(str(text) for text in entry.find(".//c:RmtInf", space).itertext()),  # type: ignore[union-attr]
            )
            for entry in statement.iterfind("c:Ntry", space)
        ],
    )


READERS = {"be": read_coda, "nl": read_mt940, "de": read_camt}


def statements(world: WrittenWorld, country: Country) -> Iterator[ReadStatement]:
    for path in sorted((world.config.parent / "bank").iterdir()):
        yield READERS[country](path)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    write_demo(tmp_path / "one")
    write_demo(tmp_path / "two")
    write_demo(tmp_path / "other", seed=1)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert digest(tmp_path / "one") != digest(tmp_path / "other")


def test_statements_may_arrive_in_two_deliveries(tmp_path: Path) -> None:
    write_demo(tmp_path / "whole")
    write_demo(tmp_path / "parts", until=NOTICES_ON)
    first = digest(tmp_path / "parts")
    write_demo(tmp_path / "parts")
    assert first.items() < digest(tmp_path / "parts").items()
    assert digest(tmp_path / "parts") == digest(tmp_path / "whole")


def test_the_demo_holds_three_tenant_files(tmp_path: Path) -> None:
    configs = write_demo(tmp_path)
    assert [config.relative_to(tmp_path).as_posix() for config in configs] == [
        "be/tenant.yaml",
        "nl/tenant.yaml",
        "de/tenant.yaml",
    ]


@pytest.mark.parametrize("country", COUNTRY_CODES)
def test_statements_add_up_and_chain(worlds: dict[Country, WrittenWorld], country: Country) -> None:
    balance: Decimal | None = None
    for statement in statements(worlds[country], country):
        assert balance is None or statement.opening == balance
        assert statement.opening + sum(entry.amount for entry in statement.entries) == statement.closing
        balance = statement.closing


@pytest.mark.parametrize("country", COUNTRY_CODES)
def test_every_entry_is_expected_once_and_to_the_cent(worlds: dict[Country, WrittenWorld], country: Country) -> None:
    world = worlds[country]
    entries = [entry for statement in statements(world, country) for entry in statement.entries]
    assert sorted(entry.reference for entry in entries) == sorted(world.expected)
    for entry in entries:
        expected = world.expected[entry.reference]
        cash = sum(CASH_SIGN.get(line.kind, 0) * line.minor for line in expected.lines)
        if expected.status in (ExpectedStatus.MATCHED, ExpectedStatus.EITHER):
            assert cash == entry.amount * 100


@pytest.mark.parametrize("country", COUNTRY_CODES)
def test_text_carries_what_the_story_says(worlds: dict[Country, WrittenWorld], country: Country) -> None:
    world = worlds[country]
    invoices = {row["number"]: row for row in rows(world, "invoices.csv")}
    for statement in statements(world, country):
        for entry in statement.entries:
            expected = world.expected[entry.reference]
            assert "{" not in entry.text
            if expected.story == "structured" and expected.lines[0].document in invoices:
                assert invoices[expected.lines[0].document]["payment_reference"] in entry.text
            if expected.story in ("two_listed", "three_listed"):
                assert all(line.document in entry.text for line in expected.lines)


@pytest.mark.parametrize("country", COUNTRY_CODES)
def test_no_document_is_settled_for_more_than_its_total(worlds: dict[Country, WrittenWorld], country: Country) -> None:
    world = worlds[country]
    totals = {row["number"]: Decimal(row["total"]) for row in rows(world, "invoices.csv")}
    settled = Counter({row["number"]: int(Decimal(row["paid"]) * 100) for row in rows(world, "invoices.csv")})
    for expected in world.expected.values():
        for line in expected.lines:
            if line.document:
                settled[line.document] += line.minor
    assert all(settled[number] <= total * 100 for number, total in totals.items())


@pytest.mark.parametrize("country", COUNTRY_CODES)
def test_every_story_is_told(worlds: dict[Country, WrittenWorld], country: Country) -> None:
    silent = {"paid_at_portal", "overdue", "not_due", "mandate"}
    skonto = {"discount_late", "discount_not_taken"} if country != "de" else set()
    bank_only = {"fee", "salary", "supplier", "tax"}
    told = {expected.story for expected in worlds[country].expected.values()}
    assert told == (set(STORIES) - silent - skonto) | bank_only


@pytest.mark.parametrize("country", COUNTRY_CODES)
def test_tenant_files_and_mandates_carry_valid_numbers(worlds: dict[Country, WrittenWorld], country: Country) -> None:
    world = worlds[country]
    tenant = YAML(typ="safe").load(world.config)
    iban = tenant["bank_accounts"][0]["iban"]
    assert schwifty.IBAN(iban, validate_bban=True).bic is not None
    assert tenant["direct_debit"]["creditor_iban"] == iban
    assert at_02.is_valid(tenant["direct_debit"]["creditor_id"])
    assert {statement.account for statement in statements(world, country)} == {iban}
    customers = {row["id"] for row in rows(world, "customers.csv")}
    for mandate in rows(world, "mandates.csv"):
        assert mandate["customer_id"] in customers
        assert str(schwifty.IBAN(mandate["iban"]).bic) == mandate["bic"]
    assert {row["status"] for row in rows(world, "mandates.csv")} == {"active", "revoked"}


@pytest.mark.parametrize("country", COUNTRY_CODES)
def test_a_reminder_and_a_debit_are_due_on_the_business_date(
    worlds: dict[Country, WrittenWorld], country: Country
) -> None:
    world = worlds[country]
    paid = {line.document for expected in world.expected.values() for line in expected.lines}
    unpaid = [
        row
        for row in rows(world, "invoices.csv")
        if row["kind"] == "invoice" and row["number"] not in paid and Decimal(row["paid"]) == 0
    ]
    with_mandate = {row["customer_id"] for row in rows(world, "mandates.csv") if row["status"] == "active"}
    assert any(
        row["customer_id"] in with_mandate
        and AS_OF <= date.fromisoformat(row["due_date"]) <= AS_OF + timedelta(days=14)
        for row in unpaid
    )
    assert any(row["customer_id"] not in with_mandate and row["due_date"] < AS_OF.isoformat() for row in unpaid)
    assert (AS_OF - LAST_DAY).days == 3


def test_one_belgian_invoice_arrives_as_ubl(worlds: dict[Country, WrittenWorld]) -> None:
    world = worlds["be"]
    (path,) = (world.config.parent / "invoices").glob("*.xml")
    root = etree.fromstring(path.read_bytes())
    space = {
        "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
        "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    }
    number = root.findtext("cbc:ID", "", space)
    assert number not in {row["number"] for row in rows(world, "invoices.csv")}
    payments = [line.minor for entry in world.expected.values() for line in entry.lines if line.document == number]
    assert payments == [int(Decimal(root.findtext(".//cbc:PayableAmount", "", space)) * 100)]
    assert root.findtext(".//cac:AccountingCustomerParty//cac:PartyIdentification/cbc:ID", "", space) in {
        row["id"] for row in rows(world, "customers.csv")
    }


def test_a_world_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    world = write_world(tmp_path, "nl", invoices=3_000)
    assert world.invoices == 3_000
    assert world.entries == len(world.expected) == 3_000
    assert len(list((tmp_path / "bank").iterdir())) == 3


def test_a_world_without_invoices_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not 0"):
        write_world(tmp_path, "be", invoices=0)
