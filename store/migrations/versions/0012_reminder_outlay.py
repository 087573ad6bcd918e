"""What a reminder asked for its own costs, which later ones ask for too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_reminder_outlay"
down_revision = "0011_mandate_held_as"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One more column of reminders."""
    op.add_column("reminder", sa.Column("outlay", sa.BigInteger(), nullable=False, server_default="0"))
