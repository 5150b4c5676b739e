# SPDX-License-Identifier: Apache-2.0
"""Say how networks are carried."""

import sqlalchemy as sa
from alembic import op

revision = "network_0009"
down_revision = "network_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "network_vlan",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("network_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_network_vlan")),
        sa.UniqueConstraint("network_id", name=op.f("uq_network_vlan_network_id")),
    )
    op.add_column(
        "network_network",
        sa.Column("kind", sa.String(length=32), server_default="MAC_FILTERED", nullable=False),
    )
    op.add_column(
        "network_network", sa.Column("physical_network", sa.String(length=64), nullable=True)
    )
    op.add_column("network_network", sa.Column("segmentation_id", sa.Integer(), nullable=True))
    op.add_column(
        "network_network",
        sa.Column("is_drained", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "network_network",
        sa.Column("is_default", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "network_network",
        sa.Column("zone_hints", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
    )
    op.create_index(
        "uq_network_network_routed_link",
        "network_network",
        ["link"],
        unique=True,
        sqlite_where=sa.text("kind = 'IP_LESS_ROUTED'"),
        postgresql_where=sa.text("kind = 'IP_LESS_ROUTED'"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index(
        "uq_network_network_routed_link",
        table_name="network_network",
        sqlite_where=sa.text("kind = 'IP_LESS_ROUTED'"),
        postgresql_where=sa.text("kind = 'IP_LESS_ROUTED'"),
    )
    op.drop_column("network_network", "zone_hints")
    op.drop_column("network_network", "is_default")
    op.drop_column("network_network", "is_drained")
    op.drop_column("network_network", "segmentation_id")
    op.drop_column("network_network", "physical_network")
    op.drop_column("network_network", "kind")
    op.drop_table("network_vlan")
