"""One identity per bank entry, whatever file or format it comes in (design, section 8).

``identify`` is asked once per document, account and booking day: with the booked entries that the document has for that day, in its
order, and with those that are known for it already. Each incoming entry either claims one known entry, whose identity it then keeps, or
is new. A known entry is claimed by at most one entry of a document, so twins are counted and never merged.

Only equal amounts in one currency can be the same entry. Beyond that there are these proofs, the strongest first:

1. *Reference.* The bank's own reference, where one incoming and one known entry alone have it with that amount. Words that mean "none"
   (``NONREF``) are no references.
2. *The whole in another order.* All that is known, between the same two balances: other formats may list a day otherwise. Who is who is
   said by content, then by step, then by order.
3. *Step.* The same amount that leads to the same running balance: the same step of the same account. Among several (+10 -10 +10) equal
   content decides, then their order. Where the references of this format have proven stable (more such steps agree on them than
   differ), two different references are two entries.
4. *A part in another order.* A run of entries between two balances that are known, with amounts that are there, paired by content. Two different
   references in one format are two entries; without them such a run cannot be told from another statement of that day with the same amounts,
   balances and words, and is taken for the known part until the whole day comes.
5. *Content*, where one side has no running balance, or where the document must hold all that is known and more: equal reference, end-to-end
   id, counterparty, creditor references and text (letters and digits only), with multiplicity, the strongest agreement first and never
   against a contradiction. An equal amount alone proves nothing.

A document whose entries begin with the balance with which the known ones end (or the other way round) and that shares no step with
them continues them: another statement of that day. Nothing of it is known, whatever it looks like. Worked example, one day, opening
balance 100.00::

    morning statement      +50.00 -> 150.00 "gift"    A      new
    afternoon statement    +50.00 -> 200.00 "gift"    B      begins with 150.00, where the known ones end: new, a twin
    the day as one file    +50.00 -> 150.00 "gift"           step of A
                           +50.00 -> 200.00 "gift"           step of B
    the same as MT940      +50.00 -> 150.00 "GIFT"           step of A, though reference and text differ
                           +50.00 -> 200.00 "GIFT"           step of B

A new entry's id is derived from account, day, amount and running balance, so that it is the same by whichever road the entry comes first;
where there is no running balance, from content. An ordinal keeps ids apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from ledger.effects import key_of
from ledger.money import Money
from ledger.statements import IdentifiedEntry, StatementEntry

#: What banks write where a reference is required and there is none.
NO_REFERENCE: Final = frozenset({"NONREF", "NOREF", "NOTPROVIDED", "NONE", "NA"})

#: An amount, and the balance in minor units to which it leads.
_Step = tuple[Money, int]


class _Content(NamedTuple):
    """What an entry says of itself, in a form that formats can agree on: letters and digits only, in one case."""

    iban: str
    end_to_end_id: str
    creditor_references: tuple[str, ...]
    text: str
    bank_reference: str


def identify(entries: Sequence[StatementEntry], known: Sequence[IdentifiedEntry]) -> list[IdentifiedEntry]:
    """Each of ``entries`` with its identity, in the same order; all of one account and booking day and from one document.

    ``known``: what is booked for that account and day already, in any order. Entries in different currencies (one IBAN may have
    several) never meet. Raises ValueError when the days differ.
    """
    if len({entry.booked_on for entry in entries} | {identified.entry.booked_on for identified in known}) > 1:
        raise ValueError("entries of several booking days cannot be identified together")
    kept: dict[int, str] = {}
    for currency in sorted({entry.amount.currency for entry in entries}):
        indexes = [index for index, entry in enumerate(entries) if entry.amount.currency == currency]
        there = sorted((other for other in known if other.entry.amount.currency == currency), key=_in_order)
        claims = _Claims([entries[index] for index in indexes], [other.entry for other in there])
        claims.settle()
        for index, claimed in zip(indexes, claims.claimed, strict=True):
            if claimed is not None:
                kept[index] = there[claimed].entry_id
    taken = {identified.entry_id for identified in known}
    answer: list[IdentifiedEntry] = []
    for index, entry in enumerate(entries):
        entry_id = kept.get(index)
        if entry_id is None:
            entry_id = _new_id(entry, taken)
            taken.add(entry_id)
        answer.append(IdentifiedEntry(entry_id=entry_id, entry=entry))
    return answer


def _in_order(identified: IdentifiedEntry) -> tuple[int, int, str]:
    """So that the order in which a store hands out what is known decides nothing."""
    balance = identified.entry.balance
    return identified.entry.position, 0 if balance is None else balance.minor, identified.entry_id


def _new_id(entry: StatementEntry, taken: set[str]) -> str:
    """An id from facts; the ordinal is 1 unless an equal entry has that id already."""
    if entry.balance is not None:
        facts = ("balance", str(entry.balance.minor))
    else:
        said = _content(entry)
        facts = (
            "content",
            "\n".join((said.bank_reference, said.iban, said.end_to_end_id, *said.creditor_references, said.text)),
        )
    ordinal = 1
    while True:
        entry_id = key_of(
            "entry",
            entry.account,
            entry.booked_on.isoformat(),
            entry.amount.currency,
            str(entry.amount.minor),
            *facts,
            str(ordinal),
        )
        if entry_id not in taken:
            return entry_id
        ordinal += 1


def _plain(text: str) -> str:
    """Letters and digits only, in one case."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _reference(entry: StatementEntry) -> str:
    """The bank's own reference, empty where it means none."""
    reference = entry.bank_reference.strip()
    plain = "".join(character for character in reference.upper() if character.isalnum())
    return "" if plain in NO_REFERENCE or not plain.strip("0") else reference


