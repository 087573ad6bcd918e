"""An index by which the decisions about one entry or document are found without reading the whole log."""

from __future__ import annotations

from alembic import op

revision = "0007_decision_subject"
down_revision = "0006_mandate_changed_by"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index; no row changes."""
    op.create_index("ix_decision_tenant_subject_sequence", "decision", ["tenant", "subject", "sequence"])
