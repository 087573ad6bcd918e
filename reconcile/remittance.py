"""What a payer wrote, read against the tenant's own documents.

Reading. The remittance lines, the structured references and the end-to-end id become atoms (``reconcile.text``). From every atom on,
neighbouring atoms are joined and looked up, longest first; a join that is a document's key quotes it. Because the keys come
from the tenant's documents, nothing here knows how numbers look like: ``RE.2026.02543``, ``re 2026 02543``, ``202602543`` and
``RE-2026-0 2543`` all join to the same key.

How much a quote says on its own depends on how much was written. ``strong``: a checked reference, a number with its prefix, or many
digits. What is not strong (``1042``) says something only together with the payer or the amount.

Worked example: ``Rechnungen RE-2026-02995 bis 02999, Kd. C10045`` quotes RE-2026-02995, spans the range up to RE-2026-02999 and names
customer C10045.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from ledger.allocations import Evidence
from ledger.references import ReferenceKind, find_in, valid
from ledger.statements import StatementEntry
from reconcile.patterns import NumberParts, ends_date
from reconcile.receivables import Item, Receivables
from reconcile.text import Atom, atoms, has_mistakable, key_of, plain, runs_of, with_digits_mended

#: Atoms that one number may be broken into (an RF reference of 25 characters in groups of four, letters and digits mixed).
MOST_JOINED: Final = 12
#: Atoms that the number of a customer may be broken into.
_MOST_JOINED_OF_CUSTOMER: Final = 4
#: Characters of remittance that are read; no bank format carries more than this in one entry.
MOST_CHARACTERS: Final = 2_000
#: Documents a range may span.
MOST_IN_RANGE: Final = 100
#: Digits that make a number strong without and with a prefix, and in one piece as the document has it.
_STRONG_DIGITS, _STRONG_WITH_PREFIX, _STRONG_IN_SHAPE = 8, 4, 6

_RANGE: Final = re.compile(
    r"\s*(?:T/?M|T\.?E\.?M\.?|TOT(?: EN MET)?|BIS(?: EINSCHL(?:\.|IESSLICH)?)?|TO|UNTIL|THROUGH|THRU|AU|A|JUSQU\S* ?A?U?|-+|–|—|\.{2,}|…|>)"
    r"\s*(?:NR\.?|NO\.?|N°)?\s*\Z"
)
_AND: Final = re.compile(r"\s*(?:,|;|/|\+|&|EN|ET|UND|AND|U\.|E\.|\|)?\s*\Z")
_INTRODUCED: Final = re.compile(
    r"(?:FACTUUR\w*|FACTURE\w*|RECHNUNG\w*|NR|NUMMER|\b(?:FACT\w*|FAC|FAKT\w*|FKT\w*|RECHN?\w*|RG|RE|NOTA|BILL|INV\w*|NO|NUM\w*|N|KENMERK|REF\w*|BETREFT|BETR|BELEG\w*|ORDER\w*"
    r"|BESTEL\w*|COMMANDE\w*|BETALING|ZAHLUNG|UBERWEISUNG|PAIEMENT|PAYMENT))[\s.:#°-]*(?:NR|NO|NUMMER)?[\s.:#°-]*\Z"
)
#: Words for a number or an invoice that people write without a blank before the number.
_GLUED: Final = re.compile(
    r"(?:FAC|FACT|FACTUUR|FACTURE|FAKTURA|FAKT|RECHNUNG|RECHN|RECH|RG|RE|R|INVOICE|INV|NOTA|KENMERK|REF|VWZ)?(?:NUMMER|NUM|NR|NO|N)?"
)
_GLUED_SOMEWHERE: Final = re.compile(r"[A-Z]{3}(?:[^ 0-9A-Z]?[0-9]|[-/._#][A-Z])")
#: Characters before a number among which a word that introduces it is looked for.
_INTRODUCTION: Final = 48
#: Marks that may stand at the beginning of a word, and at its end.
_MARKS_BEFORE: Final = "#(\"',;+&/-"
_MARKS_AFTER: Final = ")\"',;:.+&/-"
_MONTH_BEFORE: Final = re.compile(r"[A-Z.]\s*\Z")
#: Groups of one longer number (an account, a telephone) beside a group of it: of up to eight digits, and none that a word follows
#: (``25 pieces``).
_DIGITS_BEFORE: Final = re.compile(r"(?:\A|\s)([0-9]{2,8})\s+\Z")
_DIGITS_AFTER: Final = re.compile(r"\s+([0-9]{2,8})(?=\s+[0-9]|\s*\Z)")
#: What makes a short run of digits the beginning of a longer number.
_GOES_ON: Final = re.compile(r"[./-][0-9]")
#: Signs between two pieces without a blank that part them; between a letter and a digit, all but those that numbers are written with.
_PARTS_DIGITS: Final = re.compile(r"[\s;()\[\]|\"&=<>]")
_PARTS_LETTERS: Final = re.compile(r"[^-/._°#\\]")
#: Digits that a shortened number must have when nothing but a blank stands before it.
_FEWEST_BEHIND_BLANK: Final = 3
_CUSTOMER_WORD: Final = re.compile(
    r"(?:KLANT\w*|KLNT|KUNDEN\w*|KUNDE|KD|KDNR|KD\.?-?NR|CUST\w*|CLIENT\w*|DEBITEUR\w*|DEB|DEBITOR\w*|RELATIE\w*)[\s.:#°/-]*(?:NR|NO|NUMMER|ID)?[\s.:#°/-]*\Z"
)
_ALL_OPEN: Final = re.compile(
    r"\b(?:ALLE\s+(?:OPEN\w*|OFFENE\w*|FACTUREN|RECHNUNGEN|POSTEN)|ALL\s+(?:OPEN|OUTSTANDING|INVOICES)|OPENSTAAND\w*|OFFENE\s+(?:POSTEN|RECHNUNGEN)|SALDO|SOLDE"
    r"|TOUTES?\s+(?:LES\s+)?(?:FACTURES|OUVERTES?)|TOUT\s+OUVERT|BALANCE|OUTSTANDING|KONTOAUSGLEICH)\b"
)
#: Words for one part of several, and for money that is given back; each of them about an invoice of any side.
_PART_WORDS: Final = (
    r"TERMIJN\w*|DEELBETALING\w*|DEEL|VOORSCHOT\w*|AFBETALING\w*|SCHIJF\w*|ACOMPTE\w*|AVANCE|TRANCHE\w*|VERSEMENT|RATE|RATEN\w*|TEILZAHLUNG\w*"
    r"|TEILBETRAG|ABSCHLAG\w*|ANZAHLUNG\w*|INSTAL?LMENT\w*|PART(?:IAL)?|DEPOSIT|DOWN ?PAYMENT"
)
_PART: Final = re.compile(rf"\b(?:{_PART_WORDS})\b|[0-9]\s*%")
_PART_BEFORE: Final = re.compile(rf"\b(?:{_PART_WORDS})\W*\Z")
#: The last word of a text, and the small words that may stand between a part and the number it is of.
_LAST_WORD: Final = re.compile(r"\b([A-Z]{3,})[^0-9A-Z]*\Z")
_SMALL_WORD: Final = re.compile(
    r"VAN|VOOR|OVER|AAN|ONZE|UWE?|SUR|POUR|DES|NOTRE|VOTRE|AUF|FUE?R|FOR|VO[MN]|ZU[MR]|D(?:ER|IE|AS|EN)|IHRE|UNSERE|FROM|THE|YOUR|OUR"
)
#: Words that end before a number which is none of an invoice.
_OTHER_KIND: Final = re.compile(
    r"(?:OFFERT\w*|OFFRE|DEVIS|ANGEBOT\w*|QUOT\w*|ESTIMATE|PRO ?FORMA\w*|CONTRA[CT]T?\w*|VERTRAG\w*|DOSSIER\w*|AKTENZEICHEN|AZ|AUFTRAG\w*|ORDER\w*|BESTEL\w*|COMMANDE\w*|PROJE[CK]T\w*"
    r"|POLIS\w*|POLICE\w*|POLICY|LIDNR|LIDNUMMER|MITGLIED\w*|MEMBER\w*|MEMBRE|HUUR\w*|MIETE\w*|LOYER|BAIL|RESERV\w*|BUCHUNG\w*|BOOKING\w*)[\s.:#°-]*(?:NR|NO|NUMMER|NUMBER|N)?[\s.:#°-]*\Z"
)
_GIVES_BACK: Final = re.compile(
    r"\b(?:TERUGBETAL\w*|TERUGSTORT\w*|TERUGGAVE\w*|RESTITUTIE\w*|CREDITNOTA\w*|CREDITFACTUUR\w*|(?:TE ?VEEL|DUBBEL) BETAALD\w*|RETOUR|REMBOURSEMENT\w*|NOTES? DE CREDIT|TROP ?PERCU"
    r"|ERSTATTUNG\w*|RUCKERSTATTUNG\w*|RUECKERSTATTUNG\w*|RUCKZAHLUNG\w*|RUECKZAHLUNG\w*|GUTSCHRIFT\w*|UBERZAHLUNG|UEBERZAHLUNG|REFUND\w*|REIMBURSEMENT\w*|CREDIT ?NOTES?|OVERPAYMENT)\b"
)
_AMOUNT: Final = re.compile(r"[0-9]{1,6}[.,][0-9]{2}|[0-9]{1,3}(?:[.,][0-9]{3})+[.,][0-9]{2}")
_MONEY: Final = re.compile(r"(?:EUR|€)\s?[0-9.]+,[0-9]{2}(?![0-9])|(?<![0-9.,])[0-9.]+,[0-9]{2}\s?(?:EUR|€)")
_AMOUNT_AFTER: Final = re.compile(r"(?:[.,][0-9]{3})*[.,][0-9]{2}(?![0-9])|\s?(?:%|EUR|EURO|€)")
_AMOUNT_BEFORE: Final = re.compile(r"(?:EUR|EURO|€)\s?\Z|[0-9][.,]\Z")
#: Characters before an amount among which its currency stands.
_CURRENCY_BEFORE: Final = 5
_DATE: Final = frozenset({(2, 2, 4), (2, 2, 2), (4, 2, 2), (1, 1, 4), (1, 2, 4), (2, 1, 4)})
#: Letters that are a word of their own behind a sign (``26000417/Peeters``, not ``2330/26-S``).
_FEWEST_LETTERS_OF_WORD: Final = 3
#: Digits of a year written in short.
_YEAR_IN_SHORT: Final = 2
#: Years that a date in a remittance is likely to have.
_YEARS: Final = range(2000, 2100)
_RANKS: Final = (
    Evidence.STRUCTURED_REFERENCE,
    Evidence.END_TO_END_ID,
    Evidence.DOCUMENT_NUMBER,
    Evidence.ORDER_NUMBER,
)
#: Beginnings of remittances that are remembered with what they introduce; most payers write one of a few.
_MOST_BEGINNINGS: Final = 4_096


class Quote(NamedTuple):
    """A quoted document; several ``items`` when one key stands for several (an order with two invoices). ``first`` and ``last``: atoms
    it was read from, by place. ``introduced``: a word such as "invoice" stands before it, or it is all there is. ``alone`` (asked only where
    neither is so): it is a word of its own, and no group of a longer number (``1042`` in ``vom 03.07. 1042``, not in ``BE68 1042 5503 4000``), or written with the signs
    that our number has."""

    items: tuple[Item, ...]
    evidence: Evidence
    strong: bool
    introduced: bool
    first: int
    last: int
    alone: bool = True

    @property
    def is_meant(self) -> bool:
        """Whether somebody who reads it takes it for a number of ours."""
        return self.strong or self.introduced or self.alone


class Reading(NamedTuple):
    """All that a payer wrote about documents and customers.

    ``quotes`` in the order written, ``ranges`` as pairs of first and last document, ``shortened`` documents whose number was
    completed from the one before it (``2026/03551, 552``), ``future`` documents issued after the day, ``unknown`` keys of valid
    references and of numbers in the tenant's shape that no document has, ``loose`` runs of digits that quote nothing and are no date or
    amount, ``introduced`` those of them behind a word such as "invoice", ``taken`` the places of the atoms that quote something.
    """

    written: tuple[Atom, ...]
    quotes: tuple[Quote, ...]
    ranges: tuple[tuple[Item, Item], ...]
    shortened: tuple[Item, ...]
    future: tuple[Item, ...]
    customers: tuple[str, ...]
    unknown: tuple[str, ...]
    loose: tuple[Atom, ...]
    introduced: frozenset[Atom]
    taken: AbstractSet[int]
    text: str

    @property
    def says_all_open(self) -> bool:
        """Whether the payer says that this is everything that was open."""
        return bool(self.text) and _ALL_OPEN.search(self.text) is not None

    @property
    def says_part(self) -> bool:
        """Whether the payer says that this is one part of several."""
        return bool(self.text) and _PART.search(self.text) is not None

    @property
    def gives_back(self) -> bool:
        """Whether the payer says that money is given back: what he quotes then may be his own number."""
        return bool(self.text) and _GIVES_BACK.search(self.text) is not None

    def is_of_another_kind(self, quote: Quote) -> bool:
        """Whether the word before a number says that it is that of an offer, an order, a contract."""
        return quote.first > 0 and _OTHER_KIND.search(self.text[: self.written[quote.first].start]) is not None

    def is_part_of_something(self, quote: Quote) -> bool:
        """Whether the payer says that this is one part, and the word right before the number is what it is a part of, no invoice (``Rate 3 Darlehen
        90004121``)."""
        if quote.first < 0 or not self.says_part:
            return False
        before = self.text[: self.written[quote.first].start]
        word = _LAST_WORD.search(before)
        return (
            word is not None
            and _SMALL_WORD.fullmatch(word.group(1)) is None
            and not _is_introduced(before)
            and _PART_BEFORE.search(before) is None
        )

    def joins(self) -> tuple[str, ...]:
        """Keys of all joins of up to four neighbouring atoms with a digit in them, to compare damaged numbers with."""
        found: list[str] = []
        for at in range(len(self.written)):
            joined, numeric = "", False
            for atom in self.written[at : at + 4]:
                joined += atom.folded
                numeric = numeric or atom.numeric
                if numeric:
                    found.append(joined)
        return tuple(dict.fromkeys(found))


def text_of(entry: StatementEntry) -> str:
    """The remittance lines as one plain text; a number broken over two lines is found again by joining atoms."""
    lines = entry.remittance.unstructured
    return plain(lines[0] if len(lines) == 1 else " ".join(lines))[:MOST_CHARACTERS]


#: What there is to read where nothing is written.
_NOTHING: Final = Reading((), (), (), (), (), (), (), (), frozenset(), frozenset(), "")


def _kind(key: str, item: Item, *, in_field: bool) -> Evidence:
    """What a key says that quotes a document. ``in_field``: it stands where only references stand; elsewhere one counts as such when its check
    digits hold."""
    reference = item.creditor_reference
    if reference and key == key_of(reference) and (in_field or is_checked(reference)):
        return Evidence.STRUCTURED_REFERENCE
    if not item.order_number or key != key_of(item.order_number) or key == key_of(item.number):
        return Evidence.DOCUMENT_NUMBER
    return Evidence.ORDER_NUMBER


def is_checked(reference: str) -> bool:
    """Whether a payment reference has check digits that hold: only then it can hardly stand in a text by accident."""
    return any(valid(kind, reference) for kind in ReferenceKind)


def is_long(number: str) -> bool:
    """Whether a document number says enough on its own when it is quoted whole."""
    runs = runs_of(plain(number))
    digits = sum([len(run) for run in runs if run.isdigit()])
    return digits >= _STRONG_IN_SHAPE or (digits >= _STRONG_WITH_PREFIX and not runs[0].isdigit())


def _is_strong(written: Sequence[Atom], at: int, to: int, item: Item, evidence: Evidence) -> bool:
    """Whether the atoms from ``at`` to ``to`` say enough on their own. What could be a date, or begins with the year of one, does not."""
    if evidence is Evidence.STRUCTURED_REFERENCE:
        return True
    lengths = tuple([len(atom.text) for atom in written[at : to + 1] if atom.numeric])
    digits = sum(lengths)
    if len(lengths) <= to - at:
        return digits >= _STRONG_WITH_PREFIX
    if lengths in _DATE or ends_date(written, at) or is_day("".join([atom.text for atom in written[at : to + 1]])):
        return False
    return digits >= _STRONG_DIGITS or (digits >= _STRONG_IN_SHAPE and lengths == item.parts.segments)


def _reads_as_amount(text: str, start: int, end: int, items: Sequence[Item]) -> bool:
    """Whether what stands there is an amount (``2041.26``) and our number is written otherwise (``2041/26``)."""
    return _AMOUNT.fullmatch(text, start, end) is not None and not is_verbatim(text, start, items)


def _reads_as_day(written: Sequence[Atom], at: int, to: int, items: Sequence[Item]) -> bool:
    """Whether the atoms are a day (``14/05/26``) and our number is divided otherwise (``1405/26``), or they begin one (``12.05`` in ``12.05.2026``)."""
    if to == at + 1 and to + 1 < len(written) and ends_date(written, to + 1):
        return True
    if to - at != 2:
        return False
    lengths = tuple(len(atom.text) for atom in written[at : to + 1])
    return lengths in _DATE and ends_date(written, to) and all(item.parts.segments != lengths for item in items)


def is_day(digits: str) -> bool:
    """Whether eight digits are a day of these years, in either order."""
    if len(digits) != 8 or not digits.isdigit():
        return False
    return any(
        year in _YEARS and 1 <= month <= 12 and 1 <= day <= 31
        for year, month, day in (
            (int(digits[:4]), int(digits[4:6]), int(digits[6:])),
            (int(digits[4:]), int(digits[2:4]), int(digits[:2])),
        )
    )


def _quotes_in(
    receivables: Receivables, text: str, written: tuple[Atom, ...], customers: dict[int, str]
) -> list[Quote]:
    """Quotes of documents; what is a customer's number (``customers``, by the place of their atoms) quotes none."""
    found: list[Quote] = []
    at = 0
    while at < len(written):
        quoted = _quoted_from(receivables, written, at)
        if quoted is None or _belongs_to_next(receivables, text, written, at, quoted[0], quoted[1]):
            at += 1
            continue
        to, items, key = quoted
        items = _as_written(receivables, text, written, at, to, items, key)
        if not items:
            at += 1
            continue
        if not customers or not all(place in customers for place in range(at, to + 1)):
            follows = found[-1] if found and found[-1].introduced and found[-1].last == at - 1 else None
            listed = follows is not None and _AND.match(text[written[at - 1].end : written[at].start]) is not None
            quote = _quote(receivables, text, written, items=items, key=key, at=at, to=to, listed=listed)
            # an order number of a digit or two stands everywhere (``Rate 1/3``)
            if quote.introduced or quote.evidence is not Evidence.ORDER_NUMBER or len(key) >= _FEWEST_BEHIND_BLANK:
                found.append(quote)
        at = to + 1
    return found


