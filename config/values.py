"""The kinds of value that stand in a tenant file: what is accepted, and what it becomes."""

from __future__ import annotations

import re
from email.utils import parseaddr
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, PlainValidator, StringConstraints, ValidationInfo, WithJsonSchema
from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.eu import at_02, vat
from stdnum.exceptions import ValidationError as StdnumError

from config.countries import LANGUAGES, is_country, is_currency
from config.faults import not_one_of
from config.schedule import CronSchedule, IntervalSchedule, Schedule, cron, every
from config.settings import currency_of
from ledger.money import Money, minor_digits

MAX_NAME: Final = 63
#: The widest pause that any rule of a tenant file may ask for.
MAX_DAYS: Final = 3650
#: The biggest document or archive entry, so that a slip of the finger does not fill a disk: 1 TiB.
MAX_MIB: Final = 1024 * 1024

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z", re.ASCII)
_MAILBOX: Final = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+\Z")
#: Payments to us in full differ by less than this from what was due (contract.md, "Defaults without a word").
DEFAULT_WRITE_OFF: Final = "0.05"


def _tenant_name(text: str) -> str:
    if _NAME.match(text) is None:
        raise ValueError(f"'{text}' may only hold letters, digits, - and _, and starts with a letter or digit")
    if len(text) > MAX_NAME:
        raise ValueError(f"is longer than {MAX_NAME} characters")
    return text


def _country(text: str) -> str:
    if not is_country(text):
        raise ValueError(f"'{text}' is no ISO 3166-1 code of two capitals, such as BE")
    return text


def _currency(text: str) -> str:
    if not is_currency(text):
        raise ValueError(f"'{text}' is no ISO 4217 code of three capitals, such as EUR")
    return text


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise ValueError(not_one_of(text, LANGUAGES))
    return text


def _iban(text: str) -> str:
    # Check digits, length and shape (ISO 13616). Not the countries' own check digits: banks issue accounts against them.
    try:
        return str(IBAN(text))
    except SchwiftyException as error:
        raise ValueError(f"'{text}' is no IBAN: {error}") from None


def _bic(text: str) -> str:
    try:
        return str(BIC(text))
    except SchwiftyException as error:
        raise ValueError(f"'{text}' is no BIC: {error}") from None


def _creditor_id(text: str) -> str:
    # EPC262-08: ISO 7064 mod 97-10 over country and national part, without the business code.
    try:
        return str(at_02.validate(text))
    except StdnumError:
        raise ValueError(f"'{text}' is no SEPA creditor identifier: its check digits or form are wrong") from None


def _vat_number(text: str) -> str:
    try:
        return str(vat.validate(text))
    except StdnumError:
        raise ValueError(
            f"'{text}' is no VAT number of the EU; write it with its country, such as BE0123456749"
        ) from None


def _mailbox(text: str) -> str:
    _, address = parseaddr(text)
    if _MAILBOX.match(address) is None or "\n" in text or "\r" in text:
        raise ValueError(f"'{text}' is no mail address")
    return text


def _limit(value: object, info: ValidationInfo) -> Money:
    currency = currency_of(info)
    if isinstance(value, Money):
        return value
    if not isinstance(value, str):
        raise ValueError("must be an amount, such as 0.05")
    if value == DEFAULT_WRITE_OFF and minor_digits(currency) < 2:
        # Five hundredths of a yen are no yen.
        return Money.zero(currency)
    amount = Money.parse(value, currency)
    if amount < Money.zero(currency):
        raise ValueError(f"'{value}' is below zero")
    return amount


def _share(value: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    text = value if isinstance(value, str) else ""
    if re.fullmatch(r"[01](\.[0-9]{1,9})?", text) is None:
        raise ValueError("give a share from 0 to 1 with a decimal point, such as 0.001")
    share = Fraction(text)
    if share > 1:
        raise ValueError(f"{text} is more than 1")
    return share


def _schedule(value: object) -> Schedule:
    match value:
        case CronSchedule() | IntervalSchedule():
            return value
        case str():
            return cron(value)
        case {"every": str(text), **others} if not others:
            return every(text)
        case _:
            raise ValueError("must be a crontab line such as 30 6 * * *, or {every: 15m}")


def as_written(default: object) -> Any:
    """A default in the words of a tenant file, which is read as if it stood there (in the tenant's currency, say)."""
    return default


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
TenantName = Annotated[
    str,
    AfterValidator(_tenant_name),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]*$", "maxLength": MAX_NAME}),
]
Country = Annotated[str, AfterValidator(_country), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$"})]
Currency = Annotated[str, AfterValidator(_currency), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$"})]
Language = Annotated[str, AfterValidator(_language), WithJsonSchema({"type": "string", "enum": list(LANGUAGES)})]
#: Without spaces, capitals.
Iban = Annotated[str, AfterValidator(_iban)]
Bic = Annotated[str, AfterValidator(_bic)]
CreditorId = Annotated[str, AfterValidator(_creditor_id)]
VatNumber = Annotated[str, AfterValidator(_vat_number)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
Postcode = Annotated[Text, WithJsonSchema({"type": ["string", "integer"]})]
Days = Annotated[int, Field(ge=0, le=MAX_DAYS)]
#: Days after a day that must be over first.
DaysAfter = Annotated[int, Field(ge=1, le=MAX_DAYS)]
Mebibytes = Annotated[int, Field(ge=1, le=MAX_MIB)]

_AMOUNT_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": r"^\+?[0-9]+(\.[0-9]+)?$"}]
}
#: An amount of the tenant's currency, not negative.
AmountLimit = Annotated[Money, PlainValidator(_limit), WithJsonSchema(_AMOUNT_SCHEMA)]

#: A share from 0 to 1, exact.
Share = Annotated[
    Fraction,
    PlainValidator(_share),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 1},
                {"type": "string", "pattern": r"^[01](\.[0-9]{1,9})?$"},
            ]
        }
    ),
]

_SCHEDULE_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "string", "pattern": r"^\s*(\S+\s+){4}\S+\s*$"},
        {
            "type": "object",
            "properties": {"every": {"type": "string", "pattern": r"^[1-9][0-9]{0,3}\s*[mh]$"}},
            "required": ["every"],
            "additionalProperties": False,
        },
    ]
}
When = Annotated[Schedule, PlainValidator(_schedule), WithJsonSchema(_SCHEDULE_SCHEMA)]
