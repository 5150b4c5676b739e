# SPDX-License-Identifier: Apache-2.0
"""Tell guests at their first boot."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0009"
down_revision = "compute_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "compute_first_boot",
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.Column("user_data", sa.Text(), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("server_id", name=op.f("pk_compute_first_boot")),
    )
    op.add_column(
        "compute_server",
        sa.Column("has_config_drive", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("compute_server", "has_config_drive")
    op.drop_table("compute_first_boot")