def _quoted_from(receivables: Receivables, written: Sequence[Atom], at: int) -> tuple[int, Sequence[Item], str] | None:
    """The longest join from ``at`` on that is a key: its last atom, what it quotes, and the key."""
    first = written[at]
    if not (first.numeric or first.folded in receivables.key_prefixes):
        return None
    lengths, longest = receivables.key_lengths, receivables.longest_key
    best: tuple[int, Sequence[Item], str] | None = None
    joined, numeric = "", False
    for to, atom in enumerate(written[at : at + MOST_JOINED], at):
        joined += atom.folded
        numeric = numeric or atom.numeric
        length = len(joined)
        if length > longest:
            break
        if numeric and length in lengths:
            items = receivables.quoted(joined)
            if items:
                best = (to, items, joined)
    return best


def _as_written(
    receivables: Receivables, text: str, written: Sequence[Atom], at: int, to: int, items: Sequence[Item], key: str
) -> Sequence[Item]:
    """Of the documents that have the key of the atoms from ``at`` to ``to``, those whose number may be written like that."""
    return [
        item
        for item in _of_written_prefix(receivables, text, written, at, items, key)
        if not item.is_unfilled(key) or written[to].text == item.parts.counter.lstrip("0")
    ]


def _of_written_prefix(
    receivables: Receivables, text: str, written: Sequence[Atom], at: int, items: Sequence[Item], key: str
) -> Sequence[Item]:
    """Without those of another row: the digits behind a prefix that the tenant uses (``AB260865``) quote no number with another one (``BA260865``).
    A prefix that is a word for invoices as well (``RE``) is one only where no blank stands behind it."""
    if (
        at == 0
        or written[at - 1].numeric
        or not key.isdecimal()
        or not receivables.shapes.has_prefix(written[at - 1].folded)
    ):
        return items
    prefix, between = written[at - 1], text[written[at - 1].end : written[at].start]
    if " " in between and _is_introduced(text[: prefix.end]):
        return items
    return [item for item in items if item.parts.prefix in ("", prefix.folded) or key not in item.keys[1:2]]


