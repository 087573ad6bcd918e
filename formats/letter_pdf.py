"""A letter as PDF: A4, the recipient in the window of the envelope, page numbers, tables over as many pages as they need.

Pure: the same letter gives the same bytes (no time, no random id in the file). The font is embedded: DejaVu Sans Condensed, which has the
letters of the Latin, Greek and Cyrillic scripts; any other character is printed as an empty box.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final, assert_never

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily, stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    LongTable,
    PageTemplate,
    Spacer,
    TableStyle,
)
from reportlab.platypus import PageBreak as NewPage
from reportlab.platypus import Paragraph as Text
from reportlab.platypus import Table as Grid

from formats.qr_code import qr_modules
from ledger.letters import (
    Block,
    Facts,
    FormField,
    Letter,
    PageBreak,
    Paragraph,
    QrCode,
    SignatureBox,
    Table,
    Window,
)

_FONT: Final = "AfletterSans"
_BOLD: Final = "AfletterSans-Bold"
_WIDTH, _HEIGHT = A4
_MARGIN: Final = 20 * mm
_RIGHT: Final = 18 * mm
_FOOT: Final = 25 * mm
_BODY_WIDTH: Final = _WIDTH - _MARGIN - _RIGHT
#: The text of the first page begins below the window and the references (DIN 5008 form B: 98.46 mm with a reference line).
_FIRST_TOP: Final = 100 * mm
_NEXT_TOP: Final = 28 * mm
#: The window, from the left and top edges: DIN 5008 form B, 85 mm x 45 mm; and its mirror image of Belgian and French envelopes.
_WINDOW_LEFT: Final = {Window.LEFT: 25 * mm, Window.RIGHT: 110 * mm}
_WINDOW_TOP: Final = 50 * mm
_WINDOW_WIDTH: Final = 80 * mm
#: Lines that fit into a window of 45 mm below its small print.
_WINDOW_LINES: Final = 7
_LOGO_WIDTH: Final = 60 * mm
_LOGO_HEIGHT: Final = 20 * mm
#: EPC069-12 names no size; 30 mm is read from paper by every telephone tried by the banks' own leaflets.
_QR_SIZE: Final = 30 * mm
_GREY: Final = colors.HexColor("#555555")
_LINE: Final = colors.HexColor("#bbbbbb")

_PLAIN: Final = ParagraphStyle("plain", fontName=_FONT, fontSize=10, leading=13.5, spaceAfter=7)
_STRONG: Final = ParagraphStyle("strong", parent=_PLAIN, fontName=_BOLD)
_SUBJECT: Final = ParagraphStyle("subject", parent=_STRONG, fontSize=11.5, leading=15, spaceAfter=10)
_CELL: Final = ParagraphStyle("cell", fontName=_FONT, fontSize=8.5, leading=10.5)
_CELL_RIGHT: Final = ParagraphStyle("cell-right", parent=_CELL, alignment=TA_RIGHT)
_CELL_STRONG: Final = ParagraphStyle("cell-strong", parent=_CELL, fontName=_BOLD)
_CELL_STRONG_RIGHT: Final = ParagraphStyle("cell-strong-right", parent=_CELL_STRONG, alignment=TA_RIGHT)
_SMALL: Final = ParagraphStyle("small", fontName=_FONT, fontSize=8, leading=10, textColor=_GREY)


def letter_pdf(letter: Letter) -> bytes:
    """The letter as a PDF file. Raises ValueError when the logo is no PNG or JPEG, or a QR code's content is too long for one."""
    _fonts()
    target = io.BytesIO()
    logo = _logo(letter.header.logo)

    def first(canvas: Canvas, _document: BaseDocTemplate) -> None:
        _head(canvas, letter, logo)
        _foot(canvas, letter)

    def later(canvas: Canvas, _document: BaseDocTemplate) -> None:
        canvas.setFont(_FONT, _SMALL.fontSize)
        canvas.setFillColor(_GREY)
        title = f"{letter.header.name} – {letter.subject}"
        canvas.drawString(_MARGIN, _HEIGHT - 18 * mm, _cut(title, _FONT, _SMALL.fontSize, _BODY_WIDTH))
        _foot(canvas, letter)

    document = BaseDocTemplate(
        target,
        pagesize=A4,
        pageTemplates=[
            PageTemplate(id="first", frames=[_frame(_FIRST_TOP)], onPage=first, autoNextPageTemplate="later"),
            PageTemplate(id="later", frames=[_frame(_NEXT_TOP)], onPage=later),
        ],
        title=letter.subject,
        author=letter.header.name,
        lang=letter.language,
        invariant=1,
        pageCompression=1,
    )

    def canvas_of(*arguments: Any, **named: Any) -> Canvas:
        canvas = _CountedCanvas(*arguments, **named)
        canvas.page_words = letter.page_words
        return canvas

    document.build(_story(letter), canvasmaker=canvas_of)
    return target.getvalue()


