"""Names of payers and customers: when two spellings are one party.

Banks cut names, drop accents and write capitals; people write initials, turn first and last name round, pay from a joint account. What
counts are the significant words: legal forms, titles and particles (``van``, ``de``) are left out, umlauts and their two-letter
spellings are one. Worked examples, all ``STRONG``: ``K. AMALRADA`` and ``Kim Amalrada`` (initial); ``WILLAERT, NUYTS EN
VANDENBROUCKE CO`` and ``Willaert, Nuyts en Vandenbroucke CommV`` (cut); ``Hr. J. Peeters en/of Mevr. M. Claes`` and ``Marie Claes``
(joint); ``Mueller GmbH`` and ``Müller`` (legal form). ``Weller Bau`` and ``Weller``, or ``Weller GmbH`` and ``Weller OHG``, are only ``WEAK``: they
may be two companies.

A likeness says that the names may be one; whether the payment is then certain is decided with the amount, among every customer
whose name is as like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from sys import intern
from typing import Final, Protocol, TypeVar

from ledger.values import maker, many
from reconcile.text import plain

#: Letters of a name that a bank's cut must have left over to count.
_FEWEST_CUT_LETTERS: Final = 18
#: Letters of a name that are found in a text without its blanks.
_FEWEST_RUN_LETTERS: Final = 10
#: Letters of a word that can carry a name.
_FEWEST_WORD_LETTERS: Final = 3


def _flat(text: str) -> str:
    """Umlauts and their two-letter spellings as one letter."""
    return text.replace("AE", "A").replace("OE", "O").replace("UE", "U")


_LEGAL: Final = frozenset({
    "AG", "ASBL", "BV", "BVBA", "BVH", "CIE", "CO", "COMMV", "CV", "CVBA", "CVOH", "EENMANSZAAK", "EG", "EK", "EURL",
    "EV", "EWIV", "FA", "GBR", "GCV", "GESMBH", "GMBH", "GMBHCO", "GP", "INC", "KG", "KGAA", "LLC", "LLP", "LP",
    "LTD", "MBH", "NV", "OG", "OHG", "PGMBH", "PLC", "PLLC", "SA", "SARL", "SAS", "SC", "SCA", "SCOMM", "SCRI",
    "SCRL", "SE", "SNC", "SPRL", "SRL", "UG", "UK", "VOF", "VZW",
})  # fmt: skip
#: Legal forms that are one: translations, spellings, and what a reform renamed (Belgian Code of Companies and Associations, 2019).
_SAME_FORM: Final[Mapping[str, str]] = {
    "BVBA": "BV", "SPRL": "BV", "SRL": "BV", "BVH": "BV", "PGMBH": "BV", "SA": "NV", "SNC": "VOF", "SC": "CV", "SCRL": "CV", "CVBA": "CV",
    "SCOMM": "COMMV", "GCV": "COMMV", "SCRI": "CVOH", "ASBL": "VZW", "GESMBH": "GMBH", "MBH": "GMBH", "GMBHCO": "GMBH", "OG": "OHG",
}  # fmt: skip
#: Endings that say no more than that there is a company.
_ANY_FORM: Final = frozenset({"CIE", "CO", "FA"})
_TITLES: Final = frozenset({
    "BA", "BC", "BENG", "BSC", "DHR", "DIPL", "DR", "DRS", "FAM", "FAMILIE", "FAMILLE", "FRAU", "HEER", "HERR",
    "HERRN", "HR", "II", "III", "ING", "IR", "JR", "JUN", "MADAME", "MAG", "MEVR", "MEVROUW", "MISS", "MISTER",
    "MLLE", "MME", "MONSIEUR", "MR", "MRS", "MS", "MSC", "MW", "PHD", "PROF", "SEN", "SR",
})  # fmt: skip
_PARTICLES: Final = frozenset({
    "AAN", "AUF", "DA", "DAL", "DE", "DEL", "DEN", "DER", "DES", "DI", "DIE", "DOS", "DU", "IN", "LA", "LE", "LES",
    "OP", "TE", "TEN", "TER", "TOT", "VAN", "VD", "VOM", "VON", "ZU", "ZUM", "ZUR",
})  # fmt: skip
#: Words that many names share; with umlauts as in ``_flat``.
_GENERIC: Final = frozenset({
    "AND", "BANK", "BEHEER", "BELGIE", "BELGIQU", "BELGIUM", "BENELUX", "BROS", "COMPANY", "DEUTSCHLAND", "EUROPE",
    "FILS", "FRERES", "GEBR", "GERMANY", "GROP", "GROUP", "GROUPE", "GRUPPE", "HANDEL", "HOLDING", "INTERNATIONAL",
    "KONINKLIJKE", "NEDERLAND", "NETHERLANDS", "PARTNERS", "ROYAL", "SERVICES", "SOCIETE", "SOHNE", "SONS",
    "STICHTING", "STIFTUNG", "TRADING", "VEREIN", "VERENIGING", "ZONEN", "ZOON",
})  # fmt: skip
#: The French title: an initial as well, unless all names are written out behind it.
_MONSIEUR: Final = "M"
_JOINERS: Final = frozenset({
    "AND", "EN", "ENOF", "EO", "ET", "ETOU", "ODER", "OF", "OR", "OU", "UND", "UNDODER",
})  # fmt: skip

#: Words that are no significant ones, and what stands between two parties.
_ASIDE: Final = _LEGAL | _TITLES | _PARTICLES
_BETWEEN: Final = _JOINERS | {"|"}
_JOINER_SIGNS: Final = re.compile(r"[&+]|\b(?:E/O|EN/OF|ET/OU|U/O|UND/ODER)\b")
_DOTTED: Final = re.compile(r"\b(?:[A-Z]\.){2,}[A-Z]?\b\.?|\b(?:[A-Z]\.){1,}[A-Z]\b\.?")
_APOSTROPHES: Final = re.compile(r"['`´’‘]")
_WORD: Final = re.compile(r"[0-9A-Z]+|\|")


class Likeness(IntEnum):
    """How like two names are."""

    NONE = 0
    WEAK = 1
    STRONG = 2


@many
@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart: ``words`` are the significant ones, ``others`` legal forms, titles and particles, ``joined`` all letters and
    digits in their order, ``joint`` whether it names more than one party, ``breaks`` before which of the words a further one begins, ``key`` equal for names with the same significant words in
    whatever order, ``initials`` the significant words of one letter."""

    words: tuple[str, ...]
    others: tuple[str, ...]
    joined: str
    joint: bool
    breaks: tuple[int, ...]
    key: str
    initials: str

    @property
    def blocks(self) -> tuple[str, ...]:
        """The words under which a name is filed to be compared."""
        words = [word for word in self.words if len(word) >= _FEWEST_WORD_LETTERS and word not in _GENERIC]
        return tuple(dict.fromkeys(words))

    def is_in(self, text: Name) -> bool:
        """Whether every significant word of the name, or the initial of one, is among the text's, one of them whole that carries a name; or all its
        letters stand there in one run, wherever a line was broken."""
        if len(self.joined) >= _FEWEST_RUN_LETTERS and self.joined in text.joined:
            return True
        words = text.words
        return _share_a_word(self, text) and all(word in words or word[0] in words for word in self.words)