def _unglued(receivables: Receivables, text: str, written: tuple[Atom, ...]) -> tuple[Atom, ...]:
    """The same atoms, but a word that introduces a number and is glued to its prefix (``RgNrAB260455``) taken apart."""
    if _GLUED_SOMEWHERE.search(text) is None:
        return written
    found: list[Atom] = []
    for atom, after in pairwise((*written, None)):
        if atom is None:
            break
        cut = 0
        if (
            after is not None
            and not atom.numeric
            and after.start - atom.end < 2
            and after.before != " "
            and len(atom.text) > 2
            and atom.folded not in receivables.key_prefixes
            and _GLUED.fullmatch(atom.text) is None
        ):
            cuts = [at for at in range(1, len(atom.text)) if _is_glued(receivables, atom, at)]
            known = [at for at in cuts if receivables.quoted(atom.folded[at:] + after.folded)]
            cut = max(known or cuts, default=0)
        if cut:
            middle = atom.start + cut
            found.append(atom._replace(text=atom.text[:cut], folded=atom.folded[:cut], end=middle))
            found.append(
                atom._replace(text=atom.text[cut:], folded=atom.folded[cut:], start=middle, before=atom.text[cut - 1])
            )
        else:
            found.append(atom)
    return written if len(found) == len(written) else tuple(found)


