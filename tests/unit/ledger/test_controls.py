"""A statement adds up, and each opens where another one closed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.controls import chain_gaps, remarks, unfinished, with_controls
from ledger.money import Money
from tests.unit.ledger.statement_facts import ACCOUNT, Header, entry, header, statement


def test_running_balances_are_filled_in() -> None:
    checked = with_controls(statement(100, 150, [entry(80), entry(-30, position=2)]))
    assert [each.balance for each in checked.entries] == [Money(180, "EUR"), Money(150, "EUR")]
    assert checked.problems == ()
    assert with_controls(checked) is checked


def test_a_difference_is_told_with_all_figures() -> None:
    checked = with_controls(statement(100, 149, [entry(80), entry(-30, position=2)]))
    assert checked.problems == (
        "opening balance 1.00 EUR with 2 entries of 0.50 EUR is 1.50 EUR, but the closing balance is 1.49 EUR (difference -0.01 EUR)",
    )
    assert with_controls(checked) == checked


def test_what_the_reader_found_is_kept() -> None:
    checked = with_controls(statement(100, 101, [], problems=("it counts 3 entries",)))
    assert checked.problems[0] == "it counts 3 entries"
    assert len(checked.problems) == 2


def test_other_currencies_and_accounts_are_problems() -> None:
    checked = with_controls(statement(100, 150, [entry(50, currency="USD"), entry(50, account="BE00", position=2)]))
    assert checked.problems == (
        "entry 1 (line 1) of 0.50 USD in a statement in EUR",
        "entry 2 (line 1) is of account BE00, the statement of BE68539007547034",
    )
    other = with_controls(replace(statement(100, 100), closing=Money(100, "USD")))
    assert other.problems == ("closing balance 1.00 USD in a statement in EUR",)


def test_without_an_opening_balance_nothing_is_invented() -> None:
    checked = with_controls(statement(None, 150, [entry(80)]))
    assert checked.entries[0].balance is None
    assert checked.problems == ()
    assert remarks(checked) == ("no opening balance: what it says cannot be proven",)
    assert remarks(statement(None, None)) == ("no opening and no closing balance: what it says cannot be proven",)
    assert remarks(statement(1, 1)) == ()


def test_an_mt940_that_is_cut_off_says_why_it_is_not_taken_over() -> None:
    cut = replace(statement(1, None), format="MT940")
    assert "the closing balance (:62F:) is missing" in unfinished(cut)
    assert remarks(cut)[-1] == f"it is not taken over: {unfinished(cut)}"
    for whole in (statement(1, None), replace(statement(1, 1), format="MT940"), replace(cut, opening=None)):
        assert unfinished(whole) == ""


def test_wrong_balances_of_a_reader_are_mended() -> None:
    checked = with_controls(statement(100, 180, [entry(80, balance=7)]))
    assert checked.entries[0].balance == Money(180, "EUR")


# -- the chain --------------------------------------------------------------------------------------------------------------

MON, TUE, WED, THU, FRI = (
    header(5, 10000, 8, 13000),
    header(8, 13000, 9, 12500),
    header(9, 12500, 10, 14500),
    header(10, 14500, 11, 15000),
    header(11, 15000, 12, 9000),
)


def test_a_page_that_nothing_follows_is_a_gap_of_its_own() -> None:
    first, last = header(8, 13000, 9, 12000, continues=True), header(9, 12000, 9, 12500)
    (gap,) = chain_gaps([MON, first])
    assert gap.line() == (
        "BE68539007547034 EUR: the next page is missing of the statement whose page before it ends with 120.00 EUR on 2026-06-09"
    )
    assert chain_gaps([MON, first, last]) == ()
    assert chain_gaps([last, WED, first, MON]) == ()
    # The whole of it in one file, or of the week, has the page too.
    assert chain_gaps([MON, first, TUE]) == ()
    assert chain_gaps([first, header(5, 10000, 12, 9000)]) == ()
    # What comes later shows what is missing by itself.
    (gap,) = chain_gaps([MON, first, WED])
    assert (gap.page, gap.closing.minor, gap.opening.minor) == (False, 12000, 12500)


def test_a_whole_chain_in_any_order() -> None:
    assert chain_gaps([FRI, MON, WED, THU, TUE]) == ()
    assert chain_gaps([]) == ()
    assert chain_gaps([WED]) == ()


def test_a_gap_is_named() -> None:
    (gap,) = chain_gaps([MON, TUE, THU, FRI])
    assert (gap.account, gap.currency) == (ACCOUNT, "EUR")
    assert (gap.closing_on, gap.closing) == (date(2026, 6, 9), Money(12500, "EUR"))
    assert (gap.next_on, gap.opening) == (date(2026, 6, 10), Money(14500, "EUR"))
    assert gap.line() == (
        "BE68539007547034 EUR: a statement is missing between 2026-06-09 (closed with 125.00 EUR) and 2026-06-10 "
        "(opens with 145.00 EUR): 20.00 EUR is not explained"
    )


def test_two_gaps() -> None:
    assert len(chain_gaps([MON, WED, FRI])) == 2


def test_repeats_are_no_gaps() -> None:
    assert chain_gaps([MON, MON, TUE, replace(TUE, number="7"), WED]) == ()


def test_a_week_beside_its_days() -> None:
    week = header(5, 10000, 12, 9000)
    assert chain_gaps([MON, TUE, WED, THU, FRI, week]) == ()
    assert chain_gaps([week, header(12, 9000, 15, 9100)]) == ()
    assert chain_gaps([MON, TUE, WED, THU, FRI, week, header(12, 9000, 15, 9100)]) == ()


def test_a_week_heals_the_gap_of_its_days() -> None:
    assert chain_gaps([MON, TUE, THU, FRI, header(5, 10000, 12, 9000)]) == ()
    assert chain_gaps([MON, TUE, THU, header(5, 10000, 12, 9000)]) == ()
    assert chain_gaps([TUE, THU, header(5, 10000, 12, 9000)]) == ()


def test_a_week_that_lies_elsewhere_heals_nothing() -> None:
    assert len(chain_gaps([MON, TUE, THU, FRI, header(12, 9000, 19, 7000)])) == 1


def test_overlapping_fortnights() -> None:
    assert chain_gaps([header(1, 0, 15, 500), header(10, 333, 25, 900), header(25, 900, 26, 901)]) == ()


def test_the_opening_date_may_be_the_first_day_itself() -> None:
    camt = [header(8, 10000, 8, 13000), header(9, 13000, 9, 12500), header(10, 12500, 10, 14500)]
    assert chain_gaps(camt) == ()
    assert len(chain_gaps([camt[0], camt[2]])) == 1
    assert chain_gaps([*camt, header(8, 10000, 10, 14500)]) == ()


def test_several_statements_a_day() -> None:
    morning, noon, evening = header(8, 100, 9, 150), header(9, 150, 9, 120), header(9, 120, 9, 90)
    whole = header(8, 100, 9, 90)
    before, after = header(5, 0, 8, 100), header(9, 90, 10, 95)
    assert chain_gaps([before, evening, noon, morning, after]) == ()
    assert chain_gaps([before, evening, noon, morning, whole, after]) == ()
    (gap,) = chain_gaps([before, evening, morning, after])
    assert (gap.closing, gap.opening) == (Money(150, "EUR"), Money(120, "EUR"))


def test_the_order_within_a_day_is_found_when_balances_come_back() -> None:
    day = [header(8, 0, 9, 50), header(9, 50, 9, 0), header(9, 0, 9, 20), header(9, 20, 9, 0)]
    for seed in range(10):
        random.Random(seed).shuffle(day)
        assert chain_gaps([*day, header(9, 0, 10, 5)]) == ()


def test_an_account_emptied_each_day_hides_no_gap() -> None:
    """Zero balancing: an older statement closed with the same balance, but not the last one."""
    assert len(chain_gaps([header(5, 0, 8, 0), header(8, 0, 9, 700), header(10, 0, 11, 0)])) == 1


def test_hundreds_of_gaps_are_found_as_quickly_as_one() -> None:
    """An account that begins each day with the same balance: each gap may be healed by any other statement (it took half a minute)."""
    first = header(1, 0, 1, 0)
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(600)]
    emptied = [
        replace(first, opening=Money(5, "EUR"), closing=Money(9 + number, "EUR"), opening_on=day - timedelta(days=1), closing_on=day)
        for number, day in enumerate(days)
    ]  # fmt: skip
    assert len(chain_gaps(emptied)) == 599
    whole = replace(emptied[0], closing_on=days[-1] + timedelta(days=1), closing=Money(7, "EUR"))
    assert len(chain_gaps([*emptied, whole])) < 3


def test_currencies_and_accounts_are_apart() -> None:
    dollars = header(8, 5, 9, 6, currency="USD")
    assert chain_gaps([MON, dollars, TUE, replace(WED, account="BE00")]) == ()


def test_numbers_that_jump_are_no_gap_and_empty_statements_neither() -> None:
    assert (
        chain_gaps([replace(MON, number="31"), replace(TUE, number="365"), header(9, 12500, 10, 12500, number="1")])
        == ()
    )


def test_statements_without_balances_or_dates_say_nothing() -> None:
    assert chain_gaps([MON, replace(WED, opening=None), replace(WED, closing_on=None), TUE]) == ()
    dated = replace(WED, closing_on=None, dated_on=date(2026, 6, 10), opening_on=None)
    assert chain_gaps([MON, TUE, dated]) == ()


def test_a_statement_fits_the_protocol() -> None:
    assert chain_gaps([statement(100, 150), statement(150, 90)]) == ()


@st.composite
def ledgers(draw: st.DrawFn) -> list[list[int]]:
    """Movements per day: each day some statements, each with its movement (in cents, never nothing)."""
    amounts = st.integers(-500, 500).filter(bool)
    return draw(st.lists(st.lists(amounts, max_size=3), min_size=3, max_size=20))


def daily(days: list[list[int]], *, first_day_itself: bool) -> list[Header]:
    found: list[Header] = []
    balance, first = 1000, date(2026, 1, 1)
    for index, movements in enumerate(days):
        day = first + timedelta(days=index)
        before = day if first_day_itself else day - timedelta(days=1)
        for part, minor in enumerate(movements):
            found.append(
                Header(
                    opening=Money(balance, "EUR"),
                    closing=Money(balance + minor, "EUR"),
                    opening_on=day if part else before,
                    closing_on=day,
                    number=str(len(found) + 1),
                )
            )
            balance += minor
    return found


def joined(headers: list[Header]) -> Header:
    return replace(headers[0], closing=headers[-1].closing, closing_on=headers[-1].closing_on, number="1")


@settings(max_examples=300, deadline=None)
@given(ledgers(), st.booleans(), st.randoms(use_true_random=False), st.booleans())
def test_whole_files_in_any_mix_have_no_gap(
    days: list[list[int]], first_day_itself: bool, chance: random.Random, numbered: bool
) -> None:
    headers = daily(days, first_day_itself=first_day_itself)
    if not headers:
        return
    mix = [*headers, *chance.choices(headers, k=3), joined(headers)]
    if not numbered:
        mix = [replace(each, number="") for each in mix]
    chance.shuffle(mix)
    assert chain_gaps(mix) == ()


@settings(max_examples=300, deadline=None)
@given(ledgers(), st.booleans(), st.randoms(use_true_random=False))
def test_a_day_that_is_taken_out_is_a_gap(days: list[list[int]], first_day_itself: bool, chance: random.Random) -> None:
    """One whole day in the middle is missing, and the account stood otherwise after it than before."""
    headers = daily(days, first_day_itself=first_day_itself)
    dates = sorted({each.closing_on for each in headers if each.closing_on is not None})
    if len(dates) < 3:
        return
    missing = chance.choice(dates[1:-1])
    taken = [each for each in headers if each.closing_on == missing]
    kept = [each for each in headers if each.closing_on != missing]
    gaps = chain_gaps(kept)
    if taken[0].opening == taken[-1].closing:
        assert gaps == ()
        return
    (gap,) = gaps
    assert (gap.closing, gap.opening) == (taken[0].opening, taken[-1].closing)
    assert chain_gaps([*kept, joined(taken)]) == ()
    assert chain_gaps([*kept, joined(headers)]) == ()
