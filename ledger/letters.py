"""Letters on paper or as PDF: what stands on them, not how it is drawn (``formats/letter_pdf.py`` draws them).

All text is plain: nothing in it is markup, and a line break starts a new line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Window(StrEnum):
    """Where an envelope's window shows the recipient on an A4 sheet folded in three."""

    #: DIN 5008 form B, also the usual place in the Netherlands: 20 mm from the left edge, 45 mm from the top one.
    LEFT = "left"
    #: The usual place in Belgium and France: 105 mm from the left edge, 45 mm from the top one.
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterHeader:
    """Who writes. ``lines``: address, telephone, VAT number and the like, printed at the top; ``logo``: PNG or JPEG bytes, or empty;
    ``footer``: lines at the foot of every page (bank account, register number)."""

    name: str
    lines: tuple[str, ...] = ()
    logo: bytes = b""
    footer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text; ``strong``: in bold, as a heading or what must not be overlooked."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table. ``weight``: its share of the width; ``figures``: amounts, set against the right edge."""

    label: str
    weight: int = 1
    figures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under columns; it runs over as many pages as it needs, with its labels on each.

    ``totals``: rows under the others, in bold. Raises ValueError for a row of another length than the columns.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self) -> None:
        for row in (*self.rows, *self.totals):
            if len(row) != len(self.columns):
                raise ValueError(f"a row has {len(row)} cells under {len(self.columns)} columns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Label and value in two columns without lines: account, reference, amount."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """A QR code (ISO/IEC 18004, error correction level M) of ``content``, with ``caption`` beside it."""

    content: str
    caption: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """Something that the reader fills in by hand: a label and ``lines`` empty lines; ``boxes``: squares to tick, each with its words,
    instead of lines."""

    label: str
    lines: int = 1
    boxes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureBox:
    """Room to sign, with a label for each of its parts (``("Place and date", "Signature")``)."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBreak:
    """What follows begins on a new page."""


Block = Paragraph | Table | Facts | QrCode | FormField | SignatureBox | PageBreak


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter. ``recipient``: the lines in the window; ``dated``: the date as it is printed, in the letter's language (ISO 639-1);
    ``references``: label and value above the subject; ``page_words``: the page number in that language, with ``{page}`` and ``{pages}``.
    """

    header: LetterHeader
    recipient: tuple[str, ...]
    subject: str
    written_on: date
    dated: str
    language: str
    blocks: tuple[Block, ...]
    references: tuple[tuple[str, str], ...] = ()
    window: Window = Window.LEFT
    page_words: str = "{page}/{pages}"