def _is_glued(receivables: Receivables, atom: Atom, at: int) -> bool:
    return atom.folded[at:] in receivables.key_prefixes and _GLUED.fullmatch(atom.text[:at]) is not None


def _belongs_to_next(
    receivables: Receivables, text: str, written: Sequence[Atom], at: int, to: int, items: Sequence[Item]
) -> bool:
    """Whether the atom is the year of a date and another number begins right behind it (``vom 02.06.26 26.1553`` is not 26-26), or a number of
    ours stands behind a blank just as we write it, and what joins both across it does not (``part 1 569/26`` is not 1569/26)."""
    if at + 1 == len(written) or not written[at].numeric:
        return False
    if ends_date(written, at):
        return _quoted_from(receivables, written, at + 1) is not None
    start = written[at + 1].start
    if to == at or not text[written[at].end : start].isspace() or is_verbatim(text, written[at].start, items):
        return False
    following = _quoted_from(receivables, written, at + 1)
    return following is not None and is_verbatim(text, start, following[1])


def _is_year(atom: Atom) -> bool:
    return atom.numeric and len(atom.text) == 4 and int(atom.text) in _YEARS


def is_verbatim(text: str, start: int, items: Sequence[Item]) -> bool:
    """Whether a document's number stands there exactly as we write it, with a sign of its own in it (``#1885``, ``1310/2026``)."""
    for item in items:
        number = plain(item.number)
        if number.isalnum():
            continue
        begins = start - next((at for at, each in enumerate(number) if each.isalnum()), 0)
        if begins >= 0 and text.startswith(number, begins):
            return True
    return False


