"""What each source says of a fact that several sources state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_stated_facts"
down_revision = "0009_payouts"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """One table; on PostgreSQL behind the wall between tenants. A source's newer word takes the place of its older one."""
    op.create_table(
        "stated_fact",
        *(sa.Column(name, WORDS, nullable=False) for name in ("tenant", "kind", "name", "system", "content")),
        sa.PrimaryKeyConstraint("tenant", "kind", "name", "system", name="pk_stated_fact"),
        comment="What each source says of a fact that several sources state",
    )
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("ALTER TABLE stated_fact ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE stated_fact FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY stated_fact_of_tenant ON stated_fact "
        "USING (tenant = current_setting('afletter.tenant', true)) "
        "WITH CHECK (tenant = current_setting('afletter.tenant', true))"
    )
