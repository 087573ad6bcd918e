"""ISO 20022 pain.002, customer payment status report, versions .001.03 to .001.14 and their national variants, as facts.

Elements are told by their local names, as in CAMT. A bank may say a status for the whole message, for a payment information block or
for a transaction, on one level or on all of them; each that is said becomes one fact, and none is derived here. A status that no code
list knows is a Fault of its own beside the others: nobody guesses what a bank meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from formats.wholeness import whole_or_fault
from formats.xml_elements import Element, all_at, at, day_at, name_of, own_text, text_at
from formats.xml_stream import elements_of, forget
from ledger.debit_status import OUTCOMES, DebitStatus, StatusLevel, StatusReason
from ledger.errors import MalformedDocument
from ledger.money import Money
from ledger.party import Counterparty
from ledger.sources import Fault, RawDocument, SourceRef

_XML: Final = re.compile(rb"\s*<[?!A-Za-z]")
_PAIN: Final = re.compile(rb"pain\.002\.|<(?:[\w.-]+:)?(?:CstmrPmtStsRpt|PmtStsRpt)\b")
_VERSION: Final = re.compile(r"pain\.002\.\d{3}\.\d\d(?:\.[a-z]{2}\.\d\d)?")
#: ``pain.008.001.02``, ``PAIN.008``, ``pain_008_001_02``, ``urn:...:pain.008.001.08``, ``pain00800102``.
_MESSAGE_NAME: Final = re.compile(
    r"(?P<area>pain|pacs)[.\s_-]?(?P<kind>\d{3})(?:[.\s_-]?(?P<variant>\d{3})[.\s_-]?(?P<version>\d{2}))?", re.I
)
#: Whether a message holds direct debits. Banks may also name the message that they made of ours for each other (pacs).
_KINDS: Final = {"pain.008": True, "pacs.003": True, "pain.001": False, "pacs.008": False}
_REASON_IN_WORDS: Final = re.compile(r"\s*([A-Z]{2}\d{2})\b")
_NO_REFERENCE: Final = frozenset({"NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NONE"})
#: A bank that only tells its reason in words says so with this code.
_NARRATIVE: Final = "NARR"
#: What EBICS names instead of a message in the protocol of its own transmissions (HAC, DFÜ agreement annex 1).
_TRANSMISSIONS: Final = "EBICS"
_TAGS: Final = tuple(
    f"{{*}}{name}" for name in ("CstmrPmtStsRpt", "GrpHdr", "OrgnlGrpInfAndSts", "OrgnlPmtInfAndSts", "TxInfAndSts")
)


def recognise(head: bytes) -> bool:
    """Whether a document's first 4 KiB look like pain.002."""
    wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"}
    plain = head.lstrip(b"\xff\xfe").replace(b"\x00", b"") if wide else head
    plain = plain.removeprefix(b"\xef\xbb\xbf")
    return _XML.match(plain) is not None and _PAIN.search(plain) is not None


def read(document: RawDocument) -> Iterator[DebitStatus | Fault]:
    """The statuses of a report, or one Fault for the whole of it with line and column."""
    return whole_or_fault(document, _statuses_of)


def reread(document: RawDocument) -> Iterator[DebitStatus | Fault]:
    """The same of a document that was found whole, one after the other. Raises MalformedDocument."""
    return _statuses_of(document)


def examine(document: RawDocument) -> Iterator[DebitStatus | Fault]:
    """Nothing: half of a status report says nothing of the other half's debits, and has no figures to be shown."""
    del document
    return iter(())


@dataclass(slots=True)
class _Report:
    """What all statuses of a report share, as far as it has been read."""

    document: RawDocument
    format: str = "pain.002"
    report_id: str = ""
    reported_on: date | None = None
    message_id: str = ""
    message_name: str = ""
    statuses: int = 0


def _statuses_of(document: RawDocument) -> Iterator[DebitStatus | Fault]:
    report = _Report(document)
    found = False
    for event, element in elements_of(document, _TAGS):
        name = name_of(element)
        if event == "start":
            if name == "CstmrPmtStsRpt":
                found = True
                report.format = _format(document, element)
            continue
        try:
            yield from _taken(report, name, element)
        except ValueError as wrong:
            raise MalformedDocument(document.name, f"line {element.sourceline}", str(wrong)) from wrong
        if name != "CstmrPmtStsRpt":
            forget(element)
    if not found:
        raise MalformedDocument(document.name, "", "no status report in it: not one CstmrPmtStsRpt element")
    if not report.statuses:
        reason = "a status report that says no status: neither GrpSts nor PmtInfSts nor TxSts"
        if report.message_name == _TRANSMISSIONS:
            reason = "a customer protocol of EBICS (HAC): it says what became of transmissions, nothing of payments or debits"
        raise MalformedDocument(document.name, "", reason)


def _format(document: RawDocument, element: Element) -> str:
    """The message as its namespace names it, ``pain.002.001.10``; a namespace that is none of pain.002 is refused."""
    namespace = str(element.tag).rpartition("}")[0].lstrip("{")
    if namespace and "pain.002" not in namespace:
        reason = f"a status report in the namespace {namespace}, which is not pain.002"
        raise MalformedDocument(document.name, f"line {element.sourceline}", reason)
    version = _VERSION.search(namespace)
    return "pain.002" if version is None else version[0]