def _is_alone(receivables: Receivables, text: str, written: Sequence[Atom], at: int, to: int) -> bool:
    """Whether the atoms are a word of their own, with no bare digits beside it that are no document either, and no year behind a
    word (``JUNI 2026``)."""
    start, end = written[at].start, written[to].end
    before, after = text[:start], text[end:]
    if not (_begins_word(before) and _ends_word(after)):
        return False
    if at == to and _is_year(written[at]) and _MONTH_BEFORE.search(before) is not None:
        return False
    bare = before.rstrip()
    if bare[-1:].isdigit() and len(bare) < len(before):
        found = _DIGITS_BEFORE.search(before)
        if found is not None and not receivables.quoted(found.group(1)):
            return False
    found = _DIGITS_AFTER.match(after) if after else None
    return found is None or bool(receivables.quoted(found.group(1)))


def stands_apart(reading: Reading, first: int, last: int, parts: NumberParts) -> bool:
    """Whether the atoms from ``first`` to ``last`` are no piece of something longer than the number of these ``parts``: nothing is glued to them that
    is not its own, and no groups of digits stand beside them, parted by blanks only, as in an account or a telephone."""
    if not is_unglued(reading, first, last, parts):
        return False
    before, after = reading.text[: reading.written[first].start], reading.text[reading.written[last].end :]
    return _DIGITS_BEFORE.search(before) is None and _DIGITS_AFTER.match(after) is None


