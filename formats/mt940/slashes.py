"""Narratives in slash codes: /EREF/.../REMI/... as ING, Rabobank, ABN AMRO, Knab, bunq and others write them.

Sources: ING "Format Description MT940/MT942 structured", Rabobank "Format description SWIFT MT940 Structured", ABN AMRO
"MT940 SEPA". Values may hold slashes, so the text is cut at known codes only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from formats.mt940.narratives import Narrative, Widths, account_of, is_iban, joined, reference, spaced
from ledger.values import maker

_CODES: Final = frozenset(
    {"ACCW", "ADDR", "BENM", "BIC", "BUSP", "CDTRREF", "CDTRREFTP", "CHGS", "CNTP", "CREF", "CSID", "DACC", "EREF", "EXCH",
    "IBAN", "ID", "INIT", "IREF", "ISDT", "KREF", "MARF", "NAME", "NRTX", "OCMT", "ORDP", "PIND", "PREF", "PURP", "REMI",
    "RREF", "RTRN", "RTYP", "SVCL", "SWOC", "SWOD", "TRCD", "TRTP", "ULTB", "ULTC", "ULTD"}
)  # fmt: skip
#: Codes as they stand between two slashes: where a line was broken, a blank may precede one.
_SPELLED: Final = {spelled: code for code in _CODES for spelled in (code, f" {code}")}
_START: Final = re.compile(
    r"\s*/(?:EREF|PREF|REMI|CNTP|IBAN|NAME|TRTP|TRCD|RTRN|RTYP|MARF|CSID|ORDP|BENM|KREF|IREF|ACCW|CREF)/"
)
#: A code of a bank's own may come first; then as many as this of the known ones must follow.
_OWN_START: Final = re.compile(r"\s*/[A-Z]{2,9}/")
_KNOWN_AT_LEAST: Final = 2
_PARTIES: Final = frozenset({"ORDP", "BENM", "CNTP", "ULTD", "ULTC", "ULTB", "INIT"})
_SIDES: Final = frozenset({"ORDP", "BENM"})
_ULTIMATE: Final = frozenset({"ULTD", "ULTC", "ULTB"})
_BESIDE_PARTY: Final = frozenset({"ID", "ADDR"})
_MAY_PRECEDE: Final = frozenset({*_PARTIES, "NAME", "ADDR", "ID"})
#: What CNTP says without these codes.
_IN_CNTP: Final = frozenset({"NAME", "IBAN", "BIC"})
_OF_A_PARTY: Final = frozenset({"NAME", "ID", "ADDR", "IBAN", "BIC"})
#: In whose section a value stands from its code on: a party's own codes change nothing, all others end it.
_SECTIONS: Final = {code: code if code in _PARTIES else "" for code in _CODES - _OF_A_PARTY}
_STRUCTURED: Final = re.compile(r"/?STRD/(?:SCOR/)?(?:CUR|ISO|BBA|SCOR|QRR)/([^/]+)/?")
#: ABN AMRO's way to write the same: ``Issuer: CUR Ref: 9001123412341234``.
_ISSUER: Final = "Issuer:"
_ISSUED: Final = re.compile(rf"{_ISSUER} ?(?:CUR|ISO|SCOR) Ref: ?([A-Za-z0-9 ]+)\Z")
#: Four parts of CNTP: account, BIC, name, town; three closing slashes when the town is empty.
_TOWN_EMPTY: Final = "///"

_narrative: Final = maker(Narrative)


def recognised(lines: Sequence[str]) -> bool:
    """Whether a narrative is written in slash codes."""
    if _START.match(lines[0]) is not None or _START.match("".join(lines[:2])) is not None:
        return True
    if _OWN_START.match(lines[0]) is None:
        return False
    between = "".join(lines).split("/")[1:-1]
    return len({_SPELLED[each] for each in between if each in _SPELLED}) >= _KNOWN_AT_LEAST


def read(narratives: Sequence[Sequence[str]], widths: Widths, *, money_in: bool) -> Narrative:
    """The parts of one movement's narratives; where both parties are named, the other side is the one that the money comes from or goes to."""
    parts = _Parts("ORDP" if money_in else "BENM")
    for lines in narratives:
        parts.read(_joined(lines, widths))
    return parts.narrative()


def _joined(lines: Sequence[str], widths: Widths) -> str:
    """Lines as one; no blank was lost before a line that begins with a slash."""
    if len(lines) == 1:
        return lines[0].strip()
    if "\n/" not in "\n".join(lines):
        return joined(lines, widths, "")
    begins = [place for place, line in enumerate(lines) if line[:1] == "/" and place]
    groups = [lines[begin:end] for begin, end in pairwise([0, *begins, len(lines)])]
    return "".join(joined(group, widths, "") if len(group) > 1 else group[0] for group in groups).strip()


