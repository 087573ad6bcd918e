"""Two customers over three weeks: one is collected from, the other is reminded; nobody gets both."""

from __future__ import annotations

import warnings
from dataclasses import replace
from datetime import date, timedelta

from lxml import etree

from collect.debits import COLLECTION_STEPS, CollectionEvent, plan
from collect.freshness import AccountFreshness, Freshness
from collect.ladder import Ladders, Step
from collect.letterhead import Letterhead
from collect.messages import compose_pre_notification, compose_reminder
from collect.reminders import Channel, ReminderPolicy, Standing, due
from formats.pain008 import render
from ledger.mandates import Collection
from ledger.media import Medium
from ledger.messages import Message
from ledger.reminders import MessageKind, Reminder
from ledger.states import advance
from tests.unit.collect.debtors import POLICY, customer, eur, item, mandate

LETTERHEAD = Letterhead(
    name="Bench BV", sender="debiteuren@bench.example", iban="BE55734798953744", country="BE", language="nl"
)
STEP = Step(level=1, kind=MessageKind.REMINDER, days_after_due=7, minimum_days=14, pause_days=14, media=(Medium.EMAIL,))
LADDER = ReminderPolicy(
    country="BE",
    channels=(Channel(name="mail", medium=Medium.EMAIL),),
    ladders=Ladders(country="BE", steps=(STEP,)),
    minimum=eur("5.00"),
)


def test_three_weeks_at_the_desk() -> None:
    customers = {"C1": customer("C1", language="fr"), "C2": customer("C2")}
    items = [
        item("2026-1", "121.00", date(2026, 9, 7), customer_id="C1", reference="000000097097"),
        item("2026-2", "60.50", date(2026, 9, 7), customer_id="C2", reference="123456789002"),
    ]
    documents = {one.document.number: one.document for one in items}
    collections: dict[str, Collection] = {}
    reminders: list[Reminder] = []
    diary: list[tuple[date, str]] = []
    mails: list[Message] = []
    files: list[bytes] = []
    for as_of in [date(2026, 9, 7) + timedelta(days=offset) for offset in range(21) for _ in ("first", "again")]:
        planned = plan(
            POLICY,
            items,
            customers=customers,
            mandates=[mandate()],
            collections=collections.values(),
            as_of=as_of,
        )
        for notice in planned.notices:
            debtor = customers[notice.mandate.customer_id]
            mails.append(
                compose_pre_notification(
                    LETTERHEAD, debtor, POLICY.creditor_id, notice, documents=documents, as_of=as_of
                )
            )
            status = advance(COLLECTION_STEPS, notice.end_to_end_id, notice.status, CollectionEvent.NOTIFY)
            collections[notice.end_to_end_id] = replace(notice, status=status)
            diary.append((as_of, "notice"))
        for batch in planned.batches:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Testing an element's truth value", DeprecationWarning)
                files.append(render(batch))
            for one in batch.collections:
                status = advance(COLLECTION_STEPS, one.end_to_end_id, one.status, CollectionEvent.SEND)
                collections[one.end_to_end_id] = replace(one, status=status)
            diary.append((as_of, "file"))
        standing = Standing(
            freshness=Freshness(accounts=(AccountFreshness(account="BE55734798953744", closing_on=as_of),)),
            under_debit=planned.covered,
        )
        for found in due(LADDER, items, customers=customers, history=reminders, standing=standing, as_of=as_of):
            if isinstance(found, Reminder):
                reminders.append(found)
                mails.append(compose_reminder(LETTERHEAD, customers[found.customer_id], found, items, 3))
                diary.append((as_of, "reminder"))

    assert diary == [
        (date(2026, 9, 7), "notice"),
        (date(2026, 9, 10), "file"),
        (date(2026, 9, 14), "reminder"),
    ]
    assert [(mail.recipient, mail.language) for mail in mails] == [
        ("boekhouding@jansen.example", "fr"),
        ("boekhouding@jansen.example", "nl"),
    ]
    assert len({mail.message_id for mail in mails}) == len(mails)
    (file,) = files
    root = etree.fromstring(file)
    assert root.findtext(".//{*}ReqdColltnDt") == "2026-09-14"
    assert root.findtext(".//{*}Ref") == "000000097097"
    assert root.findtext(".//{*}GrpHdr/{*}CtrlSum") == "121.00"
    assert [one.documents for one in reminders] == [("2026-2",)]
