"""Which invoice over there a number of ours means: looked up many at once, and kept for as long as one delivery lasts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import Refused
from ledger.money import Money

#: Numbers in one question.
NUMBERS_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDocument:
    """An invoice or credit note as the accounting software holds it. ``remote_id``, ``party_id``, ``account``: its own ids of the document, the customer
    and the receivable account (``account`` may be empty). ``gross``, ``open``: debit positive, so negative for a credit note. ``status``: the system's
    own word."""

    number: str
    remote_id: str
    party_id: str
    account: str
    gross: Money
    open: Money
    status: str


class DocumentDirectory:
    """Documents by number. What was looked up is kept until ``forget``; what a posting changes must be forgotten."""

    def __init__(
        self,
        ask: Callable[[Sequence[str]], Iterable[RemoteDocument]],
        system: str,
        *,
        at_once: int = NUMBERS_AT_ONCE,
    ) -> None:
        """``ask``: the documents with these numbers, in any order, those that are not there left out. ``system``: its name, for people."""
        self._ask = ask
        self._system = system
        self._at_once = at_once
        self._known: dict[str, RemoteDocument] = {}

    def look_up(self, numbers: Collection[str]) -> None:
        """Learn these numbers with as few questions as may be; one that is not there is left out."""
        missing = [number for number in dict.fromkeys(numbers) if number not in self._known]
        for start in range(0, len(missing), self._at_once):
            wanted = missing[start : start + self._at_once]
            for document in self._ask(wanted):
                known = self._known.get(document.number)
                if known is not None and known.remote_id != document.remote_id:
                    raise Refused(f"there are two documents {document.number} in {self._system}")
                self._known[document.number] = document

    def of(self, number: str) -> RemoteDocument:
        """The document of a number. Raises Refused, in words for people, where there is none or there are two."""
        self.look_up((number,))
        document = self._known.get(number)
        if document is None:
            raise Refused(f"there is no document {number} in {self._system}")
        return document

    def has(self, number: str) -> bool:
        """Whether there is one."""
        self.look_up((number,))
        return number in self._known

    def forget(self, numbers: Collection[str] | None = None) -> None:
        """Look these up again next time; None: all of them."""
        if numbers is None:
            self._known.clear()
            return
        for number in numbers:
            self._known.pop(number, None)
