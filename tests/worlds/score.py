"""Scores bookings against truth, by the rules that labelled worlds are usually scored by.

Right: what was booked by itself is one of the accepted bookings, and the entry was to be booked or could be. Wrong: any other
booking, and a customer's payment that was ignored. Missed: left to a person though it was certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Final, assert_never

from ledger.allocations import Allocation, Ambiguous, Ignored, Matched, Partly, Unmatched
from reconcile.policy import MatchPolicy
from reconcile.receivables import Receivables
from reconcile.timeline import Decided, Netted, reconcile
from tests.worlds.world import UNTIL, Lines, Truth, World

#: Shares of certain entries that were booked by themselves when last recorded (22 November 2026: 0.9967 and 1.0), less a little
#: for the seed. Whoever falls below made something worse; whoever rises may raise them.
OWN_FLOOR: Final = 0.985
BENCH_FLOOR: Final = 0.995
#: Of what is left to a person and of which the truth is known: suggested first, and among the first three (22 November 2026: 0.97 and
#: 0.98 on seeds that nobody had looked at), less a little for the few of one world.
FIRST_FLOOR: Final = 0.85
AMONG_THREE_FLOOR: Final = 0.92
#: Standard deviations on either side of a 95 % interval.
_Z: Final = 1.959964


def wilson(right: int, of: int) -> tuple[float, float]:
    """Wilson's 95 % score interval for a share."""
    if not of:
        return 0.0, 1.0
    share, squared = right / of, _Z * _Z
    middle = (share + squared / (2 * of)) / (1 + squared / of)
    half = _Z * sqrt(share * (1 - share) / of + squared / (4 * of * of)) / (1 + squared / of)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass
class Tally:
    """Counts of one class."""

    entries: int = 0
    due: int = 0
    booked: int = 0
    right: int = 0
    wrong: int = 0
    left: int = 0
    suggestable: int = 0
    first: int = 0
    among_three: int = 0

    def add(self, other: Tally) -> None:
        """Another tally on top."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Score:
    """Tallies by class, the wrong bookings and the missed ones, each with what it was and what was said."""

    classes: dict[str, Tally] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    missed: list[tuple[str, str]] = field(default_factory=list)

    def total(self) -> Tally:
        """All classes together."""
        total = Tally()
        for tally in self.classes.values():
            total.add(tally)
        return total

    def add(self, other: Score) -> None:
        """Another world's score on top."""
        for name, tally in other.classes.items():
            self.classes.setdefault(name, Tally()).add(tally)
        self.wrong.extend(other.wrong)
        self.missed.extend(other.missed)

    def take(
        self, truth: Truth, booked: Lines | None, ignored: bool, suggested: Iterable[Lines], described: str
    ) -> None:
        """One entry: ``booked`` when it was booked by itself, else whether it was ignored, else suggestions in their order."""
        tally = self.classes.setdefault(truth.story, Tally())
        tally.entries += 1
        tally.due += truth.expect == "auto"
        if booked is not None:
            fine = booked in truth.accept and truth.expect in ("auto", "either")
            tally.right += fine and truth.expect == "auto"
            tally.booked += fine
            tally.wrong += not fine
            if not fine:
                self.wrong.append(
                    f"[{truth.story}] booked {booked}, right is {truth.expect} {truth.accept}: {described}"
                )
            return
        if ignored:
            if truth.expect != "ignore":
                tally.wrong += 1
                self.wrong.append(f"[{truth.story}] ignored, right is {truth.expect} {truth.accept}: {described}")
            return
        tally.left += 1
        if truth.expect == "auto":
            self.missed.append((truth.story, described))
        if truth.accept:
            ranked = list(suggested)
            tally.suggestable += 1
            tally.first += any(each in truth.accept for each in ranked[:1])
            tally.among_three += any(each in truth.accept for each in ranked[:3])


def lines_of(allocations: Iterable[Allocation]) -> Lines:
    """Lines summed per kind and document, sorted."""
    sums: dict[tuple[str, str], int] = {}
    for each in allocations:
        key = (each.kind.value, each.document or each.customer_id)
        sums[key] = sums.get(key, 0) + each.amount.minor
    return tuple(sorted((kind, what, minor) for (kind, what), minor in sums.items()))


def judged(world: World, policy: MatchPolicy | None = None) -> Score:
    """The reconciler's answers to a world, scored."""
    policy = policy or MatchPolicy(currency="EUR", country=world.country)
    receivables = Receivables(policy, world.customers, world.items)
    score = Score()
    for answer in reconcile(receivables, world.entries, UNTIL):
        match answer:
            case Netted():
                pass
            case Decided(identified=identified, outcome=outcome):
                entry = identified.entry
                described = (
                    f"{entry.amount} '{' | '.join(entry.remittance.unstructured)}' {entry.remittance.creditor_references}"
                    f" from {entry.counterparty.name} {entry.counterparty.iban}: {outcome.reason.code} {dict(outcome.reason.values)}"
                )
                truth = world.truth[identified.entry_id]
                match outcome:
                    case Matched():
                        score.take(truth, lines_of(outcome.allocations), False, (), described)
                    case Ambiguous():
                        suggested = [lines_of(each.allocations) for each in outcome.suggestions]
                        score.take(truth, None, False, suggested, described)
                    case Partly() | Unmatched():
                        score.take(truth, None, False, (), described)
                    case Ignored():
                        score.take(truth, None, True, (), described)
                    case _ as never:
                        assert_never(never)
    return score


def table(scores: Mapping[str, Tally]) -> list[str]:
    """One line per class: entries, certain ones, booked by themselves with the interval, wrong, suggestions right first and among three."""
    lines = [
        f"{'class':32}{'entries':>8}{'certain':>8}{'booked':>8}  {'rate, 95 %':22}{'wrong':>6}{'first':>10}{'of three':>10}"
    ]
    for name, tally in scores.items():
        low, high = wilson(tally.right, tally.due)
        rate = f"{tally.right / tally.due:.4f} ({low:.4f}-{high:.4f})" if tally.due else "-"
        first = f"{tally.first}/{tally.suggestable}" if tally.suggestable else "-"
        three = f"{tally.among_three}/{tally.suggestable}" if tally.suggestable else "-"
        lines.append(
            f"{name:32}{tally.entries:>8}{tally.due:>8}{tally.right:>8}  {rate:22}{tally.wrong:>6}{first:>10}{three:>10}"
        )
    return lines