class _Parts:
    """The values of one movement, while they are collected: of each part that a narrative has, the first one counts."""

    __slots__ = ("named", "other_side", "parts", "references", "sides", "texts", "ultimate")

    def __init__(self, other_side: str) -> None:
        self.other_side = other_side
        self.parts: dict[str, str] = {}
        #: What stands in the sections of the payer and of the payee.
        self.sides: dict[str, dict[str, str]] = {}
        #: What stands straight behind the codes that begin these sections.
        self.named: dict[str, str] = {}
        self.ultimate = ""
        self.texts: list[str] = []
        self.references: list[str] = []

    def read(self, text: str) -> None:
        """Take the value of each code in the text, in order.

        ID is a code only beside a party: ``/ID/`` occurs in texts too. In the payer's words a code that was there already is one of them.
        """
        section = previous = ""
        start = 0
        there: set[str] = set()
        cut = text.split("/")
        for place, spelled in enumerate(cut[1:-1], start=1):
            if spelled not in _SPELLED:
                continue
            code = _SPELLED[spelled]
            if code in _BESIDE_PARTY and previous not in _MAY_PRECEDE:
                continue
            if previous == "REMI" and (code in there or (code in _IN_CNTP and "CNTP" in there)):
                continue
            there.add(code)
            if previous:
                self._take(section, previous, "/".join(cut[start:place]))
            section = _SECTIONS.get(code, section)
            previous, start = code, place + 1
        if previous:
            self._take(section, previous, "/".join(cut[start:]))

    def _take(self, section: str, code: str, value: str) -> None:
        place = _PLACES.get(code)
        if place is None:
            if code in _TAKEN_APART:
                _TAKEN_APART[code](self, value)
            elif code in _SIDES:
                self.named.setdefault(code, _text(value))
        elif code == "NAME" and section in _ULTIMATE:
            self.ultimate = self.ultimate or spaced(value.strip("/"))
        else:
            part, said = place
            parts = self.sides.setdefault(section, {}) if section in _SIDES and code in _IN_CNTP else self.parts
            if part not in parts:
                parts[part] = said(value)

    def _ultimate(self, value: str) -> None:
        self.ultimate = self.ultimate or _named(value)

    def _counterparty(self, value: str) -> None:
        account, _, rest = value.partition("/")
        bic, _, rest = rest.partition("/")
        name = rest.strip("/")
        if not rest.endswith(_TOWN_EMPTY):
            name = name.rpartition("/")[0] or name
        parts = self.parts
        if account and "account" not in parts:
            parts["account"] = account_of(account)
        if bic and "bic" not in parts:
            parts["bic"] = _compact(bic)
        if name and "name" not in parts:
            parts["name"] = _text(name)

    def _remittance(self, value: str) -> None:
        if "STRD/" in value:
            whole = _STRUCTURED.fullmatch(value)
            if whole is not None:
                self._refer(whole[1])
                return
            for found in _STRUCTURED.finditer(value):
                self._refer(found[1])
            value = _STRUCTURED.sub("", value)
        text = value.strip()
        text = spaced(text.removeprefix("USTD/").removeprefix("/USTD/").strip("/"))
        issued = _ISSUED.match(text) if text.startswith(_ISSUER) else None
        if issued is not None:
            self._refer(issued[1])
        elif text:
            self.texts.append(text)

    def _refer(self, value: str) -> None:
        compact = value.replace(" ", "").strip("/").upper()
        if compact:
            self.references.append(compact)

    def narrative(self) -> Narrative:
        parts = self.parts
        if self.sides:
            parts = {**(self.sides.get(self.other_side) or next(iter(self.sides.values()))), **parts}
        if not parts.get("name"):
            parts["name"] = self._party_text() or self.ultimate
        return _narrative(
            ultimate=self.ultimate,
            unstructured=tuple(self.texts),
            references=tuple(self.references),
            **parts,
        )

    def _party_text(self) -> str:
        """A name straight behind /ORDP/ or /BENM/, as banks outside the Netherlands write it."""
        text = self.named.get("ORDP") or self.named.get("BENM") or ""
        return "" if is_iban(text) or text.isdigit() else text


#: Codes whose values hold more than one thing.
_TAKEN_APART: Final[Mapping[str, Callable[[_Parts, str], None]]] = {
    "CNTP": _Parts._counterparty,
    "REMI": _Parts._remittance,
    "CDTRREF": _Parts._refer,
    **dict.fromkeys(_ULTIMATE, _Parts._ultimate),
}


def _named(value: str) -> str:
    """The name of an ultimate party, without the identification that ING writes behind it: ``/Jan de Vries/NL123456/``."""
    name, _, identification = value.strip("/").rpartition("/")
    return spaced(name if name and any(map(str.isdigit, identification)) else value.strip("/"))


def _text(value: str) -> str:
    return " ".join(value.strip("/").split())


def _compact(value: str) -> str:
    return value.strip("/").replace(" ", "")


def _reference(value: str) -> str:
    return reference(" ".join(value.split()))


def _reason(value: str) -> str:
    return _text(value)[:4]


#: Where the value of a code goes, and how it is read.
_PLACES: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {
    "NAME": ("name", _text),
    "IBAN": ("account", account_of),
    "BIC": ("bic", _compact),
    "EREF": ("end_to_end_id", _reference),
    "MARF": ("mandate", _text),
    "KREF": ("customer", _reference),
    "PREF": ("batch", _reference),
    "TRCD": ("code", _compact),
    "RTRN": ("reason", _reason),
    "OCMT": ("original", _text),
    "CHGS": ("charges", _text),
}
