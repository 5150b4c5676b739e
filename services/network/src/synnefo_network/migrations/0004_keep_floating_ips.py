# SPDX-License-Identifier: Apache-2.0
"""Keep floating IPs."""

import sqlalchemy as sa
from alembic import op

revision = "network_0004"
down_revision = "network_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_floating_ip",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("network_id", sa.String(length=64), nullable=False),
        sa.Column("own_port_id", sa.String(length=64), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("port_id", sa.String(length=64), nullable=True),
        sa.Column("fixed_ip", sa.String(length=45), nullable=True),
        sa.Column("router_id", sa.String(length=64), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_floating_ip")),
        sa.UniqueConstraint(
            "network_id", "port_id", "fixed_ip", name=op.f("uq_network_floating_ip_network_id")
        ),
    )
    op.create_index("ix_network_floating_ip_ip", "network_floating_ip", ["ip"], unique=False)
    op.create_index("ix_network_floating_ip_port", "network_floating_ip", ["port_id"], unique=False)
    op.create_index(
        "ix_network_floating_ip_project", "network_floating_ip", ["project_id", "id"], unique=False
    )
    op.create_index(
        "ix_network_floating_ip_router", "network_floating_ip", ["router_id"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_network_floating_ip_router", table_name="network_floating_ip")
    op.drop_index("ix_network_floating_ip_project", table_name="network_floating_ip")
    op.drop_index("ix_network_floating_ip_port", table_name="network_floating_ip")
    op.drop_index("ix_network_floating_ip_ip", table_name="network_floating_ip")
    op.drop_table("network_floating_ip")
