"""A tenant's configuration: the models that the YAML is read into, and that the schema and the docs are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    create_model,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo

from collect.law.ladders import Fee
from config.bank_profile import bank_profile
from config.collections import Calls, HandOver, Interruption
from config.countries import language_of, time_zone_of
from config.kinds import Choice, ConnectorKinds, Kinds
from config.law import LawSettings
from config.settings import ConnectorSettings, Origin, Settings, currency_of, origin_of
from config.store_url import StoreUrl
from config.values import (
    DEFAULT_WRITE_OFF,
    AmountLimit,
    Bic,
    Country,
    CreditorId,
    Currency,
    Days,
    DaysAfter,
    Iban,
    Language,
    Mailbox,
    Mebibytes,
    Postcode,
    Share,
    TenantName,
    Text,
    VatNumber,
    When,
    as_written,
)
from ledger.claims import LetterType
from ledger.errors import ConfigError
from ledger.letters import Window
from ledger.media import Medium
from ledger.party import CustomerType, Role
from ledger.reminders import MessageKind
from reconcile.policy import CreditUse, Treatment

#: Messages that a reminder step may send; the others follow from payments and debits.
STEP_KINDS: Final = (
    MessageKind.NUDGE,
    MessageKind.REMINDER,
    MessageKind.NOTICE_OF_DEFAULT,
    MessageKind.PHONE,
    MessageKind.HAND_OVER,
)
#: Sums that a search for one payment may be allowed to look at: some 0.2 GiB of memory.
MOST_SEARCHED: Final = 2**22
#: The schedule of a tenant that says none: after the banks' night, before the office opens.
DAILY: Final = "30 6 * * *"


class Approval(StrEnum):
    """Whether a person releases each debit batch."""

    NONE = "none"
    REQUIRED = "required"


class Direction(StrEnum):
    """Which way the money of a bank entry goes."""

    IN = "in"
    OUT = "out"


class PostalAddress(Settings):
    """Where the company is, as it stands under its messages and in direct debits."""

    street: Text = Field(description="Street and number.")
    postcode: Postcode = Field(description="Postal code.")
    city: Text = Field(description="Town.")
    country: Country | None = Field(default=None, description="ISO 3166-1 code; `legal.country` when it is absent.")


class Legal(Settings):
    """The company whose invoices these are."""

    name: Text = Field(description="Its registered name, as customers and the bank know it.")
    country: Country = Field(
        description="ISO 3166-1 code, such as BE, NL or DE: sets the reference kinds, the law and the calendar."
    )
    language: Language = Field(
        default_factory=lambda data: language_of(data["country"]),
        description="Language of reports, and of messages to customers without one: nl, fr, de or en. By default the country's (BE: nl).",
    )
    vat_number: VatNumber | None = Field(
        default=None, description="Its VAT number with the country's letters, such as BE0123456749; it is checked."
    )
    address: PostalAddress | None = Field(default=None, description="Its postal address.")


class BankAccount(Settings):
    """An account of the company, and where its statements come from."""

    iban: Iban = Field(description="Its IBAN; spaces do not matter, the check digits do.")
    currency: Currency = Field(default="", description="ISO 4217 code; the tenant's when it is absent.")
    name: Text | None = Field(default=None, description="What people call it, in reports.")
    statements: tuple[ConnectorSettings, ...] = Field(
        min_length=1, description="The sources of its statements; the same entry from two of them is taken once."
    )

    @field_validator("currency", mode="before")
    @classmethod
    def _tenants_currency(cls, value: object, info: ValidationInfo) -> object:
        return currency_of(info) if value == "" else value


class Weekday(StrEnum):
    """A working day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"


class FirstSequence(StrEnum):
    """Sequence type of the first collection under a recurrent mandate."""

    RCUR = "RCUR"
    FRST = "FRST"


class DebitGrouping(StrEnum):
    """What becomes one collection."""

    CUSTOMER = "customer"
    INVOICE = "invoice"


class Audience(Settings):
    """Which customers. What is not said is everybody."""

    type: CustomerType | None = Field(default=None, description="`business` or `consumer`.")
    languages: tuple[Language, ...] = Field(default=(), description="Customers of these languages: nl, fr, de, en.")
    groups: tuple[Text, ...] = Field(
        default=(), description="Customers of these groups (column `group` of customers.csv)."
    )
    customers: tuple[Text, ...] = Field(default=(), description="These customers, by their id.")
    not_groups: tuple[Text, ...] = Field(default=(), description="But not customers of these groups.")
    not_customers: tuple[Text, ...] = Field(default=(), description="But not these customers, by their id.")


