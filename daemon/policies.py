"""From a tenant's configuration to the frozen policies that the core decides by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from collect.debits import GREATEST_MINOR, Approval, DebitPolicy, Grouping
from collect.ladder import MEDIA, MINIMUM_DAYS, UNNUMBERED, Audience, Ladders, Step, as_the_law_reads_it, asks
from collect.law.rules import consumer_countries
from collect.law.steps import StepFault, faults
from collect.law.terms import Terms
from collect.letterhead import Letterhead
from collect.reminders import Channel, ReminderPolicy
from collect.template_check import TemplateUse, template_faults
from config.bank_profile import bank_profile
from config.tenant import Audience as AudienceSettings
from config.tenant import DirectDebit, IgnoreRule, Reminders, ReminderStep, SpecialPayer, TenantConfig, Weekday
from connectors import registry
from daemon.law_terms import law_terms
from daemon.stationery import PRINTER, logo_of, templates_of
from ledger.claims import LetterType
from ledger.errors import ConfigError
from ledger.mandates import SequenceType
from ledger.media import Medium
from ledger.money import Money
from ledger.party import CustomerType
from ledger.reminders import MessageKind
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
        b2b_lead_days=debit.b2b_lead_days,
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
        purpose=debit.purpose or "",
        category_purpose=debit.category_purpose or "",
        ultimate_creditor=debit.ultimate_creditor or "",
        name_ultimate_debtor=debit.name_ultimate_debtor,
        singly=debit.bank.singly,
        held_only=debit.bank.held_only,
    )


def reminder_policy(
    config: TenantConfig, reminders: Reminders, channels: tuple[Channel, ...], hand_over: str = ""
) -> ReminderPolicy:
    """This tenant's ladders and what keeps them back. ``channels``: cheapest first; ``hand_over``: the sink of cases, or empty."""
    return ReminderPolicy(
        country=config.legal.country,
        channels=channels,
        ladders=_ladders(config, reminders),
        minimum=reminders.minimum_amount or Money.zero(config.currency),
        hand_over=hand_over,
        excluded=tuple(audience(one) for one in reminders.exclude),
        statement_working_days=reminders.max_statement_age_working_days,
    )


def _ladders(config: TenantConfig, reminders: Reminders) -> Ladders:
    return Ladders(
        country=config.legal.country,
        steps=tuple(_step(reminders, step) for step in reminders.steps or ()),
        pause=reminders.minimum_days_between,
        claims=reminders.claims,
    )


def _step(reminders: Reminders, step: ReminderStep) -> Step:
    own, general = step.minimum_days_between, reminders.minimum_days_between
    pause = MINIMUM_DAYS if general is None else general
    nudges = step.kind is MessageKind.NUDGE
    return Step(
        level=step.level if step.level is not None else 0 if nudges else UNNUMBERED,
        kind=step.kind,
        days_after_due=step.days,
        minimum_days=max(1, pause if own is None else own),
        pause_days=max(1, pause if own is None else min(own, pause)),
        # Whoever was given days to pay is not handed over within them.
        after_term=step.after_term or step.kind is MessageKind.HAND_OVER,
        media=step.media or MEDIA[step.kind],
        template=step.template or "",
        variants=dict(step.templates_by_product),
        fee=step.fee,
        outlay=step.outlay,
        interest=step.interest,
        letter=step.letter,
        audience=audience(step.audience),
    )


def audience(settings: AudienceSettings) -> Audience:
    """Whom something is for."""
    return Audience(
        types=frozenset() if settings.type is None else frozenset({settings.type}),
        languages=frozenset(settings.languages),
        groups=frozenset(settings.groups),
        customers=frozenset(settings.customers),
        not_groups=frozenset(settings.not_groups),
        not_customers=frozenset(settings.not_customers),
    )


def letterhead(config: TenantConfig, reminders: Reminders) -> Letterhead:
    """Who writes to customers, where they pay, and with what words. Raises ConfigError for a logo or templates that cannot be read."""
    debit, paper, address = config.direct_debit, reminders.letterhead, config.legal.address
    return Letterhead(
        name=config.legal.name,
        sender=reminders.sender,
        iban=config.bank_accounts[0].iban if debit is None else debit.creditor_iban,
        bic="" if debit is None else debit.creditor_bic or "",
        country=config.legal.country,
        language=config.legal.language,
        enterprise_number=config.legal.vat_number or "",
        address=() if address is None else (address.street, f"{address.postcode} {address.city}"),
        contact=paper.lines,
        footer=paper.footer,
        logo=logo_of(paper.logo),
        reply_to=reminders.reply_to or "",
        window=paper.window,
        roles=reminders.recipients,
        templates=templates_of(reminders.templates),
        # Base64 makes four bytes of three, and lines of them; the rest is for text, HTML and headers.
        most_attached=reminders.max_message_mib * 1024 * 1024 * 7 // 10,
        printer=PRINTER,
    )


