"""Handing cases over, and telling whoever has them what came in afterwards, in the same cycle."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

import structlog

from collect.dossier import case_words, change_facts, change_sentence
from collect.hand_overs import Bar, Change, HandOverPolicy, Receiver, as_told, bar, changes
from collect.hand_overs import Case as AgencyCase
from collect.law.rules import governing_country
from collect.owed import credit_of
from collect.reminders import Held, HoldReason
from config.collections import HandOver, Release
from daemon.bookkeeping import PROGRAM
from daemon.dossiers import dossier_of
from daemon.policies import letterhead
from daemon.program_log import log
from daemon.reminder_case import Case
from daemon.tenant import Tenant
from formats.dossier import MOST_BYTES
from ledger.documents import OpenItem
from ledger.effects import Effect, EffectKind, EffectState, Payload, key_of
from ledger.errors import ConfigError, Refused
from ledger.hand_over import Balance, HandOverAct, HandOverEvent
from ledger.messages import Attachment, Message, further_id, message_payload
from ledger.money import Money
from ledger.reminders import MessageKind, Reminder
from store.reminders import ReminderRow
from store.store import Transaction

_BARS: Final = {Bar.NOT_REGISTERED: HoldReason.NOT_REGISTERED, Bar.RELEASE: HoldReason.NOT_RELEASED}
_CASE_DIGITS: Final = 10
_UNSURE: Final = re.compile(r"[^A-Za-z0-9-]+")


def policy_of(settings: HandOver) -> HandOverPolicy:
    """Who takes over, and whether a person lets each case go."""
    return HandOverPolicy(
        receiver=Receiver(settings.receiver.value),
        name=settings.name,
        register_number=settings.register_number or "",
        release=settings.approval is Release.REQUIRED,
    )


def hand_over(
    tenant: Tenant, t: Transaction, settings: HandOver, case: Case, reminder: Reminder, items: Sequence[OpenItem]
) -> Held | None:
    """Queue a case that is due; held back where something bars it, or it cannot be put together."""
    customer = case.view.customers[reminder.customer_id]
    held = barred(t, settings, case, reminder)
    if held is not None:
        return held
    message_id = key_of("hand_over", reminder.customer_id, reminder.as_of.isoformat(), *reminder.documents)
    if message_id in {row.message_id for row in case.view.reminders}:
        return None
    case_id = f"{_plain(reminder.customer_id)}-{message_id[:_CASE_DIGITS]}"
    try:
        parts = dossier_of(tenant, t, settings, case, reminder, items, case_id, _most_bytes(tenant, settings))
    except (ValueError, LookupError, ConfigError, Refused) as error:
        structlog.get_logger().warning(
            "case not put together", customer=reminder.customer_id, error=type(error).__name__
        )
        return _held(reminder, HoldReason.NOT_COMPOSED, str(error))
    name = f"{reminder.as_of.isoformat()}-{case_id}"
    words = case_words("subject", tenant.language, case=case_id, name=customer.name)
    for number, content in enumerate(parts, start=1):
        which = case_words("page", tenant.language, page=str(number), pages=str(len(parts)))
        one = len(parts) == 1
        _queue(
            tenant,
            t,
            settings,
            case,
            subject=message_id if number == 1 else further_id(message_id, number),
            name=f"{name}.zip" if one else f"{name}-{number}-of-{len(parts)}.zip",
            content=content,
            title=words if one else f"{words} ({which})",
            text=words if one else f"{words} ({which})",
        )
    t.reminders.add([ReminderRow(reminder=reminder, message_id=message_id, status="queued")])
    t.hand_over_acts.add(
        HandOverAct(
            event=HandOverEvent.HANDED_OVER,
            case=message_id,
            customer_id=reminder.customer_id,
            balances=tuple(Balance(document=item.document.number, open=item.open) for item in items),
            by=PROGRAM,
            on=reminder.as_of,
        )
    )
    values = {
        "customer": reminder.customer_id,
        "level": str(reminder.level),
        "amount": str(reminder.amount_due),
        "documents": ", ".join(reminder.documents),
    }
    log(tenant, t, reminder.as_of, reminder.customer_id, reminder.kind.value, values)
    return None


def barred(t: Transaction, settings: HandOver, case: Case, reminder: Reminder) -> Held | None:
    """What keeps a case that is due from going: the law wants a registered agency, a person must release it, or its mail came back."""
    customer = case.view.customers[reminder.customer_id]
    found = bar(
        policy_of(settings),
        customer_id=customer.customer_id,
        country=governing_country(case.policy.country, customer.address.country, customer.type),
        audience=customer.type,
        documents=reminder.documents,
        acts=t.hand_over_acts.of_customer(customer.customer_id),
    )
    if found is not None:
        return _held(reminder, _BARS[found], settings.name)
    if settings.mail_to is not None and settings.mail_to in set(_came_back(t, case, reminder.customer_id)):
        return _held(reminder, HoldReason.NO_ADDRESS, f"a case for {settings.mail_to} came back")
    return None


def _most_bytes(tenant: Tenant, settings: HandOver) -> int:
    """What one file of a case may have: less where it goes by mail."""
    reminders = tenant.config.reminders
    if settings.channel is not None or reminders is None:
        return MOST_BYTES
    return min(MOST_BYTES, letterhead(tenant.config, reminders).most_attached)


def _came_back(t: Transaction, case: Case, customer_id: str) -> Iterator[str]:
    """Addresses from which a customer's case came back: it is not sent there every day."""
    for row in case.view.reminders:
        sent = row.reminder
        if row.status == "bounced" and sent.kind is MessageKind.HAND_OVER and sent.customer_id == customer_id:
            yield from (str(effect.payload.get("recipient", "")) for effect in t.outbox.of_subject(row.message_id))