def is_unglued(reading: Reading, first: int, last: int, parts: NumberParts) -> bool:
    """Whether nothing is glued to the atoms from ``first`` to ``last`` that makes another number of them than that of these ``parts``: what is glued to
    a number belongs to it. Its own prefix and head may stand before it, its own tail, a date or a word behind it, and a word for invoices before it;
    the ``/26`` in ``5 C 2330/26`` makes a case number of what is 2026/2330 with us, and is part of our 2330/26."""
    if first < 0:
        return True
    written = reading.written
    before, after = first, last
    while _is_glued_on(reading, before - 1, before):
        before -= 1
    while _is_glued_on(reading, after, after + 1):
        after += 1
    if after > last and not (last + 3 <= after and ends_date(written, last + 3)):
        behind = "".join([atom.text for atom in written[last + 1 : after + 1]])
        if not parts.tail or behind not in (parts.tail, parts.tail[-_YEAR_IN_SHORT:]):
            return False
    digits = "".join([atom.text for atom in written[before:first] if atom.numeric])
    if digits and digits not in (parts.head, parts.head[-_YEAR_IN_SHORT:]):
        return False
    letters = "".join([atom.text for atom in written[before:first] if not atom.numeric])
    return not letters or key_of(letters) == parts.prefix or _GLUED.fullmatch(letters) is not None


def _is_glued_on(reading: Reading, at: int, after: int) -> bool:
    """Whether one of two neighbouring atoms is a piece of what the other is a piece of: nothing parts them, neither quotes something by itself, and
    what follows is no word behind a sign."""
    if at < 0 or after == len(reading.written) or (_is_quoted(reading, at) and _is_quoted(reading, after)):
        return False
    left, right = reading.written[at], reading.written[after]
    between = reading.text[left.end : right.start]
    if left.numeric and right.numeric:
        return _PARTS_DIGITS.search(between) is None
    is_word = bool(between) and left.numeric and len(right.text) >= _FEWEST_LETTERS_OF_WORD
    return not is_word and _PARTS_LETTERS.search(between) is None


def _is_quoted(reading: Reading, place: int) -> bool:
    """Whether an atom quotes something, be it with others; a digit or two that happen to be an order number do not."""
    return place in reading.taken and not any(
        quote.first == place == quote.last and len(reading.written[place].text) < _FEWEST_BEHIND_BLANK
        for quote in reading.quotes
    )


def _begins_word(before: str) -> bool:
    """Whether a word begins behind ``before``: at a blank or the very beginning, with or without the marks that stand there."""
    rest = before.rstrip(_MARKS_BEFORE)
    return not rest or rest[-1].isspace()


def _ends_word(after: str) -> bool:
    """Whether a word ends before ``after``: at a blank or the very end, with or without the marks that stand there."""
    rest = after.lstrip(_MARKS_AFTER)
    return not rest or rest[0].isspace()


def _is_introduced(before: str) -> bool:
    """Whether a word such as "invoice" ends the text before a number."""
    return bool(before) and _ends_in_introduction(before[-_INTRODUCTION:])


@lru_cache(maxsize=_MOST_BEGINNINGS)
def _ends_in_introduction(before: str) -> bool:
    return _INTRODUCED.search(before) is not None


def _is_customers(before: str) -> bool:
    """Whether a word such as "customer" ends the text before a number."""
    return bool(before) and _ends_in_customer_word(before[-_INTRODUCTION:])


@lru_cache(maxsize=_MOST_BEGINNINGS)
def _ends_in_customer_word(before: str) -> bool:
    return _CUSTOMER_WORD.search(before) is not None


def _quote(
    receivables: Receivables,
    text: str,
    written: Sequence[Atom],
    *,
    items: Sequence[Item],
    key: str,
    at: int,
    to: int,
    listed: bool,
) -> Quote:
    start, end = written[at].start, written[to].end
    before = text[:start]
    evidence = _kind(key, items[0], in_field=False)
    strong = _is_strong(written, at, to, items[0], evidence)
    is_day_or_amount = _reads_as_day(written, at, to, items)
    if is_day_or_amount:
        introduced = listed or _is_introduced(before)
    else:
        introduced = listed or to - at + 1 == len(written) or (_is_introduced(before) and not _is_customers(before))
    if not introduced and _reads_as_amount(text, start, end, items):
        strong, is_day_or_amount = False, True
    alone = not (strong or introduced or is_day_or_amount) and (
        is_verbatim(text, start, items) or _is_alone(receivables, text, written, at, to)
    )
    return Quote(tuple(items), evidence, strong, introduced, at, to, alone)


def _structured(receivables: Receivables, entry: StatementEntry) -> tuple[list[Quote], list[str]]:
    """Quotes in the fields that are made for references, and the references in them that nobody issued."""
    found, unknown = [], []
    for reference in entry.remittance.creditor_references:
        key = key_of(reference)
        items = receivables.quoted(key)
        if items:
            evidence = _kind(key, items[0], in_field=True)
            found.append(Quote(tuple(items), evidence, strong=True, introduced=True, first=-1, last=-1))
        elif key:
            unknown.append(key)
    for reference in (entry.end_to_end_id, entry.customer_reference):
        if not reference:
            continue
        key = key_of(reference)
        items = receivables.quoted(key) if key else ()
        if items:
            whole = atoms(plain(reference))
            strong = _is_strong(whole, 0, len(whole) - 1, items[0], Evidence.END_TO_END_ID)
            found.append(Quote(tuple(items), Evidence.END_TO_END_ID, strong, introduced=True, first=-1, last=-1))
    return found, unknown