def _carries(word: str) -> bool:
    return len(word) >= _FEWEST_WORD_LETTERS and word not in _GENERIC


_name: Final = maker(Name)


def _undotted(match: re.Match[str]) -> str:
    letters = match.group().replace(".", "")
    return f" {letters} " if letters in _LEGAL or letters in _TITLES else f" {' '.join(letters)} "


def name_of(text: str) -> Name:
    """The name that ``text`` is."""
    flat = plain(text)
    if "'" in flat or "`" in flat or not flat.isascii():
        flat = _APOSTROPHES.sub("", flat)
    if "." in flat:
        flat = _DOTTED.sub(_undotted, flat)
    if "&" in flat or "+" in flat or "/" in flat:
        flat = _JOINER_SIGNS.sub(" | ", flat)
    flat = _flat(flat)
    words: list[str] = []
    others: list[str] = []
    every: list[str] = []
    breaks: list[int] = []
    initials = ""
    for word in _WORD.findall(flat):
        if word in _BETWEEN:
            if words:
                breaks.append(len(words))
            continue
        every.append(word)
        if word in _ASIDE:
            others.append(intern(word))
            continue
        words.append(intern(word))
        if len(word) == 1:
            initials += word
    if not words:
        words, others = others, []
        initials = "".join([word for word in words if len(word) == 1])
    key = " ".join(sorted(words))
    return _name(tuple(words), tuple(others), "".join(every), bool(breaks), tuple(breaks), key, initials)


def name_of_text(text: str) -> Name:
    """A text taken apart as a name is, to look for names in it (``is_in``). Its letters are there a second time as they stand, for a line may break a name
    where the rest looks like a word between two parties, or within an umlaut's two letters (``Schouts`` and ``en`` of ``Schoutsen``)."""
    name = name_of(text)
    letters = _flat("".join([word for word in _WORD.findall(plain(text)) if word != "|"]))
    joined = f"{name.joined}|{letters}"
    return _name(name.words, name.others, joined, name.joint, name.breaks, name.key, name.initials)


def _share_a_word(few: Name, many: Name) -> bool:
    """Whether a word that carries a name is in both."""
    words = many.words
    for word in few.words:  # noqa: SIM110 - called by the million: any() takes twice as long
        if word in words and _carries(word):
            return True
    return False


def _unpaired(few: Name, many: Name) -> tuple[int, int]:
    """Pairs off equal words, then initials with words. Gives how many words of ``few`` and of ``many`` are left alone. The initial of a
    particle (``D. BOCK`` for ``de Bock``) pairs with that."""
    rest, waiting = list(many.words), []
    alone = 0
    for word in few.words:
        if word in rest:
            rest.remove(word)
        else:
            waiting.append(word)
    for word in waiting:
        partner = next((other for other in rest if word[0] == other[0] and 1 in (len(word), len(other))), "")
        if partner:
            rest.remove(partner)
        elif not (len(word) == 1 and any(other[0] == word for other in many.others)):
            alone += 1
    if not alone and rest and rest[0] == _MONSIEUR == many.words[0] and len(few.words) > 1:
        rest = rest[1:]
    spare = [other for other in rest if not (len(other) == 1 and any(word[0] == other for word in few.others))]
    return alone, len(spare)