class BusinessScheme(StrEnum):
    """The scheme that businesses are asked to sign for."""

    CORE = "CORE"
    B2B = "B2B"


def _signing_link(text: str) -> str:
    if not text.startswith("https://"):
        raise ValueError("must begin with https://")
    if "{mandate}" not in text and "{customer}" not in text:
        raise ValueError("must hold {mandate} or {customer}, or everybody would get the same page")
    return text


class MandateInvitations(Settings):
    """Mails with the mandate form (PDF) to customers who owe something and have no mandate; `invite: {}` invites all of them."""

    audience: Audience = Field(default=as_written({}), description="Which customers you want on direct debit.")
    business_scheme: BusinessScheme = Field(
        default=BusinessScheme.CORE,
        description="What businesses are asked to sign: CORE, or B2B (no refunds, and their bank must confirm it). Consumers sign CORE.",
    )
    reminder_after_days: DaysAfter = Field(
        default=14, description="Days after which one reminder of the invitation goes out, the only one."
    )
    return_to: Text | None = Field(
        default=None,
        description="Where the signed form goes back to; by default the mail address of `reminders.sender`.",
    )
    link: Annotated[Text, AfterValidator(_signing_link)] | None = Field(
        default=None,
        description="A page of a signing platform, such as `https://sign.example/{mandate}`; {mandate} and {customer} are filled in.",
    )


PurposeCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z0-9]{1,4}$")]
DayOfMonth = Annotated[int, Field(ge=1, le=31)]
Retries = Annotated[int, Field(ge=0, le=2)]


class DirectDebit(Settings):
    """SEPA direct debit. Without this section nothing is collected."""

    creditor_id: CreditorId = Field(description="The SEPA creditor identifier; its check digits are checked.")
    creditor_iban: Iban = Field(description="The account on which collections are credited.")
    creditor_bic: Bic | None = Field(default=None, description="Its BIC, for a bank that still asks for it.")
    pre_notification_days: Days = Field(
        default=14,
        description="Calendar days between telling the customer and collecting (14 unless you agreed on fewer).",
    )
    approval: Approval = Field(
        default=Approval.NONE, description="`required`: a person releases each batch; `none`: it leaves by itself."
    )
    four_eyes: bool = Field(
        default=False,
        description="Whoever releases a batch may not be the last who withheld or released a mandate or collection in it, nor who last changed "
        "one of its mandates where it is kept (column `changed_by` of mandates.csv).",
    )
    bank: ConnectorSettings = Field(description="How debit files reach the bank.")
    bank_profile: Text = Field(
        default=as_written("generic"),
        description="What the bank takes: a profile that comes along (`generic`, `generic-02`), or the path of a YAML file of your own.",
    )
    collection_lead_days: Days = Field(
        default=2, description="Bank working days (TARGET) that a file is with the bank before the collection date."
    )
    b2b_lead_days: Days | None = Field(
        default=None, description="The same for the B2B scheme, where the bank wants another number."
    )
    collect_on_weekday: Weekday | None = Field(
        default=None, description="Collect only on this day of the week; by default on the due date."
    )
    collect_on_days: tuple[DayOfMonth, ...] = Field(
        default=(),
        description="Collect only on these days of the month, such as [1, 15]; 31 is the last day of a shorter month too.",
    )
    one_collection_per: DebitGrouping = Field(
        default=DebitGrouping.CUSTOMER,
        description="`customer`: all invoices of a customer for a day in one collection; `invoice`: one for each.",
    )
    first_sequence: FirstSequence = Field(
        default=FirstSequence.RCUR, description="FRST only for a bank that wants it on the first collection."
    )
    retries: Retries = Field(
        default=1, description="Attempts by itself after a collection failed for lack of funds or without a reason."
    )
    charge_fee: bool = Field(
        default=False,
        description="The bank's fee for a returned collection is charged on to the customer as an open item of its own (`SDD-FEE-...`); otherwise it is "
        "your cost.",
    )
    purpose: PurposeCode | None = Field(
        default=None,
        description="ISO 20022 purpose of every collection, such as SUBS or GDDS; only where your bank or customers want one.",
    )
    category_purpose: PurposeCode | None = Field(
        default=None, description="ISO 20022 category purpose of every file, such as SUPP."
    )
    ultimate_creditor: Text | None = Field(
        default=None, description="For whom you collect, where that is somebody else (UltmtCdtr)."
    )
    name_ultimate_debtor: bool = Field(
        default=False,
        description="Whether the customer is named as ultimate debtor where somebody else holds the account of the mandate (UltmtDbtr).",
    )
    invite: MandateInvitations | None = Field(
        default=None, description="Invitations to sign a mandate; absent: nobody is invited. They need `reminders`."
    )
    collection_limit: AmountLimit | None = Field(default=None, description="Most that one collection may come to.")
    batch_limit: AmountLimit | None = Field(
        default=None, description="Most that one file may come to; more goes into several."
    )

    @field_validator("bank_profile", mode="after")
    @classmethod
    def _known_profile(cls, value: str, info: ValidationInfo) -> str:
        origin = origin_of(info)
        try:
            bank_profile(value, Path.cwd() if origin is None else origin.base)
        except ConfigError as error:
            raise ValueError(error.faults[0]) from None
        return value

    @model_validator(mode="after")
    def _one_kind_of_day(self) -> Self:
        if self.collect_on_weekday is not None and self.collect_on_days:
            raise ValueError("collect_on_weekday and collect_on_days exclude each other")
        return self


