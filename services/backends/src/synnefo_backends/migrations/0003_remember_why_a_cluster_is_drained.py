# SPDX-License-Identifier: Apache-2.0
"""Remember why a cluster is drained."""

import sqlalchemy as sa
from alembic import op

revision = "backends_0003"
down_revision = "backends_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "backends_backend",
        sa.Column("drained_because", sa.String(length=255), server_default="", nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("backends_backend", "drained_because")
