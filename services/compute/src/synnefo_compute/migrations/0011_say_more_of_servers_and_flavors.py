# SPDX-License-Identifier: Apache-2.0
"""Say more of servers and flavors."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0011"
down_revision = "compute_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "compute_flavor", sa.Column("description", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "compute_server",
        sa.Column("pinned_zone", sa.String(length=255), server_default="", nullable=False),
    )
    op.add_column(
        "compute_server",
        sa.Column("hostname", sa.String(length=255), server_default="", nullable=False),
    )
    op.add_column(
        "compute_server",
        sa.Column("locked_reason", sa.String(length=255), server_default="", nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("compute_server", "locked_reason")
    op.drop_column("compute_server", "hostname")
    op.drop_column("compute_server", "pinned_zone")
    op.drop_column("compute_flavor", "description")
