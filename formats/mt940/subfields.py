"""Narratives in subfields: GVC and ?00 ... ?63, as German and Austrian banks (and others, with another sign) write them.

Source: Deutsche Kreditwirtschaft, DFÜ agreement annex 3, chapter 8 (MT940, field 86): ?00 booking text, ?10 batch number,
?20-?29 and ?60-?63 purpose, ?30 bank, ?31 account, ?32-?33 name, ?34 text-key supplement; SEPA keywords in the purpose. Polish banks write the whole IBAN into ?38.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from formats.mt940.narratives import Narrative, Widths, account_of, is_iban, joined, reference, spaced
from formats.payment_text import bare_iban

#: Swiss and Polish codes have four digits. A plus sign counts only behind 000, with which Romanian banks begin: payers write it, too.
_START: Final = re.compile(r"\s*(?P<gvc>\d{3,4})?(?P<sign>[?>~@^|<#]|(?<=000)\+)(?=\d\d)")
_FIRST_SUBFIELDS: Final = frozenset({"00", "10", "20", "30", "31", "32", "60", "61"})
_PURPOSE: Final = frozenset([f"{number}" for number in (*range(20, 30), *range(60, 64))])
#: A subfield of the purpose or the name has at most 27 characters; a full one goes on in the next.
_SUBFIELD_WIDTH: Final = 27
_ALWAYS: Final = "EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|COAM|OAMT|MDAT|SQTP|PURP|ORCR|ORMR|DDAT"
_KEYWORD: Final = re.compile(
    rf"(?:({_ALWAYS})\+|(?<![A-Za-z0-9])(IBAN|BIC)\+|(?<![A-Za-z0-9])({_ALWAYS}|IBAN|BIC): ?|(MTLG):)"
)
#: Keywords that are words too, so that a blank must stand before them: ``IBAN+`` and a German IBAN fill a line.
_BEGINNINGS: Final = ("IBAN+", "BIC+")
#: What the values of two keywords look like: other words may follow them without a keyword of their own.
_SHAPES: Final = {
    "IBAN": re.compile(r"[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)(?![A-Z0-9])"),
    "BIC": re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Z0-9])"),
}
#: Characters of the shortest IBAN there is (ISO 13616: Norway).
_SHORTEST_IBAN: Final = 15
#: What ?30 holds: a BIC, or the bank's number in its country. Some banks write its name there.
_BANK: Final = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?|\d+", re.IGNORECASE)
#: GVC of returned, refunded and reversed SEPA transactions (DK list of business transaction codes).
RETURN_CODES: Final = frozenset({"108", "109", "159", "181", "184", "193"})
#: ?34 to ISO where the banks' lists agree.
_REASONS: Final = {
    "901": "AC01", "902": "AC04", "903": "AC06", "904": "AG01", "906": "AM04", "907": "AM05", "908": "BE04", "909": "MD01",
    "910": "MD02", "912": "MD06", "913": "MD07", "915": "RC01",
}  # fmt: skip
_TRIODOS_ACCOUNT: Final = re.compile(r"0?([A-Z]{2}\d{2}[A-Z0-9]{11,30}|\d{9,10})")
_REASON: Final = re.compile(
    r"\b(AC0[146]|AC13|AG0[12]|AM0[1-79]|AM10|BE0[145]|CNOR|DNOR|FF01|FF05|FOCR|MD0[1267]|MS0[23]|RC01|RR0[1-4]|SL01|TM01)\b"
)


def recognised(lines: Sequence[str]) -> bool:
    """Whether a narrative is written in subfields."""
    found = _START.match("".join(lines[:2]))
    return found is not None and _subfield_at("".join(lines[:2]), found.end())


def _subfield_at(text: str, place: int) -> bool:
    return text[place : place + 2] in _FIRST_SUBFIELDS


def read(narratives: Sequence[Sequence[str]], widths: Widths, own: str) -> Narrative:
    """The parts of one movement's narratives; further :86: of the same movement are more of the same.

    ``own`` is the statement's account: banks put it beside their own fees, where it is not the other side's."""
    subfields: list[tuple[str, str]] = []
    gvc = ""
    for lines in narratives:
        found = _START.match("".join(lines[:2]))
        if found is None:
            subfields.append(("20", joined(lines, widths, " ")))
            continue
        gvc = gvc or found["gvc"] or ""
        subfields += _cut(_joined(lines, found["sign"], widths), found["sign"])
    return _narrative(gvc, subfields, own)


def _joined(lines: Sequence[str], sign: str, widths: Widths) -> str:
    """Lines as one; no blank goes where a subfield begins, nor into a sign and number that a line end has cut."""
    begins = re.compile(rf"{re.escape(sign)}\d\d")
    cut = re.compile(rf"{re.escape(sign)}\d?\Z")
    groups: list[list[str]] = [[]]
    for line in lines:
        if groups[-1] and cut.search(groups[-1][-1]) is not None:
            groups[-1][-1] += line
            continue
        if groups[-1] and begins.match(line) is not None:
            groups.append([])
        groups[-1].append(line)
    return "".join(joined(group, widths, "") if len(group) > 1 else "".join(group) for group in groups)


def _cut(text: str, sign: str) -> list[tuple[str, str]]:
    parts = re.split(rf"{re.escape(sign)}(\d\d)", text)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def _narrative(gvc: str, subfields: Sequence[tuple[str, str]], own: str) -> Narrative:
    values = _keywords(_run([value for code, value in subfields if code in _PURPOSE]))
    single = {code: value.strip() for code, value in reversed(subfields)}
    stated_account = account_of(single.get("31", ""))
    account = ("" if own.endswith(f"/{stated_account}") else stated_account) or _triodos_account(
        gvc, single.get("10", "")
    )
    account = account or bare_iban(single.get("38", "")) or ""
    stated = account_of(values.get("IBAN", ""))
    names = [value for code, value in subfields if code in {"32", "33"} and value.strip("/ ")]
    if not account and len(names) > 1 and bare_iban(names[-1]) is not None:
        account = account_of(names.pop())
    name = spaced(_run(names))
    ultimate = values.get("ABWA", "") or values.get("ABWE", "")
    texts = [text for text in (values.get(key, "") for key in ("", "SVWZ", "MTLG")) if text]
    if not texts and single.get("00"):
        texts = [spaced(single["00"])]
    return Narrative(
        name=name or ultimate,
        account=stated if is_iban(stated) and not is_iban(account) else account,
        bic=_bank(single.get("30", "") or values.get("BIC", "")) if account or name else "",
        ultimate=ultimate,
        unstructured=tuple(texts),
        end_to_end_id=reference(values.get("EREF", "").removeprefix("EREF+")),
        mandate=values.get("MREF", ""),
        customer=reference(values.get("KREF", "")),
        batch=reference(values.get("KREF", "")) if gvc in {"191", "192", "196", "195", "197"} else "",
        code=gvc,
        reason=_reason(gvc, single.get("34", ""), " ".join(texts)),
        original=values.get("OAMT", ""),
        charges=values.get("COAM", ""),
    )


def _bank(text: str) -> str:
    """The BIC or number of a bank, empty where it is its name."""
    compact = text.replace(" ", "")
    return compact if _BANK.fullmatch(compact) is not None else ""


def _triodos_account(gvc: str, text: str) -> str:
    """Triodos writes code 000 and the other side's account where others have their batch number."""
    found = _TRIODOS_ACCOUNT.fullmatch(text) if gvc == "000" else None
    return "" if found is None else found[1]


