"""Rows of the decision log that the program writes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from daemon.bookkeeping import PROGRAM
from daemon.log_words import said
from daemon.tenant import Tenant
from ledger.decisions import Decision
from store.store import Transaction


def log(tenant: Tenant, t: Transaction, as_of: date, subject: str, code: str, values: Mapping[str, str]) -> None:
    """Say in the tenant's language what was decided about ``subject``; ``code`` names the sentence (``daemon/log_words.py``)."""
    reason = said(code, values, tenant.language)
    t.decisions.append(
        [Decision(as_of=as_of, subject=subject, decision=code, evidence="", runner_up="", reason=reason, by=PROGRAM)]
    )
