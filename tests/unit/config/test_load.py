from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config import ConnectorKinds, load
from config.schedule import CronSchedule, IntervalSchedule
from config.tenant import Approval, Direction
from ledger.errors import ConfigError
from ledger.money import Money
from ledger.reminders import MessageKind
from tests.unit.config.conftest import LEAST, Faults, Load
from tests.unit.config.connectors import KINDS, Folder, Maildir, Shop

#: A file with every section that contract.md shows.
SHOWN = """\
tenant: bench
legal:
  name: Bench BV
  country: BE               # a comment
  language: nl
currency: EUR
invoices:
  - use: folder
    path: .
bank_accounts:
  - iban: BE55734798953744
    statements:
      - use: folder
        path: bank
accounting:
  - use: beancount
    path: books
direct_debit:
  creditor_id: BE68ZZZ0123456789
  creditor_iban: BE55734798953744
  pre_notification_days: 5
  approval: none
  bank: {use: folder, path: to-bank}
reminders:
  sender: debiteuren@bench.example
  channel: {use: maildir, path: mail}
store: sqlite:///state/bench.sqlite3
"""

FULL = """\
tenant: Full_1-x
legal:
  name: 1000
  country: DE
  language: en
  vat_number: DE 136 695 976
  address: {street: Weg 1, postcode: 01067, city: Dresden, country: DE}
currency: EUR
time_zone: Europe/Berlin
schedule: {every: 2h}
invoices:
  - use: shop
    url: https://shop.example
    login: {user: me, password: "${env:AFLETTER_TEST_PASSWORD}"}
    page_size: 50
    active: false
    mode: test
bank_accounts:
  - iban: de89 3704 0044 0532 0130 00
    currency: USD
    name: Main
    statements: [{use: folder, path: /in/bank, also: [x, /y]}]
direct_debit:
  creditor_id: DE98ZZZ09999999999
  creditor_iban: DE89370400440532013000
  creditor_bic: COBADEFFXXX
  approval: required
  collection_lead_days: 3
  bank: {use: folder, path: out}
reminders:
  sender: Full GmbH <ar@full.example>
  channel: {use: maildir, path: mail}
  steps:
    - {after_days: 3, kind: nudge, level: 1}
    - {after_days: 10, kind: reminder, level: 2}
  minimum_days_between: 7
  minimum_amount: 5
  max_statement_age_working_days: 2
matching:
  write_off_limit: 0.10
  discount_grace_days: 0
  net_credits: false
  equal_open_oldest_first: true
  ignore:
    - {text: miete, direction: out}
    - {iban: DE89370400440532013000}
limits: {archive_mib: 1}
store: postgresql+psycopg://full:${env:AFLETTER_TEST_PASSWORD}@db.example/afletter
reports: {path: /srv/reports}
"""


def test_the_file_that_the_contract_shows_loads(loaded: Load, tmp_path: Path) -> None:
    tenant = loaded(SHOWN)
    base = tmp_path.resolve()
    assert tenant.tenant == "bench"
    assert tenant.base == base
    assert tenant.file == tmp_path / "shop.yaml"
    assert tenant.invoices == (Folder(use="folder", path=base),)
    assert tenant.bank_accounts[0].iban == "BE55734798953744"
    assert tenant.bank_accounts[0].currency == "EUR"
    assert tenant.bank_accounts[0].statements == (Folder(use="folder", path=base / "bank"),)
    assert tenant.direct_debit is not None
    assert tenant.direct_debit.creditor_id == "BE68ZZZ0123456789"
    assert tenant.direct_debit.pre_notification_days == 5
    assert tenant.direct_debit.approval is Approval.NONE
    assert tenant.reminders is not None
    assert tenant.reminders.channel == Maildir(use="maildir", path=base / "mail")
    assert tenant.store.reveal() == "sqlite:///state/bench.sqlite3"
    assert tenant.warnings == ()


def test_what_the_least_file_leaves_out_has_a_default(loaded: Load, tmp_path: Path) -> None:
    tenant = loaded(LEAST)
    assert tenant.legal.language == "nl"
    assert tenant.time_zone == ZoneInfo("Europe/Brussels")
    assert tenant.schedule == CronSchedule(minute="30", hour="6", day="*", month="*", day_of_week="*")
    assert tenant.accounting == ()
    assert tenant.direct_debit is None
    assert tenant.reminders is None
    assert tenant.matching.write_off_limit == Money(5, "EUR")
    assert tenant.matching.discount_grace_days == 1
    assert tenant.matching.net_credits is True
    assert tenant.matching.equal_open_oldest_first is False
    assert tenant.matching.ignore == ()
    assert tenant.limits.archive_mib == 64
    assert tenant.store.reveal() == "sqlite:///state/shop.sqlite3"
    assert tenant.reports.path == tmp_path.resolve() / "reports"


