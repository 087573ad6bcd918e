"""What the readers of electronic invoices (``ubl``, ``cii``) share: the stream of elements, and the receivable in the totals of EN 16931.

Read as a stream of SAX events in which only the parts that matter are kept, so that an embedded PDF costs nothing; a
DOCTYPE is refused before anything in it is looked at, so there are no entities. What is kept has limits of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from lxml import etree

from ledger.documents import DiscountTerms, Document, DocumentKind
from ledger.money import Money
from ledger.party import Customer
from ledger.sources import Fault, RawDocument, SourceRef

if TYPE_CHECKING:
    _Target = etree.ParserTarget[None]
else:
    # The protocol exists in lxml's stubs only.
    _Target = object

#: Bytes of a file that are read at most.
DOCUMENT_BYTES: Final = 256 * 1024 * 1024
#: Elements and characters that are kept of one invoice; the largest honest ones keep a few hundred elements.
KEPT_ELEMENTS: Final = 20_000
KEPT_CHARACTERS: Final = 2_000_000
#: Depth of elements; an invoice is never deeper than about 20.
DEPTH: Final = 100
#: Statutory term of payment (Directive 2011/7/EU, article 3(3)(b)(i)).
STATUTORY_TERM: Final = timedelta(days=30)
#: Types (UNCL1001) that are credit notes whatever the root element is called.
CREDIT_TYPES: Final = frozenset({"81", "83", "261", "296", "308", "381", "396", "420", "458", "532"})

_CHUNK_BYTES: Final = 64 * 1024
_DAYS: Final = re.compile(
    r"\b(\d{1,3})\s*(?:days?|dagen|dag|jours?|tagen?|tage|dager|dagar|dage|giorni|días)\b", re.IGNORECASE
)
_SKONTO: Final = re.compile(
    r"#SKONTO#TAGE=(\d{1,3})#PROZENT=(\d{1,2}(?:\.\d{1,2})?)#(?:BASISBETRAG=(-?\d+(?:\.\d+)?)#)?", re.ASCII
)
_PERCENT: Final = re.compile(r"(\d{1,2})(?:\.(\d{1,2})0*)?\Z", re.ASCII)
#: Peppol's word where an order number has to stand and there is none.
_NO_ORDER: Final = frozenset({"NA", "N/A", "-"})


class InvoiceRefused(Exception):
    """The document cannot be taken over: at this place, for this reason."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """What of a kind of invoice is read. ``roots``: tags (``{namespace}name``) of an invoice; ``parts``: namespaces of what stands in it;
    ``keeps(depth, name)``: whether an element at a depth below its root is kept with all below it; ``word``: what a file without a root is not."""

    roots: frozenset[str]
    parts: frozenset[str]
    keeps: Callable[[int, str], bool]
    word: str


@dataclass(slots=True)
class Element:
    """A kept element: local name, attributes, text and children, in order."""

    name: str
    attributes: dict[str, str]
    parts: list[str] = field(default_factory=list)
    children: list[Element] = field(default_factory=list)

    def all(self, *path: str) -> list[Element]:
        """The elements at a path below this one."""
        found = [self]
        for name in path:
            found = [child for element in found for child in element.children if child.name == name]
        return found

    def text(self, *path: str) -> str:
        """The text of the first element at a path that has any; empty when there is none."""
        for element in self.all(*path):
            text = " ".join("".join(element.parts).split())
            if text:
                return text
        return ""


class _Reader(_Target):
    """lxml parser target: keeps the elements that matter of each invoice in the file."""

    def __init__(self, grammar: Grammar) -> None:
        self.found: list[Element] = []
        self._grammar = grammar
        self.outermost = ""
        self._depth = 0
        self._open: list[Element] = []
        self._passed_over = 0
        self._elements = 0
        self._characters = 0

    def doctype(self, name: str | None, _public: str | None, _system: str | None) -> None:
        """A DOCTYPE is where entities come from."""
        raise InvoiceRefused("", f"has a DOCTYPE ({name}), which no invoice needs: entities are not read")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > DEPTH:
            raise InvoiceRefused("", f"has elements deeper than {DEPTH}")
        self.outermost = self.outermost or tag
        if self._passed_over:
            self._passed_over += 1
            return
        namespace, _, name = tag.rpartition("}")
        if not self._open:
            if tag in self._grammar.roots:
                self._elements = self._characters = 0
                root = Element(name, {})
                self._open.append(root)
                self.found.append(root)
            return
        if namespace[1:] not in self._grammar.parts or not self._grammar.keeps(len(self._open), name):
            self._passed_over = 1
            return
        self._elements += 1
        if self._elements > KEPT_ELEMENTS:
            raise InvoiceRefused("", f"has more than {KEPT_ELEMENTS} elements outside of its lines")
        element = Element(name, dict(attributes))
        self._open[-1].children.append(element)
        self._open.append(element)

    def data(self, text: str) -> None:
        """Text of the element that is open."""
        if self._passed_over or not self._open:
            return
        self._characters += len(text)
        if self._characters > KEPT_CHARACTERS:
            raise InvoiceRefused("", f"has more than {KEPT_CHARACTERS} characters outside of its lines")
        self._open[-1].parts.append(text)

    def end(self, _tag: str) -> None:
        """An element ends."""
        self._depth -= 1
        if self._passed_over:
            self._passed_over -= 1
        elif self._open:
            self._open.pop()

    def close(self) -> None:
        """Nothing is left to do at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Signed, as the document has them: ``gross`` is owed before ``prepaid`` is taken off, ``payable`` after."""

    gross: Money
    prepaid: Money
    payable: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What totals come to: an invoice or a credit note, and its positive amounts."""

    kind: DocumentKind
    gross: Money
    settled: Money

    @property
    def is_to_be_paid(self) -> bool:
        """Whether somebody owes us something."""
        return self.kind is DocumentKind.INVOICE and self.gross > self.settled


