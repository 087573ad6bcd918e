"""From what Twikey says of mandates and transactions to facts: pure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from connectors.json_rows import (
    Row,
    amount,
    filled_text,
    read_document,
    row,
    rows,
    text,
    text_if_there,
)
from connectors.twikey.client import PLATFORM
from connectors.twikey.settings import TwikeyMandatesSettings
from ledger.errors import HumanActionNeeded
from ledger.mandates import Mandate, MandateEnd, MandateStatus, MandateType, Scheme
from ledger.money import Money
from ledger.provider_debits import ProviderDebit, ProviderWord
from ledger.sources import Fault, RawDocument, SourceRef

#: The only currency of the scheme; Twikey's amounts do not say it.
_CURRENCY: Final = "EUR"
_TYPES: Final = {"RCUR": MandateType.RECURRENT, "OOFF": MandateType.ONE_OFF}
_SIGNED: Final = "SignerDate#0"
_OPEN, _PAID, _FAILED = "OPEN", "PAID", frozenset({"ERROR", "UNPAID"})


# mandates


def mandate_name(message: Row) -> str:
    """The mandate that a message of the feed is about, by the reference that it has from now on. Raises HumanActionNeeded for a row of another shape."""
    if "CxlRsn" in message:
        return filled_text(message, "OrgnlMndtId", PLATFORM)
    return filled_text(row(message.get("Mndt"), PLATFORM), "MndtId", PLATFORM)


def checked_name(message: Row, settings: TwikeyMandatesSettings) -> str:
    """As ``mandate_name``, of a message whose every part is as it is known here; what its values say is judged when it is read."""
    name = mandate_name(message)
    if "CxlRsn" not in message:
        with suppress(ValueError):
            mandate_of(message, settings, SourceRef(system="", name=name, document="", place=""))
    return name


def mandate_facts(document: RawDocument, settings: TwikeyMandatesSettings) -> Iterator[Mandate | MandateEnd | Fault]:
    """What a message of the mandate feed says: no reason is new, ``AmdmntRsn`` changed, ``CxlRsn`` cancelled."""
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    message = read_document(document)
    try:
        if "CxlRsn" in message:
            yield MandateEnd(reference=mandate_name(message), source=source)
            return
        before = text_if_there(message, "OrgnlMndtId", PLATFORM)
        found = mandate_of(message, settings, source)
        replaced = before if before != found.reference else ""
        yield replace(found, replaces=replaced)
        if replaced:
            yield MandateEnd(reference=replaced, source=source)
    except (HumanActionNeeded, ValueError) as error:
        yield Fault(source=source, reason=str(error), whole_document=False)


def mandate_of(message: Row, settings: TwikeyMandatesSettings, source: SourceRef) -> Mandate:
    """The mandate of a new or changed one. Raises ValueError for what cannot be taken over, HumanActionNeeded for another shape."""
    mandate = row(message.get("Mndt"), PLATFORM)
    reference = filled_text(mandate, "MndtId", PLATFORM)
    occurrences, debtor = _part(mandate, "Ocrncs"), row(mandate.get("Dbtr"), PLATFORM)
    scheme = filled_text(mandate, "LclInstrm", PLATFORM)
    sequence = text_if_there(occurrences, "SeqTp", PLATFORM) or "RCUR"
    if scheme not in tuple(Scheme) or sequence not in _TYPES:
        raise ValueError(
            f"mandate {reference} is of scheme '{scheme}' and sequence '{sequence}', which is not known here"
        )
    customer = _customer(mandate, settings)
    if not customer:
        raise ValueError(
            f"mandate {reference} holds no customer number: write yours into the mandate, or see customer_in"
        )
    iban = "".join(text_if_there(mandate, "DbtrAcct", PLATFORM).split()).upper()
    if not iban:
        raise ValueError(f"mandate {reference} has no account")
    suspended = text_if_there(_part(message, "AmdmntRsn"), "Rsn", PLATFORM) in settings.suspended_by
    institution = _part(_part(mandate, "DbtrAgt"), "FinInstnId")
    return Mandate(
        reference=reference,
        customer_id=f"{settings.customer_prefix}{customer}",
        iban=iban,
        bic=text_if_there(institution, "BICFI", PLATFORM),
        account_holder=text_if_there(debtor, "Nm", PLATFORM),
        scheme=Scheme(scheme),
        type=_TYPES[sequence],
        signed_on=_signed_on(message, mandate, occurrences),
        status=MandateStatus.SUSPENDED if suspended else MandateStatus.ACTIVE,
        source=source,
    )


def _part(of: Row, name: str) -> Row:
    """A part that need not be there; empty where it is not. Raises HumanActionNeeded for one of another kind."""
    value = of.get(name)
    return {} if value is None else row(value, PLATFORM)


def _customer(mandate: Row, settings: TwikeyMandatesSettings) -> str:
    for path in settings.customer_in:
        value: object = mandate
        if path.startswith("SplmtryData."):
            value = _attribute(mandate, path.partition(".")[2])
        else:
            for name in path.split("."):
                value = row(value, PLATFORM).get(name) if value is not None else None
        found = text({path: value}, path, PLATFORM).strip()
        if found:
            return found
    return ""


def _attribute(mandate: Row, key: str) -> object:
    listed = rows(mandate.get("SplmtryData") or [], PLATFORM)
    return next((one.get("Value") for one in listed if one.get("Key") == key), None)


def _signed_on(message: Row, mandate: Row, occurrences: Row) -> date:
    """The day on which it was signed, else from which it holds, else of the message. Raises ValueError where none is a day."""
    candidates = (
        _attribute(mandate, _SIGNED),
        _part(occurrences, "Drtn").get("FrDt"),
        message.get("EvtTime"),
    )
    for value in candidates:
        if isinstance(value, str) and value:
            try:
                return date.fromisoformat(value[:10])
            except ValueError as error:
                raise ValueError(f"the mandate was signed on '{value[:10]}', which is no date") from error
    raise ValueError("the mandate does not say when it was signed")


# transactions


def transaction_of(entry: Row, source: SourceRef) -> ProviderDebit:
    """What an entry of the transaction feed says. Raises HumanActionNeeded for another shape or state, ValueError for an amount that cannot be."""
    number, state = filled_text(entry, "id", PLATFORM), text(entry, "state", PLATFORM)
    final = entry.get("final")
    if not isinstance(final, bool) or state not in (_OPEN, _PAID, *_FAILED):
        raise HumanActionNeeded(
            f"{PLATFORM}: transaction {number} is in state '{state}', final {final}: has the interface changed?"
        )
    failed = state in _FAILED and final
    day = text_if_there(entry, "bkdate", PLATFORM)[:10]
    return ProviderDebit(
        reference=text_if_there(entry, "ref", PLATFORM),
        transaction=number,
        word=ProviderWord.PAID
        if state == _PAID
        else ProviderWord.FAILED
        if failed
        # Not final: it is tried again over there.
        else ProviderWord.UNDER_WAY,
        amount=money_of(entry),
        on=date.fromisoformat(day) if day else None,
        reason_code=text_if_there(entry, "bkerror", PLATFORM) if failed else "",
        reason=text_if_there(entry, "bkmsg", PLATFORM) if failed else "",
        mandate_reference=text_if_there(entry, "mndtId", PLATFORM),
        source=source,
    )


def money_of(entry: Row) -> Money:
    """Its amount, written as a number (``121.0``). Raises ValueError for one that cannot be."""
    value = entry.get("amount")
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) < 10**13:
        return Money.parse(f"{value.to_integral_value():f}", _CURRENCY)
    found = amount(entry, "amount", _CURRENCY, PLATFORM)
    if found.minor < 0:
        raise ValueError("the amount is negative")
    return found
