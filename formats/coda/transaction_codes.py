"""What the eight digits of a CODA transaction code mean: type (1), family (2), operation (2), category (3).

Source: Febelfin, *Coded statement of account (CODA)*, version 2.6, enclosure II. The tables are data in our own words; an operation
from 40 to 48 or 90 to 98 and a category from 700 belong to each bank, and say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: Types whose amount moves the account's balance.
MOVING_TYPES: Final = frozenset("0123")
#: Types that are a part of the lump sum before them.
DETAIL_TYPES: Final = frozenset("5678")
#: A part of a part (of type 7): never to be added beside the part it belongs to.
NESTED_DETAIL_TYPE: Final = "9"

TYPES: Final[Mapping[str, str]] = {
    "0": "simple amount",
    "1": "lump sum made by the customer",
    "2": "lump sum made by the bank",
    "3": "simple amount with details",
    "5": "detail of a customer's lump sum",
    "6": "detail of a bank's lump sum",
    "7": "detail of a bank's lump sum, with details of its own",
    "8": "detail of a simple amount",
    "9": "detail of a detail",
}

FAMILIES: Final[Mapping[str, str]] = {
    "01": "domestic or SEPA credit transfer",
    "02": "instant credit transfer",
    "03": "cheque",
    "04": "card",
    "05": "direct debit",
    "07": "domestic commercial paper",
    "09": "counter",
    "11": "securities",
    "13": "credit",
    "30": "miscellaneous",
    "35": "closing",
    "41": "international credit transfer",
    "43": "foreign cheque",
    "47": "foreign commercial paper",
    "80": "separately charged costs",
}

_TRANSFERS: Final[Mapping[str, str]] = {
    "01": "single transfer ordered",
    "02": "single transfer begun by the bank",
    "03": "standing order",
    "05": "payment of wages",
    "07": "collective transfer",
    "13": "transfer from your account",
    "17": "financial centralisation",
    "50": "transfer received",
    "51": "transfer received, begun by the bank",
    "52": "payment received",
    "54": "transfer that could not be carried out",
    "64": "transfer to your account",
    "66": "financial centralisation",
}

#: Operations by family; what is common to all families stands in ``_EVERY_FAMILY``.
OPERATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "01": {
        **_TRANSFERS,
        "39": "circular cheque issued",
        "60": "circular cheque not presented",
        "62": "postal order not paid",
    },
    "02": _TRANSFERS,
    "03": {
        "01": "your cheque paid",
        "05": "voucher paid",
        "09": "voucher unpaid",
        "11": "department store cheque",
        "15": "bank cheque bought",
        "17": "certified cheque",
        "38": "provisionally unpaid",
        "52": "first credit of cheques or vouchers, under usual reserve",
        "58": "cheques or vouchers, after collection",
        "60": "voucher reversed",
        "62": "cheque reversed",
        "63": "second credit of an unpaid cheque",
        "66": "cheque handed in at your branch, under usual reserve",
    },
    "04": {
        "01": "GSM card loaded",
        "02": "card payment in the euro area",
        "03": "credit card settlement",
        "04": "cash withdrawn at a machine",
        "05": "Proton loaded",
        "06": "fuel card payment",
        "07": "payment by GSM",
        "08": "card payment outside the euro area",
        "09": "prepaid card loaded",
        "10": "prepaid card corrected",
        "50": "takings of a payment terminal",
        "51": "Proton unloaded",
        "52": "GSM cards loaded",
        "53": "cash deposited at a machine",
        "54": "prepaid card unloaded",
        "55": "takings of payments by GSM",
        "56": "prepaid card corrected",
        "68": "takings of Proton payments",
    },
    "05": {
        "01": "direct debit paid",
        "03": "direct debit unpaid",
        "05": "direct debit refunded",
        "50": "collection credited",
        "52": "collection credited under usual reserve",
        "54": "refund received",
        "56": "refund that could not be carried out",
        "58": "reversal",
    },
    "07": {
        "01": "commercial paper paid",
        "05": "commercial paper claimed back",
        "06": "maturity extended",
        "07": "commercial paper unpaid",
        "08": "paid in advance",
        "09": "agio on a supplier's bill",
        "39": "irregular bill returned",
        "50": "commercial paper, after collection",
        "52": "commercial paper, under usual reserve",
        "54": "commercial paper, for discount",
        "56": "supplier's bill with guarantee",
        "58": "supplier's bill without guarantee",
    },
    "09": {
        "01": "cash withdrawn",
        "05": "foreign notes bought",
        "07": "gold bought",
        "09": "petrol coupons bought",
        "13": "cash withdrawn by your branch",
        "17": "fiscal stamps bought",
        "19": "difference in payment",
        "25": "traveller's cheque bought",
        "50": "cash paid in",
        "52": "night safe",
        "58": "paid in by your branch",
        "60": "foreign notes sold",
        "62": "gold sold, under usual reserve",
        "68": "difference in payment",
        "70": "traveller's cheque sold",
    },
    "11": {
        "01": "securities bought",
        "02": "tender",
        "03": "subscription",
        "04": "issue",
        "05": "part payment of a subscription",
        "06": "share option exercised",
        "09": "securities settled",
        "11": "coupons payable",
        "13": "own issue bought back",
        "15": "interim interest on a subscription",
        "17": "management fee",
        "19": "regularisation costs",
        "50": "securities sold",
        "51": "tender",
        "52": "coupons, under usual reserve",
        "58": "securities repaid, under usual reserve",
        "62": "interim interest on a subscription",
        "64": "own issue",
        "66": "issue commission given back",
        "68": "missing coupon compensated",
        "70": "securities settled",
    },
    "13": {
        "01": "short-term loan",
        "02": "long-term loan",
        "05": "fixed advance settled",
        "07": "instalment repaid",
        "11": "mortgage repaid",
        "13": "bank acceptances settled",
        "15": "hire purchase repaid",
        "19": "documentary import credit",
        "21": "other credit",
        "50": "instalment credit paid out",
        "54": "fixed advance, capital and interest",
        "55": "fixed advance, interest",
        "56": "subsidy",
        "60": "mortgage paid out",
        "62": "term loan",
        "68": "documentary export credit",
        "70": "discount of bank acceptances",
    },
    "30": {
        "01": "foreign exchange bought, spot",
        "03": "foreign exchange bought, forward",
        "05": "term investment",
        "33": "value date corrected",
        "39": "undefined",
        "50": "foreign exchange sold, spot",
        "52": "foreign exchange sold, forward",
        "54": "term investment, capital and interest",
        "55": "term investment, interest",
        "83": "value date corrected",
        "89": "undefined",
    },
    "35": {"01": "closing", "50": "closing"},
    "41": {
        "01": "transfer ordered",
        "03": "standing order",
        "05": "payment of wages",
        "07": "collective transfer",
        "13": "transfer from your account",
        "17": "financial centralisation",
        "38": "costs of a transfer received",
        "50": "transfer received",
        "64": "transfer to your account",
        "66": "financial centralisation",
    },
    "43": {
        "01": "foreign cheque paid",
        "07": "foreign cheque unpaid",
        "15": "international bank cheque bought",
        "52": "foreign cheque, under usual reserve",
        "58": "foreign cheque, after collection",
        "62": "cheque reversed",
    },
    "47": {
        "01": "foreign bill paid",
        "05": "bill claimed back",
        "06": "maturity extended",
        "07": "foreign bill unpaid",
        "11": "documents paid abroad",
        "13": "foreign supplier's bills discounted",
        "14": "warrant fallen due",
        "50": "foreign bill, after collection",
        "52": "foreign bill, under usual reserve",
        "54": "discount abroad",
        "56": "foreign supplier's bill with guarantee",
        "58": "foreign supplier's bill without guarantee",
        "60": "documents abroad, under usual reserve",
        "62": "documents abroad, after collection",
        "64": "warrant",
    },
    "80": {
        "02": "electronic output",
        "04": "documentary cash credit held",
        "06": "damage to bills and cheques",
        "07": "insurance",
        "08": "registration compensation of a savings account",
        "09": "postage",
        "10": "smart card",
        "11": "correspondence kept",
        "12": "bank guarantee opened",
        "13": "safe rented",
        "14": "handling of an instalment credit",
        "15": "night safe",
        "16": "confirmation to an auditor",
        "17": "safe custody",
        "18": "trade information",
        "19": "special safe custody",
        "20": "certificate drawn up",
        "21": "pay packets",
        "22": "management and custody",
        "23": "research",
        "24": "interest refund system",
        "25": "direct debit box rented",
        "26": "travel insurance",
        "27": "subscription",
        "29": "information",
        "31": "service of a writ",
        "33": "miscellaneous fees",
        "35": "costs",
        "37": "access to a database",
        "39": "surety fee",
        "41": "research",
        "43": "forms printed",
        "45": "documentary credit",
        "47": "fees for transactions",
    },
}

_EVERY_FAMILY: Final[Mapping[str, str]] = {
    "37": "costs",
    "49": "cancellation or correction",
    "87": "costs reimbursed",
    "99": "cancellation or correction",
}

#: Operations that take back an earlier entry of the bank's own making.
CORRECTIONS: Final = frozenset({"49", "99"})

CATEGORIES: Final[Mapping[str, str]] = {
    "000": "net amount",
    "001": "interest received",
    "002": "interest paid",
    "003": "credit commission",
    "004": "postage",
    "005": "letterbox rented",
    "006": "various fees",
    "007": "access to a database",
    "008": "information",
    "009": "travelling expenses",
    "010": "service of a writ",
    "011": "VAT",
    "012": "exchange commission",
    "013": "payment commission",
    "014": "collection commission",
    "015": "correspondent's charges",
    "016": "negative interest",
    "017": "research",
    "018": "rental guarantee",
    "019": "tax on physical delivery",
    "020": "physical delivery",
    "021": "bank cheque drawn up",
    "022": "priority",
    "023": "exercise fee",
    "024": "growth premium",
    "025": "exchange charges, separate entry",
    "026": "handling commission",
    "027": "unpaid bills",
    "028": "fidelity premium",
    "029": "protest",
    "030": "account insurance",
    "031": "foreign cheque",
    "032": "circular cheque drawn up",
    "033": "foreign bill",
    "034": "reinvestment fee",
    "035": "foreign documentary bill",
    "036": "refused cheque",
    "037": "handling charges",
    "039": "telecommunications",
    "041": "credit card costs",
    "042": "payment card costs",
    "043": "insurance",
    "045": "handling",
    "047": "bill extended",
    "049": "stamp duty",
    "050": "term investment, capital",
    "051": "withholding tax",
    "053": "forms printed",
    "055": "loan repaid, capital",
    "057": "interest subsidy",
    "058": "capital premium",
    "059": "default interest",
    "061": "fees for transactions",
    "063": "rounding differences",
    "065": "interest payment advice",
    "066": "fixed advance repaid",
    "067": "fixed advance extended",
    "068": "countervalue of an entry",
    "069": "forward arbitrage, due from the customer",
    "070": "forward arbitrage, due from the bank",
    "071": "fixed advance made available",
    "072": "countervalue of a third party's commission",
    "073": "cash machine abroad",
    "074": "mailing",
    "100": "gross amount",
    "200": "documentary credit, all charges",
    "201": "advice commission",
    "202": "advising commission",
    "203": "confirmation fee",
    "204": "amendment fee",
    "205": "documentary payment commission",
    "206": "surety fee, payment under reserve",
    "207": "non-conformity fee",
    "208": "commitment fee, deferred payment",
    "209": "transfer commission",
    "210": "commitment fee",
    "211": "credit arrangement fee",
    "212": "warehousing fee",
    "213": "financing fee",
    "214": "issue commission",
    "400": "acceptance fee",
    "401": "visa charges",
    "402": "certification",
    "403": "minimum discount rate",
    "404": "discount commission",
    "405": "bill guarantee commission",
    "406": "collection charges",
    "407": "costs of article 45",
    "408": "cover commission",
    "409": "safe deposit",
    "410": "reclamation",
    "411": "fixed collection charge",
    "412": "advice of expiry",
    "413": "acceptance charges",
    "414": "regularisation",
    "415": "surety fee",
    "416": "deposit of security",
    "418": "endorsement commission",
    "419": "bank service fee",
    "420": "retention",
    "425": "foreign broker's commission",
    "426": "Belgian broker's commission",
    "427": "Belgian stock exchange tax",
    "428": "interest accrued",
    "429": "foreign stock exchange tax",
    "430": "foreign tax recovered",
    "431": "copy delivered",
    "435": "tax on physical securities",
    "436": "supplementary tax",
    "437": "speculation tax",
    "438": "securities account tax",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionCode:
    """A transaction code taken apart: the digits of each part and what they mean."""

    type: str
    family: str
    operation: str
    category: str
    type_meaning: str
    family_meaning: str
    operation_meaning: str
    category_meaning: str

    def sentence(self) -> str:
        """One line for people, such as ``direct debit: direct debit unpaid (net amount)``."""
        return f"{self.family_meaning}: {self.operation_meaning} ({self.category_meaning})"


def _operation(family: str, operation: str) -> str:
    meaning = OPERATIONS.get(family, {}).get(operation) or _EVERY_FAMILY.get(operation)
    if meaning is not None:
        return meaning
    if "40" <= operation <= "48" or "90" <= operation <= "98":
        return f"bank's own operation {operation}"
    return f"unknown operation {operation}"


def _category(category: str) -> str:
    meaning = CATEGORIES.get(category)
    if meaning is not None:
        return meaning
    return f"bank's own category {category}" if category >= "700" else f"unknown category {category}"


def meaning_of(code: str) -> TransactionCode:
    """Take a transaction code of eight digits apart; raises ValueError when it is not eight ASCII digits."""
    if len(code) != 8 or not (code.isascii() and code.isdigit()):
        raise ValueError(f"'{code}' is no CODA transaction code of eight digits")
    kind, family, operation, category = code[0], code[1:3], code[3:5], code[5:]
    return TransactionCode(
        type=kind,
        family=family,
        operation=operation,
        category=category,
        type_meaning=TYPES.get(kind, f"unknown type {kind}"),
        family_meaning=FAMILIES.get(family, f"unknown family {family}"),
        operation_meaning=_operation(family, operation),
        category_meaning=_category(category),
    )