def _completed(receivables: Receivables, before: Item, digits: str) -> Item | None:
    """The document whose number is that of ``before`` with its last digits replaced."""
    counter, tail = before.parts.counter, before.parts.tail
    number = before.number
    if not counter or tail or len(digits) > len(counter) or not number.endswith(counter):
        return None
    return receivables.numbered(number[: len(number) - len(digits)] + digits)


def _spans(
    receivables: Receivables, text: str, written: tuple[Atom, ...], quotes: Sequence[Quote]
) -> tuple[tuple[tuple[Item, Item], ...], tuple[Item, ...]]:
    """Ranges and shortened numbers that follow a quote."""
    ranges: list[tuple[Item, Item]] = []
    shortened: list[Item] = []
    starts = {quote.first: quote for quote in quotes if quote.first >= 0}
    for quote in quotes:
        if quote.first < 0 or len(quote.items) != 1:
            continue
        item, at = quote.items[0], quote.last
        while at + 1 < len(written):
            following = written[at + 1]
            between = text[written[at].end : following.start]
            ahead = at + 1
            if not following.numeric and ahead not in starts:
                # a word such as BIS is an atom itself: look behind it
                while ahead < len(written) and not written[ahead].numeric and ahead not in starts and ahead < at + 5:
                    ahead += 1
                if ahead >= len(written):
                    break
                following = written[ahead]
                between = text[written[at].end : following.start]
            is_range = _RANGE.match(between) is not None
            if ahead in starts:
                other = starts[ahead]
                if is_range and len(other.items) == 1:
                    ranges.append((item, other.items[0]))
                break
            if not following.numeric or not (is_range or _AND.match(between)):
                break
            if not between.strip() and (
                len(following.text) < _FEWEST_BEHIND_BLANK or not _ends_word(text[following.end :])
            ):
                break
            completed = _completed(receivables, item, following.text)
            if completed is None or completed is item:
                break
            if is_range:
                ranges.append((item, completed))
            shortened.append(completed)
            item, at = completed, ahead
    return tuple(ranges), tuple(shortened)


def _customers_in(receivables: Receivables, text: str, written: tuple[Atom, ...]) -> dict[int, str]:
    """Customers whose numbers are quoted, by the places of the atoms: with letters, or behind a word such as "customer"."""
    found: dict[int, str] = {}
    prefixes, digits = receivables.customer_prefixes, receivables.customer_digits
    for at, atom in enumerate(written):
        if not (atom.text[0] in digits if atom.numeric else atom.folded in prefixes):
            continue
        joined, numeric = "", False
        for to, following in enumerate(written[at : at + _MOST_JOINED_OF_CUSTOMER], at):
            joined += following.folded
            numeric = numeric or following.numeric
            customer_id = receivables.customer_numbered(joined) if numeric else ""
            if customer_id:
                strong = not atom.numeric and len(joined) > _STRONG_WITH_PREFIX
                if strong or _is_customers(text[: atom.start]):
                    found.update(dict.fromkeys(range(at, to + 1), customer_id))
    return found


def _unknown_in(receivables: Receivables, text: str, written: Sequence[Atom], taken: set[int]) -> list[str]:
    """Keys of what looks like a reference or a number of this tenant and is none that is known."""
    unknown = [key_of(reference.reference) for reference in find_in(text)]
    free: list[Atom] = []
    money = [match.span() for match in _MONEY.finditer(text)]
    for at, atom in enumerate(written):
        if at in taken or (money and any(start <= atom.start and atom.end <= end for start, end in money)):
            unknown.extend(receivables.shapes.unknown_numbers(free))
            free = []
            continue
        free.append(atom)
        glued = atom.numeric and receivables.shapes.has_head("", atom.text) and not is_day(atom.text)
        if glued and _is_introduced(text[: atom.start]):
            unknown.append(atom.text)
    unknown.extend(receivables.shapes.unknown_numbers(free))
    return [key for key in unknown if not receivables.quoted(key)]


def _loose(text: str, written: Sequence[Atom], taken: set[int]) -> tuple[tuple[Atom, ...], frozenset[Atom]]:
    """Runs of digits that may be a number in short, and those of them that are introduced as one. Dates, years, percentages and amounts
    are none, a year unless it is introduced."""
    loose: list[Atom] = []
    introduced: list[Atom] = []
    for at, atom in enumerate(written):
        if at in taken or not atom.numeric:
            continue
        is_introduced = _is_introduced(text[: atom.start])
        if (
            any(ends_date(written, end) for end in range(at, min(at + 3, len(written))))
            or _AMOUNT_AFTER.match(text, atom.end) is not None
            or _AMOUNT_BEFORE.search(text[max(0, atom.start - _CURRENCY_BEFORE) : atom.start]) is not None
            or (len(atom.text) == 4 and int(atom.text) in _YEARS and not is_introduced)
            or (len(atom.text) < _FEWEST_BEHIND_BLANK and _GOES_ON.match(text, atom.end) is not None)
        ):
            continue
        loose.append(atom)
        if is_introduced:
            introduced.append(atom)
    return tuple(loose), frozenset(introduced)


