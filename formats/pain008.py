"""Direct-debit initiation to the bank (ISO 20022 pain.008), one batch a file.

python-sepaxml writes the document. It takes identifiers and times from clock and chance, writes no instruction id, no structured
reference, and accepts nearly any text; what it lacks is checked before, and written over its output in one place (``_finish``), so
that the same batch gives the same bytes. Every file is validated against its schema before anybody gets it.

The schemas are ISO's own (published for free use), as python-sepaxml ships them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from lxml import etree
from schwifty import BIC
from schwifty.exceptions import SchwiftyException
from sepaxml import SepaDD
from stdnum import iso11649
from stdnum.be import ogm_vcs
from stdnum.eu import at_02

from formats.bank_profile import BankProfile, check_tree
from ledger.errors import MalformedDocument
from ledger.mandates import Amendment, Collection, DebitBatch
from ledger.sepa_accounts import known_bic, sepa_account
from ledger.sepa_text import NAME_LENGTH, REMITTANCE_LENGTH, identifier_fault, sepa_text

#: Versions that are written: the current one, and the one before it that some banks still want.
VERSIONS: Final = ("pain.008.001.08", "pain.008.001.02")
#: Smallest and greatest amount of a collection, in cents (EPC SEPA direct debit rulebooks, AT-06).
LEAST_MINOR: Final = 1
GREATEST_MINOR: Final = 99_999_999_999
_CURRENCY: Final = "EUR"
#: A file has its day, not its hour: the hour would be a fact from a clock, and a later one than the hand-over is refused.
_CREATION_TIME: Final = "T00:00:00"
#: Greatest lengths of PstCd and TwnNm (ISO 20022 Max16Text, Max35Text); StrtNm has that of a name.
_POSTCODE_LENGTH: Final = 16
_TOWN_LENGTH: Final = 35
_SIXTEEN_DIGITS: Final = re.compile(r"\d{16}", re.ASCII)
#: Weights of the digits of a betalingskenmerk from the right (Betaalvereniging Nederland, specification of the betalingskenmerk).
_DUTCH_WEIGHTS: Final = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)


def render(batch: DebitBatch, version: str = VERSIONS[0]) -> bytes:
    """The batch as a pain.008 document, UTF-8. The same batch always gives the same bytes.

    Raises MalformedDocument, with the batch's message id as its source, when the batch breaks a rule of the scheme or the document
    its schema; ValueError for a version that is not in ``VERSIONS``.
    """
    return _written(_validated(batch, version))


def render_for_bank(batch: DebitBatch, profile: BankProfile) -> bytes:
    """As ``render``, in the version that the bank takes; raises MalformedDocument also for what this bank would refuse.

    The profile looks at the tree that is written out, for reading the bytes again would take as long as all of its checks.
    """
    document = _validated(batch, profile.version)
    check_tree(document, profile, batch.message_id)
    return _written(document)


def _written(document: etree._Element) -> bytes:
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")


def _validated(batch: DebitBatch, version: str) -> etree._Element:
    if version not in VERSIONS:
        raise ValueError(f"'{version}' is no version of pain.008 that is written here")
    fault = next(_faults(batch, version), None)
    if fault is not None:
        raise MalformedDocument(batch.message_id, *fault)
    document = _finish(_written_by_sepaxml(batch, version), batch)
    schema = _schema(version)
    if not schema.validate(document):
        error = schema.error_log[0]
        raise MalformedDocument(batch.message_id, f"line {error.line}: {error.path}", error.message)
    return document


@cache
def _schema(version: str) -> etree.XMLSchema:
    text = files("sepaxml").joinpath("schemas", f"{version}.xsd").read_bytes()
    return etree.XMLSchema(etree.fromstring(text, _parser()))


def _parser() -> etree.XMLParser[etree._Element]:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def _faults(batch: DebitBatch, version: str) -> Iterator[tuple[str, str]]:
    """Place and reason of whatever breaks a rule that the schema does not know (EPC implementation guidelines)."""
    for place, text in (("MsgId", batch.message_id), ("PmtInfId", batch.payment_information_id)):
        fault = identifier_fault(text)
        if fault is not None:
            yield place, fault
    if not sepa_text(batch.creditor_name, NAME_LENGTH):
        yield "Cdtr/Nm", "is empty"
    if not at_02.is_valid(batch.creditor_id) or identifier_fault(batch.creditor_id) is not None:
        yield "CdtrSchmeId", "is no creditor identifier"
    if _iban_fault(batch.creditor_iban) is not None:
        yield "CdtrAcct", "is no IBAN"
    if not _bic(batch.creditor_bic, batch.creditor_iban) and version == "pain.008.001.02":
        yield "CdtrAgt", "this version needs the BIC of the creditor's bank"
    if not batch.collections:
        yield "DrctDbtTxInf", "there is no collection"
    seen: set[str] = set()
    for collection in batch.collections:
        place = f"DrctDbtTxInf {collection.end_to_end_id}"
        if collection.end_to_end_id in seen:
            yield place, "the end-to-end id is there twice"
        seen.add(collection.end_to_end_id)
        for reason in _faults_of(collection, batch):
            yield place, reason


def _faults_of(collection: Collection, batch: DebitBatch) -> Iterator[str]:
    mandate = collection.mandate
    for name, text in (("the end-to-end id", collection.end_to_end_id), ("the mandate reference", mandate.reference)):
        fault = identifier_fault(text)
        if fault is not None:
            yield f"{name} {fault}"
    if collection.amount.currency != _CURRENCY:
        yield f"the currency is {collection.amount.currency}"
    if not LEAST_MINOR <= collection.amount.minor <= GREATEST_MINOR:
        yield "the amount is outside the limits of the scheme"
    if sum(part.amount.minor for part in collection.parts) != collection.amount.minor:
        yield "the parts do not sum to the amount"
    ours = (batch.scheme, batch.sequence_type, batch.collect_on)
    if (mandate.scheme, collection.sequence_type, collection.collect_on) != ours:
        yield "scheme, sequence type or day is not the batch's"
    if mandate.signed_on > collection.collect_on:
        yield "the mandate is signed after the collection"
    if not sepa_text(mandate.account_holder, NAME_LENGTH):
        yield "the debtor has no name"
    fault = _iban_fault(mandate.iban)
    if fault is not None:
        yield fault


def _iban_fault(text: str) -> str | None:
    account = sepa_account(text)
    if account is None:
        return "the debtor's account is no IBAN"
    return None if account.in_sepa else "the debtor's account is outside SEPA"


def _bare(iban: str) -> str:
    """An IBAN that was checked before, without spaces."""
    account = sepa_account(iban)
    return iban if account is None else account.iban


def _bic(given: str, iban: str) -> str:
    """The BIC as it was given, when it is one; else the one known for the account's bank; empty when there is none."""
    if given:
        try:
            return str(BIC(given))
        except SchwiftyException:
            pass
    account = sepa_account(iban)
    return "" if account is None else known_bic(account)


