"""Direct debits as Buckaroo writes them: orders, and what a transaction says of the debit: pure.

A debit that comes back stays successful over there (190); what takes it back is a transaction of its own, which names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from connectors.buckaroo.client import PROVIDER
from connectors.buckaroo.settings import BuckarooDebitsSettings
from connectors.json_rows import Row, amount, optional_text, row, rows, text
from ledger.debit_orders import DebitOrder
from ledger.errors import HumanActionNeeded
from ledger.mandates import SequenceType
from ledger.money import Money
from ledger.provider_debits import ProviderDebit, ProviderWord
from ledger.sources import SourceRef

_SERVICE: Final = "SepaDirectDebit"
_NEXT: Final = "PayRecurrent"
_KEY: Final = re.compile(r"[0-9A-Fa-f]{32}(?:[0-9A-Fa-f]{8})?")
#: Characters of the text that the customer reads.
_DESCRIPTION: Final = 140
_WAYS_OF_A_DAY: Final[Mapping[str, str]] = {"year_first": "%Y-%m-%d", "day_first": "%d-%m-%Y"}
_SUCCESS: Final = 190
#: It was refused before it was a debit; and nobody knows what became of it.
NEVER_MADE: Final = 491
NOBODY_KNOWS: Final = 492
_WORDS: Final[Mapping[int, ProviderWord]] = {
    _SUCCESS: ProviderWord.PAID,
    490: ProviderWord.FAILED,
    NEVER_MADE: ProviderWord.FAILED,
    690: ProviderWord.FAILED,
    790: ProviderWord.UNDER_WAY,
    791: ProviderWord.UNDER_WAY,
    792: ProviderWord.UNDER_WAY,
    793: ProviderWord.UNDER_WAY,
    794: ProviderWord.UNDER_WAY,
    890: ProviderWord.FAILED,
    891: ProviderWord.FAILED,
}
_KEPT: Final = ("Key", "Invoice", "Currency", "AmountDebit", "TransactionType")


def is_key(name: str) -> bool:
    """Whether this can be a transaction's key."""
    return _KEY.fullmatch(name) is not None


def wanted(order: DebitOrder, settings: BuckarooDebitsSettings) -> Row:
    """The order as a request: the first debit under a mandate with account and mandate, each later one with the key of that first one."""
    common: dict[str, object] = {
        "Currency": order.amount.currency,
        "AmountDebit": Decimal(order.amount.decimal()),
        "Invoice": order.reference,
        "Description": order.remittance[:_DESCRIPTION],
    }
    collect_on = order.collect_on.strftime(_WAYS_OF_A_DAY[settings.collect_date])
    if is_key(order.first):
        return {
            **common,
            "OriginalTransactionKey": order.first,
            "Services": _service(_NEXT, (("collectdate", collect_on),)),
        }
    parameters = (
        ("customeraccountname", order.account_holder),
        ("CustomerIBAN", order.iban),
        ("customerbic", order.bic),
        ("collectdate", collect_on),
        ("MandateReference", order.mandate_reference),
        ("MandateDate", order.signed_on.isoformat()),
    )
    return {
        **common,
        "StartRecurrent": order.sequence_type is not SequenceType.OOFF,
        "Services": _service(settings.action, [(name, value) for name, value in parameters if value]),
    }


def _service(action: str, parameters: Sequence[tuple[str, str]]) -> Row:
    listed = [{"Name": name, "Value": value} for name, value in parameters]
    return {"ServiceList": [{"Name": _SERVICE, "Action": action, "Parameters": listed}]}


def status_of(transaction: Row) -> int:
    """Its status code. Raises HumanActionNeeded for one that is not known here."""
    code = row(row(transaction.get("Status"), PROVIDER).get("Code"), PROVIDER).get("Code")
    if isinstance(code, int) and (code in _WORDS or code == NOBODY_KNOWS):
        return code
    raise HumanActionNeeded(
        f"{PROVIDER}: transaction {text(transaction, 'Key', PROVIDER)} has the status {code}: has the interface changed?"
    )


