"""What payment providers paid out, and which bank entries were explained by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_payouts"
down_revision = "0008_comparisons"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TABLES = ("payout", "payout_entry")


def upgrade() -> None:
    """Two tables: append-only, and on PostgreSQL behind the wall between tenants."""
    op.create_table(
        "payout",
        sa.Column("tenant", WORDS, nullable=False),
        sa.Column("payout_id", WORDS, nullable=False),
        sa.Column("content", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "payout_id", name="pk_payout"),
        comment="What payment providers paid out, with all that is in it",
    )
    op.create_table(
        "payout_entry",
        sa.Column("tenant", WORDS, nullable=False),
        sa.Column("payout_id", WORDS, nullable=False),
        sa.Column("entry_id", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "payout_id", "entry_id", name="pk_payout_entry"),
        comment="Which payout explained which bank entry",
    )
    for table in TABLES:
        _guard(table)


def _guard(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
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