def policy_faults(config: TenantConfig) -> tuple[str, ...]:
    """Settings that are well-formed and cannot work together, in lines like those of ``config.load``."""
    lines: list[str] = []
    if config.direct_debit is not None:
        named = {"lead_days": "collection_lead_days"}
        for name, reason in debit_policy(config, config.direct_debit).faults():
            lines.append(f"{config.file}: direct_debit.{named.get(name, name)}: {reason}")
    if config.reminders is not None:
        for name, reason in reminder_policy(config, config.reminders, ()).faults():
            lines.append(f"{config.file}: reminders.{name}: {reason}")
        lines += _mail_faults(config, config.reminders)
        lines += _law_faults(config, config.reminders)
        lines += _paper_faults(config, config.reminders)
    return tuple(lines)


def _mail_faults(config: TenantConfig, reminders: Reminders) -> Iterator[str]:
    """What is to be mailed to somebody where no channel takes mails."""
    media = {registry.reminder_channel(way, f"reminders/{number}").medium for number, way in enumerate(reminders.ways)}
    if Medium.EMAIL in media:
        return
    wanted = (
        ("calls.mail_to", reminders.calls and reminders.calls.mail_to, "leave it out: the list is in calls.path too"),
        ("hand_over.mail_to", reminders.hand_over and reminders.hand_over.mail_to, "give hand_over.channel instead"),
    )
    for key, address, instead in wanted:
        if address:
            yield f"{config.file}: reminders.{key}: no channel takes mails: add one (`use: smtp`) to reminders.channels, or {instead}"


def _paper_faults(config: TenantConfig, reminders: Reminders) -> Iterator[str]:
    """What is wrong with logo and templates: what cannot be read, and what a template leaves out that it must say."""
    uses = [
        TemplateUse(name=name, kind=step.kind, letter=step.letter or LetterType.PLAIN)
        for step in reminders.steps or ()
        for name in (step.template, *step.templates_by_product.values())
        if name
    ]
    try:
        found = list(template_faults(letterhead(config, reminders), uses))
    except ConfigError as error:
        yield from (f"{config.file}: {fault}" for fault in error.faults)
        return
    yield from (f"{config.file}: reminders.templates: {fault}" for fault in found)


def _law_faults(config: TenantConfig, reminders: Reminders) -> Iterator[str]:
    """What the law of the tenant's country forbids of its ladders, by the figures of today."""
    try:
        terms = law_terms(reminders.law, config.file)
    except ConfigError as error:
        yield from error.faults
        return
    found: dict[str, None] = {}
    for _, audience, steps in _ladders(config, reminders).audiences():
        for fault in _forbidden(config, steps, config.legal.country, audience, terms):
            where = "law" if fault.number is None else f"steps: step {fault.number}"
            found[
                f"{where}.{fault.setting}: {fault.reason}"
                if fault.number is None
                else f"{where}, {fault.setting}: {fault.reason}"
            ] = None
    yield from (f"{config.file}: reminders.{line}" for line in found)


def _forbidden(
    config: TenantConfig, steps: Sequence[Step], country: str, audience: CustomerType, terms: Terms
) -> tuple[StepFault, ...]:
    today = datetime.now(config.time_zone).date()
    outlays = [(step.level, step.outlay) for step in steps if step.outlay is not None]
    ladder = as_the_law_reads_it(steps, country, audience)
    return faults(ladder, country=country, audience=audience, terms=terms, outlays=outlays, on=today)


def abroad(config: TenantConfig) -> tuple[str, ...]:
    """What a ladder of the tenant's own asks of consumers that the law of another country does not give: there, the step goes without it. The
    default ladders are each country's own. Raises ConfigError as ``law_terms`` does."""
    reminders = config.reminders
    if reminders is None or not reminders.steps:
        return ()
    terms = law_terms(reminders.law, config.file)
    lines: dict[str, None] = {}
    for _, audience, steps in _ladders(config, reminders).audiences():
        if audience is not CustomerType.CONSUMER or not asks(steps):
            continue
        for country in consumer_countries():
            for fault in _forbidden(config, steps, country, audience, terms) if country != config.legal.country else ():
                if fault.number is not None:
                    lines[f"step {fault.number}, {fault.setting}: {fault.reason}: it is not asked there"] = None
    return tuple(lines)