class _CountedCanvas(Canvas):
    """Holds every page back until their number is known, and then prints it on each."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.page_words = ""
        self._held: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802
        """Keep the page; the next one begins."""
        self._held.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]  # the stubs leave it out

    def save(self) -> None:
        """Write all pages, each with its number."""
        held = self._held
        for page in held:
            self.__dict__.update(page)
            self.setFont(_FONT, _SMALL.fontSize)
            self.setFillColor(_GREY)
            words = self.page_words.format(page=self.getPageNumber(), pages=len(held))
            self.drawRightString(_WIDTH - _RIGHT, 10 * mm, words)
            super().showPage()
        super().save()


@cache
def _fonts() -> None:
    """The fonts, known to reportlab under our names."""
    folder = files("formats").joinpath("fonts")
    for name, file in ((_FONT, "DejaVuSansCondensed.ttf"), (_BOLD, "DejaVuSansCondensed-Bold.ttf")):
        registerFont(TTFont(name, io.BytesIO(folder.joinpath(file).read_bytes())))
    registerFontFamily(_FONT, normal=_FONT, bold=_BOLD, italic=_FONT, boldItalic=_BOLD)


def _frame(top: float) -> Frame:
    return Frame(
        _MARGIN,
        _FOOT,
        _BODY_WIDTH,
        _HEIGHT - top - _FOOT,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )


def _logo(content: bytes) -> ImageReader | None:
    if not content:
        return None
    try:
        return ImageReader(io.BytesIO(content))
    except OSError as error:
        raise ValueError("the logo is no picture that can be read (PNG or JPEG)") from error


def _head(canvas: Canvas, letter: Letter, logo: ImageReader | None) -> None:
    """Letterhead, recipient in the window, date and references: what stands on the first page only."""
    header = letter.header
    top = _HEIGHT - 15 * mm
    if logo is not None:
        width, height = logo.getSize()
        scale = min(_LOGO_WIDTH / width, _LOGO_HEIGHT / height)
        canvas.drawImage(logo, _MARGIN, top + 3 * mm - height * scale, width * scale, height * scale, mask="auto")
        top_name = top - _LOGO_HEIGHT - 2 * mm
    else:
        top_name = top
    canvas.setFillColor(colors.black)
    canvas.setFont(_BOLD, 13 if logo is None else 9)
    canvas.drawString(_MARGIN, top_name, _cut(header.name, _BOLD, 13 if logo is None else 9, 90 * mm))
    canvas.setFont(_FONT, _SMALL.fontSize)
    canvas.setFillColor(_GREY)
    for number, line in enumerate(header.lines[:_WINDOW_LINES]):
        text = _cut(line, _FONT, _SMALL.fontSize, 75 * mm)
        canvas.drawRightString(_WIDTH - _RIGHT, top - number * _SMALL.leading, text)
    left = _WINDOW_LEFT[letter.window]
    canvas.setFillColor(colors.black)
    canvas.setFont(_FONT, _PLAIN.fontSize)
    for number, line in enumerate(letter.recipient[:_WINDOW_LINES]):
        text = _cut(line, _FONT, _PLAIN.fontSize, _WINDOW_WIDTH)
        canvas.drawString(left, _HEIGHT - _WINDOW_TOP - (number + 1) * _PLAIN.leading, text)
    other = _WINDOW_LEFT[Window.RIGHT if letter.window is Window.LEFT else Window.LEFT]
    facts = [("", letter.dated), *letter.references]
    canvas.setFont(_FONT, _CELL.fontSize)
    for number, (label, value) in enumerate(facts[:_WINDOW_LINES]):
        text = f"{label}: {value}" if label else value
        at = _HEIGHT - _WINDOW_TOP - (number + 1) * _PLAIN.leading
        canvas.drawString(other, at, _cut(text, _FONT, _CELL.fontSize, _WINDOW_WIDTH - 7 * mm))
    # Where the sheet is folded in three (DIN 5008, form B).
    canvas.setStrokeColor(_LINE)
    for fold in (105 * mm, 210 * mm):
        canvas.line(4 * mm, _HEIGHT - fold, 8 * mm, _HEIGHT - fold)


def _foot(canvas: Canvas, letter: Letter) -> None:
    canvas.setFont(_FONT, _SMALL.fontSize)
    canvas.setFillColor(_GREY)
    for number, line in enumerate(letter.header.footer[:2]):
        text = _cut(line, _FONT, _SMALL.fontSize, _BODY_WIDTH - 30 * mm)
        canvas.drawString(_MARGIN, 10 * mm + (1 - number) * _SMALL.leading, text)


def _cut(text: str, font: str, size: float, width: float) -> str:
    """The text as far as it fits; what is left out is marked by an ellipsis."""
    line = " ".join(text.split())
    if stringWidth(line, font, size) <= width:
        return line
    while line and stringWidth(line + "…", font, size) > width:
        line = line[:-1]
    return line + "…"


def _story(letter: Letter) -> list[Flowable]:
    story: list[Flowable] = [Text(_markup(letter.subject), _SUBJECT)]
    for block in letter.blocks:
        story.extend(_flowables(block))
    return story


def _flowables(block: Block) -> list[Flowable]:  # noqa: PLR0911 - one for each kind of block
    match block:
        case Paragraph():
            return [Text(_markup(block.text), _STRONG if block.strong else _PLAIN)]
        case Table():
            return [_table(block), Spacer(0, 8)]
        case Facts():
            return [_facts(block), Spacer(0, 8)]
        case QrCode():
            return [_qr_code(block), Spacer(0, 8)]
        case FormField():
            return [KeepTogether(_form_field(block)), Spacer(0, 6)]
        case SignatureBox():
            return [_signature_box(block), Spacer(0, 8)]
        case PageBreak():
            return [NewPage()]
    assert_never(block)


def _markup(text: str) -> str:
    """Plain text in reportlab's own markup; a line break is kept."""
    return "<br/>".join(escape(line, quote=False) for line in text.splitlines())


