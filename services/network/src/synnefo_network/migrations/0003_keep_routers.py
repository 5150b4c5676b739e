# SPDX-License-Identifier: Apache-2.0
"""Keep routers."""

import sqlalchemy as sa
from alembic import op

revision = "network_0003"
down_revision = "network_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_router",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_admin_up", sa.Boolean(), nullable=False),
        sa.Column("gateway_network_id", sa.String(length=64), nullable=True),
        sa.Column("gateway_port_id", sa.String(length=64), nullable=True),
        sa.Column("is_snat_enabled", sa.Boolean(), nullable=False),
        sa.Column("routes", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_router")),
    )
    op.create_index(
        "ix_network_router_gateway", "network_router", ["gateway_network_id"], unique=False
    )
    op.create_index(
        "ix_network_router_project", "network_router", ["project_id", "id"], unique=False
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_network_router_project", table_name="network_router")
    op.drop_index("ix_network_router_gateway", table_name="network_router")
    op.drop_table("network_router")
