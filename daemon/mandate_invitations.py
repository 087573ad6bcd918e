"""Invitations to sign a mandate, from customers without one to queued mails."""

from __future__ import annotations

from collect.mandate_form import Creditor, compose_invitation, mandate_form
from collect.mandate_invitations import InvitationPolicy, invitations
from config.tenant import DirectDebit, MandateInvitations, Reminders, TenantConfig
from daemon.message_queue import cancel_message, queue_message
from daemon.outlook import Outlook
from daemon.policies import audience, letterhead
from daemon.program_log import log
from daemon.tenant import Tenant
from formats.letter_pdf import letter_pdf
from ledger.letters import Window
from ledger.mandates import Scheme
from ledger.reminders import MessageKind
from store.store import Transaction

#: Countries whose envelopes have the window on the right.
_RIGHT_WINDOWS = frozenset({"BE", "FR", "LU"})
#: Messages that did not leave, and will not.
_NEVER_LEFT = frozenset({"held", "cancelled"})


def invite(tenant: Tenant, t: Transaction, view: Outlook, debit: DirectDebit) -> None:
    """Queue the invitations that are due; one that is still queued when the customer's mandate comes does not leave."""
    wanted, reminders, channel = debit.invite, tenant.config.reminders, tenant.message_channel
    if wanted is None or reminders is None or channel is None:
        return
    mandates = tuple(t.facts.mandates())
    rows = [row for row in view.reminders if row.reminder.kind is MessageKind.MANDATE_INVITATION]
    have = {mandate.customer_id for mandate in mandates}
    for row in rows:
        if row.status == "queued" and row.reminder.customer_id in have:
            cancel_message(t, row.message_id)
    creditor = _creditor(tenant.config, debit, reminders, wanted)
    due = invitations(
        InvitationPolicy(
            creditor_id=debit.creditor_id,
            audience=audience(wanted.audience),
            business_scheme=Scheme(wanted.business_scheme.value),
            again_after=wanted.reminder_after_days,
        ),
        view.items,
        customers=view.customers,
        mandates=mandates,
        told=[row.reminder for row in rows if row.status not in _NEVER_LEFT],
        as_of=view.as_of,
    )
    for one in due:
        message = compose_invitation(creditor, one, letter_pdf(mandate_form(creditor, one, view.as_of)), view.as_of)
        queue_message(t, channel.name, message, one.as_reminder(channel.name, view.as_of))
        values = {"customer": one.customer.customer_id, "mandate": one.reference}
        log(tenant, t, view.as_of, one.customer.customer_id, "mandate_invitation", values)


def _creditor(config: TenantConfig, debit: DirectDebit, reminders: Reminders, wanted: MandateInvitations) -> Creditor:
    head, address = letterhead(config, reminders), config.legal.address
    return Creditor(
        name=config.legal.name,
        creditor_id=debit.creditor_id,
        address=() if address is None else (address.street, f"{address.postcode} {address.city}"),
        country=config.legal.country,
        language=config.legal.language,
        sender=head.sender,
        return_to=wanted.return_to or head.sender,
        link=wanted.link or "",
        window=Window.RIGHT if config.legal.country in _RIGHT_WINDOWS else Window.LEFT,
    )
