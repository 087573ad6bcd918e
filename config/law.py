"""What a tenant says about the law: what it agreed with its customers, what it is itself, and what it knows better than the program's tables."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from config.settings import Settings
from ledger.money import Money

#: The law's own currency.
_EURO: Final = "EUR"
_PERCENT: Final = re.compile(r"\d{1,3}(\.\d{1,2})?\Z", re.ASCII)
_BASIS_POINTS: Final = 100
#: A year's interest or a clause above it is a slip of the finger.
MAX_PERCENT: Final = 50

_NUMBER_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}]
}


def _percent(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or _PERCENT.match(value.strip()) is None:
        raise ValueError("must be a percentage with at most two decimals, such as 10.50")
    points = int(Decimal(value.strip()) * _BASIS_POINTS)
    if points > MAX_PERCENT * _BASIS_POINTS:
        raise ValueError(f"is more than {MAX_PERCENT} %")
    return points


def _euros(value: object) -> Money:
    if isinstance(value, Money):
        return value
    if not isinstance(value, str):
        raise ValueError("must be an amount in euro, such as 7.50")
    amount = Money.parse(value, _EURO)
    if amount < Money.zero(_EURO):
        raise ValueError(f"'{value}' is below zero")
    return amount


#: A percentage, as whole basis points (10.5 is 1050).
Percent = Annotated[int, PlainValidator(_percent), WithJsonSchema(_NUMBER_SCHEMA)]
#: An amount in euro whatever the tenant's currency: laws name euros.
Euros = Annotated[Money, PlainValidator(_euros), WithJsonSchema(_NUMBER_SCHEMA)]


class PenaltyClause(Settings):
    """The penalty clause of your terms. With Belgian consumers it is void altogether when it asks for more than the law allows."""

    legal_scale: bool = Field(
        default=False,
        description="Your terms repeat the caps of Book XIX, article XIX.4, for consumers: those are asked of them. What stands beside it is for businesses.",
    )
    percent: Percent | None = Field(default=None, description="Percentage of what is open.")
    minimum: Euros | None = Field(default=None, description="At least this, in euro.")
    maximum: Euros | None = Field(default=None, description="At most this, in euro.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.legal_scale and self.percent is None and self.minimum is None:
            raise ValueError("needs legal_scale, percent or minimum")
        if self.minimum is not None and self.maximum is not None and self.maximum < self.minimum:
            raise ValueError("maximum is less than minimum")
        return self


class LawSettings(Settings):
    """What the program cannot know of the law that applies. Read docs/law.md, and have a lawyer check it, before costs or interest are asked."""

    penalty: PenaltyClause | None = Field(
        default=None, description="The penalty clause that customers agreed to (Belgium)."
    )
    business_interest_percent: Percent | None = Field(
        default=None, description="Interest a year agreed with businesses; by default the legal one."
    )
    consumer_interest_percent: Percent | None = Field(
        default=None,
        description="Interest a year agreed with consumers, within the law's cap; by default the legal one.",
    )
    due_date_agreed: bool | None = Field(
        default=None,
        description="The due date is a fixed date that the customer agreed to, so that default begins by itself. By default: with businesses yes, with consumers no.",
    )
    default_notice_on_invoice: bool = Field(
        default=False,
        description="Invoices to consumers point out that default comes 30 days after them (Germany, § 286 Abs. 3 BGB).",
    )
    vat_not_deductible_percent: Percent = Field(
        default=0,
        description="Percentage of VAT on collection costs that you cannot deduct and therefore ask for too (Netherlands; 21 for most exempt businesses).",
    )
    small_company: bool = Field(
        default=False,
        description="You are a small company in the sense of Book XIX (not more than one of the thresholds for staff, turnover and balance sheet exceeded): interest counts from the day after the first reminder.",
    )
    instalments: bool = Field(
        default=True,
        description="Several invoices of one consumer are instalments of one agreement, whose costs are capped (Netherlands). `false` when they are separate agreements.",
    )
    instalment_cap: Euros | None = Field(
        default=None,
        description="In place of the cap of 140 euro in six months, which is not verified (Netherlands, Stb. 2024, 44).",
    )
    postage: Euros | None = Field(
        default=None, description="Postage of a reminder, which may be asked on top of its costs (Belgium, consumers)."
    )
    outlay_maximum: Euros | None = Field(
        default=None,
        description="In place of the most that one reminder may ask for its own costs by the program's table (Belgium, Germany).",
    )
    rates_file: Path | None = Field(
        default=None,
        description="A CSV of your own rates, `series,valid_from,valid_to,percent`: they come in place of the program's, or after its last known half-year.",
    )
