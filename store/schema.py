"""The tables. The tenant stands first in every key; amounts are integers of minor units with their currency.

What changes here changes in a new file of ``store/migrations/versions`` too; a test compares the two.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    false,
    text,
)

from store.columns import CODE, Instant, Words

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)


#: Columns whose text is the program's own: enum values, hashes, JSON in ASCII.
_CODES: Final = frozenset(
    {
        *("tenant", "sha256", "type", "ibans", "source", "currency", "kind", "content", "scheme", "status", "flag"),
        *("problems", "account_kind", "payload", "state", "event", "hash", "fault_id", "summary", "sequence_type"),
        *("mandate", "key", "booking_id", "entry_id", "learned_from"),
    }
)


def _words(*names: str) -> list[Column[str]]:
    """Text columns that are always there; unknown is empty text, as in ``ledger``."""
    return [Column(name, CODE if name in _CODES else Words(), nullable=False) for name in names]


def _minor(name: str, *, nullable: bool = False) -> Column[int]:
    """An amount in minor units."""
    return Column(name, BigInteger, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=nullable)


raw_document: Final = Table(
    "raw_document",
    metadata,
    *_words("tenant"),
    _minor("sequence"),
    *_words("system", "name", "sha256"),
    _minor("size"),
    Column("kept", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant", "sequence"),
    Index(None, "tenant", "system", "name", "sequence"),
    Index(None, "tenant", "sha256"),
    comment="Every arrival of a document, in order; the bytes are in raw_chunk",
)

raw_chunk: Final = Table(
    "raw_chunk",
    metadata,
    *_words("tenant", "sha256"),
    _number("number"),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant", "sha256", "number"),
    comment="Bytes of documents: zlib over 1 MiB each",
)

source_cursor: Final = Table(
    "source_cursor", metadata, *_words("tenant", "source", "cursor"), PrimaryKeyConstraint("tenant", "source")
)

customer: Final = Table(
    "customer",
    metadata,
    *_words("tenant", "customer_id", "name", "type", "email", "language", "street", "postcode", "city", "country"),
    *_words("ibans", "source"),
    Column("group", Words, nullable=False, server_default=""),
    Column("phone", Words, nullable=False, server_default=""),
    Column("contacts", CODE, nullable=False, server_default="[]"),
    Column("media", CODE, nullable=False, server_default="[]"),
    Column("vat_number", Words, nullable=False, server_default=""),
    PrimaryKeyConstraint("tenant", "customer_id"),
)

document: Final = Table(
    "document",
    metadata,
    *_words("tenant", "number"),
    _number("version"),
    *_words("kind", "customer_id"),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    *_words("currency"),
    _minor("gross"),
    _minor("settled_at_source"),
    *_words("creditor_reference", "order_number", "corrects"),
    _number("discount_basis_points", nullable=True),
    Column("discount_until", Date, nullable=True),
    *_words("source"),
    _number("call_after_days", nullable=True),
    Column("product", Words, nullable=False, server_default=""),
    Column("payment_link", Words, nullable=False, server_default=""),
    PrimaryKeyConstraint("tenant", "number"),
    Index(None, "tenant", "issued_on", "number"),
    Index(None, "tenant", "due_on", "number"),
    comment="Invoices and credit notes as their source last stated them",
)

document_version: Final = Table(
    "document_version",
    metadata,
    *_words("tenant", "number"),
    _number("version"),
    *_words("content"),
    PrimaryKeyConstraint("tenant", "number", "version"),
    ForeignKeyConstraint(["tenant", "number"], ["document.tenant", "document.number"]),
    comment="Every version that a source ever stated",
)

document_flag: Final = Table(
    "document_flag",
    metadata,
    *_words("tenant", "number", "flag"),
    PrimaryKeyConstraint("tenant", "number"),
    comment="What a person said of a document: disputed, written_off, cancelled",
)

mandate: Final = Table(
    "mandate",
    metadata,
    *_words("tenant", "reference", "customer_id", "iban", "bic", "account_holder", "scheme", "type"),
    Column("signed_on", Date, nullable=False),
    *_words("status", "source"),
    Column("last_collected_on", Date, nullable=True),
    Column("replaces", Words, nullable=False, server_default=""),
    Column("changed_by", Words, nullable=False, server_default=""),
    Column("held_as", Words, nullable=False, server_default=""),
    PrimaryKeyConstraint("tenant", "reference"),
    Index(None, "tenant", "customer_id"),
)

statement: Final = Table(
    "statement",
    metadata,
    *_words("tenant", "document", "place"),
    _minor("sequence"),
    *_words("system", "name", "account", "currency", "number"),
    Column("dated_on", Date, nullable=True),
    _minor("opening", nullable=True),
    Column("opening_on", Date, nullable=True),
    _minor("closing", nullable=True),
    Column("closing_on", Date, nullable=True),
    *_words("format", "problems"),
    _number("entries"),
    Column("continues", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("tenant", "document", "place"),
    UniqueConstraint("tenant", "sequence"),
)

entry: Final = Table(
    "entry",
    metadata,
    *_words("tenant", "entry_id", "account"),
    Column("booked_on", Date, nullable=False),
    _number("position"),
    _minor("amount"),
    *_words("currency", "bank_reference", "content", "status", "reason", "confidence"),
    PrimaryKeyConstraint("tenant", "entry_id"),
    Index(None, "tenant", "booked_on", "account", "position", "entry_id"),
    Index(None, "tenant", "account", "booked_on"),
    Index(None, "tenant", "bank_reference"),
    Index(
        "ix_entry_new",
        "tenant",
        "booked_on",
        "account",
        "position",
        "entry_id",
        postgresql_where=text("status = 'new'"),
        sqlite_where=text("status = 'new'"),
    ),
    comment="Booked bank entries; content is the whole entry, the columns are what is asked for",
)

entry_line: Final = Table(
    "entry_line",
    metadata,
    *_words("tenant", "entry_id"),
    _number("number"),
    _number("rank", nullable=True),
    Column("kind", CODE, nullable=True),
    *_words("document", "customer_id"),
    _minor("amount", nullable=True),
    Column("currency", CODE, nullable=True),
    *_words("confidence", "reason", "settles"),
    PrimaryKeyConstraint("tenant", "entry_id", "number"),
    ForeignKeyConstraint(["tenant", "entry_id"], ["entry.tenant", "entry.entry_id"]),
    comment="How an entry was decided: its lines, or the ranked suggestions of one in review",
)

booking: Final = Table(
    "booking",
    metadata,
    *_words("tenant"),
    _minor("sequence"),
    *_words("booking_id", "kind"),
    Column("booked_on", Date, nullable=False),
    *_words("subject", "reverses"),
    PrimaryKeyConstraint("tenant", "sequence"),
    UniqueConstraint("tenant", "booking_id"),
    Index(None, "tenant", "subject"),
)

booking_line: Final = Table(
    "booking_line",
    metadata,
    *_words("tenant"),
    _minor("sequence"),
    _number("number"),
    *_words("account_kind", "account_key", "customer_id"),
    _minor("amount"),
    *_words("currency"),
    PrimaryKeyConstraint("tenant", "sequence", "number"),
    ForeignKeyConstraint(["tenant", "sequence"], ["booking.tenant", "booking.sequence"]),
    Index("ix_booking_line_balance", "tenant", "account_kind", "account_key", "currency", "amount"),
    comment="Debit positive, credit negative",
)

receivable_balance: Final = Table(
    "receivable_balance",
    metadata,
    *_words("tenant", "number", "currency"),
    _minor("balance"),
    PrimaryKeyConstraint("tenant", "number", "currency"),
    comment="Projection of booking_line: what stands on the receivable account of each document, debit positive",
)

effect: Final = Table(
    "effect",
    metadata,
    *_words("tenant", "key"),
    _minor("sequence"),
    *_words("kind", "sink", "subject", "payload"),
    Column("not_before", Date, nullable=False),
    *_words("state"),
    _number("attempts"),
    _number("steps"),
    *_words("detail", "reference"),
    Column("unknown_since", Instant, nullable=True),
    PrimaryKeyConstraint("tenant", "key"),
    UniqueConstraint("tenant", "sequence"),
    Index(None, "tenant", "sink", "state", "sequence"),
    Index(None, "tenant", "state", "sequence"),
    Index(None, "tenant", "subject"),
    comment="The outbox",
)

effect_history: Final = Table(
    "effect_history",
    metadata,
    *_words("tenant", "key"),
    _number("step"),
    *_words("event", "state", "detail", "reference"),
    PrimaryKeyConstraint("tenant", "key", "step"),
    ForeignKeyConstraint(["tenant", "key"], ["effect.tenant", "effect.key"]),
)

decision: Final = Table(
    "decision",
    metadata,
    *_words("tenant"),
    _minor("sequence"),
    Column("as_of", Date, nullable=False),
    *_words("subject", "decision", "evidence", "runner_up", "reason", "by", "hash"),
    PrimaryKeyConstraint("tenant", "sequence"),
    Index(None, "tenant", "subject", "sequence"),
    comment="The decision log, chained by hashes",
)

fault: Final = Table(
    "fault",
    metadata,
    *_words("tenant", "fault_id"),
    _minor("sequence"),
    *_words("system", "name", "document", "place", "reason"),
    Column("whole_document", Boolean, nullable=False),
    Column("healed", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant", "fault_id"),
    UniqueConstraint("tenant", "sequence"),
    Index(None, "tenant", "system", "name"),
)

cycle: Final = Table(
    "cycle",
    metadata,
    *_words("tenant"),
    _minor("cycle_id"),
    Column("as_of", Date, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
    *_words("outcome", "summary"),
    PrimaryKeyConstraint("tenant", "cycle_id"),
)

comparison: Final = Table(
    "comparison",
    metadata,
    *_words("tenant", "sink"),
    Column("as_of", Date, nullable=False),
    Column("compared_at", Instant, nullable=False),
    *_words("content"),
    PrimaryKeyConstraint("tenant", "sink"),
    comment="What the last reading of each accounting target said, held against our books",
)

debit_batch: Final = Table(
    "debit_batch",
    metadata,
    *_words("tenant", "message_id", "payment_information_id"),
    *_words("creditor_name", "creditor_id", "creditor_iban", "creditor_bic", "scheme", "sequence_type"),
    Column("collect_on", Date, nullable=False),
    Column("created_on", Date, nullable=False),
    *_words("sha256"),
    Column("file", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant", "message_id"),
    comment="Direct-debit files as they were made, byte for byte",
)

collection: Final = Table(
    "collection",
    metadata,
    *_words("tenant", "end_to_end_id"),
    _minor("sequence"),
    Column("message_id", Words, nullable=True),
    *_words("mandate_reference", "customer_id", "mandate", "sequence_type"),
    Column("collect_on", Date, nullable=False),
    _minor("amount"),
    *_words("currency", "remittance", "creditor_reference", "status", "reason_code"),
    _number("steps"),
    PrimaryKeyConstraint("tenant", "end_to_end_id"),
    UniqueConstraint("tenant", "sequence"),
    ForeignKeyConstraint(["tenant", "message_id"], ["debit_batch.tenant", "debit_batch.message_id"]),
    comment="Direct debits; mandate is the mandate as it stood when the collection was planned",
)

collection_part: Final = Table(
    "collection_part",
    metadata,
    *_words("tenant", "end_to_end_id"),
    _number("number"),
    *_words("document"),
    _minor("amount"),
    *_words("currency"),
    Column("live", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant", "end_to_end_id", "number"),
    ForeignKeyConstraint(["tenant", "end_to_end_id"], ["collection.tenant", "collection.end_to_end_id"]),
    Index(
        "uq_collection_part_live",
        "tenant",
        "document",
        unique=True,
        postgresql_where=text("live"),
        sqlite_where=text("live"),
    ),
    comment="A document stands in one live collection at most: the index refuses a second",
)

collection_history: Final = Table(
    "collection_history",
    metadata,
    *_words("tenant", "end_to_end_id"),
    _number("step"),
    *_words("status", "reason_code"),
    PrimaryKeyConstraint("tenant", "end_to_end_id", "step"),
    ForeignKeyConstraint(["tenant", "end_to_end_id"], ["collection.tenant", "collection.end_to_end_id"]),
)

debit_move: Final = Table(
    "debit_move",
    metadata,
    *_words("tenant"),
    _minor("sequence"),
    *_words("entry_id", "end_to_end_id", "content"),
    Column("taken_back", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant", "sequence"),
    ForeignKeyConstraint(["tenant", "entry_id"], ["entry.tenant", "entry.entry_id"]),
    ForeignKeyConstraint(["tenant", "end_to_end_id"], ["collection.tenant", "collection.end_to_end_id"]),
    Index(None, "tenant", "entry_id"),
    Index(None, "tenant", "end_to_end_id"),
    comment="Which bank entry credited or took back which collection",
)

debit_act: Final = Table(
    "debit_act",
    metadata,
    *_words("tenant"),
    _minor("sequence"),
    *_words("act", "subject", "by"),
    Column("acted_on", Date, nullable=False),
    PrimaryKeyConstraint("tenant", "sequence"),
    comment="Who released, withheld or cancelled what of the direct debits",
)

reminder: Final = Table(
    "reminder",
    metadata,
    *_words("tenant", "message_id"),
    _minor("sequence"),
    *_words("customer_id"),
    _number("level"),
    *_words("kind", "channel"),
    Column("as_of", Date, nullable=False),
    _minor("amount"),
    *_words("currency", "status"),
    Column("template", Words, nullable=False, server_default=""),
    Column("letter", CODE, nullable=False, server_default="plain"),
    Column("medium", CODE, nullable=False, server_default="email"),
    Column("interest", BigInteger, nullable=False, server_default="0"),
    Column("costs", BigInteger, nullable=False, server_default="0"),
    Column("announced", BigInteger, nullable=False, server_default="0"),
    Column("outlay", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("tenant", "message_id"),
    UniqueConstraint("tenant", "sequence"),
)

reminder_document: Final = Table(
    "reminder_document",
    metadata,
    *_words("tenant", "message_id"),
    _number("number"),
    *_words("document"),
    _number("level"),
    PrimaryKeyConstraint("tenant", "message_id", "number"),
    ForeignKeyConstraint(["tenant", "message_id"], ["reminder.tenant", "reminder.message_id"]),
    Index(None, "tenant", "document"),
)

reminder_act: Final = Table(
    "reminder_act",
    metadata,
    *_words("tenant"),
    _minor("sequence"),
    *_words("act", "subject", "by"),
    Column("acted_on", Date, nullable=False),
    *_words("content"),
    PrimaryKeyConstraint("tenant", "sequence"),
    comment="Who held, disputed or resumed what of the reminders, and what was promised",
)

payout: Final = Table(
    "payout",
    metadata,
    *_words("tenant", "payout_id", "content"),
    PrimaryKeyConstraint("tenant", "payout_id"),
    comment="What payment providers paid out, with all that is in it",
)

payout_entry: Final = Table(
    "payout_entry",
    metadata,
    *_words("tenant", "payout_id", "entry_id"),
    PrimaryKeyConstraint("tenant", "payout_id", "entry_id"),
    comment="Which payout explained which bank entry",
)

call_attempt: Final = Table(
    "call_attempt",
    metadata,
    *_words("tenant"),
    _minor("sequence"),
    *_words("customer_id"),
    Column("acted_on", Date, nullable=False),
    *_words("content"),
    PrimaryKeyConstraint("tenant", "sequence"),
    comment="Telephone calls to customers, and what came of them",
)

hand_over_act: Final = Table(
    "hand_over_act",
    metadata,
    *_words("tenant"),
    _minor("sequence"),
    *_words("customer_id"),
    Column("acted_on", Date, nullable=False),
    *_words("content"),
    PrimaryKeyConstraint("tenant", "sequence"),
    comment="What was released for hand-over, and what an agency was told afterwards",
)

service_act: Final = Table(
    "service_act",
    metadata,
    *_words("tenant"),
    _minor("sequence"),
    *_words("customer_id"),
    Column("acted_on", Date, nullable=False),
    *_words("content"),
    PrimaryKeyConstraint("tenant", "sequence"),
    comment="Whose service was announced to stop, stopped and given back",
)

delivery_report: Final = Table(
    "delivery_report",
    metadata,
    *_words("tenant"),
    _minor("sequence"),
    *_words("message_id", "recipient", "content"),
    PrimaryKeyConstraint("tenant", "sequence"),
    Index(None, "tenant", "message_id"),
    comment="What became of messages after they left, by the word of those who carried them",
)

known_payer: Final = Table(
    "known_payer",
    metadata,
    *_words("tenant", "customer_id", "iban", "name", "learned_from"),
    PrimaryKeyConstraint("tenant", "customer_id", "iban", "name", "learned_from"),
    Index(None, "tenant", "learned_from"),
    comment="Who pays for whom, and the entry that taught it",
)

stated_fact: Final = Table(
    "stated_fact",
    metadata,
    *_words("tenant", "kind", "name", "system", "content"),
    PrimaryKeyConstraint("tenant", "kind", "name", "system"),
    comment="What each source says of a fact that several sources state",
)

coming_payment: Final = Table(
    "coming_payment",
    metadata,
    *_words("tenant", "payment_id", "content"),
    PrimaryKeyConstraint("tenant", "payment_id"),
    comment="Payments that a provider has received and not paid out yet",
)
