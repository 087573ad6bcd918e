"""From a tenant's configuration to the frozen policies that the core decides by."""

from __future__ import annotations

from collect.debits import GREATEST_MINOR, Approval, DebitPolicy, Grouping
from collect.messages import Letterhead
from collect.reminders import ReminderPolicy, Step, default_ladder
from config.bank_profile import bank_profile
from config.tenant import DirectDebit, IgnoreRule, Reminders, SpecialPayer, TenantConfig, Weekday
from ledger.mandates import SequenceType
from ledger.money import Money
from reconcile.policy import IgnoreRule as MatchIgnoreRule
from reconcile.policy import MatchPolicy, PayerRule


def match_policy(config: TenantConfig) -> MatchPolicy:
    """How far the reconciler may go for this tenant."""
    matching = config.matching
    return MatchPolicy(
        currency=config.currency,
        country=config.legal.country,
        write_off_limit=matching.write_off_limit,
        exchange_limit=matching.exchange_limit,
        discount_grace_days=matching.discount_grace_days,
        net_credits=matching.net_credits,
        equal_open_oldest_first=matching.equal_open_oldest_first,
        ignore_rules=tuple(_ignore_rule(number, rule) for number, rule in enumerate(matching.ignore, start=1)),
        accidental_fit_limit=matching.accidental_fit_limit,
        search_bound=matching.search_bound,
        bank_charge_limit=matching.bank_charge_limit,
        credit_use=matching.use_credit_on_account,
        payer_rules=tuple(_payer_rule(number, rule) for number, rule in enumerate(matching.special_payers, start=1)),
        own_ibans=frozenset(account.iban for account in config.bank_accounts),
    )


def _ignore_rule(number: int, rule: IgnoreRule) -> MatchIgnoreRule:
    return MatchIgnoreRule(
        name=f"matching.ignore.{number}",
        text=rule.text or "",
        counterparty=rule.counterparty or "",
        iban=rule.iban or "",
        transaction_code=rule.code or "",
        direction="" if rule.direction is None else rule.direction.value,
    )


def _payer_rule(number: int, rule: SpecialPayer) -> PayerRule:
    return PayerRule(
        name=f"matching.special_payers.{number}",
        treatment=rule.treat_as,
        customer_id=rule.customer or "",
        counterparty=rule.counterparty or "",
        iban=rule.iban or "",
        text=rule.text or "",
    )


def debit_policy(config: TenantConfig, debit: DirectDebit) -> DebitPolicy:
    """How this tenant collects."""
    profile = bank_profile(debit.bank_profile, config.base)
    return DebitPolicy(
        creditor_name=config.legal.name,
        creditor_id=debit.creditor_id,
        creditor_iban=debit.creditor_iban,
        creditor_bic=debit.creditor_bic or "",
        pre_notification_days=debit.pre_notification_days,
        lead_days=debit.collection_lead_days,
        approval=Approval(debit.approval.value),
        grouping=Grouping(debit.one_collection_per.value),
        weekday=None if debit.collect_on_weekday is None else list(Weekday).index(debit.collect_on_weekday),
        days_of_month=debit.collect_on_days,
        retries=debit.retries,
        first_sequence=SequenceType(debit.first_sequence.value),
        most_minor=GREATEST_MINOR if debit.collection_limit is None else debit.collection_limit.minor,
        batch_minor=0 if debit.batch_limit is None else debit.batch_limit.minor,
        batch_count=profile.max_transactions,
        batch_booking=profile.batch_booking,
    )


def reminder_policy(config: TenantConfig, reminders: Reminders, channel: str) -> ReminderPolicy:
    """This tenant's ladder and what keeps it back."""
    return ReminderPolicy(
        country=config.legal.country,
        channel=channel,
        steps=_ladder(config, reminders),
        minimum=reminders.minimum_amount or Money.zero(config.currency),
        statement_working_days=reminders.max_statement_age_working_days,
    )


def _ladder(config: TenantConfig, reminders: Reminders) -> tuple[Step, ...]:
    usual = default_ladder(config.legal.country)
    between = reminders.minimum_days_between
    days = max(1, between) if between is not None else max(step.minimum_days for step in usual)
    if reminders.steps is None:
        return tuple(
            Step(level=step.level, kind=step.kind, days_after_due=step.days_after_due, minimum_days=days)
            for step in usual
        )
    return tuple(
        Step(level=step.level, kind=step.kind, days_after_due=step.after_days, minimum_days=days)
        for step in reminders.steps
    )


def letterhead(config: TenantConfig, reminders: Reminders) -> Letterhead:
    """Who writes to customers, and where they pay."""
    account = config.direct_debit.creditor_iban if config.direct_debit is not None else config.bank_accounts[0].iban
    return Letterhead(
        name=config.legal.name,
        sender=reminders.sender,
        iban=account,
        country=config.legal.country,
        language=config.legal.language,
        enterprise_number=config.legal.vat_number or "",
    )


def policy_faults(config: TenantConfig) -> tuple[str, ...]:
    """Settings that are well-formed and cannot work together, in lines like those of ``config.load``."""
    faults: list[str] = []
    if config.direct_debit is not None:
        named = {"lead_days": "collection_lead_days"}
        for name, reason in debit_policy(config, config.direct_debit).faults():
            faults.append(f"{config.file}: direct_debit.{named.get(name, name)}: {reason}")
    if config.reminders is not None:
        for name, reason in reminder_policy(config, config.reminders, "").faults():
            faults.append(f"{config.file}: reminders.{name}: {reason}")
    return tuple(faults)
