# SPDX-License-Identifier: Apache-2.0
"""Keep what nodes say that is not as it should be there."""

import sqlalchemy as sa
from alembic import op

revision = "network_0019"
down_revision = "network_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "network_node",
        sa.Column("problem", sa.Text(), server_default=sa.text("''"), nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("network_node", "problem")
