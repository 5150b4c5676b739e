# SPDX-License-Identifier: Apache-2.0
"""Tell ports whose devices have still to get their cards."""

import sqlalchemy as sa
from alembic import op

revision = "network_0002"
down_revision = "network_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "network_port",
        sa.Column("is_awaited", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("network_port", "is_awaited")
