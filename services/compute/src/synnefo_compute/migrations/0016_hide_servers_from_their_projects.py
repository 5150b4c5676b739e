# SPDX-License-Identifier: Apache-2.0
"""Let servers be hidden from other members of their projects."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0016"
down_revision = "compute_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "compute_server",
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("compute_server", "is_hidden")
