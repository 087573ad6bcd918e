"""The plan of a tenant's direct debits on a day, from all that the store knows; nothing is done by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from collect.debits import DebitPlan, plan
from config.tenant import DirectDebit
from daemon.debit_standing import as_it_may_be, handed_over, released_subjects, subjects_of
from daemon.outlook import Outlook
from daemon.policies import debit_policy
from daemon.shared_facts import disagreements, held_by_sources, not_disputed, sources_of
from daemon.tenant import Tenant
from ledger.mandates import Mandate, MandateStatus
from store.store import Transaction


def plan_debits(
    tenant: Tenant, t: Transaction, debit: DirectDebit, as_of: date, known: Outlook | None = None
) -> DebitPlan:
    """What is to be announced, handed over and taken out on a day; nothing is done. ``known``: what was read already."""
    states = handed_over(t) if known is None else known.files
    customers = {one.customer_id: one for one in t.facts.customers()} if known is None else known.customers
    collections = t.debits.rows() if known is None else known.collections
    suspended = subjects_of(t, "withhold")
    disputed = disagreements(sources_of(tenant), t) if known is None else known.disagreements
    return plan(
        debit_policy(tenant.config, debit),
        held_by_sources(disputed, t.bookings.open_items(), tenant.language) if known is None else known.items,
        customers=customers,
        mandates=[not_disputed(disputed, _as_people_left_it(mandate, suspended)) for mandate in t.facts.mandates()],
        collections=[as_it_may_be(collection, states) for collection in collections],
        as_of=as_of,
        released=released_subjects(t),
        creditors=t.debits.creditors(),
        given_up=subjects_of(t, "cancel"),
    )


def _as_people_left_it(mandate: Mandate, suspended: frozenset[str]) -> Mandate:
    """A mandate that a person withholds is suspended, whatever its source says."""
    if mandate.reference in suspended and mandate.status is MandateStatus.ACTIVE:
        return replace(mandate, status=MandateStatus.SUSPENDED)
    return mandate