def _is_of_two_parties(few: Name, many: Name) -> bool:
    """Whether the words of ``few`` are those of two parties of ``many`` of which each has a name of its own: Jan Claes is neither in ``Jan Peeters & An
    Claes`` nor pays from their account; in ``Jan & An Claes`` he does."""
    edges = (0, *many.breaks, len(many.words))
    parties = [many.words[start:end] for start, end in pairwise(edges)]
    if any(all(_is_among(word, party) for word in few.words) for party in parties):
        return False
    sharing = [party for party in parties if any(_is_among(word, party) for word in few.words)]
    return not any(all(_is_among(word, few.words) for word in party) for party in sharing)


def _is_among(word: str, words: Sequence[str]) -> bool:
    """Whether a word, its initial, or the word that it is the initial of, is among ``words``."""
    return any(word == other or (word[0] == other[0] and 1 in (len(word), len(other))) for other in words)


def _is_same_or_cut(payer: Name, customer: Name) -> bool:
    if payer.joined == customer.joined or payer.key == customer.key:
        return True
    return len(payer.joined) >= _FEWEST_CUT_LETTERS and customer.joined.startswith(payer.joined)


def _legal_forms(name: Name) -> set[str]:
    return {_SAME_FORM.get(word, word) for word in name.others if word in _LEGAL and word not in _ANY_FORM}


def are_two_companies(payer: Name, customer: Name) -> bool:
    """Whether each name says its legal form, and none of them is the other's: ``Wörner GmbH`` and ``Wörner OHG`` stand side by side in one register."""
    if not payer.others or not customer.others:
        return False
    forms, others = _legal_forms(payer), _legal_forms(customer)
    return bool(forms and others) and forms.isdisjoint(others)


def likeness(payer: Name, customer: Name) -> Likeness:
    """How like the payer's name is to the customer's."""
    found = _likeness_of_words(payer, customer)
    if found is Likeness.STRONG and are_two_companies(payer, customer):
        return Likeness.WEAK
    return found


def _likeness_of_words(payer: Name, customer: Name) -> Likeness:
    if not payer.words or not customer.words:
        return Likeness.NONE
    if _is_same_or_cut(payer, customer):
        return Likeness.STRONG
    few, many = (customer, payer) if len(customer.words) < len(payer.words) else (payer, customer)
    if not _share_a_word(few, many):
        return Likeness.NONE
    few_alone, many_alone = _unpaired(few, many)
    if not few_alone and (not many_alone or (many.joint and len(few.words) > 1 and not _is_of_two_parties(few, many))):
        return Likeness.STRONG
    return Likeness.WEAK


class Named(Protocol):
    """Something of a customer's, with the customer's name taken apart."""

    customer_id: str
    customer_name: Name


N = TypeVar("N", bound=Named)


def likenesses(payer: Name, customers: Iterable[Named]) -> list[Likeness]:
    """How like the payer's name is to each of these. Of most no word is compared: they share none, and the letters are not the same, nor those
    before a cut."""
    words, joined = frozenset(payer.words), payer.joined
    is_cut = len(joined) >= _FEWEST_CUT_LETTERS
    found: list[Likeness] = []
    for each in customers:
        name = each.customer_name
        is_none = (
            words.isdisjoint(name.words) and joined != name.joined and not (is_cut and name.joined.startswith(joined))
        )
        found.append(Likeness.NONE if is_none else likeness(payer, name))
    return found


def named_whole(text: Name, customers: Iterable[N]) -> list[N]:
    """Those whose names ``is_in`` finds in a text, in their order."""
    words, joined = frozenset(text.words), text.joined
    found: list[N] = []
    for each in customers:
        name = each.customer_name
        if (not words.isdisjoint(name.words) or name.joined in joined) and name.is_in(text):
            found.append(each)
    return found


def strongly_like(payer: Name, customers: Iterable[Named]) -> Iterator[str]:
    """Those of ``customers`` whose ``likeness`` with the payer is strong, in their order. Most of a block of names are told apart before any
    words are paired: a word is neither in the longer name nor may be what an initial in it stands for."""
    words, joined, count = payer.words, payer.joined, len(payer.words)
    is_cut = len(joined) >= _FEWEST_CUT_LETTERS
    for each in customers:
        customer = each.customer_name
        theirs = customer.words
        if len(theirs) < count:
            few, more, initials = theirs, words, payer.initials
        else:
            few, more, initials = words, theirs, customer.initials
        for word in few:
            if word not in more and len(word) > 1 and word[0] not in initials:
                if joined == customer.joined or (is_cut and customer.joined.startswith(joined)):
                    yield each.customer_id
                break
        else:
            if likeness(payer, customer) is Likeness.STRONG:
                yield each.customer_id
