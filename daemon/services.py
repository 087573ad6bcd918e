"""Services that stop after the last letter and come back with the money: from the books to orders for the system that runs them."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import date, timedelta

from collect.interruption import ServiceView, decide
from collect.ladder import WRITTEN
from collect.law.deadlines import term_end
from collect.law.rules import governing_country
from collect.owed import covered, owed
from config.collections import Interruption
from daemon.program_log import log
from daemon.reminder_case import Case
from daemon.tenant import SERVICE_SINK, Tenant
from ledger.effects import Effect, EffectEvent, EffectKind, EffectState, key_of
from ledger.party import CustomerType
from ledger.reminders import Reminder
from ledger.services import ServiceAct, ServiceEvent
from store.store import Transaction


def stops_on(settings: Interruption | None, case: Case, reminder: Reminder) -> date | None:
    """The first day without service that a letter announces; None where it announces nothing: only the last letter of a ladder does. It is no day
    within the term that the letter gives for paying."""
    customer = case.view.customers[reminder.customer_id]
    if settings is None or (customer.type is CustomerType.CONSUMER and not settings.consumers):
        return None
    letters = [step.level for step in case.policy.ladders.of(customer) if step.kind in WRITTEN and step.level]
    if not letters or reminder.kind not in WRITTEN or reminder.level != max(letters):
        return None
    country = governing_country(case.policy.country, customer.address.country, customer.type)
    term = term_end(reminder.as_of, reminder.medium, country, customer.type)
    return max(reminder.as_of + timedelta(days=settings.notice_days), term + timedelta(days=1))


def announce(tenant: Tenant, t: Transaction, reminder: Reminder, message_id: str, effective_on: date) -> None:
    """Write down that a queued letter says from which day on the service may stop."""
    act = ServiceAct(
        event=ServiceEvent.ANNOUNCED,
        customer_id=reminder.customer_id,
        documents=reminder.documents,
        on=reminder.as_of,
        effective_on=effective_on,
        message_id=message_id,
    )
    t.service_acts.add(act)
    _log(tenant, t, act)


def order_services(tenant: Tenant, t: Transaction, case: Case) -> None:
    """Stop what was announced and is still owed, and give back what is not; an order to stop that has not left yet is cancelled instead."""
    acts = list(t.service_acts.all())
    if not acts:
        return
    as_of = case.view.as_of
    asked = owed(case.view.items, case.standing, as_of)
    country, days = tenant.config.legal.country, case.policy.statement_working_days
    view = ServiceView(
        owed=asked,
        covered=covered(case.view.items, asked, case.standing),
        unclear=case.standing.in_review,
        blind=bool(case.standing.freshness.unseen(as_of, country, days)),
        left=frozenset(row.message_id for row in case.view.reminders if row.status == "sent"),
    )
    for number, act in enumerate(decide(acts, view, as_of), start=len(acts) + 1):
        t.service_acts.add(act)
        _log(tenant, t, act)
        if act.event is ServiceEvent.RESUMED and _still_here(t, act.customer_id):
            continue
        t.outbox.add([_order(act, number)])


def _still_here(t: Transaction, customer_id: str) -> bool:
    """Cancel the last order to stop this customer's service when it has not left; whether it had not."""
    orders = t.outbox.of_subject(_subject(customer_id))
    last = orders[-1] if orders else None
    if last is None or last.state is not EffectState.QUEUED or last.payload.get("event") != ServiceEvent.INTERRUPTED:
        return False
    t.outbox.step([last.key], EffectEvent.CANCEL, detail="paid before the service was stopped")
    return True


def _order(act: ServiceAct, number: int) -> Effect:
    facts: dict[str, object] = {
        "format": "afletter-service-1",
        "event": act.event.value,
        "customer_id": act.customer_id,
        "documents": list(act.documents),
        "on": act.on.isoformat(),
    }
    content = json.dumps(facts, indent=2, sort_keys=True).encode()
    key = key_of("service", act.event.value, act.customer_id, act.on.isoformat(), str(number))
    return Effect(
        key=key,
        kind=EffectKind.SERVICE,
        sink=SERVICE_SINK,
        subject=_subject(act.customer_id),
        payload={
            **facts,
            "file_name": f"{act.on.isoformat()}-{number:06}-{act.event.value}-{key[:8]}.json",
            "content": base64.b64encode(content).decode("ascii"),
            "sha256": hashlib.sha256(content).hexdigest(),
        },
        not_before=act.on,
    )


def _subject(customer_id: str) -> str:
    return f"service of {customer_id}"


def _log(tenant: Tenant, t: Transaction, act: ServiceAct) -> None:
    values = {
        "customer": act.customer_id,
        "day": act.effective_on.isoformat(),
        "documents": ", ".join(act.documents),
    }
    log(tenant, t, act.on, act.customer_id, f"service_{act.event.value}", values)
