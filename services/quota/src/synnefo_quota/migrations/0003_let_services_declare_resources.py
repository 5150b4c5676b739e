# SPDX-License-Identifier: Apache-2.0
"""Let services declare resources."""

import sqlalchemy as sa
from alembic import op

revision = "quota_0003"
down_revision = "quota_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("quota_resource", sa.Column("client", sa.String(length=64), nullable=True))
    op.add_column(
        "quota_resource", sa.Column("description", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "quota_resource", sa.Column("unit", sa.String(length=64), server_default="", nullable=False)
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("quota_resource", "unit")
    op.drop_column("quota_resource", "description")
    op.drop_column("quota_resource", "client")