def _taken(report: _Report, name: str, element: Element) -> Iterator[DebitStatus | Fault]:
    match name:
        case "GrpHdr":
            report.report_id = text_at(element, "MsgId")
            report.reported_on = day_at(element, "CreDtTm")
        case "OrgnlGrpInfAndSts":
            report.message_id = _reference(text_at(element, "OrgnlMsgId"))
            report.message_name = text_at(element, "OrgnlMsgNmId")
            yield from _status(report, element, StatusLevel.GROUP, "GrpSts", "")
        case "OrgnlPmtInfAndSts":
            payment = _reference(text_at(element, "OrgnlPmtInfId"))
            yield from _status(report, element, StatusLevel.PAYMENT, "PmtInfSts", payment)
        case "TxInfAndSts":
            payment = _reference(text_at(element.getparent(), "OrgnlPmtInfId"))
            yield from _status(report, element, StatusLevel.TRANSACTION, "TxSts", payment)
        case _:
            return


def _status(
    report: _Report, element: Element, level: StatusLevel, tag: str, payment: str
) -> Iterator[DebitStatus | Fault]:
    code = text_at(element, tag).upper()
    if not code:
        return
    report.statuses += 1
    document = report.document
    source = SourceRef(
        system=document.system, name=document.name, document=document.sha256, place=f"line {element.sourceline}"
    )
    outcome = OUTCOMES.get(code)
    if outcome is None:
        yield Fault(source=source, reason=f"{tag} '{code}' is no status of ISO 20022", whole_document=False)
        return
    original = at(element, "OrgnlTxRef")
    count = text_at(element, "OrgnlNbOfTxs")
    message_name, direct_debit = _message(report.message_name)
    yield DebitStatus(
        level=level,
        status=code,
        outcome=outcome,
        report_id=report.report_id,
        reported_on=report.reported_on,
        message_id=report.message_id,
        message_name=message_name,
        direct_debit=direct_debit,
        source=source,
        format=report.format,
        payment_information_id=payment,
        end_to_end_id=_reference(text_at(element, "OrgnlEndToEndId")),
        instruction_id=_reference(text_at(element, "OrgnlInstrId")),
        reasons=tuple(reason for each in all_at(element, "StsRsnInf") for reason in _reasons(each)),
        amount=_amount(original),
        collect_on=day_at(original, "ReqdColltnDt"),
        mandate_reference=_reference(_mandate(original)),
        counterparty=_counterparty(original, direct_debit=direct_debit),
        count=int(count) if count.isascii() and count.isdigit() else None,
        bank_reference=_reference(text_at(element, "AcctSvcrRef") or text_at(element, "StsId")),
    )


def _message(name: str) -> tuple[str, bool | None]:
    """The original's kind in one spelling, and whether it was one of direct debits."""
    found = _MESSAGE_NAME.search(name)
    if found is None:
        return name, None
    kind = f"{found['area'].lower()}.{found['kind']}"
    version = f".{found['variant']}.{found['version']}" if found["version"] else ""
    return kind + version, _KINDS.get(kind)


def _reasons(element: Element) -> Iterator[StatusReason]:
    """The reason under Rsn/Cd or Rsn/Prtry, with its AddtlInf lines as text.

    Words that begin with one of ISO's codes (``AC01 account closed``) say it, too: those of a proprietary reason, and AddtlInf where no
    code is given but NARR, "see the words".
    """
    stated = text_at(element, "Rsn", "Cd") or text_at(element, "Rsn", "Prtry")
    text = " ".join(" ".join(own_text(line).split()) for line in all_at(element, "AddtlInf")).strip()
    told = _REASON_IN_WORDS.match(text if stated in {"", _NARRATIVE} else stated)
    code = stated if told is None else told[1]
    if code or text:
        yield StatusReason(code=code, text=text or ("" if code == stated else stated))


def _amount(original: Element | None) -> Money | None:
    """What was instructed; InstdAmt stands under Amt, in Swiss variants beside it."""
    found = at(original, "Amt", "InstdAmt")
    found = at(original, "InstdAmt") if found is None else found
    if found is None or not own_text(found):
        return None
    return Money.parse(own_text(found), str(found.get("Ccy") or ""))


def _mandate(original: Element | None) -> str:
    """MndtId, which since .001.10 stands inside the choice DrctDbtMndt."""
    return text_at(original, "MndtRltdInf", "MndtId") or text_at(original, "MndtRltdInf", "DrctDbtMndt", "MndtId")


def _counterparty(original: Element | None, *, direct_debit: bool | None) -> Counterparty:
    """The other side of the original transaction: the debtor of a direct debit, the creditor of a payment.

    Where the message's name says neither, a mandate or a collection date tells a direct debit.
    """
    if original is None:
        return Counterparty()
    if direct_debit is None:
        direct_debit = bool(_mandate(original)) or at(original, "ReqdColltnDt") is not None
    role = "Dbtr" if direct_debit else "Cdtr"
    account = at(original, f"{role}Acct", "Id")
    bank = at(original, f"{role}Agt", "FinInstnId")
    number = text_at(account, "IBAN") or text_at(account, "Othr", "Id")
    return Counterparty(
        name=" ".join((text_at(original, role, "Nm") or text_at(original, role, "Pty", "Nm")).split()),
        iban=number.replace(" ", "").upper(),
        bic=text_at(bank, "BICFI") or text_at(bank, "BIC"),
    )


def _reference(text: str) -> str:
    return "" if text.upper() in _NO_REFERENCE else text
