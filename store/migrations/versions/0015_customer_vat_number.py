"""The VAT number of a customer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_customer_vat_number"
down_revision = "0014_coming_payments"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """One column."""
    op.add_column("customer", sa.Column("vat_number", WORDS, nullable=False, server_default=""))
