"""Delivery status notifications as mail servers write them, of our own making (RFC 3464, appendix B, shows the form)."""

from __future__ import annotations

import hashlib
import io

from ledger.sources import RawDocument


def notification(
    *,
    message_id: str = "0123abc@bench.example",
    recipients: tuple[tuple[str, str, str], ...] = (("klant@example.be", "failed", "5.1.1"),),
    whole: bool = False,
) -> bytes:
    """A report about our message; ``recipients``: address, action and status; ``whole``: it quotes the message, not its headers only."""
    groups = "\n".join(
        f"Original-Recipient: rfc822;{address}\nFinal-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 {status} no such user\nLast-Attempt-Date: Wed, 1 Jul 2026 08:00:00 +0200\n"
        for address, action, status in recipients
    )
    original = f"From: debiteuren@bench.example\nSubject: Herinnering\nMessage-ID:\n <{message_id}>\n"
    quoted = (
        f"Content-Type: message/rfc822\n\n{original}\nGeachte heer,\n"
        if whole
        else f"Content-Type: text/rfc822-headers\n\n{original}\n"
    )
    return (
        "From: MAILER-DAEMON@mx.example\nTo: debiteuren@bench.example\nSubject: Undelivered Mail Returned to Sender\n"
        "Date: Wed, 1 Jul 2026 08:00:01 +0200\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        "--B\nContent-Type: text/plain\n\nI'm sorry.\n\n"
        f"--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{groups}\n"
        f"--B\n{quoted}\n--B--\n"
    ).encode()


def document(content: bytes, name: str = "new/1.eml") -> RawDocument:
    return RawDocument(
        system="reminders/delivery_reports/0",
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        open=lambda: io.BytesIO(content),
    )
