"""One transaction of an entry: camt TxDtls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Final

from formats.xml_elements import Element, Places, at, first_text, iso_day, name_of, own_text, text_at
from ledger.party import Counterparty
from ledger.statements import Remittance
from ledger.values import many

#: Those that CODA and MT940 can write, with two digits.
_YEARS: Final = range(1980, 2080)
_NO_REFERENCE: Final = frozenset({"NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NONE"})
#: What Swiss banks write beside a reference: whether the clearing took the slip and its reference as they were (Swiss Payment Standards,
#: camt.054, AddtlRmtInf). Nobody paid with these words.
_CLEARING_MARK: Final = re.compile(r"\?(?:REJECT|ERROR)\?\d*")


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount as it stands: unsigned text and its currency."""

    text: str
    currency: str


#: Where domain, family, subfamily and the bank's own code stand in a BkTxCd, whatever it stands in.
CODE_PLACES: Final = (
    "BkTxCd/Domn/Cd",
    "BkTxCd/Domn/Fmly/Cd",
    "BkTxCd/Domn/Fmly/SubFmlyCd",
    "BkTxCd/Prtry/Cd",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Role:
    """Where a TxDtls says who a debtor or creditor is, best first: the name directly in the party, since .001.08 in its Pty, in Agt where
    it is a bank, or in the account."""

    names: tuple[str, ...]
    ultimate: tuple[str, ...]
    numbers: tuple[str, ...]
    bics: tuple[str, ...]

    @staticmethod
    def of(name: str) -> _Role:
        """The places of ``Dbtr`` or ``Cdtr``."""
        account, bank = f"RltdPties/{name}Acct", f"RltdAgts/{name}Agt/FinInstnId"
        inside = ("Nm", "Pty/Nm", "Agt/FinInstnId/Nm")
        return _Role(
            names=(*(f"RltdPties/{name}/{each}" for each in inside), f"{account}/Nm"),
            ultimate=tuple(f"RltdPties/Ultmt{name}/{each}" for each in inside),
            numbers=(f"{account}/Id/IBAN", f"{account}/Id/Othr/Id"),
            bics=(f"{bank}/BICFI", f"{bank}/BIC"),
        )

    def places(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.names, *self.ultimate, *self.numbers, *self.bics)


_DEBTOR: Final = _Role.of("Dbtr")
_CREDITOR: Final = _Role.of("Cdtr")
#: What a transaction may be worth in the account's currency, best first: Amt (since .001.04), then these.
_WORTHS: Final = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/InstdAmt/Amt")
_REASONS: Final = ("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
_PLACES: Final = Places(
    texts=(
        "Refs/EndToEndId",
        "Refs/MndtId",
        "Refs/PmtInfId",
        "Refs/AcctSvcrRef",
        "CdtDbtInd",
        "AddtlTxInf",
        *_REASONS,
        *CODE_PLACES,
        *_DEBTOR.places(),
        *_CREDITOR.places(),
    ),
    elements=("Chrgs", "RmtInf", "RtrInf", *_WORTHS),
)


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What one TxDtls says; parts that it does not have are empty. ``sign`` is CRDT, DBIT or empty."""

    amounts: tuple[Amount, ...]
    original: Amount | None
    charges: Sequence[Element]
    sign: str
    debtor: Counterparty
    creditor: Counterparty
    ultimate_debtor: str
    ultimate_creditor: str
    remittance: Remittance
    end_to_end_id: str
    mandate: str
    batch: str
    bank_reference: str
    code: str
    returned: bool
    reason: str
    place: str


def transaction_of(element: Element) -> Transaction:
    """The transaction that a TxDtls element holds."""
    texts, elements = _PLACES.found_in(element)
    amounts = [amount_of(elements[place]) for place in _WORTHS if place in elements]
    return Transaction(
        amounts=tuple(each for each in amounts if each is not None),
        original=amount_of(elements.get("AmtDtls/InstdAmt/Amt", ())),
        charges=elements.get("Chrgs", ()),
        sign=texts.get("CdtDbtInd", ""),
        debtor=_party(texts, _DEBTOR),
        creditor=_party(texts, _CREDITOR),
        ultimate_debtor=_name(texts, _DEBTOR.ultimate),
        ultimate_creditor=_name(texts, _CREDITOR.ultimate),
        remittance=_remittance(elements.get("RmtInf", ())[-1:], texts.get("AddtlTxInf", "")),
        end_to_end_id=reference(texts.get("Refs/EndToEndId", "")),
        mandate=reference(texts.get("Refs/MndtId", "")),
        batch=reference(texts.get("Refs/PmtInfId", "")),
        bank_reference=reference(texts.get("Refs/AcctSvcrRef", "")),
        code=code_of(texts),
        returned=any(len(each) for each in elements.get("RtrInf", ())),
        reason=first_text(texts, _REASONS),
        place=f"line {element.sourceline}",
    )


@lru_cache(maxsize=1024)
def bank_day(text: str) -> date:
    """The day that a date or date-time names, as the bank writes it: no zone is applied. A file names few of them, very often.

    ValueError when it is none, and for years that no bank writes: 0001 and 9999 stand for "none" in some programs, and nothing is known of
    such an entry's day.
    """
    day = iso_day(text)
    if day.year not in _YEARS:
        raise ValueError(f"'{day.isoformat()}' is no day of a bank's books")
    return day


def bank_day_at(element: Element | None, *path: str) -> date | None:
    """The ``bank_day`` of a date or date-time choice; None where there is none."""
    found = at(element, *path)
    text = own_text(found) or text_at(found, "Dt") or text_at(found, "DtTm")
    return bank_day(text) if text else None


def reference(text: str) -> str:
    """A reference, empty where it only says that there is none."""
    return "" if text.upper() in _NO_REFERENCE else text


def code_of(texts: Mapping[str, str]) -> str:
    """Domain, family and subfamily as ``PMNT/RCDT/ESCT``, else the bank's own code; of what stands at CODE_PLACES."""
    domain, family, subfamily, own = map(texts.get, CODE_PLACES)
    if not domain:
        return own or ""
    return "/".join([text for text in (domain, family, subfamily) if text])


def amount_of(elements: Sequence[Element]) -> Amount | None:
    """The amount of an element with a Ccy attribute, of several the last; None where there is none or it is empty.

    ``.2`` and ``5.`` are amounts too (XML Schema part 2, 3.2.3 decimal).
    """
    text = (elements[-1].text or "").strip() if elements else ""
    if not text:
        return None
    if text.startswith("."):
        text = f"0{text}"
    return Amount(text=text.removesuffix("."), currency=str(elements[-1].get("Ccy") or ""))


def _name(texts: Mapping[str, str], those: Iterable[str]) -> str:
    return " ".join(first_text(texts, those).split())


def _party(texts: Mapping[str, str], role: _Role) -> Counterparty:
    return Counterparty(
        name=_name(texts, role.names),
        iban=first_text(texts, role.numbers).replace(" ", "").upper(),
        bic=first_text(texts, role.bics).replace(" ", ""),
    )


def _remittance(elements: Iterable[Element], additional: str) -> Remittance:
    """Ustrd lines, structured references, numbers of the documents referred to; AddtlTxInf where there is nothing else."""
    lines: list[str] = []
    beside: list[str] = []
    references: list[str] = []
    for child in chain.from_iterable(elements):
        match name_of(child):
            case "Ustrd":
                lines.append(_line(child))
            case "Strd":
                beside += _structured(child, references)
            case _:
                continue
    shown = tuple(line for line in (*lines, *beside) if line)
    if not shown and not references and additional:
        shown = (" ".join(additional.split()),)
    return Remittance(unstructured=shown, creditor_references=tuple(references))


def _structured(element: Element, references: list[str]) -> list[str]:
    """What a Strd says beside its creditor's reference, which joins ``references``: numbers of documents, then words."""
    numbers: list[str] = []
    words: list[str] = []
    for child in element:
        match name_of(child):
            case "CdtrRefInf":
                stated = text_at(child, "Ref").replace(" ", "").strip("+*").replace("/", "").upper()
                references += [stated] if reference(stated) else []
            case "RfrdDocInf":
                numbers.append(text_at(child, "Nb"))
            case "AddtlRmtInf" if _CLEARING_MARK.fullmatch(own_text(child)) is None:
                words.append(_line(child))
            case _:
                continue
    return numbers + words


def _line(element: Element) -> str:
    return " ".join((element.text or "").split())