def _end_to_end_id(entry: StatementEntry) -> str:
    plain = "".join(character for character in entry.end_to_end_id.upper() if character.isalnum())
    return "" if plain in NO_REFERENCE else plain


def _content(entry: StatementEntry) -> _Content:
    return _Content(
        iban=_plain(entry.counterparty.iban),
        end_to_end_id=_end_to_end_id(entry),
        creditor_references=tuple(sorted(_plain(reference) for reference in entry.remittance.creditor_references)),
        text=_plain("".join(entry.remittance.unstructured)),
        bank_reference=_reference(entry),
    )


def _contradict(one: _Content, other: _Content) -> bool:
    """Whether both say something and not the same: another account, end-to-end id or creditor reference, or a text of which neither
    holds the other (unless a creditor reference agrees)."""
    if any(bool(mine) and bool(theirs) and mine != theirs for mine, theirs in zip(one[:3], other[:3], strict=True)):
        return True
    agreed = bool(one.creditor_references) and one.creditor_references == other.creditor_references
    return not agreed and one.text not in other.text and other.text not in one.text


def _are_strangers(one: _Content, other: _Content) -> bool:
    """Whether two different IBANs with different texts took the same step: two entries, however alike. (An account number that is no IBAN
    may be the same account as an IBAN.)"""
    both_iban = all(account[:2].isalpha() and account[2:4].isdigit() for account in (one.iban, other.iban))
    return both_iban and one.iban != other.iban and one.text != other.text


