"""Payments that a provider has received and not paid out yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_coming_payments"
down_revision = "0013_statement_continues"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """One table; on PostgreSQL behind the wall between tenants. A newer word on a payment takes the place of the older one."""
    op.create_table(
        "coming_payment",
        *(sa.Column(name, WORDS, nullable=False) for name in ("tenant", "payment_id", "content")),
        sa.PrimaryKeyConstraint("tenant", "payment_id", name="pk_coming_payment"),
        comment="Payments that a provider has received and not paid out yet",
    )
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("ALTER TABLE coming_payment ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE coming_payment FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY coming_payment_of_tenant ON coming_payment "
        "USING (tenant = current_setting('afletter.tenant', true)) "
        "WITH CHECK (tenant = current_setting('afletter.tenant', true))"
    )