def _run(values: Sequence[str]) -> str:
    """Purpose lines as one text: a full line goes on in the next, unless that begins with a keyword; a shorter one ends with a blank."""
    parts: list[str] = []
    for value in values:
        if parts and value.startswith(_BEGINNINGS):
            parts.append(" ")
        parts.append(value)
        if len(value) < _SUBFIELD_WIDTH:
            parts.append(" ")
    return "".join(parts)


def _keywords(text: str) -> dict[str, str]:
    """Purpose text by SEPA keyword (and Commerzbank's MTLG:); what stands before the first has none."""
    found = list(_KEYWORD.finditer(text))
    values = {"": spaced(text[: found[0].start()] if found else text)}
    for place, keyword in enumerate(found):
        end = found[place + 1].start() if place + 1 < len(found) else len(text)
        name = next(each for each in keyword.groups() if each)
        value = spaced(text[keyword.end() : end])
        if name in _SHAPES:
            value, rest = _shaped(name, value)
            values[""] = f"{values['']} {rest}".strip()
        if name not in values:
            values[name] = value
        elif name in {"SVWZ", "MTLG"}:
            values[name] = f"{values[name]} {value}".strip()
    for compact in ("MREF", "CRED", "IBAN", "BIC", "OAMT", "COAM"):
        if compact in values:
            values[compact] = values[compact].replace(" ", "")
    return values


def _shaped(name: str, value: str) -> tuple[str, str]:
    """The IBAN or BIC with which a value begins, and the words behind it; an IBAN may stand in groups of four. The blank behind one that
    fills its line is lost, so that the next word is stuck to it: the check digits say where it ends."""
    found = _SHAPES[name].match(value)
    if found is None:
        return "", value
    end = found.end()
    if name == "IBAN":
        end = next(
            (shorter for shorter in range(end, _SHORTEST_IBAN - 1, -1) if bare_iban(value[:shorter]) is not None), end
        )
    return value[:end], value[end:].strip()


def _reason(gvc: str, extension: str, text: str) -> str:
    """ISO reason of a return: in clear in the text, else from ?34; empty where the bank's own number says no more."""
    if gvc not in RETURN_CODES:
        return ""
    found = _REASON.search(text)
    return found[0] if found is not None else _REASONS.get(extension, "")