def _can_be_a_step(kind: MessageKind) -> MessageKind:
    if kind not in STEP_KINDS:
        raise ValueError(f"'{kind.value}' follows from a payment or a debit and is no step of a ladder")
    return kind


StepKind = Annotated[
    MessageKind,
    AfterValidator(_can_be_a_step),
    WithJsonSchema({"type": "string", "enum": [kind.value for kind in STEP_KINDS]}),
]


class ReminderStep(Settings):
    """One step of the reminder ladder."""

    after_days: DaysAfter | None = Field(
        default=None, description="Days after the due date from which the step may be taken."
    )
    before_days: Days | None = Field(
        default=None, description="Instead of `after_days`, for a nudge: days before the due date (0: on it)."
    )
    kind: StepKind = Field(description="What is done: nudge, reminder, notice_of_default, phone or hand_over.")
    level: int | None = Field(
        default=None,
        ge=0,
        description="The dunning level that it lifts the document to: 1, 2, 3 and so on, in order. By default its place on the ladder; a nudge "
        "lifts nothing.",
    )
    minimum_days_between: Days | None = Field(
        default=None,
        description="Days that must lie between an invoice's last step and this one; by default those of the ladder.",
    )
    after_term: bool = Field(
        default=False,
        description="It waits, too, until the term that the law gives after the invoice's last letter has run out.",
    )
    media: tuple[Medium, ...] = Field(
        default=(),
        description="By which ways it may go: email, letter, registered (by letter or by mail), registered_email, phone, webhook. The first channel of the tenant that is one of them and "
        "reaches the customer is taken. By default what suits its kind.",
    )
    template: Text | None = Field(
        default=None, description="Name of the template of its text; by default that of its kind."
    )
    templates_by_product: Mapping[Text, Text] = Field(
        default=as_written({}),
        description="Another template for a product or service (column `product` of invoices.csv), by its name.",
    )
    fee: Fee = Field(
        default=Fee.NONE,
        description="What it asks for beside what is open, as far as the law allows: none, lump_sum (40 euro between businesses), scale (the Dutch "
        "collection costs), penalty (the agreed clause) or outlay (its own costs).",
    )
    outlay: AmountLimit | None = Field(
        default=None, description="What it asks for its own costs, for `fee: outlay`, as far as the law allows."
    )
    interest: bool = Field(default=False, description="It asks for interest too, as far as the law allows.")
    letter: LetterType | None = Field(
        default=None,
        description="What it is in the eyes of the law; by default what the country's law makes of its kind.",
    )
    audience: Audience = Field(default=as_written({}), description="For whom the step is; by default for everybody.")

    @property
    def days(self) -> int:
        """Days after the due date; negative: before it."""
        return self.after_days if self.after_days is not None else -(self.before_days or 0)

    @model_validator(mode="after")
    def _has_a_day(self) -> Self:
        if (self.after_days is None) == (self.before_days is None):
            raise ValueError("needs one of after_days and before_days")
        if self.before_days is not None and (self.kind is not MessageKind.NUDGE or self.level):
            raise ValueError("only a nudge, without a level, comes before the due date is over")
        if self.level == 0 and self.kind is not MessageKind.NUDGE:
            raise ValueError("only a nudge has level 0")
        return self


