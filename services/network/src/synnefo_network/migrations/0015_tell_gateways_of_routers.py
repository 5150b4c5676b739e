# SPDX-License-Identifier: Apache-2.0
"""Tell gateways of routers."""

import sqlalchemy as sa
from alembic import op

revision = "network_0015"
down_revision = "network_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_router_spot",
        sa.Column("router_id", sa.String(length=64), nullable=False),
        sa.Column("cluster", sa.String(length=255), nullable=False),
        sa.Column("node", sa.String(length=64), nullable=False),
        sa.Column("problem", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("elsewhere", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("router_id", name=op.f("pk_network_router_spot")),
    )
    op.create_index(
        "ix_network_router_spot_node", "network_router_spot", ["cluster", "node"], unique=False
    )
    for table in ("network_document", "network_node_lack"):
        op.add_column(
            table,
            sa.Column("kind", sa.String(length=64), server_default="port", nullable=False),
        )
        op.execute(f"ALTER TABLE {table} RENAME COLUMN port_id TO thing_id")
    for column in ("is_gateway", "is_drained"):
        op.add_column(
            "network_node",
            sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False),
        )
    op.add_column(
        "network_node",
        sa.Column("back_at", sa.Double(), server_default=sa.text("0"), nullable=False),
    )


def downgrade() -> None:
    """Take the change back."""
    for column in ("back_at", "is_drained", "is_gateway"):
        op.drop_column("network_node", column)
    for table in ("network_node_lack", "network_document"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN thing_id TO port_id")
        op.drop_column(table, "kind")
    op.drop_index("ix_network_router_spot_node", table_name="network_router_spot")
    op.drop_table("network_router_spot")