def read(
    document: RawDocument, grammar: Grammar, facts: Callable[[RawDocument, Element], tuple[Customer, Document]]
) -> Iterator[Customer | Document | Fault]:
    """The customer and the document of each invoice in a file, or one Fault with the reason why not."""
    try:
        roots = _roots(document, grammar)
    except InvoiceRefused as refused:
        yield _fault(document, refused, whole=True)
        return
    whole = len(roots) == 1
    for number, root in enumerate(roots, start=1):
        try:
            found = facts(document, root)
        except InvoiceRefused as refused:
            name = root.text("ID") or f"number {number}"
            place = refused.place if whole else f"{root.name} {name}: {refused.place}"
            yield _fault(document, InvoiceRefused(place, refused.reason), whole=whole)
            continue
        yield from found


def _fault(document: RawDocument, refused: InvoiceRefused, *, whole: bool) -> Fault:
    return Fault(source=source(document, refused.place), reason=refused.reason, whole_document=whole)


def source(document: RawDocument, place: str) -> SourceRef:
    """Where a fact of an invoice was read."""
    return SourceRef(system=document.system, name=document.name, document=document.sha256, place=place)


def _roots(document: RawDocument, grammar: Grammar) -> list[Element]:
    if document.size == 0:
        raise InvoiceRefused("", "the file is empty")
    if document.size > DOCUMENT_BYTES:
        raise InvoiceRefused("", f"has {document.size} bytes, more than the limit of {DOCUMENT_BYTES}")
    target = _Reader(grammar)
    parser = etree.XMLParser(
        target=target, resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        with document.open() as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                parser.feed(chunk)
        parser.close()
    except etree.XMLSyntaxError as error:
        line = error.position[0]
        raise InvoiceRefused(f"line {line}" if line else "", f"is no well-formed XML ({error.msg})") from error
    if not target.found:
        raise InvoiceRefused("", f"is no {grammar.word} but {_spoken(target.outermost)}")
    return target.found


def _spoken(tag: str) -> str:
    namespace, _, name = tag.rpartition("}")
    return f"'{name}' of {namespace[1:]}" if namespace else f"'{name}'"


def owed(totals: Totals, *, sold_back: bool) -> Owed:
    """What totals come to. ``sold_back``: the document says that it is a credit note; a negative one is the reverse."""
    taken = sold_back != (totals.gross.minor < 0)
    gross, settled = abs(totals.gross), abs(totals.prepaid)
    if totals.prepaid.minor * totals.gross.minor < 0 or settled > gross:
        # More was prepaid than was owed: what is open, the payable amount, goes the other way.
        taken = sold_back != (totals.payable.minor < 0)
        gross, settled = abs(totals.payable), Money.zero(gross.currency)
    return Owed(kind=DocumentKind.CREDIT_NOTE if taken else DocumentKind.INVOICE, gross=gross, settled=settled)


def amount_of(element: Element, place: str, currency: str) -> Money:
    """The amount in an element. Raises InvoiceRefused when it is none, or in another currency than the document."""
    own = element.attributes.get("currencyID", currency)
    if own != currency:
        raise InvoiceRefused(place, f"is in {own}, the document in {currency}")
    try:
        return Money.parse(element.text(), currency)
    except ValueError as error:
        raise InvoiceRefused(place, str(error)) from error


def due_on(days: Sequence[date], terms: str, issued_on: date, *, is_to_be_paid: bool) -> date:
    """The last of the days that are named, else the statutory term or the longest term in days that ``terms`` speak of, whichever is later:
    rather a late reminder than a wrong one."""
    if days:
        return max(days)
    if not is_to_be_paid:
        return issued_on
    spoken = [timedelta(days=int(days)) for days in _DAYS.findall(_SKONTO.sub(" ", terms))]
    return issued_on + max([STATUTORY_TERM, *spoken])


def order_number(numbers: Iterable[str]) -> str:
    """The first that is one."""
    return next((number for number in numbers if number and number.upper() not in _NO_ORDER), "")


def basis_points(text: str) -> int | None:
    """A percentage with at most two decimals, in hundredths of a percent; None for anything else."""
    found = _PERCENT.match(text)
    if found is None:
        return None
    return int(found.group(1) + (found.group(2) or "").ljust(2, "0"))


def skonto(terms: str, issued_on: date, gross: Money) -> Iterator[DiscountTerms]:
    """The discounts that terms of payment offer as XRechnung writes them (BR-DE-18). One on a part of the amount cannot be said in percent of the gross
    and is left out."""
    for days, percent, base in _SKONTO.findall(terms):
        points = basis_points(percent)
        if points and is_whole(base, gross):
            yield DiscountTerms(basis_points=points, until=issued_on + timedelta(days=int(days)))


def is_whole(base: str, gross: Money) -> bool:
    """Whether a discount's base, where there is one, is the whole amount."""
    return not base or base.rstrip("0").rstrip(".") == gross.decimal().rstrip("0").rstrip(".")


def longest(offers: Iterable[DiscountTerms]) -> DiscountTerms | None:
    """The discount that runs longest."""
    return max(offers, key=lambda offer: (offer.until, -offer.basis_points), default=None)


def identifier(element: Element) -> str:
    """An identifier with its scheme as Peppol writes it (``0208:0417497106``), or bare where it has none."""
    text, scheme = element.text(), element.attributes.get("schemeID", "").strip()
    return f"{scheme}:{text}" if text and scheme else text
