"""What one bank takes of a direct-debit file, beyond what every bank must: checked over the finished bytes, before anybody gets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lxml import etree

from ledger.errors import MalformedDocument

#: EPC217-08: the characters every SEPA bank must take.
_SEPA: Final = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")


class CharacterSet(StrEnum):
    """Characters that a bank takes in text: the SEPA set, or all of Latin-1."""

    SEPA = "sepa"
    LATIN = "latin"


class AddressForm(StrEnum):
    """Postal addresses that a bank takes. Unstructured ones are refused by all since 15 November 2026 (EPC153-22)."""

    NONE = "none"
    STRUCTURED = "structured"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankProfile:
    """``version`` of pain.008; ``batch_booking``: whether it is asked for; ``max_transactions`` in one file (0: no limit)."""

    version: str
    batch_booking: bool = True
    max_transactions: int = 0
    characters: CharacterSet = CharacterSet.SEPA
    address: AddressForm = AddressForm.STRUCTURED


def check(document: bytes, profile: BankProfile, name: str) -> None:
    """Raises MalformedDocument with the first place where the file is not what the bank takes; ``name``: the message's id."""
    check_tree(
        etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)),
        profile,
        name,
    )


def check_tree(root: etree._Element, profile: BankProfile, name: str) -> None:
    """As ``check``, of a document that was read already."""
    fault = next(_faults(root, profile), None)
    if fault is not None:
        raise MalformedDocument(name, *fault)


def _faults(root: etree._Element, profile: BankProfile) -> Iterator[tuple[str, str]]:
    namespace = etree.QName(root).namespace or ""
    if not namespace.endswith(profile.version):
        yield "Document", f"the bank takes {profile.version}, this is {namespace}"
    count = sum(1 for _ in root.iter("{*}DrctDbtTxInf"))
    if profile.max_transactions and count > profile.max_transactions:
        yield "DrctDbtTxInf", f"the bank takes {profile.max_transactions} collections in a file, there are {count}"
    for element in root.iter("{*}BtchBookg"):
        if (element.text == "true") is not profile.batch_booking:
            yield "BtchBookg", f"batch booking is {element.text}, the bank's profile says otherwise"
    # All text at once; only where something is wrong, element by element.
    suspects = () if _takes(profile.characters, "".join(root.itertext())) else root.iter()
    for element in suspects:
        text = element.text or ""
        if not len(element) and not _takes(profile.characters, text):
            yield etree.QName(element).localname, "holds a character that the bank does not take"
    for address in root.iter("{*}PstlAdr"):
        fault = _address_fault(address, profile.address)
        if fault:
            yield "PstlAdr", fault


def _takes(characters: CharacterSet, text: str) -> bool:
    if characters is CharacterSet.SEPA:
        return _SEPA.fullmatch(text) is not None
    return all(ord(letter) < 256 for letter in text)


def _address_fault(address: etree._Element, form: AddressForm) -> str:
    """Town and country are the least; address lines only in the hybrid form, two at most."""
    if form is AddressForm.NONE:
        return "the bank takes no address"
    names = [etree.QName(child).localname for child in address if isinstance(child.tag, str)]
    if "TwnNm" not in names or "Ctry" not in names:
        return "town and country are missing"
    most = 2 if form is AddressForm.HYBRID else 0
    return "has more address lines than the bank takes" if names.count("AdrLine") > most else ""
