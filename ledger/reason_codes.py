"""Reason codes of direct debits that fail or come back, each with its meaning and what we do about it.

Source: ISO 20022 external code list (ExternalStatusReason1Code, ExternalReturnReason1Code) as the EPC's guidance on reason codes
(EPC173-14) uses it; the actions are this program's policy (docs: direct debit).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ReturnKind(StrEnum):
    """What came back, and when (EPC SEPA direct debit rulebook, R-transactions)."""

    #: Before settlement, by a bank or the clearing.
    REJECT = "reject"
    #: Before settlement, by the debtor.
    REFUSAL = "refusal"
    #: After settlement, by the debtor's bank (up to five TARGET days, B2B three).
    RETURN = "return"
    #: After settlement, by the debtor (eight weeks, without mandate thirteen months).
    REFUND = "refund"
    #: After settlement, by ourselves or our bank (up to five TARGET days).
    REVERSAL = "reversal"


class ReturnAction(StrEnum):
    """What happens next."""

    #: One new collection by itself, with a new pre-notification; never a second one by itself.
    RETRY_ONCE = "retry_once"
    #: Our data or file is wrong: mend it and present it again.
    FIX_OURS = "fix_ours"
    #: Ask the debtor for the right account; never again from the old one.
    ASK_ACCOUNT = "ask_account"
    #: The mandate is over for us; the customer pays by transfer and the reminder ladder takes over.
    STOP_MANDATE = "stop_mandate"
    #: No collecting of this document by itself; a person looks before anything is asked for.
    DISPUTE = "dispute"
    #: Neither debit nor reminder; a person decides.
    BLOCK_ALL = "block_all"
    #: Expected, nothing to do.
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCode:
    """One code: what it means, in which kinds of R-transaction it comes, what we do, and a remark for the person who looks."""

    code: str
    meaning: str
    kinds: frozenset[ReturnKind]
    action: ReturnAction
    remark: str = ""


_REJECT: Final = frozenset({ReturnKind.REJECT})
_RETURN: Final = frozenset({ReturnKind.RETURN})
_BOTH: Final = _REJECT | _RETURN
_FIX: Final = ReturnAction.FIX_OURS
_ASK: Final = ReturnAction.ASK_ACCOUNT
_STOP: Final = ReturnAction.STOP_MANDATE
_DISPUTE: Final = ReturnAction.DISPUTE
_BLOCK: Final = ReturnAction.BLOCK_ALL
_RETRY: Final = ReturnAction.RETRY_ONCE

_ROWS: Final[tuple[tuple[str, str, frozenset[ReturnKind], ReturnAction, str], ...]] = (
    ("AC01", "account number wrong or unknown", _BOTH, _ASK, "the new account goes out as an amendment of the mandate"),
    ("AC04", "account closed", _BOTH, _ASK, "never again from the old account"),
    ("AC06", "account blocked, or blocked for direct debits", _BOTH, _STOP, "with an e-mandate: the debtor withdrew it"),
    ("AC13", "the debtor's account is a consumer's (B2B only)", _BOTH, _STOP, "offer a Core mandate"),
    ("AG01", "direct debits are not allowed on this account", _BOTH, _ASK, "mostly a savings account"),
    ("AG02", "wrong transaction or sequence type", _BOTH, _FIX, "first after recurrent, or a one-off mandate used again"),
    ("AM01", "amount is zero", _REJECT, _FIX, ""),
    ("AM02", "amount above the allowed maximum", _REJECT, _FIX, ""),
    ("AM03", "currency not allowed", _REJECT, _FIX, ""),
    ("AM04", "not enough money on the account", _BOTH, _RETRY, "Belgian and German banks say MS03 instead"),
    ("AM05", "collected twice", _BOTH | {ReturnKind.REVERSAL}, _FIX, "look first whether the other one was paid"),
    ("AM07", "amount blocked by an authority", _BOTH, _BLOCK, ""),
    ("AM09", "wrong amount", _RETURN, _DISPUTE, ""),
    ("AM10", "control sum wrong", _REJECT, _FIX, ""),
    ("BE01", "name and account do not agree", _BOTH, _ASK, "rare"),
    ("BE04", "creditor's address missing", _REJECT, _FIX, ""),
    ("BE05", "creditor identifier wrong, or changed without an amendment", _BOTH, _FIX, ""),
    ("CNOR", "our bank is not registered under this BIC", _BOTH, _FIX, ""),
    ("DNOR", "the debtor's bank cannot be reached by direct debit", _BOTH, _STOP, "typical of B2B"),
    ("DT01", "invalid date", _REJECT, _FIX, ""),
    ("ED05", "settlement failed", _REJECT, _FIX, "present it unchanged on the next day"),
    ("FF01", "file format wrong", _REJECT, _FIX, "the whole file"),
    ("FF05", "wrong scheme (Core or B2B)", _BOTH, _FIX, ""),
    ("FOCR", "returned after a request for cancellation", _RETURN, ReturnAction.NONE, "expected"),
    ("MD01", "no valid mandate", _BOTH | {ReturnKind.REFUND}, _STOP, "B2B: the debtor did not register it at the bank"),
    ("MD02", "mandate data missing or wrong", _BOTH, _FIX, "compare date of signature, reference and creditor identifier"),
    ("MD06", "the debtor asked for the money back within eight weeks", frozenset({ReturnKind.REFUND}), _DISPUTE, ""),
    ("MD07", "debtor deceased", _BOTH, _BLOCK, ""),
    ("MS02", "refused by the debtor", _BOTH | {ReturnKind.REFUSAL}, _DISPUTE, ""),
    ("MS03", "the bank gives no reason", _BOTH, _RETRY, "often too little money; German banks hide AC04 and MD07 in it"),
    ("RC01", "BIC wrong", _BOTH, _FIX, "leave it out, or derive it from the account number"),
    ("RR01", "regulatory: debtor's account or identification missing", _BOTH, _BLOCK, ""),
    ("RR02", "regulatory: debtor's name or address missing", _BOTH, _FIX, "add the structured address"),
    ("RR03", "regulatory: creditor's name or address missing", _BOTH, _FIX, ""),
    ("RR04", "regulatory reason", _BOTH, _BLOCK, "never by itself"),
    ("SL01", "a service of the debtor's bank: block list, allow list or limit", _BOTH, _DISPUTE, "the debtor must change it"),
    ("TM01", "received after the cut-off time", _REJECT, _FIX, "new date, new pre-notification"),
)  # fmt: skip

#: Every code we have a rule for, by code.
REASON_CODES: Final[Mapping[str, ReasonCode]] = MappingProxyType(
    {
        code: ReasonCode(code=code, meaning=meaning, kinds=kinds, action=action, remark=remark)
        for code, meaning, kinds, action, remark in _ROWS
    }
)

#: Any code without a rule: never acted upon by itself.
UNKNOWN_REASON: Final = ReasonCode(
    code="UNKNOWN",
    meaning="a reason code we have no rule for",
    kinds=frozenset(ReturnKind),
    action=ReturnAction.DISPUTE,
    remark="show the code to a person",
)


def reason_of(code: str) -> ReasonCode:
    """The row of ``code``; for a code without one, the row for unknown codes under that code's own name."""
    known = REASON_CODES.get(code)
    return replace(UNKNOWN_REASON, code=code) if known is None else known
