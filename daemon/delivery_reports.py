"""What became of messages: reports are pulled like any source, and a message that came back is marked, so that its step goes another way."""

from __future__ import annotations

from connectors.ports import DeliveryReportSource
from daemon.message_queue import effects_of_message
from daemon.progress import Steps
from daemon.pull import Pulled, finish_page, keep_faults, pages
from daemon.tenant import Tenant
from ledger.delivery_reports import DeliveryAction, DeliveryReport
from ledger.effects import Effect, EffectEvent, EffectState
from ledger.messages import whole_id
from ledger.sources import Fault
from store.store import Transaction

_ARRIVED = frozenset({DeliveryAction.DELIVERED, DeliveryAction.RELAYED})


def pull_reports(tenant: Tenant, source: DeliveryReportSource, steps: Steps) -> Pulled:
    """Take over what a source of reports has; raises the source's named errors, after what came before is committed."""
    documents = facts = faults = 0
    for page in pages(tenant, source, steps):
        with tenant.store.transaction() as t:
            for document in page.documents:
                documents += t.archive.keep(document)
                said = list(source.parse(document))
                found = [one for one in said if isinstance(one, Fault)]
                keep_faults(t, document, found)
                faults += len(found)
                facts += len(t.delivery_reports.add([one for one in said if isinstance(one, DeliveryReport)]))
                steps.done(1)
            finish_page(t, source.name, page)
    return Pulled(source=source.name, documents=documents, facts=facts, faults=faults)


def take_reports(t: Transaction) -> None:
    """Bring messages to what was reported of them; doing it again changes nothing.

    One that its main recipient did not get is ``bounced``, also when its outcome was unknown before, and also when only one of the several mails
    that it took came back: by the next way it goes whole. An unknown outcome that somebody reports as arrived is ``sent``. A copy that did not
    arrive changes nothing.
    """
    reports: dict[str, list[DeliveryReport]] = {}
    for report in t.delivery_reports.all():
        whole = whole_id(report.message_id)
        reports.setdefault(whole, []).append(report)
        key, at, _ = whole.partition("@")
        if at:  # a case for an agency is known by its key alone
            reports.setdefault(key, []).append(report)
    for row in t.reminders.of_messages(reports):
        if row.status not in ("sent", "parked"):
            continue
        told = reports[row.message_id]
        effects = effects_of_message(t, row.message_id)
        if any(one.is_final_failure and _concerns(one, effects) for one in told):
            waiting = [one.key for one in effects if one.state in (EffectState.PARKED, EffectState.QUEUED)]
            t.outbox.step(waiting, EffectEvent.CANCEL, detail="it came back; another way is taken")
            t.reminders.set_status(row.message_id, "bounced")
            continue
        arrived = {one.message_id for one in told if one.action in _ARRIVED and _concerns(one, effects)}
        arrived |= {message_id.partition("@")[0] for message_id in arrived}
        found = [one for one in effects if one.state is EffectState.PARKED and one.subject in arrived]
        t.outbox.step([one.key for one in found], EffectEvent.FOUND, detail="reported as arrived")
        if any(one.subject == row.message_id for one in found):
            t.reminders.set_status(row.message_id, "sent")


def _concerns(report: DeliveryReport, effects: list[Effect]) -> bool:
    """Whether a report is about the one to whom the message was addressed, not about a copy."""
    copies = {str(copy).lower() for effect in effects for copy in _copies(effect)}
    return report.recipient.lower() not in copies


def _copies(effect: Effect) -> list[object]:
    copies = effect.payload.get("copies")
    return list(copies) if isinstance(copies, list | tuple) else []
