# SPDX-License-Identifier: Apache-2.0
"""Withhold ports of suspended devices from their projects."""

import sqlalchemy as sa
from alembic import op

revision = "network_0010"
down_revision = "network_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "network_port",
        sa.Column("is_withheld", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("network_port", "is_withheld")