def _written_by_sepaxml(batch: DebitBatch, version: str) -> bytes:
    config: dict[str, object] = {
        "name": sepa_text(batch.creditor_name, NAME_LENGTH),
        "IBAN": _bare(batch.creditor_iban),
        "batch": True,
        "creditor_id": batch.creditor_id,
        "currency": _CURRENCY,
        "instrument": batch.scheme.value,
    }
    creditor_bic = _bic(batch.creditor_bic, batch.creditor_iban)
    if creditor_bic:
        config["BIC"] = creditor_bic
    writer = SepaDD(config, schema=version, clean=False)
    for collection in batch.collections:
        mandate = collection.mandate
        payment: dict[str, object] = {
            "name": sepa_text(mandate.account_holder, NAME_LENGTH),
            "IBAN": _bare(mandate.iban),
            "amount": collection.amount.minor,
            "type": collection.sequence_type.value,
            "collection_date": collection.collect_on,
            "mandate_id": mandate.reference,
            "mandate_date": mandate.signed_on,
            "description": sepa_text(collection.remittance, REMITTANCE_LENGTH),
            "endtoend_id": collection.end_to_end_id,
        }
        address = collection.debtor_address
        if address is not None:
            payment["address"] = {
                "street_name": sepa_text(address.street, NAME_LENGTH),
                "postcode": sepa_text(address.postcode, _POSTCODE_LENGTH),
                "town": sepa_text(address.city, _TOWN_LENGTH),
                "country": address.country,
            }
        debtor_bic = _bic(mandate.bic, mandate.iban)
        if debtor_bic:
            payment["BIC"] = debtor_bic
        writer.add_payment(payment)
    written = writer.export(validate=False)
    if not isinstance(written, bytes):
        raise MalformedDocument(batch.message_id, "", "sepaxml did not write bytes")
    return written


