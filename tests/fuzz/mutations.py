"""Mutations of bank files from a seed: of their bytes and lines, and of XML as a tree, so that a mutant stays well-formed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from lxml import etree

#: Texts that have broken readers before: empty, huge, negative, other digits and alphabets, dates that are none.
TEXTS: Final = (
    "", " ", "0", "-1", "+1", "1,00", "1.005", ".5", "5.", "1e9", "NaN", "9" * 15, "9" * 400, "9" * 5000, "0.00", "00012.30", "１２.00",
    "\u0661", "EUR", "eur", "XXX", "JPY", "2026-02-30", "0000-00-00", "9999-12-31", "2026-06-01T00:00:00+14:00", "260631",
    "CRDT", "DBIT", "BOOK", "PDNG", "INFO", "true", "OPBD", "CLBD", "ITBD", "PRCD", "\U0001f600", "\u202e", "a" * 70, "RJCT", "ACSC",
)  # fmt: skip
#: Pieces of the text formats, put where they do not belong.
PIECES: Final = (
    b":61:", b":86:", b":62F:C260602EUR1,00", b":60F:D260601EUR1,00", b":60M:", b":20:", b":25:", b"\r\n-\r\n", b"-}", b"{4:", b"\x1a",
    b"?20", b"SVWZ+", b"/CNTP/", b"RC", b"RD", b"\xff", b"\x00", b"\xef\xbb\xbf", b"\r", b"\n\n", b"," * 9, b"9" * 20, b"9" * 5000, b":90D:1EUR1,",
    b"<!--", b"]]>", b"&#0;", b"&x;", b"<!DOCTYPE a>", b"</Ntry>", b"<Ntry>", b'Ccy="USD"', b"<a:b/>",
)  # fmt: skip


def bytes_mutated(content: bytes, chance: random.Random) -> bytes:
    """One to five changes of bytes, digits, lines and stretches."""
    raw = bytearray(content)
    for _ in range(chance.randint(1, 5)):
        size = len(raw) or 1
        place, other = chance.randrange(size), chance.randrange(size)
        match chance.randrange(10):
            case 0:
                raw[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                _change_digit(raw, chance)
            case 2:
                del raw[place : place + chance.choice((1, 2, 17, 128))]
            case 3:
                raw[place:place] = raw[other : other + chance.choice((1, 40, 128))]
            case 4:
                del raw[place:]
            case 5:
                raw = _lines_mutated(raw, chance)
            case 6:
                raw[place : place + 15] = raw[other : other + 15]
            case 7:
                raw[place:place] = chance.choice(PIECES)
            case 8:
                raw[place : place + 1] = raw[place : place + 1].swapcase()
            case _:
                _change_digit(raw, chance)
    return bytes(raw)


def _change_digit(raw: bytearray, chance: random.Random) -> None:
    digits = [place for place, byte in enumerate(raw) if 48 <= byte <= 57]
    if digits:
        raw[chance.choice(digits)] = chance.choice(b"0123456789")


def _lines_mutated(raw: bytearray, chance: random.Random) -> bytearray:
    """A line left out, doubled or moved."""
    lines = bytes(raw).splitlines(keepends=True)
    if not lines:
        return raw
    place = chance.randrange(len(lines))
    match chance.randrange(3):
        case 0:
            del lines[place]
        case 1:
            lines.insert(chance.randrange(len(lines)), lines[place])
        case _:
            lines.insert(chance.randrange(len(lines)), lines.pop(place))
    return bytearray(b"".join(lines))


def tree_mutated(content: bytes, chance: random.Random) -> bytes:
    """One to four changes of the elements of an XML document, which stays well-formed."""
    root = etree.fromstring(content)
    for _ in range(chance.randint(1, 4)):
        elements = [each for each in root.iter() if isinstance(each.tag, str)]
        element = chance.choice(elements)
        parent = element.getparent()
        match chance.randrange(9):
            case 0 if parent is not None:
                parent.remove(element)
            case 1 if parent is not None:
                parent.insert(chance.randrange(len(parent) + 1), _copy(element))
            case 2:
                _swap(element, chance)
            case 3 | 4:
                _leaf(elements, chance).text = chance.choice(TEXTS)
            case 5:
                element.tag = chance.choice(elements).tag
            case 6:
                money = [each for each in elements if each.get("Ccy")]
                if money:
                    chance.choice(money).set("Ccy", chance.choice(("EUR", "USD", "JPY", "", "eur", "EU")))
            case 7:
                chance.choice(elements).append(_copy(_leaf(elements, chance)))
            case _:
                _change_amount(elements, chance)
    return etree.tostring(
        root, xml_declaration=True, encoding=chance.choice(("UTF-8", "UTF-8", "UTF-16", "ISO-8859-1"))
    )


def _copy(element: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(element, with_tail=False))


def _swap(element: etree._Element, chance: random.Random) -> None:
    children: Sequence[etree._Element] = list(element)
    if len(children) > 1:
        element.insert(chance.randrange(len(children)), chance.choice(children))


def _leaf(elements: Sequence[etree._Element], chance: random.Random) -> etree._Element:
    return chance.choice([each for each in elements if len(each) == 0] or list(elements))


def _change_amount(elements: Sequence[etree._Element], chance: random.Random) -> None:
    amounts = [each for each in elements if each.get("Ccy")]
    if amounts:
        chance.choice(amounts).text = f"{chance.randrange(100_000) / 100:.2f}"