def _climbing(steps: Sequence[ReminderStep] | None) -> Sequence[ReminderStep] | None:
    """Levels and days rise. Where steps have audiences of their own, this is looked at for each customer's ladder (daemon/policies.py)."""
    climbing = [step for step in steps or () if not (step.level == 0 or step.before_days is not None)]
    if any(step.audience != Audience() for step in climbing):
        return steps
    previous: ReminderStep | None = None
    for number, step in enumerate(climbing, start=1):
        if step.level is not None and step.level != number:
            raise ValueError(f"step {number} has level {step.level}: levels are 1, 2, 3 and so on, in order")
        if previous is not None and step.days < previous.days:
            raise ValueError(f"step {number} comes earlier than the step before it")
        previous = step
    return steps


class LetterheadSettings(Settings):
    """What stands at the top and foot of letters, and the logo in mails."""

    logo: Path | None = Field(default=None, description="The logo, PNG or JPEG.")
    lines: tuple[Text, ...] = Field(
        default=(), max_length=4, description="Lines under the address, such as telephone and opening hours."
    )
    footer: tuple[Text, ...] = Field(
        default=(), max_length=2, description="Lines at the foot of each page; by default the name and the account."
    )
    window: Window | None = Field(
        default=None,
        description="Side of the window in your envelopes: `left` or `right`; by default the country's usual one.",
    )


class Reminders(Settings):
    """Reminders to customers. Without this section none are sent."""

    sender: Mailbox = Field(description="The mail address that reminders come from, also as `Name <address>`.")
    channel: ConnectorSettings | None = Field(
        default=None, description="How messages leave, where there is one way only; else `channels`."
    )
    channels: tuple[ConnectorSettings, ...] = Field(
        default=(),
        description="The ways by which messages leave, cheapest first. The first that a step and a customer allow is taken; what bounces, or has no "
        "address, goes by the next.",
    )
    reply_to: Mailbox | None = Field(default=None, description="Where answers go; by default to the sender.")
    recipients: tuple[Role, ...] = Field(
        default=(Role.DEBTOR,),
        min_length=1,
        description="Who at a customer's gets its mails: `debtor` (the address of the customer), `bookkeeper`, `treasurer`. The first that has an "
        "address is written to, the others get copies.",
    )
    letterhead: LetterheadSettings = Field(
        default=as_written({}), description="What stands at the top and foot of letters."
    )
    templates: Path | None = Field(
        default=None,
        description="Folder of your own templates (`reminder.nl.j2` and so on), which take the place of ours.",
    )
    max_message_mib: Mebibytes = Field(
        default=10,
        description="MiB that a mail may have; invoices that do not fit follow in further mails (`2 of 3`).",
    )
    delivery_reports: tuple[ConnectorSettings, ...] = Field(
        default=(), description="Where reports of what could not be delivered come in."
    )
    first_dispatch: bool = Field(
        default=False, description="New invoices are sent to the customer by the cheapest way, before any reminder."
    )
    paid_confirmation: bool = Field(
        default=False, description="Customers are told that an invoice is paid, once for each invoice."
    )
    steps: Annotated[tuple[ReminderStep, ...], AfterValidator(_climbing)] | None = Field(
        default=None,
        min_length=1,
        description="The ladder, mildest step first; by default a nudge, reminders, a notice of default, a call and the hand-over, as the "
        "country's law has them for businesses and consumers.",
    )
    minimum_days_between: Days | None = Field(
        default=None, description="Days that must lie between two messages to one customer."
    )
    minimum_amount: AmountLimit | None = Field(
        default=None, description="Nobody is reminded of less than this in all, in the tenant's currency."
    )
    exclude: tuple[Audience, ...] = Field(default=(), description="Customers who are never reminded.")
    claims: bool = Field(
        default=False,
        description="The default ladder asks for interest and costs where the law allows them; a ladder of your own says it step by step.",
    )
    max_statement_age_working_days: Days = Field(
        default=3, description="When the newest statement is older than this, reminders wait: the money may be there."
    )
    law: LawSettings = Field(
        default=as_written({}), description="What the program cannot know of the law that applies."
    )
    calls: Calls | None = Field(default=None, description="Telephone follow-up.")
    hand_over: HandOver | None = Field(default=None, description="Handing cases over.")
    interruption: Interruption | None = Field(default=None, description="Interrupting services.")

    @property
    def ways(self) -> tuple[ConnectorSettings, ...]:
        """The channels, cheapest first, however they are written."""
        return self.channels if self.channel is None else (self.channel,)

    @model_validator(mode="after")
    def _has_one_list_of_channels(self) -> Self:
        if self.channel is not None and self.channels:
            raise ValueError("channel and channels exclude each other")
        if self.channel is None and not self.channels:
            raise ValueError("needs channel, or channels: how do messages leave?")
        return self


