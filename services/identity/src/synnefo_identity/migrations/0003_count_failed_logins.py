# SPDX-License-Identifier: Apache-2.0
"""Count failed logins."""

import sqlalchemy as sa
from alembic import op

revision = "identity_0003"
down_revision = "identity_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "identity_failure",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_identity_failure")),
    )
    op.create_index("ix_identity_failure_last_at", "identity_failure", ["last_at"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_identity_failure_last_at", table_name="identity_failure")
    op.drop_table("identity_failure")
