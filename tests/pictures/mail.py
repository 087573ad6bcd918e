"""The picture of a mail: a reminder is composed, written as a mail, read by the standard library as a mail program reads it, and drawn as SVG.

python -m tests.pictures.mail            # writes docs/pictures/mail.svg
"""

from __future__ import annotations

import base64
import email
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from email.policy import default
from html import escape
from pathlib import Path

from lxml import html
from reportlab.pdfbase.pdfmetrics import stringWidth

from collect.letterhead import Letterhead
from collect.messages import compose_reminder
from daemon.stationery import PRINTER
from formats.mail import render
from ledger.reminders import MessageKind, Reminder
from tests.unit.collect.debtors import customer, eur, item

TARGET = Path(__file__).parents[2] / "docs" / "pictures" / "mail.svg"
WIDTH, MARGIN, LINE = 820, 28, 18
SIZE, SMALL = 13.0, 11.5
#: The reader's sans-serif is wider than the font that lines are measured with.
SPARE = 1.08


def mail() -> EmailMessage:
    """A reminder about two invoices, one paid in part, as it arrives."""
    head = Letterhead(
        name="Bench BV",
        sender="Bench BV <debiteuren@bench.example>",
        iban="BE55734798953744",
        country="BE",
        language="en",
        enterprise_number="BE0123456749",
        printer=PRINTER,
    )
    items = [
        item("2026/0042", "121.00", date(2026, 8, 31), gross="121.00", reference="000000097097"),
        item("2026/0057", "200.00", date(2026, 9, 4), gross="484.00", reference="000042424261"),
    ]
    items[1] = replace(
        items[1], document=replace(items[1].document, product="Hosting", payment_link="https://pay.example/0057")
    )
    wanted = Reminder(
        customer_id="C1",
        documents=tuple(one.document.number for one in items),
        level=1,
        kind=MessageKind.REMINDER,
        channel="mail",
        as_of=date(2026, 9, 14),
        amount_due=eur("321.00"),
    )
    message = compose_reminder(
        head, customer(name="Jan Šimůnek", language="en", email="jan@klant.example"), wanted, items, 3
    )
    found = email.message_from_bytes(render(message, wire=True), policy=default)
    if not isinstance(found, EmailMessage):
        raise TypeError("the mail was not read")
    return found


class Drawing:
    """SVG elements from top to bottom."""

    def __init__(self) -> None:
        self.elements: list[str] = []
        self.top = 0.0

    def text(
        self, x: float, words: str, *, size: float = SIZE, colour: str = "#222", bold: bool = False, end: bool = False
    ) -> None:
        style = ' font-weight="bold"' if bold else ""
        anchor = ' text-anchor="end"' if end else ""
        self.elements.append(
            f'<text x="{x:.0f}" y="{self.top:.0f}" font-size="{size}" fill="{colour}"{style}{anchor}>{escape(words)}</text>'
        )

    def line(self, colour: str, y: float) -> None:
        self.elements.append(f'<path d="M{MARGIN} {y:.0f}H{WIDTH - MARGIN}" stroke="{colour}"/>')

    def paragraph(self, words: str) -> None:
        for line in wrapped(words, WIDTH - 2 * MARGIN):
            self.top += LINE
            self.text(MARGIN, line)
        self.top += 8


def width_of(words: str, size: float = SIZE) -> float:
    """The width of a line in pixels."""
    return float(stringWidth(words, "AfletterSans", size)) * SPARE


def wrapped(words: str, width: float) -> Iterator[str]:
    """The words in lines of at most that width."""
    line = ""
    for word in words.split(" "):
        longer = f"{line} {word}".strip()
        if width_of(longer) > width and line:
            yield line
            longer = word
        line = longer
    if line:
        yield line


def words_of(element: html.HtmlElement) -> str:
    """The text of an element on one line; no-break spaces stay."""
    return " ".join(part for part in element.text_content().replace("\n", " ").split(" ") if part)


