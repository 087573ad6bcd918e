"""Whether another page of a statement follows in a document of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_statement_continues"
down_revision = "0012_reminder_outlay"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more column of statements."""
    op.add_column("statement", sa.Column("continues", sa.Boolean(), nullable=False, server_default=sa.false()))
