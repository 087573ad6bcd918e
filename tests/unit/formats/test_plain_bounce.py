"""Bounces in the forms of older mail servers, of our own making: read where it is certain what came back and from whom, else named for a person."""

from __future__ import annotations

import pytest

from formats.delivery_report import read_notification
from ledger.delivery_reports import DeliveryReport
from ledger.sources import Fault
from tests.unit.formats.notifications import document

ID = "0123456789abcdef0123456789abcdef@bench.example"
ORIGINAL = f"""\
Return-Path: <debiteuren@bench.example>
Date: Wed, 1 Jul 2026 12:00:00 +0000
From: debiteuren@bench.example
To: Jan Peeters <klant@example.be>
Cc: boekhouding@example.be
Subject: Herinnering
Message-ID:
 <{ID}>
MIME-Version: 1.0

Geachte heer,
"""
HEAD = "Date: Thu, 2 Jul 2026 08:00:01 +0200\nTo: debiteuren@bench.example\n"
QMAIL = f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.be
Subject: failure notice
{HEAD}
Hi. This is the qmail-send program at mx.example.be.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<klant@example.be>:
192.0.2.7 does not like recipient.
Remote host said: 550 no such user here (#5.1.1)
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

{ORIGINAL}"""
EXIM = f"""\
From: Mail Delivery System <Mailer-Daemon@mx.example.be>
X-Failed-Recipients: klant@example.be
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender
{HEAD}
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  klant@example.be
    mailbox is full: 552 5.2.2 over quota

------ This is a copy of the message, including all the headers. ------

{ORIGINAL}"""
EXCHANGE = f"""\
From: System Administrator <postmaster@example.be>
Subject: Undeliverable: Herinnering
{HEAD}MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="B"

--B
Content-Type: text/plain; charset="iso-8859-1"

Your message

  To:      klant@example.be
  Subject: Herinnering
  Sent:    Wed, 1 Jul 2026 12:00:00 +0000

did not reach the following recipient(s):

klant@example.be on Thu, 2 Jul 2026 08:00:00 +0200
    The recipient name is not recognized
    550 5.1.1 unknown

--B
Content-Type: message/rfc822

{ORIGINAL}
--B--
"""


def read(content: str) -> list[DeliveryReport | Fault]:
    return list(read_notification(document(content.encode())))


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (QMAIL, "5.1.1", "192.0.2.7 does not like recipient."),
        (EXIM, "5.2.2", "mailbox is full"),
        (EXCHANGE, "5.1.1", "on Thu, 2 Jul 2026"),
    ],
    ids=["qmail", "exim", "exchange"],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_came_back_and_from_whom(content: str, status: str, words: str, line_end: str) -> None:
    (report,) = read(content.replace("\n", line_end))
    assert isinstance(report, DeliveryReport)
    assert (report.message_id, report.recipient, report.status) == (ID, "klant@example.be", status)
    assert report.is_final_failure
    assert str(report.reported_on) == "2026-07-02"
    assert words in report.detail


def test_one_report_for_each_address() -> None:
    both = QMAIL.replace("\n--- Below", "\n<boekhouding@example.be>:\nno mailbox (#5.7.1)\n\n--- Below")
    found = [one for one in read(both) if isinstance(one, DeliveryReport)]
    assert [(one.recipient, one.status) for one in found] == [
        ("klant@example.be", "5.1.1"),
        ("boekhouding@example.be", "5.7.1"),
    ]


def test_an_answer_header_says_which_message_it_was_where_nothing_is_quoted() -> None:
    bare = EXIM.partition("------ This")[0].replace("Subject:", f"In-Reply-To: <{ID}>\nSubject:", 1)
    (report,) = read(bare)
    assert isinstance(report, DeliveryReport)
    assert (report.message_id, report.recipient) == (ID, "klant@example.be")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (QMAIL.replace(ID, "").replace("<>\n", "\n"), "no Message-ID of it"),
        (QMAIL.partition("--- Below")[0], "no Message-ID of it"),
        (EXIM.replace("X-Failed-Recipients: klant@", "X-Failed-Recipients: forwarded@"), "none of the addresses"),
        (QMAIL.replace("<klant@example.be>:\n", "somebody:\n"), "none of the addresses"),
        (QMAIL.replace("This is a permanent error; I've given up.", "I will try again."), "none of the addresses"),
        (EXCHANGE.replace("did not reach the following recipient(s):", "heeft niet bereikt:"), "none of the addresses"),
        (
            f"From: postmaster@example.be\nSubject: Onbestelbaar: Herinnering\n{HEAD}\nHelaas.\n",
            "no Message-ID of it",
        ),
        (
            EXIM.partition("------ This")[0].replace("Subject:", f"References: <{ID}> <other@a.example>\nSubject:", 1),
            "no Message-ID of it",
        ),
    ],
)
def test_what_is_not_certain_is_named_for_a_person(content: str, reason: str) -> None:
    (fault,) = read(content)
    assert isinstance(fault, Fault)
    assert reason in fault.reason
    assert not fault.whole_document, "it keeps nothing else back"


@pytest.mark.parametrize(
    "content",
    [
        f"From: klant@example.be\nSubject: Re: Herinnering\nIn-Reply-To: <{ID}>\n{HEAD}\nIk betaal morgen.\n",
        f"From: klant@example.be\nSubject: Undeliverable parcel\n{HEAD}\nHi. Where is my parcel?\n",
        f"From: klant@example.be\nSubject: FW: failure notice\n{HEAD}\nYour message did not reach the following recipient(s):\na@b.example\n",
        f"From: postmaster@example.be\nSubject: Welcome\n{HEAD}\nYour mailbox is ready.\n",
        f"From: MAILER-DAEMON@mx.example\nSubject: Re: Herinnering\nAuto-Submitted: auto-replied\n{HEAD}\nAfwezig.\n",
    ],
)
def test_what_people_write_is_no_bounce(content: str) -> None:
    assert read(content) == []