class IgnoreRule(Settings):
    """Bank entries that are not receivables. All that is given must hold."""

    text: Text | None = Field(default=None, description="Words in its text; capitals do not matter.")
    counterparty: Text | None = Field(default=None, description="Words in the name of the other side.")
    iban: Iban | None = Field(default=None, description="The account of the other side.")
    code: Text | None = Field(default=None, description="The bank's transaction code.")
    direction: Direction | None = Field(default=None, description="`in`: money that comes; `out`: money that goes.")

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.text is None and self.counterparty is None and self.iban is None and self.code is None:
            raise ValueError("needs one of text, counterparty, iban or code, or it would ignore every entry")
        return self


class SpecialPayer(Settings):
    """A payer whose money is not like other money, such as a factoring company or a collector. All that is given must hold."""

    counterparty: Text | None = Field(default=None, description="Words in the payer's name; capitals do not matter.")
    iban: Iban | None = Field(default=None, description="The payer's account.")
    text: Text | None = Field(default=None, description="Words in the text; capitals do not matter.")
    treat_as: Treatment = Field(
        description="`ignore`: never a receivable; `review`: always for a person; `customer`: always for one customer."
    )
    customer: Text | None = Field(default=None, description="The customer's number, for `treat_as: customer`.")

    @model_validator(mode="after")
    def _names_a_payer(self) -> Self:
        if self.counterparty is None and self.iban is None and self.text is None:
            raise ValueError("needs one of counterparty, iban or text, or it would fit every payer")
        if (self.customer is not None) != (self.treat_as is Treatment.CUSTOMER):
            raise ValueError("customer goes with treat_as: customer, and only with that")
        return self


class Matching(Settings):
    """How far the reconciler may go by itself."""

    write_off_limit: AmountLimit = Field(
        default=as_written(DEFAULT_WRITE_OFF),
        description="A difference up to this is written off, in the tenant's currency.",
    )
    exchange_limit: AmountLimit = Field(
        default=as_written("0.00"),
        description="A difference up to this goes to the exchange account when a customer paid in another currency.",
    )
    discount_grace_days: Days = Field(
        default=1, description="Days after its term that an early-payment discount still counts."
    )
    net_credits: bool = Field(default=True, description="Credit notes are netted against the invoice they correct.")
    equal_open_oldest_first: bool = Field(
        default=False,
        description="Equal open invoices of one customer are paid oldest first; otherwise a person decides.",
    )
    bank_charge_limit: AmountLimit = Field(
        default=as_written("0.00"),
        description="When documents are quoted and this much or less is missing, the bank kept it: it is booked as a fee, in the tenant's "
        "currency. 0: never.",
    )
    use_credit_on_account: CreditUse = Field(
        default=CreditUse.NEVER,
        description="`oldest_first`: what a payment is too little for the documents it quotes is taken from the customer's credit on account, "
        "where that covers it, oldest document first; `never`: credit stays until a person uses it.",
    )
    accidental_fit_limit: Share = Field(
        default=as_written("0.001"),
        description="A sum of documents that were not listed is believed when fewer sums than this are expected to fit by accident; "
        "0: never.",
    )
    search_bound: Annotated[int, Field(ge=4, le=MOST_SEARCHED)] = Field(
        default=65_536,
        description="Sums of documents looked at for one payment at most; past that it goes to a person. 65536 is enough for 30 documents.",
    )
    special_payers: tuple[SpecialPayer, ...] = Field(
        default=(),
        description="Payers whose money is treated in one way whatever it says; the first rule that fits counts.",
    )
    ignore: tuple[IgnoreRule, ...] = Field(
        default=(), description="Bank entries that are left alone, besides those known by their kind."
    )


