"""How customers want to hear from us, where invoices can be paid, and what became of messages after they left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_messages"
down_revision = "0004_collections"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Columns of two tables, and a table of reports: append-only, and on PostgreSQL behind the wall between tenants."""
    op.add_column("customer", sa.Column("phone", WORDS, nullable=False, server_default=""))
    op.add_column("customer", sa.Column("contacts", WORDS, nullable=False, server_default="[]"))
    op.add_column("customer", sa.Column("media", WORDS, nullable=False, server_default="[]"))
    op.add_column("document", sa.Column("payment_link", WORDS, nullable=False, server_default=""))
    op.create_table(
        "delivery_report",
        sa.Column("tenant", WORDS, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("message_id", WORDS, nullable=False),
        sa.Column("recipient", WORDS, nullable=False),
        sa.Column("content", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "sequence", name="pk_delivery_report"),
        comment="What became of messages after they left, by the word of those who carried them",
    )
    op.create_index("ix_delivery_report_tenant_message_id", "delivery_report", ["tenant", "message_id"])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER delivery_report_no_{verb.lower()} BEFORE {verb} ON delivery_report "
                "BEGIN SELECT RAISE(ABORT, 'delivery_report is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER delivery_report_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON delivery_report "
        "FOR EACH STATEMENT EXECUTE FUNCTION afletter_append_only()"
    )
    op.execute("ALTER TABLE delivery_report ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE delivery_report FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY delivery_report_of_tenant ON delivery_report "
        "USING (tenant = current_setting('afletter.tenant', true)) "
        "WITH CHECK (tenant = current_setting('afletter.tenant', true))"
    )
