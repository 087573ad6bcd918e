"""One entry, one answer: certain or silent.

In this order: what the tenant's rules or the accounts themselves say is no receivable; what came back (R-transactions belong to
direct debits); money out; a batch, detail by detail; a quoted document issued later; quoted documents; payer and amount.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final, assert_never

from ledger.allocations import Allocation, Ambiguous, Evidence, Ignored, Matched, Outcome, Partly, Suggestion, Unmatched
from ledger.money import Money
from ledger.statements import EntryDetail, StatementEntry
from reconcile.answers import reason, to_a_person
from reconcile.case import Case, ranked, rule_for
from reconcile.foreign import decide_foreign
from reconcile.outgoing import decide_outgoing
from reconcile.policy import IgnoreRule, MatchPolicy, Treatment
from reconcile.quoted import decide_quoted, future_quoted
from reconcile.receivables import Receivables
from reconcile.text import plain
from reconcile.unquoted import decide_unquoted

#: Sub-families of ISO 20022 bank transaction codes for credit transfers that were returned, and the type of a returned item in MT940.
_RETURN_CODES: Final = frozenset({"RRTN", "ARET", "RPCR", "NRTI"})
#: What banks write beside a transfer that came back, with the reason codes of pacs.004 (ISO 20022 ExternalReturnReason1Code).
_CAME_BACK: Final = re.compile(
    r"\b(?:(?:RETOUR\w*|RETURN\w*|TERUG\w*|RUCK\w*|RUECK\w*|REJET\w*|REJECT\w*)\W+(?:\w+\W+){0,4}?(?:A[CGM]0[0-9]|BE0[0-9]|MD0[0-9]|MS0[0-9]|RR0[0-9]|RC0[0-9]|CNOR|DNOR)"
    r"|RUCKUBERWEISUNG\w*|RUECKUEBERWEISUNG\w*|(?:VIREMENT|OVERSCHRIJVING|TRANSFER|UBERWEISUNG)\W+(?:RETOURNEE?|REJETEE?|GEWEIGERD|RETURNED|REJECTED|ZURUCK\w*)"
    r"|RETOUR\W+(?:DE\W+)?(?:VIREMENT|OVERSCHRIJVING)|(?:RETURNED|REJECTED)\W+(?:TRANSFER|PAYMENT)"
    r"|REKENING\W+(?:IS\W+)?(?:OPGEHEVEN|GESLOTEN|BESTAAT NIET|ONBEKEND)|ONBEKENDE?\W+REKENING\w*"
    r"|KONTO\W+(?:ERLOSCHEN|GESCHLOSSEN|AUFGELOST|UNBEKANNT)|KONTONUMMER\W+(?:FALSCH|UNGULTIG|UNBEKANNT)"
    r"|COMPTE\W+(?:CLOTURE|INEXISTANT|INCONNU|FERME)|ACCOUNT\W+(?:CLOSED|UNKNOWN|DOES NOT EXIST))\b"
)


def decide(receivables: Receivables, entry: StatementEntry) -> Outcome:
    """The answer for one entry as things stand; nothing is applied."""
    no_receivable = ignored(receivables.policy, entry)
    if no_receivable is not None:
        return no_receivable
    if len(entry.details) == 1:
        entry = _with_detail(entry, entry.details[0], entry.amount)
    case = Case(receivables, entry)
    if entry.return_reason or entry.reversal:
        return to_a_person(case, (), reason("returned_payment", amount=str(entry.amount)))
    if entry.amount.minor > 0 and _came_back(case):
        return to_a_person(case, (), reason("own_payment_back", amount=str(entry.amount)))
    if len(entry.details) > 1:
        return _batch(receivables, entry)
    return _single(case)


def _single(case: Case) -> Outcome:
    special = case.special
    if special is None:
        return _of_case(case)
    known = special.treatment is Treatment.CUSTOMER and case.receivables.has_customer(special.customer_id)
    answer = _of_case(case)
    if not known:
        return to_a_person(case, _suggestions(answer), reason("review_by_rule", rule=special.name))
    if isinstance(answer, Matched) and any(each.customer_id != special.customer_id for each in answer.allocations):
        because = reason("other_customer_by_rule", rule=special.name, customer=special.customer_id)
        return to_a_person(case, _suggestions(answer), because)
    return answer


def _suggestions(answer: Outcome) -> tuple[Suggestion, ...]:
    """What an answer would propose to a person."""
    match answer:
        case Matched():
            return (Suggestion(allocations=answer.allocations, evidence=answer.evidence, reason=answer.reason),)
        case Ambiguous():
            return answer.suggestions
        case Partly() | Unmatched() | Ignored():
            return ()
        case _ as never:
            assert_never(never)


def _of_case(case: Case) -> Outcome:
    entry = case.entry
    if entry.amount.minor < 0:
        return decide_outgoing(case)
    if not entry.amount:
        return Ignored(evidence=(Evidence.AMOUNT,), reason=reason("ignored_zero"))
    item = future_quoted(case) if case.reading.future else None
    if item is not None:
        because = reason("not_yet_issued", document=item.number, issued=item.issued_on.isoformat())
        otherwise = decide_quoted(case) or decide_unquoted(case)
        return to_a_person(case, _suggestions(otherwise), because)
    foreign = decide_foreign(case)
    if foreign is not None:
        return foreign
    quoted = decide_quoted(case)
    return decide_unquoted(case) if quoted is None else quoted


def _came_back(case: Case) -> bool:
    """Whether the bank's code or words say that this is a payment of our own that came back: whatever it quotes may be the number of somebody else."""
    return (
        not _RETURN_CODES.isdisjoint(case.entry.transaction_code.split("/")) or _CAME_BACK.search(case.text) is not None
    )


