"""What people said of reminders, what a reminder was in the eyes of the law, and what an invoice or customer says of its ladder."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_reminders"
down_revision = "0002"
branch_labels = None
depends_on = None

CODE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WORDS = CODE


def upgrade() -> None:
    """Columns of three tables; the acts are append-only, and on PostgreSQL behind the wall between tenants."""
    op.add_column("customer", sa.Column("group", WORDS, nullable=False, server_default=""))
    op.add_column("document", sa.Column("call_after_days", sa.Integer(), nullable=True))
    op.add_column("document", sa.Column("product", WORDS, nullable=False, server_default=""))
    op.add_column("reminder", sa.Column("template", WORDS, nullable=False, server_default=""))
    op.add_column("reminder", sa.Column("letter", CODE, nullable=False, server_default="plain"))
    op.add_column("reminder", sa.Column("medium", CODE, nullable=False, server_default="email"))
    for amount in ("interest", "costs", "announced"):
        op.add_column("reminder", sa.Column(amount, sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "reminder_act",
        sa.Column("tenant", WORDS, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("act", WORDS, nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("by", WORDS, nullable=False),
        sa.Column("acted_on", sa.Date(), nullable=False),
        sa.Column("content", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "sequence", name="pk_reminder_act"),
        comment="Who held, disputed or resumed what of the reminders, and what was promised",
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER reminder_act_no_{verb.lower()} BEFORE {verb} ON reminder_act "
                "BEGIN SELECT RAISE(ABORT, 'reminder_act is append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER reminder_act_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reminder_act "
        "FOR EACH STATEMENT EXECUTE FUNCTION afletter_append_only()"
    )
    op.execute("ALTER TABLE reminder_act ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE reminder_act FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY reminder_act_of_tenant ON reminder_act "
        "USING (tenant = current_setting('afletter.tenant', true)) "
        "WITH CHECK (tenant = current_setting('afletter.tenant', true))"
    )
