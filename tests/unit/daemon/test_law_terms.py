from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from collect.ladder import Ladders
from collect.law.rates import legal_rates
from collect.law.terms import Penalty, Terms
from config.law import LawSettings, PenaltyClause
from daemon.law_terms import law_terms, stale_rates
from ledger.errors import ConfigError
from ledger.money import Money

FILE = Path("tenant.yaml")


def test_without_a_word_nothing_is_agreed() -> None:
    assert law_terms(LawSettings(), FILE) == Terms()


def test_every_setting_reaches_the_terms(tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("series,valid_from,valid_to,percent\nnl_6_119a,2027-01-01,2027-06-30,10.55\n", encoding="utf-8")
    settings = LawSettings.model_validate(
        {
            "penalty": {"legal_scale": True, "percent": "10", "minimum": "75", "maximum": "2000"},
            "business_interest_percent": "10.5",
            "consumer_interest_percent": "4",
            "due_date_agreed": True,
            "default_notice_on_invoice": True,
            "vat_not_deductible_percent": "21",
            "small_company": True,
            "instalments": False,
            "instalment_cap": "120",
            "postage": "1.50",
            "outlay_maximum": "5",
            "rates_file": rates,
        }
    )
    found = law_terms(settings, FILE)
    rate = found.rates.on("nl_6_119a", date(2027, 3, 1))
    assert rate is not None
    assert rate.basis_points == 1055
    euros = {name: Money.parse(text, "EUR") for name, text in {"minimum": "75", "maximum": "2000"}.items()}
    assert found == Terms(
        penalty=Penalty(basis_points=1000, legal_scale=True, **euros),
        business_interest_basis_points=1050,
        consumer_interest_basis_points=400,
        due_date_agreed=True,
        default_notice_on_invoice=True,
        vat_basis_points=2100,
        small_company=True,
        instalments=False,
        instalment_cap=Money(12000, "EUR"),
        postage=Money(150, "EUR"),
        outlay_maximum=Money(500, "EUR"),
        rates=found.rates,
    )
    assert found.rates.series["de_base"] == legal_rates().series["de_base"]


def test_rates_that_cannot_be_read_name_file_and_line(tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    with pytest.raises(ConfigError, match=r"reminders.law.rates_file: .*rates.csv: cannot be read"):
        law_terms(LawSettings(rates_file=rates), FILE)
    rates.write_text("series,valid_from,valid_to,percent\nnl_6_119a,soon,,10\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 2, column valid_from: 'soon' is no date"):
        law_terms(LawSettings(rates_file=rates), FILE)


@pytest.mark.parametrize("text", ["10,5", "-1", "51", "4.125", "much", ""])
def test_a_percentage_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"percent|%"):
        LawSettings.model_validate({"consumer_interest_percent": text})


@pytest.mark.parametrize(
    ("clause", "fault"),
    [
        ({}, "needs legal_scale, percent or minimum"),
        ({"percent": "10", "minimum": "50", "maximum": "40"}, "maximum is less than minimum"),
        ({"minimum": "-1"}, "below zero"),
        ({"minimum": 1.5}, "must be an amount in euro"),
    ],
)
def test_a_clause_that_says_nothing_or_nonsense(clause: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        PenaltyClause.model_validate(clause)


def test_a_rate_that_ran_out_is_told_where_interest_is_asked(tmp_path: Path) -> None:
    def told(on: str, *, claims: bool = True, settings: LawSettings | None = None) -> tuple[str, ...]:
        ladders = Ladders(country="DE", claims=claims)
        return stale_rates(settings or LawSettings(), FILE, ladders, date.fromisoformat(on))

    assert told("2026-12-31") == ()
    business, consumer = told("2027-01-01")
    assert business.startswith(
        "no interest is asked of a business from 2027-01-01 on: the rate de_business is not known"
    )
    assert "de_consumer" in consumer
    assert told("2027-01-01", claims=False) == ()
    rates = tmp_path / "rates.csv"
    rates.write_text(
        "series,valid_from,valid_to,percent\nde_business,2027-01-01,2027-06-30,10.52\nde_consumer,2027-01-01,,6.52\n"
    )
    assert told("2027-03-01", settings=LawSettings(rates_file=rates)) == ()
    assert len(told("2027-07-01", settings=LawSettings(rates_file=rates))) == 1
