# SPDX-License-Identifier: Apache-2.0
"""Let servers be in groups."""

import sqlalchemy as sa
from alembic import op

revision = "compute_0010"
down_revision = "compute_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "compute_server_group",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("policy", sa.String(length=32), nullable=False),
        sa.Column("most_per_node", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compute_server_group")),
    )
    op.create_index(
        "ix_compute_server_group_listing",
        "compute_server_group",
        ["project_id", "created_at", "id"],
        unique=False,
    )
    op.add_column(
        "compute_server",
        sa.Column("group_id", sa.String(length=64), server_default="", nullable=False),
    )
    op.create_index("ix_compute_server_group_id", "compute_server", ["group_id"], unique=False)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_compute_server_group_id", table_name="compute_server")
    op.drop_column("compute_server", "group_id")
    op.drop_index("ix_compute_server_group_listing", table_name="compute_server_group")
    op.drop_table("compute_server_group")
