"""A finished file against what one bank takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from collect.debits import plan
from config.bank_profile import bank_profile
from formats.bank_profile import AddressForm, BankProfile, CharacterSet, check
from formats.pain008 import VERSIONS, render
from ledger.errors import ConfigError, MalformedDocument
from ledger.mandates import Amendment, CollectionStatus, DebitBatch
from tests.unit.collect.debtors import POLICY, customer, item, mandate

GENERIC = BankProfile(version=VERSIONS[0])


def batch(count: int = 1) -> DebitBatch:
    """As many collections, announced on 14 September 2026."""
    policy = replace(POLICY, creditor_bic="TRIOBEBB")
    customers = {f"C{n}": replace(customer(), customer_id=f"C{n}") for n in range(count)}
    items = [item(f"F{n}", "12.00", date(2026, 9, 1), customer_id=f"C{n}") for n in range(count)]
    mandates = [mandate(f"M{n}", customer_id=f"C{n}") for n in range(count)]
    notices = plan(
        policy, items, customers=customers, mandates=mandates, collections=(), as_of=date(2026, 9, 14)
    ).notices
    told = [replace(one, status=CollectionStatus.NOTIFIED) for one in notices]
    planned = plan(policy, items, customers=customers, mandates=mandates, collections=told, as_of=date(2026, 9, 17))
    return planned.batches[0]


def test_what_is_written_fits_the_profiles_that_come_along() -> None:
    for name in ("generic", "generic-02"):
        profile = bank_profile(name, Path())
        check(render(batch(3), profile.version), profile, "M1")


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        (replace(GENERIC, version=VERSIONS[1]), "the bank takes pain.008.001.02"),
        (replace(GENERIC, max_transactions=2), "takes 2 collections in a file, there are 3"),
        (replace(GENERIC, batch_booking=False), "batch booking is true"),
    ],
)
def test_what_the_bank_does_not_take(profile: BankProfile, reason: str) -> None:
    with pytest.raises(MalformedDocument, match=reason):
        check(render(batch(3)), profile, "M1")


@pytest.mark.parametrize(
    ("address", "form", "fits"),
    [
        ("<TwnNm>Bern</TwnNm><Ctry>CH</Ctry>", AddressForm.STRUCTURED, True),
        ("<Ctry>CH</Ctry>", AddressForm.STRUCTURED, False),
        ("<TwnNm>Bern</TwnNm><Ctry>CH</Ctry>", AddressForm.NONE, False),
        ("<TwnNm>Bern</TwnNm><Ctry>CH</Ctry><AdrLine>x</AdrLine>", AddressForm.STRUCTURED, False),
        ("<TwnNm>Bern</TwnNm><Ctry>CH</Ctry><AdrLine>x</AdrLine>", AddressForm.HYBRID, True),
        ("<AdrLine>Street 1</AdrLine><AdrLine>Bern</AdrLine>", AddressForm.HYBRID, False),
    ],
)
def test_addresses(address: str, form: AddressForm, fits: bool) -> None:
    content = render(batch()).replace(b"<Dbtr>", b"<Dbtr><PstlAdr>" + address.encode() + b"</PstlAdr>")
    profile = replace(GENERIC, address=form)
    if fits:
        check(content, profile, "M1")
    else:
        with pytest.raises(MalformedDocument, match="PstlAdr"):
            check(content, profile, "M1")


def test_characters() -> None:
    content = render(batch()).replace(b"<Nm>Jansen</Nm>", "<Nm>Jänsen</Nm>".encode())
    check(content, replace(GENERIC, characters=CharacterSet.LATIN), "M1")
    with pytest.raises(MalformedDocument, match="character"):
        check(content, GENERIC, "M1")


def test_a_profile_of_ones_own_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    own = tmp_path / "bank.yaml"
    own.write_text("version: pain.008.001.02\nmax_transactions: 500\nbatch_booking: false\n", encoding="utf-8")
    assert bank_profile("bank.yaml", tmp_path) == BankProfile(
        version=VERSIONS[1], max_transactions=500, batch_booking=False
    )
    for text, why in (
        ("version: pain.008.001.01", "version is none of"),
        ("colour: red", "colour"),
        ("[", "bank.yaml"),
    ):
        own.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match=why):
            bank_profile("bank.yaml", tmp_path)
    with pytest.raises(ConfigError, match="no profile 'nowhere'"):
        bank_profile("nowhere", tmp_path)


@pytest.mark.parametrize("version", VERSIONS)
def test_amendments_are_valid_and_hold_the_old_values(version: str) -> None:
    made = batch()
    amendment = Amendment(
        original_reference="OLD-1",
        original_iban="NL91ABNA0417164300",
        original_creditor_id="NL22ZZZ524885430000",
        original_creditor_name="Old BV",
    )
    one = replace(made.collections[0], amendment=amendment)
    root = etree.fromstring(render(replace(made, collections=(one,)), version))
    assert root.findtext(".//{*}AmdmntInd") == "true"
    assert root.findtext(".//{*}OrgnlMndtId") == "OLD-1"
    assert root.findtext(".//{*}OrgnlDbtrAcct/{*}Id/{*}Othr/{*}Id") == "SMNDA"
    assert root.findtext(".//{*}OrgnlCdtrSchmeId/{*}Nm") == "Old BV"
    assert root.findtext(".//{*}OrgnlCdtrSchmeId/{*}Id/{*}PrvtId/{*}Othr/{*}Id") == "NL22ZZZ524885430000"


def test_an_account_at_the_same_bank_is_named() -> None:
    made = batch()
    one = replace(made.collections[0], amendment=Amendment(original_iban="NL47TRIO0168933810"))
    root = etree.fromstring(render(replace(made, collections=(one,))))
    assert root.findtext(".//{*}OrgnlDbtrAcct/{*}Id/{*}IBAN") == "NL47TRIO0168933810"
    assert root.find(".//{*}OrgnlMndtId") is None
