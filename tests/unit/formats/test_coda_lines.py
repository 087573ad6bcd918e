"""However a CODA file's lines are found, they say the same; and a file of many statements may be of any size."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from formats import coda
from formats.coda import statements
from formats.coda.lines import even_lines
from ledger.errors import MalformedDocument
from ledger.sources import Fault
from ledger.statements import Statement
from tests.unit.formats.coda_file import Mv, Stmt, info31, raw_document, read_all, refused, written

DAYS = tuple(
    Stmt(opening=10000 + number, number=f"{number + 1:03d}", movements=(Mv(minor=1, text="Café Noël", name="Zoë Müller"),))
    for number in range(5)
)  # fmt: skip
WORDS = ("Café Noël", "Zoë Müller")


def said(content: bytes) -> list[tuple[str, str, str, int]]:
    found = [each for each in read_all(content) if isinstance(each, Statement)]
    assert len(found) == len(DAYS)
    return [
        (
            each.number,
            each.entries[0].remittance.unstructured[0],
            each.entries[0].counterparty.name,
            each.entries[0].amount.minor,
        )
        for each in found
    ]


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", ""])
@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "utf-8", "utf-8-sig"])
def test_line_ends_and_character_sets_change_nothing(encoding: str, end: str) -> None:
    content = written(*DAYS, end=end, encoding=encoding)
    assert said(content) == [(f"{number:03d}", *WORDS, 1) for number in range(1, 6)]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize(
    "uneven",
    [
        lambda raw, end: raw.removesuffix(end),
        lambda raw, end: raw + b"\x1a",
        lambda raw, end: raw.removesuffix(end) + b"\x1a\x1a",
        lambda raw, end: raw + end + end,
        lambda raw, end: end + raw,
        lambda raw, end: raw.replace(end + b"0000", end + end + b"0000"),
        lambda raw, end: raw.replace(end + b"0000", end + b"\x1a0000"),
        lambda raw, end: raw.replace(end, b"\n", 7),
        lambda raw, end: raw.replace(end, b"\r\n", 7),
        lambda raw, end: end.join(each.rstrip() if each[:1] in {b"8", b"9"} else each for each in raw.split(end)),
    ],
)
def test_files_that_are_not_quite_even_say_the_same(end: str, uneven: object) -> None:
    assert callable(uneven)
    content = written(*DAYS, end=end)
    assert even_lines(raw_document(content)) is not None
    assert said(uneven(content, end.encode())) == said(content)


@pytest.mark.parametrize("inside", ["\r", "\n", "\x1a", "\0"])
def test_a_line_end_inside_a_record_is_seen(inside: str) -> None:
    content = written(*DAYS)
    place = content.index(b"Caf")
    broken = content[:place] + inside.encode() + content[place + 1 :]
    assert even_lines(raw_document(broken)) is None
    assert refused(broken).reason


def test_a_file_of_many_statements_may_be_larger_than_a_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    content = written(*DAYS)
    monkeypatch.setattr(statements, "MAX_BYTES", len(content) // 2)
    assert len(said(content)) == 5
    fault = refused(written(replace(DAYS[0], movements=(*DAYS[0].movements,) * 9)))
    assert fault.source.place == "line 1, record 0"
    assert "more than a CODA file may have in one" in fault.reason
    assert "lines are not all of one length" in refused(b"\n" + content).reason


def test_a_file_that_becomes_shorter_while_it_is_read_is_refused() -> None:
    content = written(*DAYS)
    streams = iter([content, content, content, content])
    document = replace(raw_document(content), open=lambda: io.BytesIO(next(streams, content[:-200])))
    found: list[Statement] = []
    with pytest.raises(MalformedDocument, match="shorter"):
        found.extend(coda.reread(document))
    assert len(list(coda.read(raw_document(content)))) == 5


def test_a_movement_with_very_many_information_records_is_read_in_their_time() -> None:
    """Joined one after the other they took minutes."""
    more = tuple(info31("x" * 73) if not number else "32" + "00010001" + "y" * 118 for number in range(60_000))
    (found,) = read_all(written(Stmt(movements=(Mv(minor=1, information=more),))))
    assert not isinstance(found, Fault)
    assert len(found.entries[0].information[0]) == 73 + 59_999 * 105
