"""CODA files that others published: those that add up are read with exactly their figures, the others are refused for what is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from formats import coda
from ledger.sources import Fault
from ledger.statements import Statement
from tests.shared import shared_folder
from tests.unit.formats.coda_file import raw_document, read_all

pytestmark = pytest.mark.shared

#: Files that add up and are refused all the same, with the reason: an edited copy whose record 1 has nine characters too many, so that
#: its account and currency cannot be told.
NOT_CODA = {"coda/bn3t__coda-rs__CODA-bad.txt": "a record has 128 characters, this one has 137"}

#: What is wrong with the files that do not add up, found by hand: words that the reason must hold.
WRONG = {
    "Bluesmile82__coda_standard__coda.cod": "credit turnover 1000.00 EUR, but the movements add up to 700.86 EUR",
    "Bluesmile82__coda_standard__invalid.cod": "a record has 128 characters, this one has 14",
    "Clearfacts__php-coda-parser__sample1.cod": "credit turnover 3967.22 EUR, but the movements add up to 6303.46 EUR",
    "CumpsD__financial-converter__sample2.cod": "23154.685 has more decimals",
    "CumpsD__financial-converter__sample4.cod": "it counts 16 records, the statement has 9",
    "CumpsD__financial-converter__sample6.cod": "767.823 has more decimals",
    "JeffreyDevloo__coda-parser__sample2.cod": "23154.685 has more decimals",
    "JeffreyDevloo__coda-parser__sample7.cod": "debit turnover 0.00 EUR, but the movements add up to 150.00 EUR",
    "OCA__l10n-belgium__Ontvangen_CODA.2013-01-11-18.59.15.txt": "the closing balance is 13646.05 EUR (difference 118.24 EUR)",
    "RobinMalfait__coda-parser__sample4.cod": "it counts 16 records, the statement has 9",
    "TRIPTYK__typescript-coda-parser__sample2.cod": "23154.685 has more decimals",
    "ibanity__ibanity-java__coda-sample.txt": "the closing balance is 13646.05 EUR (difference 118.24 EUR)",
    "jwadin__php-coda-parser__sample2.cod": "23154.685 has more decimals",
    "jwadin__php-coda-parser__sample5.cod": "credit turnover 3967.22 EUR, but the movements add up to 6303.46 EUR",
    "jwadin__php-coda-parser__sample6.cod": "767.823 has more decimals",
    "jwadin__php-coda-parser__sample7.cod": "debit turnover 0.00 EUR, but the movements add up to 160.00 EUR",
    "mhemeryck__pycoda__fail_payment.cod": "it goes on with movement 0001/0027",
    "supervos__coda-parser__sample6.cod": "767.823 has more decimals",
    "wimverstuyf__php-coda-parser__sample12.cod": "debit turnover 0.00 EUR, but the movements add up to 50.00 EUR",
}  # fmt: skip


def expected() -> list[dict[str, Any]]:
    lines = (shared_folder() / "corpus" / "EXPECTED.jsonl").read_text("utf-8").splitlines()
    return [each for each in map(json.loads, lines) if each["path"].startswith("coda/")]


def test_files_that_add_up_are_read_with_their_figures() -> None:
    for each in expected():
        if not each["balanced"] or each["path"] in NOT_CODA:
            continue
        found = read_all((shared_folder() / "corpus" / each["path"]).read_bytes())
        assert [type(statement) for statement in found] == [Statement] * len(each["statements"]), each["path"]
        for statement, figures in zip(found, each["statements"], strict=True):
            assert isinstance(statement, Statement)
            assert statement.opening is not None
            assert statement.closing is not None
            assert {
                "account": statement.account,
                "currency": statement.currency,
                "opening": statement.opening.decimal(),
                "closing": statement.closing.decimal(),
                "entries": len(statement.entries),
                "details": sum(len(entry.details) for entry in statement.entries),
                "sum": (statement.closing - statement.opening).decimal(),
                "date": str(statement.dated_on),
            } == figures, each["path"]


def test_all_other_files_are_refused_for_what_is_wrong() -> None:
    good = {each["path"] for each in expected() if each["balanced"]}
    for path in sorted((shared_folder() / "corpus" / "coda").iterdir()):
        name = f"coda/{path.name}"
        if name in good and name not in NOT_CODA:
            continue
        (fault,) = read_all(path.read_bytes())
        assert isinstance(fault, Fault)
        assert fault.whole_document
        assert (NOT_CODA.get(name) or WRONG[path.name]) in fault.reason


def test_the_figures_of_files_that_add_up_and_are_refused_can_be_seen() -> None:
    for each in expected():
        if each["path"] in NOT_CODA:
            (seen,) = coda.examine(raw_document((shared_folder() / "corpus" / each["path"]).read_bytes()))
            (figures,) = each["statements"]
            assert seen.opening is not None
            assert seen.closing is not None
            assert (seen.account, seen.currency, seen.opening.decimal(), seen.closing.decimal(), len(seen.entries)) == (
                *(figures[name] for name in ("account", "currency", "opening", "closing", "entries")),
            )
            assert seen.problems


def test_every_file_is_recognised() -> None:
    for path in sorted((shared_folder() / "corpus" / "coda").iterdir()):
        assert coda.recognise(path.read_bytes()[:4096]), path.name
    for kind in ("mt940", "mt942", "camt053", "pain008", "ubl"):
        for path in sorted((shared_folder() / "corpus" / kind).iterdir()):
            assert not coda.recognise(path.read_bytes()[:4096]), path.name


def test_the_bench_world_is_read() -> None:
    for path in sorted((shared_folder() / "bench" / "be" / "bank").iterdir()):
        for found in coda.read(raw_document(path.read_bytes(), path.name)):
            assert isinstance(found, Statement), found