def _finish(written: bytes, batch: DebitBatch) -> etree._Element:
    """Over sepaxml's output: our ids and our time, instruction ids, structured references; and no empty address."""
    document = etree.fromstring(written, _parser())
    namespace = f"{{{etree.QName(document).namespace}}}"

    def only(parent: etree._Element, path: str) -> etree._Element:
        found = parent.find("/".join(namespace + name for name in path.split("/")))
        if found is None:
            raise MalformedDocument(batch.message_id, path, "sepaxml did not write this element")
        return found

    only(document, "CstmrDrctDbtInitn/GrpHdr/MsgId").text = batch.message_id
    only(document, "CstmrDrctDbtInitn/GrpHdr/CreDtTm").text = batch.created_on.isoformat() + _CREATION_TIME
    only(document, "CstmrDrctDbtInitn/PmtInf/PmtInfId").text = batch.payment_information_id
    only(document, "CstmrDrctDbtInitn/PmtInf/BtchBookg").text = "true" if batch.batch_booking else "false"
    payment = only(document, "CstmrDrctDbtInitn/PmtInf")
    if batch.category_purpose:
        _under(only(payment, "PmtTpInf"), namespace, "CtgyPurp", "Cd").text = batch.category_purpose
    if batch.ultimate_creditor:
        ultimate = etree.Element(namespace + "UltmtCdtr")
        _under(ultimate, namespace, "Nm").text = sepa_text(batch.ultimate_creditor, NAME_LENGTH)
        only(payment, "CdtrAgt").addnext(ultimate)
    for empty in [address for address in document.iter(namespace + "PstlAdr") if not len(address)]:
        parent = empty.getparent()
        if parent is not None:
            parent.remove(empty)
    transactions = document.iter(namespace + "DrctDbtTxInf")
    for transaction, collection in zip(transactions, batch.collections, strict=True):
        # By their places: a search for each costs as much as all the rest of this function.
        identification, remittance = transaction[0], transaction[-1]
        if (identification.tag, remittance.tag) != (namespace + "PmtId", namespace + "RmtInf"):
            raise MalformedDocument(
                batch.message_id, "DrctDbtTxInf", "sepaxml did not write PmtId first and RmtInf last"
            )
        instruction = etree.Element(namespace + "InstrId")
        instruction.text = collection.end_to_end_id
        identification.insert(0, instruction)
        if collection.amendment is not None:
            related = only(transaction, "DrctDbtTx/MndtRltdInf")
            _write_amendment(related, namespace, collection.amendment, collection.mandate.iban)
        if collection.ultimate_debtor:
            ultimate = etree.Element(namespace + "UltmtDbtr")
            _under(ultimate, namespace, "Nm").text = sepa_text(collection.ultimate_debtor, NAME_LENGTH)
            remittance.addprevious(ultimate)
        if batch.purpose:
            purpose = etree.Element(namespace + "Purp")
            _under(purpose, namespace, "Cd").text = batch.purpose
            remittance.addprevious(purpose)
        issuer = _issuer(collection.creditor_reference)
        if issuer:
            remittance.clear()
            _write_reference(remittance, namespace, collection.creditor_reference, issuer)
        elif not remittance[0].text:
            transaction.remove(remittance)
    return document


