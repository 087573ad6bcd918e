"""How far the program can see: whether the bank statements are complete enough to claim that somebody has not paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ledger.calendar import working_days_after


class Blindness(StrEnum):
    """Why an account's statements do not tell the whole story."""

    NO_STATEMENT = "no_statement"
    STATEMENT_TOO_OLD = "statement_too_old"
    STATEMENT_GAP = "statement_gap"
    BROKEN_FILE = "broken_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFreshness:
    """What is known of one money source: ``closing_on`` of its last statement (None: there is none), gaps in the chain of its
    balances, and files of it that could not be read; each gap and file one line."""

    account: str
    closing_on: date | None
    gaps: tuple[str, ...] = ()
    broken_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """One reason why nothing may be claimed: what, at which account, in one line."""

    account: str
    blindness: Blindness
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What is known of all money sources of a tenant. A tenant without any is not fresh: nobody can have paid into sight."""

    accounts: tuple[AccountFreshness, ...]

    def seen_to(self) -> date | None:
        """The last day that the statements of every account reach; None where an account has none, or there is no account."""
        closings = [known.closing_on for known in self.accounts]
        return None if not closings or None in closings else min(day for day in closings if day is not None)

    def unseen(self, as_of: date, country: str, working_days: int) -> tuple[Unseen, ...]:
        """Everything that keeps claims back on ``as_of``; empty when every last statement is at most ``working_days`` old
        (working days of ``country`` after its closing date) and nothing is missing or broken."""
        if not self.accounts:
            return (Unseen(account="", blindness=Blindness.NO_STATEMENT, detail=""),)
        found: list[Unseen] = []
        for known in self.accounts:
            if known.closing_on is None:
                found.append(Unseen(account=known.account, blindness=Blindness.NO_STATEMENT, detail=""))
            elif working_days_after(known.closing_on, as_of, country) > working_days:
                detail = known.closing_on.isoformat()
                found.append(Unseen(account=known.account, blindness=Blindness.STATEMENT_TOO_OLD, detail=detail))
            found += [
                Unseen(account=known.account, blindness=Blindness.STATEMENT_GAP, detail=gap) for gap in known.gaps
            ]
            found += [
                Unseen(account=known.account, blindness=Blindness.BROKEN_FILE, detail=name)
                for name in known.broken_files
            ]
        return tuple(found)