class _Claims:
    """Which incoming entry claims which known one, in one currency; ``claimed`` holds an index into ``known`` for each incoming entry,
    or None."""

    def __init__(self, entries: Sequence[StatementEntry], known: Sequence[StatementEntry]) -> None:
        self._entries = entries
        self._known = known
        self.claimed: list[int | None] = [None] * len(entries)
        self._free = dict.fromkeys(range(len(known)))
        self._contents: dict[int, _Content] = {}
        self._known_contents: dict[int, _Content] = {}

    def settle(self) -> None:
        """Make the claims, strongest proof first."""
        if not self._entries or not self._known or self._continues():
            return
        self._by_reference()
        self._as_a_whole()
        self._by_step()
        self._by_order()
        self._by_content()

    # -- what is left, and what it says ---------------------------------------------------------------------------------

    def _open(self) -> list[int]:
        return [index for index, claimed in enumerate(self.claimed) if claimed is None]

    def _claim(self, index: int, known: int) -> None:
        self.claimed[index] = known
        del self._free[known]

    def _release(self, indexes: Iterable[int]) -> None:
        for index in indexes:
            known = self.claimed[index]
            if known is not None:
                self.claimed[index] = None
                self._free[known] = None

    def _said(self, index: int) -> _Content:
        if index not in self._contents:
            self._contents[index] = _content(self._entries[index])
        return self._contents[index]

    def _known_said(self, index: int) -> _Content:
        if index not in self._known_contents:
            self._known_contents[index] = _content(self._known[index])
        return self._known_contents[index]

    def _pairs(
        self,
        indexes: Iterable[int],
        free: Iterable[int],
        key: Callable[[int], Hashable | None],
        known_key: Callable[[int], Hashable | None],
    ) -> list[tuple[list[int], list[int]]]:
        """Incoming and known entries with the same key, for each key that both sides have; None is no key."""
        groups: dict[Hashable, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for index in indexes:
            found = key(index)
            if found is not None:
                groups[found][0].append(index)
        for index in free:
            found = known_key(index)
            if found is not None and found in groups:
                groups[found][1].append(index)
        return [(ours, theirs) for ours, theirs in groups.values() if theirs]

    # -- the proofs -----------------------------------------------------------------------------------------------------

    def _path(self) -> list[_Step] | None:
        """The document's steps, when each begins with the balance that the one before it left; None otherwise."""
        path = [step for step in map(_step, self._entries) if step is not None]
        whole = len(path) == len(self._entries) and all(_before(step) == before[1] for before, step in pairwise(path))
        return path if whole else None

    def _passed(self) -> list[_Step]:
        return [step for step in map(_step, self._known) if step is not None]

    def _continues(self) -> bool:
        """Whether the document begins where the known entries end, or ends where they begin, and shares no step with them."""
        path, passed = self._path(), self._passed()
        if path is None or len(passed) != len(self._known) or set(path) & set(passed):
            return False
        starts, ends = _ends(passed)
        first, last = _before(path[0]), path[-1][1]
        return ends[first] > starts[first] or starts[last] > ends[last]

    def _by_reference(self) -> None:
        groups = self._pairs(
            self._open(),
            list(self._free),
            lambda index: self._reference_key(self._entries[index]),
            lambda index: self._reference_key(self._known[index]),
        )
        for ours, theirs in groups:
            if len(ours) == 1 and len(theirs) == 1:
                self._claim(ours[0], theirs[0])

    @staticmethod
    def _reference_key(entry: StatementEntry) -> Hashable | None:
        reference = _reference(entry)
        return (reference, entry.amount) if reference else None

    def _as_a_whole(self) -> None:
        """The whole of what is known, in any order: the same amounts between the same two balances.

        Then only who is who is left to say. Where the two balances are one, another statement may do the same there and back, so every
        entry must find one with equal content.
        """
        path, passed = self._path(), self._passed()
        if path is None or len(passed) != len(self._known):
            return
        if Counter(amount for amount, _ in path) != Counter(amount for amount, _ in passed):
            return
        first, last = _before(path[0]), path[-1][1]
        starts, ends = _ends(passed)
        returns = first == last
        if not (first in starts if returns else starts[first] > ends[first] and ends[last] > starts[last]):
            return
        left = self._open()
        for ours, theirs in self._pairs(
            left, list(self._free), lambda index: self._entries[index].amount, lambda index: self._known[index].amount
        ):
            self._pair_steps(
                ours, theirs, lambda index, known: not _contradict(self._said(index), self._known_said(known))
            )
            self._pair_up(ours, theirs, _always)
            if not returns:
                self._pair_steps(ours, theirs, _always)
                self._in_turn(ours, theirs, _always)
        if any(self.claimed[index] is None for index in left):
            self._release(left)

    def _pair_steps(self, ours: list[int], theirs: list[int], allowed: Callable[[int, int], bool]) -> None:
        for mine, known in self._pairs(
            [index for index in ours if self.claimed[index] is None],
            [known for known in theirs if known in self._free],
            lambda index: _step(self._entries[index]),
            lambda index: _step(self._known[index]),
        ):
            self._in_turn(mine, known, allowed)

    def _by_step(self) -> None:
        groups = self._pairs(
            self._open(),
            list(self._free),
            lambda index: _step(self._entries[index]),
            lambda index: _step(self._known[index]),
        )
        stable = self._references_are_stable()

        def allowed(index: int, known: int) -> bool:
            return not (stable and self._different_references(index, known))

        for ours, theirs in groups:
            self._pair_up(ours, theirs, allowed)
            self._in_turn(
                ours,
                theirs,
                lambda index, known: (
                    allowed(index, known) and not _are_strangers(self._said(index), self._known_said(known))
                ),
            )

    def _references_are_stable(self) -> bool:
        """Whether equal steps in one format agree on their references more often than not. Claims by reference are among them."""
        same = different = 0
        free: dict[Hashable, list[int]] = defaultdict(list)
        for known in self._free:
            free[_step(self._known[known])].append(known)
        for index, claimed in enumerate(self.claimed):
            step = _step(self._entries[index])
            if step is None:
                continue
            if claimed is not None:
                same += step == _step(self._known[claimed])
            elif step in free:
                different += all(self._different_references(index, known) for known in free[step])
        return same > different

    def _different_references(self, index: int, known: int) -> bool:
        """Whether two entries in one format have different references; references of different formats have nothing to do with each other."""
        mine, theirs = _reference(self._entries[index]), _reference(self._known[known])
        return (
            bool(mine)
            and bool(theirs)
            and mine != theirs
            and _shape(self._entries[index].transaction_code) == _shape(self._known[known].transaction_code) != ()
        )

    def _by_order(self) -> None:
        """The same steps in another order, run by run of what is left.

        A run that is all that is left on both sides and leads somewhere else is the same run, whatever the formats make of its words.
        One that comes back to its first balance, or is a part of what is known, may as well be another statement: then all of its
        entries must find one with equal content, and no other reference in the same format, or none of them is known.
        """
        states = {balance for step in self._passed() for balance in (_before(step), step[1])}
        for run in self._runs():
            free = [known for known in self._free if self._known[known].balance is not None]
            first, last = _step(self._entries[run[0]]), _step(self._entries[run[-1]])
            wanted = Counter(self._entries[index].amount for index in run)
            there = Counter(self._known[known].amount for known in free)
            if len(run) == 1 or first is None or last is None or wanted - there:
                continue
            if not {_before(first), last[1]} <= states:
                continue
            is_all = wanted == there and _before(first) != last[1]
            for ours, theirs in self._pairs(
                run, free, lambda index: self._entries[index].amount, lambda index: self._known[index].amount
            ):
                self._pair_up(ours, theirs, _always if is_all else self._may_be_one)
                if is_all:
                    self._in_turn(ours, theirs, _always)
            if any(self.claimed[index] is None for index in run):
                self._release(run)

    def _may_be_one(self, index: int, known: int) -> bool:
        return not self._different_references(index, known)

    def _runs(self) -> list[list[int]]:
        """What is left of the document, cut where a balance does not follow from the one before."""
        runs: list[list[int]] = []
        for index in self._open():
            step = _step(self._entries[index])
            if step is None:
                continue
            previous = _step(self._entries[runs[-1][-1]]) if runs else None
            if previous is not None and index == runs[-1][-1] + 1 and previous[1] == _before(step):
                runs[-1].append(index)
            else:
                runs.append([index])
        return runs

    def _by_content(self) -> None:
        """Where a running balance is missing on one side; and where the document must hold all of the known entries, though its steps are
        others. The strongest agreement comes first."""
        self._pair_contents(
            lambda index, known: self._entries[index].balance is None or self._known[known].balance is None
        )
        if self._holds_all():
            left = self._open()
            self._pair_contents(_always)
            if self._free:
                self._release(left)

    def _pair_contents(self, allowed: Callable[[int, int], bool]) -> None:
        for ours, theirs in self._pairs(
            self._open(),
            list(self._free),
            lambda index: self._entries[index].amount,
            lambda index: self._known[index].amount,
        ):
            self._pair_up(ours, theirs, allowed)

    def _holds_all(self) -> bool:
        """Whether the document has more entries than are known and begins where these begin, or ends where they end."""
        path, passed = self._path(), self._passed()
        if path is None or len(path) <= len(self._known):
            return False
        starts, ends = _ends(passed)
        first, last = _before(path[0]), path[-1][1]
        return starts[first] > ends[first] or ends[last] > starts[last]

    def _pair_up(self, ours: list[int], theirs: list[int], allowed: Callable[[int, int], bool]) -> None:
        """Claim within a group of equal amounts, by ever weaker agreement of content, never against a contradiction."""

        def agrees(index: int, known: int) -> bool:
            return allowed(index, known) and not _contradict(self._said(index), self._known_said(known))

        for agreement in _AGREEMENTS:
            mine: dict[int, Hashable | None] = {
                index: agreement(self._said(index)) for index in ours if self.claimed[index] is None
            }
            known = {index: agreement(self._known_said(index)) for index in theirs if index in self._free}
            if not mine or not known:
                return
            for one, other in self._pairs(mine, known, mine.__getitem__, known.__getitem__):
                self._in_turn(one, other, agrees)

    def _in_turn(self, ours: list[int], theirs: list[int], allowed: Callable[[int, int], bool]) -> None:
        """The first incoming entry that is left claims the first known one that is left and that it may, and so on."""
        waiting = [known for known in theirs if known in self._free]
        for index in ours:
            if self.claimed[index] is not None:
                continue
            for place, known in enumerate(waiting):
                if allowed(index, known):
                    self._claim(index, known)
                    del waiting[place]
                    break


def _always(_index: int, _known: int) -> bool:
    return True


def _step(entry: StatementEntry) -> _Step | None:
    """The amount and the balance it leads to."""
    return None if entry.balance is None else (entry.amount, entry.balance.minor)


def _shape(transaction_code: str) -> tuple[tuple[int, bool], ...]:
    """What kind of transaction code it is, and so which format an entry came in: CODA's eight digits, NTRF/166, PMNT/RCDT/ESCT. Empty
    where there is none."""
    return tuple((len(part), part.isdigit()) for part in transaction_code.split("/")) if transaction_code else ()


def _before(step: _Step) -> int:
    return step[1] - step[0].minor


def _ends(steps: Iterable[_Step]) -> tuple[Counter[int], Counter[int]]:
    """How often each balance is one from which a step leads, and one to which a step leads. A chain of steps begins with the balance that is
    more often the former, and ends with the one that is more often the latter; one that comes back to its first has neither."""
    starts, ends = Counter[int](), Counter[int]()
    for step in steps:
        starts[_before(step)] += 1
        ends[step[1]] += 1
    return starts, ends


def _own_reference(content: _Content) -> Hashable | None:
    return content.bank_reference or None


def _everything(content: _Content) -> Hashable | None:
    return content[:4] if any(content[:4]) else None


def _end_to_end(content: _Content) -> Hashable | None:
    return content.end_to_end_id or None


def _account_and_reference(content: _Content) -> Hashable | None:
    return (content.iban, content.creditor_references) if content.iban and content.creditor_references else None


def _account_and_text(content: _Content) -> Hashable | None:
    return (content.iban, content.text) if content.iban and content.text else None


def _reference_or_text(content: _Content) -> Hashable | None:
    return "".join((*content.creditor_references, content.text)) or None


def _account(content: _Content) -> Hashable | None:
    return content.iban or None


#: Agreements of content, strongest first; each gives a key, or None where the entry says too little for it.
_AGREEMENTS: Final[tuple[Callable[[_Content], Hashable | None], ...]] = (
    _own_reference,
    _everything,
    _end_to_end,
    _account_and_reference,
    _account_and_text,
    _reference_or_text,
    _account,
)
