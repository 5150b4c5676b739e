# SPDX-License-Identifier: Apache-2.0
"""Keep the history of addresses."""

import sqlalchemy as sa
from alembic import op

revision = "network_0012"
down_revision = "network_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_ip_history",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("is_attached", sa.Boolean(), nullable=False),
        sa.Column("because", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_ip_history")),
    )
    op.create_index("ix_network_ip_history_ip", "network_ip_history", ["ip", "id"], unique=False)
    op.create_index(
        "ix_network_ip_history_device", "network_ip_history", ["device_id", "id"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_network_ip_history_device", table_name="network_ip_history")
    op.drop_index("ix_network_ip_history_ip", table_name="network_ip_history")
    op.drop_table("network_ip_history")