def _table(table: Table) -> LongTable:
    weights = [column.weight for column in table.columns]
    widths = [_BODY_WIDTH * weight / sum(weights) for weight in weights]
    cells = [
        _cells([column.label for column in table.columns], table, strong=True),
        *(_cells(row, table, strong=False) for row in table.rows),
        *(_cells(row, table, strong=True) for row in table.totals),
    ]
    style: list[tuple[str, tuple[int, int], tuple[int, int], *tuple[Any, ...]]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.35, _LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    if table.totals:
        style.append(("LINEABOVE", (0, -len(table.totals)), (-1, -len(table.totals)), 0.9, colors.black))
    return LongTable(cells, colWidths=widths, repeatRows=1, style=TableStyle(style))


def _cells(texts: Sequence[str], table: Table, *, strong: bool) -> list[Text]:
    styles = (_CELL_STRONG, _CELL_STRONG_RIGHT) if strong else (_CELL, _CELL_RIGHT)
    return [Text(_markup(text), styles[column.figures]) for text, column in zip(texts, table.columns, strict=True)]


def _facts(facts: Facts) -> Grid:
    rows = [[Text(_markup(label), _CELL), Text(_markup(value), _CELL_STRONG)] for label, value in facts.rows]
    return Grid(rows, colWidths=[50 * mm, _BODY_WIDTH - 50 * mm], style=_BARE, hAlign="LEFT")


_BARE: Final = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
    ]
)


def _qr_code(code: QrCode) -> Grid:
    caption: list[Flowable] = [Text(_markup(line), _CELL) for line in code.caption]
    return Grid(
        [[_QrPicture(code.content), caption]],
        colWidths=[_QR_SIZE + 4 * mm, _BODY_WIDTH - _QR_SIZE - 4 * mm],
        style=_BARE,
        hAlign="LEFT",
    )


class _QrPicture(Flowable):
    """The code as black rectangles, one for each run of dark modules in a line, with the quiet zone of four modules."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.width = self.height = _QR_SIZE
        self._lines = qr_modules(content)

    def draw(self) -> None:
        """Draw it, with its lower left corner at the origin."""
        # In units of a module, so that hundreds of coordinates are whole numbers, which are written fast.
        module = _QR_SIZE / len(self._lines)
        self.canv.saveState()
        self.canv.scale(module, module)
        path = self.canv.beginPath()
        for number, line in enumerate(self._lines, start=1):
            for start, end in _dark_runs(line):
                path.rect(start, len(self._lines) - number, end - start, 1)
        self.canv.setFillColor(colors.black)
        self.canv.drawPath(path, stroke=0, fill=1)
        self.canv.restoreState()


class _TickBox(Flowable):
    """An empty square."""

    def __init__(self) -> None:
        super().__init__()
        self.width = self.height = 3.2 * mm

    def draw(self) -> None:
        """Draw it, with its lower left corner at the origin."""
        self.canv.setLineWidth(0.7)
        self.canv.rect(0, 0, self.width, self.height)


def _dark_runs(line: bytes) -> Iterator[tuple[int, int]]:
    edges = [at for at, (one, other) in enumerate(pairwise(b"\0" + line + b"\0")) if one != other]
    return zip(edges[::2], edges[1::2], strict=True)


def _form_field(field: FormField) -> list[Flowable]:
    label = Text(_markup(field.label), _CELL)
    if field.boxes:
        rows: list[list[Flowable | str]] = [[_TickBox(), Text(_markup(words), _CELL)] for words in field.boxes]
        return [label, Grid(rows, colWidths=[6 * mm, _BODY_WIDTH - 6 * mm], style=_BARE, hAlign="LEFT")]
    style = TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.6, _GREY)])
    lines = Grid([[""]] * field.lines, colWidths=[_BODY_WIDTH], rowHeights=[8 * mm] * field.lines, style=style)
    return [label, lines]


def _signature_box(box: SignatureBox) -> Grid:
    style = TableStyle(
        [
            ("BOX", (0, 0), (-1, -1), 0.6, _GREY),
            ("INNERGRID", (0, 0), (-1, -1), 0.6, _GREY),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ]
    )
    cells = [[Text(_markup(label), _SMALL) for label in box.labels]]
    widths = [_BODY_WIDTH / len(box.labels)] * len(box.labels)
    return Grid(cells, colWidths=widths, rowHeights=[22 * mm], style=style)
