"""One entry from a :61: and its narratives."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from formats.mt940 import plain, slashes, subfields
from formats.mt940.figures import Movement, booked_on, money, movement_of, plain_amount
from formats.mt940.narratives import Narrative, Widths, account_of, is_iban, reference, spaced
from formats.mt940.package import Pair
from ledger.errors import MalformedDocument
from ledger.money import Money
from ledger.party import Counterparty
from ledger.sources import RawDocument, SourceRef
from ledger.statements import EntryStatus, Remittance, StatementEntry
from ledger.values import maker

#: What stands in :61: where the reference itself is in :86: (SWIFT usage in Germany and the Netherlands).
_POINTERS: Final = frozenset({"EREF", "PREF", "MARF", "KREF", "KREF+", "EREF+", "MREF+", "CSID", "N", ""})
#: Rabobank before 2013: account of the other side in sixteen columns, then the name.
_RABOBANK_COLUMNS: Final = re.compile(r"(?P<account>P?\d{9,10}|NONREF) {3,}(?P<name>\S.*)\Z")
#: Characters of the shortest reference in :61: that tells the other side: ``NONREF``, three blanks and a name.
_SHORTEST_COLUMNS: Final = 10
_SIDE_AMOUNT: Final = re.compile(r"\s*([A-Z]{3})?\s*([\d.,]+)")
_SUPPLEMENT_ACCOUNT: Final = re.compile(r"P?\d{7,10}\Z")

_source: Final = maker(SourceRef)
_party: Final = maker(Counterparty)
_remittance: Final = maker(Remittance)
_entry: Final = maker(StatementEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What an entry takes from its statement."""

    account: str
    currency: str
    opening_on: date | None
    closing_on: date | None
    status: EntryStatus
    widths: Widths
    document: RawDocument

    def source(self, line: int) -> SourceRef:
        """The place of a line."""
        document = self.document
        return _source(system=document.system, name=document.name, document=document.sha256, place=f"line {line}")


def entry_of(pair: Pair, position: int, before: Money | None, ground: Ground) -> StatementEntry:
    """The entry that a pair says; ``before``: the balance before it, where that is known. MalformedDocument names the line that cannot be read."""
    lines = pair.movement if len(pair.movement) < 3 else _whole_reference(pair.movement)
    try:
        movement = movement_of(lines[0])
        amount = money(movement.signed, ground.currency)
        booked = booked_on(movement, ground.opening_on, ground.closing_on)
    except ValueError as wrong:
        raise MalformedDocument(ground.document.name, f"line {pair.line}", f":61: {wrong}") from wrong
    supplement = " ".join(lines[1:]).strip() if len(lines) > 1 else ""
    narrative = _narrative(pair, movement, ground)
    if supplement or len(movement.customer_reference) >= _SHORTEST_COLUMNS:
        movement, narrative = _told_by_movement(movement, supplement, narrative)
    if narrative.account == ground.account:
        narrative = replace(narrative, account="")
    entry = _entry(
        account=ground.account,
        booked_on=booked,
        value_on=movement.value_on,
        amount=amount,
        balance=None if before is None else before + amount,
        position=position,
        status=ground.status,
        counterparty=_party(
            name=narrative.name, iban=narrative.account, bic=narrative.bic, ultimate=narrative.ultimate
        ),
        remittance=_remittance(unstructured=narrative.unstructured, creditor_references=narrative.references),
        source=ground.source(pair.line),
        bank_reference=movement.bank_reference,
        customer_reference=_customer_reference(movement, narrative),
        end_to_end_id=narrative.end_to_end_id,
        mandate_reference=narrative.mandate,
        transaction_code=f"{movement.type}/{narrative.code}".strip("/") if narrative.code else movement.type,
    )
    aside = supplement or narrative.original or narrative.charges
    if not (aside or narrative.reason or narrative.batch or movement.reversal):
        return entry
    return replace(
        entry,
        return_reason=narrative.reason,
        batch_id=narrative.batch,
        reversal=movement.reversal,
        original_amount=_side_amount("OCMT", supplement, narrative.original, ground.currency) if aside else None,
        charges=_side_amount("CHGS", supplement, narrative.charges, ground.currency) if aside else None,
    )


def _whole_reference(lines: tuple[str, ...]) -> tuple[str, ...]:
    """ING breaks a long bank reference over two lines before its supplementary /TRCD/ line: they belong together."""
    supplement = next((place for place, line in enumerate(lines) if place and line.lstrip().startswith("/")), None)
    if supplement is None or supplement < 2:
        return lines
    return ("".join(line.strip() for line in lines[:supplement]), "".join(line.strip() for line in lines[supplement:]))


def _narrative(pair: Pair, movement: Movement, ground: Ground) -> Narrative:
    widths = ground.widths
    if not pair.narratives:
        return plain.read((), pair.extras, widths)
    if slashes.recognised(pair.narratives[0]):
        return slashes.read(pair.narratives, widths, money_in=not movement.signed.startswith("-"))
    if subfields.recognised(pair.narratives[0]):
        return subfields.read(pair.narratives, widths, ground.account)
    party = plain.party_above(pair.narratives[0])
    if party is not None and slashes.recognised(pair.narratives[0][2:]):
        told = slashes.read(
            (pair.narratives[0][2:], *pair.narratives[1:]), widths, money_in=not movement.signed.startswith("-")
        )
        return replace(told, account=told.account or party["account"], name=told.name or spaced(party["name"]))
    return plain.read(pair.narratives, pair.extras, widths)


def _told_by_movement(movement: Movement, supplement: str, narrative: Narrative) -> tuple[Movement, Narrative]:
    """What :61: itself says about the other side, in the dialects that put it there."""
    columns = _RABOBANK_COLUMNS.match(movement.customer_reference)
    if columns is not None:
        account = "" if columns["account"] == "NONREF" else columns["account"]
        told = replace(narrative, account=narrative.account or account, name=narrative.name or spaced(columns["name"]))
        return movement._replace(customer_reference=""), told
    customer = account_of(movement.customer_reference)
    if is_iban(customer) and not movement.bank_reference:
        name = narrative.name or spaced(supplement)
        return movement._replace(customer_reference=""), replace(narrative, account=customer, name=name)
    other = account_of(supplement)
    if not narrative.account and (is_iban(other) or _SUPPLEMENT_ACCOUNT.fullmatch(other) is not None):
        return movement, replace(narrative, account=other)
    code = re.search(r"/TRCD/\s*([0-9 ]+)", supplement)
    if code is not None and not narrative.code:
        return movement, replace(narrative, code=code[1].replace(" ", ""))
    return movement, narrative


def _side_amount(code: str, supplement: str, stated: str, currency: str) -> Money | None:
    """Original amount (OCMT) or charges (CHGS), from :61: or the narrative; None where there is none that can be read.

    It books nothing, so that text which is no amount is left to the reader of the narrative.
    """
    found = re.search(rf"/{code}/([A-Z]{{3}}[\d.,]+)", supplement)
    amount = _SIDE_AMOUNT.match(stated if found is None else found[1])
    if amount is None:
        return None
    try:
        return money(plain_amount(amount[2]), amount[1] or currency)
    except ValueError:
        return None


def _customer_reference(movement: Movement, narrative: Narrative) -> str:
    stated = movement.customer_reference
    if stated and stated == narrative.account:
        return ""
    return narrative.customer if stated in _POINTERS else reference(stated)
