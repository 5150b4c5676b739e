# SPDX-License-Identifier: Apache-2.0
"""Remember from what a rescued server started."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0012"
down_revision = "compute_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column(
        "compute_server", sa.Column("own_boot", sa.JSON(), server_default="{}", nullable=False)
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("compute_server", "own_boot")
