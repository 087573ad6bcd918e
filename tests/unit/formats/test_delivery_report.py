"""Delivery reports: notifications of mail servers and proofs of print services."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.delivery_report import read_notification, read_proof
from ledger.delivery_reports import DeliveryAction, DeliveryReport
from ledger.sources import Fault
from tests.unit.formats.notifications import document, notification


@pytest.mark.parametrize("whole", [True, False])
def test_a_mail_that_came_back(whole: bool) -> None:
    (report,) = read_notification(document(notification(whole=whole)))
    assert isinstance(report, DeliveryReport)
    assert (report.message_id, report.recipient) == ("0123abc@bench.example", "klant@example.be")
    assert (report.action, report.status, report.reported_on) == (DeliveryAction.FAILED, "5.1.1", date(2026, 7, 1))
    assert report.detail == "550 5.1.1 no such user"
    assert report.is_final_failure


def test_one_report_for_each_recipient() -> None:
    recipients = (
        ("a@b.example", "delayed", "4.4.7"),
        ("c@d.example", "Delivered", "2.0.0"),
        ("e@f.example", "failed", "4.4.7"),
    )
    found = [
        one
        for one in read_notification(document(notification(recipients=recipients)))
        if isinstance(one, DeliveryReport)
    ]
    assert [(one.recipient, one.action.value, one.is_final_failure) for one in found] == [
        ("a@b.example", "delayed", False),
        ("c@d.example", "delivered", False),
        ("e@f.example", "failed", True),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Subject: Re: Herinnering\n\nIk ben met vakantie.\n",
        b"Auto-Submitted: auto-replied\nContent-Type: text/plain\n\nout of office",
        b'Content-Type: multipart/report; report-type=disposition-notification; boundary="B"\n\n--B\n\nread\n--B--\n',
        b"\x00\xff\xfe",
    ],
)
def test_any_other_mail_says_nothing(content: bytes) -> None:
    assert list(read_notification(document(content))) == []


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"message/delivery-status", b"text/plain", "no delivery status"),
        (b"<0123abc@bench.example>", b"", "does not quote the Message-ID"),
        (b"Action: failed", b"Action: exploded", "'exploded' is no action"),
    ],
)
def test_a_notification_that_nobody_understands_is_a_fault(old: bytes, new: bytes, reason: str) -> None:
    (fault,) = read_notification(document(notification().replace(old, new)))
    assert isinstance(fault, Fault)
    assert reason in fault.reason


@given(st.binary(max_size=300), st.integers(0, 1200))
def test_no_bytes_break_the_reader(rubbish: bytes, at: int) -> None:
    content = notification()
    for one in read_notification(document(content[:at] + rubbish + content[at:])):
        assert isinstance(one, DeliveryReport | Fault)
    for one in read_proof(document(rubbish, "a.json")):
        assert isinstance(one, DeliveryReport | Fault)


def proof(**said: object) -> list[DeliveryReport | Fault]:
    content = json.dumps({"message_id": "0123abc@bench.example", "action": "relayed", **said}).encode()
    return list(read_proof(document(content, "k1.json")))


def test_a_registered_letter_was_posted_and_delivered() -> None:
    (posted,) = proof(on="2026-07-01", reference="3SABC123")
    assert isinstance(posted, DeliveryReport)
    assert (posted.action, posted.reference, posted.reported_on) == (
        DeliveryAction.RELAYED,
        "3SABC123",
        date(2026, 7, 1),
    )
    assert not posted.is_final_failure
    (returned,) = proof(action="failed", detail="moved")
    assert isinstance(returned, DeliveryReport)
    assert returned.is_final_failure


def test_a_scan_of_the_receipt_is_kept_and_says_nothing() -> None:
    assert list(read_proof(document(b"%PDF-", "k1-receipt.pdf"))) == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"message_id": ""}, "message_id is missing"),
        ({"action": "lost"}, "action is none of"),
        ({"on": "1-7-2026"}, "no date"),
        ({"detail": 3}, "detail is no text"),
    ],
)
def test_a_proof_that_is_none(said: dict[str, object], reason: str) -> None:
    (fault,) = proof(**said)
    assert isinstance(fault, Fault)
    assert reason in fault.reason


@pytest.mark.parametrize("content", [b"{", b"[]", b"null", b"\xff"])
def test_json_that_is_none(content: bytes) -> None:
    (fault,) = read_proof(document(content, "k1.json"))
    assert isinstance(fault, Fault)
