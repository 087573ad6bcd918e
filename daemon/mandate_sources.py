"""The same mandate from two sources is one: what one knows and the other does not is put together, and what disagrees is told.

A mandate is known by its reference. The source that stated it first keeps it; another one may add what is missing, and may end or suspend it, for a mandate
that somebody calls dead is not collected under. Whatever else differs changes nothing and is a fault of the source that came second.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ledger.mandates import Mandate, MandateEnd, MandateStatus
from ledger.sources import Fault
from store.store import Transaction

#: What must be the same wherever it is stated.
_MUST_AGREE: Final = ("customer_id", "iban", "scheme", "type", "signed_on", "status")
#: What only some sources know.
_MAY_BE_MISSING: Final = ("bic", "account_holder", "last_collected_on", "replaces", "changed_by", "held_as")


def agreed_mandates(t: Transaction, stated: Mapping[str, Mandate], faults: list[Fault]) -> list[Mandate]:
    """The mandates as they are to be kept; what disagrees with another source is added to ``faults``."""
    if not stated:
        return []
    before = t.facts.mandates_named(list(stated))
    kept: list[Mandate] = []
    for fact in stated.values():
        known = before.get(fact.reference)
        if known is None:
            kept.append(fact)
        elif known.source.system == fact.source.system:
            # What another source added stays, for this one never knew it.
            kept.append(replace(fact, held_as=fact.held_as or known.held_as))
        else:
            differing = [name for name in _MUST_AGREE if getattr(known, name) != getattr(fact, name)]
            if differing:
                faults.append(_disagreement(known, fact, differing))
            if differing in ([], ["status"]):
                kept.append(_joined(known, fact))
            elif _ends(known, fact):
                kept.append(replace(known, status=fact.status, source=fact.source))
    return kept


def ended_mandates(t: Transaction, ends: Mapping[str, MandateEnd]) -> list[Mandate]:
    """Known mandates that were cancelled; whoever cancels a mandate keeps it from then on, so that a source that has not heard of it does not
    bring it back."""
    if not ends:
        return []
    known = t.facts.mandates_named(list(ends))
    return [
        replace(mandate, status=MandateStatus.REVOKED, source=ends[reference].source)
        for reference, mandate in known.items()
        if mandate.status is not MandateStatus.REVOKED
    ]


def _joined(known: Mandate, fact: Mandate) -> Mandate:
    missing = {
        name: getattr(fact, name) for name in _MAY_BE_MISSING if not getattr(known, name) and getattr(fact, name)
    }
    joined = replace(known, **missing)
    return replace(joined, status=fact.status, source=fact.source) if _ends(known, fact) else joined


def _ends(known: Mandate, fact: Mandate) -> bool:
    return known.status is MandateStatus.ACTIVE and fact.status is not MandateStatus.ACTIVE


def _disagreement(known: Mandate, fact: Mandate, differing: list[str]) -> Fault:
    """Names what differs and not what it is: accounts stand in no fault."""
    what = ", ".join(differing)
    reason = f"mandate {fact.reference}: {known.source.system} says otherwise of {what}; what that source says is kept"
    if _ends(known, fact):
        reason = f"mandate {fact.reference}: {known.source.system} says otherwise of {what}; it is not collected under any more"
    return Fault(source=fact.source, reason=reason, whole_document=False)
