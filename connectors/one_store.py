"""Books that one store posts to, where nothing in the system itself would keep a second one from booking everything again.

The store leaves a note over there that a person can read and delete. Whoever is about to post looks at the notes first, and the oldest one counts. Whoever finds none
leaves one and looks again: who then sees another one beside it posts nothing in this cycle, and the next one knows who was first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import HumanActionNeeded, Transient

#: What a person reads on a note.
NOTE: Final = "afletter posts here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note as it stands there. ``store``: whose it is, empty where it does not say; ``place``: where a person finds it."""

    store: str
    place: str


def keep_to_one(store: str, whose: str, notes: Callable[[], Sequence[Note]], leave: Callable[[], None]) -> None:
    """Returns where the books are this store's. ``whose``: what they are called; ``notes``: those that stand there, oldest first; ``leave``:
    leaves ours.

    Raises HumanActionNeeded where they are another store's, and Transient where that is not clear yet.
    """
    standing = notes()
    if not standing:
        leave()
        standing = notes()
        if not standing:
            raise Transient(f"{whose} does not show the note that was left there: nothing is posted in this cycle")
        if any(one.store != store for one in standing):
            raise Transient(
                f"another afletter store came to {whose} at the same moment: nothing is posted in this cycle"
            )
    first = standing[0]
    if first.store != store:
        raise HumanActionNeeded(
            f"{whose} is served by another afletter store ({first.store or 'it does not say which'}), so this one ({store}) posts nothing."
            f" If the other one is gone for good, delete {first.place}: the next cycle takes over. If both are wanted, set `one_store: false`"
        )