def tell_changes(tenant: Tenant, t: Transaction, settings: HandOver, case: Case) -> None:
    """Recall or reduce what was paid or credited since the agency heard of it last; nothing where nothing changed."""
    cases = at_the_agency(t)
    if not cases:
        return
    open_now = {item.document.number: item.open for item in case.view.items}
    credit = credit_of(case.view.items, case.standing)
    currencies = {one.customer_id: one.credit.currency for one in cases}
    available = {
        customer: amounts[currencies[customer]]
        for customer, amounts in credit.items()
        if customer in currencies and currencies[customer] in amounts
    }
    acts = [act for act in t.hand_over_acts.all() if act.case]
    for change in changes(cases, open_now, available):
        number = len([act for act in acts if act.case == change.case.case])
        _tell(tenant, t, settings, case, change, number)


def at_the_agency(t: Transaction) -> list[AgencyCase]:
    """The cases that left, or may have left, by the last word that the agency had of each."""
    acts = [act for act in t.hand_over_acts.all() if act.case]
    made = [act for act in acts if act.event is HandOverEvent.HANDED_OVER]
    states = t.outbox.states_of([act.case for act in made])
    back = {row.message_id for row in t.reminders.of_messages([act.case for act in made]) if row.status == "bounced"}
    gone = (EffectState.QUEUED, EffectState.CANCELLED)
    cases = [
        AgencyCase(
            case=act.case,
            customer_id=act.customer_id,
            balances=act.balances,
            credit=Money.zero(act.balances[0].open.currency),
        )
        for act in made
        if act.balances and states.get(act.case) not in gone and act.case not in back
    ]
    return as_told(cases, [act for act in acts if act.event is not HandOverEvent.HANDED_OVER])


def _tell(tenant: Tenant, t: Transaction, settings: HandOver, case: Case, change: Change, number: int) -> None:
    as_of = case.view.as_of
    about = change.case
    customer = case.view.customers.get(about.customer_id)
    name = about.customer_id if customer is None else customer.name
    case_id = f"{_plain(about.customer_id)}-{about.case[:_CASE_DIGITS]}"
    named = Change(
        event=change.event,
        case=AgencyCase(case=case_id, customer_id=about.customer_id, balances=about.balances, credit=about.credit),
        before=change.before,
        now=change.now,
    )
    facts = change_facts(named, as_of=as_of, creditor=tenant.config.legal.name, name=name)
    sentence = change_sentence(named, name, tenant.language, tenant.config.legal.country)
    content = json.dumps({**facts, "text": sentence}, indent=2, sort_keys=True, ensure_ascii=False).encode()
    _queue(
        tenant,
        t,
        settings,
        case,
        subject=key_of("case change", about.case, str(number)),
        name=f"{as_of.isoformat()}-{case_id}-{change.event.value}-{number}.json",
        content=content,
        title=case_words("change_subject", tenant.language, case=case_id),
        text=sentence,
    )
    t.hand_over_acts.add(
        HandOverAct(
            event=change.event,
            case=about.case,
            customer_id=about.customer_id,
            balances=about.balances,
            by=PROGRAM,
            on=as_of,
            credit=about.credit,
        )
    )
    values = {
        "case": case_id,
        "customer": about.customer_id,
        "before": str(change.before),
        "now": str(change.now),
    }
    log(tenant, t, as_of, about.customer_id, f"case_{change.event.value}", values)


def _queue(
    tenant: Tenant,
    t: Transaction,
    settings: HandOver,
    case: Case,
    *,
    subject: str,
    name: str,
    content: bytes,
    title: str,
    text: str,
) -> None:
    """Want a file delivered: through the channel of cases, or as a mail."""
    reminders = tenant.config.reminders
    if settings.channel is not None or settings.mail_to is None or reminders is None:
        kind, payload = EffectKind.HAND_OVER, _file(name, content)
    else:
        kind = EffectKind.MESSAGE
        media_type = "application/zip" if name.endswith(".zip") else "application/json"
        payload = message_payload(
            Message(
                message_id=f"{subject}@{reminders.sender.rpartition('@')[2].rstrip('>')}",
                sender=reminders.sender,
                recipient=settings.mail_to,
                language=tenant.language,
                subject=title,
                text=text,
                html="",
                dated_on=case.view.as_of,
                kind=MessageKind.HAND_OVER.value,
                attachments=(Attachment(name=name, media_type=media_type, content=content),),
            )
        )
    t.outbox.add(
        [
            Effect(
                key=key_of(kind.value, subject),
                kind=kind,
                sink=tenant.hand_over_sink,
                subject=subject,
                payload=payload,
                not_before=case.view.as_of,
            )
        ]
    )


def _file(name: str, content: bytes) -> Payload:
    return {
        "file_name": name,
        "content": base64.b64encode(content).decode("ascii"),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _plain(text: str) -> str:
    """Part of a file name."""
    return _UNSURE.sub("-", text).strip("-")[:40] or "case"


def _held(reminder: Reminder, reason: HoldReason, detail: str) -> Held:
    return Held(
        customer_id=reminder.customer_id,
        documents=reminder.documents,
        amount_due=reminder.amount_due,
        reason=reason,
        detail=detail,
    )
