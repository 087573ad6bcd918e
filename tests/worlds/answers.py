"""Every answer to a labelled world, whole, as text: to hold two ways of running the reconciler against each other.

python -m tests.worlds.answers NL 5
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from reconcile.policy import MatchPolicy
from reconcile.receivables import Receivables
from reconcile.timeline import reconcile
from tests.worlds.stories import tell
from tests.worlds.world import UNTIL


def answers(country: str, seed: int) -> Iterator[str]:
    """One line per answer to a world, with its evidence, its reasons and what came second."""
    world = tell(country, seed)
    policy = MatchPolicy(currency="EUR", country=country)
    return map(repr, reconcile(Receivables(policy, world.customers, world.items), world.entries, UNTIL))


if __name__ == "__main__":
    print("\n".join(answers(sys.argv[1], int(sys.argv[2]))))
