# SPDX-License-Identifier: Apache-2.0
"""Let servers be locked and have access addresses."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0002"
down_revision = "compute_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "compute_server",
        sa.Column("locked_by", sa.String(length=16), server_default="", nullable=False),
    )
    op.add_column(
        "compute_server",
        sa.Column("access_ipv4", sa.String(length=64), server_default="", nullable=False),
    )
    op.add_column(
        "compute_server",
        sa.Column("access_ipv6", sa.String(length=64), server_default="", nullable=False),
    )
    op.add_column(
        "compute_server",
        sa.Column("is_disk_auto", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("compute_server", "is_disk_auto")
    op.drop_column("compute_server", "access_ipv6")
    op.drop_column("compute_server", "access_ipv4")
    op.drop_column("compute_server", "locked_by")
