# SPDX-License-Identifier: Apache-2.0
"""Remember whose disks volumes are."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0014"
down_revision = "compute_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "compute_server_volume",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.Column("volume_id", sa.String(length=64), nullable=False),
        sa.Column("attachment_id", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=255), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("boot_index", sa.Integer(), nullable=True),
        sa.Column("deletes_on_termination", sa.Boolean(), nullable=False),
        sa.Column("is_awaited", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compute_server_volume")),
    )
    op.create_index(
        "ix_compute_server_volume_server",
        "compute_server_volume",
        ["server_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_compute_server_volume_volume", "compute_server_volume", ["volume_id"], unique=True
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_compute_server_volume_volume", table_name="compute_server_volume")
    op.drop_index("ix_compute_server_volume_server", table_name="compute_server_volume")
    op.drop_table("compute_server_volume")
