from __future__ import annotations

from datetime import date

from collect.freshness import AccountFreshness, Blindness, Freshness

MONDAY = date(2026, 9, 14)


def account(closing_on: date | None, *, gaps: tuple[str, ...] = (), broken: tuple[str, ...] = ()) -> AccountFreshness:
    return AccountFreshness(account="BE55734798953744", closing_on=closing_on, gaps=gaps, broken_files=broken)


def blindness(*accounts: AccountFreshness, as_of: date = MONDAY, days: int = 1) -> list[Blindness]:
    return [one.blindness for one in Freshness(accounts=accounts).unseen(as_of, "BE", days)]


def test_fridays_statement_is_fresh_on_monday() -> None:
    assert blindness(account(date(2026, 9, 11))) == []


def test_thursdays_statement_is_too_old_on_monday() -> None:
    assert blindness(account(date(2026, 9, 10))) == [Blindness.STATEMENT_TOO_OLD]
    assert blindness(account(date(2026, 9, 10)), days=2) == []


def test_a_holiday_ages_no_statement() -> None:
    assert blindness(account(date(2026, 7, 20)), as_of=date(2026, 7, 22)) == []


def test_one_old_account_is_enough() -> None:
    assert blindness(account(MONDAY), account(None)) == [Blindness.NO_STATEMENT]


def test_gaps_and_broken_files_are_named() -> None:
    unseen = Freshness(accounts=(account(MONDAY, gaps=("12 -> 14",), broken=("x.cod",)),)).unseen(MONDAY, "BE", 1)
    assert [(one.blindness, one.detail) for one in unseen] == [
        (Blindness.STATEMENT_GAP, "12 -> 14"),
        (Blindness.BROKEN_FILE, "x.cod"),
    ]


def test_without_an_account_nothing_is_seen() -> None:
    assert blindness() == [Blindness.NO_STATEMENT]
