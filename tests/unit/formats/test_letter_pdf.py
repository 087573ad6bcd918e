"""Letters are read back from the PDF: text, pages, fonts, and the same bytes twice."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image
from pypdf import PdfReader

from formats.letter_pdf import letter_pdf
from ledger.letters import (
    Column,
    Facts,
    FormField,
    Letter,
    LetterHeader,
    PageBreak,
    Paragraph,
    QrCode,
    SignatureBox,
    Table,
    Window,
)

COLUMNS = (
    Column(label="Factuur", weight=2),
    Column(label="Omschrijving", weight=4),
    Column(label="Open", figures=True),
)
LETTER = Letter(
    header=LetterHeader(
        name="Bench BV",
        lines=("Kerkstraat 1", "9000 Gent", "BE0123456749"),
        footer=("IBAN BE55 7347 9895 3744", "RPR Gent"),
    ),
    recipient=("Šimůnek & Groß", "ul. Piotrkowska 12", "90-001 Łódź", "POLSKA"),
    subject="Herinnering: 2 facturen <open>",
    written_on=date(2026, 9, 14),
    dated="14 september 2026",
    language="nl",
    references=(("Klantnummer", "C1"),),
    blocks=(
        Paragraph(text="Geachte heer Šimůnek,\nbetreft: Łódź & ß < ů ź €"),
        Facts(rows=(("Rekening", "BE55 7347 9895 3744"),)),
        Table(columns=COLUMNS, rows=(("F1", "Boeken", "€ 10,00"),), totals=(("", "Te betalen", "€ 10,00"),)),
        QrCode(content="BCD\n002\n1\nSCT\n\nBench BV", caption=("Scan met uw bankapp",)),
    ),
    page_words="Pagina {page} van {pages}",
)


def reader(letter: Letter) -> PdfReader:
    return PdfReader(io.BytesIO(letter_pdf(letter)))


def words(letter: Letter) -> str:
    return " ".join("\n".join(page.extract_text() for page in reader(letter).pages).split())


def test_every_part_of_a_letter_is_read_back() -> None:
    text = words(LETTER)
    for part in (
        "Bench BV",
        "Kerkstraat 1",
        "Šimůnek & Groß",
        "90-001 Łódź",
        "POLSKA",
        "Herinnering: 2 facturen <open>",
        "14 september 2026",
        "Klantnummer: C1",
        "betreft: Łódź & ß < ů ź €",
        "Te betalen",
        "Scan met uw bankapp",
        "RPR Gent",
        "Pagina 1 van 1",
    ):
        assert part in text, part


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert letter_pdf(LETTER) == letter_pdf(LETTER)
    assert letter_pdf(LETTER) != letter_pdf(replace(LETTER, subject="Iets anders"))


def test_the_file_says_what_it_is_and_carries_its_fonts() -> None:
    read = reader(LETTER)
    assert read.metadata is not None
    assert (read.metadata.title, read.metadata.author) == (LETTER.subject, "Bench BV")
    assert str(read.root_object["/Lang"]) == "nl"
    assert [round(side) for side in (read.pages[0].mediabox.width, read.pages[0].mediabox.height)] == [595, 842]
    content = letter_pdf(LETTER)
    assert content.count(b"/FontFile2") == 2
    assert b"+AfletterSans" not in content  # the name in the file is the font's own
    assert b"DejaVuSansCondensed" in content


def test_a_long_table_runs_over_pages_with_its_labels_on_each() -> None:
    rows = tuple((f"F{number}", "Een lange omschrijving " * 3, "€ 1,00") for number in range(120))
    letter = replace(LETTER, blocks=(Table(columns=COLUMNS, rows=rows),))
    pages = [page.extract_text() for page in reader(letter).pages]
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert "Omschrijving" in page
        assert f"Pagina {number} van {len(pages)}" in page
    assert all(f"F{number}\n" in "\n".join(pages) for number in range(120))


def test_the_recipient_stands_in_the_window() -> None:
    def place(letter: Letter) -> tuple[float, float]:
        found: list[tuple[float, float]] = []

        def visit(text: str, _cm: object, tm: list[float], _font: object, _size: object) -> None:
            if "Šimůnek & Groß" in text:
                found.append((tm[4], tm[5]))

        reader(letter).pages[0].extract_text(visitor_text=visit)
        return found[0]

    def millimetres(letter: Letter) -> tuple[int, int]:
        left, bottom = place(letter)
        return round(left / 72 * 25.4), round(297 - bottom / 72 * 25.4)

    assert millimetres(LETTER) == (25, 55)
    assert millimetres(replace(LETTER, window=Window.RIGHT)) == (110, 55)


def test_forms_signatures_and_page_breaks() -> None:
    letter = replace(
        LETTER,
        blocks=(
            Paragraph(text="Antwoordformulier", strong=True),
            PageBreak(),
            FormField(label="Ik betwist de schuld omdat", lines=3),
            FormField(label="Ik", boxes=("betaal nu", "vraag een afbetalingsplan")),
            SignatureBox(labels=("Plaats en datum", "Handtekening")),
        ),
    )
    first, second = reader(letter).pages
    assert "Antwoordformulier" in first.extract_text()
    for part in ("betwist", "afbetalingsplan", "Plaats en datum", "Handtekening"):
        assert part in second.extract_text()


def logo(kind: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (300, 60), "#224466").save(target, format=kind)
    return target.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_printed(kind: str) -> None:
    letter = replace(LETTER, header=replace(LETTER.header, logo=logo(kind)))
    assert len(reader(letter).pages[0].images) == 1
    assert letter_pdf(letter) == letter_pdf(letter)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="logo"):
        letter_pdf(replace(LETTER, header=replace(LETTER.header, logo=b"<svg/>")))


def test_what_does_not_fit_is_cut_and_never_lost_over_the_edge() -> None:
    letter = replace(LETTER, recipient=("W" * 300, *(f"regel {number}" for number in range(20))))
    text = words(letter)
    assert "WWW…" in text
    assert "regel 5" in text


def test_a_row_has_as_many_cells_as_the_table_has_columns() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        Table(columns=COLUMNS, rows=(("a", "b"),))


def test_letters_of_every_european_language_have_a_glyph() -> None:
    text = "ŠšŮůŘřĚěŇňŹźŁłŐőŰűĂăȘșȚțĀāĢģĪīĶķĻļŅņŪūĖėĮįŲųĦħŒœÆæØøÅåÞþÐðĞğİıŞşΑαΩωЖжЯяЇїЄє“”„‚’–—…€"
    assert text in words(replace(LETTER, blocks=(Paragraph(text=text),))).replace(" ", "")
