# SPDX-License-Identifier: Apache-2.0
"""Remember from where to where servers moved, with their actions."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0017"
down_revision = "compute_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "compute_action",
        sa.Column("places", sa.JSON(), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index("ix_compute_action_name", "compute_action", ["name", "started_at", "id"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_compute_action_name", table_name="compute_action")
    op.drop_column("compute_action", "places")
