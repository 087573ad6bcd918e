"""From what Twikey says of mandates and transactions to facts: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from connectors.json_rows import Row, amount, optional_text, read_document, row, text
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
        return text(message, "OrgnlMndtId", PLATFORM)
    return text(row(message.get("Mndt"), PLATFORM), "MndtId", PLATFORM)


def mandate_facts(document: RawDocument, settings: TwikeyMandatesSettings) -> Iterator[Mandate | MandateEnd | Fault]:
    """What a message of the mandate feed says: no reason is new, ``AmdmntRsn`` changed, ``CxlRsn`` cancelled."""
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    message = read_document(document)
    try:
        if "CxlRsn" in message:
            yield MandateEnd(reference=text(message, "OrgnlMndtId", PLATFORM), source=source)
            return
        before = optional_text(message, "OrgnlMndtId")
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
    reference = text(mandate, "MndtId", PLATFORM)
    occurrences, debtor = row(mandate.get("Ocrncs") or {}, PLATFORM), row(mandate.get("Dbtr") or {}, PLATFORM)
    scheme, sequence = text(mandate, "LclInstrm", PLATFORM), optional_text(occurrences, "SeqTp") or "RCUR"
    if scheme not in tuple(Scheme) or sequence not in _TYPES:
        raise ValueError(
            f"mandate {reference} is of scheme '{scheme}' and sequence '{sequence}', which is not known here"
        )
    customer = _customer(mandate, settings)
    if not customer:
        raise ValueError(
            f"mandate {reference} holds no customer number: write yours into the mandate, or see customer_in"
        )
    iban = "".join(optional_text(mandate, "DbtrAcct").split()).upper()
    if not iban:
        raise ValueError(f"mandate {reference} has no account")
    reason = message.get("AmdmntRsn")
    suspended = isinstance(reason, Mapping) and optional_text(reason, "Rsn") in settings.suspended_by
    agent = mandate.get("DbtrAgt")
    institution = agent.get("FinInstnId") if isinstance(agent, Mapping) else None
    return Mandate(
        reference=reference,
        customer_id=f"{settings.customer_prefix}{customer}",
        iban=iban,
        bic=optional_text(institution, "BICFI") if isinstance(institution, Mapping) else "",
        account_holder=optional_text(debtor, "Nm"),
        scheme=Scheme(scheme),
        type=_TYPES[sequence],
        signed_on=_signed_on(message, mandate, occurrences),
        status=MandateStatus.SUSPENDED if suspended else MandateStatus.ACTIVE,
        source=source,
    )


def _customer(mandate: Row, settings: TwikeyMandatesSettings) -> str:
    for path in settings.customer_in:
        value: object = mandate
        if path.startswith("SplmtryData."):
            value = _attribute(mandate, path.partition(".")[2])
        else:
            for name in path.split("."):
                value = value.get(name) if isinstance(value, Mapping) else None
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _attribute(mandate: Row, key: str) -> object:
    listed = mandate.get("SplmtryData")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, Mapping) and one.get("Key") == key:
            return one.get("Value")
    return None


def _signed_on(message: Row, mandate: Row, occurrences: Row) -> date:
    """The day on which it was signed, else from which it holds, else of the message. Raises ValueError where none is a day."""
    duration = occurrences.get("Drtn")
    candidates = (
        _attribute(mandate, _SIGNED),
        duration.get("FrDt") if isinstance(duration, Mapping) else None,
        message.get("EvtTime"),
    )
    for value in candidates:
        if isinstance(value, str) and value:
            return date.fromisoformat(value[:10])
    raise ValueError("the mandate does not say when it was signed")


# transactions


def transaction_of(entry: Row, source: SourceRef) -> ProviderDebit:
    """What an entry of the transaction feed says. Raises HumanActionNeeded for another shape or state, ValueError for an amount that cannot be."""
    number, state = text(entry, "id", PLATFORM), text(entry, "state", PLATFORM)
    final = entry.get("final")
    if not isinstance(final, bool) or state not in (_OPEN, _PAID, *_FAILED):
        raise HumanActionNeeded(
            f"{PLATFORM}: transaction {number} is in state '{state}', final {final}: has the interface changed?"
        )
    failed = state in _FAILED and final
    day = optional_text(entry, "bkdate")[:10]
    return ProviderDebit(
        reference=optional_text(entry, "ref"),
        transaction=number,
        word=ProviderWord.PAID
        if state == _PAID
        else ProviderWord.FAILED
        if failed
        # Not final: it is tried again over there.
        else ProviderWord.UNDER_WAY,
        amount=money_of(entry),
        on=date.fromisoformat(day) if day else None,
        reason_code=optional_text(entry, "bkerror") if failed else "",
        reason=optional_text(entry, "bkmsg") if failed else "",
        mandate_reference=optional_text(entry, "mndtId"),
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