def test_every_key_is_read(loaded: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AFLETTER_TEST_PASSWORD", "s3cret-word")
    tenant = loaded(FULL)
    assert tenant.tenant == "Full_1-x"
    assert tenant.legal.name == "1000"
    assert tenant.legal.vat_number == "DE136695976"
    assert tenant.legal.address is not None
    assert tenant.legal.address.postcode == "01067"
    assert tenant.schedule == IntervalSchedule(minutes=120)
    shop = tenant.invoices[0]
    assert isinstance(shop, Shop)
    assert shop.login.password.get_secret_value() == "s3cret-word"
    assert (shop.page_size, shop.active, shop.mode) == (50, False, "test")
    account = tenant.bank_accounts[0]
    assert (account.iban, account.currency, account.name) == ("DE89370400440532013000", "USD", "Main")
    folder = account.statements[0]
    assert isinstance(folder, Folder)
    assert folder.path == Path("/in/bank")
    assert folder.also == (tmp_path.resolve() / "x", Path("/y"))
    debit = tenant.direct_debit
    assert debit is not None
    assert (debit.creditor_bic, debit.approval) == ("COBADEFFXXX", Approval.REQUIRED)
    assert (debit.pre_notification_days, debit.collection_lead_days) == (14, 3)
    reminders = tenant.reminders
    assert reminders is not None
    assert reminders.steps is not None
    assert [(step.after_days, step.kind, step.level) for step in reminders.steps] == [
        (3, MessageKind.NUDGE, 1),
        (10, MessageKind.REMINDER, 2),
    ]
    assert reminders.minimum_amount == Money(500, "EUR")
    assert tenant.matching.write_off_limit == Money(10, "EUR")
    assert tenant.matching.ignore[0].direction is Direction.OUT
    assert tenant.store.reveal() == "postgresql+psycopg://full:s3cret-word@db.example/afletter"
    assert tenant.reports.path == Path("/srv/reports")
    assert tenant.warnings == ()


@pytest.mark.shared
def test_the_worlds_of_the_bench_load(shared: Path) -> None:
    for world, zone in (("be", "Europe/Brussels"), ("nl", "Europe/Amsterdam"), ("de", "Europe/Berlin")):
        (tenant,) = load(shared / "bench" / world / "tenant.yaml", KINDS)
        assert tenant.tenant == f"bench-{world}"
        assert tenant.time_zone == ZoneInfo(zone)


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    for name, tenant in (("b.yaml", "two"), ("a.yml", "one"), ("c.txt", "three"), (".d.yaml", "four")):
        (tmp_path / name).write_text(LEAST.replace("tenant: shop", f"tenant: {tenant}"), encoding="utf-8")
    (tmp_path / "e.yaml").mkdir()
    assert [tenant.tenant for tenant in load(tmp_path, KINDS)] == ["one", "two"]


def test_no_file_and_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere:1: \(file\): there is no such file or folder"):
        load(tmp_path / "nowhere", KINDS)
    with pytest.raises(ConfigError, match="has no tenant file"):
        load(tmp_path, KINDS)


def test_all_faults_of_all_files_come_at_once(faults: Faults) -> None:
    first = """\
tenant: one two
legal:
  nam: Shop BV
  country: XX
currency: EURO
schedule: 6:30
invoices:
  - {use: folde, path: .}
  - path: .
  - use: folder
  - use: shop
    url: ftp://x
    login: {user: x}
    page_size: many
    active: perhaps
    mode: trial
bank_accounts:
  - iban: BE55734798953745
    statements: []
direct_debit:
  creditor_id: BE67ZZZ0123456789
  bank: folder
  approval: maybe
reminders:
  sender: nobody
  channel: {use: maildir, path: [mail]}
  steps:
    - {after_days: 10, kind: nudge, level: 1}
    - {after_days: 5, kind: nudge, level: 2}
matching:
  write_off_limit: 0.005
  ignore: [{direction: in}]
remainders: {}
"""
    assert faults(a=first, b="tenant: b\ncurrency: EUR\n") == [
        "a.yaml:1: tenant: 'one two' may only hold letters, digits, - and _, and starts with a letter or digit",
        "a.yaml:3: legal.nam: is no key here; did you mean 'name'?",
        "a.yaml:4: legal.country: 'XX' is no ISO 3166-1 code of two capitals, such as BE",
        "a.yaml:5: currency: 'EURO' is no ISO 4217 code of three capitals, such as EUR",
        "a.yaml:6: schedule: '6:30' must have five fields: minute hour day month weekday, such as 30 6 * * mon-fri",
        "a.yaml:8: invoices[0].use: 'folde' is not one of folder, shop; did you mean 'folder'?",
        "a.yaml:9: invoices[1].use: is missing: one of folder, shop",
        "a.yaml:10: invoices[2].path: is missing",
        "a.yaml:12: invoices[3].url: 'ftp://x' does not start with https:",
        "a.yaml:13: invoices[3].login.password: is missing",
        "a.yaml:14: invoices[3].page_size: must be a whole number",
        "a.yaml:15: invoices[3].active: must be true or false",
        "a.yaml:16: invoices[3].mode: 'trial' is not one of live, test",
        "a.yaml:18: bank_accounts[0].iban: 'BE55734798953745' is no IBAN: Invalid checksum digits",
        "a.yaml:19: bank_accounts[0].statements: needs at least 1 item",
        "a.yaml:20: direct_debit.creditor_iban: is missing",
        "a.yaml:21: direct_debit.creditor_id: 'BE67ZZZ0123456789' is no SEPA creditor identifier: its check digits or form are wrong",
        "a.yaml:22: direct_debit.bank: must be a mapping of keys",
        "a.yaml:23: direct_debit.approval: 'maybe' is not one of none, required",
        "a.yaml:25: reminders.sender: 'nobody' is no mail address",
        "a.yaml:26: reminders.channel.path: must be text",
        "a.yaml:28: reminders.steps: step 2 comes earlier than the step before it",
        "a.yaml:31: matching.write_off_limit: '0.005' has more decimals than EUR knows",
        "a.yaml:32: matching.ignore[0]: needs one of text, counterparty, iban or code, or it would ignore every entry",
        "a.yaml:33: remainders: is no key here; did you mean 'reminders'?",
        "b.yaml:1: bank_accounts: is missing",
        "b.yaml:1: invoices: is missing",
        "b.yaml:1: legal: is missing",
    ]


def test_a_word_that_is_near_no_key_is_told_the_keys(faults: Faults) -> None:
    assert faults(LEAST.replace("legal: {", "legal: {zzz: 1, ")) == [
        "shop.yaml:2: legal.zzz: is no key here; there are name, country, language, vat_number, address"
    ]


def test_wrong_shapes(faults: Faults) -> None:
    text = LEAST.replace("  - {use: folder, path: .}", "  use: folder").replace(
        "{name: Shop BV, country: BE}", "[Shop]"
    )
    assert faults(text + "matching: yes\nlimits: {archive_mib: 1.5}\n") == [
        "shop.yaml:2: legal: must be a mapping of keys",
        "shop.yaml:5: invoices: must be a list, each item after a '-'",
        "shop.yaml:10: matching: must be a mapping of keys",
        "shop.yaml:11: limits.archive_mib: must be a whole number",
    ]


def test_the_levels_of_a_ladder_have_no_gap(faults: Faults) -> None:
    ladder = "reminders:\n  sender: a@b.example\n  channel: {use: maildir, path: m}\n  steps:\n"
    assert faults(
        a=f"{LEAST}{ladder}    - {{after_days: 0, kind: pre_notification, level: 2}}\n",
        b=LEAST.replace("shop", "b") + f"{ladder}    - {{after_days: 1, kind: hand_over, level: 2}}\n",
    ) == [
        "a.yaml:14: reminders.steps[0].after_days: must be at least 1",
        "a.yaml:14: reminders.steps[0].kind: 'pre_notification' follows from a payment or a debit and is no step of a ladder",
        "b.yaml:14: reminders.steps: step 1 has level 2: levels are 1, 2, 3 and so on, in order",
    ]


def test_two_tenants_of_one_name(faults: Faults, tmp_path: Path) -> None:
    assert faults(a=LEAST, b=LEAST.replace("tenant: shop", "tenant: SHOP")) == [
        f"b.yaml:1: tenant: 'SHOP' is the tenant of {tmp_path}/tenants/a.yaml:1 already"
    ]


def test_one_account_twice(faults: Faults) -> None:
    again = "  - {iban: be55734798953744, statements: [{use: folder, path: b}]}\n"
    other = "  - {iban: BE55734798953744, currency: USD, statements: [{use: folder, path: b}]}\n"
    assert faults(LEAST + other + again) == [
        "shop.yaml:11: bank_accounts[2].iban: is the account of bank_accounts[0] already; give one account all of its sources"
    ]


def test_customers_are_the_same_or_different(faults: Faults) -> None:
    said = "same_customers: [[S-12, 4711, K-7]]\ndifferent_customers: [[K-7, 9], [S-12, 4711]]\n"
    (found,) = faults(LEAST + said)
    assert "'4711' and 'S-12' stand both in `same_customers` and in `different_customers`" in found


def test_a_port_without_connectors(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text(SHOWN, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load(tmp_path / "shop.yaml", ConnectorKinds(invoices=KINDS.invoices, statements=KINDS.statements))
    assert [fault.partition("shop.yaml")[2] for fault in error.value.faults] == [
        ":16: accounting[0]: there is no connector for this place",
        ":23: direct_debit.bank: there is no connector for this place",
        ":26: reminders.channel: there is no connector for this place",
    ]


def test_a_connector_must_be_registered_under_its_own_name() -> None:
    with pytest.raises(ValueError, match=r"invoices: Folder\.use must be Literal\['files'\]"):
        ConnectorKinds(invoices={"files": Folder})


@pytest.mark.parametrize(
    ("country", "language", "zone"),
    [
        ("NL", "nl", "Europe/Amsterdam"),
        ("DE", "de", "Europe/Berlin"),
        ("FR", "fr", "Europe/Paris"),
        ("IE", "en", "Europe/Dublin"),
    ],
)
def test_language_and_zone_follow_the_country(loaded: Load, country: str, language: str, zone: str) -> None:
    tenant = loaded(LEAST.replace("country: BE", f"country: {country}"))
    assert (tenant.legal.language, tenant.time_zone.key) == (language, zone)


def test_a_country_without_a_zone_known_here_must_name_one(faults: Faults) -> None:
    assert faults(LEAST.replace("country: BE", "country: US")) == [
        "shop.yaml:1: time_zone: is missing: the country has no single time zone that is known here"
    ]


def test_amounts_are_in_the_tenants_currency(loaded: Load) -> None:
    assert loaded(LEAST.replace("EUR", "GBP")).matching.write_off_limit == Money(5, "GBP")
    assert loaded(LEAST.replace("EUR", "JPY")).matching.write_off_limit == Money(0, "JPY")
    assert loaded(LEAST.replace("EUR", "KWD")).bank_accounts[0].currency == "KWD"


def test_a_creditor_account_that_nobody_reads_draws_a_warning(loaded: Load) -> None:
    tenant = loaded(SHOWN.replace("creditor_iban: BE55734798953744", "creditor_iban: NL69TRIO0168933802"))
    assert [warning.partition("shop.yaml")[2] for warning in tenant.warnings] == [
        ":20: direct_debit.creditor_iban: is none of bank_accounts, so that nobody will see whether collections were paid"
    ]


def test_a_loaded_tenant_cannot_be_changed(loaded: Load) -> None:
    tenant = loaded(LEAST)
    with pytest.raises(ValueError, match="frozen"):
        tenant.matching.discount_grace_days = 9  # type: ignore[misc]


def test_the_file_may_be_named_relative_to_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.yaml").write_text(LEAST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (tenant,) = load(Path("shop.yaml"), KINDS)
    os.chdir("/")
    assert tenant.base == tmp_path.resolve()
    assert tenant.reports.path.is_absolute()


def test_a_bank_profile_that_is_none_is_a_fault_of_its_line(faults: Faults) -> None:
    debit = (
        "direct_debit: {creditor_id: BE68ZZZ0123456789, creditor_iban: BE55734798953744, bank_profile: nowhere,\n"
        "  bank: {use: folder, path: to-bank}}\n"
    )
    (fault,) = faults(LEAST + debit)
    assert fault.startswith("shop.yaml:10: direct_debit.bank_profile: there is no file ")
    assert "no profile 'nowhere' comes along: generic, generic-02 do" in fault