def picture() -> str:
    """The SVG."""
    found, drawing = mail(), Drawing()
    drawing.top = 20
    for label in ("From", "To", "Subject"):
        drawing.top += LINE + 2
        drawing.text(MARGIN, label, colour="#777")
        drawing.text(MARGIN + 64, str(found[label]), bold=label == "Subject")
    drawing.top += 14
    drawing.line("#ddd", drawing.top)
    body = found.get_body(("html",))
    if body is None:
        raise TypeError("the mail has no HTML")
    pictures = {str(part["Content-ID"]).strip("<>"): part.get_content() for part in found.walk() if part["Content-ID"]}
    for element in html.fromstring(body.get_content()).iterfind("body/*"):
        if element.tag == "p":
            lines = html.tostring(element, encoding="unicode").split("<br>") if element.find("br") is not None else [""]
            for line in lines:
                drawing.paragraph(words_of(html.fromstring(line) if line else element))
                drawing.top -= 8 if line else 0
        elif element.find(".//img") is not None:
            code(drawing, element, pictures)
        else:
            table(drawing, element)
    drawing.top += 20
    drawing.line("#ddd", drawing.top)
    files(drawing, found)
    height = drawing.top + 26
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" font-family="DejaVu Sans Condensed, Helvetica, Arial, sans-serif">\n'
        f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="8" fill="#fff" stroke="#ccc"/>\n'
        + "\n".join(drawing.elements)
        + "\n</svg>\n"
    )


def code(drawing: Drawing, element: html.HtmlElement, pictures: dict[str, bytes]) -> None:
    """A picture of the mail, with what stands beside it."""
    (source,) = element.xpath(".//img/@src")
    content = pictures[str(source).removeprefix("cid:")]
    data = base64.b64encode(content).decode()
    drawing.elements.append(
        f'<image x="{MARGIN - 12}" y="{drawing.top:.0f}" width="130" height="130" href="data:image/png;base64,{data}"/>'
    )
    drawing.top += 64
    drawing.text(MARGIN + 124, words_of(element), size=SMALL, colour="#555")
    drawing.top += 70


def table(drawing: Drawing, element: html.HtmlElement) -> None:
    """Rows of cells; figures to the right, the last row of a table with a head in bold."""
    rows = [row.xpath("./td|./th") for row in element.iter("tr")]
    headed = rows[0][0].tag == "th"
    columns = max(len(row) for row in rows)
    whole = [row for row in rows if len(row) == columns]
    widths = [max(width_of(words_of(row[place]), SMALL) for row in whole) + 18 for place in range(columns)]
    spare = (WIDTH - 2 * MARGIN - sum(widths)) / columns if headed else 0
    drawing.top += 4
    for number, row in enumerate(rows):
        drawing.top += LINE
        bold = headed and number in (0, len(rows) - 1)
        x = float(MARGIN)
        for place, cell in enumerate(row):
            wide = widths[place] + spare
            right = "right" in (cell.get("style") or "")
            at = WIDTH - MARGIN if right and place == len(row) - 1 else x + wide - 12 if right else x
            main = [text.strip() for text in cell.itertext() if text.strip()]
            drawing.text(
                at,
                main[0] if main else "",
                size=SMALL,
                bold=bold or (not headed and place == 1),
                end=right,
                colour="#222" if headed or place else "#555",
            )
            x += wide
        for more in [text.strip() for text in row[0].itertext() if text.strip()][1:]:
            drawing.top += LINE - 4
            drawing.text(MARGIN, more, size=SMALL - 1, colour="#1a5fb4" if "online" in more.lower() else "#555")
        if headed:
            drawing.line("#222" if number == 0 else "#ddd", drawing.top + 6)
            drawing.top += 6
    drawing.top += 10


def files(drawing: Drawing, found: EmailMessage) -> None:
    """The attached files, each in a frame."""
    drawing.top += 26
    x = float(MARGIN)
    for part in found.iter_attachments():
        name = part.get_filename() or ""
        wide = width_of(name, SMALL) + 24
        drawing.elements.append(
            f'<rect x="{x:.0f}" y="{drawing.top - 15:.0f}" width="{wide:.0f}" height="22" rx="4" fill="#f3f3f3" stroke="#ccc"/>'
        )
        drawing.text(x + 12, name, size=SMALL, colour="#444")
        x += wide + 10


def main() -> None:
    TARGET.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