class CompareWhen(StrEnum):
    """Which books are read back and compared once a day."""

    REMOTE = "remote"
    ALL = "all"
    NEVER = "never"


class Limits(Settings):
    """How much is read and kept."""

    archive_mib: Mebibytes = Field(
        default=64,
        description="MiB up to which a document is archived whole; of a larger one hash, size and place are kept.",
    )


class Reports(Settings):
    """Where finance finds the reports."""

    path: Path = Field(default=Path("reports"), description="The folder they are written to.")


#: The ids of one customer, the one that is kept first.
SameCustomer = Annotated[tuple[Text, ...], Field(min_length=2)]


class TenantConfig(Settings):
    """One tenant: a company whose receivables are kept."""

    tenant: TenantName = Field(
        description="Its name in commands, exports and the store: letters, digits, - and _; 63 at most."
    )
    legal: Legal = Field(description="The company.")
    currency: Currency = Field(description="ISO 4217 code of the currency that the books are kept in.")
    time_zone: ZoneInfo = Field(
        default_factory=lambda data: as_written(time_zone_of(data["legal"].country)),
        description="IANA time zone of the schedule; by default the country's, such as Europe/Brussels.",
    )
    schedule: When = Field(
        default=as_written(DAILY),
        description="When the daemon runs a cycle: a crontab line of five fields (`30 6 * * mon-fri`; 0 and 7 are Sunday), or "
        "`{every: 15m}` or `{every: 2h}`. By default daily at 06:30.",
    )
    invoices: tuple[ConnectorSettings, ...] = Field(
        min_length=1,
        description="The sources of customers, invoices, credit notes and mandates; of two that state the same, the first is believed.",
    )
    same_customers: tuple[SameCustomer, ...] = Field(
        default=(),
        description="Ids that several sources, or one, give the same customer, such as [[S-12, 4711]]; it is kept under the first.",
    )
    different_customers: tuple[SameCustomer, ...] = Field(
        default=(),
        description="Ids of customers that look like one and are not, such as [[S-12, 4711]]: no two of a group are proposed as one any more.",
    )
    bank_accounts: tuple[BankAccount, ...] = Field(min_length=1, description="The accounts on which customers pay.")
    payouts: tuple[ConnectorSettings, ...] = Field(
        default=(), description="Payment providers whose payouts reach the bank in one sum, less their fees."
    )
    accounting: tuple[ConnectorSettings, ...] = Field(default=(), description="The books that bookings are written to.")
    compare: CompareWhen = Field(
        default=CompareWhen.REMOTE,
        description="Which books each day's first cycle reads back and compares: `remote` (systems on the network), `all`, or `never`; "
        "`afletter compare` does it at any time.",
    )
    direct_debit: DirectDebit | None = Field(default=None, description="SEPA direct debit; absent: no debits.")
    reminders: Reminders | None = Field(default=None, description="Reminders; absent: none are sent.")
    matching: Matching = Field(default=as_written({}), description="How far the reconciler may go by itself.")
    limits: Limits = Field(default=as_written({}), description="How much is read and kept.")
    store: StoreUrl = Field(
        default_factory=lambda data: StoreUrl(f"sqlite:///state/{data['tenant']}.sqlite3"),
        description="Where the tenant's books are kept: `sqlite:///state/name.sqlite3` (the default, with the tenant's name) or "
        "`postgresql+psycopg://user:${env:PASSWORD}@host/database`.",
    )
    reports: Reports = Field(default=as_written({}), description="Where finance finds the reports.")

    _origin: Origin | None = PrivateAttr(default=None)
    _warnings: tuple[str, ...] = PrivateAttr(default=())

    def model_post_init(self, context: Any, /) -> None:
        """Keep where the file stands."""
        self._origin = context if isinstance(context, Origin) else None

    @property
    def base(self) -> Path:
        """The absolute folder of the tenant file, to which relative paths belong."""
        return Path.cwd() if self._origin is None else self._origin.base

    @property
    def file(self) -> Path:
        """The tenant file, as it was named to ``load``."""
        return Path() if self._origin is None else self._origin.file

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is no fault but should be mended, in lines like those of faults: a secret written in clear."""
        return self._warnings

    def with_warnings(self, warnings: tuple[str, ...]) -> Self:
        """The same tenant, with these warnings."""
        copy = self.model_copy()
        copy._warnings = warnings
        return copy

    @model_validator(mode="after")
    def _each_books_once(self) -> Self:
        """Two writers of the same books would book everything twice, each under keys of its own."""
        places = [
            *((f"invoices[{place}].feedback", one.books()) for place, one in enumerate(self.invoices)),
            *((f"accounting[{place}]", one.books()) for place, one in enumerate(self.accounting)),
        ]
        first: dict[str, str] = {}
        for place, books in places:
            if books and first.setdefault(books, place) != place:
                raise ValueError(f"{first[books]} and {place} would book the same twice in {books}: keep one of them")
        return self

    @field_validator("same_customers", mode="after")
    @classmethod
    def _each_id_once(cls, value: tuple[SameCustomer, ...]) -> tuple[SameCustomer, ...]:
        ids = [one for group in value for one in group]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise ValueError(f"'{twice[0]}' stands there twice; an id belongs to one customer")
        return value

    @model_validator(mode="after")
    def _same_or_different(self) -> Self:
        for same in self.same_customers:
            for different in self.different_customers:
                both = sorted({*same} & {*different})
                if len(both) > 1:
                    raise ValueError(
                        f"'{both[0]}' and '{both[1]}' stand both in `same_customers` and in `different_customers`"
                    )
        return self

    @field_validator("time_zone", mode="before")
    @classmethod
    def _known_zone(cls, value: object) -> object:
        if value == "":
            raise ValueError("is missing: the country has no single time zone that is known here")
        return value


#: What pydantic makes a field from: its type, and its description and default.
_Definition = tuple[Any, FieldInfo]


def tenant_model(kinds: ConnectorKinds) -> type[TenantConfig]:
    """TenantConfig with the settings of these connectors in their places."""
    account = _with(BankAccount, statements=_many(BankAccount, "statements", kinds.statements))
    debit = _with(DirectDebit, bank=_one(DirectDebit, "bank", kinds.debit_channel))
    reminders = _with(
        Reminders,
        channel=_perhaps(Reminders, "channel", kinds.reminder_channel),
        channels=_many(Reminders, "channels", kinds.reminder_channel),
        delivery_reports=_many(Reminders, "delivery_reports", kinds.delivery_reports),
        **_collections(kinds),
    )
    return _with(
        TenantConfig,
        invoices=_many(TenantConfig, "invoices", kinds.invoices),
        bank_accounts=(tuple[account, ...], TenantConfig.model_fields["bank_accounts"]),  # type: ignore[valid-type]
        payouts=_many(TenantConfig, "payouts", kinds.payouts),
        accounting=_many(TenantConfig, "accounting", kinds.accounting),
        direct_debit=(debit | None, TenantConfig.model_fields["direct_debit"]),
        reminders=(reminders | None, TenantConfig.model_fields["reminders"]),
    )


def _collections(kinds: ConnectorKinds) -> dict[str, _Definition]:
    """The sections of what follows after letters, with their connectors."""
    calls = _with(Calls, outcomes=_many(Calls, "outcomes", kinds.call_outcomes))
    hand_over = _with(HandOver, channel=_perhaps(HandOver, "channel", kinds.hand_over_channel))
    interruption = _with(Interruption, channel=_one(Interruption, "channel", kinds.service_channel))
    return {
        "calls": (calls | None, Reminders.model_fields["calls"]),
        "hand_over": (hand_over | None, Reminders.model_fields["hand_over"]),
        "interruption": (interruption | None, Reminders.model_fields["interruption"]),
    }


_S = TypeVar("_S", bound=Settings)


def _with(base: type[_S], **fields: Any) -> type[_S]:
    """``base`` with other types for some of its fields; it keeps its name and words."""
    return create_model(base.__name__, __base__=base, __doc__=base.__doc__, **fields)


def _one(owner: type[Settings], name: str, kinds: Kinds) -> _Definition:
    return Annotated[ConnectorSettings, Choice(kinds)], owner.model_fields[name]


def _perhaps(owner: type[Settings], name: str, kinds: Kinds) -> _Definition:
    return Annotated[ConnectorSettings, Choice(kinds)] | None, owner.model_fields[name]


def _many(owner: type[Settings], name: str, kinds: Kinds) -> _Definition:
    return tuple[Annotated[ConnectorSettings, Choice(kinds)], ...], owner.model_fields[name]
