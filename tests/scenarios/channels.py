"""What left for the bank and for customers, read as their programs would read it."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import cache
from importlib.resources import files

from lxml import etree

from tests.scenarios.desk import Desk


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A message in the Maildir."""

    to: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Debited:
    """One transaction of a direct-debit file."""

    end_to_end_id: str
    amount: str
    iban: str
    mandate: str
    collect_on: str


def mails(desk: Desk) -> list[Mail]:
    """Every message that is in ``new``."""
    found: list[Mail] = []
    for name, content in desk.delivered("mail").items():
        if not name.startswith("new/"):
            continue
        message = message_from_bytes(content, policy=policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        found.append(
            Mail(
                to=str(message["To"]),
                subject=str(message["Subject"]),
                text=body.get_content().replace("\N{NO-BREAK SPACE}", " "),
            )
        )
    return found


def mails_to(desk: Desk, customer: str) -> list[Mail]:
    """The messages to a customer of a clerk, whose address begins with its id."""
    return [mail for mail in mails(desk) if mail.to.startswith(f"{customer.lower()}@")]


def debited(desk: Desk) -> list[Debited]:
    """Every transaction in the files for the bank; each file is valid by its schema, and its control sums are right."""
    found: list[Debited] = []
    for content in desk.delivered("to-bank").values():
        root = etree.fromstring(content)
        _schema().assertValid(root)
        transactions = root.findall(".//{*}DrctDbtTxInf")
        amounts = [one.findtext("{*}InstdAmt") or "" for one in transactions]
        assert root.findtext(".//{*}GrpHdr/{*}NbOfTxs") == str(len(transactions))
        assert _cents(root.findtext(".//{*}GrpHdr/{*}CtrlSum") or "") == sum(_cents(amount) for amount in amounts)
        found.extend(
            Debited(
                end_to_end_id=one.findtext(".//{*}EndToEndId") or "",
                amount=amount,
                iban=one.findtext("{*}DbtrAcct/{*}Id/{*}IBAN") or "",
                mandate=one.findtext(".//{*}MndtId") or "",
                collect_on=root.findtext(".//{*}ReqdColltnDt") or "",
            )
            for one, amount in zip(transactions, amounts, strict=True)
        )
    return found


def _cents(amount: str) -> int:
    return int(amount.replace(".", ""))


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(files("sepaxml").joinpath("schemas", "pain.008.001.08.xsd").read_bytes()))
