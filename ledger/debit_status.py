"""What a bank says of the payments and direct debits that were handed to it (ISO 20022 pain.002, payment status report)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ledger.money import Money
from ledger.party import Counterparty
from ledger.sources import SourceRef


class StatusLevel(StrEnum):
    """Of what a status speaks: everything in a message, one payment information block (a batch), or one transaction."""

    GROUP = "group"
    PAYMENT = "payment"
    TRANSACTION = "transaction"


class DebitOutcome(StrEnum):
    """What a status means for whoever waits for the money."""

    #: The bank has it and has said nothing yet, or goes on checking.
    PENDING = "pending"
    #: Checked and taken on; the money has not moved.
    ACCEPTED = "accepted"
    #: The money has moved; the statement shows it.
    SETTLED = "settled"
    #: Some of what is inside was taken, some was not: look one level deeper.
    PARTLY = "partly"
    #: Not executed, and never will be.
    REJECTED = "rejected"
    #: The answer of a verification of payee; it neither accepts nor rejects.
    VERIFIED = "verified"


#: Statuses of ISO 20022's external code lists ExternalPaymentGroupStatus1Code and ExternalPaymentTransactionStatus1Code, and those of
#: the verification of payee (EPC, since pain.002.001.10: completed, no match, close match or mismatches, not applicable).
OUTCOMES: Final = MappingProxyType({
    "RCVD": DebitOutcome.PENDING, "PDNG": DebitOutcome.PENDING, "PATC": DebitOutcome.PENDING, "ACCO": DebitOutcome.PENDING,
    "ACTC": DebitOutcome.ACCEPTED, "ACCP": DebitOutcome.ACCEPTED, "ACFC": DebitOutcome.ACCEPTED, "ACSP": DebitOutcome.ACCEPTED,
    "ACWC": DebitOutcome.ACCEPTED, "ACWP": DebitOutcome.ACCEPTED, "ACFW": DebitOutcome.ACCEPTED, "PRES": DebitOutcome.ACCEPTED,
    "ACSC": DebitOutcome.SETTLED, "ACCC": DebitOutcome.SETTLED,
    "PART": DebitOutcome.PARTLY, "PRTL": DebitOutcome.PARTLY,
    "RJCT": DebitOutcome.REJECTED, "CANC": DebitOutcome.REJECTED, "BLCK": DebitOutcome.REJECTED,
    "RCVC": DebitOutcome.VERIFIED, "RVNM": DebitOutcome.VERIFIED, "RVMC": DebitOutcome.VERIFIED, "RVCM": DebitOutcome.VERIFIED,
    "RVNA": DebitOutcome.VERIFIED,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReason:
    """One reason: ``code`` of ISO 20022 (from wherever the bank put it) or the bank's own, empty where it gives words only; ``text``: the
    words, for people."""

    code: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitStatus:
    """One status of one message, payment information block or transaction.

    ``status``: the code as the bank wrote it; ``outcome``: what it means. ``report_id`` and ``reported_on``: MsgId and day of the report.
    ``message_id``: OrgnlMsgId, of the file that was handed over; ``message_name``: its kind as ``pain.008.001.02`` (the version where the
    bank gives it), else as the bank wrote it; ``direct_debit``: True for pain.008, False for pain.001, None where the name says neither.
    ``payment_information_id``, ``end_to_end_id``, ``instruction_id``: of the original, empty above their level. ``amount``, ``collect_on``,
    ``mandate_reference``, ``counterparty``: of the original transaction, where the bank repeats them. ``count``: how many transactions the
    original has, where it is said. ``bank_reference``: AcctSvcrRef, else StsId. ``format``: as ``pain.002.001.10``.
    """

    level: StatusLevel
    status: str
    outcome: DebitOutcome
    report_id: str
    reported_on: date | None
    message_id: str
    message_name: str
    direct_debit: bool | None
    source: SourceRef
    format: str
    payment_information_id: str = ""
    end_to_end_id: str = ""
    instruction_id: str = ""
    reasons: tuple[StatusReason, ...] = ()
    amount: Money | None = None
    collect_on: date | None = None
    mandate_reference: str = ""
    counterparty: Counterparty = Counterparty()  # noqa: RUF009 - frozen
    count: int | None = None
    bank_reference: str = ""
