"""One transaction of an entry: camt TxDtls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from formats.xml_elements import Element, all_at, at, day_at, own_text, parts_of, text_at
from ledger.party import Counterparty
from ledger.statements import Remittance
from ledger.values import many

#: Those that CODA and MT940 can write, with two digits.
_YEARS: Final = range(1980, 2080)
_NO_REFERENCE: Final = frozenset({"NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NONE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount as it stands: unsigned text and its currency."""

    text: str
    currency: str


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What one TxDtls says; parts that it does not have are empty. ``sign`` is CRDT, DBIT or empty."""

    amounts: tuple[Amount, ...]
    original: Amount | None
    charges: Element | None
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
    parts = parts_of(element)
    references = _texts(parts.get("Refs"))
    parties = parts_of(parts.get("RltdPties"))
    agents = parts.get("RltdAgts")
    returned = parts.get("RtrInf")
    return Transaction(
        amounts=_amounts(parts),
        original=amount_of(at(parts.get("AmtDtls"), "InstdAmt", "Amt")),
        charges=parts.get("Chrgs"),
        sign=own_text(parts.get("CdtDbtInd")),
        debtor=_party(parties, "Dbtr", at(agents, "DbtrAgt")),
        creditor=_party(parties, "Cdtr", at(agents, "CdtrAgt")),
        ultimate_debtor=_name(parties.get("UltmtDbtr")),
        ultimate_creditor=_name(parties.get("UltmtCdtr")),
        remittance=_remittance(parts.get("RmtInf"), own_text(parts.get("AddtlTxInf"))),
        end_to_end_id=reference(references.get("EndToEndId", "")),
        mandate=reference(references.get("MndtId", "")),
        batch=reference(references.get("PmtInfId", "")),
        bank_reference=reference(references.get("AcctSvcrRef", "")),
        code=code_of(parts.get("BkTxCd")),
        returned=returned is not None and len(returned) > 0,
        reason=text_at(returned, "Rsn", "Cd") or text_at(returned, "Rsn", "Prtry"),
        place=f"line {element.sourceline}",
    )


def bank_day_at(element: Element | None, *path: str) -> date | None:
    """As ``day_at``, of a day in a bank's books. ValueError, too, for years that no bank writes: 0001 and 9999 stand for "none" in some
    programs, and nothing is known of such an entry's day."""
    day = day_at(element, *path)
    if day is not None and day.year not in _YEARS:
        raise ValueError(f"'{day.isoformat()}' is no day of a bank's books")
    return day


def reference(text: str) -> str:
    """A reference, empty where it only says that there is none."""
    return "" if text.upper() in _NO_REFERENCE else text


def code_of(element: Element | None) -> str:
    """Domain, family and subfamily as ``PMNT/RCDT/ESCT``, else the bank's own code."""
    if element is None:
        return ""
    domain = parts_of(at(element, "Domn"))
    if own_text(domain.get("Cd")):
        family = parts_of(domain.get("Fmly"))
        codes = (domain.get("Cd"), family.get("Cd"), family.get("SubFmlyCd"))
        return "/".join(text for text in map(own_text, codes) if text)
    return text_at(element, "Prtry", "Cd")


def amount_of(element: Element | None) -> Amount | None:
    """The amount of an element with a Ccy attribute; None where it is missing or empty.

    ``.2`` and ``5.`` are amounts too (XML Schema part 2, 3.2.3 decimal).
    """
    text = "" if element is None or element.text is None else element.text.strip()
    if element is None or not text:
        return None
    if text.startswith("."):
        text = f"0{text}"
    return Amount(text=text.removesuffix("."), currency=str(element.get("Ccy") or ""))


def _amounts(parts: dict[str, Element]) -> tuple[Amount, ...]:
    """What the transaction may be worth in the account's currency, best first: Amt (since .001.04), TxAmt, CntrValAmt, InstdAmt."""
    found = [amount_of(parts.get("Amt"))]
    if "AmtDtls" in parts:
        found += [amount_of(at(parts["AmtDtls"], name, "Amt")) for name in ("TxAmt", "CntrValAmt", "InstdAmt")]
    return tuple(each for each in found if each is not None)


def _texts(element: Element | None) -> dict[str, str]:
    return {name: own_text(child) for name, child in parts_of(element).items()}


def _name(party: Element | None) -> str:
    """Nm, which since .001.08 stands inside Pty; an agent's name where the party is a bank."""
    if party is None:
        return ""
    return " ".join(
        (text_at(party, "Nm") or text_at(party, "Pty", "Nm") or text_at(party, "Agt", "FinInstnId", "Nm")).split()
    )


def _party(parties: dict[str, Element], role: str, agent: Element | None) -> Counterparty:
    account = at(parties.get(f"{role}Acct"), "Id")
    number = text_at(account, "IBAN") or text_at(account, "Othr", "Id")
    name = _name(parties.get(role)) or " ".join(text_at(parties.get(f"{role}Acct"), "Nm").split())
    bank = at(agent, "FinInstnId")
    bic = text_at(bank, "BICFI") or text_at(bank, "BIC")
    return Counterparty(name=name, iban=number.replace(" ", "").upper(), bic=bic.replace(" ", ""))


def _remittance(element: Element | None, additional: str) -> Remittance:
    """Ustrd lines, structured references, numbers of the documents referred to; AddtlTxInf where there is nothing else."""
    lines = [" ".join((line.text or "").split()) for line in all_at(element, "Ustrd")]
    references: list[str] = []
    for structured in all_at(element, "Strd"):
        found = reference(
            text_at(structured, "CdtrRefInf", "Ref").replace(" ", "").strip("+*").replace("/", "").upper()
        )
        references += [found] if found else []
        lines += [text_at(document, "Nb") for document in all_at(structured, "RfrdDocInf")]
        lines += [" ".join((line.text or "").split()) for line in all_at(structured, "AddtlRmtInf")]
    shown = tuple(line for line in lines if line)
    if not shown and not references and additional:
        shown = (" ".join(additional.split()),)
    return Remittance(unstructured=shown, creditor_references=tuple(references))