def _under(parent: etree._Element, namespace: str, *path: str) -> etree._Element:
    """New elements, each below the one before; the last of them."""
    for name in path:
        parent = etree.SubElement(parent, namespace + name)
    return parent


def _issuer(reference: str) -> str:
    """Who gives out references of this kind (``CdtrRefInf/Tp/Issr``): ISO 11649, Belgian OGM or Dutch betalingskenmerk; empty when
    it is none of them, and the text goes out instead."""
    if not reference:
        return ""
    if iso11649.is_valid(reference):
        return "ISO"
    if ogm_vcs.is_valid(reference):
        return "BBA"
    return "CUR" if _is_betalingskenmerk(reference) else ""


def _is_betalingskenmerk(reference: str) -> bool:
    """Sixteen digits of which the first checks the others, modulo 11."""
    if _SIXTEEN_DIGITS.fullmatch(reference) is None:
        return False
    weighted = sum(int(digit) * _DUTCH_WEIGHTS[place % 10] for place, digit in enumerate(reversed(reference[1:])))
    check = 11 - weighted % 11
    return int(reference[0]) == {10: 1, 11: 0}.get(check, check)


def _write_reference(remittance: etree._Element, namespace: str, reference: str, issuer: str) -> None:
    """``Strd/CdtrRefInf``; structured and unstructured information exclude each other."""
    information = etree.SubElement(etree.SubElement(remittance, namespace + "Strd"), namespace + "CdtrRefInf")
    kind = etree.SubElement(information, namespace + "Tp")
    code = etree.SubElement(etree.SubElement(kind, namespace + "CdOrPrtry"), namespace + "Cd")
    code.text = "SCOR"
    etree.SubElement(kind, namespace + "Issr").text = issuer
    etree.SubElement(information, namespace + "Ref").text = reference


def _write_amendment(related: etree._Element, namespace: str, amendment: Amendment, iban: str) -> None:
    """``AmdmntInd`` and ``AmdmntInfDtls`` behind the date of signature. A debtor's account at the same bank is named by its old IBAN, one
    at another bank by SMNDA (EPC implementation guidelines since 20 November 2016: same mandate, new debtor account)."""

    for old in [child for child in related if etree.QName(child).localname in ("AmdmntInd", "AmdmntInfDtls")]:
        related.remove(old)
    _under(related, namespace, "AmdmntInd").text = "true"
    details = _under(related, namespace, "AmdmntInfDtls")
    if amendment.original_reference:
        _under(details, namespace, "OrgnlMndtId").text = amendment.original_reference
    if amendment.original_creditor_id or amendment.original_creditor_name:
        creditor = _under(details, namespace, "OrgnlCdtrSchmeId")
        if amendment.original_creditor_name:
            _under(creditor, namespace, "Nm").text = sepa_text(amendment.original_creditor_name, NAME_LENGTH)
        if amendment.original_creditor_id:
            other = _under(creditor, namespace, "Id", "PrvtId", "Othr")
            _under(other, namespace, "Id").text = amendment.original_creditor_id
            _under(other, namespace, "SchmeNm", "Prtry").text = "SEPA"
    if amendment.original_iban:
        account = _under(details, namespace, "OrgnlDbtrAcct", "Id")
        before, now = sepa_account(amendment.original_iban), sepa_account(iban)
        if before is not None and now is not None and (before.country, before.bank) == (now.country, now.bank):
            _under(account, namespace, "IBAN").text = amendment.original_iban
        else:
            _under(account, namespace, "Othr", "Id").text = "SMNDA"
