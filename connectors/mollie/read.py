"""From a settlement of Mollie and what is in it to a payout: pure.

Fees are Mollie's own costs of the settlement, written with four decimals, summed exactly and rounded once to the cent as the settlement itself is. Where that does not
explain the difference between what is in the settlement and what was paid out, no fee is made up: the payout is left unproven.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final
from zoneinfo import ZoneInfo

from connectors.json_rows import Row, amount, filled_text, optional_text, read_document, row, rows, text
from connectors.mollie.client import PROVIDER
from ledger.coming_payments import ComingPayment
from ledger.errors import HumanActionNeeded
from ledger.money import Money, minor_digits
from ledger.payouts import Payout, PayoutLine, PayoutLineKind, Quoted, sum_of
from ledger.sources import Fault, RawDocument, SourceRef

#: Mollie counts its days in Central European Time.
_ZONE: Final = ZoneInfo("Europe/Amsterdam")
_NUMBER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]*\d[A-Za-z0-9./_-]*|\d+", re.ASCII)
#: The key of a payment's metadata under which our direct debits have their reference.
OURS: Final = "afletter"
_PAID: Final = "paid"
_STATUSES: Final = frozenset({"open", "pending", "authorized", _PAID, "canceled", "expired", "failed"})
PAYMENTS, CAPTURES, REFUNDS, CHARGEBACKS = "payments", "captures", "refunds", "chargebacks"
_KINDS: Final = {
    PAYMENTS: PayoutLineKind.PAYMENT,
    CAPTURES: PayoutLineKind.PAYMENT,
    REFUNDS: PayoutLineKind.REFUND,
    CHARGEBACKS: PayoutLineKind.CHARGEBACK,
}


def facts(document: RawDocument) -> Iterator[Payout | ComingPayment | Fault]:
    """The one payout of a settlement, or the one payment that is not paid out yet, or why it is none."""
    source = SourceRef(system=document.system, name=document.name, document=document.sha256, place="")
    try:
        content = read_document(document)
        yield payout_of(content, source) if "settlement" in content else coming_payment_of(content, source)
    except (HumanActionNeeded, ValueError, InvalidOperation) as error:
        yield Fault(source=source, reason=str(error), whole_document=True)


def payout_of(content: Row, source: SourceRef) -> Payout:
    """The payout. Raises ValueError for what cannot be, HumanActionNeeded for a row of another shape."""
    settlement = row(content["settlement"], PROVIDER)
    paid_out = money_of(settlement, "amount")
    lines = [
        _line(one, kind, content) for plural, kind in _KINDS.items() for one in rows(content.get(plural), PROVIDER)
    ]
    fee = _fee(settlement, sum_of((line.amount for line in lines), paid_out.currency) - paid_out)
    settled_on = day_of(settlement, "settledAt")
    if fee:
        lines.append(
            PayoutLine(
                kind=PayoutLineKind.FEE,
                reference=text(settlement, "id", PROVIDER),
                payment="",
                amount=-fee,
                on=settled_on,
                quoted=(),
            )
        )
    return Payout(
        payout_id=text(settlement, "id", PROVIDER),
        bank_reference=filled_text(settlement, "reference", PROVIDER),
        amount=paid_out,
        settled_on=settled_on,
        lines=tuple(lines),
        source=source,
    )


def coming_payment_of(content: Row, source: SourceRef) -> ComingPayment:
    """A payment that is not paid out yet, what was given back of it taken off; one that is not ``paid`` (any more) comes to nothing. Raises as ``payout_of``."""
    payment = row(content["payment"], PROVIDER)
    paid = money_of(payment, "amount")
    left = paid if is_paid(payment) else Money.zero(paid.currency)
    for field in ("amountRefunded", "amountChargedBack"):
        if payment.get(field) is not None:
            # Of what is taken back some versions write the sign.
            left -= abs(money_of(payment, field))
    return ComingPayment(
        payment_id=filled_text(payment, "id", PROVIDER),
        amount=left if left.minor > 0 else Money.zero(paid.currency),
        paid_on=day_of(payment, "paidAt" if payment.get("paidAt") is not None else "createdAt"),
        quoted=_quoted(row(content["named"], PROVIDER), paid.currency),
        source=source,
    )


def is_paid(payment: Row) -> bool:
    """Whether a payment is ``paid``. Raises HumanActionNeeded for a status that is not known here: nobody can tell then."""
    status = filled_text(payment, "status", PROVIDER)
    if status not in _STATUSES:
        raise HumanActionNeeded(f"{PROVIDER}: a payment is '{status}': has the interface changed?")
    return status == _PAID


def _line(one: Row, kind: PayoutLineKind, content: Row) -> PayoutLine:
    own = filled_text(one, "id", PROVIDER)
    payment = (
        own if kind is PayoutLineKind.PAYMENT and "paymentId" not in one else filled_text(one, "paymentId", PROVIDER)
    )
    # What was settled is in the currency of the balance; where Mollie does not say it, the payment's own amount is that.
    settled = abs(
        money_of(one, "settlementAmount")
        if isinstance(one.get("settlementAmount"), Mapping)
        else money_of(one, "amount")
    )
    named = row(content["named"], PROVIDER).get(payment)
    return PayoutLine(
        kind=kind,
        reference=own,
        payment=payment,
        amount=settled if kind is PayoutLineKind.PAYMENT else -settled,
        on=day_of(one, "createdAt"),
        quoted=_quoted(row(named, PROVIDER), settled.currency) if isinstance(named, Mapping) else (),
    )


def named_by(payment: Row, number_in: Sequence[str]) -> Mapping[str, object]:
    """What of a payment may name an invoice or order: kept with the settlement."""
    metadata = payment.get("metadata")
    if isinstance(metadata, str | int) and not isinstance(metadata, bool):
        return {"metadata": metadata, "description": optional_text(payment, "description")}
    keys = (OURS, *number_in)
    wanted = {key: metadata[key] for key in keys if key in metadata} if isinstance(metadata, Mapping) else {}
    return {"metadata": wanted, "description": optional_text(payment, "description")}


def _quoted(named: Row, currency: str) -> tuple[Quoted, ...]:
    metadata = named.get("metadata")
    found: list[Quoted] = []
    for value in metadata.values() if isinstance(metadata, Mapping) else [metadata]:
        found += _numbers(value, currency)
    described = () if found else _NUMBER.findall(optional_text(named, "description"))
    return tuple(dict.fromkeys([*found, *(Quoted(number=one, amount=None) for one in described)]))


def _numbers(value: object, currency: str) -> Iterator[Quoted]:
    """A number, a list of them, or numbers with their amounts."""
    match value:
        case bool() | None:
            return
        case str() | int():
            yield Quoted(number=str(value).strip(), amount=None)
        case Mapping():
            for number, part in value.items():
                if isinstance(part, str | int) and not isinstance(part, bool):
                    yield Quoted(number=str(number).strip(), amount=Money.parse(str(part), currency))
        case list():
            for one in value:
                yield from _numbers(one, currency)


def _fee(settlement: Row, missing: Money) -> Money:
    """What was withheld: all costs of the settlement, when that is exactly what is missing; nothing where they are invoiced apart, or explain nothing."""
    exact = Decimal(0)
    periods = settlement.get("periods")
    # An empty list is how PHP writes that there are none.
    for years in row({} if periods == [] else periods, PROVIDER).values():
        for months in row(years, PROVIDER).values():
            for cost in rows(row(months, PROVIDER).get("costs", []), PROVIDER):
                gross = row(cost.get("amountGross"), PROVIDER)
                if text(gross, "currency", PROVIDER) != missing.currency:
                    raise ValueError("a cost is in another currency than the settlement")
                exact += Decimal(text(gross, "value", PROVIDER))
    cent = Decimal(1).scaleb(-minor_digits(missing.currency))
    withheld = Money.parse(f"{exact.quantize(cent, ROUND_HALF_UP):f}", missing.currency)
    return withheld if withheld == missing else Money.zero(missing.currency)


def money_of(of: Row, field: str) -> Money:
    """An amount with its currency. Raises ValueError for what cannot be, HumanActionNeeded for another shape."""
    value = row(of.get(field), f"{PROVIDER}: {field}")
    return amount(value, "value", text(value, "currency", PROVIDER), PROVIDER)


def day_of(of: Row, field: str) -> date:
    """The day of a moment. Raises HumanActionNeeded for what is none, and for one without its zone."""
    try:
        moment = datetime.fromisoformat(text(of, field, PROVIDER))
    except ValueError as error:
        raise HumanActionNeeded(f"{PROVIDER} writes {field} in a way that is not known here") from error
    if moment.tzinfo is None:
        raise HumanActionNeeded(f"{PROVIDER} writes {field} without its zone")
    return moment.astimezone(_ZONE).date()
