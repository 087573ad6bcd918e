"""What a payment provider that keeps a mandate calls it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_mandate_held_as"
down_revision = "0010_stated_facts"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """One column."""
    op.add_column("mandate", sa.Column("held_as", WORDS, nullable=False, server_default=""))