def is_final(transaction: Row) -> bool:
    """Whether nothing more is to be expected of it but that it is taken back."""
    return _WORDS.get(status_of(transaction)) not in (None, ProviderWord.UNDER_WAY)


def money_of(transaction: Row) -> Money:
    """What it asks of the customer. Raises ValueError for an amount that cannot be."""
    return amount(transaction, "AmountDebit", text(transaction, "Currency", PROVIDER), PROVIDER)


def mandate_of(transaction: Row) -> str:
    """The reference of its mandate; empty where it is not said."""
    return _parameter(transaction, ("MandateReference",))


def related_by(transaction: Row, words: Sequence[str]) -> Iterator[str]:
    """The keys, in capitals, of the transactions that it names by one of these words: which it takes back, or which take it back."""
    listed = transaction.get("RelatedTransactions")
    said = {word.lower() for word in words}
    for one in [] if listed is None else rows(listed, PROVIDER):
        if optional_text(one, "RelationType").lower() in said:
            yield text(one, "RelatedTransactionKey", PROVIDER).upper()


def is_debit(transaction: Row) -> bool:
    """Whether it takes money from a customer; what gives it back is a credit."""
    return transaction.get("AmountDebit") is not None


def gives_back(transaction: Row) -> bool:
    """Whether it has given money back to a customer."""
    return not is_debit(transaction) and status_of(transaction) == _SUCCESS


def content_of(reference: str, debit: Row, back: Row | None, reason_in: Sequence[str]) -> Row:
    """What is kept of a debit and of what took it back: no names and no accounts."""
    return {
        "reference": reference,
        **{name: debit[name] for name in _KEPT if debit.get(name) is not None},
        "mandate": mandate_of(debit),
        **_said(debit, reason_in),
        "back": None if back is None else {"Key": text(back, "Key", PROVIDER), **_said(back, reason_in)},
    }


def _said(transaction: Row, reason_in: Sequence[str]) -> Row:
    status = row(transaction.get("Status"), PROVIDER)
    detail = status.get("SubCode")
    return {
        "status": status_of(transaction),
        "at": optional_text(status, "DateTime"),
        "code": _parameter(transaction, reason_in),
        "words": optional_text(detail, "Description") if isinstance(detail, Mapping) else "",
    }


def _parameter(transaction: Row, names: Sequence[str]) -> str:
    """The first parameter of its services that is called so, in whatever case."""
    lowered = {name.lower() for name in names}
    services = transaction.get("Services")
    for service in [] if services is None else rows(services, PROVIDER):
        listed = service.get("Parameters")
        for one in [] if listed is None else rows(listed, PROVIDER):
            if optional_text(one, "Name").lower() in lowered and optional_text(one, "Value"):
                return optional_text(one, "Value")
    return ""


def word_of(content: Row, source: SourceRef) -> ProviderDebit:
    """The one word of a document. Raises ValueError for an amount or day that cannot be."""
    back = content.get("back")
    said = content if back is None else row(back, PROVIDER)
    status = content.get("status")
    word = _WORDS[status] if isinstance(status, int) else ProviderWord.UNDER_WAY
    happened = ProviderWord.CHARGED_BACK if back is not None else word
    ended = happened is not ProviderWord.UNDER_WAY
    failed = happened in (ProviderWord.FAILED, ProviderWord.CHARGED_BACK)
    at = optional_text(said, "at")
    return ProviderDebit(
        reference=text(content, "reference", PROVIDER),
        transaction=text(content, "Key", PROVIDER),
        word=happened,
        amount=money_of(content),
        on=date.fromisoformat(at[:10]) if at and ended else None,
        reason_code=optional_text(said, "code") if failed else "",
        reason=optional_text(said, "words") if failed else "",
        mandate_reference=optional_text(content, "mandate"),
        source=source,
    )
