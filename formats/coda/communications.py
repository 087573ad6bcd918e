"""Structured communications of CODA: the types 100 to 127 of a movement and 001 to 011 of an information record.

Source: Febelfin, *Coded statement of account (CODA)*, version 2.6, enclosure III. Each type is a row of fields with a fixed width;
what a program acts on (a creditor reference, a mandate, a reason) is taken out by name, and everything is written out as one line for
people. Such a line is information only: a field that is not what the standard says is shown as it stands, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from typing import Final, assert_never

from ledger.values import maker, many

#: Digits of a Belgian structured communication (OGM/VCS).
OGM_LENGTH: Final = 12
#: Longest ISO 11649 creditor reference.
RF_LENGTH: Final = 25
#: Years from this one on belong to the twentieth century (CODA began in the eighties; dates have two digits of the year).
_CENTURY_PIVOT: Final = 80

RETURN_KINDS: Final[Mapping[str, str]] = {
    "1": "reject",
    "2": "return",
    "3": "refund",
    "4": "reversal",
    "5": "cancellation",
}
"""Type of R-transaction (record 22 position 113; communication type 127)."""


def day(text: str) -> date | None:
    """The date of ``DDMMYY``; None for ``000000`` and blanks (not known). Raises ValueError when it is no date."""
    if text in {"000000", "      "}:
        return None
    if len(text) != 6 or not (text.isascii() and text.isdigit()):
        raise ValueError(f"'{text}' is no date of the form DDMMYY")
    year = int(text[4:])
    return date(year + (1900 if year >= _CENTURY_PIVOT else 2000), int(text[2:4]), int(text[:2]))


class _Kind(Enum):
    TEXT = auto()
    DATE = auto()
    #: Twelve digits before the decimal point and three after it.
    AMOUNT = auto()
    #: Four digits before the decimal point and eight after it.
    RATE = auto()


_DECIMALS: Final = {_Kind.AMOUNT: 3, _Kind.RATE: 8}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    label: str
    width: int
    kind: _Kind = _Kind.TEXT
    codes: Mapping[str, str] = field(default_factory=dict)

    def show(self, raw: str) -> str:
        """What stands in the field, for people; empty when there is nothing."""
        text = " ".join(raw.split())
        if not text.strip("0 "):
            return self.codes.get(text, "")
        match self.kind:
            case _Kind.TEXT:
                return self.codes.get(text, text)
            case _Kind.DATE:
                try:
                    found = day(raw)
                except ValueError:
                    return text
                return text if found is None else found.isoformat()
            case _Kind.AMOUNT | _Kind.RATE:
                return _decimal(raw, _DECIMALS[self.kind])
            case _:
                assert_never(self.kind)


def _decimal(raw: str, decimals: int) -> str:
    if not (raw.isascii() and raw.isdigit()):
        return raw.strip()
    whole, fraction = raw[:-decimals].lstrip("0") or "0", raw[-decimals:].rstrip("0")
    return f"{whole}.{fraction.ljust(2, '0')}"


def _text(label: str, width: int) -> _Field:
    return _Field(label=label, width=width)


def _amount(label: str) -> _Field:
    return _Field(label=label, width=15, kind=_Kind.AMOUNT)


def _rate(label: str) -> _Field:
    return _Field(label=label, width=12, kind=_Kind.RATE)


def _date(label: str) -> _Field:
    return _Field(label=label, width=6, kind=_Kind.DATE)


def _code(label: str, width: int, codes: Mapping[str, str]) -> _Field:
    return _Field(label=label, width=width, codes=codes)


_CARD_SCHEME: Final = _code(
    "card scheme", 1, {"1": "Bancontact", "2": "Maestro", "3": "private", "5": "TINA", "9": "other"}
)
_CARD_TRANSACTION: Final = _code(
    "transaction",
    1,
    {
        "0": "cumulative",
        "1": "withdrawal",
        "2": "cumulative on network or Proton loaded",
        "3": "Proton balance reimbursed",
        "4": "purchase reversed",
        "5": "payment terminal",
        "7": "distribution",
        "8": "teledata",
        "9": "fuel",
    },
)
_TERMINAL: Final = (_text("terminal's name", 16), _text("terminal's place", 10))
_SECURITY: Final = (
    _text("order", 13),
    _text("bank's file", 15),
    _text("customer's reference", 13),
    _text("kind of security code", 2),
    _text("security code", 15),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunicationType:
    """One type of structured communication: what it is, and its fields in their order."""

    meaning: str
    fields: tuple[_Field, ...]


MOVEMENT_TYPES: Final[Mapping[str, CommunicationType]] = {
    "100": CommunicationType(meaning="creditor reference (ISO 11649)", fields=(_text("reference", RF_LENGTH),)),
    "101": CommunicationType(meaning="structured communication", fields=(_text("reference", OGM_LENGTH),)),
    "102": CommunicationType(
        meaning="structured communication, put together by the bank", fields=(_text("reference", OGM_LENGTH),)
    ),
    "103": CommunicationType(meaning="number of a cheque or card", fields=(_text("number", 12),)),
    "105": CommunicationType(
        meaning="original amount of the transaction",
        fields=(
            _amount("gross in the account's currency"),
            _amount("gross in the original currency"),
            _rate("rate"),
            _text("currency", 3),
            _text("structured communication", OGM_LENGTH),
            _text("principal's country", 2),
            _amount("in EUR"),
        ),
    ),
    "106": CommunicationType(
        meaning="method of calculation (VAT, withholding tax, commission)",
        fields=(
            _amount("in the account's currency"),
            _amount("calculated on"),
            _rate("percent"),
            _code("minimum", 1, {"1": "applies", "2": "does not apply", "0": ""}),
            _amount("in EUR"),
        ),
    ),
    "107": CommunicationType(
        meaning="direct debit DOM80",
        fields=(
            _text("direct debit number", 12),
            _date("central date"),
            _text("communication", 15),
            _text("communication, continued", 15),
            _code(
                "outcome",
                1,
                {
                    "0": "paid",
                    "1": "direct debit cancelled or unknown",
                    "2": "not specified",
                    "3": "debtor disagrees",
                    "4": "debtor's account",
                },
            ),
            _text("creditor's number", 11),
        ),
    ),
    "108": CommunicationType(
        meaning="closing",
        fields=(
            _amount("in the account's currency"),
            _text("calculation basis", 15),
            _rate("interest"),
            _date("from"),
            _date("to"),
        ),
    ),
    "111": CommunicationType(
        meaning="takings of a payment terminal, lump sum",
        fields=(
            _CARD_SCHEME,
            _text("terminal", 6),
            _text("period", 3),
            _text("first transaction", 6),
            _date("first date"),
            _text("last transaction", 6),
            _date("last date"),
            _CARD_TRANSACTION,
            *_TERMINAL,
        ),
    ),
    "113": CommunicationType(
        meaning="card payment or withdrawal",
        fields=(
            _text("card", 16),
            _CARD_SCHEME,
            _text("terminal", 6),
            _text("transaction number", 6),
            _date("date"),
            _text("hour", 4),
            _CARD_TRANSACTION,
            *_TERMINAL,
            _amount("original amount"),
            _rate("rate"),
            _text("currency", 3),
            _text("volume", 5),
            _text("product", 2),
            _text("unit price", 5),
        ),
    ),
    "114": CommunicationType(
        meaning="takings of a payment terminal, one transaction",
        fields=(
            _CARD_SCHEME,
            _text("terminal", 6),
            _text("period", 3),
            _text("transaction number", 6),
            _date("date"),
            _text("hour", 4),
            _CARD_TRANSACTION,
            *_TERMINAL,
            _text("reference", 16),
        ),
    ),
    "115": CommunicationType(
        meaning="cash deposited at a machine",
        fields=(
            _text("card", 16),
            _CARD_SCHEME,
            _text("terminal", 6),
            _text("transaction number", 6),
            _date("date"),
            _text("hour", 4),
            _text("validation", 6),
            _amount("amount given by the customer"),
            _text("conformity", 1),
            *_TERMINAL,
            _text("message", 12),
        ),
    ),
    "121": CommunicationType(
        meaning="commercial bill",
        fields=(
            _amount("amount"),
            _date("maturity"),
            _date("conventional maturity"),
            _date("issued"),
            _text("company", 11),
            _text("currency", 3),
            _text("blank", 3),
            _text("bill", 13),
            _rate("rate"),
        ),
    ),
    "122": CommunicationType(
        meaning="interest on bills",
        fields=(
            _text("days", 4),
            _rate("interest"),
            _amount("calculated on"),
            _code("minimum", 1, {"1": "applies", "2": "does not apply"}),
            _text("bill", 13),
            _date("maturity"),
        ),
    ),
    "123": CommunicationType(
        meaning="fees and commissions",
        fields=(
            _date("from"),
            _date("maturity"),
            _amount("calculated on"),
            _rate("percent"),
            _text("days", 4),
            _code("minimum", 1, {"1": "applies", "2": "does not apply"}),
            _text("guarantee", 13),
        ),
    ),
    "124": CommunicationType(
        meaning="credit card",
        fields=(
            _text("card", 20),
            _code(
                "issuer",
                1,
                {"1": "Mastercard", "2": "Visa", "3": "American Express", "4": "Diners Club", "9": "other"},
            ),
            _text("invoice", 12),
            _text("client", 15),
            _date("date"),
        ),
    ),
    "125": CommunicationType(
        meaning="credit",
        fields=(
            _text("credit account", 12),
            _text("extension", 15),
            _amount("old balance"),
            _amount("new balance"),
            _amount("amount"),
            _text("currency", 3),
            _date("from"),
            _date("to"),
            _rate("interest"),
            _text("reference", 13),
        ),
    ),
    "126": CommunicationType(
        meaning="term investment",
        fields=(
            _text("deposit", 15),
            _amount("amount"),
            _amount("in the account's currency"),
            _date("from"),
            _date("to"),
            _rate("interest rate"),
            _amount("interest"),
            _text("currency", 3),
            _rate("rate"),
        ),
    ),
    "127": CommunicationType(
        meaning="SEPA direct debit",
        fields=(
            _date("settlement"),
            _code(
                "kind", 1, {"0": "", "1": "recurrent", "2": "one-off", "3": "first of several", "4": "last of several"}
            ),
            _code("scheme", 1, {"0": "", "1": "CORE", "2": "B2B"}),
            _code(
                "outcome",
                1,
                {
                    "0": "paid",
                    "1": "technical problem",
                    "2": "reason not specified",
                    "3": "debtor disagrees",
                    "4": "debtor's account",
                },
            ),
            _text("creditor", 35),
            _text("mandate", 35),
            _text("communication", 62),
            _code("R-transaction", 1, {"0": "", **RETURN_KINDS}),
            _text("reason", 4),
        ),
    ),
}

_PARTY_LINES: Final = tuple(_text(f"line {number}", 35) for number in range(1, 5))

INFORMATION_TYPES: Final[Mapping[str, CommunicationType]] = {
    "001": CommunicationType(
        meaning="counterparty",
        fields=(_text("name", 70), _text("street", 35), _text("town", 35), _text("identification", 35)),
    ),
    "002": CommunicationType(meaning="from the bank", fields=_PARTY_LINES),
    "003": CommunicationType(meaning="registration of payments", fields=_PARTY_LINES),
    "004": CommunicationType(meaning="counterparty's bank", fields=_PARTY_LINES),
    "005": CommunicationType(meaning="correspondent", fields=_PARTY_LINES),
    "006": CommunicationType(
        meaning="detail of the amount",
        fields=(
            _text("description", 30),
            _text("currency", 3),
            _amount("amount"),
            _code("side", 1, {"0": "credit", "1": "debit"}),
            _text("category", 3),
        ),
    ),
    "007": CommunicationType(
        meaning="detail of the cash",
        fields=(_text("pieces", 7), _text("denomination (3 decimals)", 6), _amount("total")),
    ),
    "008": CommunicationType(meaning="ultimate creditor", fields=(_text("name", 70), _text("identification", 35))),
    "009": CommunicationType(meaning="ultimate debtor", fields=(_text("name", 70), _text("identification", 35))),
    "010": CommunicationType(
        meaning="securities bought or sold",
        fields=(
            *_SECURITY,
            _code("entered", 1, {"N": "nominal", "U": "per unit"}),
            _text("number (4 decimals)", 12),
            _text("currency of issue", 3),
            _text("securities per unit", 4),
            _text("currency of quotation", 3),
            _text("stock exchange rate (4 decimals)", 12),
            _rate("exchange rate"),
            _text("security", 40),
            _text("bordereau", 13),
            _text("coupon", 8),
            _text("coupon's payment day", 8),
            _text("market", 30),
            _text("traded on", 8),
            _text("nature", 24),
            _amount("nominal value"),
        ),
    ),
    "011": CommunicationType(
        meaning="coupons",
        fields=(
            *_SECURITY,
            _text("number (4 decimals)", 12),
            _text("security", 40),
            _text("currency of issue", 3),
            _text("coupon's amount (6 decimals)", 14),
            _code("type", 1, {"1": "dividend", "2": "interest"}),
            _amount("foreign tax"),
            _text("nature", 24),
            _text("coupon", 6),
            _date("date"),
            _rate("exchange rate"),
            _text("currency of payment", 3),
            _amount("nominal value"),
        ),
    ),
}


def parts(kind: CommunicationType, zone: str) -> dict[str, str]:
    """The fields of a zone by label, without those that are empty."""
    shown: dict[str, str] = {}
    start = 0
    for part in kind.fields:
        text = part.show(zone[start : start + part.width])
        if text:
            shown[part.label] = text
        start += part.width
    return shown


def sentence(kind: CommunicationType, shown: Mapping[str, str]) -> str:
    """One line for people: what it is, and its fields."""
    return (
        f"{kind.meaning}: " + ", ".join(f"{label} {text}" for label, text in shown.items()) if shown else kind.meaning
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectDebit:
    """What a structured communication says of a direct debit; ``return_reason`` is an ISO reason code, ``return_kind`` as in ``RETURN_KINDS``."""

    mandate_reference: str = ""
    creditor_id: str = ""
    return_reason: str = ""
    return_kind: str = ""


NO_DEBIT: Final = DirectDebit()


@many
@dataclass(frozen=True, slots=True, kw_only=True)
class Communication:
    """What a movement's structured communication says. ``unstructured``: words of the payer inside it; ``information``: the whole of it as
    a line for people (empty where the reference says all)."""

    unstructured: str = ""
    creditor_reference: str = ""
    information: str = ""
    debit: DirectDebit = NO_DEBIT


_communication: Final = maker(Communication)


def _is_ogm(text: str) -> bool:
    return len(text) == OGM_LENGTH and text.isascii() and text.isdigit() and text.strip("0") != ""


def _identifier(text: str) -> str:
    """A reference or number in a field of a fixed width; blanks and zeros mean that there is none."""
    return text.strip() if text.strip(" 0") else ""


def _direct_debit(zone: str, information: str) -> Communication:
    """Type 127: where the reason is blank but the payment was refused, the reason stays unknown."""
    return Communication(
        unstructured=" ".join(zone[79:141].split()),
        information=information,
        debit=DirectDebit(
            mandate_reference=_identifier(zone[44:79]),
            creditor_id=_identifier(zone[9:44]),
            return_reason=zone[142:146].strip(),
            return_kind=RETURN_KINDS.get(zone[141:142], ""),
        ),
    )


def _reference(code: str, zone: str) -> Communication:
    """Types 100 to 102, whose whole content is a reference; what is none stays text."""
    length = RF_LENGTH if code == "100" else OGM_LENGTH
    reference, rest = zone[:length], zone[length:].strip()
    if not reference.isalnum():
        reference = "".join(reference.split())
    reference = reference.upper()
    rest = " ".join(rest.split()) if rest else ""
    if _is_ogm(reference) if code != "100" else reference[:2] == "RF" and reference.isalnum():
        return _communication(creditor_reference=reference, unstructured=rest)
    return Communication(unstructured=" ".join(zone.split()))


def structured(code: str, zone: str) -> Communication:
    """A movement's structured communication of type ``code``; ``zone`` is what follows the type, over the records 21, 22 and 23.

    A reference that is not what its type promises is handed on as text, and a type that is not in the table too: nothing is lost.
    """
    if code in {"100", "101", "102"}:
        return _reference(code, zone)
    kind = MOVEMENT_TYPES.get(code)
    if kind is None:
        if not (code + zone).strip():
            return Communication()
        return Communication(
            unstructured=" ".join(zone.split()), information=f"structured communication of unknown type {code}"
        )
    shown = parts(kind, zone)
    line = sentence(kind, shown)
    match code:
        case "103":
            said = Communication(unstructured=shown.get("number", ""), information=line)
        case "105":
            reference = zone[45:57]
            said = Communication(creditor_reference=reference if _is_ogm(reference) else "", information=line)
        case "107":
            said = Communication(
                unstructured=" ".join(zone[18:48].split()),
                information=line,
                debit=DirectDebit(mandate_reference=_identifier(zone[:12]), creditor_id=_identifier(zone[49:60])),
            )
        case "115":
            said = Communication(unstructured=shown.get("message", ""), information=line)
        case "127":
            said = _direct_debit(zone, line)
        case _:
            said = Communication(information=line)
    return said


@dataclass(frozen=True, slots=True, kw_only=True)
class BankInformation:
    """What the information records (31, 32, 33) of a movement add. ``name``: the counterparty's, up to 70 characters; ``ultimate``: the
    party behind it (types 008 and 009); ``lines``: everything for people; ``unstructured``: the free ones among them."""

    name: str = ""
    ultimate: str = ""
    lines: tuple[str, ...] = ()
    unstructured: tuple[str, ...] = ()


def joined_lines(zones: list[str]) -> list[str]:
    """Free text of consecutive information records: a zone that is full to its last position goes on in the next one without a blank;
    one that ends in a blank ends its line."""
    lines: list[str] = []
    running = ""
    for zone in zones:
        running += zone
        if zone[-1:].isspace() or not zone:
            lines.append(running)
            running = ""
    lines.append(running)
    return [text for text in (" ".join(line.split()) for line in lines) if text]


def information(records: list[tuple[bool, list[str]]]) -> BankInformation:
    """Read information records: for each whether it is structured, and its zones of the records 31, 32 and 33."""
    items = [(is_structured, "".join(zones)) for is_structured, zones in records]
    name = ultimate = ""
    lines: list[str] = []
    for is_structured, zone in items:
        if not is_structured:
            continue
        kind = INFORMATION_TYPES.get(zone[:3])
        if kind is None:
            lines.append(f"information of unknown type {zone[:3]}: {' '.join(zone[3:].split())}")
            continue
        shown = parts(kind, zone[3:])
        if zone[:3] == "001":
            name = name or shown.get("name", "")
        if zone[:3] in {"008", "009"}:
            ultimate = ultimate or shown.get("name", "")
        if shown:
            lines.append(sentence(kind, shown))
    free = tuple(joined_lines([zone for is_structured, zone in items if not is_structured]))
    return BankInformation(name=name, ultimate=ultimate, lines=(*lines, *free), unstructured=free)
