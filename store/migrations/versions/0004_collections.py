"""Calls that were made, cases that were handed over, and services that were interrupted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_collections"
down_revision = "0003_reminders"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TABLES = {
    "call_attempt": "Telephone calls to customers, and what came of them",
    "hand_over_act": "What was released for hand-over, and what an agency was told afterwards",
    "service_act": "Whose service was announced to stop, stopped and given back",
}


def upgrade() -> None:
    """Three append-only tables; on PostgreSQL behind the wall between tenants."""
    for table, comment in TABLES.items():
        op.create_table(
            table,
            sa.Column("tenant", WORDS, nullable=False),
            sa.Column("sequence", sa.BigInteger(), nullable=False),
            sa.Column("customer_id", WORDS, nullable=False),
            sa.Column("acted_on", sa.Date(), nullable=False),
            sa.Column("content", WORDS, nullable=False),
            sa.PrimaryKeyConstraint("tenant", "sequence", name=f"pk_{table}"),
            comment=comment,
        )
        if op.get_bind().dialect.name == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
            continue
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION afletter_append_only()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY {table}_of_tenant ON {table} "
            "USING (tenant = current_setting('afletter.tenant', true)) "
            "WITH CHECK (tenant = current_setting('afletter.tenant', true))"
        )
