"""An index by which the decisions about one entry or document are found without reading the whole log."""

from __future__ import annotations

from alembic import op

revision = "decision_subject"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index; no row changes."""
    op.create_index("ix_decision_tenant_subject_sequence", "decision", ["tenant", "subject", "sequence"])
