# SPDX-License-Identifier: Apache-2.0
"""Let servers have tags and descriptions, and keypairs types."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0004"
down_revision = "compute_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "compute_tag",
        sa.Column("server_id", sa.String(length=64), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("server_id", "tag", name=op.f("pk_compute_tag")),
    )
    op.create_index("ix_compute_tag_tag", "compute_tag", ["tag", "server_id"], unique=False)
    op.add_column(
        "compute_keypair",
        sa.Column("type", sa.String(length=16), server_default="ssh", nullable=False),
    )
    op.add_column(
        "compute_server",
        sa.Column("description", sa.String(length=255), server_default="", nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("compute_server", "description")
    op.drop_column("compute_keypair", "type")
    op.drop_index("ix_compute_tag_tag", table_name="compute_tag")
    op.drop_table("compute_tag")
