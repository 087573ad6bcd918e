"""Who last changed a mandate where it is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_mandate_changed_by"
down_revision = "0005_messages"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """One column."""
    op.add_column("mandate", sa.Column("changed_by", WORDS, nullable=False, server_default=""))