# what is no receivable


def ignored(policy: MatchPolicy, entry: StatementEntry) -> Ignored | None:
    """The answer to an entry that is no receivable by the tenant's rules or accounts, whatever documents there are; else None."""
    for rule in policy.ignore_rules:
        if _fits(rule, entry):
            return Ignored(evidence=(Evidence.RULE,), reason=reason("ignored_by_rule", rule=rule.name))
    special = rule_for(policy, entry)
    if special is not None and special.treatment is Treatment.IGNORE:
        return Ignored(evidence=(Evidence.RULE,), reason=reason("ignored_by_rule", rule=special.name))
    if entry.counterparty.iban and entry.counterparty.iban in policy.own_ibans:
        return Ignored(evidence=(Evidence.PAYER_IBAN,), reason=reason("ignored_own_account", amount=str(entry.amount)))
    return None


def _fits(rule: IgnoreRule, entry: StatementEntry) -> bool:
    if not (rule.text or rule.counterparty or rule.iban or rule.transaction_code):
        return False
    return (
        plain(rule.text) in plain(" ".join(entry.remittance.unstructured))
        and plain(rule.counterparty) in plain(entry.counterparty.name)
        and rule.iban in ("", entry.counterparty.iban)
        and entry.transaction_code.startswith(rule.transaction_code)
        and rule.direction in ("", "in" if entry.amount.minor > 0 else "out")
    )


# batches


def _with_detail(entry: StatementEntry, detail: EntryDetail, amount: Money) -> StatementEntry:
    """The entry as if it were this one of its details; what the detail does not say the entry does."""
    remittance = detail.remittance
    has_remittance = remittance.unstructured or remittance.creditor_references
    has_party = detail.counterparty.name or detail.counterparty.iban
    return replace(
        entry,
        amount=amount,
        counterparty=detail.counterparty if has_party else entry.counterparty,
        remittance=remittance if has_remittance else entry.remittance,
        end_to_end_id=detail.end_to_end_id or entry.end_to_end_id,
        mandate_reference=detail.mandate_reference or entry.mandate_reference,
        return_reason=detail.return_reason or entry.return_reason,
        details=(),
    )


def _batch(receivables: Receivables, entry: StatementEntry) -> Outcome:
    """Every detail decided on its own, one after the other; certain only when all are and they sum to the entry."""
    amounts = [detail.amount for detail in entry.details]
    whole = replace(entry, details=())
    case = Case(receivables, whole)
    if (
        any(amount is None or amount.currency != entry.amount.currency for amount in amounts)
        or sum(amount.minor for amount in amounts if amount is not None) != entry.amount.minor
    ):
        return to_a_person(case, (), reason("batch_without_amounts", count=str(len(amounts)), amount=str(entry.amount)))
    lines: list[Allocation] = []
    evidence: list[Evidence] = []
    undecided = 0
    for detail, amount in zip(entry.details, amounts, strict=True):
        if amount is None:
            continue
        part = _with_detail(whole, detail, amount)
        answer = _single(Case(receivables, part)) if not part.return_reason else None
        match answer:
            case Matched():
                receivables.apply(answer.allocations)
                lines.extend(answer.allocations)
                evidence.append(answer.evidence[0])
            case Partly() | Ambiguous() | Unmatched() | Ignored() | None:
                undecided += 1
    receivables.take_back(lines)
    count, amount_text = str(len(amounts)), str(entry.amount)
    if undecided:
        return to_a_person(
            case, (), reason("batch_undecided", count=count, undecided=str(undecided), amount=amount_text)
        )
    weakest = ranked(evidence)
    return Matched(
        allocations=tuple(lines),
        evidence=weakest,
        reason=reason("batch_decided", weakest, count=count, amount=amount_text),
    )
