"""The rates: what the tables hold, that they fit one another, and a tenant's own."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

import pytest

from collect.law.rates import legal_rates, own_rates
from collect.law.rules import all_laws
from collect.law.tables import Mark, amount_of, amounts
from collect.law.terms import Terms
from tests.unit.collect.law.cases import BUSINESS, CONSUMER, claimed, day, debt

DAYS = [date(year, month, 1) for year in range(2016, 2027) for month in (1, 7) if (year, month) >= (2016, 7)]
HEADER = "series,valid_from,valid_to,percent\n"


def points(series: str, on: date) -> int:
    rate = legal_rates().on(series, on)
    assert rate is not None, (series, on)
    return rate.basis_points


@pytest.mark.parametrize(
    ("series", "on", "percent"),
    [
        ("nl_6_119", "2022-12-31", 200),
        ("nl_6_119", "2023-01-01", 400),
        ("nl_6_119", "2026-07-01", 400),
        ("nl_6_119a", "2024-07-01", 1225),
        ("nl_6_119a", "2026-11-21", 1040),
        ("be_civil", "2024-06-30", 575),
        ("be_law_2002", "2024-12-31", 1250),
        ("be_law_2002", "2026-07-01", 1050),
        ("de_base", "2016-07-01", -88),
        ("de_base", "2025-07-01", 127),
        ("de_consumer", "2026-07-01", 652),
        ("de_business", "2022-12-31", 812),
        ("at_business", "2026-11-21", 1073),
        ("at_consumer", "2030-01-01", 400),
        ("lu_business", "2026-11-21", 1040),
    ],
)
def test_a_rate_of_the_sheet(series: str, on: str, percent: int) -> None:
    assert points(series, day(on)) == percent


def test_trade_rates_follow_the_reference_rate() -> None:
    """Directive 2011/7/EU, article 2; Belgium rounds up to the next half point; Germany's base rate is 0.88 below it."""
    for on in DAYS:
        reference = points("mro_half_year", on)
        assert points("nl_6_119a", on) == points("eu_business", on) == reference + 800
        assert points("be_law_2002", on) == ceil(Fraction(reference + 800, 50)) * 50
        assert points("de_base", on) == reference - 88
        assert points("de_consumer", on) == points("de_base", on) + 500
        assert points("de_business", on) == points("de_base", on) + 900


def test_periods_neither_overlap_nor_leave_a_gap() -> None:
    for name, periods in legal_rates().series.items():
        for one, following in itertools.pairwise(periods):
            assert one.valid_to is not None, name
            assert following.valid_from == one.valid_to + timedelta(days=1), name


def test_nothing_is_known_beyond_the_last_half_year() -> None:
    for law in all_laws():
        until = legal_rates().known_until(law.series)
        if law.series and law.series != "at_consumer":
            assert until == day("2026-12-31")
            assert legal_rates().on(law.series, day("2027-01-01")) is None


def test_every_law_knows_its_series() -> None:
    for law in all_laws():
        assert {law.series, law.cap_series} - {""} <= set(legal_rates().series)


def test_every_figure_has_a_source_and_a_mark() -> None:
    for amount in amounts():
        assert amount.source
        assert amount.article
        assert isinstance(amount.mark, Mark)
    for periods in legal_rates().series.values():
        assert all(rate.source for rate in periods)


def test_the_cap_of_instalments_keeps_its_mark() -> None:
    cap = amount_of("instalment_cap", "NL", CONSUMER, day("2026-11-21"))
    assert cap is not None
    assert cap.mark is Mark.UNVERIFIED


def test_figures_by_country_and_day() -> None:
    lump = amount_of("lump_sum", "FR", BUSINESS, day("2026-11-21"))
    assert lump is not None
    assert lump.country == "*"
    assert amount_of("lump_sum", "FR", CONSUMER, day("2026-11-21")) is None
    # An older day takes the oldest row.
    assert amount_of("outlay_maximum", "BE", CONSUMER, day("2020-01-01")) is not None
    with pytest.raises(ValueError, match="no amount in euro"):
        next(one for one in amounts() if one.unit == "days").money()


def test_a_tenants_own_rates_extend_and_replace() -> None:
    own = own_rates(HEADER + "nl_6_119a,2027-01-01,2027-06-30,10.55\nnl_6_119a,2026-07-01,2026-12-31,9.00\n")
    rates = legal_rates().with_own(own)
    assert [rate.basis_points for rate in rates.series["nl_6_119a"][-3:]] == [1015, 900, 1055]
    assert rates.known_until("nl_6_119a") == day("2027-06-30")
    assert rates.series["de_base"] == legal_rates().series["de_base"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("series,valid_from,valid_to\n", "line 1: column percent is missing"),
        ("", "line 1: column series is missing"),
        (HEADER + "nl_trade,2027-01-01,,10\n", "line 2, column series: 'nl_trade' is none of"),
        (HEADER + "nl_6_119,01-01-2027,,4\n", "line 2, column valid_from: '01-01-2027' is no date"),
        (HEADER + "nl_6_119,2027-01-01,2026-01-01,4\n", "line 2, column valid_to: lies before"),
        (HEADER + "nl_6_119,2027-01-01,,four\n", "line 2, column percent: 'four' is no number"),
        (HEADER + "nl_6_119,2027-01-01,,4.125\n", "line 2, column percent: '4.125' has more than two"),
        (HEADER + "nl_6_119,2027-01-01,,NaN\n", "line 2, column percent: 'NaN' has more than two"),
        (HEADER + "nl_6_119,2027-01-01,,400\n", "line 2, column percent: 400 is more than 50"),
        (HEADER + "nl_6_119,2027-01-01,,4\nnl_6_119,2028-01-01,,5\n", "nl_6_119: the periods from"),
        (HEADER + 'nl_6_119,"2027-01-01,,4\n', "line"),
    ],
)
def test_own_rates_that_cannot_be_read(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault.replace("'", ".")):
        own_rates(text)


def test_own_rates_count() -> None:
    rates = legal_rates().with_own(own_rates(HEADER + "nl_6_119a,2027-01-01,,10.55\n"))
    found = claimed(
        debt("1000", due="2026-12-31", issued="2026-12-01"),
        country="NL",
        audience=BUSINESS,
        on="2027-01-11",
        terms=Terms(rates=rates),
    )
    assert [line.basis_points for line in found.interest] == [1055]
