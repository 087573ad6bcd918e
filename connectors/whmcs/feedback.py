"""What the bank paid, booked in WHMCS: AddInvoicePayment with our key as ``transid``, never twice and never without an amount.

WHMCS does not promise that a ``transid`` is taken once, so it is looked for before every payment. A payment of more than is open there would become the
client's credit and pay another invoice: it is refused and shown to a person. A payment that the bank took back is booked as money out, and the invoice set to
unpaid: WHMCS has no call that does both.
"""

from __future__ import annotations

from typing import Final

from connectors.json_rows import Row, amount, optional_text, text
from connectors.ports import Receipt
from connectors.whmcs.client import PORTAL, NotThere, WhmcsClient
from connectors.whmcs.read import CANCELLED, OURS, PAID
from connectors.whmcs.settings import WhmcsFeedbackSettings
from ledger.effects import Effect, Guarantee
from ledger.errors import ConflictingPayload, Refused
from ledger.portal_feedback import PortalFeedback, place_in, read_feedback

_INVOICES: Final = "invoices/"
_UNPAID: Final = "Unpaid"
_DATE_FORMATS: Final = {
    "DD/MM/YYYY": "%d/%m/%Y",
    "DD.MM.YYYY": "%d.%m.%Y",
    "DD-MM-YYYY": "%d-%m-%Y",
    "MM/DD/YYYY": "%m/%d/%Y",
    "YYYY/MM/DD": "%Y/%m/%d",
    "YYYY-MM-DD": "%Y-%m-%d",
}


class WhmcsFeedback:
    """A FeedbackSink."""

    guarantee = Guarantee.FINDABLE
    #: A slow installation may book minutes after nobody waits for its answer any more.
    settle_s = 600

    def __init__(self, client: WhmcsClient, settings: WhmcsFeedbackSettings, name: str) -> None:
        self.name = name
        self._client = client
        self._settings = settings

    def check(self) -> None:
        """Log in, and read the payment methods. Raises Refused when ours is none of them."""
        answer = self._client.read("GetPaymentMethods")
        if f"'{self._settings.gateway}'" not in str(answer):
            raise Refused(f"{PORTAL} has no payment method '{self._settings.gateway}'")

    def find(self, key: str) -> Receipt | None:
        """The receipt, when the transaction of this key stands there and what belongs to it was done."""
        invoice = _invoice_in(key)
        found = self._client.transactions(_transid(key)) if invoice else []
        if not found or (_goes_out(found[0]) and self._status(invoice) == PAID):
            return None
        return Receipt(key=key, reference=_transid(key))

    def send(self, effect: Effect) -> Receipt:
        """Book one word. Raises Refused where WHMCS stands otherwise than we do, and what ``WhmcsClient`` raises."""
        feedback = read_feedback(effect.payload)
        invoice, transid = _invoice_in(effect.key), _transid(effect.key)
        if not invoice or not feedback.amount:
            raise Refused(f"{feedback.document}: there is nothing to tell {PORTAL}")
        found = self._client.transactions(transid)
        if found:
            self._same(effect, feedback, found[0], invoice)
        elif feedback.amount.minor > 0:
            self._pay(feedback, invoice, transid)
        else:
            self._take_back(feedback, invoice, transid)
        if feedback.amount.minor < 0 and self._status(invoice) == PAID:
            self._client.change("UpdateInvoice", invoiceid=invoice, status=_UNPAID)
        return Receipt(key=effect.key, reference=transid)

    def _pay(self, feedback: PortalFeedback, invoice: str, transid: str) -> None:
        there = self._invoice(invoice)
        status, balance = text(there, "status", PORTAL), amount(there, "balance", feedback.amount.currency, PORTAL)
        if status == CANCELLED or feedback.amount > balance:
            raise Refused(
                f"invoice {invoice} is {status} in {PORTAL} with {balance} open, and {feedback.amount} came in for it"
            )
        self._client.change(
            "AddInvoicePayment",
            invoiceid=invoice,
            transid=transid,
            gateway=self._settings.gateway,
            date=f"{feedback.on.isoformat()} 12:00:00",
            amount=feedback.amount.decimal(),
            noemail="0" if self._settings.mail_customer else "1",
        )

    def _take_back(self, feedback: PortalFeedback, invoice: str, transid: str) -> None:
        there = self._invoice(invoice)
        self._client.change(
            "AddTransaction",
            paymentmethod=self._settings.gateway,
            userid=text(there, "userid", PORTAL),
            invoiceid=invoice,
            transid=transid,
            date=feedback.on.strftime(_DATE_FORMATS[self._settings.date_format]),
            description="Taken back by the bank",
            amountout=abs(feedback.amount).decimal(),
        )

    @staticmethod
    def _same(effect: Effect, feedback: PortalFeedback, found: Row, invoice: str) -> None:
        currency = feedback.amount.currency
        moved = amount(found, "amountin", currency, PORTAL) - amount(found, "amountout", currency, PORTAL)
        if moved != feedback.amount or text(found, "invoiceid", PORTAL) != invoice:
            raise ConflictingPayload(effect.key)

    def _invoice(self, invoice: str) -> Row:
        try:
            return self._client.read("GetInvoice", invoiceid=invoice)
        except NotThere as error:
            raise Refused(f"{PORTAL} has no invoice {invoice} any more") from error

    def _status(self, invoice: str) -> str:
        return text(self._invoice(invoice), "status", PORTAL)


def _transid(key: str) -> str:
    return OURS + key.partition("@")[0]


def _invoice_in(key: str) -> str:
    number = place_in(key).removeprefix(_INVOICES)
    return number if number.isascii() and number.isdigit() else ""


def _goes_out(transaction: Row) -> bool:
    """Whether a transaction of ours took something back."""
    return optional_text(transaction, "amountout").strip("0.") != ""