def _by_day(quotes: Sequence[Quote], on: date) -> tuple[tuple[Quote, ...], tuple[Item, ...]]:
    """The quotes of documents issued by ``on``, strongest first, and the documents issued later that are plainly quoted."""
    if not quotes:
        return (), ()
    known: list[Quote] = []
    future: dict[Item, None] = {}
    for quote in quotes:
        later = [item for item in quote.items if item.issued_on > on]
        if not later:
            known.append(quote)
            continue
        if len(later) < len(quote.items):
            known.append(quote)
        if quote.strong or quote.introduced:
            future.update(dict.fromkeys(later))
    if len(known) > 1:
        known.sort(key=lambda quote: (_RANKS.index(quote.evidence), quote.first))
    return tuple(known), tuple(future)


def read(receivables: Receivables, entry: StatementEntry, text: str, on: date) -> Reading:
    """What the entry's remittance says, as of ``on``; ``text`` is its ``text_of``."""
    structured, unknown = _structured(receivables, entry)
    if not (text or structured or unknown):
        return _NOTHING
    written = _unglued(receivables, text, atoms(text))
    customers = _customers_in(receivables, text, written)
    quotes = _quotes_in(receivables, text, written, customers)
    if has_mistakable(written):
        mended = with_digits_mended(text)
        again = _unglued(receivables, mended, atoms(mended))
        again_customers = _customers_in(receivables, mended, again)
        better = _quotes_in(receivables, mended, again, again_customers)
        if (len(better), sum(quote.strong for quote in better)) > (len(quotes), sum(quote.strong for quote in quotes)):
            text, written, quotes, customers = mended, again, better, again_customers
    taken = set(customers)
    for quote in quotes:
        taken.update(range(quote.first, quote.last + 1))
    if customers and quotes:
        # the customer's number that his documents' numbers begin with says no more than they do
        by_quotes = {place for quote in quotes for place in range(quote.first, quote.last + 1)}
        customers = {place: each for place, each in customers.items() if place not in by_quotes}
    is_more = len(taken) < len(written)
    ranges: tuple[tuple[Item, Item], ...] = ()
    shortened: tuple[Item, ...] = ()
    if is_more and quotes and (len(quotes) > 1 or quotes[0].last + 1 < len(written)):
        ranges, shortened = _spans(receivables, text, written, quotes)
    known, future = _by_day(structured + quotes, on)
    loose: tuple[Atom, ...] = ()
    introduced: frozenset[Atom] = frozenset()
    if is_more and True in [atom.numeric for at, atom in enumerate(written) if at not in taken]:
        unknown = unknown + _unknown_in(receivables, text, written, taken)
        loose, introduced = _loose(text, written, taken)
    return Reading(
        written=written,
        quotes=known,
        ranges=ranges,
        shortened=tuple(dict.fromkeys([item for item in shortened if item.issued_on <= on])) if shortened else (),
        future=future,
        customers=tuple(dict.fromkeys(customers.values())) if customers else (),
        unknown=tuple(dict.fromkeys(unknown)) if unknown else (),
        loose=loose,
        introduced=introduced,
        taken=taken,
        text=text,
    )


def has_fragments(receivables: Receivables, reading: Reading) -> bool:
    """Whether something right behind what was quoted may be a piece of a further number that was cut off or damaged: digits, or a
    prefix."""
    written, taken = reading.written, reading.taken
    if not reading.quotes or len(taken) == len(written):
        return False
    for at in sorted(taken):
        for behind in range(at + 1, min(at + 3, len(written))):
            atom = written[behind]
            if behind in taken or _AND.match(reading.text[written[at].end : atom.start]) is None:
                break
            ends_or_goes_on = behind == len(written) - 1 or written[behind + 1].numeric
            if atom.numeric or (atom.folded in receivables.key_prefixes and ends_or_goes_on):
                return True
    return False


def range_between(receivables: Receivables, first: Item, last: Item, on: date) -> tuple[Item, ...]:
    """Documents numbered from ``first`` to ``last`` (same prefix and head) that belong to the customers of either and are open or one
    of the two; empty when the two are of different shapes or too far apart."""
    start, stop = first.parts, last.parts
    if not (start.counter and stop.counter) or start.book != stop.book:
        return ()
    low, high = int(start.counter), int(stop.counter)
    if not low < high:
        return ()
    found = [
        item
        for customer_id in dict.fromkeys((first.customer_id, last.customer_id))
        for item in receivables.open_of(customer_id, first.currency, on)
        if not item.is_credit
        and item.parts.counter
        and item.parts.book == start.book
        and low <= int(item.parts.counter) <= high
    ]
    return tuple(sorted(found, key=lambda item: int(item.parts.counter)))[: MOST_IN_RANGE + 1]


def keys_that_could_be_meant(item: Item) -> tuple[str, ...]:
    """Keys of a document that are long enough to be repaired when damaged."""
    return tuple([key for key in item.keys if len(key) >= _STRONG_IN_SHAPE])
