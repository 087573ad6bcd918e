"""What accounting targets said when they were read back, and since when an outcome is unknown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_comparisons"
down_revision = "0007_decision_subject"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """A column of effects, and a table with one row for each target; on PostgreSQL behind the wall between tenants."""
    op.add_column("effect", sa.Column("unknown_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "comparison",
        sa.Column("tenant", WORDS, nullable=False),
        sa.Column("sink", WORDS, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "sink", name="pk_comparison"),
        comment="What the last reading of each accounting target said, held against our books",
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE comparison ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE comparison FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY comparison_of_tenant ON comparison "
            "USING (tenant = current_setting('afletter.tenant', true)) "
            "WITH CHECK (tenant = current_setting('afletter.tenant', true))"
        )
