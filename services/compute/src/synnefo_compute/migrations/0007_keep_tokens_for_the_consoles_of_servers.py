# SPDX-License-Identifier: Apache-2.0
"""Keep tokens for the consoles of servers."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0007"
down_revision = "compute_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "compute_console",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_compute_console")),
    )
    op.create_index(
        "ix_compute_console_expires_at", "compute_console", ["expires_at"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_compute_console_expires_at", table_name="compute_console")
    op.drop_table("compute_console")
