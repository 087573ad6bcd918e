"""Money of own direct debits, and what people did with direct debits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TABLES = ("debit_act", "debit_move")


def upgrade() -> None:
    """Two columns of mandates, two tables; the acts are append-only, and on PostgreSQL both stand behind the wall between tenants."""
    op.add_column("mandate", sa.Column("last_collected_on", sa.Date(), nullable=True))
    op.add_column("mandate", sa.Column("replaces", WORDS, nullable=False, server_default=""))
    op.create_table(
        "debit_act",
        sa.Column("tenant", WORDS, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("act", WORDS, nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("by", WORDS, nullable=False),
        sa.Column("acted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "sequence", name="pk_debit_act"),
        comment="Who released, withheld or cancelled what of the direct debits",
    )
    op.create_table(
        "debit_move",
        sa.Column("tenant", WORDS, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", WORDS, nullable=False),
        sa.Column("end_to_end_id", WORDS, nullable=False),
        sa.Column("content", WORDS, nullable=False),
        sa.Column("taken_back", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["tenant", "entry_id"], ["entry.tenant", "entry.entry_id"], name="fk_debit_move_entry"),
        sa.ForeignKeyConstraint(
            ["tenant", "end_to_end_id"],
            ["collection.tenant", "collection.end_to_end_id"],
            name="fk_debit_move_collection",
        ),
        sa.PrimaryKeyConstraint("tenant", "sequence", name="pk_debit_move"),
        comment="Which bank entry credited or took back which collection",
    )
    op.create_index("ix_debit_move_tenant_entry_id", "debit_move", ["tenant", "entry_id"])
    op.create_index("ix_debit_move_tenant_end_to_end_id", "debit_move", ["tenant", "end_to_end_id"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER debit_act_no_{verb.lower()} BEFORE {verb} ON debit_act "
                "BEGIN SELECT RAISE(ABORT, 'debit_act is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER debit_act_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON debit_act "
        "FOR EACH STATEMENT EXECUTE FUNCTION afletter_append_only()"
    )
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY {table}_of_tenant ON {table} "
            "USING (tenant = current_setting('afletter.tenant', true)) "
            "WITH CHECK (tenant = current_setting('afletter.tenant', true))"
        )
